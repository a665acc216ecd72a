package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// role answers the id of a shipped role.
func (p *person) role(key string) string {
	p.w.t.Helper()
	return p.w.must(p.must(200, "GET", "roles?filter="+url.QueryEscape(`key = "`+key+`"`), nil))
}

func TestShippedRolesAreEditableCopies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		if got := admin.names("roles?sort=id"); got != "業務 業務助理 部門主管 總經理 系統管理員" {
			t.Errorf("the shipped roles: %q", got)
		}
		seller := people["seller"]
		id := seller.add("customers", map[string]any{"name": "客戶"})
		seller.must(403, "DELETE", "customers/"+id, nil)
		role := admin.must(200, "GET", "roles/"+admin.role("salesperson"), nil)
		rights, _ := role["rights"].(map[string]any)
		all, _ := rights["*"].(map[string]any)
		all["delete"] = "own"
		admin.must(200, "PATCH", "roles/"+fmt.Sprint(role["id"]), map[string]any{"rights": rights})
		// At the next request, without signing in anew.
		seller.must(204, "DELETE", "customers/"+id, nil)
		if history := fmt.Sprint(admin.must(200, "GET", "roles/"+fmt.Sprint(role["id"])+"/history", nil)); !strings.Contains(history, "delete:own") {
			t.Errorf("the history of the role: %s", history)
		}
	})
}

func TestRolesAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller := people["seller"]
		theirs := people["stranger"].add("customers", map[string]any{"name": "南方", "credit_limit": map[string]string{"amount": "5"}})
		role := admin.add("roles", map[string]any{"name": "南區查閱", "rights": map[string]any{"customer": map[string]any{"view": "chosen"}}, "departments": []string{departments["south"]},
			"field_access": map[string]any{"customer": map[string]any{"credit_limit": "hidden", "note": "read"}}})
		seller.must(404, "GET", "customers/"+theirs, nil)
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"more_roles": []string{role}})
		seller.must(200, "GET", "customers/"+theirs, nil)
		seller.must(403, "PATCH", "customers/"+theirs, map[string]any{"name": "x"})
		// The seller's own role writes every field: the wider of the two counts.
		mine := seller.add("customers", map[string]any{"name": "我的", "note": "可寫"})
		if got := seller.must(200, "GET", "customers/"+mine, nil); got["note"] != "可寫" {
			t.Errorf("note: %v", got["note"])
		}
		// Alone, the role hides and locks fields, in filters, sorts and forms too.
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"role": role, "more_roles": nil})
		got := seller.must(200, "GET", "customers/"+theirs, nil)
		if _, told := got["credit_limit"]; told || got["name"] != "南方" {
			t.Errorf("a hidden field is told: %v", got)
		}
		for _, path := range []string{"customers?filter=credit_limit+>+1", "customers?sort=credit_limit", "customers?fields=credit_limit"} {
			if status, _ := seller.call("GET", path, nil); status != 422 {
				t.Errorf("%s answered %d", path, status)
			}
		}
		seller.must(422, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "sum", "field": "credit_limit"}}})
		if meta := fmt.Sprint(seller.must(200, "GET", "objects/customer", nil)); strings.Contains(meta, "credit_limit") {
			t.Error("the metadata tells of a hidden field")
		}
		seller.must(404, "GET", "contacts", nil)
		// A wider scope holds the narrower: what is his own he sees in any.
		seller.must(200, "GET", "customers/"+mine, nil)
		seller.must(403, "POST", "customers", map[string]any{"name": "x"})
	})
}

