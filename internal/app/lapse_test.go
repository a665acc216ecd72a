package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

func TestQuotesExpireByThemselvesOnceAndTheirOwnerIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		customer := seller.add("customers", map[string]any{"name": "大成機械"})
		day := func(n int) string { return dayFrom(w.app.Records.Today(), n) }
		quote := func(status string, until string) string {
			return seller.add("quotes", map[string]any{"customer": customer, "date": day(-40), "valid_until": until, "status": status, "items": []map[string]any{{"description": "機台", "price": "1"}}})
		}
		past, today, draft, accepted := quote("sent", day(-1)), quote("sent", day(0)), quote("draft", day(-9)), quote("accepted", day(-9))
		other := quote("sent", day(-20))
		// Two servers look at the same moment.
		var told [2]error
		done := make(chan int, 2)
		for i := range told {
			go func() {
				n, err := w.app.Lapses.Run(t.Context(), w.app.Records.Today())
				told[i] = err
				done <- n
			}()
		}
		if n := <-done + <-done; n != 2 || told[0] != nil || told[1] != nil {
			t.Errorf("%d quotes expire: %v", n, told)
		}
		var now []string
		for _, id := range []string{past, other, today, draft, accepted} {
			now = append(now, seller.value("quotes/"+id, "status"))
		}
		if got := strings.Join(now, " "); got != "expired expired sent draft accepted" {
			t.Errorf("afterwards they are %s", got)
		}
		if got := seller.value("quotes/"+past, "closed_on"); got != w.app.Records.Today() {
			t.Errorf("it was closed on %s", got)
		}
		history := seller.must(200, "GET", "quotes/"+past+"/history", nil)
		if text := fmt.Sprint(history); strings.Count(text, "lapse") != 1 {
			t.Errorf("the history says %s", text)
		}
		if err := w.app.Records.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		told2 := list(seller.must(200, "GET", "notices", nil)["notices"])
		if len(told2) != 1 || at(told2[0], "kind") != "lapsed" || fmt.Sprint(at(told2[0], "count")) != "2" {
			t.Errorf("the owner is told %v", told2)
		}
		if got := list(stranger.must(200, "GET", "notices", nil)["notices"]); len(got) != 0 {
			t.Errorf("a stranger is told %v", got)
		}
		// The next day, and days after which nobody looked.
		if n, err := w.app.Lapses.Run(t.Context(), day(5)); n != 1 || err != nil {
			t.Errorf("later %d expire: %v", n, err)
		}
		if n, err := w.app.Lapses.Run(t.Context(), day(5)); n != 0 || err != nil {
			t.Errorf("again %d expire: %v", n, err)
		}
	})
}

func dayFrom(day string, n int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}
