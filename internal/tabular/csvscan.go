package tabular

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	csvBuffer    = 256 << 10
	csvMaxRecord = 8 << 20 // a longer row is refused
	csvMaxQuoted = 1 << 20 // a longer quoted cell is taken for a quote never closed
	csvStrayLook = 4 << 10 // how far a stray quote looks for its cell's end
)

// csvScanner cuts delimited text into records. It takes every line end (LF,
// CRLF, bare CR), quotes where nobody closes them, and quotes within quotes.
type csvScanner struct {
	r         io.Reader
	delim     []byte // empty: one cell a line
	backslash bool   // \" is a quote within quotes
	maxQuoted int

	buf        []byte
	start, end int
	eof        bool
	readErr    error
	nl         int // position of the next LF at or after start, or -1
	nlFrom     int // where the search for nl stopped

	line int // number of the next physical line
	row  int // number of the next record

	// The record last read.
	text     []byte // its cells' bytes
	bounds   []int  // start and end of each cell in text
	number   int
	lineAt   int
	unclosed bool
	tooLarge bool
	scratch  []byte
}

func newCSVScanner(r io.Reader, delim rune, backslash bool) *csvScanner {
	s := &csvScanner{r: r, backslash: backslash, maxQuoted: csvMaxQuoted,
		buf: make([]byte, csvBuffer), line: 1, row: 1, nl: -1}
	if delim > 0 {
		s.delim = []byte(string(delim))
	}
	return s
}

// fill reads more, moving what is unread to the front. It reports whether
// there is any more.
func (s *csvScanner) fill() bool {
	if s.eof {
		return false
	}
	if s.start > 0 && s.end+s.end/4 >= len(s.buf) || s.end == len(s.buf) {
		if s.start > 0 {
			copy(s.buf, s.buf[s.start:s.end])
			s.nlFrom = max(0, s.nlFrom-s.start)
			if s.nl >= 0 {
				s.nl -= s.start
			}
			s.end -= s.start
			s.start = 0
		}
		if s.end == len(s.buf) {
			s.buf = append(s.buf, make([]byte, len(s.buf))...)
		}
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if !ended(err) {
				s.readErr = err
			}
		}
		if n > 0 {
			return true
		}
		if s.eof {
			return false
		}
	}
	s.eof, s.readErr = true, io.ErrNoProgress
	return false
}

// has makes sure that the byte at offset i of the record is in the buffer.
func (s *csvScanner) has(i int) bool {
	for s.start+i >= s.end {
		if !s.fill() {
			return false
		}
	}
	return true
}

// lineEnd finds the end of the line beginning at start: length without its
// terminator and with it. ok is false where the line is longer than allowed.
func (s *csvScanner) lineEnd() (length, whole int, ok bool) {
	from := 0
	for {
		if s.nl < s.start {
			s.nl = -1
			if i := max(s.nlFrom, s.start); i < s.end {
				if k := bytes.IndexByte(s.buf[i:s.end], '\n'); k >= 0 {
					s.nl = i + k
				}
			}
			s.nlFrom = s.end
		}
		limit := s.end
		if s.nl >= 0 {
			limit = s.nl
			s.nlFrom = s.nl + 1
		}
		if k := bytes.IndexByte(s.buf[s.start+from:limit], '\r'); k >= 0 {
			length = from + k
			// Any run of CR before a LF is one line end with it.
			i := length + 1
			for s.has(i) && s.buf[s.start+i] == '\r' && i-length < 8 {
				i++
			}
			if s.has(i) && s.buf[s.start+i] == '\n' {
				return length, i + 1, true
			}
			return length, length + 1, true
		}
		if s.nl >= 0 {
			return s.nl - s.start, s.nl - s.start + 1, true
		}
		from = s.end - s.start
		if from > csvMaxRecord {
			return from, from, false
		}
		if !s.fill() {
			return s.end - s.start, s.end - s.start, true
		}
	}
}

