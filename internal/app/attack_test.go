package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/api"
	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
)

// secret stands in everything the victim wrote; no answer to the attacker may
// hold it.
const secret = "祕密代號九"

// at walks into decoded JSON by names and places; nil where it leads nowhere.
func at(v any, keys ...any) any {
	for _, key := range keys {
		switch key := key.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

// size is the length of a decoded list.
func size(v any) int {
	list, _ := v.([]any)
	return len(list)
}

// attack is a company with a victim and, in another department, an attacker.
type attack struct {
	w                *world
	admin            *person
	victim, attacker *person
	// exporter may export what his department owns: the attacker's, not the
	// victim's.
	exporter *person
	// manager is the victim's, and has a file of his customers.
	manager     *person
	departments map[string]string
	// ids are the victim's: a record of each object by plural, and by name what
	// is no record.
	ids map[string]string
	// number is the unique field of the victim's customer.
	number string
}

// owned are the objects whose records belong to somebody, by plural, with what
// makes the victim's.
func (x *attack) owned() map[string]map[string]any {
	customer := x.ids["customers"]
	return map[string]map[string]any{
		"customers":     {"name": secret, "phones": []string{"02-2345-6789"}, "credit_limit": map[string]string{"amount": "777000"}, "note": secret},
		"contacts":      {"name": secret, "customer": customer, "mails": []string{"secret@victim.example"}},
		"opportunities": {"name": secret, "customer": customer, "amount": map[string]string{"amount": "777000"}, "expected_close": time.Now().Format(time.DateOnly)},
		"activities":    {"subject": secret, "kind": "call", "customer": customer},
		"tasks":         {"subject": secret, "customer": customer},
		"quotes":        {"subject": secret, "customer": customer, "notes": secret, "items": []map[string]string{{"description": secret, "price": "777000"}}},
		"x_projects":    {"name": secret, "x_customer": customer},
		"leads":         {"name": secret, "company": secret, "phones": []string{"02-2345-6789"}, "tax_number": "04595257"},
	}
}

var ownedPlurals = []string{"customers", "contacts", "opportunities", "activities", "tasks", "quotes", "x_projects", "leads"}

func newAttack(t testing.TB, dsn string) *attack {
	w := newWorld(t, dsn)
	x := &attack{w: w, ids: map[string]string{}}
	var people map[string]*person
	x.admin, people, x.departments = w.company()
	x.victim, x.attacker = people["seller"], people["stranger"]
	x.admin.add("users", map[string]any{"name": "exporter", "login": "exporter", "role": "manager", "department": x.departments["south"], "password": "long-password"})
	x.exporter = w.signIn("exporter")
	x.admin.must(201, "POST", "objects", project()) // what is made at run time is attacked like the rest
	for _, plural := range ownedPlurals {
		x.ids[plural] = x.victim.add(plural, x.owned()[plural])
		x.victim.must(201, "POST", plural+"/"+x.ids[plural]+"/comments", map[string]any{"text": secret})
	}
	x.number = fmt.Sprint(x.victim.must(200, "GET", "customers/"+x.ids["customers"], nil)["number"])
	x.victim.must(201, "POST", "customers/"+x.ids["customers"]+"/shares", map[string]any{"user": people["boss"].id})
	x.ids["share"] = "u" + people["boss"].id
	// One more in the recycle bin.
	x.ids["deleted"] = x.victim.add("customers", map[string]any{"name": secret})
	x.admin.must(204, "DELETE", "customers/"+x.ids["deleted"], nil)
	x.ids["merge"] = x.admin.merge("customers", nil, x.twins()...)
	x.ids["view"] = fmt.Sprint(x.victim.must(201, "POST", "views", map[string]any{"object": "customer", "name": secret, "filter": `name ~ "` + secret + `"`})["id"])
	x.ids["token"] = fmt.Sprint(x.victim.must(201, "POST", "tokens", map[string]any{"name": secret, "scopes": []string{"read"}})["id"])
	x.ids["session"] = fmt.Sprint(at(x.victim.must(200, "GET", "sessions", nil), "sessions", 0, "id"))
	x.ids["work_reports"] = fmt.Sprint(x.victim.must(201, "POST", "reporting/hand-in", map[string]any{"kind": "month", "day": w.app.Records.Today(), "texts": map[string]any{"done": secret}})["id"])
	x.ids["file"] = x.victim.file(secret+".png", picture(8, 8))
	x.ids["attachment"] = x.victim.file(secret+".txt", []byte(secret))
	x.victim.must(200, "PATCH", "customers/"+x.ids["customers"], map[string]any{"logo": x.ids["file"]})
	x.victim.must(201, "POST", "customers/"+x.ids["customers"]+"/files", map[string]any{"files": []string{x.ids["attachment"]}})
	_, upload := x.victim.upload("customer", "geheim.csv", []byte("名稱\n"+secret+"二\n"))
	x.ids["import"] = fmt.Sprint(upload["id"])
	status, job := x.victim.call("POST", "customers/actions/tag", map[string]any{"ids": []string{x.ids["customers"]}, "input": map[string]any{"add": []string{secret}}})
	if status == 202 {
		if inner, ok := job["job"].(map[string]any); ok {
			job = inner
		}
		x.ids["job"] = fmt.Sprint(job["id"])
		x.victim.ended(x.ids["job"])
	}
	if x.ids["job"] == "" {
		t.Fatalf("the victim has no job: %d %v", status, job)
	}
	x.manager = people["manager"]
	x.ids["export"] = x.manager.begin("customers/actions/export", map[string]any{"format": "csv"})
	if made := x.manager.ended(x.ids["export"]); made["state"] != "done" {
		t.Fatalf("the manager has no file: %v", made)
	}
	return x
}

// noticed has the victim be told of something and answers the notice.
func (x *attack) noticed() string {
	x.manager.add("customers", map[string]any{"name": secret + "三", "owner": x.victim.id})
	x.w.told()
	return fmt.Sprint(at(x.victim.must(200, "GET", "notices?unread=true", nil), "notices", 0, "id"))
}

// twins makes two customers of the victim's that look like one.
func (x *attack) twins() []string {
	one := map[string]any{"name": secret + "孿生", "phones": []string{"02-9999-0001"}}
	return []string{x.victim.add("customers", one), x.victim.add("customers", one)}
}

// state is everything of the victim's that an attack might change.
func (x *attack) state() string {
	var b strings.Builder
	for _, plural := range ownedPlurals {
		path := plural + "/" + x.ids[plural]
		for _, sub := range []string{"", "/history", "/comments", "/shares", "/files"} {
			fmt.Fprintln(&b, x.victim.must(200, "GET", path+sub, nil))
		}
	}
	fmt.Fprintln(&b, x.victim.must(200, "GET", "customers/"+x.ids["customers"]+"/timeline?kind=task", nil))
	fmt.Fprintln(&b, x.victim.must(200, "GET", "views/"+x.ids["view"], nil), x.victim.must(200, "GET", "imports/"+x.ids["import"], nil)["state"],
		x.victim.must(200, "GET", "jobs/"+x.ids["job"], nil), size(x.victim.must(200, "GET", "tokens", nil)["tokens"]), size(x.victim.must(200, "GET", "sessions", nil)["sessions"]),
		x.admin.must(200, "GET", "users/"+x.victim.id+"/history", nil), x.admin.names("customers?deleted=true"), x.admin.names("users?sort=id"), x.admin.names("roles?sort=id"))
	return b.String()
}

// raw sends bytes as they are and reads whatever comes back.
func (p *person) raw(method, path, contentType string, body []byte, headers ...string) (int, string) {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.w.server.URL+path, bytes.NewReader(body))
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if p.cookie != nil {
		r.AddCookie(p.cookie)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

// refused sends what an attacker would and wants one of the statuses.
func (x *attack) refused(t testing.TB, method, path string, body any, statuses ...int) {
	t.Helper()
	status, answer := x.attacker.call(method, path, body)
	if strings.Contains(fmt.Sprint(answer), secret) {
		t.Errorf("%s %s told the secret: %v", method, path, answer)
	}
	for _, s := range statuses {
		if s == status {
			return
		}
	}
	t.Errorf("%s %s answered %d, want one of %v: %v", method, path, status, statuses, answer)
}

// empty wants a list, aggregate or search in which the victim does not appear.
func (x *attack) empty(t testing.TB, path string) {
	t.Helper()
	status, answer := x.attacker.call("GET", path, nil)
	text := fmt.Sprint(answer)
	if strings.Contains(text, secret) || len(namesOf(answer)) > 0 {
		t.Errorf("%s told %s", path, text)
	}
	if status != 200 && status != 422 && status != 404 {
		t.Errorf("%s answered %d", path, status)
	}
}

// each runs a case on the victim's record of every owned object.
func each(fn func(t testing.TB, x *attack, plural, id string)) func(t testing.TB, x *attack) {
	return func(t testing.TB, x *attack) {
		for _, plural := range ownedPlurals {
			fn(t, x, plural, x.ids[plural])
		}
	}
}

// on attacks one record of every owned object with a request that must not find
// it.
func on(method, suffix string, body any) func(t testing.TB, x *attack) {
	return each(func(t testing.TB, x *attack, plural, id string) {
		t.Helper()
		x.refused(t, method, plural+"/"+id+suffix, body, 404)
	})
}

// own is the case of routes that take no name of another's: they act for the
// asker alone or are open to all; another test says what they do.
func own(testing.TB, *attack) {}

// attackers stands for the attacker's id in what is asked for.
const attackers = "the attacker"

// bulk attacks the victim's record by its id and by a filter, with a job.
func bulkAttack(action string, asked map[string]any) func(t testing.TB, x *attack) {
	return func(t testing.TB, x *attack) {
		t.Helper()
		input := maps.Clone(asked)
		for name, value := range asked {
			if value == attackers {
				input[name] = x.attacker.id
			}
		}
		const plural = "customers" // a job takes its time, and is the same for every object
		id := x.ids[plural]
		for _, body := range []map[string]any{{"ids": []string{id}, "input": input}, {"filter": `id = "` + id + `"`, "input": input}, {"q": secret, "view": x.ids["view"], "input": input}} {
			bulkOf(t, x, plural, action, body)
		}
	}
}

// manyAttack attacks the victim's record of each object with an action that the object
// declares for many: what a module declares is tried without a line here.
func manyAttack(r *schema.Registry, route api.Route) (attempt func(t testing.TB, x *attack), ok bool) {
	name, many := strings.CutPrefix(route.Path, "/api/v1/{plural}/actions/")
	var objects []*schema.Object
	for _, o := range r.Objects() {
		if act := o.Action(name); many && act != nil && act.Many {
			objects = append(objects, o)
		}
	}
	return func(t testing.TB, x *attack) {
		t.Helper()
		for _, o := range objects {
			id := x.ids[o.Plural]
			if id == "" {
				t.Errorf("there is no %s of the victim's to attack: add it to owned", o.Name)
			}
			for _, body := range []map[string]any{{"ids": []string{id}}, {"filter": `id = "` + id + `"`}, {"filter": ""}} {
				body["input"] = answersTo(o.Action(name))
				bulkOf(t, x, o.Plural, name, body)
			}
		}
	}, objects != nil
}

// answersTo are answers to what an action asks of many records.
func answersTo(act *schema.Action) map[string]any {
	answers := map[string]any{}
	for _, f := range act.Fields {
		switch {
		case f.Own:
		case f.Type == "picklist":
			answers[f.Name] = f.Options[0].Value
		case f.Type == "boolean":
			answers[f.Name] = true
		case f.Type == "text":
			answers[f.Name] = "x"
		}
	}
	return answers
}

// bulkOf begins a job on records of an object and waits for its end; whatever it does,
// the victim's state is compared afterwards.
func bulkOf(t testing.TB, x *attack, plural, action string, body map[string]any) {
	t.Helper()
	status, answer := x.attacker.call("POST", plural+"/actions/"+action, body)
	if strings.Contains(fmt.Sprint(answer), secret) || status >= 500 || status == 200 || status == 201 {
		t.Errorf("bulk %s answered %d %v", action, status, answer)
	}
	if status != 202 {
		return
	}
	if inner, ok := answer["job"].(map[string]any); ok {
		answer = inner
	}
	job := x.attacker.ended(fmt.Sprint(answer["id"]))
	if strings.Contains(fmt.Sprint(job), secret) {
		t.Errorf("the job of a bulk %s told the secret: %v", action, job)
	}
}

func lists(t testing.TB, x *attack) {
	q := url.QueryEscape
	for _, plural := range ownedPlurals {
		name := map[string]string{"activities": "subject", "tasks": "subject"}[plural]
		if name == "" {
			name = "name"
		}
		for _, query := range []string{
			"", "limit=500&count=exact", "q=" + q(secret), "q=6789", "q=" + q("secret@victim.example"), "deleted=true", "sort=-" + name, "sort=-id&fields=id," + name,
			"filter=" + q(name+` ~ "祕密"`), "filter=" + q(`id = "`+x.ids[plural]+`"`), "filter=" + q(`id IN ("`+x.ids[plural]+`", "1")`), "filter=" + q(`owner = "`+x.victim.id+`"`),
			"filter=" + q(`NOT owner = me()`), "filter=" + q(`id != "1" OR id = "`+x.ids[plural]+`"`), "filter=" + q(`{"or":[{"field":"id","op":"=","value":"`+x.ids[plural]+`"},{"not":{"field":"id","op":"=","value":"1"}}]}`),
			"filter=" + q(`department = "`+x.departments["north"]+`"`), "filter=" + q(`{"op":"shared","field":"write","value":["u`+x.victim.id+`"]}`),
			"filter=" + q(`customer.name ~ "祕密"`), "filter=" + q(`customer.contacts.any(name ~ "祕密")`), "filter=" + q(`contacts.any(name ~ "祕密")`), "filter=" + q(`owner.name = "seller"`),
			"view=" + x.ids["view"], "view=" + x.ids["view"] + "&filter=" + q(`name ~ "祕"`), "q=" + q("o"+x.victim.id), "q=" + q("u"+x.victim.id),
		} {
			x.empty(t, plural+"?"+query)
		}
		// Nothing of another's leaks by counting either.
		answer := x.attacker.must(200, "GET", plural+"?count=exact&limit=1", nil)
		if count, _ := answer["count"].(map[string]any); fmt.Sprint(count["value"]) != "0" {
			t.Errorf("%s counts %v for the attacker", plural, count)
		}
	}
}

func aggregates(t testing.TB, x *attack) {
	for _, plural := range ownedPlurals {
		for _, body := range []map[string]any{
			{"measures": []map[string]string{{"fn": "count"}}},
			{"measures": []map[string]string{{"fn": "count"}}, "filter": `id = "` + x.ids[plural] + `"`},
			{"measures": []map[string]string{{"fn": "count"}}, "group": []map[string]string{{"field": "owner"}}},
			{"measures": []map[string]string{{"fn": "count"}}, "filter": `NOT owner = me()`},
		} {
			status, answer := x.attacker.call("POST", plural+"/aggregate", body)
			text := fmt.Sprint(answer["rows"])
			if status != 200 || text != "[]" && !strings.Contains(text, "measures:[0]") || strings.Contains(text, x.victim.id) {
				t.Errorf("aggregate of %s %v answered %d %v", plural, body, status, answer)
			}
		}
	}
	answer := x.attacker.must(200, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "sum", "field": "credit_limit"}, {"fn": "max", "field": "credit_limit"}}})
	if strings.Contains(fmt.Sprint(answer), "777000") {
		t.Errorf("the sum tells the victim's amount: %v", answer)
	}
}

