package schema

import (
	"fmt"
	"slices"
)

// Lapse has a record go on by itself once a day of its is past, by the company's time
// zone: it gets another choice of a pick-list, and its owner is told.
type Lapse struct {
	// Day is the date field; the record goes on when the day after it begins.
	Day string
	// When names the pick-list and the choices with which it does, To the choice it gets.
	When Only
	To   string
}

// Due tells whether a record with a choice and a day goes on today.
func (l *Lapse) Due(choice, day, today string) bool {
	return slices.Contains(l.When.Values, choice) && day != "" && day < today
}

// prepareLapse checks that what is named is there.
func (o *Object) prepareLapse() error {
	l := o.Lapse
	if l == nil {
		return nil
	}
	if day := o.byName[l.Day]; day == nil || day.Type != "date" {
		return fmt.Errorf("object %s: it lapses by %q, which is no date of it", o.Name, l.Day)
	}
	if !o.chooses(&l.When) || o.byName[l.When.Field].Option(l.To) == nil || slices.Contains(l.When.Values, l.To) {
		return fmt.Errorf("object %s: it lapses from %v of %q to %q, which are not other choices of it", o.Name, l.When.Values, l.When.Field, l.To)
	}
	return nil
}
