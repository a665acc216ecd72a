package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Select reads one page: the rows' columns in the order of o.Columns(), or only
// those asked for.
type Select struct {
	Registry *schema.Registry
	Asker    Asker
	Guard    *query.Node
	Query    query.Query
	Columns  []string
	// Along is a condition of the filter whose index holds its records in the order
	// that is asked for: the way in, whatever else may be known; nil: none is.
	Along *query.Node
	// Span is a condition of the filter on a time, by whose index an aggregate comes by its
	// rows where they are few; nil: none is.
	Span *query.Node
	// Tokens cuts the values of SearchColumns, and of lines fields whose rows are
	// searched, into the tokens of a record's search
	// document: a search that looks at few rows tests them itself.
	Tokens func(values []any) []string
	// May tells, without cutting them, that the values may hold what is looked for;
	// nil: they always may.
	May func(values []any) bool
}

func (s Select) compiler(q Querier) *compiler {
	return &compiler{registry: s.Registry, asker: s.Asker, postgres: q.Postgres(), bin: s.Query.Deleted}
}

// guard writes the rule of who asks, with an AND before it.
func (s Select) guard(c *compiler) error {
	if s.Guard == nil {
		return nil
	}
	c.trusted = true
	defer func() { c.trusted = false }()
	c.write(" AND ")
	return c.where(s.Query.Object, "t", s.Guard)
}

// filter writes what the asker wants, with an AND before it.
func (s Select) filter(c *compiler) error {
	if s.Query.Filter == nil {
		return nil
	}
	c.write(" AND ")
	return c.kid(s.Query.Object, "t", s.Query.Filter)
}

// conditions writes everything behind WHERE.
func (s Select) conditions(c *compiler) error {
	c.write(s.live())
	if err := s.guard(c); err != nil {
		return err
	}
	if err := s.filter(c); err != nil {
		return err
	}
	if len(s.Query.Words) > 0 {
		c.write(" AND t.id IN (")
		c.found(s.Query.Object, s.match(c, nil))
		c.write(")")
	}
	return nil
}

