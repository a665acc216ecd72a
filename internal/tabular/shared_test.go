package tabular

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sharedDir is the folder of real files beside the repository.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../../../shared/data")
	if err == nil {
		if _, err = os.Stat(dir); err == nil {
			return dir
		}
	}
	t.Skipf("skipped: the folder of real files, %s, is absent", dir)
	return ""
}

// promise is what the README beside the files says of one.
type promise struct{ name, encoding, count string }

func promises(t *testing.T, dir string) []promise {
	f, err := os.Open(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	defer func() { _ = f.Close() }()
	var out []promise
	section := ""
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		line := s.Text()
		if rest, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSuffix(rest, "/")
		}
		parts := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "- **") || len(parts) < 5 {
			continue
		}
		switch section {
		case "import", "cjk", "vcard", "hostile":
			name := strings.Trim(strings.TrimPrefix(parts[0], "- "), "*")
			out = append(out, promise{section + "/" + name, parts[3], parts[4]})
		}
	}
	return out
}

var (
	reRows  = regexp.MustCompile(`^(\d+) rows x`)
	reSheet = regexp.MustCompile(`sheet1?\.xml: (\d+) rows`)
	reCards = regexp.MustCompile(`^(\d+) cards?`)
)

// sharedErrors are the files that must be refused, and how.
var sharedErrors = map[string]string{
	"vcard/libical-user-cal.vcf":                            CodeIsCalendar,
	"hostile/excelize-BadWorkbook.xlsx":                     CodeNoSheets,
	"hostile/excelize-encryptAES.xlsx":                      CodeEncrypted,
	"hostile/exceljs-missing-bits.xlsx":                     CodeBadWorkbook,
	"hostile/icalendar-empty.ics":                           CodeIsCalendar,
	"hostile/icalendar-fuzz_testcase_vtimezone_lone_cr.ics": CodeIsCalendar,
	"hostile/messytables-simple.unknown":                    CodeEmpty,
	"hostile/openpyxl-null_archive.xlsx":                    CodeNotATable,
	"hostile/openpyxl-null_file.xlsx":                       CodeEmpty,
	"hostile/tealeg-badfile_noWorksheets.xlsx":              CodeBadWorkbook,
}

// sharedEncodings corrects the README where a file is more than it says.
var sharedEncodings = map[string]string{
	"hostile/dataloader-csvtext_BOM_UTF32BE.csv":         EncUTF32BE, // a UTF-16 mark before UTF-32
	"hostile/libreoffice-malformed-quotes.xls":           EncWindows1252,
	"hostile/dataloader-csvtext_BOM_UTF16BE.csv":         EncUTF16BE,
	"hostile/phpspreadsheet-line_break_escaped_32le.csv": EncUTF32LE,
}

// sharedHeaders are header rows that are not the first one.
var sharedHeaders = map[string]int{
	"import/churchcrm-test_import-noheader.csv":      0,
	"import/linkedin-fixture-url-last.csv":           5,
	"cjk/twcompany-rare-word.csv":                    0,
	"hostile/csvkit-no_header_row.csv":               0,
	"hostile/csvkit-bad_skip_lines.csv":              4,
	"hostile/csvkit-test_skip_lines.csv":             4,
	"hostile/phpspreadsheet-NumberFormatTest.de.csv": 0,
	"hostile/phpspreadsheet-issue.2232.csv":          0,
	"hostile/phpspreadsheet-linend.mac.csv":          0,
}

func wantEncoding(readme string) string {
	word, _, _ := strings.Cut(strings.ToLower(readme), " ")
	word, _, _ = strings.Cut(word, ",")
	word, _, _ = strings.Cut(word, "+")
	switch word {
	case "ascii", "utf-8":
		return EncUTF8
	case "big5/cp950":
		return EncBig5
	case "cp1252":
		return EncWindows1252
	case "utf-16", "utf-16-le":
		return EncUTF16LE
	case "utf-16-be":
		return EncUTF16BE
	}
	return word
}

