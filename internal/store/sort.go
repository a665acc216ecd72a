package store

import (
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// SortColumn finds the column a sort key orders by.
func SortColumn(o *schema.Object, k query.Key) (column string, nullable, ok bool) {
	if k.Field == "id" {
		return "id", false, true
	}
	f := o.Field(k.Field)
	if f == nil {
		return "", false, false
	}
	if _, many := f.Kind().(schema.Multiple); many || f.Type == "longtext" || f.Column() == "" {
		return "", false, false
	}
	if column := o.SortColumn(f, k.Order); column != "" {
		return column, true, true
	}
	return f.OrderColumn(), !(f.Name == "created_at" || f.Name == "updated_at"), true
}

// part is a stretch of the order that one statement reads: NULLs come last in
// either direction, which no index of both databases gives, so the records with
// a value in the first sort key are one part and those without another. A
// pick-list that is walked has a part for each choice: its index stands in the
// order of the bytes, people see the declared one.
type part struct {
	// condition is added for the part, with an AND before it.
	condition string
	args      []any
	keys      []key
	after     []any
	// column is the one whose index the part goes along; "" that of the first key.
	column string
	// strange is the part of values that are no choices.
	strange bool
	// fetched parts are few records, which are fetched and sorted: no index is to be
	// walked in their order. Their keys are numbers.
	fetched bool
}

// ordered is the column whose index the part goes along.
func (p part) ordered() string {
	if p.column != "" {
		return p.column
	}
	return p.keys[0].column
}

// key is one sort key of a part.
type key struct {
	column   string
	nullable bool
	desc     bool
	// choices are the values of a pick-list in their declared order, or the records
	// of a reference in the order of their titles; nil: by value.
	choices []any
	// whole says that there are no other values.
	whole bool
}

func (s Select) keys() []key {
	var keys []key
	for _, k := range s.Query.Sort {
		column, nullable, _ := SortColumn(s.Query.Object, k)
		next := key{column: column, nullable: nullable, desc: k.Desc}
		switch f := s.Query.Object.Field(k.Field); {
		case f != nil && f.Type == "picklist":
			for _, option := range f.Options {
				next.choices = append(next.choices, option.Value)
			}
		case k.Named != nil:
			next.choices, next.whole = make([]any, len(k.Named)), k.Whole
			for i, id := range k.Named {
				next.choices[i] = id
			}
		}
		keys = append(keys, next)
	}
	return keys
}

func (s Select) parts(q Querier, plan plan) []part {
	keys, after := s.keys(), s.Query.After
	first := keys[0]
	if !first.nullable {
		return []part{{keys: keys, after: after}}
	}
	empty := part{condition: " AND t." + first.column + " IS NULL", keys: keys[1:]}
	if after != nil && after[0] == nil {
		empty.after = after[1:]
		return []part{empty}
	}
	db, ok := q.(*DB)
	if plan.stepped && first.choices != nil && ok && s.stepwise() {
		return append(s.steps(db, keys), empty)
	}
	filled := slices.Clone(keys)
	filled[0].nullable = false
	return []part{{condition: " AND t." + first.column + " IS NOT NULL", keys: filled, after: after}, empty}
}

// stepwise tells whether the first sort key is walked choice by choice: a pick-list
// always, a reference where the asker sees all it may lead to and the filter does
// not say which.
func (s Select) stepwise() bool {
	k := s.Query.Sort[0]
	return k.Named == nil || k.Whole && !slices.ContainsFunc(s.filters(), func(n *query.Node) bool { return n.Field == k.Field })
}

// steps are the parts of a pick-list or reference, from the choice a cursor stands at on.
func (s Select) steps(db *DB, keys []key) []part {
	first, after := keys[0], s.Query.After
	choices := slices.Clone(first.choices)
	if first.desc {
		slices.Reverse(choices)
	}
	// What no choice is called comes from an older program; it stands behind them.
	strange := false
	if !first.whole {
		c := &compiler{postgres: db.Postgres()}
		c.gaps(s.Query.Object.Table(), first.column, choices)
		strange = db.estimate(c.b.String(), c.args) > 0
	}
	var parts []part
	wanted := s.wanted(s.Query.Sort[0].Field)
	for _, choice := range choices {
		if wanted == nil || wanted[choice] {
			parts = append(parts, part{condition: " AND t." + first.column + " = ?", args: []any{choice}, keys: keys[1:], column: first.column})
		}
	}
	if strange && wanted == nil {
		c := &compiler{postgres: db.Postgres()}
		if db.Postgres() {
			// As a set of ids it is scanned anew for each record where a young
			// table has no statistics yet: seconds for a thousand records.
			c.write(" AND (")
			c.ranges("t."+first.column, choices)
			c.write(")")
		} else {
			c.write(" AND t.id IN (")
			c.gaps(s.Query.Object.Table(), first.column, choices)
			c.write(")")
		}
		rest := part{condition: c.b.String(), args: c.args, keys: keys[1:], column: first.column, strange: true}
		if first.desc {
			parts = append([]part{rest}, parts...)
		} else {
			parts = append(parts, rest)
		}
	}
	if after == nil {
		return parts
	}
	known := slices.ContainsFunc(choices, func(choice any) bool { return choice == after[0] })
	for i, p := range parts {
		if p.strange && !known || !p.strange && p.args[0] == after[0] {
			parts[i].after = after[1:]
			return parts[i:]
		}
	}
	if !known && first.desc {
		return parts
	}
	return nil
}

// gaps writes the selection of the live rows whose value lies between the choices,
// as ranges of its index.
func (c *compiler) gaps(table, column string, choices []any) {
	sorted := ascending(choices)
	for i := 0; i <= len(sorted); i++ {
		if i > 0 {
			c.write(" UNION ALL ")
		}
		c.write("SELECT g.id FROM " + table + " g WHERE g.deleted_at IS NULL")
		if i > 0 {
			c.write(" AND g."+column+" > ?", sorted[i-1])
		}
		if i < len(sorted) {
			c.write(" AND g."+column+" < ?", sorted[i])
		}
	}
}

// ranges writes the condition that a column's value lies between the choices.
func (c *compiler) ranges(column string, choices []any) {
	sorted := ascending(choices)
	for i := 0; i <= len(sorted); i++ {
		switch {
		case len(sorted) == 0:
			c.write(column + " IS NOT NULL")
		case i == 0:
			c.write(column+" < ?", sorted[0])
		case i == len(sorted):
			c.write(" OR "+column+" > ?", sorted[i-1])
		default:
			c.write(" OR "+column+" > ? AND "+column+" < ?", sorted[i-1], sorted[i])
		}
	}
}

func ascending(choices []any) []string {
	sorted := make([]string, len(choices))
	for i, choice := range choices {
		sorted[i], _ = choice.(string)
	}
	slices.Sort(sorted)
	return sorted
}

// filters are the conditions of the filter's top level.
func (s Select) filters() []*query.Node {
	switch filter := s.Query.Filter; {
	case filter == nil:
		return nil
	case filter.Op == query.And:
		return filter.Kids
	default:
		return []*query.Node{filter}
	}
}

// wanted are the values a field must have for a record to fit the filter, where
// its top level says so; nil: any.
func (s Select) wanted(field string) map[any]bool {
	for _, n := range s.filters() {
		if n.Field != field {
			continue
		}
		values, _ := n.Value.([]any)
		switch n.Op {
		case query.Eq:
			values = []any{n.Value}
		case query.In:
		default:
			continue
		}
		wanted := map[any]bool{}
		for _, v := range values {
			if text, ok := v.(string); ok {
				wanted[text] = true
			}
		}
		return wanted
	}
	return nil
}

// rank is where a value stands among the choices.
func (k key) rank(v any) any {
	if v == nil || k.choices == nil {
		return v
	}
	if at := slices.Index(k.choices, v); at >= 0 {
		return int64(at)
	}
	return int64(len(k.choices))
}

// expr writes what the key orders by.
func (k key) expr(c *compiler) {
	column := "t." + k.column
	if k.choices == nil {
		c.write(column)
		return
	}
	c.write("CASE WHEN " + column + " IS NULL THEN NULL")
	for i, choice := range k.choices {
		if id, ok := choice.(int64); ok {
			// As a number, since a thousand parameters are many.
			c.write(" WHEN " + column + " = " + strconv.FormatInt(id, 10) + " THEN " + strconv.Itoa(i))
			continue
		}
		c.write(" WHEN "+column+" = ? THEN "+strconv.Itoa(i), choice)
	}
	c.write(" ELSE " + strconv.Itoa(len(k.choices)) + " END")
}

func (p part) order(c *compiler) {
	c.write(" ORDER BY ")
	for i, k := range p.keys {
		if i > 0 {
			c.write(", ")
		}
		if k.nullable {
			c.write("(t." + k.column + " IS NULL), ")
		}
		if p.fetched {
			c.write("(t." + k.column + " + 0)")
		} else {
			k.expr(c)
		}
		if k.desc {
			c.write(" DESC")
		}
	}
}

// plainOrder is the order where it is that of columns as they stand, under an alias;
// false where NULLs or choices have a place of their own in it.
func (p part) plainOrder(alias string) (order string, plain bool) {
	var keys []string
	for _, k := range p.keys {
		if k.nullable || k.choices != nil {
			return "", false
		}
		direction := ""
		if k.desc {
			direction = " DESC"
		}
		keys = append(keys, alias+k.column+direction)
	}
	return " ORDER BY " + strings.Join(keys, ", "), true
}

// begin writes the condition of the page behind a cursor, with an AND before
// it: a comparison of rows where an index can answer it, else greater in the
// first key, or equal there and greater in the next.
func (p part) begin(c *compiler) {
	if p.after == nil {
		return
	}
	plain := true
	for i, k := range p.keys {
		plain = plain && !k.nullable && k.choices == nil && p.after[i] != nil && k.desc == p.keys[0].desc
	}
	if plain {
		var columns []string
		for _, k := range p.keys {
			columns = append(columns, "t."+k.column)
		}
		c.write(" AND ("+strings.Join(columns, ", ")+") "+beyond(p.keys[0].desc)+" ("+marks(len(columns))+")", p.after...)
		return
	}
	if first := p.keys[0]; !first.nullable && first.choices == nil {
		// Said once more, for the index.
		c.write(" AND t."+first.column+" "+beyond(first.desc)+"= ?", p.after[0])
	}
	c.write(" AND (")
	for i := range p.keys {
		if i > 0 {
			c.write(" OR ")
		}
		c.write("(")
		for j := 0; j <= i; j++ {
			if j > 0 {
				c.write(" AND ")
			}
			p.keys[j].compare(c, p.after[j], j == i)
		}
		c.write(")")
	}
	c.write(")")
}

func beyond(desc bool) string {
	if desc {
		return "<"
	}
	return ">"
}

func (k key) compare(c *compiler, v any, last bool) {
	column := "t." + k.column
	switch {
	case !last && v == nil:
		c.write(column + " IS NULL")
	case !last:
		k.expr(c)
		c.write(" = ?", k.rank(v))
	case v == nil:
		c.write("1 = 0")
	case k.nullable:
		c.write("(")
		k.expr(c)
		c.write(" "+beyond(k.desc)+" ? OR "+column+" IS NULL)", k.rank(v))
	default:
		k.expr(c)
		c.write(" "+beyond(k.desc)+" ?", k.rank(v))
	}
}
