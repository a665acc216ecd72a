package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

const (
	// fewMatches are fetched to be sorted before anything else is tried: a
	// hundredth of a second.
	fewMatches = 2_000
	// manyMatches are fetched to be sorted where walking met too few of them.
	manyMatches = 20_000
	// triedRows is how many rows are walked past before that.
	triedRows = 8_000
	// What a row costs that is cut into words, or only looked at, and one that is
	// fetched to be sorted: they weigh plans.
	cutCost  = 35 * time.Microsecond
	mayCost  = 8 * time.Microsecond
	sortCost = 6 * time.Microsecond
	// fewRows is how small a scope is read whole and tested here: quicker than
	// the search index, which has to step over everybody's matches.
	fewRows = 200
	// sharedRows is how many shared records are tested one by one.
	sharedRows = 2_000
	// walkedRows is how many rows a search walks past before it gives up.
	walkedRows = 50_000
)

// planSearch finds the ids of a page's candidates in one of four ways: few rows
// are tested here; newest first comes straight from the search index; few
// matches are fetched to be sorted; a common word is met by walking in order, with
// the words of each row or beside all matches.
func (s Select) planSearch(ctx context.Context, q Querier, p *plan) error {
	terms, scoped := p.terms, p.terms != nil
	db, _ := q.(*DB)
	united := p.way == union
	p.way = walked
	p.match = s.match(s.compiler(q), nil)
	if len(p.pinned) > 0 {
		return s.walkWords(ctx, q, p)
	}
	if scoped && p.scope <= fewRows && s.Tokens != nil {
		return s.walkWords(ctx, q, p)
	}
	narrow := p.match
	if scoped {
		narrow = s.match(s.compiler(q), terms)
	}
	// Without terms the rule is tested on each row of what the words find.
	plainGuard := s.Guard == nil || scoped
	newest := s.Query.Sort[0].Field == "id" && s.Query.Filter == nil && plainGuard
	shared, ok, err := s.sharedMatches(ctx, q, terms)
	if err != nil {
		return err
	}
	if !ok {
		return s.walkWords(ctx, q, p)
	}
	var ids []int64
	switch {
	case scoped && !tokened(terms):
	case newest && !q.Postgres():
		ids, err = s.stream(ctx, q, narrow)
	case q.Postgres() || db == nil:
		if ids, ok, err = s.matching(ctx, q, narrow, manyMatches); err == nil && !ok {
			return nil
		}
	default:
		var whole bool
		if ids, whole, err = s.sortable(ctx, db, narrow, s.among(db, p, united)); err == nil && ids == nil {
			// So common a word, and so far from where the order begins: the index of the
			// order is walked beside all matches.
			p.match, p.matches, p.common = narrow, shared, true
			return nil
		}
		if whole {
			p.matches, p.found = ids, true
			return err
		}
	}
	p.matches, p.found = append(ids, shared...), true
	return err
}

// sortable finds the ids of the page's candidates on SQLite: all matches where
// they are few; else those of the page itself, which whole tells, met by walking
// in order; else all, where they are not too many. None: they are. Which is tried
// rests on a guess of how many matches there are among how many rows.
func (s Select) sortable(ctx context.Context, db *DB, match string, rows int64) (ids []int64, whole bool, err error) {
	ids, all, err := s.matching(ctx, db, match, fewMatches)
	if err != nil || all {
		return append([]int64{}, ids...), false, err
	}
	matches, err := s.extrapolated(ctx, db, ids)
	if err != nil {
		return nil, false, err
	}
	cut := cutCost
	if s.May != nil {
		cut = mayCost
	}
	ahead := int64(s.Query.Limit) * rows / matches
	if s.Tokens != nil && (matches > manyMatches || time.Duration(ahead)*cut < time.Duration(matches)*sortCost) {
		if ids, all, err = s.tested(ctx, db, s.Query.Limit, int(min(2*ahead+500, triedRows))); err != nil || all {
			return append([]int64{}, ids...), true, err
		}
	}
	ids, all, err = s.matching(ctx, db, match, manyMatches)
	if err != nil || all {
		return append([]int64{}, ids...), false, err
	}
	return nil, false, nil
}

