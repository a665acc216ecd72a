package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/identity"
	"ecrm/internal/policy"
	"ecrm/internal/reach"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// world is a running server with a company: two departments, a person in each
// role.
type world struct {
	t      testing.TB
	app    *App
	server *httptest.Server
	// working tells that its jobs run.
	working bool
}

type person struct {
	w      *world
	id     string
	cookie *http.Cookie
}

func TestMain(m *testing.M) {
	identity.Hastily()
	code := m.Run()
	dbtest.Forget()
	os.Exit(code)
}

func newWorld(t testing.TB, dsn string, modules ...record.Module) *world {
	t.Helper()
	if len(modules) == 0 {
		dbtest.Fill(t, dsn, func(dsn string) error {
			a, err := Open(context.Background(), Config{Database: dsn, Data: t.TempDir()}, Modules())
			if err == nil {
				a.Close()
			}
			return err
		})
	}
	config := Config{Database: dsn, Data: t.TempDir()}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		config = Config{Data: strings.TrimSuffix(path, "/ecrm.db")}
	}
	a, err := Open(context.Background(), config, append(Modules(), modules...))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, app: a, server: httptest.NewServer(a.Handler("test", reach.Point{}))}
	t.Cleanup(func() { w.server.Close(); a.Close() })
	return w
}

func (w *world) setUp() *person {
	w.t.Helper()
	p := &person{w: w}
	status, body := p.call("POST", "setup", map[string]any{"company": "測試公司", "language": "zh-TW", "currency": "TWD",
		"administrator": map[string]string{"name": "管理員", "login": "admin", "password": "admin-password"}})
	if status != 200 {
		w.t.Fatalf("set-up answered %d %v", status, body)
	}
	p.id, _ = body["id"].(string)
	return p
}

func (w *world) signIn(login string) *person {
	w.t.Helper()
	p := &person{w: w}
	status, body := p.call("POST", "session", map[string]string{"login": login, "password": "long-password"})
	if status != 200 {
		w.t.Fatalf("sign-in of %s answered %d %v", login, status, body)
	}
	p.id, _ = body["id"].(string)
	return p
}

