package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecrm/internal/schema"
)

// Table is a table of a service that is no object: sessions, jobs, audit.
type Table struct {
	Name    string
	Columns []schema.Column
	// Key columns form the primary key.
	Key []string
	// Indexes list columns, each index one entry; a leading "unique " makes it
	// unique.
	Indexes []string
	// Kept rows can be added and neither changed nor removed, which the database
	// itself sees to; Erasable names columns that may be made empty, all at once.
	Kept     bool
	Erasable []string
	// Standing tables hold what every request asks; see DB.Standing.
	Standing bool
	// Names are the two columns, object and id, by which rows name records and with
	// which they follow one that becomes part of another; empty: they stay where they are.
	Names [2]string
}

var tables []Table

// Declare adds a service's table to every database that is opened later.
func Declare(t Table) Table {
	tables = append(tables, t)
	return t
}

// Shares holds who a record is shared with: token is u<id> for a person,
// d<id> for a department.
var Shares = Declare(Table{
	Name: "share",
	Columns: []schema.Column{
		{Name: "object", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt}, {Name: "token", Kind: schema.KindText},
		{Name: "can_write", Kind: schema.KindBool}, {Name: "until", Kind: schema.KindInt},
		{Name: "created_by", Kind: schema.KindInt}, {Name: "created_at", Kind: schema.KindInt},
		// What somebody does in the team of the record; empty: it is only shared.
		{Name: "role", Kind: schema.KindText},
	},
	Key:     []string{"object", "token", "record_id"},
	Indexes: []string{"object, record_id", "until"},
})

func sqlType(k schema.Kind, postgres bool) string {
	switch k {
	case schema.KindInt:
		if postgres {
			return "BIGINT"
		}
		return "INTEGER"
	case schema.KindBool:
		return "BOOLEAN"
	case schema.KindBytes:
		if postgres {
			return "BYTEA"
		}
		return "BLOB"
	}
	if postgres {
		return `TEXT COLLATE "C"`
	}
	return "TEXT"
}

// Plan lists the changes that bring the database in step with the registry; it
// only ever adds.
func (db *DB) Plan(ctx context.Context, r *schema.Registry) ([]Change, error) {
	existing, err := db.columns(ctx)
	if err != nil {
		return nil, err
	}
	pg := db.Postgres()
	var plan []Change
	// initial are the values that rows which are there already have in a new column.
	initial := map[string]string{}
	table := func(name string, columns []schema.Column, key []string, suffix string) {
		have := existing[name]
		if have == nil {
			var parts []string
			for _, c := range columns {
				part := c.Name + " " + sqlType(c.Kind, pg)
				if len(key) == 1 && key[0] == c.Name {
					part += " PRIMARY KEY"
				}
				parts = append(parts, part)
			}
			if len(key) > 1 {
				parts = append(parts, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
			}
			if pg {
				suffix = ""
			}
			plan = append(plan, Change{Kind: AddTable, Table: name, Name: name, SQL: "CREATE TABLE " + name + " (" + strings.Join(parts, ", ") + ")" + suffix})
			return
		}
		for _, c := range columns {
			if !have[c.Name] {
				plan = append(plan, Change{Kind: AddColumn, Table: name, Name: c.Name, SQL: "ALTER TABLE " + name + " ADD COLUMN " + c.Name + " " + sqlType(c.Kind, pg) + initial[c.Name]})
			}
		}
	}
	large := sized{db, map[string]bool{}}
	var failed error
	addIndex := func(c Change, unique bool) {
		if existing["index "+c.Name][c.Name] {
			return
		}
		// What must be unique is held so from the first write on.
		if existing[c.Table] != nil && !unique {
			later, err := large.is(ctx, c.Table)
			c.Later, failed = later, errors.Join(failed, err)
		}
		plan = append(plan, c)
	}
	index := func(name, on, columns, where string, unique bool) {
		word := "INDEX"
		if unique {
			word = "UNIQUE INDEX"
		}
		name = short(name)
		addIndex(Change{Kind: AddIndex, Table: on, Name: name, SQL: fmt.Sprintf("CREATE %s %s ON %s (%s)%s", word, name, on, columns, where)}, unique)
	}
	for _, t := range tables {
		suffix := ""
		if len(t.Key) > 1 {
			suffix = " WITHOUT ROWID"
		}
		table(t.Name, t.Columns, t.Key, suffix)
		for i, columns := range t.Indexes {
			columns, unique := strings.CutPrefix(columns, "unique ")
			index(fmt.Sprintf("i_%s_%d", t.Name, i), t.Name, columns, "", unique)
		}
		if t.Kept {
			plan = append(plan, guards(t, existing, pg)...)
		}
	}
	for _, o := range r.Objects() {
		for _, f := range o.Fields {
			if f.Initial != "" {
				initial[f.Column()] = " DEFAULT '" + strings.ReplaceAll(f.Initial, "'", "''") + "'"
			}
		}
		table(o.Table(), o.Stored(), []string{"id"}, "")
		clear(initial)
		live, bin := " WHERE deleted_at IS NULL", " WHERE deleted_at IS NOT NULL"
		prefix := "i_" + o.Name + "_"
		index(prefix+"newest", o.Table(), "created_at, id", live, false)
		index(prefix+"bin", o.Table(), "deleted_at, id", bin, false)
		if o.IsLink() {
			index(o.Pair(), o.Table(), o.End(0).Column()+", "+o.End(1).Column(), live, true)
		}
		for _, in := range o.Inherited() {
			index(prefix+in.Owner, o.Table(), in.Owner+", created_at, id", live, false)
			index(prefix+in.Department, o.Table(), in.Department+", created_at, id", live, false)
		}
		if columns := summed(o); columns != "" {
			index(prefix+"sums", o.Table(), columns, live, false)
		}
		for _, k := range o.SortKeys() {
			index(prefix+k.Column, o.Table(), k.Column+", id", live, false)
		}
		for _, f := range o.Fields {
			if line := f.Lines(); line != nil {
				table(line.Table(), line.Columns(), []string{"id"}, "")
				index("i_"+line.Table(), line.Table(), "parent_id, position", "", false)
				for _, sub := range line.Fields {
					if sub.Target() != "" || sub.Indexed {
						index("i_"+line.Table()+"_"+sub.Name, line.Table(), sub.Column()+", parent_id", "", false)
					}
				}
				continue
			}
			switch {
			case f.System && f.Name != "updated_at":
				continue
			case f.Unique:
				index(prefix+f.Name+"_u", o.Table(), f.Column(), live, true)
			case f.Name == "owner" || f.Name == "department" || f.Target() != "":
				index(prefix+f.Name, o.Table(), f.Column()+", created_at, id", live, false)
				if at := o.When(); at != nil && r.Stands(o, f) {
					// A timeline goes on from any instant.
					index(prefix+f.Name+"_"+at.Name, o.Table(), f.Column()+", "+at.Column()+", id", live, false)
				}
			case f.Type == "address" && slices.Contains(o.Quick, f.Name):
				// Whoever opens the one-tap filter counts everybody by city.
				index(prefix+f.Name, o.Table(), "("+cityOf(func(part string) string { return f.Name + "_" + part })+"), id", live, false)
			case f.Indexed && f.Indexable():
				for i, column := range f.Indexes() {
					name := prefix + f.Name
					if i > 0 {
						name = prefix + column
					}
					index(name, o.Table(), column+", id", live, false)
				}
			}
			if _, ok := f.Kind().(schema.Multiple); ok {
				v := o.ValueTable(f)
				table(v, []schema.Column{{Name: "value", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt}}, []string{"value", "record_id"}, " WITHOUT ROWID")
				index("i_"+v, v, "record_id", "", false)
			}
		}
		words := "f_" + o.Name
		if existing[words] == nil {
			if pg {
				plan = append(plan, Change{Kind: AddTable, Table: words, Name: words, SQL: "CREATE TABLE " + words + " (id BIGINT PRIMARY KEY, doc TSVECTOR NOT NULL)"})
			} else {
				plan = append(plan, Change{Kind: AddTable, Table: words, Name: words, SQL: "CREATE VIRTUAL TABLE " + words + " USING fts5(doc, content='', contentless_delete=1, detail=none, tokenize='ascii')"})
			}
		}
		if pg {
			addIndex(Change{Kind: AddIndex, Table: words, Name: "i_" + words, SQL: "CREATE INDEX i_" + words + " ON " + words + " USING GIN (doc) WITH (fastupdate = off)"}, false)
		}
	}
	return plan, failed
}

// longestName is how long a name is at most in PostgreSQL, which cuts longer ones.
const longestName = 63

// short cuts a long name so that no two become alike.
func short(name string) string {
	if len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:longestName-13] + "_" + hex.EncodeToString(sum[:6])
}

