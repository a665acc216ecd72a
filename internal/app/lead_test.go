package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

// reference is the id a field of a record refers to.
func (p *person) reference(path, field string) string {
	p.w.t.Helper()
	if id := at(p.must(200, "GET", path, nil), field, "id"); id != nil {
		return fmt.Sprint(id)
	}
	return ""
}

// A lead becomes a customer, a contact and an opportunity in one step; what was done
// about it goes along, and the lead stays to be read.
func TestConvertedLeadTakesAlongWhatHappened(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, manager := people["seller"], people["manager"]
		card := seller.file("card.png", picture(40, 20))
		lead := seller.add("leads", map[string]any{"name": "王小明", "company": "宏達精密股份有限公司", "title": "採購經理", "phones": []string{"0912-345-678"}, "mails": []string{"wang@hongda.example"},
			"line_id": "wang88", "address": map[string]any{"region": "台中市", "street": "工業三路1號"}, "industry": "機械設備", "interest": "產線升級", "card": card, "tax_number": "04595257"})
		path := "leads/" + lead
		call := seller.add("activities", map[string]any{"lead": lead, "kind": "call", "result": "下週拜訪"})
		task := seller.add("tasks", map[string]any{"lead": lead, "subject": "寄型錄"})
		manager.must(201, "POST", path+"/comments", map[string]any{"text": "這家要快", "files": []string{manager.file("note.txt", []byte("x"))}})
		seller.must(201, "POST", path+"/files", map[string]any{"files": []string{seller.file("spec.txt", []byte("y"))}})
		if got := seller.must(200, "GET", path, nil); fmt.Sprint(got["response_minutes"]) != "0" || got["first_response_at"] == nil {
			t.Errorf("the first call was not counted: %v %v", got["response_minutes"], got["first_response_at"])
		}
		offer := seller.must(200, "GET", path+"/actions/convert", nil)
		if size(at(offer, "candidates", "customer", "records")) != 0 || fmt.Sprint(at(offer, "values", "deal_name")) != "宏達精密股份有限公司 產線升級" {
			t.Errorf("offered %v %v", offer["values"], offer["candidates"])
		}
		done := seller.must(200, "POST", path+"/actions/convert", map[string]any{"deal": "new", "deal_name": "產線升級案", "deal_amount": map[string]string{"amount": "500000"}})
		customer := fmt.Sprint(at(done, "next", "id"))
		after := seller.must(200, "GET", path, nil)
		contact, deal := fmt.Sprint(at(after, "contact", "id")), fmt.Sprint(at(after, "opportunity", "id"))
		if after["status"] != "converted" || fmt.Sprint(at(after, "customer", "id")) != customer || at(after, "converted_by", "id") != seller.id {
			t.Errorf("the lead says %v", after)
		}
		made := seller.must(200, "GET", "customers/"+customer, nil)
		if made["name"] != "宏達精密股份有限公司" || made["industry"] != "機械設備" || made["tax_number"] != "04595257" || at(made, "owner", "id") != seller.id || made["last_contact_at"] == nil {
			t.Errorf("the customer is %v", made)
		}
		person := seller.must(200, "GET", "contacts/"+contact, nil)
		if person["name"] != "王小明" || person["line_id"] != "wang88" || at(person, "customer", "id") != customer || at(person, "card", "id") != card {
			t.Errorf("the contact is %v", person)
		}
		if o := seller.must(200, "GET", "opportunities/"+deal, nil); o["name"] != "產線升級案" || at(o, "customer", "id") != customer {
			t.Errorf("the opportunity is %v", o)
		}
		for plural, id := range map[string]string{"activities": call, "tasks": task} {
			if one := seller.must(200, "GET", plural+"/"+id, nil); at(one, "customer", "id") != customer || at(one, "lead", "id") != lead || at(one, "opportunity", "id") != deal {
				t.Errorf("%s stayed behind: %v", plural, one)
			}
		}
		for _, place := range []string{path, "customers/" + customer} {
			timeline := fmt.Sprint(seller.must(200, "GET", place+"/timeline", nil))
			if !strings.Contains(timeline, "這家要快") || !strings.Contains(timeline, "下週拜訪") || !strings.Contains(timeline, "note.txt") {
				t.Errorf("the timeline of %s has not all: %s", place, timeline)
			}
			if files := fmt.Sprint(seller.must(200, "GET", place+"/files", nil)); !strings.Contains(files, "spec.txt") {
				t.Errorf("the files of %s are %s", place, files)
			}
		}
		if status, answer := seller.call("POST", path+"/actions/convert", map[string]any{"deal": "none"}); status != 409 || !strings.Contains(fmt.Sprint(answer["detail"]), "宏達精密股份有限公司") {
			t.Errorf("a second time answered %d %v", status, answer)
		}
		if status, answer := seller.call("PATCH", path, map[string]any{"status": "working"}); status != 422 {
			t.Errorf("it was taken back: %d %v", status, answer)
		}
	})
}

