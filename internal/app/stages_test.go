package app

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// stage is one stage as an administrator sends it.
func stage(value, label string, more map[string]any) map[string]any {
	s := map[string]any{"label": label}
	if value != "" {
		s["value"] = value
	}
	for k, v := range more {
		s[k] = v
	}
	return s
}

// standard are the stages the module declares, with more said of some of them.
func standard(more map[string]map[string]any) map[string]any {
	var stages []any
	for _, s := range [][3]string{{"new", "初步接洽", "open"}, {"qualified", "需求確認", "open"}, {"proposal", "提案報價", "open"}, {"negotiation", "議價談判", "open"}, {"won", "成交", "won"}, {"lost", "未成交", "lost"}} {
		one := stage(s[0], s[1], map[string]any{"kind": s[2], "probability": 50})
		for k, v := range more[s[0]] {
			one[k] = v
		}
		stages = append(stages, one)
	}
	return map[string]any{"value": "standard", "label": "標準", "stages": stages}
}

// bids is a second pipeline.
func bids() map[string]any {
	return map[string]any{"label": "標案", "stages": []any{
		stage("", "領標", map[string]any{"probability": 5, "rotten_days": 3}), stage("", "投標", map[string]any{"probability": 40, "needs": []any{"amount"}}),
		stage("", "成交", map[string]any{"kind": "won"}), stage("", "未成交", map[string]any{"kind": "lost", "needs": []any{"reason"}}),
	}}
}

// keysOf lists the stages in use by label, pipeline by pipeline.
func keysOf(object map[string]any) map[string]string {
	keys := map[string]string{}
	for _, f := range list(object["fields"]) {
		if at(f, "name") != "stage" {
			continue
		}
		for _, o := range list(at(f, "options")) {
			if at(o, "inactive") != true {
				keys[fmt.Sprint(at(o, "pipeline"), " ", at(o, "label"))] = fmt.Sprint(at(o, "value"))
			}
		}
	}
	return keys
}

