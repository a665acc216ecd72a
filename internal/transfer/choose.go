package transfer

import (
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// choose finds the object a file's rows most likely are, among those the actor
// may import; the first declared wins a tie.
func choose(a *policy.Actor, d *tabular.Detected, unique []bool, stem string) *schema.Object {
	var best *schema.Object
	most := -1000.0
	for _, o := range a.Registry.Objects() {
		if !a.May(o, policy.Import) || o.Title == "" || o.Field(o.Title) == nil || (!o.Owned || o.Lists != nil) && !listed(o, d, unique, stem) {
			continue
		}
		mapped, sum := guessAll(a, o, d, unique)
		goes := func(name string) bool {
			return slices.ContainsFunc(mapped, func(c Column) bool { return c.Field == name || strings.HasPrefix(c.Field, name+".") })
		}
		for _, f := range o.Fields {
			// What it cannot be without, as a call cannot without whom was called.
			if f.Required && f.Default == nil && f.Target() != "" && !goes(f.Name) {
				sum -= 6
			}
		}
		if len(o.OneOf) > 0 && !slices.ContainsFunc(o.OneOf, goes) {
			sum -= 6
		}
		if !o.Owned || o.Lists != nil {
			sum += 10 // what else it might be, it says it is not
		}
		if sum > most+0.01 {
			best, most = o, sum
		}
	}
	return best
}

// listed tells whether a file lists records of an object by the object's own words
// (see schema.Lists).
func listed(o *schema.Object, d *tabular.Detected, unique []bool, stem string) bool {
	l := o.Lists
	if l == nil || len(d.Columns) < 2 {
		return false
	}
	among := func(words []string, header string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return plain(w) == header })
	}
	found := false
	for i, c := range d.Columns {
		header := plain(c.Header)
		if header == "" {
			continue
		}
		if among(l.Never, header) {
			return false
		}
		found = found || unique[i] && (among(l.Heads, header) || among(l.Vague, header) && l.Files.MatchString(stem))
	}
	return found
}
