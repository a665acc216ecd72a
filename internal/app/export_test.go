package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/tabular"
	"ecrm/internal/transfer"
)

// download reads the file of an export.
func (p *person) download(id string) (status int, header http.Header, content []byte) {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.w.server.URL+"/api/v1/jobs/"+id+"/result", nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if content, err = io.ReadAll(answer.Body); err != nil {
		p.w.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, content
}

// exported exports and answers the file's table.
func (p *person) exported(body map[string]any) [][]string {
	p.w.t.Helper()
	id := p.begin("customers/actions/export", body)
	if job := p.ended(id); job["state"] != "done" {
		p.w.t.Fatalf("the export ended as %v", job)
	}
	status, _, content := p.download(id)
	if status != 200 {
		p.w.t.Fatalf("the result answered %d", status)
	}
	text, bom := strings.CutPrefix(string(content), "\ufeff")
	if !bom {
		p.w.t.Error("the file does not begin with a byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		p.w.t.Fatal(err)
	}
	return rows
}

func TestExportWritesWhatTheListShows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		w.work()
		boss := people["boss"]
		parent := boss.add("customers", map[string]any{"name": "母公司"})
		boss.add("customers", map[string]any{
			"name": "=HYPERLINK(\"http://evil\")", "short_name": "逗號,\"引號\"\n換行", "phones": []map[string]any{{"value": "+886-2-2345-6789"}, {"value": "0912-345-678"}},
			"tax_number": "04595257", "tags": []string{"vip", "老客戶"}, "level": "A", "parent": parent, "owner": people["seller"].id,
			"credit_limit": map[string]string{"amount": "1200000.5", "currency": "TWD"}, "note": "-1+1",
		})
		rows := boss.exported(map[string]any{"filter": `name != "母公司"`, "format": "csv",
			"fields": []string{"name", "short_name", "phones", "tax_number", "tags", "level", "parent", "owner", "credit_limit", "note"}})
		if len(rows) != 2 {
			t.Fatalf("exported %q", rows)
		}
		want := []string{`'=HYPERLINK("http://evil")`, `逗號,"引號" 換行`, "+886-2-2345-6789; 0912-345-678", "04595257", "vip,老客戶", "A", "母公司", "seller", "1200000.5", "-1+1"}
		want[5] = rows[1][5] // its label
		want[9] = "'-1+1"
		if strings.Join(rows[1], "|") != strings.Join(want, "|") {
			t.Errorf("exported %q, want %q", rows[1], want)
		}
		if rows[0][0] != "名稱" && rows[0][0] != "客戶名稱" && rows[0][0] == "name" {
			t.Errorf("headers are %q", rows[0])
		}
		if rows[1][5] == "" {
			t.Error("the level has no label")
		}
		// Sorted and chosen.
		rows = boss.exported(map[string]any{"sort": "-name", "fields": []string{"name"}})
		if len(rows) != 3 || rows[1][0] != "母公司" {
			t.Errorf("sorted %q", rows)
		}
		rows = boss.exported(map[string]any{"ids": []string{parent, "12345"}, "fields": []string{"name"}})
		if len(rows) != 2 || rows[1][0] != "母公司" {
			t.Errorf("chosen %q", rows)
		}
		found, err := w.app.DB.Query(t.Context(), "SELECT actor_id, diff FROM audit WHERE action = 'exported' ORDER BY id")
		if err != nil || len(found) != 3 || fmt.Sprint(found[0][0]) != boss.id || !strings.Contains(fmt.Sprint(found[0][1]), `"rows":1`) {
			t.Errorf("the audit tells %v (%v)", found, err)
		}
	})
}

func TestExportAsWorkbookAndInOtherEncodings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		w.work()
		boss := people["boss"]
		boss.add("customers", map[string]any{"name": "台積電", "phones": []string{"0912345678"}, "credit_limit": map[string]string{"amount": "100", "currency": "TWD"}})
		id := boss.begin("customers/actions/export", map[string]any{"format": "xlsx", "fields": []string{"name", "phones", "credit_limit", "created_at"}})
		job := boss.ended(id)
		status, header, content := boss.download(id)
		result, _ := job["result"].(map[string]any)
		if status != 200 || !strings.Contains(header.Get("Content-Disposition"), ".xlsx") || result["rows"] != 1.0 {
			t.Fatalf("answered %d %v %v", status, header, job)
		}
		path := filepath.Join(t.TempDir(), "file.xlsx")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		rows := table(t, path)
		if len(rows) != 1 || rows[0][0].Text != "台積電" || rows[0][1].Text != "0912345678" || rows[0][1].Kind != tabular.KindText || rows[0][2].Kind != tabular.KindNumber || rows[0][3].Kind != tabular.KindDate {
			t.Errorf("the workbook holds %+v", rows)
		}
		id = boss.begin("customers/actions/export", map[string]any{"encoding": "big5", "fields": []string{"name"}})
		boss.ended(id)
		if _, _, content := boss.download(id); !bytes.Contains(content, []byte{0xa5, 0x78, 0xbf, 0x6e, 0xb9, 0x71}) {
			t.Errorf("Big5 is %q", content)
		}
	})
}