// among is about how many rows a walk goes along: those of the scope where it
// merges their indexes, else all.
func (s Select) among(db *DB, p *plan, united bool) int64 {
	size := db.size(s.Query.Object.Table())
	if united && p.scope <= estimateCap {
		return min(size, p.scope)
	}
	return size
}

// extrapolated guesses how many records match from the ids of the first that do:
// ids follow time, and words are spread over it.
func (s Select) extrapolated(ctx context.Context, db *DB, first []int64) (int64, error) {
	ends, err := db.Query(ctx, "SELECT (SELECT min(id) FROM "+s.Query.Object.Table()+"), (SELECT max(id) FROM "+s.Query.Object.Table()+")")
	if err != nil || len(ends) == 0 {
		return 0, err
	}
	low, _ := ends[0][0].(int64)
	high, _ := ends[0][1].(int64)
	reached := slices.Max(first)
	guess := float64(len(first)) * float64(high-low) / float64(max(reached-low, 1))
	return int64(max(guess, float64(len(first)))), nil
}

// stream fetches the ids of the page and one more from the search index, which
// keeps them in order.
func (s Select) stream(ctx context.Context, q Querier, match string) ([]int64, error) {
	c := s.compiler(q)
	table := "f_" + s.Query.Object.Name
	desc := s.Query.Sort[0].Desc
	c.write("SELECT rowid FROM "+table+" WHERE "+table+" MATCH ?", match)
	if s.Query.After != nil {
		c.write(" AND rowid "+beyond(desc)+" ?", s.Query.After[0])
	}
	c.write(" ORDER BY rowid")
	if desc {
		c.write(" DESC")
	}
	c.write(" LIMIT ?", int64(s.Query.Limit))
	return column(q.Query(ctx, c.b.String(), c.args...))
}

// matching fetches all ids that match; false: they are too many to sort.
func (s Select) matching(ctx context.Context, q Querier, match string, most int) ([]int64, bool, error) {
	c := s.compiler(q)
	c.found(s.Query.Object, match)
	if q.Postgres() && s.Guard == nil {
		// The index would collect every match before the limit cuts them off.
		if n, err := estimatedRows(ctx, q, c); err != nil || n > manyMatches {
			return nil, false, err
		}
	}
	c.write(fmt.Sprintf(" LIMIT %d", most+1))
	ids, err := column(q.Query(ctx, c.b.String(), c.args...))
	return ids, len(ids) <= most, err
}

// estimatedRows asks PostgreSQL's statistics how many rows a selection gives.
func estimatedRows(ctx context.Context, q Querier, c *compiler) (int64, error) {
	rows, err := q.Query(ctx, "EXPLAIN (FORMAT JSON) "+c.b.String(), c.args...)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	text, err := json.Marshal(rows[0][0])
	if s, ok := rows[0][0].(string); ok {
		text = []byte(s)
	}
	var plans []struct {
		Plan struct {
			Rows int64 `json:"Plan Rows"`
		}
	}
	if err != nil || json.Unmarshal(text, &plans) != nil || len(plans) == 0 {
		return 0, errors.New("the database explains a plan in a form that is not understood")
	}
	return plans[0].Plan.Rows, nil
}

// sharedMatches tests the shared records of a scope; false: they are too many.
func (s Select) sharedMatches(ctx context.Context, q Querier, terms []term) ([]int64, bool, error) {
	guard := sharedOnly(terms)
	if guard == nil {
		return nil, true, nil
	}
	if s.Tokens == nil {
		return nil, false, nil
	}
	of := s
	of.Guard, of.Query.Filter, of.Query.After = guard, nil, nil
	of.Query.Sort = []query.Key{{Field: "id", Desc: true}}
	return of.tested(ctx, q, sharedRows, sharedRows)
}

