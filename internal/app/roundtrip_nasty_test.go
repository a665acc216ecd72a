package app

import (
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
)

// ownFields are fields made at run time, one of each type that a file carries.
var ownFields = []map[string]any{
	{"name": "x_count", "type": "integer", "labels": "台數"},
	{"name": "x_weight", "type": "decimal", "scale": 3, "labels": "重量"},
	{"name": "x_share", "type": "percent", "labels": "佔比"},
	{"name": "x_yes", "type": "boolean", "labels": "已簽約"},
	{"name": "x_size", "type": "picklist", "labels": "規模", "options": []map[string]any{{"value": "small", "label": "小, 型"}, {"value": "big", "label": "大；型"}}},
	{"name": "x_uses", "type": "multipicklist", "labels": "用途", "options": []map[string]any{{"value": "a", "label": "研發, 測試"}, {"value": "b", "label": "量產"}}},
	{"name": "x_marks", "type": "tags", "labels": "記號"},
	{"name": "x_day", "type": "date", "labels": "簽約日"},
	{"name": "x_at", "type": "datetime", "labels": "裝機時間"},
	{"name": "x_story", "type": "longtext", "labels": "沿革"},
	{"name": "x_link", "type": "url", "labels": "型錄"},
	{"name": "x_cash", "type": "money", "labels": "保證金"},
	{"name": "x_who", "type": "user", "labels": "技師"},
	{"name": "x_born", "type": "birthday", "labels": "創辦人生辰"},
	{"name": "x_place", "type": "address", "labels": "廠址"},
	{"name": "x_serial", "type": "text", "labels": "序號"},
}

// TestNastyValuesOfEveryTypeGoOutAndComeBack holds what spreadsheets would run,
// change or cut to what it was.
func TestNastyValuesOfEveryTypeGoOutAndComeBack(t *testing.T) {
	names := []string{"note", "name", "short_name", "phones", "mails", "tags", "bank_account"}
	for _, f := range ownFields {
		names = append(names, fmt.Sprint(f["name"]))
	}
	prepare := func(p *person) {
		for _, f := range ownFields {
			body := map[string]any{}
			for k, v := range f {
				body[k] = v
			}
			body["labels"] = map[string]any{"zh-TW": f["labels"]}
			p.must(201, "POST", "objects/customer/fields", body)
		}
		p.must(200, "PATCH", "me", map[string]any{"language": "zh-TW"})
	}
	for _, format := range []string{"csv", "xlsx"} {
		t.Run(format, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, dsn string) {
				w := newWorld(t, dsn)
				admin, people, _ := w.company()
				w.work()
				prepare(admin)
				for i, v := range []map[string]any{
					{"name": "=cmd|' /C calc'!A0", "short_name": "+886-2-2345-6789", "bank_account": "00123456789012345678", "x_serial": "12345678901234567890", "x_count": -7, "x_weight": -0.125, "x_share": 12.5, "x_yes": true},
					{"name": "@SUM(1+1)*cmd", "short_name": "-", "x_serial": "0912345678", "x_size": "small", "x_uses": []string{"a", "b"}, "x_marks": []string{"甲,乙", "丙;丁", "a\"b"}, "tags": []string{"重要, 客戶", "#1", "=1"}},
					{"name": "定位\t字元", "short_name": "👨‍👩‍👧 🇹🇼", "x_story": "一\n二\r\n三\n\n=四", "x_serial": "1E5", "x_day": "2024-02-29", "x_at": "2024-02-29T16:00:00Z"},
					{"name": "合計", "short_name": "", "x_count": 3, "x_cash": map[string]string{"amount": "-1234.5", "currency": "USD"}},
					{"name": "Total", "x_cash": map[string]string{"amount": "1000000", "currency": "JPY"}, "x_born": map[string]any{"calendar": "lunar", "month": 8, "day": 15, "year": 1970}},
					{"name": "客戶名稱", "short_name": "簡稱", "x_born": map[string]any{"calendar": "solar", "month": 5, "day": 1}},
					{"name": "'引號開頭", "short_name": "\"全引號\"", "x_serial": "#N/A", "x_link": "https://example.com/?a=1,2&b=\"%22", "x_who": people["seller"].id},
					{"name": "𠮷野家㐀", "short_name": "TRUE", "x_serial": "2024/1/2", "phones": []map[string]any{{"label": "公司 總機", "value": "+886-2-2345-6789#12"}, {"label": "手機", "value": "0912-345-678"}, {"value": "+1-212-555-0100 ext. 7"}},
						"mails": []map[string]any{{"label": "工作", "value": "x+y@example.com"}, {"value": "o'neil@example.com"}}},
					{"name": "地址公司", "short_name": "１２３", "x_serial": "007", "x_yes": false, "x_count": 0, "x_weight": 0, "x_share": 0},
				} {
					v["note"] = fmt.Sprintf("%02d", i)
					admin.add("customers", v)
				}
				id := admin.begin("customers/actions/export", map[string]any{"format": format, "sort": "created_at", "fields": names})
				if job := admin.ended(id); job["state"] != "done" {
					t.Fatalf("the export ended as %v", job)
				}
				_, _, file := admin.download(id)
				before := admin.content(names)

				empty := newWorld(t, another(t, dsn))
				other, _, _ := empty.company()
				empty.work()
				prepare(other)
				status, job := other.upload("customer", "customers."+format, file)
				if status != 201 {
					t.Fatalf("the upload answered %d %v", status, job)
				}
				done := other.finished(fmt.Sprint(job["id"]), "run", "done")
				after := other.content(names)
				if len(before) != len(after) {
					t.Errorf("%d customers became %d: %v, warned %v", len(before), len(after), faults(done), job["warnings"])
				}
				for i := range min(len(before), len(after)) {
					if before[i] != after[i] {
						t.Errorf("not equal:\n%s\n%s", before[i], after[i])
					}
				}
			})
		})
	}
}
