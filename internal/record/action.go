package record

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Action is what an action that an object declares (schema.Action) does.
type Action struct {
	// Offer fills its form in advance; nil: the form begins empty.
	Offer func(ctx context.Context, d *Doing) (*Offer, error)
	// Do does it, in the transaction in which the record was found fit for it. It does
	// nothing slow and may be run again.
	Do func(ctx context.Context, d *Doing) (*Outcome, error)
	// Past says why it can no longer be done where the record is not as When asks; nil
	// is the usual word.
	Past func(ctx context.Context, d *Doing) error
}

// Doing is an action under way on one record.
type Doing struct {
	Actor  *policy.Actor
	Object *schema.Object
	ID     int64
	// Record holds the record's values, Input what was answered to what the action
	// asks; nothing where nothing was.
	Record, Input Values
	// Now is the instant in microseconds.
	Now     int64
	version int64
	service *Service
	tx      store.Querier
	unit    *Unit
}

// Offer is what the form of an action begins with.
type Offer struct {
	// Values are answers proposed, as JSON.
	Values map[string]any
	// Candidates are for references that it asks: what is there already.
	Candidates map[string]Candidates
}

// Candidates are records that may be meant: those the asker may see, and how many
// there are that he may not.
type Candidates struct {
	Found  []Candidate `json:"records"`
	Hidden int         `json:"hidden"`
}

// Outcome is what came of an action.
type Outcome struct {
	// Object and ID name the record to go on with; none: the same.
	Object string
	ID     int64
}

// actionOf finds an action that an actor might do to some records.
func (s *Service) actionOf(a *policy.Actor, o *schema.Object, name string) (*schema.Action, Action, error) {
	declared := o.Action(name)
	if declared == nil || !a.May(o, policy.View) {
		return nil, Action{}, fail("not_found")
	}
	does, ok := s.rules[o.Name].Actions[name]
	if !ok {
		return nil, Action{}, fail("not_found")
	}
	return declared, does, nil
}

// VerbOf is the right on a record that an action needs.
func VerbOf(a *schema.Action) string {
	if a.Verb == "" {
		return policy.Edit
	}
	return a.Verb
}

// OfferAction answers what the form of an action on a record begins with.
func (s *Service) OfferAction(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, name string) (*Offer, error) {
	declared, does, err := s.actionOf(a, o, name)
	if err != nil {
		return nil, err
	}
	v, version, err := s.load(ctx, s.DB, a, o, id, policy.View, false)
	if err != nil {
		return nil, err
	}
	if verb := VerbOf(declared); !a.May(o, verb) || !s.may(ctx, s.DB, a, o, id, verb, false) {
		return nil, fail("forbidden")
	}
	d := &Doing{Actor: a, Object: o, ID: id, Record: v, Input: Values{}, Now: clock(ctx), version: version, service: s, tx: s.DB}
	if err := d.fit(ctx, declared, does); err != nil {
		return nil, err
	}
	if does.Offer == nil {
		return &Offer{}, nil
	}
	return does.Offer(ctx, d)
}

// Act does an action to a record: of two that do so at once one comes after the
// other, and finds the record as that left it.
func (s *Service) Act(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, name string, in Input) (out *Outcome, err error) {
	err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
		out, err = u.Act(ctx, a, o, id, name, in)
		return err
	})
	return out, err
}

// Act is Service.Act as a part of the unit.
func (u *Unit) Act(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, name string, in Input) (*Outcome, error) {
	return u.act(ctx, a, o, id, name, func(*schema.Action, Action, *Doing) (Input, error) { return in, nil })
}

// ActAmong is Act on one of many records. What is not asked of all of them is for each
// what its form would begin with; where that form offers records that may be meant,
// somebody has to look, and it is refused.
func (u *Unit) ActAmong(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, name string, in Input) (*Outcome, error) {
	return u.act(ctx, a, o, id, name, func(declared *schema.Action, does Action, d *Doing) (Input, error) {
		whole := Input{}
		if does.Offer != nil {
			offer, err := does.Offer(ctx, d)
			if err != nil {
				return nil, err
			}
			for _, field := range slices.Sorted(maps.Keys(offer.Candidates)) {
				if c := offer.Candidates[field]; len(c.Found)+c.Hidden > 0 {
					return nil, Clash(field, "action_choose", "field", declared.Form().Field(field).Label.In(d.Actor.Language))
				}
			}
			for _, f := range declared.Fields {
				if v, ok := offer.Values[f.Name]; ok && f.Own {
					whole[f.Name] = v
				}
			}
		}
		maps.Copy(whole, in)
		return whole, nil
	})
}

