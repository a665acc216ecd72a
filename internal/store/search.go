package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ecrm/internal/schema"
)

// Tokens of scope stand in the search document beside the record's words, so
// that a search among few records need not look at all that hold a common word.
// They only narrow: the guard is tested on each row all the same. Words begin
// with the class of their field (n p m i t), so typed text never meets them.
const (
	ownerToken      = "o"
	departmentToken = "d"
	// A digit behind a and b says through which reference.
	throughOwnerToken      = "a"
	throughDepartmentToken = "b"
	binToken               = "zbin"
)

// ScopeTokens are the tokens of a row of o, given by column.
func ScopeTokens(o *schema.Object, value func(column string) any, deleted bool) []string {
	var tokens []string
	add := func(prefix string, v any) {
		if id, ok := v.(int64); ok && id != 0 {
			tokens = append(tokens, prefix+strconv.FormatInt(id, 36))
		}
	}
	if o.Owned {
		add(ownerToken, value("owner_id"))
		add(departmentToken, value("department_id"))
	}
	for i, in := range o.Inherited() {
		n := strconv.Itoa(i)
		add(throughOwnerToken+n, value(in.Owner))
		add(throughDepartmentToken+n, value(in.Department))
	}
	if deleted {
		tokens = append(tokens, binToken)
	}
	return tokens
}

// token is the scope token that a term's records have; "" for shares.
func (t term) token(o *schema.Object) string {
	if t.shared != nil {
		return ""
	}
	prefix := ""
	switch t.column {
	case "owner_id":
		prefix = ownerToken
	case "department_id":
		prefix = departmentToken
	}
	for i, in := range o.Inherited() {
		switch t.column {
		case in.Owner:
			prefix = throughOwnerToken + strconv.Itoa(i)
		case in.Department:
			prefix = throughDepartmentToken + strconv.Itoa(i)
		}
	}
	return prefix + strconv.FormatInt(t.id, 36)
}

// match writes the search expression: the words, live or binned, and within
// the scope where terms are given (shares are no tokens and are left out).
func (s Select) match(c *compiler, terms []term) string {
	or, and, not := " OR ", " AND ", " NOT "
	if c.postgres {
		or, and, not = " | ", " & ", " & !"
	}
	var all []string
	for _, alternatives := range s.Query.Words {
		var some []string
		for _, words := range alternatives {
			var parts []string
			for _, w := range words {
				var tokens []string
				for _, t := range w.Tokens {
					tokens = append(tokens, c.token(t, w.Prefix))
				}
				parts = append(parts, "("+strings.Join(tokens, or)+")")
			}
			some = append(some, "("+strings.Join(parts, and)+")")
		}
		all = append(all, "("+strings.Join(some, or)+")")
	}
	var scope []string
	for _, t := range terms {
		if token := t.token(s.Query.Object); token != "" {
			scope = append(scope, c.token(token, false))
		}
	}
	if scope != nil {
		all = append(all, "("+strings.Join(scope, or)+")")
	}
	expr := strings.Join(all, and)
	if s.Query.Deleted {
		return expr + and + c.token(binToken, false)
	}
	return "(" + expr + ")" + not + c.token(binToken, false)
}