// cases holds, for every route there is, what an attacker tries on it. A new
// route without a case fails TestNoRouteLeadsToAnothersRecords: think about what
// somebody without the right could ask of it, and write that down here.
var cases = map[string]func(t testing.TB, x *attack){
	"GET /api/v1/setup":     own,
	"GET /f/{token}":        formless("GET", ""),
	"GET /f/{token}/embed":  formless("GET", "/embed"),
	"POST /f/{token}":       formless("POST", ""),
	"POST /f/{token}/embed": formless("POST", "/embed"),
	"GET /api/v1/{plural}/{id}/actions/{action}": func(t testing.TB, x *attack) {
		x.refused(t, "GET", "leads/"+x.ids["leads"]+"/actions/convert", nil, 404)
		x.refused(t, "GET", "customers/"+x.ids["customers"]+"/actions/convert", nil, 404)
		// What is alike is told only of what one sees.
		mine := x.attacker.add("leads", map[string]any{"name": "x", "company": secret, "phones": []string{"02-2345-6789"}})
		defer x.admin.must(204, "DELETE", "leads/"+mine, nil)
		answer := x.attacker.must(200, "GET", "leads/"+mine+"/actions/convert", nil)
		if text := fmt.Sprint(at(answer, "candidates")); strings.Contains(text, x.ids["customers"]) || strings.Contains(text, secret) || size(at(answer, "candidates", "customer", "records")) > 0 {
			t.Errorf("the candidates tell of another's customer: %s", text)
		}
	},
	"POST /api/v1/{plural}/{id}/actions/{action}": func(t testing.TB, x *attack) {
		for _, action := range []string{"convert", "disqualify", "reopen", "nothing"} {
			x.refused(t, "POST", "leads/"+x.ids["leads"]+"/actions/"+action, map[string]any{"reason": "spam", "deal": "none"}, 404)
		}
		mine := x.attacker.add("leads", map[string]any{"name": "x", "company": "y"})
		defer x.admin.must(204, "DELETE", "leads/"+mine, nil)
		for _, body := range []map[string]any{
			{"deal": "none", "customer": x.ids["customers"]}, {"deal": "none", "contact": x.ids["contacts"]}, {"deal": "none", "owner": x.victim.id}, {"deal": "none", "customer": map[string]any{"number": x.number}},
		} {
			x.refused(t, "POST", "leads/"+mine+"/actions/convert", body, 422)
		}
	},
	"GET /api/v1/reach": own,
	"GET /api/v1/reach/code.svg": func(t testing.TB, x *attack) {
		// Codes lead to this server, never where somebody would like others to go.
		for _, address := range []string{"", "https://evil.example", "javascript:alert(1)", "http://localhost/"} {
			x.refused(t, "GET", "reach/code.svg?address="+url.QueryEscape(address), nil, 404)
		}
	},
	"POST /api/v1/setup": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "setup", map[string]any{"company": "x", "administrator": map[string]string{"name": "x", "login": "x", "password": "long-password"}}, 409)
	},
	"POST /api/v1/session": func(t testing.TB, x *attack) {
		for _, password := range []string{"", "long-passwor", "long-password ", "' OR 1=1 --"} {
			(&attack{w: x.w, attacker: &person{w: x.w}}).refused(t, "POST", "session", map[string]any{"login": "seller", "password": password}, 401)
		}
	},
	"DELETE /api/v1/session": own,
	"GET /api/v1/me":         own,
	"PATCH /api/v1/me": func(t testing.TB, x *attack) {
		for _, body := range []map[string]any{{"role": "administrator"}, {"id": x.victim.id}, {"department": x.departments["north"]}, {"assistant_of": []string{x.victim.id}}, {"login": "seller"}, {"active": true}, {"password": "another-password"}, {"photo": x.ids["file"]}, {"photo": map[string]any{"id": x.ids["file"]}}} {
			x.refused(t, "PATCH", "me", body, 422)
		}
	},
	"GET /api/v1/sessions": func(t testing.TB, x *attack) {
		x.refused(t, "GET", "sessions?user="+x.victim.id, nil, 403)
		x.refused(t, "GET", "sessions?user=all", nil, 403)
	},
	"DELETE /api/v1/sessions/{id}": func(t testing.TB, x *attack) { x.refused(t, "DELETE", "sessions/"+x.ids["session"], nil, 404) },
	"GET /api/v1/tokens":           func(t testing.TB, x *attack) { x.refused(t, "GET", "tokens?user="+x.victim.id, nil, 403) },
	"POST /api/v1/tokens": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "tokens", map[string]any{"name": "x", "scopes": []string{"admin"}}, 422)
		x.refused(t, "POST", "tokens", map[string]any{"name": "x", "scopes": []string{"read"}, "user": x.victim.id}, 422)
	},
	"DELETE /api/v1/tokens/{id}": func(t testing.TB, x *attack) { x.refused(t, "DELETE", "tokens/"+x.ids["token"], nil, 404) },
	"POST /api/v1/users/{id}/actions/reset-password": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "users/"+x.victim.id+"/actions/reset-password", nil, 403)
		x.refused(t, "POST", "users/"+x.admin.id+"/actions/reset-password", nil, 403)
	},
	"POST /api/v1/users/actions/invite": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "users/actions/invite", map[string]any{}, 403)
		x.refused(t, "POST", "users/actions/invite", map[string]any{"ids": []string{x.victim.id}}, 403)
	},
	"GET /api/v1/objects":          own,
	"GET /api/v1/readings/{type}":  own, // of no record
	"GET /api/v1/places":           own,
	"GET /api/v1/objects/{object}": own,
	"POST /api/v1/objects": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "objects", map[string]any{"name": "x_a", "labels": "a"}, 403)
	},
	"PATCH /api/v1/objects/{object}": func(t testing.TB, x *attack) {
		x.refused(t, "PATCH", "objects/customer", map[string]any{"labels": "a"}, 403)
	},
	"PUT /api/v1/objects/{object}/pipelines": func(t testing.TB, x *attack) {
		x.refused(t, "PUT", "objects/opportunity/pipelines", map[string]any{"pipelines": []any{}}, 403)
	},
	"POST /api/v1/objects/{object}/fields": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "objects/customer/fields", map[string]any{"name": "x_a", "type": "text", "labels": "a"}, 403)
	},
	"PATCH /api/v1/objects/{object}/fields/{field}": func(t testing.TB, x *attack) {
		x.refused(t, "PATCH", "objects/customer/fields/level", map[string]any{"labels": map[string]string{"en": "x"}}, 403)
	},
	"DELETE /api/v1/objects/{object}/fields/{field}": func(t testing.TB, x *attack) {
		x.refused(t, "DELETE", "objects/customer/fields/level", nil, 403)
		x.refused(t, "DELETE", "objects/customer/fields/level?drop=true", nil, 403)
	},
	"POST /api/v1/objects/{object}/fields/{field}/actions/restore": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "objects/customer/fields/level/actions/restore", map[string]any{}, 403)
	},
	"GET /api/v1/objects/{object}/retired-fields": func(t testing.TB, x *attack) {
		x.refused(t, "GET", "objects/customer/retired-fields", nil, 403)
	},
	"PATCH /api/v1/company": func(t testing.TB, x *attack) { x.refused(t, "PATCH", "company", map[string]any{"name": "x"}, 403) },
	"GET /api/v1/search": func(t testing.TB, x *attack) {
		for _, q := range []string{secret, "祕密", "6789", "secret@victim.example", x.number, "o" + x.victim.id} {
			status, answer := x.attacker.call("GET", "search?q="+url.QueryEscape(q), nil)
			if found, _ := answer["results"].([]any); status != 200 || len(found) > 0 {
				t.Errorf("search for %q answered %d %v", q, status, answer)
			}
		}
	},
	"POST /api/v1/imports": func(t testing.TB, x *attack) {
		if status, answer := x.attacker.upload("user", "x.csv", []byte("name,login,role\nx,x,administrator\n")); status != 403 && status != 422 {
			t.Errorf("an import of users answered %d %v", status, answer)
		}
	},
	"GET /api/v1/imports": func(t testing.TB, x *attack) {
		answer := x.attacker.must(200, "GET", "imports", nil)
		if list, _ := answer["imports"].([]any); len(list) > 0 {
			t.Errorf("another's imports are listed: %v", list)
		}
		if mine, _ := x.victim.must(200, "GET", "imports", nil)["imports"].([]any); len(mine) == 0 {
			t.Error("the victim's own imports are not listed")
		}
	},
	"GET /api/v1/imports/{id}": func(t testing.TB, x *attack) { x.refused(t, "GET", "imports/"+x.ids["import"], nil, 404) },
	"GET /api/v1/imports/{id}/problems.csv": func(t testing.TB, x *attack) {
		x.refused(t, "GET", "imports/"+x.ids["import"]+"/problems.csv", nil, 404)
	},
	"PATCH /api/v1/imports/{id}": func(t testing.TB, x *attack) {
		x.refused(t, "PATCH", "imports/"+x.ids["import"], map[string]any{"header_row": 0}, 404)
	},
	"POST /api/v1/imports/{id}/actions/check":  importAction("check"),
	"POST /api/v1/imports/{id}/actions/run":    importAction("run"),
	"POST /api/v1/imports/{id}/actions/cancel": importAction("cancel"),
	"POST /api/v1/imports/{id}/actions/undo":   importAction("undo"),
	"GET /api/v1/jobs": func(t testing.TB, x *attack) {
		if text := fmt.Sprint(x.attacker.must(200, "GET", "jobs", nil)); strings.Contains(text, x.ids["job"]) || strings.Contains(text, secret) {
			t.Errorf("another's job is listed: %s", text)
		}
	},
	"GET /api/v1/jobs/{id}":                 func(t testing.TB, x *attack) { x.refused(t, "GET", "jobs/"+x.ids["job"], nil, 404) },
	"GET /api/v1/jobs/{id}/rows":            func(t testing.TB, x *attack) { x.refused(t, "GET", "jobs/"+x.ids["job"]+"/rows", nil, 404) },
	"POST /api/v1/jobs/{id}/actions/cancel": func(t testing.TB, x *attack) { x.refused(t, "POST", "jobs/"+x.ids["job"]+"/actions/cancel", nil, 404) },
	"POST /api/v1/jobs/{id}/actions/undo":   func(t testing.TB, x *attack) { x.refused(t, "POST", "jobs/"+x.ids["job"]+"/actions/undo", nil, 404) },
	"GET /api/v1/events":                    streams,
	"POST /api/v1/password/actions/forget":  own, // tells nobody anything: TestForgottenPasswordTellsNothing
	"POST /api/v1/password/actions/look": func(t testing.TB, x *attack) {
		for _, token := range []string{"", "x", "' OR 1=1 --", strings.Repeat("A", 52), x.ids["token"]} {
			(&attack{w: x.w, attacker: &person{w: x.w}}).refused(t, "POST", "password/actions/look", map[string]any{"token": token}, 404)
		}
	},
	"POST /api/v1/password/actions/choose": func(t testing.TB, x *attack) {
		for _, token := range []string{"", "x", strings.Repeat("A", 52)} {
			(&attack{w: x.w, attacker: &person{w: x.w}}).refused(t, "POST", "password/actions/choose", map[string]any{"token": token, "password": "long-password"}, 404, 429)
		}
	},
	"GET /api/v1/mail-server": func(t testing.TB, x *attack) { x.refused(t, "GET", "mail-server", nil, 403) },
	"PATCH /api/v1/mail-server": func(t testing.TB, x *attack) {
		x.refused(t, "PATCH", "mail-server", map[string]any{"host": "evil.example", "sender_address": "a@b.example"}, 403)
	},
	"POST /api/v1/mail-server/actions/test": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "mail-server/actions/test", map[string]any{"to": "a@b.example"}, 403)
	},
	"GET /api/v1/mails":                     func(t testing.TB, x *attack) { x.refused(t, "GET", "mails", nil, 403) },
	"POST /api/v1/mails/{id}/actions/retry": func(t testing.TB, x *attack) { x.refused(t, "POST", "mails/1/actions/retry", nil, 403) },
	"GET /api/v1/notices": func(t testing.TB, x *attack) {
		x.noticed()
		for _, query := range []string{"", "?limit=100", "?unread=true", "?cursor=9000000000000000000"} {
			if text := fmt.Sprint(x.attacker.must(200, "GET", "notices"+query, nil)); strings.Contains(text, secret) || strings.Contains(text, x.ids["customers"]) {
				t.Errorf("another's notice is listed: %s", text)
			}
		}
	},
	"POST /api/v1/notices/actions/read": func(t testing.TB, x *attack) {
		id := x.noticed()
		for _, body := range []map[string]any{{"ids": []string{id}}, {"through": id}, {"through": "9000000000000000000"}, {"job": x.ids["job"]}} {
			if text := fmt.Sprint(x.attacker.must(200, "POST", "notices/actions/read", body)); strings.Contains(text, secret) {
				t.Errorf("the answer tells %s", text)
			}
		}
		if x.victim.unread() == "0" {
			t.Error("another read the victim's notices")
		}
	},
	"GET /api/v1/calendar": func(t testing.TB, x *attack) {
		day := time.Now()
		from, to := day.AddDate(0, 0, -20).Format(time.DateOnly), day.AddDate(0, 0, 20).Format(time.DateOnly)
		due := day.Add(time.Hour).UTC().Format(time.RFC3339)
		x.victim.add("tasks", map[string]any{"subject": secret, "due_at": due, "repeat": "FREQ=DAILY"})
		if text := fmt.Sprint(x.victim.must(200, "GET", "calendar?from="+from+"&to="+to, nil)); !strings.Contains(text, secret) {
			t.Error("the victim's own calendar is empty")
		}
		for _, who := range []string{"me", "all", x.victim.id, x.admin.id} {
			x.empty(t, "calendar?from="+from+"&to="+to+"&who="+who)
		}
		for _, q := range []string{"", "?from=2026-01-01", "?from=2026-01-01&to=2027-01-01", "?from=2026-01-02&to=2026-01-01", "?from=x&to=y", "?from=" + from + "&to=" + to + "&who=%22%20OR%201=1"} {
			x.refused(t, "GET", "calendar"+q, nil, 422)
		}
	},
	"GET /api/v1/calendar/links": func(t testing.TB, x *attack) {
		x.victim.must(201, "POST", "calendar/links", map[string]any{"name": secret})
		x.empty(t, "calendar/links?user="+x.victim.id)
	},
	"POST /api/v1/calendar/links": own,
	"DELETE /api/v1/calendar/links/{id}": func(t testing.TB, x *attack) {
		link := fmt.Sprint(x.victim.must(201, "POST", "calendar/links", map[string]any{"name": secret})["id"])
		x.refused(t, "DELETE", "calendar/links/"+link, nil, 404)
	},
	"GET /ical/{file}": func(t testing.TB, x *attack) {
		for _, file := range []string{"x.ics", x.victim.id + ".ics", strings.Repeat("A", 52) + ".ics", "%27%20OR%201=1.ics", "x", ".ics"} {
			if status, text := x.attacker.raw("GET", "/ical/"+file, "", nil); status != 404 || strings.Contains(text, secret) {
				t.Errorf("/ical/%s answered %d %s", file, status, text)
			}
		}
	},
	"GET /api/v1/notices/choices":      own,
	"PATCH /api/v1/notices/choices":    own,
	"GET /api/v1/{plural}/{id}/people": on("GET", "/people?q=m", nil),
	"GET /api/v1/workbench":            own,
	"PUT /api/v1/workbench":            own,
	"DELETE /api/v1/workbench":         own,
	"PUT /api/v1/workbench/roles/{id}": func(t testing.TB, x *attack) {
		x.refused(t, "PUT", "workbench/roles/1", map[string]any{"widgets": []any{}}, 403)
	},
	"DELETE /api/v1/workbench/roles/{id}": func(t testing.TB, x *attack) { x.refused(t, "DELETE", "workbench/roles/1", nil, 403) },
	"GET /api/v1/attainment": func(t testing.TB, x *attack) {
		for _, who := range []string{"all", "u:" + x.victim.id, "d:" + x.departments["north"]} {
			if text := fmt.Sprint(x.attacker.must(200, "GET", "attainment?months=24&from="+time.Now().AddDate(-1, 0, 0).Format("2006-01")+"&who="+who, nil)); strings.Contains(text, "777000") {
				t.Errorf("another's sales are told: %s", text)
			}
		}
	},
	"GET /api/v1/leaders":         func(t testing.TB, x *attack) { x.refused(t, "GET", "leaders", nil, 403) },
	"GET /api/v1/reporting/mine":  own,
	"PUT /api/v1/reporting/draft": own,
	"GET /api/v1/reporting/logged": func(t testing.TB, x *attack) {
		x.refused(t, "GET", "reporting/logged?id="+x.ids["work_reports"], nil, 404)
	},
	"GET /api/v1/reporting/team": func(t testing.TB, x *attack) {
		// What is handed in is tried by the matrix of all objects.
		for _, kind := range []string{"day", "week", "month"} {
			if text := fmt.Sprint(x.attacker.must(200, "GET", "reporting/team?kind="+kind, nil)); strings.Contains(text, x.victim.id) || strings.Contains(text, secret) {
				t.Errorf("another's team is told: %s", text)
			}
		}
	},
	"POST /api/v1/reporting/hand-in": own,
	"POST /api/v1/reporting/remind": func(t testing.TB, x *attack) {
		// Nobody owes anything for a day off.
		day := time.Now().In(x.w.app.Records.Zone())
		for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			day = day.AddDate(0, 0, 1)
		}
		if n := x.attacker.must(200, "POST", "reporting/remind", map[string]any{"kind": "day", "day": day.Format(time.DateOnly), "people": []string{x.victim.id}})["reminded"]; fmt.Sprint(n) != "0" {
			t.Errorf("an attacker reminds %v", n)
		}
	},
	"GET /api/v1/analyses":                        own,
	"POST /api/v1/analyses/{name}/actions/run":    analysed,
	"POST /api/v1/analyses/{name}/actions/export": exportedAnalyses,
	"GET /api/v1/favorites": func(t testing.TB, x *attack) {
		x.victim.must(200, "PUT", "favorites/customer/"+x.ids["customers"], nil)
		if text := fmt.Sprint(x.attacker.must(200, "GET", "favorites", nil)); strings.Contains(text, secret) || strings.Contains(text, x.ids["customers"]) {
			t.Errorf("another's favourite is listed: %s", text)
		}
	},
	"PUT /api/v1/favorites": func(t testing.TB, x *attack) {
		x.victim.must(200, "PUT", "favorites/customer/"+x.ids["customers"], nil)
		named := map[string]any{"favorites": []any{map[string]any{"object": "customer", "id": x.ids["customers"]}}}
		if text := fmt.Sprint(x.attacker.must(200, "PUT", "favorites", named)); strings.Contains(text, x.ids["customers"]) {
			t.Errorf("the answer has another's favourites: %s", text)
		}
	},
	"PUT /api/v1/favorites/{object}/{id}": func(t testing.TB, x *attack) {
		x.refused(t, "PUT", "favorites/customer/"+x.ids["customers"], nil, 404)
		x.refused(t, "PUT", "favorites/view/"+x.ids["view"], nil, 404)
		x.refused(t, "PUT", "favorites/nothing/1", nil, 404)
		x.refused(t, "PUT", "favorites/customer/x%27%20OR%201=1", nil, 404)
	},
	"DELETE /api/v1/favorites/{object}/{id}": func(t testing.TB, x *attack) {
		x.victim.must(200, "PUT", "favorites/customer/"+x.ids["customers"], nil)
		x.attacker.must(204, "DELETE", "favorites/customer/"+x.ids["customers"], nil)
		if text := fmt.Sprint(x.victim.must(200, "GET", "favorites", nil)); !strings.Contains(text, x.ids["customers"]) {
			t.Errorf("another took the star away: %s", text)
		}
	},
	"GET /api/v1/views": func(t testing.TB, x *attack) {
		if text := fmt.Sprint(x.attacker.must(200, "GET", "views", nil)); strings.Contains(text, secret) {
			t.Errorf("another's view is listed: %s", text)
		}
	},
	"POST /api/v1/views": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "views", map[string]any{"object": "customer", "name": "x", "owner": x.victim.id}, 422)
	},
	"GET /api/v1/views/{id}": func(t testing.TB, x *attack) { x.refused(t, "GET", "views/"+x.ids["view"], nil, 404) },
	"PATCH /api/v1/views/{id}": func(t testing.TB, x *attack) {
		x.refused(t, "PATCH", "views/"+x.ids["view"], map[string]any{"name": "x"}, 404)
	},
	"DELETE /api/v1/views/{id}": func(t testing.TB, x *attack) { x.refused(t, "DELETE", "views/"+x.ids["view"], nil, 404) },
	"GET /api/v1/{plural}":      lists,
	"POST /api/v1/{plural}": func(t testing.TB, x *attack) {
		for _, body := range []map[string]any{
			{"name": "x", "owner": x.victim.id}, {"name": "x", "parent": x.ids["customers"]}, {"name": "x", "parent": map[string]any{"number": x.number}}, {"name": "x", "id": x.ids["customers"]}, {"name": "x", "created_by": x.victim.id},
		} {
			x.refused(t, "POST", "customers", body, 422)
		}
		for _, plural := range []string{"contacts", "opportunities", "activities", "tasks"} {
			body := map[string]any{"name": "x", "customer": x.ids["customers"]}
			if plural == "activities" || plural == "tasks" {
				body = map[string]any{"subject": "x", "customer": x.ids["customers"]}
			}
			x.refused(t, "POST", plural, body, 422)
		}
		for _, plural := range []string{"users", "departments", "roles"} {
			x.refused(t, "POST", plural, map[string]any{"name": "x", "login": "x", "role": "administrator"}, 403, 422)
		}
	},
	"POST /api/v1/{plural}/batch": each(func(t testing.TB, x *attack, plural, id string) {
		status, answer := x.attacker.call("POST", plural+"/batch", map[string]any{"update": []map[string]any{{"id": id, "note": "x"}, {"id": id, "owner": x.attacker.id}}})
		for _, row := range rowsOf(answer) {
			if row["status"] != float64(404) && row["status"] != float64(422) {
				t.Errorf("a batch on %s answered %d %v", plural, status, answer)
			}
		}
	}),
	"PUT /api/v1/{plural}/by/{field}/{value}": func(t testing.TB, x *attack) {
		x.refused(t, "PUT", "customers/by/number/"+x.number, map[string]any{"name": "x"}, 409, 422)
		x.refused(t, "PUT", "users/by/login/seller", map[string]any{"name": "x"}, 403, 422)
	},
	"POST /api/v1/{plural}/aggregate": aggregates,
	"POST /api/v1/{plural}/warnings": each(func(t testing.TB, x *attack, plural, id string) {
		x.refused(t, "POST", plural+"/warnings", map[string]any{"id": id}, 404)
		x.refused(t, "POST", plural+"/warnings", map[string]any{"id": id, "values": map[string]any{"name": "x", "owner": x.attacker.id}}, 404)
		// That somebody has the same may be said, not who.
		x.refused(t, "POST", plural+"/warnings", map[string]any{"values": map[string]any{"name": secret, "phones": []string{"02-2345-6789"}}}, 200)
	}),
	"GET /api/v1/{plural}/duplicates": func(t testing.TB, x *attack) {
		for _, query := range []string{"name=" + url.QueryEscape(secret), "phones=02-2345-6789", "mails=secret@victim.example"} {
			for _, plural := range []string{"customers", "contacts"} {
				// That something hidden is alike may be said, nothing of it.
				status, answer := x.attacker.call("GET", plural+"/duplicates?"+query, nil)
				if found, _ := answer["candidates"].([]any); status != 200 || len(found) > 0 || strings.Contains(fmt.Sprint(answer), secret) || strings.Contains(fmt.Sprint(answer), x.ids[plural]) {
					t.Errorf("duplicates of %s?%s answered %d %v", plural, query, status, answer)
				}
			}
		}
	},
	"POST /api/v1/{plural}/duplicates": each(func(t testing.TB, x *attack, plural, id string) {
		x.refused(t, "POST", plural+"/duplicates", map[string]any{"id": id}, 404)
		x.refused(t, "POST", plural+"/duplicates", map[string]any{"values": map[string]any{"name": secret, "phones": []string{"02-2345-6789"}}}, 200)
	}),
	"POST /api/v1/{plural}/actions/find-duplicates": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "customers/actions/find-duplicates", nil, 403)
	},
	"POST /api/v1/{plural}/actions/apart": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "customers/actions/apart", map[string]any{"ids": x.twins()}, 404)
	},
	"POST /api/v1/{plural}/actions/preview-merge": func(t testing.TB, x *attack) {
		ids := x.twins()
		x.refused(t, "POST", "customers/actions/preview-merge", map[string]any{"ids": ids}, 404)
		mine := x.attacker.add("customers", map[string]any{"name": "我的"})
		x.refused(t, "POST", "customers/actions/preview-merge", map[string]any{"ids": []string{mine, ids[0]}, "winner": mine}, 404)
	},
	"POST /api/v1/{plural}/actions/merge": func(t testing.TB, x *attack) {
		ids := x.twins()
		x.refused(t, "POST", "customers/actions/merge", map[string]any{"ids": ids, "winner": ids[0]}, 404)
	},
	"GET /api/v1/duplicates": func(t testing.TB, x *attack) {
		x.twins()
		x.admin.ended(x.admin.begin("customers/actions/find-duplicates", nil))
		status, answer := x.attacker.call("GET", "duplicates?object=customer", nil)
		if status != 200 || size(answer["groups"]) > 0 || fmt.Sprint(at(answer, "count", "value")) != "0" {
			t.Errorf("the queue tells %d %v", status, answer)
		}
	},
	"GET /api/v1/merges": func(t testing.TB, x *attack) {
		if status, answer := x.attacker.call("GET", "merges?object=customer", nil); status != 200 || size(answer["merges"]) > 0 {
			t.Errorf("the merges told are %d %v", status, answer)
		}
	},
	"GET /api/v1/merges/{id}": func(t testing.TB, x *attack) { x.refused(t, "GET", "merges/"+x.ids["merge"], nil, 404) },
	"POST /api/v1/merges/{id}/actions/undo": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "merges/"+x.ids["merge"]+"/actions/undo", nil, 404)
	},
	"GET /api/v1/{plural}/{id}":    on("GET", "", nil),
	"PATCH /api/v1/{plural}/{id}":  on("PATCH", "", map[string]any{"owner": nil}),
	"DELETE /api/v1/{plural}/{id}": on("DELETE", "", nil),
	"POST /api/v1/{plural}/{id}/actions/restore": func(t testing.TB, x *attack) {
		x.refused(t, "POST", "customers/"+x.ids["deleted"]+"/actions/restore", nil, 404)
		on("POST", "/actions/restore", nil)(t, x)
	},
	"GET /api/v1/{plural}/{id}/stages":    on("GET", "/stages", nil),
	"GET /api/v1/{plural}/{id}/history":   on("GET", "/history", nil),
	"GET /api/v1/{plural}/{id}/timeline":  on("GET", "/timeline", nil),
	"GET /api/v1/{plural}/{id}/print":     on("GET", "/print", nil),
	"GET /api/v1/{plural}/{id}/comments":  on("GET", "/comments", nil),
	"POST /api/v1/{plural}/{id}/comments": on("POST", "/comments", map[string]any{"text": "x"}),
	"POST /api/v1/files":                  own, // TestFile… says what uploads do
	"GET /api/v1/files/{id}": func(t testing.TB, x *attack) {
		for _, name := range []string{"file", "attachment"} {
			for _, more := range []string{"", "?size=96", "?download=1"} {
				x.refused(t, "GET", "files/"+x.ids[name]+more, nil, 404)
			}
		}
	},
	"GET /api/v1/{plural}/{id}/files":  on("GET", "/files", nil),
	"POST /api/v1/{plural}/{id}/files": on("POST", "/files", map[string]any{"files": []string{"1"}}),
	"DELETE /api/v1/{plural}/{id}/files/{file}": each(func(t testing.TB, x *attack, plural, id string) {
		x.refused(t, "DELETE", plural+"/"+id+"/files/"+x.ids["attachment"], nil, 404)
	}),
	"GET /api/v1/{plural}/{id}/shares": on("GET", "/shares", nil),
	"POST /api/v1/{plural}/{id}/shares": each(func(t testing.TB, x *attack, plural, id string) {
		x.refused(t, "POST", plural+"/"+id+"/shares", map[string]any{"user": x.attacker.id, "write": true}, 404)
	}),
	"DELETE /api/v1/{plural}/{id}/shares/{share}": each(func(t testing.TB, x *attack, plural, id string) {
		x.refused(t, "DELETE", plural+"/"+id+"/shares/"+x.ids["share"], nil, 404)
	}),
	"GET /api/v1/{plural}/{id}/access": on("GET", "/access", nil),
	"GET /api/v1/{plural}/{id}/{related}": each(func(t testing.TB, x *attack, plural, id string) {
		for _, related := range append([]string{"users", "departments", "roles"}, ownedPlurals...) {
			x.refused(t, "GET", plural+"/"+id+"/"+related, nil, 404)
			// Nor by way of a user whom everybody sees.
			x.empty(t, "users/"+x.victim.id+"/"+related)
		}
	}),
	"POST /api/v1/{plural}/actions/assign": bulkAttack("assign", map[string]any{"owner": attackers}),
	"POST /api/v1/{plural}/actions/edit":   bulkAttack("edit", map[string]any{"fields": map[string]any{"tags": []string{"x"}}}),
	"POST /api/v1/{plural}/actions/tag":    bulkAttack("tag", map[string]any{"add": []string{"x"}}),
	"POST /api/v1/{plural}/actions/follow": bulkAttack("follow", map[string]any{"object": "task", "values": map[string]any{"subject": "x"}}),
	"POST /api/v1/{plural}/actions/delete": bulkAttack("delete", nil),
	"POST /api/v1/{plural}/actions/restore": func(t testing.TB, x *attack) {
		for _, body := range []map[string]any{{"ids": []string{x.ids["deleted"]}}, {"filter": `id = "` + x.ids["deleted"] + `"`}} {
			bulkOf(t, x, "customers", "restore", body)
		}
	},
	"POST /api/v1/{plural}/actions/share":  bulkAttack("share", map[string]any{"user": attackers}),
	"POST /api/v1/{plural}/actions/export": exports,
	"GET /api/v1/jobs/{id}/result":         func(t testing.TB, x *attack) { x.refused(t, "GET", "jobs/"+x.ids["export"]+"/result", nil, 404) },
	" /api/v1/":                            own,
	"GET /api/openapi.json":                own, // reduced to the asker's rights: TestDescriptionTellsNoMoreThanOneMaySee
	"GET /api/docs":                        own,
	"GET /api/docs.js":                     own,
	"GET /metrics": func(t testing.TB, x *attack) {
		if status, text := x.attacker.raw("GET", "/metrics", "text/plain", nil, "X-Forwarded-For", "203.0.113.7"); status != 403 || strings.Contains(text, secret) {
			t.Errorf("metrics answered %d %s", status, text)
		}
	},
}