func TestAssistantActsForNamedSalespeopleWhoStayOwners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller, colleague := people["seller"], people["colleague"]
		admin.add("users", map[string]any{"name": "助理", "login": "helper", "role": "assistant", "department": departments["north"], "assistant_of": []string{seller.id}, "password": "long-password"})
		helper := w.signIn("helper")
		hers, his := seller.add("customers", map[string]any{"name": "她的客戶"}), colleague.add("customers", map[string]any{"name": "他的客戶"})
		if got := helper.names("customers"); got != "她的客戶" {
			t.Errorf("the assistant sees %q", got)
		}
		helper.must(404, "GET", "customers/"+his, nil)
		helper.must(200, "PATCH", "customers/"+hers, map[string]any{"note": "助理補上"})
		helper.must(403, "DELETE", "customers/"+hers, nil)
		owner := func(p *person, path string) string {
			ref, _ := p.must(200, "GET", path, nil)["owner"].(map[string]any)
			return fmt.Sprint(ref["label"])
		}
		made := helper.add("customers", map[string]any{"name": "代為建立"})
		if got := owner(helper, "customers/"+made); got != "seller" {
			t.Errorf("what the assistant enters belongs to %q", got)
		}
		contact := helper.add("contacts", map[string]any{"name": "聯絡人", "customer": hers})
		if got := owner(seller, "contacts/"+contact); got != "seller" {
			t.Errorf("the contact belongs to %q", got)
		}
		// For a second salesperson he names the owner, or the customer's owner is it.
		admin.must(200, "PATCH", "users/"+helper.id, map[string]any{"assistant_of": []string{seller.id, colleague.id}})
		helper.must(200, "GET", "customers/"+his, nil)
		if got := owner(helper, "contacts/"+helper.add("contacts", map[string]any{"name": "乙", "customer": his})); got != "colleague" {
			t.Errorf("a contact of the colleague's customer belongs to %q", got)
		}
		helper.add("customers", map[string]any{"name": "指名", "owner": colleague.id})
		for _, body := range []map[string]any{{"name": "外人", "owner": people["stranger"].id}, {"name": "主管的", "owner": people["manager"].id}} {
			if status, _ := helper.call("POST", "customers", body); status != 422 {
				t.Errorf("the assistant entered %v: %d", body, status)
			}
		}
		if status, _ := helper.call("PATCH", "customers/"+hers, map[string]any{"owner": colleague.id}); status != 422 {
			t.Errorf("the assistant reassigned: %d", status)
		}
		admin.must(200, "PATCH", "users/"+helper.id, map[string]any{"assistant_of": []string{}})
		helper.must(404, "GET", "customers/"+hers, nil)
		if got := helper.names("customers"); got != "" {
			t.Errorf("when he assists nobody the assistant sees %q", got)
		}
		if status, _ := admin.call("PATCH", "users/"+helper.id, map[string]any{"assistant_of": []string{helper.id}}); status != 422 {
			t.Errorf("an assistant of himself: %d", status)
		}
	})
}

func TestPersonInSeveralDepartments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		people["seller"].add("customers", map[string]any{"name": "北"})
		people["stranger"].add("customers", map[string]any{"name": "南"})
		manager := people["manager"]
		if got := manager.names("customers"); got != "北" {
			t.Fatalf("before: %q", got)
		}
		admin.must(200, "PATCH", "users/"+manager.id, map[string]any{"more_departments": []string{departments["south"]}})
		if got := manager.names("customers?sort=name"); len(strings.Fields(got)) != 2 {
			t.Errorf("head of two departments sees %q", got)
		}
		if got := admin.names("users?filter=" + url.QueryEscape(`more_departments : "`+departments["south"]+`"`)); got != "manager" {
			t.Errorf("filtered by a further department: %q", got)
		}
		// A share with the department above reaches those below it.
		customer := people["seller"].add("customers", map[string]any{"name": "全公司"})
		people["seller"].must(201, "POST", "customers/"+customer+"/shares", map[string]any{"department": departments["top"]})
		if got := people["stranger"].names("customers?filter=name+=+%22%E5%85%A8%E5%85%AC%E5%8F%B8%22"); got != "全公司" {
			t.Errorf("shared with the department above: %q", got)
		}
		// A department moved in the tree moves what its head sees, at once.
		admin.must(200, "PATCH", "users/"+manager.id, map[string]any{"more_departments": nil})
		admin.must(200, "PATCH", "departments/"+departments["south"], map[string]any{"parent": departments["north"]})
		if got := len(strings.Fields(manager.names("customers"))); got != 3 {
			t.Errorf("after the move the manager sees %d of 3", got)
		}
		if status, _ := admin.call("PATCH", "departments/"+departments["north"], map[string]any{"parent": departments["south"]}); status != 422 {
			t.Errorf("a circle of departments: %d", status)
		}
	})
}