// Rows reads the page.
func (s Select) Rows(ctx context.Context, q Querier) ([][]any, error) {
	var rows [][]any
	err := s.read(ctx, q, func(asked Asked) (int, error) {
		some, err := one(ctx, q, asked)
		rows = append(rows, some...)
		return len(some), err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// Each reads everything the query finds, row after row: fn must not keep the
// row. It has no budget but ctx and no limit but the query's, 0 for none.
func (s Select) Each(ctx context.Context, db *DB, fn func(row []any) error) error {
	if s.Query.Limit == 0 {
		s.Query.Limit = 1 << 40 // more than there can be
	}
	return s.read(ctx, db, func(asked Asked) (int, error) { return db.each(ctx, fn, asked.Statement, asked.Args) })
}

// narrowed has the first of several rules that must all hold steer the plan, and
// the others tested beside the filter: a link is looked for by the scope of the
// end it hangs on.
func (s Select) narrowed() Select {
	if s.Guard == nil || s.Guard.Op != query.And {
		return s
	}
	if _, ok := takeApart(s.Registry, s.Query.Object, s.Guard.Kids[0]); !ok {
		return s
	}
	rest := []*query.Node{{Op: query.Granted, Kids: []*query.Node{query.AllOf(s.Guard.Kids[1:]...)}}}
	switch filter := s.Query.Filter; {
	case filter != nil && filter.Op == query.And:
		rest = append(rest, filter.Kids...)
	case filter != nil:
		rest = append(rest, filter)
	}
	s.Guard, s.Query.Filter = s.Guard.Kids[0], query.AllOf(rest...)
	return s
}

// read runs the statements of the page, which answer how many rows they gave.
func (s Select) read(ctx context.Context, q Querier, run func(asked Asked) (int, error)) error {
	page, err := s.begin(ctx, q)
	if err != nil {
		return err
	}
	for {
		asked, more, err := page.next()
		if err != nil || !more {
			return err
		}
		n, err := run(asked)
		if err != nil {
			return err
		}
		page.left -= n
	}
}

// page is a page that is being read, part by part.
type page struct {
	s     Select
	q     Querier
	plan  plan
	parts []part
	left  int
}

// begin plans how the page is read.
func (s Select) begin(ctx context.Context, q Querier) (*page, error) {
	s = s.narrowed()
	plan := s.plan(q)
	if len(s.Query.Words) > 0 {
		if err := s.planSearch(ctx, q, &plan); err != nil {
			return nil, err
		}
	}
	return &page{s, q, plan, s.parts(q, plan), s.Query.Limit}, nil
}

// next is the statement that reads the next part; false when the page is full or
// there is no more.
func (p *page) next() (asked Asked, more bool, err error) {
	if p.left <= 0 || len(p.parts) == 0 {
		return asked, false, nil
	}
	part := p.parts[0]
	p.parts = p.parts[1:]
	c := p.s.compiler(p.q)
	c.steer, c.pinned, c.ordered = p.plan.steer, p.plan.pinned, part.ordered()
	// What is found along the indexes of a scope, or of all, is found so by whatever
	// values. With a filter it depends on them.
	c.planned = c.postgres && p.s.Query.Filter == nil && p.s.Query.Words == nil && (p.plan.way == union || p.s.Guard == nil && p.s.byAge()) && !p.s.Query.Deleted
	switch p.plan.way {
	case union:
		err = p.s.union(c, p.plan, part, p.left)
	case driven:
		err = p.s.driven(c, p.plan, part, p.left)
	default:
		err = p.s.walk(c, p.plan, part, p.left)
	}
	return Asked{Statement: c.b.String(), Args: c.args, planned: c.planned}, true, err
}

// RowsOf reads several pages, and what else is asked, with as few ways to the
// database as there can be: first the others' rows, then those of each page.
func RowsOf(ctx context.Context, q Querier, pages []Select, others ...Asked) (found [][][]any, asked [][][]any, err error) {
	all := append([]Asked{}, others...)
	begun := make([]*page, len(pages))
	at := make([]int, len(pages))
	for i, s := range pages {
		if begun[i], err = s.begin(ctx, q); err != nil {
			return nil, nil, err
		}
		first, more, err := begun[i].next()
		if err != nil {
			return nil, nil, err
		}
		if at[i] = -1; more {
			at[i] = len(all)
			all = append(all, first)
		}
	}
	answers, err := QueryAll(ctx, q, all)
	if err != nil {
		return nil, nil, err
	}
	found = make([][][]any, len(pages))
	for i, p := range begun {
		if at[i] < 0 {
			continue
		}
		found[i] = answers[at[i]]
		p.left -= len(found[i])
		for {
			rest, more, err := p.next()
			if err != nil {
				return nil, nil, err
			}
			if !more {
				break
			}
			some, err := one(ctx, q, rest)
			if err != nil {
				return nil, nil, err
			}
			found[i] = append(found[i], some...)
			p.left -= len(some)
		}
	}
	return found, answers[:len(others)], nil
}

// walk reads rows in the order of the sort and tests each.
func (s Select) walk(c *compiler, plan plan, p part, limit int) error {
	c.write("SELECT " + list(s.Columns) + s.from())
	if plan.common {
		// Told by the index alone, so before what needs the row.
		plan.words(c)
		plan.match = ""
	}
	if err := s.guard(c); err != nil {
		return err
	}
	return s.rest(c, plan, p, limit)
}

// rest writes what every plan ends with: filter, words, part, order, limit.
func (s Select) rest(c *compiler, plan plan, p part, limit int) error {
	if err := s.filter(c); err != nil {
		return err
	}
	plan.words(c)
	c.write(p.condition, p.args...)
	p.begin(c)
	p.order(c)
	c.limit("", limit)
	return nil
}

// limit writes the order and how many rows are read: as a number in a statement that is
// planned once, which must know it.
func (c *compiler) limit(order string, limit int) {
	if c.planned {
		c.write(order + " LIMIT " + strconv.Itoa(limit))
		return
	}
	c.write(order+" LIMIT ?", int64(limit))
}

// union reads the first rows of each term on its own index and merges them, by their
// keys alone: the rows themselves are fetched for the page only.
func (s Select) union(c *compiler, plan plan, p part, limit int) error {
	keys := []string{"id"}
	for _, k := range p.keys {
		if k.column != "id" {
			keys = append(keys, k.column)
		}
	}
	order, plain := p.plainOrder("")
	c.write("SELECT " + list(s.Columns) + " FROM (")
	if plain && !c.postgres {
		if err := s.merged(c, plan, p, keys); err != nil {
			return err
		}
		c.limit(order, limit)
	} else {
		c.write("SELECT * FROM (")
		for i, g := range c.gathered(plan.terms) {
			if i > 0 {
				c.write(" UNION ")
			}
			s.branch(c, g, list(keys))
			// What is shared is few: PostgreSQL, which does not know that, would look for it
			// along the order, past all there is.
			some := p
			some.fetched = c.postgres && plain && g[0].shared != nil && s.byAge()
			if err := s.rest(c, plan, some, limit); err != nil {
				return err
			}
			c.write(") b")
		}
		c.write(") m")
		if plain {
			c.limit(order, limit)
		}
	}
	c.write(") u CROSS JOIN " + s.Query.Object.Table() + " t WHERE t.id = u.id")
	if plain {
		order, _ := p.plainOrder("u.")
		c.write(order)
		return nil
	}
	p.order(c)
	c.limit("", limit)
	return nil
}

// merged writes the terms as one compound in the order of the part. SQLite walks their
// indexes side by side then, and stops at the limit: no term is read further than its
// rows of the page.
func (s Select) merged(c *compiler, plan plan, p part, keys []string) error {
	for i, t := range plan.terms {
		if i > 0 {
			c.write(" UNION ")
		}
		c.write("SELECT ")
		for j, k := range keys {
			if j > 0 {
				c.write(", ")
			}
			// What is shared is few: fetched and sorted, never looked for along the order.
			if t.shared != nil {
				c.write("+")
			}
			c.write("t." + k + " AS " + k)
		}
		c.write(s.from() + " AND ")
		c.freely(func() { c.term("t", t) })
		if err := s.filter(c); err != nil {
			return err
		}
		plan.words(c)
		c.write(p.condition, p.args...)
		p.begin(c)
	}
	return nil
}

// fewBranches is how many branches PostgreSQL plans quickly.
const fewBranches = 8

// gathered puts the terms of one column together on PostgreSQL where they are many:
// it plans each branch anew, which with twenty departments takes ten milliseconds. A
// few are quicker as branches of their own.
func (c *compiler) gathered(terms []term) [][]term {
	var groups [][]term
	at := map[string]int{}
	for _, t := range terms {
		i, known := at[t.column]
		if !c.postgres || len(terms) <= fewBranches || t.shared != nil || !known {
			at[t.column] = len(groups)
			groups = append(groups, []term{t})
			continue
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

// branch begins to read columns of the records under the terms of a group, as b.
func (s Select) branch(c *compiler, g []term, columns string) {
	if len(g) > 1 {
		c.write("SELECT b.* FROM ")
		c.each(g)
		c.write(" CROSS JOIN LATERAL (SELECT " + columns + s.from() + " AND t." + g[0].column + " = d.id")
		return
	}
	c.write("SELECT b.* FROM (SELECT " + columns + s.from() + " AND ")
	c.freely(func() { c.term("t", g[0]) })
}

// each writes the ids of terms as rows d(id), in one argument.
func (c *compiler) each(terms []term) {
	ids := make([]int64, len(terms))
	for i, t := range terms {
		ids[i] = t.id
	}
	c.write("unnest(?::bigint[]) AS d (id)", ids)
}

// freely writes what may use any index.
func (c *compiler) freely(write func()) {
	steer := c.steer
	c.steer = false
	write()
	c.steer = steer
}

// driven fetches all records of a small scope and sorts those that fit. The
// scope is read first, whatever the planner thinks of a table that just grew.
func (s Select) driven(c *compiler, plan plan, p part, limit int) error {
	c.write("WITH scope (id) AS MATERIALIZED (")
	for i, t := range plan.terms {
		if i > 0 {
			c.write(" UNION ")
		}
		switch {
		case t.shared == nil:
			c.write("SELECT t.id" + s.from() + " AND ")
			c.freely(func() { c.term("t", t) })
		case t.through == nil:
			c.shared(t.object, t.shared)
		default:
			c.write("SELECT t.id FROM (")
			c.sharedLive(t.object, t.shared)
			c.write(") s JOIN " + s.Query.Object.Table() + " t ON t." + t.through.Column() + " = s.id WHERE " + s.live())
		}
	}
	c.write(") SELECT " + list(s.Columns) + " FROM scope CROSS JOIN " + s.Query.Object.Table() + " t WHERE t.id = scope.id AND " + s.live())
	c.ordered = ""
	return s.rest(c, plan, p, limit)
}

// CountCap is where a capped count stops.
const CountCap = 10_000

// countBudget is how long a capped count may take; after that the answer is
// "unknown", and the list does not wait for it.
const countBudget = 500 * time.Millisecond

// Count counts what the query finds: exactly, or up to CountCap.
func (s Select) Count(ctx context.Context, q Querier, exact bool) (n int64, err error) {
	if !exact {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, countBudget)
		defer cancel()
	}
	s = s.narrowed()
	c := s.compiler(q)
	limit := ""
	if !exact {
		limit = fmt.Sprintf(" LIMIT %d", CountCap+1)
	}
	plan := s.plan(q)
	c.steer, c.pinned = plan.steer, plan.pinned
	switch {
	case len(s.Query.Words) > 0:
		c.write("SELECT count(*) FROM (")
		err = s.countWords(ctx, q, c, limit)
		c.write(") counted")
	case plan.terms != nil && len(plan.terms) <= maxBranches && plan.pinned == nil:
		err = s.countTerms(q, c, plan.terms, limit)
	default:
		c.write("SELECT count(*) FROM (SELECT 1 FROM " + s.Query.Object.Table() + " t WHERE ")
		err = s.conditions(c)
		c.write(limit + ") counted")
	}
	if err != nil {
		return 0, err
	}
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	n, _ = rows[0][0].(int64)
	if !exact {
		n = min(n, CountCap+1)
	}
	return n, nil
}
