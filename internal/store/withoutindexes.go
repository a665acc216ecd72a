package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"ecrm/internal/schema"
)

// WithoutIndexes runs fn, which fills objects that have few records, while their indexes
// are away: building each once afterwards takes a fraction of keeping it with
// every row. Indexes that hold values unique stay. Should the process end
// before, the next start builds what is missing (Sync).
func (db *DB) WithoutIndexes(ctx context.Context, r *schema.Registry, objects []string, fn func() error) error {
	var of []string
	for _, name := range objects {
		o := r.Object(name)
		of = append(of, o.Table(), "f_"+o.Name)
		for _, f := range o.Fields {
			if _, ok := f.Kind().(schema.Multiple); ok {
				of = append(of, o.ValueTable(f))
			}
		}
	}
	statement := "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
	if db.Postgres() {
		statement = "SELECT indexname::text, tablename::text, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
	}
	rows, err := db.Query(ctx, statement)
	if err != nil {
		return fmt.Errorf("list the indexes: %w", err)
	}
	for _, row := range rows {
		name, _ := row[0].(string)
		table, _ := row[1].(string)
		text, _ := row[2].(string)
		if !slices.Contains(of, table) || !strings.HasPrefix(name, "i_") || strings.HasPrefix(text, "CREATE UNIQUE") {
			continue
		}
		if _, err := db.Exec(ctx, "DROP INDEX IF EXISTS "+name); err != nil {
			return fmt.Errorf("put an index away: %w", err)
		}
	}
	if !db.Postgres() {
		// Rows go to pages all over the tables: these stay in memory meanwhile, and what a
		// page gets in many commits is brought into the database once.
		db.writer.log.after.Store(math.MaxInt64)
		for _, pragma := range []string{"PRAGMA cache_size = -1000000", "PRAGMA wal_autocheckpoint = 100000"} {
			if err := db.tune(ctx, pragma); err != nil {
				return err
			}
		}
		if err := db.searchFilled(ctx, r, objects, wordsOfFill, segmentsOfFill); err != nil {
			return err
		}
		defer func() {
			_ = db.tune(context.WithoutCancel(ctx), "PRAGMA cache_size = "+cacheSize)
			_ = db.tune(context.WithoutCancel(ctx), "PRAGMA wal_autocheckpoint = "+logMost)
			db.writer.log.after.Store(logPages)
		}()
	}
	filled := fn()
	if !db.Postgres() {
		after := context.WithoutCancel(ctx)
		filled = errors.Join(filled, db.searchFilled(after, r, objects, wordsAtOnce, segmentsAtOnce))
		if filled == nil {
			filled = db.mergeSearch(ctx, r, objects)
		}
	}
	if err := db.SyncAll(context.WithoutCancel(ctx), r); err != nil {
		return errors.Join(filled, fmt.Errorf("build the indexes: %w", err))
	}
	return filled
}

// What FTS5 keeps in memory before it writes a part of an index, in bytes, and how
// many parts of a size it lets be before it makes one of them: by itself, and
// while very many rows are filled in, where each word is else written five times.
const (
	wordsAtOnce, segmentsAtOnce = 1 << 20, 4
	wordsOfFill, segmentsOfFill = 64 << 20, 16
)

// searchFilled sets how the search indexes of objects take words in.
func (db *DB) searchFilled(ctx context.Context, r *schema.Registry, objects []string, words, segments int) error {
	return db.eachSearch(ctx, r, objects, func(q Querier, table string) error {
		for option, value := range map[string]int{"hashsize": words, "automerge": segments} {
			if _, err := q.Exec(ctx, "INSERT INTO "+table+" ("+table+", rank) VALUES (?, ?)", option, value); err != nil {
				return fmt.Errorf("set %s of the search: %w", option, err)
			}
		}
		return nil
	})
}

// mergeSearch makes one part of each search index.
func (db *DB) mergeSearch(ctx context.Context, r *schema.Registry, objects []string) error {
	return db.eachSearch(ctx, r, objects, func(q Querier, table string) error {
		_, err := q.Exec(ctx, "INSERT INTO "+table+" ("+table+") VALUES ('optimize')")
		return err
	})
}

// eachSearch does something to the search index of each object.
func (db *DB) eachSearch(ctx context.Context, r *schema.Registry, objects []string, fn func(q Querier, table string) error) error {
	for _, name := range objects {
		if err := db.Write(ctx, func(_ context.Context, q Querier) error { return fn(q, "f_"+r.Object(name).Name) }); err != nil {
			return err
		}
	}
	return nil
}

// tune sets something of the writing connection of SQLite.
func (db *DB) tune(ctx context.Context, pragma string) error {
	return db.Write(ctx, func(ctx context.Context, q Querier) error {
		_, err := q.Query(ctx, pragma)
		return err
	})
}
