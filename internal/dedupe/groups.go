package dedupe

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// group makes groups of the pairs, the likeliest pairs first, and puts them in the place
// of those of the last search.
func (w *search) group(ctx context.Context) error {
	job := w.run.Job().ID
	type pair struct{ low, high, score int64 }
	var pairs []pair
	for after := int64(0); ; {
		rows, err := store.Next(ctx, w.Records.DB, pairTable.Name, "low_id, high_id, score", store.Row{"run_id": job}, "low_id", after, keysAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == keysAtOnce { // the rest of the last comes with the next page
			last := rows[len(rows)-1][0]
			for rows[len(rows)-1][0] == last && rows[0][0] != last {
				rows = rows[:len(rows)-1]
			}
		}
		for _, r := range rows {
			var p pair
			p.low, _ = r[0].(int64)
			p.high, _ = r[1].(int64)
			p.score, _ = r[2].(int64)
			pairs, after = append(pairs, p), p.low
		}
		if len(rows) == 0 {
			break
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.low, y.low), cmp.Compare(x.high, y.high))
	})
	in, members := map[int64]int64{}, map[int64][]int64{}
	score, place := map[int64]int64{}, map[int64]int{}
	var order []int64
	for _, p := range pairs {
		a, b := in[p.low], in[p.high]
		switch {
		case a == 0 && b == 0:
			in[p.low], in[p.high], members[p.low] = p.low, p.low, []int64{p.low, p.high}
			score[p.low], place[p.low] = p.score, len(order)
			order = append(order, p.low)
		case a == b:
		case a == 0 && len(members[b]) < groupMost:
			in[p.low], members[b] = b, append(members[b], p.low)
		case b == 0 && len(members[a]) < groupMost:
			in[p.high], members[a] = a, append(members[a], p.high)
		case a != 0 && b != 0 && len(members[a])+len(members[b]) <= groupMost:
			if place[b] < place[a] {
				a, b = b, a // it stands where the likelier of the two stood
			}
			for _, id := range members[b] {
				in[id] = a
			}
			members[a] = append(members[a], members[b]...)
			delete(members, b)
		}
	}
	return w.put(ctx, order, members, score)
}

// put writes the groups and has them be those of the queue.
func (w *search) put(ctx context.Context, order []int64, members map[int64][]int64, score map[int64]int64) error {
	job, db := w.run.Job().ID, w.Records.DB
	bulk := store.Bulk(ctx)
	// A run that was cut short while it wrote begins anew.
	if err := w.drop(bulk, store.Row{"object": w.object.Name, "run_id": job}); err != nil {
		return err
	}
	w.state.Groups = 0
	var groups, rows [][]any
	flush := func() error {
		err := db.Write(bulk, func(ctx context.Context, tx store.Querier) error {
			if err := store.InsertMany(ctx, tx, groupTable.Name, []string{"id", "object", "run_id", "place", "score"}, groups); err != nil {
				return err
			}
			return store.InsertMany(ctx, tx, memberTable.Name, []string{"group_id", "record_id"}, rows)
		})
		groups, rows = nil, nil
		return err
	}
	for _, first := range order {
		list := members[first]
		if list == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		w.state.Groups++
		id := w.Records.IDs.Next()
		groups = append(groups, []any{id, w.object.Name, job, w.state.Groups, score[first]})
		for _, one := range list {
			rows = append(rows, []any{id, one})
		}
		if len(rows) >= 500 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if err := db.Write(bulk, func(ctx context.Context, tx store.Querier) error {
		is := store.Row{"run_id": job, "at": time.Now().UnixMicro()}
		n, err := store.Update(ctx, tx, runTable.Name, is, store.Row{"object": w.object.Name})
		if err != nil {
			return err
		}
		if n == 0 {
			is["object"] = w.object.Name
			if err := store.Insert(ctx, tx, runTable.Name, is); errors.Is(err, store.ErrUnique) {
				return store.ErrOvertaken // another search of it ended at this moment
			} else if err != nil {
				return err
			}
		}
		return w.run.Save(ctx, tx, w.state)
	}); err != nil {
		return err
	}
	return w.sweep(ctx)
}

// drop removes groups that equal where, with their members.
func (w *search) drop(ctx context.Context, where store.Row) error {
	for {
		rows, err := store.Find(ctx, w.Records.DB, groupTable.Name, "id", where, "LIMIT 500")
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := w.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
			for _, r := range rows {
				if _, err := store.Delete(ctx, tx, memberTable.Name, store.Row{"group_id": r[0]}); err != nil {
					return err
				}
				if _, err := store.Delete(ctx, tx, groupTable.Name, store.Row{"id": r[0]}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// sweep removes the groups of searches that are not the last, and the pairs of those
// that have ended.
func (w *search) sweep(ctx context.Context) error {
	ctx = store.Bulk(ctx)
	run, _, err := w.last(ctx, w.object)
	if err != nil {
		return err
	}
	job := w.run.Job().ID
	rows, err := store.Find(ctx, w.Records.DB, groupTable.Name, "DISTINCT run_id", store.Row{"object": w.object.Name}, "")
	if err != nil {
		return err
	}
	for _, r := range rows {
		if id, _ := r[0].(int64); id != run && id != job {
			if err := w.drop(ctx, store.Row{"object": w.object.Name, "run_id": id}); err != nil {
				return err
			}
		}
	}
	ended, err := store.Find(ctx, w.Records.DB, pairTable.Name, "DISTINCT run_id", nil, "")
	if err != nil {
		return err
	}
	for _, r := range ended {
		id, _ := r[0].(int64)
		// Another search may be at work; what is left of one that is not goes with the next.
		if id != run && id != job {
			j, err := w.Jobs.Get(ctx, policy.System(w.Records.Current.Load(), ""), id)
			if err == nil && !j.Ended() || err != nil && !record.IsCode(err, "not_found") {
				continue
			}
		} else if id == job && run != job {
			continue
		}
		for n := int64(1); n > 0; {
			if n, err = store.SweepEqual(ctx, w.Records.DB, pairTable.Name, store.Row{"run_id": id}, 2000); err != nil {
				return err
			}
		}
	}
	return nil
}

// last is the search whose groups are the queue of an object, and when it ended; 0:
// there was none.
func (s *Service) last(ctx context.Context, o *schema.Object) (run, at int64, err error) {
	rows, err := store.Find(ctx, s.Records.DB, runTable.Name, "run_id, at", store.Row{"object": o.Name}, "")
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	run, _ = rows[0][0].(int64)
	at, _ = rows[0][1].(int64)
	return run, at, nil
}
