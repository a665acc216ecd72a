package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Kind tells how a value is cut into search tokens.
type Kind uint8

// The kinds. KindAny stands only in a Term: its token is right in every class.
const (
	KindAny   Kind = iota
	KindName       // names of companies and persons: bigrams, words, pinyin
	KindText       // long text: bigrams and words
	KindPhone      // phone numbers: national digits and their endings
	KindCode       // numbers of documents, tax numbers: whole, digits, parts
	KindMail       // mail addresses: whole, domain, parts
)

const (
	tokenMax  = 64       // bytes of one token, class letter included
	textMax   = 400      // tokens of one long text
	nameMax   = 160      // tokens of one name
	fewMax    = 32       // tokens of one phone, code or mail cell
	latinMax  = 16       // letters of a word that are looked for
	inputMax  = 16 << 10 // bytes of a value that are looked at
	pinyinMax = 24       // characters of one run that get pinyin
)

// IndexTokens cuts a value into the tokens under which the search index keeps
// it. Every token starts with class, a lower-case ASCII letter that names the
// field's class, and consists of lower-case ASCII letters, digits and letters
// beyond ASCII only; no token is longer than 64 bytes, none comes twice. A long
// text gives at most 400 tokens, from its first 16 KB.
//
// Chinese, Japanese and Korean runs give their bigrams and the last character
// alone; other letters and digits give words. A name's runs go on across
// punctuation (台積電(中國) is found by 電中 too), a long text's do not. A name
// also gives the pinyin of its characters, alone and in pairs, their initials by
// three, and the first one and two characters of its words.
func IndexTokens(class byte, kind Kind, s string) []string {
	if len(s) > inputMax {
		s = strings.ToValidUTF8(s[:inputMax], "")
	}
	b := tokenBuilder{class: class, buf: make([]byte, 0, 256)}
	var stack [64]glyph
	switch kind {
	case KindPhone:
		b.max = fewMax
		b.phone(s)
	case KindCode:
		b.max = fewMax
		b.code(scan(stack[:0], s))
	case KindMail:
		b.max = fewMax
		b.mail(s)
	case KindText:
		b.max = textMax
		b.runs(scan(stack[:0], s), false)
	default:
		b.max = nameMax
		b.runs(scan(stack[:0], s), true)
	}
	return b.tokens()
}

// glyph is one character as written (in NFKC) and folded.
type glyph struct {
	written, folded rune
	class           runeClass
}

type runeClass uint8

const (
	separator runeClass = iota
	character           // Chinese, Japanese, Korean
	alphanumeric
)

func classOf(r rune) runeClass {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return alphanumeric
		}
		return separator
	case r >= hanFirst && r <= hanLast:
		return character
	case !unicode.IsLetter(r):
		return separator
	case r >= 0x20000 && r <= 0x3FFFF, r >= 0xF900 && r <= 0xFAFF, r >= 0x3005 && r <= 0x31FF, r >= 0xAC00 && r <= 0xD7A3, r >= 0x1100 && r <= 0x11FF:
		return character
	}
	return alphanumeric
}

// scan reads a text into glyphs; what cannot be seen is left out, and so are
// marks that compose with nothing.
func scan(dst []glyph, s string) []glyph {
	for _, r := range s {
		if !quick(r) {
			s = norm.NFKC.String(s)
			break
		}
	}
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		f := foldRune(r)
		c := classOf(f)
		if c == separator && f >= utf8.RuneSelf && (unicode.Is(unicode.M, f) || ignorable(f)) {
			continue
		}
		dst = append(dst, glyph{r, f, c})
	}
	return dst
}

// tokenBuilder collects tokens in one buffer, so that a value costs three
// allocations however many tokens it has.
type tokenBuilder struct {
	class byte
	max   int
	buf   []byte
	ends  []int32
	seen  map[string]struct{}
	start int
}

// begin starts a token; end finishes it, or drops it if it is empty, a repeat
// or one too many.
func (b *tokenBuilder) begin() {
	b.start = len(b.buf)
	b.buf = append(b.buf, b.class)
}

func (b *tokenBuilder) rune(r rune) {
	if len(b.buf)-b.start+utf8.RuneLen(r) <= tokenMax {
		b.buf = utf8.AppendRune(b.buf, r)
	}
}

func (b *tokenBuilder) end() {
	token := b.buf[b.start:]
	if len(token) < 2 || len(b.ends) >= b.max || b.repeated(token) {
		b.buf = b.buf[:b.start]
		return
	}
	if b.ends == nil {
		b.ends = make([]int32, 0, 48)
	}
	b.ends = append(b.ends, int32(len(b.buf)))
}

