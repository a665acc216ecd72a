package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"ecrm/internal/dbtest"
)

// description reads the API's description as somebody sees it.
func (p *person) description() (text string, doc map[string]any) {
	p.w.t.Helper()
	status, text := p.raw("GET", "/api/openapi.json", "application/json", nil)
	if status != 200 {
		p.w.t.Fatalf("the description answered %d %s", status, text)
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		p.w.t.Fatal(err)
	}
	return text, doc
}

// closed refuses what a schema does not name, which a client must accept and a
// test must not.
func closed(n any) {
	switch n := n.(type) {
	case map[string]any:
		if _, ok := n["properties"].(map[string]any); ok && n["additionalProperties"] == nil && n["type"] == "object" {
			n["additionalProperties"] = false
		}
		for _, kid := range n {
			closed(kid)
		}
	case []any:
		for _, kid := range n {
			closed(kid)
		}
	}
}

func validated(t *testing.T, text []byte) validator.Validator {
	t.Helper()
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return v
}

func TestDescriptionIsValidAndAnswersKeepToIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		x.admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "integer", "labels": map[string]string{"zh-TW": "樓層"}})
		x.admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_erp", "type": "text", "unique": true, "labels": "ERP"})
		text, doc := x.admin.description()
		v := validated(t, []byte(text))
		if ok, problems := v.ValidateDocument(); !ok {
			for _, p := range problems {
				t.Errorf("the description is not valid: %s %s", p.Message, p.Reason)
			}
		}
		if missing := x.w.app.api.Undescribed(); len(missing) > 0 {
			t.Errorf("routes without a description: add them to operations: %v", missing)
		}
		for _, path := range []string{"/api/v1/customers", "/api/v1/customers/{id}", "/api/v1/users/{id}/actions/reset-password", "/api/v1/roles"} {
			if paths, _ := doc["paths"].(map[string]any); paths[path] == nil {
				t.Errorf("%s is not described", path)
			}
		}
		if !strings.Contains(text, "x_floor") || !strings.Contains(text, "樓層") {
			t.Error("a field made at run time is not described")
		}

		closed(doc)
		strict, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		v = validated(t, strict)
		customer, q := x.ids["customers"], url.QueryEscape
		for _, c := range []struct {
			method, path string
			body         any
			status       int
		}{
			{"GET", "me", nil, 200}, {"GET", "objects", nil, 200}, {"GET", "objects/customer", nil, 200}, {"GET", "sessions?user=all", nil, 200}, {"GET", "tokens?user=" + x.victim.id, nil, 200},
			{"GET", "search?q=" + q(secret), nil, 200}, {"GET", "jobs", nil, 200}, {"GET", "jobs/" + x.ids["job"], nil, 200}, {"GET", "imports/" + x.ids["import"], nil, 404}, {"GET", "views", nil, 200},
			{"PUT", "favorites/customer/" + customer, nil, 200}, {"PUT", "favorites", map[string]any{"favorites": []map[string]string{{"object": "customer", "id": customer}}}, 200},
			{"GET", "customers?count=exact&filter=" + q(`name ~ "祕密"`), nil, 200}, {"GET", "customers?fields=name,owner&limit=1", nil, 200}, {"GET", "customers?filter=" + q("((("), nil, 422},
			{"GET", "customers/" + customer, nil, 200}, {"GET", "customers/12", nil, 404}, {"GET", "customers/" + customer + "/history", nil, 200}, {"GET", "customers/" + customer + "/timeline", nil, 200},
			{"GET", "customers/" + customer + "/comments", nil, 200}, {"GET", "customers/" + customer + "/shares", nil, 200}, {"GET", "customers/" + customer + "/access", nil, 200}, {"GET", "customers/" + customer + "/contacts", nil, 200},
			{"GET", "contacts", nil, 200}, {"GET", "opportunities", nil, 200}, {"GET", "activities", nil, 200}, {"GET", "tasks", nil, 200}, {"GET", "users", nil, 200}, {"GET", "departments", nil, 200}, {"GET", "roles", nil, 200},
			{"POST", "customers", map[string]any{"name": "新", "x_floor": 3, "level": "A", "tags": []string{"重要"}, "mails": []string{"a@b.example"}, "credit_limit": map[string]string{"amount": "12.5", "currency": "TWD"},
				"address": map[string]string{"city": "台北市", "street": "一號"}}, 201},
			{"POST", "customers", map[string]any{"name": 5}, 422}, {"PATCH", "customers/" + customer, map[string]any{"x_floor": 9, "owner": map[string]string{"login": "seller"}}, 200},
			{"PUT", "customers/by/x_erp/E1", map[string]any{"name": "一"}, 201}, {"PUT", "customers/by/x_erp/E1", map[string]any{"name": "二"}, 200},
			{"POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": "三"}, {"name": ""}}}, 200}, {"POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": ""}}, "atomic": true}, 422},
			{"POST", "customers/aggregate", map[string]any{"group": []map[string]string{{"field": "level"}}, "measures": []map[string]string{{"fn": "count"}}}, 200},
			{"POST", "customers/" + customer + "/comments", map[string]any{"text": "說"}, 201}, {"POST", "customers/" + customer + "/shares", map[string]any{"department": x.departments["south"], "until": "2999-01-01"}, 201},
			{"POST", "views", map[string]any{"object": "customer", "name": "檢視", "columns": []map[string]any{{"field": "name", "width": 200}}, "shared_with": "all", "filter": `level = "A"`}, 201},
			{"POST", "tokens", map[string]any{"name": "程式", "scopes": []string{"read"}}, 201}, {"POST", "users", map[string]any{"name": "新人", "login": "newcomer"}, 201},
			{"POST", "users/" + x.victim.id + "/actions/reset-password", nil, 200}, {"POST", "roles", map[string]any{"name": "角色", "rights": map[string]any{"customer": map[string]any{"view": "own"}}, "departments": []string{x.departments["south"]}}, 201},
			{"POST", "objects/task/fields", map[string]any{"name": "x_a", "type": "picklist", "labels": "a", "options": []map[string]any{{"value": "a", "label": "A"}}}, 201},
			{"POST", "customers/actions/tag", map[string]any{"ids": []string{customer}, "input": map[string]any{"add": []string{"標籤"}}}, 202},
			{"POST", "customers/duplicates", map[string]any{"values": map[string]any{"name": "祕密"}}, 200}, {"GET", "duplicates?object=customer", nil, 200}, {"GET", "merges?object=customer", nil, 200},
			{"POST", "customers/actions/find-duplicates", nil, 202}, {"GET", "merges/12", nil, 404},
			{"DELETE", "customers/" + customer, nil, 204}, {"POST", "customers/" + customer + "/actions/restore", nil, 200},
			{"GET", "customers/" + customer + "/files", nil, 200}, {"POST", "customers/" + customer + "/files", map[string]any{"files": []string{x.ids["attachment"]}}, 201},
			{"PATCH", "customers/" + customer, map[string]any{"logo": map[string]any{"id": x.ids["file"]}}, 200}, {"DELETE", "customers/" + customer + "/files/" + x.ids["attachment"], nil, 204},
			{"GET", "customers/" + customer + "/timeline", nil, 200},
		} {
			x.admin.keepsTo(t, v, c.method, c.path, c.body, c.status)
		}
	})
}

