package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// standing remembers, on SQLite, what every request asks before all else: whose a
// session is, and the counters that tell whether people, rights or fields changed.
// This process alone writes to the file (its folder has one owner), so the writer
// knows when what is remembered may no longer hold. PostgreSQL has other nodes and is
// asked each time.
type standing struct {
	// written counts the commits that touched a table marked Standing.
	written atomic.Int64

	mu sync.RWMutex
	// at is what written was when known was empty.
	at    int64
	known map[string]stood
}

type stood struct {
	row      []any
	counters []int64
}

// maxStood bounds the memory of people who come and go: some hundred bytes each.
const maxStood = 20_000

// Standing reads columns of the row of a table marked Standing whose key equals a
// value, nil where there is none, and with it named counters: as the newest commit on
// any node has them, in one statement.
func (db *DB) Standing(ctx context.Context, table, columns, key, value string, names ...string) (row []any, counted []int64, err error) {
	if db.pool != nil {
		return db.standPostgres(ctx, table, columns, key, value, names)
	}
	s := &db.standing
	// Read before the rows are: these may be newer than it, never older.
	written := s.written.Load()
	name := table + " " + value
	s.mu.RLock()
	k, ok := s.known[name]
	ok = ok && s.at == written
	s.mu.RUnlock()
	if ok {
		return k.row, k.counters, nil
	}
	if k.row, k.counters, err = stand(ctx, db, table, columns, key, value, names); err != nil || k.row == nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || s.at != written || len(s.known) >= maxStood {
		if s.at > written {
			return k.row, k.counters, nil
		}
		s.at, s.known = written, map[string]stood{}
	}
	s.known[name] = k
	return k.row, k.counters, nil
}

// standPostgres remembers what it reads for requests in a hurry alone.
func (db *DB) standPostgres(ctx context.Context, table, columns, key, value string, names []string) ([]any, []int64, error) {
	s, h := &db.standing, hurryOf(ctx)
	name := table + " " + value
	if h != nil {
		s.mu.RLock()
		k, ok := s.known[name]
		s.mu.RUnlock()
		if ok {
			h.trust(standingOf(table, columns, key, value, names), k)
			return k.row, k.counters, nil
		}
	}
	row, counted, err := stand(ctx, db, table, columns, key, value, names)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if row == nil {
		delete(s.known, name)
		return nil, nil, nil
	}
	if s.known == nil || len(s.known) >= maxStood {
		s.known = map[string]stood{}
	}
	s.known[name] = stood{row, counted}
	return row, counted, nil
}

func stand(ctx context.Context, q Querier, table, columns, key, value string, names []string) (row []any, counted []int64, err error) {
	asked := standingOf(table, columns, key, value, names)
	rows, err := q.Query(ctx, asked.Statement, asked.Args...)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	counted = make([]int64, len(names))
	for i := range names {
		counted[i], _ = rows[0][i].(int64)
	}
	return rows[0][len(names):], counted, nil
}

func standingOf(table, columns, key, value string, names []string) Asked {
	args := make([]any, 0, len(names)+1)
	var b strings.Builder
	b.WriteString("SELECT ")
	for _, name := range names {
		b.WriteString("(SELECT last FROM " + CountersTable + " WHERE name = ?), ")
		args = append(args, name)
	}
	b.WriteString(columns + " FROM " + table + " WHERE " + key + " = ?")
	return Asked{Statement: b.String(), Args: append(args, value), planned: true}
}

// writesStanding tells whether a statement changes what Standing remembers. Whatever
// names such a table and is no mere reading is taken to change it.
func writesStanding(statement string) bool {
	if strings.HasPrefix(statement, "SELECT ") {
		return false
	}
	words := strings.FieldsFunc(statement, func(r rune) bool { return !(r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
	return slices.ContainsFunc(tables, func(t Table) bool { return t.Standing && slices.Contains(words, t.Name) })
}
