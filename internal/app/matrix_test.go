package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrm/internal/api"
	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// markers stand in everything the victim of the matrix wrote, whatever the type of
// the field; no answer to somebody who may not read it may hold one.
var markers = []string{secret, "777001", "777002", "1977-07-0", "geheim"}

// vessel is a module that no test knows anything of: it has to be covered all the
// same.
func vessel() record.Module {
	t := schema.T
	return record.Module{Name: "vessel", Objects: []*schema.Object{{
		Name: "vessel", Plural: "vessels", Title: "name", Group: "sales", Owned: true, Through: []string{"customer"},
		Label: t("船", "船", "Vessel"), LabelPlural: t("船", "船", "Vessels"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Search: "n", Indexed: true},
			{Name: "hull", Type: "text", Label: t("船號", "船号", "Hull"), Unique: true, Search: "i"},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "tons", Type: "integer", Label: t("噸位", "吨位", "Tons")},
		},
	}}}
}

// matrix is a company in which every object has a record of the victim's.
type matrix struct {
	w             *world
	admin, victim *person
	departments   map[string]string
	colleague     *person
	objects       []*schema.Object
	ids           map[string]string
	file          string
	requests      int
}

func newMatrix(t testing.TB, dsn string) *matrix {
	w := newWorld(t, dsn, vessel())
	m := &matrix{w: w, ids: map[string]string{}}
	var people map[string]*person
	m.admin, people, m.departments = w.company()
	m.victim, m.colleague = people["seller"], people["stranger"]
	m.admin.must(201, "POST", "objects", project())
	m.admin.must(201, "POST", "objects", everyType())
	m.file = m.victim.file(secret+".png", picture(8, 8))
	var waiting []*schema.Object
	for _, o := range w.app.Records.Current.Load().Objects() {
		if parent, _ := o.Parent(); parent == nil && !o.Owned && !o.IsLink() && !o.AdminOnly {
			// What nobody owns is everybody's: others refer to it, it is nobody's secret.
			m.ids[o.Name] = m.admin.add(path(o), map[string]any{o.Title: "公開"})
		}
		if parent, _ := o.Parent(); parent == nil && (o.Owned || o.IsLink()) {
			waiting = append(waiting, o)
		}
	}
	// What others refer to comes first.
	for len(waiting) > 0 {
		n := len(waiting)
		waiting = slices.DeleteFunc(waiting, func(o *schema.Object) bool {
			for _, f := range o.Fields {
				if to := f.Target(); f.Type == "reference" && to != o.Name && slices.ContainsFunc(waiting, func(w *schema.Object) bool { return w.Name == to }) {
					return false
				}
			}
			m.add(t, o)
			return true
		})
		if len(waiting) == n {
			t.Fatalf("%d objects wait for each other", n)
		}
	}
	return m
}

// add makes the victim's record of an object, with something in every field that can
// be written.
func (m *matrix) add(t testing.TB, o *schema.Object) {
	body := map[string]any{}
	for _, f := range o.Fields {
		if v := m.value(f); v != nil && !f.System && !f.ReadOnly && !f.AdminOnly && f.Name != "owner" && f.Name != "department" {
			body[f.Name] = v
		}
	}
	maker := m.victim
	for range 10 {
		status, answer := maker.call("POST", path(o), body)
		if status == 201 {
			m.ids[o.Name] = fmt.Sprint(answer["id"])
			m.objects = append(m.objects, o)
			return
		}
		if maker == m.victim && at(answer, "fields", 0, "field") == "owner" {
			// Others make it for him: what he is to sell.
			maker, body["owner"] = m.admin, m.victim.id
			continue
		}
		before := len(body)
		for _, f := range list(answer["fields"]) { // a rule of the object's
			delete(body, fmt.Sprint(at(f, "field")))
		}
		if len(body) == before {
			t.Fatalf("no record of %s can be made: %d %v", o.Name, status, answer)
		}
	}
	t.Fatalf("no record of %s can be made", o.Name)
}

func path(o *schema.Object) string { return strings.ReplaceAll(o.Plural, "_", "-") }

