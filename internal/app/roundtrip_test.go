package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// carried are the fields of a customer that an export carries into an import. An
// address comes back as the same line, in whichever parts it is read.
var carried = []string{
	"name", "number", "kind", "short_name", "aliases", "english_name", "level", "status", "source", "industry", "region", "parent",
	"tax_number", "phones", "mails", "website", "payment_terms", "credit_limit", "invoice_title", "bank", "bank_account", "tags",
	"next_contact_at", "note", "owner", "department",
}

// content lists all customers by what they hold in fields, without ids.
func (p *person) content(fields []string) []string {
	p.w.t.Helper()
	records, _ := p.must(200, "GET", "customers?sort=name&limit=100&fields="+strings.Join(fields, ","), nil)["records"].([]any)
	var all []string
	for _, r := range records {
		record, _ := r.(map[string]any)
		delete(record, "id")
		delete(record, "version")
		for name, v := range record {
			if m, ok := v.(map[string]any); ok && m["label"] != nil {
				record[name] = m["label"]
			}
		}
		b, err := json.Marshal(record)
		if err != nil {
			p.w.t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

func TestExportIntoAnEmptyCompanyIsEqual(t *testing.T) {
	for _, c := range []struct{ format, language string }{{"csv", "zh-TW"}, {"xlsx", "zh-TW"}, {"csv", "zh-CN"}, {"xlsx", "en"}} {
		t.Run(c.format+" "+c.language, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, dsn string) {
				w := newWorld(t, dsn)
				admin, people, _ := w.company()
				w.work()
				parent := admin.add("customers", map[string]any{"name": "母公司"})
				admin.add("customers", map[string]any{
					"name": "全部欄位股份有限公司", "kind": "company", "short_name": "全部", "aliases": []string{"All Fields", "全欄"}, "english_name": "All Fields, Ltd.",
					"level": "B", "status": "active", "source": "web", "industry": "電子 \"零件\"", "region": "北區", "parent": parent, "tax_number": "04595257",
					"phones": []map[string]any{{"label": "手機", "value": "0912-345-678"}, {"value": "+886-2-2345-6789 分機 12"}, {"label": "傳真", "value": "(02) 8765-4321"}},
					"mails":  []map[string]any{{"label": "會計", "value": "acc@example.com"}, {"value": "info@example.com"}}, "website": "https://example.com/?a=1&b=2",
					"payment_terms": "月結 60 天", "credit_limit": map[string]string{"amount": "1234567.89", "currency": "TWD"}, "invoice_title": "全部欄位", "bank": "臺灣銀行", "bank_account": "004-0012345678901",
					"tags": []string{"vip", "老客戶"}, "next_contact_at": "2026-12-01T01:30:00Z", "note": "第一行\n第二行, \"引號\"\n=1+1", "owner": people["seller"].id,
				})
				admin.add("customers", map[string]any{
					"name": "=HYPERLINK(\"http://x\")", "short_name": "-1+1", "english_name": "'=quoted", "industry": "@SUM(A1)", "region": "+12", "note": "007",
					"credit_limit": map[string]string{"amount": "-0.5", "currency": "USD"}, "kind": "person", "bank_account": "0000000012345678901234", "owner": people["colleague"].id,
				})
				for i := range 20 {
					admin.add("customers", map[string]any{"name": fmt.Sprintf("客戶 %02d", i), "phones": []string{fmt.Sprintf("02-2345-%04d", i)}, "level": []string{"A", "B", "C", "D"}[i%4]})
				}
				admin.must(200, "PATCH", "me", map[string]any{"language": c.language})
				id := admin.begin("customers/actions/export", map[string]any{"format": c.format, "sort": "created_at", "fields": append(append([]string{}, carried...), "address")})
				if job := admin.ended(id); job["state"] != "done" {
					t.Fatalf("the export ended as %v", job)
				}
				_, _, file := admin.download(id)
				before := admin.content(carried)

				empty := newWorld(t, another(t, dsn))
				other, _, _ := empty.company()
				empty.work()
				other.must(200, "PATCH", "me", map[string]any{"language": c.language})
				status, job := other.upload("customer", "customers."+c.format, file)
				if status != 201 {
					t.Fatalf("the upload answered %d %v", status, job)
				}
				columns, _ := job["columns"].([]any)
				for i, column := range columns {
					got, _ := column.(map[string]any)
					if i < len(carried) && got["field"] != carried[i] && carried[i] != "number" {
						t.Errorf("the column %v was guessed to be %v, not %s", got["header"], got["field"], carried[i])
					}
				}
				done := other.finished(fmt.Sprint(job["id"]), "run", "done")
				after := other.content(carried)
				if len(before) != len(after) || len(after) != 23 {
					t.Fatalf("%d customers became %d: %v", len(before), len(after), done["problems"])
				}
				for i := range before {
					if before[i] != after[i] {
						t.Errorf("not equal:\n%s\n%s", before[i], after[i])
					}
				}
			})
		})
	}
}

// another is a second empty database of the same kind.
func another(t *testing.T, dsn string) string {
	t.Helper()
	if strings.HasPrefix(dsn, "sqlite:") {
		return dbtest.SQLite(t)
	}
	return dbtest.Postgres(t)
}
