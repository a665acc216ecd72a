package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// why lists "verb:rule" of an access answer, without those that are not given.
func why(answer map[string]any) string {
	var rules []string
	list, _ := answer["why"].([]any)
	for _, raw := range list {
		one, _ := raw.(map[string]any)
		if one["rule"] != "none" && (one["verb"] == "view" || one["verb"] == "edit") {
			rules = append(rules, fmt.Sprint(one["verb"], ":", one["rule"]))
		}
	}
	return strings.Join(rules, " ")
}

func TestAccessNamesTheRulesThatHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller := people["seller"]
		customer := seller.add("customers", map[string]any{"name": "客戶甲"})
		seller.must(201, "POST", "customers/"+customer+"/shares", map[string]any{"user": people["stranger"].id, "until": "2999-01-01"})
		seller.must(201, "POST", "customers/"+customer+"/shares", map[string]any{"department": departments["south"], "write": true})
		call := people["manager"].add("activities", map[string]any{"customer": customer, "kind": "call", "subject": "電話"})
		admin.add("users", map[string]any{"name": "助理", "login": "helper", "role": "assistant", "assistant_of": []string{seller.id}, "password": "long-password"})
		for who, c := range map[*person]struct{ path, want, text string }{
			seller:             {"customers/" + customer, "view:own edit:own", "您是負責業務（角色「業務」）"},
			people["manager"]:  {"customers/" + customer, "view:department edit:department", "north"},
			people["boss"]:     {"customers/" + customer, "view:all edit:all", "總經理"},
			people["stranger"]: {"customers/" + customer, "view:shared view:shared edit:shared", "seller 分享給您，到 2999-01-0"},
			admin:              {"customers/" + customer, "view:administrator edit:administrator", "系統管理員"},
			w.signIn("helper"): {"customers/" + customer, "view:assisted edit:assisted", "您協助的負責業務是 seller"},
			w.signIn("seller"): {"activities/" + call, "view:through", "您看得到它的客戶「客戶甲」"},
		} {
			answer := who.must(200, "GET", c.path+"/access", nil)
			if got := why(answer); got != c.want {
				t.Errorf("%s: %q, want %q", c.text, got, c.want)
			}
			if !strings.Contains(fmt.Sprint(answer), c.text) {
				t.Errorf("no %q in %v", c.text, answer)
			}
			// What it says is what holds.
			may, _ := answer["may"].(map[string]any)
			can, _ := who.must(200, "GET", c.path, nil)["_can"].(map[string]any)
			for verb, allowed := range can {
				if may[verb] != allowed {
					t.Errorf("%s: %s is %v by its rules and %v on the record", c.text, verb, may[verb], allowed)
				}
			}
		}
		people["colleague"].must(404, "GET", "customers/"+customer+"/access", nil)
		admin.must(200, "GET", "users/"+seller.id+"/access", nil)
		seller.must(200, "PATCH", "me", map[string]any{"language": "en"})
		if got := fmt.Sprint(seller.must(200, "GET", "customers/"+customer+"/access", nil)); !strings.Contains(got, "You are the owner") {
			t.Errorf("in English: %s", got)
		}
	})
}
