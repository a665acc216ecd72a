package dbtest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ecrm/internal/dbtest"
)

func TestEachGivesEveryDatabaseOnce(t *testing.T) {
	var seen []string
	dbtest.Each(t, func(t *testing.T, dsn string) {
		scheme, _, _ := strings.Cut(dsn, ":")
		seen = append(seen, scheme)
		if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
			if _, err := os.Stat(filepath.Dir(file)); err != nil {
				t.Errorf("the folder of the SQLite database: %v", err)
			}
		}
	})
	if seen[0] != "sqlite" || (len(seen) == 2 && seen[1] != "postgres") {
		t.Errorf("databases given: %v", seen)
	}
}

func TestPostgresIsEmptyByteOrderedAndGoneAfterwards(t *testing.T) {
	var name string
	t.Run("used", func(t *testing.T) {
		connection := connect(t, dbtest.Postgres(t))
		row := connection.QueryRow(t.Context(), `SELECT current_database(), pg_encoding_to_char(encoding), datcollate
			FROM pg_database WHERE datname = current_database()`)
		var encoding, collation string
		if err := row.Scan(&name, &encoding, &collation); err != nil {
			t.Fatal(err)
		}
		if encoding != "UTF8" {
			t.Errorf("encoding = %s, want UTF8", encoding)
		}
		if !strings.HasPrefix(collation, "C") {
			t.Logf("this server's collation is %s; columns declare their own", collation)
		}
		// Left open on purpose: the drop must not wait for a test that forgot to close.
		if _, err := connection.Exec(t.Context(), "CREATE TABLE leftover (id bigint)"); err != nil {
			t.Fatal(err)
		}
	})
	if name == "" {
		t.Skip("the part that uses the database was skipped")
	}
	var left int
	err := connect(t, os.Getenv(dbtest.ServerVariable)).
		QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("databases named %s after the test: %d, error %v", name, left, err)
	}
}

// What one test wrote or changed is unknown to the next.
func TestFilledDatabasesAreAsTheyWereFilled(t *testing.T) {
	fills := 0
	fill := func(dsn string) error {
		fills++
		c := connect(t, dsn)
		_, err := c.Exec(t.Context(), `CREATE TABLE seed (id bigint PRIMARY KEY, name text COLLATE "C"); CREATE TABLE other (id bigint, data bytea); INSERT INTO seed VALUES (9007199254740993, '臺"灣'); INSERT INTO other VALUES (1, '\x00ff')`)
		if err != nil {
			return err
		}
		return c.Close(t.Context())
	}
	defer dbtest.Forget()
	for name, do := range map[string]string{
		"rows": "DELETE FROM seed; INSERT INTO seed VALUES (1, 'x'); UPDATE other SET data = NULL", "columns": "ALTER TABLE seed ADD COLUMN more text; UPDATE seed SET more = 'x'",
		"indexes": "CREATE INDEX more ON seed (name)", "tables": "CREATE TABLE more (id bigint); DROP TABLE other", "nothing": "SELECT 1",
	} {
		for range 2 {
			t.Run(name, func(t *testing.T) {
				dsn := dbtest.Postgres(t)
				dbtest.Fill(t, dsn, fill)
				c := connect(t, dsn)
				var held string
				if err := c.QueryRow(t.Context(), `SELECT concat_ws(' ', (SELECT json_agg(s) FROM seed s), (SELECT json_agg(o) FROM other o), (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace))`).Scan(&held); err != nil {
					t.Fatal(err)
				}
				if held != `[{"id":9007199254740993,"name":"臺\"灣"}] [{"id":1,"data":"\\x00ff"}] 3` {
					t.Errorf("a filled database holds %s", held)
				}
				if _, err := c.Exec(t.Context(), do); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	if fills > 1 {
		t.Errorf("filled %d times", fills)
	}
}

// BenchmarkPostgres is what every test on PostgreSQL pays before it starts.
func BenchmarkPostgres(b *testing.B) {
	for b.Loop() {
		dbtest.Postgres(b)
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Logf("close: %v", err)
		}
	})
	return connection
}
