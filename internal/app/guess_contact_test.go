package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// fields tells where the columns of an uploaded file go: header=field, "-" where
// a column stays out.
func fieldsOf(job map[string]any) string {
	var pairs []string
	for _, one := range list(job["columns"]) {
		c, _ := one.(map[string]any)
		field := fmt.Sprint(c["field"])
		if field == "" {
			field = "-"
		}
		pairs = append(pairs, strings.ReplaceAll(fmt.Sprint(c["header"]), " ", "_")+"="+field)
	}
	return strings.Join(pairs, " ")
}

func TestContactComesInWithAddressPageGenderAndSource(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		status, job := admin.upload("contact", "people.csv", []byte("First Name,Last Name,Street,City,Postal Code,Country,Website,Gender,Lead Source\nAda,Lovelace,12 St James Square,London,SW1Y 4JH,United Kingdom,https://example.com/ada,Female,Referral\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		if got, want := fieldsOf(job), "First_Name=given_name Last_Name=family_name Street=address.street City=address.city Postal_Code=address.zip Country=address.country Website=website Gender=gender Lead_Source=source"; got != want {
			t.Errorf("columns went\n%s\nnot\n%s", got, want)
		}
		if done := admin.finished(fmt.Sprint(job["id"]), "run", "done"); totals(done) != "1 0 0 0" || done["warned"] != float64(0) {
			t.Errorf("made, updated, skipped, refused: %s; %v", totals(done), done["problems"])
		}
		one, _ := list(admin.must(200, "GET", "contacts", nil)["records"])[0].(map[string]any)
		address, _ := one["address"].(map[string]any)
		if address["city"] != "London" || address["zip"] != "SW1Y 4JH" || one["gender"] != "female" || one["source"] != "referral" || one["website"] != "https://example.com/ada" {
			t.Errorf("the contact came in as %v", one)
		}
	})
}
