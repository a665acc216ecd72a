package tabular

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const headRows = 100

// Detect reads path once from end to end, without keeping it, and says what it
// holds. Options already chosen are taken as given.
func Detect(path string, opt Options) (d *Detected, err error) {
	defer guard(&err)
	s, err := sniff(path, opt)
	if err != nil {
		return nil, err
	}
	d = &Detected{Format: s.format, Compressed: s.compressed}
	if s.encoding != "" {
		d.Encoding = s.encoding
		d.EncodingConfidence = s.guess.confidence
		d.EncodingAlternatives = s.guess.alternatives
		if s.encoding != s.guess.name {
			d.EncodingConfidence = 1
			d.EncodingAlternatives = append([]string{s.guess.name}, slices.DeleteFunc(s.guess.alternatives, func(n string) bool { return n == s.encoding })...)
		}
		if d.EncodingConfidence < 0.6 {
			d.warn(WarnEncodingGuess, 0)
		}
	}
	switch s.format {
	case FormatCSV:
		err = detectCSV(path, opt, d)
	case FormatXLSX, FormatXLS, FormatODS, FormatHTML, FormatXML:
		err = detectBook(path, opt, d)
	case FormatJSON:
		err = detectKeyed(path, opt, d, openJSON)
	case FormatVCF:
		err = detectKeyed(path, opt, d, openVCards)
	default:
		err = fail(CodeNotATable, nil, "kind", string(s.format))
	}
	if err != nil {
		return nil, asError(err)
	}
	if differs(opt.fileName(path), d.Format) {
		d.warn(WarnTwoFormats, 0, "format", string(d.Format))
	}
	return d, nil
}

func (d *Detected) warn(code string, row int, params ...string) {
	w := Warning{Code: code, Row: row}
	if len(params) > 1 {
		w.Params = paramMap(params)
	}
	d.Warnings = append(d.Warnings, w)
}

// differs says whether a file's name promises another format.
func differs(name string, f Format) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	var want []Format
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".tab":
		want = []Format{FormatCSV}
	case ".xls", ".et":
		want = []Format{FormatXLS, FormatXLSX}
	case ".xlsx", ".xlsm":
		want = []Format{FormatXLSX}
	case ".ods":
		want = []Format{FormatODS}
	case ".json", ".jsonl", ".ndjson":
		want = []Format{FormatJSON}
	case ".vcf", ".vcard":
		want = []Format{FormatVCF}
	}
	return want != nil && !slices.Contains(want, f)
}

func detectCSV(path string, opt Options, d *Detected) error {
	src, dia, err := openCSV(path, opt, d.Encoding, nil)
	if err != nil {
		return err
	}
	defer func() { _ = src.close() }()
	if dia.delim != 0 {
		d.Delimiter = string(dia.delim)
	}
	d.Backslash = dia.backslash
	if err := analyse(src, opt, d, false); err != nil {
		return err
	}
	if src.nul.nuls > 0 {
		d.warn(WarnNUL, 0, "count", strconv.Itoa(src.nul.nuls))
	}
	return nil
}

// tally counts what the columns of the data rows hold.
type tally struct {
	filled   []int
	samples  [][]string
	rows     int
	blank    int
	short    int
	shortAt  int
	long     int // rows with values right of the header
	longAt   int
	errors   int
	longNums int
	// Numbers a spreadsheet showed as 9.12E+08 and saved so.
	scientific int
	// Texts read in the wrong encoding before they came into the file.
	garbled, garbledRow int
	garbledAt           string
	problems            map[string]int
	firstRow            map[string]int
}

var reScientific = regexp.MustCompile(`^[1-9](\.\d+)?[eE]\+\d{1,2}$`)

func newTally() *tally {
	return &tally{problems: map[string]int{}, firstRow: map[string]int{}}
}

func (t *tally) add(row *rawRow, width int) {
	t.rows++
	if row.problem != nil {
		t.problems[row.problem.Code]++
		if t.firstRow[row.problem.Code] == 0 {
			t.firstRow[row.problem.Code] = row.number
		}
	}
	if n := len(row.cells); n > len(t.filled) {
		t.filled = append(t.filled, make([]int, n-len(t.filled))...)
		t.samples = append(t.samples, make([][]string, n-len(t.samples))...)
	}
	long := false
	for i := range row.cells {
		c := &row.cells[i]
		if c.Text == "" {
			continue
		}
		if len(t.samples[i]) < 5 {
			t.sample(i, c)
		}
		if !visible(c.Text) {
			continue
		}
		if c.Kind == KindText && strings.ContainsAny(c.Text, "åæçèéä锟烫ï") && mojibake(c.Text) {
			if t.garbled++; t.garbledAt == "" {
				t.garbledAt, t.garbledRow = firstRunes(c.Text, 20), row.number
			}
		}
		t.filled[i]++
		if width > 0 && i >= width {
			long = true
		}
		switch c.Kind {
		case KindError:
			t.errors++
		case KindText:
			if n := len(c.Text); n >= 6 && n <= 24 && c.Text[0] >= '1' && c.Text[0] <= '9' && reScientific.MatchString(c.Text) {
				t.scientific++
			}
		case KindNumber:
			if c.Number >= 1e15 || c.Number <= -1e15 {
				t.longNums++
			}
		}
	}
	if long {
		t.long++
		if t.longAt == 0 {
			t.longAt = row.number
		}
	}
	if len(row.cells) < width && row.problem == nil {
		t.short++
		if t.shortAt == 0 {
			t.shortAt = row.number
		}
	}
}

