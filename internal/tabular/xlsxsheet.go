package tabular

import (
	"archive/zip"
	"io"
	"strconv"
	"strings"
)

// sheetSource yields the rows of one sheet.
type sheetSource struct {
	w      *workbook
	part   *zip.File
	rc     io.ReadCloser
	x      *xmlScanner
	merged mergedCells // known from an earlier pass
	found  []string    // merged ranges met after the rows
	wide   bool        // read on after the rows for merged ranges

	row   int
	col   int
	ended bool
	text  []byte
}

func (w *workbook) list() []sheetInfo {
	out := make([]sheetInfo, len(w.sheets))
	for i, s := range w.sheets {
		out[i] = s.sheetInfo
	}
	return out
}

func (w *workbook) count(i, limit int) (int, error) { return countRows(w, i, limit) }

func (w *workbook) sheet(i int, merged []string) (sheetRows, error) {
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
	return &sheetSource{w: w, part: p, rc: rc, x: newXMLScanner(rc), merged: parseMerged(merged), wide: merged == nil}, nil
}

func (s *sheetSource) ranges() []string { return s.found }

func (s *sheetSource) close() error {
	if s.rc != nil {
		_ = s.rc.Close()
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
			s.merged.clear(row)
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
			return tooManyColumns(col+1, s.w.opt, row.number)
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
		return boolCell(raw == "1" || strings.EqualFold(raw, "true")), nil
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
