package record

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Entry is one line of a record's history.
type Entry struct {
	At     int64
	Actor  int64
	Name   string
	Action string
	Origin string
	// Address is where the change came from, told to administrators alone.
	Address string
	Version int64
	// Record is the one that was changed: the record itself, or one that became part of
	// it.
	Record  int64
	Changes map[string][2]json.RawMessage
	// Reason is why it was saved though a rule took it for a duplicate.
	Reason string
	// Merge are the records that became part of it by this entry; nil: none did.
	Merge *MergeTold
}

// MergeTold is what a history tells of a merge.
type MergeTold struct {
	ID      int64    `json:"merge,string"`
	Records []Member `json:"records"`
}

// MaxEntries is how many changes or comments of a record are told at most.
const MaxEntries = 200

// History reads the latest changes of a record, newest first; fields the actor
// may not read are left out, and references to what he may not see are told as
// hidden.
func (s *Service) History(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, most int) ([]Entry, error) {
	if _, _, err := s.load(ctx, s.within(ctx), a, o, id, policy.View, false); err != nil {
		return nil, err
	}
	if u := unitOf(ctx); u != nil {
		if err := u.flush(ctx); err != nil {
			return nil, err
		}
	}
	// What became part of the record has its history told here, too.
	losers, err := s.losersOf(ctx, id)
	if err != nil {
		return nil, err
	}
	most = min(most, MaxEntries)
	var rows [][]any
	for _, one := range append([]int64{id}, losers...) {
		some, err := store.Find(ctx, s.within(ctx), auditTable.Name, changeColumns, store.Row{"record_id": one}, "ORDER BY id DESC LIMIT "+strconv.Itoa(most))
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	if len(losers) > 0 {
		slices.SortFunc(rows, func(x, y []any) int {
			a, _ := x[0].(int64)
			b, _ := y[0].(int64)
			return cmp.Compare(b, a)
		})
		rows = rows[:min(len(rows), most)]
	}
	return s.entries(ctx, a, o, rows)
}

// changeColumns are those of the audit that entries reads, the id and the instant first.
const changeColumns = "id, at, actor_id, action, origin, version, diff, address, record_id"

// entries are rows of a record's audit as the actor may read them.
func (s *Service) entries(ctx context.Context, a *policy.Actor, o *schema.Object, rows [][]any) ([]Entry, error) {
	var entries []Entry
	var actors []int64
	for _, r := range rows {
		e := Entry{}
		e.At, _ = r[1].(int64)
		e.Actor, _ = r[2].(int64)
		e.Action, _ = r[3].(string)
		e.Origin, _ = r[4].(string)
		e.Version, _ = r[5].(int64)
		e.Record, _ = r[8].(int64)
		if a.Admin() {
			e.Address, _ = r[7].(string)
		}
		if err := decodeDiff(r[6], &e.Changes); err != nil {
			return nil, err
		}
		if err := e.beside(a, o); err != nil {
			return nil, err
		}
		for name := range e.Changes {
			f := o.Field(name)
			if _, ok := ShareOf(name); !ok && !strings.HasPrefix(name, FileMark) && (f == nil || !a.Readable(o, f)) {
				delete(e.Changes, name)
			}
		}
		actors = append(actors, e.Actor)
		entries = append(entries, e)
	}
	if err := s.veil(ctx, a, o, entries); err != nil {
		return nil, err
	}
	names, err := s.labels(ctx, s.within(ctx), a, "user", actors, true)
	for i := range entries {
		entries[i].Name = names[entries[i].Actor]
	}
	return entries, err
}

// beside reads what an entry says beside the fields that changed.
func (e *Entry) beside(a *policy.Actor, o *schema.Object) error {
	if pair, ok := e.Changes[ReasonMark]; ok {
		if err := json.Unmarshal(pair[1], &e.Reason); err != nil {
			return err
		}
		delete(e.Changes, ReasonMark)
	}
	pair, ok := e.Changes[MergeMark]
	if !ok {
		return nil
	}
	delete(e.Changes, MergeMark)
	e.Merge = &MergeTold{}
	if err := json.Unmarshal(pair[1], e.Merge); err != nil {
		return err
	}
	if title := o.Field(o.Title); title == nil || !a.Readable(o, title) {
		for i := range e.Merge.Records {
			e.Merge.Records[i].Label = ""
		}
	}
	return nil
}

// referred is a reference as the audit keeps it: without a label, for the title
// may have changed since.
type referred struct {
	ID     int64  `json:"id,string"`
	Object string `json:"object"`
}

// readReferred reads one value of a field of references out of the audit, and
// tells whether the field holds several.
func readReferred(value json.RawMessage) (refs []referred, many bool, err error) {
	if value = bytes.TrimSpace(value); len(value) == 0 || bytes.Equal(value, []byte("null")) {
		return nil, false, nil
	}
	if value[0] == '[' {
		err = json.Unmarshal(value, &refs)
		return refs, true, err
	}
	var one referred
	err = json.Unmarshal(value, &one)
	return []referred{one}, false, err
}

// veil gives the references in a history their labels, and hides those that the
// actor may not see. It reads with one statement an object.
func (s *Service) veil(ctx context.Context, a *policy.Actor, o *schema.Object, entries []Entry) error {
	each := func(fn func(refs []referred, many bool) json.RawMessage) error {
		for _, e := range entries {
			for name, pair := range e.Changes {
				f := o.Field(name)
				if f != nil && f.Lines() != nil {
					for i, side := range pair {
						var err error
						if pair[i], err = veilLines(f, side, fn); err != nil {
							return err
						}
					}
					e.Changes[name] = pair
					continue
				}
				if f == nil || f.Target() == "" && f.Many() == "" && f.Type != "anyreference" {
					continue
				}
				for i, value := range pair {
					refs, many, err := readReferred(value)
					if err != nil {
						return err
					}
					if refs == nil {
						continue
					}
					if told := fn(refs, many); told != nil {
						pair[i] = told
					}
				}
				e.Changes[name] = pair
			}
		}
		return nil
	}
	ids := map[string][]int64{}
	seen := map[referred]bool{}
	if err := each(func(refs []referred, _ bool) json.RawMessage {
		for _, r := range refs {
			if !seen[r] {
				seen[r] = true
				ids[r.Object] = append(ids[r.Object], r.ID)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	labels := map[string]map[int64]string{}
	for object, wanted := range ids {
		found, err := s.labels(ctx, s.within(ctx), a, object, wanted, true)
		if err != nil {
			return err
		}
		labels[object] = found
	}
	return each(func(refs []referred, many bool) json.RawMessage {
		var out []byte
		if many {
			out = append(out, '[')
		}
		for i, r := range refs {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendReference(out, r.Object, r.ID, labels[r.Object])
		}
		if many {
			out = append(out, ']')
		}
		return out
	})
}
