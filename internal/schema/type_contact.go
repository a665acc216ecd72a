package schema

import (
	"encoding/json"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/normal"
)

// entriesType is a list of labelled values: phones or mails.
type entriesType struct {
	check func(string) bool
	code  string
	key   func(string) []string
	doubt func(string) *Problem
}

// Entry is one phone number or mail address with its label.
type Entry struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Primary bool   `json:"primary"`
}

func init() {
	register("phones", entriesType{
		check: func(s string) bool { return strings.ContainsAny(normal.Fold(s), "0123456789") },
		code:  "not_a_phone",
		key:   normal.PhoneDigits,
		doubt: func(s string) *Problem {
			if local.PhoneDoubt(s) {
				return Bad("phone_odd", "value", Shorten(s))
			}
			return nil
		},
	})
	register("mails", entriesType{
		check: func(s string) bool {
			at := strings.LastIndexByte(s, '@')
			return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " ,;<>")
		},
		code: "not_a_mail",
		key:  func(s string) []string { return []string{normal.MailKey(s)} },
		doubt: func(s string) *Problem {
			switch meant, odd := local.MailDoubt(s); {
			case meant != "":
				return Bad("mail_slip", "value", Shorten(s), "meant", meant)
			case odd:
				return Bad("mail_odd", "value", Shorten(s))
			}
			return nil
		},
	})
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
		e.Label, e.Value = clean(e.Label, false), clean(e.Value, false)
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
	var entries []Entry
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、;；\n|，,", r) }) {
		entries = append(entries, t.labelled(part))
	}
	return t.keep(entries)
}

// labelled takes "mobile: 0912-345-678" apart, as FormatText writes it.
func (t entriesType) labelled(s string) Entry {
	at := strings.IndexAny(s, ":：")
	if at < 0 {
		return Entry{Value: s}
	}
	label, value := strings.TrimSpace(s[:at]), strings.TrimLeft(s[at:], ":： ")
	switch {
	case label == "" || len(label) > 60 || strings.ContainsAny(normal.Fold(label), "0123456789@+") || !t.check(strings.TrimSpace(value)):
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

func (entriesType) FormatText(_ *Field, c []any) string {
	s, _ := c[0].(string)
	var parts []string
	for _, e := range Entries(s) {
		if e.Label != "" {
			e.Value = e.Label + ": " + e.Value
		}
		parts = append(parts, e.Value)
	}
	return strings.Join(parts, "; ")
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
