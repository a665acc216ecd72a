package app

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/store"
)

// everything reads all rows of all tables but the leases, sorted.
func everything(t *testing.T, dsn string) map[string][]string {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found := map[string][]string{}
	err = db.Freeze(t.Context(), func(f *store.Frozen) error {
		tables, err := f.Tables(t.Context())
		if err != nil {
			return err
		}
		for _, one := range tables {
			slices.Sort(one.Columns) // their order is a matter of history
			rows := []string{}
			if err := f.Rows(t.Context(), one, func(row []any) error {
				rows = append(rows, fmt.Sprintf("%v %#v", one.Columns, row))
				return nil
			}); err != nil {
				return err
			}
			slices.Sort(rows)
			if one.Table != "node_lease" {
				found[one.Table] = rows
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func same(t *testing.T, what string, was, is map[string][]string) {
	t.Helper()
	if a, b := slices.Sorted(maps.Keys(was)), slices.Sorted(maps.Keys(is)); !slices.Equal(a, b) {
		t.Fatalf("%s: tables %v became %v", what, a, b)
	}
	for table, rows := range was {
		if slices.Equal(rows, is[table]) {
			continue
		}
		t.Errorf("%s: %s had %d rows and has %d", what, table, len(rows), len(is[table]))
		for i := range min(len(rows), len(is[table])) {
			if rows[i] != is[table][i] {
				t.Errorf("  %s\n  %s", rows[i], is[table][i])
				break
			}
		}
	}
}

// A company that grows moves from SQLite to PostgreSQL, or back, by a backup and
// its restore: not a row is lost or changed, search and numbers go on.
func TestBackupMovesACompanyToAnotherDatabase(t *testing.T) {
	for _, way := range []string{"sqlite to postgres", "postgres to sqlite", "postgres to postgres"} {
		t.Run(strings.ReplaceAll(way, " ", "_"), func(t *testing.T) {
			fresh := map[string]func() string{
				"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "new", "ecrm.db") },
				"postgres": func() string { return dbtest.Postgres(t) },
			}
			from, to, _ := strings.Cut(way, " to ")
			dsn := fresh[from]()
			w := newWorld(t, dsn)
			admin := w.setUp()
			admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_colour", "type": "tags", "labels": map[string]string{"zh-TW": "顏色"}})
			first := admin.add("customers", map[string]any{"name": "大同股份有限公司", "phones": []string{"02-2711-0001"}, "x_colour": []string{"紅", "藍"}, "credit_limit": map[string]string{"amount": "1200.55"}})
			admin.add("contacts", map[string]any{"name": "王\"小\"明\\ \u2028 <b>\t🙂", "customer": first})
			binned := admin.add("customers", map[string]any{"name": "資源回收"})
			admin.must(204, "DELETE", "customers/"+binned, nil)
			admin.must(201, "POST", "objects", map[string]any{"name": "x_order", "labels": "訂單", "fields": []map[string]any{
				{"name": "x_items", "type": "lines", "labels": "品項", "rows": []map[string]any{{"name": "x_product", "type": "text", "labels": "品名", "search": "n"}}},
			}})
			admin.add("x_orders", map[string]any{"name": "訂單一", "x_items": []map[string]any{{"x_product": "電熱水瓶"}, {"x_product": "茶壺"}}})
			admin.add("opportunity-contacts", map[string]any{"opportunity": admin.add("opportunities", map[string]any{"name": "案"}), "contact": admin.add("contacts", map[string]any{"name": "決策的人"}), "role": "decider"})
			admin.must(201, "POST", "customers/"+first+"/comments", map[string]any{"text": "第一行\n第二行"})
			admin.imported("customer", "公司名稱,電話\n匯入的公司,02-2700-0001\n")
			// A field taken out of use comes along, and its values with it.
			admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_old", "type": "tags", "labels": map[string]string{"zh-TW": "舊"}})
			admin.must(200, "PATCH", "customers/"+first, map[string]any{"x_old": []string{"甲", "乙"}})
			admin.must(204, "DELETE", "objects/customer/fields/x_old", nil)
			number := admin.must(200, "GET", "customers/"+first, nil)["number"]
			was := everything(t, dsn)
			if len(was["r_customer"]) != 3 || len(was["v_customer_x_colour"]) != 2 || len(was["audit"]) == 0 {
				t.Fatalf("what is to be moved: %d customers, %d colours, %d of audit", len(was["r_customer"]), len(was["v_customer_x_colour"]), len(was["audit"]))
			}
			var file bytes.Buffer
			if _, err := w.app.Backup(t.Context(), "test", &file); err != nil {
				t.Fatal(err)
			}
			move := func(file []byte, dsn string) {
				t.Helper()
				c := Config{Data: filepath.Join(t.TempDir(), "data"), Database: dsn}
				if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
					c = Config{Data: filepath.Dir(path)}
				}
				if _, err := Restore(t.Context(), bytes.NewReader(file), c, Modules()); err != nil {
					t.Fatal(err)
				}
				if _, err := Restore(t.Context(), bytes.NewReader(file), c, Modules()); err == nil {
					t.Error("what is in use was restored over")
				}
			}
			there := fresh[to]()
			move(file.Bytes(), there)
			same(t, way, was, everything(t, there))

			moved := newWorld(t, there)
			if found := moved.findings(); len(found) > 0 {
				t.Errorf("what was moved does not agree: %v", found)
			}
			var again bytes.Buffer
			if _, err := moved.app.Backup(t.Context(), "test", &again); err != nil {
				t.Fatal(err)
			}
			back := fresh[from]()
			move(again.Bytes(), back)
			same(t, way+" and back", was, everything(t, back))

			person := &person{w: moved, cookie: admin.cookie}
			for _, q := range []string{"大同", "dtgf", "0001", "王"} {
				if list(person.must(200, "GET", "search?q="+q, nil)["results"]) == nil {
					t.Errorf("%q is not found", q)
				}
			}
			if got := person.names("x-orders?q=" + url.QueryEscape("茶壺")); got != "訂單一" {
				t.Errorf("by its rows %q is found", got)
			}
			if n := size(person.must(200, "GET", "customers?deleted=true", nil)["records"]); n != 1 {
				t.Errorf("%d in the bin", n)
			}
			person.must(200, "POST", "objects/customer/fields/x_old/actions/restore", nil)
			if old := person.must(200, "GET", "customers/"+first, nil)["x_old"]; fmt.Sprint(old) != "[甲 乙]" {
				t.Errorf("a field brought back holds %v", old)
			}
			next := person.must(200, "GET", "customers/"+person.add("customers", map[string]any{"name": "之後"}), nil)["number"]
			if fmt.Sprint(next) <= fmt.Sprint(number) {
				t.Errorf("after %v comes the number %v", number, next)
			}
		})
	}
}

// A restore that fails half-way leaves the database as empty as it was.
func TestFailedRestoreLeavesTheDatabaseEmpty(t *testing.T) {
	w := newWorld(t, dbtest.Postgres(t))
	w.setUp()
	var file bytes.Buffer
	if _, err := w.app.Backup(t.Context(), "test", &file); err != nil {
		t.Fatal(err)
	}
	dsn := dbtest.Postgres(t)
	folder := filepath.Join(t.TempDir(), "data")
	// A program that lacks a module knows fewer columns than there are.
	if _, err := Restore(t.Context(), bytes.NewReader(file.Bytes()), Config{Data: folder, Database: dsn}, Modules()[1:]); err == nil {
		t.Error("a backup of a program that knows more was restored")
	}
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Empty(t.Context()); err != nil {
		t.Error(err)
	}
}
