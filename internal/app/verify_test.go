package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/demo"
	"ecrm/internal/record"
)

// findings lists what a check tells, by rule.
func (w *world) findings() map[string][]string {
	w.t.Helper()
	found := map[string][]string{}
	if err := w.app.Verify(w.t.Context(), func(f record.Finding) {
		found[f.Rule] = append(found[f.Rule], fmt.Sprintf("%s %d: %s", f.Object, f.ID, f.Detail))
	}, func(string, int) {}); err != nil {
		w.t.Fatal(err)
	}
	return found
}

// What people and a made-up company leave behind agrees with itself: after
// imports and their undo, changes of hands, the recycle bin.
func TestCheckFindsNothingInWhatWasWorkedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		if _, err := demo.Make(t.Context(), w.app.Identity, demo.Options{Customers: 60, Seed: 3, Locale: "zh-TW"}); err != nil {
			t.Fatal(err)
		}
		id, _ := admin.imported("customer", "公司名稱,電話,標籤\n匯入甲公司,02-2711-0001,展覽;老客戶\n匯入乙公司,02-2711-0002,\n")
		admin.finished(id, "undo", "undone")
		users := list(admin.must(200, "GET", "users?limit=3", nil)["records"])
		user, _ := users[0].(map[string]any)
		for i, one := range list(admin.must(200, "GET", "customers?limit=20", nil)["records"]) {
			c, _ := one.(map[string]any)
			path := "customers/" + fmt.Sprint(c["id"])
			switch i % 4 {
			case 0:
				admin.must(200, "PATCH", path, map[string]any{"owner": user["id"], "phones": []any{map[string]any{"value": "0912-345-678"}}, "tags": []any{"甲", "甲", "乙"}})
			case 1:
				admin.must(204, "DELETE", path, nil)
			case 2:
				admin.must(204, "DELETE", path, nil)
				admin.must(200, "POST", path+"/actions/restore", nil)
			}
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}

// Each kind of disagreement is found.
func TestCheckFindsWhatDoesNotAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		made := admin.must(201, "POST", "customers", map[string]any{"name": "對照公司", "phones": []any{map[string]any{"value": "02-2711-0001"}}})
		id := fmt.Sprint(made["id"])
		admin.must(201, "POST", "contacts", map[string]any{"name": "王對照", "customer": id})
		if found := w.findings(); len(found) > 0 {
			t.Fatalf("found before: %v", found)
		}
		for _, breaking := range []struct{ rule, statement, mend string }{
			{"reference", "UPDATE r_contact SET customer_id = 12345", "UPDATE r_contact SET customer_id = " + id},
			{"seen_through", "UPDATE r_contact SET customer_owner_id = 77", "UPDATE r_contact SET customer_owner_id = (SELECT owner_id FROM r_customer WHERE id = " + id + ")"},
			{"values", "UPDATE v_customer_phones SET value = value || '9'", "UPDATE v_customer_phones SET value = substr(value, 1, length(value) - 1)"},
			{"match_keys", "UPDATE match_key SET value = value || 'x' WHERE kind = 'customer.name'", "UPDATE match_key SET value = substr(value, 1, length(value) - 1) WHERE kind = 'customer.name'"},
			{"search", "UPDATE r_customer SET name = '另一家公司'", "UPDATE r_customer SET name = '對照公司'"},
			{"audit", "UPDATE r_customer SET version = 9", "UPDATE r_customer SET version = 1"},
			{"number", "UPDATE number SET last = 0 WHERE name = 'customer.number'", "UPDATE number SET last = 1 WHERE name = 'customer.number'"},
		} {
			if _, err := w.app.DB.Exec(t.Context(), breaking.statement); err != nil {
				t.Fatal(err)
			}
			if found := w.findings(); len(found[breaking.rule]) == 0 {
				t.Errorf("%s is not found: %v", breaking.statement, found)
			}
			if _, err := w.app.DB.Exec(t.Context(), breaking.mend); err != nil {
				t.Fatal(err)
			}
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found afterwards: %v", found)
		}
	})
}

