package schema

import (
	"strings"

	"ecrm/internal/recur"
)

// recurrenceType is the rule by which something comes again, as RFC 5545 writes it:
// FREQ=WEEKLY;BYDAY=FR.
type recurrenceType struct{}

func init() { register("recurrence", recurrenceType{}) }

func (recurrenceType) Columns(f *Field) []Column { return one(f, "", KindText) }

// Parse takes a rule and keeps its one spelling.
func (t recurrenceType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("no_recurrence")
}

func (recurrenceType) ParseText(_ *Field, s string) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	rule, err := recur.Parse(s)
	if err != nil {
		return nil, Bad("no_recurrence")
	}
	return []any{rule.String()}, nil
}

func (recurrenceType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if s, ok := c[0].(string); ok {
		return appendString(dst, s)
	}
	return append(dst, "null"...)
}

func (recurrenceType) FormatText(_ *Field, c []any) string {
	s, _ := c[0].(string)
	return s
}
