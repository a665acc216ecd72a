package transfer

import (
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// note keeps a problem for reading and counts it by kind.
func (j *Job) note(p Problem) {
	if len(j.Problems) < maxProblems {
		j.Problems = append(j.Problems, p)
	}
	at := slices.IndexFunc(j.Groups, func(g *Group) bool {
		return g.Column == p.Column && g.Code == p.Code && g.Warning == p.Warning
	})
	if at < 0 {
		at = len(j.Groups)
		j.Groups = append(j.Groups, &Group{Column: p.Column, Code: p.Code, Warning: p.Warning, params: p.Params})
	}
	g := j.Groups[at]
	if g.Count++; len(g.Rows) < 20 {
		g.Rows = append(g.Rows, GroupRow{Row: p.Row, Value: p.Value})
	}
}

// Params are those of the first problem of the group, for its message.
func (g *Group) Params() map[string]string { return g.params }

// row brings one row in, or only says what would become of it.
func (s *Service) row(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, c *converter, row tabular.Row, dry bool) (string, []made, []Problem) {
	if row.Problem != nil && !row.Problem.Usable {
		return "failed", nil, []Problem{{Row: row.Number, Code: row.Problem.Code, Params: row.Problem.Params}}
	}
	main, child, childOf, problems, err := c.row(ctx, row)
	if err == nil && slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning }) {
		return "failed", nil, problems
	}
	var records []made
	outcome := "failed"
	if err == nil {
		outcome, records, err = s.bring(ctx, a, o, j, c, main, child, childOf, dry)
	}
	if err == nil {
		return outcome, records, problems
	}
	var re *record.Error
	switch {
	case !errors.As(err, &re):
		if ctx.Err() == nil {
			slog.Error("a row could not be imported", "import", j.ID, "row", row.Number, "error", err)
		}
		return "failed", records, append(problems, Problem{Row: row.Number, Code: "unavailable"})
	case len(re.Fields) == 0:
		return "failed", records, append(problems, Problem{Row: row.Number, Code: re.Code})
	}
	for _, f := range re.Fields {
		header := main.headers[f.Field]
		if header == "" && child != nil {
			header = child.headers[f.Field]
		}
		if header == "" {
			header = f.Field
			if field := o.Field(f.Field); field != nil {
				header = field.Label.In(a.Language)
			}
		}
		problems = append(problems, Problem{Row: row.Number, Column: header, Code: f.Problem.Code, Params: f.Params})
	}
	return "failed", records, problems
}

// bring writes the records of one row: what it refers to and is not there yet,
// the record itself, and the one beside it.
func (s *Service) bring(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, c *converter, main, child *draft, childOf *schema.Object, dry bool) (string, []made, error) {
	var records []made
	if err := s.complete(o, main); err != nil {
		return "failed", nil, err
	}
	outcome, id, err := s.existing(ctx, a, o, j, main.values)
	if err != nil {
		return "failed", nil, err
	}
	if dry {
		return outcome, nil, nil
	}
	if outcome != "skipped" {
		if records, err = s.referents(ctx, a, o, c, main); err != nil {
			return "failed", records, err
		}
	}
	switch outcome {
	case "updated":
		delete(main.values, "created_at")
		if err = s.Records.UpdateValues(ctx, a, o, id, main.values); err == nil {
			records = append(records, made{o.Name, id, true})
		}
	case "created":
		if id, err = s.Records.CreateValues(ctx, a, o, main.values); err == nil {
			records = append(records, made{o.Name, id, false})
		}
	}
	if err != nil || child == nil || id == 0 || len(child.values) == 0 {
		return outcome, records, err
	}
	child.values[reference(childOf, o).Name] = []any{id}
	if s.complete(childOf, child) != nil {
		return outcome, records, nil // a phone without a person
	}
	known, err := s.sameBeside(ctx, a, childOf, child.values, id, reference(childOf, o))
	if err != nil || known {
		return outcome, records, err
	}
	beside, err := s.Records.CreateValues(ctx, a, childOf, child.values)
	if err == nil {
		records = append(records, made{childOf.Name, beside, false})
		if outcome == "skipped" {
			outcome = "updated"
		}
	}
	return outcome, records, err
}

// sameBeside tells whether the customer has a contact of that name already.
func (s *Service) sameBeside(ctx context.Context, a *policy.Actor, o *schema.Object, v record.Values, of int64, ref *schema.Field) (bool, error) {
	found, err := s.Records.Matching(ctx, s.Records.DB, o, record.MatchKeys(o, record.Values{o.Title: v[o.Title]}))
	if err != nil {
		return false, err
	}
	for _, ids := range found {
		for _, id := range ids {
			other, err := s.Records.Values(ctx, a, o, id)
			if err == nil && other.Int(ref.Name) == of {
				return true, nil
			}
		}
	}
	return false, nil
}

// referents makes the records a row refers to by a name nobody has yet.
func (s *Service) referents(ctx context.Context, a *policy.Actor, o *schema.Object, c *converter, d *draft) ([]made, error) {
	var records []made
	for name, text := range d.missing {
		f := o.Field(name)
		to := a.Registry.Object(f.Target())
		key := f.Target() + "\x00" + text
		id := c.known[key]
		if id == 0 {
			values, err := s.Records.ParseText(ctx, a, to, map[string]string{to.Title: text})
			if err != nil {
				return records, err
			}
			if owner := d.values["owner"]; owner != nil {
				values["owner"] = owner
			}
			if id, err = s.Records.CreateValues(ctx, a, to, values); err != nil {
				return records, err
			}
			records = append(records, made{to.Name, id, false})
			c.known[key] = id
		}
		d.values[name] = []any{id}
	}
	return records, nil
}

