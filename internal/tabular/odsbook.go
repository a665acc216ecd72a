package tabular

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// odsBook is an OpenDocument spreadsheet: all sheets in one part, in order.
type odsBook struct {
	w      *workbook // the zip file and its parts
	sheets []xmlSheet
	hidden map[string]bool // styles of hidden sheets
}

const (
	odsContent    = "content.xml"
	odsMaxRows    = 1 << 20
	odsMaxRepeats = 1 << 16 // of a row that is not empty
)

func openODS(path string, opt Options) (*odsBook, error) {
	f, temp, err := plainFile(path, opt)
	if err != nil {
		return nil, err
	}
	o := &odsBook{w: &workbook{file: f, temp: temp, opt: opt}, hidden: map[string]bool{}}
	if err := o.survey(); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

func (o *odsBook) close() { o.w.close() }

// survey reads the content once to list the sheets.
func (o *odsBook) survey() error {
	if err := o.w.readParts(); err != nil {
		return err
	}
	locked := false
	_ = o.w.scan("meta-inf/manifest.xml", func(x *xmlScanner) error {
		locked = locked || string(x.name) == "encryption-data"
		return nil
	})
	if locked {
		return fail(CodeEncrypted, nil)
	}
	r, err := o.rows(-1, nil)
	if err != nil {
		return err
	}
	defer func() { _ = r.close() }()
	var row rawRow
	for {
		err := r.next(&row)
		if ended(err) {
			break
		}
		if err != nil {
			return err
		}
		if !blankRow(&row) {
			o.sheets[len(o.sheets)-1].rows++
		}
	}
	if len(o.sheets) == 0 {
		return fail(CodeNoSheets, nil)
	}
	return nil
}

func (o *odsBook) list() []sheetInfo {
	out := make([]sheetInfo, len(o.sheets))
	for i, s := range o.sheets {
		out[i] = s.sheetInfo
	}
	return out
}

func (o *odsBook) count(i, _ int) (int, error) { return o.sheets[i].rows, nil }

func (o *odsBook) sheet(i int, merged []string) (sheetRows, error) { return o.rows(i, merged) }

func (o *odsBook) rows(want int, _ []string) (*odsRows, error) {
	p := o.w.parts[odsContent]
	if p == nil {
		return nil, fail(CodeBadWorkbook, nil, "part", odsContent)
	}
	rc, err := o.w.open(p)
	if err != nil {
		return nil, err
	}
	return &odsRows{o: o, rc: rc, x: newXMLScanner(rc), want: want, at: -1}, nil
}

// odsRows yields the rows of one sheet, or of all on the first pass.
type odsRows struct {
	o    *odsBook
	rc   io.Closer
	x    *xmlScanner
	want int
	at   int

	inTable  bool
	style    string
	number   int
	repeats  int // times the row is still to be given
	repeated []Cell
	text     []byte
}

func (r *odsRows) ranges() []string { return nil }
func (r *odsRows) close() error     { return r.rc.Close() }

func (r *odsRows) token() error {
	err := r.x.next()
	if err == nil || ended(err) {
		return err
	}
	return partError(r.o.w.parts[odsContent], err)
}

func (r *odsRows) next(row *rawRow) error {
	row.problem = nil
	if r.repeats > 0 {
		r.repeats--
		r.number++
		row.number, row.line = r.number, r.number
		row.cells = append(row.cells[:0], r.repeated...)
		return nil
	}
	for {
		if err := r.token(); err != nil {
			return err
		}
		if r.x.kind == xmlText {
			continue
		}
		start := r.x.kind == xmlStart
		switch string(r.x.name) {
		case "style":
			if start {
				r.style = string(r.x.attr("name"))
			}
		case "table-properties":
			if start && string(r.x.attr("display")) == "false" && len(r.o.hidden) < maxSheets {
				r.o.hidden[r.style] = true
			}
		case "shapes", "tracked-changes", "dde-links":
			if start {
				if err := r.passOver(string(r.x.name)); err != nil {
					return err
				}
			}
		case "table":
			if r.inTable = start; !start {
				if r.want >= 0 && r.at >= r.want {
					return io.EOF
				}
				continue
			}
			r.at++
			r.number = 0
			if r.want < 0 {
				if len(r.o.sheets) >= maxSheets {
					return fail(CodeTooLarge, nil, "limit", strconv.Itoa(maxSheets), "part", "sheets")
				}
				r.o.sheets = append(r.o.sheets, xmlSheet{sheetInfo: sheetInfo{name: string(r.x.attr("name")), hidden: r.o.hidden[string(r.x.attr("style-name"))]}})
			}
		case "table-row":
			if !start || !r.inTable {
				continue
			}
			given, err := r.row(row)
			if err != nil || given {
				return err
			}
		}
	}
}

// passOver reads on to the end of an element.
func (r *odsRows) passOver(name string) error {
	for depth := 1; depth > 0; {
		if err := r.token(); err != nil {
			return err
		}
		if r.x.kind != xmlText && string(r.x.name) == name {
			if r.x.kind == xmlStart {
				depth++
			} else {
				depth--
			}
		}
	}
	return nil
}

// row reads a row; it is given where it is of the sheet wanted and holds
// anything.
func (r *odsRows) row(row *rawRow) (bool, error) {
	times := max(1, atoi(r.x.attr("number-rows-repeated")))
	row.number, row.line, row.cells = r.number+1, r.number+1, row.cells[:0]
	if err := r.cells(row); err != nil {
		return false, err
	}
	if len(row.cells) == 0 || r.want >= 0 && r.at != r.want {
		r.number += min(times, odsMaxRows)
		return false, nil
	}
	if r.number >= odsMaxRows {
		return false, fail(CodeTooLarge, nil, "limit", strconv.Itoa(odsMaxRows), "part", "rows")
	}
	if r.number++; times > 1 && times <= odsMaxRepeats {
		r.repeats, r.repeated = times-1, append(r.repeated[:0], row.cells...)
	}
	return true, nil
}

// odsCell is what the attributes of a cell say.
type odsCell struct {
	times                       int
	kind, value, date, clock, b string
	covered, failed, hasString  bool
	text                        string
}

// cells reads the cells up to the end of the row.
func (r *odsRows) cells(row *rawRow) error {
	var c odsCell
	col := 0
	in, paragraphs := false, 0
	for {
		if err := r.token(); err != nil {
			if ended(err) {
				return fail(CodeTruncated, nil, "row", strconv.Itoa(row.number))
			}
			return err
		}
		if r.x.kind == xmlText {
			if in && paragraphs > 0 && len(r.text)+len(r.x.text) <= xmlMaxToken {
				r.text = append(r.text, r.x.text...)
			}
			continue
		}
		start := r.x.kind == xmlStart
		switch string(r.x.name) {
		case "table-row":
			if !start {
				return nil
			}
		case "table-cell", "covered-table-cell":
			if start {
				c = r.attributes()
				r.text, in, paragraphs = r.text[:0], true, 0
				continue
			}
			in = false
			if cell := c.cell(string(r.text)); cell.Kind != KindEmpty {
				for range c.times {
					if err := place(row, col, cell, r.o.w.opt); err != nil {
						return err
					}
					col++
				}
			} else {
				col += min(c.times, 1<<20)
			}
		case "annotation", "shapes":
			if start {
				if err := r.passOver(string(r.x.name)); err != nil {
					return err
				}
			}
		case "p", "h":
			if start && in {
				if paragraphs++; paragraphs > 1 {
					r.text = append(r.text, '\n')
				}
			}
		case "s":
			if start && in {
				for range min(max(1, atoi(r.x.attr("c"))), 1000) {
					r.text = append(r.text, ' ')
				}
			}
		case "tab":
			if start && in {
				r.text = append(r.text, '\t')
			}
		case "line-break":
			if start && in {
				r.text = append(r.text, '\n')
			}
		}
	}
}

func (r *odsRows) attributes() odsCell {
	c := odsCell{times: 1, covered: string(r.x.name) == "covered-table-cell"}
	for _, a := range r.x.attrs {
		v := string(a.value)
		switch string(a.name) {
		case "number-columns-repeated":
			c.times = min(max(1, atoi(a.value)), 1<<20)
		case "value-type":
			if v == "error" {
				c.failed = true
			} else if c.kind == "" {
				c.kind = v
			}
		case "value":
			c.value = v
		case "date-value":
			c.date = v
		case "time-value":
			c.clock = v
		case "boolean-value":
			c.b = v
		case "string-value":
			c.text, c.hasString = v, true
		}
	}
	return c
}

func (c *odsCell) cell(shown string) Cell {
	shown = validText(shown)
	switch {
	case c.covered:
		return Cell{}
	case c.failed:
		return Cell{Text: shown, Kind: KindError}
	case c.kind == "percentage":
		return numberCell(c.value, numFormat{kind: formatPercent}, false)
	case c.kind == "float" || c.kind == "currency":
		n := numberCell(c.value, numFormat{}, false)
		// A format with leading zeros, as of a code.
		if len(shown) > len(n.Text) && shown[0] == '0' && strings.TrimLeft(shown, "0") == n.Text {
			n.Text = shown
		}
		return n
	case c.kind == "date":
		return isoCell(c.date)
	case c.kind == "time":
		if d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(c.clock, "PT"))); err == nil {
			t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(d)
			if d < 24*time.Hour {
				return Cell{Text: clockText(t), Kind: KindDate, Time: t}
			}
		}
		return TextCell(shown)
	case c.kind == "boolean":
		return boolCell(c.b == "true")
	case c.hasString && shown == "":
		return TextCell(validText(c.text))
	}
	return TextCell(shown)
}
