package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// bring uploads a file, runs the import as it was guessed, and answers where the
// columns went and what came of it.
func (p *person) bring(object, name, content string) (fields, made string) {
	p.w.t.Helper()
	status, job := p.upload(object, name, []byte(content))
	if status != 201 {
		p.w.t.Fatalf("%s: upload answered %d %v", name, status, job)
	}
	id := fmt.Sprint(job["id"])
	checked := totals(p.finished(id, "check", "checked"))
	done := p.finished(id, "run", "done")
	if got := totals(done); got != checked {
		p.w.t.Errorf("%s: the dry run told %s, the run made %s: %v", name, checked, got, done["problems"])
	}
	return fieldsOf(job), totals(done)
}

// ofEach tells a field of each record by name.
func (p *person) ofEach(plural, field string) string {
	p.w.t.Helper()
	var told []string
	for _, one := range list(p.must(200, "GET", plural+"?sort=created_at,id", nil)["records"]) {
		r, _ := one.(map[string]any)
		value := r[field]
		if m, ok := value.(map[string]any); ok {
			value = m["label"]
		}
		told = append(told, fmt.Sprintf("%v=%v", r["name"], value))
	}
	return strings.Join(told, " ")
}

func TestNumbersOfAnotherProgramTellRecordsApartAndKnowThemAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		accounts := "Account ID,Account Name,Industry\n7,King,Steel\n8,King,Paper\n9,Queen,\n"
		fields, made := admin.bring("auto", "crm-accounts.csv", accounts)
		if fields != "Account_ID=external_ids Account_Name=name Industry=industry" || made != "3 0 0 0" {
			t.Errorf("columns went %s; made, updated, skipped, refused: %s", fields, made)
		}
		if got := admin.ofEach("customers", "external_ids"); got != "King=[crm-accounts:7] King=[crm-accounts:8] Queen=[crm-accounts:9]" {
			t.Errorf("the customers have the numbers %s", got)
		}
		// The same again, under another name and with something new.
		_, made = admin.bring("auto", "accounts of june.csv", strings.Replace(accounts, "Queen,", "Queen,Wood", 1))
		if made != "0 3 0 0" {
			t.Errorf("again: made, updated, skipped, refused: %s", made)
		}
		if got := admin.ofEach("customers", "industry"); got != "King=Steel King=Paper Queen=Wood" {
			t.Errorf("the customers are in %s", got)
		}
		// Whoever refers to them by number is linked, also where a name is given that several have.
		fields, made = admin.bring("auto", "crm-contacts.csv", "Contact ID,First Name,Last Name,Account ID,Account Name\n1,Ann,Low,8,King\n2,Bob,High,9,Queen\n3,Cid,Mid,77,Jack\n")
		if fields != "Contact_ID=external_ids First_Name=given_name Last_Name=family_name Account_ID=customer.external_ids Account_Name=customer" || made != "3 0 0 0" {
			t.Errorf("columns went %s; made, updated, skipped, refused: %s", fields, made)
		}
		if got := admin.ofEach("contacts", "customer"); got != "Ann Low=King Bob High=Queen Cid Mid=Jack" {
			t.Errorf("the contacts are of %s", got)
		}
		if got := namesOf(admin.must(200, "GET", "contacts?filter="+url.QueryEscape(`customer.industry = "Paper"`), nil)); strings.Join(got, ",") != "Ann Low" {
			t.Errorf("of the second King are %v", got)
		}
		// A lead's number is no account's, though leads are customers here.
		fields, _ = admin.bring("opportunity", "crm-deals.csv", "Deal Name,Lead ID\nOne,7\nTwo,7\n")
		if fields != "Deal_Name=name Lead_ID=-" {
			t.Errorf("columns went %s", fields)
		}
		// Another program counts from one too.
		_, made = admin.bring("customer", "shop.csv", "Customer ID,Company\n7,Other\n8,Firms\n")
		if made != "2 0 0 0" {
			t.Errorf("of another program: made, updated, skipped, refused: %s", made)
		}
		// A customer of ours is the one of that name in the other program.
		admin.add("customers", map[string]any{"name": "Ours", "external_ids": []string{"ledger:55"}})
		_, made = admin.bring("customer", "shop.csv", "Customer ID,Company\n7,Other\n8,Firms\n9,Ours\n")
		if made != "0 3 0 0" {
			t.Errorf("with one of ours: made, updated, skipped, refused: %s", made)
		}
		if got := admin.ofEach("customers", "external_ids"); !strings.Contains(got, "Ours=[ledger:55 shop:9]") {
			t.Errorf("the customers have the numbers %s", got)
		}
	})
}

