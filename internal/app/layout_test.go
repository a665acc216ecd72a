package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// form is what an object's form shows: its sections and their fields.
func form(o map[string]any) string {
	var all []string
	for _, one := range list(o["sections"]) {
		s, _ := one.(map[string]any)
		all = append(all, fmt.Sprint(s["label"], s["fields"]))
	}
	return strings.Join(all, " ")
}

// An administrator lays out the list and the form of what the product came with, for
// everybody; no field is lost by it, and all of it can be put back as it came.
func TestAdministratorLaysOutListsAndForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		admin.must(201, "POST", "objects/contact/fields", map[string]any{"name": "x_hobby", "type": "text", "labels": "嗜好"})
		came := seller.must(200, "GET", "objects/contact", nil)
		layout := map[string]any{
			"list": []string{"name", "x_hobby", "owner"}, "highlights": []string{"phones"}, "quick_filters": []string{"owner"},
			"sections": []any{
				map[string]any{"labels": map[string]string{"zh-TW": "先問這些", "zh-CN": "先问这些", "en": "Ask first"}, "fields": []string{"x_hobby", "name", "customer"}},
				map[string]any{"labels": "聯絡", "fields": []string{"phones"}},
			},
		}
		if status, _ := seller.call("PATCH", "objects/contact", layout); status != 403 {
			t.Errorf("a salesperson's layout answered %d", status)
		}
		said := admin.must(200, "PATCH", "objects/contact", layout)
		if words := fmt.Sprint(said["sections"]); !strings.Contains(words, "Ask first") || !strings.Contains(words, "先问这些") {
			t.Errorf("the administrator is told the words %s", words)
		}
		got := seller.must(200, "GET", "objects/contact", nil)
		if fmt.Sprint(got["list"], got["highlights"], got["quick_filters"]) != "[name x_hobby owner] [phones] [owner]" {
			t.Errorf("the layout is %v %v %v", got["list"], got["highlights"], got["quick_filters"])
		}
		if now := form(got); !strings.HasPrefix(now, "先問這些[x_hobby name customer] 聯絡[phones] 其他[") {
			t.Errorf("the form is %s", now)
		}
		if strings.Contains(fmt.Sprint(got), "Ask first") {
			t.Error("others than administrators are told the words of all languages")
		}
		for _, one := range list(came["sections"]) {
			s, _ := one.(map[string]any)
			for _, name := range list(s["fields"]) {
				if !slices.Contains(strings.FieldsFunc(form(got), func(r rune) bool { return strings.ContainsRune("[] ", r) }), fmt.Sprint(name)) {
					t.Errorf("%v is lost", name)
				}
			}
		}
		// A field that goes is in nobody's way.
		admin.must(204, "DELETE", "objects/contact/fields/x_hobby", nil)
		admin.must(200, "PATCH", "objects/contact", map[string]any{"highlights": []string{"phones", "title"}})
		if got := seller.must(200, "GET", "objects/contact", nil); fmt.Sprint(got["list"]) != "[name owner]" || !strings.HasPrefix(form(got), "先問這些[name customer]") {
			t.Errorf("without the field: %v %s", got["list"], form(got))
		}
		for what, body := range map[string]map[string]any{
			"no such field":      {"list": []string{"nothing"}},
			"twice in a list":    {"list": []string{"name", "name"}},
			"in two sections":    {"sections": []any{map[string]any{"labels": "一", "fields": []string{"name"}}, map[string]any{"labels": "二", "fields": []string{"name"}}}},
			"without words":      {"sections": []any{map[string]any{"fields": []string{"name"}}}},
			"words of an object": {"labels": "人", "list": []string{"name"}},
		} {
			if status, answer := admin.call("PATCH", "objects/contact", body); status != 422 {
				t.Errorf("%s: %d %v", what, status, answer)
			}
		}
		again := newWorld(t, dsn)
		if got := (&person{w: again, cookie: seller.cookie}).must(200, "GET", "objects/contact", nil); fmt.Sprint(got["list"], got["highlights"]) != "[name owner] [phones title]" {
			t.Errorf("after a restart: %v %v", got["list"], got["highlights"])
		}
		admin.must(200, "PATCH", "objects/contact", map[string]any{"list": []string{}, "highlights": []string{}, "quick_filters": []string{}, "sections": []any{}})
		back := seller.must(200, "GET", "objects/contact", nil)
		admin.must(200, "POST", "objects/contact/fields/x_hobby/actions/restore", nil)
		if whole := seller.must(200, "GET", "objects/contact", nil); form(whole) != form(came) || fmt.Sprint(back["list"]) != fmt.Sprint(came["list"]) {
			t.Errorf("put back: %v %s, it came as %v %s", back["list"], form(whole), came["list"], form(came))
		}
	})
}

// The stages of a pipeline stand in another order, with other chances, none among
// them, at once; words of choices and of rows are kept in three languages.
func TestAdministratorOrdersStagesAndNamesChoicesInThreeLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		option := func(value, words string, more map[string]any) map[string]any {
			o := map[string]any{"value": value, "label": map[string]string{"en": words}}
			for k, v := range more {
				o[k] = v
			}
			return o
		}
		stages := []any{
			option("qualified", "Qualified", map[string]any{"probability": 0}), option("new", "Fresh", map[string]any{"probability": 15}),
			option("proposal", "Proposal", nil), option("negotiation", "Negotiation", nil), option("won", "Won", nil), option("lost", "Lost", nil),
		}
		f := admin.must(200, "PATCH", "objects/opportunity/fields/stage", map[string]any{"options": stages})
		all := list(f["options"])
		first, _ := all[0].(map[string]any)
		second, _ := all[1].(map[string]any)
		if first["value"] != "qualified" || first["probability"] != nil || second["value"] != "new" || fmt.Sprint(second["probability"]) != "15" || at(second, "labels", "en") != "Fresh" {
			t.Errorf("the stages are %v", all)
		}
		if deal := people["seller"].must(201, "POST", "opportunities", map[string]any{"name": "一案", "stage": "qualified"}); fmt.Sprint(deal["probability"]) != "0" {
			t.Errorf("a deal begins with %v %%", deal["probability"])
		}
		words := func(word string) map[string]string {
			return map[string]string{"zh-TW": word + "一", "zh-CN": word + "二", "en": word + "3"}
		}
		admin.must(201, "POST", "objects/task/fields", map[string]any{"name": "x_parts", "type": "lines", "labels": words("零件"), "rows": []any{
			map[string]any{"name": "x_kind", "type": "picklist", "labels": words("類別"), "options": []any{map[string]any{"value": "a", "label": words("原廠")}}},
		}})
		seller := people["seller"]
		for language, want := range map[string]string{"zh-TW": "一", "zh-CN": "二", "en": "3"} {
			seller.must(200, "PATCH", "me", map[string]any{"language": language})
			text := fmt.Sprint(seller.must(200, "GET", "objects/task", nil))
			for _, word := range []string{"零件", "類別", "原廠"} {
				if !strings.Contains(text, word+want) {
					t.Errorf("%s has no %s%s", language, word, want)
				}
			}
		}
	})
}
