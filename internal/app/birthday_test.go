package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/local"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

func TestBirthdaysOfTheNextDaysAreFoundInBothCalendarsAndAcrossTheYearsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		zone, err := time.LoadLocation("Asia/Taipei")
		if err != nil {
			t.Fatal(err)
		}
		admin.must(200, "PATCH", "me", map[string]any{"time_zone": "Asia/Taipei"})
		today := local.DateOf(time.Now().In(zone))
		in := func(n int) local.Date { return local.DateOf(today.Time(time.UTC).AddDate(0, 0, n)) }
		var all []local.Birthday
		// A year of days ahead, in both calendars, some with the year of birth.
		for n := 0; n < 366; n += 3 {
			d := in(n)
			all = append(all, local.Birthday{Month: d.Month, Day: d.Day}, local.Birthday{Year: 1988, Month: d.Month, Day: min(d.Day, 28)})
			if _, m, day, leap, err := local.SolarToLunar(d); err == nil {
				all = append(all, local.Birthday{Month: m, Day: day, Lunar: true, Leap: leap}, local.Birthday{Month: m, Day: day, Lunar: true, Leap: !leap})
			}
		}
		all = append(all, local.Birthday{Month: 2, Day: 29}, local.Birthday{Year: 1996, Month: 2, Day: 29}, local.Birthday{Month: 12, Day: 30, Lunar: true}, local.Birthday{Month: 1, Day: 30, Lunar: true, Leap: true}, local.Birthday{Month: 12, Day: 31}, local.Birthday{Month: 1, Day: 1})
		rows := []map[string]any{}
		for _, b := range all {
			rows = append(rows, map[string]any{"name": b.String(), "birthday": b.String()})
		}
		for len(rows) > 0 {
			some := rows[:min(500, len(rows))]
			rows = rows[len(some):]
			if answer := admin.must(200, "POST", "contacts/batch", map[string]any{"create": some}); fmt.Sprint(answer["failed"]) != "0" {
				t.Fatalf("%v", answer)
			}
		}
		admin.add("contacts", map[string]any{"name": "without"})
		names := func(query string) []string {
			var found []string
			next := ""
			for {
				answer := admin.must(200, "GET", "contacts?limit=500&count=none&"+query+next, nil)
				found = append(found, namesOf(answer)...)
				cursor, more := answer["next"].(string)
				if !more {
					return found
				}
				next = "&cursor=" + cursor
			}
		}
		for _, days := range []int{0, 1, 14, 60, 364} {
			var want []string
			for _, b := range all {
				next, err := local.NextBirthday(b, today)
				if err != nil {
					t.Fatal(b, err)
				}
				if !in(days).Time(time.UTC).Before(next.Time(time.UTC)) {
					want = append(want, b.String())
				}
			}
			got := names("filter=" + url.QueryEscape(fmt.Sprintf("birthday = next_days(%d)", days)))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
				t.Errorf("within %d days: %v, want %v", days, got, want)
			}
		}
		// In the order in which they come.
		var last string
		for _, name := range names("sort=birthday") {
			b, ok := local.KeptBirthday(name)
			if !ok {
				if name != "without" {
					t.Errorf("%q", name)
				}
				continue
			}
			next, err := local.NextBirthday(b, today)
			if err != nil || next.String() < last {
				t.Fatalf("%s on %s comes after %s", name, next, last)
			}
			last = next.String()
		}
		for filter, want := range map[string]int{
			`birthday IS EMPTY`: 1, `birthday < "1990-01-01"`: countOf(all, func(b local.Birthday) bool { return b.Year == 1988 }), `birthday = "lunar:--12-30"`: countOf(all, func(b local.Birthday) bool { return b.Key() == "L1230" }),
			`birthday = "2/29"`: countOf(all, func(b local.Birthday) bool { return b.Key() == "0229" }), `birthday = "1996-02-29"`: 1, `birthday = this_year()`: len(all),
		} {
			if got := len(names("filter=" + url.QueryEscape(filter))); got != want {
				t.Errorf("%s finds %d, want %d", filter, got, want)
			}
		}
		for _, bad := range []string{`birthday = "abc"`, `birthday = now()`, `birthday ~ "5"`, `birthday = 7`, `birthday = nonsense(3)`, `birthday < "x"`} {
			admin.must(422, "GET", "contacts?filter="+url.QueryEscape(bad), nil)
		}
	})
}

