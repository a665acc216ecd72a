package schema

import (
	"encoding/json"
	"strconv"
	"time"
)

// Type is what a field type knows: its columns, how a value arrives from JSON
// and how it leaves. A value in memory is the list of its columns' values:
// nil, int64, string, bool or []byte.
type Type interface {
	// Columns lists the columns a field of this type owns, the main one first.
	Columns(f *Field) []Column
	// Parse turns decoded JSON (json.Number for numbers) into column values; a
	// nil slice clears. Its error is a *Problem.
	Parse(f *Field, value any) ([]any, error)
	// AppendJSON writes the value held in the columns as JSON.
	AppendJSON(dst []byte, f *Field, columns []any) []byte
}

// Multiple is a type that holds several values: they stand as JSON in the main
// column and singly in a value table for filters.
type Multiple interface {
	// Values lists the keys under which the stored JSON is found.
	Values(f *Field, stored string) []string
}

// Textual is a type that can be written from and to a cell of a file.
type Textual interface {
	// ParseText reads what a person or another program wrote.
	ParseText(f *Field, s string) ([]any, error)
	// FormatText writes the value as a person would read it.
	FormatText(f *Field, columns []any) string
}

// Localised is a type whose text differs from language to language; ParseText
// reads each.
type Localised interface {
	FormatIn(f *Field, columns []any, language string) string
}

// Doubtful is a type that knows values which are allowed and yet look wrong.
type Doubtful interface {
	// Doubts tells what looks wrong; nothing is refused for it.
	Doubts(f *Field, columns []any) []*Problem
}

// Ordered is a type whose order is not that of its main column.
type Ordered interface {
	// OrderColumn is the column that sorts, and that "more" and "less" look at.
	OrderColumn(f *Field) string
}

// Derived is a type of which only the first columns say what was entered; the
// others follow from it and are kept by the record service.
type Derived interface {
	// Entered is how many columns were entered.
	Entered() int
}

// Shown is a type whose value, where it is read, tells more than was entered.
type Shown interface {
	// AppendShown writes the value as JSON, with what goes beyond AppendJSON.
	AppendShown(dst []byte, f *Field, columns []any) []byte
}

// Zoned is a Textual type whose text says nothing of the time zone it is meant
// in.
type Zoned interface {
	// ParseTextIn reads the text as somebody in that zone wrote it.
	ParseTextIn(f *Field, s string, zone *time.Location) ([]any, error)
}

// Problem says what is wrong with a value: a stable code with parameters, put
// into the reader's language at the edge.
type Problem struct {
	Code   string
	Params map[string]string
}

// Error names the code; people are shown the message of the code instead.
func (p *Problem) Error() string { return p.Code }

// Bad makes a Problem; parameters come as name, value, name, value.
func Bad(code string, params ...string) *Problem {
	p := &Problem{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[params[i]] = params[i+1]
	}
	return p
}

// types is filled by each type's file.
var types = map[string]Type{}

func register(name string, t Type) { types[name] = t }

func one(f *Field, suffix string, k Kind) []Column { return []Column{{Name: f.Name + suffix, Kind: k}} }

func appendString(dst []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= 0x7f {
			plain = c >= 0x80 && plain
			if c < 0x80 {
				plain = false
				break
			}
		}
	}
	if plain {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	b, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...)
	}
	return append(dst, b...)
}

// AppendString writes a JSON string.
func AppendString(dst []byte, s string) []byte { return appendString(dst, s) }

func appendID(dst []byte, id int64) []byte {
	dst = append(dst, '"')
	dst = strconv.AppendInt(dst, id, 10)
	return append(dst, '"')
}

// ParseID reads an id as the API spells it: a string of digits.
func ParseID(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0
}
