package transfer

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// beside is another record that a row speaks of, and how it stands to its own: it
// hangs on it (the contact of a customer), is named by it (the customer of a
// contact), or is linked to it (the contact of a deal).
type beside struct {
	object *schema.Object
	// ref is the field of the one that refers to the other, nil where link links them.
	ref *schema.Field
	// named tells that ref is the row's own record's.
	named bool
	link  *schema.Object
}

// besideOf finds the record beside one of object o that the beginning of a mapping
// means: contact.phones, customer.industry.
func besideOf(a *policy.Actor, o *schema.Object, first string) (beside, bool) {
	if f := o.Field(first); f != nil {
		to := a.Registry.Object(f.Target())
		if to == nil || to == o || !to.Owned || to.Title == "" || a.Access(o, f) != "write" || !a.May(to, policy.Create) && !a.May(to, policy.Edit) {
			return beside{}, false
		}
		return beside{object: to, ref: f, named: true}, true
	}
	other := a.Registry.Object(first)
	if other == nil || other == o || !a.May(other, policy.Create) {
		return beside{}, false
	}
	if f := reference(other, o); f != nil {
		return beside{object: other, ref: f}, true
	}
	for _, link := range a.Registry.Objects() {
		if link.IsLink() && (link.Links == [2]string{o.Name, other.Name} || link.Links == [2]string{other.Name, o.Name}) && a.May(link, policy.Create) {
			return beside{object: other, link: link}, true
		}
	}
	return beside{}, false
}

// besideTarget reads a mapping of a field of the record beside.
func besideTarget(a *policy.Actor, o *schema.Object, first, rest string) (target, bool) {
	at, ok := besideOf(a, o, first)
	if !ok || rest == "" {
		return target{}, false
	}
	name, part, _ := strings.Cut(rest, ".")
	f := at.object.Field(name)
	switch {
	case f == nil || f.Lines() != nil || !writable(a, at.object, f) || part != "" && !partial(a, f, part):
		return target{}, false
	case at.named && (name == at.object.Title || f.Target() != "" || f.Files() > 0 || name == "created_at"):
		return target{}, false // its name is the reference itself
	}
	return target{object: at.object, field: f, part: part, beside: at}, true
}

// reference finds the field by which child refers to o.
func reference(child, o *schema.Object) *schema.Field {
	for _, f := range child.Fields {
		if f.Target() == o.Name && f.Name == o.Name {
			return f
		}
	}
	return nil
}

// others are the drafts of the records beside a row's own.
type others []*draft

// of finds the draft of a record beside, and makes it where there is none yet.
func (list *others) of(at beside) *draft {
	for _, d := range *list {
		if d.beside == at {
			return d
		}
	}
	d := newDraft()
	d.beside = at
	*list = append(*list, d)
	return d
}

// facts are what a row says of the record that a reference of its own names.
func (list others) facts(ref *schema.Field) record.Values {
	for _, d := range list {
		if d.beside.named && d.beside.ref == ref {
			return d.values
		}
	}
	return nil
}

