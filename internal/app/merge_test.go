package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

// merge has some customers become the first of them.
func (p *person) merge(plural string, choices map[string]string, ids ...string) string {
	p.w.t.Helper()
	return fmt.Sprint(p.must(200, "POST", plural+"/actions/merge", map[string]any{"ids": ids, "winner": ids[0], "choices": choices})["merge"])
}

// label is the title of what a field of a record points to.
func (p *person) label(path, field string) string {
	p.w.t.Helper()
	return fmt.Sprint(at(p.must(200, "GET", path, nil), field, "label"))
}

// Everything that hangs on a record follows it into another, also by references made at
// run time, is found there, and goes back when the merge is undone.
func TestMergeTakesEverythingAlongAndUndoPutsItBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger, boss := people["seller"], people["stranger"], people["boss"]
		admin.must(201, "POST", "objects", project())
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_rank", "type": "text", "labels": map[string]string{"zh-TW": "內部排名"}})
		a := seller.add("customers", map[string]any{"name": "宏遠科技股份有限公司", "phones": []string{"02-2345-6789"}, "tags": []string{"展覽"}, "note": "甲的備註"})
		b := stranger.add("customers", map[string]any{"name": "宏遠科技", "phones": []string{"03-563-6688"}, "mails": []string{"info@hy.tw"}, "tags": []string{"老客戶"},
			"note": "乙的備註", "industry": "電子", "x_rank": "七", "external_ids": []string{"sap:77"}})
		contact := stranger.add("contacts", map[string]any{"name": "王大明", "customer": b})
		deal := stranger.add("opportunities", map[string]any{"name": "大單", "customer": b})
		stranger.add("activities", map[string]any{"kind": "call", "customer": b, "at": "2026-01-02T03:04:05Z", "result": "談過"})
		quote := stranger.add("quotes", map[string]any{"subject": "報價一", "customer": b, "items": []map[string]string{{"description": "物", "price": "10"}}})
		own := stranger.add("x_projects", map[string]any{"name": "案子", "x_customer": b})
		child := stranger.add("customers", map[string]any{"name": "宏遠分店", "parent": b})
		binned := stranger.add("contacts", map[string]any{"name": "離職者", "customer": b})
		admin.must(204, "DELETE", "contacts/"+binned, nil)
		stranger.must(201, "POST", "customers/"+b+"/comments", map[string]any{"text": "乙的留言"})
		file := stranger.file("合約.txt", []byte("內容"))
		stranger.must(201, "POST", "customers/"+b+"/files", map[string]any{"files": []string{file}})
		stranger.must(201, "POST", "customers/"+b+"/shares", map[string]any{"user": people["colleague"].id})
		stranger.must(200, "PUT", "favorites/customer/"+b, nil)

		preview := boss.must(200, "POST", "customers/actions/preview-merge", map[string]any{"ids": []string{a, b}, "winner": a})
		if got := fmt.Sprint(at(preview, "outcome", "industry"), at(preview, "outcome", "name"), preview["may"]); got != "電子宏遠科技股份有限公司true" {
			t.Errorf("the preview: %s", got)
		}
		if got := fmt.Sprint(preview["follows"]); !strings.Contains(got, "contact") || !strings.Contains(got, "x_project") {
			t.Errorf("the preview counts %s", got)
		}
		if status, answer := stranger.call("POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": b}); status != 404 {
			t.Errorf("who sees one of them merges: %d %v", status, answer)
		}
		seller.must(201, "POST", "customers/"+a+"/shares", map[string]any{"user": stranger.id, "write": true})
		if status, answer := stranger.call("POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": b}); status != 403 {
			t.Errorf("who may not delete merges: %d %v", status, answer)
		}
		boss.must(409, "POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": a, "versions": map[string]int{b: 77}})
		merge := boss.merge("customers", map[string]string{}, a, b)

		got := boss.must(200, "GET", "customers/"+a, nil)
		want := `宏遠科技股份有限公司 電子 七 甲的備註

乙的備註 [map[label: primary:true value:02-2345-6789] map[label: primary:false value:03-563-6688]] [展覽 老客戶] [sap:77]`
		if text := fmt.Sprint(got["name"], " ", got["industry"], " ", got["x_rank"], " ", got["note"], " ", got["phones"], " ", got["tags"], " ", got["external_ids"]); text != want {
			t.Errorf("the winner holds\n%s\nwant\n%s", text, want)
		}
		for path, field := range map[string]string{"contacts/" + contact: "customer", "opportunities/" + deal: "customer", "quotes/" + quote: "customer", "x_projects/" + own: "x_customer", "customers/" + child: "parent"} {
			if got := boss.label(path, field); got != "宏遠科技股份有限公司" {
				t.Errorf("%s belongs to %s", path, got)
			}
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/comments", nil)); !strings.Contains(got, "乙的留言") {
			t.Errorf("the comment: %s", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/files", nil)); !strings.Contains(got, "合約.txt") {
			t.Errorf("the attachment: %s", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/shares", nil)); !strings.Contains(got, "colleague") {
			t.Errorf("the share: %s", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/timeline", nil)); !strings.Contains(got, "談過") || !strings.Contains(got, "乙的留言") {
			t.Errorf("the timeline: %s", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/history", nil)); !strings.Contains(got, "merged") || !strings.Contains(got, "attached") || !strings.Contains(got, "of:"+b) {
			t.Errorf("the history: %s", got)
		}
		if got := fmt.Sprint(seller.must(200, "GET", "contacts/"+contact, nil)["name"]); got != "王大明" {
			t.Errorf("whose customer it is now does not see the contact: %s", got)
		}
		if got := fmt.Sprint(stranger.must(200, "GET", "favorites", nil)); !strings.Contains(got, a) || strings.Contains(got, b) {
			t.Errorf("the star: %s", got)
		}
		// Its address leads to the winner, whoever asks who may see that.
		if got := boss.must(200, "GET", "customers/"+b, nil); got["id"] != a {
			t.Errorf("the address of what was merged answers %v", got)
		}
		if got := boss.names("customers?q=info@hy.tw"); got != "宏遠科技股份有限公司" {
			t.Errorf("by the mail of the other is found %q", got)
		}
		boss.must(409, "POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": a})
		if found := w.findings(); len(found) > 0 {
			t.Errorf("after the merge: %v", found)
		}

		// What is changed since stays, and is told.
		boss.must(200, "PATCH", "customers/"+a, map[string]any{"industry": "半導體"})
		boss.add("contacts", map[string]any{"name": "新來的", "customer": a})
		other := boss.add("customers", map[string]any{"name": "別家"})
		boss.must(200, "PATCH", "opportunities/"+deal, map[string]any{"customer": other})
		codesOf := func(answer map[string]any) string {
			var told []string
			for _, one := range list(answer["stays"]) {
				told = append(told, fmt.Sprint(at(one, "field"), ":", at(one, "code")))
			}
			return strings.Join(told, " ")
		}
		told := "industry:unmerge_field :unmerge_moved :unmerge_newer"
		if got := boss.must(200, "GET", "merges/"+merge, nil); codesOf(got) != told || got["may_undo"] != true {
			t.Errorf("undoing would leave %q %v", codesOf(got), got["may_undo"])
		}
		if got := boss.label("contacts/"+contact, "customer"); got != "宏遠科技股份有限公司" {
			t.Errorf("asking what undoing would come to moved the contact to %s", got)
		}
		stranger.must(403, "POST", "merges/"+merge+"/actions/undo", nil)
		if got := codesOf(boss.must(200, "POST", "merges/"+merge+"/actions/undo", nil)); got != told {
			t.Errorf("undoing left %q", got)
		}
		boss.must(409, "POST", "merges/"+merge+"/actions/undo", nil)
		back := boss.must(200, "GET", "customers/"+b, nil)
		if text := fmt.Sprint(back["id"] == b, back["name"], back["industry"], back["tags"]); text != "true宏遠科技電子[老客戶]" {
			t.Errorf("back came %s", text)
		}
		now := boss.must(200, "GET", "customers/"+a, nil)
		if text := fmt.Sprint(now["industry"], now["note"], now["tags"], now["x_rank"]); text != "半導體甲的備註[展覽] <nil>" {
			t.Errorf("the winner holds %s", text)
		}
		for path, want := range map[string]string{"contacts/" + contact: "宏遠科技", "opportunities/" + deal: "別家", "quotes/" + quote: "宏遠科技"} {
			if got := boss.label(path, "customer"); got != want {
				t.Errorf("%s belongs to %s, want %s", path, got, want)
			}
		}
		boss.must(200, "POST", "contacts/"+binned+"/actions/restore", nil)
		if got := boss.label("contacts/"+binned, "customer"); got != "宏遠科技" {
			t.Errorf("what was in the bin belongs to %s", got)
		}
		if got := fmt.Sprint(boss.must(200, "GET", "customers/"+a+"/comments", nil), boss.must(200, "GET", "customers/"+a+"/files", nil), boss.must(200, "GET", "customers/"+a+"/shares", nil)); strings.Contains(got, "乙的留言") || strings.Contains(got, "合約.txt") || strings.Contains(got, "colleague") {
			t.Errorf("the winner kept %s", got)
		}
		if got := fmt.Sprint(stranger.must(200, "GET", "favorites", nil)); !strings.Contains(got, b) {
			t.Errorf("the star: %s", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("after undoing: %v", found)
		}
	})
}

// A link both had stands once, and comes back with the undo.
func TestMergeKeepsALinkOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		boss := people["boss"]
		customer := boss.add("customers", map[string]any{"name": "客戶"})
		one := boss.add("contacts", map[string]any{"name": "林一", "customer": customer})
		two := boss.add("contacts", map[string]any{"name": "林一一", "customer": customer, "reports_to": one})
		three := boss.add("contacts", map[string]any{"name": "林三", "customer": customer, "reports_to": two})
		deal := boss.add("opportunities", map[string]any{"name": "案", "customer": customer})
		for _, id := range []string{one, two} {
			boss.add("opportunity_contacts", map[string]any{"opportunity": deal, "contact": id})
		}
		merge := boss.merge("contacts", nil, one, two)
		if got := size(boss.must(200, "GET", "opportunity_contacts", nil)["records"]); got != 1 {
			t.Errorf("%d links", got)
		}
		if got := boss.label("contacts/"+three, "reports_to"); got != "林一" {
			t.Errorf("reports to %s", got)
		}
		if got := boss.must(200, "GET", "contacts/"+one, nil)["reports_to"]; got != nil {
			t.Errorf("the winner reports to itself: %v", got)
		}
		boss.must(200, "POST", "merges/"+merge+"/actions/undo", nil)
		if got := size(boss.must(200, "GET", "opportunity_contacts", nil)["records"]); got != 2 {
			t.Errorf("%d links are back", got)
		}
		if got := boss.label("contacts/"+two, "reports_to") + boss.label("contacts/"+three, "reports_to"); got != "林一林一一" {
			t.Errorf("they report to %s", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}

// Two who merge the same at once: one does, the other is told.
func TestTwoWhoMergeTheSameAtOnceMergeItOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		a := people["seller"].add("customers", map[string]any{"name": "甲"})
		b := people["seller"].add("customers", map[string]any{"name": "乙"})
		people["seller"].add("contacts", map[string]any{"name": "人", "customer": b})
		statuses := make([]int, 2)
		var done sync.WaitGroup
		for i, p := range []*person{admin, people["boss"]} {
			done.Go(func() {
				statuses[i], _ = p.call("POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": []string{a, b}[i]})
			})
		}
		done.Wait()
		if statuses[0]+statuses[1] != 200+409 {
			t.Errorf("answered %v", statuses)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}

// Fields one may not see are neither shown by a merge nor lost, and nothing is chosen
// for them.
func TestMergeNeitherShowsNorLosesHiddenFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		id := admin.add("roles", map[string]any{"name": "半盲", "rights": map[string]any{"*": map[string]any{"view": "all", "create": "all", "edit": "all", "delete": "all"}},
			"field_access": map[string]any{"customer": map[string]any{"credit_limit": "hidden", "tax_number": "hidden", "level": "read"}}})
		admin.add("users", map[string]any{"name": "half", "login": "half", "role": id, "department": departments["north"], "password": "long-password"})
		half := w.signIn("half")
		a := people["seller"].add("customers", map[string]any{"name": "甲", "level": "A"})
		b := people["seller"].add("customers", map[string]any{"name": "乙", "level": "B", "credit_limit": map[string]string{"amount": "777000"}, "tax_number": "04595257"})
		ask := map[string]any{"ids": []string{a, b}, "winner": a}
		if got := fmt.Sprint(half.must(200, "POST", "customers/actions/preview-merge", ask)); strings.Contains(got, "777000") || strings.Contains(got, "04595257") {
			t.Errorf("the preview tells %s", got)
		}
		for _, field := range []string{"credit_limit", "tax_number", "level", "owner"} {
			if status, answer := half.call("POST", "customers/actions/merge", map[string]any{"ids": []string{a, b}, "winner": a, "choices": map[string]string{field: b}}); status != 422 && field != "owner" {
				t.Errorf("%s is chosen: %d %v", field, status, answer)
			}
			if field == "owner" {
				continue
			}
			if got := fmt.Sprint(people["boss"].must(200, "GET", "customers/"+a, nil)["level"]); got != "A" {
				t.Errorf("a refused merge wrote %s", got)
			}
		}
		got := people["boss"].must(200, "GET", "customers/"+a, nil)
		if text := fmt.Sprint(got["level"], at(got, "credit_limit", "amount"), got["tax_number"]); !strings.HasPrefix(text, "A777000") || !strings.HasSuffix(text, "04595257") {
			t.Errorf("the winner holds %s", text)
		}
		merges := half.must(200, "GET", "merges?object=customer", nil)
		if got := fmt.Sprint(at(merges, "merges", 0, "merged", 0, "label")); got != "乙" {
			t.Errorf("the merges: %v", merges)
		}
		if got := size(people["stranger"].must(200, "GET", "merges?object=customer", nil)["merges"]); got != 0 {
			t.Errorf("a stranger is told of %d merges", got)
		}
	})
}
