package schema

import (
	"encoding/json"
	"strings"
	"unicode"

	"ecrm/internal/local"
	"ecrm/internal/normal"
)

// entriesType is a list of labelled values: phones or mails.
type entriesType struct {
	check func(string) bool
	code  string
	key   func(string) []string
	doubt func(string) *Problem
	// kept is the one form in which a value is kept, spell the one in which a
	// language writes it, apart what a text of several holds that stands in no
	// quotes.
	kept  func(string) string
	spell func(value, language string) string
	apart func(string) []Entry
	// plain tells that a value reads back as it is written.
	plain func(string) bool
}

// Entry is one phone number or mail address with its label.
type Entry struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Primary bool   `json:"primary"`
}

func init() {
	register("phones", entriesType{
		check: numbered,
		code:  "not_a_phone",
		key:   normal.PhoneDigits,
		doubt: func(s string) *Problem {
			if local.PhoneDoubt(s) {
				return Bad("phone_odd", "value", Shorten(s))
			}
			return nil
		},
		kept: func(s string) string {
			number, ext := local.CutExtension(s)
			return local.WithExtension(number, ext, "")
		},
		spell: func(s, language string) string {
			number, ext := local.CutExtension(s)
			return local.WithExtension(number, ext, language)
		},
		apart: numbersIn,
		plain: func(s string) bool { return onlyOf(s, "0123456789-+() .") && digitsOf(s) >= 5 && digitsOf(s) <= 15 },
	})
	register("mails", entriesType{
		check: isMail,
		code:  "not_a_mail",
		key:   func(s string) []string { return []string{normal.MailKey(s)} },
		doubt: func(s string) *Problem {
			switch meant, odd := local.MailDoubt(s); {
			case meant != "":
				return Bad("mail_slip", "value", Shorten(s), "meant", meant)
			case odd:
				return Bad("mail_odd", "value", Shorten(s))
			}
			return nil
		},
		kept:  func(s string) string { return s },
		spell: func(s, _ string) string { return s },
		apart: addressesIn,
		plain: func(s string) bool { return !strings.ContainsAny(s, listMarks+`":： `) },
	})
}

// listMarks part the entries of one text.
const listMarks = separators + "|"

// numbersIn are the numbers of a text in which further ones are not parted by a
// semicolon or a line: 公司 02-2345-6789、行動 0912-345-678.
func numbersIn(s string) []Entry {
	first := labelled(s, numbered)
	if onlyOf(first.Value, "0123456789-+() .") && digitsOf(first.Value) <= 15 {
		return []Entry{first}
	}
	var entries []Entry
	for _, p := range local.SplitPhones(first.Value, "TW") {
		entries = append(entries, Entry{Label: p.Label, Value: local.WithExtension(p.Number, p.Ext, "")})
	}
	if len(entries) > 0 && first.Label != "" {
		entries[0].Label = first.Label
	}
	return entries
}

func addressesIn(s string) []Entry {
	var entries []Entry
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,", r) }) {
		entries = append(entries, labelled(part, isMail))
	}
	return entries
}

func numbered(s string) bool { return strings.ContainsAny(normal.Fold(s), "0123456789") }

func isMail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " ,;<>")
}

func onlyOf(s, letters string) bool { return strings.Trim(s, letters) == "" }

