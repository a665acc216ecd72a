package dedupe

import (
	"cmp"
	"context"
	"slices"

	"ecrm/internal/normal"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

// entry is a name in one of its blocks (see normal.SimilarBlocks).
type entry struct {
	block uint64
	id    int64
	key   string
}

// pass looks for names with slips among the blocks of one pass.
func (w *search) pass(ctx context.Context, now step) error {
	var entries []entry
	read := int64(0)
	for after := ""; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := store.KeyPage(ctx, w.Records.DB, w.object.Name+"."+now.Kind, after, keysAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		last, _ := rows[len(rows)-1][0].(string)
		if len(rows) == keysAtOnce { // the rest of the last key comes with the next page
			for len(rows) > 0 && rows[len(rows)-1][0] == last && rows[0][0] != last {
				rows = rows[:len(rows)-1]
			}
			last, _ = rows[len(rows)-1][0].(string)
		}
		for _, r := range rows {
			key, _ := r[0].(string)
			id, _ := r[1].(int64)
			for _, block := range normal.SimilarBlocks(key) {
				if block%now.Passes == now.Pass {
					entries = append(entries, entry{block, id, key})
				}
			}
		}
		after = last
		read += int64(len(rows))
		w.run.Progress(w.state.Done+read, w.total)
	}
	w.state.Done += read
	slices.SortFunc(entries, func(x, y entry) int { return cmp.Or(cmp.Compare(x.block, y.block), cmp.Compare(x.id, y.id)) })
	var wanted [][2]int64
	for from := 0; from < len(entries); {
		to := from + 1
		for to < len(entries) && entries[to].block == entries[from].block {
			to++
		}
		wanted = append(wanted, w.slips(now.Kind, entries[from:to])...)
		if len(wanted) >= keysAtOnce {
			if err := w.compare(ctx, wanted); err != nil {
				return err
			}
			wanted = nil
		}
		from = to
	}
	if err := w.compare(ctx, wanted); err != nil {
		return err
	}
	return w.keep(ctx, nil, true)
}

// slips are the pairs of similar names of one block.
func (w *search) slips(kind string, entries []entry) [][2]int64 {
	if len(entries) < 2 {
		return nil
	}
	if len(entries) > blockMost {
		w.state.Skipped[kind]++
		return nil
	}
	var list [][2]int64
	for i, a := range entries {
		for _, b := range entries[i+1:] {
			if a.id != b.id && a.key != b.key && normal.Similar(a.key, b.key) {
				list = append(list, pairOf(a.id, b.id))
			}
		}
	}
	return list
}

// compare reads the records of pairs, and keeps those that fit a rule.
func (w *search) compare(ctx context.Context, wanted [][2]int64) error {
	slices.SortFunc(wanted, func(x, y [2]int64) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	wanted = slices.Compact(wanted)
	for some := range slices.Chunk(wanted, 2000) {
		fit, err := w.fit(ctx, some)
		if err != nil {
			return err
		}
		if err := w.keep(ctx, fit, false); err != nil {
			return err
		}
	}
	if len(wanted) == 0 {
		return w.keep(ctx, nil, false)
	}
	return nil
}

// fit are those of some pairs that are not kept yet and fit a rule, with their scores.
func (w *search) fit(ctx context.Context, wanted [][2]int64) ([][]any, error) {
	lows := make([]int64, 0, len(wanted))
	for _, p := range wanted {
		if len(lows) == 0 || lows[len(lows)-1] != p[0] {
			lows = append(lows, p[0])
		}
	}
	job := w.run.Job().ID
	there, err := store.Having(ctx, w.Records.DB, pairTable.Name, "low_id, high_id", "low_id", store.Row{"run_id": job}, lows)
	if err != nil {
		return nil, err
	}
	parted, err := w.Records.Parted(ctx, lows)
	if err != nil {
		return nil, err
	}
	known := map[[2]int64]bool{}
	for _, r := range there {
		low, _ := r[0].(int64)
		high, _ := r[1].(int64)
		known[[2]int64{low, high}] = true
	}
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(p [2]int64) bool { return known[p] || parted[p[0]][p[1]] })
	var ids []int64
	for _, p := range wanted {
		ids = append(ids, p[0], p[1])
	}
	slices.Sort(ids)
	profiles, err := w.profiles(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, p := range wanted {
		a, b := profiles[p[0]], profiles[p[1]]
		if a == nil || b == nil { // one is in the recycle bin
			continue
		}
		if by := meet(w.rules, a, b); by != nil {
			rows = append(rows, []any{job, p[0], p[1], record.Score(by)})
		}
	}
	return rows, nil
}

// profiles reads what is compared of live records.
func (w *search) profiles(ctx context.Context, ids []int64) (map[int64]*record.Profile, error) {
	all := map[int64]*record.Profile{}
	for some := range slices.Chunk(ids, 500) {
		found, err := w.Records.Rows(ctx, w.object.Name, &query.Node{Op: query.In, Field: "id", Value: some}, len(some))
		if err != nil {
			return nil, err
		}
		for id, v := range found {
			all[id] = record.ProfileOf(w.object, v)
		}
	}
	return all, nil
}

// meet is by what two records fit some rules; nil: they fit none.
func meet(rules []*record.Likeness, a, b *record.Profile) []string {
	var by []string
	for _, l := range rules {
		told, ok := l.Meet(a, b)
		if !ok {
			continue
		}
		for _, one := range told {
			if !slices.Contains(by, one) {
				by = append(by, one)
			}
		}
	}
	slices.Sort(by)
	return by
}

// keep keeps pairs together with how far the search is; next goes on to the next step.
func (w *search) keep(ctx context.Context, rows [][]any, next bool) error {
	if left := pairsMost - w.state.Pairs; int64(len(rows)) > left {
		rows, w.state.Capped = rows[:left], true
	}
	w.state.Pairs += int64(len(rows))
	if next {
		w.state.At++
		w.state.After = ""
	}
	w.run.Progress(w.state.Done, w.total)
	return w.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, tx store.Querier) error {
		if err := store.InsertMany(ctx, tx, pairTable.Name, []string{"run_id", "low_id", "high_id", "score"}, rows); err != nil {
			return err
		}
		return w.run.Save(ctx, tx, w.state)
	})
}
