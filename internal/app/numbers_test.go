package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

// made creates a customer and answers its number.
func (p *person) made(body map[string]any) string {
	p.w.t.Helper()
	number, _ := p.must(201, "POST", "customers", body)["number"].(string)
	return number
}

// Two servers, people who make mistakes, one server that dies with what it has
// reserved: a number is given once.
func TestNumbersAreNeverGivenTwice(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin := first.setUp()
	callers := []*person{admin, {w: second, cookie: admin.cookie, id: admin.id}}
	var mu sync.Mutex
	seen := map[string]bool{}
	highest := ""
	note := func(number string) {
		mu.Lock()
		defer mu.Unlock()
		if number == "" || seen[number] {
			t.Errorf("%q was given twice", number)
		}
		seen[number] = true
		highest = max(highest, number)
	}
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			p := callers[n%2]
			for i := range 12 {
				if i%4 == 3 { // taken back after the number was drawn
					p.call("POST", "customers", map[string]any{"name": fmt.Sprint("不成 ", n, i), "parent": "12"})
					continue
				}
				_, answer := p.call("POST", "customers", map[string]any{"name": fmt.Sprint("同時 ", n, "-", i)})
				number, _ := answer["number"].(string)
				note(number)
			}
		})
	}
	group.Wait()
	// Whoever is started anew knows nothing of what the others hold.
	third := newWorld(t, dsn)
	late := &person{w: third, cookie: admin.cookie, id: admin.id}
	for i := range 6 {
		note(late.made(map[string]any{"name": fmt.Sprint("新的 ", i)}))
	}
	if highest > "C000400" {
		t.Errorf("of %d numbers the highest is %s", len(seen), highest)
	}
	if found := first.findings(); len(found) > 0 {
		t.Errorf("found: %v", found)
	}
}

// What somebody sets by hand, on whatever server, may lie among the numbers that
// another has reserved, or beyond them.
func TestNumberSetByHandIsNotGivenAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		other := admin
		if strings.HasPrefix(dsn, "postgres") {
			other = &person{w: newWorld(t, dsn), cookie: admin.cookie, id: admin.id}
		}
		seen := map[string]bool{}
		give := func(n int) {
			t.Helper()
			for i := range n {
				number := admin.made(map[string]any{"name": fmt.Sprint("客戶 ", len(seen), i)})
				if number == "" || seen[number] {
					t.Fatalf("%q was given twice", number)
				}
				seen[number] = true
			}
		}
		give(20) // quickly, so that many are reserved
		for n := 18; n < 50; n += 3 {
			number := fmt.Sprintf("C%06d", n)
			if !seen[number] {
				seen[number] = true
				other.made(map[string]any{"name": "手填 " + number, "number": number})
			}
		}
		give(25)
		id := other.add("customers", map[string]any{"name": "改號"})
		other.must(200, "PATCH", "customers/"+id, map[string]any{"number": "C000900"})
		seen["C000900"] = true
		give(3)
		answer := other.must(200, "POST", "customers/batch", map[string]any{"create": []any{
			map[string]any{"name": "一"}, map[string]any{"name": "二", "number": "C000950"}, map[string]any{"name": "三"}}})
		if fmt.Sprint(answer["created"]) != "3" {
			t.Errorf("the batch made %v", answer)
		}
		if next := other.made(map[string]any{"name": "再來"}); next <= "C000950" {
			t.Errorf("after C000950 comes %s", next)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("found: %v", found)
		}
	})
}

// A file that is only checked uses no numbers up, nor do its own raise the next.
func TestCheckingAFileUsesNoNumbersUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		before := admin.made(map[string]any{"name": "第一家"})
		var file strings.Builder
		file.WriteString("公司名稱,編號\n")
		for i := range 60 {
			number := ""
			if i%20 == 0 {
				number = fmt.Sprintf("C%06d", 700_000+i)
			}
			fmt.Fprintf(&file, "名單 %d,%s\n", i, number)
		}
		_, job := admin.upload("customer", "a.csv", []byte(file.String()))
		id, _ := job["id"].(string)
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"columns": []map[string]any{{"index": 1, "field": "number"}}})
		if checked := admin.finished(id, "check", "checked"); strings.HasPrefix(totals(checked), "60 0 0 0") == false {
			t.Errorf("checked: %v", checked)
		}
		if after := admin.made(map[string]any{"name": "第二家"}); before != "C000001" || after > "C000004" {
			t.Errorf("%s, then %s", before, after)
		}
	})
}

// Numbers without gaps are those of the records that there are, whoever failed
// meanwhile.
func TestGaplessNumbersLeaveNoneOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_invoice", "type": "autonumber", "labels": "發票號", "prefix": "INV", "unique": true, "gapless": true})
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "labels": "代號", "unique": true})
		var group sync.WaitGroup
		for n := range 4 {
			group.Go(func() {
				for i := range 5 {
					// Two of four have the same code: one is refused after the number was drawn.
					admin.call("POST", "customers", map[string]any{"name": fmt.Sprint("客戶 ", n, i), "x_code": fmt.Sprint(n/2, i)})
				}
			})
		}
		group.Wait()
		records := list(admin.must(200, "GET", "customers?limit=100&sort=x_invoice&fields=x_invoice", nil)["records"])
		if len(records) != 10 {
			t.Fatalf("%d were made", len(records))
		}
		for i, r := range records {
			r, _ := r.(map[string]any)
			if want := fmt.Sprintf("INV%06d", i+1); r["x_invoice"] != want {
				t.Errorf("%v stands where %s should", r["x_invoice"], want)
			}
		}
	})
}
