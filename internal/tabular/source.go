package tabular

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
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

func tooManyColumns(n int, opt Options, row int) error {
	return fail(CodeTooManyColumns, nil, "columns", strconv.Itoa(n), "limit", strconv.Itoa(opt.maxColumns()), "row", strconv.Itoa(row))
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

// openBytes opens a file, unpacking gzip and a zip of one file on the way.
func openBytes(name string, opt Options) (rc io.ReadCloser, compressed bool, err error) {
	f, err := os.Open(name) // #nosec G304 -- the caller names the file to import
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
	var magic [4]byte
	n, _ := f.ReadAt(magic[:], 0)
	switch {
	case n == 4 && string(magic[:]) == "PK\x03\x04":
		return openPacked(f, st.Size(), opt)
	case n < 2 || magic[0] != 0x1F || magic[1] != 0x8B:
		return f, false, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		_ = f.Close()
		return nil, true, gzipError(err)
	}
	limit := opt.unpacked(st.Size())
	return &gunzip{f: f, z: z, left: limit, limit: limit}, true, nil
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

// packedFiles are the files of a zip that a person put there.
func packedFiles(z *zip.Reader) []*zip.File {
	var out []*zip.File
	for _, f := range z.File {
		base := path.Base(f.Name)
		if strings.HasSuffix(f.Name, "/") || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(base, ".") || strings.EqualFold(base, "thumbs.db") || strings.EqualFold(base, "desktop.ini") {
			continue
		}
		out = append(out, f)
	}
	return out
}

// openPacked opens the one file in a zip; workbooks, which are zip files of
// many parts, stay as they are.
func openPacked(f *os.File, size int64, opt Options) (io.ReadCloser, bool, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return f, false, nil // told when it is read as a workbook
	}
	files := packedFiles(z)
	if len(files) != 1 || isOfficePart(files[0].Name) {
		return f, false, nil
	}
	p := files[0]
	err = checkBomb(p, opt)
	var rc io.ReadCloser
	switch {
	case err != nil:
	case p.Flags&1 != 0:
		err = fail(CodeEncrypted, nil)
	case p.UncompressedSize64 == 0:
		err = fail(CodeNotATable, nil, "kind", "archive")
	default:
		if rc, err = p.Open(); err != nil {
			err = fail(CodeBadZip, err)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, true, err
	}
	return &unpacked{limitPart(rc, p, opt), f}, true, nil
}

// isOfficePart says whether a file in a zip is what is left of a document.
func isOfficePart(name string) bool {
	dir, _, _ := strings.Cut(name, "/")
	switch dir {
	case "mimetype", odsContent, "[Content_Types].xml", "xl", "word", "ppt", "_rels", "docProps", "META-INF", "Index", "Metadata":
		return true
	}
	return false
}

// unpacked is the one file in a zip.
type unpacked struct {
	limitedPart
	f *os.File
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.limitedPart.Read(p)
	if err != nil && !ended(err) && ErrorCode(err) == "" {
		err = gzipError(err)
		if ErrorCode(err) == CodeBadGzip {
			err = fail(CodeBadZip, err)
		}
	}
	return n, err
}

func (u *unpacked) Close() error {
	_ = u.limitedPart.Close()
	return u.f.Close()
}

// sniffZip tells workbooks, which are zip files, apart.
func sniffZip(name string, opt Options) (Format, error) {
	f, temp, err := plainFile(name, opt)
	if err != nil {
		return FormatUnknown, err
	}
	w := &workbook{file: f, temp: temp, opt: opt}
	defer w.close()
	if w.readParts() != nil || w.parts[odsContent] == nil {
		return FormatXLSX, nil
	}
	p := w.parts["mimetype"]
	if p == nil {
		return FormatODS, nil
	}
	r, err := w.open(p)
	if err != nil {
		return FormatODS, nil
	}
	defer func() { _ = r.Close() }()
	kind, _ := io.ReadAll(io.LimitReader(r, 200))
	if !strings.Contains(string(kind), "opendocument.spreadsheet") {
		return FormatUnknown, fail(CodeNotATable, nil, "kind", "opendocument")
	}
	return FormatODS, nil
}

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
func sniff(name string, opt Options) (*sniffed, error) {
	r, compressed, err := openBytes(name, opt)
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
	if format, err := sniffBinary(name, head, opt); err != nil || format != FormatUnknown {
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
	if s.format, err = sniffText(s.headText(), &s.survey); err != nil {
		return s, err
	}
	// What a page or XML says of its encoding counts more than a guess, less
	// than a mark or what can be no other.
	if declared := declaredEncoding(string(s.survey.head)); (s.format == FormatHTML || s.format == FormatXML) && declared != "" &&
		opt.Encoding == "" && !s.guess.bom && s.guess.confidence < 0.99 && !strings.HasPrefix(s.guess.name, "utf-16") {
		s.encoding, s.guess.name, s.guess.confidence = declared, declared, 1
	}
	return s, nil
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
func sniffBinary(name string, head []byte, opt Options) (Format, error) {
	has := func(sig string) bool { return bytes.HasPrefix(head, []byte(sig)) }
	kind := ""
	switch {
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08"):
		return sniffZip(name, opt)
	case has(compoundMagic):
		return FormatXLS, nil
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
	case beginsMail(upper):
		return FormatUnknown, fail(CodeNotATable, nil, "kind", "mail")
	case strings.HasPrefix(upper, "MIME-VERSION:"):
		return FormatUnknown, fail(CodeUnsupported, nil, "kind", "mhtml")
	case strings.HasPrefix(upper, "<?XML") && strings.Contains(upper, "SCHEMAS-MICROSOFT-COM:OFFICE:SPREADSHEET"), strings.HasPrefix(upper, "<WORKBOOK"), strings.HasPrefix(upper, "<SS:WORKBOOK"):
		return FormatXML, nil
	case beginsPage(upper):
		return FormatHTML, nil
	case strings.HasPrefix(upper, "<?XML"):
		return FormatUnknown, fail(CodeUnsupported, nil, "kind", "xml")
	}
	return FormatCSV, nil
}

// beginsPage recognises a web page, or the beginning of a table without one.
func beginsPage(upper string) bool {
	if strings.HasPrefix(upper, "<?XML") {
		return strings.Contains(upper, "<HTML") || strings.Contains(upper, "<TABLE")
	}
	for strings.HasPrefix(upper, "<!--") {
		_, rest, ok := strings.Cut(upper, "-->")
		if !ok {
			return false
		}
		upper = strings.TrimSpace(rest)
	}
	for _, tag := range []string{"<!DOCTYPE HTML", "<HTML", "<TABLE", "<META", "<HEAD", "<STYLE", "<BODY", "<DIV", "<CENTER", "<SCRIPT", "<TITLE", "<FORM", "<LINK"} {
		if strings.HasPrefix(upper, tag) {
			return true
		}
	}
	return false
}

// beginsMail recognises a mail message, or a mailbox, by its header.
func beginsMail(upper string) bool {
	known, other := 0, 0
	for i := range 40 {
		line, rest, more := strings.Cut(upper, "\n")
		line = strings.TrimRight(line, "\r")
		if line == "" {
			break
		}
		name, _, ok := strings.Cut(line, ":")
		switch {
		case i == 0 && strings.HasPrefix(line, "FROM "), line[0] == ' ', line[0] == '\t':
		case !ok || strings.ContainsAny(name, " ,;\t\""):
			other++
		case mailHeaders[name]:
			known++
		}
		if !more {
			break
		}
		upper = rest
	}
	return known >= 2 && other*4 < known
}

var mailHeaders = map[string]bool{"RETURN-PATH": true, "RECEIVED": true, "DELIVERED-TO": true, "MESSAGE-ID": true, "FROM": true, "TO": true, "SUBJECT": true,
	"DATE": true, "REPLY-TO": true, "CONTENT-TRANSFER-ENCODING": true, "X-MAILER": true, "X-ORIGINAL-TO": true, "X-APPARENTLY-TO": true, "ENVELOPE-TO": true}

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
