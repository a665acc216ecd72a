package dedupe

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// FindKind is the kind of the jobs that look for duplicates over everything.
const FindKind = "find_duplicates"

const (
	// keysAtOnce is how many keys are read together, and about how often a job keeps how
	// far it is.
	keysAtOnce = 5000
	// blockMost is how many records that share a key are compared with one another: what
	// more share (a switchboard, a mail address of nobody) says nothing, and is told.
	blockMost = 60
	// entriesMost is how many entries of names with slips are held in memory at once;
	// more are looked at in several passes.
	entriesMost = 400_000
	// pairsMost is how many pairs one search keeps.
	pairsMost = 500_000
	// groupMost is how many records stand in one group at most.
	groupMost = 2 * record.MaxMerged
)

// pairs are the pairs a running search has found.
var pairTable = store.Declare(store.Table{
	Name: "duplicate_pair",
	Columns: []schema.Column{
		{Name: "run_id", Kind: schema.KindInt}, {Name: "low_id", Kind: schema.KindInt}, {Name: "high_id", Kind: schema.KindInt}, {Name: "score", Kind: schema.KindInt},
	},
	Key: []string{"run_id", "low_id", "high_id"},
})

// groupTable holds what searches found, the likeliest first.
var groupTable = store.Declare(store.Table{
	Name: "duplicate_group",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "run_id", Kind: schema.KindInt},
		{Name: "place", Kind: schema.KindInt}, {Name: "score", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"run_id, place", "object, run_id"},
})

var memberTable = store.Declare(store.Table{
	Name: "duplicate_member",
	Columns: []schema.Column{
		{Name: "group_id", Kind: schema.KindInt}, {Name: "record_id", Kind: schema.KindInt},
	},
	Key: []string{"group_id", "record_id"},
})

// runTable names the last search of each object that came to its end.
var runTable = store.Declare(store.Table{
	Name: "duplicate_run",
	Columns: []schema.Column{
		{Name: "object", Kind: schema.KindText}, {Name: "run_id", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt},
	},
	Key: []string{"object"},
})

// Service looks for duplicates and keeps the queue.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
}

// New makes the service and registers its job.
func New(records *record.Service, j *jobs.Service) *Service {
	s := &Service{records, j}
	j.Register(jobs.Kind{Name: FindKind, Run: s.find})
	return s
}

// MayFind tells whether the actor may have everything searched: whoever may work the
// queue off.
func MayFind(a *policy.Actor, o *schema.Object) bool {
	return record.Mergeable(o) && a.May(o, policy.Edit) && a.May(o, policy.Remove)
}

// Find begins a search over all records of an object.
func (s *Service) Find(ctx context.Context, a *policy.Actor, o *schema.Object) (jobs.Job, error) {
	if !record.Mergeable(o) || !a.May(o, policy.View) {
		return jobs.Job{}, &record.Error{Code: "not_found"}
	}
	if !MayFind(a, o) {
		return jobs.Job{}, &record.Error{Code: "forbidden"}
	}
	return s.Jobs.Start(ctx, a, FindKind, o.Name, "", struct{}{})
}

// step is one way through the keys of a kind: block by block, or for names with slips
// one pass of several.
type step struct {
	Kind  string `json:"kind"`
	Total int64  `json:"total"`
	// Pass of Passes; 0 of 0 goes block by block.
	Pass   uint64 `json:"pass,omitempty"`
	Passes uint64 `json:"passes,omitempty"`
}

// state is how far a search is: its checkpoint.
type state struct {
	Steps []step `json:"steps"`
	At    int    `json:"at"`
	// After is the last key that was read of the step.
	After string `json:"after"`
	Done  int64  `json:"done"`
	found
}

// found is what a search came to: the result of the job.
type found struct {
	Pairs  int64 `json:"pairs"`
	Groups int64 `json:"groups"`
	// Skipped are keys that so many records share that they were left out, by kind.
	Skipped map[string]int64 `json:"skipped,omitempty"`
	// Capped tells that there were more pairs than are kept.
	Capped bool `json:"capped,omitempty"`
}

