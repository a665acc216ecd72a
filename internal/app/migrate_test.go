package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// placeOf is the configuration a dsn of dbtest leads to.
func placeOf(t *testing.T, dsn string) Config {
	t.Helper()
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return Config{Data: filepath.Dir(path), Version: "9.9"}
	}
	return Config{Data: t.TempDir(), Database: dsn, Version: "9.9"}
}

func TestMigrationIsToldBeforeAndNothingIsLeftAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := placeOf(t, dsn)
		for range 2 { // telling changes nothing
			plan, err := Plan(t.Context(), c, Modules())
			if err != nil {
				t.Fatal(err)
			}
			if !told(plan, "add the table r_customer", "CREATE TABLE r_customer (") {
				t.Fatalf("the table of customers is not in the plan of %d changes: %v", len(plan), plan)
			}
		}
		if c.Database == "" {
			if left, err := os.ReadDir(c.Data); err != nil || len(left) != 0 {
				t.Errorf("the dry run left %v, %v", left, err)
			}
		}
		if err := Migrate(t.Context(), c, Modules()); err != nil {
			t.Fatal(err)
		}
		if plan, err := Plan(t.Context(), c, Modules()); err != nil || len(plan) != 0 {
			t.Errorf("after the migration the plan is %v, %v", plan, err)
		}
		// A new module's table and a new field's column and index are told apart.
		vehicle := record.Module{Name: "vehicle", Objects: []*schema.Object{{
			Name: "vehicle", Plural: "vehicles", Label: schema.T("Vehicle", "Vehicle", "Vehicle"), LabelPlural: schema.T("Vehicles", "Vehicles", "Vehicles"),
			Title: "plate", Fields: []*schema.Field{{Name: "plate", Type: "text", Label: schema.T("Plate", "Plate", "Plate")}},
		}}}
		plan, err := Plan(t.Context(), c, append(Modules(), vehicle))
		if err != nil || !told(plan, "add the table r_vehicle", "CREATE TABLE r_vehicle") || told(plan, "r_customer", "") {
			t.Errorf("the plan of a new module is %v, %v", plan, err)
		}
		a, err := Open(t.Context(), c, append(Modules(), vehicle))
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
		vehicle.Objects[0].Fields = append(vehicle.Objects[0].Fields, &schema.Field{Name: "seats", Type: "integer", Indexed: true, Label: schema.T("Seats", "Seats", "Seats")})
		plan, err = Plan(t.Context(), c, append(Modules(), vehicle))
		if err != nil || len(plan) != 2 || !told(plan, "add the column seats to r_vehicle", "ALTER TABLE r_vehicle ADD COLUMN seats") ||
			!told(plan, "add the index i_vehicle_seats to r_vehicle", "CREATE INDEX i_vehicle_seats ON r_vehicle") {
			t.Errorf("the plan of a new field is %v, %v", plan, err)
		}
	})
}

func told(plan []store.Change, words, sql string) bool {
	for _, c := range plan {
		if strings.Contains(c.String(), words) && strings.Contains(c.SQL, sql) {
			return true
		}
	}
	return false
}

func TestDatabaseOfTheNextVersionIsServedAndOneBeyondRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := placeOf(t, dsn)
		for version, accepted := range []bool{store.SchemaVersion: true, store.SchemaVersion + 1: true, store.SchemaVersion + 2: false} {
			if version < store.SchemaVersion {
				continue
			}
			if version > store.SchemaVersion {
				raise(t, dsn, version)
			}
			a, err := Open(t.Context(), c, Modules())
			if err == nil {
				a.Close()
			}
			var newer *store.NewerError
			if accepted && err != nil || !accepted && !errors.As(err, &newer) {
				t.Fatalf("a database of schema %d, where this program makes %d: %v", version, store.SchemaVersion, err)
			}
			if !accepted && (newer.Program != "10.3" || !strings.Contains(err.Error(), "10.3")) {
				t.Errorf("the refusal does not say which program made it: %v", err)
			}
			if _, err := Plan(t.Context(), c, Modules()); (err == nil) != accepted {
				t.Errorf("the dry run on schema %d: %v", version, err)
			}
		}
		// The refused program changed nothing: not even a table it misses.
		db, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(t.Context(), "DROP TABLE share"); err != nil {
			t.Fatal(err)
		}
		if a, err := Open(t.Context(), c, Modules()); err == nil {
			a.Close()
			t.Fatal("opened")
		}
		if _, err := db.Query(t.Context(), "SELECT object FROM share"); err == nil {
			t.Error("the refused program made a table")
		}
	})
}

// raise makes a database one of a later schema.
func raise(t *testing.T, dsn string, version int) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := store.Insert(t.Context(), db, "schema_version", store.Row{"version": int64(version), "program": "10.3", "made_at": int64(0)}); err != nil {
		t.Fatal(err)
	}
}