// What is there already is offered: used as it is, its gaps filled, or left alone. What
// the salesperson does not see is counted and not told.
func TestConvertOffersWhatIsThereAndFillsItsGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		mine := seller.add("customers", map[string]any{"name": "日昇光電股份有限公司", "industry": "光電"})
		known := seller.add("contacts", map[string]any{"name": "林小姐", "customer": mine, "mails": []string{"lin@sun.example"}, "phones": []string{"0911-111-111"}})
		stranger.add("customers", map[string]any{"name": "日昇光電", "phones": []string{"0922-222-222"}})
		lead := func() string {
			return seller.add("leads", map[string]any{"name": "林怡君", "title": "經理", "company": "日昇光電有限公司", "mails": []string{"LIN@sun.example"}, "phones": []string{"0922-222-222"}, "region": "北部", "industry": "電子"})
		}
		one := lead()
		offer := seller.must(200, "GET", "leads/"+one+"/actions/convert", nil)
		customers, contacts := at(offer, "candidates", "customer"), at(offer, "candidates", "contact")
		if at(customers, "records", 0, "id") != mine || size(at(customers, "records")) != 1 || fmt.Sprint(at(customers, "hidden")) != "1" || at(contacts, "records", 0, "id") != known {
			t.Errorf("offered %v and %v", customers, contacts)
		}
		seller.must(200, "POST", "leads/"+one+"/actions/convert", map[string]any{"customer": mine, "contact": known, "fill": true, "deal": "none"})
		if c := seller.must(200, "GET", "customers/"+mine, nil); c["region"] != "北部" || c["industry"] != "光電" || c["name"] != "日昇光電股份有限公司" {
			t.Errorf("the gaps of the customer: %v", c)
		}
		if c := seller.must(200, "GET", "contacts/"+known, nil); c["title"] != "經理" || c["name"] != "林小姐" || size(c["phones"]) != 2 || size(c["mails"]) != 1 {
			t.Errorf("the gaps of the contact: %v", c)
		}
		two := lead()
		seller.must(200, "POST", "leads/"+two+"/actions/convert", map[string]any{"customer": mine, "fill": false, "deal": "none"})
		if fresh := seller.reference("leads/"+two, "contact"); fresh == known || fresh == "" {
			t.Errorf("no contact was made: %q", fresh)
		}
		// Whose customer it is decides who fills it.
		seller.must(201, "POST", "customers/"+mine+"/shares", map[string]any{"user": stranger.id})
		theirs := stranger.add("leads", map[string]any{"name": "林怡君", "title": "經理", "company": "日昇光電", "website": "https://sun.example"})
		if status, answer := stranger.call("POST", "leads/"+theirs+"/actions/convert", map[string]any{"customer": mine, "fill": true, "deal": "none"}); status != 422 || at(answer, "fields", 0, "field") != "customer" {
			t.Errorf("filling what may not be changed answered %d %v", status, answer)
		}
		if stranger.value("leads/"+theirs, "status") != "new" {
			t.Error("half of it was kept")
		}
		stranger.must(200, "POST", "leads/"+theirs+"/actions/convert", map[string]any{"customer": mine, "fill": false, "deal": "none"})
	})
}

// Two people press at once: one converts, the others are told what it became, and there
// is one customer.
func TestLeadIsConvertedOnceThoughManyPress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, manager := people["seller"], people["manager"]
		for round := range 3 {
			company := fmt.Sprintf("搶單%d有限公司", round)
			lead := seller.add("leads", map[string]any{"name": "甲", "company": company})
			var wait sync.WaitGroup
			statuses, told := make([]int, 6), make([]string, 6)
			for i := range statuses {
				wait.Go(func() {
					who := []*person{seller, manager}[i%2]
					p := &person{w: w, id: who.id, cookie: who.cookie}
					status, answer := p.call("POST", "leads/"+lead+"/actions/convert", map[string]any{"deal": "new", "deal_name": "案"})
					statuses[i], told[i] = status, fmt.Sprint(answer["detail"])
				})
			}
			wait.Wait()
			won := 0
			for i, status := range statuses {
				switch {
				case status == 200:
					won++
				case status != 409 || !strings.Contains(told[i], company):
					t.Errorf("a loser was told %d %s", status, told[i])
				}
			}
			if won != 1 {
				t.Errorf("%d converted it: %v", won, statuses)
			}
			if n := len(manager.records("customers")); n != round+1 {
				t.Errorf("%d customers after %d conversions", n, round+1)
			}
		}
		if deals := len(manager.records("opportunities")); deals != 3 {
			t.Errorf("%d opportunities", deals)
		}
	})
}

