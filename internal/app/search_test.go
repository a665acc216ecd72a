package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func (p *person) finds(typed string) string {
	p.w.t.Helper()
	results, _ := p.must(200, "GET", "search?q="+url.QueryEscape(typed), nil)["results"].([]any)
	var labels []string
	for _, r := range results {
		one, _ := r.(map[string]any)
		labels = append(labels, fmt.Sprint(one["label"]))
	}
	return strings.Join(labels, " ")
}

func TestSearchAnswersExactThenPrefixThenMineThenNewest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, colleague, manager := people["seller"], people["colleague"], people["manager"]
		seller.add("customers", map[string]any{"name": "遠東"})
		manager.add("customers", map[string]any{"name": "新遠東貨運"})
		seller.add("customers", map[string]any{"name": "遠東百貨股份有限公司"})
		for i := range 3 {
			colleague.add("customers", map[string]any{"name": fmt.Sprintf("大遠東%d", i)})
		}
		if got, want := manager.finds("遠東"), "遠東 遠東百貨股份有限公司 新遠東貨運 大遠東2 大遠東1 大遠東0"; got != want {
			t.Errorf("manager finds %q, want %q", got, want)
		}
		if got, want := manager.finds("远东百货有限公司"), "遠東百貨股份有限公司"; !strings.HasPrefix(got, want) {
			t.Errorf("another spelling of the name finds %q, want %q first", got, want)
		}
		if got := people["stranger"].finds("遠東"); got != "" {
			t.Errorf("a stranger finds %q", got)
		}
	})
}

func TestSearchIsNotFloodedByOneTitleAndTellsWhatARecordBelongsTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		customer := seller.add("customers", map[string]any{"name": "宏大電器行"})
		for range 6 {
			seller.add("activities", map[string]any{"kind": "call", "customer": customer})
		}
		details := func(p *person) (calls int, details map[string]bool) {
			details = map[string]bool{}
			results, _ := p.must(200, "GET", "search?q="+url.QueryEscape("電"), nil)["results"].([]any)
			for _, r := range results {
				if one, _ := r.(map[string]any); one["object"] == "activity" {
					calls++
					details[fmt.Sprint(one["detail"])] = true
				}
			}
			return calls, details
		}
		if calls, of := details(seller); calls != 3 || !of["宏大電器行"] || len(of) != 1 {
			t.Errorf("search finds %d calls of %v, want 3 of the customer", calls, of)
		}
		if got := seller.finds("電"); !strings.Contains(got, "宏大電器行") {
			t.Errorf("the customer is hidden behind its calls: %q", got)
		}
		// The calls stay his; of the customer he no longer sees, search tells no name.
		admin.must(200, "PATCH", "customers/"+customer, map[string]any{"owner": stranger.id})
		if calls, of := details(seller); calls != 3 || !of["<nil>"] || len(of) != 1 {
			t.Errorf("%d calls tell of %v a customer that is out of sight", calls, of)
		}
	})
}

func TestSearchPutsWhatIsOverBehindWhatGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		lead := seller.add("leads", map[string]any{"name": "陳建宏", "company": "宏碩精密工業", "phones": []map[string]string{{"value": "02-2345-6789"}}})
		seller.must(200, "POST", "leads/"+lead+"/actions/convert", map[string]any{"deal": "none"})
		var objects []any
		results, _ := seller.must(200, "GET", "search?q=6789", nil)["results"].([]any)
		for _, r := range results {
			one, _ := r.(map[string]any)
			objects = append(objects, one["object"])
		}
		if fmt.Sprint(objects) != "[contact lead]" {
			t.Errorf("by the last four digits %v are found, want the contact and then the lead it was made of", objects)
		}
	})
}