func importAction(action string) func(t testing.TB, x *attack) {
	return func(t testing.TB, x *attack) {
		x.refused(t, "POST", "imports/"+x.ids["import"]+"/actions/"+action, nil, 404)
	}
}

// formless asks for forms by what is no token, or one made up: nothing is told of those
// there are (what they take in is attacked in webform_test.go).
func formless(method, end string) func(t testing.TB, x *attack) {
	return func(t testing.TB, x *attack) {
		for _, token := range []string{x.ids["customers"], "1", strings.Repeat("A", 26), url.PathEscape(secret), "%25", "..%2f..%2fapi"} {
			status, body := x.attacker.raw(method, "/f/"+token+end, "application/x-www-form-urlencoded", []byte("name=x"))
			if status != 404 || strings.Contains(body, secret) || strings.Contains(body, "<form") {
				t.Errorf("%s /f/%s%s answered %d %.200s", method, token, end, status, body)
			}
		}
	}
}

// exports attacks by way of a file: without the right at all, and with the right
// over another department.
func exports(t testing.TB, x *attack) {
	for _, plural := range ownedPlurals {
		x.refused(t, "POST", plural+"/actions/export", map[string]any{"format": "csv"}, 403)
	}
	for _, body := range []map[string]any{
		{"format": "csv"}, {"format": "csv", "ids": []string{x.ids["customers"]}}, {"format": "csv", "filter": `id = "` + x.ids["customers"] + `" OR NOT owner = me()`},
		{"format": "csv", "q": secret}, {"format": "csv", "view": x.ids["view"]},
	} {
		status, answer := x.exporter.call("POST", "customers/actions/export", body)
		if status >= 400 && status < 500 {
			continue
		}
		id := fmt.Sprint(answer["id"])
		for range 500 {
			if state := fmt.Sprint(x.exporter.must(200, "GET", "jobs/"+id, nil)["state"]); state != "queued" && state != "running" {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		status, file := x.exporter.raw("GET", "/api/v1/jobs/"+id+"/result", "application/json", nil)
		if strings.Contains(file, secret) || strings.Contains(file, x.number) {
			t.Errorf("the export %v told (%d) %s", body, status, file)
		}
		if status, _ := x.attacker.raw("GET", "/api/v1/jobs/"+id+"/result", "application/json", nil); status != 404 {
			t.Errorf("another's export answered %d", status)
		}
	}
}

// streams listens to the live events while the victim works.
func streams(t testing.TB, x *attack) {
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.w.server.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(x.attacker.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	told := ""
	first := true
	for lines.Scan() {
		told += lines.Text() + "\n"
		if first {
			first = false
			made := x.victim.add("customers", map[string]any{"name": secret})
			x.victim.must(200, "PATCH", "customers/"+made, map[string]any{"note": "neu"})
			mine := x.attacker.add("customers", map[string]any{"name": "eigenes"})
			defer func() {
				if strings.Contains(told, made) || strings.Contains(told, secret) {
					t.Errorf("the stream told of another's record: %s", told)
				}
				if !strings.Contains(told, mine) {
					t.Errorf("the stream did not tell of the asker's own record: %s", told)
				}
				x.admin.must(204, "DELETE", "customers/"+mine, nil)
			}()
		}
	}
}

func TestNoRouteLeadsToAnothersRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		stranger := &person{w: x.w}
		before := x.state()
		for _, route := range x.w.app.api.Routes() {
			name := route.Method + " " + route.Path
			attempt, ok := cases[name]
			if !ok {
				attempt, ok = manyAttack(x.w.app.Records.Current.Load(), route)
			}
			if !ok {
				t.Errorf("the route %q has no attacker's case: add it to cases", name)
				continue
			}
			if name == "GET /api/v1/events" {
				continue // the victim works meanwhile: last
			}
			attempt(t, x)
			if method := route.Method; route.Signed && method != "" {
				if status, answer := stranger.raw(method, x.path(route), "application/json", []byte("{}")); status != 401 {
					t.Errorf("%s answers %d without signing in: %s", name, status, answer)
				}
			}
		}
		if after := x.state(); after != before {
			t.Errorf("the attack changed something.\nBefore: %s\nAfter: %s", before, after)
		}
		cases["GET /api/v1/events"](t, x)
	})
}

