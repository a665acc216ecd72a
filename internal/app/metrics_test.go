package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestMetricsTellOfRequestsDatabaseAndJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.add("customers", map[string]any{"name": "客戶"})
		admin.must(404, "GET", "customers/12", nil)
		anybody := &person{w: w}
		status, text := anybody.raw("GET", "/metrics", "text/plain", nil)
		if status != 200 {
			t.Fatalf("from this machine metrics answered %d %s", status, text)
		}
		for _, want := range []string{
			`ecrm_http_requests_total{method="POST",route="/api/v1/{plural}",status="201"} `, `ecrm_http_requests_total{method="GET",route="/api/v1/{plural}/{id}",status="404"} 1`,
			`ecrm_http_request_seconds_bucket{method="POST",route="/api/v1/{plural}",le="+Inf"} `, `ecrm_database_writes_total{result="done"} `, `ecrm_database_bytes `, `ecrm_live_streams 0`,
			`ecrm_database_writes_waiting{class="people"} `, `process_resident_memory_bytes `, `ecrm_info{database="`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %s in the metrics", want)
			}
		}
		if strings.Contains(text, "客戶") || strings.Contains(text, "/customers/12") {
			t.Error("the metrics tell of records")
		}
		// From elsewhere, as a proxy on this machine would pass it on.
		far := []string{"X-Forwarded-For", "203.0.113.7"}
		if status, _ := anybody.raw("GET", "/metrics", "text/plain", nil, far...); status != 401 {
			t.Errorf("from elsewhere: %d", status)
		}
		if status, _ := people["boss"].raw("GET", "/metrics", "text/plain", nil, far...); status != 403 {
			t.Errorf("for one who is no administrator: %d", status)
		}
		if status, _ := admin.raw("GET", "/metrics", "text/plain", nil, far...); status != 200 {
			t.Errorf("for the administrator: %d", status)
		}
		for scope, want := range map[string]int{"read": 403, "admin": 200} {
			secret := fmt.Sprint(admin.must(201, "POST", "tokens", map[string]any{"name": scope, "scopes": []string{scope}})["secret"])
			if status, _ := anybody.raw("GET", "/metrics", "text/plain", nil, append(far, "Authorization", "Bearer "+secret)...); status != want {
				t.Errorf("with a token for %s: %d", scope, status)
			}
		}
	})
}
