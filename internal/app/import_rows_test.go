package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/message"
	"ecrm/internal/tabular"
	"ecrm/internal/transfer"
)

// imported uploads a file, corrects the import and runs it.
func (p *person) imported(object, content string, changes ...map[string]any) (id string, done map[string]any) {
	p.w.t.Helper()
	status, job := p.upload(object, "file.csv", []byte(content))
	if status != 201 {
		p.w.t.Fatalf("upload answered %d %v", status, job)
	}
	id = fmt.Sprint(job["id"])
	for _, c := range changes {
		p.must(200, "PATCH", "imports/"+id, c)
	}
	return id, p.finished(id, "run", "done")
}

func totals(job map[string]any) string {
	return fmt.Sprint(job["created"], job["updated"], job["skipped"], job["failed"])
}

func TestImportedRowStandsOrFallsWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/contact/fields", map[string]any{"name": "x_badge", "type": "text", "labels": "識別證", "unique": true})
		_, done := admin.imported("customer", "公司名稱,聯絡人,識別證\n甲公司,王一,7\n乙公司,王二,7\n",
			map[string]any{"columns": []map[string]any{{"index": 2, "field": "contact.x_badge"}}})
		if got := totals(done); got != "1 0 0 1" {
			t.Errorf("made, updated, skipped, refused: %s; %v", got, done["problems"])
		}
		if got := admin.names("customers"); got != "甲公司" {
			t.Errorf("a refused row left %q", got)
		}
	})
}

func TestDryRunRefusesWhatTheRunRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		// The first row is outside what he may hand out; the second is none the less new.
		status, job := seller.upload("customer", "file.csv", []byte("公司名稱,負責業務\n甲公司,stranger\n甲公司,seller\n甲公司,seller\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		checked, done := seller.finished(id, "check", "checked"), seller.finished(id, "run", "done")
		for _, j := range []map[string]any{checked, done} {
			if got := totals(j); got != "1 0 1 1" {
				t.Errorf("%v: made, updated, skipped, refused: %s; %v", j["state"], got, j["problems"])
			}
		}
		if got := seller.names("customers"); got != "甲公司" {
			t.Errorf("the run made %q", got)
		}
	})
}

func TestUndoTakesBackWhatOneFileMadeAndChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		old := admin.add("customers", map[string]any{"name": "乙公司", "level": "B", "note": "舊"})
		talked := admin.add("customers", map[string]any{"name": "丁公司"})
		id, done := admin.imported("customer", "公司名稱,等級,備註\n甲公司,A,一\n甲公司,C,二\n乙公司,A,新\n丙公司,A,\n丁公司,A,\n",
			map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}})
		if got := totals(done); got != "2 3 0 0" {
			t.Fatalf("made, updated, skipped, refused: %s; %v", got, done["problems"])
		}
		admin.must(200, "PATCH", "customers/"+old, map[string]any{"note": "改過"})
		for _, c := range admin.must(200, "GET", "customers", nil)["records"].([]any) { //nolint:errcheck // a wrong shape fails the test
			if one, _ := c.(map[string]any); one["name"] == "丙公司" {
				admin.must(201, "POST", fmt.Sprintf("customers/%v/comments", one["id"]), map[string]any{"text": "談過了"})
			}
		}
		undone := admin.finished(id, "undo", "undone")
		if got := admin.names("customers?sort=name"); got != "乙公司 丁公司 丙公司" {
			t.Errorf("after the undo there are %q", got)
		}
		one := admin.must(200, "GET", "customers/"+old, nil)
		if one["level"] != "B" || one["note"] != "改過" {
			t.Errorf("the changed record holds level %v, note %v", one["level"], one["note"])
		}
		if level := admin.must(200, "GET", "customers/"+talked, nil)["level"]; level != nil {
			t.Errorf("an updated record kept level %v", level)
		}
		if since := fmt.Sprint(undone["changed_since"]); !strings.Contains(since, "乙公司") || !strings.Contains(since, "丙公司") || strings.Contains(since, "甲公司") {
			t.Errorf("what was changed since: %s", since)
		}
	})
}