// act does an action with the answers that asked gives once the record was found fit
// for it.
func (u *Unit) act(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, name string, asked func(*schema.Action, Action, *Doing) (Input, error)) (*Outcome, error) {
	s := u.service
	a, o, err := u.current(a, o, nil)
	if err != nil {
		return nil, err
	}
	declared, does, err := s.actionOf(a, o, name)
	if err != nil {
		return nil, err
	}
	v, version, err := s.writable(ctx, u.tx, a, o, id, VerbOf(declared), false)
	if err != nil {
		return nil, err
	}
	d := &Doing{Actor: a, Object: o, ID: id, Record: v, Input: Values{}, Now: clock(ctx), version: version, service: s, tx: u.tx, unit: u}
	if err := d.fit(ctx, declared, does); err != nil {
		return nil, err
	}
	in, err := asked(declared, does, d)
	if err != nil {
		return nil, err
	}
	if d.Input, err = s.answers(ctx, u.tx, a, declared, in, false); err != nil {
		return nil, err
	}
	out, err := does.Do(ctx, d)
	if err != nil {
		return nil, s.explain(o, err)
	}
	if out == nil {
		out = &Outcome{}
	}
	return out, nil
}

// CheckAction reads what was answered to an action that is to be done to many records,
// without doing it.
func (s *Service) CheckAction(ctx context.Context, a *policy.Actor, o *schema.Object, name string, in Input) error {
	declared, _, err := s.actionOf(a, o, name)
	if err != nil {
		return err
	}
	_, err = s.answers(ctx, s.DB, a, declared, in, true)
	return err
}

// fit refuses an action that the record is past.
func (d *Doing) fit(ctx context.Context, declared *schema.Action, does Action) error {
	when := declared.When
	if when == nil || slices.Contains(when.Values, d.Record.Text(when.Field)) {
		return nil
	}
	f := d.Object.Field(when.Field)
	if !d.Actor.Readable(d.Object, f) {
		return fail("conflict")
	}
	if does.Past != nil {
		if err := does.Past(ctx, d); err != nil {
			return err
		}
	}
	text := d.Record.Text(when.Field)
	if opt := f.Option(text); opt != nil {
		text = opt.Label.In(d.Actor.Language)
	}
	return Clash(f.Name, "action_not_now", "action", declared.Label.In(d.Actor.Language), "value", text)
}

// Clash is the error of what comes too late: somebody did something else before.
func Clash(field, code string, params ...string) error {
	return &Error{Code: "conflict", Fields: []FieldError{{field, schema.Bad(code, params...)}}}
}

// answers parses what was answered to what an action asks; of many records, its own
// fields are answered for each by itself and may be missing.
func (s *Service) answers(ctx context.Context, q store.Querier, a *policy.Actor, declared *schema.Action, in Input, many bool) (Values, error) {
	form := declared.Form()
	values, problem := Values{}, &Error{Code: "invalid"}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		f := form.Field(name)
		if f == nil {
			problem.add(name, "unknown_field")
			continue
		}
		columns, err := s.parseValue(ctx, q, a, f, in[name])
		var p *schema.Problem
		if errors.As(err, &p) {
			problem.Fields = append(problem.Fields, FieldError{name, p})
			continue
		} else if err != nil {
			return nil, err
		}
		values[name] = columns
	}
	for _, f := range form.Fields {
		if f.Only != nil && !slices.Contains(f.Only.Values, values.Text(f.Only.Field)) {
			delete(values, f.Name) // not asked with this answer
			continue
		}
		given, told := values[f.Name], slices.ContainsFunc(problem.Fields, func(e FieldError) bool { return e.Field == f.Name })
		if f.Required && !told && !(many && f.Own) && (given == nil || given[0] == nil) {
			problem.add(f.Name, "required")
		}
	}
	if problem.Fields != nil {
		slices.SortStableFunc(problem.Fields, func(x, y FieldError) int { return strings.Compare(x.Field, y.Field) })
		return nil, problem
	}
	return values, s.references(ctx, q, a, form, values)
}

