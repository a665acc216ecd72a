package tabular

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const defaultMaxBytes = 8 << 30

func (o Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return defaultMaxBytes
}

func (o Options) maxColumns() int {
	if o.MaxColumns > 0 {
		return o.MaxColumns
	}
	return 4096
}

func (o Options) fileName(path string) string {
	if o.FileName != "" {
		return o.FileName
	}
	return filepath.Base(path)
}

// rawRow is one row as a source yields it; its cells are overwritten by the
// next one.
type rawRow struct {
	number, line int
	cells        []Cell
	problem      *Problem
}

// rowSource yields the rows of one table, header and all, in order.
type rowSource interface {
	next(row *rawRow) error // io.EOF at the end
	close() error
}

// keyedSource names its columns by itself, as records of JSON and vCard do.
type keyedSource interface {
	rowSource
	keys() []string
}

// openBytes opens a file, unpacking gzip on the way.
func openBytes(path string, opt Options) (rc io.ReadCloser, compressed bool, err error) {
	f, err := os.Open(path) // #nosec G304 -- the caller names the file to import
	if err != nil {
		return nil, false, asError(err)
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		_ = f.Close()
		return nil, false, fail(CodeUnreadable, err)
	}
	if st.Size() == 0 {
		_ = f.Close()
		return nil, false, fail(CodeEmpty, nil)
	}
	var magic [2]byte
	n, _ := f.ReadAt(magic[:], 0)
	if n < 2 || magic != [2]byte{0x1F, 0x8B} {
		return f, false, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		_ = f.Close()
		return nil, true, gzipError(err)
	}
	return &gunzip{f: f, z: z, left: opt.maxBytes(), limit: opt.maxBytes()}, true, nil
}

// gunzip unpacks up to a limit.
type gunzip struct {
	f           *os.File
	z           *gzip.Reader
	left, limit int64
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, fail(CodeTooLarge, nil, "limit", strconv.FormatInt(g.limit, 10))
	}
	if int64(len(p)) > g.left {
		p = p[:g.left]
	}
	n, err := g.z.Read(p)
	g.left -= int64(n)
	if err != nil && !ended(err) {
		err = gzipError(err)
	}
	return n, err
}

func (g *gunzip) Close() error { return g.f.Close() }

func gzipError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fail(CodeTruncated, err)
	}
	return fail(CodeBadGzip, err)
}

// sniffed is what the first bytes of a file say.
type sniffed struct {
	format     Format
	compressed bool
	survey     byteSurvey
	guess      encodingGuess
	encoding   string // as chosen or guessed
}

// sniff reads the whole file once for its encoding and decides what it is.
func sniff(path string, opt Options) (*sniffed, error) {
	r, compressed, err := openBytes(path, opt)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	s := &sniffed{compressed: compressed}
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !ended(err) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, asError(err)
	}
	head = head[:n]
	if n == 0 {
		return nil, fail(CodeEmpty, nil)
	}
	if format, err := sniffBinary(path, head, compressed, opt); err != nil || format != FormatUnknown {
		s.format = format
		return s, err
	}
	if err := s.survey.read(io.MultiReader(bytes.NewReader(head), r)); err != nil {
		return nil, asError(err)
	}
	s.guess = s.survey.guess()
	s.encoding = s.guess.name
	if opt.Encoding != "" {
		e, ok := lookupEncoding(opt.Encoding)
		if !ok {
			return nil, fail(CodeBadEncoding, nil, "encoding", opt.Encoding)
		}
		s.encoding = e.name
	}
	s.format = opt.Format
	if s.format != FormatUnknown {
		return s, nil
	}
	s.format, err = sniffText(s.headText(), &s.survey)
	return s, err
}

// headText is the beginning of the file, decoded.
func (s *sniffed) headText() string {
	d, err := decodeReader(bytes.NewReader(s.survey.head), s.encoding)
	if err != nil {
		return ""
	}
	b, _ := io.ReadAll(d)
	return string(b)
}

// sniffBinary recognises files that are not text.
func sniffBinary(path string, head []byte, compressed bool, opt Options) (Format, error) {
	has := func(sig string) bool { return bytes.HasPrefix(head, []byte(sig)) }
	kind := ""
	switch {
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08"):
		return FormatXLSX, nil
	case has("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"):
		return FormatUnknown, compoundFileError(path, compressed, opt)
	case has("\x09\x08\x10\x00\x00\x06"), has("\x09\x08\x08\x00"), has("\x09\x04\x06\x00"), has("\x09\x02\x06\x00"), has("\x09\x00\x04\x00"):
		return FormatUnknown, fail(CodeLegacyXLS, nil)
	case has("%PDF"):
		kind = "pdf"
	case has("\x89PNG"), has("\xFF\xD8\xFF"), has("GIF8"), has("RIFF"), has("II*\x00"), has("MM\x00*"):
		kind = "image"
	case has("Rar!"), has("7z\xBC\xAF"), has("BZh"), has("\xFD7zXZ"), has("\x28\xB5\x2F\xFD"), has("\x1F\x8B"):
		kind = "archive"
	case has("\x7FELF"), has("MZ\x90\x00"):
		kind = "program"
	case has("SQLite format 3"):
		kind = "database"
	case has("{\\rtf"):
		kind = "rtf"
	}
	if kind != "" {
		return FormatUnknown, fail(CodeNotATable, nil, "kind", kind)
	}
	return FormatUnknown, nil
}

