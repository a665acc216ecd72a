package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// deciders lists the links of a page by contact and role.
func (p *person) deciders(path string) string {
	p.w.t.Helper()
	var all []string
	records, _ := p.must(200, "GET", path, nil)["records"].([]any)
	for _, r := range records {
		all = append(all, fmt.Sprintf("%v/%v:%v", at(r, "opportunity", "label"), at(r, "contact", "label"), at(r, "role")))
	}
	return strings.Join(all, " ")
}

func TestContactsOfAnOpportunityAreLinkedWithTheirRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		customer := seller.add("customers", map[string]any{"name": "北方公司"})
		wang := seller.add("contacts", map[string]any{"name": "王大明", "customer": customer, "mails": []string{"wang@north.example"}})
		li := seller.add("contacts", map[string]any{"name": "李小華", "customer": customer})
		deal := seller.add("opportunities", map[string]any{"name": "產線更新", "customer": customer, "stage": "proposal"})
		other := seller.add("opportunities", map[string]any{"name": "維護約"})
		id := seller.add("opportunity-contacts", map[string]any{"opportunity": deal, "contact": wang, "role": "decider", "note": "只看總價"})
		seller.add("opportunity-contacts", map[string]any{"opportunity": deal, "contact": li, "role": "opponent"})
		seller.add("opportunity-contacts", map[string]any{"opportunity": other, "contact": wang, "role": "user"})

		// Once a pair, whatever else is said.
		status, answer := seller.call("POST", "opportunity-contacts", map[string]any{"opportunity": deal, "contact": wang, "role": "user"})
		if status != 409 || !strings.Contains(fmt.Sprint(answer["fields"]), "linked") {
			t.Errorf("the same pair again answered %d %v", status, answer)
		}
		for _, missing := range []map[string]any{{"opportunity": deal}, {"contact": wang}, {"opportunity": deal, "contact": "1"}} {
			seller.must(422, "POST", "opportunity-contacts", missing)
		}

		// On both pages, and in filters of either side in one step.
		if got := seller.deciders("opportunities/" + deal + "/opportunity-contacts?sort=created_at"); got != "產線更新/王大明:decider 產線更新/李小華:opponent" {
			t.Errorf("of the opportunity: %s", got)
		}
		if got := seller.deciders("contacts/" + wang + "/opportunity-contacts?sort=created_at"); got != "產線更新/王大明:decider 維護約/王大明:user" {
			t.Errorf("of the contact: %s", got)
		}
		for object, label := range map[string]string{"opportunity": "聯絡人", "contact": "商機"} {
			related := fmt.Sprint(at(seller.must(200, "GET", "objects/"+object, nil), "related"))
			if !strings.Contains(related, "label:"+label+" object:opportunity_contact") {
				t.Errorf("related of %s: %s", object, related)
			}
		}
		for path, want := range map[string]string{
			`opportunities?sort=name&filter=contacts.any(role = "decider")`:                                        "產線更新",
			`opportunities?sort=name&filter=contacts.any(role = "user")`:                                           "維護約",
			`opportunities?sort=name&filter=contacts.any(name = "王大明" AND role = "opponent")`:                      "",
			`opportunities?sort=name&filter=contacts.any(mails ~ "north.example" AND role IN ("decider", "user"))`: "產線更新 維護約",
			`opportunities?sort=name&filter=contacts.any(NOT role = "opponent")`:                                   "產線更新 維護約",
			`opportunities?sort=name&filter=opportunity_contacts.any(role = "opponent")`:                           "產線更新",
			`contacts?sort=name&filter=opportunities.any(role = "decider" AND stage = "proposal")`:                 "王大明",
			`contacts?sort=name&filter=opportunities.any(role = "decider" AND stage = "won")`:                      "",
			`contacts?sort=name&filter=opportunities.any(customer.name = "北方公司")`:                                  "李小華 王大明",
		} {
			address, filter, _ := strings.Cut(path, "filter=")
			if got := sorted(seller.names(address + "filter=" + url.QueryEscape(filter))); got != sorted(want) {
				t.Errorf("%s finds %q, want %q", path, got, want)
			}
		}
		seller.must(422, "GET", "opportunities?filter="+url.QueryEscape(`contacts.any(nothing = "x")`), nil)
		seller.must(200, "PATCH", "opportunity-contacts/"+id, map[string]any{"role": "influencer"})
		if history := fmt.Sprint(seller.must(200, "GET", "opportunity-contacts/"+id+"/history", nil)); !strings.Contains(history, "influencer") {
			t.Errorf("the history: %s", history)
		}
		if got := seller.must(200, "GET", "opportunity-contacts/"+id, nil); fmt.Sprint(got["_can"]) != "map[assign:false delete:true edit:true share:false]" {
			t.Errorf("the seller may %v", got["_can"])
		}

		// The bin takes the links with either end as one group and gives back these.
		admin.must(204, "DELETE", "opportunity-contacts/"+must(t, seller, "contacts/"+li), nil)
		admin.must(204, "DELETE", "opportunities/"+deal, nil)
		if got := seller.deciders("opportunity-contacts"); got != "維護約/王大明:user" {
			t.Errorf("after the opportunity went: %s", got)
		}
		seller.must(404, "GET", "opportunity-contacts/"+id, nil)
		status, answer = admin.call("POST", "opportunity-contacts/"+id+"/actions/restore", nil)
		if status != 422 || !strings.Contains(fmt.Sprint(answer), "no_such_record") {
			t.Errorf("a link of what is gone came back: %d %v", status, answer)
		}
		admin.must(204, "DELETE", "contacts/"+wang, nil)
		admin.must(200, "POST", "opportunities/"+deal+"/actions/restore", nil)
		if got := seller.deciders("opportunity-contacts"); got != "" {
			t.Errorf("with its other end gone: %s", got)
		}
		admin.must(200, "POST", "contacts/"+wang+"/actions/restore", nil)
		if got := seller.deciders("opportunity-contacts?sort=created_at"); got != "產線更新/王大明:influencer 維護約/王大明:user" {
			t.Errorf("after both came back: %s", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("the check finds %v", found)
		}
	})
}