// What a later import changed and its undo put back is no work of anybody's.
func TestUndoTakesBackWhatALaterImportChangedAndPutBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		byName := map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}}
		first, _ := admin.imported("customer", "公司名稱,等級\n甲公司,A\n乙公司,A\n丙公司,B\n", nil)
		later, done := admin.imported("customer", "公司名稱,等級,備註,狀態\n甲公司,B,新,流失\n乙公司,C,新,往來中\n丙公司,C,新,\n", byName)
		if got := totals(done); got != "0 3 0 0" {
			t.Fatalf("the later import made, updated, skipped, refused: %s", got)
		}
		admin.finished(later, "undo", "undone")
		last, _ := admin.imported("customer", "公司名稱,等級\n丙公司,D\n", byName)
		undone := admin.finished(first, "undo", "undone")
		if got := admin.names("customers?sort=name"); got != "丙公司" {
			t.Errorf("after the undo there are %q; changed since: %v", got, undone["changed_since"])
		}
		admin.finished(last, "undo", "undone")
	})
}

func TestImportRoundsAndSaysSo(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_staff", "type": "integer", "labels": "人數"})
	admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_share", "type": "decimal", "scale": 1, "labels": "占比"})
	_, done := admin.imported("customer", "公司名稱,人數,信用額度,占比\n甲公司,12.7,100.123456,0.25\n乙公司,8.0,\"NT$1,000.50\",0.5\n")
	if got := totals(done); got != "2 0 0 0" || fmt.Sprint(done["warned"]) != "1" {
		t.Errorf("made, updated, skipped, refused: %s, warned %v; %v", got, done["warned"], done["problems"])
	}
	records, _ := admin.must(200, "GET", "customers?sort=-name", nil)["records"].([]any)
	want := []string{"13 map[amount:100.1235 currency:TWD] 0.3", "8 map[amount:1000.5 currency:TWD] 0.5"}
	for i, r := range records {
		one, _ := r.(map[string]any)
		if got := fmt.Sprintf("%v %v %v", one["x_staff"], one["credit_limit"], one["x_share"]); got != want[i] {
			t.Errorf("row %d holds %q, want %q", i+1, got, want[i])
		}
	}
}

func TestImportLabelsPhonesInTheReadersLanguage(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	admin.must(200, "PATCH", "me", map[string]any{"language": "en"})
	admin.imported("customer", "Company,Mobile Phone,Business Phone\nAlder,0912-345-678,02-2345-6789\n")
	records, _ := admin.must(200, "GET", "customers", nil)["records"].([]any)
	if got := fmt.Sprint(records); !strings.Contains(got, "label:Mobile") || !strings.Contains(got, "label:Work") {
		t.Errorf("the phones are %s", got)
	}
}

func TestDealMadeAsLostSaysWhyUnlessItComesFromAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		if got, answer := admin.call("POST", "opportunities", map[string]any{"name": "機台", "stage": "lost"}); got != 422 {
			t.Errorf("a deal made as lost without a reason answered %d %v", got, answer)
		}
		_, done := admin.imported("opportunity", "商機名稱,階段\n舊案,lost\n")
		if got := totals(done); got != "1 0 0 0" {
			t.Errorf("a lost deal of a file: made, updated, skipped, refused: %s; %v", got, done["problems"])
		}
	})
}

func TestFileWarningsAreToldInWords(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	_, job := admin.upload("customer", "list.csv", []byte("匯出日期 2026/11/24\n\n公司名稱,電話,\n甲公司,02-2345-6789,,多\n\n乙公司\n"))
	warnings, _ := job["warnings"].([]any)
	if len(warnings) == 0 {
		t.Fatalf("nothing is told of the file: %v", job)
	}
	for _, each := range warnings {
		one, _ := each.(map[string]any)
		if one["message"] == one["code"] || fmt.Sprint(one["message"]) == "" {
			t.Errorf("no words for %v", one)
		}
	}
}

