package schema

import "strings"

// separators stand between the words of a cell that holds several.
const separators = ",;、，；\n"

// JoinList writes words as the one text that SplitList takes apart; a word that
// holds a separator or begins with a quote stands in quotes, its own doubled.
func JoinList(words []string, separator string) string {
	written := make([]string, len(words))
	for i, w := range words {
		if written[i] = w; strings.ContainsAny(w, separators+"|") || strings.HasPrefix(w, `"`) {
			written[i] = quote(w)
		}
	}
	return strings.Join(written, separator)
}

// quote writes a word that quoted reads.
func quote(w string) string { return `"` + strings.ReplaceAll(w, `"`, `""`) + `"` }

// SplitList takes apart what a person or JoinList wrote; also are further
// separators. A quote counts only at the beginning of a word, and only where
// another closes it: 24" is a size.
func SplitList(s, also string) []string {
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		word, rest, ok := quoted(s, separators+also)
		if !ok {
			at := strings.IndexAny(s, separators+also)
			if at < 0 {
				at = len(s)
			}
			word, rest = strings.TrimSpace(s[:at]), s[at:]
		}
		if word != "" {
			words = append(words, word)
		}
		s = strings.TrimLeft(rest, separators+also)
	}
	return words
}

// quoted takes a word in quotes off the beginning of a text; what follows it is a
// separator or nothing.
func quoted(s, stops string) (word, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		rest = strings.TrimLeft(s[i+1:], " ")
		return b.String(), rest, rest == "" || strings.IndexAny(rest, stops) == 0
	}
	return "", "", false
}
