package record

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// mover takes along to one record what hangs on others.
type mover struct {
	unit    *Unit
	service *Service
	// actor is the engine in the name of whoever merges.
	actor  *policy.Actor
	object *schema.Object
	merge  int64
	winner part
	losers []part
	now    int64
	// rows are what went along, as mergeMoved keeps it.
	rows [][]any
}

func (v *mover) note(kind string, from int64, object string, id int64, name, was, now string) {
	v.rows = append(v.rows, []any{v.merge, int64(len(v.rows)), kind, from, object, id, name, was, now})
}

// pointer is a field by which records point to those of an object: by itself, or by a
// field of its rows.
type pointer struct{ field, sub *schema.Field }

// pointers are the fields of an object by which its records may point to those of
// another.
func pointers(o *schema.Object, target string) []pointer {
	var list []pointer
	for _, f := range o.Fields {
		switch {
		case f.Lines() != nil:
			for _, sub := range f.Rows {
				if sub.Target() == target {
					list = append(list, pointer{f, sub})
				}
			}
		case f.Target() == target, f.Many() == target, f.Type == "anyreference" && slices.Contains(f.Targets, target):
			list = append(list, pointer{f, nil})
		}
	}
	return list
}

// follow takes along all that hangs on the losers.
func (v *mover) follow(ctx context.Context) error {
	if err := v.unit.flush(ctx); err != nil {
		return err
	}
	for _, o := range v.actor.Registry.Objects() {
		if err := v.followObject(ctx, o); err != nil {
			return err
		}
	}
	for _, p := range v.losers {
		for _, step := range []func(ctx context.Context, p part) error{v.followComments, v.followFiles, v.followShares, v.followRows, v.followApart} {
			if err := step(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxFollow is how many records of one object follow in a single merge: they are
// written in one transaction, on which others wait.
const maxFollow = 20_000

// followObject has the records of an object point to the winner.
func (v *mover) followObject(ctx context.Context, o *schema.Object) error {
	ids := map[int64]bool{}
	fields := pointers(o, v.object.Name)
	for _, one := range fields {
		for _, p := range v.losers {
			found, err := store.Pointing(ctx, v.unit.tx, o, one.field, one.sub, v.object.Name, p.id)
			if err != nil {
				return err
			}
			for _, id := range found {
				ids[id] = true
			}
		}
	}
	if o == v.object { // what they say of themselves is told by the outcome
		delete(ids, v.winner.id)
		for _, p := range v.losers {
			delete(ids, p.id)
		}
	}
	if len(ids) > maxFollow {
		return invalid("ids", "merge_too_large", "count", strconv.Itoa(len(ids)), "object", o.LabelPlural.In(v.actor.Language))
	}
	const together = 200
	for some := range slices.Chunk(slices.Sorted(maps.Keys(ids)), together) {
		rows, err := store.Locked(ctx, v.unit.tx, o, some)
		if err != nil {
			return err
		}
		found := eachValues(o, rows)
		if err := v.service.withLines(ctx, v.unit.tx, o, found); err != nil {
			return err
		}
		for _, row := range rows {
			id, _ := row[0].(int64)
			version, _ := row[1].(int64)
			if err := v.followOne(ctx, o, fields, part{id, found[id], version}); err != nil {
				return err
			}
		}
	}
	return nil
}

// followOne has one record point to the winner where it points to a loser.
func (v *mover) followOne(ctx context.Context, o *schema.Object, fields []pointer, p part) error {
	after := maps.Clone(p.v)
	var changed []string
	for _, one := range fields {
		f := one.field
		columns, from, err := v.redirected(f, after[f.Name])
		if err != nil {
			return err
		}
		if from == 0 || slices.Contains(changed, f.Name) {
			continue
		}
		after[f.Name] = columns
		changed = append(changed, f.Name)
		v.note(movedReference, from, o.Name, p.id, f.Name, string(encode(f, p.v[f.Name])), string(encode(f, columns)))
	}
	if changed == nil {
		return nil
	}
	c := &Change{Actor: v.actor, Object: o, ID: p.id, Before: p.v, After: after, Now: v.now, service: v.service, tx: v.unit.tx, binned: p.v.Int("deleted_at") != 0}
	if o.IsLink() && !c.binned {
		twice, err := v.linkedTwice(ctx, c)
		if err != nil || twice {
			return err
		}
	}
	return v.unit.repoint(ctx, c, p.version, changed)
}

// repoint writes a record that points elsewhere from now on: what its module asks of a
// change is not asked, for it is not it that changes.
func (u *Unit) repoint(ctx context.Context, c *Change, version int64, changed []string) error {
	o := c.Object
	row := store.Row{"version": version + 1, "updated_at": c.Now, "updated_by_id": nullID(c.Actor.ID)}
	for _, name := range changed {
		columnsOf(o, Values{name: c.After[name]}, row)
	}
	if seenThrough(o, changed) {
		if err := c.inherit(ctx); err != nil {
			return err
		}
		maps.Copy(row, c.inherited)
	}
	n, err := store.Update(ctx, u.tx, o.Table(), row, store.Row{"id": c.ID, "version": version})
	if err != nil {
		return u.service.explain(o, err)
	}
	if n == 0 {
		return store.ErrOvertaken
	}
	if err := u.service.belongings(ctx, c, changed, version+1, "changed"); err != nil {
		return err
	}
	if r := u.service.rules[o.Name]; r.Done != nil && !c.binned {
		return r.Done(ctx, c)
	}
	return nil
}

// steady puts back what the rules of records that were pointed elsewhere wrote into a
// record, but for what follows from them all: that the newest of them was planned for
// tomorrow says nothing of what stands in the record.
func (u *Unit) steady(ctx context.Context, engine *policy.Actor, o *schema.Object, id int64, before Values) error {
	now, _, err := u.service.look(ctx, u.tx, engine, o, id, policy.View, false)
	if err != nil {
		return err
	}
	row := store.Row{}
	for _, f := range o.Fields {
		if !f.System && !f.Derived && len(f.Columns()) > 0 && !same(before[f.Name], now[f.Name]) {
			columnsOf(o, Values{f.Name: before[f.Name]}, row)
		}
	}
	if len(row) == 0 {
		return nil
	}
	_, err = store.Update(ctx, u.tx, o.Table(), row, store.Row{"id": id})
	return err
}

// redirected is the value of a field with the winner in place of the losers, and the
// loser it pointed to; 0: to none.
func (v *mover) redirected(f *schema.Field, columns []any) ([]any, int64, error) {
	to := map[int64]int64{}
	for _, p := range v.losers {
		to[p.id] = v.winner.id
	}
	return redirect(f, v.object.Name, columns, to)
}

// redirect is the value of a field with other records of an object in place of some, and
// one that was replaced; 0: none was.
func redirect(f *schema.Field, object string, columns []any, to map[int64]int64) (after []any, from int64, err error) {
	switch {
	case len(columns) == 0 || columns[0] == nil:
		return columns, 0, nil
	case f.Lines() != nil:
		stored, _ := columns[0].(string)
		lines, err := schema.DecodeLines(f, stored)
		if err != nil {
			return nil, 0, err
		}
		for i, line := range lines {
			for _, sub := range f.Rows {
				if id := Values(line.Values).Int(sub.Name); sub.Target() == object && to[id] != 0 {
					lines[i].Values[sub.Name], from = []any{to[id]}, id
				}
			}
		}
		return schema.EncodeLines(f, lines), from, nil
	case f.Many() == object:
		stored, _ := columns[0].(string)
		var ids []any
		for _, id := range schema.IDs(stored) {
			if to[id] != 0 {
				id, from = to[id], id
			}
			if text := strconv.FormatInt(id, 10); !slices.Contains(ids, any(text)) {
				ids = append(ids, text)
			}
		}
		after, err := f.Kind().Parse(f, ids)
		return orEmpty(f, after), from, err
	}
	if target, id := Reference(f, columns); target == object && to[id] != 0 {
		after := slices.Clone(columns)
		after[0] = to[id]
		return after, id, nil
	}
	return columns, 0, nil
}

// linkedTwice tells whether the winner has the link already, or would be linked to
// itself; then this one goes to the recycle bin with the loser.
func (v *mover) linkedTwice(ctx context.Context, c *Change) (bool, error) {
	o := c.Object
	first, second := o.End(0), o.End(1)
	a, b := c.After.Int(first.Name), c.After.Int(second.Name)
	twice := first.Target() == second.Target() && a == b
	if !twice {
		there, err := store.Find(ctx, v.unit.tx, o.Table(), "id", store.Row{first.Column(): a, second.Column(): b}, "AND deleted_at IS NULL")
		if err != nil {
			return false, err
		}
		twice = len(there) > 0
	}
	if !twice {
		return false, nil
	}
	last := v.rows[len(v.rows)-1]
	last[2] = movedLink
	rows, err := store.Find(ctx, v.unit.tx, o.Table(), "version", store.Row{"id": c.ID}, "")
	if err != nil || len(rows) == 0 {
		return true, err
	}
	version, _ := rows[0][0].(int64)
	link := &Change{Actor: v.actor, Object: o, ID: c.ID, Before: c.Before, After: c.Before, Now: v.now, service: v.service, tx: v.unit.tx}
	return true, v.unit.moveLink(ctx, link, version, store.Row{"deleted_at": v.now}, "deleted")
}

func (v *mover) followComments(ctx context.Context, p part) error {
	ids, err := store.MoveComments(ctx, v.unit.tx, p.id, v.winner.id, nil)
	for _, id := range ids {
		v.note(movedComment, p.id, v.object.Name, id, "", "", "")
	}
	if len(ids) > 0 {
		v.unit.Tell(Event{Object: v.object.Name, ID: v.winner.id, Kind: "commented"})
	}
	return err
}

// followFiles attaches to the winner what is attached to a loser, which keeps it.
func (v *mover) followFiles(ctx context.Context, p part) error {
	tx := v.unit.tx
	rows, err := store.FilesOf(ctx, tx, fileColumns, p.id, attached)
	if err != nil {
		return err
	}
	diff := map[string][2]json.RawMessage{}
	for _, r := range rows {
		f := fileOf(r)
		there, err := store.Find(ctx, tx, uses.Name, "file_id", store.Row{"record_id": v.winner.id, "place": attached, "file_id": f.ID}, "AND until IS NULL")
		if err != nil {
			return err
		}
		if len(there) > 0 {
			continue
		}
		if err := useFile(ctx, tx, v.object, v.winner.id, attached, f.ID, v.now); err != nil {
			return err
		}
		told, err := json.Marshal(f.FileRef)
		if err != nil {
			return err
		}
		diff[FileMark+strconv.FormatInt(f.ID, 10)] = [2]json.RawMessage{json.RawMessage("null"), told}
		v.note(movedFile, p.id, v.object.Name, f.ID, "", "", string(told))
	}
	if len(diff) == 0 {
		return nil
	}
	return v.told(ctx, diff, "attached")
}

// told writes into the winner's history what is no change of its fields.
func (v *mover) told(ctx context.Context, diff map[string][2]json.RawMessage, action string) error {
	now, version, err := v.service.load(ctx, v.unit.tx, v.actor, v.object, v.winner.id, policy.View, false)
	if err != nil {
		return err
	}
	return v.service.log(ctx, &Change{Actor: v.actor, Object: v.object, ID: v.winner.id, Before: now, After: now, Now: v.now, service: v.service, tx: v.unit.tx}, diff, version, action)
}

// followShares shares the winner with whom a loser was shared, as far as either was.
func (v *mover) followShares(ctx context.Context, p part) error {
	if !v.object.Owned {
		return nil
	}
	rows, err := store.Find(ctx, v.unit.tx, store.Shares.Name, "token, can_write, until, role", store.Row{"object": v.object.Name, "record_id": p.id}, "ORDER BY token")
	if err != nil {
		return err
	}
	for _, r := range rows {
		token, _ := r[0].(string)
		share, ok := parseToken(token)
		if !ok {
			continue
		}
		share.Write = Values{"w": {r[1]}}.True("w")
		share.Until, _ = r[2].(int64)
		share.Role, _ = r[3].(string)
		if share.Until != 0 && share.Until <= time.Now().UnixMicro() {
			continue
		}
		if err := v.share(ctx, p, share); err != nil {
			return err
		}
	}
	return nil
}

func (v *mover) share(ctx context.Context, p part, share Share) error {
	before, err := v.service.shared(ctx, v.unit.tx, v.object, v.winner.id, share.Token())
	if err != nil {
		return err
	}
	if before != nil {
		var now Share
		if err := now.recall(before); err != nil {
			return err
		}
		share.Write = share.Write || now.Write
		if now.Until == 0 || share.Until != 0 && now.Until > share.Until {
			share.Until = now.Until
		}
		if now.Role != "" {
			share.Role = now.Role
		}
		if string(share.told()) == string(before) {
			return nil
		}
	}
	if _, err := v.unit.Share(ctx, v.actor, v.object, v.winner.id, share); err != nil {
		if IsCode(err, "invalid") {
			return nil // whom it was shared with is gone, or there are too many
		}
		return err
	}
	v.note(movedShare, p.id, v.object.Name, v.winner.id, share.Token(), string(null(before)), string(share.told()))
	return nil
}

// followRows takes along what services keep of a record: who starred it, who was told.
func (v *mover) followRows(ctx context.Context, p part) error {
	list, err := store.Follow(ctx, v.unit.tx, v.object.Name, p.id, v.winner.id)
	for _, one := range list {
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		v.note(movedRow, p.id, v.object.Name, v.winner.id, one.Table, string(text), "")
	}
	return err
}

// followApart has the winner not be the same as what a loser was said not to be.
func (v *mover) followApart(ctx context.Context, p part) error {
	parted, err := v.service.Parted(ctx, []int64{p.id, v.winner.id})
	if err != nil {
		return err
	}
	for _, other := range slices.Sorted(maps.Keys(parted[p.id])) {
		if other == v.winner.id || parted[v.winner.id][other] || slices.ContainsFunc(v.losers, func(q part) bool { return q.id == other }) {
			continue
		}
		if err := v.unit.apart(ctx, v.object, v.actor.ID, []int64{v.winner.id}, []int64{other}); err != nil {
			return err
		}
		if err := v.unit.apart(ctx, v.object, v.actor.ID, []int64{other}, []int64{v.winner.id}); err != nil {
			return err
		}
		v.note(movedApart, p.id, v.object.Name, other, "", "", "")
	}
	return nil
}
