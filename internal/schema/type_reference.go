package schema

import (
	"encoding/json"
	"strconv"
)

// referenceType points to one record: of the field's target, a user, a
// department, or an uploaded file.
type referenceType struct{ target string }

// anyReferenceType points to one record of any of several objects.
type anyReferenceType struct{}

func init() {
	register("reference", referenceType{})
	register("user", referenceType{target: "user"})
	register("department", referenceType{target: "department"})
	register("anyreference", anyReferenceType{})
}

// Target returns the object a reference field points to; for a reference to
// any of several, "".
func (f *Field) Target() string {
	if t, ok := f.typ.(referenceType); ok {
		if t.target != "" {
			return t.target
		}
		if len(f.Targets) > 0 {
			return f.Targets[0]
		}
	}
	return ""
}

func (referenceType) Columns(f *Field) []Column { return one(f, "_id", KindInt) }

// Parse takes an id as a string, or the object a read answered.
func (referenceType) Parse(_ *Field, value any) ([]any, error) {
	if m, ok := value.(map[string]any); ok {
		if value = m["id"]; value == nil {
			return nil, Bad("not_a_reference")
		}
	}
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		if id, ok := ParseID(v); ok {
			return []any{id}, nil
		}
	case json.Number:
		if id, ok := ParseID(v.String()); ok {
			return []any{id}, nil
		}
	}
	return nil, Bad("not_a_reference")
}

func (referenceType) AppendJSON(dst []byte, f *Field, c []any) []byte {
	id, ok := c[0].(int64)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":`...)
	dst = appendID(dst, id)
	dst = append(dst, `,"object":`...)
	dst = appendString(dst, f.Target())
	return append(dst, '}')
}

func (anyReferenceType) Columns(f *Field) []Column {
	return []Column{{f.Name + "_id", KindInt}, {f.Name + "_object", KindText}}
}

func (anyReferenceType) Parse(f *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, Bad("not_a_reference")
	}
	text, _ := m["id"].(string)
	object, _ := m["object"].(string)
	id, ok := ParseID(text)
	if !ok {
		return nil, Bad("not_a_reference")
	}
	for _, t := range f.Targets {
		if t == object {
			return []any{id, object}, nil
		}
	}
	return nil, Bad("not_a_target", "object", Shorten(object))
}

func (anyReferenceType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	id, ok := c[0].(int64)
	if !ok {
		return append(dst, "null"...)
	}
	object, _ := c[1].(string)
	dst = append(dst, `{"id":"`...)
	dst = strconv.AppendInt(dst, id, 10)
	dst = append(dst, `","object":`...)
	dst = appendString(dst, object)
	return append(dst, '}')
}
