package tabular

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// xmlBook is a workbook as the XML of Excel 2003, which many systems give out
// under the name of an .xls.
type xmlBook struct {
	path, encoding string
	opt            Options
	sheets         []xmlSheet
	styles         map[string]numFormat
}

type xmlSheet struct {
	sheetInfo
	rows int // with a value
}

func openXMLBook(path string, opt Options, encoding string) (*xmlBook, error) {
	w := &xmlBook{path: path, encoding: encoding, opt: opt, styles: map[string]numFormat{}}
	r, err := w.rows(-1)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.close() }()
	var row rawRow
	for {
		err := r.next(&row)
		if ended(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !blankRow(&row) {
			w.sheets[len(w.sheets)-1].rows++
		}
	}
	if len(w.sheets) == 0 {
		return nil, fail(CodeNoSheets, nil)
	}
	return w, nil
}

func (w *xmlBook) list() []sheetInfo {
	out := make([]sheetInfo, len(w.sheets))
	for i, s := range w.sheets {
		out[i] = s.sheetInfo
	}
	return out
}

func (w *xmlBook) count(i, _ int) (int, error)                { return w.sheets[i].rows, nil }
func (w *xmlBook) close()                                     {}
func (w *xmlBook) sheet(i int, _ []string) (sheetRows, error) { return w.rows(i) }

func (w *xmlBook) rows(want int) (*xmlRows, error) {
	rc, _, err := openBytes(w.path, w.opt)
	if err != nil {
		return nil, err
	}
	dec, err := decodeReader(rc, w.encoding)
	if err != nil {
		_ = rc.Close()
		return nil, err
	}
	return &xmlRows{w: w, rc: rc, x: newXMLScanner(dec), want: want, at: -1}, nil
}

// xmlRows yields the rows of one sheet, or of all sheets on the first pass,
// which also notes the sheets and the formats.
type xmlRows struct {
	w    *xmlBook
	rc   io.Closer
	x    *xmlScanner
	want int // -1 is the first pass
	at   int // sheet the scanner is in

	number, col int
	style       string // being defined
	text        []byte
}

func (r *xmlRows) ranges() []string { return nil }
func (r *xmlRows) close() error     { return r.rc.Close() }

func (r *xmlRows) next(row *rawRow) error {
	for {
		if err := r.token(); err != nil {
			return err
		}
		if r.x.kind == xmlText {
			continue
		}
		start := r.x.kind == xmlStart
		switch name := string(r.x.name); {
		case name == "Worksheet" && start:
			r.at++
			r.number = 0
			if r.want < 0 {
				if len(r.w.sheets) >= maxSheets {
					return fail(CodeTooLarge, nil, "limit", strconv.Itoa(maxSheets), "part", "sheets")
				}
				r.w.sheets = append(r.w.sheets, xmlSheet{sheetInfo: sheetInfo{name: string(r.x.attr("Name"))}})
			}
		case name == "Worksheet" && r.want >= 0 && r.at >= r.want:
			return io.EOF
		case r.want < 0 && start && (name == "Style" || name == "NumberFormat" || name == "Visible"):
			if err := r.note(name); err != nil {
				return err
			}
		case name == "Row" && start && r.at >= 0:
			n := atoi(r.x.attr("Index"))
			span := atoi(r.x.attr("Span"))
			r.number = max(r.number+1, min(n, 1<<24))
			row.number, row.line, row.problem, row.cells = r.number, r.number, nil, row.cells[:0]
			r.number += min(span, 1<<20)
			r.col = 0
			if err := r.cells(row); err != nil {
				return err
			}
			if r.want < 0 || r.at == r.want {
				return nil
			}
		}
	}
}

func (r *xmlRows) token() error {
	err := r.x.next()
	if err == nil || ended(err) {
		return err
	}
	if ErrorCode(err) != "" {
		return err
	}
	return fail(CodeTruncated, err) // the scanner takes everything but an end within a tag
}

// note keeps what the first pass meets beside the rows.
func (r *xmlRows) note(name string) error {
	switch name {
	case "Style":
		r.style = string(r.x.attr("ID"))
	case "NumberFormat":
		code := string(r.x.attr("Format"))
		f := parseFormat(code)
		if code == "Percent" {
			f = numFormat{kind: formatPercent}
		} else if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ") == "" {
			f = numFormat{} // a named one, as Standard: dates say so by themselves
		}
		if f.kind != formatNumber && len(r.w.styles) < 1<<16 {
			r.w.styles[r.style] = f
		}
	case "Visible":
		if err := r.token(); err != nil {
			return err
		}
		if r.x.kind == xmlText && r.at >= 0 {
			v := strings.TrimSpace(string(r.x.text))
			r.w.sheets[r.at].hidden = v == "SheetHidden" || v == "SheetVeryHidden"
		}
	}
	return nil
}

// cells reads the cells up to </Row>.
func (r *xmlRows) cells(row *rawRow) error {
	var kind, style string
	var across int
	comment, data, has := false, false, false
	for {
		if err := r.token(); err != nil {
			if ended(err) {
				return fail(CodeTruncated, nil, "row", strconv.Itoa(row.number))
			}
			return err
		}
		if r.x.kind == xmlText {
			if data && !comment && len(r.text)+len(r.x.text) <= xmlMaxToken {
				r.text = append(r.text, r.x.text...)
			}
			continue
		}
		start := r.x.kind == xmlStart
		switch string(r.x.name) {
		case "Row":
			if !start {
				return nil
			}
		case "Cell":
			if start {
				if n := atoi(r.x.attr("Index")); n > r.col {
					r.col = min(n, 1<<20) - 1
				}
				across, style = atoi(r.x.attr("MergeAcross")), string(r.x.attr("StyleID"))
				r.text, has, kind = r.text[:0], false, ""
				continue
			}
			if has {
				if err := place(row, r.col, r.value(kind, style), r.w.opt); err != nil {
					return err
				}
			}
			r.col += 1 + min(across, 1<<20)
		case "Data":
			if !comment {
				data = start
				if start {
					kind, has = string(r.x.attr("Type")), true
				}
			}
		case "Comment":
			comment = start
		}
	}
}

func (r *xmlRows) value(kind, style string) Cell {
	text := validText(string(r.text))
	switch kind {
	case "Number":
		if strings.TrimSpace(text) == "" {
			return Cell{}
		}
		return numberCell(text, r.w.styles[style], false)
	case "DateTime":
		c := isoCell(text)
		if c.Kind == KindDate && c.Time.Year() < 1900 { // a time without a day
			c.Text = clockText(c.Time)
		}
		return c
	case "Boolean":
		return boolCell(strings.TrimSpace(text) == "1")
	case "Error":
		return Cell{Text: text, Kind: KindError}
	}
	return TextCell(text)
}

// clockText is a time of day, with its seconds where it has some.
func clockText(t time.Time) string {
	if t.Second() != 0 {
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}
