package tabular

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// zipOf packs parts into a workbook.
func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	testBook = `<workbook xmlns:r="r"><workbookPr date1904="%s"/><sheets><sheet name="空" sheetId="1" r:id="a"/><sheet name="客戶" sheetId="2" r:id="b"/><sheet name="藏" sheetId="3" state="hidden" r:id="c"/></sheets></workbook>`
	testRels = `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="c" Type="x/worksheet" Target="worksheets/sheet3.xml"/></Relationships>`
	testXfs  = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-404]e/m/d;@"/><numFmt numFmtId="171" formatCode="0000000000"/><numFmt numFmtId="172" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="22"/><xf numFmtId="10"/><xf numFmtId="20"/><xf numFmtId="172"/><xf numFmtId="4"/></cellXfs></styleSheet>`
	testSST  = `<sst><si><t>姓名</t></si><si><t xml:space="preserve"> a &amp; b_x000D_</t></si><si><r><t>漢</t></r><r><rPr><b/></rPr><t>字</t></r><rPh sb="0" eb="2"><t>カンジ</t></rPh></si></sst>`
)

func testWorkbook(t testing.TB, rows, date1904 string) string {
	t.Helper()
	return writeFile(t, "x.xlsx", zipOf(t, map[string]string{
		"xl/workbook.xml":            strings.Replace(testBook, "%s", date1904, 1),
		"xl/_rels/workbook.xml.rels": testRels,
		"xl/styles.xml":              testXfs,
		"xl/sharedStrings.xml":       testSST,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData/></worksheet>`,
		"xl/worksheets/sheet2.xml":   `<?xml version="1.0"?><x:worksheet xmlns:x="y"><x:sheetData>` + rows + `</x:sheetData><x:mergeCells><x:mergeCell ref="A3:B4"/></x:mergeCells></x:worksheet>`,
		"xl/worksheets/sheet3.xml":   `<worksheet><sheetData><row><c t="inlineStr"><is><t>geheim</t></is></c></row></sheetData></worksheet>`,
	}))
}

func TestWorkbookCells(t *testing.T) {
	for _, c := range []struct {
		cell, want string
		kind       CellKind
	}{
		{`<x:c r="A2" t="s"><x:v>0</x:v></x:c>`, "姓名", KindText},
		{`<x:c r="A2" t="s"><x:v>1</x:v></x:c>`, " a & b\r", KindText},
		{`<x:c r="A2" t="s"><x:v>2</x:v></x:c>`, "漢字", KindText},
		{`<x:c r="A2" t="inlineStr"><x:is><x:t>a</x:t><x:t>b</x:t></x:is></x:c>`, "ab", KindText},
		{`<x:c r="A2" t="inlineStr"><x:is><x:t><![CDATA[<b>]]></x:t></x:is></x:c>`, "<b>", KindText},
		{`<x:c r="A2" t="str"><x:f>A1&amp;"x"</x:f><x:v>yx</x:v></x:c>`, "yx", KindText},
		{`<x:c r="A2"><x:v>912345678</x:v></x:c>`, "912345678", KindNumber},
		{`<x:c r="A2" s="3"><x:v>912345678</x:v></x:c>`, "0912345678", KindNumber},
		{`<x:c r="A2"><x:v>1E+05</x:v></x:c>`, "100000", KindNumber},
		{`<x:c r="A2"><x:v>0.30000000000000004</x:v></x:c>`, "0.3", KindNumber},
		{`<x:c r="A2"><x:v>1234.50</x:v></x:c>`, "1234.5", KindNumber},
		{`<x:c r="A2" s="8"><x:v>1234567.8</x:v></x:c>`, "1234567.8", KindNumber},
		{`<x:c r="A2"><x:v>12345678901234567</x:v></x:c>`, "12345678901234567", KindNumber},
		{`<x:c r="A2" s="5"><x:v>0.1275</x:v></x:c>`, "12.75%", KindNumber},
		{`<x:c r="A2" s="1"><x:v>45292</x:v></x:c>`, "2024-01-01", KindDate},
		{`<x:c r="A2" s="2"><x:v>45292</x:v></x:c>`, "2024-01-01", KindDate},
		{`<x:c r="A2" s="4"><x:v>45292.75</x:v></x:c>`, "2024-01-01 18:00:00", KindDate},
		{`<x:c r="A2" s="6"><x:v>0.395833333333333</x:v></x:c>`, "09:30", KindDate},
		{`<x:c r="A2" s="7"><x:v>1.5</x:v></x:c>`, "36:00", KindDate},
		{`<x:c r="A2" s="1"><x:v>59</x:v></x:c>`, "1900-02-28", KindDate},
		{`<x:c r="A2" s="1"><x:v>-5</x:v></x:c>`, "-5", KindNumber},
		{`<x:c r="A2" t="d"><x:v>2024-02-29T10:00:00Z</x:v></x:c>`, "2024-02-29 10:00:00", KindDate},
		{`<x:c r="A2" t="b"><x:v>1</x:v></x:c>`, "TRUE", KindBool},
		{`<x:c r="A2" t="e"><x:v>#N/A</x:v></x:c>`, "#N/A", KindError},
	} {
		path := testWorkbook(t, `<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>Name</x:t></x:is></x:c></x:row><x:row r="2">`+c.cell+`</x:row>`, "0")
		d, err := Detect(path, Options{Header: HeaderRow(1)})
		if err != nil {
			t.Fatalf("%s: %v", c.cell, err)
		}
		rows := readAll(t, path, Options{}, d)
		if len(rows) != 1 || rows[0].Cells[0].Text != c.want || rows[0].Cells[0].Kind != c.kind {
			t.Errorf("%s: %+v, want %q %s", c.cell, rows, c.want, c.kind)
		}
	}
}

func TestWorkbookStructure(t *testing.T) {
	text := func(ref, s string) string {
		return `<x:c r="` + ref + `" t="inlineStr"><x:is><x:t>` + s + `</x:t></x:is></x:c>`
	}
	path := testWorkbook(t, `<x:row r="1">`+text("A1", "姓名")+text("B1", "電話")+text("C1", "城市")+`</x:row>`+
		`<x:row r="3">`+text("A3", "王")+text("B3", "殘留")+text("C3", "台北")+`</x:row>`+
		`<x:row r="4">`+text("A4", "殘留")+text("C4", "高雄")+`</x:row>`+
		`<x:row>`+`<x:c t="inlineStr"><x:is><x:t>李</x:t></x:is></x:c>`+text("E5", "備")+`</x:row>`, "1")
	d, err := Detect(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Sheet != "客戶" || len(d.Sheets) != 3 || !d.Sheets[0].Empty || !d.Sheets[2].Hidden || d.Sheets[1].Rows != 4 || !warned(d, WarnHiddenSheets) {
		t.Errorf("sheets %q %+v", d.Sheet, d.Sheets)
	}
	rows := readAll(t, path, Options{}, d)
	if len(rows) != 3 || len(d.Columns) != 5 || d.Columns[4].Header != "E" {
		t.Fatalf("%d rows, columns %+v", len(rows), d.Columns)
	}
	if rows[0].Number != 3 || rows[0].Cells[0].Text != "王" || rows[0].Cells[1].Text != "" || rows[1].Cells[0].Text != "" || rows[1].Cells[2].Text != "高雄" {
		t.Errorf("merged cells: %+v", rows[:2])
	}
	if rows[2].Number != 5 || rows[2].Cells[0].Text != "李" || rows[2].Cells[4].Text != "備" {
		t.Errorf("missing references: %+v", rows[2])
	}
	if d, err = Detect(path, Options{Sheet: "藏"}); err != nil || d.Columns[0].Header != "geheim" {
		t.Errorf("%+v %v", d, err)
	}
	if _, err = Detect(path, Options{Sheet: "無"}); ErrorCode(err) != CodeSheetNotFound {
		t.Error(err)
	}
}

func Test1904(t *testing.T) {
	path := testWorkbook(t, `<x:row r="1"><x:c r="A1" s="1"><x:v>39385</x:v></x:c></x:row>`, "1")
	rows := readAll(t, path, Options{Header: HeaderNone}, nil)
	if len(rows) != 1 || rows[0].Cells[0].Text != "2011-10-31" {
		t.Fatalf("%+v", rows)
	}
}

func TestNumberFormats(t *testing.T) {
	for code, want := range map[string]formatKind{
		"General": formatNumber, "0.00": formatNumber, "#,##0;[Red]-#,##0": formatNumber, "0%": formatPercent, "@": formatNumber,
		"yyyy-mm-dd": formatDate, `yyyy"年"m"月"d"日"`: formatDate, "[$-404]e/m/d": formatDate, `[$-zh-TW]ggge"年"m"月"d"日"`: formatDate,
		"m/d/yy h:mm": formatDateTime, "h:mm AM/PM": formatTime, "mm:ss.0": formatTime, "[h]:mm:ss": formatElapsed, "0.00E+00": formatNumber,
		"00000": formatZeros, `"NT$"#,##0`: formatNumber, `_-* #,##0_-`: formatNumber, "[DBNum1]yyyy年m月d日": formatDate, "m月d日": formatDate,
	} {
		if got := parseFormat(code).kind; got != want {
			t.Errorf("%s: kind %d, want %d", code, got, want)
		}
	}
}

func TestBrokenWorkbooks(t *testing.T) {
	good := testWorkbookBytes(t)
	for _, c := range []struct {
		name string
		in   []byte
		code string
	}{
		{"truncated", good[:len(good)/2], CodeTruncated},
		{"zip of nothing", zipOf(t, map[string]string{"a/": ""}), CodeNotATable},
		{"zip of many", zipOf(t, map[string]string{"a.csv": "x", "b.csv": "y"}), CodeManyFiles},
		{"word", zipOf(t, map[string]string{"word/document.xml": "x"}), CodeNotATable},
		{"text document", zipOf(t, map[string]string{"content.xml": "x", "mimetype": "application/vnd.oasis.opendocument.text"}), CodeNotATable},
		{"no sheets", zipOf(t, map[string]string{"xl/workbook.xml": "<workbook><sheets/></workbook>"}), CodeNoSheets},
		{"no parts", zipOf(t, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="x"/></sheets></workbook>`}), CodeBadWorkbook},
		{"cut XML", zipOf(t, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="x"/></sheets></workbook>`,
			"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c><v>1`}), CodeTruncated},
		{"lost strings", zipOf(t, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="x"/></sheets></workbook>`,
			"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>1</v></c></row></sheetData></worksheet>`}), CodeBadWorkbook},
	} {
		_, err := Detect(writeFile(t, "x.xlsx", c.in), Options{})
		if ErrorCode(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, _ := z.Create("xl/worksheets/sheet1.xml")
	block := bytes.Repeat([]byte("<row></row>"), 1<<16)
	for range 400 {
		_, _ = w.Write(block)
	}
	_ = z.Close()
	if _, err := Detect(writeFile(t, "bomb.xlsx", bomb.Bytes()), Options{}); ErrorCode(err) != CodeTooLarge {
		t.Errorf("bomb: %v", err)
	}
}

func testWorkbookBytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewXLSXWriter(&b, "a", []string{"x", "y"}, XLSXOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		_ = w.WriteRow([]Cell{TextCell("1"), TextCell("2")})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSharedStringsSpill(t *testing.T) {
	s := &sharedStrings{}
	defer s.close()
	text := strings.Repeat("長", 1000)
	const n = 9000
	for i := range n {
		if err := s.add(columnLetter(i) + text); err != nil {
			t.Fatal(err)
		}
	}
	if s.file == nil {
		t.Fatal("nothing was spilled")
	}
	for _, i := range []int{0, 255, 256, n - 1, 17, 5000, n - 1} {
		got, ok, err := s.get(i)
		if err != nil || !ok || got != columnLetter(i)+text {
			t.Errorf("%d: %v %v", i, ok, err)
		}
	}
	if _, ok, _ := s.get(n); ok {
		t.Error("beyond the end")
	}
}

// nasty are texts that must survive being written and read.
var nasty = []string{"=1+1", "+cmd|' /C calc'!A0", "-2+3+x", "@SUM(A1)", "\tx", "\rx", "'=1", "''+1", "'plain", "+886-2-2345-6789", "+886 912 345 678 分機 12", "-5", "-1,234.5%", "-",
	"王小明", "a,b", "a\"b\"", "\"", "line\nbreak", "line\r\nbreak", " blanks ", "0912345678", "_x000D_", "_x005F_", "<b>&amp;</b>", "𠮷野家", "=\"x\"", "#N/A", "TRUE", "1e5", "\u200bzero", "a\x01b"}

func TestExportIsTheInverseOfImport(t *testing.T) {
	when := time.Date(2026, 3, 4, 15, 6, 7, 0, time.UTC)
	headers := []string{"文字", "數", "日", "時", "是"}
	var rows [][]Cell
	for i, s := range nasty {
		rows = append(rows, []Cell{TextCell(s), {Text: "1234.56", Kind: KindNumber, Number: 1234.56}, {Text: "2026-03-04", Kind: KindDate, Time: when.Truncate(24 * time.Hour)},
			{Text: "2026-03-04 15:06:07", Kind: KindDate, Time: when}, {Text: "TRUE", Kind: KindBool, Number: 1}})
		if i == 0 {
			rows[0][1] = Cell{Text: "-5", Kind: KindNumber, Number: -5}
		}
	}
	write := func(w Writer, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if err := w.WriteRow(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var csv, tsv, xlsx bytes.Buffer
	write(NewCSVWriter(&csv, CSVOptions{BOM: true, Headers: headers}))
	write(NewCSVWriter(&tsv, CSVOptions{Delimiter: '\t', LF: true, Headers: headers}))
	write(NewXLSXWriter(&xlsx, "客戶", headers, XLSXOptions{}))
	if !bytes.HasPrefix(csv.Bytes(), []byte("\ufeff文字,")) || !strings.Contains(csv.String(), "\n'=1+1,") || !strings.Contains(csv.String(), "\n+886-2-2345-6789,") {
		t.Errorf("%.200s", csv.String())
	}
	for name, b := range map[string][]byte{"x.csv": csv.Bytes(), "x.tsv": tsv.Bytes(), "x.xlsx": xlsx.Bytes()} {
		path := writeFile(t, name, b)
		got := readAll(t, path, Options{Header: HeaderRow(1)}, nil)
		if len(got) != len(rows) {
			t.Fatalf("%s: %d rows, want %d", name, len(got), len(rows))
		}
		for i, r := range got {
			for c := range r.Cells {
				if r.Cells[c].Text != rows[i][c].Text {
					t.Errorf("%s row %d column %d: %q, want %q", name, i, c, r.Cells[c].Text, rows[i][c].Text)
				}
				if name == "x.xlsx" && r.Cells[c].Kind != rows[i][c].Kind {
					t.Errorf("%s row %d column %d: kind %s", name, i, c, r.Cells[c].Kind)
				}
			}
		}
	}
	// Another reader sees the same.
	f, err := excelize.OpenReader(bytes.NewReader(xlsx.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cells, err := f.GetRows("客戶")
	if err != nil || len(cells) != len(rows)+1 || cells[0][0] != "文字" || cells[1][0] != "=1+1" || cells[1][2] != "2026-03-04" || cells[1][3] != "2026-03-04 15:06:07" || cells[2][1] != "1234.56" {
		t.Errorf("excelize reads %d rows %v %v", len(cells), cells[:3], err)
	}
	if p, err := f.GetPanes("客戶"); err != nil || !p.Freeze && p.YSplit != 1 {
		t.Errorf("panes %+v %v", p, err)
	}
}

func TestReadsWhatExcelizeWrites(t *testing.T) {
	f := excelize.NewFile()
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("[$-404]e/m/d")})
	if err != nil {
		t.Fatal(err)
	}
	for ref, v := range map[string]any{"A1": "姓名", "B1": "生日", "C1": "金額", "A2": "王", "B2": 45292, "C2": 12.5, "A3": "李", "C3": 1000000} {
		if err := f.SetCellValue("Sheet1", ref, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("Sheet1", "B2", "B2", style); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, writeFile(t, "x.xlsx", b.Bytes()), Options{}, nil)
	if len(rows) != 2 || rows[0].Cells[1].Text != "2024-01-01" || rows[1].Cells[2].Text != "1000000" || rows[1].Cells[1].Kind != KindEmpty {
		t.Fatalf("%+v", rows)
	}
}

func TestLongTextIsCutForExcel(t *testing.T) {
	var b bytes.Buffer
	w, err := NewXLSXWriter(&b, "[bad]*name?", []string{"a"}, XLSXOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_ = w.WriteRow([]Cell{TextCell(strings.Repeat("長", 40000))})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := Truncated(w); n != 1 {
		t.Errorf("truncated %d", n)
	}
}

// TestIndentedStylesStillMakeDates covers workbooks whose parts are indented.
func TestIndentedStylesStillMakeDates(t *testing.T) {
	path := writeFile(t, "x.xlsx", zipOf(t, map[string]string{
		"xl/workbook.xml":          `<workbook><sheets><sheet name="x"/></sheets></workbook>`,
		"xl/styles.xml":            strings.ReplaceAll(testXfs, "><", ">\n  <"),
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>日期</t></is></c></row><row r="2"><c s="1"><v>45292</v></c></row></sheetData></worksheet>`,
	}))
	rows := readAll(t, path, Options{}, nil)
	if len(rows) != 1 || rows[0].Cells[0].Text != "2024-01-01" {
		t.Errorf("%+v", rows)
	}
}