// sharedOnly is the guard of the terms that are shares, nil when none is.
func sharedOnly(terms []term) *query.Node {
	var nodes []*query.Node
	for _, t := range terms {
		switch {
		case t.shared == nil:
		case t.through != nil:
			nodes = append(nodes, &query.Node{Op: query.Through, Field: t.through.Name, Kids: []*query.Node{t.shared}})
		default:
			nodes = append(nodes, t.shared)
		}
	}
	return query.OneOf(nodes...)
}

// tokened tells whether a term has a scope token.
func tokened(terms []term) bool {
	return slices.ContainsFunc(terms, func(t term) bool { return t.shared == nil })
}

// walkWords finds the ids of the page by walking in order and testing the rows'
// own words.
func (s Select) walkWords(ctx context.Context, q Querier, p *plan) error {
	if s.Tokens == nil {
		return nil // tested row by row against the search index
	}
	ids, ok, err := s.tested(ctx, q, s.Query.Limit, walkedRows)
	if err == nil && !ok {
		return ErrTooExpensive
	}
	p.matches, p.found = ids, true
	return err
}

// SearchColumns are the columns whose words the search document holds.
func SearchColumns(o *schema.Object) []string {
	var columns []string
	for _, f := range o.Fields {
		if f.Search != "" {
			columns = append(columns, f.Column())
		}
	}
	return columns
}

// tested reads rows in the order of the sort, without their words, and keeps the
// ids of those that hold the words, up to wanted. False: most rows were read and
// there may be more.
func (s Select) tested(ctx context.Context, q Querier, wanted, most int) ([]int64, bool, error) {
	words := s.Query.Words
	s.Query.Words = nil
	searched := SearchColumns(s.Query.Object)
	s.Columns = append([]string{"id"}, searched...)
	for _, k := range s.Query.Sort {
		name, _, _ := SortColumn(s.Query.Object, k)
		s.Columns = append(s.Columns, name)
	}
	var ids []int64
	s.Query.Limit = min(most, max(wanted*4, 100))
	for read := 0; read < most; {
		rows, err := s.Rows(ctx, q)
		if err != nil {
			return nil, false, err
		}
		lines, err := s.searchedLines(ctx, q, rows)
		if err != nil {
			return nil, false, err
		}
		for _, r := range rows {
			id, _ := r[0].(int64)
			values := append(r[1:1+len(searched):1+len(searched)], lines[id]...)
			if (s.May == nil || s.May(values)) && holds(words, s.Tokens(values)) {
				if ids = append(ids, id); len(ids) == wanted {
					return ids, true, nil
				}
			}
			s.Query.After = r[1+len(searched):]
		}
		if len(rows) < s.Query.Limit {
			return ids, true, nil
		}
		read += len(rows)
		s.Query.Limit = min(2*s.Query.Limit, 4_000)
	}
	return ids, false, nil
}

// searchedLines reads the rows of lines fields that are searched, as the value of
// each field, for rows that begin with an id.
func (s Select) searchedLines(ctx context.Context, q Querier, rows [][]any) (map[int64][]any, error) {
	var values map[int64][]any
	for _, f := range s.Query.Object.Fields {
		if f.Searched() == nil {
			continue
		}
		ids, err := column(rows, nil)
		if err != nil {
			return nil, err
		}
		found, err := Lines(ctx, q, f, ids)
		if err != nil {
			return nil, err
		}
		of := map[int64][]schema.Line{}
		for _, l := range found {
			of[l.Parent] = append(of[l.Parent], l.Line)
		}
		if values == nil {
			values = map[int64][]any{}
		}
		for _, id := range ids {
			values[id] = append(values[id], schema.EncodeLines(f, of[id])...)
		}
	}
	return values, nil
}