func countOf(all []local.Birthday, fits func(local.Birthday) bool) (n int) {
	for _, b := range all {
		if fits(b) {
			n++
		}
	}
	return n
}

func TestBirthdaysAreWrittenInEverySpellingAndReadInOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		shown := func(answer map[string]any) string {
			v, _ := answer["birthday"].(map[string]any)
			delete(v, "next")
			b, _ := json.Marshal(v)
			return string(b)
		}
		for _, c := range []struct {
			in   any
			want string
		}{
			{"民國79年5月1日", `{"calendar":"solar","day":1,"month":5,"year":1990}`}, {"--05-01", `{"calendar":"solar","day":1,"month":5}`}, {"農曆閏四月初三", `{"calendar":"lunar","day":3,"leap":true,"month":4}`},
			{map[string]any{"month": 8, "day": 15, "calendar": "lunar", "next": "2027-01-01"}, `{"calendar":"lunar","day":15,"month":8}`}, {map[string]any{"year": 1990, "month": 5, "day": 1}, `{"calendar":"solar","day":1,"month":5,"year":1990}`}, {nil, `null`},
		} {
			if got := shown(admin.must(201, "POST", "contacts", map[string]any{"name": "某", "birthday": c.in})); got != c.want {
				t.Errorf("%v is read as %s, want %s", c.in, got, c.want)
			}
		}
		for _, bad := range []any{"abc", "2100-01-01", 7, true, []any{}, map[string]any{"month": 13, "day": 1}, map[string]any{"month": 5}, map[string]any{"month": 5, "day": 1, "calendar": "maya"}, map[string]any{"month": 5, "day": 1, "hour": 3}, map[string]any{"month": "5", "day": 1}, map[string]any{"month": 5.5, "day": 1}, map[string]any{"month": 2, "day": 30}, "5/6/79"} {
			admin.must(422, "POST", "contacts", map[string]any{"name": "某", "birthday": bad})
		}
		// The next celebration is told, and is no part of the value.
		id := admin.add("contacts", map[string]any{"name": "某", "birthday": "--01-01"})
		now := admin.must(200, "GET", "contacts/"+id, nil)
		if next := fmt.Sprint(at(now, "birthday", "next")); !strings.HasSuffix(next, "-01-01") {
			t.Errorf("the next is %q", next)
		}
		again := admin.must(200, "PATCH", "contacts/"+id, map[string]any{"birthday": now["birthday"]})
		if fmt.Sprint(again["version"]) != "1" {
			t.Errorf("what was read, sent back, made version %v", again["version"])
		}
		admin.must(200, "PATCH", "contacts/"+id, map[string]any{"birthday": "農曆八月十五"})
		entries, _ := admin.must(200, "GET", "contacts/"+id+"/history", nil)["entries"].([]any)
		if got := fmt.Sprint(at(entries[0], "changes", 0, "after")); got != "map[calendar:lunar day:15 month:8]" {
			t.Errorf("the history tells %s", got)
		}
	})
}