// complete asks for what a record cannot be without.
func (s *Service) complete(o *schema.Object, d *draft) error {
	if title := o.Field(o.Title); title != nil && d.values[o.Title] == nil {
		// A person may go by the parts of the name, a mail address or a phone.
		if o.Field("family_name") != nil && d.values["family_name"] == nil && d.values["given_name"] == nil {
			for _, f := range o.Fields {
				if entries := schema.Entries(d.values.Text(f.Name)); (f.Type == "mails" || f.Type == "phones") && len(entries) > 0 {
					d.values[o.Title] = []any{entries[0].Value}
					break
				}
			}
		}
	}
	for _, f := range o.Fields {
		if f.Required && f.Default == nil && d.values[f.Name] == nil && d.missing[f.Name] == "" {
			if f.Name == o.Title && (d.values["family_name"] != nil || d.values["given_name"] != nil) {
				continue
			}
			return record.Invalid(f.Name, "required")
		}
	}
	return nil
}

// existing tells whether the row's record is there already, and what is done
// then. Rows earlier in the file count, in the dry run too.
func (s *Service) existing(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, v record.Values) (string, int64, error) {
	if j.Duplicates.Rule == "create" {
		return "created", 0, nil
	}
	outcome := map[string]string{"update": "updated"}[j.Duplicates.Rule]
	if outcome == "" {
		outcome = "skipped"
	}
	for _, key := range j.Duplicates.Keys {
		f := o.Field(key)
		if f == nil || v.Text(key) == "" {
			continue
		}
		var ids []int64
		var err error
		var marks []string
		if f.Match != "" {
			keys := record.MatchKeys(o, record.Values{key: v[key]})
			found, err := s.Records.Matching(ctx, s.Records.DB, o, keys)
			if err != nil {
				return "failed", 0, err
			}
			for _, k := range keys {
				ids = append(ids, found[k]...)
				marks = append(marks, k.Kind+"\x00"+k.Key)
			}
		} else {
			ids, err = s.Records.FindBy(ctx, a, o, key, v.Text(key), 1)
			marks = []string{key + "\x00" + v.Text(key)}
		}
		if err != nil {
			return "failed", 0, err
		}
		if len(ids) > 0 {
			return outcome, ids[0], nil
		}
		earlier := false
		for _, m := range marks {
			h := fnv.New64a()
			_, _ = h.Write([]byte(m))
			earlier = earlier || j.seen[h.Sum64()]
			j.seen[h.Sum64()] = true
		}
		if earlier {
			return outcome, 0, nil
		}
	}
	return "created", 0, nil
}

// undo takes back what the import made, where nobody has worked on it since, and
// puts changed fields back where they still hold what it wrote.
func (s *Service) undo(ctx context.Context, a *policy.Actor, j *Job) {
	// Who may import may take the import back, also without the right to delete.
	system := policy.System(a.Registry, "undo of "+a.Origin)
	system.ID, system.Language, system.Location = a.ID, a.Language, a.Location
	origin := a.Origin
	seen := map[int64]bool{}
	for _, m := range slices.Backward(j.made) {
		if seen[m.id] || ctx.Err() != nil {
			continue
		}
		seen[m.id] = true
		o := a.Registry.Object(m.object)
		fields, err := s.takeBack(ctx, system, o, m, origin, j)
		if err != nil && !record.IsCode(err, "not_found") {
			slog.Error("an import could not be undone in full", "import", j.ID, "record", m.id, "error", err)
			fields = []string{""}
		}
		s.mu.Lock()
		j.Done++
		if len(fields) > 0 {
			j.note(Problem{Code: "changed_since", Column: schemaLabel(o, fields[0], a.Language), Value: s.labelOf(ctx, system, o, m.id)})
			if len(j.Since) < maxProblems {
				j.Since = append(j.Since, Since{Object: o.Name, ID: m.id, Label: s.labelOf(ctx, system, o, m.id), Fields: fields})
			}
		}
		s.mu.Unlock()
	}
	s.finish(j, "undone")
}

func schemaLabel(o *schema.Object, field, language string) string {
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
func (s *Service) takeBack(ctx context.Context, a *policy.Actor, o *schema.Object, m made, origin string, j *Job) (since []string, err error) {
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
			if used, err := s.referredTo(ctx, a, o, m.id, j); err != nil || used != "" {
				return []string{used}, err
			}
			return nil, s.Records.Delete(ctx, a, o, m.id)
		}
		return slices.Sorted(maps.Keys(changed)), nil
	}
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) (err error) {
		since, _, err = u.Undo(ctx, a, o, m.id, origin)
		return err
	})
	return since, err
}

// referredTo names an object whose records, not of this import, refer to a
// record.
func (s *Service) referredTo(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, j *Job) (string, error) {
	ours := map[int64]bool{}
	for _, m := range j.made {
		ours[m.id] = true
	}
	for _, other := range a.Registry.Objects() {
		for _, f := range other.Fields {
			if f.Target() != o.Name || f.System {
				continue
			}
			rows, err := s.Records.Rows(ctx, other.Name, query.Is(f.Name, id), 50)
			if err != nil {
				return "", err
			}
			for found := range rows {
				if !ours[found] {
					return other.Name, nil
				}
			}
		}
	}
	return "", nil
}
