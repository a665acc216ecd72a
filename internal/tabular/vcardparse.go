package tabular

import (
	"bufio"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"
)

const (
	cardMaxBytes = 16 << 20 // of one card
	cardMaxDepth = 8
)

// vProp is one property of a card.
type vProp struct {
	group, name string // name in lower case
	params      []vParam
	value       string
}

type vParam struct{ name, value string } // name in lower case, "" for a bare one

// vCard is one card as parsed: version and properties, still encoded.
type vCard struct {
	version    string
	props      []vProp
	line       int
	size       int
	tooLarge   bool
	unfinished bool
	agent      bool // stands inside an AGENT property
}

// vcardParser reads cards of any version from decoded text, forgiving what
// phones and address books get wrong.
type vcardParser struct {
	r       *bufio.Reader
	line    int
	peeked  bool
	peek    string
	peekErr error
	stack   []*vCard
	skip    []string // components that are no cards
	seen    bool
}

func newVCardParser(r io.Reader) *vcardParser {
	return &vcardParser{r: bufio.NewReaderSize(r, 64<<10)}
}

// readLine reads one physical line, ended by LF, CRLF or CR.
func (p *vcardParser) readLine() (string, error) {
	if p.peeked {
		p.peeked = false
		return p.peek, p.peekErr
	}
	var b []byte
	for {
		c, err := p.r.ReadByte()
		if err != nil {
			if ended(err) && len(b) > 0 {
				p.line++
				return string(b), nil
			}
			return "", err
		}
		switch c {
		case '\r':
			if n, err := p.r.Peek(1); err == nil && n[0] == '\n' {
				_, _ = p.r.ReadByte()
			}
			p.line++
			return string(b), nil
		case '\n':
			p.line++
			return string(b), nil
		}
		if len(b) < cardMaxBytes {
			b = append(b, c)
		}
	}
}

func (p *vcardParser) peekLine() (string, error) {
	if !p.peeked {
		p.peek, p.peekErr = p.readLine()
		p.peeked = true
	}
	return p.peek, p.peekErr
}

// next reads the next card. Nested ones come before the card around them;
// those in an AGENT property belong to it and do not come at all.
func (p *vcardParser) next() (*vCard, error) {
	for {
		line, err := p.readLine()
		if ended(err) {
			if n := len(p.stack); n > 0 {
				c := p.stack[n-1]
				p.stack = p.stack[:n-1]
				c.unfinished = true
				if c.agent {
					continue
				}
				return c, nil
			}
			return nil, io.EOF
		}
		if err != nil {
			return nil, err
		}
		if c := p.take(line); c != nil {
			return c, nil
		}
	}
}

// take handles one line and returns a card that it ends.
func (p *vcardParser) take(line string) *vCard {
	word := strings.ToUpper(strings.Join(strings.Fields(line), ""))
	if i := strings.IndexByte(word, '.'); i > 0 && strings.HasPrefix(word[i+1:], "BEGIN:VCARD") {
		word = word[i+1:]
	}
	n := len(p.stack)
	switch {
	case strings.HasPrefix(word, "BEGIN:VCARD"):
		p.seen = true
		c := &vCard{line: p.line}
		if n > 0 {
			up := p.stack[n-1]
			if k := len(up.props); k > 0 && up.props[k-1].name == "agent" && strings.TrimSpace(up.props[k-1].value) == "" {
				c.agent = true
			}
			c.agent = c.agent || up.agent
		}
		if n >= cardMaxDepth {
			out := p.stack[n-1]
			p.stack[n-1] = c
			out.unfinished = true
			return out
		}
		p.stack = append(p.stack, c)
		return nil
	case strings.HasPrefix(word, "END:VCARD"):
		if n == 0 {
			return nil
		}
		c := p.stack[n-1]
		p.stack = p.stack[:n-1]
		if c.agent {
			return nil
		}
		return c
	case strings.HasPrefix(word, "BEGIN:") && len(p.skip) < 32:
		p.skip = append(p.skip, word[len("BEGIN:"):])
		return nil
	case strings.HasPrefix(word, "END:") && len(p.skip) > 0:
		p.skip = p.skip[:len(p.skip)-1]
		return nil
	}
	if n > 0 && len(p.skip) == 0 {
		p.property(p.stack[n-1], line)
	}
	return nil
}

// property reads a property, which may go on over several lines.
func (p *vcardParser) property(c *vCard, line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	prop, ok := parseProp(line)
	if !ok {
		// Text that somebody broke without folding belongs to what is before.
		if k := len(c.props); k > 0 {
			c.props[k-1].value += "\n" + line
		}
		return
	}
	prop.value = p.unfold(prop)
	c.size += len(prop.value) + len(prop.name) + 64
	switch {
	case c.size > cardMaxBytes:
		c.tooLarge = true
	case prop.name == "version":
		c.version = strings.TrimSpace(prop.value)
	default:
		c.props = append(c.props, prop)
	}
}