// keepsTo sends a request and holds it and its answer against the description.
func (p *person) keepsTo(t *testing.T, v validator.Validator, method, path string, body any, status int) {
	t.Helper()
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request := func() *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), method, p.w.server.URL+"/api/v1/"+path, bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		if body != nil {
			r.Header.Set("Content-Type", "application/json")
		}
		r.AddCookie(p.cookie)
		return r
	}
	answer, err := http.DefaultClient.Do(request())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Errorf("%s %s answered %d, want %d: %s", method, path, answer.StatusCode, status, b)
		return
	}
	answer.Body = io.NopCloser(bytes.NewReader(b))
	if ok, problems := v.ValidateHttpResponse(request(), answer); !ok {
		for _, problem := range problems {
			details := ""
			for _, d := range problem.SchemaValidationErrors {
				details += fmt.Sprintf("\n  %s at %s", d.Reason, d.FieldPath)
			}
			t.Errorf("the answer of %s %s is not as described: %s %s%s\n%.600s", method, path, problem.Message, problem.Reason, details, b)
		}
	}
	if status >= 400 {
		return // a request that is refused need not be as described
	}
	if ok, problems := v.ValidateHttpRequest(request()); !ok {
		for _, problem := range problems {
			details := ""
			for _, d := range problem.SchemaValidationErrors {
				details += fmt.Sprintf("\n  %s at %s", d.Reason, d.FieldPath)
			}
			t.Errorf("the request %s %s is not as described: %s %s%s", method, path, problem.Message, problem.Reason, details)
		}
	}
}

func TestDescriptionTellsNoMoreThanOneMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		role := admin.add("roles", map[string]any{"name": "查閱", "rights": map[string]any{"customer": map[string]any{"view": "all"}}, "field_access": map[string]any{"customer": map[string]any{"credit_limit": "hidden", "note": "read"}}})
		admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"role": role})
		text, doc := people["seller"].description()
		paths, _ := doc["paths"].(map[string]any)
		if strings.Contains(text, "credit_limit") {
			t.Error("a hidden field is described")
		}
		if paths["/api/v1/contacts"] != nil {
			t.Error("an object that may not be seen is described")
		}
		list, _ := paths["/api/v1/customers"].(map[string]any)
		if list["get"] == nil || list["post"] != nil {
			t.Errorf("of customers is described: %v", list)
		}
		components, _ := doc["components"].(map[string]any)
		schemas, _ := components["schemas"].(map[string]any)
		change := fmt.Sprint(schemas["customer_change"])
		if strings.Contains(change, "note") {
			t.Errorf("a field that may only be read is described as written: %s", change)
		}
		if status, _ := (&person{w: w}).raw("GET", "/api/openapi.json", "application/json", nil); status != 401 {
			t.Errorf("without signing in the description answered %d", status)
		}
		if status, page := (&person{w: w}).raw("GET", "/api/docs", "text/html", nil); status != 200 || !strings.Contains(page, "/api/docs.js") {
			t.Errorf("the readable page answered %d", status)
		}
	})
}