// What follows from the records is made anew when asked for, whatever became of it,
// and what nothing tells the right of is left as it is.
func TestRepairMakesAnewWhatFollowsFromTheRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "對照公司", "phones": []any{map[string]any{"value": "02-2711-0001"}}})
		admin.add("contacts", map[string]any{"name": "王對照", "customer": id})
		admin.add("deliveries", map[string]any{"title": "出貨單", "items": []any{map[string]any{"article": "銑床", "quantity": 1}}})
		objects := w.app.Records.Current.Load()
		sorted := objects.Object("customer").SortKeys()[0].Column
		key := "rowid"
		if w.app.DB.Postgres() {
			key = "id"
		}
		exec := func(statement string) {
			t.Helper()
			if _, err := w.app.DB.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		for _, breaking := range []struct{ rule, statement string }{
			{"seen_through", "UPDATE r_contact SET customer_owner_id = 77"},
			{"values", "DELETE FROM v_customer_phones"},
			{"values", "INSERT INTO v_customer_phones (value, record_id) SELECT '0911', id FROM r_customer"},
			{"order", "UPDATE r_customer SET " + sorted + " = NULL"},
			{"match_keys", "DELETE FROM match_key"},
			{"match_keys", "UPDATE match_key SET value = value || 'x'"},
			{"match_keys", "INSERT INTO match_key (kind, value, record_id) VALUES ('customer.name', '沒有這家', 999)"},
			{"search", "DELETE FROM f_customer WHERE " + key + " > 0"},
			{"search", "DELETE FROM f_delivery WHERE " + key + " > 0"},
			{"search", "INSERT INTO f_contact (" + key + ", doc) VALUES (999, 'abc')"},
			{"search", "UPDATE r_customer SET name = '更名公司'"},
			{"number", "UPDATE number SET last = 0 WHERE name = 'customer.number'"},
		} {
			exec(breaking.statement)
			if found := w.findings(); len(found[breaking.rule]) == 0 {
				t.Errorf("after %s: %v", breaking.statement, found)
			}
			if mended, err := w.app.Repair(t.Context()); err != nil || mended == 0 {
				t.Errorf("after %s: mended %d (%v)", breaking.statement, mended, err)
			}
			if found := w.findings(); len(found) > 0 {
				t.Fatalf("after the repair of %s: %v", breaking.statement, found)
			}
		}
		for _, of := range [][2]string{{"customers", "更名"}, {"deliveries", "銑床"}, {"contacts", "王對"}} {
			if found := list(admin.must(200, "GET", of[0]+"?q="+url.QueryEscape(of[1]), nil)["records"]); len(found) != 1 {
				t.Errorf("the search of %s for %s finds %v", of[0], of[1], found)
			}
		}
		// What the start after an upgrade writes anew holds the rows of lines too.
		exec("UPDATE sort_order SET version = 7 WHERE name = 'documents'")
		w = newWorld(t, dsn, delivery())
		if found := w.findings(); len(found) > 0 {
			t.Errorf("after documents were written anew: %v", found)
		}
		exec("UPDATE r_contact SET customer_id = 12345")
		if _, err := w.app.Repair(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found := w.findings(); len(found) != 1 || len(found["reference"]) != 1 {
			t.Errorf("a reference that leads nowhere becomes %v", found)
		}
	})
}

