package app

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// send sends a public form in as a browser does, and answers status, headers and page.
func (w *world) send(path string, values url.Values) (int, http.Header, string) {
	w.t.Helper()
	return w.sendRaw(path, "application/x-www-form-urlencoded", values.Encode())
}

func (w *world) sendRaw(path, kind, body string) (int, http.Header, string) {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Post(w.server.URL+path, kind, strings.NewReader(body)) //nolint:noctx // a test
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(b)
}

// page reads a page that everybody may.
func (w *world) page(path string) (http.Header, string) {
	w.t.Helper()
	answer, err := http.Get(w.server.URL + path) //nolint:noctx // a test
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.Header, string(b)
}

// contactForm is what an administrator puts together.
func contactForm() map[string]any {
	return map[string]any{
		"name": "官網詢價", "title": "聯絡我們", "language": "zh-TW", "consent_text": "我們依個資法保存您的資料。",
		"fields": map[string]any{"list": []map[string]any{
			{"name": "name", "required": true}, {"name": "company", "label": "貴公司"}, {"name": "phones"}, {"name": "mails", "required": true}, {"name": "industry"}, {"name": "source"}, {"name": "interest", "help": "型號或數量"}, {"name": "address"},
		}},
		"preset": map[string]any{"campaign": "2026 春季廣告", "rating": "warm"},
	}
}

// A stranger's form becomes a lead of whoever's turn it is, with what he agreed to and
// when; the answer is the same whether somebody is known or not.
func TestPublicFormBecomesALeadAndTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague, stranger := people["seller"], people["colleague"], people["stranger"]
		seller.add("customers", map[string]any{"name": "宏達精密股份有限公司", "phones": []string{"02-2345-6789"}})
		admin.add("assignment-rules", map[string]any{"name": "電子業", "position": 1, "condition": `industry = "電子"`, "people": []string{stranger.id}})
		admin.add("assignment-rules", map[string]any{"name": "其他", "position": 2, "people": []string{seller.id, colleague.id}})
		form := admin.must(200, "GET", "web-forms/"+admin.add("web-forms", contactForm()), nil)
		path := "/f/" + fmt.Sprint(form["token"])
		if seller.must(200, "GET", "web-forms/"+fmt.Sprint(form["id"]), nil)["token"] != nil {
			t.Error("everybody reads the address of a form")
		}
		entry := func(company, phone, industry string) url.Values {
			return url.Values{"name": {"王小明"}, "company": {company}, "phones": {phone}, "mails": {"wang@example.com"}, "industry": {industry}, "consent": {"1"}}
		}
		var pages []string
		for _, v := range []url.Values{entry("宏達精密股份有限公司", "02-2345-6789", "機械"), entry("沒有人認識的公司", "02-9999-0000", "機械"), entry("第三家", "02-9999-0001", "電子"), entry("第四家", "02-9999-0002", "機械")} {
			status, header, page := w.send(path, v)
			pages = append(pages, fmt.Sprint(status, header.Get("Location"), page))
		}
		for _, page := range pages {
			if page != pages[0] || !strings.HasPrefix(page, "303") {
				t.Errorf("the answers differ: %q and %q", page, pages[0])
			}
		}
		owners := map[string]string{}
		for _, lead := range admin.records("leads") {
			owners[fmt.Sprint(lead["company"])] = fmt.Sprint(at(lead, "owner", "label"))
			if lead["campaign"] != "2026 春季廣告" || lead["rating"] != "warm" || lead["consent_text"] != "我們依個資法保存您的資料。" || lead["consent_at"] == nil || at(lead, "web_form", "label") != "官網詢價" || lead["status"] != "new" {
				t.Errorf("the lead is %v", lead)
			}
		}
		if len(owners) != 4 || owners["第三家"] != "stranger" || owners["宏達精密股份有限公司"] != "seller" || owners["沒有人認識的公司"] != "colleague" || owners["第四家"] != "seller" {
			t.Errorf("they went to %v", owners)
		}
		if _, body := w.page(path + "?sent"); !strings.Contains(body, "我們收到了") {
			t.Errorf("the page after it is %s", body)
		}
	})
}