func (p *person) call(method, path string, body any, headers ...string) (int, map[string]any) {
	p.w.t.Helper()
	var b []byte
	switch body := body.(type) {
	case nil:
	case string:
		b = []byte(body)
	default:
		var err error
		if b, err = json.Marshal(body); err != nil {
			p.w.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(context.Background(), method, p.w.server.URL+"/api/v1/"+path, bytes.NewReader(b))
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
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
	for _, c := range answer.Cookies() {
		if c.MaxAge >= 0 {
			p.cookie = c
		}
	}
	var decoded map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&decoded); err != nil && answer.StatusCode != http.StatusNoContent {
		p.w.t.Fatalf("%s %s answered %d without JSON: %v", method, path, answer.StatusCode, err)
	}
	if answer.StatusCode >= 500 {
		p.w.t.Errorf("%s %s answered %d: %v", method, path, answer.StatusCode, decoded)
	}
	return answer.StatusCode, decoded
}

func (p *person) must(status int, method, path string, body any) map[string]any {
	p.w.t.Helper()
	got, answer := p.call(method, path, body)
	if got != status {
		p.w.t.Fatalf("%s %s answered %d, want %d: %v", method, path, got, status, answer)
	}
	return answer
}

func (p *person) names(path string) string {
	p.w.t.Helper()
	answer := p.must(200, "GET", path, nil)
	return strings.Join(namesOf(answer), " ")
}

// namesOf lists the names of a page's records; a record without one counts too.
func namesOf(answer map[string]any) []string {
	var names []string
	records, _ := answer["records"].([]any)
	for _, r := range records {
		one, _ := r.(map[string]any)
		names = append(names, fmt.Sprint(one["name"]))
	}
	return names
}

func (p *person) add(path string, body map[string]any) string {
	p.w.t.Helper()
	id, _ := p.must(201, "POST", path, body)["id"].(string)
	return id
}

// company makes two departments under the first, and people in them.
func (w *world) company() (admin *person, people map[string]*person, departments map[string]string) {
	w.t.Helper()
	admin = w.setUp()
	top := w.must(admin.must(200, "GET", "departments", nil))
	departments = map[string]string{"top": top}
	people = map[string]*person{}
	for _, d := range []string{"north", "south"} {
		departments[d] = admin.add("departments", map[string]any{"name": d, "parent": top})
	}
	for login, d := range map[string]string{"seller": "north", "colleague": "north", "stranger": "south", "manager": "north", "boss": "top"} {
		role := map[string]string{"manager": "manager", "boss": "general_manager"}[login]
		if role == "" {
			role = "salesperson"
		}
		admin.add("users", map[string]any{"name": login, "login": login, "role": role, "department": departments[d], "password": "long-password"})
		people[login] = w.signIn(login)
	}
	return admin, people, departments
}

func (w *world) must(answer map[string]any) string {
	records, _ := answer["records"].([]any)
	if len(records) == 0 {
		w.t.Fatal("no records")
	}
	id, _ := records[0].(map[string]any)["id"].(string)
	return id
}

func TestManagerSeesDepartmentButNotOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		for _, login := range []string{"seller", "colleague", "stranger"} {
			people[login].add("customers", map[string]any{"name": "客戶" + login})
		}
		for login, want := range map[string]string{
			"seller": "客戶seller", "stranger": "客戶stranger", "manager": "客戶colleague 客戶seller", "boss": "客戶stranger 客戶colleague 客戶seller",
		} {
			if got := people[login].names("customers"); got != want {
				t.Errorf("%s sees %q, want %q", login, got, want)
			}
			if got := people[login].names("customers?q=%E5%AE%A2%E6%88%B6"); got != want {
				t.Errorf("%s finds %q, want %q", login, got, want)
			}
			rows := people[login].must(200, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "count"}}})
			if got := fmt.Sprint(rows["rows"]); !strings.Contains(got, fmt.Sprintf("measures:[%d]", len(strings.Fields(want)))) {
				t.Errorf("%s counts %s of %q", login, got, want)
			}
		}
	})
}

func TestNobodyReachesPastHisScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		secret := people["seller"].add("customers", map[string]any{"name": "祕密客戶", "phones": []string{"02-2345-6789"}})
		attacker := people["stranger"]
		for _, c := range []struct{ method, path string }{
			{"GET", "customers/" + secret}, {"PATCH", "customers/" + secret}, {"DELETE", "customers/" + secret}, {"GET", "customers/" + secret + "/history"},
			{"GET", "customers/" + secret + "/timeline"}, {"GET", "customers/" + secret + "/contacts"}, {"POST", "customers/" + secret + "/actions/restore"},
			{"GET", "customers/" + secret + "/comments"}, {"POST", "customers/" + secret + "/comments"},
		} {
			sent := map[string]any{"name": "x"}
			if strings.HasSuffix(c.path, "/comments") {
				sent = map[string]any{"text": "x"}
			}
			if status, body := attacker.call(c.method, c.path, sent); status != 404 {
				t.Errorf("%s %s answered %d %v", c.method, c.path, status, body)
			}
		}
		if status, _ := attacker.call("POST", "contacts", map[string]any{"name": "間諜", "customer": secret}); status != 422 {
			t.Errorf("a contact was put on an invisible customer: %d", status)
		}
		contact := people["stranger"].add("contacts", map[string]any{"name": "自己的"})
		_ = contact
		for _, path := range []string{`contacts?filter=customer.name+~+"祕密"`, `customers?filter=name+~+"祕密"`, `customers?q=6789`, `customers?filter=id+=+"` + secret + `"`} {
			if got := attacker.names(path); got != "" {
				t.Errorf("%s told %q", path, got)
			}
		}
		if got := people["seller"].names("customers?q=6789"); got != "祕密客戶" {
			t.Errorf("the owner does not find it by the last four digits: %q", got)
		}
		if status, _ := people["seller"].call("DELETE", "customers/"+secret, nil); status != 403 {
			t.Errorf("a salesperson may delete: %d", status)
		}
		if status, _ := people["seller"].call("PATCH", "customers/"+secret, map[string]any{"owner": attacker.id}); status != 422 {
			t.Errorf("a salesperson may assign: %d", status)
		}
		if status, _ := attacker.call("POST", "users", map[string]any{"name": "x", "login": "x", "role": "administrator", "password": "long-password"}); status != 403 {
			t.Errorf("a salesperson made an administrator: %d", status)
		}
		if status, _ := attacker.call("PATCH", "users/"+attacker.id, map[string]any{"role": "administrator"}); status != 403 && status != 422 {
			t.Errorf("a salesperson became administrator: %d", status)
		}
		admin.must(204, "DELETE", "session", nil)
		if status, _ := admin.call("GET", "customers", nil); status != 401 {
			t.Errorf("a closed session still works: %d", status)
		}
	})
}

