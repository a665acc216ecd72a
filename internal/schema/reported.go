package schema

import "fmt"

// Reported is one list of a work report: those records of an object that tell what their
// owner did in a period, or what he has before him. It is read by filters, so that a
// module adds to reports by declaring this and no more.
type Reported struct {
	// Key is unique among all objects.
	Key   string
	Label Text
	// Order is the place of the list in a report, the smaller the earlier.
	Order int
	// At is the date or the instant by which a record belongs to a period.
	At string
	// When tells which records count: those of the period ("", Within), those of it and of
	// before (Until: what is still open) or those of the period that comes next (Ahead).
	When ReportedWhen
	// Filter is what they fit besides, in the grammar of filters; empty: nothing.
	Filter string
	// By is the pick-list by whose choices they are counted; empty: only together.
	By string
	// Sum is the amount that is added up, in the company's currency; empty: none.
	Sum string
	// Show are the fields told of each besides its title.
	Show []string
}

// ReportedWhen is which records of a period a list of a report holds.
type ReportedWhen int

// The spans a list of a report may have.
const (
	Within ReportedWhen = iota
	Until
	Ahead
)

// prepareReported checks that what is named is there.
func (o *Object) prepareReported() error {
	for _, r := range o.Reported {
		at := o.byName[r.At]
		if !o.Owned || at == nil || at.Type != "date" && at.Type != "datetime" {
			return fmt.Errorf("object %s reports by %q, which is no date of something owned", o.Name, r.At)
		}
		if by := o.byName[r.By]; r.By != "" && (by == nil || by.Type != "picklist") {
			return fmt.Errorf("object %s counts what is reported by %q, which is no pick-list of it", o.Name, r.By)
		}
		if sum := o.byName[r.Sum]; r.Sum != "" && (sum == nil || sum.Type != "money") {
			return fmt.Errorf("object %s adds up %q in reports, which is no amount of it", o.Name, r.Sum)
		}
		for _, name := range r.Show {
			if o.byName[name] == nil {
				return fmt.Errorf("object %s reports %q, which is no field of it", o.Name, name)
			}
		}
	}
	return nil
}
