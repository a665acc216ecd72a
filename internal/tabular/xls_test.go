package tabular

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode/utf16"
)

// compoundOf packs streams into a compound file.
func compoundOf(streams map[string][]byte) []byte {
	const sector = 512
	le := binary.LittleEndian
	var body []byte
	var fat []uint32
	put := func(b []byte) uint32 {
		start := uint32(len(fat))
		for len(b)%sector != 0 || len(b) == 0 {
			b = append(b, 0)
		}
		body = append(body, b...)
		for i := range len(b) / sector {
			next := start + uint32(i) + 1
			if i == len(b)/sector-1 {
				next = 0xFFFFFFFE
			}
			fat = append(fat, next)
		}
		return start
	}
	entry := func(name string, kind byte, start uint32, size int) []byte {
		e := make([]byte, 128)
		w := utf16.Encode([]rune(name))
		for i, u := range w {
			le.PutUint16(e[2*i:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(w)+2))
		e[66] = kind
		le.PutUint32(e[116:], start)
		le.PutUint32(e[120:], uint32(size))
		return e
	}
	directory := entry("Root Entry", 5, 0xFFFFFFFE, 0)
	for name, b := range streams {
		directory = append(directory, entry(name, 2, put(append([]byte(nil), b...)), len(b))...)
	}
	dir := put(directory)
	n := (len(fat) + 1 + 127) / 128
	first := len(fat)
	for range n {
		fat = append(fat, 0xFFFFFFFD)
	}
	for len(fat)%128 != 0 {
		fat = append(fat, 0xFFFFFFFF)
	}
	table := make([]byte, 4*len(fat))
	for i, v := range fat {
		le.PutUint32(table[4*i:], v)
	}
	h := make([]byte, 512)
	copy(h, compoundMagic)
	le.PutUint16(h[0x1E:], 9)
	le.PutUint16(h[0x20:], 6)
	le.PutUint32(h[0x2C:], uint32(n))
	le.PutUint32(h[0x30:], dir)
	le.PutUint32(h[0x3C:], 0xFFFFFFFE)
	le.PutUint32(h[0x44:], 0xFFFFFFFE)
	for i := range 109 {
		v := uint32(0xFFFFFFFF)
		if i < n {
			v = uint32(first + i)
		}
		le.PutUint32(h[0x4C+4*i:], v)
	}
	return append(append(h, body...), table...)
}

func rec(id int, parts ...any) []byte {
	le := binary.LittleEndian
	out := le.AppendUint16(nil, uint16(id))
	out = append(out, 0, 0)
	for _, p := range parts {
		switch v := p.(type) {
		case int:
			out = le.AppendUint16(out, uint16(v))
		case uint32:
			out = le.AppendUint32(out, v)
		case float64:
			out = le.AppendUint64(out, math.Float64bits(v))
		case byte:
			out = append(out, v)
		case []byte:
			out = append(out, v...)
		case string: // characters in Unicode
			for _, u := range utf16.Encode([]rune(v)) {
				out = le.AppendUint16(out, u)
			}
		}
	}
	le.PutUint16(out[2:], uint16(len(out)-4))
	return out
}

func wideText(s string) []any {
	return []any{len(utf16.Encode([]rune(s))), byte(1), s}
}

// oldWorkbook is an .xls with one sheet; shared are its texts.
func oldWorkbook(sheet []byte, shared ...string) []byte {
	sst := []any{uint32(len(shared)), uint32(len(shared))}
	for _, s := range shared {
		sst = append(sst, wideText(s)...)
	}
	head := func(at int) []byte {
		var g []byte
		for _, r := range [][]byte{
			rec(biffBOF, 0x0600, 5, 0, 0),
			rec(biffFormat, 164, 8, byte(0), []byte("00000000")),
			rec(biffFormat, 165, 10, byte(1), "[$-404]e/m"),
			rec(biffXF, 0, 0), rec(biffXF, 0, 14), rec(biffXF, 0, 164), rec(biffXF, 0, 165),
			rec(biffBoundSheet, uint32(at), byte(0), byte(0), byte(2), byte(1), "客戶"),
			rec(biffSST, sst...), rec(biffEOF),
		} {
			g = append(g, r...)
		}
		return g
	}
	g := head(len(head(0)))
	g = append(g, rec(biffBOF, 0x0600, 0x10, 0, 0)...)
	g = append(g, sheet...)
	g = append(g, rec(biffEOF)...)
	return compoundOf(map[string][]byte{"Workbook": append(g, make([]byte, 4096)...)})
}

func records(r ...[]byte) []byte {
	var out []byte
	for _, b := range r {
		out = append(out, b...)
	}
	return out
}

func TestOldWorkbookCells(t *testing.T) {
	wide := append([]any{1, 1, 0}, wideText("蔡衍明")...)
	path := writeFile(t, "x.xls", oldWorkbook(records(
		rec(biffLabelSST, 0, 0, 0, uint32(0)), rec(biffLabelSST, 0, 1, 0, uint32(1)),
		rec(biffNumber, 1, 0, 2, 4567.0),
		rec(biffLabel, wide...),
		rec(biffRK, 1, 2, 1, uint32(45292)<<2|2),
		rec(biffMulRK, 1, 3, 0, uint32(1250)<<2|3, 3, uint32(45292)<<2|2, 4),
		rec(biffBoolErr, 1, 5, 0, byte(1), byte(0)), rec(biffBoolErr, 1, 6, 0, byte(0x2A), byte(1)),
		rec(biffFormula, 1, 7, 0, []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0, uint32(0)), rec(biffString, wideText("合計字")...),
		rec(biffFormula, 1, 8, 0, 0.5, 0, uint32(0)),
		rec(biffNumber, 3, 0, 0, 1e15+0.0), rec(biffLabelSST, 3, 1, 0, uint32(2)),
		rec(biffMergeCells, 1, 3, 4, 0, 0),
	), "統一編號", "姓名", "🎉"))
	d, err := Detect(path, Options{Header: HeaderRow(1)})
	if err != nil {
		t.Fatal(err)
	}
	if d.Format != FormatXLS || d.Sheet != "客戶" || d.Columns[0].Header != "統一編號" {
		t.Errorf("%+v", d)
	}
	rows := readAll(t, path, Options{}, d)
	if len(rows) != 2 || rows[0].Number != 2 || rows[1].Number != 4 {
		t.Fatalf("%+v", rows)
	}
	for i, want := range []string{"00004567", "蔡衍明", "2024-01-01", "12.5", "2024-01-01", "TRUE", "#N/A", "合計字", "0.5"} {
		if got := rows[0].Cells[i].Text; got != want {
			t.Errorf("cell %d is %q, want %q", i, got, want)
		}
	}
	if rows[1].Cells[0].Text != "1000000000000000" || rows[1].Cells[1].Text != "🎉" {
		t.Errorf("%+v", rows[1])
	}
}

// TestOldWorkbookPutsCellsInOrder covers writers that go by columns.
func TestOldWorkbookPutsCellsInOrder(t *testing.T) {
	path := writeFile(t, "x.xls", oldWorkbook(records(
		rec(biffLabelSST, 0, 0, 0, uint32(0)), rec(biffNumber, 1, 0, 0, 1.0), rec(biffNumber, 2, 0, 0, 2.0),
		rec(biffLabelSST, 0, 1, 0, uint32(1)), rec(biffNumber, 1, 1, 0, 3.0), rec(biffNumber, 2, 1, 0, 4.0),
	), "甲", "乙"))
	rows := readAll(t, path, Options{Header: HeaderRow(1)}, nil)
	if len(rows) != 2 || rows[1].Cells[0].Text != "2" || rows[1].Cells[1].Text != "4" {
		t.Errorf("%+v", rows)
	}
}

// TestOldWorkbookTextsGoOnInTheNextRecord covers texts longer than a record.
func TestOldWorkbookTextsGoOnInTheNextRecord(t *testing.T) {
	b := newBIFFReader(strings.NewReader(string(records(
		rec(biffSST, uint32(2), uint32(2), 6, byte(1), "長文"),
		rec(biffContinue, byte(0), []byte("abc")), rec(biffContinue, byte(1), "字"),
		rec(biffContinue, 2, byte(0), []byte("zz")),
	))))
	if err := b.next(); err != nil {
		t.Fatal(err)
	}
	w := &oldBook{wide: true, strings: &sharedStrings{}}
	if err := w.readStrings(b); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"長文abc字", "zz"} {
		if got, _, _ := w.strings.get(i); got != want {
			t.Errorf("text %d is %q, want %q", i, got, want)
		}
	}
}

