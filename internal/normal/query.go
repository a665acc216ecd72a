package normal

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Term is one condition on the search index. Its token lacks the class letter:
// the caller puts before it the letter of each class it may search.
type Term struct {
	Token  string
	Prefix bool // the index's token begins with Token; otherwise it equals it
	Kind   Kind // KindAny: try every class; otherwise classes of this kind only
	Word   int  // number of the word in the query, from 0
	// Also are tokens of names any of which will do as well, each as a whole.
	Also []string
	// way numbers the ways to read a word.
	way int
}

// Within tells whether the term is asked of values of a kind.
func (t Term) Within(kind Kind) bool { return t.Kind == KindAny || t.Kind == kind }

// Begins tells whether the index is asked for all that begins with the token in
// values of a kind. A name's beginnings are tokens of their own; too many records
// have mail addresses, numbers and texts with words that begin with few characters:
// there a short one must be whole.
func (t Term) Begins(kind Kind) bool {
	first := []rune(t.Token)
	if !t.Prefix || t.Kind != KindAny || classOf(first[0]) == character {
		return t.Prefix
	}
	switch {
	case kind == KindName:
		return len(first) > beginMax
	case isLatin(first):
		return len(first) >= 5
	}
	return len(first) >= 4
}

// maxQueryWords caps what one query may ask.
const maxQueryWords = 8

// QueryTerms turns what a person typed into terms. The query matches a record if
// every word matches; a word matches if, for one of the ways to read it, all terms
// of that way do (Words groups them so). The terms may come from different fields
// of the record.
//
// One Chinese character is a prefix term (bigrams that begin with it; a run's
// last character is indexed alone); more are a cover of bigrams that do not
// overlap, and the last bigram. A cover finds slightly too much (台積電台 for
// 積電…, parts from different places): where it matters the caller checks the
// record with Matches. Everything else is a prefix of a word, or, with fewer than
// five characters, a whole one or a name's beginning; letters may be pinyin or
// initials too, and those beyond the sixteenth are cut off.
func QueryTerms(s string) []Term {
	folded := Fold(s)
	if utf8.RuneCountInString(folded) > 200 {
		folded = string([]rune(folded)[:200])
	}
	if phoneLike(folded) { // 02 2345 6789 is one word
		folded = strings.ReplaceAll(folded, " ", "-")
	}
	var terms []Term
	word := 0
	for _, text := range strings.FieldsFunc(folded, func(r rune) bool {
		return r == ' ' || r == '、' || r == ';' || r == ',' || r == '。'
	}) {
		if word == maxQueryWords {
			break
		}
		if got := wordTerms(text, word); len(got) > 0 {
			terms = append(terms, got...)
			word++
		}
	}
	return terms
}

// Words groups terms: for each word of the query its alternatives, for each
// alternative the terms that must all match.
func Words(terms []Term) [][][]Term {
	var out [][][]Term
	for i := 0; i < len(terms); {
		j := i
		var alternatives [][]Term
		for j < len(terms) && terms[j].Word == terms[i].Word {
			k := j
			for k < len(terms) && terms[k].Word == terms[j].Word && terms[k].way == terms[j].way {
				k++
			}
			alternatives = append(alternatives, terms[j:k])
			j = k
		}
		out = append(out, alternatives)
		i = j
	}
	return out
}

// phoneBegin is how many digits make the beginning of a phone number: a million
// begin with an area's.
const phoneBegin = 4

