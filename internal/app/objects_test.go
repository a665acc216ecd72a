package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// project is an object that an administrator makes at run time.
func project() map[string]any {
	return map[string]any{
		"name": "x_project", "labels": map[string]string{"zh-TW": "專案", "zh-CN": "项目", "en": "Project"}, "labels_plural": map[string]string{"en": "Projects"},
		"through": []string{"x_customer"}, "stage_field": "x_stage", "list": []string{"name", "x_customer", "x_stage", "x_budget"},
		"sections": []map[string]any{{"labels": map[string]string{"zh-TW": "基本", "zh-CN": "基本", "en": "Basics"}, "fields": []string{"name", "x_customer", "x_stage"}}},
		"fields": []map[string]any{
			{"name": "x_customer", "type": "reference", "targets": []string{"customer"}, "labels": map[string]string{"zh-TW": "客戶", "zh-CN": "客户", "en": "Customer"}},
			{"name": "x_stage", "type": "picklist", "labels": "階段", "default": "open", "options": []map[string]any{{"value": "open", "label": "進行中", "kind": "open"}, {"value": "over", "label": "結案", "kind": "won"}}},
			{"name": "x_budget", "type": "money", "labels": "預算"},
			{"name": "x_parent", "type": "reference", "targets": []string{"x_project"}, "labels": "母專案"},
			{"name": "x_size", "type": "integer", "labels": "人數", "default": 3},
		},
	}
}

func TestAdministratorMakesAnObjectAtRunTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		ours := seller.add("customers", map[string]any{"name": "北方公司"})
		seller.must(403, "POST", "objects", project())
		made := admin.must(201, "POST", "objects", project())
		if made["label"] != "專案" || made["plural"] != "x_projects" || made["title_field"] != "name" || made["stage_field"] != "x_stage" || made["custom"] != true {
			t.Errorf("the object reads %v", made)
		}
		if status, answer := admin.call("POST", "objects", project()); status != 422 || !strings.Contains(fmt.Sprint(answer), "taken") {
			t.Errorf("the same object again answered %d %v", status, answer)
		}

		// At once usable by whoever has the role's rights on "*".
		id := seller.add("x-projects", map[string]any{"name": "倉庫自動化", "x_customer": ours, "x_budget": map[string]string{"amount": "1200.5"}})
		got := seller.must(200, "GET", "x-projects/"+id, nil)
		if at(got, "x_customer", "label") != "北方公司" || got["x_stage"] != "open" || fmt.Sprint(got["x_size"]) != "3" || at(got, "owner", "id") != seller.id {
			t.Errorf("the record reads %v", got)
		}
		child := seller.add("x-projects", map[string]any{"name": "一期", "x_parent": id, "x_stage": "over"})
		for filter, want := range map[string]string{
			`x_stage = "over"`: "一期", `x_parent.name ~ "倉庫"`: "一期", `x_customer.name = "北方公司"`: "倉庫自動化", `x_budget > 1000`: "倉庫自動化", `x_projects.any(name = "一期")`: "倉庫自動化",
		} {
			if names := seller.names("x_projects?filter=" + url.QueryEscape(filter)); names != want {
				t.Errorf("%s finds %q, want %q", filter, names, want)
			}
		}
		if names := seller.names("customers?filter=" + url.QueryEscape(`x_projects.any(x_budget > 1000)`)); names != "北方公司" {
			t.Errorf("customers by their projects: %q", names)
		}
		if names := seller.names("x-projects?sort=-x_size,name"); !strings.Contains(names, "一期") {
			t.Errorf("sorted: %q", names)
		}
		if found := fmt.Sprint(seller.must(200, "GET", "search?q="+url.QueryEscape("自動化"), nil)); !strings.Contains(found, "倉庫自動化") || !strings.Contains(found, "北方公司") {
			t.Errorf("the search finds %s", found)
		}
		seller.must(200, "PATCH", "x-projects/"+id, map[string]any{"x_stage": "over"})
		if history := fmt.Sprint(seller.must(200, "GET", "x-projects/"+id+"/history", nil)); !strings.Contains(history, "x_stage") {
			t.Errorf("the history: %s", history)
		}
		if open := fmt.Sprint(seller.must(200, "GET", "../openapi.json", nil)); !strings.Contains(open, "/api/v1/x-projects") || !strings.Contains(open, "x_project_input") {
			t.Error("the description of the API does not know it")
		}

		// The customer's page has the list by itself, and who sees the customer sees
		// the project.
		if related := fmt.Sprint(at(seller.must(200, "GET", "objects/customer", nil), "related")); !strings.Contains(related, "x_project") {
			t.Errorf("related of the customer: %s", related)
		}
		if names := seller.names("customers/" + ours + "/x-projects"); names != "倉庫自動化" {
			t.Errorf("projects of the customer: %q", names)
		}
		stranger.must(404, "GET", "x-projects/"+id, nil)
		if names := stranger.names("x-projects"); names != "" {
			t.Errorf("a stranger lists %q", names)
		}
		seller.must(201, "POST", "customers/"+ours+"/shares", map[string]any{"user": stranger.id})
		if names := stranger.names("x-projects"); names != "倉庫自動化" {
			t.Errorf("who shares the customer lists %q", names)
		}
		stranger.must(403, "PATCH", "x-projects/"+id, map[string]any{"name": "x"})

		// A role's entry for the object goes before that for "*".
		role := fmt.Sprint(admin.must(200, "GET", "roles/"+admin.role("salesperson"), nil)["id"])
		rights, _ := admin.must(200, "GET", "roles/"+role, nil)["rights"].(map[string]any)
		rights["x_project"] = map[string]any{"view": "own"}
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"rights": rights})
		seller.must(403, "POST", "x-projects", map[string]any{"name": "不行"})
		rights["x_project"] = map[string]any{}
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"rights": rights})
		seller.must(404, "GET", "x-projects", nil)
		if known := fmt.Sprint(seller.must(200, "GET", "objects", nil)); strings.Contains(known, "x_project") {
			t.Error("its name is told to who may not see it")
		}
		delete(rights, "x_project")
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"rights": rights})

		// Another object and another field refer to it.
		admin.must(201, "POST", "objects", map[string]any{"name": "x_site", "labels": "工地", "owned": false, "fields": []map[string]any{{"name": "x_project", "type": "reference", "targets": []string{"x_project"}, "labels": "專案"}}})
		admin.must(201, "POST", "objects/task/fields", map[string]any{"name": "x_project", "type": "reference", "targets": []string{"x_project"}, "labels": "專案"})
		admin.must(201, "POST", "objects/x_project/fields", map[string]any{"name": "x_late", "type": "boolean", "labels": "延誤"})
		seller.add("x-sites", map[string]any{"name": "南港", "x_project": child})
		task := seller.add("tasks", map[string]any{"subject": "丈量", "x_project": child})
		if got := seller.must(200, "GET", "tasks/"+task, nil); at(got, "x_project", "label") != "一期" {
			t.Errorf("the task refers to %v", got["x_project"])
		}
		if related := fmt.Sprint(at(seller.must(200, "GET", "objects/x_project", nil), "related")); !strings.Contains(related, "x_site") || !strings.Contains(related, "task") {
			t.Errorf("related of the project: %s", related)
		}
		seller.must(200, "PATCH", "x-projects/"+child, map[string]any{"x_late": true})

		// Words and layout change; what the table stands on does not.
		changed := admin.must(200, "PATCH", "objects/x_project", map[string]any{"labels": map[string]string{"zh-TW": "工程"}, "list": []string{"name", "x_late"}, "sections": []map[string]any{}})
		if changed["label"] != "工程" || fmt.Sprint(changed["list"]) != "[name x_late]" || !strings.Contains(fmt.Sprint(changed["sections"]), "x_late") {
			t.Errorf("the changed object reads %v", changed)
		}
		admin.must(422, "PATCH", "objects/x_project", map[string]any{"owned": false})
		admin.must(422, "PATCH", "objects/x_project", map[string]any{"list": []string{"nothing"}})
		admin.must(422, "PATCH", "objects/customer", map[string]any{"labels": "x"})
		seller.must(403, "PATCH", "objects/x_project", map[string]any{"labels": "x"})

		// The recycle bin, and a restart.
		admin.must(204, "DELETE", "x-projects/"+child, nil)
		admin.must(200, "POST", "x-projects/"+child+"/actions/restore", nil)
		if _, err := w.app.Records.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := newWorld(t, dsn)
		if names := (&person{w: again, cookie: admin.cookie}).names("x-projects?sort=name"); names != "一期 倉庫自動化" {
			t.Errorf("after a restart: %q", names)
		}
	})
}

