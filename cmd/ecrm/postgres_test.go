package main

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ecrm/internal/dbtest"
)

// ownPostgres is a PostgreSQL of the test's own, which it may crash and set as it likes.
func ownPostgres(t *testing.T, options ...string) (dsn, folder string) {
	t.Helper()
	dbtest.Postgres(t) // where there is none, the test is skipped
	script := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("../../scripts/postgres.sh", args...).Output()
		if err != nil {
			t.Fatalf("postgres.sh %v: %v", args, err)
		}
		return string(out)
	}
	told := regexp.MustCompile(`'(.*)'`).FindAllStringSubmatch(script(append([]string{"start"}, options...)...), -1)
	if len(told) != 2 {
		t.Fatalf("postgres.sh says %v", told)
	}
	t.Cleanup(func() { script("stop", told[1][1]) })
	return told[0][1], told[1][1]
}

// A PostgreSQL that is set to lose data is told of, loudly; another is not.
func TestUnsafePostgresIsToldOf(t *testing.T) {
	const warning = "POSTGRESQL IS SET TO LOSE DATA"
	dsn, _ := ownPostgres(t, "--no-fsync")
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for setting, wants := range map[string]int{"on": 1, "off": 2} { // fsync is off in any case
		if _, err := conn.Exec(t.Context(), "ALTER SYSTEM SET full_page_writes = "+setting); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "SELECT pg_reload_conf()"); err != nil {
			t.Fatal(err)
		}
		for end, now := time.Now().Add(5*time.Second), ""; now != setting; time.Sleep(20 * time.Millisecond) {
			if err := conn.QueryRow(t.Context(), "SHOW full_page_writes").Scan(&now); err != nil || time.Now().After(end) {
				t.Fatalf("full_page_writes is %s, %v", now, err)
			}
		}
		server := begin(t, "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--database", dsn)
		if got := strings.Count(server.said(), warning); got != wants {
			t.Errorf("without fsync and with full_page_writes %s it warns %d times: %s", setting, got, server.said())
		}
		if err := server.stop(); err != nil {
			t.Errorf("the end: %v", err)
		}
	}
	safe := dbtest.Postgres(t)
	other, err := pgx.Connect(t.Context(), safe)
	if err != nil {
		t.Fatal(err)
	}
	var fsync string
	err = other.QueryRow(t.Context(), "SHOW fsync").Scan(&fsync)
	_ = other.Close(t.Context())
	if err != nil || fsync != "on" {
		t.Logf("the tests' own PostgreSQL has fsync %s (%v): that a safe one is not warned of is left out", fsync, err)
		return
	}
	server := begin(t, "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--database", safe)
	if strings.Contains(server.said(), warning) {
		t.Errorf("of a safe one it says %s", server.said())
	}
}

// A PostgreSQL that crashes and starts again, several times, has everything that was acknowledged,
// and the server goes on by itself.
func TestCrashedPostgresLosesNothingAcknowledged(t *testing.T) {
	if os.Getenv("ECRM_LONG") == "" && os.Getenv("ECRM_TORTURE") == "" {
		t.Skip("left to make verify and make torture")
	}
	dsn, folder := ownPostgres(t)
	data := t.TempDir()
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0", "--database", dsn)
	l := begun(server.browser(), server.url)
	id := l.b.upload(rowsOf(3000))
	if status, answer, _ := l.b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
		t.Fatalf("the run answered %d %v", status, answer)
	}
	crashes := times(t, 3)
	for range crashes {
		time.Sleep(500 * time.Millisecond)
		if out, err := exec.Command("../../scripts/postgres.sh", "crash", folder).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		before := l.now()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if now := l.now(); now.note > before.note && len(now.names) > len(before.names) && len(now.files) > len(before.files) {
				break
			} else if time.Now().After(end) {
				t.Fatalf("afterwards nobody gets on: %v %s", l.refused(), server.said())
			}
		}
	}
	ran := l.b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["state"] == "done" })
	if ran["created"] != 3000.0 {
		t.Errorf("the import ended as %v", ran)
	}
	l.end()
	refused, told := l.refused(), l.now()
	t.Logf("%d crashes of PostgreSQL: %d requests were refused, %d customers, %d changes and %d files were told, all are there", crashes, refused[503], len(told.names), told.note, len(told.files))
	if delete(refused, 503); len(refused) > 0 {
		t.Errorf("other answers: %v", refused)
	}
	if wrong := l.missing(l.b, told, isRow); len(wrong) > 0 {
		t.Errorf("at the end: %s", strings.Join(wrong[:min(10, len(wrong))], "\n"))
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data, "--database", dsn); r.code != 0 {
		t.Errorf("check: %d %s %s", r.code, r.out, r.err)
	}
}

// Told to stop while a client does not finish his request and an import runs, a server has ended
// after ten seconds, and the next goes on with the import at once.
func TestServerStopsWithinTenSecondsAndHandsJobsBack(t *testing.T) {
	if os.Getenv("ECRM_LONG") == "" && os.Getenv("ECRM_TORTURE") == "" {
		t.Skip("left to make verify and make torture")
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		args := []string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0"}
		if strings.HasPrefix(dsn, "postgres") {
			args = append(args, "--database", dsn)
		}
		server := begin(t, args...)
		b := server.browser()
		const rows = 20_000
		id := b.upload(rowsOf(rows))
		if status, answer, _ := b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
			t.Fatalf("the run answered %d %v", status, answer)
		}
		far := b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["done"] != 0.0 })
		if far["state"] == "done" {
			t.Fatal("it ended before it could be interrupted")
		}
		rest, body, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = body.Close() }()
		if _, err := body.WriteString(`{"name": "`); err != nil {
			t.Fatal(err)
		}
		go func() { _, _, _ = b.call("POST", "customers", rest) }()
		time.Sleep(200 * time.Millisecond)
		began := time.Now()
		if err := server.stop(); err != nil || time.Since(began) > 10*time.Second {
			t.Errorf("it ended after %s: %v %s", time.Since(began), err, server.said())
		}
		t.Logf("it ended after %s", time.Since(began))
		server = begin(t, args...)
		b.url = server.url()
		began = time.Now()
		b.awaited("imports/"+id, func(answer map[string]any) bool {
			return answer["state"] == "running" && answer["done"] != far["done"] || answer["state"] == "done"
		})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the import went on after %s", took)
		}
		if ran := b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["state"] == "done" }); ran["created"] != float64(rows) {
			t.Errorf("the import ended as %v", ran)
		}
	})
}
