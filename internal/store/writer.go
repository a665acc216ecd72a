package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// unit is one caller's transaction waiting for the writer.
type unit struct {
	ctx  context.Context
	fn   func(ctx context.Context, q Querier) error
	done chan error
	err  error
}

// writer runs all writes of an SQLite database on one connection. Units that
// wait together become savepoints of one transaction, and none is answered
// before the common commit is synced.
type writer struct {
	db         *sql.DB
	conn       *sql.Conn
	people     chan *unit
	bulk       chan *unit
	stop       chan struct{}
	stopped    chan struct{}
	once       sync.Once
	statements map[string]prepared
	// between asks for what is left of the log to be brought into the database (see log).
	between chan struct{}
	log     *log
	// standing is raised after each commit that wrote what Standing remembers, and
	// before anybody is answered; wrote tells that the running one did.
	standing *atomic.Int64
	wrote    bool
	// wanted counts people's writes that wait or run.
	wanted atomic.Int64
}

// prepared is a statement and whether it writes what Standing remembers.
type prepared struct {
	*sql.Stmt
	standing bool
}

const (
	maxUnits = 64
	// maxStatements is how many prepared statements the writer keeps.
	maxStatements = 1000

	maxCommit = 20 * time.Millisecond
)

type bulkKey struct{}

// Bulk marks the writes under ctx as bulk: people's writes go before them.
func Bulk(ctx context.Context) context.Context { return context.WithValue(ctx, bulkKey{}, true) }

// IsBulk tells whether the writes under ctx are bulk.
func IsBulk(ctx context.Context) bool {
	bulk, _ := ctx.Value(bulkKey{}).(bool)
	return bulk
}

func newWriter(db *sql.DB, conn *sql.Conn, standing *atomic.Int64) *writer {
	w := &writer{
		db: db, conn: conn, people: make(chan *unit), bulk: make(chan *unit),
		stop: make(chan struct{}), stopped: make(chan struct{}), statements: map[string]prepared{}, standing: standing,
		between: make(chan struct{}, 1),
	}
	return w
}

func (w *writer) do(ctx context.Context, fn func(ctx context.Context, q Querier) error) error {
	u := &unit{ctx: ctx, fn: fn, done: make(chan error, 1)}
	queue := w.people
	if ctx.Value(bulkKey{}) != nil {
		queue = w.bulk
	}
	if queue == w.people {
		w.wanted.Add(1)
		defer w.wanted.Add(-1)
	}
	select {
	case queue <- u:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return ErrClosed
	}
	// Once taken, the unit runs to its end: the answer must be true.
	return <-u.done
}

// halt ends the writing; units that come later are refused.
func (w *writer) halt() {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
}

// close gives the connection back. Where it is the last one SQLite moves what its
// log holds into the file and removes the log.
func (w *writer) close() {
	w.halt()
	_ = w.forget() // a statement that is left keeps the connection open
	_ = w.conn.Close()
	_ = w.db.Close()
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		var first *unit
		select {
		case <-w.between:
			_, _ = w.conn.ExecContext(context.Background(), bringIn)
			continue
		case first = <-w.people:
		default:
			select {
			case <-w.between:
				_, _ = w.conn.ExecContext(context.Background(), bringIn)
				continue
			case first = <-w.people:
			case first = <-w.bulk:
			case <-w.stop:
				return
			}
		}
		w.commit(first)
		w.log.grown()
	}
}

// take gives another waiting unit, people before bulk, or nil.
func (w *writer) take() *unit {
	select {
	case u := <-w.people:
		return u
	default:
	}
	select {
	case u := <-w.bulk:
		return u
	default:
		return nil
	}
}

func (w *writer) commit(first *unit) {
	ctx := context.Background()
	var members []*unit
	if _, err := w.Exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		first.done <- fmt.Errorf("begin: %w", err)
		return
	}
	started := time.Now()
	whole := true
	for u := first; u != nil; {
		members = append(members, u)
		if len(members) == 1 {
			// Nothing came before it that a rollback would take along.
			if u.err = u.ctx.Err(); u.err == nil {
				u.err = w.guarded(u)
			}
			if u.err != nil {
				w.abandon(ctx)
				u.done <- u.err
				return
			}
		} else if whole = w.savepoint(ctx, u); !whole {
			break
		}
		if len(members) >= maxUnits || time.Since(started) > maxCommit {
			break
		}
		u = w.take()
	}
	if whole {
		err := w.end(ctx)
		if err == nil {
			for _, u := range members {
				u.done <- u.err
			}
			return
		}
	}
	w.abandon(ctx)
	for _, u := range members {
		u.done <- w.alone(ctx, u)
	}
}

// abandon leaves whatever transaction is still open.
func (w *writer) abandon(ctx context.Context) {
	_, _ = w.Exec(ctx, "ROLLBACK")
}

// savepoint runs one unit; false when the whole transaction is lost.
func (w *writer) savepoint(ctx context.Context, u *unit) bool {
	if u.err = u.ctx.Err(); u.err != nil {
		return true
	}
	if _, err := w.Exec(ctx, "SAVEPOINT unit"); err != nil {
		return false
	}
	if u.err = w.guarded(u); u.err != nil {
		if _, err := w.Exec(ctx, "ROLLBACK TO unit"); err != nil {
			return false
		}
	}
	_, err := w.Exec(ctx, "RELEASE unit")
	return err == nil
}

// errGoexit is what becomes of a unit whose goroutine ends itself.
var errGoexit = errors.New("a write ended its goroutine")

// guarded runs a unit so that neither a panic nor runtime.Goexit harms the writer.
func (w *writer) guarded(u *unit) error {
	answer := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("a write panicked: %v", p)
			}
			answer <- err
		}()
		err = u.fn(context.WithoutCancel(u.ctx), w)
	}()
	return <-answer
}

// alone runs one unit in a transaction of its own, after a shared one was lost.
func (w *writer) alone(ctx context.Context, u *unit) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	if _, err := w.Exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := w.guarded(u); err != nil {
		w.abandon(ctx)
		return err
	}
	if err := w.end(ctx); err != nil {
		w.abandon(ctx)
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// end commits, and has forgotten what no longer holds.
func (w *writer) end(ctx context.Context) error {
	if _, err := w.Exec(ctx, "COMMIT"); err != nil {
		return err
	}
	if w.wrote {
		w.wrote = false
		w.standing.Add(1)
	}
	return nil
}

// Postgres tells the dialect.
func (w *writer) Postgres() bool { return false }

func (w *writer) prepare(ctx context.Context, statement string) (*sql.Stmt, error) {
	if s, ok := w.statements[statement]; ok {
		w.wrote = w.wrote || s.standing
		return s.Stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", statement, err)
	}
	s := prepared{stmt, writesStanding(statement)}
	w.wrote = w.wrote || s.standing
	if len(w.statements) >= maxStatements {
		if err := w.forget(); err != nil {
			return nil, err
		}
	}
	w.statements[statement] = s
	return stmt, nil
}

// forget closes the prepared statements.
func (w *writer) forget() error {
	var errs []error
	for k, old := range w.statements {
		delete(w.statements, k)
		errs = append(errs, old.Close())
	}
	return errors.Join(errs...)
}

// Query reads inside the running transaction.
func (w *writer) Query(ctx context.Context, statement string, args ...any) ([][]any, error) {
	s, err := w.prepare(ctx, statement) //nolint:sqlclosecheck // kept for later callers
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, translate(err)
	}
	return collect(rows)
}

// Exec runs a statement inside the running transaction.
func (w *writer) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	s, err := w.prepare(ctx, statement) //nolint:sqlclosecheck // kept for later callers
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}