// value is what a field of the victim's record holds: it has a marker in it where the
// type leaves room for one.
func (m *matrix) value(f *schema.Field) any {
	switch f.Type {
	case "text", "longtext":
		text := secret + f.Name
		if f.MaxLength > 0 && len([]rune(text)) > f.MaxLength {
			text = string([]rune(text)[:f.MaxLength])
		}
		return text
	case "url":
		return "https://geheim.example/"
	case "integer":
		return 777001
	case "decimal":
		return "777001"
	case "money":
		return map[string]string{"amount": "777002"}
	case "boolean":
		return true
	case "date":
		return "1977-07-07"
	case "birthday":
		return "1977-07-07"
	case "datetime":
		return "1977-07-07T07:07:07Z"
	case "picklist":
		return f.Options[0].Value
	case "multipicklist":
		if len(f.Options) == 0 {
			return nil // of checklists that no stage has
		}
		return []string{f.Options[0].Value}
	case "tags":
		return []string{secret}
	case "phones":
		return []string{"02-7770-0199"}
	case "mails":
		return []string{"geheim@victim.example"}
	case "address":
		return map[string]string{"street": secret, "city": "台北市"}
	case "reference":
		if id := m.ids[f.Target()]; id != "" {
			return id
		}
	case "anyreference":
		if id := m.ids[f.Targets[0]]; id != "" {
			return map[string]string{"object": f.Targets[0], "id": id}
		}
	case "user":
		return m.victim.id
	case "department":
		return m.departments["north"]
	case "picture":
		return m.file
	case "file":
		return []string{m.file}
	case "lines":
		row := map[string]any{}
		for _, sub := range f.Rows {
			if v := m.value(sub); v != nil {
				row[sub.Name] = v
			}
		}
		return []any{row}
	}
	return nil
}

// join makes somebody with one role.
func (m *matrix) join(login string, role map[string]any) *person {
	role["name"] = login
	id := m.admin.add("roles", role)
	m.admin.add("users", map[string]any{"name": login, "login": login, "role": id, "department": m.departments["south"], "assistant_of": []string{m.colleague.id}, "password": "long-password"})
	return m.w.signIn(login)
}

// allIn is a right in one scope for all there is.
func allIn(scope policy.Scope) map[string]any {
	verbs := map[string]any{}
	for _, verb := range policy.Verbs {
		verbs[verb] = string(scope)
	}
	return map[string]any{"*": verbs}
}

// state is what the victim's records are like.
func (m *matrix) state() string {
	var b strings.Builder
	for _, o := range m.objects {
		for _, more := range []string{"", "/history", "/comments", "/shares", "/files"} {
			if status, answer := m.admin.call("GET", path(o)+"/"+m.ids[o.Name]+more, nil); status == 200 {
				fmt.Fprintln(&b, o.Name, more, answer)
			}
		}
	}
	fmt.Fprintln(&b, m.admin.names("users?sort=id"), m.admin.names("roles?sort=id"), m.admin.names("departments?sort=id"))
	return b.String()
}

// ask sends a request and wants no failure and none of the victim's data in the answer.
func (m *matrix) ask(t testing.TB, p *person, method, at, body string, ids ...string) (int, string) {
	t.Helper()
	m.requests++
	status, answer := p.raw(method, at, "application/json", []byte(body))
	if status >= 500 {
		t.Errorf("%s %s answered %d %.300s", method, at, status, answer)
	}
	for _, never := range append(slices.Clone(markers), ids...) {
		if strings.Contains(answer, never) {
			t.Errorf("%s %s %s tells %s: %d %.600s", method, at, body, never, status, answer)
		}
	}
	return status, answer
}

