package store

import (
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// way is how a page is read. No one way is quick for everybody: walking in
// order suits who may see much, a union of indexes who may see little, and
// fetching and sorting who may see next to nothing. The measurements behind the
// choice are in docs/adr.
type way int

const (
	walked way = iota
	union
	driven
)

// maxBranches is how many indexes a union merges at most.
const maxBranches = 40

// smallTable is the size below which every way is quick.
const smallTable = 1_000

type plan struct {
	way way
	// terms are the scope taken apart; nil: all, or no plain scope.
	terms []term
	steer bool
	// stepped walks a pick-list choice by choice, in their declared order.
	stepped bool
	pinned  map[*query.Node]bool
	// match is the search expression, matches the ids it found when few.
	match   string
	matches []int64
	found   bool
	// common words are looked for in the matches, besides which are those listed.
	common bool
	object *schema.Object
	scope  int64
}

// plan chooses how to read.
func (s Select) plan(q Querier) (p plan) {
	p.object = s.Query.Object
	db, ok := q.(*DB)
	if !ok || s.Query.Deleted {
		return p
	}
	size := db.size(s.Query.Object.Table())
	if size <= smallTable {
		return p
	}
	p.steer = !db.Postgres()
	if s.Along != nil {
		p.pinned = map[*query.Node]bool{s.Along: true}
		return p
	}
	p.pinned = s.pin(db, size)
	defer func() { p.stepped = p.way == walked && p.pinned == nil && len(s.Query.Words) == 0 }()
	if p.pinned != nil || s.Guard == nil {
		return p
	}
	terms, ok := takeApart(s.Registry, s.Query.Object, s.Guard)
	if !ok || len(terms) == 0 || len(terms) > maxBranches {
		return p
	}
	p.terms = terms
	scope := max(db.scopeSize(s, terms), 1)
	p.scope = scope
	limit := int64(max(s.Query.Limit, 1))
	if len(s.Query.Sort) == 0 {
		return p
	}
	if column, _, _ := SortColumn(s.Query.Object, s.Query.Sort[0]); s.byAge() {
		// A branch costs about a page; walking costs a page for each record seen in
		// vain.
		if column == "created_at" && (scope <= estimateCap || int64(len(terms)) <= max(3, size/scope)) {
			p.way = union
		}
		if column == "id" && scope*scope <= limit*size {
			p.way = driven
		}
		return p
	}
	// In the order of owners, say, what somebody may see does not lie spread over the
	// index: all of another's records would be read in vain.
	if scope <= estimateCap && (scope*scope <= limit*size || s.Query.Sort[0].Named != nil) {
		p.way = driven
	}
	return p
}

// pin finds the conditions of the filter that few records fit, so that their
// index is the way in: those of its top level that hold for all results.
func (s Select) pin(db *DB, size int64) map[*query.Node]bool {
	if s.Query.Filter == nil {
		return nil
	}
	kids := []*query.Node{s.Query.Filter}
	if s.Query.Filter.Op == query.And {
		kids = s.Query.Filter.Kids
	}
	var best *query.Node
	least := int64(rare) + 1
	for _, n := range kids {
		if !s.indexed(n) {
			continue
		}
		c := s.compiler(db)
		c.write("SELECT 1" + s.from() + " AND ")
		if c.where(s.Query.Object, "t", n) != nil {
			continue // told when the whole is compiled
		}
		if found := db.estimate(c.b.String(), c.args); found < least {
			best, least = n, found
		}
	}
	if best == nil || least*least > int64(max(s.Query.Limit, 1))*size && s.byAge() {
		// Of few records so many fit that walking meets a page of them sooner than all are
		// fetched and sorted.
		return nil
	}
	return map[*query.Node]bool{best: true}
}

// byAge tells whether records are wanted in the order of an index that all of them are in.
func (s Select) byAge() bool {
	if len(s.Query.Sort) == 0 {
		return false
	}
	column, _, _ := SortColumn(s.Query.Object, s.Query.Sort[0])
	return column == "created_at" || column == "id"
}

// indexed tells whether an index answers a condition.
func (s Select) indexed(n *query.Node) bool {
	switch n.Op {
	case query.Eq, query.In, query.Has, query.Lt, query.Le, query.Gt, query.Ge:
	default:
		return false
	}
	if n.Field == "id" {
		return true
	}
	f := s.Query.Object.Field(n.Field)
	if f == nil || !s.Asker.Readable(s.Query.Object, f) {
		return false
	}
	if _, many := f.Kind().(schema.Multiple); many {
		return n.Op == query.Eq || n.Op == query.Has || n.Op == query.In
	}
	return f.Indexed || f.Unique || f.Target() != ""
}
