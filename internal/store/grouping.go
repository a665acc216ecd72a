package store

import (
	"fmt"
	"strconv"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// HiddenGroup stands, in a group by a reference, for all the records that the asker
// may not see.
const HiddenGroup = -1

// place is where a value stands that is grouped by or measured.
type place struct {
	expr  string
	field *schema.Field
	alias string
	// missing holds where the way there ends at what the asker may not see; "" for the
	// record's own.
	missing string
}

// place finds what a path leads to, and joins the records it goes through: those that
// the asker may see.
func (a *aggregation) place(path string) (place, error) {
	c := a.c
	unknown := &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: path}
	o, p, rest := a.s.Query.Object, place{alias: "t"}, path
	way := ""
	for step := 0; ; step++ {
		name, more, deeper := strings.Cut(rest, ".")
		f := o.Field(name)
		if f == nil || !a.s.Asker.Readable(o, f) {
			return p, unknown
		}
		if !deeper {
			if f.Column() == "" {
				return p, &query.Problem{Code: "group_unfit", Pos: -1, Token: path}
			}
			p.expr, p.field = p.alias+"."+f.Column(), f
			return p, nil
		}
		if f.Type == "address" {
			if p.expr = c.addressPart(f, p.alias, more); p.expr == "" {
				return p, unknown
			}
			p.field = &schema.Field{Name: more, Type: "text"}
			return p, nil
		}
		target := c.registry.Object(f.Target())
		if target == nil || f.Many() != "" || step >= maxSteps {
			return p, unknown
		}
		way += name + "."
		alias, err := a.join(way, p.alias+"."+f.Column(), "id", target, c.guarded(target, nil))
		if err != nil {
			return p, err
		}
		if p.missing != "" {
			p.missing += " OR "
		}
		p.missing += p.alias + "." + f.Column() + " IS NOT NULL AND " + alias + ".id IS NULL"
		o, p.alias, rest = target, alias, more
	}
}

// maxSteps is how many references are followed to what is grouped by.
const maxSteps = 3

// join adds a table, once for each way, and answers its alias.
func (a *aggregation) join(way, on, key string, target *schema.Object, guard *query.Node) (string, error) {
	if alias, known := a.joined[way]; known {
		return alias, nil
	}
	c := a.c
	alias := c.alias()
	asked, err := c.aside(func() error {
		c.write(" LEFT JOIN " + target.Table() + " " + alias + " ON " + alias + "." + key + " = " + on + " AND " + alias + ".deleted_at IS NULL")
		if guard == nil {
			return nil
		}
		c.write(" AND ")
		return c.where(target, alias, guard)
	})
	if err != nil {
		return "", err
	}
	if a.joined == nil {
		a.joined = map[string]string{}
	}
	a.joined[way] = alias
	a.joins = append(a.joins, asked)
	return alias, nil
}

// aside writes something that is to stand elsewhere in the statement.
func (c *compiler) aside(write func() error) (Asked, error) {
	text, args := c.b.String(), c.args
	c.b.Reset()
	c.args = nil
	err := write()
	asked := Asked{Statement: c.b.String(), Args: c.args}
	c.b.Reset()
	c.b.WriteString(text)
	c.args = args
	return asked, err
}

// selectGroups writes what is grouped by, with a comma behind each.
func (a *aggregation) selectGroups() error {
	a.flagged = make([]bool, len(a.groups))
	a.stages = map[int]*schema.Field{}
	for i, g := range a.groups {
		plain, missing, err := a.group(i, g)
		if err != nil {
			return err
		}
		at := strconv.Itoa(len(a.by) + 1)
		a.c.write(" AS g" + at + ", ")
		if plain != "" && a.s.picks() && !a.c.postgres {
			at = "+" + plain
		}
		a.by = append(a.by, at)
		if missing != "" {
			at = strconv.Itoa(len(a.by) + 1)
			a.c.write("CASE WHEN " + missing + " THEN 1 ELSE 0 END AS g" + at + ", ")
			a.by = append(a.by, at)
			a.flagged[i] = true
		}
	}
	return nil
}

// group writes one grouping. plain is what was written where it is no more than a
// column; missing holds where the value is hidden.
func (a *aggregation) group(i int, g query.Group) (plain, missing string, err error) {
	c, o := a.c, a.s.Query.Object
	unfit := &query.Problem{Code: "group_unfit", Pos: -1, Token: g.Field}
	if len(g.Where) > 0 {
		if g.Field != "" || g.By != "" {
			return "", "", unfit
		}
		return "", "", a.cases(g.Where)
	}
	if f := o.Field(o.Stage); f != nil && g.Field == f.Name+"."+reachedPart {
		if !c.mayReach(o, f) {
			return "", "", &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: g.Field}
		}
		if g.By != "" {
			return "", "", unfit
		}
		a.stages[i] = f
		c.reached(o, "t", f)
		return "", "", nil
	}
	if target := c.registry.ByPlural(g.Field); target != nil && o.Field(g.Field) == nil {
		if link, here, there := c.linkTo(o, target); link != nil && g.By == "" {
			alias, err := a.join(g.Field, "t.id", here.Column(), link, c.guarded(link, nil))
			c.write(alias + "." + there.Column())
			return "", "", err
		}
	}
	p, err := a.place(g.Field)
	if err != nil {
		return "", "", err
	}
	if g.By != "" {
		expr := c.period(p.expr, p.field, g.By)
		if expr == "" {
			if p.field.Type == "date" || p.field.Type == "datetime" {
				unfit.Token = g.By
			}
			return "", "", unfit
		}
		p.expr = expr
	}
	if p.missing != "" && p.field.Target() != "" {
		// What is hidden on the way and at its end is one group.
		c.write(fmt.Sprintf("CASE WHEN %s THEN %d ELSE ", p.missing, HiddenGroup))
		_, err := c.group(a.s, p.field, p.expr)
		c.write(" END")
		return "", "", err
	}
	simple, err := c.group(a.s, p.field, p.expr)
	if simple && p.alias == "t" {
		plain = p.expr
	}
	return plain, p.missing, err
}

// cases writes the number of the first of several filters that holds; none: NULL.
func (a *aggregation) cases(where []*query.Node) error {
	a.c.write("CASE")
	for i, n := range where {
		a.c.write(" WHEN ")
		if err := a.c.where(a.s.Query.Object, "t", n); err != nil {
			return err
		}
		a.c.write(" THEN " + strconv.Itoa(i))
	}
	a.c.write(" END")
	return nil
}

// group writes what is grouped by, where it is a reference as far as the asker sees
// what it leads to; plain tells that it wrote expr and no more.
func (c *compiler) group(s Select, f *schema.Field, expr string) (plain bool, err error) {
	target := c.registry.Object(f.Target())
	switch {
	case f.Many() != "" || f.Type == "anyreference" || f.Files() > 0:
		return false, &query.Problem{Code: "group_unfit", Pos: -1, Token: f.Name}
	case target == nil || s.Asker.Guard(target) == nil:
		c.write(expr)
		return true, nil
	}
	a := c.alias()
	c.write("CASE WHEN " + expr + " IS NULL THEN NULL WHEN " + expr + " IN (SELECT " + a + ".id FROM " + target.Table() + " " + a + " WHERE ")
	if err := c.anywhere(target, a, c.guarded(target, nil)); err != nil {
		return false, err
	}
	c.write(fmt.Sprintf(") THEN %s ELSE %d END", expr, HiddenGroup))
	return false, nil
}
