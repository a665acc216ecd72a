package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// undo takes back what the import made, where nobody has worked on it since, and
// puts changed fields back where they still hold what it wrote: the last first,
// since what refers to a record goes before the record.
func (r *run) undo(ctx context.Context) error {
	total := int64(r.far.Made)
	if r.far.Undone == 0 {
		r.far.Undone = r.far.Made + 1
	}
	for {
		rows, err := r.madeBefore(ctx, int64(r.far.Undone))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			r.holder.Progress(total, total)
			return nil
		}
		for len(rows) > 0 {
			n, err := r.batch(ctx, len(rows), func(ctx context.Context, u *record.Unit, i int) error {
				r.after.Undone = int(rows[i].n)
				if rows[i].elsewhere {
					return nil
				}
				r.after.Looked++
				return r.back(ctx, u, rows[i].made)
			})
			if err != nil {
				return err
			}
			rows = rows[n:]
			r.holder.Progress(total-int64(r.far.Undone)+1, total)
		}
	}
}

// step is one of the things an import did, in their order.
type step struct {
	made
	n int64
	// elsewhere: a record made and then changed by the import is taken back as
	// made, one changed twice once.
	elsewhere bool
}

// madeBefore reads the last things the import did before a step.
func (r *run) madeBefore(ctx context.Context, n int64) ([]step, error) {
	db := r.service.Records.DB
	rows, err := store.Previous(ctx, db, madeTable.Name, "n, object, record_id, updated", store.Row{"import_id": r.job.ID}, "n", n, batchRows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var steps []step
	var ids []int64
	for _, row := range rows {
		var s step
		s.n, _ = row[0].(int64)
		s.object, _ = row[1].(string)
		s.id, _ = row[2].(int64)
		s.updated = row[3] == int64(1)
		steps, ids = append(steps, s), append(ids, s.id)
	}
	others, err := store.Having(ctx, db, madeTable.Name, "record_id, import_id, n, updated", "record_id", nil, ids)
	if err != nil {
		return nil, err
	}
	for _, row := range others {
		id, _ := row[0].(int64)
		n, _ := row[2].(int64)
		updated := row[3] == int64(1)
		for i, s := range steps {
			if s.id == id && row[1] == r.job.ID && (s.updated && !updated || s.updated == updated && n > s.n) {
				steps[i].elsewhere = true
			}
		}
	}
	return steps, nil
}

// back takes back what was done to one record and keeps what was changed since.
func (r *run) back(ctx context.Context, u *record.Unit, m made) error {
	// Who may import may take the import back, also without the right to delete.
	system := policy.System(r.actor.Registry, "undo of "+r.actor.Origin)
	system.ID, system.Language, system.Location = r.actor.ID, r.actor.Language, r.actor.Location
	o := r.actor.Registry.Object(m.object)
	if o == nil {
		return nil
	}
	var fields []string
	err := u.Try(ctx, func() (err error) {
		fields, err = r.service.takeBack(ctx, u, system, o, m, r.actor.Origin)
		return err
	})
	if err != nil && !record.IsCode(err, "not_found") {
		var refused *record.Error
		if !errors.As(err, &refused) {
			return err
		}
		slog.Error("an import could not be undone in full", "import", r.job.ID, "record", m.id, "error", err)
		fields = []string{""}
	}
	if len(fields) == 0 {
		return nil
	}
	// What was done since is told only as far as whoever imported may see it now.
	fields = slices.DeleteFunc(fields, func(name string) bool {
		f := o.Field(name)
		return f != nil && !r.actor.Readable(o, f)
	})
	labels, err := r.service.Records.Names(ctx, r.actor, o.Name, []int64{m.id})
	if err != nil {
		return err
	}
	label, text := labels[m.id], []byte("[]")
	if fields != nil {
		if text, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	r.since = append(r.since, []any{r.job.ID, int64(r.after.Since), o.Name, m.id, label, string(text)})
	r.after.Since++
	return r.note(Problem{Code: "changed_since", Column: labelOfFields(o, fields, r.actor.Language), Value: label})
}

// labelOfFields is the label of the first of some fields, or that of the object.
func labelOfFields(o *schema.Object, fields []string, language string) string {
	if len(fields) > 0 {
		if f := o.Field(fields[0]); f != nil {
			return f.Label.In(language)
		}
	}
	return o.Label.In(language)
}

// takeBack undoes what was done to one record and answers what was changed
// since.
func (s *Service) takeBack(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, m made, origin string) (since []string, err error) {
	if m.updated {
		since, _, err = u.Undo(ctx, a, o, m.id, origin)
		return since, err
	}
	if since, err = u.Since(ctx, a, o, m.id, origin); err != nil || len(since) > 0 {
		return since, err
	}
	if used, err := s.inUse(ctx, a, o, m.id); err != nil || used != "" {
		return []string{used}, err
	}
	return nil, u.Delete(ctx, a, o, m.id)
}

// inUse names what hangs on a record: a live record that refers to it, or what
// somebody said of it. What the import itself hung there is gone by now, unless
// somebody worked on it.
func (s *Service) inUse(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) (string, error) {
	said, err := s.Records.Comments(ctx, a, o, id, record.MaxEntries)
	if err != nil || len(said) > 0 {
		return "comment", err
	}
	for _, other := range a.Registry.Objects() {
		for _, f := range other.Fields {
			if f.Target() != o.Name || f.System {
				continue
			}
			rows, err := s.Records.Rows(ctx, other.Name, query.Is(f.Name, id), 1)
			if err != nil || len(rows) > 0 {
				return other.Name, err
			}
		}
	}
	return "", nil
}