func (t *tally) sample(i int, c *Cell) {
	v := strings.TrimSpace(c.Text)
	if n := len(t.samples[i]); n > 0 && t.samples[i][n-1] == v {
		return
	}
	if len(v) > 200 {
		if r := []rune(v[:min(len(v), 1200)]); len(r) > 200 {
			v = string(r[:200]) + "…"
		}
	}
	if v == "" || slices.Contains(t.samples[i], v) {
		return
	}
	t.samples[i] = append(t.samples[i], strings.Clone(v))
}

// visible says whether a cell holds more than blanks.
func visible(s string) bool {
	if s == "" {
		return false
	}
	if c := s[0]; c > ' ' && c < 0x7F {
		return true
	}
	return strings.TrimSpace(s) != "" && s != "\x1a"
}

// blankRow says whether nothing is in a row: such rows are not data.
func blankRow(row *rawRow) bool {
	if row.problem != nil && !row.problem.Usable {
		return false
	}
	for i := range row.cells {
		if visible(row.cells[i].Text) {
			return false
		}
	}
	return true
}

// analyse finds the header of a positional table and counts its rows.
func analyse(src rowSource, opt Options, d *Detected, positional bool) error {
	var head []headRow
	var copies []rawRow
	var row rawRow
	over := false
	for len(head) < headRows || int(opt.Header) > 0 && row.number < int(opt.Header) && len(head) < 10000 {
		err := src.next(&row)
		if ended(err) {
			over = true
			break
		}
		if err != nil {
			return err
		}
		h := headRow{number: row.number}
		for i := range row.cells {
			h.cells = append(h.cells, strings.Clone(row.cells[i].Text))
			h.kinds = append(h.kinds, row.cells[i].Kind)
		}
		head = append(head, h)
		c := row
		c.cells = slices.Clone(row.cells)
		copies = append(copies, c)
	}
	g := guessHeader(head, opt.Header)
	d.HeaderRow, d.Preamble = g.row, g.preamble
	var names, seconds []string
	width := 0
	for _, h := range head {
		if g.row > 0 && h.number == g.row {
			names, width = h.cells, len(h.cells)
		}
		if g.second > 0 && h.number == g.second {
			seconds = h.cells
		}
		if g.row == 0 && h.number >= g.firstData {
			width = max(width, h.extent())
		}
	}
	if g.row > 0 && names == nil {
		return fail(CodeHeaderRow, nil, "row", strconv.Itoa(g.row))
	}
	if g.second > 0 {
		d.SecondHeader, d.SecondHeaderRow = true, g.second
	}
	if g.stacked && !opt.KeepSecondHeader {
		names, seconds = stackNames(names, seconds), nil
		width = len(names)
	}
	d.FirstRow = g.firstData
	sel := selector{opt: opt, header: g.row, second: g.second, first: g.firstData}
	t := newTally()
	if positional {
		width = 0
	}
	left := newLeftOut(nil)
	if g.row > 0 {
		left = newLeftOut(names)
	}
	count := func(r *rawRow) {
		switch {
		case blankRow(r):
			t.blank++
		case sel.data(r.number):
			for _, row := range left.take(r) {
				t.add(&row, width)
			}
		}
	}
	for i := range copies {
		count(&copies[i])
	}
	for !over {
		err := src.next(&row)
		if ended(err) {
			break
		}
		if err != nil {
			return err
		}
		count(&row)
	}
	left.finish(d)
	finish(d, t, names, seconds, width, positional)
	for _, code := range []string{WarnRepeatedHeader, WarnTotals, WarnFootRows} {
		if n := left.counts[code]; n > 0 {
			d.warn(code, left.first[code], "count", strconv.Itoa(n), "row", strconv.Itoa(left.first[code]))
		}
	}
	return nil
}

// selector says which rows are data.
type selector struct {
	opt                   Options
	header, second, first int
	left                  []int // rows found to be no data, in order
}

