package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Hidden stands, in a group by what a related record holds, for all the records whose
// related one the asker may not see, or is in the recycle bin.
type Hidden struct{}

// maxGroups is how many groups are answered at most.
const maxGroups = 5000

// aggregation is a statement that groups and measures, while it is written.
type aggregation struct {
	s      Select
	c      *compiler
	groups []query.Group
	// joins stand behind the table: what is grouped or measured of other records, by the
	// path that leads there.
	joins  []Asked
	joined map[string]string
	// by are what the rows are grouped by, as GROUP BY names them.
	by []string
	// flagged groups have a column behind them that tells what is hidden.
	flagged []bool
	// stages are the groups whose values are places among the choices of a stage.
	stages map[int]*schema.Field
}

// Aggregate groups what the query finds. A row holds the groups, then the measures
// (nothing for a ratio, which its measures make); where amounts are measured, in the
// company's currency, then how many of them were converted into it, and how many could
// not be.
func (s Select) Aggregate(ctx context.Context, q Querier, groups []query.Group, measures []query.Measure, currency string) ([][]any, error) {
	rows, err := s.grouped(ctx, q, groups, measures, currency)
	if err != nil {
		return nil, err
	}
	for i, m := range measures {
		if m.Fn != "median" {
			continue
		}
		medians, err := s.medians(ctx, q, groups, m)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			r[len(groups)+i] = medians[fmt.Sprint(r[:len(groups)]...)]
		}
	}
	return rows, nil
}

// grouped reads everything but medians.
func (s Select) grouped(ctx context.Context, q Querier, groups []query.Group, measures []query.Measure, currency string) ([][]any, error) {
	a := &aggregation{s: s, c: s.compiler(q), groups: groups}
	a.c.write("SELECT ")
	if err := a.selectGroups(); err != nil {
		return nil, err
	}
	// What is answered of a row stands at these places; -1 for what is not read here.
	at := make([]int, len(measures))
	n := 0
	for i, m := range measures {
		if at[i] = -1; m.Fn == "median" || m.Fn == "ratio" {
			if m.Fn == "ratio" && (len(m.Of) != 2 || m.Of[0] < 0 || m.Of[0] >= i || m.Of[1] < 0 || m.Of[1] >= i) {
				return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Fn}
			}
			continue
		}
		if n > 0 {
			a.c.write(", ")
		}
		if err := a.measure(m); err != nil {
			return nil, err
		}
		at[i] = n
		n++
	}
	if n == 0 {
		a.c.write("count(*)")
		n = 1
	}
	money, err := a.converted(measures, currency)
	if err != nil {
		return nil, err
	}
	if err := a.from(q); err != nil {
		return nil, err
	}
	if len(groups) > 0 {
		a.c.write(" GROUP BY " + strings.Join(a.by, ", ") + " ORDER BY ")
		for i := range a.by {
			if i > 0 {
				a.c.write(", ")
			}
			a.c.write(strconv.Itoa(i + 1))
		}
	}
	a.c.write(" LIMIT " + strconv.Itoa(maxGroups))
	rows, err := q.Query(ctx, a.c.b.String(), a.c.args...)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		row := a.keys(r)
		values := r[len(a.by):]
		for _, place := range at {
			if place < 0 {
				row = append(row, nil)
				continue
			}
			row = append(row, values[place])
		}
		if money {
			row = append(row, values[n], values[n+1])
		}
		rows[i] = row
	}
	return rows, nil
}

// medians reads the middle of a measure of each group: the value in the middle, or
// half-way between the two that are.
func (s Select) medians(ctx context.Context, q Querier, groups []query.Group, m query.Measure) (map[string]any, error) {
	a := &aggregation{s: s, c: s.compiler(q), groups: groups}
	a.c.write("WITH listed AS (SELECT ")
	if err := a.selectGroups(); err != nil {
		return nil, err
	}
	names := make([]string, len(a.by))
	for i := range a.by {
		names[i] = "g" + strconv.Itoa(i+1)
	}
	value, err := a.value(m)
	if err != nil {
		return nil, err
	}
	a.c.write(value + " AS v")
	if err := a.from(q); err != nil {
		return nil, err
	}
	if m.Where != nil {
		a.c.write(" AND ")
		if err := a.c.where(s.Query.Object, "t", m.Where); err != nil {
			return nil, err
		}
	}
	over, keys, by := "", "", ""
	if len(names) > 0 {
		keys = strings.Join(names, ", ") + ", "
		over, by = "PARTITION BY "+strings.Join(names, ", ")+" ", " GROUP BY "+strings.Join(names, ", ")
	}
	a.c.write("), ranked AS (SELECT listed.*, row_number() OVER (" + over + "ORDER BY v) AS place, count(*) OVER (" + strings.TrimSpace(over) + ") AS n FROM listed WHERE v IS NOT NULL) ")
	a.c.write("SELECT " + keys + a.c.whole("avg(v)") + " FROM ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2)" + by)
	rows, err := q.Query(ctx, a.c.b.String(), a.c.args...)
	if err != nil {
		return nil, err
	}
	found := map[string]any{}
	for _, r := range rows {
		found[fmt.Sprint(a.keys(r)...)] = r[len(r)-1]
	}
	return found, nil
}

// whole writes a number without its fraction, the half rounded up.
func (c *compiler) whole(expr string) string {
	if c.postgres {
		return "round(" + expr + ")::bigint"
	}
	return "CAST(round(" + expr + ") AS INTEGER)"
}

