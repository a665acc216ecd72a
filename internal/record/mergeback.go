package record

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Merged is a merge as the actor may know it.
type Merged struct {
	ID     int64
	Object *schema.Object
	Winner int64
	Label  string
	// Losers are the records that became part of the winner, as they were called.
	Losers []Member
	By     int64
	ByName string
	// At and Undone are instants in microseconds; Undone is 0 where it holds.
	At, Undone int64
}

// Member is a record that became part of another.
type Member struct {
	ID    int64  `json:"id,string"`
	Label string `json:"label"`
}

// maxMerges is how many merges one list tells.
const maxMerges = 100

const mergeColumns = "id, object, winner_id, actor_id, at, undone_at"

// Merges lists the newest merges of an object, or of one record (0: of all), whose
// winner the actor may see.
func (s *Service) Merges(ctx context.Context, a *policy.Actor, o *schema.Object, winner int64) ([]Merged, error) {
	if !a.May(o, policy.View) || !Mergeable(o) {
		return nil, fail("not_found")
	}
	where := store.Row{"object": o.Name}
	if winner != 0 {
		where = store.Row{"object": o.Name, "winner_id": winner}
	}
	rows, err := store.Find(ctx, s.within(ctx), merges.Name, mergeColumns, where, "ORDER BY id DESC LIMIT "+strconv.Itoa(maxMerges))
	if err != nil {
		return nil, err
	}
	return s.mergesOf(ctx, a, o, rows)
}

func (s *Service) mergesOf(ctx context.Context, a *policy.Actor, o *schema.Object, rows [][]any) ([]Merged, error) {
	var list []Merged
	var winners, people, ids []int64
	for _, r := range rows {
		m := Merged{Object: o}
		m.ID, _ = r[0].(int64)
		m.Winner, _ = r[2].(int64)
		m.By, _ = r[3].(int64)
		m.At, _ = r[4].(int64)
		m.Undone, _ = r[5].(int64)
		winners, people, ids = append(winners, m.Winner), append(people, m.By), append(ids, m.ID)
		list = append(list, m)
	}
	q := s.within(ctx)
	labels, err := s.labels(ctx, q, a, o.Name, winners, true)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	names, err := s.labels(ctx, q, a, "user", people, true)
	if err != nil {
		return nil, err
	}
	members, err := store.Having(ctx, q, mergeMembers.Name, "merge_id, record_id, label", "merge_id", nil, ids)
	if err != nil {
		return nil, err
	}
	of := map[int64][]Member{}
	title := o.Field(o.Title)
	for _, r := range members {
		merge, _ := r[0].(int64)
		one := Member{}
		one.ID, _ = r[1].(int64)
		if one.Label, _ = r[2].(string); title == nil || !a.Readable(o, title) {
			one.Label = ""
		}
		of[merge] = append(of[merge], one)
	}
	shown := []Merged{}
	for _, m := range list {
		label, visible := labels[m.Winner]
		if !visible {
			continue
		}
		m.Label, m.ByName, m.Losers = label, names[m.By], of[m.ID]
		slices.SortFunc(m.Losers, func(x, y Member) int { return int(min(1, max(-1, x.ID-y.ID))) })
		shown = append(shown, m)
	}
	return shown, nil
}

// merged reads a merge whose winner the actor may see.
func (s *Service) merged(ctx context.Context, a *policy.Actor, id int64) (Merged, error) {
	rows, err := store.Find(ctx, s.within(ctx), merges.Name, mergeColumns, store.Row{"id": id}, "")
	if err != nil || len(rows) == 0 {
		return Merged{}, cmpErr(err, fail("not_found"))
	}
	name, _ := rows[0][1].(string)
	o := a.Registry.Object(name)
	if o == nil || !a.May(o, policy.View) {
		return Merged{}, fail("not_found")
	}
	list, err := s.mergesOf(ctx, a, o, rows)
	if err != nil || len(list) == 0 {
		return Merged{}, cmpErr(err, fail("not_found"))
	}
	return list[0], nil
}