func TestColleaguesCallOnMyCustomerIsVisibleToMe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		mine := people["seller"].add("customers", map[string]any{"name": "我的"})
		people["manager"].add("activities", map[string]any{"customer": mine, "kind": "call", "subject": "主管的電話"})
		if got := len(namesOf(people["seller"].must(200, "GET", "activities", nil))); got != 1 {
			t.Errorf("the owner of the customer sees %d of 1 call", got)
		}
		if got := len(namesOf(people["colleague"].must(200, "GET", "activities", nil))); got != 0 {
			t.Errorf("a colleague sees %d calls on a customer that is not his", got)
		}
		if people["seller"].must(200, "GET", "customers/"+mine, nil)["last_contact_at"] == nil {
			t.Error("the call did not move the customer's last contact")
		}
	})
}

func TestCommentStandsOnTheTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "話題"})
		admin.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "記得帶樣品 <b>"})
		admin.must(422, "POST", "customers/"+id+"/comments", map[string]any{"text": " "})
		for _, path := range []string{"timeline", "comments"} {
			if got := fmt.Sprint(admin.must(200, "GET", "customers/"+id+"/"+path, nil)); !strings.Contains(got, "記得帶樣品 <b>") {
				t.Errorf("%s does not hold the comment: %s", path, got)
			}
		}
	})
}

func TestFieldMadeAtRunTimeIsARealColumnAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "integer", "labels": map[string]string{"zh-TW": "樓層"}})
		admin.add("customers", map[string]any{"name": "三樓", "x_floor": 3})
		admin.add("customers", map[string]any{"name": "九樓", "x_floor": 9})
		admin.add("customers", map[string]any{"name": "不知"})
		if got := admin.names("customers?sort=-x_floor&fields=name,x_floor"); got != "九樓 三樓 不知" {
			t.Errorf("sorted by the new field: %q", got)
		}
		if got := admin.names("customers?filter=x_floor+%3C+5"); got != "三樓" {
			t.Errorf("filtered by the new field: %q", got)
		}
		if _, err := w.app.DB.Query(context.Background(), "SELECT x_floor FROM r_customer"); err != nil {
			t.Errorf("it is no column: %v", err)
		}
		if status, _ := admin.call("POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "integer", "labels": map[string]string{"en": "again"}}); status != 422 {
			t.Errorf("the same field twice answered %d", status)
		}
	})
}

func TestPagesByCursorMissAndRepeatNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for i := range 25 {
			body := map[string]any{"name": fmt.Sprintf("n%02d", i)}
			if i%3 == 0 {
				body["level"] = "A"
			}
			admin.add("customers", body)
		}
		for _, sort := range []string{"", "level,name", "-level,-name", "name"} {
			seen := map[string]bool{}
			cursor := ""
			for pages := 0; pages < 10; pages++ {
				answer := admin.must(200, "GET", "customers?limit=7&sort="+sort+"&cursor="+cursor, nil)
				for _, name := range namesOf(answer) {
					if seen[name] {
						t.Errorf("sort %q repeats %s", sort, name)
					}
					seen[name] = true
				}
				next, ok := answer["next"].(string)
				if !ok {
					break
				}
				cursor = next
			}
			if len(seen) != 25 {
				t.Errorf("sort %q gave %d of 25", sort, len(seen))
			}
		}
		if status, _ := admin.call("GET", "customers?cursor=AAAA", nil); status != 422 {
			t.Errorf("a forged cursor answered %d", status)
		}
	})
}

