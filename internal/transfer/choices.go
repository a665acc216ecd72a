package transfer

import (
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/normal"
	"ecrm/internal/schema"
)

// choices are the words by which a cell means a choice of a pick-list.
type choices struct {
	// own are keys and labels as they are written, likened them without spaces and
	// marks; alias are the words of other programs.
	own, likened, alias map[string]string
	won, lost           string
}

func choicesOf(f *schema.Field) *choices {
	c := &choices{own: map[string]string{}, likened: map[string]string{}, alias: map[string]string{}}
	first := func(m map[string]string, word, value string) {
		if _, there := m[word]; word != "" && !there {
			m[word] = value
		}
	}
	for _, o := range f.Options {
		for _, name := range []string{o.Value, o.Label.TW, o.Label.CN, o.Label.EN} {
			first(c.own, strings.ToLower(name), o.Value)
			first(c.likened, plain(name), o.Value)
		}
		for _, name := range o.Aliases {
			first(c.alias, plain(name), o.Value)
		}
		switch {
		case o.Kind == "won" && c.won == "":
			c.won = o.Value
		case o.Kind == "lost" && c.lost == "":
			c.lost = o.Value
		}
	}
	return c
}

// means is the choice a text means: by key, by a label in any language and
// spelling, or by a word for it that offices and other programs use; "": none.
func (c *choices) means(text string) string {
	if value := c.own[strings.ToLower(text)]; value != "" {
		return value
	}
	folded := plain(text)
	for _, m := range []map[string]string{c.likened, c.alias} {
		if value := m[folded]; value != "" {
			return value
		}
	}
	// Stages are called alike everywhere: won is won.
	switch {
	case c.won != "" && strings.Contains(folded, "won"):
		return c.won
	case c.lost != "" && strings.Contains(folded, "lost"):
		return c.lost
	}
	return ""
}

// option finds the choice a text means: as a person said, else by its words.
func (c *converter) option(f *schema.Field, column *Column, text string) string {
	if chosen, ok := column.Values[text]; ok {
		if chosen == nil {
			return ""
		}
		return *chosen
	}
	words := c.words(f)
	if value := words.means(text); value != "" {
		return value
	}
	return words.means(strings.TrimSpace(bracketed.ReplaceAllString(text, " ")))
}

// words are the words of a pick-list.
func (c *converter) words(f *schema.Field) *choices {
	words := c.choices[f]
	if words == nil {
		words = choicesOf(f)
		if c.choices == nil {
			c.choices = map[*schema.Field]*choices{}
		}
		c.choices[f] = words
	}
	return words
}

// nothing are the words by which a program says that nothing was chosen.
var nothing = plainSet("none, n a, na, null, unspecified, not specified, unknown, undefined, blank, not set, 未指定, 未設定, 未填寫, 未知, 未選擇, 無, 請選擇, keine angabe, nicht angegeben, sin especificar, non spécifié")

// chooses tells whether a text chooses anything at all of a pick-list.
func chooses(text string) bool {
	p := plain(text)
	return !nothing[p] && (p != "" || strings.ContainsAny(text, "0123456789"))
}

// yearAlone reads a text that is a year and nothing else; 0: it is not.
func yearAlone(text string) int {
	digits := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(normal.Fold(text)), ".0"), "年")
	year, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 4 || year < 1500 || year > 2200 {
		return 0
	}
	return year
}

// meansBool reads a boolean as people write it, or by the words of a field.
func meansBool(f *schema.Field, text string) (value, ok bool) {
	if value, ok = local.ParseBool(text); ok {
		return value, true
	}
	said := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return plain(w) == plain(text) })
	}
	yes := said(f.Yes)
	return yes, yes || said(f.No)
}