func digitsOf(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

func (entriesType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (t entriesType) Parse(_ *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	items, ok := value.([]any)
	if !ok {
		return nil, Bad("not_a_list")
	}
	var entries []Entry
	for _, item := range items {
		switch v := item.(type) {
		case string:
			entries = append(entries, Entry{Value: v})
		case map[string]any:
			e := Entry{}
			e.Label, _ = v["label"].(string)
			e.Value, _ = v["value"].(string)
			e.Primary, _ = v["primary"].(bool)
			entries = append(entries, e)
		default:
			return nil, Bad("not_a_list")
		}
	}
	return t.keep(entries)
}

func (t entriesType) keep(entries []Entry) ([]any, error) {
	kept := []Entry{}
	primary := -1
	for _, e := range entries {
		e.Label, e.Value = clean(e.Label, false), t.kept(clean(e.Value, false))
		if e.Value == "" {
			continue
		}
		if len(e.Value) > 200 || len(e.Label) > 60 {
			return nil, Bad("too_long", "max", "200")
		}
		if !t.check(e.Value) {
			return nil, Bad(t.code, "value", Shorten(e.Value))
		}
		if e.Primary && primary < 0 {
			primary = len(kept)
		}
		e.Primary = false
		kept = append(kept, e)
	}
	if len(kept) == 0 {
		return nil, nil
	}
	if len(kept) > 50 {
		return nil, Bad("too_many", "max", "50")
	}
	kept[max(primary, 0)].Primary = true
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, Bad("not_a_list")
	}
	return []any{string(b)}, nil
}

func (t entriesType) ParseText(_ *Field, s string) ([]any, error) {
	return t.keep(t.entries(s))
}

// EntriesIn takes apart what people write of phones or mails, or an export wrote.
func EntriesIn(f *Field, s string) []Entry {
	if t, ok := f.typ.(entriesType); ok {
		return t.entries(s)
	}
	return nil
}

// entries takes apart what people write, or FormatIn wrote: what stands in quotes
// is meant as it stands.
func (t entriesType) entries(s string) []Entry {
	var entries []Entry
	if !strings.Contains(s, `"`) {
		s = strings.ReplaceAll(s, ";ext=", " ext=") // no further entry
	}
	for s = strings.TrimLeft(s, listMarks+" "); s != ""; s = strings.TrimLeft(s, listMarks+" ") {
		if e, rest, ok := exactly(s); ok {
			entries, s = append(entries, e), rest
			continue
		}
		end := strings.IndexAny(s, "；;\n|")
		if end < 0 {
			end = len(s)
		}
		entries, s = append(entries, t.apart(s[:end])...), s[end:]
	}
	return entries
}

// exactly takes an entry in quotes off the beginning of a text: "label": "value".
func exactly(s string) (e Entry, rest string, ok bool) {
	if e.Value, rest, ok = quoted(s, listMarks+":"); !ok || !strings.HasPrefix(rest, ":") {
		return e, rest, ok
	}
	e.Label = e.Value
	e.Value, rest, ok = quoted(strings.TrimLeft(rest, ": "), listMarks)
	return e, rest, ok
}

// labelled takes "mobile: 0912-345-678" apart, as FormatText writes it.
func labelled(s string, check func(string) bool) Entry {
	at := strings.IndexAny(s, ":：")
	if at < 0 {
		return Entry{Value: s}
	}
	label, value := strings.TrimSpace(s[:at]), strings.TrimLeft(s[at:], ":： ")
	switch {
	case label == "" || len(label) > 60 || strings.ContainsAny(normal.Fold(label), "0123456789@+") || !check(strings.TrimSpace(value)):
		return Entry{Value: s}
	case strings.EqualFold(label, "mailto") || strings.EqualFold(label, "tel"):
		return Entry{Value: value}
	}
	return Entry{Label: label, Value: value}
}

func (entriesType) AppendJSON(dst []byte, f *Field, c []any) []byte {
	return listType{}.AppendJSON(dst, f, c)
}

// Entries decodes a stored list of phones or mails.
func Entries(stored string) []Entry {
	var entries []Entry
	if stored == "" || json.Unmarshal([]byte(stored), &entries) != nil {
		return nil
	}
	return entries
}

func (t entriesType) FormatText(f *Field, c []any) string { return t.FormatIn(f, c, "") }

// FormatIn writes the entries as people who read a language do, so that they are
// read back exactly: what would not be stands in quotes.
func (t entriesType) FormatIn(_ *Field, c []any, language string) string {
	s, _ := c[0].(string)
	var parts []string
	for _, e := range Entries(s) {
		parts = append(parts, t.written(e, language))
	}
	return strings.Join(parts, "; ")
}

func (t entriesType) written(e Entry, language string) string {
	text := t.spell(e.Value, language)
	plain := text
	if e.Label != "" {
		plain = e.Label + ": " + text
	}
	if t.plain(e.Value) && (e.Label == "" || onlyLetters(e.Label)) {
		return plain
	}
	if back := t.entries(plain); len(back) == 1 && back[0].Label == e.Label && t.kept(back[0].Value) == e.Value {
		return plain
	}
	if e.Label == "" {
		return quote(text)
	}
	return quote(e.Label) + ": " + quote(text)
}

// onlyLetters tells whether a label is words that mean nothing to a list.
func onlyLetters(s string) bool {
	return !strings.EqualFold(s, "tel") && !strings.EqualFold(s, "mailto") && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// Doubts tells which numbers or addresses look wrong.
func (t entriesType) Doubts(_ *Field, columns []any) (doubts []*Problem) {
	stored, _ := columns[0].(string)
	for _, e := range Entries(stored) {
		if p := t.doubt(e.Value); p != nil {
			doubts = append(doubts, p)
		}
	}
	return doubts
}

func (t entriesType) Values(_ *Field, stored string) []string {
	var keys []string
	for _, e := range Entries(stored) {
		keys = append(keys, t.key(e.Value)...)
	}
	return keys
}
