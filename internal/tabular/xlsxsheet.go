package tabular

import (
	"archive/zip"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sheetSource yields the rows of one sheet.
type sheetSource struct {
	w      *workbook
	own    bool // closes the workbook too
	part   *zip.File
	rc     io.ReadCloser
	x      *xmlScanner
	merged []mergedRange // known from an earlier pass
	found  []string      // merged ranges met after the rows
	wide   bool          // read on after the rows for merged ranges

	row    int
	col    int
	values int // rows with any value
	ended  bool
	text   []byte
}

type mergedRange struct{ c1, r1, c2, r2 int }

const maxMerged = 20000

func (w *workbook) openSheet(i int) (*sheetSource, error) {
	p := w.sheets[i].part
	if p == nil {
		return &sheetSource{w: w, ended: true}, nil
	}
	if err := w.readStrings(); err != nil {
		return nil, err
	}
	rc, err := w.open(p)
	if err != nil {
		return nil, err
	}
	return &sheetSource{w: w, part: p, rc: rc, x: newXMLScanner(rc)}, nil
}

func (s *sheetSource) close() error {
	if s.rc != nil {
		_ = s.rc.Close()
	}
	if s.own {
		s.w.close()
	}
	return nil
}

// next reads the next <row>. Rows the file leaves out are not made up: the
// number says where we are.
func (s *sheetSource) next(row *rawRow) error {
	row.cells, row.problem = row.cells[:0], nil
	for !s.ended {
		if err := s.token(); err != nil {
			return err
		}
		if s.ended {
			break
		}
		switch {
		case s.x.kind == xmlStart && string(s.x.name) == "row":
			n := atoi(s.x.attr("r"))
			if n <= s.row {
				n = s.row + 1
			}
			s.row, s.col = n, 0
			row.number, row.line = n, n
			if err := s.cells(row); err != nil {
				return err
			}
			s.clearMerged(row)
			if !blankRow(row) {
				s.values++
			}
			return nil
		case s.x.kind == xmlEnd && string(s.x.name) == "sheetData":
			if !s.wide {
				s.ended = true
			}
		case s.x.kind == xmlStart && string(s.x.name) == "mergeCell" && len(s.found) < maxMerged:
			s.found = append(s.found, string(s.x.attr("ref")))
		}
	}
	return io.EOF
}

func (s *sheetSource) token() error {
	err := s.x.next()
	if ended(err) {
		s.ended = true
		return nil
	}
	if err != nil {
		return partError(s.part, err)
	}
	return nil
}

// cells reads the cells up to </row>.
func (s *sheetSource) cells(row *rawRow) error {
	for {
		if err := s.token(); err != nil {
			return err
		}
		if s.ended {
			return fail(CodeTruncated, nil, "part", s.part.Name)
		}
		if s.x.kind == xmlEnd && string(s.x.name) == "row" {
			return nil
		}
		if s.x.kind != xmlStart || string(s.x.name) != "c" {
			continue
		}
		col := refColumn(s.x.attr("r"))
		if col < s.col {
			col = s.col
		}
		s.col = col + 1
		kind := cellType(s.x.attr("t"))
		style := atoi(s.x.attr("s"))
		c, err := s.cell(kind, style)
		if err != nil {
			return err
		}
		if c.Kind == KindEmpty {
			continue
		}
		if col >= s.w.opt.maxColumns() {
			return fail(CodeTooManyColumns, nil, "columns", strconv.Itoa(col+1), "limit", strconv.Itoa(s.w.opt.maxColumns()), "row", strconv.Itoa(row.number))
		}
		for len(row.cells) < col {
			row.cells = append(row.cells, Cell{})
		}
		row.cells = append(row.cells, c)
	}
}

// cellType is the t attribute without keeping its bytes.
func cellType(t []byte) string {
	switch string(t) {
	case "s":
		return "s"
	case "inlineStr":
		return "inlineStr"
	case "str":
		return "str"
	case "b":
		return "b"
	case "e":
		return "e"
	case "d":
		return "d"
	}
	return "n"
}

// cell reads up to </c> and makes a value of it.
func (s *sheetSource) cell(kind string, style int) (Cell, error) {
	s.text = s.text[:0]
	take, phonetic, has := false, false, false
	for {
		if err := s.token(); err != nil {
			return Cell{}, err
		}
		if s.ended {
			return Cell{}, fail(CodeTruncated, nil, "part", s.part.Name)
		}
		switch s.x.kind {
		case xmlText:
			if take && !phonetic && len(s.text)+len(s.x.text) <= xmlMaxToken {
				s.text = append(s.text, s.x.text...)
			}
			continue
		case xmlStart, xmlEnd:
		}
		start := s.x.kind == xmlStart
		switch string(s.x.name) {
		case "v", "t":
			take = start
			has = true
		case "rPh":
			phonetic = start
		case "c":
			if start || !has {
				return Cell{}, nil
			}
			return s.value(kind, style)
		case "row", "sheetData":
			return Cell{}, partError(s.part, errXML)
		}
	}
}

func (s *sheetSource) value(kind string, style int) (Cell, error) {
	raw := string(s.text)
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil {
			return Cell{}, nil
		}
		t, ok, err := s.w.strings.get(i)
		if err != nil {
			return Cell{}, asError(err)
		}
		if !ok {
			return Cell{}, fail(CodeBadWorkbook, nil, "part", "sharedStrings", "row", strconv.Itoa(s.row))
		}
		return TextCell(t), nil
	case "inlineStr", "str":
		return TextCell(validText(unescapeX(raw))), nil
	case "b":
		raw = strings.TrimSpace(raw)
		if raw == "1" || strings.EqualFold(raw, "true") {
			return Cell{Text: "TRUE", Kind: KindBool, Number: 1}, nil
		}
		return Cell{Text: "FALSE", Kind: KindBool}, nil
	case "e":
		return Cell{Text: validText(raw), Kind: KindError}, nil
	case "d":
		return isoCell(validText(raw)), nil
	}
	if strings.TrimSpace(raw) == "" {
		return Cell{}, nil
	}
	var f numFormat
	if style < len(s.w.styles) {
		f = s.w.styles[style]
	}
	return numberCell(validText(raw), f, s.w.base), nil
}

// refColumn is the column of a reference such as AB12, from 0, -1 without one.
func refColumn(ref []byte) int {
	n := 0
	for _, c := range ref {
		switch {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case c >= 'a' && c <= 'z':
			n = n*26 + int(c-'a') + 1
		default:
			return n - 1
		}
		if n > 1<<20 {
			return 1 << 20
		}
	}
	return n - 1
}

func parseMerged(refs []string) []mergedRange {
	var out []mergedRange
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

// clearMerged empties cells hidden under a merged one. Rows come in order, so
// that ranges above are dropped on the way.
func (s *sheetSource) clearMerged(row *rawRow) {
	for i := 0; i < len(s.merged) && s.merged[i].r1 <= row.number; i++ {
		m := s.merged[i]
		if m.r2 < row.number {
			s.merged = slices.Delete(s.merged, i, i+1)
			i--
			continue
		}
		for c := m.c1; c <= m.c2 && c < len(row.cells); c++ {
			if c != m.c1 || row.number != m.r1 {
				row.cells[c] = Cell{}
			}
		}
	}
}
