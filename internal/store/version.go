package store

import (
	"context"
	"fmt"
	"strings"

	"ecrm/internal/schema"
)

// SchemaVersion is the minor version of the schema this program makes. A release
// raises it by one when an older program could not work with what it adds, or
// when it removes what the release before stopped using: a program works with
// its own schema and with one that is one version newer, so that nodes can be
// exchanged one after another.
const SchemaVersion = 1

var versions = Declare(Table{
	Name: "schema_version",
	Columns: []schema.Column{
		{Name: "version", Kind: schema.KindInt}, {Name: "program", Kind: schema.KindText}, {Name: "made_at", Kind: schema.KindInt},
	},
	Key: []string{"version"},
})

// NewerError tells that a database was made by a program too new for this one.
type NewerError struct {
	// Version is the schema's; Program the version of the program that made it.
	Version int64
	Program string
}

// Error says what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the database is of ECRM %s (schema %d), and this program understands schemas up to %d: start that version or a newer one, nothing was changed",
		e.Program, e.Version, SchemaVersion+1)
}

// SchemaVersion reads the version of the schema in the database, 0 in one that is
// empty or older than the count; the error is a *NewerError where it is too new
// for this program.
func (db *DB) SchemaVersion(ctx context.Context) (int64, error) {
	existing, err := db.columns(ctx)
	if err != nil || existing[versions.Name] == nil {
		return 0, err
	}
	rows, err := Find(ctx, db, versions.Name, "version, program", Row{}, "ORDER BY version DESC LIMIT 1")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	version, _ := rows[0][0].(int64)
	program, _ := rows[0][1].(string)
	if version > SchemaVersion+1 {
		return version, &NewerError{version, program}
	}
	return version, nil
}

// ChangeKind is what a change of the schema adds.
type ChangeKind string

// What changes add.
const (
	AddTable  ChangeKind = "table"
	AddColumn ChangeKind = "column"
	AddIndex  ChangeKind = "index"
	// AddTrigger has the database keep rows as they are.
	AddTrigger ChangeKind = "trigger"
	// Rewrite computes anew what follows from the values of records.
	Rewrite ChangeKind = "rewrite"
	// AddStep is a numbered step of a library that keeps tables of its own.
	AddStep ChangeKind = "step"
)

// Change is one step that brings a database in step with the registry.
type Change struct {
	Kind ChangeKind
	// Table is the table it is made in; Name the table, column or index added.
	Table, Name string
	// SQL is the statement that does it.
	SQL string
	// Later changes are made after the start, while people work.
	Later bool
}

// VersionChange is the note that the schema is this program's.
func (db *DB) VersionChange() Change {
	return Change{Kind: AddStep, Table: versions.Name, Name: fmt.Sprint(SchemaVersion),
		SQL: fmt.Sprintf("INSERT INTO %s (version, program, made_at) VALUES (%d, '%s', now)", versions.Name, SchemaVersion, strings.ReplaceAll(db.Program, "'", "''"))}
}

// String says the change in words.
func (c Change) String() string {
	switch c.Kind {
	case AddTable:
		return "add the table " + c.Name
	case AddStep:
		return fmt.Sprintf("take step %s of %s", c.Name, c.Table)
	}
	text := fmt.Sprintf("add the %s %s to %s", c.Kind, c.Name, c.Table)
	if c.Kind == Rewrite {
		text = "compute the sort keys and search documents of " + c.Table
	}
	if c.Later {
		text += ", after the start, while people work"
	}
	return text
}
