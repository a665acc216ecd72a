package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// sums is what an aggregate over the amounts of opportunities answers.
func (p *person) sums(group ...string) string {
	p.w.t.Helper()
	groups := []map[string]string{}
	for _, g := range group {
		groups = append(groups, map[string]string{"field": g})
	}
	answer := p.must(200, "POST", "opportunities/aggregate", map[string]any{"group": groups, "measures": []map[string]string{{"fn": "sum", "field": "amount"}, {"fn": "count"}}})
	b, err := json.Marshal(answer)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return string(b)
}

func amount(n, currency string) map[string]string {
	return map[string]string{"amount": n, "currency": currency}
}

func TestAmountsInSeveralCurrenciesAreSummedAtTheRateInForceAndNeverAtPar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		today := time.Now().UTC()
		day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
		seller.add("opportunities", map[string]any{"name": "本國", "amount": amount("1000", "TWD")})
		made := seller.must(201, "POST", "opportunities", map[string]any{"name": "美金", "amount": amount("100", "USD")})
		if codes(made) != "amount:no_rate" {
			t.Errorf("an amount without a rate is told as %v", made["_warnings"])
		}
		if got := codes(seller.must(200, "POST", "opportunities/warnings", map[string]any{"values": map[string]any{"amount": amount("5", "JPY")}})); got != "amount:no_rate" {
			t.Errorf("typing it tells %q", got)
		}
		if got := seller.sums(); got != `{"converted":false,"currency":"TWD","rows":[{"converted":false,"group":[],"measures":["1000","2"],"unconverted":1}],"unconverted":1}` {
			t.Errorf("without a rate the sum is %s", got)
		}
		// Only administrators keep rates.
		if status, _ := seller.call("POST", "exchange_rates", map[string]any{"currency": "USD", "date": day(-30), "rate": "30"}); status != 403 {
			t.Errorf("a salesperson adding a rate is answered %d", status)
		}
		for _, bad := range []map[string]any{{"currency": "TWD", "date": day(0), "rate": "1"}, {"currency": "USD", "date": day(0), "rate": "0"}, {"currency": "USD", "date": day(0), "rate": "-3"}, {"currency": "XXX", "date": day(0), "rate": "3"}, {"currency": "USD", "rate": "3"}} {
			admin.must(422, "POST", "exchange_rates", bad)
		}
		admin.add("exchange_rates", map[string]any{"currency": "USD", "date": day(-30), "rate": "30"})
		admin.must(422, "POST", "exchange_rates", map[string]any{"currency": "USD", "date": day(-30), "rate": "31"})
		later := admin.add("exchange_rates", map[string]any{"currency": "USD", "date": day(-1), "rate": "31.525"})
		admin.add("exchange_rates", map[string]any{"currency": "USD", "date": day(40), "rate": "99"}) // not in force yet
		// A new amount is valued at once, the old one by the job.
		if made := seller.must(201, "POST", "opportunities", map[string]any{"name": "歐元後", "amount": amount("10", "USD")}); codes(made) != "" {
			t.Errorf("an amount with a rate warns: %v", made["_warnings"])
		}
		if got := seller.sums(); got != `{"converted":true,"currency":"TWD","rows":[{"converted":true,"group":[],"measures":["1315.25","3"],"unconverted":1}],"unconverted":1}` {
			t.Errorf("before the job the sum is %s", got)
		}
		w.revalue(1)
		if got := seller.sums(); got != `{"converted":true,"currency":"TWD","rows":[{"converted":true,"group":[],"measures":["4467.75","3"]}]}` {
			t.Errorf("after the job the sum is %s", got)
		}
		w.revalue(0)
		// Order and more or less are by what amounts are worth, equality by the amount.
		if got := seller.names("opportunities?sort=-amount&filter=" + url.QueryEscape(`amount >= 1000`)); got != "美金 本國" {
			t.Errorf("worth more than 1000: %q", got)
		}
		if got := seller.names("opportunities?sort=amount"); got != "歐元後 本國 美金" {
			t.Errorf("by worth: %q", got)
		}
		if got := seller.names("opportunities?filter=" + url.QueryEscape(`amount = 100 AND amount.currency = "USD"`)); got != "美金" {
			t.Errorf("equal: %q", got)
		}
		// A closed deal keeps the rate of its day; an open one follows the newest.
		id := fmt.Sprint(made["id"])
		before := seller.must(200, "PATCH", "opportunities/"+id, map[string]any{"stage": "won"})
		admin.must(200, "PATCH", "exchange_rates/"+later, map[string]any{"date": day(0), "rate": "32"})
		w.revalue(2)
		if got := seller.sums("stage"); got != `{"converted":true,"currency":"TWD","rows":[{"converted":true,"group":["new"],"measures":["1320","2"]},{"converted":true,"group":["won"],"measures":["3200","1"]}]}` {
			t.Errorf("by stage: %s", got)
		}
		// Had it been closed the day before yesterday, that day's rate would hold.
		for _, c := range [][2]string{{day(-2), "3000"}, {day(-31), "0"}} {
			closed, want := c[0], c[1]
			if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_opportunity SET closed_on = ? WHERE stage = 'won'", closed); err != nil {
				t.Fatal(err)
			}
			w.revalue(1)
			if got := fmt.Sprint(seller.must(200, "POST", "opportunities/aggregate", map[string]any{"filter": `stage = "won"`, "measures": []map[string]string{{"fn": "sum", "field": "amount"}}})["rows"]); (got != "[map[converted:true group:[] measures:["+want+"]]]") != (want == "0") {
				t.Errorf("closed on %s it is worth %s", closed, got)
			}
		}
		after := seller.must(200, "GET", "opportunities/"+id, nil)
		if fmt.Sprint(after["version"]) != fmt.Sprint(before["version"]) {
			t.Errorf("a new rate raised the version from %v to %v", before["version"], after["version"])
		}
		// What is not about the amount is no change of it in the history.
		seller.must(200, "PATCH", "opportunities/"+id, map[string]any{"note": "x", "amount": amount("100", "USD")})
		entries, _ := seller.must(200, "GET", "opportunities/"+id+"/history", nil)["entries"].([]any)
		if got := size(at(entries[0], "changes")); got != 1 {
			t.Errorf("the history tells %v", entries[0])
		}
		// A rate taken away leaves the amounts without one.
		list := admin.must(200, "GET", "exchange_rates?sort=date", nil)
		for i := range 3 {
			admin.must(204, "DELETE", "exchange_rates/"+fmt.Sprint(at(list, "records", i, "id")), nil)
		}
		w.revalue(1)
		if got := seller.sums(); got != `{"converted":false,"currency":"TWD","rows":[{"converted":false,"group":[],"measures":["1000","3"],"unconverted":2}],"unconverted":2}` {
			t.Errorf("without rates again the sum is %s", got)
		}
	})
}

