package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// An administrator changes the choices of a field the product came with: words,
// order, new ones, old ones switched off. Those the rules rely on stay.
func TestChoicesOfDeclaredFieldsChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		field := func(object, name string) map[string]any {
			for _, one := range list(admin.must(200, "GET", "objects/"+object, nil)["fields"]) {
				if f, _ := one.(map[string]any); f["name"] == name {
					return f
				}
			}
			return nil
		}
		says := func(f map[string]any) string {
			var all []string
			for _, one := range list(f["options"]) {
				o, _ := one.(map[string]any)
				mark := ""
				if o["inactive"] == true {
					mark = "-"
				}
				all = append(all, fmt.Sprint(mark, o["value"], ":", o["label"]))
			}
			return strings.Join(all, " ")
		}
		old := admin.add("customers", map[string]any{"name": "舊客戶", "level": "D"})
		admin.must(200, "PATCH", "objects/customer/fields/level", map[string]any{"labels": map[string]string{"zh-TW": "客戶分級"}, "options": []any{
			map[string]any{"value": "B", "label": map[string]string{"zh-TW": "重要"}}, map[string]any{"value": "A", "label": "A"}, map[string]any{"value": "C", "label": "C"},
			map[string]any{"value": "vip", "label": "貴賓", "color": "purple"},
		}})
		level := field("customer", "level")
		if level["label"] != "客戶分級" || says(level) != "B:重要 A:A C:C vip:貴賓 -D:D" {
			t.Errorf("the field is %v: %s", level["label"], says(level))
		}
		admin.add("customers", map[string]any{"name": "新客戶", "level": "vip"})
		if got := admin.must(200, "GET", "customers/"+old, nil)["level"]; got != "D" {
			t.Errorf("the old record has %v", got)
		}
		if n := len(list(admin.must(200, "GET", "customers?filter=level%20%3D%20%22vip%22", nil)["records"])); n != 1 {
			t.Errorf("%d are found by the new choice", n)
		}
		stages := []any{}
		for _, one := range list(field("opportunity", "stage")["options"]) {
			o, _ := one.(map[string]any)
			if o["value"] == "won" {
				stages = append(stages, map[string]any{"value": "trial", "label": "試用", "probability": 60})
			}
			stages = append(stages, map[string]any{"value": o["value"], "label": map[string]any{"zh-TW": o["label"]}})
		}
		admin.must(200, "PATCH", "objects/opportunity/fields/stage", map[string]any{"options": stages})
		deal := admin.must(201, "POST", "opportunities", map[string]any{"name": "試用中", "stage": "trial"})
		if fmt.Sprint(deal["probability"]) != "60" {
			t.Errorf("the new stage gives %v %%", deal["probability"])
		}
		if won := admin.must(201, "POST", "opportunities", map[string]any{"name": "已成交", "stage": "won"}); won["closed_on"] == nil {
			t.Error("won is no longer won")
		}
		for what, body := range map[string]any{
			"without won":       map[string]any{"options": []any{map[string]any{"value": "new", "label": "新"}, map[string]any{"value": "lost", "label": "輸"}}},
			"lost switched off": map[string]any{"options": append(stages[:len(stages)-1:len(stages)-1], map[string]any{"value": "lost", "label": "輸", "inactive": true})},
			"required":          map[string]any{"required": false},
		} {
			if status, answer := admin.call("PATCH", "objects/opportunity/fields/stage", body); status != 422 {
				t.Errorf("%s answered %d %v", what, status, answer)
			}
		}
		if status, _ := people["seller"].call("PATCH", "objects/customer/fields/level", map[string]any{"options": stages}); status != 403 {
			t.Errorf("a salesperson's change answered %d", status)
		}
	})
}

// The choices a file has become the field's where the administrator says so; the
// dry run makes none.
func TestImportMakesChoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		const file = "公司名稱,等級,來源\n一號,A,展覽\n二號,鑽石,商會名錄\n三號,鑽石,網站\n"
		status, job := admin.upload("customer", "f.csv", []byte(file))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"unknown_options": "create"})
		if checked := admin.finished(id, "check", "checked"); totals(checked) != "3 0 0 0" || len(list(checked["problems"])) > 0 {
			t.Errorf("the dry run: %s %v", totals(checked), checked["problems"])
		}
		if text := fmt.Sprint(admin.must(200, "GET", "objects/customer", nil)["fields"]); strings.Contains(text, "鑽石") {
			t.Error("the dry run made a choice")
		}
		if done := admin.finished(id, "run", "done"); totals(done) != "3 0 0 0" || len(list(done["problems"])) > 0 {
			t.Errorf("the run: %s %v", totals(done), done["problems"])
		}
		if n := len(list(admin.must(200, "GET", "customers?q=%E4%BA%8C%E8%99%9F&fields=level", nil)["records"])); n != 1 {
			t.Fatalf("%d found", n)
		}
		one, _ := list(admin.must(200, "GET", "customers?q=%E4%BA%8C%E8%99%9F&fields=level", nil)["records"])[0].(map[string]any)
		if text := fmt.Sprint(admin.must(200, "GET", "objects/customer", nil)["fields"]); one["level"] == nil || !strings.Contains(text, "鑽石") || !strings.Contains(text, "商會名錄") || strings.Count(text, "zh-TW:展覽") > 1 {
			t.Errorf("the record has %v", one["level"])
		}
		_, other := people["manager"].upload("customer", "f.csv", []byte(file))
		if status, _ := people["manager"].call("PATCH", "imports/"+fmt.Sprint(other["id"]), map[string]any{"unknown_options": "create"}); status != 422 {
			t.Errorf("a manager's wish answered %d", status)
		}
	})
}
