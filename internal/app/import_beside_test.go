package app

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/local"
)

// groupsOf tells the problems of an import: code of column times count.
func groupsOf(job map[string]any) string {
	var all []string
	for _, one := range list(job["groups"]) {
		g, _ := one.(map[string]any)
		all = append(all, fmt.Sprintf("%v(%v)x%v", g["code"], g["column"], g["count"]))
	}
	return strings.Join(all, " ")
}

func (p *person) records(plural string) []map[string]any {
	p.w.t.Helper()
	var all []map[string]any
	for _, one := range list(p.must(200, "GET", plural, nil)["records"]) {
		r, _ := one.(map[string]any)
		all = append(all, r)
	}
	return all
}

func (p *person) record(plural, name string) map[string]any {
	p.w.t.Helper()
	for _, r := range p.records(plural) {
		if r["name"] == name {
			return r
		}
	}
	p.w.t.Fatalf("there is no %s among %s", name, plural)
	return nil
}

func label(v any) string {
	ref, _ := v.(map[string]any)
	return fmt.Sprint(ref["label"])
}

// One file of deals names the customer and the person: both are found or made, and
// the person takes part in the deal.
func TestDealsComeInWithCustomerAndContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		there := admin.add("customers", map[string]any{"name": "甲公司"})
		admin.add("contacts", map[string]any{"name": "王大明", "customer": there})
		status, job := admin.upload("auto", "deals.csv", []byte("Deal Name,Account Name,Contact Name,Contact Email,Contact Phone,Stage,Amount,Close Date\n"+
			"One,甲公司,王大明,wang@example.com,02-2345-6789,Proposal,100,2026-03-01\n"+
			"Two,甲公司,李小華,lee@example.com,,Won,200,2026-03-02\n"+
			"Three,乙公司,陳一,,,Won,300,2026-03-02\n"+
			"Four,乙公司,,,,Won,300,2026-03-02\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		if got, want := fieldsOf(job), "Deal_Name=name Account_Name=customer Contact_Name=contact.name Contact_Email=contact.mails Contact_Phone=contact.phones Stage=stage Amount=amount Close_Date=expected_close"; got != want {
			t.Errorf("columns went\n%s\nnot\n%s", got, want)
		}
		id := fmt.Sprint(job["id"])
		checked := admin.finished(id, "check", "checked")
		done := admin.finished(id, "run", "done")
		for _, j := range []map[string]any{checked, done} {
			if got := totals(j); got != "4 0 0 0" || j["warned"] != float64(0) {
				t.Errorf("%v: made, updated, skipped, refused: %s; %v", j["state"], got, j["problems"])
			}
		}
		if got := admin.names("contacts?sort=name"); len(strings.Fields(got)) != 3 {
			t.Errorf("the contacts are %s", got)
		}
		if got := label(admin.record("contacts", "陳一")["customer"]); got != "乙公司" {
			t.Errorf("the new contact is at %s", got)
		}
		var links []string
		for _, l := range admin.records("opportunity_contacts") {
			links = append(links, label(l["opportunity"])+"="+label(l["contact"]))
		}
		if got := strings.Join(links, " "); len(links) != 3 || !strings.Contains(got, "One=王大明") || !strings.Contains(got, "Two=李小華") || !strings.Contains(got, "Three=陳一") {
			t.Errorf("who takes part: %s", got)
		}
		// The same file again makes nothing twice.
		admin.finished(id, "undo", "undone")
		if got := admin.names("contacts"); got != "王大明" {
			t.Errorf("after the undo there are the contacts %s", got)
		}
		if got := admin.names("customers"); got != "甲公司" {
			t.Errorf("after the undo there are the customers %s", got)
		}
		if got := len(admin.records("opportunity_contacts")); got != 0 {
			t.Errorf("after the undo %d links are left", got)
		}
	})
}