func table(t *testing.T, path string) [][]tabular.Cell {
	t.Helper()
	d, err := tabular.Detect(path, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := tabular.Open(path, tabular.Options{}, d)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows [][]tabular.Cell
	for {
		row, err := r.Next()
		if err != nil {
			return rows
		}
		rows = append(rows, row.Cells)
	}
}

func TestExportKeepsToRightsOfRowsAndFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		w.work()
		seller, manager, boss := people["seller"], people["manager"], people["boss"]
		seller.add("customers", map[string]any{"name": "北部客戶", "credit_limit": map[string]string{"amount": "987654", "currency": "TWD"}})
		people["stranger"].add("customers", map[string]any{"name": "南部客戶"})
		if status, _ := seller.call("POST", "customers/actions/export", map[string]any{}); status != 403 {
			t.Errorf("an export without the right answered %d", status)
		}
		rows := manager.exported(map[string]any{"fields": []string{"name"}})
		if len(rows) != 2 || rows[1][0] != "北部客戶" {
			t.Errorf("a manager of the north exports %q", rows)
		}
		if rows = manager.exported(map[string]any{"filter": `name = "南部客戶"`, "fields": []string{"name"}}); len(rows) != 1 {
			t.Errorf("a manager of the north exports %q", rows)
		}
		// A manager from whom a field is hidden: not by name, not by filter, not by
		// sort, not by asking for all.
		admin.add("roles", map[string]any{"name": "blind", "key": "blind", "rights": policy.Shipped()["manager"].Rights,
			"field_access": map[string]map[string]string{"customer": {"credit_limit": "hidden"}}})
		admin.add("users", map[string]any{"name": "blind", "login": "blind", "role": "blind", "department": departments["north"], "password": "long-password"})
		blind := w.signIn("blind")
		for name, body := range map[string]map[string]any{
			"by name":   {"fields": []string{"name", "credit_limit"}},
			"by filter": {"filter": "credit_limit > 0"},
			"by sort":   {"sort": "credit_limit"},
		} {
			if status, answer := blind.call("POST", "customers/actions/export", body); status != 422 {
				t.Errorf("a hidden field %s answered %d %v", name, status, answer)
			}
		}
		for _, row := range blind.exported(map[string]any{}) {
			if strings.Contains(strings.Join(row, "|"), "987654") {
				t.Errorf("a hidden field was exported: %q", row)
			}
		}
		// The file is its maker's alone, while he may still export.
		id := boss.begin("customers/actions/export", map[string]any{"fields": []string{"name"}})
		boss.ended(id)
		for _, p := range []*person{admin, manager, seller} {
			if status, _, _ := p.download(id); status != 404 {
				t.Errorf("another's file answered %d", status)
			}
		}
		admin.must(200, "PATCH", "users/"+boss.id, map[string]any{"role": "salesperson"})
		if status, _, _ := boss.download(id); status != 403 {
			t.Errorf("a file of one who may no longer export answered %d", status)
		}
	})
}

func TestExportsAreSweptAfterTheirTime(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, people, _ := w.company()
	w.work()
	boss := people["boss"]
	boss.add("customers", map[string]any{"name": "甲"})
	id := boss.begin("customers/actions/export", map[string]any{})
	boss.ended(id)
	if err := w.app.Exports.Sweep(time.Now()); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := boss.download(id); status != 200 {
		t.Errorf("a fresh file answered %d", status)
	}
	if err := w.app.Exports.Sweep(time.Now().Add(8 * 24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := boss.download(id); status != 404 {
		t.Errorf("an old file answered %d", status)
	}
}

func TestExportAtTheCommandLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		people["boss"].add("customers", map[string]any{"name": "甲"})
		var file bytes.Buffer
		result, err := w.app.ExportFile(t.Context(), "boss", "customer", &file, transfer.ExportRequest{Format: "csv", Filter: `name = "甲"`})
		if err != nil || result.Rows != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		if !strings.Contains(file.String(), "甲") {
			t.Errorf("%q", file.String())
		}
		file.Reset()
		if _, err := w.app.ExportFile(t.Context(), "seller", "customer", &file, transfer.ExportRequest{Format: "csv"}); err == nil {
			t.Error("a salesperson exported at the command line")
		}
		if _, err := w.app.ExportFile(t.Context(), "", "customer", &file, transfer.ExportRequest{Format: "csv", Filter: "nonsense = 1"}); err == nil {
			t.Error("a filter that is none was taken")
		}
		if left, err := os.ReadDir(filepath.Join(w.app.data, "exports")); file.Len() > 0 || err != nil || len(left) > 0 {
			t.Errorf("a failed export wrote %q and left %v, %v", file.String(), left, err)
		}
	})
}
