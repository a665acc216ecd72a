package tabular

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

const (
	jsonMaxRecord = 16 << 20
	jsonMaxItems  = 20 // objects of a list that become columns of their own
	jsonMaxDepth  = 16
)

// columnIndex gives every key a position, in the order they are met.
type columnIndex struct {
	names []string
	at    map[string]int
	fixed bool // keys not known are left out
	max   int
}

func newColumnIndex(d *Detected, max int) *columnIndex {
	c := &columnIndex{at: map[string]int{}, max: max}
	if d != nil && len(d.Columns) > 0 {
		for _, col := range d.Columns {
			c.put(col.RawHeader)
		}
		c.fixed = true
	}
	return c
}

func (c *columnIndex) put(key string) int {
	if i, ok := c.at[key]; ok {
		return i
	}
	if c.fixed || len(c.names) >= c.max {
		return -1
	}
	c.at[key] = len(c.names)
	c.names = append(c.names, key)
	return len(c.names) - 1
}

// jsonSource yields the records of a JSON file.
type jsonSource struct {
	rc     io.Closer
	budget *budgetReader
	dec    *json.Decoder
	cols   *columnIndex
	lines  *bufio.Reader // set where every line is a record of its own
	line   int
	array  bool // records are the elements of an array, else one after another
	number int
	ended  bool
	heads  []string // where records are lists: what stands in each place
}

// budgetReader stops a single record from filling the memory.
type budgetReader struct {
	r    io.Reader
	left int
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fail(CodeTooLarge, nil, "limit", strconv.Itoa(jsonMaxRecord))
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

func openJSON(path string, opt Options, d *Detected) (keyedSource, error) {
	rc, _, err := openBytes(path, opt)
	if err != nil {
		return nil, err
	}
	dec, err := decodeReader(rc, d.Encoding)
	if err != nil {
		_ = rc.Close()
		return nil, err
	}
	s := &jsonSource{rc: rc, budget: &budgetReader{r: dec, left: jsonMaxRecord}, cols: newColumnIndex(d, opt.maxColumns())}
	in := bufio.NewReaderSize(s.budget, 256<<10)
	s.dec = json.NewDecoder(in)
	s.dec.UseNumber()
	head, _ := in.Peek(256 << 10)
	if first, _, more := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n")); more && len(first) > 0 && first[0] == '{' && json.Valid(first) {
		s.lines = in
		return s, nil
	}
	if err := s.begin(path, opt, d); err != nil {
		_ = s.rc.Close()
		return nil, err
	}
	return s, nil
}

// begin goes to where the records are: in an array, in an array under some key
// of an object, or one after another.
func (s *jsonSource) begin(path string, opt Options, d *Detected) error {
	where, err := findRecords(path, opt, d)
	if err != nil || where == nil {
		return err
	}
	s.array = true
	if _, err := s.dec.Token(); err != nil || len(where) == 0 {
		return s.syntax(err)
	}
	for s.dec.More() {
		s.budget.left = jsonMaxRecord
		k, err := s.dec.Token()
		if err != nil {
			return s.syntax(err)
		}
		if k == where[0] {
			_, err := s.dec.Token()
			if where = where[1:]; err != nil || len(where) == 0 {
				return s.syntax(err)
			}
			continue
		}
		var skip json.RawMessage
		if err := s.dec.Decode(&skip); err != nil {
			return s.syntax(err)
		}
	}
	return fail(CodeBadJSON, nil, "offset", "0")
}

// findRecords decides where the records are: nil for values one after another,
// no keys for an array, else the keys that lead to the array.
func findRecords(path string, opt Options, d *Detected) ([]string, error) {
	rc, _, err := openBytes(path, opt)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rc.Close() }()
	r, err := decodeReader(rc, d.Encoding)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(&budgetReader{r: r, left: 64 << 20})
	first, err := dec.Token()
	if err != nil {
		return nil, fail(CodeBadJSON, err, "offset", strconv.FormatInt(dec.InputOffset(), 10))
	}
	if first == json.Delim('[') {
		return []string{}, nil
	}
	if first != json.Delim('{') {
		return nil, nil
	}
	// An object: a wrapper around one array of objects, or the first record.
	found, over := findArray(dec, 0)
	if over {
		return found, nil
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil
	}
	if dec.More() {
		return nil, nil // another record follows: JSON lines
	}
	return found, nil
}

