package normal

import (
	"slices"
	"strings"
	"sync"
)

// Marks set tokens of pinyin, and beginnings of words, apart from words that are
// written so. They are letters to the search index and nobody types them. Every
// such token is asked for as a whole: a prefix would have the index gather all
// that begins so before it answers the first.
const (
	syllableMark = 'ʹ' // before a syllable, and before the one that follows it
	initialsMark = 'ʺ' // before two or three initials
	beginMark    = 'ˌ' // before the first characters of a word, one to four
)

// initialsEach is how many initials stand in a token.
const initialsEach = 3

// beginMax is how many characters of a word's beginning have a token of their own.
const beginMax = 4

// pinyin gives for each character of a run its syllable, its syllable with the next
// one, and initials from it on; not from within a company's legal form, where
// nobody starts.
func (b *tokenBuilder) pinyin(run []glyph) {
	starts := len(run)
	for _, form := range legalForms {
		if at := len(run) - len(form); at > 0 && fits(phrase{text: form}, run, at) {
			starts = at
			break
		}
	}
	starts = min(starts, pinyinMax)
	run = run[:min(len(run), starts+initialsEach)]
	var stack [64]twoReadings
	list := readings(stack[:0], run)
	for i := 0; i < starts && !b.full(); i++ {
		for _, first := range list[i].each() {
			b.syllables(first, "")
			if i+1 < len(list) {
				for _, second := range list[i+1].each() {
					b.syllables(first, second)
				}
			}
		}
		b.initials(list[i:min(i+initialsEach, len(list))])
	}
}

// each are the readings there are.
func (r twoReadings) each() []string {
	switch {
	case r.first == "":
		return nil
	case r.second == "":
		return []string{r.first}
	}
	return []string{r.first, r.second}
}

func (b *tokenBuilder) syllables(first, second string) {
	b.begin()
	b.rune(syllableMark)
	b.buf = append(b.buf, first...)
	if second != "" {
		b.rune(syllableMark)
		b.buf = append(b.buf, second...)
	}
	b.end()
}

// initials adds a token for each way to read the characters.
func (b *tokenBuilder) initials(list []twoReadings) {
	for i, r := range list {
		if r.first == "" {
			list = list[:i]
			break
		}
	}
	if len(list) < 2 { // a single initial says nothing
		return
	}
	for way := range 1 << len(list) {
		b.begin()
		b.rune(initialsMark)
		for k, r := range list {
			if way>>k&1 == 1 && r.second != "" {
				r.first = r.second
			}
			b.buf = append(b.buf, r.first[0])
		}
		b.end()
	}
}

// syllablesFrom lists the syllables that begin with some letters.
func syllablesFrom(letters string) []string {
	from, _ := slices.BinarySearch(syllables, letters)
	to := from
	for to < len(syllables) && strings.HasPrefix(syllables[to], letters) {
		to++
	}
	return syllables[from:to]
}

// initialLetters are those that syllables begin with.
var initialLetters = sync.OnceValue(func() string {
	var letters []byte
	for _, s := range syllables {
		if len(letters) == 0 || letters[len(letters)-1] != s[0] {
			letters = append(letters, s[0])
		}
	}
	return string(letters)
})

// pinyinLetters caps the letters that are read as pinyin.
const pinyinLetters = 48

// maxReadings caps the ways letters are cut into syllables.
const maxReadings = 6

// cuts lists the ways to cut letters into syllables, of which the last may be only
// begun, those of few syllables first.
func cuts(letters string) [][]string {
	var found [][]string
	var cut func(rest string, before []string)
	cut = func(rest string, before []string) {
		if len(found) >= 4*maxReadings {
			return
		}
		if len(syllablesFrom(rest)) > 0 {
			found = append(found, append(slices.Clone(before), rest))
		}
		for n := min(len(rest)-1, 6); n > 0; n-- { // the longest has six letters
			if _, whole := slices.BinarySearch(syllables, rest[:n]); whole {
				cut(rest[n:], append(before, rest[:n]))
			}
		}
	}
	cut(letters, nil)
	slices.SortStableFunc(found, func(a, b []string) int { return len(a) - len(b) })
	return found[:min(len(found), maxReadings)]
}

// spoken adds to a term what its letters mean as pinyin where one token says it,
// and answers the tokens of the other ways to read them: of each way all must be
// there.
func spoken(letters string, t *Term) (ways [][][]string) {
	add := func(also ...string) { t.Also = append(t.Also, also...) }
	mark, initials := string(syllableMark), string(initialsMark)
	for _, cut := range cuts(letters) {
		last := syllablesFrom(cut[len(cut)-1])
		ends := func(before string) (all []string) {
			for _, s := range last {
				all = append(all, before+mark+s)
			}
			return all
		}
		switch len(cut) {
		case 1:
			add(ends("")...)
		case 2:
			add(ends(mark + cut[0])...)
		default:
			var way [][]string
			for i := 0; i+2 < len(cut); i += 2 {
				way = append(way, []string{mark + cut[i] + mark + cut[i+1]})
			}
			ways = append(ways, append(way, ends(mark+cut[len(cut)-2])))
		}
	}
	if strings.Trim(letters, initialLetters()) != "" {
		return ways
	}
	// Nobody starts within a legal form, so its initials are not kept.
	for _, form := range []string{"gfyxgs", "yxzrgs", "yxgs"} {
		if before, ok := strings.CutSuffix(letters, form); ok && len(before) > 1 {
			letters = before
			break
		}
	}
	switch n := len(letters); {
	case n < 2:
	case n == 2:
		add(initials + letters)
		for _, r := range initialLetters() {
			add(initials + letters + string(r))
		}
	case n == initialsEach:
		add(initials + letters)
	default:
		var way [][]string
		for i := 0; i+initialsEach < n; i += initialsEach {
			way = append(way, []string{initials + letters[i:i+initialsEach]})
		}
		ways = append(ways, append(way, []string{initials + letters[n-initialsEach:]}))
	}
	return ways
}
