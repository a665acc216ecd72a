package app

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

func rowsOf(answer map[string]any) []map[string]any {
	var rows []map[string]any
	list, _ := answer["results"].([]any)
	for _, r := range list {
		row, _ := r.(map[string]any)
		rows = append(rows, row)
	}
	return rows
}

func TestBatchTellsOfEachRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		mine, foreign := seller.add("customers", map[string]any{"name": "舊"}), people["stranger"].add("customers", map[string]any{"name": "外人的"})
		body := map[string]any{
			"create": []map[string]any{{"name": "一"}, {"name": 5}, {"name": "二", "owner": people["stranger"].id}, {"name": "三"}},
			"update": []map[string]any{{"id": mine, "level": "A"}, {"id": foreign, "name": "搶"}, {"name": "no id"}, {"id": mine, "version": 1, "level": "B"}},
		}
		answer := seller.must(200, "POST", "customers/batch", body)
		var statuses []string
		for _, row := range rowsOf(answer) {
			statuses = append(statuses, fmt.Sprint(row["status"]))
		}
		if got := strings.Join(statuses, " "); got != "201 422 422 201 200 404 404 409" {
			t.Errorf("the rows: %s", got)
		}
		if fmt.Sprint(answer["created"], answer["updated"], answer["failed"]) != "2 1 5" {
			t.Errorf("the totals: %v", answer)
		}
		if got := seller.names("customers?sort=name"); len(strings.Fields(got)) != 3 {
			t.Errorf("afterwards there are %q", got)
		}
		// Atomic: one bad row and nothing is written.
		body["atomic"] = true
		status, answer := seller.call("POST", "customers/batch", body)
		if status != 422 || fmt.Sprint(answer["created"], answer["updated"]) != "0 0" || rowsOf(answer)[0]["id"] != nil {
			t.Errorf("the atomic batch: %d %v", status, answer)
		}
		if got := seller.names("customers?sort=name"); len(strings.Fields(got)) != 3 {
			t.Errorf("the refused atomic batch left %q", got)
		}
		seller.must(200, "POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": "四"}, {"name": "五"}}, "atomic": true})
		var many []map[string]any
		for i := range 501 {
			many = append(many, map[string]any{"name": fmt.Sprint(i)})
		}
		for name, bad := range map[string]any{"too many": map[string]any{"create": many}, "none": map[string]any{}, "unknown": map[string]any{"delete": []string{mine}}, "shape": map[string]any{"create": "x"}, "row": map[string]any{"create": []string{"x"}}} {
			if status, answer := seller.call("POST", "customers/batch", bad); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		if got := len(rowsOf(seller.must(200, "POST", "customers/batch", map[string]any{"create": many[:500]}))); got != 500 {
			t.Errorf("500 rows gave %d results", got)
		}
	})
}

func TestPutByUniqueFieldCreatesThenChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_erp", "type": "text", "unique": true, "labels": "ERP"})
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "integer", "unique": true, "labels": "Code"})
		seller := people["seller"]
		path := "customers/by/x_erp/" + url.PathEscape("A/1 甲")
		made := seller.must(201, "PUT", path, map[string]any{"name": "甲公司"})
		if made["x_erp"] != "A/1 甲" {
			t.Errorf("made: %v", made)
		}
		again := seller.must(200, "PUT", path, map[string]any{"level": "A", "x_erp": "A/1 甲"})
		if again["id"] != made["id"] || again["name"] != "甲公司" || again["level"] != "A" {
			t.Errorf("put again: %v", again)
		}
		seller.must(422, "PUT", path, map[string]any{"x_erp": "other"})
		seller.must(422, "PUT", "customers/by/name/x", map[string]any{"name": "x"})
		seller.must(404, "PUT", "customers/by/nope/x", map[string]any{"name": "x"})
		seller.must(201, "PUT", "customers/by/x_code/17", map[string]any{"name": "號碼"})
		seller.must(200, "PUT", "customers/by/x_code/17", map[string]any{"name": "號碼二"})
		seller.must(422, "PUT", "customers/by/x_code/abc", map[string]any{"name": "x"})
		// Another's record under the key: taken, and nothing told of it.
		status, answer := people["stranger"].call("PUT", path, map[string]any{"name": "間諜"})
		if status != 409 || strings.Contains(fmt.Sprint(answer), "甲公司") {
			t.Errorf("another's key answered %d %v", status, answer)
		}
		// The same put at the same moment makes one record.
		var wg sync.WaitGroup
		ids := make([]any, 8)
		for i := range ids {
			wg.Add(1)
			go func() {
				defer wg.Done()
				one := &person{w: w, cookie: seller.cookie}
				_, answer := one.call("PUT", "customers/by/x_erp/same", map[string]any{"name": "同時"})
				ids[i] = answer["id"]
			}()
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == nil {
				t.Errorf("put at once: %v", ids)
				break
			}
		}
	})
}

func TestGuessingTakenValuesIsSlowedDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_tax", "type": "text", "unique": true, "labels": "Tax"})
		people["seller"].add("customers", map[string]any{"name": "有", "x_tax": "12345678"})
		seen := map[float64]int{}
		for range 5 {
			var rows []map[string]any
			for range 25 {
				rows = append(rows, map[string]any{"name": "猜", "x_tax": "12345678"})
			}
			for _, row := range rowsOf(people["stranger"].must(200, "POST", "customers/batch", map[string]any{"create": rows})) {
				status, _ := row["status"].(float64)
				seen[status]++
			}
		}
		if seen[409] != 100 || seen[429] != 25 {
			t.Errorf("125 guesses were answered %v", seen)
		}
		if status, _ := people["colleague"].call("POST", "customers", map[string]any{"name": "一次", "x_tax": "12345678"}); status != 409 {
			t.Errorf("somebody else's first clash answered %d", status)
		}
	})
}

func TestReferenceIsWrittenByAUniqueField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		id := seller.add("customers", map[string]any{"name": "客戶"})
		number := seller.must(200, "GET", "customers/"+id, nil)["number"]
		contact := seller.must(201, "POST", "contacts", map[string]any{"name": "聯絡人", "customer": map[string]any{"number": number}})
		if ref, _ := contact["customer"].(map[string]any); ref["id"] != id {
			t.Errorf("the contact's customer: %v", contact["customer"])
		}
		foreign := people["stranger"].add("customers", map[string]any{"name": "外人的"})
		secret := people["stranger"].must(200, "GET", "customers/"+foreign, nil)["number"]
		for name, ref := range map[string]any{"another's": map[string]any{"number": secret}, "none": map[string]any{"number": "C999999"}, "no key": map[string]any{"name": "客戶"}, "no field": map[string]any{"nope": 1},
			"shape": map[string]any{"number": []string{"x"}}, "two": map[string]any{"number": number, "name": "x"}} {
			if status, answer := seller.call("POST", "contacts", map[string]any{"name": "x", "customer": ref}); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		customer := admin.must(201, "POST", "customers", map[string]any{"name": "指派", "owner": map[string]any{"login": "seller"}})
		if ref, _ := customer["owner"].(map[string]any); ref["label"] != "seller" {
			t.Errorf("the owner: %v", customer["owner"])
		}
		customer = admin.must(201, "POST", "customers", map[string]any{"name": "指派二", "owner": "seller"})
		if ref, _ := customer["owner"].(map[string]any); ref["label"] != "seller" {
			t.Errorf("the owner by login: %v", customer["owner"])
		}
	})
}

func TestSameRequestUnderOneKeyIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		var wg sync.WaitGroup
		ids := make([]any, 8)
		for i := range ids {
			wg.Add(1)
			go func() {
				defer wg.Done()
				one := &person{w: w, cookie: seller.cookie}
				status, answer := one.call("POST", "customers", map[string]any{"name": "只有一個"}, "Idempotency-Key", "k-1")
				if status != 201 {
					t.Errorf("answered %d %v", status, answer)
				}
				ids[i] = answer["id"]
			}()
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == nil {
				t.Errorf("the same key made %v", ids)
				break
			}
		}
		if got := seller.names("customers"); got != "只有一個" {
			t.Errorf("the same key made %q", got)
		}
		// The answer is that of the first time, whatever happened since.
		seller.must(200, "PATCH", "customers/"+fmt.Sprint(ids[0]), map[string]any{"name": "改名"})
		if _, answer := seller.call("POST", "customers", map[string]any{"name": "只有一個"}, "Idempotency-Key", "k-1"); answer["name"] != "只有一個" {
			t.Errorf("asked again: %v", answer)
		}
		if status, answer := seller.call("POST", "customers", map[string]any{"name": "另一個"}, "Idempotency-Key", "k-1"); status != 422 || !strings.Contains(fmt.Sprint(answer), "key_used_otherwise") {
			t.Errorf("the key with another body: %d %v", status, answer)
		}
		// Another person's key is his own.
		if status, answer := people["stranger"].call("POST", "customers", map[string]any{"name": "別人"}, "Idempotency-Key", "k-1"); status != 201 || answer["name"] != "別人" {
			t.Errorf("another's key: %d %v", status, answer)
		}
		// What was refused may be sent again, corrected.
		if status, _ := seller.call("POST", "customers", map[string]any{"name": ""}, "Idempotency-Key", "k-2"); status != 422 {
			t.Errorf("no name: %d", status)
		}
		if status, _ := seller.call("POST", "customers", map[string]any{"name": "訂正"}, "Idempotency-Key", "k-2"); status != 201 {
			t.Errorf("corrected under the same key: %d", status)
		}
		for range 3 {
			if status, answer := seller.call("POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": "批一"}, {"name": ""}}}, "Idempotency-Key", "k-3"); status != 200 || fmt.Sprint(answer["created"]) != "1" {
				t.Errorf("a batch under a key: %d %v", status, answer)
			}
		}
		if got := len(strings.Fields(seller.names("customers"))); got != 3 {
			t.Errorf("there are %d customers", got)
		}
		for _, key := range []string{"", "two words", strings.Repeat("k", 201)} {
			if status, _ := seller.call("POST", "customers", map[string]any{"name": "x"}, "Idempotency-Key", key); status != 422 {
				t.Errorf("the key %q answered %d", key, status)
			}
		}
	})
}