// findArray looks in the object dec is in for the array with the records, and
// in what wraps one. over says that there is nothing more to look at: the array
// is found for certain, or the file ends.
func findArray(dec *json.Decoder, depth int) (found []string, over bool) {
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			return nil, depth == 0
		}
		v, err := dec.Token()
		if err != nil {
			return nil, depth == 0
		}
		key, _ := k.(string)
		switch v {
		case json.Delim('['):
			t, err := dec.Token()
			if err != nil {
				continue
			}
			record := t == json.Delim('{') || t == json.Delim('[') && strings.EqualFold(key, "values")
			if record && isRecordsKey(key) {
				return []string{key}, true
			}
			if record && (found == nil || len(found) > 1) && depth == 0 {
				found = []string{key}
			}
			nested := 1
			switch t {
			case json.Delim('['), json.Delim('{'):
				nested = 2
			case json.Delim(']'):
				nested = 0
			}
			if skipNested(dec, nested) != nil {
				return found, true
			}
		case json.Delim('{'):
			if depth < 3 && isWrapperKey(key) {
				inner, over := findArray(dec, depth+1)
				if inner != nil && (over || found == nil) {
					found = append([]string{key}, inner...)
				}
				if over {
					return found, true
				}
				if _, err := dec.Token(); err != nil {
					return found, true
				}
			} else if skipNested(dec, 1) != nil {
				return found, true
			}
		}
	}
	return found, false
}

// isWrapperKey says whether an object under a key wraps the answer of a program.
func isWrapperKey(k string) bool {
	switch strings.ToLower(k) {
	case "data", "result", "results", "response", "body", "payload", "page", "content", "d", "export":
		return true
	}
	return false
}

func isRecordsKey(k string) bool {
	switch strings.ToLower(k) {
	case "records", "data", "items", "results", "rows", "contacts", "customers", "list", "value", "values", "entries", "elements", "people", "leads", "accounts":
		return true
	}
	return false
}

// skipNested reads until depth open brackets are closed.
func skipNested(dec *json.Decoder, depth int) error {
	for depth > 0 {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func (s *jsonSource) syntax(err error) error {
	if err == nil {
		return nil
	}
	if ErrorCode(err) != "" {
		return err
	}
	at := strconv.FormatInt(s.dec.InputOffset(), 10)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fail(CodeTruncated, err, "offset", at)
	}
	return fail(CodeBadJSON, err, "offset", at)
}

func (s *jsonSource) keys() []string { return s.cols.names }
func (s *jsonSource) close() error   { return s.rc.Close() }

// next reads one record. After an error in the syntax nothing more can be
// read: the broken record is reported as a row of its own and ends the file.
func (s *jsonSource) next(row *rawRow) error {
	if s.ended {
		return io.EOF
	}
	s.budget.left = jsonMaxRecord
	if s.lines != nil {
		return s.nextLine(row)
	}
	if s.array && !s.dec.More() {
		s.ended = true
		if _, err := s.dec.Token(); err != nil {
			return s.broken(row, err)
		}
		return io.EOF
	}
	var raw json.RawMessage
	if err := s.dec.Decode(&raw); err != nil {
		s.ended = true
		if ended(err) && !s.array {
			return io.EOF
		}
		return s.broken(row, err)
	}
	s.number++
	if s.heads == nil && s.array && len(raw) > 0 && raw[0] == '[' {
		if s.headed(raw) {
			return s.next(row)
		}
	}
	s.record(row, raw, s.number)
	return nil
}

// headed takes the first of records that are lists for the names of the
// columns; where it names none, they are named by their places.
func (s *jsonSource) headed(raw []byte) bool {
	var cells []any
	if json.Unmarshal(raw, &cells) != nil {
		return false
	}
	seen := map[string]bool{}
	for i, c := range cells {
		name, ok := c.(string)
		if name = strings.TrimSpace(name); !ok || name == "" || seen[name] || dataLike(name) {
			s.heads = []string{}
			for k := range cells[:max(i, len(cells))] {
				s.heads = append(s.heads, columnLetter(k))
			}
			return false
		}
		seen[name] = true
		s.heads = append(s.heads, name)
	}
	return len(s.heads) > 0
}

// nextLine reads one line of JSON lines; a broken one is a row with a problem.
func (s *jsonSource) nextLine(row *rawRow) error {
	for {
		s.budget.left = jsonMaxRecord
		raw, err := s.lines.ReadBytes('\n')
		if err != nil && !ended(err) {
			s.ended = true
			return s.broken(row, err)
		}
		if len(raw) == 0 {
			return io.EOF
		}
		s.line++
		if raw = bytes.TrimSpace(raw); len(raw) == 0 {
			continue
		}
		s.number++
		if !json.Valid(raw) {
			row.number, row.line, row.cells = s.number, s.line, row.cells[:0]
			row.problem = &Problem{Code: ProblemBadJSON}
			return nil
		}
		s.record(row, raw, s.line)
		return nil
	}
}

// record makes the cells of one record.
func (s *jsonSource) record(row *rawRow, raw []byte, line int) {
	row.number, row.line, row.problem = s.number, line, nil
	row.cells = row.cells[:0]
	raw = bytes.TrimSpace(raw)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	f := flattener{row: row, cols: s.cols, dec: dec}
	if len(raw) > 0 && raw[0] == '[' && len(s.heads) > 0 {
		f.places(s.heads)
	} else if len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
		f.value("", 0)
	} else {
		f.value("value", 0)
	}
	if f.lost {
		row.problem = &Problem{Code: ProblemBadJSON, Usable: true}
	}
}

