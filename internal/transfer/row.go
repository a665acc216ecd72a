package transfer

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Params are those of the first problem of the group, for its message.
func (g *Group) Params() map[string]string { return g.params }

// mostNamed is how many values a group's message names at most.
const mostNamed = 5

// Values are the first of the different texts that did not fit; more tells that there are
// others.
func (g *Group) Values() (values []string, more bool) {
	for _, row := range g.Rows {
		switch {
		case row.Value == "" || slices.Contains(values, row.Value):
		case len(values) == mostNamed:
			return values, true
		default:
			values = append(values, row.Value)
		}
	}
	return values, g.Count > len(g.Rows)
}

// row brings one row in, or only says what would become of it: a dry run writes
// it too and takes it back, so that it refuses exactly what the run would.
func (r *run) row(ctx context.Context, u *record.Unit, row entry) (outcome string, records []made, problems []Problem, err error) {
	if row.Problem != nil && !row.Problem.Usable {
		return "failed", nil, []Problem{{Row: row.Number, Code: row.Problem.Code, Params: row.Problem.Params}}, nil
	}
	var main *draft
	var beside others
	var marks []int64
	found := map[string]int64{}
	err = u.Try(ctx, func() error {
		var err error
		records, marks = nil, nil
		if main, beside, problems, err = r.converter.row(ctx, row); err != nil {
			return err
		}
		if slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning }) {
			return errRefused
		}
		var told []Problem
		if outcome, records, marks, told, err = r.bring(ctx, u, row, main, beside, found); err == nil {
			problems = slices.Concat(problems, told, r.doubts(u, row, records, main, beside))
		}
		return err
	})
	switch {
	case err == nil && !r.dry:
		maps.Copy(r.converter.fresh, found)
		return outcome, records, problems, nil
	case err == nil:
		for _, m := range marks {
			if !r.fresh[m] {
				r.fresh[m] = true
				r.keys = append(r.keys, []any{r.job.ID, m})
			}
		}
		return outcome, nil, problems, nil
	case errors.Is(err, errRefused):
		return "failed", nil, whole(row, problems), nil
	}
	var re *record.Error
	switch {
	case errors.Is(err, store.ErrOvertaken), errors.Is(err, record.ErrUnsure):
		return "", nil, nil, err // the whole batch is run again
	case !errors.As(err, &re):
		slog.Error("a row could not be imported", "import", r.job.ID, "row", row.Number, "error", err)
		return "failed", nil, whole(row, append(problems, Problem{Row: row.Number, Code: "unavailable"})), nil
	case len(re.Fields) == 0:
		return "failed", nil, whole(row, append(problems, Problem{Row: row.Number, Code: re.Code})), nil
	}
	for _, f := range re.Fields {
		at, header := row.Number, ""
		if main != nil {
			at, header = main.place(f.Field, row)
		}
		if header == "" {
			header = r.header(r.object, f.Field, append(others{main}, beside...))
		}
		problems = append(problems, Problem{Row: at, Column: header, Code: f.Problem.Code, Params: f.Params})
	}
	return "failed", nil, whole(row, problems), nil
}

// doubts are what the records a row made or changed were warned of.
func (r *run) doubts(u *record.Unit, row entry, records []made, main *draft, beside others) (problems []Problem) {
	for _, one := range records {
		o := r.actor.Registry.Object(one.object)
		var drafts others
		if o == r.object {
			drafts = others{main}
		}
		for _, d := range beside {
			if d.beside.object == o {
				drafts = append(drafts, d)
			}
		}
		for _, w := range u.Warnings(o, one.id) {
			problems = append(problems, Problem{Row: row.Number, Column: r.header(o, w.Field, drafts), Code: w.Problem.Code, Params: w.Params, Value: text(o, w.Field, drafts), Warning: true})
		}
	}
	return problems
}

// header is the column a field of a row came from, or its label.
func (r *run) header(o *schema.Object, field string, drafts others) string {
	for _, d := range drafts {
		if d != nil && d.headers[field] != "" {
			return d.headers[field]
		}
	}
	if f := o.Field(field); f != nil {
		return f.Label.In(r.actor.Language)
	}
	return field
}

// text is what a row says of a field, as people read it.
func text(o *schema.Object, field string, drafts others) string {
	f := o.Field(field)
	t, ok := f.Kind().(schema.Textual)
	for _, d := range drafts {
		if d != nil && ok && d.values[field] != nil {
			return t.FormatText(f, d.values[field])
		}
	}
	return ""
}

// errRefused says that what the row says keeps it out.
var errRefused = errors.New("the row is refused")