func wordTerms(text string, word int) []Term {
	var stack [64]glyph
	glyphs := scan(stack[:0], text)
	var terms []Term
	way := 0
	add := func(kind Kind, token []rune, prefix bool) *Term {
		t := string(token)
		if len(t) > tokenMax-1 {
			t = strings.ToValidUTF8(t[:tokenMax-1], "")
		}
		for i, old := range terms {
			if old.Token == t && old.Kind == kind {
				return &terms[i]
			}
		}
		terms = append(terms, Term{Token: t, Prefix: prefix, Kind: kind, Word: word, way: way})
		return &terms[len(terms)-1]
	}
	var spokenWays [][][]string
	parts := 0
	hasCharacters, hasLetters := false, false
	whole := make([]rune, 0, len(glyphs))
	for i := 0; i < len(glyphs); {
		from := i
		class := glyphs[i].class
		for i < len(glyphs) && glyphs[i].class == class {
			i++
		}
		if class == separator {
			continue
		}
		parts++
		run := make([]rune, 0, i-from)
		for _, g := range glyphs[from:i] {
			run = append(run, g.folded)
			hasLetters = hasLetters || g.folded >= 'a' && g.folded <= 'z'
		}
		whole = append(whole, run...)
		if class == character {
			hasCharacters = true
			if len(run) == 1 {
				add(KindAny, run, true)
			}
			for k := 0; k+1 < len(run); k += 2 {
				add(KindAny, run[k:k+2], false)
			}
			if len(run) > 2 && len(run)%2 == 1 {
				add(KindAny, run[len(run)-2:], false)
			}
			continue
		}
		letters := isLatin(run)
		if letters {
			run = run[:min(len(run), latinMax)]
		}
		t := add(KindAny, run, true)
		if len(run) <= beginMax {
			t.Also = append(t.Also, string(beginMark)+string(run))
		}
		if letters {
			spokenWays = spoken(string(glyphText(glyphs[from:i])), t)
		}
	}
	if parts == 0 {
		return nil
	}
	if parts == 1 {
		for _, tokens := range spokenWays {
			way++
			for _, also := range tokens {
				terms = append(terms, Term{Token: also[0], Also: also[1:], Kind: KindName, Word: word, way: way})
			}
		}
	}
	if digits := digitCount(text); digits > 0 && !hasLetters && !hasCharacters {
		numbers := phoneNumbers(text)
		if len(numbers) == 1 && digits >= phoneBegin {
			if _, national := nationalOf(numbers[0]); national != "" {
				way++
				add(KindPhone, []rune(strings.TrimLeft(national, "0")+""), true)
				if terms[len(terms)-1].Token == "" {
					terms = terms[:len(terms)-1]
				}
			}
		}
	}
	if parts > 1 && !strings.ContainsRune(text, '@') {
		way++
		add(KindCode, whole, true)
	}
	if parts > 1 && !hasCharacters && strings.ContainsAny(text, "@.") {
		way++
		add(KindMail, whole, true)
	}
	return terms
}

// glyphText is the folded text of glyphs, at most as long as pinyin is read.
func glyphText(glyphs []glyph) []rune {
	text := make([]rune, 0, len(glyphs))
	for _, g := range glyphs[:min(len(glyphs), pinyinLetters)] {
		text = append(text, g.folded)
	}
	return text
}

func isLatin(run []rune) bool {
	for _, r := range run {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

// Matches tells whether a value of a kind really holds what was typed: the
// check behind QueryTerms, for callers that show few results. Every word of the
// query must be in the folded value, as text or, in a name, as pinyin. For one
// field only: a query whose words lie in several fields is not checked so.
func Matches(kind Kind, value, query string) bool {
	folded := compactFold(value)
	var tokens []string
	terms := QueryTerms(query)
	for _, alternatives := range Words(terms) {
		found := false
		for _, list := range alternatives {
			if found {
				break
			}
			found = true
			for _, t := range list {
				if !t.Within(kind) {
					found = false
					break
				}
				if t.Kind == KindAny && strings.Contains(folded, t.Token) {
					continue
				}
				if tokens == nil {
					tokens = IndexTokens('x', kind, value)
				}
				if !holds(tokens, t, kind) {
					found = false
					break
				}
			}
		}
		if !found {
			return false
		}
	}
	// The cover of bigrams lets parts come from different places.
	for _, run := range characterRuns(Fold(query)) {
		if !strings.Contains(folded, run) {
			return false
		}
	}
	return len(terms) > 0
}

func holds(tokens []string, t Term, kind Kind) bool {
	for _, token := range tokens {
		if token[1:] == t.Token || t.Begins(kind) && strings.HasPrefix(token[1:], t.Token) || slices.Contains(t.Also, token[1:]) {
			return true
		}
	}
	return false
}

func compactFold(s string) string { return compact(Fold(s)) }

func characterRuns(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return classOf(r) != character || unicode.IsSpace(r)
	})
}