func TestOnlyAdministratorsTouchRoles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		boss, role := people["boss"], admin.role("general_manager")
		boss.must(403, "POST", "roles", map[string]any{"name": "x"})
		boss.must(403, "PATCH", "roles/"+role, map[string]any{"name": "x"})
		boss.must(403, "DELETE", "roles/"+role, nil)
		if got := fmt.Sprint(boss.must(200, "GET", "roles/"+role, nil)); strings.Contains(got, "rights") || !strings.Contains(got, "總經理") {
			t.Errorf("others see of a role: %s", got)
		}
		for name, body := range map[string]map[string]any{
			"verb": {"rights": map[string]any{"customer": map[string]any{"steal": "all"}}}, "scope": {"rights": map[string]any{"customer": map[string]any{"view": "everything"}}},
			"object": {"rights": map[string]any{"nothing": map[string]any{"view": "all"}}}, "field": {"field_access": map[string]any{"customer": map[string]any{"nope": "read"}}},
			"access": {"field_access": map[string]any{"customer": map[string]any{"name": "maybe"}}}, "shape": {"rights": map[string]any{"customer": "all"}}, "type": {"rights": []string{"all"}},
			"department": {"departments": []string{"12"}},
		} {
			body["name"] = "角色" + name
			if status, answer := admin.call("POST", "roles", body); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		if status, answer := admin.call("DELETE", "roles/"+admin.role("salesperson"), nil); status != 422 || !strings.Contains(fmt.Sprint(answer), "role_in_use") {
			t.Errorf("a role in use was deleted: %d %v", status, answer)
		}
		administrator := admin.role("administrator")
		for _, body := range []map[string]any{{"administrator": false}, {"key": "x"}, {"rights": map[string]any{}}} {
			if status, _ := admin.call("PATCH", "roles/"+administrator, body); status != 422 {
				t.Errorf("the administrator's role took %v: %d", body, status)
			}
		}
		admin.must(422, "DELETE", "roles/"+administrator, nil)
		admin.must(204, "DELETE", "roles/"+admin.role("assistant"), nil)
	})
}

func TestRoleChangedOnOneNodeHoldsOnTheOther(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first := newWorld(t, dsn)
	second := newWorld(t, dsn)
	admin, people, _ := first.company()
	there := &person{w: second, cookie: people["seller"].cookie}
	there.must(200, "GET", "customers", nil)
	admin.must(200, "PATCH", "roles/"+admin.role("salesperson"), map[string]any{"rights": map[string]any{"task": map[string]any{"view": "own"}}})
	there.must(404, "GET", "customers", nil)
	admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"role": "general_manager"})
	there.must(200, "GET", "customers", nil)
	admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"active": false})
	there.must(401, "GET", "customers", nil)
}

// A role that lets somebody change, remove, assign or share more than it shows lets him
// do it to nothing he does not see.
func TestNothingUnseenIsChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		w.work()
		theirs := people["seller"].add("customers", map[string]any{"name": "看不到的"})
		rights := map[string]any{"*": map[string]any{"view": "own", "create": "all", "edit": "all", "delete": "all", "assign": "all", "share": "all", "export": "all", "import": "all"}}
		admin.add("users", map[string]any{"name": "blind", "login": "blind", "role": admin.add("roles", map[string]any{"name": "blind", "rights": rights}), "password": "long-password"})
		blind := w.signIn("blind")
		before := fmt.Sprint(admin.must(200, "GET", "customers/"+theirs, nil))
		for _, c := range []struct {
			method, path string
			body         any
		}{
			{"PATCH", "", map[string]any{"name": "x"}}, {"PATCH", "", map[string]any{"owner": blind.id}}, {"DELETE", "", nil}, {"POST", "/shares", map[string]any{"user": blind.id}},
			{"POST", "/comments", map[string]any{"text": "x"}}, {"POST", "/actions/restore", nil}, {"GET", "/access", nil},
		} {
			if status, answer := blind.call(c.method, "customers/"+theirs+c.path, c.body); status != 404 {
				t.Errorf("%s %s answered %d %v", c.method, c.path, status, answer)
			}
		}
		rows := rowsOf(blind.must(200, "POST", "customers/batch", map[string]any{"update": []map[string]any{{"id": theirs, "name": "x"}}}))
		if len(rows) != 1 || fmt.Sprint(rows[0]["status"]) != "404" {
			t.Errorf("the batch answered %v", rows)
		}
		for action, input := range map[string]map[string]any{"edit": {"fields": map[string]any{"name": "x"}}, "assign": {"owner": blind.id}, "tag": {"add": []string{"x"}}, "delete": nil, "share": {"user": blind.id}} {
			if status, job := blind.call("POST", "customers/actions/"+action, map[string]any{"ids": []string{theirs}, "input": input}); status == 202 {
				blind.ended(fmt.Sprint(job["id"]))
			}
		}
		if after := fmt.Sprint(admin.must(200, "GET", "customers/"+theirs, nil)); after != before {
			t.Errorf("something unseen was changed: %s, before %s", after, before)
		}
		// What he sees he changes.
		mine := blind.add("customers", map[string]any{"name": "自己的"})
		blind.must(200, "PATCH", "customers/"+mine, map[string]any{"name": "y"})
		blind.must(204, "DELETE", "customers/"+mine, nil)
	})
}