func TestStaleWriteIsRefusedOnlyWhereItClashes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "原名", "level": "A"})
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"name": "新名"})
		if status, _ := admin.call("PATCH", "customers/"+id, map[string]any{"level": "B"}, "If-Match", `"1"`); status != 200 {
			t.Errorf("a disjoint change answered %d", status)
		}
		status, body := admin.call("PATCH", "customers/"+id, map[string]any{"name": "又一名"}, "If-Match", `"1"`)
		if status != 412 || !strings.Contains(fmt.Sprint(body["fields"]), "name") {
			t.Errorf("a clashing change answered %d %v", status, body)
		}
		changes := fmt.Sprint(admin.must(200, "GET", "customers/"+id+"/history", nil))
		if !strings.Contains(changes, "原名") || !strings.Contains(changes, "新名") {
			t.Errorf("the history does not tell the change: %s", changes)
		}
		admin.must(204, "DELETE", "customers/"+id, nil)
		admin.must(404, "GET", "customers/"+id, nil)
		admin.must(200, "POST", "customers/"+id+"/actions/restore", nil)
		admin.must(200, "GET", "customers/"+id, nil)
	})
}

func TestBadInputIsToldAndNothingIsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for name, body := range map[string]any{
			"wrong type": map[string]any{"name": 5}, "missing": map[string]any{}, "unknown": map[string]any{"name": "a", "nope": 1},
			"too long": map[string]any{"name": strings.Repeat("長", 300)}, "option": map[string]any{"name": "a", "level": "Z"},
			"system": map[string]any{"name": "a", "created_at": "2020-01-01"}, "reference": map[string]any{"name": "a", "parent": "12"},
			"no object": `[1]`, "not json": `{"name":`, "money": map[string]any{"name": "a", "credit_limit": map[string]any{"amount": "1e9"}},
			"mail": map[string]any{"name": "a", "mails": []string{"nobody"}}, "null body": `null`,
		} {
			status, answer := admin.call("POST", "customers", body)
			if status != 422 || answer["code"] != "invalid" {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		if got := admin.names("customers"); got != "" {
			t.Errorf("bad input wrote %q", got)
		}
		admin.add("customers", map[string]any{"name": "<script>alert(1)</script>\x00 \u200b", "note": "=1+1\r\n第二行"})
		for _, path := range []string{"customers?filter=(((", "customers?filter=nope+=+1", "customers?sort=nope", "customers?limit=9999", "customers?fields=nope", "customers?count=x", `customers?filter={"and":[]}`, "customers?filter=name+=+me()", "customers?filter=created_at+~+3"} {
			if status, answer := admin.call("GET", path, nil); status != 422 {
				t.Errorf("%s answered %d %v", path, status, answer)
			}
		}
		for _, path := range []string{"customers/abc", "customers/99999999999999999999", "nothing", "customers/1/nothing"} {
			if status, _ := admin.call("GET", path, nil); status != 404 {
				t.Errorf("%s answered %d", path, status)
			}
		}
	})
}

