// Package store speaks SQL: it opens the database, compiles queries, keeps the
// schema in step with the registry and runs transactions. It knows objects and
// fields but nothing of business or rights.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"modernc.org/sqlite" // the embedded database
	sqlitecode "modernc.org/sqlite/lib"
)

// Errors that callers tell apart.
var (
	// ErrNoRow is answered when a row that must exist does not.
	ErrNoRow = errors.New("no such row")
	// ErrUnique is answered when a value that must be unique is taken.
	ErrUnique = errors.New("value is taken")
	// ErrTooExpensive is answered when a statement outlives its budget.
	ErrTooExpensive = errors.New("statement took too long")
	// ErrOvertaken is answered by a unit of work that finds a row changed since
	// it read it; the unit is run again.
	ErrOvertaken = errors.New("the row was changed meanwhile")
	// ErrAddress is answered for a database address that cannot be one.
	ErrAddress = errors.New("the database address is wrong: write postgres://USER:PASSWORD@HOST:5432/NAME, or leave it out for the database in the data folder")
	// ErrFull is answered when the disk of the database has no room left.
	ErrFull = errors.New("the disk is full")
	// ErrClosed is answered after Close.
	ErrClosed = errors.New("the store is closed")
)

// cacheSize is that of a connection of SQLite, in the way of its pragma: 48 MB.
const cacheSize = "-48000"

// plannedConns is how many connections of PostgreSQL keep their plans: those by which pages
// are read, in less than a millisecond each.
const plannedConns = 8

// Budget is how long a reading statement may take that somebody waits for, BulkBudget one of bulk
// work, which goes through tables that no cache holds.
const (
	Budget     = 2 * time.Second
	BulkBudget = time.Minute
)

// budget is how long a statement under ctx may take.
func budget(ctx context.Context) time.Duration {
	if IsBulk(ctx) {
		return BulkBudget
	}
	return Budget
}

// Querier runs statements; "?" stands for each argument in both databases.
type Querier interface {
	// Query reads all rows a statement gives: int64, string, bool, []byte or nil.
	Query(ctx context.Context, statement string, args ...any) ([][]any, error)
	// Exec runs a statement and answers the number of rows it touched.
	Exec(ctx context.Context, statement string, args ...any) (int64, error)
	// Postgres tells the dialect.
	Postgres() bool
}

// DB is an open database.
type DB struct {
	pool *pgxpool.Pool
	// planned is the pool of connections that keep their plans (see Asked).
	planned *pgxpool.Pool
	reads   *reads
	writer  *writer
	// Program is the version of the program, written down with the schema it
	// makes; set before Sync.
	Program string

	// syncing is held while the schema is brought in step.
	syncing sync.Mutex

	estimates estimates
	counts    counts
	standing  standing
	numbers   *numbers
	// greeted is when somebody asked something last, in nanoseconds.
	greeted atomic.Int64
}

