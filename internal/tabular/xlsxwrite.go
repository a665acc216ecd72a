package tabular

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	xlsxMaxRows = 1048576
	xlsxMaxText = 32767 // UTF-16 units Excel allows in a cell
	sheetHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	xlsxStyles = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
	styleHeader, styleDate, styleDateTime, styleText = 1, 2, 3, 4
)

// xlsxWriter writes a workbook straight into the stream: nothing is kept but
// the row at hand. Beyond the rows Excel allows, another sheet follows.
type xlsxWriter struct {
	z       *zip.Writer
	w       *bufio.Writer
	name    string
	headers []string
	opt     XLSXOptions
	sheets  int
	row     int
	buf     []byte
	cut     int
	err     error
}

// NewXLSXWriter writes a workbook with one sheet (more where the rows exceed
// what Excel takes), a frozen bold header, texts as text, numbers as numbers,
// dates as dates. Truncated says how many texts Excel's limit has cut.
func NewXLSXWriter(w io.Writer, sheetName string, headers []string, opt XLSXOptions) (Writer, error) {
	x := &xlsxWriter{z: zip.NewWriter(w), name: sheetTitle(sheetName), headers: headers, opt: opt}
	x.z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	x.begin()
	return x, x.err
}

// sheetTitle makes a name Excel accepts.
func sheetTitle(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	s = strings.Trim(strings.Join(strings.Fields(s), " "), "' ")
	s, _ = cutUnits(s, 26)
	if s = strings.TrimSpace(s); s == "" || strings.EqualFold(s, "history") {
		return "Sheet1"
	}
	return s
}

// cutUnits shortens a text to n UTF-16 units.
func cutUnits(s string, n int) (string, bool) {
	if len(s) <= n {
		return s, false
	}
	units := 0
	for i, r := range s {
		units++
		if r > 0xFFFF {
			units++
		}
		if units > n {
			return s[:i], true
		}
	}
	return s, false
}

