package schema

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// booleanType is yes or no.
type booleanType struct{}

// picklistType is one key out of the field's options.
type picklistType struct{}

// listType is several keys out of the options (multipicklist) or any words
// (tags), kept as a JSON array.
type listType struct{ free bool }

func init() {
	register("boolean", booleanType{})
	register("picklist", picklistType{})
	register("multipicklist", listType{})
	register("tags", listType{free: true})
}

func (booleanType) Columns(f *Field) []Column { return one(f, "", KindBool) }

func (booleanType) Parse(_ *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case bool:
		return []any{v}, nil
	}
	return nil, Bad("not_a_boolean")
}

func (booleanType) ParseText(_ *Field, s string) ([]any, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return nil, nil
	case "true", "yes", "y", "1", "是", "有", "✓", "v":
		return []any{true}, nil
	case "false", "no", "n", "0", "否", "無", "无", "x":
		return []any{false}, nil
	}
	return nil, Bad("not_a_boolean")
}

// truth reads a boolean as either database gives it back.
func truth(v any) (value, known bool) {
	switch b := v.(type) {
	case bool:
		return b, true
	case int64:
		return b != 0, true
	}
	return false, false
}

func (booleanType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	switch b, known := truth(c[0]); {
	case !known:
		return append(dst, "null"...)
	case b:
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func (booleanType) FormatText(_ *Field, c []any) string {
	switch b, known := truth(c[0]); {
	case !known:
		return ""
	case b:
		return "true"
	}
	return "false"
}

func (picklistType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (picklistType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		if f.Option(v) == nil {
			return nil, Bad("not_an_option", "value", Shorten(v))
		}
		return []any{v}, nil
	}
	return nil, Bad("wrong_type")
}

// ParseText takes a key or a label in any of the languages.
func (picklistType) ParseText(f *Field, s string) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	if o := matchOption(f, s); o != "" {
		return []any{o}, nil
	}
	return nil, Bad("not_an_option", "value", Shorten(s))
}

func matchOption(f *Field, s string) string {
	for _, o := range f.Options {
		for _, name := range []string{o.Value, o.Label.TW, o.Label.CN, o.Label.EN} {
			if name != "" && strings.EqualFold(name, s) {
				return o.Value
			}
		}
	}
	return ""
}

// Shorten keeps of a value as much as a message repeats of it.
func Shorten(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) > 40 {
		return string([]rune(s)[:40]) + "…"
	}
	return s
}

func (picklistType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	return textType{}.AppendJSON(dst, nil, c)
}

func (picklistType) FormatText(_ *Field, c []any) string { return textType{}.FormatText(nil, c) }

func (listType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (t listType) Parse(f *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	items, ok := value.([]any)
	if !ok {
		return nil, Bad("not_a_list")
	}
	var words []string
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, Bad("not_a_list")
		}
		words = append(words, s)
	}
	return t.keep(f, words)
}

func (t listType) keep(f *Field, words []string) ([]any, error) {
	seen := map[string]bool{}
	kept := []string{}
	for _, w := range words {
		if w = clean(w, false); w == "" || seen[w] {
			continue
		}
		longest := 60
		if f.MaxLength > 0 {
			longest = f.MaxLength
		}
		if utf8.RuneCountInString(w) > longest {
			return nil, Bad("too_long", "max", itoa(longest))
		}
		if !t.free {
			value := matchOption(f, w)
			if value == "" {
				return nil, Bad("not_an_option", "value", Shorten(w))
			}
			w = value
		}
		seen[w] = true
		kept = append(kept, w)
	}
	if len(kept) == 0 {
		return nil, nil
	}
	if len(kept) > 100 {
		return nil, Bad("too_many", "max", "100")
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, Bad("not_a_list")
	}
	return []any{string(b)}, nil
}

func (t listType) ParseText(f *Field, s string) ([]any, error) {
	return t.keep(f, SplitList(s, ""))
}

func (listType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if s, ok := c[0].(string); ok && s != "" {
		return append(dst, s...)
	}
	return append(dst, "[]"...)
}

func (t listType) FormatText(f *Field, c []any) string {
	s, _ := c[0].(string)
	return JoinList(t.Values(f, s), ",")
}

func (listType) Values(_ *Field, stored string) []string {
	var words []string
	if stored == "" || json.Unmarshal([]byte(stored), &words) != nil {
		return nil
	}
	return words
}