// cmpErr is the first error, or the other where there is none.
func cmpErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// losersOf are the records that became part of one, by merges that hold, be it one after
// the other.
func (s *Service) losersOf(ctx context.Context, id int64) ([]int64, error) {
	var all []int64
	for next := []int64{id}; len(next) > 0 && len(all) < 5*MaxMerged; {
		rows, err := store.Having(ctx, s.within(ctx), merges.Name, "id, undone_at", "winner_id", nil, next)
		if err != nil || len(rows) == 0 {
			return all, err
		}
		var ids []int64
		for _, r := range rows {
			if merge, ok := r[0].(int64); ok && r[1] == int64(0) {
				ids = append(ids, merge)
			}
		}
		next = nil
		if len(ids) == 0 {
			break
		}
		members, err := store.Having(ctx, s.within(ctx), mergeMembers.Name, "record_id", "merge_id", nil, ids)
		if err != nil {
			return all, err
		}
		for _, r := range members {
			if one, ok := r[0].(int64); ok && one != id && !slices.Contains(all, one) {
				all, next = append(all, one), append(next, one)
			}
		}
	}
	return all, nil
}

// Unmerged tells what came of undoing a merge: how much was put back, and in words of
// codes what could not be put back exactly.
type Unmerged struct {
	Merged
	Back  int
	Stays []FieldError
	// May tells whether the actor may undo it.
	May bool
}

// PretendUnmerge tells what undoing a merge would come to, and undoes nothing.
func (s *Service) PretendUnmerge(ctx context.Context, a *policy.Actor, id int64) (*Unmerged, error) {
	m, err := s.merged(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := &Unmerged{Merged: m}
	if m.Undone != 0 {
		return out, nil
	}
	err = s.Pretend(ctx, func(ctx context.Context, u *Unit) error {
		done, err := u.unmerge(ctx, a, id)
		if err == nil {
			out, done.Undone = done, 0
		}
		return err
	})
	if IsCode(err, "forbidden") {
		err = nil // told by out.May
	}
	return out, err
}

// Unmerge puts back what a merge moved, except what changed since, and answers what
// stays. The actor may edit the winner and remove what comes back.
func (s *Service) Unmerge(ctx context.Context, a *policy.Actor, id int64) (out *Unmerged, err error) {
	err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
		out, err = u.unmerge(ctx, a, id)
		return err
	})
	if out != nil {
		err = s.explain(out.Object, err)
	}
	return out, err
}

// splitter puts back what a merge moved.
type splitter struct {
	unit    *Unit
	service *Service
	asker   *policy.Actor
	engine  *policy.Actor
	out     *Unmerged
	now     int64
	// since counts by object what went on elsewhere after the merge.
	since map[string]int
}