func sorted(words string) string {
	list := strings.Fields(words)
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			if list[j] < list[i] {
				list[i], list[j] = list[j], list[i]
			}
		}
	}
	return strings.Join(list, " ")
}

// must answers the id of the only link of a record.
func must(t *testing.T, p *person, path string) string {
	t.Helper()
	id, _ := at(p.must(200, "GET", path+"/opportunity-contacts", nil), "records", 0, "id").(string)
	return id
}

func TestALinkHasTheRightsOfItsEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		contact := seller.add("contacts", map[string]any{"name": "王大明"})
		deal := seller.add("opportunities", map[string]any{"name": "產線更新"})
		id := seller.add("opportunity-contacts", map[string]any{"opportunity": deal, "contact": contact, "role": "decider", "note": secret})
		path := "opportunity-contacts/" + id
		hidden := func(when string) {
			t.Helper()
			stranger.must(404, "GET", path, nil)
			stranger.must(404, "PATCH", path, map[string]any{"role": "user"})
			stranger.must(404, "GET", path+"/history", nil)
			if got := stranger.deciders("opportunity-contacts"); got != "" {
				t.Errorf("%s, a stranger lists %s", when, got)
			}
			for _, filter := range []string{`contacts.any(role = "decider")`, `opportunity_contacts.any(note ~ "祕密")`} {
				if got := stranger.names("opportunities?filter=" + url.QueryEscape(filter)); got != "" {
					t.Errorf("%s, %s finds %s", when, filter, got)
				}
			}
			if rows := fmt.Sprint(stranger.must(200, "POST", "opportunity-contacts/aggregate", map[string]any{"measures": []map[string]any{{"fn": "count"}}})["rows"]); !strings.Contains(rows, "measures:[0]") {
				t.Errorf("%s, a stranger counts %s", when, rows)
			}
		}
		hidden("with neither end")
		seller.must(201, "POST", "contacts/"+contact+"/shares", map[string]any{"user": stranger.id, "write": true})
		hidden("with the contact alone")
		stranger.must(422, "POST", "opportunity-contacts", map[string]any{"opportunity": deal, "contact": contact})
		admin.must(204, "DELETE", "contacts/"+contact+"/shares/u"+stranger.id, nil)
		seller.must(201, "POST", "opportunities/"+deal+"/shares", map[string]any{"user": stranger.id, "write": true})
		hidden("with the opportunity alone")

		// Seen with both, written by who may edit the opportunity.
		seller.must(201, "POST", "contacts/"+contact+"/shares", map[string]any{"user": stranger.id})
		if got := stranger.deciders("opportunity-contacts"); got != "產線更新/王大明:decider" {
			t.Errorf("who sees both ends lists %q", got)
		}
		stranger.must(200, "PATCH", path, map[string]any{"role": "user"})
		seller.must(201, "POST", "opportunities/"+deal+"/shares", map[string]any{"user": stranger.id, "write": false})
		stranger.must(200, "GET", path, nil)
		stranger.must(403, "PATCH", path, map[string]any{"role": "buyer"})
		stranger.must(403, "DELETE", path, nil)
		mine := stranger.add("contacts", map[string]any{"name": "我的人"})
		if status, answer := stranger.call("POST", "opportunity-contacts", map[string]any{"opportunity": deal, "contact": mine}); status != 422 || !strings.Contains(fmt.Sprint(answer), "may_not_link") {
			t.Errorf("a link on what may only be read answered %d %v", status, answer)
		}
		own := stranger.add("opportunities", map[string]any{"name": "自己的"})
		link := stranger.add("opportunity-contacts", map[string]any{"opportunity": own, "contact": mine})
		stranger.must(422, "PATCH", "opportunity-contacts/"+link, map[string]any{"opportunity": deal})
		if why := fmt.Sprint(stranger.must(200, "GET", path+"/access", nil)); !strings.Contains(why, "rule:ends") || !strings.Contains(why, "產線更新") || !strings.Contains(why, "edit:false") {
			t.Errorf("why: %s", why)
		}

		// Roles say nothing of links but who may see which field.
		role := fmt.Sprint(admin.must(200, "GET", "roles/"+admin.role("salesperson"), nil)["id"])
		rights, _ := admin.must(200, "GET", "roles/"+role, nil)["rights"].(map[string]any)
		admin.must(422, "PATCH", "roles/"+role, map[string]any{"rights": map[string]any{"*": rights["*"], "opportunity_contact": map[string]any{"view": "all"}}})
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"field_access": map[string]any{"opportunity_contact": map[string]any{"note": "hidden"}}})
		if got := seller.must(200, "GET", path, nil); strings.Contains(fmt.Sprint(got), secret) {
			t.Error("a hidden field of a link is shown")
		}
		seller.must(422, "GET", "opportunities?filter="+url.QueryEscape(`contacts.any(note ~ "祕密")`), nil)
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"field_access": nil, "rights": map[string]any{"*": rights["*"], "contact": map[string]any{}}})
		seller.must(404, "GET", path, nil)
		if known := fmt.Sprint(seller.must(200, "GET", "objects", nil)); strings.Contains(known, "opportunity_contact") {
			t.Error("who may see no contacts is told of links to them")
		}
	})
}

func TestLinksAreExportedAndImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		w.work()
		wang := admin.add("contacts", map[string]any{"name": "王大明"})
		admin.add("contacts", map[string]any{"name": "李小華"})
		deal := admin.add("opportunities", map[string]any{"name": "產線更新"})
		admin.add("opportunities", map[string]any{"name": "維護約"})
		admin.add("opportunity-contacts", map[string]any{"opportunity": deal, "contact": wang, "role": "decider"})
		id := admin.begin("opportunity-contacts/actions/export", map[string]any{"format": "csv", "fields": []string{"opportunity", "contact", "role", "note"}})
		admin.ended(id)
		_, _, file := admin.download(id)
		if text := string(file); !strings.Contains(text, "產線更新,王大明,決策者,") {
			t.Fatalf("the file reads %s", text)
		}
		before := admin.deciders("opportunity-contacts?sort=created_at")
		more := "商機,聯絡人,決策角色,備註\n產線更新,王大明,影響者,改了\n維護約,李小華,採購,\n維護約,沒有這個人,採購,\n沒有這個案,李小華,使用者,\n"
		status, job := admin.upload("opportunity_contact", "links.csv", []byte(more))
		if status != 201 || fmt.Sprint(at(job, "duplicates", "keys")) != "[opportunity contact]" {
			t.Fatalf("the upload answered %d %v", status, job)
		}
		done := admin.finished(fmt.Sprint(job["id"]), "run", "done")
		if got := fmt.Sprint(done["created"], done["updated"], done["failed"]); got != "1 1 2" || !strings.Contains(faults(done), "4!聯絡人:no_such_record") || !strings.Contains(faults(done), "5!商機:no_such_record") {
			t.Errorf("the run counts %s: %s", got, faults(done))
		}
		if got := admin.deciders("opportunity-contacts?sort=created_at"); got != "產線更新/王大明:influencer 維護約/李小華:buyer" {
			t.Errorf("the import made %s", got)
		}
		if n := len(namesOf(admin.must(200, "GET", "contacts", nil))); n != 2 {
			t.Errorf("the import made people: %d", n)
		}
		admin.finished(fmt.Sprint(job["id"]), "undo", "undone")
		if got := admin.deciders("opportunity-contacts?sort=created_at"); got != before {
			t.Errorf("the undo left %s", got)
		}
	})
}
