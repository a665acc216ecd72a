package schema

import "fmt"

// Due names the fields that tell what the owner of a record is to do and by when: a
// task, the next step after a call. He is reminded of it, and it stands in the mail of
// his morning.
type Due struct {
	// At is the instant by which it is to be done.
	At string
	// Remind is the instant at which he wants to be reminded; empty: no reminders.
	Remind string
	// Done is the boolean that tells that it is done, empty: it lapses with its day.
	Done string
	// What is the text that says what is to be done; empty: the title.
	What string
}

// prepareDue checks that what is named is there.
func (o *Object) prepareDue() error {
	if o.Due == nil {
		return nil
	}
	if !o.Owned {
		return fmt.Errorf("object %s: what is due is its owner's, and it has none", o.Name)
	}
	for _, one := range []struct{ name, wanted string }{{o.Due.At, "datetime"}, {o.Due.Remind, "datetime"}, {o.Due.Done, "boolean"}, {o.Due.What, "text"}} {
		f := o.byName[one.name]
		if one.name != "" && (f == nil || f.Type != one.wanted) {
			return fmt.Errorf("object %s: what is due is told by %q, which is no %s of it", o.Name, one.name, one.wanted)
		}
	}
	if o.Due.At == "" {
		return fmt.Errorf("object %s: what is due has no instant", o.Name)
	}
	return nil
}