// number is an id as the engine holds it.
func number(t *testing.T, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func missing(answer map[string]any) string {
	var names []string
	for _, f := range list(answer["fields"]) {
		names = append(names, fmt.Sprint(at(f, "field"), ":", at(f, "code")))
	}
	return sorted(strings.Join(names, " "))
}

func TestRecordsMoveThroughTheirPipelineByItsRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		old := seller.add("opportunities", map[string]any{"name": "舊案"})
		if got := seller.must(200, "GET", "opportunities/"+old, nil)["pipeline"]; got != "standard" {
			t.Errorf("a deal begins in %v", got)
		}
		first := standard(map[string]map[string]any{
			"qualified": {"checklist": []any{map[string]any{"label": "確認預算", "required": true}, map[string]any{"label": "拍照"}}},
			"proposal":  {"needs": []any{"amount", "customer"}, "asks": []any{"next_step"}},
			"lost":      {"needs": []any{"reason"}},
		})
		object := admin.must(200, "PUT", "objects/opportunity/pipelines", map[string]any{"pipelines": []any{first, bids()}})
		keys := keysOf(object)
		bid := ""
		for _, f := range list(object["fields"]) {
			if at(f, "name") == "pipeline" {
				bid = fmt.Sprint(at(f, "options", 1, "value"))
			}
		}
		if keys[bid+" 領標"] == "" || keys["standard 初步接洽"] != "new" {
			t.Fatalf("the stages are %v", keys)
		}

		// What a stage needs is asked for by name, and given in the same gesture.
		path := "opportunities/" + old
		status, answer := seller.call("PATCH", path, map[string]any{"stage": "proposal"})
		if status != 422 || missing(answer) != "amount:stage_needs customer:stage_needs" {
			t.Errorf("proposal without amount: %d %v", status, answer)
		}
		if !strings.Contains(fmt.Sprint(answer), "進入「提案報價」前請填寫「金額」") {
			t.Errorf("it says %v", answer)
		}
		seller.must(200, "PATCH", path, map[string]any{"stage": "qualified"})
		customer := seller.add("customers", map[string]any{"name": "客戶"})
		all := map[string]any{"stage": "proposal", "amount": map[string]any{"amount": "100"}, "customer": customer}
		if status, answer = seller.call("PATCH", path, all); status != 422 || missing(answer) != "stage_checks:stage_checks_open" || !strings.Contains(fmt.Sprint(answer), "確認預算") {
			t.Errorf("with the checklist open: %d %v", status, answer)
		}
		var check string
		for _, f := range list(object["fields"]) {
			if at(f, "name") == "stage_checks" {
				check = fmt.Sprint(at(f, "options", 0, "value"))
			}
		}
		all["stage_checks"] = []any{check}
		moved := seller.must(200, "PATCH", path, all)
		if moved["stage"] != "proposal" || fmt.Sprint(moved["probability"]) != "50" {
			t.Errorf("it moved to %v, %v %%", moved["stage"], moved["probability"])
		}
		// Back, and to lost, nothing of the checklist is asked.
		seller.must(200, "PATCH", path, map[string]any{"stage": "qualified", "stage_checks": nil})
		if status, answer = seller.call("PATCH", path, map[string]any{"stage": "lost"}); status != 422 || missing(answer) != "reason:stage_needs" {
			t.Errorf("lost without a reason: %d %v", status, answer)
		}
		// Every way in: many at once tell it row by row.
		if status, answer = seller.call("POST", "opportunities", map[string]any{"name": "新建", "stage": "proposal"}); status != 422 || missing(answer) != "amount:stage_needs customer:stage_needs" {
			t.Errorf("made in proposal: %d %v", status, answer)
		}
		_, done := admin.imported("opportunity", "商機名稱,階段,銷售流程\n外來,proposal,標準\n投標案,投標,標案\n贏的標案,成交,標案\n新標案,,標案\n")
		if got := totals(done); got != "4 0 0 0" {
			t.Errorf("imported: %s %v", got, done["problems"])
		}
		for name, want := range map[string]string{"外來": "proposal", "投標案": keys[bid+" 投標"], "贏的標案": keys[bid+" 成交"], "新標案": keys[bid+" 領標"]} {
			one := at(admin.must(200, "GET", "opportunities?filter="+url.QueryEscape(`name = "`+name+`"`), nil), "records", 0)
			if at(one, "stage") != want {
				t.Errorf("%s is in %v of %v, want %s", name, at(one, "stage"), at(one, "pipeline"), want)
			}
		}

		// Another pipeline: the stage follows, and the pipeline follows the stage.
		made := seller.must(201, "POST", "opportunities", map[string]any{"name": "案", "pipeline": bid})
		if made["stage"] != keys[bid+" 領標"] || fmt.Sprint(made["probability"]) != "5" {
			t.Errorf("a new bid is in %v", made["stage"])
		}
		path = "opportunities/" + fmt.Sprint(made["id"])
		if got := seller.must(200, "PATCH", path, map[string]any{"stage": "new"})["pipeline"]; got != "standard" {
			t.Errorf("moved by its stage it is in %v", got)
		}
		if got := seller.must(200, "PATCH", path, map[string]any{"pipeline": bid})["stage"]; got != keys[bid+" 領標"] {
			t.Errorf("moved by its pipeline it is in %v", got)
		}
		if got := admin.names("opportunities?sort=name&filter=" + url.QueryEscape(`pipeline = "`+bid+`" AND stage = won()`)); got != "贏的標案" {
			t.Errorf("won bids: %q", got)
		}
		// No stage goes with cards in it; where they went, it does, for good.
		if status, answer = admin.call("PUT", "objects/opportunity/pipelines", map[string]any{"pipelines": []any{first}}); status != 422 || !strings.Contains(missing(answer), "stage_in_use") {
			t.Errorf("the pipeline went with its cards: %d %v", status, answer)
		}
		for _, body := range []any{
			map[string]any{"pipelines": []any{}},
			map[string]any{"pipelines": []any{standard(map[string]map[string]any{"new": {"kind": "won"}}), bids()}},
			map[string]any{"pipelines": []any{standard(map[string]map[string]any{"new": {"probability": 101}}), bids()}},
			map[string]any{"pipelines": []any{standard(map[string]map[string]any{"new": {"needs": []any{"created_at"}}}), bids()}},
			map[string]any{"pipelines": []any{standard(map[string]map[string]any{"new": {"value": "won"}}), bids()}},
			map[string]any{"pipelines": []any{standard(nil), map[string]any{"label": "空", "stages": []any{}}}},
			map[string]any{"pipelines": []any{standard(nil), map[string]any{"label": "", "stages": bids()["stages"]}}},
		} {
			if status, answer = admin.call("PUT", "objects/opportunity/pipelines", body); status != 422 {
				t.Errorf("%v answered %d %v", body, status, answer)
			}
		}
		for _, path := range []string{"objects/opportunity/pipelines"} {
			if status, _ = seller.call("PUT", path, map[string]any{"pipelines": []any{first}}); status != 403 {
				t.Errorf("a salesperson's change answered %d", status)
			}
		}
		if status, _ = admin.call("PUT", "objects/customer/pipelines", map[string]any{"pipelines": []any{first}}); status != 404 {
			t.Errorf("pipelines of customers answered %d", status)
		}
		admin.must(200, "PATCH", path, map[string]any{"stage": "new"})
		for _, r := range list(admin.must(200, "GET", "opportunities?filter="+url.QueryEscape(`pipeline = "`+bid+`"`), nil)["records"]) {
			admin.must(200, "PATCH", "opportunities/"+fmt.Sprint(at(r, "id")), map[string]any{"stage": "negotiation"})
		}
		admin.must(200, "PUT", "objects/opportunity/pipelines", map[string]any{"pipelines": []any{first}})
		if status, answer = seller.call("PATCH", path, map[string]any{"stage": keys[bid+" 領標"]}); status != 422 || missing(answer) != "stage:stage_retired" {
			t.Errorf("into a retired stage: %d %v", status, answer)
		}
	})
}