func TestNewModuleNeedsOneFolder(t *testing.T) {
	text := schema.T
	vehicle := record.Module{Name: "vehicle", Objects: []*schema.Object{{
		Name: "vehicle", Plural: "vehicles", Title: "plate", Group: "sales", Owned: true, Through: []string{"customer"},
		Label: text("車輛", "车辆", "Vehicle"), LabelPlural: text("車輛", "车辆", "Vehicles"), List: []string{"plate", "customer", "status"},
		Fields: []*schema.Field{
			{Name: "plate", Type: "text", Label: text("車牌", "车牌", "Plate"), Required: true, Unique: true, Search: "i"},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Label: text("客戶", "客户", "Customer")},
			{Name: "status", Type: "picklist", Label: text("狀態", "状态", "Status"), Options: []schema.Option{{Value: "in_use", Label: text("使用中", "使用中", "In use")}}},
			{Name: "price", Type: "money", Label: text("價格", "价格", "Price")},
			{Name: "bought_on", Type: "date", Label: text("購買日", "购买日期", "Bought on")},
			{Name: "mileage", Type: "integer", Label: text("里程", "里程", "Mileage")},
			{Name: "electric", Type: "boolean", Label: text("電動", "电动", "Electric")},
			{Name: "note", Type: "longtext", Label: text("備註", "备注", "Note")},
		},
	}}}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, vehicle)
		admin := w.setUp()
		customer := admin.add("customers", map[string]any{"name": "車主"})
		id := admin.add("vehicles", map[string]any{"plate": "ABC-1234", "customer": customer, "status": "in_use", "price": map[string]string{"amount": "850000.5"}, "electric": true, "bought_on": "2026-01-31"})
		got := admin.must(200, "GET", "vehicles/"+id, nil)
		if fmt.Sprint(got["price"]) != "map[amount:850000.5 currency:TWD]" || got["electric"] != true || got["bought_on"] != "2026-01-31" {
			t.Errorf("read back: %v", got)
		}
		if n := len(namesOf(admin.must(200, "GET", "customers/"+customer+"/vehicles", nil))); n != 1 {
			t.Errorf("the customer's related list has %d vehicles", n)
		}
		if n := len(namesOf(admin.must(200, "GET", `vehicles?q=abc&filter=customer.name+=+"車主"+AND+price+>+800000`, nil))); n != 1 {
			t.Errorf("searched and filtered: %d", n)
		}
		if status, answer := admin.call("POST", "vehicles", map[string]any{"plate": "ABC-1234"}); status != 409 {
			t.Errorf("a second car with the plate answered %d %v", status, answer)
		}
	})
}

func TestSecondNodeUsesAFieldMadeOnTheFirst(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first := newWorld(t, dsn)
	second := newWorld(t, dsn)
	admin := first.setUp()
	there := &person{w: second, cookie: admin.cookie}
	there.must(200, "GET", "objects/customer", nil) // it knows the object as it was
	admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "labels": map[string]string{"en": "Code"}})
	began := time.Now()
	there.add("customers", map[string]any{"name": "二號機", "x_code": "77"})
	if got := there.names("customers?sort=-x_code&fields=name,x_code&filter=" + url.QueryEscape(`x_code = "77"`)); got != "二號機" {
		t.Errorf("listed, sorted and filtered there: %q", got)
	}
	if text := fmt.Sprint(there.must(200, "GET", "objects/customer", nil)); !strings.Contains(text, "x_code") {
		t.Error("the second node does not tell of the field")
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
	admin.must(204, "DELETE", "session", nil)
	if status, _ := there.call("GET", "customers", nil); status != 401 {
		t.Errorf("a session revoked on the first node answered %d on the second", status)
	}
}

func TestShippedRolesDoNotGrow(t *testing.T) {
	registry, err := schema.NewRegistry(1, []*schema.Object{{Name: "thing", Plural: "things", Owned: true}, {Name: "user", Plural: "users"}, {Name: "department", Plural: "departments"}})
	if err != nil {
		t.Fatal(err)
	}
	a := &policy.Actor{ID: 7, Registry: registry, Roles: []policy.Role{policy.Shipped()["salesperson"]}}
	o := registry.Object("thing")
	if a.May(o, policy.Remove) || a.May(o, policy.Assign) || a.May(o, policy.Export) || a.Covers(o, policy.Edit, 8, 0) || !a.Covers(o, policy.Edit, 7, 0) {
		t.Error("the salesperson's role is not what it was shipped as")
	}
}
