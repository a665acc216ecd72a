package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var onceTable = store.Declare(store.Table{
	Name: "idempotency",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "name", Kind: schema.KindText}, {Name: "asked", Kind: schema.KindText},
		{Name: "at", Kind: schema.KindInt}, {Name: "answer", Kind: schema.KindText},
	},
	Key:     []string{"user_id", "name"},
	Indexes: []string{"at"},
})

// onceSpan is how long it is remembered that something was asked.
const onceSpan = 24 * time.Hour

// Once runs fn in one transaction unless the actor asked the same under the same
// key within the last day; then it answers what was answered then, and replayed.
// asked is a digest of the request: the same key with another request is
// refused. The key is kept in the transaction of what it stands for, so that
// neither a crash nor the same request sent twice at once does it twice. An
// empty key promises nothing.
func (s *Service) Once(ctx context.Context, a *policy.Actor, key, asked string, fn func(ctx context.Context, u *Unit) (any, error)) (answer json.RawMessage, replayed bool, err error) {
	for range 3 {
		replayed = false
		err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
			if key != "" {
				if answer, replayed, err = s.asked(ctx, u.tx, a.ID, key, asked); err != nil || replayed {
					return err
				}
			}
			result, err := fn(ctx, u)
			if err != nil {
				return err
			}
			if answer, err = json.Marshal(result); err != nil || key == "" {
				return err
			}
			_, err = store.Update(ctx, u.tx, onceTable.Name, store.Row{"answer": string(answer)}, store.Row{"user_id": a.ID, "name": key})
			return err
		})
		// Somebody asked the same at the same moment and was first.
		if key == "" || !errors.Is(err, store.ErrUnique) {
			break
		}
	}
	return answer, replayed, err
}

// asked finds what was answered under a key, or takes the key.
func (s *Service) asked(ctx context.Context, tx store.Querier, user int64, key, asked string) (json.RawMessage, bool, error) {
	now := time.Now()
	forget := now.Add(-onceSpan).UnixMicro()
	where := store.Row{"user_id": user, "name": key}
	rows, err := store.Find(ctx, tx, onceTable.Name, "asked, at, answer", where, "")
	if err != nil {
		return nil, false, err
	}
	if len(rows) == 1 {
		at, _ := rows[0][1].(int64)
		answer, _ := rows[0][2].(string)
		switch {
		case at < forget:
			if _, err := store.Delete(ctx, tx, onceTable.Name, where); err != nil {
				return nil, false, err
			}
		case rows[0][0] != asked:
			return nil, false, invalid("Idempotency-Key", "key_used_otherwise")
		default:
			return json.RawMessage(answer), true, nil
		}
	}
	if _, err := store.Sweep(ctx, tx, onceTable.Name, "at", forget, 20); err != nil {
		return nil, false, err
	}
	return nil, false, store.Insert(ctx, tx, onceTable.Name, store.Row{"user_id": user, "name": key, "asked": asked, "at": now.UnixMicro(), "answer": ""})
}

// Get answers a record as Service.Get does, as the unit sees it.
func (u *Unit) Get(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]byte, int64, error) {
	return u.service.get(ctx, u.tx, a, o, id)
}

// Row is one row of a batch: a new record, or a change of one.
type Row struct {
	// ID is that of the record to change, 0 for a new one.
	ID int64
	// Version is the one the client read, 0 when it does not care.
	Version int64
	In      Input
	// Reason is why the row is meant though it may repeat what is there (see Anyway).
	Reason string
	// Err is what was wrong with the row before it came here.
	Err error
}

// Result is what became of a row.
type Result struct {
	ID      int64
	Created bool
	Err     error
}

// MaxBatch is how many rows a batch may have.
const MaxBatch = 500

// Batch makes and changes records, each row for itself; the results tell what
// became of each. A caller who wants all or nothing fails the unit when a row
// failed.
func (u *Unit) Batch(ctx context.Context, a *policy.Actor, o *schema.Object, rows []Row) ([]Result, error) {
	results := make([]Result, len(rows))
	for i, row := range rows {
		r := &results[i]
		r.ID, r.Created = row.ID, row.ID == 0
		if r.Err = row.Err; r.Err != nil {
			continue
		}
		meant := ctx
		if row.Reason != "" {
			meant = Anyway(ctx, row.Reason)
		}
		err := u.Try(ctx, func() error {
			var err error
			ctx := meant
			if row.ID != 0 {
				return u.Update(ctx, a, o, row.ID, row.In, row.Version)
			}
			r.ID, err = u.Create(ctx, a, o, row.In)
			return err
		})
		if errors.Is(err, errLost) || err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil && !told(err) {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		r.Err = err
	}
	return results, nil
}

// told tells whether an error is one for the client.
func told(err error) bool {
	var known *Error
	var misunderstood *query.Problem
	return errors.As(err, &known) || errors.As(err, &misunderstood)
}
