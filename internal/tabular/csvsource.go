package tabular

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// csvSource yields the rows of delimited text.
type csvSource struct {
	rc      io.Closer
	nul     *nulFilter
	scan    *csvScanner
	utf8    bool
	sepLine bool
	opt     Options
}

const dialectSample = 256 << 10

// openCSV opens delimited text in a known encoding, finding the dialect where
// the options do not give it. known keeps the dialect of an earlier Detect.
func openCSV(path string, opt Options, encoding string, known *dialect) (*csvSource, dialect, error) {
	rc, _, err := openBytes(path, opt)
	if err != nil {
		return nil, dialect{}, err
	}
	dec, err := decodeReader(rc, encoding)
	if err != nil {
		_ = rc.Close()
		return nil, dialect{}, err
	}
	sample := make([]byte, dialectSample)
	n, err := io.ReadFull(dec, sample)
	sample = sample[:n]
	whole := ended(err) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		_ = rc.Close()
		return nil, dialect{}, asError(err)
	}
	var d dialect
	switch {
	case opt.Delimiter == NoDelimiter:
	case opt.Delimiter != 0:
		d.delim = opt.Delimiter
		_, d.sepLine = sepLine(sample)
		d.backslash = usesBackslash(sample, d.delim)
	case known != nil:
		d = *known
		_, d.sepLine = sepLine(sample)
	default:
		d = detectDialect(sample, whole, opt.fileName(path))
	}
	var in io.Reader = bytes.NewReader(sample)
	if !whole {
		in = io.MultiReader(in, dec)
	}
	e, _ := lookupEncoding(encoding)
	return &csvSource{rc: rc, nul: dec, scan: newCSVScanner(in, d.delim, d.backslash),
		utf8: e.enc == nil, sepLine: d.sepLine, opt: opt}, d, nil
}

func (s *csvSource) next(row *rawRow) error {
	if err := s.scan.next(); err != nil {
		if ended(err) {
			return err
		}
		return asError(err)
	}
	if s.sepLine && s.scan.number == 1 {
		if err := s.scan.next(); err != nil {
			return err
		}
	}
	row.number, row.line, row.problem = s.scan.number, s.scan.lineAt, nil
	row.cells = row.cells[:0]
	if s.scan.tooLarge {
		row.problem = &Problem{Code: ProblemTooLarge, Params: map[string]string{"limit": strconv.Itoa(csvMaxRecord)}}
		return nil
	}
	if n := len(s.scan.bounds) / 2; n > s.opt.maxColumns() {
		return tooManyColumns(n, s.opt, row.number)
	}
	var bad bool
	row.cells, bad = s.scan.record(row.cells)
	if !bad && !s.utf8 && bytes.Contains(s.scan.text, []byte("\uFFFD")) {
		bad = true
	}
	switch {
	case s.scan.unclosed:
		row.problem = &Problem{Code: ProblemUnclosedQuote, Usable: true}
	case bad:
		row.problem = &Problem{Code: ProblemEncoding, Usable: true, Params: map[string]string{"column": badColumn(row.cells)}}
	}
	return nil
}

// badColumn is the position, from 1, of the first cell with a replaced
// character.
func badColumn(cells []Cell) string {
	for i := range cells {
		if strings.ContainsRune(cells[i].Text, '\uFFFD') {
			return strconv.Itoa(i + 1)
		}
	}
	return ""
}

func (s *csvSource) close() error { return s.rc.Close() }