// bodies are what is sent to a route of an object with the victim's record: one of
// them fits any route there is, those to come as well.
func (m *matrix) bodies(o *schema.Object, id string, attacker *person) []string {
	title := o.Title
	if title == "" {
		title = o.Links[0]
	}
	all := map[string]any{
		"ids": []string{id}, "input": map[string]any{"owner": attacker.id, "fields": map[string]any{title: "x"}, "add": []string{"x"}, "user": attacker.id},
		"text": "x", "files": []string{m.file}, "user": attacker.id, "write": true, "format": "csv", "update": []map[string]any{{"id": id, title: "x"}},
		"id": id, "values": map[string]any{}, "measures": []map[string]string{{"fn": "count"}}, "filter": `id = "` + id + `"`,
	}
	encoded, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return []string{"{}", `{"` + title + `":"x"}`, string(encoded)}
}

// single are bodies that routes with a strict shape take, by the end of their path.
var single = map[string]string{"/comments": `{"text":"x"}`, "/shares": `{"user":"ATTACKER","write":true}`, "/files": `{"files":["FILE"]}`}

// Everybody who may not see a record tries every route there is on a record of every
// object there is, and learns nothing: not that it exists, by status or words, and
// none of what it holds. Routes and objects are those of the server: new ones are
// tried without anybody writing a line.
func TestMatrixOfWhatNobodySees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		m := newMatrix(t, dsn)
		absent := fmt.Sprint(m.w.app.Records.IDs.Next())
		roles := []policy.Scope{policy.None, policy.Own, policy.OwnShared, policy.Assisted, policy.Department, policy.Below, policy.Chosen}
		if strings.HasPrefix(dsn, "postgres") {
			roles = []policy.Scope{policy.Assisted, policy.Chosen} // the rules are the same: see internal/oracle
		}
		var attackers []*person
		for _, scope := range roles {
			attackers = append(attackers, m.join(string(scope), map[string]any{"rights": allIn(scope), "departments": []string{m.departments["south"]}}))
		}
		before, routes := m.state(), 0
		for _, attacker := range attackers {
			for _, o := range m.objects {
				id := m.ids[o.Name]
				routes = 0
				for _, route := range m.w.app.api.Routes() {
					if !strings.Contains(route.Path, "{plural}") {
						continue
					}
					routes++
					m.attempt(t, attacker, route, o, id, absent)
				}
				m.lists(t, attacker, o, id)
			}
			m.ended(attacker)
		}
		if after := m.state(); after != before {
			for i, line := range strings.Split(after, "\n") {
				if was := strings.Split(before, "\n")[i]; was != line {
					t.Errorf("something was changed.\nBefore: %s\nAfter: %s", was, line)
				}
			}
		}
		t.Logf("%d requests: %d roles × %d objects × %d routes", m.requests, len(roles), len(m.objects), routes)
	})
}

// attempt tries a route on the victim's record and on one that nobody made, and
// wants the same answer.
func (m *matrix) attempt(t testing.TB, attacker *person, route api.Route, o *schema.Object, id, absent string) {
	t.Helper()
	bodies := []string{""}
	if route.Method != http.MethodGet && route.Method != http.MethodDelete {
		bodies = m.bodies(o, id, attacker)
		for end, body := range single {
			if strings.HasSuffix(route.Path, end) {
				bodies = append(bodies, strings.NewReplacer("ATTACKER", attacker.id, "FILE", m.file).Replace(body))
			}
		}
	}
	related := "contacts"
	for _, r := range o.Related {
		related = path(m.w.app.Records.Current.Load().Object(r.Object))
	}
	unique := "number"
	for _, f := range o.Fields {
		if f.Unique {
			unique = f.Name
		}
	}
	action := "assign"
	for _, a := range o.Actions {
		action = a.Name
	}
	value := url.PathEscape(fmt.Sprint(m.admin.must(200, "GET", path(o)+"/"+m.ids[o.Name], nil)[unique]))
	filled := func(id string) string {
		return strings.NewReplacer("{plural}", path(o), "{id}", id, "{field}", unique, "{value}", value, "{share}", "u"+m.colleague.id, "{related}", related, "{file}", m.file, "{action}", action).Replace(route.Path)
	}
	if strings.Contains(filled(id), "{") {
		t.Errorf("%s has a name the matrix does not know: say in filled what stands for it", route.Path)
	}
	if act := o.Action(route.Path[strings.LastIndexByte(route.Path, '/')+1:]); act != nil && act.Many {
		for _, chosen := range []map[string]any{{"ids": []string{id}}, {"filter": `id = "` + id + `"`}} {
			chosen["input"] = answersTo(act)
			body, err := json.Marshal(chosen)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, string(body))
		}
	}
	for _, body := range bodies {
		if !strings.Contains(route.Path, "{id}") {
			if strings.HasSuffix(route.Path, "/"+path(o)) || strings.HasSuffix(route.Path, "{plural}") && route.Method == http.MethodPost {
				continue // making one's own is no attack
			}
			m.ask(t, attacker, route.Method, filled(id), body, id)
			continue
		}
		status, answer := m.ask(t, attacker, route.Method, filled(id), body)
		otherStatus, other := m.ask(t, attacker, route.Method, filled(absent), strings.ReplaceAll(body, id, absent))
		if status != otherStatus || strings.ReplaceAll(answer, id, absent) != other {
			t.Errorf("%s %s %s tells that the record is there: %d %.300s, where there is none %d %.300s", route.Method, filled(id), body, status, answer, otherStatus, other)
		}
		if status < 400 {
			t.Errorf("%s %s answered %d %.300s", route.Method, filled(id), status, answer)
		}
	}
}

