package record

import (
	"context"
	"errors"

	"ecrm/internal/store"
)

// watched is a transaction that knows whether anything was written, and gathers
// the rows of a unit of many.
type watched struct {
	store.Querier
	// touched counts the statements that may have changed something, or that
	// failed and with it, on PostgreSQL, what comes after.
	touched int
	// gathers is set where each statement is a way to another process: rows wait
	// until something else is asked.
	gathers bool
	waiting store.Gathered
	// failed is set when rows that waited could not be added: whose they were is
	// not known any more.
	failed bool
}

// Gather keeps rows to be added, or adds them at once.
func (w *watched) Gather(ctx context.Context, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	w.touched++
	if !w.gathers {
		return store.InsertMany(ctx, w.Querier, table, columns, rows)
	}
	w.waiting.Add(table, columns, rows)
	return nil
}

// settle adds the rows that wait.
func (w *watched) settle(ctx context.Context) error {
	if w.waiting.Empty() {
		return nil
	}
	w.touched++
	if err := w.waiting.Write(ctx, w.Querier); err != nil {
		w.failed = true
		return errors.Join(ErrUnsure, err)
	}
	return nil
}

// Exec runs a statement and counts it.
func (w *watched) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := w.settle(ctx); err != nil {
		return 0, err
	}
	w.touched++
	return w.Querier.Exec(ctx, statement, args...)
}

// Query reads; a failure counts as if it had written.
func (w *watched) Query(ctx context.Context, statement string, args ...any) ([][]any, error) {
	if err := w.settle(ctx); err != nil {
		return nil, err
	}
	rows, err := w.Querier.Query(ctx, statement, args...)
	if err != nil {
		w.touched++
	}
	return rows, err
}

// errLost says that the transaction itself is gone.
var errLost = errors.New("the transaction is lost")

// ErrUnsure is answered by Try when what was done would have to be taken back:
// the unit is to answer it, and is run again carefully.
var ErrUnsure = errors.New("part of the unit must be taken back")

// Try runs fn inside the unit; when it fails only what it did is taken back. A
// savepoint for each of thousands of parts costs a third of their time, and most
// parts succeed or fail before they write: so the unit goes without, and is run
// again with savepoints when a part fails after all.
func (u *Unit) Try(ctx context.Context, fn func() error) error {
	if u.careful {
		return u.attempt(ctx, fn)
	}
	written, told, kept, numbers, counters := u.tx.touched, len(u.events), u.late.length(), u.drawn.mark(), u.late.numbering.mark()
	err := fn()
	if err == nil {
		return nil
	}
	if u.tx.touched != written || u.fills {
		// The unit fails even if fn's error is taken for an ordinary refusal.
		u.unsure = true
		return ErrUnsure
	}
	u.events = u.events[:told]
	u.late.cut(kept)
	u.late.back(counters)
	u.unuse(numbers)
	return err
}

// Pretend runs fn in a unit of which nothing is kept, whatever it answers. The whole transaction
// is rolled back: after a savepoint SQLite would write all the pages that were changed and put
// back.
func (s *Service) Pretend(ctx context.Context, fn func(ctx context.Context, u *Unit) error) error {
	var answer error
	err := s.Together(ctx, func(ctx context.Context, u *Unit) error {
		u.pretends = true
		if answer = fn(ctx, u); answer == nil {
			answer = u.tx.settle(ctx)
		}
		return errPretended
	})
	if !errors.Is(err, errPretended) {
		return err
	}
	return answer
}

var errPretended = errors.New("only pretended")

// attempt runs fn in a savepoint.
func (u *Unit) attempt(ctx context.Context, fn func() error) error {
	// What waits and is written inside would be taken back with it.
	if err := u.flush(ctx); err != nil {
		return err
	}
	if _, err := u.tx.Exec(ctx, "SAVEPOINT attempt"); err != nil {
		return err
	}
	told, numbers := len(u.events), u.drawn.mark()
	if err := fn(); err != nil {
		u.unuse(numbers)
		u.events, u.late, u.tx.waiting = u.events[:told], late{}, store.Gathered{}
		u.forget()
		if _, back := u.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT attempt"); back != nil {
			return errors.Join(errLost, err, back)
		}
		if _, gone := u.tx.Exec(ctx, "RELEASE SAVEPOINT attempt"); gone != nil {
			return errors.Join(errLost, err, gone)
		}
		return err
	}
	if _, err := u.tx.Exec(ctx, "RELEASE SAVEPOINT attempt"); err != nil {
		return errors.Join(errLost, err)
	}
	return nil
}
