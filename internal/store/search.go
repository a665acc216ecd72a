package store

import (
	"context"
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
					tokens = append(tokens, c.token(t, false))
				}
				for _, t := range w.Begun {
					tokens = append(tokens, c.token(t, true))
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

// Document is what the search knows of a record; a fresh one had none before.
type Document struct {
	ID     int64
	Tokens []string
	Fresh  bool
}

// PutWords replaces the search documents of records of one object, each of
// another record.
func PutWords(ctx context.Context, q Querier, o *schema.Object, documents []Document) error {
	table := "f_" + o.Name
	if !q.Postgres() {
		var stale, rows [][]any
		for _, d := range documents {
			if !d.Fresh {
				stale = append(stale, []any{d.ID})
			}
			rows = append(rows, []any{d.ID, strings.Join(d.Tokens, " ")})
		}
		for _, one := range stale {
			if _, err := q.Exec(ctx, "DELETE FROM "+table+" WHERE rowid = ?", one...); err != nil {
				return err
			}
		}
		return InsertMany(ctx, q, table, []string{"rowid", "doc"}, rows)
	}
	const together = 50
	for len(documents) > 0 {
		n := min(together, len(documents))
		var args []any
		for _, d := range documents[:n] {
			args = append(args, d.ID, unique(d.Tokens))
		}
		tuples := strings.TrimSuffix(strings.Repeat("(?, array_to_tsvector(?::text[])), ", n), ", ")
		if _, err := q.Exec(ctx, "INSERT INTO "+table+" (id, doc) VALUES "+tuples+" ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", args...); err != nil {
			return err
		}
		documents = documents[n:]
	}
	return nil
}

// DropWords removes the search documents of some ids.
func DropWords(ctx context.Context, q Querier, o *schema.Object, ids []int64) error {
	key := "rowid"
	if q.Postgres() {
		key = "id"
	}
	for _, id := range ids {
		if _, err := Delete(ctx, q, "f_"+o.Name, Row{key: id}); err != nil {
			return err
		}
	}
	return nil
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
