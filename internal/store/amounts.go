package store

import (
	"context"
	"fmt"

	"ecrm/internal/schema"
)

// Amount is one amount as it stands in a record or in a row of one.
type Amount struct {
	ID       int64
	Value    int64
	Currency string
	// Worth is nil where none is known.
	Worth any
	// Settled is the day by whose rates it is valued, "" for today.
	Settled string
}

// Amounts reads the amounts of a field, in the records of o or in the rows of its
// field lines (nil: in the records), a page of them behind an id, those in the
// recycle bin too. last is 0 when there is nothing more.
func (db *DB) Amounts(ctx context.Context, o *schema.Object, lines, f *schema.Field, after int64, limit int) (amounts []Amount, last int64, err error) {
	settled := "''"
	if o.Settled != "" {
		settled = "p." + o.Field(o.Settled).Column()
	}
	c := f.Columns()
	from := o.Table() + " p"
	id, alias := "p.id", "p"
	if lines != nil {
		from = lines.Lines().Table() + " l JOIN " + o.Table() + " p ON p.id = l.parent_id"
		id, alias = "l.id", "l"
	}
	statement := fmt.Sprintf("SELECT %s, %s.%s, %s.%s, %s.%s, %s FROM %s WHERE %s > ? ORDER BY %s LIMIT ?",
		id, alias, c[0].Name, alias, c[1].Name, alias, c[2].Name, settled, from, id, id)
	rows, err := db.Query(ctx, statement, after, int64(limit))
	if err != nil {
		return nil, 0, fmt.Errorf("read the amounts of %s: %w", f.Name, err)
	}
	for _, r := range rows {
		a := Amount{Worth: r[3]}
		a.ID, _ = r[0].(int64)
		last = a.ID
		var ok bool
		if a.Value, ok = r[1].(int64); !ok {
			continue
		}
		a.Currency, _ = r[2].(string)
		a.Settled, _ = r[4].(string)
		amounts = append(amounts, a)
	}
	return amounts, last, nil
}

// PutWorth writes what amounts are worth, where they are still the same.
func PutWorth(ctx context.Context, q Querier, o *schema.Object, lines, f *schema.Field, amounts []Amount) error {
	table, c := o.Table(), f.Columns()
	if lines != nil {
		table = lines.Lines().Table()
	}
	statement := fmt.Sprintf("UPDATE %s SET %s = ? WHERE id = ? AND %s = ? AND %s = ?", table, c[2].Name, c[0].Name, c[1].Name)
	for _, a := range amounts {
		if _, err := q.Exec(ctx, statement, a.Worth, a.ID, a.Value, a.Currency); err != nil {
			return fmt.Errorf("write the worth of %s: %w", f.Name, err)
		}
	}
	return nil
}

// Rate finds the newest rate of a currency that was in force on a day, among the
// records of o: their name, which is indexed, is currency and day.
func Rate(ctx context.Context, q Querier, o *schema.Object, currency, day string) (int64, bool, error) {
	rows, err := q.Query(ctx, "SELECT rate FROM "+o.Table()+" WHERE name >= ? AND name <= ? AND deleted_at IS NULL ORDER BY name DESC LIMIT 1", currency+" ", currency+" "+day)
	if err != nil || len(rows) == 0 {
		return 0, false, err
	}
	rate, ok := rows[0][0].(int64)
	return rate, ok, nil
}

// Rates reads all rates: currency, day, rate; the oldest of each currency first.
func Rates(ctx context.Context, q Querier, o *schema.Object) ([][]any, error) {
	return q.Query(ctx, "SELECT currency, date, rate FROM "+o.Table()+" WHERE deleted_at IS NULL ORDER BY currency, date")
}