// lists asks for the victim's record in every way a list can be asked, by every field.
func (m *matrix) lists(t testing.TB, attacker *person, o *schema.Object, id string) {
	t.Helper()
	base := "/api/v1/" + path(o)
	queries := []string{"", "count=exact&limit=500", "deleted=true", "q=" + url.QueryEscape(secret), "q=geheim", "q=777001", "filter=" + url.QueryEscape(`id = "`+id+`"`), "filter=" + url.QueryEscape(`NOT id = "1"`)}
	for _, f := range o.Fields {
		queries = append(queries, "sort="+f.Name, "fields="+f.Name, "filter="+url.QueryEscape(f.Name+" IS NOT EMPTY"))
	}
	for _, query := range queries {
		status, answer := m.ask(t, attacker, http.MethodGet, base+"?"+query, "", id)
		if status == 200 && !strings.Contains(answer, `"records":[]`) {
			t.Errorf("%s?%s finds %.300s", base, query, answer)
		}
	}
	m.ask(t, attacker, http.MethodGet, "/api/v1/search?q="+url.QueryEscape(secret), "", id)
	for _, f := range o.Fields {
		m.ask(t, attacker, http.MethodPost, base+"/aggregate", `{"group":[{"field":"`+f.Name+`"}],"measures":[{"fn":"count"},{"fn":"max","field":"`+f.Name+`"}]}`, id)
	}
}

// ended waits for the jobs somebody began and looks at what they tell.
func (m *matrix) ended(p *person) {
	m.w.t.Helper()
	if !m.w.working {
		m.w.work()
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, text := m.ask(m.w.t, p, http.MethodGet, "/api/v1/jobs?limit=500", "")
		if !strings.Contains(text, `"queued"`) && !strings.Contains(text, `"running"`) {
			return
		}
		if time.Now().After(deadline) {
			m.w.t.Fatalf("jobs do not end: %.500s", text)
		}
	}
}

