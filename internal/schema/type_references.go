package schema

import (
	"encoding/json"
	"strconv"
)

// referencesType points to several records of one object: kept as a JSON array
// of ids, and singly in a value table for filters.
type referencesType struct{}

// jsonType holds a JSON object as it was sent; the rules of its object check
// what is in it.
type jsonType struct{}

func init() {
	register("references", referencesType{})
	register("json", jsonType{})
}

// Many returns the object that a field with several references points to, ""
// for every other field.
func (f *Field) Many() string {
	if _, ok := f.typ.(referencesType); ok && len(f.Targets) > 0 {
		return f.Targets[0]
	}
	return ""
}

const maxReferences = 200

func (referencesType) Columns(f *Field) []Column { return one(f, "", KindText) }

// Parse takes a list of ids, or of the objects a read answered.
func (referencesType) Parse(_ *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	items, ok := value.([]any)
	if !ok {
		return nil, Bad("not_a_list")
	}
	seen := map[int64]bool{}
	ids := []string{}
	for _, item := range items {
		columns, err := referenceType{}.Parse(nil, item)
		if err != nil {
			return nil, err
		}
		if columns == nil {
			return nil, Bad("not_a_reference")
		}
		if id, _ := columns[0].(int64); !seen[id] {
			seen[id] = true
			ids = append(ids, strconv.FormatInt(id, 10))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > maxReferences {
		return nil, Bad("too_many", "max", strconv.Itoa(maxReferences))
	}
	b, err := json.Marshal(ids)
	if err != nil {
		return nil, Bad("not_a_list")
	}
	return []any{string(b)}, nil
}

func (referencesType) AppendJSON(dst []byte, f *Field, c []any) []byte {
	stored, _ := c[0].(string)
	dst = append(dst, '[')
	for i, id := range (referencesType{}).Values(f, stored) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"id":`...)
		dst = appendString(dst, id)
		dst = append(dst, `,"object":`...)
		dst = appendString(dst, f.Many())
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func (referencesType) Values(_ *Field, stored string) []string { return listType{}.Values(nil, stored) }

// IDs reads what a field with several references holds in its column.
func IDs(stored string) []int64 {
	var ids []int64
	for _, text := range (listType{}).Values(nil, stored) {
		if id, ok := ParseID(text); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

const maxJSON = 200_000

func (jsonType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (jsonType) Parse(_ *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, Bad("not_an_object")
	}
	b, err := json.Marshal(m)
	if err != nil || len(b) > maxJSON {
		return nil, Bad("too_long", "max", strconv.Itoa(maxJSON))
	}
	return []any{clean(string(b), true)}, nil
}

func (jsonType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if s, ok := c[0].(string); ok && s != "" {
		return append(dst, s...)
	}
	return append(dst, "null"...)
}