func TestMalformedObjectsAreRefusedFieldByField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		admin, _, _ := newWorld(t, dsn).company()
		for name, change := range map[string]map[string]any{
			"name":             {"name": "project"},
			"name ":            {"name": "x_a_x_b"},
			"name  ":           {"name": "x_" + strings.Repeat("a", 30)},
			"plural":           {"plural": "customers"},
			"labels":           {"labels": map[string]string{}},
			"title_field":      {"title_field": "x_stage"},
			"stage_field":      {"stage_field": "x_budget"},
			"through":          {"through": []string{"x_stage"}},
			"list":             {"list": []string{"nothing"}},
			"fields[0].name":   {"fields": []map[string]any{{"name": "order", "type": "text", "labels": "a"}}},
			"fields[0].type":   {"fields": []map[string]any{{"name": "x_a", "type": "json", "labels": "a"}}},
			"fields[1].name":   {"fields": []map[string]any{{"name": "x_a", "type": "text", "labels": "a"}, {"name": "x_a", "type": "text", "labels": "a"}}, "through": nil, "stage_field": nil, "list": nil, "sections": nil},
			"default":          {"fields": []map[string]any{{"name": "x_a", "type": "integer", "labels": "a", "default": "many"}}, "through": nil, "stage_field": nil, "list": nil, "sections": nil},
			"fields[0].rows":   {"fields": []map[string]any{{"name": "x_a", "type": "lines", "labels": "a"}}},
			"sections[0].name": {"sections": []map[string]any{{"name": "x"}}},
			"owned":            {"owned": "perhaps"},
		} {
			d := project()
			for k, v := range change {
				d[k] = v
			}
			status, answer := admin.call("POST", "objects", d)
			told := fmt.Sprint(answer["fields"])
			if status != 422 || name != "sections[0].name" && !strings.Contains(told, "field:"+strings.TrimSpace(name)) {
				t.Errorf("%s: %d %s", name, status, told)
			}
		}
		if known := fmt.Sprint(admin.must(200, "GET", "objects", nil)); strings.Contains(known, "x_project") || strings.Contains(known, "x_a") {
			t.Error("one of them was made all the same")
		}
	})
}

func TestLinksAndRowsAreMadeAtRunTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		partner := map[string]any{"name": "x_partner", "labels": "合作關係", "links": []string{"x_from", "x_to"}, "fields": []map[string]any{
			{"name": "x_from", "type": "reference", "targets": []string{"customer"}, "labels": "客戶"}, {"name": "x_to", "type": "reference", "targets": []string{"customer"}, "labels": "合作夥伴"},
			{"name": "x_kind", "type": "text", "labels": "關係"},
		}}
		for name, value := range map[string]any{"links": []string{"x_from", "x_kind"}, "owned": true, "through": []string{"x_from"}, "title_field": "x_kind"} {
			bad := map[string]any{}
			for k, v := range partner {
				bad[k] = v
			}
			bad[name] = value
			admin.must(422, "POST", "objects", bad)
		}
		made := admin.must(201, "POST", "objects", partner)
		if fmt.Sprint(made["links"]) != "[x_from x_to]" || made["title_field"] != "" {
			t.Errorf("the link reads %v", made)
		}
		north, south := seller.add("customers", map[string]any{"name": "北方"}), seller.add("customers", map[string]any{"name": "南方"})
		seller.add("x-partners", map[string]any{"x_from": north, "x_to": south, "x_kind": "經銷"})
		seller.must(409, "POST", "x-partners", map[string]any{"x_from": north, "x_to": south})
		if got := seller.names("customers?filter=" + url.QueryEscape(`x_partners.any(x_kind = "經銷")`)); got != "北方" {
			t.Errorf("customers by their links: %q", got)
		}
		if related, _ := at(seller.must(200, "GET", "objects/customer", nil), "related").([]any); !strings.Contains(fmt.Sprint(related), "合作夥伴") {
			t.Errorf("related of the customer: %v", related)
		}
		admin.must(422, "POST", "objects/task/fields", map[string]any{"name": "x_partner", "type": "reference", "targets": []string{"x_partner"}, "labels": "x"})

		// Rows that get another field while there are some.
		lines := map[string]any{"name": "x_items", "type": "lines", "labels": "品項", "rows": []map[string]any{{"name": "x_product", "type": "text", "labels": "品名"}}}
		admin.must(201, "POST", "objects/opportunity/fields", lines)
		deal := seller.add("opportunities", map[string]any{"name": "案", "x_items": []map[string]any{{"x_product": "螺絲"}}})
		admin.must(422, "PATCH", "objects/opportunity/fields/x_items", map[string]any{"rows": []map[string]any{{"name": "order", "type": "text", "labels": "x"}}})
		admin.must(422, "PATCH", "objects/opportunity/fields/x_items", map[string]any{"rows": []map[string]any{{"name": "x_n", "type": "integer", "labels": "x", "required": true}}})
		admin.must(422, "PATCH", "objects/opportunity/fields/stage", map[string]any{"rows": []map[string]any{}})
		changed := admin.must(200, "PATCH", "objects/opportunity/fields/x_items", map[string]any{"rows": []map[string]any{
			{"name": "x_product", "labels": map[string]string{"zh-TW": "商品"}}, {"name": "x_count", "type": "integer", "labels": "數量", "default": 1},
		}})
		if at(changed, "lines", 0, "label") != "商品" || at(changed, "lines", 1, "name") != "x_count" {
			t.Errorf("the rows have %v", changed["lines"])
		}
		rows, _ := seller.must(200, "GET", "opportunities/"+deal, nil)["x_items"].([]any)
		seller.must(200, "PATCH", "opportunities/"+deal, map[string]any{"x_items": map[string]any{"change": []map[string]any{{"id": at(rows, 0, "id"), "x_count": 4}}}})
		if got := fmt.Sprint(at(seller.must(200, "GET", "opportunities/"+deal, nil), "x_items", 0, "x_count")); got != "4" {
			t.Errorf("the new field holds %s", got)
		}

		// Columns of two fields may not meet.
		admin.must(201, "POST", "objects/task/fields", map[string]any{"name": "x_place", "type": "address", "labels": "地點"})
		admin.must(422, "POST", "objects/task/fields", map[string]any{"name": "x_place_city", "type": "text", "labels": "城市"})
	})
}

// What is made on one node is there on another within a second.
func TestAnObjectReachesOtherNodes(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin, people, _ := first.company()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go second.app.Records.Follow(ctx, func(err error) { t.Error(err) })
	admin.must(201, "POST", "objects", project())
	began := time.Now()
	there := &person{w: second, cookie: people["seller"].cookie}
	for {
		status, _ := there.call("POST", "x-projects", map[string]any{"name": "隔壁"})
		if status == 201 {
			break
		}
		if time.Since(began) > time.Second {
			t.Fatalf("after a second the other node still answers %d", status)
		}
		time.Sleep(20 * time.Millisecond)
	}
	// So are the lists and forms an administrator lays out.
	admin.must(200, "PATCH", "objects/customer", map[string]any{"list": []string{"name", "level"}})
	for began = time.Now(); fmt.Sprint(there.must(200, "GET", "objects/customer", nil)["list"]) != "[name level]"; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > time.Second {
			t.Fatal("after a second the other node has the former list")
		}
	}
}