// order are the fields a draft of a record beside has, as the object has them.
func (d *draft) order() []string {
	var names []string
	for _, f := range d.beside.object.Fields {
		if d.values[f.Name] != nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// names tells whether a draft names its record: by its name or what it is made of.
func (d *draft) names(o *schema.Object) bool {
	return d.values[o.Title] != nil || o.Field("family_name") != nil && (d.values["family_name"] != nil || d.values["given_name"] != nil)
}

// besides writes the records beside a row's own that hang on it or are linked to it.
func (r *run) besides(ctx context.Context, u *record.Unit, main *draft, id int64, list others) (records []made, err error) {
	for _, d := range list {
		at := d.beside
		if at.named || !d.names(at.object) {
			continue
		}
		if at.link == nil {
			d.values[at.ref.Name] = []any{id}
		}
		r.shared(main, d)
		if _, err := r.service.complete(at.object, d, true); err != nil {
			return nil, err
		}
		other, there, err := r.there(ctx, d)
		if err != nil {
			return nil, err
		}
		if !there {
			if err := r.pictures(ctx, u, at.object, d, 0); err != nil {
				return nil, err
			}
			if other, err = u.CreateValues(ctx, r.actor, at.object, d.values); err != nil {
				return nil, err
			}
			records = append(records, madeOf(at.object, other))
		}
		if at.link == nil {
			continue
		}
		more, err := r.join(ctx, u, at, id, other, there)
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
	}
	return records, nil
}

// shared gives the record beside what it has in common with the row's own: who works
// on them, and whom both refer to.
func (r *run) shared(main, d *draft) {
	for _, f := range d.beside.object.Fields {
		own := r.object.Field(f.Name)
		if own == nil || f.Target() == "" || f.System && f.Name != "owner" || own.Target() != f.Target() || d.values[f.Name] != nil || main.values[f.Name] == nil {
			continue
		}
		if f.Name == "owner" || f.Target() != "user" && f.Target() != "department" {
			d.values[f.Name] = main.values[f.Name]
		}
	}
}

// there finds the record that a draft speaks of among those that refer to the same
// ones: a contact of the customer by that name or mail address.
func (r *run) there(ctx context.Context, d *draft) (id int64, found bool, err error) {
	o := d.beside.object
	names := []string{d.values.Text(o.Title)}
	if family, given := d.values.Text("family_name"), d.values.Text("given_name"); names[0] == "" {
		names = []string{family + given, strings.TrimSpace(given + " " + family)}
	}
	var keys []store.MatchKey
	for _, name := range names {
		keys = append(keys, record.MatchKeys(o, record.Values{o.Title: []any{name}})...)
	}
	for _, f := range o.Fields {
		if f.Type == "mails" && d.beside.link != nil {
			keys = append(keys, record.MatchKeys(o, record.Values{f.Name: d.values[f.Name]})...)
		}
	}
	matching, err := r.service.Records.Matching(ctx, o, keys)
	if err != nil {
		return 0, false, err
	}
	var ids []int64
	for _, some := range matching {
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	const asked = 20 // many may be called the same
	for _, id := range ids[:min(len(ids), asked)] {
		other, err := r.service.Records.Values(ctx, r.actor, o, id)
		if record.IsCode(err, "not_found") || record.IsCode(err, "forbidden") {
			continue
		} else if err != nil {
			return 0, false, err
		}
		same := true
		for _, f := range o.Fields {
			if f.Target() != "" && !f.System && d.values[f.Name] != nil && (f == d.beside.ref || d.beside.link != nil) {
				same = same && other.Int(f.Name) == d.values.Int(f.Name)
			}
		}
		if same {
			return id, true, nil
		}
	}
	return 0, false, nil
}

// join links the record beside to the row's own, once.
func (r *run) join(ctx context.Context, u *record.Unit, at beside, id, other int64, there bool) ([]made, error) {
	ends := record.Values{r.object.Name: []any{id}, at.object.Name: []any{other}}
	if there {
		known, err := r.service.Records.Rows(ctx, at.link.Name, query.AllOf(query.Is(r.object.Name, id), query.Is(at.object.Name, other)), 1)
		if err != nil || len(known) > 0 {
			return nil, err
		}
	}
	link, err := u.CreateValues(ctx, r.actor, at.link, ends)
	if err != nil {
		return nil, err
	}
	return []made{madeOf(at.link, link)}, nil
}

// fill writes what a row says of the record its own refers to: only where nothing
// stands yet, and what stands there otherwise is told.
func (r *run) fill(ctx context.Context, u *record.Unit, row entry, d *draft, id int64) (records []made, problems []Problem, err error) {
	o := d.beside.object
	told := func(field, code string, params ...string) {
		problems = append(problems, Problem{Row: row.Number, Column: d.headers[field], Code: code, Params: schema.Bad(code, params...).Params, Value: brief(text(o, field, others{d})), Warning: true})
	}
	if id == 0 {
		for _, name := range d.order() {
			told(name, "named_nobody", "object", o.Label.In(r.actor.Language))
		}
		return nil, problems, nil
	}
	there, err := r.service.Records.Values(ctx, r.actor, o, id)
	if record.IsCode(err, "not_found") || record.IsCode(err, "forbidden") {
		there, err = nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	missing := record.Values{}
	for _, name := range d.order() {
		f := o.Field(name)
		switch has := there[name]; {
		case there == nil:
			told(name, "not_yours_to_fill")
		case len(has) == 0 || has[0] == nil || has[0] == "":
			missing[name] = d.values[name]
		case !holds(f, has, d.values[name]):
			t, _ := f.Kind().(schema.Textual)
			told(name, "kept_there", "value", brief(t.FormatText(f, has)))
		}
	}
	if len(missing) == 0 {
		return nil, problems, nil
	}
	err = u.Try(ctx, func() error {
		_, err := u.Write(ctx, r.actor, o, id, nil, missing, 0)
		return err
	})
	var refused *record.Error
	switch {
	case err == nil:
		return []made{{object: o.Name, id: id, updated: true}}, problems, nil
	case errors.Is(err, record.ErrUnsure) || !errors.As(err, &refused):
		return nil, nil, err
	case len(refused.Fields) == 0:
		for _, name := range d.order() {
			if missing[name] != nil {
				told(name, "not_yours_to_fill")
			}
		}
	}
	for _, f := range refused.Fields {
		problems = append(problems, Problem{Row: row.Number, Column: d.headers[f.Field], Code: f.Problem.Code, Params: f.Params, Value: brief(text(o, f.Field, others{d})), Warning: true})
	}
	return nil, problems, nil
}

// holds tells whether what stands in a field says what a row says.
func holds(f *schema.Field, has, said []any) bool {
	if many, ok := f.Kind().(schema.Multiple); ok {
		stored, _ := has[0].(string)
		more, _ := said[0].(string)
		there := many.Values(f, stored)
		return !slices.ContainsFunc(many.Values(f, more), func(v string) bool { return !slices.Contains(there, v) })
	}
	return slices.Equal(f.Entered(has), f.Entered(said))
}
