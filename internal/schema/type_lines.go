package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// linesType is owned rows that are written with their parent: an order's items.
// The rows stand in a table of their own; a value in memory is all of them, in
// their order, as one JSON text.
type linesType struct{}

func init() { register("lines", linesType{}) }

// MaxLines is the most rows one record holds in a field.
const MaxLines = 1000

// lineKinds are the types a row's fields may have: those of one value each.
var lineKinds = map[string]bool{
	"text": true, "longtext": true, "integer": true, "decimal": true, "money": true, "percent": true, "boolean": true, "date": true,
	"datetime": true, "picklist": true, "url": true, "reference": true, "user": true, "department": true,
}

// InRows tells whether a row may have fields of a type.
func InRows(typeName string) bool { return lineKinds[typeName] }

// Line is one row of a lines field. Values holds the columns' values of each of
// its fields; the ID of a row not written yet is 0.
type Line struct {
	ID     int64
	Values map[string][]any
}

// Lines is the object the rows of a lines field are: it has the fields that the
// field declares and no rights of its own. For every other field it is nil.
func (f *Field) Lines() *Object { return f.lines }

// Searched lists the fields of rows whose words find the record they belong to.
func (f *Field) Searched() []*Field {
	var found []*Field
	for _, sub := range f.Rows {
		if f.lines != nil && sub.Search != "" {
			found = append(found, sub)
		}
	}
	return found
}

// Parent returns, for the rows of a lines field, the object and the field they
// belong to; nil for every other object.
func (o *Object) Parent() (*Object, *Field) { return o.parent, o.within }

// prepareLines makes the object that the rows of f are.
func (o *Object) prepareLines(f *Field) error {
	f.lines = nil
	if f.Type != "lines" {
		return nil
	}
	line := &Object{Name: o.Name + "_" + f.Name, Label: f.Label, parent: o, within: f, Fields: f.Rows, byName: map[string]*Field{}}
	line.columns = []Column{{"id", KindInt}, {"parent_id", KindInt}, {"position", KindInt}}
	taken := map[string]bool{"id": true, "parent_id": true, "position": true}
	for _, sub := range f.Rows {
		if !nameForm.MatchString(sub.Name) || line.byName[sub.Name] != nil {
			return fmt.Errorf("object %s, lines %s: field name %q is malformed or taken twice", o.Name, f.Name, sub.Name)
		}
		if !lineKinds[sub.Type] {
			return fmt.Errorf("object %s, lines %s: a field of a row cannot be of type %q", o.Name, f.Name, sub.Type)
		}
		sub.typ = types[sub.Type]
		sub.columns = sub.typ.Columns(sub)
		for _, c := range sub.columns {
			if taken[c.Name] {
				return fmt.Errorf("object %s, lines %s: column %s is taken", o.Name, f.Name, c.Name)
			}
			taken[c.Name] = true
			line.columns = append(line.columns, c)
		}
		line.byName[sub.Name] = sub
	}
	if f.Search != "" {
		return fmt.Errorf("object %s, lines %s: the fields of its rows are searched, not itself", o.Name, f.Name)
	}
	if len(f.Rows) == 0 {
		return fmt.Errorf("object %s, lines %s: its rows have no fields", o.Name, f.Name)
	}
	f.lines = line
	return nil
}

// Columns are none: the rows have a table of their own.
func (linesType) Columns(*Field) []Column { return nil }

// Parse takes all rows, as AppendJSON writes them.
func (linesType) Parse(f *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	if _, ok := value.([]any); !ok {
		return nil, Bad("not_a_list")
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, Bad("not_a_list")
	}
	lines, err := DecodeLines(f, string(text))
	if err != nil {
		return nil, err
	}
	return EncodeLines(f, lines), nil
}

func (linesType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if len(c) > 0 {
		if s, ok := c[0].(string); ok && s != "" {
			return append(dst, s...)
		}
	}
	return append(dst, "[]"...)
}

// FormatText writes each row's values, rows apart by semicolons.
func (linesType) FormatText(f *Field, c []any) string {
	if len(c) == 0 {
		return ""
	}
	stored, _ := c[0].(string)
	lines, err := DecodeLines(f, stored)
	if err != nil {
		return ""
	}
	var rows []string
	for _, l := range lines {
		var cells []string
		for _, sub := range f.Rows {
			if t, ok := sub.typ.(Textual); ok && l.Values[sub.Name] != nil {
				if s := t.FormatText(sub, l.Values[sub.Name]); s != "" {
					cells = append(cells, s)
				}
			}
		}
		rows = append(rows, strings.Join(cells, ", "))
	}
	return strings.Join(rows, "; ")
}

// ParseText refuses: rows do not fit into a cell.
func (linesType) ParseText(_ *Field, s string) ([]any, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	return nil, Bad("read_only")
}

// AppendLine writes one row as JSON, each reference by ref where that is given.
func AppendLine(dst []byte, f *Field, l Line, ref func(dst []byte, sub *Field, columns []any) []byte) []byte {
	dst = append(dst, '{')
	if l.ID != 0 {
		dst = append(dst, `"id":`...)
		dst = appendID(dst, l.ID)
	}
	for _, sub := range f.Rows {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = appendString(dst, sub.Name)
		dst = append(dst, ':')
		columns := l.Values[sub.Name]
		if len(columns) < len(sub.columns) {
			columns = make([]any, len(sub.columns))
		}
		if ref != nil && sub.Target() != "" && columns[0] != nil {
			dst = ref(dst, sub, columns)
			continue
		}
		dst = sub.typ.AppendJSON(dst, sub, columns)
	}
	return append(dst, '}')
}

// EncodeLines makes the value of a lines field out of its rows.
func EncodeLines(f *Field, lines []Line) []any {
	if len(lines) == 0 {
		return []any{nil}
	}
	dst := []byte{'['}
	for i, l := range lines {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendLine(dst, f, l, nil)
	}
	return []any{string(append(dst, ']'))}
}

// DecodeLines reads the rows out of the value of a lines field.
func DecodeLines(f *Field, stored string) ([]Line, error) {
	if stored == "" {
		return nil, nil
	}
	d := json.NewDecoder(strings.NewReader(stored))
	d.UseNumber()
	var rows []map[string]any
	if d.Decode(&rows) != nil {
		return nil, Bad("not_a_list")
	}
	if len(rows) > MaxLines {
		return nil, Bad("too_many", "max", strconv.Itoa(MaxLines))
	}
	lines := make([]Line, len(rows))
	for i, row := range rows {
		l := Line{Values: map[string][]any{}}
		if text, ok := row["id"].(string); ok {
			l.ID, _ = ParseID(text)
		}
		for _, sub := range f.Rows {
			columns, err := sub.typ.Parse(sub, row[sub.Name])
			if err != nil {
				return nil, err
			}
			if columns == nil {
				columns = make([]any, len(sub.columns))
			}
			l.Values[sub.Name] = columns
		}
		lines[i] = l
	}
	return lines, nil
}
