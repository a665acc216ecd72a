package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// sees is what somebody's list, search, count and sum say he sees of an object.
func (p *person) sees(plural, word string) string {
	p.w.t.Helper()
	listed := p.names(plural + "?sort=id")
	if found := p.names(plural + "?sort=id&q=" + url.QueryEscape(word)); found != listed {
		p.w.t.Errorf("%s: listed %q, found %q", plural, listed, found)
	}
	counted, _ := p.must(200, "GET", plural+"?count=exact&limit=1", nil)["count"].(map[string]any)
	summed := at(p.must(200, "POST", plural+"/aggregate", map[string]any{"measures": []map[string]string{{"fn": "count"}}}), "rows", 0, "measures", 0)
	if n := len(strings.Fields(listed)); fmt.Sprint(counted["value"]) != fmt.Sprint(n) || fmt.Sprint(summed) != fmt.Sprint(n) {
		p.w.t.Errorf("%s: %d listed, %v counted, %v summed", plural, n, counted["value"], summed)
	}
	return listed
}

// A department that moves in the tree is seen by those above its new place at once,
// and no longer by those above the old one; no record is written for that.
func TestMovedDepartmentIsSeenFromItsNewPlaceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		team := admin.add("departments", map[string]any{"name": "team", "parent": departments["north"]})
		admin.add("users", map[string]any{"name": "member", "login": "member", "role": "salesperson", "department": team, "password": "long-password"})
		admin.add("users", map[string]any{"name": "southern", "login": "southern", "role": "manager", "department": departments["south"], "password": "long-password"})
		member, north, south := w.signIn("member"), people["manager"], w.signIn("southern")
		customer := member.add("customers", map[string]any{"name": "隊上客戶"})
		member.add("contacts", map[string]any{"name": "隊上聯絡人", "customer": customer})
		look := func(when, atNorth, atSouth string) {
			t.Helper()
			for p, want := range map[*person]string{north: atNorth, south: atSouth} {
				for plural, name := range map[string]string{"customers": "隊上客戶", "contacts": "隊上聯絡人"} {
					got, expected := p.sees(plural, "隊上"), ""
					if want == "sees" {
						expected = name
					}
					if got != expected {
						t.Errorf("%s: %q of %s, want %q", when, got, plural, expected)
					}
				}
				if status, _ := p.call("GET", "customers/"+customer, nil); status != map[string]int{"sees": 200, "": 404}[want] {
					t.Errorf("%s: the customer answers %d", when, status)
				}
			}
		}
		look("below north", "sees", "")
		before := member.must(200, "GET", "customers/"+customer, nil)
		admin.must(200, "PATCH", "departments/"+team, map[string]any{"parent": departments["south"]})
		look("below south", "", "sees")
		after := member.must(200, "GET", "customers/"+customer, nil)
		if fmt.Sprint(before["version"], before["updated_at"], at(before, "department", "id")) != fmt.Sprint(after["version"], after["updated_at"], at(after, "department", "id")) {
			t.Errorf("the move wrote the record: %v became %v", before, after)
		}
		// Shares with the departments above follow as well.
		other := people["seller"].add("customers", map[string]any{"name": "分享客戶"})
		people["seller"].must(201, "POST", "customers/"+other+"/shares", map[string]any{"department": departments["south"]})
		if got := member.sees("customers", "客戶"); got != "隊上客戶 分享客戶" {
			t.Errorf("shared with the department above: %q", got)
		}
		admin.must(200, "PATCH", "departments/"+team, map[string]any{"parent": departments["north"]})
		if got := member.sees("customers", "客戶"); got != "隊上客戶" {
			t.Errorf("no longer below the department it is shared with: %q", got)
		}
		people["boss"].must(204, "DELETE", "customers/"+other, nil)
		// A person who moves keeps his customers where they are until somebody chooses otherwise.
		admin.must(200, "PATCH", "users/"+member.id, map[string]any{"department": departments["south"]})
		look("its owner moved", "sees", "")
	})
}

