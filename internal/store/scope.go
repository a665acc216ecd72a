package store

import (
	"strconv"
	"strings"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// term is one way a record falls within a scope: a column equals an id, or the
// record (or the one it is seen through) is shared.
type term struct {
	column string
	id     int64
	// shared is the node of a share; through the reference to the shared record,
	// nil when the record itself is shared.
	shared  *query.Node
	object  *schema.Object
	through *schema.Field
}

// takeApart splits a guard into its terms. False: it is no plain "one of
// these", and can only be tested row by row.
func takeApart(r *schema.Registry, o *schema.Object, guard *query.Node) ([]term, bool) {
	switch guard.Op {
	case query.Never:
		return nil, true
	case query.Or:
		var all []term
		for _, kid := range guard.Kids {
			some, ok := takeApart(r, o, kid)
			if !ok {
				return nil, false
			}
			all = append(all, some...)
		}
		return distinct(all), true
	case query.Eq:
		f := o.Field(guard.Field)
		id, ok := guard.Value.(int64)
		if !ok || f == nil || f.Name != "owner" && f.Name != "department" {
			return nil, false
		}
		return []term{{column: f.Column(), id: id}}, true
	case query.Shared:
		return []term{{shared: guard, object: o}}, true
	case query.Through:
		return seenThrough(r, o, guard)
	}
	return nil, false
}

// seenThrough turns the terms of a parent's guard into terms on the columns
// that repeat the parent's.
func seenThrough(r *schema.Registry, o *schema.Object, guard *query.Node) ([]term, bool) {
	for _, in := range o.Inherited() {
		if in.Field.Name != guard.Field {
			continue
		}
		parent := r.Object(in.Field.Target())
		terms, ok := takeApart(r, parent, guard.Kids[0])
		if !ok {
			return nil, false
		}
		columns := map[string]string{}
		for _, name := range []string{"owner", "department"} {
			if f := parent.Field(name); f != nil {
				columns[f.Column()] = map[string]string{"owner": in.Owner, "department": in.Department}[name]
			}
		}
		for i, t := range terms {
			switch {
			case t.through != nil || t.column != "" && columns[t.column] == "":
				return nil, false // seen through more than one record: asked directly
			case t.shared != nil:
				terms[i].through = in.Field
			default:
				terms[i].column = columns[t.column]
			}
		}
		return terms, true
	}
	return nil, false
}

func distinct(terms []term) []term {
	var kept []term
	for _, t := range terms {
		known := false
		for _, k := range kept {
			if t.shared == nil && k == t || t.shared != nil && k.shared != nil && t.through == k.through && t.shared.Field == k.shared.Field {
				known = true
			}
		}
		if !known {
			kept = append(kept, t)
		}
	}
	return kept
}

// term writes the condition that a record falls under one term.
func (c *compiler) term(alias string, t term) {
	if t.shared == nil {
		c.write(c.name(alias, t.column)+" = ?", t.id)
		return
	}
	if t.through == nil {
		c.write(c.name(alias, "id") + " IN (")
		c.shared(t.object, t.shared)
	} else {
		c.write(c.name(alias, t.through.Column()) + " IN (")
		c.sharedLive(t.object, t.shared)
	}
	c.write(")")
}

// terms writes that one of them holds.
func (c *compiler) terms(alias string, list []term) {
	if len(list) == 0 {
		c.write("1 = 0")
		return
	}
	c.write("(")
	for i, t := range list {
		if i > 0 {
			c.write(" OR ")
		}
		c.term(alias, t)
	}
	c.write(")")
}

// shared writes the selection of the ids that are shared under the tokens.
func (c *compiler) shared(o *schema.Object, n *query.Node) {
	tokens, _ := n.Value.([]string)
	c.write("SELECT record_id FROM share WHERE object = ? AND token IN (", o.Name)
	for i, t := range tokens {
		if i > 0 {
			c.write(", ")
		}
		c.write("?", t)
	}
	c.write(") AND (until IS NULL OR until > ?)", time.Now().UnixMicro())
	if n.Field == "write" {
		c.write(" AND can_write")
	}
}

// anywhere writes that a record fits a rule, be it live or in the recycle bin: there
// the columns that repeat a parent's may be out of date, and the parent is asked.
func (c *compiler) anywhere(o *schema.Object, alias string, rule *query.Node) error {
	if o.Inherited() == nil || c.bin {
		return c.where(o, alias, rule)
	}
	c.write("(" + alias + ".deleted_at IS NULL AND ")
	if err := c.where(o, alias, rule); err != nil {
		return err
	}
	c.write(" OR " + alias + ".deleted_at IS NOT NULL AND ")
	c.bin = true
	defer func() { c.bin = false }()
	if err := c.where(o, alias, rule); err != nil {
		return err
	}
	c.write(")")
	return nil
}

// sharedLive is shared without what is in the recycle bin, through which nothing is
// seen.
func (c *compiler) sharedLive(o *schema.Object, n *query.Node) {
	c.write("SELECT id FROM " + o.Table() + " WHERE deleted_at IS NULL AND id IN (")
	c.shared(o, n)
	c.write(")")
}

// through writes that the record n.Field points to fits n's kid: by the
// columns that repeat the parent's where they say it all. In the recycle bin
// they may be out of date, and a link lies there with an end of it.
func (c *compiler) through(o *schema.Object, alias string, n *query.Node) error {
	if terms, ok := seenThrough(c.registry, o, n); ok && !c.bin {
		c.terms(alias, terms)
		return nil
	}
	f := o.Field(n.Field)
	return c.insideOf(alias+"."+f.Column(), c.registry.Object(f.Target()), "id", n.Kids[0], !o.IsLink())
}

// name writes a column. Where the plan is chosen here and not by SQLite's
// planner, a plus sign keeps it from using the column's index: without
// statistics it takes any equality for a rare one.
func (c *compiler) name(alias, column string) string {
	if c.steer && !c.pinning && alias == "t" && column != c.ordered {
		return "+" + alias + "." + column
	}
	return alias + "." + column
}

// scopeSize guesses how many records a scope holds, up to estimateCap+1.
func (db *DB) scopeSize(s Select, terms []term) int64 {
	var sum int64
	for _, t := range terms {
		sum += db.estimateAs(t.name(s.Query.Object), func() (string, []any, error) {
			c := s.compiler(db)
			c.write("SELECT 1 FROM " + s.Query.Object.Table() + " t WHERE t.deleted_at IS NULL AND ")
			c.term("t", t)
			return c.b.String(), c.args, nil
		})
	}
	return min(sum, estimateCap+1)
}

// name stands for the records of an object under a term, whatever the time is: what is
// shared until an instant counts as shared for as long as an estimate is believed.
func (t term) name(o *schema.Object) string {
	if t.shared == nil {
		return o.Name + " " + t.column + " " + strconv.FormatInt(t.id, 10)
	}
	name := o.Name + " shared " + t.shared.Field
	if t.through != nil {
		name += " through " + t.through.Name
	}
	tokens, _ := t.shared.Value.([]string)
	return name + " " + strings.Join(tokens, " ")
}

// live is the condition of the partial indexes.
func (s Select) live() string {
	if s.Query.Deleted {
		return "t.deleted_at IS NOT NULL"
	}
	return "t.deleted_at IS NULL"
}

func (s Select) from() string { return " FROM " + s.Query.Object.Table() + " t WHERE " + s.live() }

func list(columns []string) string { return "t." + strings.Join(columns, ", t.") }
