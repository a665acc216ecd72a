package app

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/api"
	"ecrm/internal/dbtest"
)

// recorder is a test that only notes whether it would have failed.
type recorder struct {
	testing.TB
	failed bool
}

// stopped is what a fatal failure of a recorder panics with.
type stopped struct{}

func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fail()                 { r.failed = true }
func (r *recorder) Fatal(...any)          { r.failed = true; panic(stopped{}) }
func (r *recorder) Fatalf(string, ...any) { r.failed = true; panic(stopped{}) }
func (r *recorder) FailNow()              { r.failed = true; panic(stopped{}) }

// seen runs a case in the name of somebody and tells whether it would have cried out;
// compared tells to look for changes of the victim's as well.
func (x *attack) seen(t *testing.T, attempt func(t testing.TB, x *attack), as *person, compared bool) bool {
	r := &recorder{TB: t}
	almighty, w := *x, *x.w
	w.t, almighty.w = r, &w
	almighty.attacker = &person{w: &w, id: as.id, cookie: as.cookie}
	almighty.admin, almighty.exporter = &person{w: &w, id: x.admin.id, cookie: x.admin.cookie}, almighty.attacker
	almighty.victim = &person{w: &w, id: x.victim.id, cookie: x.victim.cookie}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (stopped{}) {
				panic(p)
			}
		}()
		before := ""
		if compared {
			before = almighty.state()
		}
		attempt(r, &almighty)
		if compared && almighty.state() != before {
			r.failed = true
		}
	}()
	return r.failed
}

// beyondRights are the routes that refuse what the cases try to everybody, whatever his
// roles: no role is needed to see that they do.
var beyondRights = []string{
	"GET /api/v1/reach/code.svg", "POST /api/v1/setup", "POST /api/v1/session", "POST /api/v1/password/actions/look", "POST /api/v1/password/actions/choose", "PATCH /api/v1/me", "GET /metrics", "POST /api/v1/views", "DELETE /api/v1/favorites/{object}/{id}",
	"GET /ical/{file}", "GET /f/{token}", "GET /f/{token}/embed", "POST /f/{token}", "POST /f/{token}/embed",
}

// An attack that nothing could make fail holds nothing: each case, run by somebody who may
// do what it tries as if the checks were gone, has to cry out. What is a person's own no
// administrator sees either; there it is the victim
// himself, or his manager.
func TestEachAttackWouldBeSeen(t *testing.T) {
	x := newAttack(t, dbtest.SQLite(t))
	routes := x.w.app.api.Routes()
	// What ends the victim's session or takes his records away comes last.
	late := func(r api.Route) int {
		switch {
		case r.Method == http.MethodGet:
			return 0
		case strings.HasSuffix(r.Path, "reset-password"), strings.HasSuffix(r.Path, "{plural}/{id}") && r.Method == http.MethodDelete, strings.HasPrefix(r.Path, "/api/v1/sessions"):
			return 3
		case r.Method == http.MethodDelete:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(routes, func(a, b api.Route) int { return late(a) - late(b) })
	for _, route := range routes {
		name := route.Method + " " + route.Path
		attempt := cases[name]
		if attempt == nil || reflect.ValueOf(attempt).Pointer() == reflect.ValueOf(own).Pointer() || slices.Contains(beyondRights, name) {
			continue
		}
		action, bulk := strings.CutPrefix(route.Path, "/api/v1/{plural}/actions/")
		if bulk && action != "export" {
			fresh := newAttack(t, dbtest.SQLite(t))
			if !fresh.seen(t, attempt, fresh.admin, true) {
				t.Errorf("the case of %q would not see that the route is open to everybody", name)
			}
			continue
		}
		if !slices.ContainsFunc([]*person{x.admin, x.victim, x.manager}, func(p *person) bool { return x.seen(t, attempt, p, false) }) {
			t.Errorf("the case of %q would not see that the route is open to everybody", name)
		}
	}
}

// Every route of a record is closed on the victim's record of every object there is, links
// among them; an object without a record here asks for one.
func TestEveryRouteOfARecordIsClosedForEveryObject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		x.ids["opportunity_contacts"] = x.victim.add("opportunity-contacts", map[string]any{"opportunity": x.ids["opportunities"], "contact": x.ids["contacts"], "role": "decider"})
		competitor := x.admin.add("competitors", map[string]any{"name": "對手公司"})
		x.ids["opportunity_competitors"] = x.victim.add("opportunity-competitors", map[string]any{"opportunity": x.ids["opportunities"], "competitor": competitor})
		x.ids["targets"] = x.admin.add("targets", map[string]any{"month": "2026-11-01", "owner": x.victim.id, "amount": amount("1000", "TWD")})
		x.ids["log_templates"] = x.victim.add("log-templates", map[string]any{"name": secret, "result": secret})
		before := x.state()
		for _, o := range x.w.app.Records.Current.Load().Objects() {
			if parent, _ := o.Parent(); parent != nil || o.AdminOnly || !o.Owned && !o.IsLink() {
				continue // of everybody, or no records by themselves
			}
			id := x.ids[o.Plural]
			if id == "" {
				t.Errorf("the victim has no record of %s: give him one", o.Name)
				continue
			}
			for _, route := range x.w.app.api.Routes() {
				if !strings.Contains(route.Path, "{plural}/{id}") {
					continue
				}
				path := strings.NewReplacer("{plural}", strings.ReplaceAll(o.Plural, "_", "-"), "{id}", id, "{share}", x.ids["share"], "{file}", x.ids["attachment"], "{related}", "contacts").Replace(route.Path)
				body := map[string]string{"/comments": `{"text":"x"}`, "/files": `{"files":["` + x.ids["attachment"] + `"]}`, "/shares": `{"user":"` + x.attacker.id + `"}`}[strings.TrimPrefix(route.Path, "/api/v1/{plural}/{id}")]
				if body == "" {
					body = "{}"
				}
				status, answer := x.attacker.raw(route.Method, path, "application/json", []byte(body))
				if status != 404 || strings.Contains(answer, secret) {
					t.Errorf("%s %s answered %d %s", route.Method, path, status, answer)
				}
			}
		}
		if after := x.state(); after != before {
			t.Errorf("the attack changed something.\nBefore: %s\nAfter: %s", before, after)
		}
	})
}