// Whatever strangers send, nothing is run, nothing is kept that the form does not ask,
// and too much is refused.
func TestPublicFormIsAttacked(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	bad := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{.}}`
	form := contactForm()
	form["title"], form["intro"], form["thanks"], form["consent_text"], form["sites"] = "題"+bad, bad, bad, bad, []string{"https://www.example.com", "https://*.example.org"}
	id := admin.add("web-forms", form)
	path := "/f/" + fmt.Sprint(admin.must(200, "GET", "web-forms/"+id, nil)["token"])
	look := func(what, page string) {
		t.Helper()
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img") || !strings.Contains(page, "&lt;script&gt;") {
			t.Errorf("%s: the page holds what was sent: %s", what, page)
		}
	}
	head, page := w.page(path)
	look("shown", page)
	if csp := head.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the page allows %q", csp)
	}
	head, _ = w.page(path + "/embed")
	if csp := head.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors https://www.example.com https://*.example.org") {
		t.Errorf("the embedded page allows %q", csp)
	}
	if head, _ = w.page("/"); !strings.Contains(head.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("other pages can be framed")
	}
	good := func() url.Values {
		return url.Values{"name": {bad}, "company": {bad}, "mails": {"a@example.com"}, "interest": {bad}, "consent": {"1"}}
	}
	broken := good()
	broken.Set("mails", bad)
	status, _, text := w.send(path, broken)
	if look("refused", text); status != 422 || !strings.Contains(text, "f-mails-bad") {
		t.Errorf("a wrong address answered %d %s", status, text)
	}
	for name, change := range map[string]func(url.Values){
		"no consent": func(v url.Values) { v.Del("consent") }, "no name": func(v url.Values) { v.Del("name") }, "too long": func(v url.Values) { v.Set("industry", strings.Repeat("長", 200)) },
		"no choice": func(v url.Values) { v.Set("source", "nowhere") },
	} {
		v := good()
		change(v)
		if status, _, _ := w.send(path, v); status != 422 {
			t.Errorf("%s answered %d", name, status)
		}
	}
	// What the form does not ask is nobody's.
	v := good()
	for name, value := range map[string]string{"owner": people["seller"].id, "status": "converted", "customer": "1", "created_at": "2001-01-01T00:00:00Z", "tags": "x", "id": "7", "note": "x", "budget": "9", "x_unknown": "x", "consent_text": "none", "name2": "x"} {
		v.Set(name, value)
	}
	v["name"] = []string{"甲", "乙"}
	if status, _, _ := w.send(path, v); status != 303 {
		t.Errorf("with more than was asked it answered %d", status)
	}
	leads := admin.records("leads")
	if len(leads) != 1 || leads[0]["status"] != "new" || leads[0]["owner"] != nil || leads[0]["note"] != nil || size(leads[0]["tags"]) != 0 || leads[0]["name"] != "甲" || strings.HasPrefix(fmt.Sprint(leads[0]["created_at"]), "2001") || leads[0]["interest"] != bad {
		t.Errorf("what was kept: %v", leads)
	}
	// The trap is answered like anything else.
	trapped := good()
	trapped.Set("contact_website", "http://spam.example")
	if status, header, _ := w.send(path, trapped); status != 303 || !strings.HasSuffix(header.Get("Location"), "?sent") || len(admin.records("leads")) != 1 {
		t.Errorf("the trap answered %d and %d leads", status, len(admin.records("leads")))
	}
	large := good()
	large.Set("interest", strings.Repeat("x", 1<<20))
	if status, _, _ := w.send(path, large); status != 413 {
		t.Errorf("a megabyte answered %d", status)
	}
	for kind, body := range map[string]string{"application/json": `{"name":"x"}`, "multipart/form-data; boundary=x": "--x--", "application/x-www-form-urlencoded": "%zz=1;%"} {
		if status, _, _ := w.sendRaw(path, kind, body); status != 415 && status != 400 && status != 422 {
			t.Errorf("%s answered %d", kind, status)
		}
	}
	many := url.Values{"consent": {"1"}}
	for i := range 3000 {
		many.Set(fmt.Sprintf("f%d", i), "x")
	}
	if status, _, _ := w.send(path, many); status != 422 {
		t.Errorf("three thousand fields answered %d", status)
	}
	// A flood ends at the limit of an address.
	limited := 0
	for range 40 {
		if status, header, _ := w.send(path, good()); status == 429 && header.Get("Retry-After") != "" {
			limited++
		} else if status != 303 {
			t.Errorf("a flood answered %d", status)
		}
	}
	if n := len(admin.records("leads")); limited < 10 || n > 31 {
		t.Errorf("of a flood %d were refused, %d leads are there", limited, n)
	}
	// Closed, it is as if there had never been one.
	admin.must(200, "PATCH", "web-forms/"+id, map[string]any{"active": false})
	if status, _, _ := w.send(path, good()); status != 404 {
		t.Errorf("a closed form answered %d", status)
	}
	for name, change := range map[string]map[string]any{
		"a field of the engine's": {"fields": map[string]any{"list": []map[string]any{{"name": "owner"}}}}, "its stage": {"fields": map[string]any{"list": []map[string]any{{"name": "status"}}}}, "none": {"fields": map[string]any{"list": []any{}}},
		"a person set": {"preset": map[string]any{"owner": "1"}}, "a choice there is not": {"preset": map[string]any{"rating": "boiling"}}, "another object": {"object": "user"}, "a header": {"sites": []string{"https://a.example; script-src *"}},
	} {
		if status, answer := admin.call("PATCH", "web-forms/"+id, change); status != 422 {
			t.Errorf("%s answered %d %v", name, status, answer)
		}
	}
	if status, _ := people["boss"].call("POST", "web-forms", contactForm()); status != 403 {
		t.Errorf("somebody else's form answered %d", status)
	}
}

// Those named take turns, whoever asks and however many at once; who is away or has left
// is passed over and has no arrears to catch up with.
func TestLeadsAreHandedOutInTurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		w.work()
		seller, colleague, stranger := people["seller"], people["colleague"], people["stranger"]
		rule := admin.add("assignment-rules", map[string]any{"name": "輪流", "people": []string{seller.id, colleague.id, stranger.id}})
		secret := fmt.Sprint(people["boss"].must(201, "POST", "tokens", map[string]any{"name": "t", "scopes": []string{"read", "write"}})["secret"])
		program := &person{w: w}
		bring := func(n int) {
			t.Helper()
			done := make(chan string, n)
			for i := range n {
				go func() {
					status, answer := program.call("POST", "leads", map[string]any{"company": fmt.Sprintf("公司%d", i), "region": "北部"}, "Authorization", "Bearer "+secret)
					done <- fmt.Sprint(status, " ", answer["fields"])
				}()
			}
			for range n {
				if got := <-done; !strings.HasPrefix(got, "201") {
					t.Fatalf("a lead answered %s", got)
				}
			}
		}
		held := func() string {
			count := map[string]int{}
			for _, lead := range admin.records("leads") {
				count[fmt.Sprint(at(lead, "owner", "label"))]++
			}
			return fmt.Sprint(count)
		}
		bring(9)
		if got := held(); got != "map[colleague:3 seller:3 stranger:3]" {
			t.Errorf("nine at once went to %s", got)
		}
		admin.must(200, "PATCH", "users/"+colleague.id, map[string]any{"away_from": "2020-01-01", "away_until": "2099-01-01"})
		admin.must(200, "PATCH", "users/"+stranger.id, map[string]any{"active": false})
		bring(3)
		if got := held(); got != "map[colleague:3 seller:6 stranger:3]" {
			t.Errorf("with two gone they went to %s", got)
		}
		colleague.must(200, "PATCH", "me", map[string]any{"away_until": "2020-02-01"})
		bring(4)
		if got := held(); got != "map[colleague:5 seller:8 stranger:3]" {
			t.Errorf("one is back: %s", got)
		}
		// Typed in by hand it is whoever's typed it, and a name given is kept.
		people["boss"].add("leads", map[string]any{"company": "老闆的"})
		people["boss"].add("leads", map[string]any{"company": "給同事", "owner": colleague.id})
		if got := held(); got != "map[boss:1 colleague:6 seller:8 stranger:3]" {
			t.Errorf("by hand: %s", got)
		}
		// A salesperson's file hands out to those for whom he may make a lead: himself.
		_, done := seller.imported("lead", "公司,地區\n匯入一,北部\n匯入二,北部\n")
		if got := held(); fmt.Sprint(done["created"]) != "2" || got != "map[boss:1 colleague:6 seller:10 stranger:3]" {
			t.Errorf("a salesperson's file: %v, %s", done["created"], got)
		}
		for _, condition := range []string{"nothing = 1", "region =", "region = (1"} {
			if status, answer := admin.call("PATCH", "assignment-rules/"+rule, map[string]any{"condition": condition}); status != 422 || at(answer, "fields", 0, "field") != "condition" {
				t.Errorf("the condition %q answered %d %v", condition, status, answer)
			}
		}
		if status, _ := people["boss"].call("PATCH", "assignment-rules/"+rule, map[string]any{"active": false}); status != 403 {
			t.Errorf("a rule was changed by somebody else: %d", status)
		}
		if history := fmt.Sprint(admin.must(200, "GET", "leads/"+fmt.Sprint(colleague.records("leads?filter=" + url.QueryEscape("company ~ \"公司\""))[0]["id"])+"/history", nil)); !strings.Contains(history, "assignment") {
			t.Errorf("the history does not say who handed it out: %s", history)
		}
	})
}
