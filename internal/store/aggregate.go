package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Aggregate groups what the query finds. A row holds the groups, then the
// measures; where amounts are measured, in the company's currency, then how many
// of them were converted into it, and how many could not be.
func (s Select) Aggregate(ctx context.Context, q Querier, groups []query.Group, measures []query.Measure, currency string) ([][]any, error) {
	c := s.compiler(q)
	o := s.Query.Object
	column := func(name string) (string, *schema.Field, error) {
		f := o.Field(name)
		if f == nil || !s.Asker.Readable(o, f) {
			return "", nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: name}
		}
		if f.Column() == "" {
			return "", nil, &query.Problem{Code: "group_unfit", Pos: -1, Token: name}
		}
		return "t." + f.Column(), f, nil
	}
	c.write("SELECT ")
	places := make([]string, len(groups))
	for i, g := range groups {
		expr, f, err := c.groupExpr(s, g.Field, column)
		if err != nil {
			return nil, err
		}
		if g.By != "" {
			long, ok := map[string]int{"day": 10, "month": 7, "year": 4}[g.By]
			if !ok {
				return nil, &query.Problem{Code: "group_unfit", Pos: -1, Token: g.By}
			}
			switch f.Type {
			case "date":
			case "datetime":
				expr = c.dayOf(expr)
			default:
				return nil, &query.Problem{Code: "group_unfit", Pos: -1, Token: g.Field}
			}
			if long < 10 || f.Type == "datetime" {
				expr = fmt.Sprintf("substr(%s, 1, %d)", expr, long)
			}
		}
		plain, err := c.group(s, f, expr)
		if err != nil {
			return nil, err
		}
		if places[i] = strconv.Itoa(i + 1); plain && s.picks() && !c.postgres {
			places[i] = "+" + expr
		}
		c.write(", ")
	}
	for i, m := range measures {
		if i > 0 {
			c.write(", ")
		}
		if m.Fn == "count" && m.Field == "" {
			c.write("count(*)")
			continue
		}
		expr, f, err := column(m.Field)
		if err != nil {
			return nil, err
		}
		numeric := f.Type == "money" || f.Type == "integer" || f.Type == "decimal" || f.Type == "percent"
		if f.Type == "money" && m.Fn != "count" {
			expr = "t." + f.Name + "_base"
		}
		switch {
		case m.Fn == "count":
			c.write("count(" + expr + ")")
		case !numeric:
			return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Field}
		case m.Fn == "sum" || m.Fn == "avg":
			if c.postgres {
				c.write(m.Fn + "(" + expr + ")::bigint")
			} else {
				c.write("CAST(" + m.Fn + "(" + expr + ") AS INTEGER)")
			}
		case m.Fn == "weighted":
			likely := o.Field(o.Likely)
			if o.Likely == "" || f.Type != "money" || !s.Asker.Readable(o, likely) {
				return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Field}
			}
			// Parts of a hundred of each amount: no sum of products grows out of 64 bits.
			expr = "coalesce(sum(" + expr + " / 100 * t." + likely.Column() + " + " + expr + " % 100 * t." + likely.Column() + " / 100), 0)"
			if c.postgres {
				expr += "::bigint"
			}
			c.write(expr)
		case m.Fn == "min" || m.Fn == "max":
			c.write(m.Fn + "(" + expr + ")")
		default:
			return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Fn}
		}
	}
	c.converted(o, measures, currency)
	c.write(" FROM " + o.Table() + " t")
	s.steerScan(c, q)
	if err := s.conditions(c); err != nil {
		return nil, err
	}
	if len(groups) > 0 {
		c.write(" GROUP BY " + strings.Join(places, ", ") + " ORDER BY ")
		for i := range groups {
			if i > 0 {
				c.write(", ")
			}
			c.write(strconv.Itoa(i + 1))
		}
	}
	c.write(" LIMIT 5000")
	return q.Query(ctx, c.b.String(), c.args...)
}

