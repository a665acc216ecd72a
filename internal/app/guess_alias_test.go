package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestColumnIsKnownByTheAliasesOfItsField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_floor", "type": "text", "labels": "樓層", "aliases": []string{" Etage ", "floor no"}})
		admin.must(200, "PATCH", "objects/customer/fields/industry", map[string]any{"aliases": []string{"Gewerk"}})
		mapped := func(header string) string {
			status, job := admin.upload("customer", "file.csv", []byte("Company,"+header+"\nAcme,7\nBeta,8\n"))
			if status != 201 {
				t.Fatalf("upload answered %d %v", status, job)
			}
			_, field, _ := strings.Cut(fieldsOf(job), " ")
			return field
		}
		for header, want := range map[string]string{
			"Etage": "x_floor", "Floor No. (Nr.)": "x_floor", "Gewerk": "industry", "產業別": "industry", "Customer Industry": "industry",
			"billing postcode": "billing_address.zip", "Ship To City": "shipping_address.city", "公司電話": "phones", "Kundenname 2": "-",
		} {
			if got := mapped(header); !strings.HasSuffix(got, "="+want) {
				t.Errorf("%q went to %q, not %s", header, got, want)
			}
		}
		aliases := func(who *person, field string) []string {
			for _, one := range list(who.must(200, "GET", "objects/customer", nil)["fields"]) {
				f, _ := one.(map[string]any)
				if f["name"] == field {
					var names []string
					for _, a := range list(f["aliases"]) {
						names = append(names, fmt.Sprint(a))
					}
					return names
				}
			}
			return nil
		}
		if got := aliases(admin, "x_floor"); !slices.Equal(got, []string{"Etage", "floor no"}) {
			t.Errorf("aliases came back as %v", got)
		}
		if got := aliases(admin, "industry"); !slices.Contains(got, "Gewerk") || !slices.Contains(got, "產業別") {
			t.Errorf("aliases of a declared field are %v", got)
		}
		if got := aliases(people["seller"], "industry"); got != nil {
			t.Errorf("who cannot change them is told %v", got)
		}
		admin.must(200, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{}})
		if got := mapped("Etage"); !strings.HasSuffix(got, "=-") {
			t.Errorf("an alias that was taken away still means %q", got)
		}
		admin.must(422, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{""}})
		admin.must(422, "PATCH", "objects/customer/fields/x_floor", map[string]any{"aliases": []string{strings.Repeat("長", 101)}})
	})
}