// Open opens "postgres://…" or "sqlite:PATH", making the latter when absent.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrAddress, err)
		}
		config.MaxConns = max(config.MaxConns, 16)
		config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
		config.ConnConfig.RuntimeParams["lock_timeout"] = "10s"
		// Compiling a statement takes half a second; ours take a millisecond.
		config.ConnConfig.RuntimeParams["jit"] = "off"
		pool, err := pgxpool.NewWithConfig(ctx, config)
		if err != nil {
			return nil, fmt.Errorf("connect to the database: %w", err)
		}
		if err := pool.Ping(ctx); err != nil {
			pool.Close()
			return nil, fmt.Errorf("PostgreSQL does not answer: see whether it runs and takes this user and password: %w", err)
		}
		apart := config.Copy()
		apart.MinConns, apart.MaxConns = 0, 2
		few, err := pgxpool.NewWithConfig(ctx, apart)
		if err != nil {
			pool.Close()
			return nil, fmt.Errorf("connect to the database: %w", err)
		}
		keeping := config.Copy()
		keeping.MinConns, keeping.MaxConns = 0, plannedConns
		keeping.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
		planned, err := pgxpool.NewWithConfig(ctx, keeping)
		if err != nil {
			pool.Close()
			few.Close()
			return nil, fmt.Errorf("connect to the database: %w", err)
		}
		return &DB{pool: pool, planned: planned, numbers: newNumbers(few)}, nil
	}
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return nil, ErrAddress
	}
	const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(" + cacheSize + ")&_pragma=wal_autocheckpoint(" + logMost + ")&_pragma=journal_size_limit(67108864)&_pragma=temp_store(MEMORY)&_pragma=mmap_size(1073741824)"
	wdb, err := sql.Open("sqlite", "file:"+path+pragmas)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	wdb.SetMaxOpenConns(1)
	conn, err := wdb.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db := &DB{reads: newReads(wdb.Driver(), "file:"+path+pragmas+"&_pragma=query_only(1)")}
	db.writer = newWriter(wdb, conn, &db.standing.written)
	if db.writer.log, err = newLog(db.writer, path, "file:"+path+pragmas); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	go db.writer.run()     //nolint:gosec // they live as long as the database, not as the call that opens it
	go db.writer.log.run() //nolint:gosec // the same
	return db, nil
}

// Close ends all connections after the running writes.
func (db *DB) Close() {
	if db.pool != nil {
		db.pool.Close()
		db.planned.Close()
		db.numbers.pool.Close()
		return
	}
	db.writer.halt()
	db.writer.log.close()
	db.reads.close() // first: only the writing connection can empty the log
	db.writer.close()
}

// Pool is PostgreSQL's pool for the library that queues jobs; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Postgres tells whether the database is PostgreSQL.
func (db *DB) Postgres() bool { return db.pool != nil }

// Query reads under the budget, outside any transaction.
func (db *DB) Query(ctx context.Context, statement string, args ...any) ([][]any, error) {
	if h := hurryOf(ctx); h != nil && h.pending() {
		list := []Asked{{Statement: statement, Args: args}}
		if ownMode(args) {
			list = nil // what says how it is run cannot be asked with others
		}
		found, err := db.hurried(ctx, h, list)
		if err != nil {
			return nil, err
		}
		if list != nil {
			return found[0], nil
		}
	}
	if db.pool != nil {
		return pgQueryBy(ctx, db.pool, statement, args)
	}
	ctx, cancel := context.WithTimeout(ctx, budget(ctx))
	defer cancel()
	rows, err := db.reads.query(ctx, statement, args)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ErrTooExpensive
	}
	return rows, err
}

// ownMode tells whether the arguments begin with the way in which PostgreSQL is to
// run their statement.
func ownMode(args []any) bool {
	if len(args) == 0 {
		return false
	}
	_, ok := args[0].(pgx.QueryExecMode)
	return ok
}

// Ping asks whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.Query(ctx, "SELECT 1")
	return err
}

// Exec runs one statement as a transaction of its own.
func (db *DB) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	var n int64
	err := db.Write(ctx, func(ctx context.Context, q Querier) error {
		var err error
		n, err = q.Exec(ctx, statement, args...)
		return err
	})
	return n, err
}

// Write runs fn in a transaction that is synced before Write returns nil. On
// SQLite the units waiting together share one commit; fn must do nothing slow,
// may be run again, and sees a context that no client can cancel.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, q Querier) error) (err error) {
	if h := hurryOf(ctx); h != nil {
		if err := db.Settle(ctx, h); err != nil {
			return err
		}
	}
	ended := db.counts.begin(ctx)
	defer func() { ended(err) }()
	if db.pool == nil {
		return db.writer.do(ctx, fn)
	}
	for attempt := 0; ; attempt++ {
		err := db.writePostgres(ctx, fn, attempt > 0)
		var pg *pgconn.PgError
		if attempt < 5 && (errors.Is(err, ErrOvertaken) || errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")) {
			continue
		}
		return err
	}
}

