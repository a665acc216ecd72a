package normal

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// SortVersion names the rules of SortKey. Stored keys of another version are
// computed anew.
const SortVersion = 2

// sortKeyMax caps a key: a dozen characters decide an order that a person can
// see; behind them the record's id does.
const sortKeyMax = 64

// SortKind is what a text names, for the readings of its characters.
type SortKind uint8

// The kinds of texts that are sorted.
const (
	SortText   SortKind = iota
	SortPerson          // the first character is a surname: 仇 is Qiu, 單 is Shan
)

type sorter struct {
	collator *collate.Collator
	buffer   collate.Buffer
}

func sorterPool(tag string) *sync.Pool {
	return &sync.Pool{New: func() any {
		return &sorter{collator: collate.New(language.MustParse(tag), collate.Loose)}
	}}
}

// Collators keep state, hence one to a caller at a time.
var sorters = struct{ stroke, pinyin *sync.Pool }{sorterPool("zh-u-co-stroke"), sorterPool("zh-u-co-pinyin")}

// appendKey appends the primary weights of a text.
func appendKey(dst []byte, pool *sync.Pool, s string) []byte {
	it, ok := pool.Get().(*sorter)
	if !ok { // the pools hold nothing else
		return append(dst, s...)
	}
	it.buffer.Reset()
	dst = append(dst, it.collator.KeyFromString(&it.buffer, s)...)
	pool.Put(it)
	return dst
}

// StrokeKey gives the bytes by which texts stand in the order of strokes: digits,
// letters, then characters by the number of their strokes. Only the primary
// differences count (letters, not case, accents or width); equal keys are left to
// the record's id, the same in both databases. At most 64 bytes.
func StrokeKey(s string) []byte {
	return capped(appendKey(make([]byte, 0, sortKeyMax), sorters.stroke, shortened(s)))
}

// hanKey is greater than what a key of anything but characters begins with, and
// says which syllable follows; unread is behind all syllables.
const (
	hanKey = 0xE0
	unread = 0xEF
)

// PinyinKey gives the bytes by which texts stand in the order of the alphabet,
// characters behind letters by the syllable they are read as in this text, tone
// and strokes. Otherwise it is as StrokeKey.
func PinyinKey(s string, kind SortKind) []byte {
	s = shortened(s)
	var stack [64]glyph
	glyphs := scan(stack[:0], s)
	key := make([]byte, 0, 2*sortKeyMax)
	for i := 0; i < len(glyphs) && len(key) < sortKeyMax; {
		from := i
		han := isHan(glyphs[i].written)
		for i < len(glyphs) && isHan(glyphs[i].written) == han {
			i++
		}
		if !han {
			var b strings.Builder
			for _, g := range glyphs[from:i] {
				b.WriteRune(g.written)
			}
			key = appendKey(key, sorters.pinyin, strings.TrimSpace(b.String()))
			continue
		}
		key = appendReadings(key, glyphs[from:i], kind == SortPerson && from == 0)
	}
	return capped(key)
}

func isHan(r rune) bool {
	return r >= hanFirst && r <= hanLast || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x3FFFF
}

// appendReadings appends for each character its syllable and its place among
// those that are read so.
func appendReadings(key []byte, run []glyph, person bool) []byte {
	var stack [64]twoReadings
	for i, r := range readings(stack[:0], run) {
		syllable := r.first
		if person && i == 0 && polyphones[run[i].folded].surname && r.second != "" {
			syllable = r.second
		}
		if n, ok := syllableNumbers()[syllable]; ok {
			key = append(key, hanKey|byte(n>>8), byte(n))
		} else {
			key = append(key, unread)
		}
		key = appendKey(key, sorters.pinyin, string(run[i].written))
	}
	return key
}

// syllableNumbers are the places of the syllables in the alphabet.
var syllableNumbers = sync.OnceValue(func() map[string]int {
	numbers := make(map[string]int, len(syllables))
	for i, s := range syllables {
		numbers[s] = i
	}
	return numbers
})

func shortened(s string) string {
	if len(s) > 4*sortKeyMax {
		s = strings.ToValidUTF8(s[:4*sortKeyMax], "")
	}
	return strings.TrimSpace(s)
}

// capped cuts a key to its greatest length, in memory of its own.
func capped(key []byte) []byte {
	return append(make([]byte, 0, min(len(key), sortKeyMax)), key[:min(len(key), sortKeyMax)]...)
}
