package record

import (
	"context"

	"ecrm/internal/store"
)

type fillKey struct{}

// Fill marks the units under ctx as filling an empty company with what the server
// itself made up, in the order of its references: nothing is looked up that a
// record points to, nobody reads what it would be warned of, and value tables and
// match keys, which hold each row somewhere else, are written at the end of a unit
// in their order. Verify finds what of it would not hold.
func Fill(ctx context.Context) context.Context { return context.WithValue(ctx, fillKey{}, true) }

// derived is where the value tables and match keys of a unit's records are
// written.
func (u *Unit) derived(tx store.Querier) store.Querier {
	if u == nil || !u.fills {
		return tx
	}
	return &derivedRows{tx, &u.late.derived}
}

// derivedRows keeps the rows of derived tables until somebody else reads or changes
// such a table, or the unit ends.
type derivedRows struct {
	store.Querier
	rows *store.Gathered
}

// Gather keeps rows.
func (d *derivedRows) Gather(_ context.Context, table string, columns []string, rows [][]any) error {
	d.rows.Add(table, columns, rows)
	return nil
}

// Exec changes a derived table as it is with what waits.
func (d *derivedRows) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := d.rows.Write(ctx, d.Querier); err != nil {
		return 0, err
	}
	return d.Querier.Exec(ctx, statement, args...)
}

// Query reads a derived table as it is with what waits.
func (d *derivedRows) Query(ctx context.Context, statement string, args ...any) ([][]any, error) {
	if err := d.rows.Write(ctx, d.Querier); err != nil {
		return nil, err
	}
	return d.Querier.Query(ctx, statement, args...)
}
