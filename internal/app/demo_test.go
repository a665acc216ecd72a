package app

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/demo"
	"ecrm/internal/identity"
)

// Whoever sets up with example data can look at it at once as each role, and
// each sees what its role sees.
func TestSetUpWithExampleData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		nobody := &person{w: w}
		made := nobody.must(200, "POST", "setup", map[string]any{
			"company": "甲公司", "language": "zh-TW", "administrator": map[string]any{"name": "管理員", "login": "admin", "password": "correct horse"},
			"demo": map[string]any{"customers": 60},
		})
		accounts, _ := made["accounts"].([]any)
		if len(accounts) != 4 {
			t.Fatalf("accounts: %v", made)
		}
		seen := map[string]float64{}
		for _, one := range accounts {
			account, _ := one.(map[string]any)
			login := fmt.Sprint(account["login"])
			p, status := w.enter(login, fmt.Sprint(account["password"]))
			if status != 200 {
				t.Fatalf("%s cannot sign in: %d", login, status)
			}
			count, _ := p.must(200, "GET", "customers?count=exact&limit=1", nil)["count"].(map[string]any)
			seen[strings.TrimRight(login, "0123456789")], _ = count["value"].(float64)
		}
		if seen["gm"] != 60 || seen["sales"] == 0 || seen["sales"] >= 60 || seen["manager"] < seen["sales"] || seen["assistant"] == 0 {
			t.Errorf("customers seen: %v", seen)
		}
	})
}

var wellFormed = regexp.MustCompile(`"value":"0(2-\d{4}|[34678]-\d{3}|4-2\d{3}|2-8\d{3})-\d{4}"`)

// The numbers of made-up customers have as many digits as numbers there have.
func TestMadeUpPhonesLookLikePhones(t *testing.T) {
	a, err := Open(t.Context(), Config{Data: t.TempDir()}, Modules())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Identity.SetUp(t.Context(), identity.Company{Name: "甲", Language: "zh-TW"}, "管理員", "admin", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Make(t.Context(), a.Identity, demo.Options{Customers: 100, Locale: "zh-TW"}); err != nil {
		t.Fatal(err)
	}
	rows, err := a.DB.Query(t.Context(), "SELECT phones FROM r_customer")
	if err != nil || len(rows) != 100 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows {
		if text, _ := row[0].(string); !wellFormed.MatchString(text) {
			t.Errorf("%s is no number of Taiwan", text)
		}
	}
}

// The same seed and day make the same company, ids included.
func TestSameSeedMakesTheSameCompany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		list := func(dsn string, seed uint64) string {
			a, err := Open(t.Context(), Config{Data: t.TempDir(), Database: dsn}, Modules())
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if _, err := a.Identity.SetUp(t.Context(), identity.Company{Name: "甲", Language: "zh-TW"}, "管理員", "admin", "correct horse"); err != nil {
				t.Fatal(err)
			}
			day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
			if _, err := demo.Make(t.Context(), a.Identity, demo.Options{Customers: 25, Seed: seed, Locale: "zh-TW", Today: day, Files: a.Files}); err != nil {
				t.Fatal(err)
			}
			if _, err := demo.Make(t.Context(), a.Identity, demo.Options{Customers: 25, Seed: seed, Locale: "zh-TW", Today: day, Files: a.Files}); err == nil {
				t.Error("made-up data went into a company that is not empty")
			}
			text := ""
			for _, object := range []string{"customer", "contact", "opportunity", "activity", "task"} {
				rows, err := a.DB.Query(t.Context(), "SELECT id, created_at, updated_at FROM r_"+object+" ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				names, err := a.DB.Query(t.Context(), "SELECT name, logo FROM r_customer ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				birthdays, err := a.DB.Query(t.Context(), "SELECT birthday FROM r_contact ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				text += fmt.Sprintln(object, len(rows), rows, names, birthdays)
			}
			return text
		}
		other := dbtest.SQLite(t)
		if one, two := list(dsn, 7), list(other, 7); one != two {
			// Where they part says more than how they begin.
			n := 0
			for n < min(len(one), len(two)) && one[n] == two[n] {
				n++
			}
			t.Errorf("%.400s\nis not\n%.400s", one[max(0, n-200):], two[max(0, n-200):])
		}
		if one, two := list(dbtest.SQLite(t), 7), list(dbtest.SQLite(t), 8); one == two {
			t.Error("another seed makes the same company")
		}
	})
}