// blanks is the number of blank rows a detection reports.
func blanks(d *Detected) int {
	for _, w := range d.Warnings {
		if w.Code == WarnBlankRows {
			n, _ := strconv.Atoi(w.Params["count"])
			return n
		}
	}
	return 0
}

func TestSharedFiles(t *testing.T) {
	dir := sharedDir(t)
	var table strings.Builder
	for _, p := range promises(t, dir) {
		path := filepath.Join(dir, filepath.FromSlash(p.name))
		if _, err := os.Stat(path); err != nil || strings.HasSuffix(p.name, ".txt") {
			continue
		}
		d, err := Detect(path, Options{})
		if want := sharedErrors[p.name]; want != "" || err != nil {
			if ErrorCode(err) != want {
				t.Errorf("%s: %v, want %q", p.name, err, want)
			}
			fmt.Fprintf(&table, "| %s | – | – | – | refused: %s | %s |\n", p.name, ErrorCode(err), p.count)
			continue
		}
		rows := readAll(t, path, Options{}, d)
		if len(rows) != d.Rows {
			t.Errorf("%s: read %d rows, detected %d", p.name, len(rows), d.Rows)
		}
		if d.Format != FormatXLSX {
			want := wantEncoding(p.encoding)
			if w, ok := sharedEncodings[p.name]; ok {
				want = w
			}
			if d.Encoding != want {
				t.Errorf("%s: encoding %s, want %s", p.name, d.Encoding, want)
			}
		}
		checkCount(t, p, d)
		fmt.Fprintf(&table, "| %s | %s %s | %q | %d | %d | %s |\n", p.name, d.Format, d.Encoding, d.Delimiter, d.HeaderRow, d.Rows, p.count)
	}
	if name := os.Getenv("TABULAR_TABLE"); name != "" {
		if err := os.WriteFile(name, []byte(table.String()), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// checkCount compares the rows accounted for with the README's count, which
// includes the header and may or may not include blank rows.
func checkCount(t *testing.T, p promise, d *Detected) {
	t.Helper()
	all := d.Rows + len(d.Preamble)
	if d.HeaderRow > 0 {
		all++
	}
	if d.SecondHeader {
		all++
	}
	num := func(re *regexp.Regexp) (int, bool) {
		m := re.FindStringSubmatch(p.count)
		if m == nil {
			return 0, false
		}
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	switch d.Format {
	case FormatCSV:
		if n, ok := num(reRows); ok && n != all && n != all+blanks(d) {
			t.Errorf("%s: %d rows in all and %d blank, want %s", p.name, all, blanks(d), p.count)
		}
		want, ok := sharedHeaders[p.name]
		if !ok {
			want = 1
		}
		if d.HeaderRow != want {
			t.Errorf("%s: header in row %d, want %d", p.name, d.HeaderRow, want)
		}
	case FormatXLSX:
		if n, ok := num(reSheet); ok && n != all && n != all+blanks(d) {
			t.Errorf("%s: %d rows in all and %d blank, want %s", p.name, all, blanks(d), p.count)
		}
	case FormatVCF:
		if n, ok := num(reCards); ok && n != d.Rows {
			t.Errorf("%s: %d cards, want %s", p.name, d.Rows, p.count)
		}
	}
}

func TestSharedSpectrum(t *testing.T) {
	dir := sharedDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "hostile", "csvspectrum-*.csv"))
	if err != nil || len(files) == 0 {
		t.Skip("skipped: no csv-spectrum files")
	}
	for _, f := range files {
		b, err := os.ReadFile(strings.TrimSuffix(f, ".csv") + ".json")
		if err != nil {
			continue
		}
		var want []map[string]string
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		d, err := Detect(f, Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows := readAll(t, f, Options{}, d)
		if len(rows) != len(want) {
			t.Errorf("%s: %d rows, want %d", f, len(rows), len(want))
			continue
		}
		for i, row := range rows {
			for c, cell := range row.Cells {
				got := strings.ReplaceAll(cell.Text, "\r\n", "\n")
				if w := strings.ReplaceAll(want[i][d.Columns[c].Header], "\r\n", "\n"); got != w {
					t.Errorf("%s: row %d %s is %q, want %q", f, i, d.Columns[c].Header, got, w)
				}
			}
		}
	}
}

// TestSharedStrings writes every naughty string and reads it back.
func TestSharedStrings(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(sharedDir(t), "hostile", "blns.json"))
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	var texts []string
	if err := json.Unmarshal(b, &texts); err != nil {
		t.Fatal(err)
	}
	headers := []string{"first", "second"}
	var csv, xlsx bytes.Buffer
	cw, err := NewCSVWriter(&csv, CSVOptions{Headers: headers})
	if err != nil {
		t.Fatal(err)
	}
	xw, err := NewXLSXWriter(&xlsx, "x", headers, XLSXOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range texts {
		cells := []Cell{TextCell("x"), TextCell(s)}
		if err := errors.Join(cw.WriteRow(cells), xw.WriteRow(cells)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(cw.Close(), xw.Close()); err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string][]byte{"x.csv": csv.Bytes(), "x.xlsx": xlsx.Bytes()} {
		rows := readAll(t, writeFile(t, name, out), Options{Header: HeaderRow(1)}, nil)
		if len(rows) != len(texts) {
			t.Fatalf("%s: %d rows, want %d", name, len(rows), len(texts))
		}
		for i, r := range rows {
			if r.Cells[1].Text != texts[i] {
				t.Errorf("%s row %d: %q, want %q", name, i, r.Cells[1].Text, texts[i])
			}
		}
	}
}

// TestSharedDetails looks at what the README says of single files.
func TestSharedDetails(t *testing.T) {
	dir := sharedDir(t)
	for _, c := range []struct {
		name, column string
		row          int
		want         string
	}{
		{"cjk/cn-company-list.xlsx", "证券中文简称", 0, "国农科技"},
		{"cjk/cn-customer-info-trailing-commas-utf8bom.csv", "客户id", 0, "001"},
		{"cjk/taiwan-realprice-a_lvr_land_a-two-headers-utf8bom.csv", "鄉鎮市區", 0, "文山區"},
		{"cjk/twse-company_data-stray-quote-header.csv", "總機電話", 0, "(02)2531-7099"},
		{"cjk/lagou-jobs-gbk-newlines.csv", "name", 0, "数据库工程师（DBA）"},
		{"import/hubspot-contacts.csv", "Phone Number", 0, "416-810-9897x752"},
		{"import/salesforce-upsertAccountSmallTemplate.csv", "ORACLE_ID__C", 0, "　 　1-000000　 　"},
		{"hostile/openpyxl-date_1904.xlsx", "A", 0, "2011-10-31"},
		{"hostile/sheetjs-phonetic_text.xlsx", "漢字", 0, "漢字withColor"},
		{"hostile/phpspreadsheet-premiere.win1252.csv", "troisième", 0, "sixième"},
		{"vcard/roundcube-utf-16_sample.vcf", "fn", 0, "Ǽgean ĽdaMonté"},
		{"vcard/android-v21_backslash.vcf", "n.additional", 0, `C\;`},
		{"vcard/android-v21_multiple_entry.vcf", "n.family", 0, "安藤ロイド3"},
		{"vcard/android-v21_multiple_entry.vcf", "x-irmc-n", 0, "ｱﾝﾄﾞｳﾛｲﾄﾞ3"},
		{"vcard/android-v30_japanese.vcf", "n.given", 0, "圭一"},
		{"vcard/ezvcard-gmail-single.vcf", "tel", 0, "555 555 1111; 555 555 2222"},
		{"vcard/gammu-quoted-printable-new-line.vcf", "n.given", 0, "ПОРКС"},
	} {
		path := filepath.Join(dir, filepath.FromSlash(c.name))
		d, err := Detect(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		rows := readAll(t, path, Options{}, d)
		got, found := "", false
		for i, col := range d.Columns {
			if col.Header == c.column && c.row < len(rows) {
				got, found = rows[c.row].Cells[i].Text, true
			}
		}
		if !found || got != c.want {
			t.Errorf("%s: %s is %q (%v), want %q", c.name, c.column, got, found, c.want)
		}
	}
}