// Whoever sees a record but not what stands in a field asks for the field in every
// way there is, and is answered as if there were no such field.
func TestMatrixOfHiddenFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		m := newMatrix(t, dsn)
		hidden := map[string]any{}
		fields := 0
		for _, o := range m.objects {
			of := map[string]string{}
			for _, f := range o.Fields {
				if m.value(f) != nil && !f.System && f.Type != "boolean" && f.Type != "picklist" && f.Name != "owner" && f.Name != "department" && !o.SeenThrough(f.Name) {
					of[f.Name] = "hidden"
					fields++
				}
			}
			hidden[o.Name] = of
			// The history has both what was before and what came after.
			for name := range of {
				m.admin.call("PATCH", path(o)+"/"+m.ids[o.Name], map[string]any{name: nil})
				m.admin.call("PATCH", path(o)+"/"+m.ids[o.Name], map[string]any{name: m.value(o.Field(name))})
			}
		}
		reader := m.join("reader", map[string]any{"rights": allIn(policy.All), "field_access": hidden})
		for _, o := range m.objects {
			of, _ := hidden[o.Name].(map[string]string)
			base, id := "/api/v1/"+path(o), m.ids[o.Name]
			if status, answer := m.ask(t, reader, http.MethodGet, base+"/"+id, ""); status != 200 {
				t.Errorf("the reader does not see the %s: %d %s", o.Name, status, answer)
			}
			for _, route := range m.w.app.api.Routes() {
				if route.Method != http.MethodGet || !strings.Contains(route.Path, "{plural}/{id}") {
					continue
				}
				for _, other := range m.objects {
					m.ask(t, reader, http.MethodGet, strings.NewReplacer("{plural}", path(o), "{id}", id, "{related}", path(other)).Replace(route.Path), "")
				}
			}
			for _, query := range []string{"", "deleted=true", "q=" + url.QueryEscape(secret), "q=geheim", "q=777001"} {
				_, answer := m.ask(t, reader, http.MethodGet, base+"?"+query, "")
				if strings.HasPrefix(query, "q=") && strings.Contains(answer, id) {
					t.Errorf("%s?%s finds a record by what is hidden", base, query)
				}
			}
			m.ask(t, reader, http.MethodPost, base+"/warnings", `{"id":"`+id+`"}`)
			m.ask(t, reader, http.MethodPost, base+"/actions/export", `{"format":"csv"}`)
			for _, name := range slices.Sorted(maps.Keys(of)) {
				m.unknown(t, reader, o, name)
			}
		}
		m.ask(t, reader, http.MethodGet, "/api/v1/objects", "")
		m.ended(reader)
		for _, job := range list(reader.must(200, "GET", "jobs?limit=100", nil)["jobs"]) {
			m.ask(t, reader, http.MethodGet, "/api/v1/jobs/"+fmt.Sprint(at(job, "id"))+"/result", "")
		}
		t.Logf("%d requests about %d hidden fields of %d objects", m.requests, fields, len(m.objects))
	})
}

// unknown wants a hidden field to be answered as one that is not there.
func (m *matrix) unknown(t testing.TB, reader *person, o *schema.Object, name string) {
	t.Helper()
	const nothing = "nothing_is_called_so"
	none := m.asks(reader, o, nothing)
	for i, one := range m.asks(reader, o, name) {
		status, answer := m.ask(t, reader, one.method, one.path, one.body)
		otherStatus, other := m.ask(t, reader, none[i].method, none[i].path, none[i].body)
		if status != otherStatus || strings.ReplaceAll(other, nothing, name) != answer {
			t.Errorf("%s %s %s says of a hidden field %d %.300s, of none %d %.300s", one.method, one.path, one.body, status, answer, otherStatus, other)
		}
		if status < 400 && !strings.HasSuffix(one.path, "/batch") && !strings.HasSuffix(one.path, "/warnings") {
			t.Errorf("%s %s %s answered %d %.300s", one.method, one.path, one.body, status, answer)
		}
	}
}

type inquiry struct{ method, path, body string }

