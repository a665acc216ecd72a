package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// A record may be seen whose customer may not. Neither the customer's id nor its name or
// number comes out by any way: not by lists, sums, sorts and files, not by what jobs,
// undoing and errors tell.
func TestWhatAVisibleRecordRefersToStaysHiddenEverywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/contact/fields", map[string]any{"name": "x_any", "type": "anyreference", "targets": []string{"customer", "opportunity"}, "labels": map[string]string{"zh-TW": "來自"}})
		hidden := people["stranger"].add("customers", map[string]any{"name": "祕密集團"})
		other := people["stranger"].add("customers", map[string]any{"name": "祕密集團二"})
		number := fmt.Sprint(people["stranger"].must(200, "GET", "customers/"+hidden, nil)["number"])
		reader := people["manager"]
		shown := map[string]string{}
		for plural, body := range map[string]map[string]any{
			"contacts":      {"name": "可見聯絡人", "customer": hidden, "x_any": map[string]string{"object": "customer", "id": hidden}},
			"opportunities": {"name": "可見商機", "customer": hidden, "amount": map[string]string{"amount": "5"}},
			"activities":    {"subject": "可見電話", "kind": "call", "customer": hidden},
			"tasks":         {"subject": "可見工作", "customer": hidden},
		} {
			shown[plural] = people["stranger"].add(plural, body)
			people["stranger"].must(201, "POST", plural+"/"+shown[plural]+"/shares", map[string]any{"user": reader.id, "write": true})
		}
		shown["customers"] = reader.add("customers", map[string]any{"name": "可見客戶"})
		admin.must(200, "PATCH", "customers/"+shown["customers"], map[string]any{"parent": hidden})
		twin := people["stranger"].add("contacts", map[string]any{"name": "可見聯絡人二", "customer": other})
		people["stranger"].must(201, "POST", "contacts/"+twin+"/shares", map[string]any{"user": reader.id})

		keep := func(what, text string) {
			t.Helper()
			for _, never := range []string{hidden, other, "祕密集團", number} {
				if strings.Contains(text, never) {
					t.Errorf("%s tells %q: %.600s", what, never, text)
				}
			}
		}
		ask := func(method, path, body string, headers ...string) string {
			t.Helper()
			status, text := reader.raw(method, "/api/v1/"+path, "application/json", []byte(body), headers...)
			if status >= 500 {
				t.Errorf("%s %s answered %d %s", method, path, status, text)
			}
			keep(method+" "+path, text)
			return text
		}
		for plural, id := range shown {
			field := map[string]string{"customers": "parent"}[plural]
			if field == "" {
				field = "customer"
			}
			if text := ask("GET", plural+"/"+id, ""); !strings.Contains(text, `"hidden":true`) {
				t.Errorf("%s does not say that something hidden is there: %s", plural, text)
			}
			for _, sub := range []string{"history", "timeline", "comments", "shares", "files", "access"} {
				ask("GET", plural+"/"+id+"/"+sub, "")
			}
			for _, query := range []string{"", "fields=id," + field, "fields=" + field + ".name," + field + ".number", "sort=" + field, "sort=-" + field + "&limit=1", "q=" + url.QueryEscape("可見")} {
				ask("GET", plural+"?"+query, "")
			}
			for _, filter := range []string{field + `.name ~ "祕密"`, field + `.number = "` + number + `"`, field + `.owner = "` + people["stranger"].id + `"`,
				// Nor does a filter confirm an id that somebody has from elsewhere.
				field + ` = "` + hidden + `"`, field + ` IN ("1", "` + hidden + `")`, field + ` = ` + hidden, `{"field":"` + field + `","op":"=","value":"` + hidden + `"}`} {
				if names := reader.must(200, "GET", plural+"?filter="+url.QueryEscape(filter), nil)["records"]; size(names) > 0 {
					t.Errorf("%s?filter=%s finds what is hidden: %v", plural, filter, names)
				}
			}
			for _, group := range []string{`{"field":"` + field + `"}`, `{"field":"owner"},{"field":"` + field + `"}`} {
				ask("POST", plural+"/aggregate", `{"group":[`+group+`],"measures":[{"fn":"count"}]}`)
			}
			ask("PATCH", plural+"/"+id, `{"`+field+`":{"id":"12345"}}`)
			ask("PATCH", plural+"/"+id, `{"`+field+`":{"object":"customer","hidden":true}}`, "If-Match", `"1"`)
			ask("POST", plural+"/batch", `{"update":[{"id":"`+id+`","note":"x"}]}`)
			ask("POST", plural+"/warnings", `{"id":"`+id+`","values":{}}`)
		}
		for _, filter := range []string{`x_any = "` + hidden + `"`, `x_any IN ("` + hidden + `")`} {
			if names := reader.must(200, "GET", "contacts?filter="+url.QueryEscape(filter), nil)["records"]; size(names) > 0 {
				t.Errorf("contacts?filter=%s confirms what is hidden: %v", filter, names)
			}
			if names := people["stranger"].must(200, "GET", "contacts?filter="+url.QueryEscape(filter), nil)["records"]; size(names) != 1 {
				t.Errorf("who sees the customer does not find his contact by %s: %v", filter, names)
			}
		}
		// Two hidden customers are one group, with what both have.
		rows := list(reader.must(200, "POST", "contacts/aggregate", map[string]any{"group": []map[string]string{{"field": "customer"}}, "measures": []map[string]string{{"fn": "count"}}})["rows"])
		if len(rows) != 1 || fmt.Sprint(at(rows[0], "measures", 0)) != "2" || at(rows[0], "group", 0, "hidden") != true {
			t.Errorf("contacts by customer: %v", rows)
		}
		// What refers to records of several objects, or several records, makes no groups.
		reader.must(422, "POST", "contacts/aggregate", map[string]any{"group": []map[string]string{{"field": "x_any"}}, "measures": []map[string]string{{"fn": "count"}}})
		if strings.Contains(ask("GET", "search?q="+url.QueryEscape("可見"), ""), "祕") {
			t.Error("the search says what a find belongs to")
		}
		keep("duplicates", ask("GET", "contacts/duplicates?name="+url.QueryEscape("可見聯絡人"), ""))
		ask("PUT", "favorites/contact/"+shown["contacts"], "")
		ask("GET", "favorites", "")

		ended := func(job map[string]any) map[string]any { return reader.ended(fmt.Sprint(job["id"])) }
		// A bulk edit of the hidden reference, its rows, and its undo after somebody else changed it back.
		w.work()
		visible := reader.add("customers", map[string]any{"name": "自己的"})
		bulk := ended(reader.must(202, "POST", "contacts/actions/edit", map[string]any{"ids": []string{shown["contacts"]}, "input": map[string]any{"fields": map[string]any{"customer": visible}}}))
		keep("the job", fmt.Sprint(bulk))
		ask("GET", "jobs/"+fmt.Sprint(bulk["id"])+"/rows", "")
		people["stranger"].must(200, "PATCH", "contacts/"+shown["contacts"], map[string]any{"customer": other})
		undone := ended(reader.must(202, "POST", "jobs/"+fmt.Sprint(bulk["id"])+"/actions/undo", nil))
		keep("the undo", fmt.Sprint(undone))
		ask("GET", "jobs/"+fmt.Sprint(undone["id"])+"/rows", "")
		// A file, by every format.
		for _, format := range []string{"csv", "xlsx"} {
			file := ended(reader.must(202, "POST", "contacts/actions/export", map[string]any{"format": format}))
			keep("the export", fmt.Sprint(file))
			if format == "csv" {
				text := ask("GET", "jobs/"+fmt.Sprint(file["id"])+"/result", "")
				if !strings.Contains(text, "可見聯絡人") {
					t.Errorf("the export holds %q", text)
				}
			}
		}
		// A file that names the hidden customer is told that there is none such, in the file's own words.
		_, upload := reader.upload("contact", "x.csv", []byte("姓名,客戶\n新人,"+"祕密集"+"\n可見聯絡人,自己的\n"))
		ran := reader.finished(fmt.Sprint(upload["id"]), "run", "done")
		keep("the import", fmt.Sprint(ran))
		ask("GET", "imports/"+fmt.Sprint(upload["id"])+"/problems.csv", "")
		// Gone and back, it still says nothing.
		admin.must(204, "DELETE", "contacts/"+shown["contacts"], nil)
		ask("GET", "contacts?deleted=true", "")
		admin.must(200, "POST", "contacts/"+shown["contacts"]+"/actions/restore", nil)
		ask("GET", "contacts/"+shown["contacts"]+"/history", "")
	})
}
