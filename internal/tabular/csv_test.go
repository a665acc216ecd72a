package tabular

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
)

// readAll opens a file and reads every row.
func readAll(t testing.TB, path string, opt Options, d *Detected) []Row {
	t.Helper()
	r, err := Open(path, opt, d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var out []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
}

// scanAll cuts text with the state machine alone.
func scanAll(text string, delim rune) [][]string {
	s := newCSVScanner(strings.NewReader(text), delim, false)
	var out [][]string
	for s.next() == nil {
		cells, _ := s.record(nil)
		row := make([]string, len(cells))
		for i := range cells {
			row[i] = cells[i].Text
		}
		out = append(out, row)
	}
	return out
}

func show(rows [][]string) string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, "|")
	}
	return strings.Join(out, "⏎")
}

func TestCSVStateMachine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "a,b\n1,2\n", "a|b⏎1|2"},
		{"no end of line", "a,b\n1,2", "a|b⏎1|2"},
		{"CRLF", "a,b\r\n1,2\r\n", "a|b⏎1|2"},
		{"bare CR", "a,b\r1,2\r", "a|b⏎1|2"},
		{"mixed", "a,b\r\n1,2\n3,4\r5,6", "a|b⏎1|2⏎3|4⏎5|6"},
		{"CR CR LF", "a,b\r\r\n1,2\r\r\n", "a|b⏎1|2"},
		{"quoted", `"a","b ""x"""` + "\n", `a|b "x"`},
		{"line break in quotes", "\"a\nb\",c\n1,2\n", "a\nb|c⏎1|2"},
		{"CRLF in quotes kept", "\"a\r\nb\",c\n", "a\r\nb|c"},
		{"empty quoted", `"",""` + "\n", "|"},
		{"trailing delimiters", "a,,\n1,,\n", "a||⏎1||"},
		{"blank lines", "a\n\n\nb\n", "a⏎⏎⏎b"},
		{"stray quote at the end", "a,b\"\n1,2\n", "a|b\"⏎1|2"},
		{"stray quote inside", "a 5\" pipe,b\n", "a 5\" pipe|b"},
		{"unescaped quotes inside", `"he said "hi" to me",b` + "\n", `he said "hi" to me|b`},
		{"text after the closing quote", `"abc"def,"ghi",x` + "\n", `abcdef|ghi|x`},
		{"blanks before a quote", `x, "a, b" ,y` + "\n", "x|a, b|y"},
		{"unclosed at the end", "1,\"abc\n2,x\n3,y\n", "1|\"abc⏎2|x⏎3|y"},
		{"unclosed before other quoted cells", "1,\"abc,x\n2,\"def\",y\n3,\"ghi\",z\n", "1|\"abc|x⏎2|def|y⏎3|ghi|z"},
		{"unclosed on every line", "\"abc\n\"def\n\"ghi\n", "\"abc⏎\"def⏎\"ghi"},
		{"unclosed in the last cell", "a,b\n1,\"x", "a|b⏎1|\"x"},
		{"quote alone", "\"", "\""},
		{"excel text formula", `="0912",b` + "\n", "0912|b"},
		{"neutralised", "'=1+1,'+886\n", "=1+1|+886"},
	} {
		if got := show(scanAll(c.in, ',')); got != c.want {
			t.Errorf("%s: %q\n got %q\nwant %q", c.name, c.in, got, c.want)
		}
	}
	if got := show(scanAll("甲，乙\n1，\"2，3\"\n", '，')); got != "甲|乙⏎1|2，3" {
		t.Errorf("wide delimiter: %q", got)
	}
}

func TestUnclosedQuoteDoesNotSwallowTheFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("name,note\n")
	for i := range 50000 {
		if i%1000 == 500 {
			b.WriteString("bad,\"never closed\n")
			continue
		}
		b.WriteString("some name,a note of usual length\n")
	}
	path := writeFile(t, "x.csv", []byte(b.String()))
	d, err := Detect(path, Options{})
	if err != nil || d.Rows != 50000 {
		t.Fatalf("rows %d, want 50000 (%v)", d.Rows, err)
	}
}

