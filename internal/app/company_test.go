package app

import (
	"testing"

	"ecrm/internal/dbtest"
)

func TestAdministratorChangesWordsAndChoicesOfAField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{
			"name": "x_grade", "type": "picklist", "labels": map[string]string{"zh-TW": "等第", "en": "Grade"},
			"options": []map[string]any{{"value": "gold", "label": "金"}, {"value": "silver", "label": "銀"}},
		})
		admin.add("customers", map[string]any{"name": "金店", "x_grade": "silver"})
		changed := admin.must(200, "PATCH", "objects/customer/fields/x_grade", map[string]any{
			"labels": map[string]string{"zh-TW": "會員等第"}, "required": true,
			"options": []map[string]any{{"value": "bronze", "label": "銅"}, {"value": "gold", "label": map[string]string{"zh-TW": "金卡"}}},
		})
		if changed["label"] != "會員等第" || changed["required"] != true {
			t.Errorf("the change answered %v", changed)
		}
		options, _ := changed["options"].([]any)
		var got []string
		for _, o := range options {
			option, _ := o.(map[string]any)
			text, _ := option["label"].(string)
			if option["inactive"] == true {
				text += " (inactive)"
			}
			got = append(got, text)
		}
		if len(got) != 3 || got[0] != "銅" || got[1] != "金卡" || got[2] != "銀 (inactive)" {
			t.Errorf("the choices are %v", got)
		}
		// At once in force, without a restart, and words of other languages stay.
		admin.add("customers", map[string]any{"name": "銅店", "x_grade": "bronze"})
		if status, _ := admin.call("POST", "customers", map[string]any{"name": "無等第"}); status != 422 {
			t.Errorf("without the field that is required now: %d", status)
		}
		admin.must(200, "PATCH", "me", map[string]any{"language": "en"})
		object := admin.must(200, "GET", "objects/customer", nil)
		fields, _ := object["fields"].([]any)
		found := ""
		for _, f := range fields {
			if field, _ := f.(map[string]any); field["name"] == "x_grade" {
				found, _ = field["label"].(string)
			}
		}
		if found != "Grade" {
			t.Errorf("in English it is called %q", found)
		}

		for path, want := range map[string]int{"objects/customer/fields/name": 200, "objects/customer/fields/created_at": 422, "objects/customer/fields/x_none": 404, "objects/none/fields/x_grade": 404} {
			if status, _ := admin.call("PATCH", path, map[string]any{"labels": "新"}); status != want {
				t.Errorf("PATCH %s answered %d", path, status)
			}
		}
		if status, _ := admin.call("PATCH", "objects/customer/fields/x_grade", map[string]any{"options": []map[string]any{}}); status != 422 {
			t.Errorf("a pick-list without choices answered %d", status)
		}
	})
}

func TestOnlyAdministratorsChangeTheCompanyAndItsFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "integer", "labels": "樓層"})
		company := admin.must(200, "PATCH", "company", map[string]any{"name": " 新名字 ", "language": "en", "time_zone": "Asia/Tokyo"})
		if company["name"] != "新名字" || company["language"] != "en" || company["time_zone"] != "Asia/Tokyo" || company["currency"] == "" {
			t.Errorf("the company is %v", company)
		}
		for _, bad := range []map[string]any{{"name": " "}, {"language": "tlh"}, {"time_zone": "Mars/Base"}, {"time_zone": "Local"}, {"time_zone": ""}, {"name": 5}} {
			if status, _ := admin.call("PATCH", "company", bad); status != 422 {
				t.Errorf("PATCH company %v answered %d", bad, status)
			}
		}
		admin.must(201, "POST", "users", map[string]any{"name": "業務", "login": "sales", "role": map[string]string{"key": "salesperson"}, "password": "long-password"})
		sales := w.signIn("sales")
		if status, _ := sales.call("PATCH", "company", map[string]any{"name": "偷改"}); status != 403 {
			t.Errorf("a salesperson changed the company: %d", status)
		}
		if status, _ := sales.call("PATCH", "objects/customer/fields/x_floor", map[string]any{"labels": "偷改"}); status != 403 {
			t.Errorf("a salesperson changed a field: %d", status)
		}
	})
}
