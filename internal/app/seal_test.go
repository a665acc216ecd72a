package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
)

// The database refuses to change what the audit says; whoever gets past that
// breaks the chain of seals. Erasing what it says of a person does not.
func TestAuditCannotBeChangedUnseen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for i := range 5 {
			id := admin.add("customers", map[string]any{"name": fmt.Sprintf("第%d家", i), "note": "舊"})
			admin.must(200, "PATCH", "customers/"+id, map[string]any{"note": "新"})
		}
		exec := func(statement string) error {
			_, err := w.app.DB.Exec(t.Context(), statement)
			return err
		}
		for _, statement := range []string{
			"UPDATE audit SET actor_id = 1", "UPDATE audit SET diff = '{}'", "DELETE FROM audit", "UPDATE audit SET diff = NULL, salt = NULL, address = NULL, action = 'x'", "UPDATE audit SET address = 'elsewhere'",
		} {
			if err := exec(statement); err == nil || !strings.Contains(err.Error(), "kept") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		seal := func() {
			if err := w.app.Records.Seal(t.Context(), time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		seal()
		admin.add("customers", map[string]any{"name": "之後"})
		seal()
		admin.add("customers", map[string]any{"name": "還沒封存"})
		if err := exec("UPDATE audit SET diff = NULL, salt = NULL, address = NULL WHERE id = (SELECT min(id) FROM audit WHERE action = 'changed')"); err != nil {
			t.Errorf("erasing: %v", err)
		}
		if found := w.findings(); len(found) > 0 {
			t.Fatalf("found before: %v", found)
		}
		for _, one := range list(admin.must(200, "GET", "customers", nil)["records"]) {
			c, _ := one.(map[string]any)
			admin.must(200, "GET", fmt.Sprintf("customers/%v/history", c["id"]), nil)
			admin.must(200, "GET", fmt.Sprintf("customers/%v/timeline", c["id"]), nil)
			if status, answer := admin.call("PATCH", fmt.Sprintf("customers/%v", c["id"]), map[string]any{"industry": "鋼鐵"}, "If-Match", `"1"`); status != 200 {
				t.Errorf("a change behind an erased one answered %d %v", status, answer)
			}
		}
		seal()
		// Who owns the database can take the triggers away.
		for _, table := range []string{"audit", "audit_seal"} {
			for _, what := range []string{"changed", "removed"} {
				drop := "DROP TRIGGER kept_" + table + "_" + what
				if w.app.DB.Postgres() {
					drop += " ON " + table
				}
				if err := exec(drop); err != nil {
					t.Fatal(err)
				}
			}
		}
		const one = "(SELECT max(id) FROM audit WHERE action = 'changed')"
		for _, breaking := range []struct{ statement, mend string }{
			{"UPDATE audit SET actor_id = actor_id + 1 WHERE id = " + one, "UPDATE audit SET actor_id = actor_id - 1 WHERE id = " + one},
			{"UPDATE audit SET record_id = record_id + 1 WHERE id = (SELECT max(id) FROM audit)", "UPDATE audit SET record_id = record_id - 1 WHERE id = (SELECT max(id) FROM audit)"},
			{"UPDATE audit_seal SET id = 30 WHERE id = 2", "UPDATE audit_seal SET id = 2 WHERE id = 30"},
			{"UPDATE audit SET id = id + 1 WHERE id = " + one, "UPDATE audit SET id = id - 1 WHERE id = " + one},
			{"DELETE FROM audit WHERE id = " + one, ""},
		} {
			if err := exec(breaking.statement); err != nil {
				t.Fatal(err)
			}
			if found := w.findings(); len(found["seal"]) == 0 {
				t.Errorf("%s is not found: %v", breaking.statement, found)
			}
			if breaking.mend != "" {
				if err := exec(breaking.mend); err != nil {
					t.Fatal(err)
				}
				if found := w.findings(); len(found["seal"]) > 0 {
					t.Errorf("after %s: %v", breaking.mend, found)
				}
			}
		}
	})
}

// What a transaction wrote that ran while others were sealed is no forgery.
func TestLongTransactionDoesNotBreakTheSeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		records := w.app.Records
		system := policy.System(records.Current.Load(), "test")
		customers := system.Registry.Object("customer")
		written, long := make(chan bool), make(chan error, 1)
		go func() {
			long <- records.Together(t.Context(), func(ctx context.Context, u *record.Unit) error {
				_, err := u.Create(ctx, system, customers, record.Input{"name": "慢"})
				close(written)
				time.Sleep(700 * time.Millisecond)
				return err
			})
		}()
		<-written
		if w.app.DB.Postgres() { // on SQLite they take turns
			admin.add("contacts", map[string]any{"name": "快"}) // numbers of customers wait
		}
		for range 2 {
			if err := records.Seal(t.Context(), time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			if err := <-long; err != nil {
				t.Fatal(err)
			}
			long <- nil
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}