func TestCSVDetection(t *testing.T) {
	for _, c := range []struct {
		name, in     string
		delim        string
		header, rows int
		columns      string
		warn         string
	}{
		{"comma", "姓名,電話\n王,1\n李,2\n", ",", 1, 2, "姓名|電話", ""},
		{"semicolon with decimal commas", "Name;Preis\nA;1,50\nB;2,75\n", ";", 1, 2, "Name|Preis", ""},
		{"tab", "Name\tNote\nA\tx, y\nB\tz; w\n", "\t", 1, 2, "Name|Note", ""},
		{"pipe", "Name|Year\nA|1999\nB|2000\n", "|", 1, 2, "Name|Year", ""},
		{"sep line", "sep=;\nName;Ort\nA;B, C\n", ";", 2, 1, "Name|Ort", ""},
		{"single column", "Email\na@b.c\nd@e.f\n", "", 1, 2, "Email", ""},
		{"no header", "王小明,0912345678,a@b.com\n李大同,0922333444,c@d.com\n", ",", 0, 2, "A|B|C", WarnNoHeader},
		{"preamble", "客戶清單\n製表日 2026/1/1\n\n姓名,電話,公司\n王,02-23456789,甲\n李,02-23456780,乙\n張,02-23456781,丙\n", ",", 4, 3, "姓名|電話|公司", WarnPreamble},
		{"two headers", "姓名,金額,日期\nname,amount,date\n王,100,2026/1/1\n李,200,2026/1/2\n張,300,2026/1/3\n", ",", 1, 3, "姓名|金額|日期", WarnSecondHeader},
		{"duplicates and blanks", "Phone,Phone,,\ufeff Name *,\"Total\"\"\"\n1,2,x,4,5\n", ",", 1, 1, "Phone|Phone (2)|C|Name|Total", WarnDuplicateNames},
		{"trailing commas", "id,name,,,\n1,A,,,\n2,B,,,\n", ",", 1, 2, "id|name", WarnEmptyColumns},
		{"unnamed column in most rows", "id,name\n1,A,x\n2,B,y\n3,C,z\n", ",", 1, 3, "id|name|C", WarnUnnamedColumns},
		{"long row", "id,name,city\n1,A,X\n2,B,Y,oops\n3,C,Z\n", ",", 1, 3, "id|name|city", WarnLongRows},
		{"short rows", "id,name,city\n1,A,X\n2,B\n3,C,Z\n", ",", 1, 3, "id|name|city", WarnShortRows},
		{"NUL", "id,na\x00me\n1,\x00A\n", ",", 1, 1, "id|name", WarnNUL},
		{"header only", "姓名,電話,地址\n", ",", 1, 0, "姓名|電話|地址", WarnNoRows},
	} {
		path := writeFile(t, "x.csv", []byte(c.in))
		d, err := Detect(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, col := range d.Columns {
			names = append(names, col.Header)
		}
		got := strings.Join(names, "|")
		if d.Delimiter != c.delim || d.HeaderRow != c.header || d.Rows != c.rows || got != c.columns {
			t.Errorf("%s: delimiter %q header %d rows %d columns %s (warnings %v)", c.name, d.Delimiter, d.HeaderRow, d.Rows, got, d.Warnings)
		}
		if c.warn != "" && !warned(d, c.warn) {
			t.Errorf("%s: no warning %s in %v", c.name, c.warn, d.Warnings)
		}
		if rows := readAll(t, path, Options{}, d); len(rows) != c.rows {
			t.Errorf("%s: read %d rows", c.name, len(rows))
		}
	}
}

func warned(d *Detected, code string) bool {
	for _, w := range d.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}

func TestRaggedRows(t *testing.T) {
	path := writeFile(t, "x.csv", []byte("id,name,city\n1,A,X,,,\n2,B\n\n3,C,Z,oops\n4,D,W\n"))
	rows := readAll(t, path, Options{}, nil)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	if rows[0].Problem != nil || len(rows[0].Cells) != 3 {
		t.Errorf("trailing blanks: %+v", rows[0])
	}
	if len(rows[1].Cells) != 3 || rows[1].Cells[2].Kind != KindEmpty || rows[1].Problem != nil {
		t.Errorf("short: %+v", rows[1])
	}
	p := rows[2].Problem
	if p == nil || p.Code != ProblemTooLong || p.Usable || p.Params["extra"] != "oops" || len(rows[2].Cells) != 4 || rows[2].Number != 5 || rows[2].Line != 5 {
		t.Errorf("long: %+v %+v", rows[2], p)
	}
}

func TestRowAndLineNumbers(t *testing.T) {
	path := writeFile(t, "x.csv", []byte("name,note\nA,\"one\r\ntwo\nthree\"\nB,x\n\nC,y\n"))
	rows := readAll(t, path, Options{}, nil)
	want := [][2]int{{2, 2}, {3, 5}, {5, 7}}
	for i, w := range want {
		if rows[i].Number != w[0] || rows[i].Line != w[1] {
			t.Errorf("row %d: number %d line %d, want %v", i, rows[i].Number, rows[i].Line, w)
		}
	}
}

func TestOptionsOverride(t *testing.T) {
	path := writeFile(t, "x.csv", []byte("title\na;b\n1;2\n3;4\n"))
	d, err := Detect(path, Options{Header: HeaderRow(2), Delimiter: ';', SkipRows: []int{3}})
	if err != nil || d.HeaderRow != 2 || d.Rows != 1 || d.Columns[0].Header != "a" {
		t.Fatalf("%+v %v", d, err)
	}
	rows := readAll(t, path, Options{SkipRows: []int{3}}, d)
	if len(rows) != 1 || rows[0].Cells[0].Text != "3" {
		t.Fatalf("%+v", rows)
	}
	if d, err = Detect(path, Options{Header: HeaderNone, Delimiter: NoDelimiter}); err != nil || d.Rows != 4 || len(d.Columns) != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err = Detect(path, Options{Header: HeaderRow(99)}); ErrorCode(err) != CodeHeaderRow {
		t.Fatal(err)
	}
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte("姓名,電話\n王,1\n"))
	_ = z.Close()
	d, err := Detect(writeFile(t, "x.csv.gz", b.Bytes()), Options{})
	if err != nil || !d.Compressed || d.Rows != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err = Detect(writeFile(t, "x.csv.gz", b.Bytes()[:b.Len()-12]), Options{}); ErrorCode(err) != CodeTruncated {
		t.Error(err)
	}
	b.Reset()
	z = gzip.NewWriter(&b)
	_, _ = z.Write(bytes.Repeat([]byte("0,0\n"), 1<<20))
	_ = z.Close()
	if _, err = Detect(writeFile(t, "bomb.csv.gz", b.Bytes()), Options{MaxBytes: 1 << 20}); ErrorCode(err) != CodeTooLarge {
		t.Error(err)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	for _, c := range []struct{ name, in, code string }{
		{"empty", "", CodeEmpty},
		{"blank", " \r\n\n", CodeEmpty},
		{"pdf", "%PDF-1.7\n...", CodeNotATable},
		{"png", "\x89PNG\r\n\x1a\n", CodeNotATable},
		{"calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", CodeIsCalendar},
		{"page without a table", "<html><body>請重新登入</body></html>", CodeNoTable},
		{"saved page", "MIME-Version: 1.0\nContent-Type: multipart/related\n", CodeUnsupported},
		{"noise", strings.Repeat("\x01\x02\x03\x04\x7f", 100), CodeNotATable},
		{"excel 4", "\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00", CodeLegacyXLS},
		{"cut compound file", compoundMagic + "W\x00o\x00r\x00k\x00", CodeTruncated},
		{"too many columns", strings.Repeat("a,", 5000) + "\n", CodeTooManyColumns},
		{"broken json", "[{\"a\":1},{", CodeTruncated},
	} {
		_, err := Detect(writeFile(t, "x", []byte(c.in)), Options{})
		if c.name == "broken json" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if ErrorCode(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	if _, err := Detect("/does/not/exist", Options{}); ErrorCode(err) != CodeUnreadable {
		t.Error(err)
	}
}
