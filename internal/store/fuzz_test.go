package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// narrow is somebody who sees what he owns and not every field.
type narrow struct{}

func (narrow) Me() int64                                       { return 7 }
func (narrow) Home() int64                                     { return 8 }
func (narrow) Zone() *time.Location                            { return time.UTC }
func (narrow) Readable(_ *schema.Object, f *schema.Field) bool { return f.Name != "hidden" }
func (narrow) Guard(o *schema.Object) *query.Node {
	if o.Owned {
		return query.Is("owner", 7)
	}
	return nil
}

// Whatever filter somebody types, in either spelling, is compiled for both databases
// or refused as a Problem: everything typed stands in an argument, nothing in the
// statement, and a hidden field in neither.
func FuzzCompile(f *testing.F) {
	o := &schema.Object{Name: "thing", Plural: "things", Title: "f_text", Owned: true}
	for _, name := range schema.TypeNames() {
		field := &schema.Field{Name: "f_" + name, Type: name, Scale: 2, Options: []schema.Option{{Value: "a"}}}
		switch name {
		case "reference", "anyreference", "references":
			field.Targets = []string{"thing"}
		case "lines":
			field.Rows = []*schema.Field{{Name: "n", Type: "integer"}, {Name: "who", Type: "user"}}
		}
		o.Fields = append(o.Fields, field)
	}
	o.Fields = append(o.Fields, &schema.Field{Name: "hidden", Type: "text"})
	registry, err := schema.NewRegistry(1, []*schema.Object{o, {Name: "user", Plural: "users", Title: "name", Fields: []*schema.Field{{Name: "name", Type: "text"}}}, {Name: "department", Plural: "departments"}})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{`f_text = "a'b"`, `f_reference.f_text ~ "x" OR NOT f_integer > -5`, `things.any(f_money >= 5 AND f_user = me())`, `f_date = today(-3) AND f_datetime < 2026-01-31`, `f_lines.any(n = 1)`, `f_lines.who.name = "x"`,
		`f_address.city = "台北縣"`, `f_birthday = next_days(14)`, `f_tags : "x" AND f_phones = "02-2345"`, `id IN ("5", 6) AND f_references : "9" AND f_anyreference = 5`, `hidden = "x"`, `f_reference.hidden IS EMPTY`,
		`{"or":[{"field":"f_boolean","op":"=","value":true},{"not":{"field":"f_json","op":"empty"}},{"any":"things","filter":{"field":"id","op":"in","value":["1",2,null]}}]}`, `f_money.currency = "USD"`, `owner.name IS NOT EMPTY`, `f_percent <= 1.5`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := query.Parse(text)
		var problem *query.Problem
		if err != nil && !errors.As(err, &problem) {
			t.Fatalf("%q: %v is no Problem", text, err)
		}
		if err != nil || n == nil {
			return
		}
		for _, postgres := range []bool{false, true} {
			c := &compiler{registry: registry, asker: narrow{}, postgres: postgres}
			if err := c.where(o, "t", n); err != nil {
				if !errors.As(err, &problem) {
					t.Fatalf("%q: %v is no Problem", text, err)
				}
				continue
			}
			statement := c.b.String()
			if marks := strings.Count(statement, "?"); marks != len(c.args) {
				t.Fatalf("%q: %d arguments for %d marks in %s", text, len(c.args), marks, statement)
			}
			if strings.Contains(statement, "hidden") {
				t.Fatalf("%q asks for a hidden field: %s", text, statement)
			}
			for _, r := range statement {
				if r > 0x7e || r < ' ' || strings.ContainsRune(";\"`", r) {
					t.Fatalf("%q stands in the statement: %s", text, statement)
				}
			}
		}
	})
}