// compoundFileError tells an encrypted workbook from an old one.
func compoundFileError(path string, compressed bool, opt Options) error {
	r, _, err := openBytes(path, opt)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_ = compressed
	b, err := io.ReadAll(io.LimitReader(r, 32<<20))
	if err != nil {
		return asError(err)
	}
	wide := func(s string) []byte {
		out := make([]byte, 0, 2*len(s))
		for i := range len(s) {
			out = append(out, s[i], 0)
		}
		return out
	}
	switch {
	case bytes.Contains(b, wide("EncryptedPackage")), bytes.Contains(b, wide("EncryptionInfo")):
		return fail(CodeEncrypted, nil)
	case bytes.Contains(b, wide("Workbook")), bytes.Contains(b, wide("Book")):
		return fail(CodeLegacyXLS, nil)
	case bytes.Contains(b, wide("WordDocument")):
		return fail(CodeNotATable, nil, "kind", "word")
	}
	return fail(CodeNotATable, nil, "kind", "ole")
}

// sniffText tells the text formats apart.
func sniffText(text string, s *byteSurvey) (Format, error) {
	t := strings.TrimLeft(text, " \t\r\n\u00a0\u3000\ufeff")
	if t == "" && int64(len(s.head)) >= s.total {
		return FormatUnknown, fail(CodeEmpty, nil)
	}
	if controlShare(text) > 0.05 {
		return FormatUnknown, fail(CodeNotATable, nil, "kind", "binary")
	}
	upper := strings.ToUpper(t[:min(len(t), 4096)])
	switch {
	case strings.HasPrefix(upper, "BEGIN:VCALENDAR"), strings.HasPrefix(upper, "BEGIN:VEVENT"), strings.HasPrefix(upper, "BEGIN:VTODO"), strings.HasPrefix(upper, "BEGIN:VTIMEZONE"):
		return FormatUnknown, fail(CodeIsCalendar, nil)
	case beginsCard(upper):
		return FormatVCF, nil
	case strings.HasPrefix(upper, "{") || strings.HasPrefix(upper, "["):
		if looksLikeJSON(t) {
			return FormatJSON, nil
		}
	case strings.HasPrefix(upper, "<!DOCTYPE HTML"), strings.HasPrefix(upper, "<HTML"), strings.HasPrefix(upper, "<TABLE"), strings.HasPrefix(upper, "<META"), strings.HasPrefix(upper, "<HEAD"), strings.HasPrefix(upper, "<STYLE"):
		return FormatUnknown, fail(CodeUnsupported, nil, "kind", "html")
	case strings.HasPrefix(upper, "<?XML"):
		kind := "xml"
		if strings.Contains(upper, "<HTML") {
			kind = "html"
		} else if strings.Contains(upper, "SCHEMAS-MICROSOFT-COM:OFFICE:SPREADSHEET") {
			kind = "spreadsheetml"
		}
		return FormatUnknown, fail(CodeUnsupported, nil, "kind", kind)
	}
	return FormatCSV, nil
}

// beginsCard finds BEGIN:VCARD at the start of one of the first lines.
func beginsCard(upper string) bool {
	for range 5 {
		line, rest, more := strings.Cut(upper, "\n")
		line = strings.Join(strings.Fields(line), "")
		if strings.HasPrefix(line, "BEGIN:VCARD") {
			return true
		}
		if !more {
			return false
		}
		upper = rest
	}
	return false
}

// looksLikeJSON tells JSON from a table whose first cell begins with a brace.
func looksLikeJSON(t string) bool {
	rest := strings.TrimLeft(t[1:], " \t\r\n")
	if rest == "" {
		return true
	}
	if t[0] == '{' {
		return rest[0] == '"' || rest[0] == '}'
	}
	switch c := rest[0]; {
	case c == '{', c == '[', c == '"', c == ']', c == '-', c >= '0' && c <= '9':
		return true
	}
	return strings.HasPrefix(rest, "null") || strings.HasPrefix(rest, "true") || strings.HasPrefix(rest, "false")
}

// controlShare is the share of control characters that no text has.
func controlShare(text string) float64 {
	n, bad := 0, 0
	for _, r := range text[:min(len(text), 16<<10)] {
		n++
		if r < 0x20 && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0x1A && r != 0x1B || r == 0x7F {
			bad++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(bad) / float64(n)
}
