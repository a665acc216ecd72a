package tabular

import (
	"slices"
	"strings"
)

// book is a file that may hold several tables: a workbook with its sheets, a
// web page with its tables.
type book interface {
	// list names the sheets, in order.
	list() []sheetInfo
	// count counts the rows with a value of one sheet, up to limit (0 is no limit).
	count(i, limit int) (int, error)
	// sheet opens one sheet; merged are the merged ranges an earlier pass found.
	sheet(i int, merged []string) (sheetRows, error)
	close()
}

type sheetInfo struct {
	name   string
	hidden bool
}

// sheetRows yields the rows of one sheet.
type sheetRows interface {
	rowSource
	// ranges are the merged ranges met so far; they stand after the rows.
	ranges() []string
}

// openBook opens a file of one of the formats with sheets.
func openBook(path string, opt Options, d *Detected) (book, error) {
	switch d.Format {
	case FormatXLS:
		return openXLS(path, opt)
	case FormatODS:
		return openODS(path, opt)
	case FormatHTML:
		return openHTML(path, opt, d.Encoding)
	case FormatXML:
		return openXMLBook(path, opt, d.Encoding)
	default:
		return openWorkbook(path, opt)
	}
}

// detectBook lists the sheets, chooses one and analyses it.
func detectBook(path string, opt Options, d *Detected) error {
	b, err := openBook(path, opt, d)
	if err != nil {
		return err
	}
	defer b.close()
	chosen, err := chooseSheet(b, opt.Sheet)
	if err != nil {
		return err
	}
	sheets := b.list()
	d.Sheet = sheets[chosen].name
	var others, hidden []string
	for i, s := range sheets {
		n := 0
		if i == chosen {
			if n, err = detectSheet(b, i, opt, d); err != nil {
				return inSheet(err, s.name)
			}
		} else if n, err = b.count(i, 0); err != nil {
			return inSheet(err, s.name)
		}
		d.Sheets = append(d.Sheets, Sheet{Name: s.name, Rows: n, Empty: n == 0, Hidden: s.hidden})
		if i != chosen && n > 0 {
			if s.hidden {
				hidden = append(hidden, s.name)
			} else {
				others = append(others, s.name)
			}
		}
	}
	if len(others) > 0 {
		d.warn(WarnOtherSheets, 0, "names", strings.Join(others, ", "))
	}
	if len(hidden) > 0 {
		d.warn(WarnHiddenSheets, 0, "names", strings.Join(hidden, ", "))
	}
	return nil
}

// inSheet says in which sheet something went wrong.
func inSheet(err error, name string) error {
	e, ok := asError(err).(*Error) //nolint:errorlint // asError gives an *Error or nil
	if !ok || e.Params["sheet"] != "" {
		return err
	}
	out := *e
	out.Params = map[string]string{"sheet": name}
	for k, v := range e.Params {
		out.Params[k] = v
	}
	return &out
}

// chooseSheet finds the sheet asked for, or the first visible one with data.
// The tables of a web page are first of all its layout: there it is the one
// with most rows.
func chooseSheet(b book, name string) (int, error) {
	sheets := b.list()
	if name != "" {
		if i := slices.IndexFunc(sheets, func(s sheetInfo) bool { return s.name == name }); i >= 0 {
			return i, nil
		}
		if i := slices.IndexFunc(sheets, func(s sheetInfo) bool {
			return strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(name))
		}); i >= 0 {
			return i, nil
		}
		names := make([]string, len(sheets))
		for i, s := range sheets {
			names[i] = s.name
		}
		return 0, fail(CodeSheetNotFound, nil, "sheet", name, "names", strings.Join(names, ", "))
	}
	if p, ok := b.(interface{ main() int }); ok {
		return p.main(), nil
	}
	for _, hidden := range []bool{false, true} {
		for i, s := range sheets {
			if s.hidden != hidden {
				continue
			}
			n, err := b.count(i, 1)
			if err != nil {
				return 0, inSheet(err, s.name)
			}
			if n > 0 {
				return i, nil
			}
		}
	}
	return 0, nil
}

