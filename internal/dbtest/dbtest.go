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
	"net/url"
	"os"
	"path/filepath"
	"strings"
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
	t.Cleanup(func() { execute(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return dsn.String()
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
