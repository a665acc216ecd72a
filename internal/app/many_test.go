package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestActionsAreDoneToManyRecordsEachByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		w.work()
		var ids []string
		for _, name := range []string{"甲", "乙", "丙"} {
			ids = append(ids, seller.add("leads", map[string]any{"name": name, "company": name + "公司"}))
		}
		foreign := stranger.add("leads", map[string]any{"name": "別人的"})
		seller.must(200, "POST", "leads/"+ids[0]+"/actions/convert", map[string]any{"deal": "none"})
		asked := map[string]any{"reason": "no_need", "note": "年底再說"}
		for _, c := range []struct {
			body map[string]any
			want string
		}{
			{map[string]any{"ids": ids, "input": map[string]any{}}, "reason:required"},
			{map[string]any{"ids": ids, "input": map[string]any{"reason": "nonsense"}}, "reason:not_an_option"},
			{map[string]any{"input": asked}, "ids:ids_or_filter"},
		} {
			if status, answer := seller.call("POST", "leads/actions/disqualify", c.body); status != 422 || refusal(answer) != c.want {
				t.Errorf("%v is answered %d %s", c.body, status, refusal(answer))
			}
		}
		if status, _ := seller.call("POST", "customers/actions/disqualify", map[string]any{"filter": "", "input": asked}); status != 404 {
			t.Errorf("an action of another object is answered %d", status)
		}
		began := seller.must(202, "POST", "leads/actions/disqualify", map[string]any{"ids": append(ids, foreign), "input": asked})
		if got := fmt.Sprint(began["title"], began["undoable"], began["total"]); got != "設為無效：潛在客戶true 4" {
			t.Errorf("it begins as %s", got)
		}
		id := fmt.Sprint(began["id"])
		if got := outcome(seller.ended(id)); got != "done 2/0/2/0" {
			t.Errorf("it ended as %s", got)
		}
		if got := seller.rows(id, "failed"); got != "甲 failed conflict status; <nil> failed not_found" {
			t.Errorf("refused are %q", got)
		}
		if got := seller.value("leads/"+ids[1], "reason_note") + " " + stranger.value("leads/"+foreign, "status"); got != "年底再說 new" {
			t.Errorf("afterwards: %s", got)
		}
		undo := seller.begin("jobs/"+id+"/actions/undo", nil)
		if got := outcome(seller.ended(undo)); got != "done 2/0/0/0" {
			t.Errorf("the undo ended as %s", got)
		}
		if got := seller.value("leads/"+ids[1], "status") + " " + seller.value("leads/"+ids[1], "reason"); got != "new <nil>" {
			t.Errorf("after the undo: %s", got)
		}
	})
}

func TestManyLeadsAreConvertedButForThoseSomebodyHasToLookAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		w.work()
		people["stranger"].add("customers", map[string]any{"name": "隱藏實業"})
		for i, company := range []string{"大成機械", "隱藏實業", "雙胞企業", "雙胞企業"} {
			seller.add("leads", map[string]any{"name": []string{"王小明", "林怡君", "陳志豪", "黃淑芬"}[i], "company": company, "interest": "產線"})
		}
		id := seller.begin("leads/actions/convert", map[string]any{"filter": "", "input": map[string]any{"deal": "new"}})
		// The second of the two alike meets what the first became, though nobody could see that yet.
		if got := outcome(seller.ended(id)); got != "done 2/0/2/0" {
			t.Errorf("it ended as %s: %s", got, seller.rows(id, ""))
		}
		if got := seller.rows(id, "failed"); strings.Count(got, "failed conflict customer") != 2 {
			t.Errorf("refused are %q", got)
		}
		if got := seller.names("opportunities?sort=name"); got != "大成機械 產線,雙胞企業 產線" && got != "大成機械 產線 雙胞企業 產線" {
			t.Errorf("the deals are %q", got)
		}
		if status, answer := seller.call("POST", "jobs/"+id+"/actions/undo", nil); status != 409 || refusal(answer) != "job:not_undoable" {
			t.Errorf("what cannot be taken back is answered %d %v", status, answer)
		}
	})
}

// Deals are won and lost in their own pipelines, by the rights of whoever does it.
func TestManyDealsAreClosedAndTakenUpAgain(t *testing.T) {
	w := newWorld(t, "")
	admin, people, _ := w.company()
	seller := people["seller"]
	w.work()
	customer := seller.add("customers", map[string]any{"name": "大成機械"})
	keysOf(admin.must(200, "PUT", "objects/opportunity/pipelines", map[string]any{"pipelines": []any{standard(nil), bids()}}))
	pipelines := list(at(admin.must(200, "GET", "objects/opportunity", nil), "fields"))
	other := ""
	for _, f := range pipelines {
		if at(f, "name") == "pipeline" {
			other = fmt.Sprint(at(f, "options", 1, "value"))
		}
	}
	mine := seller.add("opportunities", map[string]any{"name": "一", "customer": customer})
	bid := seller.add("opportunities", map[string]any{"name": "二", "customer": customer, "pipeline": other})
	won := seller.add("opportunities", map[string]any{"name": "三", "customer": customer, "stage": "won"})
	id := seller.begin("opportunities/actions/win", map[string]any{"ids": []string{mine, bid, won}, "input": map[string]any{"reason": "交期"}})
	if got := outcome(seller.ended(id)); got != "done 2/0/1/0" {
		t.Errorf("it ended as %s: %s", got, seller.rows(id, "failed"))
	}
	if got := seller.names(`opportunities?sort=name&filter=stage+%3D+won()+AND+reason+%3D+"交期"`); !strings.Contains(got, "一") || !strings.Contains(got, "二") {
		t.Errorf("won are %q", got)
	}
	if a, b := seller.value("opportunities/"+mine, "stage"), seller.value("opportunities/"+bid, "stage"); a == b {
		t.Errorf("the bid is in the other pipeline's stage %s", a)
	}
	id = seller.begin("opportunities/actions/reopen", map[string]any{"ids": []string{won}, "input": map[string]any{}})
	if got := outcome(seller.ended(id)) + " " + seller.value("opportunities/"+won, "stage"); got != "done 1/0/0/0 new" {
		t.Errorf("taken up again it is %s", got)
	}
	role := admin.add("roles", map[string]any{"name": "看不到原因", "rights": map[string]any{"*": map[string]string{"view": "all", "edit": "all"}}, "field_access": map[string]any{"opportunity": map[string]string{"reason": "read"}}})
	admin.add("users", map[string]any{"name": "clerk", "login": "clerk", "role": role, "password": "long-password"})
	if status, _ := w.signIn("clerk").call("POST", "opportunities/"+won+"/actions/lose", map[string]any{"reason": "x"}); status != 403 {
		t.Errorf("a field one may not write is written by an action: %d", status)
	}
}