// bring writes the records of one row together: what it refers to and is not
// there yet, the record itself, and those beside it. found are the references it
// made, marks the keys of its record, told what did not come in.
func (r *run) bring(ctx context.Context, u *record.Unit, row entry, main *draft, list others, found map[string]int64) (outcome string, records []made, marks []int64, told []Problem, err error) {
	s, o := r.service, r.object
	invented, incomplete := s.complete(o, main, !r.job.names(o))
	outcome, id, marks, err := r.existing(ctx, u, main.values)
	switch {
	case err != nil:
		return "failed", nil, nil, nil, err
	case r.job.Duplicates.Rule == updateOnly && outcome == "created":
		return "failed", nil, nil, nil, r.unknown(main)
	case incomplete != nil && outcome == "created":
		return "failed", nil, nil, nil, incomplete
	case invented && outcome == "updated":
		delete(main.values, o.Title) // it has a name
	}
	stub := id != 0 && r.stub(id)
	if stub {
		outcome = "updated" // made for its name alone, by a row before
	}
	if id != 0 && main.places != nil {
		again, err := r.brought(ctx, u, id)
		if err != nil {
			return "failed", nil, nil, nil, err
		}
		if again {
			outcome, main = "updated", main.rowsAlone(o)
		}
	}
	if r.dry && outcome == "created" {
		taken, err := r.taken(ctx, u, main.values)
		if err != nil {
			return "failed", nil, nil, nil, err
		}
		marks = append(marks, taken...)
	}
	if outcome != "created" && id == 0 || outcome == "skipped" && len(list) == 0 {
		return outcome, nil, marks, nil, nil // as an earlier row of a dry run
	}
	if outcome != "skipped" {
		if err := r.pictures(ctx, u, o, main, id); err != nil {
			return "failed", nil, nil, nil, err
		}
		if records, told, err = r.write(ctx, u, row, main, list, outcome, &id, found); err != nil {
			return "failed", nil, nil, nil, err
		}
	}
	more, err := r.besides(ctx, u, main, id, list)
	if err != nil {
		return "failed", nil, nil, nil, err
	}
	records = append(records, more...)
	switch {
	case stub:
		// What is kept is that it was made.
		outcome, records = "created", slices.DeleteFunc(records, func(m made) bool { return m.id == id })
		r.told[id] = true
	case outcome == "skipped" && len(more) > 0:
		outcome = "updated" // by the one beside it
	}
	return outcome, records, marks, told, nil
}

// stub tells whether a record was made by this import for nothing but its name,
// which another row refers to, and no row told more of it yet.
func (r *run) stub(id int64) bool {
	return r.converter.stubs[id] && !r.converter.told[id] && !r.told[id]
}

func madeOf(o *schema.Object, id int64) made { return made{object: o.Name, id: id} }

// write writes the record of a row and what it refers to; found are the
// references it made.
func (r *run) write(ctx context.Context, u *record.Unit, row entry, main *draft, list others, outcome string, id *int64, found map[string]int64) (records []made, told []Problem, err error) {
	s, a, o := r.service, r.actor, r.object
	if records, told, err = r.referents(ctx, u, row, main, list, found); err != nil {
		return nil, nil, err
	}
	if outcome == "updated" {
		values := maps.Clone(main.values)
		delete(values, "created_at")
		if r.job.foreign() != "" {
			if err := s.joined(ctx, a, o, *id, values); err != nil {
				return nil, nil, err
			}
		}
		_, err := u.Write(ctx, a, o, *id, nil, values, 0)
		return append(records, made{object: o.Name, id: *id, updated: true}), told, err
	}
	if *id, err = u.CreateValues(ctx, a, o, main.values); err != nil {
		return nil, nil, err
	}
	return append(records, madeOf(o, *id)), told, nil
}

// referents makes the records a row refers to by a name nobody has yet, and writes
// what it says of those it refers to.
func (r *run) referents(ctx context.Context, u *record.Unit, row entry, d *draft, list others, found map[string]int64) (records []made, told []Problem, err error) {
	a, c := r.actor, r.converter
	fresh := map[string]bool{}
	for name, text := range d.missing {
		ref := r.object.Field(name)
		to := a.Registry.Object(ref.Target())
		key := to.Name + "\x00" + text
		id := c.fresh[key]
		if id == 0 {
			id = c.known[key]
		}
		if id == 0 {
			id = found[key]
		}
		if id == 0 {
			values, err := r.service.Records.ParseText(ctx, a, to, map[string]string{to.Title: text})
			if err != nil {
				return nil, nil, err
			}
			if owner := d.values["owner"]; owner != nil {
				values["owner"] = owner
			}
			maps.Copy(values, list.facts(ref))
			if id, err = u.CreateValues(ctx, a, to, values); err != nil {
				return nil, nil, err
			}
			records = append(records, madeOf(to, id))
			found[key] = id
			c.stubs[id] = true
			fresh[name] = true
		}
		d.values[name] = []any{id}
	}
	for _, other := range list {
		if !other.beside.named || fresh[other.beside.ref.Name] || len(other.values) == 0 {
			continue
		}
		more, problems, err := r.fill(ctx, u, row, other, d.values.Int(other.beside.ref.Name))
		if err != nil {
			return nil, nil, err
		}
		records, told = append(records, more...), append(told, problems...)
	}
	return records, told, nil
}

