package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// This file holds the floors of writing: the rows the product writes (the record, its values that
// are searched by, match keys, audit, search document, outbox), without it, each transaction synced.

// customer is the object as its module declares it.
var customer = sync.OnceValue(func() *schema.Object {
	var objects []*schema.Object
	for _, m := range app.Modules() {
		for _, o := range m.Objects {
			objects = append(objects, o.With(nil))
		}
	}
	registry, err := schema.NewRegistry(0, objects)
	if err != nil {
		panic(err) // the modules are those of the program
	}
	return registry.Object("customer")
})

// bareRows are the rows of one table.
type bareRows struct {
	table   string
	columns []string
	rows    [][]any
}

// belongings are the tables besides its own that hold rows of a customer.
func belongings(o *schema.Object) map[string][]string {
	tables := map[string][]string{
		"match_key": {"kind", "value", "record_id"},
		"audit":     {"id", "at", "actor_id", "object", "record_id", "version", "action", "origin", "diff", "salt", "hash"},
	}
	for _, f := range o.Fields {
		if _, ok := f.Kind().(schema.Multiple); ok {
			tables[o.ValueTable(f)] = []string{"value", "record_id"}
		}
	}
	return tables
}

// belonging reads all rows of some customers, given as a selection of their ids.
func (h *home) belonging(ctx context.Context, o *schema.Object, ids string) ([]bareRows, error) {
	var own []string
	for _, c := range o.Columns() {
		own = append(own, c.Name)
	}
	all := []bareRows{{table: o.Table(), columns: own}}
	for table, columns := range belongings(o) {
		all = append(all, bareRows{table: table, columns: columns})
	}
	slices.SortFunc(all[1:], func(a, b bareRows) int { return strings.Compare(a.table, b.table) })
	for i, t := range all {
		key := "record_id"
		if i == 0 {
			key = "id"
		}
		var err error
		if all[i].rows, err = h.rows(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.table+" WHERE "+key+" IN ("+ids+") ORDER BY "+key); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// rows reads all rows of a statement.
func (h *home) rows(ctx context.Context, statement string) ([][]any, error) {
	rows, err := h.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]any
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for n := range values {
			into[n] = &values[n]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, rows.Err()
}

// tokens are what the search document of a customer holds, whose row has the columns of the object.
func tokens(o *schema.Object, row []any) []string {
	at := map[string]int{}
	for i, c := range o.Columns() {
		at[c.Name] = i
	}
	v := record.Values{}
	for _, f := range o.Fields {
		if f.Search != "" {
			v[f.Name] = []any{row[at[f.Column()]]}
		}
	}
	return append(record.Words(o, v), store.ScopeTokens(o, func(column string) any { return row[at[column]] }, false)...)
}

// bareWriter writes the rows of one customer as its own transaction, by as many callers as there are.
// SQLite has one writer: its callers go one after another.
type bareWriter struct {
	h        *home
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

func (w *bareWriter) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if w.h.database == "postgres" {
		for n := 1; strings.Contains(text, "?"); n++ {
			text = strings.Replace(text, "?", fmt.Sprintf("$%d", n), 1)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.prepared[text]; s != nil {
		return s, nil
	}
	s, err := w.h.db.PrepareContext(ctx, text) //nolint:sqlclosecheck // kept as long as the database is open
	if err == nil {
		w.prepared[text] = s
	}
	return s, err
}

// step is one statement with its arguments.
type step struct {
	text string
	args []any
}

// run writes some statements as one transaction.
func (w *bareWriter) run(ctx context.Context, steps []step) error {
	stmts := make([]*sql.Stmt, len(steps))
	for i, s := range steps {
		var err error
		if stmts[i], err = w.statement(ctx, s.text); err != nil { //nolint:sqlclosecheck // as in statement
			return fmt.Errorf("%w in %s", err, s.text)
		}
	}
	if w.h.database == "sqlite" {
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	tx, err := w.h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for i, s := range steps {
		if _, err := tx.StmtContext(ctx, stmts[i]).ExecContext(ctx, s.args...); err != nil { //nolint:sqlclosecheck // ends with its transaction
			return fmt.Errorf("%w in %s", err, s.text)
		}
	}
	return tx.Commit()
}

// insert is the statement that writes rows.
func insert(table string, columns []string, rows [][]any) step {
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	s := step{text: "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(one+", ", len(rows)), ", ")}
	for _, row := range rows {
		s.args = append(s.args, row...)
	}
	return s
}

// document is the statement that writes a new search document.
func (h *home) document(id int64, words []string) step {
	if h.database == "postgres" {
		slices.Sort(words)
		return step{"INSERT INTO f_customer (id, doc) VALUES (?, array_to_tsvector(?::text[]))", []any{id, slices.Compact(words)}}
	}
	return step{"INSERT INTO f_customer (rowid, doc) VALUES (?, ?)", []any{id, strings.Join(words, " ")}}
}

// outboxed is the statement that tells other parts of the program, marked as done: nobody is to follow it.
func outboxed(id int64, kind string) step {
	return insert("outbox", []string{"id", "sender", "events", "xid", "done_at"}, [][]any{{id, "bench", fmt.Sprintf(`[{"object":"customer","id":"%d","kind":"%s"}]`, id, kind), int64(0), int64(1)}})
}

// bareIDs is below the ids of bare records, and above those the product makes.
const bareIDs = 1 << 62

// mark stands in the template's texts where each customer has digits of his own.
const mark = 7654321

// bareCreate makes the floor of creating: the template is a customer the product made of the same
// input with the digits of mark.
func (h *home) bareCreate(ctx context.Context, template int64) (func(ctx context.Context, n int64) error, error) {
	o := customer()
	rows, err := h.belonging(ctx, o, fmt.Sprint(template))
	if err != nil {
		return nil, err
	}
	words := tokens(o, rows[0].rows[0])
	w := &bareWriter{h: h, prepared: map[string]*sql.Stmt{}}
	number := slices.Index(rows[0].columns, "number")
	return func(ctx context.Context, n int64) error {
		id := time.Now().UnixMicro()<<4 | n&15 | bareIDs
		own := func(v any) any {
			switch v := v.(type) {
			case int64:
				if v == template {
					return id
				}
			case string:
				return strings.ReplaceAll(v, fmt.Sprint(mark), fmt.Sprintf("%07d", n%10_000_000))
			}
			return v
		}
		var steps []step
		for t, table := range rows {
			if len(table.rows) == 0 {
				continue
			}
			fresh := make([][]any, len(table.rows))
			for i, row := range table.rows {
				for c, v := range row {
					fresh[i] = append(fresh[i], own(v))
					if table.table == "audit" && table.columns[c] == "id" {
						fresh[i][c] = id + int64(i)<<40
					}
					if t == 0 && c == number {
						fresh[i][c] = fmt.Sprint("B", id)
					}
				}
			}
			steps = append(steps, insert(table.table, table.columns, fresh))
		}
		some := make([]string, len(words))
		for i, word := range words {
			some[i], _ = own(word).(string)
		}
		return w.run(ctx, append(steps, h.document(id, some), outboxed(id, "created")))
	}, nil
}

// bareChange makes the floor of changing two fields of one customer.
func (h *home) bareChange(ctx context.Context, id int64) (func(ctx context.Context, n int64) error, error) {
	o := customer()
	rows, err := h.belonging(ctx, o, fmt.Sprint(id))
	if err != nil {
		return nil, err
	}
	words := tokens(o, rows[0].rows[0])
	w := &bareWriter{h: h, prepared: map[string]*sql.Stmt{}}
	var audit bareRows
	for _, t := range rows {
		if t.table == "audit" {
			audit = t
		}
	}
	entry := audit.rows[len(audit.rows)-1]
	return func(ctx context.Context, n int64) error {
		now := time.Now().UnixMicro()
		fresh := slices.Clone(entry)
		noted := now<<4 | n&15 | bareIDs
		fresh[0], fresh[8] = noted, fmt.Sprintf(`{"note":["第 %d 次","第 %d 次"],"level":["A","B"]}`, n-1, n)
		steps := []step{
			{"UPDATE r_customer SET note = ?, level = ?, version = version + 1, updated_at = ? WHERE id = ?", []any{fmt.Sprintf("第 %d 次", n), string(rune('A' + n%4)), now, id}},
			insert(audit.table, audit.columns, [][]any{fresh}),
			outboxed(noted, "updated"),
		}
		if h.database == "postgres" {
			slices.Sort(words)
			steps = append(steps, step{"UPDATE f_customer SET doc = array_to_tsvector(?::text[]) WHERE id = ?", []any{slices.Compact(slices.Clone(words)), id}})
		} else {
			steps = append(steps, step{"DELETE FROM f_customer WHERE rowid = ?", []any{id}}, h.document(id, words))
		}
		return w.run(ctx, steps)
	}, nil
}