func (x *xlsxWriter) begin() {
	x.sheets++
	part, err := x.z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", x.sheets))
	if err != nil {
		x.err = err
		return
	}
	x.w = bufio.NewWriterSize(part, 64<<10)
	x.row = 0
	_, _ = x.w.WriteString(sheetHead)
	if len(x.headers) > 0 {
		_, _ = x.w.WriteString(`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
		for i, h := range x.headers {
			_, _ = fmt.Fprintf(x.w, `<col min="%d" max="%d" width="%s" customWidth="1"/>`, i+1, i+1, strconv.FormatFloat(x.width(i, h), 'f', 1, 64))
		}
		_, _ = x.w.WriteString(`</cols>`)
	}
	_, _ = x.w.WriteString(`<sheetData>`)
	if len(x.headers) > 0 {
		cells := make([]Cell, len(x.headers))
		for i, h := range x.headers {
			cells[i] = TextCell(h)
		}
		x.writeRow(cells, styleHeader)
	}
}

func (x *xlsxWriter) width(i int, header string) float64 {
	if i < len(x.opt.Widths) && x.opt.Widths[i] > 0 {
		return min(255, x.opt.Widths[i])
	}
	n := 2.0
	for _, r := range header {
		n++
		if r > 0x2E80 {
			n++
		}
	}
	return max(10, min(60, n))
}

// WriteRow writes one row.
func (x *xlsxWriter) WriteRow(cells []Cell) error {
	if x.err == nil && x.row >= xlsxMaxRows {
		x.end()
		if x.err == nil {
			x.begin()
		}
	}
	if x.err != nil {
		return x.err
	}
	x.writeRow(cells, 0)
	return x.err
}

func (x *xlsxWriter) writeRow(cells []Cell, style int) {
	x.row++
	b := append(x.buf[:0], `<row r="`...)
	b = strconv.AppendInt(b, int64(x.row), 10)
	b = append(b, `">`...)
	for i := range cells {
		b = x.cell(b, i, &cells[i], style)
	}
	b = append(b, `</row>`...)
	if _, err := x.w.Write(b); err != nil && x.err == nil {
		x.err = err
	}
	if cap(b) > 1<<20 {
		b = nil
	}
	x.buf = b
}

func (x *xlsxWriter) cell(b []byte, col int, c *Cell, style int) []byte {
	text := cellText(c)
	if text == "" {
		return b
	}
	switch c.Kind {
	case KindNumber:
		if n, ok := exactNumber(text); ok {
			return x.value(b, col, "", style, n)
		}
		if !isDigits(strings.TrimPrefix(text, "-")) && strings.Trim(text, "0123456789.-") != "" {
			return x.value(b, col, "", style, strconv.FormatFloat(c.Number, 'f', -1, 64))
		}
	case KindBool:
		v := "0"
		if strings.EqualFold(text, "TRUE") {
			v = "1"
		}
		return x.value(b, col, "b", style, v)
	case KindDate:
		if s, ok := excelSerial(c.Time); ok && dateText(text) {
			style = styleDateTime
			if len(text) <= 10 || col < len(x.opt.DateOnly) && x.opt.DateOnly[col] {
				style = styleDate
			}
			return x.value(b, col, "", style, s)
		}
	}
	if style == 0 && isDigits(strings.TrimLeft(text, "+-")) {
		style = styleText // so that Excel keeps it a text when somebody edits it
	}
	text, cut := cutUnits(text, xlsxMaxText)
	if cut {
		x.cut++
	}
	b = cellStart(b, col, x.row, "inlineStr", style)
	b = append(b, `<is><t xml:space="preserve">`...)
	b = appendXMLText(b, text)
	return append(b, `</t></is></c>`...)
}

func dateText(s string) bool {
	return len(s) >= 10 && s[4] == '-' && s[7] == '-'
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// exactNumber says whether a number survives being stored in binary, and how
// it is written.
func exactNumber(s string) (string, bool) {
	t := strings.TrimPrefix(s, "-")
	digits := strings.Replace(t, ".", "", 1)
	if !isDigits(digits) || len(strings.TrimLeft(digits, "0")) > 15 || len(t) > 1 && t[0] == '0' && t[1] != '.' || t[0] == '.' || t[len(t)-1] == '.' {
		return "", false
	}
	return s, true
}

func (x *xlsxWriter) value(b []byte, col int, kind string, style int, v string) []byte {
	b = cellStart(b, col, x.row, kind, style)
	b = append(b, `<v>`...)
	b = append(b, v...)
	return append(b, `</v></c>`...)
}

func cellStart(b []byte, col, row int, kind string, style int) []byte {
	b = append(b, `<c r="`...)
	b = append(b, columnLetter(col)...)
	b = strconv.AppendInt(b, int64(row), 10)
	b = append(b, '"')
	if style > 0 {
		b = append(b, ` s="`...)
		b = strconv.AppendInt(b, int64(style), 10)
		b = append(b, '"')
	}
	if kind != "" {
		b = append(b, ` t="`...)
		b = append(b, kind...)
		b = append(b, '"')
	}
	return append(b, '>')
}

// excelSerial is the number Excel stores for a wall clock time.
func excelSerial(t time.Time) (string, bool) {
	if t.Year() < 1900 || t.Year() > 9999 || t.Year() == 1900 && t.Month() < 3 {
		return "", false
	}
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	days := math.Round(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	secs := float64(t.Hour()*3600+t.Minute()*60+t.Second()) + float64(t.Nanosecond())/1e9
	return strconv.FormatFloat(days+secs/86400, 'f', -1, 64), true
}

// appendXMLText escapes text, control characters as workbooks do.
func appendXMLText(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r < 0x20 && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			b = append(b, fmt.Sprintf("_x%04X_", r)...)
		case r == '_' && escapeLike(s[i:]):
			b = append(b, "_x005F_"...)
		default:
			b = utf8.AppendRune(b, r)
		}
		i += n
	}
	return b
}

// escapeLike says whether text would be read as an escape.
func escapeLike(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 32)
	return err == nil
}

func (x *xlsxWriter) end() {
	_, _ = x.w.WriteString(`</sheetData>`)
	if n := len(x.headers); n > 0 {
		_, _ = fmt.Fprintf(x.w, `<autoFilter ref="A1:%s%d"/>`, columnLetter(n-1), max(1, x.row))
	}
	_, _ = x.w.WriteString(`</worksheet>`)
	if err := x.w.Flush(); err != nil && x.err == nil {
		x.err = err
	}
}

// Close writes the parts that list the sheets and finishes the file.
func (x *xlsxWriter) Close() error {
	if x.err != nil {
		return x.err
	}
	x.end()
	const decl = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const ct = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	var sheets, rels, types strings.Builder
	for i := 1; i <= x.sheets; i++ {
		name := x.name
		if i > 1 {
			name = fmt.Sprintf("%s (%d)", x.name, i)
		}
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, strings.ReplaceAll(string(appendXMLText(nil, name)), `"`, "&quot;"), i, i)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i, rel, i)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i, ct)
	}
	for _, p := range []struct{ name, body string }{
		{"xl/styles.xml", xlsxStyles},
		{"xl/workbook.xml", decl + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + rel + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels.String() +
			fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, x.sheets+1, rel)},
		{"_rels/.rels", decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", decl + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + ct + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + ct + `styles+xml"/>` + types.String() + `</Types>`},
	} {
		if x.err != nil {
			break
		}
		var part io.Writer
		if part, x.err = x.z.Create(p.name); x.err == nil {
			_, x.err = io.WriteString(part, p.body)
		}
	}
	if x.err == nil {
		x.err = x.z.Close()
	}
	return x.err
}
