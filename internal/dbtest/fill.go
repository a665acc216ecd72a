package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Declaring hundreds of tables takes PostgreSQL over a second, copying them half of one. So tests that
// begin with the same tables get a copy, or what a test before them is done with, put back as it was.

// shape tells what the tables and indexes of a database look like.
const shape = `SELECT md5(string_agg(one, ',' ORDER BY one)) FROM (
	SELECT concat_ws('.', c.relname, c.relkind, a.attname, a.atttypid) one
	FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'public'::regnamespace) every`

// emptied removes all rows.
const emptied = `DO $$ DECLARE t record; BEGIN
	FOR t IN SELECT quote_ident(tablename) name FROM pg_tables WHERE schemaname = 'public' LOOP
		EXECUTE 'DELETE FROM ' || t.name;
	END LOOP;
END $$`

// filled is what Fill copies.
var filled struct {
	sync.Mutex
	name, shape string
	// rows are what its tables hold, as JSON.
	rows map[string]string
	// done are databases that tests are done with, and that are as it is.
	done []string
}

// Fill makes the empty PostgreSQL database that a dsn leads to one as fill would fill it, who is
// asked once in a test program. On SQLite, where declaring tables is quick, and on a database that
// has tables already it does nothing. A program that uses it calls Forget at its end.
func Fill(t testing.TB, dsn string, fill func(dsn string) error) {
	t.Helper()
	at, err := url.Parse(dsn)
	if err != nil || at.Scheme != "postgres" && at.Scheme != "postgresql" {
		return
	}
	tables := 0
	if err := within(dsn, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
	}); err != nil {
		t.Fatal(err)
	}
	if tables > 0 {
		return
	}
	server, name := os.Getenv(ServerVariable), strings.TrimPrefix(at.Path, "/")
	filled.Lock()
	defer filled.Unlock()
	if filled.name == "" {
		whole := randomName()
		execute(t, server, "CREATE DATABASE "+whole+" TEMPLATE template0")
		filled.name = whole
		at.Path = "/" + whole
		if err := errors.Join(fill(at.String()), look(at.String())); err != nil {
			t.Fatalf("fill a database: %v", err)
		}
	}
	execute(t, server, "DROP DATABASE "+name)
	if last := len(filled.done) - 1; last >= 0 {
		execute(t, server, "ALTER DATABASE "+filled.done[last]+" RENAME TO "+name)
		filled.done = filled.done[:last]
	} else {
		execute(t, server, "CREATE DATABASE "+name+" TEMPLATE "+filled.name)
	}
	// Before it is dropped, and after what the test opens on it is closed.
	t.Cleanup(func() { keep(server, dsn, name) })
}

// within does something on a connection of its own.
func within(dsn string, do func(ctx context.Context, c *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, c), c.Close(ctx))
}

// look reads what the filled database looks like and holds.
func look(dsn string) error {
	return within(dsn, func(ctx context.Context, c *pgx.Conn) error {
		if err := c.QueryRow(ctx, shape).Scan(&filled.shape); err != nil {
			return err
		}
		rows, err := c.Query(ctx, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		filled.rows = map[string]string{}
		for _, name := range names {
			var held *string
			table := pgx.Identifier{name}.Sanitize()
			if err := c.QueryRow(ctx, "SELECT json_agg(t)::text FROM "+table+" t").Scan(&held); err != nil {
				return err
			}
			if held != nil {
				filled.rows[table] = *held
			}
		}
		return nil
	})
}

// keep puts the rows of a database back and keeps it for another test. One whose tables were changed,
// or that something holds on to, is left to be dropped.
func keep(server, dsn, name string) {
	filled.Lock()
	defer filled.Unlock()
	err := within(dsn, func(ctx context.Context, c *pgx.Conn) error {
		var is string
		if err := c.QueryRow(ctx, shape).Scan(&is); err != nil {
			return err
		}
		if is != filled.shape {
			return errors.ErrUnsupported
		}
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, emptied); err != nil {
				return err
			}
			for table, held := range filled.rows {
				if _, err := tx.Exec(ctx, "INSERT INTO "+table+" SELECT * FROM json_populate_recordset(NULL::"+table+", $1::text::json)", held); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return
	}
	kept := randomName()
	if within(server, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "ALTER DATABASE "+name+" RENAME TO "+kept)
		return err
	}) == nil {
		filled.done = append(filled.done, kept)
	}
}

// Forget drops what Fill made.
func Forget() {
	filled.Lock()
	defer filled.Unlock()
	if filled.name == "" {
		return
	}
	if err := within(os.Getenv(ServerVariable), func(ctx context.Context, c *pgx.Conn) error {
		var failed error
		for _, name := range append(filled.done, filled.name) {
			_, err := c.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
			failed = errors.Join(failed, err)
		}
		return failed
	}); err != nil {
		fmt.Fprintln(os.Stderr, "drop the databases that tests were filled from:", err)
	}
	filled.name, filled.done = "", nil
}