// repeated looks through few tokens one by one, and keeps a set for many.
func (b *tokenBuilder) repeated(token []byte) bool {
	if len(b.ends) > 64 {
		if b.seen == nil {
			b.seen = make(map[string]struct{}, b.max)
			from := int32(0)
			for _, to := range b.ends {
				b.seen[string(b.buf[from:to])] = struct{}{}
				from = to
			}
		}
		if _, ok := b.seen[string(token)]; ok {
			return true
		}
		b.seen[string(token)] = struct{}{}
		return false
	}
	from := int32(0)
	for _, to := range b.ends {
		if int(to-from) == len(token) && string(b.buf[from:to]) == string(token) {
			return true
		}
		from = to
	}
	return false
}

func (b *tokenBuilder) full() bool { return len(b.ends) >= b.max }

func (b *tokenBuilder) text(s string) {
	b.begin()
	for _, r := range s {
		b.rune(r)
	}
	b.end()
}

func (b *tokenBuilder) tokens() []string {
	if len(b.ends) == 0 {
		return nil
	}
	all := string(b.buf)
	out := make([]string, len(b.ends))
	from := int32(0)
	for i, to := range b.ends {
		out[i] = all[from:to]
		from = to
	}
	return out
}

// runs cuts glyphs into runs and indexes each; name: across punctuation, with pinyin.
func (b *tokenBuilder) runs(glyphs []glyph, name bool) {
	var stack [64]glyph
	for i := 0; i < len(glyphs) && !b.full(); {
		switch glyphs[i].class {
		case separator:
			i++
		case alphanumeric:
			from := i
			b.begin()
			for ; i < len(glyphs) && glyphs[i].class == alphanumeric; i++ {
				b.rune(glyphs[i].folded)
			}
			b.end()
			for n := 1; name && n <= min(beginMax, i-from); n++ {
				b.begin()
				b.rune(beginMark)
				for _, g := range glyphs[from : from+n] {
					b.rune(g.folded)
				}
				b.end()
			}
		case character:
			run := stack[:0]
			for ; i < len(glyphs) && glyphs[i].class != alphanumeric; i++ {
				if glyphs[i].class == character {
					run = append(run, glyphs[i])
				} else if !name {
					break
				}
			}
			b.characters(run)
			if name {
				b.pinyin(run)
			}
		}
	}
}

func (b *tokenBuilder) characters(run []glyph) {
	for i := range run {
		b.begin()
		b.rune(run[i].folded)
		if i+1 < len(run) {
			b.rune(run[i+1].folded)
		}
		b.end()
	}
}

// legalForms are those within which no pinyin starts.
var legalForms = [][]rune{[]rune("股份有限公司"), []rune("有限责任公司"), []rune("有限公司")}

func (b *tokenBuilder) phone(s string) {
	for _, digits := range PhoneDigits(s) {
		b.text(digits)
		for n := 8; n >= 4; n-- {
			if len(digits) > n {
				b.text(digits[len(digits)-n:])
			}
		}
	}
	if b.ends == nil { // too odd to be a phone: findable as it stands
		b.runs(scan(nil, s), false)
	}
}

// code indexes a number of a document: whole, from each part on, its digits,
// the parts without leading zeros, the last four digits.
func (b *tokenBuilder) code(glyphs []glyph) {
	glyphs = glyphs[:min(len(glyphs), 256)]
	whole := make([]rune, 0, 32)
	digits := make([]rune, 0, 32)
	starts := make([]int, 0, 8)
	last := separator
	for _, g := range glyphs {
		if g.class == separator {
			last = separator
			continue
		}
		if last == separator {
			starts = append(starts, len(whole))
		}
		last = g.class
		whole = append(whole, g.folded)
		if g.folded >= '0' && g.folded <= '9' {
			digits = append(digits, g.folded)
		}
	}
	// The query is a prefix, so the whole from each part on finds every part too.
	for _, at := range starts {
		b.text(string(whole[at:]))
	}
	if len(digits) > 0 {
		b.text(string(digits))
	}
	if len(digits) > 4 {
		b.text(string(digits[len(digits)-4:]))
	}
	for i, at := range starts {
		to := len(whole)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		part := whole[at:to]
		if i+1 < len(starts) && len(part) > 1 {
			b.text(string(part))
		}
		if len(part) > 1 && part[0] == '0' {
			for len(part) > 1 && part[0] == '0' {
				part = part[1:]
			}
			b.text(string(part))
		}
	}
}