// TestEverythingWrongWithAFileHasWords goes through what the readers can say.
func TestEverythingWrongWithAFileHasWords(t *testing.T) {
	codes := []string{
		tabular.ProblemTooLong, tabular.ProblemUnclosedQuote, tabular.ProblemEncoding, tabular.ProblemTooLarge, tabular.ProblemBadJSON,
		tabular.ProblemNotAnObject, tabular.ProblemBadCard, tabular.ProblemPhotoDropped,
		tabular.WarnShortRows, tabular.WarnLongRows, tabular.WarnBlankRows, tabular.WarnEmptyColumns, tabular.WarnUnnamedColumns,
		tabular.WarnDuplicateNames, tabular.WarnPreamble, tabular.WarnNoHeader, tabular.WarnSecondHeader, tabular.WarnNUL,
		tabular.WarnUnclosedQuote, tabular.WarnEncoding, tabular.WarnEncodingGuess, tabular.WarnTruncated, tabular.WarnHiddenSheets,
		tabular.WarnOtherSheets, tabular.WarnErrorCells, tabular.WarnLongNumbers, tabular.WarnNoRows, tabular.WarnPhotoDropped,
		tabular.WarnBadRows, tabular.WarnTwoFormats, tabular.WarnRepeatedHeader, tabular.WarnTotals, tabular.WarnFootRows,
		tabular.WarnScientific, tabular.WarnMojibake,
	}
	for _, code := range []string{
		tabular.CodeEmpty, tabular.CodeTruncated, tabular.CodeEncrypted, tabular.CodeLegacyXLS, tabular.CodeNotATable, tabular.CodeIsCalendar,
		tabular.CodeTooLarge, tabular.CodeTooManyColumns, tabular.CodeBadZip, tabular.CodeBadGzip, tabular.CodeBadWorkbook, tabular.CodeNoSheets,
		tabular.CodeSheetNotFound, tabular.CodeBadJSON, tabular.CodeBadEncoding, tabular.CodeUnsupported, tabular.CodeUnreadable, tabular.CodeHeaderRow,
		tabular.CodeNoTable, tabular.CodeManyFiles,
	} {
		codes = append(codes, transfer.FileCode(code))
	}
	for _, kind := range tabular.Kinds {
		codes = append(codes, "file_is_"+kind)
	}
	for _, code := range []string{tabular.CodeBadWorkbook, tabular.CodeTruncated} {
		codes = append(codes, transfer.FileCode(code)+"_sheet")
	}
	for _, code := range codes {
		for _, language := range []string{"zh-TW", "zh-CN", "en"} {
			if message.In(language, code, nil) == code {
				t.Errorf("%s has no words in %s", code, language)
			}
		}
	}
}

// TestWrongFilesAreRefusedInWords uploads what is no list and looks at the answer.
func TestWrongFilesAreRefusedInWords(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	for name, c := range map[string]struct{ body, say string }{
		"scan.xlsx":   {"%PDF-1.7\n1 0 obj", "PDF"},
		"list.xls":    {"<html><body>請重新登入</body></html>", "沒有表格"},
		"message.eml": {"Received: from a\r\nFrom: b@example.com\r\nSubject: c\r\n\r\nd\r\n", "郵件"},
		"wide.csv":    {strings.Repeat("a,", 5000) + "\n", "5001"},
		"list.rar":    {"Rar!\x1a\x07", "壓縮檔"},
	} {
		code, answer := admin.upload("customer", name, []byte(c.body))
		if code != 422 || !strings.Contains(fmt.Sprint(answer), c.say) {
			t.Errorf("%s: %d %v", name, code, answer)
		}
	}
}
