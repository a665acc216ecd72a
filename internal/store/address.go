package store

import (
	"encoding/json"
	"slices"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// address writes a condition on an address as a whole or, with part, on one of
// its parts. The whole is one text, as people read it. 臺 is 台, and a county of
// Taiwan that has become a city is found under either name. What people call the
// city stands in city on the mainland and in region in Taiwan: whoever asks for
// one finds the other where that is empty.
func (c *compiler) address(f *schema.Field, alias, part string, n *query.Node) error {
	column := func(name string) string { return c.name(alias, f.Name+"_"+name) }
	var expr string
	if part == "" {
		var parts []string
		for _, name := range []string{"zip", "region", "city", "district", "street"} {
			parts = append(parts, "coalesce("+column(name)+", '')")
		}
		expr = "nullif(" + strings.Join(parts, " || ") + ", '')"
		if n.Op == query.Empty {
			c.write("(" + expr + " IS NULL AND " + column("country") + " IS NULL)")
			return nil
		}
	} else if expr = c.addressPart(f, alias, part); expr == "" {
		return problem(n, "filter_unknown_field")
	}
	if n.Op == query.Empty {
		c.write(expr + " IS NULL")
		return nil
	}
	text, ok := n.Value.(string)
	if number, isNumber := n.Value.(json.Number); isNumber {
		text, ok = number.String(), true
	}
	if !ok || n.Op != query.Eq && n.Op != query.Contains {
		return c.textual(expr, n)
	}
	c.write("(")
	for i, spelling := range local.PlaceSpellings(text) {
		if i > 0 {
			c.write(" OR ")
		}
		one := *n
		one.Value = spelling
		if err := c.textual(expr, &one); err != nil {
			return err
		}
	}
	c.write(")")
	return nil
}

// addressPart is one part of an address, where people would look for it; empty
// when an address has no such part.
func (c *compiler) addressPart(f *schema.Field, alias, part string) string {
	column := func(name string) string { return c.name(alias, f.Name+"_"+name) }
	switch {
	case part == "region":
		return "coalesce(" + column("region") + ", " + column("city") + ")"
	case part == "city":
		return cityOf(column)
	case slices.ContainsFunc(f.Columns(), func(col schema.Column) bool { return col.Name == f.Name+"_"+part }):
		return column(part)
	}
	return ""
}

// cityOf is what people call the city; the index of Sync holds just this.
func cityOf(column func(part string) string) string {
	return "coalesce(" + column("city") + ", " + column("region") + ")"
}
