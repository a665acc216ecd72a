package tabular

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// xmlScanner is a small pull parser for the XML inside workbooks: elements by
// local name, attributes, text. It is several times faster than encoding/xml,
// keeps nothing, and expands no entities but the five and numeric ones.
type xmlScanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	readErr  error

	kind    xmlKind
	name    []byte // local name
	text    []byte
	attrs   []xmlAttr
	pending bool // a self-closed element owes its end
	scratch []byte
}

type xmlKind uint8

const (
	xmlStart xmlKind = iota
	xmlEnd
	xmlText
)

type xmlAttr struct {
	name  []byte // local name
	value []byte
}

const xmlMaxToken = 16 << 20

var errXML = errors.New("malformed XML")

// newXMLScanner reads XML in UTF-8, or UTF-16 by its mark.
func newXMLScanner(r io.Reader) *xmlScanner {
	s := &xmlScanner{r: r, buf: make([]byte, 64<<10)}
	s.fill()
	b := s.buf[:s.end]
	if len(b) >= 2 {
		wide := b[0] == 0xFE && b[1] == 0xFF || b[0] == 0xFF && b[1] == 0xFE
		be := b[0] == 0 && b[1] == '<'
		le := b[0] == '<' && b[1] == 0
		if wide || be || le {
			order := unicode.LittleEndian
			if be {
				order = unicode.BigEndian
			}
			head := append([]byte(nil), b...)
			all := io.MultiReader(bytes.NewReader(head), r)
			if s.eof {
				all = bytes.NewReader(head)
			}
			s.r = transform.NewReader(all, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
			s.pos, s.end, s.eof, s.readErr = 0, 0, false, nil
		}
	}
	return s
}

func (s *xmlScanner) fill() bool {
	if s.eof {
		return false
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= xmlMaxToken {
			s.eof, s.readErr = true, fail(CodeTooLarge, nil, "limit", strconv.Itoa(xmlMaxToken))
			return false
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
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

func (s *xmlScanner) fault() error {
	if s.readErr != nil {
		return s.readErr
	}
	return errXML
}

// next reads the next element start, element end or text; io.EOF at the end.
// What it points to is valid until the next call.
func (s *xmlScanner) next() error {
	if s.pending {
		s.pending = false
		s.kind = xmlEnd
		return nil
	}
	for {
		if s.pos >= s.end && !s.fill() {
			if s.readErr != nil {
				return s.readErr
			}
			return io.EOF
		}
		if s.buf[s.pos] != '<' {
			return s.textUntilTag()
		}
		done, err := s.markup()
		if done || err != nil {
			return err
		}
	}
}

// until finds a byte sequence after the first skip bytes, reading on.
func (s *xmlScanner) until(skip int, seq string) (int, error) {
	from := skip
	for {
		if s.pos+from < s.end {
			if i := bytes.Index(s.buf[s.pos+from:s.end], []byte(seq)); i >= 0 {
				return from + i, nil
			}
			from = max(skip, s.end-s.pos-len(seq)+1)
		}
		if !s.fill() {
			return 0, s.fault()
		}
	}
}

func (s *xmlScanner) textUntilTag() error {
	n, err := s.until(0, "<")
	if err != nil {
		if s.readErr != nil {
			return s.readErr
		}
		n = s.end - s.pos // trailing text at the end of the file
	}
	s.kind = xmlText
	s.text = s.unescape(s.buf[s.pos : s.pos+n])
	s.pos += n
	return nil
}

func (s *xmlScanner) markup() (bool, error) {
	for s.end-s.pos < 9 && s.fill() {
	}
	b := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		n, err := s.until(4, "-->")
		s.pos += n + 3
		return false, err
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		n, err := s.until(9, "]]>")
		if err != nil {
			return false, err
		}
		s.kind, s.text = xmlText, s.buf[s.pos+9:s.pos+n]
		s.pos += n + 3
		return true, nil
	case bytes.HasPrefix(b, []byte("<?")):
		n, err := s.until(2, "?>")
		s.pos += n + 2
		return false, err
	case bytes.HasPrefix(b, []byte("<!")):
		n, err := s.until(2, ">")
		if err == nil && bytes.IndexByte(s.buf[s.pos:s.pos+n], '[') >= 0 {
			n, err = s.until(2, "]>")
			n++
		}
		s.pos += n + 1
		return false, err
	}
	n, err := s.tagEnd()
	if err != nil {
		return false, err
	}
	tag := s.buf[s.pos+1 : s.pos+n]
	s.pos += n + 1
	if len(tag) > 0 && tag[0] == '/' {
		s.kind, s.name = xmlEnd, local(bytes.TrimRight(tag[1:], " \t\r\n"))
		return true, nil
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		s.pending = true
		tag = tag[:len(tag)-1]
	}
	s.kind = xmlStart
	s.tag(tag)
	return true, nil
}

// tagEnd finds the > that ends a tag, passing over those in quotes.
func (s *xmlScanner) tagEnd() (int, error) {
	var quote byte
	for i := 1; ; i++ {
		if s.pos+i >= s.end && !s.fill() {
			return 0, s.fault()
		}
		switch c := s.buf[s.pos+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i, nil
		}
	}
}

func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// tag takes an element start apart.
func (s *xmlScanner) tag(b []byte) {
	i := 0
	for i < len(b) && !isXMLSpace(b[i]) {
		i++
	}
	s.name = local(b[:i])
	s.attrs = s.attrs[:0]
	s.scratch = s.scratch[:0]
	for {
		for i < len(b) && isXMLSpace(b[i]) {
			i++
		}
		k := i
		for i < len(b) && b[i] != '=' && !isXMLSpace(b[i]) {
			i++
		}
		name := b[k:i]
		for i < len(b) && (isXMLSpace(b[i]) || b[i] == '=') {
			i++
		}
		if len(name) == 0 || i >= len(b) || b[i] != '"' && b[i] != '\'' {
			return
		}
		q := b[i]
		e := bytes.IndexByte(b[i+1:], q)
		if e < 0 {
			return
		}
		v := b[i+1 : i+1+e]
		if bytes.IndexByte(v, '&') >= 0 {
			v = appendUnescaped(nil, v)
		}
		s.attrs = append(s.attrs, xmlAttr{local(name), v})
		i += e + 2
	}
}

// attr is the value of an attribute by its local name, nil when missing.
func (s *xmlScanner) attr(name string) []byte {
	for _, a := range s.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

func (s *xmlScanner) unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	s.scratch = appendUnescaped(s.scratch[:0], b)
	return s.scratch
}

// appendUnescaped resolves entities and line ends as XML asks.
func appendUnescaped(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '\r':
			if i+1 >= len(b) || b[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case '&':
			e := bytes.IndexByte(b[i:min(len(b), i+12)], ';')
			if e < 0 {
				dst = append(dst, c)
				continue
			}
			r, ok := entity(string(b[i+1 : i+e]))
			if !ok {
				dst = append(dst, c)
				continue
			}
			dst = utf8.AppendRune(dst, r)
			i += e
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil || n <= 0 || n > 0x10FFFF {
		return 0, false
	}
	return rune(n), true
}
