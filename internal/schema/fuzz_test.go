package schema

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// everyField is a field of each type there is.
func everyField(f *testing.F) []*Field {
	o := &Object{Name: "every", Plural: "everys"}
	for _, name := range TypeNames() {
		field := &Field{Name: "f_" + name, Type: name, Scale: 2, MaxLength: 50, Options: []Option{{Value: "a"}, {Value: "b"}}}
		switch name {
		case "reference", "anyreference", "references":
			field.Targets = []string{"every"}
		case "lines":
			field.Rows = []*Field{{Name: "n", Type: "integer"}, {Name: "m", Type: "money"}, {Name: "t", Type: "text"}}
		}
		o.Fields = append(o.Fields, field)
	}
	if _, err := NewRegistry(1, []*Object{o, {Name: "user", Plural: "users"}, {Name: "department", Plural: "departments"}}); err != nil {
		f.Fatal(err)
	}
	return o.Fields[:len(TypeNames())]
}

// Whatever is sent as a value of any type is taken or refused as a Problem. What is
// taken is written as JSON again, and that is the same value.
func FuzzValues(f *testing.F) {
	fields := everyField(f)
	for _, s := range []string{`null`, `"x"`, `5`, `-1.25`, `1e5`, `true`, `"2026-01-31"`, `"2026-01-31T08:00:00+08:00"`, `["a","b"]`, `[{"value":"02-2345-6789","label":"x","primary":true}]`,
		`{"amount":"5.5","currency":"TWD"}`, `{"id":"12","object":"every"}`, `{"city":"台北市","street":"路"}`, `{"month":4,"day":3,"calendar":"lunar","leap":true}`, `"農曆閏四月初三"`, `"--05-01"`,
		`[{"n":1,"t":"x","m":{"amount":"1"}}]`, `["1","2"]`, `"民國79年5月1日"`, `9223372036854775808`, `"\ud800"`, `[null]`, `{}`, `""`, `"https://例.example/x"`} {
		for i := range fields {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		field := fields[int(which)%len(fields)]
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var value any
		if d.Decode(&value) != nil {
			return
		}
		columns, err := field.Kind().Parse(field, value)
		var problem *Problem
		if err != nil && !errors.As(err, &problem) {
			t.Fatalf("%s %s: %v is no Problem", field.Type, text, err)
		}
		if err != nil || columns == nil {
			return
		}
		if n := len(field.Columns()); n > 0 && len(columns) != n {
			t.Fatalf("%s %s: %d columns, not %d", field.Type, text, len(columns), n)
		}
		written := field.Kind().AppendJSON(nil, field, columns)
		if !json.Valid(written) || !utf8.Valid(written) {
			t.Fatalf("%s %s is written as %q", field.Type, text, written)
		}
		d = json.NewDecoder(strings.NewReader(string(written)))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		again, err := field.Kind().Parse(field, value)
		if err != nil || !reflect.DeepEqual(field.Entered(again), field.Entered(columns)) {
			t.Fatalf("%s %s is %v, written %s, which is %v, %v", field.Type, text, columns, written, again, err)
		}
	})
}

// Whatever stands in a cell is taken or refused as a Problem, and what is taken is
// written as text.
func FuzzTexts(f *testing.F) {
	fields := everyField(f)
	for _, s := range []string{"", "x", "1,234.50", "NT$ 5", "114/1/23", "1990-05-01", "是", "a; b", "02-2345-6789 #12", "x@y.example", "110 台北市信義區", "5%", "45292", "\x00\xff", "12:30", "2026/1/31 下午3:05", "農曆八月十五", "=1+1"} {
		for i := range fields {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		field := fields[int(which)%len(fields)]
		kind, ok := field.Kind().(Textual)
		if !ok {
			return
		}
		columns, err := kind.ParseText(field, text)
		var problem *Problem
		if err != nil && !errors.As(err, &problem) {
			t.Fatalf("%s %q: %v is no Problem", field.Type, text, err)
		}
		if err != nil || columns == nil {
			return
		}
		if shown := kind.FormatText(field, columns); !utf8.ValidString(shown) {
			t.Fatalf("%s %q is written as %q", field.Type, text, shown)
		}
	})
}
