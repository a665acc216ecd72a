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
