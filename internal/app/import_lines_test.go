package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// order is delivery with a number of the other side's, by which a file knows its
// records.
func order() record.Module {
	m := delivery()
	m.Objects[0].Fields = append(m.Objects[0].Fields, &schema.Field{Name: "reference", Type: "text", Label: schema.T("單號", "单号", "Reference"), Unique: true})
	return m
}

// deliveries lists all of them by title and rows.
func (p *person) deliveries() string {
	p.w.t.Helper()
	var all []string
	records, _ := p.must(200, "GET", "deliveries?sort=title&limit=100", nil)["records"].([]any)
	for _, r := range records {
		one, _ := r.(map[string]any)
		all = append(all, fmt.Sprintf("%v[%s]", one["title"], articles(itemsOf(one))))
	}
	return strings.Join(all, " ")
}

// only is the first record of a list.
func only(list map[string]any) map[string]any {
	one, _ := at(list, "records", 0).(map[string]any)
	return one
}

// faults lists the problems of an import by row, column and code.
func faults(job map[string]any) string {
	problems, _ := job["problems"].([]any)
	var all []string
	for _, p := range problems {
		one, _ := p.(map[string]any)
		mark := "!"
		if one["warning"] == true {
			mark = "?"
		}
		all = append(all, fmt.Sprintf("%v%s%v:%v", one["row"], mark, one["column"], one["code"]))
	}
	return strings.Join(all, " ")
}

func TestSeveralRowsOfAFileMakeOneRecordWithRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, order())
		admin := w.setUp()
		admin.add("customers", map[string]any{"name": "買方公司"})
		admin.add("deliveries", map[string]any{"title": "舊單", "reference": "S-9", "items": []map[string]any{{"article": "舊", "quantity": 1}}})
		file := "單號,主旨,品項 品名,數量,品項 買方,單位\n" +
			"S-1,甲單,螺絲,10,買方公司,箱\n" + // row 2
			"S-1,甲單,螺帽,20,,\n" +
			",,墊片,30,,個\n" + // says nothing of the record: goes on
			"S-2,乙單,木板,many,,\n" + // row 5: quantity is needed and no number
			"S-2,乙單,鐵釘,5,,\n" +
			"S-3,丙單,紙箱,7,沒有這家,\n" + // row 7: the buyer is left out
			"S-3,不同,膠帶,8,,\n" + // row 8: the title differs
			"S-4,丁單,,,,\n" + // a record without rows
			"S-9,舊單,新,2,,\n" +
			"S-5,戊單,無量,,,\n" + // row 11: no quantity
			"S-1,甲單,補件,1,,\n" // row 12: the first again, further down
		status, job := admin.upload("delivery", "orders.csv", []byte(file))
		if status != 201 {
			t.Fatalf("the upload answered %d %v", status, job)
		}
		var fields []string
		for i := range 6 {
			fields = append(fields, fmt.Sprint(at(job, "columns", i, "field")))
		}
		if got := strings.Join(fields, " "); got != "reference title items.article items.quantity items.buyer items.unit" {
			t.Fatalf("the columns were guessed to be %s", got)
		}
		id := fmt.Sprint(job["id"])
		if keys := fmt.Sprint(at(job, "duplicates", "keys")); keys != "[reference]" {
			t.Errorf("the rows are known by %s", keys)
		}
		admin.must(422, "PATCH", "imports/"+id, map[string]any{"columns": []map[string]any{{"index": 2, "field": "items.nothing"}}})
		admin.must(422, "PATCH", "imports/"+id, map[string]any{"columns": []map[string]any{{"index": 2, "field": "items"}}})
		const want = "5!數量:not_a_number 6!:row_of_refused 7?品項 買方:no_such_record 8?主旨:row_differs 11!數量:required"
		before := admin.deliveries()
		checked := admin.finished(id, "check", "checked")
		if got := faults(checked); got != want {
			t.Errorf("the dry run tells\n%s, want\n%s", got, want)
		}
		if now := admin.deliveries(); now != before {
			t.Errorf("the dry run left %s", now)
		}
		done := admin.finished(id, "run", "done")
		if got := faults(done); got != want {
			t.Errorf("the run tells\n%s, want\n%s", got, want)
		}
		if got := fmt.Sprint(done["created"], done["updated"], done["skipped"], done["failed"], done["continued"], done["done"]); got != "3 1 1 3 3 11" {
			t.Errorf("the run counts %s", got)
		}
		if got := admin.deliveries(); got != "丁單[] 丙單[紙箱×7 膠帶×8] 甲單[螺絲×10 螺帽×20 墊片×30 補件×1] 舊單[舊×1]" {
			t.Errorf("the run made %s", got)
		}
		first := itemsOf(only(admin.must(200, "GET", "deliveries?filter=reference%20%3D%20%22S-1%22", nil)))
		row, _ := first[0].(map[string]any)
		if row["unit"] != "box" || at(row, "buyer", "label") != "買方公司" || at(first, 1, "unit") != "piece" {
			t.Errorf("the rows read %v", first)
		}
		_, problems := admin.raw("GET", "/api/v1/imports/"+id+"/problems.csv", "", nil)
		if !strings.Contains(problems, "乙單,木板") || !strings.Contains(problems, "乙單,鐵釘") {
			t.Errorf("the file of problems has not the whole record: %s", problems)
		}
		admin.finished(id, "undo", "undone")
		if now := admin.deliveries(); now != before {
			t.Errorf("the undo left %s", now)
		}

		// Rows of a file that is to update stand for those there are.
		status, job = admin.upload("delivery", "again.csv", []byte("單號,主旨,品項 品名,品項 數量\nS-9,舊單,一,1\nS-9,舊單,二,2\n"))
		if status != 201 {
			t.Fatal(job)
		}
		id = fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"duplicates": map[string]any{"keys": []string{"reference"}, "rule": "update"}})
		admin.finished(id, "run", "done")
		if now := admin.deliveries(); now != "舊單[一×1 二×2]" {
			t.Errorf("the update made %s", now)
		}
		admin.finished(id, "undo", "undone")
		if now := admin.deliveries(); now != before {
			t.Errorf("the undo of the update left %s", now)
		}
	})
}