// steerScan writes how SQLite is to come by the rows of a limited reader, whose
// rule it would test on everybody's: by the indexes of his few, else from the
// table as it lies. The rule itself follows in any case.
func (s Select) steerScan(c *compiler, q Querier) {
	db, ok := q.(*DB)
	if !ok || c.postgres || s.Guard == nil || s.Query.Deleted {
		c.write(" WHERE ")
		return
	}
	terms, apart := takeApart(s.Registry, s.Query.Object, s.Guard)
	switch {
	case !apart || len(terms) == 0 || len(terms) > maxBranches:
		c.write(" WHERE ")
	case db.scopeSize(s, terms) <= estimateCap:
		c.write(" WHERE t.id IN (")
		for i, t := range terms {
			if i > 0 {
				c.write(" UNION ")
			}
			c.write("SELECT s.id FROM " + s.Query.Object.Table() + " s WHERE s.deleted_at IS NULL AND ")
			c.term("s", t)
		}
		c.write(") AND ")
	case s.Query.Filter == nil && s.Query.Words == nil:
		c.write(" NOT INDEXED WHERE ")
	default:
		c.write(" WHERE ")
	}
}

// picks tells that not all rows are wanted. SQLite, which has no statistics, would
// take everybody's in the order of the group's index all the same; a plus before
// the group keeps it from that.
func (s Select) picks() bool {
	return s.Guard != nil || s.Query.Filter != nil || s.Query.Words != nil
}

// HiddenGroup stands, in a group by a reference, for all the records that the asker
// may not see.
const HiddenGroup = -1

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

// groupExpr is what is grouped by: a column, or a part of an address such as
// address.city, which is a text.
func (c *compiler) groupExpr(s Select, name string, column func(string) (string, *schema.Field, error)) (string, *schema.Field, error) {
	whole, part, dotted := strings.Cut(name, ".")
	f := s.Query.Object.Field(whole)
	if !dotted || f == nil || f.Type != "address" || !s.Asker.Readable(s.Query.Object, f) {
		return column(name)
	}
	expr := c.addressPart(f, "t", part)
	if expr == "" {
		return "", nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: name}
	}
	return expr, &schema.Field{Name: part, Type: "text"}, nil
}

// Converts tells whether measures are of amounts, which may be in several
// currencies.
func Converts(o *schema.Object, measures []query.Measure) bool {
	return slices.ContainsFunc(measures, func(m query.Measure) bool { return converts(o, m) })
}

func converts(o *schema.Object, m query.Measure) bool {
	f := o.Field(m.Field)
	return f != nil && f.Type == "money" && m.Fn != "count"
}

// converted writes how many amounts were converted, and how many have no rate.
func (c *compiler) converted(o *schema.Object, measures []query.Measure, currency string) {
	if !Converts(o, measures) {
		return
	}
	seen := map[string]bool{}
	var foreign, unknown []string
	for _, m := range measures {
		if !converts(o, m) || seen[m.Field] {
			continue
		}
		seen[m.Field] = true
		foreign = append(foreign, fmt.Sprintf("count(CASE WHEN t.%s_base IS NOT NULL AND t.%s_currency <> ? THEN 1 END)", m.Field, m.Field))
		unknown = append(unknown, fmt.Sprintf("count(CASE WHEN t.%s_base IS NULL AND t.%s IS NOT NULL THEN 1 END)", m.Field, m.Field))
		c.args = append(c.args, currency)
	}
	c.write(", " + strings.Join(foreign, " + ") + ", " + strings.Join(unknown, " + "))
}

// Clocks change; what lies outside these years is grouped by the offset that
// held at their edge.
const (
	firstYear = 2000
	lastYear  = 2050
)

// dayOf writes the day of an instant, like 2026-11-24, where the asker lives.
func (c *compiler) dayOf(column string) string {
	zone := c.asker.Zone()
	at := time.Date(firstYear, 1, 1, 0, 0, 0, 0, zone)
	var cases strings.Builder
	offset := 0
	for at.Year() <= lastYear {
		_, offset = at.Zone()
		_, until := at.ZoneBounds()
		if until.IsZero() {
			break
		}
		if !until.After(at) { // the rules beyond a zone's table end each year at its last day
			at = at.AddDate(0, 0, 1)
			continue
		}
		fmt.Fprintf(&cases, " WHEN %s < %d THEN %d", column, until.UnixMicro(), int64(offset)*1_000_000)
		at = until
	}
	local := fmt.Sprintf("(%s + %d)", column, int64(offset)*1_000_000)
	if cases.Len() > 0 {
		local = fmt.Sprintf("(%s + CASE%s ELSE %d END)", column, cases.String(), int64(offset)*1_000_000)
	}
	if c.postgres {
		return "to_char(to_timestamp(" + local + " / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
	}
	return "strftime('%Y-%m-%d', " + local + " / 1000000, 'unixepoch')"
}
