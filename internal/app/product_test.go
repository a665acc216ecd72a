package app

import (
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
)

// A price list is known by its own words, whatever else has products, and what it does not name a
// currency for costs so much of the company's own.
func TestPriceListBecomesProductsInTheCompanysCurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		status, job := admin.upload("", "價目表 2026.csv", []byte("品號,品名,系列,單位,單價\nMX-1,影印機,辦公,台,\"86,500\"\nSV-1,維護,服務,年,12000.5\n"))
		if status != 201 || job["object"] != "product" {
			t.Fatalf("the list is taken for %v: %d", job["object"], status)
		}
		id := fmt.Sprint(job["id"])
		if done := admin.finished(id, "run", "done"); fmt.Sprint(done["created"], done["failed"]) != "2 0" {
			t.Fatalf("the run: %v %v", done["created"], done["problems"])
		}
		prices := ""
		records, _ := admin.must(200, "GET", "products?sort=code", nil)["records"].([]any)
		for _, r := range records {
			prices += fmt.Sprint(at(r, "category", "label"), " ", at(r, "prices", 0, "currency"), " ", at(r, "prices", 0, "price"), "; ")
		}
		if prices != "辦公 TWD 86500; 服務 TWD 12000.5; " {
			t.Errorf("they cost %s", prices)
		}
		fields, _ := admin.must(200, "GET", "objects/product", nil)["fields"].([]any)
		for _, f := range fields {
			if at(f, "name") == "prices" && at(f, "lines", 0, "default") != "TWD" {
				t.Errorf("a row of prices begins with %v", at(f, "lines", 0))
			}
		}
	})
}

// What a deal is about is no reason to refuse it: a product nobody has is told, and the deal comes in
// without it, by its number where the file has no name that tells it from others.
func TestDealsOfAnUnknownProductComeIn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	admin.add("products", map[string]any{"name": "GTX Pro", "prices": []map[string]any{{"price": "4821"}}})
	file := "opportunity_id,product,account,deal_stage,close_value,engage_quarter\n"
	for i := range 12 {
		file += fmt.Sprintf("Z%d,%s,公司%d,Prospecting,%d,Q%d 2016\n", i, []string{"GTX Pro", "GTXPro"}[i%2], i%3, i*100, i%6)
	}
	_, job := admin.upload("", "pipeline.csv", []byte(file))
	if job["object"] != "opportunity" {
		t.Fatalf("the file is taken for %v", job["object"])
	}
	done := admin.finished(fmt.Sprint(job["id"]), "run", "done")
	if got := fmt.Sprint(done["created"], done["failed"]); got != "12 0" || len(list(done["problems"])) < 6 {
		t.Fatalf("the run: %s %v", got, done["problems"])
	}
	with := 0
	for _, r := range list(admin.must(200, "GET", "opportunities?limit=50", nil)["records"]) {
		if name := fmt.Sprint(at(r, "name")); name[0] != 'Z' {
			t.Errorf("a deal is called %s", name)
		}
		with += len(list(at(r, "items")))
	}
	if with != 6 {
		t.Errorf("%d deals have their product", with)
	}
}
