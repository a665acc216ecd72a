package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"ecrm/internal/favorite"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/view"
)

// node is a piece of an OpenAPI document: JSON Schema, as OpenAPI 3.1 takes it.
type node = map[string]any

func of(kind string) node        { return node{"type": kind} }
func orNull(kind string) node    { return node{"type": []string{kind, "null"}} }
func listOf(item node) node      { return node{"type": "array", "items": item} }
func component(name string) node { return node{"$ref": "#/components/schemas/" + name} }
func nullable(schema node) node  { return node{"anyOf": []node{schema, of("null")}} }
func idNode() node               { return node{"type": "string", "pattern": "^[0-9]{1,19}$"} }
func described(n node, text string) node {
	if text != "" {
		n["description"] = text
	}
	return n
}

func object(required []string, properties node) node {
	n := node{"type": "object", "properties": properties}
	if required != nil {
		n["required"] = required
	}
	return n
}

var special = map[reflect.Type]func() node{
	reflect.TypeFor[json.RawMessage](): func() node { return node{} },
	reflect.TypeFor[time.Time]():       func() node { return node{"type": "string", "format": "date-time"} },
	reflect.TypeFor[view.Audience]():   func() node { return node{"anyOf": []node{{"enum": []string{"none", "all"}}, listOf(idNode())}} },
}

// schemaOf describes what a Go value looks like as JSON.
func schemaOf(t reflect.Type) node { return schemaWithin(t, nil) }

// schemaWithin describes a value inside others; one that holds its own kind (the
// rows of a field are fields) is described once and then called an object.
func schemaWithin(t reflect.Type, within []reflect.Type) node {
	if make, ok := special[t]; ok {
		return make()
	}
	switch t.Kind() {
	case reflect.Bool:
		return of("boolean")
	case reflect.String:
		return of("string")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return of("integer")
	case reflect.Float32, reflect.Float64:
		return of("number")
	case reflect.Pointer:
		return nullable(schemaWithin(t.Elem(), within))
	case reflect.Slice, reflect.Array:
		return node{"type": []string{"array", "null"}, "items": schemaWithin(t.Elem(), within)}
	case reflect.Map:
		return node{"type": []string{"object", "null"}, "additionalProperties": schemaWithin(t.Elem(), within)}
	case reflect.Struct:
		if slices.Contains(within, t) {
			return of("object")
		}
		properties, required := node{}, []string{}
		fieldsOf(t, append(slices.Clone(within), t), properties, &required)
		return object(required, properties)
	}
	return node{}
}

