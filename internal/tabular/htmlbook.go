package tabular

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// page is a web page with tables, which many systems give out under the name
// of an .xls.
type page struct {
	path, encoding string
	opt            Options
	tables         []pageTable
}

type pageTable struct {
	sheetInfo
	ordinal     int // of the table elements in the page
	rows, cells int // with a value
}

const (
	pageMaxTables = 1000
	pageMaxSpan   = 1 << 16
)

func openHTML(path string, opt Options, encoding string) (*page, error) {
	p := &page{path: path, encoding: encoding, opt: opt}
	if err := p.survey(); err != nil {
		return nil, err
	}
	if len(p.tables) == 0 {
		return nil, fail(CodeNoTable, nil)
	}
	return p, nil
}

// survey reads the page once to list its tables.
func (p *page) survey() error {
	s, err := p.rows(-1)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	tables := map[int]*pageTable{}
	var row rawRow
	for {
		err := s.next(&row)
		if ended(err) {
			break
		}
		if err != nil {
			return err
		}
		if blankRow(&row) {
			continue
		}
		t := tables[s.of]
		if t == nil {
			if len(tables) >= pageMaxTables {
				continue
			}
			t = &pageTable{ordinal: s.of}
			tables[s.of] = t
		}
		t.rows++
		for _, c := range row.cells {
			if visible(c.Text) {
				t.cells++
			}
		}
	}
	names := map[string]bool{}
	for i := range s.count {
		t := tables[i]
		if t == nil {
			continue
		}
		t.name = s.captions[i]
		if t.name == "" || names[t.name] {
			t.name = strconv.Itoa(len(p.tables) + 1)
		}
		names[t.name] = true
		p.tables = append(p.tables, *t)
	}
	return nil
}

func (p *page) list() []sheetInfo {
	out := make([]sheetInfo, len(p.tables))
	for i, t := range p.tables {
		out[i] = t.sheetInfo
	}
	return out
}

// main is the table with most cells: the others are titles and layout.
func (p *page) main() int {
	best := 0
	for i, t := range p.tables {
		if t.cells > p.tables[best].cells {
			best = i
		}
	}
	return best
}

func (p *page) count(i, _ int) (int, error) { return p.tables[i].rows, nil }
func (p *page) close()                      {}

func (p *page) sheet(i int, _ []string) (sheetRows, error) { return p.rows(p.tables[i].ordinal) }

// rows reads one table of the page, -1 all.
func (p *page) rows(ordinal int) (*pageRows, error) {
	rc, _, err := openBytes(p.path, p.opt)
	if err != nil {
		return nil, err
	}
	dec, err := decodeReader(rc, p.encoding)
	if err != nil {
		_ = rc.Close()
		return nil, err
	}
	z := html.NewTokenizer(dec)
	z.SetMaxBuf(xmlMaxToken)
	return &pageRows{rc: rc, z: z, opt: p.opt, want: ordinal, captions: map[int]string{}}, nil
}

// pageRows yields the rows of a table, or of all tables of a page.
type pageRows struct {
	rc   io.Closer
	z    *html.Tokenizer
	opt  Options
	want int

	of       int // table of the row given last
	count    int // tables met
	captions map[int]string
	open     []*openTable
	skip     string // element whose text is no content
	caption  bool
	done     bool
}

// openTable is a table that has begun: cells may hold tables in turn.
type openTable struct {
	ordinal, number int
	row             rawRow
	inRow, inCell   bool
	col, span, down int
	text            strings.Builder
	spans           map[int]int // rows still covered by a cell from above
}

func (r *pageRows) ranges() []string { return nil }
func (r *pageRows) close() error     { return r.rc.Close() }

func (r *pageRows) top() *openTable {
	if len(r.open) == 0 {
		return nil
	}
	return r.open[len(r.open)-1]
}

func (r *pageRows) next(row *rawRow) error {
	for {
		if r.done {
			return io.EOF
		}
		given, err := r.token(row)
		if err != nil {
			return err
		}
		if given {
			return nil
		}
	}
}