// What amounts are worth and when birthdays come is found where it does not follow
// from them, and made anew when asked for; what a day that nobody served left
// behind is no fault.
func TestCheckFindsAndMendsWorthAndBirthdays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		admin := w.setUp()
		admin.add("exchange-rates", map[string]any{"currency": "USD", "date": "2020-01-01", "rate": "30"})
		admin.add("exchange-rates", map[string]any{"currency": "USD", "date": "2025-01-01", "rate": "31"})
		customer := admin.add("customers", map[string]any{"name": "甲公司"})
		admin.add("opportunities", map[string]any{"name": "案子", "customer": customer, "amount": amount("100", "USD")})
		admin.add("deliveries", map[string]any{"title": "貨", "items": []any{map[string]any{"article": "機器", "quantity": 1, "price": amount("100", "USD")}}})
		admin.add("opportunities", map[string]any{"name": "沒有匯率", "customer": customer, "amount": amount("100", "JPY")})
		admin.add("contacts", map[string]any{"name": "王農曆", "customer": customer, "birthday": "農曆 1980-08-15"})
		admin.add("contacts", map[string]any{"name": "李無年", "customer": customer, "birthday": "--02-29"})
		if found := w.findings(); len(found) > 0 {
			t.Fatalf("found before: %v", found)
		}
		exec := func(statement string) {
			t.Helper()
			if _, err := w.app.DB.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		lines := w.app.Records.Current.Load().Object("delivery").Field("items").Lines().Table()
		for _, breaking := range []struct{ rule, statement string }{
			{"worth", "UPDATE r_opportunity SET amount_base = amount_base + 1 WHERE amount_currency = 'USD'"},
			{"worth", "UPDATE r_opportunity SET amount_base = NULL WHERE amount_currency = 'USD'"},
			{"worth", "UPDATE r_opportunity SET amount_base = 1 WHERE amount_currency = 'JPY'"},
			{"worth", "UPDATE " + lines + " SET price_base = 7"},
			{"birthday", "UPDATE r_contact SET birthday_key = 's0101' WHERE name = '王農曆'"},
			{"birthday", "UPDATE r_contact SET birthday_born = '1980-08-15' WHERE name = '王農曆'"},
			{"birthday", "UPDATE r_contact SET birthday_next = '2999-01-01' WHERE name = '李無年'"},
			{"birthday", "UPDATE r_contact SET birthday_next = '2001-05-05' WHERE name = '李無年'"},
			{"birthday", "UPDATE r_contact SET birthday_key = '' WHERE name = '李無年'"},
		} {
			exec(breaking.statement)
			if found := w.findings(); len(found[breaking.rule]) != 1 || len(found) != 1 {
				t.Errorf("after %s: %v", breaking.statement, found)
			}
			if mended, err := w.app.Repair(t.Context()); err != nil || mended != 1 {
				t.Errorf("after %s: mended %d (%v)", breaking.statement, mended, err)
			}
			if found := w.findings(); len(found) > 0 {
				t.Errorf("after the repair of %s: %v", breaking.statement, found)
			}
		}
		// As a server that was stopped for years finds them at its start.
		exec("UPDATE r_opportunity SET amount_base = amount * 30 WHERE amount_currency = 'USD'")
		exec("UPDATE r_contact SET birthday_next = '2016-02-29' WHERE name = '李無年'")
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what the next start brings in step is found: %v", found)
		}
		if mended, err := w.app.Repair(t.Context()); err != nil || mended != 2 {
			t.Errorf("brought in step: %d (%v)", mended, err)
		}
	})
}

// Numbers that come with a file are not given again.
func TestNumbersGoOnBehindThoseOfAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		var file strings.Builder
		file.WriteString("公司名稱,編號\n")
		for i := 1; i <= 30; i++ {
			fmt.Fprintf(&file, "舊系統%d號,C%06d\n", i, i)
		}
		if _, job := admin.imported("customer", file.String(), map[string]any{"columns": []map[string]any{{"index": 1, "field": "number"}}}); totals(job) != "30 0 0 0" {
			t.Fatalf("imported: %s", totals(job))
		}
		if made := admin.must(201, "POST", "customers", map[string]any{"name": "新公司"}); made["number"] != "C000031" {
			t.Errorf("the next number is %v", made["number"])
		}
		answer := admin.must(200, "POST", "customers/batch", map[string]any{"create": []any{
			map[string]any{"name": "一"}, map[string]any{"name": "二", "number": "C000040"}, map[string]any{"name": "三"}}})
		if fmt.Sprint(answer["created"]) != "3" {
			t.Errorf("the batch made %v", answer)
		}
		if made := admin.must(201, "POST", "customers", map[string]any{"name": "再一家"}); made["number"] != "C000042" {
			t.Errorf("the number after the batch is %v", made["number"])
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}
