package schema

import (
	"fmt"
	"strconv"
)

// Due names the fields that tell what the owner of a record is to do and by when: a
// task, a visit that is planned. He is reminded of it, and it stands in the mail of his
// morning.
type Due struct {
	// At is the instant by which it is to be done.
	At string
	// Remind is the instant at which he wants to be reminded; empty: none is asked.
	Remind string
	// Before is the pick-list of how many minutes before At he wants to be reminded, as
	// often as he likes; its choices are called by their number. Empty: none is asked.
	Before string
	// Done is the boolean that tells that it is done, empty: it lapses with its day.
	Done string
	// While are the choices of a pick-list with which it is still to be done; nil: any.
	While *Only
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
	for _, one := range []struct{ name, wanted string }{{o.Due.At, "datetime"}, {o.Due.Remind, "datetime"}, {o.Due.Before, "multipicklist"}, {o.Due.Done, "boolean"}, {o.Due.What, "text"}} {
		f := o.byName[one.name]
		if one.name != "" && (f == nil || f.Type != one.wanted) {
			return fmt.Errorf("object %s: what is due is told by %q, which is no %s of it", o.Name, one.name, one.wanted)
		}
	}
	if o.Due.At == "" {
		return fmt.Errorf("object %s: what is due has no instant", o.Name)
	}
	if o.Due.Before != "" {
		for _, option := range o.byName[o.Due.Before].Options {
			if _, err := strconv.Atoi(option.Value); err != nil {
				return fmt.Errorf("object %s: %q is no number of minutes before what is due", o.Name, option.Value)
			}
		}
	}
	if o.Due.While != nil && !o.chooses(o.Due.While) {
		return fmt.Errorf("object %s is to be done with %s of %q, which is no choice of it", o.Name, o.Due.While.Values, o.Due.While.Field)
	}
	return nil
}

// RemindBefore is a pick-list of how long before something is due its owner wants to be
// reminded, several times if he likes.
func RemindBefore(name string) *Field {
	f := &Field{Name: name, Type: "multipicklist", Label: T("提前提醒", "提前提醒", "Remind before")}
	for _, one := range []struct {
		minutes string
		label   Text
	}{
		{"0", T("到時", "到时", "On time")}, {"10", T("10 分鐘前", "10 分钟前", "10 minutes before")}, {"30", T("30 分鐘前", "30 分钟前", "30 minutes before")},
		{"60", T("1 小時前", "1 小时前", "1 hour before")}, {"120", T("2 小時前", "2 小时前", "2 hours before")}, {"1440", T("1 天前", "1 天前", "1 day before")},
		{"2880", T("2 天前", "2 天前", "2 days before")}, {"10080", T("1 週前", "1 周前", "1 week before")},
	} {
		f.Options = append(f.Options, Option{Value: one.minutes, Label: one.label})
	}
	return f
}