// holds tells whether tokens satisfy a search.
func holds(words [][][]query.Word, tokens []string) bool {
	set := make(map[string]bool, len(tokens))
	for _, t := range tokens {
		set[t] = true
	}
	has := func(w query.Word) bool {
		for _, t := range w.Tokens {
			if set[t] {
				return true
			}
		}
		for _, t := range w.Begun {
			if slices.ContainsFunc(tokens, func(k string) bool { return strings.HasPrefix(k, t) }) {
				return true
			}
		}
		return false
	}
	for _, alternatives := range words {
		if !slices.ContainsFunc(alternatives, func(terms []query.Word) bool {
			return !slices.ContainsFunc(terms, func(w query.Word) bool { return !has(w) })
		}) {
			return false
		}
	}
	return true
}

// words writes the condition of the search, with an AND before it.
func (p plan) words(c *compiler) {
	switch {
	case p.match == "":
	case p.common:
		// The plus sign has the index of the order be walked, not the matches.
		c.write(" AND +t.id IN (")
		c.found(p.object, p.match)
		if len(p.matches) > 0 {
			c.write(" UNION ALL SELECT * FROM ")
			c.ids64(p.matches)
		}
		c.write(")")
	case p.found:
		c.write(" AND t.id IN ")
		c.ids64(p.matches)
	case len(p.pinned) > 0:
		c.write(" AND t.id IN (")
		c.found(p.object, p.match)
		c.write(")")
	case c.postgres:
		// IS TRUE keeps the planner from fetching all matches of a common word.
		c.write(" AND EXISTS (SELECT 1 FROM f_"+p.object.Name+" f WHERE f.id = t.id AND (f.doc @@ ?::tsquery) IS TRUE)", p.match)
	default:
		table := "f_" + p.object.Name
		c.write(" AND EXISTS (SELECT 1 FROM "+table+" WHERE "+table+".rowid = t.id AND "+table+" MATCH ?)", p.match)
	}
}

// ids64 writes a list of ids as one argument.
func (c *compiler) ids64(ids []int64) {
	if c.postgres {
		if ids == nil {
			ids = []int64{}
		}
		c.write("(SELECT unnest(?::bigint[]))", ids)
		return
	}
	text, err := json.Marshal(ids)
	if err != nil || ids == nil {
		text = []byte("[]")
	}
	c.write("(SELECT value FROM json_each(?))", string(text))
}

// countWords writes the selection that counts a search.
func (s Select) countWords(ctx context.Context, q Querier, c *compiler, limit string) error {
	o := s.Query.Object
	var terms []term
	plain := s.Guard == nil
	if !plain && !s.Query.Deleted {
		terms, plain = takeApart(s.Registry, o, s.Guard)
		plain = plain && len(terms) <= maxBranches
	}
	if plain && s.Query.Filter == nil {
		// The documents say it all, but for what is shared.
		shared, ok, err := s.sharedMatches(ctx, q, terms)
		if err != nil {
			return err
		}
		if ok {
			if terms == nil || tokened(terms) {
				c.write("SELECT * FROM (")
				c.found(o, s.match(c, terms))
				c.write(limit + ") worded")
			} else {
				c.write("SELECT 0 WHERE 1 = 0")
			}
			if len(shared) > 0 {
				c.write(" UNION SELECT * FROM ")
				c.ids64(shared)
				c.write(" shared")
			}
			c.write(limit)
			return nil
		}
	}
	match := s.match(c, nil)
	if plain && sharedOnly(terms) == nil {
		match = s.match(c, terms)
	}
	key := "rowid"
	if c.postgres {
		key = "id"
	}
	c.write("SELECT t.id FROM (")
	c.found(o, match)
	c.write(") f JOIN " + o.Table() + " t ON t.id = f." + key + " WHERE " + s.live())
	if err := s.guard(c); err != nil {
		return err
	}
	if err := s.filter(c); err != nil {
		return err
	}
	c.write(limit)
	return nil
}

// column reads the ids of a statement's only column.
func column(rows [][]any, err error) ([]int64, error) {
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		if id, ok := r[0].(int64); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}