// token reads on by one token; given says that it ended a row that is wanted.
func (r *pageRows) token(row *rawRow) (given bool, err error) {
	switch r.z.Next() {
	case html.ErrorToken:
		if err := r.z.Err(); !ended(err) {
			return false, asError(err)
		}
		// What is still open ends with the file.
		for len(r.open) > 0 {
			if given, err := r.endTable(row); given || err != nil {
				return given, err
			}
		}
		r.done = true
	case html.TextToken:
		if t := r.top(); t != nil && r.skip == "" && (t.inCell || r.caption) && t.text.Len() < xmlMaxToken {
			t.text.Write(r.z.Text())
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		name, more := r.z.TagName()
		return r.start(string(name), more, row)
	case html.EndTagToken:
		name, _ := r.z.TagName()
		return r.end(string(name), row)
	}
	return false, nil
}

func (r *pageRows) start(name string, attrs bool, row *rawRow) (bool, error) {
	t := r.top()
	switch name {
	case "script", "style", "title", "noscript", "template":
		r.skip = name
	case "table":
		if len(r.open) >= 64 {
			return false, fail(CodeBadWorkbook, nil, "part", "tables")
		}
		r.open = append(r.open, &openTable{ordinal: r.count, spans: map[int]int{}})
		r.count++
	case "caption":
		r.caption = t != nil
	case "tr":
		given, err := r.endRow(row)
		if t != nil {
			r.begin(t)
		}
		return given, err
	case "td", "th":
		if t == nil {
			return false, nil
		}
		if err := r.endCell(t); err != nil {
			return false, err
		}
		if !t.inRow {
			r.begin(t)
		}
		r.cell(t, attrs)
	case "br":
		if t != nil {
			t.text.WriteString("\x00")
		}
	case "p", "div", "li":
		if t != nil && t.inCell && strings.TrimSpace(t.text.String()) != "" {
			t.text.WriteString("\x00")
		}
	}
	return false, nil
}

func (r *pageRows) begin(t *openTable) {
	t.number++
	t.row = rawRow{number: t.number, line: t.number, cells: t.row.cells[:0]}
	t.inRow, t.col = true, 0
}

// cell begins a cell at the next column that no cell from above covers.
func (r *pageRows) cell(t *openTable, attrs bool) {
	t.inCell, t.span, t.down = true, 1, 1
	t.text.Reset()
	for attrs {
		var key, value []byte
		key, value, attrs = r.z.TagAttr()
		switch string(key) {
		case "colspan":
			t.span = min(max(1, atoi(value)), 1000)
		case "rowspan":
			t.down = min(max(1, atoi(value)), pageMaxSpan)
		}
	}
	for t.spans[t.col] > 0 {
		t.spans[t.col]--
		t.col++
	}
}

// endCell puts the cell that is open into its row.
func (r *pageRows) endCell(t *openTable) error {
	if !t.inCell {
		return nil
	}
	t.inCell = false
	if err := place(&t.row, t.col, TextCell(pageText(t.text.String())), r.opt); err != nil {
		return err
	}
	for range t.span {
		if t.down > 1 && t.col < r.opt.maxColumns() {
			t.spans[t.col] = t.down - 1
		}
		t.col++
	}
	return nil
}

func (r *pageRows) end(name string, row *rawRow) (bool, error) {
	if r.skip == name {
		r.skip = ""
	}
	t := r.top()
	if t == nil {
		return false, nil
	}
	switch name {
	case "td", "th":
		return false, r.endCell(t)
	case "tr":
		return r.endRow(row)
	case "caption":
		if r.caption && len(r.captions) < pageMaxTables {
			r.captions[t.ordinal] = firstRunes(pageText(t.text.String()), 60)
		}
		r.caption = false
	case "table":
		return r.endTable(row)
	}
	return false, nil
}

// endRow ends the row that is open and gives it where it is wanted.
func (r *pageRows) endRow(row *rawRow) (bool, error) {
	t := r.top()
	if t == nil || !t.inRow {
		return false, nil
	}
	if err := r.endCell(t); err != nil {
		return false, err
	}
	t.inRow = false
	for col, left := range t.spans { // columns right of the last cell
		if col >= t.col && left > 0 {
			t.spans[col]--
		}
	}
	if r.want >= 0 && t.ordinal != r.want {
		return false, nil
	}
	row.number, row.line, row.problem = t.row.number, t.row.line, nil
	row.cells = append(row.cells[:0], t.row.cells...)
	r.of = t.ordinal
	return true, nil
}

func (r *pageRows) endTable(row *rawRow) (bool, error) {
	given, err := r.endRow(row)
	r.open = r.open[:len(r.open)-1]
	return given, err
}

// pageText is the text of a cell as a browser shows it: blanks and line ends of
// the source are one blank, NUL marks a line break.
func pageText(s string) string {
	lines := strings.Split(s, "\x00")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.TrimSpace(validText(strings.Join(lines, "\n")))
}

func firstRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// declaredEncoding is the encoding a page or an XML file says it is in.
func declaredEncoding(head string) string {
	low := strings.ToLower(head[:min(len(head), 4096)])
	for _, mark := range []string{"charset=", "encoding="} {
		_, rest, ok := strings.Cut(low, mark)
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, `"' `)
		if i := strings.IndexAny(rest, `"' ;>/?`); i > 0 {
			if e, ok := lookupEncoding(rest[:i]); ok {
				return e.name
			}
		}
	}
	return ""
}