func TestBirthdaysGoOutInAFileAndComeBackTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		w.work()
		want := map[string]bool{}
		for i, b := range []string{"1990-05-01", "--05-01", "--02-29", "lunar:1990-08-15", "lunar:--08-15", "lunar:--04-03:leap", "lunar:1990-05-03:leap", "1850-01-02", "lunar:--12-30"} {
			admin.add("contacts", map[string]any{"name": fmt.Sprintf("第%d人", i), "birthday": b})
			want[fmt.Sprintf("第%d人", i)+b] = true
		}
		for _, language := range []string{"zh-TW", "zh-CN", "en"} {
			admin.must(200, "PATCH", "me", map[string]any{"language": language})
			for _, format := range []string{"csv", "xlsx"} {
				id := admin.begin("contacts/actions/export", map[string]any{"format": format, "fields": []string{"name", "birthday"}})
				if job := admin.ended(id); job["state"] != "done" {
					t.Fatal(job)
				}
				_, _, content := admin.download(id)
				other := newWorld(t, dbtest.SQLite(t))
				into := other.setUp()
				status, upload := into.upload("contact", "contacts."+format, content)
				if status != 201 {
					t.Fatal(status, upload)
				}
				done := into.finished(fmt.Sprint(upload["id"]), "run", "done")
				if fmt.Sprint(done["created"]) != fmt.Sprint(len(want)) || fmt.Sprint(done["warned"]) != "0" {
					t.Errorf("%s %s: %v", language, format, done)
				}
				rows, err := other.app.Records.Rows(t.Context(), "contact", nil, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range rows {
					if !want[v.Text("name")+v.Text("birthday")] {
						t.Errorf("%s %s: %s came back as %s", language, format, v.Text("name"), v.Text("birthday"))
					}
				}
			}
		}
	})
}

// plainBirthday is the contact as the program before had it: its birthday a day.
func plainBirthday(modules []record.Module) []record.Module {
	for _, m := range modules {
		for _, o := range m.Objects {
			for _, f := range o.Fields {
				if o.Name == "contact" && f.Name == "birthday" {
					f.Type, f.Indexed = "date", false
				}
			}
			if o.Name == "contact" {
				o.Quick = []string{"owner"}
			}
			if o.Name == "customer" {
				o.Calendar = nil
			}
			o.Fields = slices.DeleteFunc(o.Fields, func(f *schema.Field) bool { return o.Name == "customer" && f.Name == "birthday" })
			for i := range o.Sections {
				o.Sections[i].Fields = slices.DeleteFunc(o.Sections[i].Fields, func(name string) bool { return o.Name == "customer" && name == "birthday" })
			}
		}
	}
	return modules
}

func TestBirthdaysOfAnOlderDatabaseAreKeptAndCompleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := placeOf(t, dsn)
		old, err := Open(t.Context(), c, plainBirthday(Modules()))
		if err != nil {
			t.Fatal(err)
		}
		system, err := old.person(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		days := []string{"1990-05-01", "1985-12-31", "2000-02-29", "1899-01-02"}
		for i, day := range days {
			if _, err := old.Records.Create(t.Context(), system, system.Registry.Object("contact"), record.Input{"name": fmt.Sprint("第", i), "birthday": day}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := old.Records.Create(t.Context(), system, system.Registry.Object("contact"), record.Input{"name": "無"}); err != nil {
			t.Fatal(err)
		}
		old.Close()
		a, err := Open(t.Context(), c, Modules())
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if n, err := a.Anniversaries.Renew(t.Context()); err != nil || n != int64(len(days)) {
			t.Fatalf("completed %d, %v", n, err)
		}
		if n, err := a.Anniversaries.Renew(t.Context()); err != nil || n != 0 {
			t.Fatalf("completed %d again, %v", n, err)
		}
		rows, err := a.Records.Rows(t.Context(), "contact", nil, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range rows {
			columns := v["birthday"]
			if columns[0] != nil {
				got = append(got, fmt.Sprint(columns[0], " ", columns[1], " ", columns[2], " ", columns[3] != nil))
			}
		}
		slices.Sort(got)
		if text := strings.Join(got, ", "); text != "1899-01-02 0102 1899-01-02 true, 1985-12-31 1231 1985-12-31 true, 1990-05-01 0501 1990-05-01 true, 2000-02-29 0229 2000-02-29 true" {
			t.Errorf("the birthdays are %s", text)
		}
		findings := 0
		if err := a.Records.Verify(t.Context(), func(f record.Finding) { findings++; t.Log(f) }, func(string, int) {}); err != nil || findings > 0 {
			t.Errorf("%d findings, %v", findings, err)
		}
	})
}
