package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// rule makes a rule of an object.
func (p *person) rule(object, act string, more map[string]any, conditions ...map[string]any) string {
	p.w.t.Helper()
	body := map[string]any{"name": "規則", "object": object, "act": act, "conditions": conditions}
	for k, v := range more {
		body[k] = v
	}
	return p.add("duplicate_rules", body)
}

func cond(field, how string) map[string]any { return map[string]any{"field": field, "how": how} }

// What a rule blocks is refused with the records that one may see and the number of the
// others, and saved by whoever may with a reason, which the history keeps.
func TestRuleBlocksUnlessThereIsAReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		id := admin.rule("customer", "block", map[string]any{"name": "統編與名稱"}, cond("tax_number", "same"), cond("name", "same"))
		seller.add("customers", map[string]any{"name": "台積電", "tax_number": "22099131"})
		body := map[string]any{"name": "臺積電股份有限公司", "tax_number": "2209-9131"}
		status, answer := seller.call("POST", "customers", body)
		if got := fmt.Sprint(status, " ", answer["code"], " ", at(answer, "duplicates", "candidates", 0, "label"), " ", at(answer, "duplicates", "hidden"), " ", at(answer, "duplicates", "override")); got != "409 duplicate 台積電 0 true" {
			t.Errorf("refused with %q: %v", got, answer)
		}
		status, answer = stranger.call("POST", "customers", body)
		if text := fmt.Sprint(answer); status != 409 || strings.Contains(text, "「台積電」") || fmt.Sprint(at(answer, "duplicates", "hidden")) != "1" || size(at(answer, "duplicates", "candidates")) != 0 {
			t.Errorf("who does not see it is told %d %v", status, answer)
		}
		// The other half of the rule alone is no reason.
		seller.must(201, "POST", "customers", map[string]any{"name": "台積電", "tax_number": "04595257"})
		body["_duplicate_reason"] = "同一集團的另一家公司"
		made := seller.must(201, "POST", "customers", body)
		if got := fmt.Sprint(seller.must(200, "GET", "customers/"+fmt.Sprint(made["id"])+"/history", nil)); !strings.Contains(got, "同一集團的另一家公司") {
			t.Errorf("the history: %s", got)
		}
		// A change of something else is none of the rule's business, one of the name is.
		seller.must(200, "PATCH", "customers/"+fmt.Sprint(made["id"]), map[string]any{"note": "x"})
		other := seller.add("customers", map[string]any{"name": "別家", "tax_number": "22099131"})
		seller.must(409, "PATCH", "customers/"+other, map[string]any{"name": "台積電"})
		if got := fmt.Sprint(seller.must(200, "GET", "customers/"+other, nil)["name"]); got != "別家" {
			t.Errorf("a refused change wrote %s", got)
		}
		batch := seller.must(200, "POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": "台積電", "tax_number": "22099131"}, {"name": "台積電", "tax_number": "22099131", "_duplicate_reason": "沒問題"}}})
		if got := fmt.Sprint(batch["created"], " ", batch["failed"], " ", at(batch, "results", 0, "error", "code")); got != "1 1 duplicate" {
			t.Errorf("the batch: %v", batch)
		}
		// Whoever may not is refused with a reason, too.
		admin.must(200, "PATCH", "duplicate_rules/"+id, map[string]any{"override": "admins"})
		if _, answer := seller.call("POST", "customers", body); at(answer, "duplicates", "override") != false {
			t.Errorf("with a reason: %v", answer)
		}
		admin.must(201, "POST", "customers", body)
		// A file's row is refused, the rest is taken.
		_, done := seller.imported("customer", "公司名稱,統一編號\n新來的公司,\n台積電,22099131\n", map[string]any{"duplicates": map[string]any{"rule": "create"}})
		if got := fmt.Sprint(done["created"], " ", done["failed"]); got != "1 1" {
			t.Errorf("the import: %v", done)
		}
		if text := fmt.Sprint(done["problems"]); !strings.Contains(text, "可能是同一筆") {
			t.Errorf("the import tells %s", text)
		}
		admin.must(200, "PATCH", "duplicate_rules/"+id, map[string]any{"active": false})
		seller.must(201, "POST", "customers", map[string]any{"name": "台積電", "tax_number": "22099131"})
	})
}

