package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ecrm/internal/dbtest"
	"ecrm/internal/tabular"
)

// naughty are texts that break programs: our own list, which the browser's tests type
// too, and the well-known one where it is at hand.
func naughty(t *testing.T) []string {
	t.Helper()
	var own, known []string
	body, err := os.ReadFile("../../e2e/testdata/naughty.json")
	if err == nil {
		err = json.Unmarshal(body, &own)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err = os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "hostile", "blns.json"))
	if err != nil {
		t.Logf("without the big list of naughty strings: %v", err)
		return own
	}
	if err := json.Unmarshal(body, &known); err != nil {
		t.Fatal(err)
	}
	return append(own, known...)
}

// shownAs is what a text of one line is kept as: without what no line holds, and
// without blanks around it.
func shownAs(s string) string {
	s = strings.NewReplacer("\n", " ", "\t", " ", "\r", "").Replace(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return -1
		}
		return r
	}, s))
	if !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cc) && !strings.ContainsRune("\u115f\u1160\u3164\uffa0", r)
	}) {
		return "" // nothing shows
	}
	return s
}

// naughtyBody fills every field of an object that holds words.
func naughtyBody(fields []any, text string) map[string]any {
	body := map[string]any{}
	for _, f := range fields {
		name := fmt.Sprint(at(f, "name"))
		if at(f, "access") == "read" || at(f, "system") == true || name == "language" || name == "time_zone" || name == "theme" || name == "density" {
			continue
		}
		switch at(f, "type") {
		case "text", "longtext":
			body[name] = text
		case "tags":
			body[name] = []string{text}
		case "phones":
			body[name] = []map[string]any{{"label": text, "value": "02-2345-6789"}}
		case "mails":
			body[name] = []map[string]any{{"label": text, "value": "a@example.com"}}
		case "address":
			body[name] = map[string]any{"street": text, "city": text, "district": text, "region": text, "zip": text}
		case "money":
			body[name] = map[string]any{"amount": "1", "currency": text}
		}
	}
	return body
}

// Every field that holds words takes every text or says why not; what was taken is what
// was sent, and is read, found, filtered and told of in the history.
func TestNaughtyTextsAreTakenAsTextInEveryField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		texts := append(naughty(t), strings.Repeat("長", 50_000), strings.Repeat("W", 50_000), strings.Repeat("e\u0301", 25_000))
		customer := admin.add("customers", map[string]any{"name": "甲"})
		// Other objects take some of the texts: the fields are of the same types.
		every, customers := 9, 1
		if os.Getenv("ECRM_LONG") != "" {
			every = 3
		} else if !strings.HasPrefix(dsn, "sqlite:") {
			customers = 3 // what a text becomes is no matter of the database
		}
		for _, object := range []string{"customer", "contact", "opportunity", "activity", "task", "department", "role"} {
			meta := admin.must(200, "GET", "objects/"+object, nil)
			plural, fields := fmt.Sprint(meta["plural"]), list(meta["fields"])
			for i, text := range texts {
				if object == "customer" && i%customers != 0 || object != "customer" && i%every != len(object)%every {
					continue
				}
				whole := naughtyBody(fields, text)
				if object == "activity" || object == "opportunity" || object == "contact" {
					whole["customer"] = customer
				}
				if object == "role" {
					delete(whole, "key")
				}
				delete(whole, "annual_revenue")
				if len(text) > 10_000 { // a request has a limit too
					whole = map[string]any{fmt.Sprint(meta["title_field"]): text, "note": text, "result": text, "customer": customer}
					for name := range whole {
						if fieldNamed(fields, name) == nil {
							delete(whole, name)
						}
					}
				}
				// What one field refuses must not hide the others.
				what := fmt.Sprintf("%s %.60q", object, text)
				status, answer := admin.call("POST", plural, whole)
				for tries := 0; status == 422 && tries < 12; tries++ {
					said, _ := json.Marshal(answer)
					saidWell(t, "zh-TW", what, status, string(said))
					for _, f := range list(answer["fields"]) {
						name, _, _ := strings.Cut(strings.Split(fmt.Sprint(at(f, "field")), "[")[0], ".")
						if name == fmt.Sprint(meta["title_field"]) {
							whole[name] = "甲"
						} else {
							delete(whole, name)
						}
					}
					status, answer = admin.call("POST", plural, whole)
				}
				if status != 201 {
					t.Errorf("%s answered %d %.300v", what, status, answer)
					continue
				}
				for name, sent := range whole {
					if s, ok := sent.(string); ok && s == text && shownAs(text) != "" {
						kept, _ := answer[name].(string)
						if at(fieldNamed(fields, name), "type") == "text" && kept != shownAs(text) && name != "salutation" && name != "name" {
							t.Errorf("%s: %s is kept as %.100q", what, name, kept)
						}
					}
				}
				id := fmt.Sprint(answer["id"])
				for _, path := range []string{"/" + id, "/" + id + "/history", "/" + id + "/timeline", "?limit=5&q=" + url.QueryEscape(text), "?limit=5&filter=" + url.QueryEscape("name ~ "+quoted(text)), "/duplicates?name=" + url.QueryEscape(text)} {
					if len(text) > 2000 && strings.Contains(path, "=") {
						path = strings.ReplaceAll(path, url.QueryEscape(text), url.QueryEscape(string([]rune(text)[:300])))
					}
					status, answer := admin.raw("GET", "/api/v1/"+plural+path, "", nil)
					saidWell(t, "zh-TW", what+" GET "+path, status, answer)
					if status == 200 && !json.Valid([]byte(answer)) {
						t.Errorf("%s: %.100s answers no JSON", what, path)
					}
				}
				if i%5 == 0 {
					status, answer := admin.raw("GET", "/api/v1/search?q="+url.QueryEscape(string([]rune(text)[:min(200, len([]rune(text)))])), "", nil)
					saidWell(t, "zh-TW", what+" search", status, answer)
				}
			}
		}
	})
}