// TestWorkbookBeforeUnicode reads Excel 5 texts in the encoding they name.
func TestWorkbookBeforeUnicode(t *testing.T) {
	big5 := "\xab\xc8\xa4\xe1" // 客戶
	head := func(at int) []byte {
		return records(rec(biffBOF, 0x0500, 5), rec(biffCodePage, 950), rec(biffBoundSheet, uint32(at), byte(0), byte(0), byte(4), []byte(big5)), rec(biffEOF))
	}
	g := records(head(len(head(0))), rec(biffBOF, 0x0500, 0x10), rec(biffLabel, 0, 0, 0, 4, []byte(big5)), rec(biffLabel, 1, 0, 0, 4, []byte("\xa5\xd2\xa4\xbd")), rec(biffEOF))
	path := writeFile(t, "x.xls", compoundOf(map[string][]byte{"Book": append(g, make([]byte, 4096)...)}))
	d, err := Detect(path, Options{Header: HeaderRow(1)})
	if err != nil || d.Sheet != "客戶" || d.Columns[0].Header != "客戶" || d.Rows != 1 {
		t.Errorf("%+v %v", d, err)
	}
}

func TestOldWorkbooksThatCannotBeRead(t *testing.T) {
	stream := func(name string, b []byte) []byte {
		return compoundOf(map[string][]byte{name: append(b, make([]byte, 4096)...)})
	}
	whole := oldWorkbook(rec(biffNumber, 0, 0, 0, 1.0), "甲")
	looped := append([]byte(nil), whole...)
	for i := len(looped) - 512; i < len(looped); i += 4 {
		binary.LittleEndian.PutUint32(looped[i:], 0)
	}
	for name, c := range map[string]struct {
		in   []byte
		code string
	}{
		"password":           {stream("Workbook", records(rec(biffBOF, 0x0600, 5), rec(biffFilePass, 1))), CodeEncrypted},
		"new one, encrypted": {stream("EncryptedPackage", nil), CodeEncrypted},
		"word":               {stream("WordDocument", nil), CodeNotATable},
		"excel 4":            {stream("Workbook", rec(0x0409, 0, 0)), CodeLegacyXLS},
		"no sheets":          {stream("Workbook", records(rec(biffBOF, 0x0600, 5), rec(biffEOF))), CodeNoSheets},
		"cut":                {whole[:600], CodeTruncated},
		"sectors in a ring":  {looped, CodeBadWorkbook},
		"lost text":          {oldWorkbook(rec(biffLabelSST, 4, 0, 0, uint32(9))), CodeBadWorkbook},
	} {
		_, err := Detect(writeFile(t, "x.xls", c.in), Options{})
		if ErrorCode(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func FuzzOldRecords(f *testing.F) {
	f.Add(rec(biffLabelSST, 0, 0, 0, uint32(0)))
	f.Add(records(rec(biffMulRK, 1, 3, 0, uint32(1250)<<2|3, 3), rec(biffBOF, 0, 0), rec(biffMergeCells, 1, 3, 4, 0, 0)))
	f.Add(records(rec(biffFormula, 1, 7, 0, []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0, uint32(0)), rec(biffString, wideText("x")...), rec(biffContinue)))
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.xls", oldWorkbook(b, "a", "b")) })
}

func FuzzOldStream(f *testing.F) {
	f.Add(records(rec(biffSST, uint32(9), uint32(9), 3, byte(0xD), 1, uint32(4), []byte("abc")), rec(biffContinue, []byte{1, 2})))
	f.Add(rec(biffBoundSheet, uint32(9), byte(0), byte(0), byte(255), byte(1), "x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		readBytes(t, "x.xls", compoundOf(map[string][]byte{"Workbook": append(rec(biffBOF, 0x0600, 5), b...)}))
	})
}

func FuzzCompound(f *testing.F) {
	whole := oldWorkbook(rec(biffNumber, 0, 0, 0, 1.0), "甲")
	f.Add(whole[8:])
	f.Fuzz(func(t *testing.T, b []byte) { readBytes(t, "x.xls", append([]byte(compoundMagic), b...)) })
}