// search is a job under way.
type search struct {
	*Service
	run    *jobs.Run
	object *schema.Object
	rules  []*record.Likeness
	state  state
	total  int64
}

// find runs a search from its last checkpoint on.
func (s *Service) find(ctx context.Context, r *jobs.Run) error {
	job := r.Job()
	asker, err := r.Actor()
	if err != nil {
		return err
	}
	o := asker.Registry.Object(job.Object)
	if o == nil || !MayFind(asker, o) {
		return &record.Error{Code: "forbidden"}
	}
	// Everything is compared, whoever asks: what of it he may see the queue tells.
	all, err := s.Records.Likenesses(ctx, policy.System(asker.Registry, ""), o)
	if err != nil {
		return err
	}
	w := search{Service: s, run: r, object: o, rules: slices.DeleteFunc(slices.Clone(all), func(l *record.Likeness) bool { return !l.Searched })}
	known, err := r.Checkpoint(&w.state)
	if err != nil {
		return err
	}
	if !known {
		if err := w.begin(ctx); err != nil {
			return err
		}
	}
	for _, one := range w.state.Steps {
		w.total += one.Total
	}
	defer func() { r.Result(w.state.found) }()
	r.Progress(w.state.Done, w.total)
	for w.state.At < len(w.state.Steps) {
		now := w.state.Steps[w.state.At]
		if now.Passes > 0 {
			err = w.pass(ctx, now)
		} else {
			err = w.blocks(ctx, now)
		}
		if err != nil {
			return err
		}
	}
	return w.group(ctx)
}

// begin plans the steps and removes what earlier searches left unfinished.
func (w *search) begin(ctx context.Context) error {
	kinds, slips := map[string]bool{}, map[string]bool{}
	for _, l := range w.rules {
		for _, c := range l.Conditions {
			if c.Kind == "" || c.How == record.ByDomain {
				continue
			}
			kinds[c.Kind] = true
			slips[c.Kind] = slips[c.Kind] || c.How == record.BySlip
		}
	}
	for _, kind := range sortedKeys(kinds) {
		n, err := w.Records.DB.CountKeys(ctx, w.object.Name+"."+kind)
		if err != nil {
			return err
		}
		w.state.Steps = append(w.state.Steps, step{Kind: kind, Total: n})
		if slips[kind] {
			passes := uint64(n*10/entriesMost + 1)
			for p := range passes {
				w.state.Steps = append(w.state.Steps, step{Kind: kind, Total: n, Pass: p, Passes: passes})
			}
		}
	}
	w.state.Skipped = map[string]int64{}
	return w.sweep(ctx)
}

func sortedKeys(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// blocks goes through the keys of a kind: records that share one are compared.
func (w *search) blocks(ctx context.Context, now step) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := store.KeyPage(ctx, w.Records.DB, w.object.Name+"."+now.Kind, w.state.After, keysAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return w.keep(ctx, nil, true)
		}
		var wanted [][2]int64
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && rows[to][0] == rows[from][0] {
				to++
			}
			if to == len(rows) && len(rows) == keysAtOnce && from > 0 {
				rows = rows[:from] // it may go on: it is read whole the next time
				break
			}
			wanted = append(wanted, w.within(now.Kind, rows[from:to])...)
			from = to
		}
		w.state.After, _ = rows[len(rows)-1][0].(string)
		w.state.Done += int64(len(rows))
		if err := w.compare(ctx, wanted); err != nil {
			return err
		}
	}
}

// within are the pairs of the records that share a key.
func (w *search) within(kind string, rows [][]any) [][2]int64 {
	if len(rows) < 2 {
		return nil
	}
	if len(rows) > blockMost {
		w.state.Skipped[kind]++
		return nil
	}
	var list [][2]int64
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			a, _ := rows[i][1].(int64)
			b, _ := rows[j][1].(int64)
			list = append(list, pairOf(a, b))
		}
	}
	return list
}

func pairOf(a, b int64) [2]int64 { return [2]int64{min(a, b), max(a, b)} }

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