// complete asks for what a record cannot be without, and finds a name for it where
// the row gives none: invented. numbered: a number of another program is a name too,
// where the file has no column of names.
func (s *Service) complete(o *schema.Object, d *draft, numbered bool) (invented bool, err error) {
	if title := o.Field(o.Title); title != nil && d.values[o.Title] == nil {
		// A person may go by the parts of the name, a mail address or a phone.
		if o.Field("family_name") != nil && d.values["family_name"] == nil && d.values["given_name"] == nil {
			for _, f := range o.Fields {
				if entries := schema.Entries(d.values.Text(f.Name)); (f.Type == "mails" || f.Type == "phones") && len(entries) > 0 {
					d.values[o.Title], invented = []any{entries[0].Value}, true
					break
				}
			}
		}
	}
	if title := o.Field(o.Title); numbered && title != nil && title.Type == "text" && d.values[o.Title] == nil && d.values["family_name"] == nil && d.values["given_name"] == nil {
		// Better a number for a name than no record.
		if words, ok := numbersOf(o, d.values); ok {
			_, id, _ := strings.Cut(words[0], ":")
			d.values[o.Title], invented = []any{id}, true
		}
	}
	if key := o.Field(o.Key); key != nil && key.Required && d.values[key.Name] == nil {
		if name := keyOf(o, d.values); name != "" {
			d.values[key.Name] = []any{name}
		}
	}
	for _, f := range o.Fields {
		if f.Required && f.Default == nil && d.values[f.Name] == nil && d.missing[f.Name] == "" {
			if f.Name == o.Title && (d.values["family_name"] != nil || d.values["given_name"] != nil) {
				continue
			}
			return invented, record.Invalid(f.Name, "required")
		}
	}
	return invented, nil
}

// keyOf is by what somebody signs in whose list says nothing of it: the first mail
// address, else the name in small letters.
func keyOf(o *schema.Object, v record.Values) string {
	for _, f := range o.Fields {
		if entries := schema.Entries(v.Text(f.Name)); f.Type == "mails" && len(entries) > 0 {
			return strings.ToLower(entries[0].Value)
		}
	}
	return strings.Join(strings.Fields(strings.ToLower(v.Text(o.Title))), ".")
}

// unknown says that the record a row is to update is not there, by the first of the
// keys that the row has.
func (r *run) unknown(d *draft) error {
	keys := r.job.Duplicates.Keys
	for _, key := range keys {
		if f := r.object.Field(key); f != nil && d.values.Text(key) != "" {
			t, _ := f.Kind().(schema.Textual)
			if t == nil {
				break
			}
			said := t.FormatText(f, d.values[key])
			if key == schema.ExternalIDs {
				said = strings.TrimPrefix(said, r.job.foreign()+":") // as the file has it
			}
			return record.Invalid(key, "nothing_to_update", "value", brief(said))
		}
	}
	field := r.object.Title
	if len(keys) > 0 {
		field = keys[0]
	}
	return record.Invalid(field, "no_key_to_update")
}

// names tells whether a column of the file names the records.
func (j *Job) names(o *schema.Object) bool {
	return slices.ContainsFunc(j.Columns, func(c Column) bool {
		return c.Field == o.Title || c.Field == "family_name" || c.Field == "given_name"
	})
}

