package schema

import "fmt"

// Calendar tells how records of an object stand in the calendar: a task on its day, a
// visit at its hour, the day a deal is to close, a birthday each year.
type Calendar struct {
	// At is the field of the instant, the day or the birthday.
	At string
	// Minutes is the integer that says how long it takes; empty: nobody says.
	Minutes string
	// Kind is the pick-list that says what sort it is; empty: all are of one.
	Kind string
	// Shown is the filter, as text, of those that stand there; empty: all.
	Shown string
	// Done is the boolean that says it is done; While are the choices with which it is
	// not yet.
	Done  string
	While *Only
	// Rule, Zone and Again are those of an object that repeats: its rule, the clock by
	// which it does, and the instant at which the next is made, nothing where none is.
	Rule, Zone, Again string
}

// prepareCalendar checks that what is named is there.
func (o *Object) prepareCalendar() error {
	c := o.Calendar
	if c == nil {
		return nil
	}
	at := o.byName[c.At]
	if at == nil || at.Type != "datetime" && at.Type != "date" && at.Type != "birthday" || !o.Owned {
		return fmt.Errorf("object %s stands in the calendar by %q, which is no day of it, or belongs to nobody", o.Name, c.At)
	}
	for _, one := range []struct{ name, wanted string }{{c.Minutes, "integer"}, {c.Kind, "picklist"}, {c.Done, "boolean"}, {c.Rule, "recurrence"}, {c.Zone, "text"}, {c.Again, "datetime"}} {
		if f := o.byName[one.name]; one.name != "" && (f == nil || f.Type != one.wanted) {
			return fmt.Errorf("object %s: the calendar names %q, which is no %s of it", o.Name, one.name, one.wanted)
		}
	}
	if c.While != nil && !o.chooses(c.While) {
		return fmt.Errorf("object %s: the calendar names %s of %q, which is no choice of it", o.Name, c.While.Values, c.While.Field)
	}
	return nil
}