// What a file of people tells of their company goes onto the company: all of it on
// one that is made, on one that is there only where nothing stands, and that is told.
func TestCompanyFactsOfAContactFileGoOntoTheCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.add("customers", map[string]any{"name": "舊公司", "industry": "食品", "phones": []any{"02-1111-2222"}})
		status, job := admin.upload("contact", "people.csv", []byte("姓名,公司,手機,公司電話,公司地址,產業,統一編號,員工人數,Company Website,Lead Status\n"+
			"王大明,新公司,0912-345-678,02-2345-6789,台北市信義區市府路1號,半導體,04595257,120,https://new.example.com,Qualified\n"+
			"李小華,新公司,0922-345-678,02-2345-6789,台北市信義區市府路1號,半導體,04595257,120,https://new.example.com,Qualified\n"+
			"陳一,舊公司,0932-345-678,02-9999-8888,台中市西屯區文心路2號,紡織,,50,,\n"+
			"林二,,0942-345-678,,,電子,,,,\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		if got, want := fieldsOf(job), "姓名=name 公司=customer 手機=phones 公司電話=customer.phones 公司地址=customer.address 產業=customer.industry 統一編號=customer.tax_number 員工人數=customer.employees Company_Website=customer.website Lead_Status=customer.status"; got != want {
			t.Errorf("columns went\n%s\nnot\n%s", got, want)
		}
		id := fmt.Sprint(job["id"])
		checked, done := admin.finished(id, "check", "checked"), admin.finished(id, "run", "done")
		for _, j := range []map[string]any{checked, done} {
			if got, want := totals(j)+" "+groupsOf(j), "4 0 0 0 kept_there(產業)x1 kept_there(公司電話)x1 named_nobody(產業)x1"; got != want {
				t.Errorf("%v: %s, not %s", j["state"], got, want)
			}
		}
		made := admin.record("customers", "新公司")
		if made["industry"] != "半導體" || made["tax_number"] != "04595257" || made["employees"] != float64(120) || made["website"] != "https://new.example.com" || made["status"] != "potential" || !strings.Contains(fmt.Sprint(made["phones"]), "02-2345-6789") || !strings.Contains(fmt.Sprint(made["address"]), "市府路") {
			t.Errorf("the company was made as %v", made)
		}
		old := admin.record("customers", "舊公司")
		if old["industry"] != "食品" || old["employees"] != float64(50) || !strings.Contains(fmt.Sprint(old["phones"]), "1111") || strings.Contains(fmt.Sprint(old["phones"]), "9999") || !strings.Contains(fmt.Sprint(old["address"]), "文心路") {
			t.Errorf("the company that was there is now %v", old)
		}
		admin.finished(id, "undo", "undone")
		if old := admin.record("customers", "舊公司"); old["employees"] != nil || old["address"] != nil || old["industry"] != "食品" {
			t.Errorf("the undo left %v", old)
		}
		if got := admin.names("customers"); got != "舊公司" {
			t.Errorf("after the undo there are %s", got)
		}
	})
}

// Nobody writes through a file of contacts what he may not write by hand.
func TestCompanyFactsAreNotWrittenOntoWhatIsNotOnes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		others := admin.add("customers", map[string]any{"name": "別人的公司"})
		admin.must(201, "POST", "customers/"+others+"/shares", map[string]any{"user": people["seller"].id})
		_, done := people["seller"].imported("contact", "姓名,公司,產業\n王大明,別人的公司,紡織\n")
		if got := admin.record("customers", "別人的公司")["industry"]; got != nil {
			t.Errorf("the industry became %v: %s %s", got, totals(done), groupsOf(done))
		}
	})
}

// The telephone with an extension is the one on somebody's desk.
func TestCompanyPhoneWithExtensionStaysWithThePerson(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	_, job := admin.upload("contact", "people.csv", []byte("姓名,公司,手機,公司電話\n王大明,新公司,0912-345-678,02-2345-6789 分機 12\n"))
	if got, want := fieldsOf(job), "姓名=name 公司=customer 手機=phones 公司電話=phones"; got != want {
		t.Errorf("columns went %s", got)
	}
	_, job = admin.upload("contact", "people.csv", []byte("姓名,公司,公司電話\n王大明,新公司,02-2345-6789\n"))
	if got, want := fieldsOf(job), "姓名=name 公司=customer 公司電話=phones"; got != want {
		t.Errorf("the only number went %s", got)
	}
}

// How far somebody is has no place where no company is named, and that is said.
func TestStatusOfAPersonWithoutACompanyIsSaidToHaveNoPlace(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	_, job := admin.upload("contact", "leads.csv", []byte("First Name,Last Name,Email,Lead Status\nAda,Lovelace,ada@example.com,Working\n"))
	if got := fieldsOf(job); !strings.Contains(got, "Lead_Status=-") || !strings.Contains(fmt.Sprint(job["warnings"]), "file_stage_unkept") {
		t.Errorf("columns went %s; %v", got, job["warnings"])
	}
}