// asks are all ways to ask for a field of an object.
func (m *matrix) asks(reader *person, o *schema.Object, name string) []inquiry {
	base, q := "/api/v1/"+path(o), url.QueryEscape
	var all []inquiry
	for _, query := range []string{
		"fields=" + name, "fields=id," + name + ".name", "sort=" + name, "sort=-" + name + ",id",
		"filter=" + q(name+" IS EMPTY"), "filter=" + q(name+` = "777001"`), "filter=" + q(name+` ~ "777"`), "filter=" + q("NOT "+name+` > "1"`), "filter=" + q(name+`.city = "x"`),
		"filter=" + q(`{"field":"`+name+`","op":"in","value":["1","777001"]}`),
	} {
		all = append(all, inquiry{http.MethodGet, base + "?" + query, ""})
	}
	for _, one := range [][2]string{
		{"/aggregate", `{"group":[{"field":"` + name + `"}],"measures":[{"fn":"count"}]}`}, {"/aggregate", `{"measures":[{"fn":"sum","field":"` + name + `"},{"fn":"max","field":"` + name + `"}]}`},
		{"/aggregate", `{"filter":"` + name + ` IS EMPTY","measures":[{"fn":"count"}]}`}, {"/aggregate", `{"group":[{"cases":["` + name + ` IS EMPTY"]}],"measures":[{"fn":"count"}]}`},
		{"/aggregate", `{"measures":[{"fn":"count","filter":"` + name + ` IS EMPTY"}]}`}, {"/aggregate", `{"measures":[{"fn":"distinct","field":"` + name + `"}]}`}, {"/aggregate", `{"measures":[{"fn":"median","field":"` + name + `"}]}`},
		{"/aggregate", `{"measures":[{"fn":"avg","field":"` + name + `","to":"` + name + `"}]}`},
		{"/actions/export", `{"format":"csv","fields":["` + name + `"]}`}, {"/actions/export", `{"format":"csv","sort":"` + name + `"}`}, {"/actions/export", `{"format":"csv","filter":"` + name + ` IS EMPTY"}`},
		{"/warnings", `{"values":{"` + name + `":"x"}}`}, {"/batch", `{"create":[{"` + name + `":"x"}]}`}, {"/actions/edit", `{"ids":["` + m.ids[o.Name] + `"],"input":{"fields":{"` + name + `":null}}}`},
	} {
		all = append(all, inquiry{http.MethodPost, base + one[0], one[1]})
	}
	all = append(all, inquiry{http.MethodPut, base + "/by/" + name + "/777001", "{}"})
	// By way of what refers to it, and of what it refers to.
	for _, other := range m.objects {
		for _, f := range other.Fields {
			if f.Target() == o.Name && f.Type == "reference" && reader.reads(other, f.Name) {
				all = append(all, inquiry{http.MethodGet, "/api/v1/" + path(other) + "?filter=" + q(f.Name+"."+name+` = "777001"`), ""})
				all = append(all, inquiry{http.MethodPost, "/api/v1/" + path(other) + "/aggregate", `{"group":[{"field":"` + f.Name + `.` + name + `"}],"measures":[{"fn":"count"}]}`})
			}
		}
		for _, up := range o.Fields {
			if up.Target() == other.Name && !up.System && reader.reads(o, up.Name) {
				all = append(all, inquiry{http.MethodGet, "/api/v1/" + path(other) + "?filter=" + q(o.Plural+".any("+name+" IS EMPTY)"), ""})
				all = append(all, inquiry{http.MethodGet, "/api/v1/" + path(other) + "?filter=" + q(o.Plural+".count("+name+" IS EMPTY) > 0"), ""})
			}
		}
	}
	return all
}

// reads tells whether somebody is told of a field.
func (p *person) reads(o *schema.Object, name string) bool {
	p.w.t.Helper()
	meta := p.must(200, "GET", "objects/"+o.Name, nil)
	return slices.ContainsFunc(list(meta["fields"]), func(f any) bool { return at(f, "name") == name })
}

// A record that one may not see takes as long to be not found as one that is not there:
// within the noise of a busy machine.
func TestHiddenAndAbsentTakeTheSameTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		hidden := people["seller"].add("customers", map[string]any{"name": secret, "note": strings.Repeat(secret, 300)})
		absent := fmt.Sprint(w.app.Records.IDs.Next())
		var took [2][]time.Duration
		for range 200 {
			for i, id := range []string{hidden, absent} {
				began := time.Now()
				people["stranger"].must(404, "GET", "customers/"+id, nil)
				took[i] = append(took[i], time.Since(began))
			}
		}
		for i := range took {
			slices.Sort(took[i])
		}
		ratio := float64(took[0][len(took[0])/2]) / float64(took[1][len(took[1])/2])
		if ratio < 0.4 || ratio > 2.5 {
			t.Errorf("what is hidden takes %.2f times as long as what is not there", ratio)
		}
		t.Logf("hidden : absent = %.2f", ratio)
	})
}
