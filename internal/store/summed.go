package store

import (
	"slices"
	"strings"

	"ecrm/internal/schema"
)

// summed are the columns of the index by which records of an object are summed up, "" for none:
// those of the fields that are declared, then those by which it is told whose a record is.
func summed(o *schema.Object) string {
	var columns []string
	add := func(name string) {
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	for _, name := range o.Summed {
		for _, c := range o.Field(name).Columns() {
			add(c.Name)
		}
	}
	if columns == nil {
		return ""
	}
	for _, name := range []string{"owner", "department"} {
		if f := o.Field(name); f != nil {
			add(f.Column())
		}
	}
	for _, in := range o.Inherited() {
		add(in.Owner)
		add(in.Department)
	}
	return strings.Join(columns, ", ")
}