// unfold adds the lines that continue a value.
func (p *vcardParser) unfold(prop vProp) string {
	enc := prop.encoding()
	var b strings.Builder
	b.WriteString(prop.value)
	last := prop.value
	for b.Len() < cardMaxBytes {
		next, err := p.peekLine()
		if err != nil {
			break
		}
		folded := next != "" && (next[0] == ' ' || next[0] == '\t')
		switch {
		case enc == "q" && strings.HasSuffix(last, "="):
			s := b.String()
			b.Reset()
			b.WriteString(s[:len(s)-1])
		case folded && strings.TrimSpace(next) == "" && enc == "b":
		case folded:
			next = next[1:]
		case enc == "b" && base64Line(next):
		default:
			return b.String()
		}
		p.peeked = false
		if enc == "b" {
			next = strings.TrimSpace(next)
		}
		b.WriteString(next)
		last = next
	}
	return b.String()
}

// base64Line says whether an unfolded line can only be more of a picture.
func base64Line(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '+' && c != '/' && c != '=' {
			return false
		}
	}
	return true
}

// parseProp takes "group.NAME;PARAM=value:text" apart.
func parseProp(line string) (vProp, bool) {
	line = strings.TrimLeft(line, " \t\ufeff")
	colon := unquotedIndex(line, ':')
	if colon < 0 {
		if colon = strings.IndexByte(line, ':'); colon < 0 {
			return vProp{}, false
		}
	}
	head := line[:colon]
	p := vProp{value: line[colon+1:]}
	parts := splitUnquoted(head, ';')
	name := strings.TrimSpace(parts[0])
	if g, n, ok := strings.Cut(name, "."); ok {
		p.group, name = strings.ToLower(g), n
	}
	if name == "" || strings.ContainsAny(name, " \t=") || len(name) > 100 {
		return vProp{}, false
	}
	p.name = strings.ToLower(name)
	for _, s := range parts[1:] {
		k, v, ok := strings.Cut(s, "=")
		if !ok {
			k, v = "", s
		}
		k = strings.ToLower(strings.TrimSpace(k))
		for _, one := range splitUnquoted(v, ',') {
			one = strings.Trim(strings.TrimSpace(one), `"`)
			if k == "type" || k == "" {
				for _, t := range strings.Split(one, ",") {
					p.params = append(p.params, vParam{k, strings.TrimSpace(t)})
				}
				continue
			}
			p.params = append(p.params, vParam{k, one})
		}
	}
	return p, true
}

func unquotedIndex(s string, c byte) int {
	in := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			in = !in
		case s[i] == c && !in:
			return i
		}
	}
	return -1
}

func splitUnquoted(s string, c byte) []string {
	var out []string
	for {
		i := unquotedIndex(s, c)
		if i < 0 {
			return append(out, s)
		}
		out = append(out, s[:i])
		s = s[i+1:]
	}
}

func (p *vProp) param(name string) string {
	for _, a := range p.params {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// encoding is "q" for quoted-printable, "b" for base64, "" for none.
func (p *vProp) encoding() string {
	for _, a := range p.params {
		if a.name != "encoding" && a.name != "" {
			continue
		}
		switch strings.ToUpper(a.value) {
		case "QUOTED-PRINTABLE", "Q", "QP":
			return "q"
		case "BASE64", "B":
			return "b"
		}
	}
	return ""
}

// text decodes quoted-printable, base64 and the character set, not the
// backslashes.
func (p *vProp) text() string {
	switch p.encoding() {
	case "q":
		b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(p.value)))
		if err != nil {
			b = looseQuotedPrintable(p.value)
		}
		return p.charset(b)
	case "b":
		if b, ok := decodeBase64(p.value); ok {
			return p.charset(b)
		}
	}
	return validText(p.value)
}

func (p *vProp) charset(b []byte) string {
	if cs := p.param("charset"); cs != "" {
		if e, ok := lookupEncoding(cs); ok && e.enc != nil {
			return decodeBytes(b, e.name)
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	var s byteSurvey
	s.add(b)
	s.flush()
	return decodeBytes(b, s.guess().name)
}

// looseQuotedPrintable decodes what is right and keeps the rest.
func looseQuotedPrintable(s string) []byte {
	hex := func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			return int(c|0x20-'a') + 10
		}
		return -1
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if h, l := hex(s[i+1]), hex(s[i+2]); h >= 0 && l >= 0 {
				out = append(out, byte(h<<4|l)) // #nosec G115 -- two hex digits
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

func decodeBase64(s string) ([]byte, bool) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return b, err == nil && len(b) > 0
}