// revalue does what the job does and wants some amounts changed.
func (w *world) revalue(changed int64) {
	w.t.Helper()
	result, err := w.app.Exchange.Revalue(w.t.Context(), func(int64) {})
	if err != nil || result.Changed != changed {
		w.t.Errorf("valued anew: %+v, %v, want %d changed", result, err, changed)
	}
}

func TestChangedRatesHaveAmountsValuedByAJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		w.work()
		go w.app.Records.Relay(t.Context())
		admin.add("opportunities", map[string]any{"name": "美金", "amount": amount("100", "USD")})
		admin.imported("exchange_rate", "幣別,生效日,匯率\n美元 USD,2020-01-01,30\nUSD,2020-02-01,30.5\nJPY,2020-02-01,0.2105\n")
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			got := admin.sums()
			if got == `{"converted":true,"currency":"TWD","rows":[{"converted":true,"group":[],"measures":["3050","1"]}]}` {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the sum stays %s", got)
			}
		}
		jobs, _ := admin.must(200, "GET", "jobs", nil)["jobs"].([]any)
		if len(jobs) == 0 || at(jobs[0], "kind") != "revalue" || at(jobs[0], "title") != "依匯率重算金額" {
			t.Errorf("the jobs are %v", jobs)
		}
	})
}

func TestImportedRateOfTheSameDayReplacesTheOneThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.add("exchange_rates", map[string]any{"currency": "USD", "date": "2020-01-01", "rate": "30"})
		status, job := admin.upload("exchange_rate", "rates.csv", []byte("幣別,生效日,匯率\nUSD,2020-01-01,31\nUSD,2020-01-02,32\nEUR,2020-01-01,34\nEUR,2020-01-01,35\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		checked, done := totals(admin.finished(id, "check", "checked")), totals(admin.finished(id, "run", "done"))
		if checked != "2 2 0 0" || done != checked {
			t.Errorf("made, updated, skipped, refused: dry run %s, run %s", checked, done)
		}
		var rates []string
		for _, one := range list(admin.must(200, "GET", "exchange_rates?sort=name", nil)["records"]) {
			r, _ := one.(map[string]any)
			rates = append(rates, fmt.Sprint(r["name"], "=", r["rate"]))
		}
		if got := strings.Join(rates, " "); got != "EUR 2020-01-01=35 USD 2020-01-01=31 USD 2020-01-02=32" {
			t.Errorf("the rates are %s", got)
		}
		admin.finished(id, "undo", "undone")
		if got := admin.names("exchange_rates"); got != "USD 2020-01-01" {
			t.Errorf("after the undo: %s", got)
		}
	})
}

func TestAmountsOfAnOlderDatabaseHeldAtParAreValued(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.add("customers", map[string]any{"name": "甲", "credit_limit": amount("100", "USD")})
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_customer SET credit_limit_base = credit_limit"); err != nil {
			t.Fatal(err)
		}
		w.revalue(1)
		answer := admin.must(200, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "sum", "field": "credit_limit"}}})
		if fmt.Sprint(answer["unconverted"]) != "1" {
			t.Errorf("the sum is %v", answer)
		}
	})
}