// A lead is given up with a reason and taken up again; no other way leads there.
func TestLeadIsDisqualifiedWithAReasonAndReopened(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, people, _ := w.company()
	seller := people["seller"]
	path := "leads/" + seller.add("leads", map[string]any{"company": "測試公司"})
	if seller.value(path, "name") != "測試公司" {
		t.Error("a lead without a person goes by the company")
	}
	for _, body := range []map[string]any{{"status": "disqualified"}, {"status": "converted"}, {"customer": nil, "converted_at": "2026-01-01T00:00:00Z"}} {
		if status, answer := seller.call("PATCH", path, body); status != 422 {
			t.Errorf("%v answered %d %v", body, status, answer)
		}
	}
	for _, body := range []map[string]any{{}, {"reason": ""}, {"reason": "none of these"}, {"reason": "spam", "more": 1}} {
		if status, answer := seller.call("POST", path+"/actions/disqualify", body); status != 422 || size(answer["fields"]) == 0 {
			t.Errorf("%v answered %d %v", body, status, answer)
		}
	}
	seller.must(200, "POST", path+"/actions/disqualify", map[string]any{"reason": "no_budget", "note": "明年再說"})
	if lead := seller.must(200, "GET", path, nil); lead["status"] != "disqualified" || lead["reason"] != "no_budget" || lead["reason_note"] != "明年再說" {
		t.Errorf("it says %v", lead)
	}
	if status, answer := seller.call("POST", path+"/actions/convert", map[string]any{"deal": "none"}); status != 409 || !strings.Contains(fmt.Sprint(answer["detail"]), "無效") {
		t.Errorf("what was given up was converted: %d %v", status, answer)
	}
	seller.must(200, "POST", path+"/actions/reopen", map[string]any{})
	if lead := seller.must(200, "GET", path, nil); lead["status"] != "working" || lead["reason"] != nil {
		t.Errorf("taken up again it says %v", lead)
	}
	for _, body := range []map[string]any{{}, {"note": "x"}} {
		if status, _ := seller.call("POST", "leads", body); status != 422 {
			t.Errorf("a lead of nobody answered %d", status)
		}
	}
	if status, answer := seller.call("POST", "activities", map[string]any{"kind": "call"}); status != 422 || !strings.Contains(fmt.Sprint(answer), "客戶／潛在客戶") {
		t.Errorf("a call with nobody answered %d %v", status, answer)
	}
}

// A picture of a card is enough for a lead; who types it makes it one like the others.
func TestCardBecomesALeadThatWaitsToBeTyped(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, people, _ := w.company()
	seller := people["seller"]
	path := "leads/" + seller.add("leads", map[string]any{"card": seller.file("card.png", picture(40, 20))})
	if lead := seller.must(200, "GET", path, nil); lead["status"] != "untyped" || !strings.HasPrefix(fmt.Sprint(lead["name"]), "名片 ") {
		t.Errorf("a card is %v", lead)
	}
	if status, _ := seller.call("POST", path+"/actions/convert", map[string]any{"deal": "none"}); status != 409 {
		t.Errorf("a card that nobody typed was converted: %d", status)
	}
	seller.must(200, "PATCH", path, map[string]any{"note": "攤位 A12"})
	if seller.value(path, "status") != "untyped" {
		t.Error("a note types no card")
	}
	seller.must(200, "PATCH", path, map[string]any{"name": "陳志明", "company": "大成機械", "phones": []string{"04-2345-6789"}})
	if lead := seller.must(200, "GET", path, nil); lead["status"] != "new" || lead["family_name"] != "陳" {
		t.Errorf("typed it is %v", lead)
	}
}

// Whoever converts a lead takes along what he may read of it, and is told of nobody by
// what he may not.
func TestConversionTakesAlongNothingHidden(t *testing.T) {
	w := newWorld(t, "")
	admin, _, _ := w.company()
	admin.add("customers", map[string]any{"name": "另一家公司", "phones": []string{"02-2345-6789"}})
	lead := admin.add("leads", map[string]any{"name": "王小明", "company": "大成機械", "interest": "銑床", "phones": []string{"02-2345-6789"}})
	hidden := map[string]any{"lead": map[string]string{"phones": "hidden", "interest": "hidden"}}
	role := admin.add("roles", map[string]any{"name": "代打", "rights": map[string]any{"*": map[string]string{"view": "all", "create": "all", "edit": "all"}}, "field_access": hidden})
	admin.add("users", map[string]any{"name": "clerk", "login": "clerk", "role": role, "password": "long-password"})
	clerk := w.signIn("clerk")
	offer := clerk.must(200, "GET", "leads/"+lead+"/actions/convert", nil)
	if text := fmt.Sprint(offer["candidates"], offer["values"]); strings.Contains(text, "另一家公司") || strings.Contains(text, "銑床") {
		t.Errorf("the offer tells what is hidden: %s", text)
	}
	next := clerk.must(200, "POST", "leads/"+lead+"/actions/convert", map[string]any{"deal": "none"})
	made := fmt.Sprint(clerk.must(200, "GET", "customers/"+fmt.Sprint(at(next, "next", "id")), nil), clerk.must(200, "GET", "contacts", nil))
	if strings.Contains(made, "2345-6789") || strings.Contains(made, "223456789") || !strings.Contains(made, "王小明") {
		t.Errorf("what it became tells %s", made)
	}
}
