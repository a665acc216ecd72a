package schema

import (
	"fmt"
	"slices"
)

// Action is a named verb on an object's records beyond making, changing and
// removing them: convert, disqualify. Its route, its button with the form that asks
// and its entry in the description of the API follow from the declaration; what it
// does its module says (record.Rules.Actions).
type Action struct {
	Name  string
	Label Text
	// Help tells above its form what it does.
	Help Text
	Icon string
	// Verb is the right on the record that it needs; empty: to edit it.
	Verb string
	// When names a pick-list of the object and the choices with which it can be done;
	// nil: always.
	When *Only
	// Kinds are the kinds of the object's stages in which it can be done, whatever stages
	// there are; they stand in the place of When.
	Kinds []string
	// Leads is the choice of the object's stage it leads to: a board or a stage bar asks
	// the action's form in place of writing the stage.
	Leads string
	// Fields are what it asks. Those of the types json, lines and autonumber are none.
	Fields []*Field
	// Main actions stand as buttons on a record's page, the others in its menu.
	Main bool
	// Many can be done to many records at once, with the same answers but for those of its
	// Own fields: these are for each record what its form would begin with.
	Many bool
	// Reversible tells that all it does stands in the fields of the record: done to many, it
	// can be taken back.
	Reversible bool

	form *Object
}

// Form is the object whose fields are what the action asks. It has no table.
func (a *Action) Form() *Object { return a.form }

// Action returns the object's action of this name, or nil.
func (o *Object) Action(name string) *Action {
	for _, a := range o.Actions {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// prepareActions checks the actions and prepares what they ask.
func (o *Object) prepareActions() error {
	for _, a := range o.Actions {
		if !nameForm.MatchString(a.Name) {
			return fmt.Errorf("object %s: action name %q is malformed", o.Name, a.Name)
		}
		if stage := o.byName[o.Stage]; a.Kinds != nil && stage != nil {
			a.When = &Only{Field: o.Stage}
			for _, choice := range stage.Options {
				if slices.Contains(a.Kinds, choice.Kind) {
					a.When.Values = append(a.When.Values, choice.Value)
				}
			}
		}
		if a.When != nil && !o.chooses(a.When) {
			return fmt.Errorf("object %s, action %s is possible with %s of %q, which is no choice of it", o.Name, a.Name, a.When.Values, a.When.Field)
		}
		if stage := o.byName[o.Stage]; a.Leads != "" && (stage == nil || stage.Option(a.Leads) == nil) {
			return fmt.Errorf("object %s, action %s leads to %q, which is no stage of it", o.Name, a.Name, a.Leads)
		}
		a.form = &Object{Name: o.Name + "_" + a.Name, Fields: a.Fields, byName: map[string]*Field{}}
		for _, f := range a.Fields {
			t, ok := types[f.Type]
			if !ok || f.Type == "lines" || f.Type == "autonumber" || !nameForm.MatchString(f.Name) || a.form.byName[f.Name] != nil {
				return fmt.Errorf("object %s, action %s cannot ask %q of type %q", o.Name, a.Name, f.Name, f.Type)
			}
			f.typ, f.columns = t, t.Columns(f)
			a.form.byName[f.Name] = f
		}
		for _, f := range a.Fields {
			if f.Only != nil && !a.form.chooses(f.Only) {
				return fmt.Errorf("object %s, action %s asks %s with %s of %q, which is no choice of it", o.Name, a.Name, f.Name, f.Only.Values, f.Only.Field)
			}
		}
	}
	return nil
}

// chooses tells whether the values are choices of a pick-list the object has.
func (o *Object) chooses(only *Only) bool {
	f := o.byName[only.Field]
	if f == nil {
		return false
	}
	for _, value := range only.Values {
		if f.Option(value) == nil {
			return false
		}
	}
	return true
}

// copied are actions with fields of their own, so that two registries share none.
func copied(actions []*Action) []*Action {
	var list []*Action
	for _, a := range actions {
		c := *a
		c.Fields, c.form = nil, nil
		for _, f := range a.Fields {
			field := *f
			c.Fields = append(c.Fields, &field)
		}
		list = append(list, &c)
	}
	return list
}
