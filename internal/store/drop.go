package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrm/internal/schema"
)

// DropField removes the columns, indexes and tables of a field that nobody uses
// any more, together with what within writes. Nothing brings them back.
func (db *DB) DropField(ctx context.Context, o *schema.Object, f *schema.Field, within func(ctx context.Context, q Querier) error) error {
	return patiently(ctx, func() error {
		return db.Write(ctx, func(ctx context.Context, q Querier) error {
			if q.Postgres() {
				for _, statement := range []string{"SET LOCAL lock_timeout = '10s'", "SELECT pg_advisory_xact_lock(4711001)::text", "SET LOCAL lock_timeout = '300ms'"} {
					if _, err := q.Query(ctx, statement); err != nil {
						return err
					}
				}
			}
			if err := within(ctx, q); err != nil {
				return err
			}
			for _, statement := range dropping(o, f) {
				if _, err := q.Exec(ctx, statement); err != nil {
					return fmt.Errorf("%s: %w", statement, err)
				}
			}
			return nil
		})
	})
}

func dropping(o *schema.Object, f *schema.Field) []string {
	prefix := "i_" + o.Name + "_"
	var all []string
	if line := f.Lines(); line != nil {
		return []string{"DROP TABLE IF EXISTS " + line.Table()}
	}
	if _, many := f.Kind().(schema.Multiple); many {
		all = append(all, "DROP TABLE IF EXISTS "+o.ValueTable(f))
	}
	columns := []string{}
	for _, c := range f.Columns() {
		columns = append(columns, c.Name)
	}
	all = append(all, "DROP INDEX IF EXISTS "+prefix+f.Name, "DROP INDEX IF EXISTS "+prefix+f.Name+"_u")
	for _, k := range o.SortKeys() {
		if k.Field == f {
			all = append(all, "DROP INDEX IF EXISTS "+prefix+k.Column)
			columns = append(columns, k.Column)
		}
	}
	for _, in := range o.Inherited() {
		if in.Field == f {
			all = append(all, "DROP INDEX IF EXISTS "+prefix+in.Owner, "DROP INDEX IF EXISTS "+prefix+in.Department)
			columns = append(columns, in.Owner, in.Department)
		}
	}
	for _, c := range columns {
		all = append(all, "ALTER TABLE "+o.Table()+" DROP COLUMN "+c)
	}
	return all
}

// Clash is a value that several live records have, with some of these.
type Clash struct {
	Value any
	IDs   []int64
}

// Clashes finds values of a column that several live records of an object have:
// at most limit of them, each with at most three records.
func (db *DB) Clashes(ctx context.Context, o *schema.Object, column string, limit int) ([]Clash, error) {
	var found []Clash
	_, err := db.each(ctx, func(row []any) error {
		c := Clash{Value: row[0]}
		found = append(found, c)
		return nil
	}, "SELECT "+column+" FROM "+o.Table()+" WHERE deleted_at IS NULL AND "+column+" IS NOT NULL GROUP BY "+column+" HAVING count(*) > 1 ORDER BY count(*) DESC, "+column+" LIMIT ?", []any{int64(limit)})
	if err != nil {
		return nil, err
	}
	for i := range found {
		rows, err := db.Query(ctx, "SELECT id FROM "+o.Table()+" WHERE deleted_at IS NULL AND "+column+" = ? ORDER BY id LIMIT 3", found[i].Value)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			id, _ := r[0].(int64)
			found[i].IDs = append(found[i].IDs, id)
		}
	}
	return found, nil
}

// HoldUnique builds the index that holds a field's values unique from then on;
// the error is ErrUnique where they are not.
func (db *DB) HoldUnique(ctx context.Context, o *schema.Object, f *schema.Field) error {
	name := uniqueIndex(o, f)
	c := Change{Kind: AddIndex, Table: o.Table(), Name: name, SQL: "CREATE UNIQUE INDEX " + name + " ON " + o.Table() + " (" + f.Column() + ") WHERE deleted_at IS NULL"}
	large, err := sized{db, map[string]bool{}}.is(ctx, o.Table())
	if err != nil {
		return err
	}
	if large && db.Postgres() {
		if err := db.Build(ctx, c, func(int64, int64) {}); err != nil {
			// What is left of it would go on refusing values.
			return errors.Join(translate(err), db.LetRepeat(ctx, o, f))
		}
		return nil
	}
	return patiently(ctx, func() error {
		_, err := db.Exec(ctx, strings.Replace(c.SQL, "INDEX ", "INDEX IF NOT EXISTS ", 1))
		return translate(err)
	})
}

// LetRepeat lets records have a value of a field that others have.
func (db *DB) LetRepeat(ctx context.Context, o *schema.Object, f *schema.Field) error {
	return patiently(ctx, func() error {
		_, err := db.Exec(ctx, "DROP INDEX IF EXISTS "+uniqueIndex(o, f))
		return err
	})
}

func uniqueIndex(o *schema.Object, f *schema.Field) string {
	return "i_" + o.Name + "_" + f.Name + "_u"
}
