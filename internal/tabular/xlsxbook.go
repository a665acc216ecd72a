package tabular

import (
	"archive/zip"
	"io"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"
)

// workbook is an opened .xlsx: the parts by name and what is common to its
// sheets.
type workbook struct {
	file    *os.File
	temp    bool // file is an unpacked copy to be removed
	zip     *zip.Reader
	parts   map[string]*zip.File
	sheets  []bookSheet
	styles  []numFormat
	base    bool // dates count from 1904
	strings *sharedStrings
	opt     Options
}

type bookSheet struct {
	sheetInfo
	part *zip.File // nil where it is missing
}

const maxSheets = 1000

// openWorkbook reads a workbook's directory, styles and list of sheets.
func openWorkbook(name string, opt Options) (*workbook, error) {
	f, temp, err := plainFile(name, opt)
	if err != nil {
		return nil, err
	}
	w := &workbook{file: f, temp: temp, opt: opt}
	if err := w.read(); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// plainFile opens a file for random access, unpacking gzip to a temporary one.
func plainFile(name string, opt Options) (*os.File, bool, error) {
	rc, compressed, err := openBytes(name, opt)
	if err != nil {
		return nil, false, err
	}
	if f, ok := rc.(*os.File); ok && !compressed {
		return f, false, nil
	}
	defer func() { _ = rc.Close() }()
	t, err := os.CreateTemp(opt.TempDir, "tabular-*.xlsx")
	if err != nil {
		return nil, false, asError(err)
	}
	if _, err := io.Copy(t, rc); err != nil {
		_ = t.Close()
		_ = os.Remove(t.Name())
		return nil, false, asError(err)
	}
	return t, true, nil
}

func (w *workbook) close() {
	if w.strings != nil {
		w.strings.close()
	}
	_ = w.file.Close()
	if w.temp {
		_ = os.Remove(w.file.Name())
	}
}

func (w *workbook) read() error {
	if err := w.readParts(); err != nil {
		return err
	}
	main := w.mainPart()
	if main == "" {
		return w.otherKind()
	}
	if err := w.readSheets(main); err != nil {
		return err
	}
	if len(w.sheets) == 0 {
		return fail(CodeNoSheets, nil)
	}
	return w.readStyles(main)
}

// readParts lists the parts of the zip file.
func (w *workbook) readParts() error {
	w.parts = map[string]*zip.File{}
	st, err := w.file.Stat()
	if err != nil {
		return asError(err)
	}
	z, err := zip.NewReader(w.file, st.Size())
	if err != nil {
		if b := make([]byte, 4); true {
			if _, e := w.file.ReadAt(b, 0); e == nil && string(b) == "PK\x03\x04" {
				return fail(CodeTruncated, err)
			}
		}
		return fail(CodeBadZip, err)
	}
	w.zip = z
	for _, f := range z.File {
		n := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		w.parts[strings.ToLower(n)] = f
		if err := checkBomb(f, w.opt); err != nil {
			return err
		}
	}
	return nil
}

// checkBomb refuses parts that unpack to far more than a real sheet would.
func checkBomb(f *zip.File, opt Options) error {
	if f.UncompressedSize64 > uint64(opt.maxBytes()) { // #nosec G115 -- a limit is never negative
		return fail(CodeTooLarge, nil, "limit", strconv.FormatInt(opt.maxBytes(), 10), "part", f.Name)
	}
	if f.UncompressedSize64 > uint64(opt.unpacked(packedSize(f))) { // #nosec G115 -- nor is this one
		return fail(CodeTooLarge, nil, "limit", "400:1", "part", f.Name)
	}
	return nil
}

// packedSize is how much of a zip file a part takes.
func packedSize(f *zip.File) int64 {
	return int64(min(f.CompressedSize64, 1<<40)) // #nosec G115 -- it is small enough now
}

// unpacked is how much may come out of so many packed bytes: tables of the same few
// words shrink to a hundredth, and only bombs to less than a four-hundredth.
func (o Options) unpacked(packed int64) int64 {
	const free, most = 256 << 20, 400
	return min(o.maxBytes(), max(free, packed*most))
}

// limitPart stops a part whose header lies about its size.
func limitPart(rc io.ReadCloser, f *zip.File, opt Options) limitedPart {
	limit := opt.unpacked(packedSize(f))
	return limitedPart{rc: rc, left: limit, limit: limit}
}

// otherKind says what a zip file without a workbook is.
func (w *workbook) otherKind() error {
	has := func(prefix string) bool {
		for n := range w.parts {
			if strings.HasPrefix(n, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case has("word/"):
		return fail(CodeNotATable, nil, "kind", "word")
	case has("ppt/"):
		return fail(CodeNotATable, nil, "kind", "powerpoint")
	case has("xl/workbook.bin"):
		return fail(CodeUnsupported, nil, "kind", "xlsb")
	case has(odsContent):
		return fail(CodeNotATable, nil, "kind", "opendocument")
	case has("index/"), has("metadata/"):
		return fail(CodeUnsupported, nil, "kind", "numbers")
	case has("xl/"), has("[content_types].xml"):
		return fail(CodeBadWorkbook, nil, "part", "workbook.xml")
	}
	if n := len(packedFiles(w.zip)); n > 1 {
		return fail(CodeManyFiles, nil, "count", strconv.Itoa(n))
	}
	return fail(CodeNotATable, nil, "kind", "zip")
}

// mainPart finds the workbook part, by the relations or by its usual name.
func (w *workbook) mainPart() string {
	for _, r := range w.relations("_rels/.rels") {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			n := strings.ToLower(strings.TrimPrefix(path.Clean("/"+r.target), "/"))
			if w.parts[n] != nil && strings.HasSuffix(n, ".xml") && strings.Contains(path.Base(n), "workbook") {
				return n
			}
		}
	}
	if w.parts["xl/workbook.xml"] != nil {
		return "xl/workbook.xml"
	}
	var found []string
	for n := range w.parts {
		if b := path.Base(n); strings.HasPrefix(b, "workbook") && strings.HasSuffix(b, ".xml") {
			found = append(found, n)
		}
	}
	sort.Strings(found)
	if len(found) > 0 {
		return found[0]
	}
	return ""
}

type relation struct{ id, kind, target string }

// relations reads a .rels part; a missing or broken one has none.
func (w *workbook) relations(name string) []relation {
	var out []relation
	_ = w.scan(name, func(x *xmlScanner) error {
		if x.kind == xmlStart && string(x.name) == "Relationship" && len(out) < 10000 {
			out = append(out, relation{string(x.attr("Id")), string(x.attr("Type")), string(x.attr("Target"))})
		}
		return nil
	})
	return out
}

// scan passes every token of a part to f.
func (w *workbook) scan(name string, f func(*xmlScanner) error) error {
	p := w.parts[name]
	if p == nil {
		return io.EOF
	}
	r, err := w.open(p)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	x := newXMLScanner(r)
	for {
		if err := x.next(); err != nil {
			if ended(err) {
				return nil
			}
			return partError(p, err)
		}
		if err := f(x); err != nil {
			return err
		}
	}
}

func partError(p *zip.File, err error) error {
	if e := asError(err); ErrorCode(e) != CodeUnreadable {
		return e
	}
	if strings.Contains(err.Error(), "unexpected EOF") {
		return fail(CodeTruncated, err, "part", p.Name)
	}
	return fail(CodeBadWorkbook, err, "part", p.Name)
}

func (w *workbook) open(p *zip.File) (io.ReadCloser, error) {
	r, err := p.Open()
	if err != nil {
		return nil, partError(p, err)
	}
	return &limitedPart{rc: r, left: w.opt.maxBytes(), limit: w.opt.maxBytes()}, nil
}

// limitedPart reads so many bytes of a part and no more.
type limitedPart struct {
	rc          io.ReadCloser
	left, limit int64
}

func (l *limitedPart) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fail(CodeTooLarge, nil, "limit", strconv.FormatInt(l.limit, 10))
	}
	n, err := l.rc.Read(p)
	l.left -= int64(n)
	return n, err
}