func TestSalesforceNumbersAreKnownByTheirLook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.bring("customer", "a.csv", "ID,NAME\n0010000000abcDEAAY,Alpha\n0010000000abcDFAAY,Beta\n")
		if got := admin.ofEach("customers", "external_ids"); got != "Alpha=[Salesforce:0010000000abcDE] Beta=[Salesforce:0010000000abcDF]" {
			t.Errorf("the customers have the numbers %s", got)
		}
		admin.bring("opportunity", "b.csv", "Opportunity Name,Account ID\nDeal,0010000000abcDF\n")
		if got := admin.ofEach("opportunities", "customer"); got != "Deal=Beta" {
			t.Errorf("the deal is of %s", got)
		}
	})
}

func TestNumbersThatSayNothingStayOut(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for content, want := range map[string]string{
		"Customer Code,Company\nA,One\nA,Two\nB,Three\n":                            "Customer_Code=number Company=name",
		"First Name,Last Name,Company,Account ID\nAnn,Low,Acme,5\nBob,High,Bit,6\n": "First_Name=given_name Last_Name=family_name Company=customer Account_ID=-",
		"Customer ID,First Name,Last Name\n5,Ann,Low\n6,Bob,High\n":                 "Customer_ID=external_ids First_Name=given_name Last_Name=family_name",
		"外部編號,名稱\nA:1,甲公司\nB:2,乙公司\n":                                               "外部編號=external_ids 名稱=name",
		"客戶編號,客戶名稱\nK1,甲公司\nK2,乙公司\n":                                               "客戶編號=external_ids 客戶名稱=name",
	} {
		status, job := admin.upload("auto", "file.csv", []byte(content))
		if got := fieldsOf(job); status != 201 || got != want {
			t.Errorf("%q went %s, not %s", content, got, want)
		}
	}
}

func TestRowFillsTheRecordThatAnEarlierRowMadeByName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		status, job := admin.upload("customer", "groups.csv", []byte("Account,Parent Company,Industry\nLeaf,Root,Paper\nRoot,,Steel\nRoot,,Wood\n"))
		id := fmt.Sprint(job["id"])
		if status != 201 || fieldsOf(job) != "Account=name Parent_Company=parent Industry=industry" {
			t.Fatalf("upload answered %d, columns went %s", status, fieldsOf(job))
		}
		checked, done := totals(admin.finished(id, "check", "checked")), totals(admin.finished(id, "run", "done"))
		if checked != "2 0 1 0" || done != checked {
			t.Errorf("made, updated, skipped, refused: dry run %s, run %s", checked, done)
		}
		if got := admin.ofEach("customers", "industry"); got != "Root=Steel Leaf=Paper" {
			t.Errorf("the customers are in %s", got)
		}
		admin.finished(id, "undo", "undone")
		if got := admin.names("customers"); got != "" {
			t.Errorf("the undo left %q", got)
		}
	})
}

func TestUpdateByNumberNeedsNoNameAndChangesNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.bring("customer", "shop.csv", "Customer ID,Company,Industry\n7,Seven,Steel\n8,Eight,Paper\n")
		fields, made := admin.bring("customer", "shop.csv", "Customer ID,Industry\n7,Wood\n8,Paper\n9,Glass\n")
		if fields != "Customer_ID=external_ids Industry=industry" || made != "1 2 0 0" {
			t.Errorf("columns went %s; made, updated, skipped, refused: %s", fields, made)
		}
		if got := admin.ofEach("customers", "industry"); got != "Seven=Wood Eight=Paper 9=Glass" {
			t.Errorf("the customers are in %s", got)
		}
		admin.bring("contact", "people.csv", "Name,E-mail\nAnn Low,ann@example.com\n")
		status, job := admin.upload("contact", "more.csv", []byte("E-mail,Phone\nann@example.com,02-2345-6789\n"))
		id := fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"duplicates": map[string]any{"keys": []string{"mails"}, "rule": "update"}})
		if done := admin.finished(id, "run", "done"); status != 201 || totals(done) != "0 1 0 0" {
			t.Errorf("made, updated, skipped, refused: %s", totals(done))
		}
		if got := admin.names("contacts"); got != "Ann Low" {
			t.Errorf("the contact is called %q now", got)
		}
	})
}