func (s *selector) data(n int) bool {
	if n <= s.header || n < s.first {
		return false
	}
	if n == s.second && !s.opt.KeepSecondHeader {
		return false
	}
	if _, no := slices.BinarySearch(s.left, n); no {
		return false
	}
	return len(s.opt.SkipRows) == 0 || !slices.Contains(s.opt.SkipRows, n)
}

// finish makes columns and warnings of what was counted.
func finish(d *Detected, t *tally, names, seconds []string, width int, positional bool) {
	d.Rows = t.rows
	n := max(len(names), width)
	// Values right of the header: usual in a workbook; in delimited text a
	// column without a name where most rows have it, else rows gone wrong.
	if positional || t.long*2 > t.rows {
		n = max(n, len(t.filled))
	}
	for n > 0 && (n > len(t.filled) || t.filled[n-1] == 0) && (n > len(names) || !visible(names[n-1])) {
		n--
	}
	dropped := max(len(names), min(len(t.filled), width)) - n
	d.Columns = make([]Column, n)
	unnamed, empty := 0, max(0, dropped)
	for i := range d.Columns {
		c := &d.Columns[i]
		c.Index = i
		if i < len(names) {
			c.RawHeader = names[i]
		}
		if i < len(seconds) {
			c.SecondHeader = cleanHeader(seconds[i])
		}
		if i < len(t.filled) {
			c.Filled, c.Samples = t.filled[i], t.samples[i]
		}
		c.Empty = c.Filled == 0
	}
	repeated := nameColumns(d.Columns)
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Unnamed && c.Empty {
			empty++
		} else if c.Unnamed {
			unnamed++
		}
	}
	count := func(code string, n, row int) {
		if n > 0 {
			d.warn(code, row, "count", strconv.Itoa(n))
		}
	}
	if d.HeaderRow == 0 {
		d.warn(WarnNoHeader, 0)
	} else {
		count(WarnUnnamedColumns, unnamed, d.HeaderRow)
	}
	count(WarnPreamble, len(d.Preamble), 0)
	if d.SecondHeader {
		d.warn(WarnSecondHeader, d.SecondHeaderRow)
	}
	if repeated {
		d.warn(WarnDuplicateNames, d.HeaderRow)
	}
	count(WarnEmptyColumns, empty, 0)
	count(WarnBlankRows, t.blank, 0)
	if !positional {
		count(WarnShortRows, t.short, t.shortAt)
		if n <= max(len(names), width) {
			count(WarnLongRows, t.long, t.longAt)
		}
	}
	finishRows(d, t)
}

// finishRows adds the warnings that concern rows of any format.
func finishRows(d *Detected, t *tally) {
	count := func(code string, n, row int) {
		if n > 0 {
			d.warn(code, row, "count", strconv.Itoa(n))
		}
	}
	other := 0
	for code, n := range t.problems {
		switch code {
		case ProblemUnclosedQuote:
			count(WarnUnclosedQuote, n, t.firstRow[code])
		case ProblemEncoding:
			count(WarnEncoding, n, t.firstRow[code])
		case ProblemPhotoDropped:
			count(WarnPhotoDropped, n, t.firstRow[code])
		default:
			other += n
		}
	}
	count(WarnBadRows, other, 0)
	count(WarnErrorCells, t.errors, 0)
	count(WarnLongNumbers, t.longNums, 0)
	count(WarnScientific, t.scientific, 0)
	if t.garbled > 0 {
		d.warn(WarnMojibake, t.garbledRow, "count", strconv.Itoa(t.garbled), "row", strconv.Itoa(t.garbledRow), "example", strings.Clone(t.garbledAt))
	}
	if t.rows == 0 {
		d.warn(WarnNoRows, 0)
	}
}

// detectKeyed reads records that carry their own names.
func detectKeyed(path string, opt Options, d *Detected, open func(string, Options, *Detected) (keyedSource, error)) error {
	src, err := open(path, opt, d)
	if err != nil {
		return err
	}
	defer func() { _ = src.close() }()
	t := newTally()
	multi := map[int]bool{}
	var row rawRow
	sel := selector{opt: opt}
	for {
		err := src.next(&row)
		if ended(err) {
			break
		}
		if err != nil {
			return err
		}
		if sel.data(row.number) {
			t.add(&row, 0)
			for i := range row.cells {
				if row.cells[i].Values != nil {
					multi[i] = true
				}
			}
		}
	}
	keys := src.keys()
	d.Rows = t.rows
	d.Columns = make([]Column, len(keys))
	for i, k := range keys {
		c := Column{Index: i, RawHeader: k, Header: k, Multi: multi[i]}
		if i < len(t.filled) {
			c.Filled, c.Samples = t.filled[i], t.samples[i]
		}
		c.Empty = c.Filled == 0
		d.Columns[i] = c
	}
	if o, ok := src.(interface{ order([]Column) }); ok {
		o.order(d.Columns)
	}
	finishRows(d, t)
	return nil
}
