// Package dbtest gives tests the databases ECRM runs on. Only tests import it.
//
// A test of anything that stores is written once and run on each database:
//
//	dbtest.Each(t, func(t *testing.T, dsn string) {
//		db := open(t, dsn)
//		…
//	})
//
// The PostgreSQL server is the one named by ECRM_TEST_POSTGRES. `make test` starts a private one;
// by hand: eval "$(scripts/postgres.sh start)".
package dbtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ServerVariable names the environment variable that holds the URL of the PostgreSQL server for
// tests. Its user must be allowed to create databases.
const ServerVariable = "ECRM_TEST_POSTGRES"

// RequireVariable names the environment variable that, set to anything, turns the skipping of
// PostgreSQL's tests into a failure. CI does the same.
const RequireVariable = "ECRM_REQUIRE_POSTGRES"

// patience bounds each statement to the server: creating a database takes 40 ms on an idle machine,
// seconds when several test programs write at once.
const patience = time.Minute

// Each runs a test on every database, as the subtests "sqlite" and "postgres". The dsn is what the
// server's --db setting takes, and leads to an empty database of this subtest's own.
func Each(t *testing.T, run func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}

// SQLite returns the dsn of a SQLite database that does not exist yet, in a folder deleted with
// the test.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "ecrm.db")
}

// Postgres creates an empty PostgreSQL database, drops it when the test ends, and returns its dsn.
// Without a server the test is skipped, or fails where one is required (see RequireVariable).
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		const advice = "no PostgreSQL: " + ServerVariable + ` is empty; run make test, or: eval "$(scripts/postgres.sh start)"`
		if os.Getenv("CI") != "" || os.Getenv(RequireVariable) != "" {
			t.Fatal(advice)
		}
		t.Skip(advice)
	}
	dsn, err := url.Parse(server)
	if err != nil || (dsn.Scheme != "postgres" && dsn.Scheme != "postgresql") {
		t.Fatalf("%s must be a postgres:// URL, not %q", ServerVariable, server)
	}

	name := randomName()
	dsn.Path = "/" + name
	// PostgreSQL's default strategy, copying through the log, is as quick as FILE_COPY (40 to 60 ms)
	// and forces no checkpoint on the other tests.
	execute(t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return dsn.String()
}

// filled is the database that Fill copies.
var filled struct {
	sync.Mutex
	name string
}

// Fill makes the empty PostgreSQL database that a dsn leads to a copy of one that fill filled, which
// it does once in a test program: hundreds of tables are copied in a tenth of the time that it takes
// to declare them. On SQLite, where declaring them is quick, and on a database that has tables
// already it does nothing. A program that uses it calls Forget at its end.
func Fill(t testing.TB, dsn string, fill func(dsn string) error) {
	t.Helper()
	at, err := url.Parse(dsn)
	if err != nil || at.Scheme != "postgres" && at.Scheme != "postgresql" || !empty(t, dsn) {
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
		if err := fill(at.String()); err != nil {
			t.Fatalf("fill a database: %v", err)
		}
	}
	execute(t, server, "DROP DATABASE "+name)
	// Here files are copied quicker than pages through the log, twice so in memory.
	execute(t, server, "CREATE DATABASE "+name+" TEMPLATE "+filled.name+" STRATEGY file_copy")
}

// Forget drops what Fill copied.
func Forget() {
	filled.Lock()
	defer filled.Unlock()
	if filled.name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if connection, err := pgx.Connect(ctx, os.Getenv(ServerVariable)); err == nil {
		_, err = connection.Exec(ctx, "DROP DATABASE "+filled.name+" WITH (FORCE)")
		if err := errors.Join(err, connection.Close(ctx)); err != nil {
			fmt.Fprintln(os.Stderr, "drop the database that others were copied from:", err)
		}
	}
	filled.name = ""
}

func empty(t testing.TB, dsn string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	connection, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	var tables int
	err = connection.QueryRow(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
	if err := errors.Join(err, connection.Close(ctx)); err != nil {
		t.Fatal(err)
	}
	return tables == 0
}

// execute runs one statement on a connection of its own, so that nothing stays open between tests.
func execute(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	connection, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to the PostgreSQL of %s: %v", ServerVariable, err)
	}
	_, err = connection.Exec(ctx, statement)
	if err := errors.Join(err, connection.Close(ctx)); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// randomName makes a name that needs no quoting and that no other test program, running on the same
// server at the same time, will make.
func randomName() string {
	return "ecrm_test_" + strings.ToLower(rand.Text())
}