// A lead is converted into what is there already unless that is meant.
func TestConvertingALeadMindsTheRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		admin.rule("customer", "block", nil, cond("name", "similar"))
		seller.add("customers", map[string]any{"name": "宏碁電腦股份有限公司"})
		lead := seller.add("leads", map[string]any{"name": "宏基電腦", "company": "宏基電腦"})
		offer := seller.must(200, "GET", "leads/"+lead+"/actions/convert", nil)
		if got := fmt.Sprint(at(offer, "candidates", "customer", "records", 0, "label"), " ", at(offer, "candidates", "customer", "records", 0, "matched")); got != "宏碁電腦股份有限公司 [similar]" {
			t.Errorf("offered %q", got)
		}
		answers := map[string]any{"deal": "none"}
		status, answer := seller.call("POST", "leads/"+lead+"/actions/convert", answers)
		if status != 409 || at(answer, "duplicates", "object") != "customer" {
			t.Errorf("converted: %d %v", status, answer)
		}
		answers["_duplicate_reason"] = "不是同一家"
		seller.must(200, "POST", "leads/"+lead+"/actions/convert", answers)
	})
}

// Rules compare names with a slip, whole mail domains, further fields, and points.
func TestRulesCompareInManyWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		for _, one := range list(admin.must(200, "GET", "duplicate_rules?filter="+url.QueryEscape(`object = "customer"`), nil)["records"]) {
			admin.must(204, "DELETE", "duplicate_rules/"+fmt.Sprint(at(one, "id")), nil)
		}
		seller.add("customers", map[string]any{"name": "宏碁電腦", "mails": []string{"a@acer.example"}, "industry": "資訊業"})
		seller.add("customers", map[string]any{"name": "第一門市部", "mails": []string{"b@gmail.com"}})
		if got := seller.candidates("name", "宏碁電腦"); got != " +0" {
			t.Errorf("without a rule %q is told", got)
		}
		like := func(values map[string]any) string {
			answer := seller.must(200, "POST", "customers/duplicates", map[string]any{"values": values})
			var told []string
			for _, one := range list(answer["candidates"]) {
				told = append(told, fmt.Sprint(at(one, "label"), at(one, "matched")))
			}
			return strings.Join(told, " ")
		}
		all := admin.rule("customer", "warn", nil, cond("name", "similar"), cond("industry", "same"))
		for values, want := range map[string]string{"宏基電腦 資訊業": "宏碁電腦[industry similar]", "宏碁電腦 資訊業": "宏碁電腦[industry name]", "宏碁電腦 製造業": "", "電腦宏碁 資訊業": ""} {
			name, industry, _ := strings.Cut(values, " ")
			if got := like(map[string]any{"name": name, "industry": industry}); got != want {
				t.Errorf("%s: %q, want %q", values, got, want)
			}
		}
		admin.must(204, "DELETE", "duplicate_rules/"+all, nil)
		points := map[string]any{"combine": "points", "threshold": 70}
		weigh := func(field, how string, n int) map[string]any {
			c := cond(field, how)
			c["points"] = n
			return c
		}
		admin.rule("customer", "warn", points, weigh("name", "similar", 50), weigh("mails", "domain", 30), weigh("industry", "exact", 20))
		for _, c := range []struct {
			values map[string]any
			want   string
		}{
			{map[string]any{"name": "宏基電腦", "mails": []string{"z@ACER.example"}}, "宏碁電腦[domain similar]"},
			{map[string]any{"name": "宏基電腦", "industry": "資訊業"}, "宏碁電腦[industry similar]"},
			{map[string]any{"name": "宏基電腦"}, ""},
			{map[string]any{"name": "第一門市部", "mails": []string{"z@gmail.com"}}, ""},
		} {
			if got := like(c.values); got != c.want {
				t.Errorf("%v: %q, want %q", c.values, got, c.want)
			}
		}
		// Rules by which nothing could be found are refused.
		for _, bad := range []map[string]any{
			{"name": "x", "object": "customer", "conditions": []any{cond("industry", "same")}},
			{"name": "x", "object": "user", "conditions": []any{cond("name", "same")}},
			{"name": "x", "object": "customer", "conditions": []any{cond("nothing", "same")}},
			{"name": "x", "object": "customer", "conditions": []any{cond("phones", "similar")}},
			{"name": "x", "object": "customer", "combine": "points", "threshold": 10, "conditions": []any{weigh("name", "same", 20), weigh("industry", "same", 10)}},
			{"name": "x", "object": "customer", "conditions": []any{}},
		} {
			if status, answer := admin.call("POST", "duplicate_rules", bad); status != 422 {
				t.Errorf("%v: %d %v", bad, status, answer)
			}
		}
		if status, _ := seller.call("POST", "duplicate_rules", map[string]any{"name": "x", "object": "customer", "conditions": []any{cond("name", "same")}}); status != 403 {
			t.Errorf("a salesperson makes a rule: %d", status)
		}
	})
}

