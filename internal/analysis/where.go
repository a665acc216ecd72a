package analysis

import (
	"fmt"
	"strconv"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// This file says of each group which records are in it, as a filter in text: what a list
// shows when somebody asks for the records behind a figure. The filter and the figure are
// of the same records, under the same rights.

// quote writes a text as the language of filters has it.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// all joins filters in text that must all hold; "" ones say nothing.
func all(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	if len(kept) == 1 {
		return kept[0]
	}
	for i, p := range kept {
		kept[i] = bracketed(p)
	}
	return strings.Join(kept, " AND ")
}

// bracketed puts a filter into brackets where it would not stand beside AND by itself.
func bracketed(text string) string {
	if n, err := query.Parse(text); err == nil && n != nil && n.Op != query.Or {
		return text
	}
	return "(" + text + ")"
}

// not turns a filter round.
func not(text string) string { return "NOT (" + text + ")" }

// within is the filter of a span of a field; "" of all times.
func (s Span) within(field string) string {
	if s.whole() || field == "" {
		return ""
	}
	return field + " >= " + quote(s.From) + " AND " + field + " <= " + quote(s.To)
}

// node is within as a tree.
func (s Span) node(field string) *query.Node {
	if s.whole() || field == "" {
		return nil
	}
	return &query.Node{Op: query.And, Kids: []*query.Node{
		{Op: query.Ge, Field: field, Value: s.From}, {Op: query.Le, Field: field, Value: s.To},
	}}
}

// grouping is a dimension as one of the objects has it that are measured.
type grouping struct {
	*schema.Dimension
	object *schema.Object
	// path is the field it means there.
	path string
	// link tells that path is the plural of what a link leads to.
	link bool
}

// asked is the grouping of an aggregate.
func (g grouping) asked() query.Group {
	if len(g.Cases) > 0 {
		group := query.Group{}
		for _, c := range g.Cases {
			group.Cases = append(group.Cases, c.Filter)
		}
		return group
	}
	return query.Group{Field: g.path, By: g.By}
}

// keyOf names a group within an answer: hidden and empty ones are told apart from any
// text.
func keyOf(v any) string {
	switch v := v.(type) {
	case nil:
		return noKey
	case record.HiddenGroup:
		return hiddenKey
	case bool:
		return strconv.FormatBool(v)
	case string:
		return "=" + v
	}
	return fmt.Sprint(v)
}

const (
	noKey     = "none"
	hiddenKey = "hidden"
)

// where is the filter of the records of a group; ok is false where no filter says it:
// those whose group is hidden as a whole.
func (g grouping) where(a *policy.Actor, key string) (text string, ok bool) {
	value, plain := strings.CutPrefix(key, "=")
	if len(g.Cases) > 0 {
		n := len(g.Cases)
		if plain {
			i, err := strconv.Atoi(value)
			if err != nil || i < 0 || i >= n {
				return "", false
			}
			n = i
		}
		var before []string
		for _, c := range g.Cases[:n] {
			before = append(before, bracketed(c.Filter))
		}
		none := ""
		if before != nil {
			none = not(strings.Join(before, " OR "))
		}
		if !plain {
			return none, true
		}
		return all(g.Cases[n].Filter, none), true
	}
	if g.link {
		if !plain {
			return not(g.path + ".any(id > 0)"), key == noKey
		}
		return g.path + ".any(id = " + quote(value) + ")", true
	}
	switch key {
	case noKey:
		return g.empty(), true
	case hiddenKey:
		first, _, deeper := strings.Cut(g.path, ".")
		if !deeper || strings.Count(g.path, ".") > 1 {
			return "", false
		}
		return first + " IS NOT EMPTY AND NOT " + first + ".id > 0", true
	case "true", "false":
		return g.path + " = " + strings.ToUpper(key), true
	}
	if g.By != "" {
		at, ok := parseKey(g.By, value)
		if !ok {
			return "", false
		}
		return span(a, at, following(g.By, at)).within(g.path), true
	}
	if f := fieldAt(a.Registry, g.object, g.path); f != nil && (f.Type == "integer" || f.Type == "decimal" || f.Type == "percent" || f.Type == "money") {
		return g.path + " = " + value, true
	}
	return g.path + " = " + quote(value), true
}

// empty is the filter of what has no value: nor what it would be a value of.
func (g grouping) empty() string {
	parts := strings.Split(g.path, ".")
	var ways []string
	for i := range parts {
		ways = append(ways, strings.Join(parts[:i+1], ".")+" IS EMPTY")
	}
	if f := g.object.Field(parts[0]); f != nil && f.Type == "address" {
		ways = ways[len(ways)-1:]
	}
	return strings.Join(ways, " OR ")
}

// fieldAt is the field at the end of a path.
func fieldAt(r *schema.Registry, o *schema.Object, path string) *schema.Field {
	for o != nil {
		name, rest, deeper := strings.Cut(path, ".")
		f := o.Field(name)
		if f == nil || !deeper {
			return f
		}
		if f.Type == "address" {
			return &schema.Field{Name: rest, Type: "text"}
		}
		o, path = r.Object(f.Target()), rest
	}
	return nil
}

// fits tells whether a filter that was made for one object means the same of another: all
// fields it names are there, of the same kind.
func fits(r *schema.Registry, n *query.Node, made, other *schema.Object) bool {
	if n == nil || made == other {
		return true
	}
	switch n.Op {
	case query.And, query.Or, query.Not:
		for _, kid := range n.Kids {
			if !fits(r, kid, made, other) {
				return false
			}
		}
		return true
	case query.Any, query.Many:
		return false
	}
	f, g := fieldAt(r, made, n.Field), fieldAt(r, other, n.Field)
	_, call := n.Value.(query.Call)
	return f != nil && g != nil && f.Type == g.Type && f.Target() == g.Target() && (f.Type != "picklist" || !call) && sameOptions(f, g)
}

func sameOptions(f, g *schema.Field) bool {
	if len(f.Options) != len(g.Options) {
		return false
	}
	for i := range f.Options {
		if f.Options[i].Value != g.Options[i].Value {
			return false
		}
	}
	return true
}
