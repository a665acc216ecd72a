package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// codes are field and code of the warnings in an answer.
func codes(answer map[string]any) string {
	list, _ := answer["_warnings"].([]any)
	var told []string
	for _, w := range list {
		one, _ := w.(map[string]any)
		told = append(told, fmt.Sprint(one["field"], ":", one["code"]))
		if one["message"] == one["code"] || one["message"] == "" {
			told = append(told, "no message")
		}
	}
	return strings.Join(told, " ")
}

func TestDoubtfulValuesAreKeptAndWarnedAbout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		made := seller.must(201, "POST", "customers", map[string]any{"name": "一號", "tax_number": "04595258", "mails": []string{"wang@gmial.com"}, "phones": []string{"0912-345-67", "02-2345-6789"}})
		if got := codes(made); got != "phones:phone_odd mails:mail_slip tax_number:tax_id" || made["tax_number"] != "04595258" {
			t.Errorf("made with warnings %q, tax number %v", got, made["tax_number"])
		}
		id := fmt.Sprint(made["id"])
		// What was doubtful before is not told again with each change of something else.
		if got := codes(seller.must(200, "PATCH", "customers/"+id, map[string]any{"note": "x"})); got != "" {
			t.Errorf("a change of the note warns of %q", got)
		}
		if got := codes(seller.must(200, "PATCH", "customers/"+id, map[string]any{"tax_number": "04595257"})); got != "" {
			t.Errorf("the right number warns of %q", got)
		}
		// A number that somebody has: whose is told to those who may see it.
		shared := seller.must(201, "POST", "customers", map[string]any{"name": "二號", "tax_number": "0459-5257"})
		if got := codes(shared); got != "tax_number:twin" || !strings.Contains(fmt.Sprint(shared["_warnings"]), "一號") || shared["tax_number"] != "04595257" {
			t.Errorf("a number twice: %v", shared)
		}
		hidden := stranger.must(201, "POST", "customers", map[string]any{"name": "三號", "tax_number": "04595257"})
		if got := codes(hidden); got != "tax_number:twin_hidden" || strings.Contains(fmt.Sprint(hidden["_warnings"]), "一號") {
			t.Errorf("a number of customers out of sight: %v", hidden)
		}
		// While it is being typed nothing is written.
		for values, want := range map[string]string{"04595258": "tax_number:tax_id", "04595257": "tax_number:twin_more", "DE811907980": ""} {
			if got := codes(seller.must(200, "POST", "customers/warnings", map[string]any{"values": map[string]any{"tax_number": values}})); got != want {
				t.Errorf("typing %s warns of %q, want %q", values, got, want)
			}
		}
		if got := codes(seller.must(200, "POST", "customers/warnings", map[string]any{"id": id})); got != "phones:phone_odd mails:mail_slip tax_number:twin_more" {
			t.Errorf("the record as it stands: %q", got)
		}
		if got := codes(seller.must(200, "POST", "customers/warnings", map[string]any{"id": id, "values": map[string]any{"tax_number": "12345678"}})); got != "tax_number:tax_id" {
			t.Errorf("typed into the record: %q", got)
		}
		if got := seller.names("customers?filter=tax_number%20%3D%20%2212345678%22"); got != "" {
			t.Errorf("typing wrote %q", got)
		}
		// In a batch each row has its own.
		batch := seller.must(200, "POST", "customers/batch", map[string]any{"create": []map[string]any{{"name": "四號"}, {"name": "五號", "tax_number": "12345678"}}})
		rows := rowsOf(batch)
		if codes(rows[0]) != "" || codes(rows[1]) != "tax_number:tax_id" || rows[1]["status"] != float64(201) {
			t.Errorf("the batch answered %v", batch)
		}
		status, replayed := 0, map[string]any{}
		for range 2 {
			status, replayed = seller.call("POST", "customers", map[string]any{"name": "六號", "tax_number": "22345678"}, "Idempotency-Key", "k1")
		}
		if status != 201 || codes(replayed) != "tax_number:tax_id" {
			t.Errorf("the same under a key answered %d %v", status, replayed)
		}
	})
}

func TestImportTellsDoubtfulValuesAndKeepsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		status, job := admin.upload("customer", "a.csv", []byte("客戶名稱,統一編號\n甲,04595257\n乙,04595258\n丙,04595257\n"))
		if status != 201 {
			t.Fatal(status, job)
		}
		for _, action := range []string{"check", "run"} {
			job = admin.finished(fmt.Sprint(job["id"]), action, map[string]string{"check": "checked", "run": "done"}[action])
			var told []string
			problems, _ := job["problems"].([]any)
			for _, p := range problems {
				one, _ := p.(map[string]any)
				told = append(told, fmt.Sprint(one["row"], one["column"], one["code"], one["warning"]))
			}
			if got := strings.Join(told, " "); got != "3統一編號tax_idtrue 4統一編號twintrue" || fmt.Sprint(job["created"]) != "3" || fmt.Sprint(job["failed"]) != "0" {
				t.Errorf("%s: %s %v", action, got, job)
			}
		}
	})
}

// Of very many that share a number, only those out of sight are called so.
func TestNumberSharedByManyCountsOnlyThoseOutOfSight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		for n := range 14 {
			seller.add("customers", map[string]any{"name": fmt.Sprintf("分店%02d", n), "tax_number": "04595257"})
		}
		told := func(p *person) string {
			return fmt.Sprint(p.must(200, "POST", "customers/warnings", map[string]any{"values": map[string]any{"tax_number": "04595257"}})["_warnings"])
		}
		if got := told(seller); !strings.Contains(got, "code:twin ") || !strings.Contains(got, "分店00") || !strings.Contains(got, "…") {
			t.Errorf("one who sees all fourteen is told %s", got)
		}
		if got := told(stranger); !strings.Contains(got, "twin_hidden") || !strings.Contains(got, "14") {
			t.Errorf("one who sees none is told %s", got)
		}
		stranger.add("customers", map[string]any{"name": "別家", "tax_number": "04595257"})
		if got := told(seller); !strings.Contains(got, "twin_more") || !strings.Contains(got, "另外 1 筆") {
			t.Errorf("one who sees fourteen of fifteen is told %s", got)
		}
		for n := range 250 {
			seller.add("customers", map[string]any{"name": fmt.Sprintf("同名%03d", n), "mails": []any{"same@example.com"}})
		}
		answer := seller.must(200, "GET", "customers/duplicates?mails=same@example.com", nil)
		if got := fmt.Sprint(answer["hidden"]); got != "0" && got != "<nil>" {
			t.Errorf("of 250 that one sees %s are called hidden", got)
		}
	})
}