func TestARecordHasNoMoreRowsThanItMayFromAFileEither(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), order())
	admin := w.setUp()
	var file strings.Builder
	file.WriteString("單號,主旨,品項 品名,品項 數量\n")
	for i := range schema.MaxLines {
		fmt.Fprintf(&file, "A,全,%d,1\n", i)
	}
	for i := range schema.MaxLines + 1 {
		fmt.Fprintf(&file, "B,多,%d,1\n", i)
	}
	_, job := admin.upload("delivery", "many.csv", []byte(file.String()))
	done := admin.finished(fmt.Sprint(job["id"]), "run", "done")
	if got := fmt.Sprint(done["created"], done["continued"], done["failed"], done["done"]); got != "1 999 1001 2001" {
		t.Errorf("the run counts %s", got)
	}
	if n := len(itemsOf(only(admin.must(200, "GET", "deliveries", nil)))); n != schema.MaxLines {
		t.Errorf("the first has %d rows", n)
	}
}

func TestExportWithRowsIntoAnEmptyCompanyIsEqual(t *testing.T) {
	for _, c := range []struct{ format, language string }{{"csv", "zh-TW"}, {"xlsx", "zh-CN"}, {"csv", "en"}} {
		t.Run(c.format+" "+c.language, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, dsn string) {
				w := newWorld(t, dsn, order())
				admin := w.setUp()
				w.work()
				buyer := admin.add("customers", map[string]any{"name": "買方公司"})
				admin.add("deliveries", map[string]any{"title": "一", "reference": "S-1", "remark": "a, \"b\"\nc", "items": []map[string]any{
					{"article": "=螺絲", "quantity": -3, "buyer": buyer, "price": map[string]string{"amount": "12.3456"}, "unit": "box"},
					{"article": "螺帽", "quantity": 0, "price": map[string]string{"amount": "0.5", "currency": "USD"}},
				}})
				admin.add("deliveries", map[string]any{"title": "二", "reference": "S-2"})
				admin.add("deliveries", map[string]any{"title": "一", "reference": "S-3", "items": []map[string]any{{"article": "螺絲", "quantity": 1}, {"article": "螺絲", "quantity": 1}}})
				admin.must(200, "PATCH", "me", map[string]any{"language": c.language})
				id := admin.begin("deliveries/actions/export", map[string]any{"format": c.format, "sort": "reference", "fields": []string{"title", "reference", "remark", "items"}})
				if job := admin.ended(id); job["state"] != "done" {
					t.Fatalf("the export ended as %v", job)
				}
				_, _, file := admin.download(id)
				content := func(p *person) string {
					records, _ := p.must(200, "GET", "deliveries?sort=reference&fields=title,reference,remark,items", nil)["records"].([]any)
					for _, r := range records {
						one, _ := r.(map[string]any)
						delete(one, "id")
						delete(one, "version")
						for _, item := range itemsOf(one) {
							row, _ := item.(map[string]any)
							delete(row, "id")
							row["buyer"] = at(row, "buyer", "label")
						}
					}
					b, err := json.Marshal(records)
					if err != nil {
						t.Fatal(err)
					}
					return string(b)
				}
				before := content(admin)
				empty := newWorld(t, another(t, dsn), order())
				other := empty.setUp()
				other.add("customers", map[string]any{"name": "買方公司"})
				other.must(200, "PATCH", "me", map[string]any{"language": c.language})
				status, job := other.upload("delivery", "deliveries."+c.format, file)
				if status != 201 {
					t.Fatalf("the upload answered %d %v", status, job)
				}
				done := other.finished(fmt.Sprint(job["id"]), "run", "done")
				if after := content(other); after != before {
					t.Errorf("not equal:\n%s\n%s\n%v", before, after, faults(done))
				}
			})
		})
	}
}