// Some people have birthdays, by either calendar, with and without a year, all to
// come; some customers logos that can be shown.
func TestMadeUpPeopleHaveBirthdaysAndCustomersLogos(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		if _, err := demo.Make(t.Context(), w.app.Identity, demo.Options{Customers: 80, Seed: 5, Locale: "zh-TW", Files: w.app.Files}); err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		today := w.app.Records.Today()
		for _, r := range list(admin.must(200, "GET", "contacts?limit=500&fields=birthday", nil)["records"]) {
			c, _ := r.(map[string]any)
			b, _ := c["birthday"].(map[string]any)
			if b == nil {
				kinds["none"]++
				continue
			}
			kinds[fmt.Sprint(b["calendar"], " ", b["year"] != nil)]++
			if next := fmt.Sprint(b["next"]); next < today {
				t.Errorf("%v is celebrated next on %s", b, next)
			}
		}
		for _, kind := range []string{"none", "solar true", "solar false", "lunar true", "lunar false"} {
			if kinds[kind] == 0 {
				t.Errorf("nobody has a birthday of the kind %q: %v", kind, kinds)
			}
		}
		logos := list(admin.must(200, "GET", "customers?limit=500&fields=logo&filter=logo+is+not+empty", nil)["records"])
		if len(logos) < 5 || len(logos) > 60 {
			t.Fatalf("%d of 80 customers have a logo", len(logos))
		}
		one, _ := logos[0].(map[string]any)
		logo, _ := one["logo"].(map[string]any)
		if answer, _ := admin.fetch("files/" + fmt.Sprint(logo["id"]) + "?size=96"); answer.StatusCode != 200 {
			t.Errorf("a logo answered %d", answer.StatusCode)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("a check finds %v", found)
		}
	})
}

// What is made up has happened already, whatever the hour.
func TestMadeUpPastIsNoFuture(t *testing.T) {
	a, err := Open(t.Context(), Config{Data: t.TempDir()}, Modules())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Identity.SetUp(t.Context(), identity.Company{Name: "甲", Language: "zh-TW"}, "管理員", "admin", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Make(t.Context(), a.Identity, demo.Options{Customers: 200, Locale: "zh-TW", Today: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, object := range []string{"customer", "contact", "opportunity", "quote", "activity", "task"} {
		rows, err := a.DB.Query(t.Context(), "SELECT id FROM r_"+object+" WHERE updated_at > ? OR created_at > updated_at", time.Now().Truncate(24*time.Hour).UnixMicro())
		if err != nil || len(rows) > 0 {
			t.Errorf("%d of %s were changed today or before they were made; %v", len(rows), object, err)
		}
	}
}

// What is made up is written in the order in which it happened, as people would
// have: the audit reads like a diary, and nothing of a customer lies before it.
func TestMadeUpRecordsAreWrittenInTheOrderOfTheirTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.setUp()
		if _, err := demo.Make(t.Context(), w.app.Identity, demo.Options{Customers: 150, Seed: 4, Locale: "zh-TW"}); err != nil {
			t.Fatal(err)
		}
		rows, err := w.app.DB.Query(t.Context(), "SELECT at, object, action, record_id FROM audit WHERE origin = 'demo' ORDER BY id")
		if err != nil || len(rows) < 500 {
			t.Fatal(len(rows), err)
		}
		last := int64(0)
		for i, row := range rows {
			at, _ := row[0].(int64)
			if at < last {
				t.Fatalf("entry %d of %d is dated before the one above it: %v %v", i, len(rows), rows[i-1], row)
			}
			last = at
		}
		for _, object := range []string{"contact", "opportunity", "activity", "task"} {
			rows, err := w.app.DB.Query(t.Context(), "SELECT r.id FROM r_"+object+" r JOIN r_customer c ON c.id = r.customer_id WHERE r.created_at < c.created_at OR r.id < c.id")
			if err != nil || len(rows) > 0 {
				t.Errorf("%d of %s were made before their customer; %v", len(rows), object, err)
			}
		}
	})
}

// A choice that makes no sense is refused before anything is made.
func TestSetUpRefusesANonsensicalExample(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		nobody := &person{w: w}
		for _, wrong := range []any{"many", map[string]any{"customers": -1}, map[string]any{"customers": 1_000_000}, true, 5} {
			status, answer := nobody.call("POST", "setup", map[string]any{
				"company": "甲公司", "language": "zh-TW", "administrator": map[string]any{"name": "管理員", "login": "admin", "password": "correct horse"}, "demo": wrong,
			})
			if status != 422 || !strings.Contains(fmt.Sprint(answer), "demo") {
				t.Errorf("%v answered %d %v", wrong, status, answer)
			}
		}
		if needed := nobody.must(200, "GET", "setup", nil)["needed"]; needed != true {
			t.Error("a refused set-up set the company up")
		}
	})
}

// What people of Taiwan and of the mainland call the city of a made-up customer
// is no district.
func TestMadeUpAddressesHaveTheirCityWhereItIsLookedFor(t *testing.T) {
	for _, locale := range []string{"zh-TW", "zh-CN"} {
		a, err := Open(t.Context(), Config{Data: t.TempDir()}, Modules())
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if _, err := a.Identity.SetUp(t.Context(), identity.Company{Name: "甲", Language: locale}, "管理員", "admin", "correct horse"); err != nil {
			t.Fatal(err)
		}
		if _, err := demo.Make(t.Context(), a.Identity, demo.Options{Customers: 100, Locale: locale}); err != nil {
			t.Fatal(err)
		}
		rows, err := a.DB.Query(t.Context(), "SELECT DISTINCT coalesce(address_city, address_region) FROM r_customer")
		if err != nil || len(rows) < 5 {
			t.Fatal(len(rows), err)
		}
		for _, row := range rows {
			if city, _ := row[0].(string); strings.HasSuffix(city, "區") || strings.HasSuffix(city, "区") || strings.HasSuffix(city, "省") {
				t.Errorf("%s: %s is no city", locale, city)
			}
		}
	}
}
