package store

import (
	"context"

	"ecrm/internal/schema"
)

// ReadNotices has a person's unread notices up to an id be read at an instant and
// answers how many there were.
func ReadNotices(ctx context.Context, q Querier, user, through, now int64) (int64, error) {
	return q.Exec(ctx, "UPDATE notice SET read_at = ? WHERE user_id = ? AND read_at = 0 AND id <= ?", now, user, through)
}

// Commenters lists who spoke about a record, those who did last first.
func Commenters(ctx context.Context, q Querier, record int64, limit int) ([]int64, error) {
	rows, err := q.Query(ctx, "SELECT author_id, max(id) FROM comment WHERE record_id = ? GROUP BY author_id ORDER BY 2 DESC LIMIT ?", record, int64(limit))
	return column(rows, err)
}

// Reminders reads id, owner, reminder and day of live records of an object whose
// reminder lies between two instants and that are not done, by id behind after.
func Reminders(ctx context.Context, q Querier, o *schema.Object, remind, due, done string, from, to, after int64, limit int) ([][]any, error) {
	undone := ""
	if done != "" {
		undone = " AND (" + done + " IS NULL OR NOT " + done + ")"
	}
	return q.Query(ctx, "SELECT id, owner_id, "+remind+", "+due+" FROM "+o.Table()+" WHERE "+remind+" > ? AND "+remind+" <= ? AND deleted_at IS NULL AND id > ?"+undone+" ORDER BY id LIMIT ?", from, to, after, int64(limit))
}

// EndedShares reads object, record and token of shares that ended between two
// instants.
func EndedShares(ctx context.Context, q Querier, from, to int64, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT object, record_id, token FROM share WHERE until > ? AND until <= ? ORDER BY until LIMIT ?", from, to, int64(limit))
}