// next reads one record; blank lines are records without cells. It returns
// io.EOF at the end.
func (s *csvScanner) next() error {
	s.unclosed, s.tooLarge = false, false
	s.bounds = s.bounds[:0]
	s.text = nil
	if !s.has(0) {
		if s.readErr != nil {
			return s.readErr
		}
		return io.EOF
	}
	s.number, s.lineAt = s.row, s.line
	s.row++
	length, whole, ok := s.lineEnd()
	if !ok {
		s.skipLine()
		s.tooLarge = true
		return nil
	}
	line := s.buf[s.start : s.start+length]
	if bytes.IndexByte(line, '"') < 0 {
		s.split(line)
		s.start += whole
		s.line++
		return nil
	}
	s.quotedRecord()
	return nil
}

// skipLine drops the rest of an overlong line.
func (s *csvScanner) skipLine() {
	for {
		i := bytes.IndexByte(s.buf[s.start:s.end], '\n')
		if k := bytes.IndexByte(s.buf[s.start:s.end], '\r'); k >= 0 && (i < 0 || k < i) {
			i = k
		}
		if i >= 0 {
			if s.buf[s.start+i] == '\r' && s.has(i+1) && s.buf[s.start+i+1] == '\n' {
				i++
			}
			s.start += i + 1
			s.line++
			return
		}
		s.start = s.end
		if !s.fill() {
			return
		}
	}
}

// split cuts a line without quotes.
func (s *csvScanner) split(line []byte) {
	s.text = line
	if len(line) == 0 {
		return
	}
	switch len(s.delim) {
	case 0:
		s.bounds = append(s.bounds, 0, len(line))
	case 1:
		d, from := s.delim[0], 0
		for i, c := range line {
			if c == d {
				s.bounds = append(s.bounds, from, i)
				from = i + 1
			}
		}
		s.bounds = append(s.bounds, from, len(line))
	default:
		from := 0
		for {
			i := bytes.Index(line[from:], s.delim)
			if i < 0 {
				break
			}
			s.bounds = append(s.bounds, from, from+i)
			from += i + len(s.delim)
		}
		s.bounds = append(s.bounds, from, len(line))
	}
}

// isDelim says whether the delimiter is at offset i.
func (s *csvScanner) isDelim(i int) bool {
	if len(s.delim) == 0 || i < 0 || !s.has(i) || s.buf[s.start+i] != s.delim[0] {
		return false
	}
	if len(s.delim) == 1 {
		return true
	}
	return s.has(i+len(s.delim)-1) && bytes.HasPrefix(s.buf[s.start+i:s.end], s.delim)
}

// endsCell says whether a delimiter, a line end or the end of the file is at i.
func (s *csvScanner) endsCell(i int) bool {
	if !s.has(i) {
		return true
	}
	c := s.buf[s.start+i]
	return c == '\n' || c == '\r' || s.isDelim(i)
}

// quotedRecord reads a record with quotes in it.
func (s *csvScanner) quotedRecord() {
	s.scratch = s.scratch[:0]
	p := 0
	for {
		begin := len(s.scratch)
		q := p
		for s.has(q) && s.buf[s.start+q] == ' ' {
			q++
		}
		// ="0912" is how programs keep Excel from reading a number.
		if s.has(q+1) && s.buf[s.start+q] == '=' && s.buf[s.start+q+1] == '"' {
			q++
		}
		done := false
		if s.has(q) && s.buf[s.start+q] == '"' {
			if next, ok := s.quotedCell(q); ok {
				p, done = next, true
			} else {
				s.scratch = s.scratch[:begin]
				s.unclosed = true
			}
		}
		if !done {
			p = s.literal(p)
		}
		s.bounds = append(s.bounds, begin, len(s.scratch))
		if !s.isDelim(p) {
			break
		}
		p += len(s.delim)
	}
	s.text = s.scratch
	s.line += countLines(s.buf[s.start : s.start+p])
	// The line end.
	if s.has(p) {
		s.line++
		k := p
		for s.has(k) && s.buf[s.start+k] == '\r' && k-p < 8 {
			k++
		}
		switch {
		case s.has(k) && s.buf[s.start+k] == '\n':
			p = k + 1
		default:
			p++
		}
	}
	s.start += p
}

