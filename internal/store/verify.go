package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"ecrm/internal/schema"
)

// What follows reads what belongs to records for a check of the whole database;
// it stands outside of the budgets of people's questions.

// Every reads all columns of all records of an object, in the bin or not, a page
// at a time and by rising id; fn must not keep the rows.
func (db *DB) Every(ctx context.Context, o *schema.Object, page int, fn func(rows [][]any) error) error {
	var names []string
	for _, c := range o.Stored() {
		names = append(names, c.Name)
	}
	statement := "SELECT " + strings.Join(names, ", ") + " FROM " + o.Table() + " WHERE id > ? ORDER BY id LIMIT ?"
	for last := int64(-1 << 62); ; {
		rows, err := db.Query(ctx, statement, last, int64(page))
		if err != nil {
			return fmt.Errorf("read every %s: %w", o.Name, err)
		}
		if len(rows) == 0 {
			return nil
		}
		last, _ = rows[len(rows)-1][0].(int64)
		if err := fn(rows); err != nil {
			return err
		}
	}
}

// Among reads columns of those rows of a table whose column key is one of some
// ids.
func (db *DB) Among(ctx context.Context, table, key, columns string, ids []int64) ([][]any, error) {
	c := &compiler{postgres: db.Postgres()}
	c.write("SELECT " + columns + " FROM " + table + " WHERE " + key)
	c.among(ids)
	return db.Query(ctx, c.b.String(), c.args...)
}

// Versions tells for some records how many times the audit says that they were
// made, and the last version it knows.
func (db *DB) Versions(ctx context.Context, ids []int64) (map[int64][2]int64, error) {
	c := &compiler{postgres: db.Postgres()}
	c.write("SELECT record_id, CAST(sum(CASE WHEN action = 'created' THEN 1 ELSE 0 END) AS BIGINT), max(version) FROM audit WHERE record_id")
	c.among(ids)
	c.write(" GROUP BY record_id")
	rows, err := db.Query(ctx, c.b.String(), c.args...)
	found := make(map[int64][2]int64, len(rows))
	for _, r := range rows {
		id, _ := r[0].(int64)
		made, _ := r[1].(int64)
		last, _ := r[2].(int64)
		found[id] = [2]int64{made, last}
	}
	return found, err
}

// MatchKeys hands over every match key of an object's records.
func (db *DB) MatchKeys(ctx context.Context, o *schema.Object, fn func(id int64, key MatchKey) error) error {
	_, err := db.each(ctx, func(row []any) error {
		kind, _ := row[0].(string)
		value, _ := row[1].(string)
		id, _ := row[2].(int64)
		return fn(id, MatchKey{kind, value})
	}, "SELECT kind, value, record_id FROM match_key WHERE kind >= ? AND kind < ?", []any{o.Name + ".", o.Name + "/"})
	return err
}

// Tokens hands over every token of every search document of an object, in no
// order.
func (db *DB) Tokens(ctx context.Context, o *schema.Object, fn func(id int64, token string) error) error {
	table := "f_" + o.Name
	if db.Postgres() {
		_, err := db.each(ctx, func(row []any) error {
			id, _ := row[0].(int64)
			text, _ := row[1].(string)
			for _, token := range strings.Fields(text) {
				if err := fn(id, token); err != nil {
					return err
				}
			}
			return nil
		}, "SELECT id, array_to_string(tsvector_to_array(doc), ' ') FROM "+table, nil)
		return err
	}
	// The full text keeps no documents: its words list them.
	return db.aside(ctx, func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, "+table+", instance)"); err != nil {
			return fmt.Errorf("open the words of %s: %w", o.Name, err)
		}
		rows, err := conn.QueryContext(ctx, "SELECT doc, term FROM temp.vocabulary")
		if err != nil {
			return fmt.Errorf("read the words of %s: %w", o.Name, err)
		}
		defer func() { _ = rows.Close() }()
		var id int64
		var token string
		for rows.Next() {
			if err := rows.Scan(&id, &token); err != nil {
				return err
			}
			if err := fn(id, token); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// Sound asks the database itself whether its files are in order; it answers what
// is not. PostgreSQL has nothing to ask.
func (db *DB) Sound(ctx context.Context) ([]string, error) {
	if db.Postgres() {
		return nil, nil
	}
	var bad []string
	_, err := db.each(ctx, func(row []any) error {
		if text, _ := row[0].(string); text != "ok" {
			bad = append(bad, text)
		}
		return nil
	}, "PRAGMA integrity_check(20)", nil)
	return bad, err
}
