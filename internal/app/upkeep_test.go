package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// crowd puts so many customers into the table that an index takes its time.
func (w *world) crowd(n int) {
	w.t.Helper()
	_, err := w.app.DB.Exec(context.Background(), fmt.Sprintf(`INSERT INTO r_customer (id, version, name, level, created_at, updated_at)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i, 1, '客戶' || i, 'A', i, i FROM n`, n))
	if err != nil {
		w.t.Fatal(err)
	}
}

// An upgrade brings indexes and sort keys for tables that are large: the start
// does not wait for them, and a job that people see makes them.
func TestLargeTablesGetTheirIndexesAfterTheStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := placeOf(t, dsn)
		w := newWorld(t, dsn)
		admin := w.setUp()
		w.crowd(25_000)
		admin.add("customers", map[string]any{"name": "一號"})
		admin.add("customers", map[string]any{"name": "重號"})
		statements := []string{
			"UPDATE sort_order SET version = 0", "UPDATE r_customer SET stroke_name = NULL, pinyin_name = NULL",
			"DROP INDEX i_customer_stroke_name", "DROP INDEX i_customer_level",
		}
		if w.app.DB.Postgres() {
			// What an interrupted build leaves.
			statements = append(statements, "CREATE INDEX i_customer_level ON r_customer (level)", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i_customer_level'::regclass")
		}
		for _, statement := range statements {
			if _, err := w.app.DB.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := Plan(t.Context(), c, Modules())
		if err != nil || !told(plan, "add the index i_customer_stroke_name", "") || !told(plan, "add the index i_customer_level to r_customer, after the start, while people work", "CREATE INDEX i_customer_level") {
			t.Errorf("the dry run tells %v, %v", plan, err)
		}
		again := newWorld(t, dsn)
		there := &person{w: again, cookie: admin.cookie}
		if later, err := again.app.DB.Later(t.Context(), again.app.Records.Current.Load()); err != nil || len(later) != 2 {
			t.Errorf("at the start %v are to be built, %v", later, err)
		}
		// By bytes, as before.
		if got := namesOf(there.must(200, "GET", "customers?sort=-name&limit=1", nil)); got[0] != "重號" {
			t.Errorf("the last is %q", got)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		if err := again.app.Jobs.Work(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(again.app.Jobs.Stop)
		go again.app.Upkeep.Watch(ctx)
		var job map[string]any
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			jobs := list(there.must(200, "GET", "jobs", nil)["jobs"])
			if len(jobs) > 0 {
				if job, _ = jobs[0].(map[string]any); job["state"] == "done" || job["state"] == "failed" {
					break
				}
			}
		}
		if text := fmt.Sprint(job["result"]); job["kind"] != "upkeep" || job["state"] != "done" || !strings.Contains(text, "i_customer_level") || !strings.Contains(text, "ordered:25002") {
			t.Errorf("the job: %v", job)
		}
		if later, err := again.app.DB.Later(t.Context(), again.app.Records.Current.Load()); err != nil || len(later) != 0 {
			t.Errorf("afterwards %v are to be built, %v", later, err)
		}
		if got := namesOf(there.must(200, "GET", "customers?sort=name&limit=1", nil)); got[0] != "一號" {
			t.Errorf("the first by stroke is %q", got)
		}
		// A field made now gets its index the same way.
		there.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "integer", "labels": map[string]string{"zh-TW": "樓層"}})
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			later, err := again.app.DB.Later(t.Context(), again.app.Records.Current.Load())
			if err == nil && len(later) == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the index of a field is not built: %v, %v", later, err)
			}
		}
	})
}

// Migrating from the command line leaves nothing for later.
func TestMigrateLeavesNothingForLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := placeOf(t, dsn)
		w := newWorld(t, dsn)
		w.crowd(25_000)
		for _, statement := range []string{"UPDATE sort_order SET version = 0", "DROP INDEX i_customer_level"} {
			if _, err := w.app.DB.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := Migrate(t.Context(), c, Modules()); err != nil {
			t.Fatal(err)
		}
		if plan, err := Plan(t.Context(), c, Modules()); err != nil || told(plan, "i_customer", "") {
			t.Errorf("it left %v, %v", plan, err)
		}
		if _, err := w.app.Records.Reload(t.Context()); err != nil || len(w.app.Records.Unordered()) != 0 {
			t.Errorf("it left %v unordered, %v", w.app.Records.Unordered(), err)
		}
	})
}
