package store

import (
	"context"

	"ecrm/internal/schema"
)

// CountersTable is the table that holds the named counters.
const CountersTable = "number"

var counters = Declare(Table{
	Name:    CountersTable,
	Columns: []schema.Column{{Name: "name", Kind: schema.KindText}, {Name: "last", Kind: schema.KindInt}},
	Key:     []string{"name"},
	// Nothing but this: numbers of records are drawn here too, which has what is
	// remembered be read again, a statement each.
	Standing: true,
})

// Count raises a named counter by one and answers its new value; the first is
// 1. Others who raise it wait until the transaction ends.
func Count(ctx context.Context, q Querier, name string) (int64, error) {
	rows, err := q.Query(ctx, "INSERT INTO number (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = number.last + 1 RETURNING last", name)
	if err != nil {
		return 0, err
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}

// CountTo sets a named counter that the transaction raised before.
func CountTo(ctx context.Context, q Querier, name string, n int64) error {
	_, err := Update(ctx, q, counters.Name, Row{"last": n}, Row{"name": name})
	return err
}

// CountPast raises a named counter to n where it is lower, so that n is not given
// again.
func CountPast(ctx context.Context, q Querier, name string, n int64) error {
	_, err := q.Exec(ctx, "INSERT INTO number (name, last) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE number.last < excluded.last", name, n)
	return err
}

// Counter answers the value of a named counter, 0 before the first.
func Counter(ctx context.Context, q Querier, name string) (int64, error) {
	rows, err := Find(ctx, q, counters.Name, "last", Row{"name": name}, "")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}

// Counters answers the values of some named counters.
func Counters(ctx context.Context, q Querier, names ...string) (map[string]int64, error) {
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = name
	}
	rows, err := q.Query(ctx, "SELECT name, last FROM number WHERE name IN ("+marks(len(names))+")", args...)
	found := map[string]int64{}
	for _, r := range rows {
		name, _ := r[0].(string)
		found[name], _ = r[1].(int64)
	}
	return found, err
}

// Reach lists ids of an object's live records that are reached from some by a
// reference to the object itself: down to those that point at them, or up to
// those they point at; the given ids come first. A circle does no harm.
func Reach(ctx context.Context, q Querier, o *schema.Object, field string, ids []int64, up bool) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	column := o.Field(field).Column()
	from, to := "id", column
	if up {
		from, to = column, "id"
	}
	seen := map[int64]bool{}
	var all []int64
	for next := ids; len(next) > 0; {
		var args []any
		for _, id := range next {
			if !seen[id] {
				seen[id] = true
				all = append(all, id)
				args = append(args, id)
			}
		}
		if len(args) == 0 {
			break
		}
		rows, err := q.Query(ctx, "SELECT "+from+" FROM "+o.Table()+" WHERE deleted_at IS NULL AND "+to+" IN ("+marks(len(args))+")", args...)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, r := range rows {
			if id, ok := r[0].(int64); ok {
				next = append(next, id)
			}
		}
	}
	return all, nil
}