func (l *limitedPart) Close() error { return l.rc.Close() }

// readSheets lists the sheets and finds their parts.
func (w *workbook) readSheets(main string) error {
	dir := path.Dir(main)
	targets := map[string]relation{}
	for _, r := range w.relations(dir + "/_rels/" + path.Base(main) + ".rels") {
		targets[r.id] = r
	}
	var ids []string
	err := w.scan(main, func(x *xmlScanner) error {
		if x.kind != xmlStart {
			return nil
		}
		switch string(x.name) {
		case "workbookPr":
			v := string(x.attr("date1904"))
			w.base = v == "1" || v == "true" || v == "on"
		case "sheet":
			if len(w.sheets) >= maxSheets {
				return fail(CodeTooLarge, nil, "limit", strconv.Itoa(maxSheets), "part", "sheets")
			}
			state := string(x.attr("state"))
			w.sheets = append(w.sheets, bookSheet{sheetInfo: sheetInfo{unescapeX(string(x.attr("name"))), state == "hidden" || state == "veryHidden"}})
			ids = append(ids, string(x.attr("id")))
		}
		return nil
	})
	if err != nil {
		return err
	}
	loose := w.looseSheets(dir)
	kept := w.sheets[:0]
	for i, s := range w.sheets {
		r, ok := targets[ids[i]]
		if ok && !strings.HasSuffix(r.kind, "/worksheet") {
			continue // a chart or a dialog
		}
		if ok {
			t := r.target
			if !strings.HasPrefix(t, "/") {
				t = dir + "/" + t
			}
			s.part = w.parts[strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(t, `\`, "/")), "/"))]
		}
		if s.part == nil && len(targets) == 0 && i < len(loose) {
			s.part = loose[i]
		}
		kept = append(kept, s)
	}
	w.sheets = kept
	for _, s := range w.sheets {
		if s.part != nil {
			return nil
		}
	}
	if len(w.sheets) > 0 {
		return fail(CodeBadWorkbook, nil, "part", "worksheets")
	}
	return nil
}

// looseSheets lists the worksheet parts in order, for workbooks that have lost
// their relations.
func (w *workbook) looseSheets(dir string) []*zip.File {
	var names []string
	for n := range w.parts {
		if path.Dir(n) == strings.ToLower(dir)+"/worksheets" && strings.HasSuffix(n, ".xml") {
			names = append(names, n)
		}
	}
	sort.Slice(names, func(i, j int) bool {
		if len(names[i]) != len(names[j]) {
			return len(names[i]) < len(names[j])
		}
		return names[i] < names[j]
	})
	out := make([]*zip.File, len(names))
	for i, n := range names {
		out[i] = w.parts[n]
	}
	return out
}

// readStyles reads which number format each cell style has.
func (w *workbook) readStyles(main string) error {
	codes := map[int]string{}
	inXfs := false
	name := path.Dir(main) + "/styles.xml"
	if w.parts[name] == nil {
		for n := range w.parts {
			if path.Base(n) == "styles.xml" {
				name = n
			}
		}
	}
	err := w.scan(name, func(x *xmlScanner) error {
		if x.kind == xmlText {
			return nil // blanks between elements, of an indented part
		}
		switch string(x.name) {
		case "numFmt":
			if x.kind == xmlStart {
				codes[atoi(x.attr("numFmtId"))] = string(x.attr("formatCode"))
			}
		case "cellXfs":
			inXfs = x.kind == xmlStart
		case "xf":
			if x.kind == xmlStart && inXfs && len(w.styles) < 1<<17 {
				id := atoi(x.attr("numFmtId"))
				w.styles = append(w.styles, formatOf(id, codes[id]))
			}
		}
		return nil
	})
	if ended(err) || ErrorCode(err) == CodeBadWorkbook {
		return nil // without styles numbers are numbers
	}
	return err
}

func atoi(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<40 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}
