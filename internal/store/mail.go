package store

import "context"

// DueMails lists mails that are to be sent by an instant and that no run holds.
func DueMails(ctx context.Context, q Querier, now int64, limit int) ([]int64, error) {
	rows, err := q.Query(ctx, "SELECT id FROM mail WHERE state = 'queued' AND next_at <= ? AND lease_until < ? ORDER BY next_at, id LIMIT ?", now, now, int64(limit))
	return column(rows, err)
}

// ClaimMail holds a mail that is to be sent until an instant, and tells whether it was
// free.
func ClaimMail(ctx context.Context, q Querier, id, now, until int64) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE mail SET lease_until = ? WHERE id = ? AND state = 'queued' AND lease_until < ?", until, id, now)
	return n > 0, err
}
