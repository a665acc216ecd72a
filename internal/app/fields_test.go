package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// fieldNames lists the names of an object's fields.
func (p *person) fieldNames(object string) string {
	p.w.t.Helper()
	var names []string
	for _, one := range list(p.must(200, "GET", "objects/"+object, nil)["fields"]) {
		f, _ := one.(map[string]any)
		names = append(names, fmt.Sprint(f["name"]))
	}
	return strings.Join(names, " ")
}

// A retired field is gone everywhere at once and comes back with its values; once
// dropped it is gone for good, and its name is free.
func TestRetiredFieldIsGoneAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.work()
		go w.app.Upkeep.Watch(t.Context())
		admin := w.setUp()
		make := func(body map[string]any) {
			body["labels"] = map[string]string{"zh-TW": "欄位"}
			admin.must(201, "POST", "objects/customer/fields", body)
		}
		make(map[string]any{"name": "x_code", "type": "text", "search": "t", "unique": true})
		make(map[string]any{"name": "x_marks", "type": "tags"})
		make(map[string]any{"name": "x_sum", "type": "money"})
		make(map[string]any{"name": "x_rows", "type": "lines", "rows": []any{map[string]any{"name": "x_what", "type": "text", "labels": "什麼"}}})
		values := map[string]any{"name": "一號", "x_code": "罕見暗號", "x_marks": []any{"甲"}, "x_sum": map[string]any{"amount": "7", "currency": "TWD"}, "x_rows": []any{map[string]any{"x_what": "列"}}}
		id := admin.add("customers", values)
		fields := []string{"x_code", "x_marks", "x_sum", "x_rows"}
		found := func() int {
			return len(list(admin.must(200, "GET", "customers?q="+url.QueryEscape("罕見暗號"), nil)["records"]))
		}
		eventually := func(what string, want int) {
			t.Helper()
			for deadline := time.Now().Add(20 * time.Second); found() != want; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%s: %d are found", what, found())
				}
			}
		}
		eventually("at first", 1)
		for _, name := range fields {
			admin.must(204, "DELETE", "objects/customer/fields/"+name, nil)
			if status, _ := admin.call("POST", "objects/customer/fields", map[string]any{"name": name, "type": "text", "labels": "又"}); status != 422 {
				t.Errorf("the name of a retired field: %d", status)
			}
			if status, _ := admin.call("PATCH", "customers/"+id, map[string]any{name: nil}); status != 422 {
				t.Errorf("writing %s answered %d", name, status)
			}
			if status, _ := admin.call("GET", "customers?sort="+name+"&filter="+url.QueryEscape(name+" IS EMPTY"), nil); status != 422 {
				t.Errorf("asking for %s answered %d", name, status)
			}
		}
		if now := admin.fieldNames("customer"); strings.Contains(now, " x_") {
			t.Errorf("the fields are %s", now)
		}
		if one := admin.must(200, "GET", "customers/"+id, nil); one["x_code"] != nil || one["x_rows"] != nil {
			t.Errorf("the record is %v", one)
		}
		if text := fmt.Sprint(admin.must(200, "GET", "customers/"+id+"/history", nil)); strings.Contains(text, "x_") {
			t.Errorf("the history tells %s", text)
		}
		eventually("retired", 0)
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"note": "改過"})
		retired := list(admin.must(200, "GET", "objects/customer/retired-fields", nil)["fields"])
		if first, _ := retired[0].(map[string]any); len(retired) != 4 || first["name"] != "x_rows" || first["by"] != "管理員" || first["label"] != "欄位" {
			t.Errorf("retired are %v", retired)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found while retired: %v", found)
		}
		for _, name := range fields {
			admin.must(200, "POST", "objects/customer/fields/"+name+"/actions/restore", map[string]any{})
		}
		one := admin.must(200, "GET", "customers/"+id, nil)
		if one["x_code"] != "罕見暗號" || fmt.Sprint(one["x_marks"]) != "[甲]" || !strings.Contains(fmt.Sprint(one["x_sum"]), "7") || len(list(one["x_rows"])) != 1 {
			t.Errorf("restored: %v", one)
		}
		eventually("restored", 1)
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found when restored: %v", found)
		}
		for _, name := range fields {
			if status, _ := admin.call("DELETE", "objects/customer/fields/"+name+"?drop=true", nil); status != 404 {
				t.Errorf("dropping a field in use answered %d", status)
			}
			admin.must(204, "DELETE", "objects/customer/fields/"+name, nil)
			admin.must(204, "DELETE", "objects/customer/fields/"+name+"?drop=true", nil)
			if status, _ := admin.call("POST", "objects/customer/fields/"+name+"/actions/restore", map[string]any{}); status != 404 {
				t.Errorf("restoring what was dropped answered %d", status)
			}
		}
		make(map[string]any{"name": "x_code", "type": "integer"})
		if one := admin.must(200, "GET", "customers/"+id, nil); one["x_code"] != nil {
			t.Errorf("the new field has %v", one["x_code"])
		}
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"x_code": 5})
		eventually("dropped", 0)
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found in the end: %v", found)
		}
		admin.must(201, "POST", "objects", map[string]any{"name": "x_visit", "labels": map[string]string{"zh-TW": "參訪"}})
		for _, path := range []string{"objects/customer/fields/level", "objects/x_visit/fields/name"} {
			if status, _ := admin.call("DELETE", path, nil); status != 422 {
				t.Errorf("retiring %s answered %d", path, status)
			}
		}
	})
}

