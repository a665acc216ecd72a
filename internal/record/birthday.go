package record

import (
	"time"

	"ecrm/internal/local"
	"ecrm/internal/schema"
)

// Today is the day of the company.
func (s *Service) Today() string { return time.Now().In(s.Zone()).Format(time.DateOnly) }

// Celebrate completes the columns of a birthday with its next celebration from a
// day on; nil where they hold none.
func Celebrate(columns []any, today string) []any {
	b, err := schema.Birthday(columns)
	if err != nil {
		return nil
	}
	all := schema.BirthdayColumns(b)
	if at, err := time.Parse(time.DateOnly, today); err == nil {
		if next, err := local.NextBirthday(b, local.DateOf(at)); err == nil {
			all[3] = next.String()
		}
	}
	return all
}

// Same tells whether columns hold the same values.
func Same(a, b []any) bool { return same(a, b) }

// celebrate fills in when the birthdays of a record come next.
func (s *Service) celebrate(c *Change) {
	for _, f := range c.Object.Fields {
		if f.Type != "birthday" || len(c.After[f.Name]) == 0 || !c.Changed(f.Name) {
			continue
		}
		// From today on, even where what is written is said to be older.
		if columns := Celebrate(c.After[f.Name], s.Today()); columns != nil {
			c.After[f.Name] = columns
		}
	}
}