func (s *jsonSource) broken(row *rawRow, err error) error {
	if ErrorCode(err) != "" && ErrorCode(err) != CodeTooLarge {
		return err
	}
	s.number++
	row.number, row.line, row.cells = s.number, s.number, row.cells[:0]
	row.problem = &Problem{Code: ProblemBadJSON, Params: map[string]string{"offset": strconv.FormatInt(s.dec.InputOffset(), 10)}}
	return nil
}

// flattener turns one record into cells: nested objects become dotted names,
// lists of plain values become Values.
type flattener struct {
	row  *rawRow
	cols *columnIndex
	dec  *json.Decoder
	lost bool // something did not fit
}

func (f *flattener) put(key string, c Cell) {
	if key == "" {
		key = "value"
	}
	i := f.cols.put(key)
	if i < 0 {
		f.lost = f.lost || !f.cols.fixed
		return
	}
	for len(f.row.cells) <= i {
		f.row.cells = append(f.row.cells, Cell{})
	}
	f.row.cells[i] = c
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

func (f *flattener) value(key string, depth int) {
	t, err := f.dec.Token()
	if err != nil {
		f.lost = true
		return
	}
	f.token(key, t, depth)
}

func (f *flattener) token(key string, t json.Token, depth int) {
	switch v := t.(type) {
	case json.Delim:
		if depth > jsonMaxDepth {
			f.lost = true
			_ = skipNested(f.dec, 1)
			return
		}
		if v == '{' {
			for f.dec.More() {
				k, err := f.dec.Token()
				name, ok := k.(string)
				if err != nil || !ok {
					f.lost = true
					return
				}
				f.value(join(key, validText(name)), depth+1)
			}
			_, _ = f.dec.Token()
			return
		}
		f.list(key, depth)
	default:
		if c := scalarCell(t); c.Kind != KindEmpty {
			f.put(key, c)
		} else {
			f.cols.put(key)
		}
	}
}

// places reads a record that is a list.
func (f *flattener) places(names []string) {
	_, _ = f.dec.Token()
	for i := 0; f.dec.More(); i++ {
		name := columnLetter(i)
		if i < len(names) {
			name = names[i]
		}
		f.value(name, 1)
		if f.lost {
			return
		}
	}
}

// list reads an array: plain values together, objects under numbered names.
func (f *flattener) list(key string, depth int) {
	var c Cell
	n := 0
	for f.dec.More() {
		t, err := f.dec.Token()
		if err != nil {
			f.lost = true
			return
		}
		if _, nested := t.(json.Delim); nested {
			n++
			if n > jsonMaxItems {
				f.lost = true
				_ = skipNested(f.dec, 1)
				continue
			}
			f.token(join(key, strconv.Itoa(n)), t, depth+1)
			continue
		}
		if v := scalarCell(t); v.Kind != KindEmpty {
			c.Values = append(c.Values, v.Text)
		}
	}
	_, _ = f.dec.Token()
	if len(c.Values) > 0 {
		c.Kind, c.Text = KindText, strings.Join(c.Values, ", ")
		f.put(key, c)
	}
}

func scalarCell(t json.Token) Cell {
	switch v := t.(type) {
	case string:
		return TextCell(strings.ReplaceAll(v, "\x00", ""))
	case json.Number:
		n, err := v.Float64()
		if t := v.String(); err != nil || !strings.ContainsAny(t, "eE") {
			return Cell{Text: t, Kind: KindNumber, Number: n}
		}
		return Cell{Text: numberText("", n), Kind: KindNumber, Number: n}
	case bool:
		return boolCell(v)
	}
	return Cell{}
}

// order names the columns without what wraps the fields of every record, as the
// properties of HubSpot and the fields of Airtable.
func (s *jsonSource) order(cols []Column) {
	taken := map[string]int{}
	short := make([]string, len(cols))
	for i, c := range cols {
		short[i] = c.Header
		if wrapper, rest, ok := strings.Cut(c.Header, "."); ok && (wrapper == "properties" || wrapper == "fields" || wrapper == "attributes") {
			short[i] = rest
		}
		taken[short[i]]++
	}
	for i := range cols {
		if taken[short[i]] == 1 {
			cols[i].Header = short[i]
		}
	}
}