// keys are the groups of a row.
func (a *aggregation) keys(r []any) []any {
	row := make([]any, 0, len(r))
	at := 0
	for i := range a.groups {
		v := r[at]
		at++
		if a.flagged[i] {
			if hidden, _ := r[at].(int64); hidden != 0 {
				v = Hidden{}
			}
			at++
		}
		if f := a.stages[i]; f != nil {
			place, ok := v.(int64)
			if v = nil; ok && place >= 0 && int(place) < len(f.Options) {
				v = f.Options[place].Value
			}
		}
		row = append(row, v)
	}
	return row
}

// from writes the tables and what the rows must fit.
func (a *aggregation) from(q Querier) error {
	a.c.write(" FROM " + a.s.Query.Object.Table() + " t")
	a.s.steerScan(a.c, q, func() {
		for _, j := range a.joins {
			a.c.write(j.Statement, j.Args...)
		}
	})
	return a.s.conditions(a.c)
}

// steerScan writes how SQLite is to come by the rows of a limited reader, whose
// rule it would test on everybody's: by the indexes of his few, else from the
// table as it lies; and by the index of a span of time where that holds few. The rule
// itself follows in any case.
func (s Select) steerScan(c *compiler, q Querier, joins func()) {
	db, ok := q.(*DB)
	where := func() {
		joins()
		c.write(" WHERE ")
	}
	if !ok || c.postgres || s.Query.Deleted || s.Guard == nil && s.Span == nil {
		where()
		return
	}
	var terms []term
	apart := false
	if s.Guard != nil {
		terms, apart = takeApart(s.Registry, s.Query.Object, s.Guard)
	}
	large := db.size(s.Query.Object.Table()) > smallTable
	spanned := int64(-1)
	if s.Span != nil && large {
		of := s.compiler(db)
		of.write("SELECT 1" + s.from() + " AND ")
		if of.where(s.Query.Object, "t", s.Span) == nil {
			spanned = db.estimate(of.b.String(), of.args)
		}
	}
	scope := int64(-1)
	if apart && len(terms) > 0 && len(terms) <= maxBranches {
		scope = db.scopeSize(s, terms)
	}
	switch {
	case spanned >= 0 && spanned <= estimateCap && spanned*5 <= db.size(s.Query.Object.Table()) && (scope < 0 || spanned <= scope):
		c.steer, c.pinned = true, map[*query.Node]bool{s.Span: true}
		where()
	case scope >= 0 && scope <= estimateCap:
		joins()
		c.write(" WHERE t.id IN (")
		for i, t := range terms {
			if i > 0 {
				c.write(" UNION ")
			}
			c.write("SELECT s.id FROM " + s.Query.Object.Table() + " s WHERE s.deleted_at IS NULL AND ")
			c.term("s", t)
		}
		c.write(") AND ")
	case s.Span != nil && large, scope >= 0 && s.Query.Filter == nil && s.Query.Words == nil:
		c.write(" NOT INDEXED")
		where()
	default:
		where()
	}
}

// picks tells that not all rows are wanted. SQLite, which has no statistics, would
// take everybody's in the order of the group's index all the same; a plus before
// the group keeps it from that.
func (s Select) picks() bool {
	return s.Guard != nil || s.Query.Filter != nil || s.Query.Words != nil
}

// Converts tells whether measures are of amounts, which may be in several
// currencies.
func Converts(r *schema.Registry, o *schema.Object, measures []query.Measure) bool {
	return slices.ContainsFunc(measures, func(m query.Measure) bool { return converts(r, o, m) })
}

func converts(r *schema.Registry, o *schema.Object, m query.Measure) bool {
	f := FieldAt(r, o, m.Field)
	return f != nil && f.Type == "money" && m.Fn != "count" && m.Fn != "distinct" && m.Fn != "known"
}

// FieldAt is the field at the end of a path such as customer.industry, nil where there
// is none.
func FieldAt(r *schema.Registry, o *schema.Object, path string) *schema.Field {
	for o != nil {
		name, rest, deeper := strings.Cut(path, ".")
		f := o.Field(name)
		if f == nil || !deeper {
			return f
		}
		if f.Type == "address" {
			return &schema.Field{Name: rest, Type: "text"}
		}
		o, path = r.Object(f.Target()), rest
	}
	return nil
}

// converted writes how many amounts were converted, and how many have no rate.
func (a *aggregation) converted(measures []query.Measure, currency string) (bool, error) {
	c, o := a.c, a.s.Query.Object
	if !Converts(a.s.Registry, o, measures) {
		return false, nil
	}
	var distinct []query.Measure
	for _, m := range measures {
		if converts(a.s.Registry, o, m) && !slices.ContainsFunc(distinct, func(d query.Measure) bool { return d.Field == m.Field && d.Filter == m.Filter }) {
			distinct = append(distinct, m)
		}
	}
	for _, known := range []bool{true, false} {
		for i, m := range distinct {
			p, err := a.place(m.Field)
			if err != nil {
				return false, err
			}
			columns := p.field.Columns()
			c.write(map[bool]string{true: ", ", false: " + "}[i == 0] + "count(CASE WHEN ")
			if m.Where != nil {
				if err := c.where(o, "t", m.Where); err != nil {
					return false, err
				}
				c.write(" AND ")
			}
			base := p.alias + "." + columns[2].Name
			if known {
				c.write(base+" IS NOT NULL AND "+p.alias+"."+columns[1].Name+" <> ? THEN 1 END)", currency)
			} else {
				c.write(base + " IS NULL AND " + p.expr + " IS NOT NULL THEN 1 END)")
			}
		}
	}
	return true, nil
}