// existing tells whether the row's record is there already, and what is done
// then. In a dry run, which leaves nothing behind, the keys of earlier rows
// count; marks are those of this one.
func (r *run) existing(ctx context.Context, u *record.Unit, v record.Values) (outcome string, id int64, marks []int64, err error) {
	if r.job.Duplicates.Rule == "create" {
		return "created", 0, nil, nil
	}
	outcome = "skipped"
	if r.job.Duplicates.Rule == "update" || r.job.Duplicates.Rule == updateOnly {
		outcome = "updated"
	}
	if r.object.IsLink() {
		id, err := r.linked(ctx, v)
		if err != nil || id != 0 {
			return outcome, id, nil, err
		}
		return "created", 0, nil, nil
	}
	if o := r.object; len(o.Together) > 0 && !slices.ContainsFunc(o.Together, func(name string) bool { return !contains(r.job.Duplicates.Keys, name) }) {
		return r.together(ctx, u, v, outcome)
	}
	earlier := false
	// A record that has a number of the same program is the one of another row,
	// whatever else is alike.
	source := ""
	if v.Text(schema.ExternalIDs) != "" {
		source = r.job.foreign()
	}
	for _, key := range r.job.Duplicates.Keys {
		f := r.object.Field(key)
		if f == nil || v.Text(key) == "" {
			continue
		}
		ids, keys, err := r.having(ctx, f, v)
		if err != nil {
			return "failed", 0, nil, err
		}
		numbered := source != "" && key != schema.ExternalIDs
		if numbered {
			if ids, err = r.without(ctx, ids, source); err != nil {
				return "failed", 0, nil, err
			}
		}
		if len(ids) > 0 {
			return outcome, ids[0], nil, nil
		}
		if !r.dry {
			continue
		}
		for _, k := range keys {
			if numbered {
				continue
			}
			mark := markOf(k)
			marks = append(marks, mark)
			if earlier = earlier || r.fresh[mark]; earlier {
				continue
			}
			if earlier, err = r.marked(ctx, u, mark); err != nil {
				return "failed", 0, nil, err
			}
		}
	}
	if earlier {
		return outcome, 0, nil, nil
	}
	return "created", 0, marks, nil
}

// together finds the record that has the values of a row in all the fields by which
// its kind is known.
func (r *run) together(ctx context.Context, u *record.Unit, v record.Values, found string) (outcome string, id int64, marks []int64, err error) {
	var all []*query.Node
	key := "together"
	for _, name := range r.object.Together {
		if len(v[name]) == 0 || v[name][0] == nil {
			return "created", 0, nil, nil // what it cannot be without is told elsewhere
		}
		all = append(all, &query.Node{Op: query.Eq, Field: name, Value: v[name][0]})
		key += "\x00" + fmt.Sprint(v[name][0])
	}
	rows, err := r.service.Records.Rows(ctx, r.object.Name, query.AllOf(all...), 1)
	for id := range rows {
		return found, id, nil, err
	}
	if err != nil || !r.dry {
		return "created", 0, nil, err
	}
	mark := markOf(key)
	earlier := r.fresh[mark]
	if !earlier {
		if earlier, err = r.marked(ctx, u, mark); err != nil {
			return "failed", 0, nil, err
		}
	}
	if earlier {
		return found, 0, nil, nil
	}
	return "created", 0, []int64{mark}, nil
}

// without leaves out the records that have a number of a program.
func (r *run) without(ctx context.Context, ids []int64, source string) ([]int64, error) {
	const asked = 20 // many may be called the same
	var left []int64
	for _, id := range ids[:min(len(ids), asked)] {
		v, err := r.service.Records.Values(ctx, r.actor, r.object, id)
		if err != nil && !record.IsCode(err, "not_found") && !record.IsCode(err, "forbidden") {
			return nil, err
		}
		if !record.HasOther(v, source) {
			left = append(left, id)
			break
		}
	}
	return left, nil
}

// taken answers the marks of the values of a new record that must be unique, and
// a conflict where an earlier row of the dry run has one of them.
func (r *run) taken(ctx context.Context, u *record.Unit, v record.Values) (marks []int64, err error) {
	for _, f := range r.object.Fields {
		if !f.Unique || v[f.Name] == nil || v[f.Name][0] == nil {
			continue
		}
		mark := markOf("unique\x00" + f.Name + "\x00" + fmt.Sprint(v[f.Name]...))
		seen := r.fresh[mark]
		if !seen {
			if seen, err = r.marked(ctx, u, mark); err != nil {
				return nil, err
			}
		}
		if seen {
			return nil, &record.Error{Code: "conflict", Fields: []record.FieldError{{Field: f.Name, Problem: schema.Bad("taken")}}}
		}
		marks = append(marks, mark)
	}
	return marks, nil
}

// markOf is what a dry run keeps of a value of an earlier row.
func markOf(key string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return int64(h.Sum64() >> 1)
}

// having lists the records that have one of a field's keys, and the keys.
func (r *run) having(ctx context.Context, f *schema.Field, v record.Values) (ids []int64, keys []string, err error) {
	if f.Match == "" {
		ids, err = r.service.Records.FindBy(ctx, r.actor, r.object, f.Name, v.Text(f.Name), 1)
		return ids, []string{f.Name + "\x00" + v.Text(f.Name)}, err
	}
	wanted := record.MatchKeys(r.object, record.Values{f.Name: v[f.Name]})
	found, err := r.service.Records.Matching(ctx, r.object, wanted)
	for _, k := range wanted {
		ids = append(ids, found[k]...)
		keys = append(keys, k.Kind+"\x00"+k.Key)
	}
	return ids, keys, err
}