// Who leaves takes nothing along: his customers stay, tell whose they were, and are handed
// to a successor with everything that hangs on them and happened to them; undone if it was
// the wrong one.
func TestCustomersStayWithTheCompanyWhenPeopleLeave(t *testing.T) {
	for _, leave := range []string{"switched off", "deleted"} {
		t.Run(leave, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, dsn string) {
				w := newWorld(t, dsn)
				admin, people, _ := w.company()
				leaver, successor, manager := people["seller"], people["colleague"], people["manager"]
				customer := leaver.add("customers", map[string]any{"name": "留下的客戶"})
				leaver.add("contacts", map[string]any{"name": "窗口", "customer": customer})
				leaver.add("activities", map[string]any{"subject": "最後一通", "kind": "call", "customer": customer})
				leaver.must(201, "POST", "customers/"+customer+"/comments", map[string]any{"text": "記得他怕冷"})
				if leave == "deleted" {
					admin.must(204, "DELETE", "users/"+leaver.id, nil)
				} else {
					admin.must(200, "PATCH", "users/"+leaver.id, map[string]any{"active": false})
				}
				leaver.must(401, "GET", "customers", nil)
				if got := manager.sees("customers", "留下"); got != "留下的客戶" {
					t.Fatalf("the manager sees %q", got)
				}
				if owner := manager.must(200, "GET", "customers/"+customer, nil)["owner"]; leave != "deleted" && at(owner, "label") != "seller" {
					t.Errorf("whose it was: %v", owner)
				}
				manager.must(200, "PATCH", "customers/"+customer, map[string]any{"note": "交接中"})
				if got := manager.names("customers?filter=" + url.QueryEscape(`owner = "`+leaver.id+`"`)); got != "留下的客戶" {
					t.Errorf("what he leaves: %q", got)
				}
				w.work()
				job := manager.ended(manager.begin("customers/actions/assign", map[string]any{"filter": `owner = "` + leaver.id + `"`, "input": map[string]any{"owner": successor.id}}))
				if got := outcome(job); got != "done 1/0/0/0" {
					t.Fatalf("the handover: %s %v", got, job)
				}
				if got := successor.sees("customers", "留下"); got != "留下的客戶" {
					t.Errorf("the successor sees %q", got)
				}
				for plural, name := range map[string]string{"contacts": "窗口", "activities": "最後一通"} {
					if text := fmt.Sprint(successor.must(200, "GET", "customers/"+customer+"/"+plural, nil)); !strings.Contains(text, name) {
						t.Errorf("the successor does not see %s: %s", name, text)
					}
				}
				timeline := fmt.Sprint(successor.must(200, "GET", "customers/"+customer+"/timeline", nil))
				for _, told := range []string{"記得他怕冷", "最後一通", "交接中", "seller", "colleague"} {
					if !strings.Contains(timeline, told) {
						t.Errorf("the timeline does not tell %q: %s", told, timeline)
					}
				}
				undone := manager.ended(manager.begin("jobs/"+fmt.Sprint(job["id"])+"/actions/undo", nil))
				// Whoever is switched off is there to take it back; nobody can own anything once he
				// is deleted, and that is said.
				want, sees := "done 1/0/0/0", ""
				if leave == "deleted" {
					want, sees = "done 0/0/1/0", "留下的客戶"
					rows := manager.must(200, "GET", "jobs/"+fmt.Sprint(undone["id"])+"/rows", nil)
					if !strings.Contains(fmt.Sprint(rows), "no_such_record") {
						t.Errorf("the undo does not say why: %v", rows)
					}
				}
				if got := outcome(undone); got != want {
					t.Errorf("the undo: %s, want %s; %v", got, want, undone)
				}
				if got := successor.sees("customers", "留下"); got != sees {
					t.Errorf("after the undo the successor sees %q, want %q", got, sees)
				}
				if found := w.findings(); len(found) > 0 {
					t.Errorf("what is left does not agree: %v", found)
				}
			})
		})
	}
}