func fieldsOf(t reflect.Type, within []reflect.Type, properties node, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			fieldsOf(f.Type, within, properties, required)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		n := schemaWithin(f.Type, within)
		if strings.Contains(options, "string") {
			n = of("string")
		}
		properties[name] = n
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

// answerOf describes what a type of this package is answered as.
func answerOf[T any]() node { return schemaOf(reflect.TypeFor[T]()) }

// fieldNode describes the value of a field as it is read, or as it may be
// written.
func fieldNode(f *schema.Field, lang string, write bool) node {
	n := valueNode(f, write)
	text := f.Label.In(lang)
	if help := f.Help.In(lang); help != "" {
		text += ": " + help
	}
	n["description"] = text
	if f.Custom {
		n["x-custom"] = true
	}
	n["x-type"] = f.Type
	return n
}

func valueNode(f *schema.Field, write bool) node {
	switch f.Type {
	case "text", "longtext", "autonumber":
		n := orNull("string")
		if f.MaxLength > 0 {
			n["maxLength"] = f.MaxLength
		}
		return n
	case "url", "recurrence":
		return orNull("string")
	case "integer":
		return orNull("integer")
	case "decimal", "percent":
		n := node{"type": []string{"string", "null"}, "pattern": `^-?[0-9]+(\.[0-9]+)?$`}
		if write {
			n = node{"type": []string{"string", "number", "null"}}
		}
		return n
	case "boolean":
		return orNull("boolean")
	case "date":
		return node{"type": []string{"string", "null"}, "format": "date"}
	case "birthday":
		if write {
			return node{"anyOf": []node{component("Birthday"), of("string"), of("null")}}
		}
		return nullable(component("Birthday"))
	case "datetime":
		return node{"type": []string{"string", "null"}, "format": "date-time"}
	case "picklist":
		values := []any{nil}
		for _, o := range f.Options {
			values = append(values, o.Value)
		}
		return node{"type": []string{"string", "null"}, "enum": values}
	case "multipicklist":
		values := []any{}
		for _, o := range f.Options {
			values = append(values, o.Value)
		}
		return node{"type": []string{"array", "null"}, "items": node{"enum": values}}
	case "tags":
		return node{"type": []string{"array", "null"}, "items": of("string")}
	case "money":
		return nullable(component("Money"))
	case "phones", "mails":
		return node{"type": []string{"array", "null"}, "items": component("Entry")}
	case "address":
		return nullable(component("Address"))
	case "place":
		return nullable(component("Place"))
	case "file":
		if write {
			return node{"type": []string{"array", "null"}, "items": component("ReferenceInput")}
		}
		return listOf(component("File"))
	case "picture":
		if write {
			return nullable(component("ReferenceInput"))
		}
		return nullable(component("File"))
	case "json":
		return orNull("object")
	case "reference", "user", "department", "anyreference":
		if write {
			return nullable(component("ReferenceInput"))
		}
		return nullable(component("Reference"))
	case "references":
		item := component("Reference")
		if write {
			item = component("ReferenceInput")
		}
		return node{"type": []string{"array", "null"}, "items": item}
	case "lines":
		return linesNode(f, write)
	}
	// Types that describe themselves in the metadata: file, picture.
	return node{}
}

// linesNode describes the rows of a lines field: read and written whole, or
// written as what to add, change, remove and the order.
func linesNode(f *schema.Field, write bool) node {
	properties := node{"id": idNode()}
	var required []string
	for _, sub := range f.Rows {
		properties[sub.Name] = valueNode(sub, write)
		if property, ok := properties[sub.Name].(node); ok {
			property["description"] = sub.Label.EN
		}
		if sub.Required && !write {
			required = append(required, sub.Name)
		}
	}
	row := object(required, properties)
	if !write {
		return listOf(row)
	}
	row["additionalProperties"] = false
	rows, ids := listOf(row), listOf(idNode())
	parts := object(nil, node{"add": rows, "change": rows, "remove": ids, "order": ids})
	parts["additionalProperties"] = false
	return node{"anyOf": []node{rows, parts, of("null")}}
}

// shared are the schemas that do not depend on the objects there are.
func sharedSchemas() node {
	return node{
		"Problem": answerOf[problem](),
		"Warning": answerOf[fieldProblem](),
		"Money":   object([]string{"amount", "currency"}, node{"amount": node{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?$`}, "currency": node{"type": "string", "pattern": "^[A-Z]{3}$"}}),
		"Birthday": object([]string{"month", "day"}, node{"year": of("integer"), "month": node{"type": "integer", "minimum": 1, "maximum": 12}, "day": node{"type": "integer", "minimum": 1, "maximum": 31},
			"calendar": node{"enum": []string{"solar", "lunar"}}, "leap": of("boolean"), "next": described(node{"type": "string", "format": "date"}, "The next celebration; read only.")}),
		"Entry":     node{"anyOf": []node{of("string"), object([]string{"value"}, node{"label": of("string"), "value": of("string"), "primary": of("boolean")})}},
		"Address":   object(nil, node{"country": orNull("string"), "zip": orNull("string"), "region": orNull("string"), "city": orNull("string"), "district": orNull("string"), "street": orNull("string")}),
		"Place":     object(nil, node{"text": orNull("string"), "latitude": orNull("number"), "longitude": orNull("number"), "accuracy": described(orNull("integer"), "How far off it may be, in metres.")}),
		"Reference": object([]string{"object"}, node{"id": idNode(), "object": of("string"), "label": of("string"), "hidden": of("boolean")}),
		"ReferenceInput": node{"description": "An id, the key of the object, {unique field: value}, or what a read answered.",
			"anyOf": []node{of("string"), of("object")}},
		"Count":    object([]string{"value", "relation"}, node{"value": of("integer"), "relation": node{"enum": []string{"eq", "gte", "unknown"}}}),
		"Entries":  object([]string{"entries"}, node{"entries": listOf(answerOf[entry]()), "next": orNull("string")}),
		"Job":      jobNode(),
		"Import":   importNode(),
		"View":     answerOf[shownView](),
		"Favorite": answerOf[favorite.Favorite](),
		"Notice":   answerOf[noticeView](),
		"NoticeChoices": object([]string{"kinds", "digest_hour", "digest_weekends"}, node{"kinds": node{"type": "object", "additionalProperties": object([]string{"app", "mail"}, node{"app": of("boolean"), "mail": node{"enum": []string{notice.Never, notice.AtOnce, notice.InDigest}}})},
			"digest_hour": orNull("integer"), "digest_weekends": of("boolean")}),
		"File":    answerOf[fileView](),
		"Share":   answerOf[shareView](),
		"Session": answerOf[sessionView](),
		"Token":   answerOf[tokenView](),
		"Object":  answerOf[objectView](),
		"Field":   answerOf[fieldView](),
		"Batch":   answerOf[batchView](),
	}
}

// objectSchemas describes the records of an object as the asker reads and
// writes them.
func objectSchemas(a *policy.Actor, o *schema.Object, lang string, into node) {
	read, write := node{"id": idNode(), "version": of("integer")}, node{}
	var required []string
	for _, f := range o.Fields {
		if !a.Readable(o, f) || f.Name == "deleted_at" {
			continue
		}
		read[f.Name] = fieldNode(f, lang, false)
		if a.Access(o, f) == "write" {
			write[f.Name] = fieldNode(f, lang, true)
			if f.Required && f.Default == nil {
				required = append(required, f.Name)
			}
		}
	}
	read["_can"] = node{"type": "object", "additionalProperties": of("boolean"), "description": "What the asker may do to the record."}
	read["_warnings"] = described(listOf(component("Warning")), "In the answer to a write that was kept though something about it is doubtful.")
	if o.Name == "user" {
		write["password"], write["must_change_password"], write["invite"] = of("string"), of("boolean"), node{"enum": []string{"mail"}}
		read["temporary_password"] = described(of("string"), "Shown once, when the user is made without a password.")
		required = []string{"name", "login"} // the role has a default
	}
	into[o.Name] = described(object([]string{"id", "version"}, read), o.Label.In(lang))
	change := object(nil, write)
	change["additionalProperties"] = false
	into[o.Name+"_change"] = change
	create := object(required, write)
	create["additionalProperties"] = false
	into[o.Name+"_input"] = create
	into[o.Name+"_page"] = object([]string{"records", "next"}, node{
		"records": listOf(component(o.Name)), "next": described(orNull("string"), "Cursor of the next page."), "count": component("Count"),
	})
}