// holding marks the context of a unit that was overtaken once.
type holding struct{}

// Hold keeps others from changing a row until the unit ends. Only a unit that was
// overtaken once does so, and only on PostgreSQL: most rows are changed by one
// person at a time, and on SQLite one unit writes at a time.
func Hold(ctx context.Context, q Querier, table string, id int64) error {
	if ctx.Value(holding{}) == nil {
		return nil
	}
	_, err := q.Exec(ctx, "SELECT 1 FROM "+table+" WHERE id = ? FOR UPDATE", id)
	return err
}

// Holding ends a statement that reads rows which others are not to change until the unit ends. On
// SQLite one unit writes at a time.
func Holding(q Querier) string {
	if q.Postgres() {
		// Rows with references to them may be added meanwhile.
		return " FOR NO KEY UPDATE"
	}
	return ""
}

// Turn waits until no other unit has the turn of this name, which this one has until it ends.
func Turn(ctx context.Context, q Querier, name string) error {
	if !q.Postgres() {
		return nil // one unit writes at a time
	}
	_, err := q.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 4711003))", name)
	return err
}

// Wanted tells a bulk unit whether people's writes wait for it; on PostgreSQL
// none does.
func (db *DB) Wanted() bool { return db.writer != nil && db.writer.wanted.Load() > 0 }

// writePostgres runs fn in one transaction; one that holds what it reads to change
// it (see Hold) waits for others instead of being overtaken by them.
func (db *DB) writePostgres(ctx context.Context, fn func(ctx context.Context, q Querier) error, holds bool) (err error) {
	ctx = context.WithoutCancel(ctx)
	if holds {
		ctx = context.WithValue(ctx, holding{}, true)
	}
	tx, err := db.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	ended := false
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
		}
		// A unit that ends its goroutine leaves neither an error nor a panic.
		if err != nil || !ended {
			if rollback := tx.Rollback(ctx); rollback != nil && !errors.Is(rollback, pgx.ErrTxClosed) {
				err = errors.Join(err, rollback)
			}
		}
	}()
	if err = fn(ctx, pgTx{tx}); err != nil {
		return err
	}
	if err = tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	ended = true
	return nil
}

type pgAny interface {
	Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error)
	Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
}

type pgTx struct{ tx pgx.Tx }

func (t pgTx) Postgres() bool { return true }

func (t pgTx) Query(ctx context.Context, statement string, args ...any) ([][]any, error) {
	return pgQuery(ctx, t.tx, statement, args)
}

func (t pgTx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, rebind(statement), storable(args)...)
	return tag.RowsAffected(), translate(err)
}

// rebind writes "?" as "$1", "$2" …; statements hold no other question marks.
func rebind(statement string) string {
	var b []byte
	for n := 1; ; n++ {
		at := strings.IndexByte(statement, '?')
		switch {
		case at < 0 && b == nil:
			return statement
		case at < 0:
			return string(append(b, statement...))
		case b == nil:
			b = make([]byte, 0, len(statement)+64)
		}
		b = append(append(b, statement[:at]...), '$')
		b = strconv.AppendInt(b, int64(n), 10)
		statement = statement[at+1:]
	}
}

// translate turns what a driver says into what callers tell apart.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" || strings.Contains(err.Error(), "UNIQUE constraint failed") {
		return fmt.Errorf("%w: %w", ErrUnique, err)
	}
	var lite *sqlite.Error
	if errors.As(err, &pg) && pg.Code == "53100" || errors.As(err, &lite) && lite.Code()&0xff == sqlitecode.SQLITE_FULL {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

func collect(rows *sql.Rows) ([][]any, error) {
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	pointers := make([]any, len(names))
	var all [][]any
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, translate(rows.Err())
}
