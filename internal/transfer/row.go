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

// errDry takes back what a dry run wrote to see whether it can be written.
var errDry = errors.New("only tried")

// bring writes the records of one row together: what it refers to and is not
// there yet, the record itself, and the one beside it. A dry run writes them too
// and takes them back, so that it refuses exactly what the run would.
func (s *Service) bring(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, c *converter, main, child *draft, childOf *schema.Object, dry bool) (outcome string, records []made, err error) {
	if err := s.complete(o, main); err != nil {
		return "failed", nil, err
	}
	outcome, id, marks, err := s.existing(ctx, a, o, j, main.values)
	if err != nil {
		return "failed", nil, err
	}
	beside := child != nil && child.values[childOf.Title] != nil
	if beside && id != 0 {
		known, err := s.sameBeside(ctx, a, childOf, child.values, id, reference(childOf, o))
		if err != nil {
			return "failed", nil, err
		}
		beside = !known
	}
	if outcome != "created" && id == 0 || outcome == "skipped" && !beside {
		return outcome, nil, nil // as an earlier row of a dry run
	}
	var found map[string]int64
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		records, found = nil, map[string]int64{}
		made, err := s.write(ctx, u, a, o, c, main, outcome, &id, found)
		if err != nil {
			return err
		}
		records = made
		if beside {
			child.values[reference(childOf, o).Name] = []any{id}
			if err := s.complete(childOf, child); err != nil {
				return err
			}
			other, err := u.CreateValues(ctx, a, childOf, child.values)
			if err != nil {
				return err
			}
			records = append(records, madeOf(childOf, other))
		}
		if dry {
			return errDry
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDry) {
		return "failed", nil, err
	}
	if outcome == "skipped" {
		outcome = "updated" // by the one beside it
	}
	if dry {
		for _, m := range marks {
			j.seen[m] = true
		}
		return outcome, nil, nil
	}
	maps.Copy(c.known, found)
	return outcome, records, nil
}

func madeOf(o *schema.Object, id int64) made { return made{object: o.Name, id: id} }

// write writes the record of a row and what it refers to; found are the
// references it made.
func (s *Service) write(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, c *converter, main *draft, outcome string, id *int64, found map[string]int64) ([]made, error) {
	if outcome == "skipped" {
		return nil, nil
	}
	records, err := s.referents(ctx, u, a, o, c, main, found)
	if err != nil {
		return nil, err
	}
	if outcome == "updated" {
		values := maps.Clone(main.values)
		delete(values, "created_at")
		_, err := u.Write(ctx, a, o, *id, nil, values, 0)
		return append(records, made{object: o.Name, id: *id, updated: true}), err
	}
	if *id, err = u.CreateValues(ctx, a, o, main.values); err != nil {
		return nil, err
	}
	return append(records, madeOf(o, *id)), nil
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
func (s *Service) referents(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, c *converter, d *draft, found map[string]int64) ([]made, error) {
	var records []made
	for name, text := range d.missing {
		to := a.Registry.Object(o.Field(name).Target())
		key := to.Name + "\x00" + text
		id := c.known[key]
		if id == 0 {
			values, err := s.Records.ParseText(ctx, a, to, map[string]string{to.Title: text})
			if err != nil {
				return nil, err
			}
			if owner := d.values["owner"]; owner != nil {
				values["owner"] = owner
			}
			if id, err = u.CreateValues(ctx, a, to, values); err != nil {
				return nil, err
			}
			records = append(records, madeOf(to, id))
			found[key] = id
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
// then. In a dry run, which leaves nothing behind, the keys of earlier rows
// count; marks are those of this one.
func (s *Service) existing(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, v record.Values) (outcome string, id int64, marks []uint64, err error) {
	if j.Duplicates.Rule == "create" {
		return "created", 0, nil, nil
	}
	outcome = "skipped"
	if j.Duplicates.Rule == "update" {
		outcome = "updated"
	}
	earlier := false
	for _, key := range j.Duplicates.Keys {
		f := o.Field(key)
		if f == nil || v.Text(key) == "" {
			continue
		}
		ids, keys, err := s.having(ctx, a, o, f, v)
		if err != nil {
			return "failed", 0, nil, err
		}
		if len(ids) > 0 {
			return outcome, ids[0], nil, nil
		}
		for _, k := range keys {
			h := fnv.New64a()
			_, _ = h.Write([]byte(k))
			marks = append(marks, h.Sum64())
			earlier = earlier || j.seen[h.Sum64()]
		}
	}
	if earlier {
		return outcome, 0, nil, nil
	}
	return "created", 0, marks, nil
}

// having lists the records that have one of a field's keys, and the keys.
func (s *Service) having(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field, v record.Values) (ids []int64, keys []string, err error) {
	if f.Match == "" {
		ids, err = s.Records.FindBy(ctx, a, o, f.Name, v.Text(f.Name), 1)
		return ids, []string{f.Name + "\x00" + v.Text(f.Name)}, err
	}
	wanted := record.MatchKeys(o, record.Values{f.Name: v[f.Name]})
	found, err := s.Records.Matching(ctx, s.Records.DB, o, wanted)
	for _, k := range wanted {
		ids = append(ids, found[k]...)
		keys = append(keys, k.Kind+"\x00"+k.Key)
	}
	return ids, keys, err
}

// undo takes back what the import made, where nobody has worked on it since, and
// puts changed fields back where they still hold what it wrote.
func (s *Service) undo(ctx context.Context, a *policy.Actor, j *Job) {
	// Who may import may take the import back, also without the right to delete.
	system := policy.System(a.Registry, "undo of "+a.Origin)
	system.ID, system.Language, system.Location = a.ID, a.Language, a.Location
	created, tried := map[int64]bool{}, map[int64]bool{}
	for _, m := range j.made {
		created[m.id] = created[m.id] || !m.updated
	}
	// The last first: what refers to a record goes before the record.
	for _, m := range slices.Backward(j.made) {
		if tried[m.id] || m.updated && created[m.id] || ctx.Err() != nil {
			continue
		}
		tried[m.id] = true
		o := a.Registry.Object(m.object)
		label := s.labelOf(ctx, system, o, m.id)
		fields, err := s.takeBack(ctx, system, o, m, a.Origin)
		if err != nil && !record.IsCode(err, "not_found") {
			slog.Error("an import could not be undone in full", "import", j.ID, "record", m.id, "error", err)
			fields = []string{""}
		}
		s.mu.Lock()
		j.Done++
		if len(fields) > 0 {
			j.note(Problem{Code: "changed_since", Column: labelOfField(o, fields[0], a.Language), Value: label})
			if len(j.Since) < maxProblems {
				j.Since = append(j.Since, Since{Object: o.Name, ID: m.id, Label: label, Fields: fields})
			}
		}
		s.mu.Unlock()
	}
	s.finish(j, "undone")
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
func (s *Service) takeBack(ctx context.Context, a *policy.Actor, o *schema.Object, m made, origin string) (since []string, err error) {
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