// Extensions come in however they are written, and go out and come back in one form.
func TestExtensionsAndLabelsComeBackFromAnExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.imported("customer", "公司名稱,電話\n甲公司,02-2345-6789分機12\n乙公司,\"02-2345-6789 ext. 12\"\n丙公司,02-2345-6789＃12\n")
		admin.add("customers", map[string]any{"name": "丁公司", "phones": []any{map[string]any{"label": "HQ, 2F; 總機", "value": "02-2345-6789 x12"}}, "mails": []any{map[string]any{"label": "Sales, Asia", "value": "a@example.com"}}})
		before := map[string]string{}
		for _, c := range admin.records("customers") {
			before[fmt.Sprint(c["name"])] = fmt.Sprint(c["phones"], c["mails"])
			if !strings.Contains(fmt.Sprint(c["phones"]), "02-2345-6789#12") {
				t.Errorf("%v has %v", c["name"], c["phones"])
			}
		}
		for language, want := range map[string]string{"zh-TW": "02-2345-6789 分機 12", "zh-CN": "02-2345-6789 分机 12", "en": "02-2345-6789 ext. 12"} {
			admin.must(200, "PATCH", "me", map[string]any{"language": language})
			var written strings.Builder
			if err := csv.NewWriter(&written).WriteAll(admin.exported(map[string]any{"fields": []string{"name", "phones", "mails"}})); err != nil {
				t.Fatal(err)
			}
			file := written.String()
			if strings.Count(file, want) != 4 {
				t.Errorf("the export in %s is\n%s", language, file)
			}
			other := newWorld(t, dbtest.SQLite(t)).setUp()
			other.imported("customer", file)
			for _, c := range other.records("customers") {
				if got := fmt.Sprint(c["phones"], c["mails"]); got != before[fmt.Sprint(c["name"])] {
					t.Errorf("%v came back with %s, not %s", c["name"], got, before[fmt.Sprint(c["name"])])
				}
			}
		}
	})
}

func TestBirthdayInPartsIsJoined(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	status, job := admin.upload("contact", "people.csv", []byte("First Name,Last Name,Birth Year,Birth Month,Birth Day\nAda,One,1970,11,15\nBea,Two,,2,29\nCem,Three,1980,,\nDan,Four,,,\nEve,Five,1990,13,1\n"))
	if got, want := fieldsOf(job), "First_Name=given_name Last_Name=family_name Birth_Year=birthday.year Birth_Month=birthday.month Birth_Day=birthday.day"; status != 201 || got != want {
		t.Fatalf("columns went %s", got)
	}
	done := admin.finished(fmt.Sprint(job["id"]), "run", "done")
	if got := totals(done) + " " + groupsOf(done); got != "5 0 0 0 not_a_birthday(Birth Year)x2" {
		t.Errorf("the run told %s", got)
	}
	born := func(name string) local.Birthday {
		parts, _ := admin.record("contacts", name)["birthday"].(map[string]any)
		n := func(part string) int { v, _ := parts[part].(float64); return int(v) }
		return local.Birthday{Year: n("year"), Month: n("month"), Day: n("day")}
	}
	if got := born("Ada One"); got != (local.Birthday{Year: 1970, Month: 11, Day: 15}) {
		t.Errorf("the birthday is %v", got)
	}
	if got := born("Bea Two"); got != (local.Birthday{Month: 2, Day: 29}) {
		t.Errorf("the birthday without a year is %v", got)
	}
}

// What a program numbers as the second and third of several is kept too.
func TestFurtherAddressesPhonesAndMailsAreKept(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	_, done := admin.imported("contact", "First name,Last name,Emails 1 Email,Emails 2 Email,Phones 1 Phone,Phones 2 Phone,Addresses 1 Street,Addresses 1 City,Addresses 2 Street,Addresses 2 City,Addresses 3 Street,Addresses 3 City\n"+
		"Jerry,Coleman,a@example.com,b@example.com,585-255-1127,914-412-0298,1215 Caldwell Road,Rochester,4677 Pallet Street,New York,52 Jarvisville Road,Mineola\n")
	if got := totals(done); got != "1 0 0 0" {
		t.Fatalf("made, updated, skipped, refused: %s; %v", got, done["problems"])
	}
	one := admin.record("contacts", "Jerry Coleman")
	for field, wants := range map[string][]string{"mails": {"a@example.com", "b@example.com"}, "phones": {"585-255-1127", "914-412-0298"}, "address": {"1215 Caldwell Road", "Rochester"}, "home_address": {"4677 Pallet Street", "New York"}, "note": {"Addresses 3 Street: 52 Jarvisville Road", "Addresses 3 City: Mineola"}} {
		for _, want := range wants {
			if !strings.Contains(fmt.Sprint(one[field]), want) {
				t.Errorf("%s is %v, without %s", field, one[field], want)
			}
		}
	}
}

// A column of another program's ids of people is told once, not for every row.
func TestColumnOfForeignIdsWarnsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		file := "NAME,OWNERID,ANNUALREVENUE\n"
		for n := range 1200 {
			file += fmt.Sprintf("Firm %d,005x0000000fNS%d,5\n", n, n%10)
		}
		id, done := admin.imported("customer", file, map[string]any{"columns": []map[string]any{{"index": 1, "field": "owner"}}})
		if got := totals(done) + " " + groupsOf(done); got != "1200 0 0 0 foreign_id(OWNERID)x1" || done["warned"] != float64(1) {
			t.Errorf("%s: the run told %s, warned of %v rows", id, got, done["warned"])
		}
	})
}
