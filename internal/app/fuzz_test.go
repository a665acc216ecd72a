package app

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/api"
	"ecrm/internal/dbtest"
)

// Whatever is sent to a route, in its body or behind its question mark, is answered in
// words and never with a failure.
func FuzzRequests(f *testing.F) {
	w := newWorld(f, dbtest.SQLite(f))
	admin := w.setUp()
	admin.must(201, "POST", "objects", everyType())
	id := admin.add("x_everys", map[string]any{"name": "甲"})
	routes := slices.DeleteFunc(slices.Clone(w.app.api.Routes()), func(r api.Route) bool {
		// Streams do not end; the others would end the session.
		return r.Method == "" || strings.HasSuffix(r.Path, "/events") || strings.Contains(r.Path, "/session") || strings.HasSuffix(r.Path, "/setup") || strings.HasSuffix(r.Path, "/me") ||
			strings.Contains(r.Path, "/users/") || r.Path == "/metrics"
	})
	for i := range routes {
		for j, body := range hostile {
			if (i+j)%9 == 0 { // each with some
				f.Add(uint16(i), "filter="+url.QueryEscape(`name = `+body), `{"name":`+body+`,"filter":`+body+`,"ids":`+body+`,"input":{"fields":{"name":`+body+`}}}`)
			}
		}
	}
	f.Add(uint16(0), "sort=-name&limit=5&cursor=AAAA&fields=a,b", `{"create":[{"name":"x"}],"atomic":true}`)
	f.Fuzz(func(t *testing.T, which uint16, query, body string) {
		route := routes[int(which)%len(routes)]
		path := strings.NewReplacer("{plural}", "x_everys", "{id}", id, "{object}", "x_every", "{field}", "x_text", "{value}", "1", "{share}", "u1", "{related}", "contacts", "{file}", "1", "{type}", "address").Replace(route.Path)
		if route.Method == http.MethodDelete && path == "/api/v1/x_everys/"+id || strings.Contains(path, "/objects") && route.Method != http.MethodGet {
			return // what is asked about stays
		}
		if values, err := url.ParseQuery(query); err == nil {
			path += "?" + values.Encode()
		}
		p := &person{w: &world{t: t, app: w.app, server: w.server}, cookie: admin.cookie}
		status, answer := p.raw(route.Method, path, "application/json", []byte(body))
		if strings.HasPrefix(path, "/f/") { // a page for people
			if status >= 500 || !strings.Contains(answer, "<title>") {
				t.Errorf("%s %s answered %d %s", route.Method, path, status, answer)
			}
			return
		}
		if status < 300 && !strings.Contains(path, ".csv") && !strings.Contains(path, "docs") && !strings.Contains(path, "code.svg") || status >= 300 && status != 304 {
			saidWell(t, "zh-TW", route.Method+" "+path+" "+body, status, answer)
		}
	})
}