// What others refer to may be deleted: they stay, say that something is there they do not
// see, are written as before, and find it again when it comes back, with what went with it
// and nothing else.
func TestRecordOthersReferToIsDeletedAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		boss, seller := people["boss"], people["seller"]
		customer := seller.add("customers", map[string]any{"name": "被指的"})
		contact := seller.add("contacts", map[string]any{"name": "留著的", "customer": customer})
		deal := seller.add("opportunities", map[string]any{"name": "生意", "customer": customer})
		call := people["manager"].add("activities", map[string]any{"subject": "主管的電話", "kind": "call", "customer": customer})
		boss.must(204, "DELETE", "customers/"+customer, nil)
		for plural, id := range map[string]string{"contacts": contact, "opportunities": deal} {
			got := seller.must(200, "GET", plural+"/"+id, nil)
			if at(got, "customer", "label") != "被指的" {
				t.Errorf("%s of a deleted customer: %v", plural, got["customer"])
			}
			note := map[string]any{"note": "改過", "customer": got["customer"]}
			if plural == "opportunities" {
				note = map[string]any{"name": "生意二", "customer": got["customer"]}
			}
			seller.must(200, "PATCH", plural+"/"+id, note)
			rows := seller.must(200, "POST", plural+"/aggregate", map[string]any{"group": []map[string]string{{"field": "customer"}}, "measures": []map[string]string{{"fn": "count"}}})["rows"]
			if at(rows, 0, "group", 0) != customer {
				t.Errorf("%s by customer: %v", plural, rows)
			}
		}
		// Nothing new is put on it.
		seller.must(422, "POST", "contacts", map[string]any{"name": "新的", "customer": customer})
		lone := seller.add("contacts", map[string]any{"name": "單獨"})
		seller.must(422, "PATCH", "contacts/"+lone, map[string]any{"customer": customer})
		// The manager's call was seen through the customer.
		seller.must(404, "GET", "activities/"+call, nil)
		seller.must(404, "GET", "customers/"+customer+"/contacts", nil)
		boss.must(200, "POST", "customers/"+customer+"/actions/restore", nil)
		boss.must(404, "POST", "customers/"+customer+"/actions/restore", nil)
		if got := at(seller.must(200, "GET", "contacts/"+contact, nil), "customer", "id"); got != customer {
			t.Errorf("after it came back: %v", got)
		}
		seller.must(200, "GET", "activities/"+call, nil)
		if got := seller.sees("customers", "被指"); got != "被指的" {
			t.Errorf("found again: %q", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what is left does not agree: %v", found)
		}
	})
}

// What is unique is unique among the living: the bin holds no value back, and a restore
// that would make two is refused, naming the field, and changes nothing.
func TestRestoreThatWouldMakeTwoOfWhatIsUniqueIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "unique": true, "labels": map[string]string{"zh-TW": "代號"}})
		old := people["seller"].add("customers", map[string]any{"name": "舊的", "x_code": "A1", "tags": []string{"t"}})
		admin.must(204, "DELETE", "customers/"+old, nil)
		fresh := people["stranger"].add("customers", map[string]any{"name": "新的", "x_code": "A1"})
		history := fmt.Sprint(admin.must(200, "GET", "customers?deleted=true", nil)["records"])
		status, answer := admin.call("POST", "customers/"+old+"/actions/restore", nil)
		if status != 409 || answer["code"] != "conflict" || at(answer, "fields", 0, "field") != "x_code" || at(answer, "fields", 0, "code") != "taken" {
			t.Errorf("the restore answered %d %v", status, answer)
		}
		if strings.Contains(fmt.Sprint(answer), fresh) || strings.Contains(fmt.Sprint(answer), "新的") {
			t.Errorf("the refusal tells whose it is: %v", answer)
		}
		if now := fmt.Sprint(admin.must(200, "GET", "customers?deleted=true", nil)["records"]); now != history {
			t.Errorf("the refused restore changed %s into %s", history, now)
		}
		admin.must(200, "PATCH", "customers/"+fresh, map[string]any{"x_code": "A2"})
		admin.must(200, "POST", "customers/"+old+"/actions/restore", nil)
		if got := admin.names("customers?sort=id&filter=" + url.QueryEscape(`x_code = "A1" AND tags : "t"`)); got != "舊的" {
			t.Errorf("came back as %q", got)
		}
		admin.must(409, "PATCH", "customers/"+fresh, map[string]any{"x_code": "A1"})
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what is left does not agree: %v", found)
		}
	})
}