// queue tells the groups of customers that a person sees, and why.
func (p *person) queue() string {
	p.w.t.Helper()
	var told []string
	for _, g := range list(p.must(200, "GET", "duplicates?object=customer", nil)["groups"]) {
		var names []string
		for _, one := range list(at(g, "records")) {
			names = append(names, fmt.Sprint(at(one, "label")))
		}
		told = append(told, strings.Join(names, "=")+fmt.Sprint(at(g, "why")))
	}
	return strings.Join(told, " ")
}

// A search over everything makes a queue of which each sees what he may: a group of
// which one sees fewer than two shows nothing, and what is said not to be the same is
// never proposed again.
func TestSearchOverEverythingMakesAQueue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.work()
		admin, people, _ := w.company()
		seller, stranger, boss := people["seller"], people["stranger"], people["boss"]
		admin.rule("customer", "warn", nil, cond("name", "similar"))
		a := seller.add("customers", map[string]any{"name": "聯華食品廠", "phones": []string{"02-2345-6789"}})
		seller.add("customers", map[string]any{"name": "聯华食品廠", "phones": []string{"02 23456789"}})
		seller.add("customers", map[string]any{"name": "連華食品廠"})
		c := seller.add("customers", map[string]any{"name": "大同電機"})
		d := stranger.add("customers", map[string]any{"name": "大同電機股份有限公司"})
		seller.add("customers", map[string]any{"name": "獨一無二"})
		gone := seller.add("customers", map[string]any{"name": "獨一無二"})
		admin.must(204, "DELETE", "customers/"+gone, nil)
		for n := range 70 { // a switchboard
			boss.add("customers", map[string]any{"name": fmt.Sprintf("總機%02d號客戶", n), "phones": []string{"02-8888-0000"}})
		}
		if status, _ := seller.call("POST", "customers/actions/find-duplicates", nil); status != 403 {
			t.Errorf("who may not work it off has everything searched: %d", status)
		}
		job := boss.ended(boss.begin("customers/actions/find-duplicates", map[string]any{}))
		if got := fmt.Sprint(job["state"], " ", at(job, "result", "groups"), " ", at(job, "result", "skipped", "phone")); got != "done 2 1" {
			t.Errorf("the search: %v", job)
		}
		want := "聯華食品廠=聯华食品廠=連華食品廠[name phone similar]"
		if got := boss.queue(); got != want+" 大同電機=大同電機股份有限公司[name]" {
			t.Errorf("the boss sees %q", got)
		}
		if got := seller.queue(); got != want {
			t.Errorf("the seller sees %q", got)
		}
		if got := stranger.queue(); got != "" {
			t.Errorf("the stranger sees %q", got)
		}
		stranger.must(404, "POST", "customers/actions/apart", map[string]any{"ids": []string{c, d}})
		boss.must(204, "POST", "customers/actions/apart", map[string]any{"ids": []string{c, d}})
		if got := boss.queue(); got != want {
			t.Errorf("after they were told apart the boss sees %q", got)
		}
		if got := boss.candidates("name", "大同電機", "except", c); got != " +0" {
			t.Errorf("told apart, and proposed again: %q", got)
		}
		boss.ended(boss.begin("customers/actions/find-duplicates", map[string]any{}))
		if got := boss.queue(); got != want {
			t.Errorf("searched again, the boss sees %q", got)
		}
		group := list(boss.must(200, "GET", "duplicates?object=customer", nil)["groups"])[0]
		var ids []string
		for _, one := range list(at(group, "records")) {
			ids = append(ids, fmt.Sprint(at(one, "id")))
		}
		if ids[0] != a {
			t.Errorf("the group begins with %v", ids)
		}
		merge := boss.merge("customers", nil, ids...)
		if got := boss.queue(); got != "" {
			t.Errorf("merged, the boss sees %q", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a, nil)["aliases"]); got != "[連華食品廠]" {
			t.Errorf("the other names: %s", got)
		}
		boss.must(200, "POST", "merges/"+merge+"/actions/undo", nil)
		if got := boss.queue(); got != want {
			t.Errorf("undone, the boss sees %q", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}
