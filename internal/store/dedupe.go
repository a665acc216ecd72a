package store

import (
	"context"
)

// KeyPage reads match keys of a kind behind a value, with the records that have them, in
// their order: at most limit rows.
func KeyPage(ctx context.Context, q Querier, kind, after string, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT value, record_id FROM match_key WHERE kind = ? AND value > ? ORDER BY value, record_id LIMIT ?", kind, after, int64(limit))
}

// CountKeys tells how many match keys of a kind there are.
func (db *DB) CountKeys(ctx context.Context, kind string) (n int64, err error) {
	_, err = db.each(ctx, func(row []any) error {
		n, _ = row[0].(int64)
		return nil
	}, "SELECT count(*) FROM match_key WHERE kind = ?", []any{kind})
	return n, err
}