// countedRows counts the rows with a value that pass.
type countedRows struct {
	sheetRows
	values int
}

func (c *countedRows) next(row *rawRow) error {
	err := c.sheetRows.next(row)
	if err == nil && !blankRow(row) {
		c.values++
	}
	return err
}

// countRows counts the rows with a value of a sheet by reading it.
func countRows(b book, i, limit int) (int, error) {
	s, err := b.sheet(i, nil)
	if err != nil {
		return 0, err
	}
	c := countedRows{sheetRows: s}
	defer func() { _ = s.close() }()
	var row rawRow
	for limit == 0 || c.values < limit {
		if err := c.next(&row); err != nil {
			if ended(err) {
				break
			}
			return 0, err
		}
	}
	return c.values, nil
}

// detectSheet analyses a sheet. Merged ranges stand after the rows, so a sheet
// that has some is read again knowing them.
func detectSheet(b book, i int, opt Options, d *Detected) (int, error) {
	first := *d
	n, merged, err := analyseSheet(b, i, opt, &first, nil)
	if err == nil && len(merged) > 0 {
		first = *d
		first.Merged = merged
		n, _, err = analyseSheet(b, i, opt, &first, merged)
	}
	*d = first
	return n, err
}

func analyseSheet(b book, i int, opt Options, d *Detected, merged []string) (int, []string, error) {
	s, err := b.sheet(i, merged)
	if err != nil {
		return 0, nil, err
	}
	c := &countedRows{sheetRows: s}
	defer func() { _ = s.close() }()
	err = analyse(c, opt, d, true)
	return c.values, s.ranges(), err
}

// ownRows closes the book with its sheet.
type ownRows struct {
	sheetRows
	b book
}

func (o *ownRows) close() error {
	err := o.sheetRows.close()
	o.b.close()
	return err
}

// openSheetOf opens the sheet that was detected.
func openSheetOf(path string, opt Options, d *Detected) (rowSource, error) {
	b, err := openBook(path, opt, d)
	if err != nil {
		return nil, err
	}
	i, err := chooseSheet(b, d.Sheet)
	if err != nil {
		b.close()
		return nil, err
	}
	s, err := b.sheet(i, d.Merged)
	if err != nil {
		b.close()
		return nil, err
	}
	return &ownRows{s, b}, nil
}

// mergedCells are the merged ranges of a sheet by their first row.
type mergedCells []mergedRange

type mergedRange struct{ c1, r1, c2, r2 int }

const maxMerged = 20000

func parseMerged(refs []string) mergedCells {
	var out mergedCells
	for _, ref := range refs {
		a, b, ok := strings.Cut(ref, ":")
		if !ok {
			continue
		}
		m := mergedRange{c1: refColumn([]byte(a)), c2: refColumn([]byte(b)), r1: refRow(a), r2: refRow(b)}
		if m.c1 >= 0 && m.c2 >= m.c1 && m.r1 > 0 && m.r2 >= m.r1 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b mergedRange) int { return a.r1 - b.r1 })
	return out
}

func refRow(ref string) int {
	return atoi([]byte(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")))
}

// clear empties cells hidden under a merged one. Rows come in order, so that
// ranges above are dropped on the way.
func (m *mergedCells) clear(row *rawRow) {
	all := *m
	for i := 0; i < len(all) && all[i].r1 <= row.number; i++ {
		r := all[i]
		if r.r2 < row.number {
			all = slices.Delete(all, i, i+1)
			i--
			continue
		}
		for c := r.c1; c <= r.c2 && c < len(row.cells); c++ {
			if c != r.c1 || row.number != r.r1 {
				row.cells[c] = Cell{}
			}
		}
	}
	*m = all
}

// place puts a cell at a column of a row, filling up what was left out.
func place(row *rawRow, col int, c Cell, opt Options) error {
	if c.Kind == KindEmpty {
		return nil
	}
	if col >= opt.maxColumns() {
		return tooManyColumns(col+1, opt, row.number)
	}
	for len(row.cells) <= col {
		row.cells = append(row.cells, Cell{})
	}
	row.cells[col] = c
	return nil
}
