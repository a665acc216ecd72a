package tabular

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readBytes detects and reads anything; whatever it is, it must end in rows or
// in a typed error.
func readBytes(t *testing.T, name string, b []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	opt := Options{MaxBytes: 4 << 20, MaxColumns: 500}
	d, err := Detect(path, opt)
	if err != nil {
		if ErrorCode(err) == "" || strings.Contains(err.Error(), "panic") {
			t.Fatalf("%v", err)
		}
		return
	}
	r, err := Open(path, opt, d)
	if err != nil {
		t.Fatalf("detected but not opened: %v", err)
	}
	defer func() { _ = r.Close() }()
	n := 0
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("detected but not read: %v", err)
		}
		if len(row.Cells) < len(d.Columns) {
			t.Fatalf("row %d has %d cells of %d", row.Number, len(row.Cells), len(d.Columns))
		}
		n++
	}
	if n != d.Rows {
		t.Fatalf("read %d rows, detected %d", n, d.Rows)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\nb\",c\r1,\"x", "sep=;\na;b\n", "a\tb\n\"x\"y\"\tz", "\xff\xfea\x00,\x00", "姓名,電話\n\xa4\xfd,1\n", "a,b\"\n,,,\n", "=\"1\",'=2\n", "\\\"a\\\"\",b\n", "\"\"\"\",\"\n\"", "[{\"a\":[1,{\"b\":2}]}]", "{\"a\":1}\n{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.csv", b) })
}

func FuzzVCard(f *testing.F) {
	for _, s := range []string{"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=BIG5;ENCODING=QUOTED-PRINTABLE:=A4=\n=FD\nEND:VCARD\n", "BEGIN:VCARD\nitem1.TEL;TYPE=\"a,b\":1\nitem1.X-ABLabel:x\nPHOTO;ENCODING=b:AAAA\n BBBB\n\nEND:VCARD",
		"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nBEGIN:X\nEND:X\nEND:VCARD\nADR:;;a\\;b;c;;;\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-01-01\nEND:VCARD"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.vcf", append([]byte("BEGIN:VCARD\n"), b...)) })
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" s="1"><v>45292</v></c></row>`, `<sst><si><t>a_x000D_</t></si></sst>`)
	f.Add(`<row><c t="inlineStr"><is><r><t>&#x4e00;</t></r></is></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/>`, ``)
	f.Add(`<row r="99999999999"><c r="ZZZZZ1"><v>1e999</v></c><!-- - --><![CDATA[x]]>`, `<!DOCTYPE a [<!ENTITY b "c">]><sst>&b;`)
	f.Fuzz(func(t *testing.T, rows, sst string) {
		readBytes(t, "x.xlsx", zipOf(t, map[string]string{
			"xl/workbook.xml":          `<workbook><sheets><sheet name="x"/></sheets></workbook>`,
			"xl/styles.xml":            testXfs,
			"xl/sharedStrings.xml":     sst,
			"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>",
		}))
	})
}

func FuzzXLSXBytes(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.xlsx", append([]byte("PK\x03\x04"), b...)) })
}

// FuzzRoundTrip writes any texts and reads them back.
func FuzzRoundTrip(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = validText(strings.ReplaceAll(a, "\x00", "")), validText(strings.ReplaceAll(b, "\x00", ""))
		if !visible(a) && !visible(b) || len(a)+len(b) > 10000 {
			return
		}
		for _, delim := range []rune{',', '\t'} {
			var out bytes.Buffer
			w, err := NewCSVWriter(&out, CSVOptions{Delimiter: delim, Headers: []string{"first", "second", "third"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.WriteRow([]Cell{TextCell(a), TextCell(b), TextCell("end")}); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "x.csv")
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			rows := readAll(t, path, Options{Encoding: EncUTF8, Format: FormatCSV, Delimiter: delim, Header: HeaderRow(1)}, nil)
			if len(rows) != 1 || rows[0].Cells[0].Text != a || rows[0].Cells[1].Text != b {
				t.Fatalf("%q %q came back as %+v from %q", a, b, rows, out.String())
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`[{"a":1},{"b":[1,{"c":null}]}]`, `{"code":0,"data":{"list":[{"a":"x"}]}}`, `{"results":[{"properties":{"a":1}}]}`, `[["a","b"],[1,2]]`, "{\"a\":1}\n{\"a\":2}\n", `[`, `{"a":"\ud800"}`, "\xef\xbb\xbf[{\"a\":1e999}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.json", b) })
}
