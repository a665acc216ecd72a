package tabular

import (
	"encoding/binary"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// oldBook is an opened .xls of Excel 5 to 2003.
type oldBook struct {
	file    *os.File
	temp    bool
	stream  *io.SectionReader
	wide    bool // BIFF8: texts in Unicode
	page    string
	sheets  []oldSheet
	strings *sharedStrings
	styles  []numFormat
	base    bool // dates count from 1904
	opt     Options
}

type oldSheet struct {
	sheetInfo
	at      int64
	checked bool
	orderly bool // rows stand in order
}

// codePages are the encodings of texts before Unicode.
var codePages = map[int]string{
	932: EncShiftJIS, 936: EncGB18030, 949: EncEUCKR, 950: EncBig5, 874: "windows-874",
	1250: "windows-1250", 1251: "windows-1251", 1252: EncWindows1252, 1253: "windows-1253", 1254: "windows-1254", 1258: "windows-1258",
	10000: "macintosh", 437: "ibm437", 850: "ibm850", 10001: EncShiftJIS, 10002: EncBig5, 10003: EncEUCKR, 10008: EncGB18030,
}

func openXLS(path string, opt Options) (*oldBook, error) {
	f, temp, err := plainFile(path, opt)
	if err != nil {
		return nil, err
	}
	w := &oldBook{file: f, temp: temp, opt: opt, page: EncWindows1252, strings: &sharedStrings{temp: opt.TempDir}}
	if err := w.read(); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *oldBook) close() {
	w.strings.close()
	_ = w.file.Close()
	if w.temp {
		_ = os.Remove(w.file.Name())
	}
}

// read finds the workbook in the file and reads what its sheets share.
func (w *oldBook) read() error {
	c, err := openCompound(w.file)
	if err != nil {
		return err
	}
	if c.has("EncryptedPackage") || c.has("EncryptionInfo") {
		return fail(CodeEncrypted, nil)
	}
	for _, name := range []string{"Workbook", "WORKBOOK", "Book", "BOOK"} {
		if w.stream, err = c.stream(name); err != nil {
			return err
		}
		if w.stream != nil {
			return w.globals()
		}
	}
	kind := "ole"
	if c.has("WordDocument") {
		kind = "word"
	} else if c.has("PowerPoint Document") {
		kind = "powerpoint"
	}
	return fail(CodeNotATable, nil, "kind", kind)
}

// globals reads the first part of the stream: the sheets, the formats and the
// texts.
func (w *oldBook) globals() error {
	b := newBIFFReader(io.NewSectionReader(w.stream, 0, w.stream.Size()))
	if err := b.next(); err != nil || b.id != biffBOF {
		return fail(CodeLegacyXLS, err) // older than Excel 5
	}
	w.wide = b.word(0) >= 0x0600
	codes := map[int]string{}
	var formats []int
	for {
		err := b.next()
		if ended(err) {
			break
		}
		if err != nil {
			return asError(err)
		}
		switch b.id {
		case biffFilePass:
			return fail(CodeEncrypted, nil)
		case biffDateMode:
			w.base = b.word(0) == 1
		case biffCodePage:
			if p, ok := codePages[b.word(0)]; ok {
				w.page = p
			}
		case biffBoundSheet:
			if err := w.boundSheet(b); err != nil {
				return err
			}
		case biffFormat:
			id := b.word(0)
			b.data = b.data[min(2, len(b.data)):]
			if len(codes) < 1<<16 {
				codes[id] = w.formatCode(b)
			}
		case biffXF:
			if len(formats) < 1<<16 {
				formats = append(formats, b.word(2))
			}
		case biffSST:
			if err := w.readStrings(b); err != nil {
				return err
			}
		}
		if b.id == biffEOF {
			break
		}
	}
	for _, id := range formats {
		w.styles = append(w.styles, formatOf(id, codes[id]))
	}
	if len(w.sheets) == 0 {
		return fail(CodeNoSheets, nil)
	}
	return nil
}

// boundSheet reads the name and place of a sheet; charts and macros are none.
func (w *oldBook) boundSheet(b *biffReader) error {
	if len(b.data) < 8 || b.data[5] != 0 {
		return nil
	}
	if len(w.sheets) >= maxSheets {
		return fail(CodeTooLarge, nil, "limit", strconv.Itoa(maxSheets), "part", "sheets")
	}
	s := oldSheet{at: int64(binary.LittleEndian.Uint32(b.data)), sheetInfo: sheetInfo{hidden: b.data[4]&3 != 0}}
	n := int(b.data[6])
	b.data = b.data[7:]
	s.name = w.text(b, n)
	w.sheets = append(w.sheets, s)
	return nil
}

func (w *oldBook) formatCode(b *biffReader) string {
	if w.wide {
		n := b.word(0)
		b.data = b.data[min(2, len(b.data)):]
		return w.text(b, n)
	}
	if len(b.data) == 0 {
		return ""
	}
	n := int(b.data[0])
	b.data = b.data[1:]
	return w.text(b, n)
}

// text reads a string of n characters (or bytes, before Unicode).
func (w *oldBook) text(b *biffReader, n int) string {
	if w.wide {
		s, _ := b.wideString(n)
		return s
	}
	n = min(n, len(b.data))
	s := decodeBytes(b.data[:n], w.page)
	b.data = b.data[n:]
	return s
}

func (w *oldBook) readStrings(b *biffReader) error {
	if len(b.data) < 8 {
		return nil
	}
	left := binary.LittleEndian.Uint32(b.data[4:])
	b.data = b.data[8:]
	for ; left > 0; left-- {
		if !b.need(2) {
			return nil
		}
		n := b.word(0)
		b.data = b.data[2:]
		s, ok := b.wideString(n)
		if err := w.strings.add(strings.ReplaceAll(s, "\x00", "")); err != nil {
			return asError(err)
		}
		if !ok {
			return nil
		}
	}
	return nil
}

func (w *oldBook) list() []sheetInfo {
	out := make([]sheetInfo, len(w.sheets))
	for i, s := range w.sheets {
		out[i] = s.sheetInfo
	}
	return out
}

func (w *oldBook) count(i, limit int) (int, error) { return countRows(w, i, limit) }

func (w *oldBook) sheet(i int, merged []string) (sheetRows, error) {
	s := &w.sheets[i]
	if s.at <= 0 || s.at >= w.stream.Size() {
		return nil, fail(CodeTruncated, nil, "sheet", s.name)
	}
	if !s.checked {
		s.checked, s.orderly = true, true
		r := w.rows(s.at, merged)
		last := -1
		for {
			row, _, err := r.cell()
			if ended(err) {
				break
			}
			if err != nil {
				return nil, err
			}
			if row < last {
				s.orderly = false
				break
			}
			last = row
		}
	}
	r := w.rows(s.at, merged)
	if s.orderly {
		return r, nil
	}
	return r.sorted()
}

func (w *oldBook) rows(at int64, merged []string) *oldRows {
	return &oldRows{w: w, b: newBIFFReader(io.NewSectionReader(w.stream, at, w.stream.Size()-at)), merged: parseMerged(merged)}
}

// number makes a cell of a number and its style.
func (w *oldBook) number(v float64, style int) Cell {
	var f numFormat
	if style < len(w.styles) {
		f = w.styles[style]
	}
	raw := strconv.FormatFloat(v, 'g', -1, 64)
	if v == math.Trunc(v) && math.Abs(v) < 1e17 {
		raw = strconv.FormatFloat(v+0, 'f', 0, 64)
	}
	return numberCell(raw, f, w.base)
}

// rkNumber unpacks a number kept in four bytes.
func rkNumber(rk uint32) float64 {
	var v float64
	if rk&2 != 0 {
		v = float64(int32(rk) >> 2) // #nosec G115 -- the sign is meant
	} else {
		v = math.Float64frombits(uint64(rk&^3) << 32)
	}
	if rk&1 != 0 {
		v /= 100
	}
	return v
}