func (u *Unit) unmerge(ctx context.Context, a *policy.Actor, id int64) (*Unmerged, error) {
	s := u.service
	m, err := s.merged(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if m.Undone != 0 {
		return nil, Clash("id", "unmerged_before")
	}
	a, o, err := u.current(a, m.Object, nil)
	if err != nil {
		return nil, err
	}
	m.Object = o
	if _, _, err := s.writable(ctx, u.tx, a, o, m.Winner, policy.Edit, false); err != nil {
		if IsCode(err, "not_found") && s.may(ctx, u.tx, a, o, m.Winner, policy.View, true) {
			return nil, Clash("id", "unmerge_winner_gone")
		}
		return nil, err
	}
	for _, loser := range m.Losers {
		if !s.may(ctx, u.tx, a, o, loser.ID, policy.Remove, true) && !s.may(ctx, u.tx, a, o, loser.ID, policy.Edit, false) {
			return nil, fail("forbidden")
		}
	}
	n, err := store.Update(ctx, u.tx, merges.Name, store.Row{"undone_at": clock(ctx), "undone_by": a.ID}, store.Row{"id": id, "undone_at": int64(0)})
	if err != nil || n == 0 {
		return nil, cmpErr(err, Clash("id", "unmerged_before"))
	}
	ctx = context.WithValue(context.WithValue(ctx, settledKey{}, true), undoKey{}, true)
	m.Undone = clock(ctx)
	sp := &splitter{unit: u, service: s, asker: a, engine: engineFor(a, "undo of "+mergeOrigin(id)), out: &Unmerged{Merged: m, May: true}, now: clock(ctx), since: map[string]int{}}
	for _, step := range []func(ctx context.Context) error{sp.values, sp.losers, sp.moved, sp.newer, sp.told} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return sp.out, nil
}

func (sp *splitter) stays(field, code string, params ...string) {
	sp.out.Stays = append(sp.out.Stays, FieldError{field, schema.Bad(code, params...)})
}

// values takes back what the merge wrote into the winner, where it still stands.
func (sp *splitter) values(ctx context.Context) error {
	u, o := sp.unit, sp.out.Object
	rows, err := store.Find(ctx, u.tx, auditTable.Name, "diff", store.Row{"record_id": sp.out.Winner, "origin": mergeOrigin(sp.out.ID), "action": "changed"}, "ORDER BY id DESC")
	if err != nil {
		return err
	}
	for _, r := range rows {
		var diff map[string][2]json.RawMessage
		if err := decodeDiff(r[0], &diff); err != nil {
			return err
		}
		since, _, err := u.undoFields(ctx, sp.engine, o, sp.out.Winner, diff)
		if err != nil {
			return err
		}
		hidden := 0
		for _, name := range since {
			f := o.Field(name)
			if f == nil || !sp.asker.Readable(o, f) {
				hidden++
				continue
			}
			sp.stays(name, "unmerge_field", "field", f.Label.In(sp.asker.Language), "record", sp.out.Label)
		}
		if hidden > 0 {
			sp.stays("", "unmerge_hidden", "count", strconv.Itoa(hidden))
		}
	}
	return nil
}

// losers brings the records back that became part of the winner.
func (sp *splitter) losers(ctx context.Context) error {
	for _, loser := range sp.out.Losers {
		err := sp.unit.bin(ctx, sp.engine, sp.out.Object, loser.ID, true)
		switch {
		case IsCode(err, "not_found") && sp.service.may(ctx, sp.unit.tx, sp.engine, sp.out.Object, loser.ID, policy.View, false):
			sp.stays("", "unmerge_back_before", "record", loser.Label)
		case IsCode(err, "not_found"):
			sp.stays("", "unmerge_gone", "record", loser.Label)
		case err != nil:
			return err
		default:
			sp.out.Back++
		}
	}
	return nil
}

// moved puts back what went along, the last first.
func (sp *splitter) moved(ctx context.Context) error {
	rows, err := store.Find(ctx, sp.unit.tx, mergeMoved.Name, "kind, from_id, object, record_id, name, was, now", store.Row{"merge_id": sp.out.ID}, "ORDER BY n DESC")
	if err != nil {
		return err
	}
	comments := map[int64][]int64{}
	shares := 0
	back := map[int64]Values{}
	for _, loser := range sp.out.Losers {
		v, _, err := sp.service.look(ctx, sp.unit.tx, sp.engine, sp.out.Object, loser.ID, policy.View, false)
		if err == nil {
			back[loser.ID] = v
		} else if !IsCode(err, "not_found") {
			return err
		}
	}
	for _, r := range rows {
		kind, _ := r[0].(string)
		from, _ := r[1].(int64)
		object, _ := r[2].(string)
		id, _ := r[3].(int64)
		name, _ := r[4].(string)
		was, _ := r[5].(string)
		now, _ := r[6].(string)
		switch kind {
		case movedReference:
			err = sp.reference(ctx, object, id, name, was, now)
		case movedLink:
			err = sp.link(ctx, object, id)
		case movedComment:
			comments[from] = append(comments[from], id)
		case movedFile:
			err = sp.file(ctx, id, now)
		case movedShare:
			var since []string
			since, _, err = sp.unit.undoShare(ctx, sp.engine, sp.out.Object, sp.out.Winner, map[string][2]json.RawMessage{ShareMark + name: {json.RawMessage(was), json.RawMessage(now)}})
			if IsCode(err, "invalid") { // it ended meanwhile, or whom it was with is gone
				since, err = []string{"share"}, nil
			}
			shares += len(since)
		case movedRow:
			var one store.Followed
			d := json.NewDecoder(strings.NewReader(was))
			d.UseNumber()
			if err = d.Decode(&one); err == nil {
				_, err = store.Unfollow(ctx, sp.unit.tx, one, sp.out.Winner)
			}
		case movedDerived:
			err = sp.derived(ctx, name, was, now)
		case movedApart:
			for _, pair := range [][2]int64{{sp.out.Winner, id}, {id, sp.out.Winner}} {
				if _, err = store.Delete(ctx, sp.unit.tx, apart.Name, store.Row{"record_id": pair[0], "other_id": pair[1]}); err != nil {
					break
				}
			}
		}
		if err != nil {
			return err
		}
	}
	for id, v := range back {
		if err := sp.unit.steady(ctx, sp.engine, sp.out.Object, id, v); err != nil {
			return err
		}
	}
	for from, ids := range comments {
		if _, err := store.MoveComments(ctx, sp.unit.tx, sp.out.Winner, from, ids); err != nil {
			return err
		}
		sp.unit.Tell(Event{Object: sp.out.Object.Name, ID: from, Kind: "commented"})
	}
	if shares > 0 {
		sp.stays("", "unmerge_shares", "count", strconv.Itoa(shares))
	}
	for _, object := range slices.Sorted(maps.Keys(sp.since)) {
		if o := sp.asker.Registry.Object(object); o != nil && sp.asker.May(o, policy.View) {
			sp.stays("", "unmerge_moved", "count", strconv.Itoa(sp.since[object]), "object", o.Label.In(sp.asker.Language))
		}
	}
	return nil
}

// reference has a record point to where it pointed before, where it still points to
// where the merge had it point.
func (sp *splitter) reference(ctx context.Context, object string, id int64, name, was, now string) error {
	o := sp.engine.Registry.Object(object)
	if o == nil || o.Field(name) == nil {
		return nil
	}
	f := o.Field(name)
	if err := sp.unit.flush(ctx); err != nil {
		return err
	}
	rows, err := store.Locked(ctx, sp.unit.tx, o, []int64{id})
	if err != nil || len(rows) == 0 {
		return err
	}
	found := eachValues(o, rows)
	if err := sp.service.withLines(ctx, sp.unit.tx, o, found); err != nil {
		return err
	}
	v := found[id]
	if !bytes.Equal(encode(f, v[name]), []byte(now)) {
		if v.Int("deleted_at") == 0 {
			sp.since[object]++
		}
		return nil
	}
	value, err := decoded(json.RawMessage(was))
	if err != nil {
		return err
	}
	columns, err := f.Kind().Parse(f, value)
	if err != nil {
		return err
	}
	version, _ := rows[0][1].(int64)
	after := maps.Clone(v)
	after[name] = orEmpty(f, columns)
	sp.out.Back++
	c := &Change{Actor: sp.engine, Object: o, ID: id, Before: v, After: after, Now: sp.now, service: sp.service, tx: sp.unit.tx, binned: v.Int("deleted_at") != 0}
	err = sp.unit.repoint(ctx, c, version, []string{name})
	if IsCode(err, "conflict") {
		sp.since[object]++
		return nil
	}
	return err
}

// derived puts back what followed from the records that hung on the winner, where
// nothing was added since.
func (sp *splitter) derived(ctx context.Context, name, was, now string) error {
	o := sp.out.Object
	f := o.Field(name)
	if f == nil {
		return nil
	}
	v, _, err := sp.service.look(ctx, sp.unit.tx, sp.engine, o, sp.out.Winner, policy.View, false)
	if err != nil {
		return err
	}
	if !bytes.Equal(encode(f, v[name]), []byte(now)) {
		if sp.asker.Readable(o, f) {
			sp.stays(name, "unmerge_field", "field", f.Label.In(sp.asker.Language), "record", sp.out.Label)
		}
		return nil
	}
	value, err := decoded(json.RawMessage(was))
	if err != nil {
		return err
	}
	columns, err := f.Kind().Parse(f, value)
	if err != nil {
		return err
	}
	row := store.Row{}
	columnsOf(o, Values{name: orEmpty(f, columns)}, row)
	_, err = store.Update(ctx, sp.unit.tx, o.Table(), row, store.Row{"id": sp.out.Winner})
	return err
}

// link brings back a link that the winner had too.
func (sp *splitter) link(ctx context.Context, object string, id int64) error {
	o := sp.engine.Registry.Object(object)
	if o == nil {
		return nil
	}
	err := sp.unit.bin(ctx, sp.engine, o, id, true)
	switch {
	case err == nil:
		sp.out.Back++
	case IsCode(err, "not_found"), IsCode(err, "invalid"), IsCode(err, "conflict"):
		sp.since[object]++
	default:
		return err
	}
	return nil
}

// file takes an attachment from the winner that came with a loser, which has it still.
func (sp *splitter) file(ctx context.Context, id int64, now string) error {
	used, err := store.Find(ctx, sp.unit.tx, uses.Name, "file_id", store.Row{"record_id": sp.out.Winner, "place": attached, "file_id": id}, "AND until IS NULL")
	if err != nil || len(used) == 0 {
		return err
	}
	if err := dropFile(ctx, sp.unit.tx, sp.out.Winner, attached, id); err != nil {
		return err
	}
	return sp.log(ctx, map[string][2]json.RawMessage{FileMark + strconv.FormatInt(id, 10): {json.RawMessage(now), json.RawMessage("null")}}, "detached")
}

func (sp *splitter) log(ctx context.Context, diff map[string][2]json.RawMessage, action string) error {
	o := sp.out.Object
	v, version, err := sp.service.load(ctx, sp.unit.tx, sp.engine, o, sp.out.Winner, policy.View, false)
	if err != nil {
		return err
	}
	return sp.service.log(ctx, &Change{Actor: sp.engine, Object: o, ID: sp.out.Winner, Before: v, After: v, Now: sp.now, service: sp.service, tx: sp.unit.tx}, diff, version, action)
}

// newer counts what was made on the winner since, which stays there: nothing says whose
// it is. Of that the actor may not see nothing is told.
func (sp *splitter) newer(ctx context.Context) error {
	since := time.UnixMicro(sp.out.At).UTC().Format(time.RFC3339Nano)
	for _, o := range sp.asker.Registry.Objects() {
		if !sp.asker.May(o, policy.View) || o.IsLink() {
			continue
		}
		for _, one := range pointers(o, sp.out.Object.Name) {
			if one.sub != nil || one.field.Type == "anyreference" || !sp.asker.Readable(o, one.field) {
				continue
			}
			op, winner := query.Eq, any(sp.out.Winner)
			if one.field.Many() != "" {
				op, winner = query.Has, strconv.FormatInt(sp.out.Winner, 10)
			}
			n, err := store.Select{
				Registry: sp.asker.Registry, Asker: sp.asker, Guard: query.AllOf(sp.asker.Filter(o, policy.View), &query.Node{Op: query.Gt, Field: "created_at", Value: since}),
				Query: query.Query{Object: o, Filter: &query.Node{Op: op, Field: one.field.Name, Value: winner}, Sort: []query.Key{{Field: "id"}}},
			}.Count(ctx, sp.unit.tx, false)
			if err != nil {
				return err
			}
			if n > 0 {
				sp.stays("", "unmerge_newer", "count", strconv.FormatInt(n, 10), "object", o.Label.In(sp.asker.Language), "record", sp.out.Label)
			}
		}
	}
	said, err := store.Find(ctx, sp.unit.tx, comments.Name, "count(*)", store.Row{"record_id": sp.out.Winner}, "AND at > "+strconv.FormatInt(sp.out.At, 10))
	if err != nil {
		return err
	}
	if n, _ := said[0][0].(int64); n > 0 {
		sp.stays("", "unmerge_said", "count", strconv.FormatInt(n, 10), "record", sp.out.Label)
	}
	return nil
}

// told writes into the histories that the merge was undone.
func (sp *splitter) told(ctx context.Context) error {
	return sp.log(ctx, map[string][2]json.RawMessage{}, "unmerged")
}