// A field becomes unique where its values are; where they are not it is told
// which records clash. It can be let go again.
func TestFieldBecomesUnique(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "max_length": 5, "labels": map[string]string{"zh-TW": "代號"}})
		admin.add("customers", map[string]any{"name": "一號", "x_code": "A1"})
		second := admin.add("customers", map[string]any{"name": "二號", "x_code": "A1"})
		admin.add("customers", map[string]any{"name": "三號"})
		admin.add("customers", map[string]any{"name": "四號"})
		status, answer := admin.call("PATCH", "objects/customer/fields/x_code", map[string]any{"unique": true})
		if text := fmt.Sprint(answer); status != 422 || !strings.Contains(text, "「A1」") || !strings.Contains(text, "一號、二號") {
			t.Errorf("with a clash: %d %v", status, answer)
		}
		if status, _ := admin.call("PATCH", "customers/"+second, map[string]any{"x_code": "A2"}); status != 200 {
			t.Fatalf("mending the clash answered %d", status)
		}
		if made := admin.must(200, "PATCH", "objects/customer/fields/x_code", map[string]any{"unique": true}); made["unique"] != true {
			t.Errorf("it is %v", made)
		}
		if status, answer := admin.call("PATCH", "customers/"+second, map[string]any{"x_code": "A1"}); status != 409 || !strings.Contains(fmt.Sprint(answer), "x_code") {
			t.Errorf("the same value again: %d %v", status, answer)
		}
		admin.must(200, "PUT", "customers/by/x_code/A2", map[string]any{"note": "依代號"})
		admin.must(200, "PATCH", "objects/customer/fields/x_code", map[string]any{"unique": false})
		admin.must(200, "PATCH", "customers/"+second, map[string]any{"x_code": "A1"})
		for what, body := range map[string]any{
			"shorter": map[string]any{"max_length": 4}, "too long": map[string]any{"max_length": 601}, "negative": map[string]any{"max_length": -1},
		} {
			if status, answer := admin.call("PATCH", "objects/customer/fields/x_code", body); status != 422 {
				t.Errorf("%s answered %d %v", what, status, answer)
			}
		}
		if status, _ := admin.call("PATCH", "customers/"+second, map[string]any{"x_code": "六個字的代號"}); status != 422 {
			t.Errorf("too long a value answered %d", status)
		}
		admin.must(200, "PATCH", "objects/customer/fields/x_code", map[string]any{"max_length": 600})
		admin.must(200, "PATCH", "customers/"+second, map[string]any{"x_code": strings.Repeat("長", 600)})
		for _, declared := range []any{map[string]any{"unique": true}, map[string]any{"max_length": 300}} {
			if status, _ := admin.call("PATCH", "objects/customer/fields/short_name", declared); status != 422 {
				t.Errorf("a declared field: %d", status)
			}
		}
		// Long texts can be kept, and neither indexed nor unique.
		long := map[string]any{"name": "x_story", "type": "longtext", "labels": map[string]string{"zh-TW": "經過"}}
		long["unique"] = true
		if status, _ := admin.call("POST", "objects/customer/fields", long); status != 422 {
			t.Errorf("a unique long text answered %d", status)
		}
		delete(long, "unique")
		admin.must(201, "POST", "objects/customer/fields", long)
		var story strings.Builder
		for i := range 9000 {
			story.WriteRune(rune(0x4e00 + i*7919%20000))
		}
		admin.must(200, "PATCH", "customers/"+second, map[string]any{"x_story": story.String()})
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}