// Of two who move the same card at once the second is told, and nothing of his is
// lost where he changed something else.
func TestTwoWhoMoveTheSameCardAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, manager := people["seller"], people["manager"]
		path := "opportunities/" + seller.add("opportunities", map[string]any{"name": "搶手"})
		read := fmt.Sprint(seller.must(200, "GET", path, nil)["version"])
		if status, _ := manager.call("PATCH", path, map[string]any{"stage": "qualified"}, "If-Match", `"`+read+`"`); status != 200 {
			t.Fatalf("the first answered %d", status)
		}
		status, answer := seller.call("PATCH", path, map[string]any{"stage": "negotiation"}, "If-Match", `"`+read+`"`)
		if status != 412 || !strings.Contains(missing(answer), "stage:changed_since") {
			t.Errorf("the second answered %d %v", status, answer)
		}
		if status, _ = seller.call("PATCH", path, map[string]any{"next_step": "送樣"}, "If-Match", `"`+read+`"`); status != 200 {
			t.Errorf("something else answered %d", status)
		}
		one := seller.must(200, "GET", path, nil)
		if one["stage"] != "qualified" || one["next_step"] != "送樣" {
			t.Errorf("it is in %v, next %v", one["stage"], one["next_step"])
		}
		if stays := list(seller.must(200, "GET", path+"/stages", nil)["stays"]); len(stays) != 2 {
			t.Errorf("it stayed %v", stays)
		}
	})
}

func TestStagesTellHowLongARecordWasInThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		id := people["seller"].add("opportunities", map[string]any{"name": "標的"})
		fresh := people["seller"].add("opportunities", map[string]any{"name": "新的"})
		// It was made forty days ago, went on after ten, and lies since.
		ctx := t.Context()
		day := 24 * time.Hour
		now := time.Now()
		a := policy.System(w.app.Records.Current.Load(), "test")
		a.ID = number(t, people["seller"].id)
		o := a.Registry.Object("opportunity")
		made := now.Add(-40 * day)
		err := w.app.Records.Together(record.At(ctx, made), func(ctx context.Context, u *record.Unit) error {
			_, err := u.CreateValues(ctx, a, o, record.Values{"name": {"久的"}, "owner": {a.ID}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		long := w.must(admin.must(200, "GET", "opportunities?filter="+url.QueryEscape(`name = "久的"`), nil))
		err = w.app.Records.Together(record.At(ctx, now.Add(-30*day)), func(ctx context.Context, u *record.Unit) error {
			return u.Update(ctx, a, o, number(t, long), record.Input{"stage": "qualified"}, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		stays := list(people["seller"].must(200, "GET", "opportunities/"+long+"/stages", nil)["stays"])
		if len(stays) != 2 || at(stays[0], "stage") != "new" || fmt.Sprint(at(stays[0], "seconds")) != fmt.Sprint(10*86400) || at(stays[0], "by", "name") != "seller" || at(stays[1], "left_at") != nil {
			t.Errorf("it stayed %v", stays)
		}
		if got := admin.names("opportunities?filter=" + url.QueryEscape(`stage = rotten()`)); got != "久的" {
			t.Errorf("too long in their stage: %q", got)
		}
		if got := sorted(admin.names("opportunities?filter=" + url.QueryEscape(`stage != rotten() AND stage IN (open(), won())`))); got != sorted("新的 標的") {
			t.Errorf("not too long: %q", got)
		}
		admin.must(200, "PATCH", "opportunities/"+id, map[string]any{"stage": "won"})
		if got := admin.names("opportunities?filter=" + url.QueryEscape(`stage = won()`)); got != "標的" {
			t.Errorf("won: %q", got)
		}
		for _, bad := range []string{`stage = nothing()`, `stage > open()`, `name = open()`, `stage = open(3)`} {
			if status, answer := admin.call("GET", "opportunities?filter="+url.QueryEscape(bad), nil); status != 422 {
				t.Errorf("%s answered %d %v", bad, status, answer)
			}
		}
		if status, _ := people["stranger"].call("GET", "opportunities/"+long+"/stages", nil); status != 404 {
			t.Errorf("a stranger's look answered %d", status)
		}
		// Weighted: each amount by its own probability.
		admin.must(200, "PATCH", "opportunities/"+fresh, map[string]any{"amount": map[string]any{"amount": "1000.55"}, "probability": 33})
		admin.must(200, "PATCH", "opportunities/"+long, map[string]any{"amount": map[string]any{"amount": "200"}})
		sums := admin.must(200, "POST", "opportunities/aggregate", map[string]any{"filter": "stage = open()", "measures": []map[string]string{{"fn": "sum", "field": "amount"}, {"fn": "weighted", "field": "amount"}}})
		if got := fmt.Sprint(at(sums, "rows", 0, "measures")); got != "[1200.55 390.1815]" {
			t.Errorf("sum and weighted sum: %s", got)
		}
		admin.must(422, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "weighted", "field": "credit_limit"}}})
	})
}

// Objects made at run time have stages by the same rules, in one pipeline.
func TestObjectsMadeAtRunTimeHaveStagesToo(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	admin.must(201, "POST", "objects", map[string]any{"name": "x_case", "labels": "案件", "stage_field": "x_step", "fields": []any{
		map[string]any{"name": "x_step", "type": "picklist", "labels": "步驟", "default": "open", "options": []any{map[string]any{"value": "open", "label": "處理中"}, map[string]any{"value": "closed", "label": "結案"}}},
		map[string]any{"name": "x_result", "type": "text", "labels": "結果"},
	}})
	steps := []any{stage("open", "處理中", map[string]any{"rotten_days": 2}), stage("closed", "結案", map[string]any{"kind": "won", "needs": []any{"x_result"}}), stage("", "再議", nil)}
	object := admin.must(200, "PUT", "objects/x_case/pipelines", map[string]any{"pipelines": []any{map[string]any{"stages": steps}}})
	if got := len(keysOf(object)); got != 0 {
		t.Errorf("%d stages of a field that is called otherwise", got)
	}
	path := "x-cases/" + admin.add("x-cases", map[string]any{"name": "甲案"})
	if status, answer := admin.call("PATCH", path, map[string]any{"x_step": "closed"}); status != 422 || missing(answer) != "x_result:stage_needs" {
		t.Errorf("closed without a result: %d %v", status, answer)
	}
	admin.must(200, "PATCH", path, map[string]any{"x_step": "closed", "x_result": "完成"})
	if got := admin.names("x-cases?filter=" + url.QueryEscape("x_step = won()")); got != "甲案" {
		t.Errorf("closed: %q", got)
	}
	// What a stage needs goes with the field that is retired.
	admin.must(200, "PATCH", path, map[string]any{"x_step": "open"})
	admin.must(204, "DELETE", "objects/x_case/fields/x_result", nil)
	admin.must(200, "PATCH", path, map[string]any{"x_step": "closed"})
	if status, answer := admin.call("PUT", "objects/x_case/pipelines", map[string]any{"pipelines": []any{map[string]any{"stages": steps[:1]}, map[string]any{"label": "二", "stages": steps[1:]}}}); status != 422 {
		t.Errorf("a second pipeline answered %d %v", status, answer)
	}
}

// Records that were there before a pick-list was declared are in its first choice at
// once, in filters too.
func TestOlderRecordsAreInThePipelineThereWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		boats := func(more ...*schema.Field) record.Module {
			label := schema.T("船", "船", "Boat")
			fields := append([]*schema.Field{{Name: "name", Type: "text", Label: label, Search: "n"}}, more...)
			return record.Module{Name: "boat", Objects: []*schema.Object{{Name: "boat", Plural: "boats", Title: "name", Owned: true, Label: label, LabelPlural: label, Fields: fields}}}
		}
		folder := t.TempDir()
		open := func(m record.Module) *App {
			config := Config{Database: dsn, Data: folder}
			if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
				config = Config{Data: strings.TrimSuffix(path, "/ecrm.db")}
			}
			a, err := Open(t.Context(), config, append(Modules(), m))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		add := func(a *App, name string) {
			system := policy.System(a.Records.Current.Load(), "test")
			if _, err := a.Records.Create(t.Context(), system, system.Registry.Object("boat"), record.Input{"name": name}); err != nil {
				t.Fatal(err)
			}
		}
		a := open(boats())
		add(a, "舊船")
		a.Close()
		a = open(boats(schema.PipelineField(schema.T("流程", "流程", "Pipeline"), schema.T("標準", "标准", "Standard"))))
		defer a.Close()
		found, err := a.Records.Rows(t.Context(), "boat", &query.Node{Op: query.Eq, Field: "pipeline", Value: schema.DefaultPipeline}, 5)
		if err != nil || len(found) != 1 {
			t.Errorf("%d older boats are in it: %v", len(found), err)
		}
	})
}