func fieldNamed(fields []any, name string) any {
	i := slices.IndexFunc(fields, func(f any) bool { return at(f, "name") == name })
	if i < 0 {
		return nil
	}
	return fields[i]
}

// quoted is a text as the grammar of filters writes it.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// A file brings every text in as it stands, whatever kind of file it is.
func TestNaughtyTextsComeInFromFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		var texts []string
		for _, s := range naughty(t) {
			if shownAs(s) != "" && len([]rune(s)) <= 255 {
				texts = append(texts, s)
			}
		}
		texts = append(texts, strings.Repeat("長", 50_000))
		for _, format := range []string{"csv", "xlsx", "json"} {
			var file bytes.Buffer
			switch format {
			case "csv":
				out := csv.NewWriter(&file)
				_ = out.Write([]string{"公司名稱", "備註", "標籤"})
				for i, s := range texts {
					_ = out.Write([]string{fmt.Sprint("第", i, "號"), s, s})
				}
				out.Flush()
			case "xlsx":
				out, err := tabular.NewXLSXWriter(&file, "a", []string{"公司名稱", "備註", "標籤"}, tabular.XLSXOptions{})
				for i, s := range texts {
					if err == nil {
						err = out.WriteRow([]tabular.Cell{tabular.TextCell(fmt.Sprint("第", i, "號")), tabular.TextCell(s), tabular.TextCell(s)})
					}
				}
				if err != nil || out.Close() != nil {
					t.Fatal(err)
				}
			default:
				rows := []map[string]string{}
				for i, s := range texts {
					rows = append(rows, map[string]string{"公司名稱": fmt.Sprint("第", i, "號"), "備註": s, "標籤": s})
				}
				if err := json.NewEncoder(&file).Encode(rows); err != nil {
					t.Fatal(err)
				}
			}
			status, job := admin.upload("customer", "naughty."+format, file.Bytes())
			if status != 201 {
				t.Fatalf("%s: upload answered %d %v", format, status, job)
			}
			id := fmt.Sprint(job["id"])
			checked, done := admin.finished(id, "check", "checked"), admin.finished(id, "run", "done")
			if totals(checked) != totals(done) || done["failed"] != float64(0) || done["created"] != float64(len(texts)) {
				t.Errorf("%s: checked %s, run %s of %d", format, totals(checked), totals(done), len(texts))
			}
			for _, p := range list(done["problems"]) {
				if code := at(p, "code"); code == "unavailable" || at(p, "message") == code || at(p, "message") == "" {
					t.Errorf("%s: told %v", format, p)
				}
			}
			notes := map[string]string{}
			for next := ""; ; {
				page := admin.must(200, "GET", "customers?limit=500&fields=name,note&cursor="+next, nil)
				for _, r := range list(page["records"]) {
					notes[fmt.Sprint(at(r, "name"))], _ = at(r, "note").(string)
				}
				if next, _ = page["next"].(string); next == "" {
					break
				}
			}
			for i, s := range texts {
				if strings.EqualFold(strings.TrimSpace(s), "null") || s == "\\N" || s == "0000-00-00" || len(s) > 10_000 {
					continue // how programs write nothing; cut short
				}
				if got := notes[fmt.Sprint("第", i, "號")]; shownAs(got) != shownAs(s) && shownAs(got) != strings.TrimPrefix(shownAs(s), "'") {
					t.Errorf("%s: %.100q came in as %.100q", format, s, got)
				}
			}
			admin.finished(id, "undo", "undone")
		}
	})
}

// A name nobody can see is none.
func TestNameOfNothingThatShowsIsRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for _, s := range []string{"\u115f\u1160\u3164", "\u200b", "\ufeff\u2060", "\u00ad", "\u2800", "\ufe0f", "\U000e0041", "\u202e\u202c", "\u3000\u200d "} {
		if status, answer := admin.call("POST", "customers", map[string]any{"name": s}); status != 422 {
			t.Errorf("the name %q answered %d %v", s, status, answer)
		}
		one := admin.must(201, "POST", "customers", map[string]any{"name": "甲", "short_name": s, "tags": []string{s, "乙"}})
		if one["short_name"] != nil || fmt.Sprint(one["tags"]) != "[乙]" {
			t.Errorf("%q is kept as %v, %v", s, one["short_name"], one["tags"])
		}
	}
	for _, s := range []string{"👨‍👩‍👧", "\u202e甲", "️⃣", "é"} {
		admin.must(201, "POST", "customers", map[string]any{"name": s})
	}
}

// What no table has is refused in the reader's words, whoever wrote the file.
func TestFileOfTenThousandColumnsIsRefusedInWords(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	wide := strings.Repeat("a,", 10_000)
	record := map[string]string{}
	for i := range 10_000 {
		record[fmt.Sprint("c", i)] = "x"
	}
	object, _ := json.Marshal([]any{record})
	for name, body := range map[string]string{"wide.csv": wide + "\n" + wide + "\n", "row.csv": "公司名稱,等級\n甲,A\n" + wide + "\n乙,B\n", "wide.json": string(object)} {
		for _, language := range []string{"zh-TW", "zh-CN", "en"} {
			admin.must(200, "PATCH", "me", map[string]any{"language": language})
			status, answer := admin.upload("auto", name, []byte(body))
			said, _ := json.Marshal(answer)
			saidWell(t, language, name, status, string(said))
			if status == 201 && name == "wide.csv" {
				t.Errorf("%s came in", name)
			}
		}
	}
}