// TestAnothersFileIsNotReadByReferringToIt stands apart from the routes: the attacker
// needs a record of his own for it, and the lists of the routes are to be empty for him.
func TestAnothersFileIsNotReadByReferringToIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		for _, name := range []string{"file", "attachment"} {
			mine := x.attacker.add("customers", map[string]any{"name": "我的"})
			for _, body := range []map[string]any{{"logo": x.ids[name]}, {"logo": map[string]any{"id": x.ids[name], "name": "x", "size": 1, "type": "image/png"}}} {
				x.refused(t, "PATCH", "customers/"+mine, body, 422)
				x.refused(t, "POST", "customers", map[string]any{"name": "x", "logo": body["logo"]}, 422)
			}
			x.refused(t, "POST", "customers/"+mine+"/files", map[string]any{"files": []string{x.ids[name]}}, 422)
			x.refused(t, "POST", "customers/"+mine+"/comments", map[string]any{"text": "x", "files": []string{x.ids[name]}}, 422)
			x.refused(t, "GET", "files/"+x.ids[name], nil, 404)
		}
	})
}

// path is a route's address with the victim's names in it.
func (x *attack) path(route api.Route) string {
	path := route.Path
	id := x.ids["customers"]
	for prefix, name := range map[string]string{"/api/v1/imports": "import", "/api/v1/jobs": "job", "/api/v1/views": "view", "/api/v1/tokens": "token", "/api/v1/sessions": "session"} {
		if strings.HasPrefix(path, prefix) {
			id = x.ids[name]
		}
	}
	return strings.NewReplacer("{name}", "sales", "{plural}", "customers", "{id}", id, "{object}", "customer", "{field}", "number", "{value}", x.number, "{share}", x.ids["share"], "{related}", "contacts").Replace(path)
}

func TestTokenIsRefusedWhereItsScopesEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		before := x.state()
		script := &person{w: x.w}
		for _, scopes := range [][]string{{"read"}, {"import"}, {"export"}} {
			made := x.admin.must(201, "POST", "tokens", map[string]any{"name": "t", "scopes": scopes})
			bearer := []string{"Authorization", "Bearer " + fmt.Sprint(made["secret"])}
			has := policy.Grants(append(scopes, policy.GrantRead))
			for _, route := range x.w.app.api.Routes() {
				if !route.Signed || route.Method == "" {
					continue
				}
				open := false
				for _, grant := range route.Grants {
					open = open || has.Has(grant)
				}
				if open {
					continue
				}
				if status, answer := script.raw(route.Method, x.path(route), "application/json", []byte("{}"), bearer...); status != 403 {
					t.Errorf("%s %s with a token for %v answered %d %s", route.Method, route.Path, scopes, status, answer)
				}
			}
		}
		if after := x.state(); after != before {
			t.Errorf("a token went beyond its scopes.\nBefore: %s\nAfter: %s", before, after)
		}
	})
}

func TestNoBodyMakesAnyRouteFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		deep := strings.Repeat(`{"and":[`, 5000) + strings.Repeat(`]}`, 5000)
		bodies := []string{
			``, `null`, `[]`, `"x"`, `5`, `{`, `{"a":`, `{}`, `{"":""}`, `{"name":"\u0000\ud800"}`, `{"name":{"name":{"name":1}},"filter":` + deep + `}`,
			`{"object":5,"name":[],"filter":{"op":"shared"},"sort":{},"columns":[{}],"shared_with":5,"ids":"x","input":[],"create":{},"update":[null,{}],"scopes":[[]],"user":{"id":[]},"until":5,"measures":[{}],"group":[{"field":"owner","by":"x"}],"text":[]}`,
			`{"ids":["x",5,null,"-1"],"filter":"(((","create":[null],"update":[{"id":"0"},{"id":5,"version":"x"}],"measures":[{"fn":"sum","field":"name"}],"scopes":["read",""],"columns":null,"shared_with":["x"]}`,
			"\xff\xfe\x00",
		}
		for _, route := range x.w.app.api.Routes() {
			if route.Method == "" || route.Method == http.MethodGet || strings.HasSuffix(route.Path, "/session") {
				continue
			}
			for _, body := range bodies {
				for _, kind := range []string{"application/json", "text/plain"} {
					if route.Method == http.MethodDelete && body != "" {
						continue
					}
					if status, answer := x.victim.raw(route.Method, x.path(route), kind, []byte(body)); status >= 500 {
						t.Errorf("%s %s with %.80q answered %d %s", route.Method, route.Path, body, status, answer)
					}
				}
			}
		}
	})
}
