package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// This file holds the floors: for each case the best statement known to be written by hand for
// exactly its rows, whatever rights and filters had to be thought of to get there. A better plan
// belongs here first; the ratio then asks the product to follow.

// statement is one bare statement with its arguments. The id is the first column.
type statement struct {
	text string
	args []any
	// aside statements fetch what the answer holds beside its rows: a count, say.
	aside bool
}

// The ten columns of the list case, with id and version; names of owner and department with them.
const listColumns = `c.id, c.version, c.name, c.short_name, c.level, c.address_region, c.phones, c.owner_id, u.name,
	c.department_id, d.name, c.last_contact_at, c.created_at, c.tags`

const listJoins = ` LEFT JOIN r_user u ON u.id = c.owner_id LEFT JOIN r_department d ON d.id = c.department_id`

// newest is the first page of the customers for which where holds, newest first. The page is cut
// before names are joined to it, or PostgreSQL joins them to everybody.
func (h *home) newest(index, where string) statement {
	return h.ordered(index, where, "created_at")
}

func (h *home) ordered(index, where, by string) statement {
	hint := ""
	if index != "" {
		hint = h.hint(index)
	}
	page := "SELECT * FROM r_customer" + hint + " WHERE deleted_at IS NULL AND " + where + " ORDER BY " + by + " DESC, id DESC LIMIT 50"
	return statement{text: "SELECT " + listColumns + " FROM (" + page + ") c" + listJoins + " ORDER BY c." + by + " DESC, c.id DESC"}
}

// united is the first page of the customers of several owners or departments and of those shared
// with a person: the newest of each, merged.
func (h *home) united(column string, ids []int64, user int64) statement {
	index := h.hint("i_customer_" + strings.TrimSuffix(column, "_id"))
	var branches []string
	for _, id := range ids {
		branches = append(branches, fmt.Sprintf("SELECT * FROM (SELECT id, created_at FROM r_customer%s WHERE %s = %d AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50) b%d", index, column, id, id))
	}
	branches = append(branches, fmt.Sprintf("SELECT r.id, r.created_at FROM share s JOIN r_customer r ON r.id = s.record_id WHERE s.object = 'customer' AND s.token = 'u%d' AND r.deleted_at IS NULL", user))
	return statement{text: "SELECT " + listColumns + " FROM (" + strings.Join(branches, " UNION ") + " ORDER BY 2 DESC, 1 DESC LIMIT 50) p JOIN r_customer c ON c.id = p.id" + listJoins + " ORDER BY p.created_at DESC, p.id DESC"}
}

// counted counts up to where a capped count stops.
func counted(table, where string, args ...any) statement {
	return statement{text: "SELECT 0, count(*) FROM (SELECT 1 FROM " + table + " WHERE deleted_at IS NULL AND " + where + " LIMIT 10001) x", args: args, aside: true}
}

func in(column string, ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = fmt.Sprint(id)
	}
	return column + " IN (" + strings.Join(words, ", ") + ")"
}

// shared are the customers shared with a person.
func shared(user int64) string {
	return fmt.Sprintf("id IN (SELECT record_id FROM share WHERE object = 'customer' AND token = 'u%d')", user)
}

// matching is the first page of what the search index of an object finds, newest first; match is
// in the database's own language.
func (h *home) matching(object, columns, joins, match string) statement {
	index := "f_" + object
	found := "SELECT rowid AS id FROM " + index + " WHERE " + index + " MATCH ? ORDER BY rowid DESC LIMIT 50"
	if h.database == "postgres" {
		found = "SELECT id FROM " + index + " WHERE doc @@ ?::tsquery ORDER BY id DESC LIMIT 50"
	}
	return statement{text: "SELECT " + columns + " FROM (" + found + ") f JOIN r_" + object + " c ON c.id = f.id" + joins + " WHERE c.deleted_at IS NULL ORDER BY f.id DESC", args: []any{match}}
}

// behind is the page behind so many of the newest customers, by the keys of the last of these: how a
// cursor goes on.
func (h *home) behind(index string, rows int) statement {
	var at, id int64
	last := fmt.Sprintf("SELECT created_at, id FROM r_customer WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET %d", rows-1)
	if err := h.db.QueryRowContext(context.Background(), last).Scan(&at, &id); err != nil {
		at, id = 0, 0 // there are not so many: the case says so itself
	}
	return h.newest(index, fmt.Sprintf("(created_at, id) < (%d, %d)", at, id))
}

// countedIn counts what somebody sees up to where a capped count stops: for who sees his own and what
// is shared with him by the two of them, which no database does by itself.
func (h *home) countedIn(as, where string) statement {
	switch as {
	case "sparse":
		return counted("r_customer", fmt.Sprintf("id IN (SELECT id FROM r_customer WHERE owner_id = %d AND deleted_at IS NULL UNION SELECT record_id FROM share WHERE object = 'customer' AND token = 'u%[1]d')", h.Users[as]))
	case "many":
		return counted("r_customer", fmt.Sprintf("id IN (SELECT id FROM r_customer WHERE %s AND deleted_at IS NULL UNION SELECT record_id FROM share WHERE object = 'customer' AND token = 'u%d')", in("department_id", h.Many), h.Users[as]))
	}
	return counted("r_customer", where)
}

// term is a token of the search index in the database's language.
func (h *home) term(token string, prefix bool) string {
	switch {
	case h.database == "postgres" && prefix:
		return "'" + token + "':*"
	case h.database == "postgres":
		return "'" + token + "'"
	case prefix:
		return `"` + token + `" *`
	}
	return `"` + token + `"`
}

// and joins terms.
func (h *home) and(terms ...string) string {
	if h.database == "postgres" {
		return strings.Join(terms, " & ")
	}
	return strings.Join(terms, " AND ")
}

// or joins terms any of which will do.
func (h *home) or(terms ...string) string {
	if h.database == "postgres" {
		return strings.Join(terms, " | ")
	}
	return strings.Join(terms, " OR ")
}

// prepared are the statements of a case, ready to be run by several callers at once.
type prepared struct {
	of    []statement
	stmts []*sql.Stmt
}

func (h *home) prepare(ctx context.Context, of []statement) (*prepared, error) {
	p := &prepared{of: of}
	h.db.SetMaxIdleConns(16)
	for _, s := range of {
		if h.database == "postgres" {
			n := 0
			for strings.Contains(s.text, "?") {
				n++
				s.text = strings.Replace(s.text, "?", fmt.Sprintf("$%d", n), 1)
			}
		}
		stmt, err := h.db.PrepareContext(ctx, s.text) //nolint:sqlclosecheck // prepared.close does
		if err != nil {
			return nil, fmt.Errorf("%w in %s", err, s.text)
		}
		p.stmts = append(p.stmts, stmt)
	}
	return p, nil
}

func (p *prepared) close() {
	for _, s := range p.stmts {
		_ = s.Close()
	}
}

// run reads all rows, values and all, and answers the ids in order.
func (p *prepared) run(ctx context.Context) ([]int64, error) {
	var ids []int64
	for i, stmt := range p.stmts {
		some, err := read(ctx, stmt, p.of[i].args)
		if err != nil {
			return nil, err
		}
		if !p.of[i].aside {
			ids = append(ids, some...)
		}
	}
	return ids, nil
}

// read runs a statement and answers the ids, which are its first column.
func read(ctx context.Context, stmt *sql.Stmt, args []any) ([]int64, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var ids []int64
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if id, ok := values[0].(int64); ok {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}
