package tabular

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// Names of encodings, as in Detected.Encoding.
const (
	EncUTF8        = "utf-8"
	EncUTF16LE     = "utf-16le"
	EncUTF16BE     = "utf-16be"
	EncUTF32LE     = "utf-32le"
	EncUTF32BE     = "utf-32be"
	EncBig5        = "big5"
	EncGB18030     = "gb18030"
	EncShiftJIS    = "shift_jis"
	EncEUCJP       = "euc-jp"
	EncEUCKR       = "euc-kr"
	EncWindows1252 = "windows-1252"
)

type namedEncoding struct {
	name string
	enc  encoding.Encoding // nil for UTF-8
}

var encodingTable = []namedEncoding{
	{EncUTF8, nil},
	{EncBig5, traditionalchinese.Big5},
	{EncGB18030, simplifiedchinese.GB18030},
	{EncUTF16LE, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{EncUTF16BE, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	{EncShiftJIS, japanese.ShiftJIS},
	{EncWindows1252, charmap.Windows1252},
	{EncEUCJP, japanese.EUCJP},
	{EncEUCKR, korean.EUCKR},
	{EncUTF32LE, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
	{EncUTF32BE, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
	{"iso-2022-jp", japanese.ISO2022JP},
	{"hz-gb-2312", simplifiedchinese.HZGB2312},
	{"iso-8859-2", charmap.ISO8859_2},
	{"iso-8859-15", charmap.ISO8859_15},
	{"windows-1250", charmap.Windows1250},
	{"windows-1251", charmap.Windows1251},
	{"windows-1253", charmap.Windows1253},
	{"windows-1254", charmap.Windows1254},
	{"windows-1258", charmap.Windows1258},
	{"windows-874", charmap.Windows874},
	{"macintosh", charmap.Macintosh},
	{"ibm437", charmap.CodePage437},
	{"ibm850", charmap.CodePage850},
}

// encodingAliases maps what people and files write to the names above.
var encodingAliases = map[string]string{
	"utf8": EncUTF8, "unicode-1-1-utf-8": EncUTF8, "ascii": EncUTF8, "us-ascii": EncUTF8, "utf-8-sig": EncUTF8, "utf-8+bom": EncUTF8,
	"big5-hkscs": EncBig5, "cp950": EncBig5, "ms950": EncBig5, "big-5": EncBig5, "windows-950": EncBig5,
	"gbk": EncGB18030, "gb2312": EncGB18030, "cp936": EncGB18030, "gb-18030": EncGB18030, "windows-936": EncGB18030,
	"utf-16": EncUTF16LE, "utf16": EncUTF16LE, "utf16le": EncUTF16LE, "utf16be": EncUTF16BE, "ucs-2": EncUTF16LE,
	"utf-32": EncUTF32LE, "utf32le": EncUTF32LE, "utf32be": EncUTF32BE,
	"shift-jis": EncShiftJIS, "sjis": EncShiftJIS, "cp932": EncShiftJIS, "windows-31j": EncShiftJIS, "ms932": EncShiftJIS, "x-sjis": EncShiftJIS,
	"eucjp": EncEUCJP, "euckr": EncEUCKR, "cp949": EncEUCKR, "ks_c_5601-1987": EncEUCKR,
	"cp1252": EncWindows1252, "latin1": EncWindows1252, "latin-1": EncWindows1252, "iso-8859-1": EncWindows1252, "iso8859-1": EncWindows1252, "windows1252": EncWindows1252,
	"cp1250": "windows-1250", "cp1251": "windows-1251", "latin2": "iso-8859-2", "latin9": "iso-8859-15",
}

// Encodings lists the names accepted in Options.Encoding, the likeliest first.
func Encodings() []string {
	out := make([]string, len(encodingTable))
	for i, e := range encodingTable {
		out[i] = e.name
	}
	return out
}

// lookupEncoding finds an encoding by any of its names.
func lookupEncoding(name string) (namedEncoding, bool) {
	n := strings.ToLower(strings.TrimSpace(name))
	if a, ok := encodingAliases[n]; ok {
		n = a
	}
	for _, e := range encodingTable {
		if e.name == n {
			return e, true
		}
	}
	return namedEncoding{}, false
}

// decodeReader yields UTF-8 without byte order mark and without NUL.
func decodeReader(r io.Reader, name string) (*nulFilter, error) {
	e, ok := lookupEncoding(name)
	if !ok {
		return nil, fail(CodeBadEncoding, nil, "encoding", name)
	}
	switch e.name {
	case EncUTF32BE, EncUTF32LE:
		r = &bomSkipper{r: r, short: true}
	case EncUTF16BE, EncUTF16LE:
		// The decoder reads the mark itself.
	default:
		r = &bomSkipper{r: r, utf8: e.enc == nil}
	}
	if e.enc != nil {
		r = transform.NewReader(r, e.enc.NewDecoder())
	}
	return &nulFilter{r: r}, nil
}

// decodeBytes decodes a short text; undecodable bytes become U+FFFD.
func decodeBytes(b []byte, name string) string {
	e, ok := lookupEncoding(name)
	if !ok || e.enc == nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := e.enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// bomSkipper removes a byte order mark. Some programs put the two byte mark
// before UTF-32; short removes it there and leaves the real one to the decoder.
type bomSkipper struct {
	r     io.Reader
	utf8  bool
	short bool
	done  bool
}

func (s *bomSkipper) Read(p []byte) (int, error) {
	if s.done {
		return s.r.Read(p)
	}
	s.done = true
	head := make([]byte, 8)
	n, err := io.ReadFull(s.r, head)
	head = head[:n]
	if ended(err) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if err != nil {
		return 0, err
	}
	switch {
	case s.utf8 && len(head) >= 3 && head[0] == 0xEF && head[1] == 0xBB && head[2] == 0xBF:
		head = head[3:]
	case s.short && len(head) >= 6 && (head[0] == 0xFE && head[1] == 0xFF && head[2] == 0 && head[3] == 0 ||
		head[0] == 0xFF && head[1] == 0xFE && (head[2] != 0 || head[3] != 0)):
		head = head[2:]
	}
	s.r = io.MultiReader(strings.NewReader(string(head)), s.r)
	return s.r.Read(p)
}

// nulFilter removes NUL bytes and counts them.
type nulFilter struct {
	r    io.Reader
	nuls int
}

func (f *nulFilter) Read(p []byte) (int, error) {
	for {
		n, err := f.r.Read(p)
		kept := n
		if i := indexNUL(p[:n]); i >= 0 {
			kept = i
			for _, c := range p[i:n] {
				if c != 0 {
					p[kept] = c
					kept++
				}
			}
			f.nuls += n - kept
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}
