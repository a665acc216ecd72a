package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
)

// reads runs statements on the reading connections of SQLite. It speaks to the driver
// itself: a page of a list takes a tenth of a millisecond, of which database/sql would
// be a third (a goroutine for each statement, locks and conversions for each value).
type reads struct {
	driver driver.Driver
	source string
	// free holds the connections nobody uses, the one used last at its end, whose pages
	// are the warmest; places has an entry for each that may be made or is free.
	mu     sync.Mutex
	free   []*reader
	closed bool
	places chan struct{}
}

// reader is a connection, used by one caller at a time.
type reader struct {
	conn       driver.Conn
	statements map[string]driver.Stmt
	// args and values are used again by each statement.
	args   []driver.NamedValue
	values []driver.Value
}

const (
	// maxReaders is how many statements are read at once.
	maxReaders = 8
	// maxPrepared is how many prepared statements one of them keeps.
	maxPrepared = 500
)

func newReads(d driver.Driver, source string) *reads {
	return &reads{driver: d, source: source, places: make(chan struct{}, maxReaders)}
}

// take gives a connection for the caller alone, until it is put back.
func (r *reads) take(ctx context.Context) (*reader, error) {
	select {
	case r.places <- struct{}{}:
	default:
		select {
		case r.places <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		<-r.places
		return nil, ErrClosed
	}
	if n := len(r.free); n > 0 {
		one := r.free[n-1]
		r.free = r.free[:n-1]
		r.mu.Unlock()
		return one, nil
	}
	r.mu.Unlock()
	conn, err := r.driver.Open(r.source)
	if err != nil {
		<-r.places
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &reader{conn: conn, statements: map[string]driver.Stmt{}}, nil
}

// put gives a connection back; after err it may be of no more use.
func (r *reads) put(one *reader, err error) {
	r.mu.Lock()
	gone := r.closed || errors.Is(err, driver.ErrBadConn)
	if !gone {
		r.free = append(r.free, one)
	}
	r.mu.Unlock()
	if gone {
		_ = one.close()
	}
	<-r.places
}

// busy is how many connections are in use.
func (r *reads) busy() int { return len(r.places) }

// close ends the connections; those in use when they are put back.
func (r *reads) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, one := range r.free {
		_ = one.close()
	}
	r.free = nil
}

// query reads all rows of a statement.
func (r *reads) query(ctx context.Context, statement string, args []any) ([][]any, error) {
	var all [][]any
	var room []any
	_, err := r.each(ctx, statement, args, func(values []driver.Value) error {
		if len(room) < len(values) {
			// One piece of memory for many rows, the larger the more there are.
			room = make([]any, len(values)*min(max(len(all), 1), 64))
		}
		row := room[:len(values):len(values)]
		room = room[len(values):]
		for i, v := range values {
			row[i] = v
		}
		all = append(all, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// each hands over row after row, which fn must not keep, and answers how many there
// were.
func (r *reads) each(ctx context.Context, statement string, args []any, fn func(values []driver.Value) error) (n int, err error) {
	one, err := r.take(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { r.put(one, err) }()
	rows, err := one.run(ctx, statement, args)
	if err != nil {
		return 0, translate(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if columns := len(rows.Columns()); len(one.values) < columns {
		one.values = make([]driver.Value, columns)
	}
	values := one.values[:len(rows.Columns())]
	defer clear(values)
	for {
		switch err := rows.Next(values); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, translate(err)
		}
		n++
		if err := fn(values); err != nil {
			return n, err
		}
		// The driver stops only the first step of a statement whose time is up.
		if err := ctx.Err(); err != nil {
			return n, err
		}
	}
}

// run begins a statement.
func (o *reader) run(ctx context.Context, statement string, args []any) (driver.Rows, error) {
	s, ok := o.statements[statement]
	if !ok {
		fresh, err := o.conn.Prepare(statement)
		if err != nil {
			return nil, fmt.Errorf("prepare %q: %w", statement, err)
		}
		if len(o.statements) >= maxPrepared {
			if err := o.forget(); err != nil {
				return nil, err
			}
		}
		s = fresh
		o.statements[statement] = s
	}
	o.args = o.args[:0]
	for i, v := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(v)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		o.args = append(o.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	able, ok := s.(driver.StmtQueryContext)
	if !ok {
		return nil, errors.New("the driver of SQLite reads without a context")
	}
	rows, err := able.QueryContext(ctx, o.args)
	clear(o.args)
	return rows, err
}

// forget ends the prepared statements.
func (o *reader) forget() error {
	var errs []error
	for _, s := range o.statements {
		errs = append(errs, s.Close())
	}
	clear(o.statements)
	return errors.Join(errs...)
}

func (o *reader) close() error { return errors.Join(o.forget(), o.conn.Close()) }
