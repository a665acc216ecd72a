package store

import (
	"context"
	"strings"
	"time"

	"ecrm/internal/schema"
)

// outbox holds what each transaction changed until it is handed on. xid is
// PostgreSQL's number of the transaction, by which other nodes find what was
// committed since they last looked.
var _ = Declare(Table{
	Name: "outbox",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "sender", Kind: schema.KindText}, {Name: "events", Kind: schema.KindText},
		{Name: "xid", Kind: schema.KindInt}, {Name: "done_at", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"xid", "done_at, id"},
})

// Sent is a row of the outbox.
type Sent struct {
	ID     int64
	Sender string
	Events string
	xid    int64
}

// Send writes what a transaction changed into the outbox.
func Send(ctx context.Context, q Querier, s Sent) error {
	xid := "0"
	if q.Postgres() {
		xid = "pg_current_xact_id()::text::bigint"
	}
	_, err := q.Exec(ctx, "INSERT INTO outbox (id, sender, events, xid) VALUES (?, ?, ?, "+xid+")", s.ID, s.Sender, s.Events)
	return err
}

// Unsent lists what was not handed on yet, oldest first.
func (db *DB) Unsent(ctx context.Context, limit int) ([]Sent, error) {
	rows, err := db.Query(ctx, "SELECT id, sender, events FROM outbox WHERE done_at IS NULL ORDER BY id LIMIT ?", int64(limit))
	var list []Sent
	for _, r := range rows {
		s := Sent{}
		s.ID, _ = r[0].(int64)
		s.Sender, _ = r[1].(string)
		s.Events, _ = r[2].(string)
		list = append(list, s)
	}
	return list, err
}

// MarkSent says that rows were handed on at an instant in microseconds, and answers
// how many of them were not before. On SQLite nobody else waits for them and they
// are removed.
func MarkSent(ctx context.Context, q Querier, list []Sent, now int64) (int64, error) {
	if len(list) == 0 {
		return 0, nil
	}
	c := &compiler{postgres: q.Postgres()}
	ids := make([]int64, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	if q.Postgres() {
		c.write("UPDATE outbox SET done_at = ? WHERE done_at IS NULL AND id", now)
	} else {
		c.write("DELETE FROM outbox WHERE id")
	}
	c.among(ids)
	return q.Exec(ctx, c.b.String(), c.args...)
}

// ForgetSent removes what was handed on before an instant in microseconds.
func (db *DB) ForgetSent(ctx context.Context, before int64) error {
	if !db.Postgres() {
		return nil
	}
	_, err := db.Exec(Bulk(ctx), "DELETE FROM outbox WHERE done_at < ?", before)
	return err
}

// Committed follows what other nodes commit on PostgreSQL. Transactions end in
// another order than they begin, so it looks again at all that were under way
// when it looked last: it misses none and tells each once.
type Committed struct {
	db   *DB
	from int64
	seen map[int64]int64
}

// Following begins with what is committed from now on.
func (db *DB) Following(ctx context.Context) (*Committed, error) {
	rows, err := db.Query(ctx, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
	if err != nil {
		return nil, err
	}
	from, _ := rows[0][0].(int64)
	return &Committed{db, from, map[int64]int64{}}, nil
}

// Next lists what was committed since the last call.
func (c *Committed) Next(ctx context.Context) ([]Sent, error) {
	// One statement, so that both are of one snapshot.
	rows, err := c.db.Query(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, o.id, o.xid, o.sender, o.events
		FROM (SELECT 1) AS one LEFT JOIN outbox o ON o.xid >= ? ORDER BY o.id`, c.from)
	if err != nil {
		return nil, err
	}
	var list []Sent
	for _, r := range rows {
		c.from, _ = r[0].(int64)
		id, ok := r[1].(int64)
		if _, told := c.seen[id]; !ok || told {
			continue
		}
		s := Sent{ID: id}
		s.xid, _ = r[2].(int64)
		s.Sender, _ = r[3].(string)
		s.Events, _ = r[4].(string)
		c.seen[id] = s.xid
		list = append(list, s)
	}
	for id, xid := range c.seen {
		if xid < c.from {
			delete(c.seen, id)
		}
	}
	return list, nil
}

// Alone runs fn unless another process on the database runs something under the
// same name now; it tells whether it ran.
func (db *DB) Alone(ctx context.Context, name string, fn func(ctx context.Context) error) (bool, error) {
	return db.locked(ctx, name, "", fn)
}

// riversTurn is the lock under which nodes make the tables of the job queue.
const riversTurn = 4711002

// InTurn runs fn while no other node runs something in turn; on SQLite there is no
// other.
func (db *DB) InTurn(ctx context.Context, fn func() error) error {
	if !db.Postgres() {
		return fn()
	}
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", riversTurn); err != nil {
		return err
	}
	defer func() {
		// A connection that cannot unlock is closed, and with it the lock.
		if _, err := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", riversTurn); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}
	}()
	return fn()
}

// Beside runs fn while nobody runs something alone under the same name, others
// beside it as they like; it waits until it may.
func (db *DB) Beside(ctx context.Context, name string, fn func(ctx context.Context) error) error {
	for {
		if ran, err := db.locked(ctx, name, "_shared", fn); err != nil || ran {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// locked runs fn under the advisory lock of a name, of its kind, where it can be
// had at once.
func (db *DB) locked(ctx context.Context, name, kind string, fn func(ctx context.Context) error) (bool, error) {
	if !db.Postgres() {
		return true, fn(ctx)
	}
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	var got bool
	key := "ecrm " + strings.ToLower(name)
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock"+kind+"(hashtextextended($1, 0))", key).Scan(&got); err != nil || !got {
		return false, err
	}
	defer func() {
		// A connection that cannot unlock is closed, and with it the lock.
		if _, err := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock"+kind+"(hashtextextended($1, 0))", key); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}
	}()
	return true, fn(ctx)
}

// clockMargin is how far the clocks of the nodes and the database may differ where
// the age of a transaction matters.
const clockMargin = time.Minute

// Settled answers an instant, at the latest the one given, since when no
// transaction has been running: ids made before it that will ever be seen are there
// to be seen. On SQLite that holds for whoever asks within a write.
func (db *DB) Settled(ctx context.Context, before time.Time) (time.Time, error) {
	if !db.Postgres() {
		return before, nil
	}
	rows, err := db.Query(ctx, "SELECT CAST(extract(epoch FROM min(xact_start)) * 1000000 AS BIGINT) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	if err != nil || len(rows) == 0 {
		return before, err
	}
	if oldest, ok := rows[0][0].(int64); ok && time.UnixMicro(oldest).Add(-clockMargin).Before(before) {
		return time.UnixMicro(oldest).Add(-clockMargin), nil
	}
	return before, nil
}
