package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"ecrm/internal/schema"
)

// leases tells which process makes ids under which node number, until when by
// the clock of the database, and how far in time its ids may have come.
var leases = Declare(Table{
	Name: "node_lease",
	Columns: []schema.Column{
		{Name: "node", Kind: schema.KindInt}, {Name: "holder", Kind: schema.KindText},
		{Name: "until", Kind: schema.KindInt}, {Name: "reached", Kind: schema.KindInt},
	},
	Key: []string{"node"},
})

const (
	leaseSpan  = time.Minute
	leaseRenew = 15 * time.Second
	leaseRetry = time.Second
	// maxNode is the highest number leased; 1023 is that of made-up data.
	maxNode = 1000
	// leaseClock is the database's clock in milliseconds.
	leaseClock = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
)

// ErrNoNode is answered when a thousand processes use the database already.
var ErrNoNode = errors.New("all node numbers are taken")

// LeaseNode gives ids a node number that no other process on the database has,
// and keeps it until leave is called; a process that was away for longer than
// its lease makes no id before it has a number again. On SQLite the folder
// belongs to one process, and there is nothing to lease; ids go on behind those
// there are, which a clock that was ahead may have made.
func (db *DB) LeaseNode(ctx context.Context, ids *IDs) (leave func(), err error) {
	if !db.Postgres() {
		reached, err := db.reached(ctx)
		if err != nil {
			return nil, fmt.Errorf("look how far ids have come: %w", err)
		}
		node, _ := ids.held()
		ids.hold(node, reached, time.Time{})
		return func() {}, nil
	}
	holder := rand.Text()
	if err := db.takeNode(ctx, ids, holder); err != nil {
		return nil, fmt.Errorf("take a node number: %w", err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		next := time.NewTimer(leaseRenew)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-next.C:
				wait := leaseRenew
				if err := db.keepNode(ctx, ids, holder); err != nil && ctx.Err() == nil {
					slog.Error("keep the node number", "error", err)
					wait = leaseRetry // a database that was away is there again at any moment
				}
				next.Reset(wait)
			}
		}
	}()
	return func() {
		stop()
		<-ended
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		node, last := ids.release()
		if _, err := Update(ctx, db, leases.Name, Row{"until": int64(0), "reached": last}, Row{"node": node, "holder": holder}); err != nil {
			slog.Warn("give the node number back", "error", err)
		}
	}, nil
}

// reached is the time of the newest id on SQLite.
func (db *DB) reached(ctx context.Context) (int64, error) {
	tables, err := db.Query(ctx, "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'id' AND c.pk = 1 "+
		"WHERE m.type = 'table' AND NOT (m.name GLOB 'river_*' OR m.name GLOB 'f_*')")
	if err != nil {
		return 0, err
	}
	// What cannot be ours is no measure: ids behind it would run out.
	far := IDOf(time.Now().AddDate(20, 0, 0))
	var newest int64
	for _, t := range tables {
		rows, err := db.Query(ctx, fmt.Sprintf("SELECT max(id) FROM %s WHERE id < ?", t[0]), far)
		if err != nil {
			return 0, err
		}
		if id, ok := rows[0][0].(int64); ok {
			newest = max(newest, id)
		}
	}
	return newest >> 22, nil
}

// apart runs fn in a transaction on a connection of its own: those of the pool
// may all be held by writers that wait for the very lease.
func (db *DB) apart(ctx context.Context, fn func(ctx context.Context, q Querier) error) error {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return fn(ctx, pgTx{tx}) })
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

// takeNode takes the smallest free number. Ids of its last holder may lie ahead
// of this machine's clock: ours go on behind them.
func (db *DB) takeNode(ctx context.Context, ids *IDs, holder string) error {
	var node, reached int64
	began := time.Now()
	err := db.apart(ctx, func(ctx context.Context, q Querier) error {
		if _, err := q.Query(ctx, "SELECT pg_advisory_xact_lock(4711003)::text"); err != nil {
			return err
		}
		rows, err := q.Query(ctx, "SELECT node, reached, until >= "+leaseClock+" FROM node_lease ORDER BY node")
		if err != nil {
			return err
		}
		held := map[int64]bool{}
		known := map[int64]int64{}
		for _, r := range rows {
			n, _ := r[0].(int64)
			known[n], _ = r[1].(int64)
			held[n], _ = r[2].(bool)
		}
		for node = 1; held[node]; node++ {
			if node == maxNode {
				return ErrNoNode
			}
		}
		reached = known[node]
		_, err = q.Exec(ctx, "INSERT INTO node_lease (node, holder, until, reached) VALUES (?, ?, "+leaseClock+" + ?, ?) "+
			"ON CONFLICT (node) DO UPDATE SET holder = excluded.holder, until = excluded.until, reached = excluded.reached",
			node, holder, leaseSpan.Milliseconds(), max(reached, idTime(began.Add(leaseSpan))))
		return err
	})
	if err == nil {
		ids.hold(node, reached, began.Add(leaseSpan))
	}
	return err
}

// keepNode lengthens the lease, or takes another where it was lost.
func (db *DB) keepNode(ctx context.Context, ids *IDs, holder string) error {
	began := time.Now()
	node, last := ids.held()
	var n int64
	err := db.apart(ctx, func(ctx context.Context, q Querier) (err error) {
		n, err = q.Exec(ctx, "UPDATE node_lease SET until = "+leaseClock+" + ?, reached = ? WHERE node = ? AND holder = ? AND until >= "+leaseClock,
			leaseSpan.Milliseconds(), max(last, idTime(began.Add(leaseSpan))), node, holder)
		return err
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		return db.takeNode(ctx, ids, holder)
	}
	ids.hold(node, 0, began.Add(leaseSpan))
	return nil
}