func (c *compiler) token(t string, prefix bool) string {
	if c.postgres {
		t = "'" + strings.NewReplacer("'", "", `\`, "").Replace(t) + "'"
		if prefix {
			t += ":*"
		}
		return t
	}
	t = `"` + strings.ReplaceAll(t, `"`, "") + `"`
	if prefix {
		t += " *"
	}
	return t
}

// found writes the selection of the ids whose document matches.
func (c *compiler) found(o *schema.Object, match string) {
	table := "f_" + o.Name
	if c.postgres {
		c.write("SELECT id FROM "+table+" WHERE doc @@ ?::tsquery", match)
		return
	}
	c.write("SELECT rowid FROM "+table+" WHERE "+table+" MATCH ?", match)
}

// manyMatches is how many matches are fetched to be sorted; a more common word
// is met soon enough by walking.
const manyMatches = 20_000

// planSearch chooses how to read a page of a search: newest first straight from
// the search index, the few matches fetched and sorted, or rows walked in order
// and looked up in the search index.
func (s Select) planSearch(ctx context.Context, q Querier, p *plan) error {
	c := s.compiler(q)
	p.match = s.match(c, nil)
	if len(p.pinned) > 0 {
		return nil
	}
	shares := p.terms == nil && s.Guard != nil
	for _, t := range p.terms {
		shares = shares || t.shared != nil
	}
	if !shares {
		p.match = s.match(c, p.terms)
	}
	p.way = walked
	if first := s.Query.Sort[0]; first.Field == "id" && !c.postgres && !shares {
		p.way = streamed
		return nil
	}
	rows, err := s.matching(ctx, q, c, p)
	if err != nil {
		return err
	}
	if len(rows) > manyMatches {
		p.match = s.match(c, nil)
		return nil
	}
	p.probed = true
	for _, r := range rows {
		if id, ok := r[0].(int64); ok {
			p.matches = append(p.matches, id)
		}
	}
	return nil
}

// matching fetches ids that match, up to manyMatches+1: those within the scope
// by tokens, and those shared.
func (s Select) matching(ctx context.Context, q Querier, c *compiler, p *plan) ([][]any, error) {
	o := s.Query.Object
	if p.terms != nil {
		c.found(o, s.match(c, p.terms))
		if !s.tokened(p.terms) {
			*c = *s.compiler(q)
			c.write("SELECT t.id FROM " + o.Table() + " t WHERE 1 = 0")
		}
		for _, t := range p.terms {
			if t.shared == nil {
				continue
			}
			column := "id"
			if t.through != nil {
				column = t.through.Column()
			}
			c.write(" UNION SELECT t.id FROM (")
			c.shared(t.object, t.shared)
			c.write(") s JOIN " + o.Table() + " t ON t." + column + " = s.record_id WHERE t.id IN (")
			c.found(o, s.match(c, nil))
			c.write(")")
		}
	} else {
		c.found(o, p.match)
	}
	c.write(fmt.Sprintf(" LIMIT %d", manyMatches+1))
	return q.Query(ctx, c.b.String(), c.args...)
}

// tokened tells whether a term has a scope token.
func (s Select) tokened(terms []term) bool {
	for _, t := range terms {
		if t.shared == nil {
			return true
		}
	}
	return false
}

// words writes the condition of the search, with an AND before it.
func (p plan) words(c *compiler) {
	switch {
	case p.match == "" || p.way == streamed:
	case p.probed:
		if c.postgres {
			c.write(" AND t.id = ANY(?::bigint[])", p.matches)
			return
		}
		ids, err := json.Marshal(p.matches)
		if err != nil || p.matches == nil {
			ids = []byte("[]")
		}
		c.write(" AND t.id IN (SELECT value FROM json_each(?))", string(ids))
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

// streamed reads matches in the order of their ids, straight from the index.
func (s Select) streamed(c *compiler, plan plan, p part, limit int) error {
	table := "f_" + s.Query.Object.Name
	c.write("SELECT "+list(s.Columns)+" FROM "+table+" f CROSS JOIN "+s.Query.Object.Table()+" t ON t.id = f.rowid WHERE f."+table+" MATCH ? AND "+s.live(), plan.match)
	if p.after != nil {
		c.write(" AND f.rowid "+beyond(p.keys[0].desc)+" ?", p.after[0])
	}
	if err := s.guard(c); err != nil {
		return err
	}
	if err := s.filter(c); err != nil {
		return err
	}
	c.write(" ORDER BY f.rowid")
	if p.keys[0].desc {
		c.write(" DESC")
	}
	c.write(" LIMIT ?", int64(limit))
	return nil
}

// countWords writes the selection that counts a search.
func (s Select) countWords(c *compiler, limit string) error {
	o := s.Query.Object
	terms, plain := []term(nil), s.Guard == nil
	if !plain {
		terms, plain = takeApart(s.Registry, o, s.Guard)
		for _, t := range terms {
			plain = plain && t.shared == nil
		}
	}
	match := s.match(c, nil)
	if plain && len(terms) <= maxBranches {
		match = s.match(c, terms)
		if s.Query.Filter == nil && (s.Guard == nil || len(terms) > 0) {
			// The document says it all.
			c.found(o, match)
			c.write(limit)
			return nil
		}
	}
	c.write("SELECT t.id FROM (")
	c.found(o, match)
	key := "rowid"
	if c.postgres {
		key = "id"
	}
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

// PutWords replaces a record's search document.
func PutWords(ctx context.Context, q Querier, o *schema.Object, id int64, tokens []string, fresh bool) error {
	table := "f_" + o.Name
	if q.Postgres() {
		_, err := q.Exec(ctx, "INSERT INTO "+table+" (id, doc) VALUES (?, array_to_tsvector(?::text[])) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", id, unique(tokens))
		return err
	}
	if !fresh {
		if _, err := q.Exec(ctx, "DELETE FROM "+table+" WHERE rowid = ?", id); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, "INSERT INTO "+table+" (rowid, doc) VALUES (?, ?)", id, strings.Join(tokens, " "))
	return err
}

func unique(words []string) []string {
	seen := make(map[string]bool, len(words))
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" && !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	return kept
}
