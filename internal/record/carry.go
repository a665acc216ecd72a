package record

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// carried is how many records of an object that hang on another are taken along: far
// more than hang on one.
const carried = 50_000

// Carry takes along to another record what hangs on this one: records that refer to
// it get more references, and comments and attachments stand on both from now on.
// more are by object the fields to be set where they are empty.
func (d *Doing) Carry(ctx context.Context, object string, id int64, more map[string]Values) error {
	for _, related := range d.Object.Related {
		if err := d.hand(ctx, related, more[related.Object]); err != nil {
			return err
		}
	}
	target := d.Actor.Registry.Object(object)
	if err := d.repeatComments(ctx, target, id); err != nil {
		return err
	}
	return d.repeatFiles(ctx, target, id)
}

// hand sets references of the records that hang on this one.
func (d *Doing) hand(ctx context.Context, related schema.Related, values Values) error {
	if len(values) == 0 {
		return nil
	}
	o, engine := d.Actor.Registry.Object(related.Object), d.Engine()
	found, err := d.service.rows(ctx, d.tx, d.Actor.Registry, o.Name, query.Is(related.Field, d.ID), carried)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		set := Values{}
		for name, columns := range values {
			if o.Field(name) != nil && found[id].Int(name) == 0 {
				set[name] = columns
			}
		}
		if len(set) == 0 {
			continue
		}
		if _, err := d.unit.Write(ctx, engine, o, id, nil, set, 0); err != nil {
			return err
		}
	}
	return nil
}

// repeatComments has the comments on this record stand on another as well, each with
// its author and its time.
func (d *Doing) repeatComments(ctx context.Context, target *schema.Object, id int64) error {
	rows, err := store.Find(ctx, d.tx, comments.Name, "author_id, at, text, files, id, mentions", store.Row{"record_id": d.ID}, "ORDER BY id")
	if err != nil || len(rows) == 0 {
		return err
	}
	for _, r := range rows {
		said, _ := r[4].(int64)
		comment, err := d.beside(ctx, said)
		if err != nil {
			return err
		}
		if err := store.Insert(ctx, d.tx, comments.Name, store.Row{"id": comment, "record_id": id, "author_id": r[0], "at": r[1], "text": r[2], "files": r[3], "mentions": r[5]}); err != nil {
			return err
		}
		var files []schema.FileRef
		if text, _ := r[3].(string); text != "" {
			if err := json.Unmarshal([]byte(text), &files); err != nil {
				return err
			}
		}
		for _, f := range files {
			if err := useFile(ctx, d.tx, target, id, inComment+strconv.FormatInt(comment, 10), f.ID, d.Now); err != nil {
				return err
			}
		}
	}
	d.unit.Tell(Event{Object: target.Name, ID: id, Kind: "commented"})
	return nil
}

// beside is an id of the same moment as a comment's, in the order of which comments
// stand, that no comment has.
func (d *Doing) beside(ctx context.Context, id int64) (int64, error) {
	for last := int64(1) << 11; ; last-- {
		found, err := store.Find(ctx, d.tx, comments.Name, "id", store.Row{"id": id ^ last}, "")
		if err != nil || len(found) == 0 {
			return id ^ last, err
		}
	}
}

// repeatFiles attaches what is attached to this record to another.
func (d *Doing) repeatFiles(ctx context.Context, target *schema.Object, id int64) error {
	rows, err := store.FilesOf(ctx, d.tx, fileColumns, d.ID, attached)
	if err != nil || len(rows) == 0 {
		return err
	}
	engine := d.Engine()
	v, version, err := d.service.load(ctx, d.tx, engine, target, id, policy.View, false)
	if err != nil {
		return err
	}
	diff := map[string][2]json.RawMessage{}
	for _, r := range rows {
		f := fileOf(r)
		if err := useFile(ctx, d.tx, target, id, attached, f.ID, d.Now); err != nil {
			return err
		}
		told, err := json.Marshal(f.FileRef)
		if err != nil {
			return err
		}
		diff[FileMark+strconv.FormatInt(f.ID, 10)] = [2]json.RawMessage{json.RawMessage("null"), told}
	}
	return d.service.log(ctx, &Change{Actor: engine, Object: target, ID: id, Before: v, After: v, Now: d.Now, service: d.service, tx: d.tx}, diff, version, "attached")
}
