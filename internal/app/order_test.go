package app

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// paged reads a list page by page and answers the names.
func (p *person) paged(path string, limit int) []string {
	p.w.t.Helper()
	var names []string
	cursor := ""
	for range 100 {
		answer := p.must(200, "GET", fmt.Sprintf("%s&limit=%d&cursor=%s", path, limit, url.QueryEscape(cursor)), nil)
		names = append(names, namesOf(answer)...)
		next, ok := answer["next"].(string)
		if !ok {
			return names
		}
		cursor = next
	}
	p.w.t.Fatalf("%s does not end", path)
	return nil
}

func reversed(names []string) []string {
	names = slices.Clone(names)
	slices.Reverse(names)
	return names
}

// Names stand by stroke for readers in Taiwan and by pinyin for those on the
// mainland, whatever way they came in.
func TestNamesStandInTheOrderOfTheReader(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_alias", "type": "text", "labels": map[string]string{"zh-TW": "內部稱呼"}})
		var ids []string
		for _, name := range []string{"重慶機械", "Acme", "一心", "長榮", "李氏", "丁丁", "王記"} {
			ids = append(ids, admin.add("customers", map[string]any{"name": "舊" + name, "x_alias": name}))
		}
		for i, name := range []string{"重慶機械", "Acme", "一心", "長榮", "李氏", "丁丁", "王記"} {
			admin.must(200, "PATCH", "customers/"+ids[i], map[string]any{"name": name})
		}
		if _, job := admin.imported("customer", "公司名稱,內部稱呼\n鴻海,\n8號店,8號店\n"); totals(job) != "2 0 0 0" {
			t.Fatalf("imported: %s", totals(job))
		}
		admin.must(204, "DELETE", "customers/"+ids[3], nil)
		admin.must(200, "POST", "customers/"+ids[3]+"/actions/restore", nil)
		stroke := []string{"8號店", "Acme", "一心", "丁丁", "王記", "李氏", "長榮", "重慶機械", "鴻海"}
		pinyin := []string{"8號店", "Acme", "長榮", "重慶機械", "丁丁", "鴻海", "李氏", "王記", "一心"}
		look := func(what string, want []string) {
			t.Helper()
			for _, limit := range []int{2, 100} {
				if got := admin.paged("customers?sort=name", limit); !slices.Equal(got, want) {
					t.Errorf("%s by %d: %q, want %q", what, limit, got, want)
				}
				if got := admin.paged("customers?sort=-name", limit); !slices.Equal(got, reversed(want)) {
					t.Errorf("%s backwards by %d: %q", what, limit, got)
				}
			}
			// Those without one stand last, both ways.
			alias := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "鴻海" })
			if got := admin.paged("customers?sort=x_alias", 4); !slices.Equal(got, append(slices.Clone(alias), "鴻海")) {
				t.Errorf("%s by the field made here: %q", what, got)
			}
			if got := admin.paged("customers?sort=-x_alias,id", 4); !slices.Equal(got, append(reversed(alias), "鴻海")) {
				t.Errorf("%s by the field made here, backwards: %q", what, got)
			}
		}
		look("stroke", stroke)
		first := admin.must(200, "GET", "customers?sort=name&limit=3", nil)
		admin.must(200, "PATCH", "me", map[string]any{"language": "zh-CN"})
		look("pinyin", pinyin)
		// A page goes on in the order in which its list began.
		cursor, _ := first["next"].(string)
		if got := namesOf(admin.must(200, "GET", "customers?sort=name&limit=3&cursor="+url.QueryEscape(cursor), nil)); !slices.Equal(got, stroke[3:6]) {
			t.Errorf("the second page is %q, want %q", got, stroke[3:6])
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
		if _, err := w.app.DB.Exec(context.Background(), "UPDATE r_customer SET pinyin_name = stroke_name WHERE name = '王記'"); err != nil {
			t.Fatal(err)
		}
		if found := w.findings(); len(found["order"]) != 1 || len(found) != 1 {
			t.Errorf("a wrong key: %v", found)
		}
	})
}

// Records of a program that knew no sort keys, or others, get them at the start.
func TestOldRecordsGetSortKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for _, name := range []string{"重慶", "一心", "丁丁"} {
			admin.add("customers", map[string]any{"name": name})
		}
		for _, statement := range []string{"UPDATE sort_order SET version = 0", "UPDATE r_customer SET stroke_name = NULL, pinyin_name = NULL"} {
			if _, err := w.app.DB.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		again := newWorld(t, dsn)
		there := &person{w: again, cookie: admin.cookie}
		if got := there.paged("customers?sort=name", 2); strings.Join(got, " ") != "一心 丁丁 重慶" {
			t.Errorf("sorted: %q", got)
		}
		if found := again.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}

// Choices stand in the order in which the administrator put them.
func TestChoicesSortInTheirDeclaredOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		options := []any{}
		for _, v := range []string{"C", "A", "vip", "B", "D"} {
			options = append(options, map[string]any{"value": v, "label": v})
		}
		admin.must(200, "PATCH", "objects/customer/fields/level", map[string]any{"options": options})
		for i, level := range []any{"A", "B", nil, "vip", "C", "B", "D", nil, "A"} {
			body := map[string]any{"name": fmt.Sprintf("%v%d", level, i)}
			if level != nil {
				body["level"] = level
			}
			admin.add("customers", body)
		}
		for sort, want := range map[string]string{
			"level,name":  "C4 A0 A8 vip3 B1 B5 D6 <nil>2 <nil>7",
			"-level,name": "D6 B1 B5 vip3 A0 A8 C4 <nil>2 <nil>7",
			"level":       "C4 A0 A8 vip3 B1 B5 D6 <nil>2 <nil>7",
			"-level":      "D6 B5 B1 vip3 A8 A0 C4 <nil>7 <nil>2",
		} {
			for _, limit := range []int{1, 2, 50} {
				if got := strings.Join(admin.paged("customers?sort="+sort, limit), " "); got != want {
					t.Errorf("%s by %d: %s, want %s", sort, limit, got, want)
				}
			}
		}
	})
}

// No field made at run time takes another's column.
func TestFieldCannotTakeAnothersColumn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_sum", "type": "money", "labels": map[string]string{"zh-TW": "額"}})
		status, answer := admin.call("POST", "objects/customer/fields", map[string]any{"name": "x_sum_base", "type": "text", "labels": map[string]string{"zh-TW": "額"}})
		if status != 422 {
			t.Errorf("answered %d %v", status, answer)
		}
	})
}