// AsFilterProblem answers what is wrong with a filter, nil where err says nothing of one.
func AsFilterProblem(err error) *query.Problem {
	var p *query.Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// Engine is the engine acting in the actor's name: what follows from an action he
// may do, and is not his to do otherwise.
func (d *Doing) Engine() *policy.Actor {
	return engineOf(d.Actor)
}

// engineOf is the engine acting in an actor's name.
func engineOf(actor *policy.Actor) *policy.Actor {
	a := policy.System(actor.Registry, actor.Origin)
	a.ID, a.Name, a.Language, a.Location, a.Address = actor.ID, actor.Name, actor.Language, actor.Location, actor.Address
	return a
}

// Write changes the record itself, also in fields that only rules write.
func (d *Doing) Write(ctx context.Context, values Values) error {
	_, err := d.unit.Write(ctx, d.Engine(), d.Object, d.ID, &Current{d.Record, d.version}, values, 0)
	return err
}

// Change changes another record by the actor's own rights, in fields that he may
// write.
func (d *Doing) Change(ctx context.Context, object string, id int64, values Values) error {
	o := d.Actor.Registry.Object(object)
	for name := range values {
		if f := o.Field(name); f == nil || d.Actor.Access(o, f) != "write" {
			return fail("forbidden")
		}
	}
	before, version, err := d.service.writable(ctx, d.tx, d.Actor, o, id, policy.Edit, false)
	if err != nil {
		return err
	}
	_, err = d.unit.Write(ctx, d.Actor, o, id, &Current{before, version}, values, 0)
	return err
}

// May tells whether the actor may do verb to records of an object.
func (d *Doing) May(object, verb string) bool {
	return d.Actor.May(d.Actor.Registry.Object(object), verb)
}

// Create makes a record of another object by the actor's own rights; of the values
// those are left out that he may not write.
func (d *Doing) Create(ctx context.Context, object string, values Values) (int64, error) {
	return d.unit.make(ctx, d.Actor, object, values)
}

// Owner answers who owns what the actor makes of the record: its owner, where the
// actor may make something for him, else the actor.
func (d *Doing) Owner(object string) Values {
	owner, department := d.Record.Int("owner"), d.Record.Int("department")
	if owner != 0 && d.Actor.Covers(d.Actor.Registry.Object(object), policy.Create, owner, department) {
		return Values{"owner": {owner}, "department": {nullID(department)}}
	}
	return Values{}
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// Fill puts values where another record has none, and adds phones and mails to those
// it has; the actor must be allowed to change it.
func (d *Doing) Fill(ctx context.Context, object string, id int64, values Values) error {
	o := d.Actor.Registry.Object(object)
	before, version, err := d.service.writable(ctx, d.tx, d.Actor, o, id, policy.Edit, false)
	if err != nil {
		return err
	}
	more := Values{}
	for name, columns := range values {
		f := o.Field(name)
		if f == nil || len(columns) == 0 || columns[0] == nil || d.Actor.Access(o, f) != "write" {
			continue
		}
		had := before[name]
		switch {
		case len(had) == 0 || had[0] == nil:
			more[name] = columns
		case f.Type == "phones" || f.Type == "mails":
			joined, err := joinEntries(f, before.Text(name), values.Text(name))
			if err != nil {
				return err
			}
			more[name] = joined
		}
	}
	_, err = d.unit.Write(ctx, d.Actor, o, id, &Current{before, version}, more, 0)
	return err
}

// joinEntries adds the phones or mails of one value to those of another that lack
// them.
func joinEntries(f *schema.Field, have, more string) ([]any, error) {
	many, _ := f.Kind().(schema.Multiple)
	var items []any
	for _, e := range schema.Entries(have) {
		items = append(items, map[string]any{"label": e.Label, "value": e.Value, "primary": e.Primary})
	}
	known := many.Values(f, have)
	for _, e := range schema.Entries(more) {
		one, err := f.Kind().Parse(f, []any{map[string]any{"label": e.Label, "value": e.Value}})
		if err != nil || one == nil {
			continue
		}
		text, _ := one[0].(string)
		if keys := many.Values(f, text); len(keys) > 0 && !slices.Contains(known, keys[0]) {
			items = append(items, map[string]any{"label": e.Label, "value": e.Value})
		}
	}
	return f.Kind().Parse(f, items)
}

// Alike lists records of an object that share what is compared with the values.
func (d *Doing) Alike(ctx context.Context, object string, values Values) (Candidates, error) {
	o := d.Actor.Registry.Object(object)
	if !d.Actor.May(o, policy.View) {
		return Candidates{}, nil
	}
	found, hidden, err := d.service.alike(ctx, d.Actor, o, values, 0)
	return Candidates{found, hidden}, err
}

// Readable are those of the record's values that the actor may read: what goes into
// other records or is told comes from these, or it tells what is hidden.
func (d *Doing) Readable() Values { return readable(d.Actor, d.Object, d.Record) }

// Shown reads another record as far as the actor may see it (see Change.Shown).
func (d *Doing) Shown(ctx context.Context, object string, id int64) (Values, error) {
	return d.service.shown(ctx, d.Actor, object, id)
}

// Label is the title of a record, where the actor may see it.
func (d *Doing) Label(ctx context.Context, object string, id int64) (string, error) {
	labels, err := d.service.labels(ctx, d.tx, d.Actor, object, []int64{id}, false)
	return labels[id], err
}

// Values reads a record that the actor may see, all of it; nil where he may not.
func (d *Doing) Values(ctx context.Context, object string, id int64) (Values, error) {
	v, _, err := d.service.look(ctx, d.tx, d.Actor, d.Actor.Registry.Object(object), id, policy.View, false)
	if IsCode(err, "not_found") {
		return nil, nil
	}
	return v, err
}