// literal appends the bytes up to the next delimiter or line end.
func (s *csvScanner) literal(p int) int {
	d := byte('\n')
	if len(s.delim) > 0 {
		d = s.delim[0]
	}
	for s.has(p) {
		b := s.buf[s.start+p : s.end]
		i := 0
		for i < len(b) && b[i] != d && b[i] != '\n' && b[i] != '\r' {
			i++
		}
		s.scratch = append(s.scratch, b[:i]...)
		p += i
		if i < len(b) {
			if s.endsCell(p) {
				return p
			}
			s.scratch = append(s.scratch, s.buf[s.start+p])
			p++
		}
	}
	return p
}

// quotedCell reads a cell whose opening quote is at q, appending its text. It
// reports false where that quote is never closed.
func (s *csvScanner) quotedCell(q int) (int, bool) {
	i := q + 1
	crossed := false
	closer := 0 // where a stray quote found the end of this cell
	for {
		if i-q > s.maxQuoted || !s.has(i) {
			s.maxQuoted = max(4<<10, s.maxQuoted/4)
			return 0, false
		}
		b := s.buf[s.start+i : s.end]
		k := bytes.IndexByte(b, '"')
		if k < 0 {
			k = len(b)
		}
		if !crossed && bytes.ContainsAny(b[:k], "\n\r") {
			crossed = true
		}
		s.scratch = append(s.scratch, b[:k]...)
		i += k
		if k == len(b) {
			continue
		}
		if s.backslash && s.escaped(q, i) {
			s.scratch[len(s.scratch)-1] = '"'
			i++
			continue
		}
		if s.has(i+1) && s.buf[s.start+i+1] == '"' {
			s.scratch = append(s.scratch, '"')
			i += 2
			continue
		}
		j := i + 1
		for s.has(j) && s.buf[s.start+j] == ' ' && !s.isDelim(j) {
			j++
		}
		if s.endsCell(j) {
			return j, true
		}
		if crossed && (s.isDelim(i-len(s.delim)) || s.buf[s.start+i-1] == '\n' || s.buf[s.start+i-1] == '\r') {
			return 0, false // this quote opens another cell: ours was not one
		}
		if i > closer {
			closer = s.strayInside(i + 1)
		}
		if closer == 0 {
			// As Excel reads it: the quoted part ends here, the rest is plain.
			return s.literal(i + 1), true
		}
		s.scratch = append(s.scratch, '"')
		i++
	}
}

// escaped says whether the quote at i has an odd number of backslashes before.
func (s *csvScanner) escaped(q, i int) bool {
	n := 0
	for k := i - 1; k > q && s.buf[s.start+k] == '\\'; k-- {
		n++
	}
	return n%2 == 1
}

// strayInside says where, after a quote inside a quoted cell, the same line has
// one that ends the cell; 0 where it has none.
func (s *csvScanner) strayInside(i int) int {
	for k := i; k-i < csvStrayLook && s.has(k); k++ {
		switch s.buf[s.start+k] {
		case '\n', '\r':
			return 0
		case '"':
			if s.has(k+1) && s.buf[s.start+k+1] == '"' {
				k++
				continue
			}
			if s.endsCell(k + 1) {
				return k
			}
			if s.isDelim(k - len(s.delim)) {
				return 0
			}
		}
	}
	return 0
}

// countLines counts line ends.
func countLines(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for i := 0; i < len(b); i++ {
		k := bytes.IndexByte(b[i:], '\r')
		if k < 0 {
			break
		}
		i += k
		if i+1 < len(b) && b[i+1] != '\n' {
			n++
		}
	}
	return n
}

func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// record turns what was read into cells whose texts share one allocation.
// It reports whether bytes had to be replaced.
func (s *csvScanner) record(dst []Cell) ([]Cell, bool) {
	bad := false
	if !utf8.Valid(s.text) {
		bad = true
	}
	whole := string(s.text)
	for i := 0; i+1 < len(s.bounds); i += 2 {
		t := whole[s.bounds[i]:s.bounds[i+1]]
		if bad {
			t = validText(t)
		}
		if t == "" {
			dst = append(dst, Cell{})
			continue
		}
		if t[0] == '\'' {
			t = restoreText(t)
		}
		dst = append(dst, Cell{Text: t, Kind: KindText})
	}
	return dst, bad
}
