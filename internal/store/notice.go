package store

import (
	"context"
	"strings"

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
func Reminders(ctx context.Context, q Querier, o *schema.Object, from, to, after int64, limit int) ([][]any, error) {
	remind, due := o.Field(o.Due.Remind).Column(), o.Field(o.Due.At).Column()
	return q.Query(ctx, "SELECT id, owner_id, "+remind+", "+due+" FROM "+o.Table()+" WHERE "+remind+" > ? AND "+remind+" <= ? AND deleted_at IS NULL AND id > ?"+Undone(o)+" ORDER BY id LIMIT ?", from, to, after, int64(limit))
}

// RemindersBefore reads id, owner and day of live records of an object that are due
// between two instants and whose owner chose this lead of minutes before, as Reminders
// does.
func RemindersBefore(ctx context.Context, q Querier, o *schema.Object, before *schema.Field, lead, condition string, from, to, after int64, limit int) ([][]any, error) {
	at := o.Field(o.Due.At).Column()
	return q.Query(ctx, "SELECT id, owner_id, "+at+", "+at+" FROM "+o.Table()+" WHERE "+at+" > ? AND "+at+" <= ? AND deleted_at IS NULL AND id > ?"+condition+
		" AND EXISTS (SELECT 1 FROM "+o.ValueTable(before)+" v WHERE v.record_id = "+o.Table()+".id AND v.value = ?) ORDER BY id LIMIT ?", from, to, after, lead, int64(limit))
}

// Undone is the condition that what is due is still to be done.
func Undone(o *schema.Object) string {
	condition := ""
	if f := o.Field(o.Due.Done); f != nil {
		condition += " AND (" + f.Column() + " IS NULL OR NOT " + f.Column() + ")"
	}
	if w := o.Due.While; w != nil {
		condition += " AND " + o.Field(w.Field).Column() + " IN ('" + strings.Join(w.Values, "', '") + "')"
	}
	return condition
}

// Woken lists live records of an object whose hour to be looked at again came by an
// instant, those first that wait longest.
func Woken(ctx context.Context, q Querier, o *schema.Object, now int64, limit int) ([]int64, error) {
	at := o.Field(o.Wakes).Column()
	rows, err := q.Query(ctx, "SELECT id FROM "+o.Table()+" WHERE "+at+" <= ? AND deleted_at IS NULL ORDER BY "+at+" LIMIT ?", now, int64(limit))
	return column(rows, err)
}

// Lapsed reads the ids, behind after, of live records that go on by themselves because
// their day lies before today.
func Lapsed(ctx context.Context, q Querier, o *schema.Object, today string, after int64, limit int) ([]int64, error) {
	day, choice := o.Field(o.Lapse.Day).Column(), o.Field(o.Lapse.When.Field).Column()
	args := []any{today, after}
	marks := make([]string, len(o.Lapse.When.Values))
	for i, value := range o.Lapse.When.Values {
		marks[i], args = "?", append(args, value)
	}
	rows, err := q.Query(ctx, "SELECT id FROM "+o.Table()+" WHERE "+day+" < ? AND deleted_at IS NULL AND id > ? AND "+choice+" IN ("+strings.Join(marks, ", ")+") ORDER BY id LIMIT ?", append(args, int64(limit))...)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i], _ = r[0].(int64)
	}
	return ids, err
}

// EndedShares reads object, record and token of shares that ended between two
// instants.
func EndedShares(ctx context.Context, q Querier, from, to int64, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT object, record_id, token FROM share WHERE until > ? AND until <= ? ORDER BY until LIMIT ?", from, to, int64(limit))
}
