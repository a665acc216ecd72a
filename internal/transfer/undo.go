package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
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
		// A record made and then changed by the import is made; one changed twice
		// is looked at once.
		rows, err := r.service.Records.DB.Query(ctx, `SELECT n, object, record_id, updated FROM import_made m WHERE import_id = ? AND n < ? AND NOT EXISTS (
			SELECT 1 FROM import_made o WHERE o.import_id = m.import_id AND o.record_id = m.record_id AND (o.updated < m.updated OR o.updated = m.updated AND o.n > m.n))
			ORDER BY n DESC LIMIT ?`, r.job.ID, int64(r.far.Undone), int64(batchRows))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			r.holder.Progress(total, total)
			return nil
		}
		for len(rows) > 0 {
			n, err := r.batch(ctx, len(rows), func(ctx context.Context, u *record.Unit, i int) error {
				m := made{}
				n, _ := rows[i][0].(int64)
				m.object, _ = rows[i][1].(string)
				m.id, _ = rows[i][2].(int64)
				m.updated = rows[i][3] == int64(1)
				r.after.Undone = int(n)
				r.after.Looked++
				return r.back(ctx, u, m)
			})
			if err != nil {
				return err
			}
			rows = rows[n:]
			r.holder.Progress(total-int64(r.far.Undone)+1, total)
		}
	}
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
	label := r.service.labelOf(ctx, system, o, m.id)
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
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	r.since = append(r.since, []any{r.job.ID, int64(r.after.Since), o.Name, m.id, label, string(text)})
	r.after.Since++
	return r.note(Problem{Code: "changed_since", Column: labelOfField(o, fields[0], r.actor.Language), Value: label})
}

func labelOfField(o *schema.Object, field, language string) string {
	if f := o.Field(field); f != nil {
		return f.Label.In(language)
	}
	return o.Label.In(language)
}

func (s *Service) labelOf(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) string {
	v, err := s.Records.Values(ctx, a, o, id)
	if err != nil {
		return ""
	}
	return v.Text(o.Title)
}

// takeBack undoes what was done to one record and answers what was changed
// since.
func (s *Service) takeBack(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, m made, origin string) (since []string, err error) {
	history, err := s.Records.History(ctx, a, o, m.id)
	if err != nil {
		return nil, err
	}
	if !m.updated {
		changed := map[string]bool{}
		for _, h := range history {
			if h.Origin == origin {
				continue
			}
			changed["updated_at"] = true
			for name := range h.Changes {
				changed[name] = true
			}
		}
		if len(changed) > 1 {
			delete(changed, "updated_at")
		}
		if len(changed) == 0 {
			if used, err := s.inUse(ctx, a, o, m.id); err != nil || used != "" {
				return []string{used}, err
			}
			return nil, u.Delete(ctx, a, o, m.id)
		}
		return slices.Sorted(maps.Keys(changed)), nil
	}
	since, _, err = u.Undo(ctx, a, o, m.id, origin)
	return since, err
}

// inUse names what hangs on a record: a live record that refers to it, or what
// somebody said of it. What the import itself hung there is gone by now, unless
// somebody worked on it.
func (s *Service) inUse(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) (string, error) {
	said, err := s.Records.Comments(ctx, a, o, id)
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