// Sync brings the database in step with the registry, but for indexes on large
// tables: see Later. A database of a schema this program does not understand
// is refused with a *NewerError, untouched.
func (db *DB) Sync(ctx context.Context, r *schema.Registry) error {
	// Two nodes that start together take turns; the second finds nothing to do. So do
	// two callers in one process, who might share a commit of SQLite: what the first
	// adds can be read only behind it.
	db.syncing.Lock()
	defer db.syncing.Unlock()
	return patiently(ctx, func() error { return db.sync(ctx, r) })
}

func (db *DB) sync(ctx context.Context, r *schema.Registry) error {
	return db.Write(ctx, func(ctx context.Context, q Querier) error {
		if q.Postgres() {
			for _, statement := range []string{"SET LOCAL lock_timeout = '10s'", "SELECT pg_advisory_xact_lock(4711001)::text", "SET LOCAL lock_timeout = '300ms'"} {
				if _, err := q.Query(ctx, statement); err != nil {
					return err
				}
			}
		}
		found, err := db.SchemaVersion(ctx)
		if err != nil {
			return err
		}
		plan, err := db.Plan(ctx, r)
		if err != nil {
			return err
		}
		for _, change := range plan {
			if change.Later {
				continue
			}
			if change.Kind == AddIndex {
				// What a build that failed left has the name and serves nobody.
				if _, err := q.Exec(ctx, "DROP INDEX IF EXISTS "+change.Name); err != nil {
					return fmt.Errorf("%s: %w", change, err)
				}
			}
			if _, err := q.Exec(ctx, change.SQL); err != nil {
				return fmt.Errorf("%s: %w", change.SQL, err)
			}
		}
		if found >= SchemaVersion {
			return nil
		}
		return Insert(ctx, q, versions.Name, Row{"version": int64(SchemaVersion), "program": db.Program, "made_at": time.Now().UnixMicro()})
	})
}

// columns lists what the database has: table -> columns, "index NAME" -> itself.
func (db *DB) columns(ctx context.Context) (map[string]map[string]bool, error) {
	statement := `SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table'
		UNION ALL SELECT type || ' ' || name, name FROM sqlite_schema WHERE type IN ('index', 'trigger')`
	if db.Postgres() {
		statement = `SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT 'index ' || c.relname::text, c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
				WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace
			UNION ALL SELECT 'trigger ' || t.tgname::text, t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = current_schema()::regnamespace`
	}
	rows, err := db.Query(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	found := map[string]map[string]bool{}
	for _, r := range rows {
		table, _ := r[0].(string)
		column, _ := r[1].(string)
		if found[table] == nil {
			found[table] = map[string]bool{}
		}
		found[table][column] = true
	}
	return found, nil
}
