package query

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The grammar of the text form:
//
//	expr   = term { OR term }
//	term   = factor { AND factor }
//	factor = NOT factor | "(" expr ")" | path "." "any" "(" expr ")" | path "." "count" "(" [expr] ")" op number | path op value
//	op     = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | ":" | IN "(" value {"," value} ")" | IS [NOT] EMPTY
//	value  = string | day | number | TRUE | FALSE | name "(" [int {"," int}] ")"

const (
	maxText  = 10_000
	maxNodes = 300
	maxDepth = 20
)

// Parse reads a filter in either spelling: JSON when it starts with "{", text
// otherwise. An empty one is nil. Its error is a *Problem.
func Parse(s string) (*Node, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	if len(s) > maxText {
		return nil, &Problem{Code: "filter_too_long", Pos: -1}
	}
	if s[0] == '{' {
		return parseJSON([]byte(s))
	}
	p := &parser{text: s}
	p.next()
	n, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if p.kind != end {
		return nil, p.fail("filter_unexpected")
	}
	return n, nil
}

// dayForm is a day, or an instant, as people type it: without quotes.
var dayForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?`)

type tokenKind int

const (
	end tokenKind = iota
	word
	text
	number
	symbol
	broken
)

type parser struct {
	text  string
	at    int
	pos   int
	kind  tokenKind
	value string
	nodes int
}

func (p *parser) fail(code string) *Problem {
	return &Problem{Code: code, Pos: utf8.RuneCountInString(p.text[:p.pos]), Token: p.value}
}

func (p *parser) next() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.at]) >= 0 {
		p.at++
	}
	p.pos = p.at
	if p.at >= len(p.text) {
		p.kind, p.value = end, ""
		return
	}
	c := p.text[p.at]
	switch {
	case c == '"' || c == '\'':
		p.quoted(c)
	case c >= '0' && c <= '9' || c == '-':
		start := p.at
		if day := dayForm.FindString(p.text[start:]); day != "" {
			p.at += len(day)
			p.kind, p.value = text, day
			return
		}
		p.at++
		for p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.text[p.at] == '.') {
			p.at++
		}
		p.kind, p.value = number, p.text[start:p.at]
	default:
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if r == '_' || unicode.IsLetter(r) {
			start := p.at
			for p.at < len(p.text) {
				r, size = utf8.DecodeRuneInString(p.text[p.at:])
				if r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					break
				}
				p.at += size
			}
			p.kind, p.value = word, p.text[start:p.at]
			return
		}
		for _, s := range []string{"!=", "<=", ">=", "=", "<", ">", "~", ":", "(", ")", ","} {
			if strings.HasPrefix(p.text[p.at:], s) {
				p.at += len(s)
				p.kind, p.value = symbol, s
				return
			}
		}
		p.at += size
		p.kind, p.value = broken, string(r)
	}
}

func (p *parser) quoted(q byte) {
	var b strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\' && i+1 < len(p.text):
			i++
			b.WriteByte(p.text[i])
		case c == q:
			p.at = i + 1
			p.kind, p.value = text, b.String()
			return
		default:
			b.WriteByte(c)
		}
	}
	p.value = p.text[p.at:]
	p.at, p.kind = len(p.text), broken
}

func (p *parser) keyword(k string) bool {
	if p.kind == word && strings.EqualFold(p.value, k) {
		p.next()
		return true
	}
	return false
}

func (p *parser) sym(s string) bool {
	if p.kind == symbol && p.value == s {
		p.next()
		return true
	}
	return false
}

func (p *parser) expr(depth int) (*Node, error) {
	return p.chain(depth, "or", Or, p.term)
}

func (p *parser) term(depth int) (*Node, error) {
	return p.chain(depth, "and", And, p.factor)
}

func (p *parser) chain(depth int, keyword string, op Op, next func(int) (*Node, error)) (*Node, error) {
	if depth > maxDepth {
		return nil, p.fail("filter_too_deep")
	}
	pos := p.pos
	first, err := next(depth + 1)
	if err != nil {
		return nil, err
	}
	kids := []*Node{first}
	for p.keyword(keyword) {
		n, err := next(depth + 1)
		if err != nil {
			return nil, err
		}
		kids = append(kids, n)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &Node{Op: op, Kids: kids, Pos: pos}, nil
}

func (p *parser) factor(depth int) (*Node, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, p.fail("filter_too_long")
	}
	if depth > maxDepth {
		return nil, p.fail("filter_too_deep")
	}
	pos := p.pos
	if p.keyword("not") {
		n, err := p.factor(depth + 1)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Not, Kids: []*Node{n}, Pos: pos}, nil
	}
	if p.sym("(") {
		n, err := p.expr(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.sym(")") {
			return nil, p.fail("filter_bracket")
		}
		return n, nil
	}
	if p.kind != word {
		return nil, p.fail("filter_field_expected")
	}
	field := p.value
	p.next()
	if related, ok := strings.CutSuffix(field, ".any"); ok && p.sym("(") {
		n, err := p.expr(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.sym(")") {
			return nil, p.fail("filter_bracket")
		}
		return &Node{Op: Any, Field: related, Kids: []*Node{n}, Pos: pos}, nil
	}
	if related, ok := strings.CutSuffix(field, ".count"); ok && p.sym("(") {
		return p.many(related, depth, pos)
	}
	return p.compare(field, pos)
}

// many reads what follows path.count( .
func (p *parser) many(related string, depth, pos int) (*Node, error) {
	n := &Node{Op: Many, Field: related, Pos: pos}
	if !p.sym(")") {
		kid, err := p.expr(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.sym(")") {
			return nil, p.fail("filter_bracket")
		}
		n.Kids = []*Node{kid}
	}
	op := Op(p.value)
	if p.kind != symbol || !numeric(op) {
		return nil, p.fail("filter_operator_expected")
	}
	p.next()
	count, err := strconv.ParseInt(p.value, 10, 64)
	if p.kind != number || err != nil {
		return nil, p.fail("filter_number_expected")
	}
	p.next()
	n.Value = Counted{op, count}
	return n, nil
}

// numeric tells whether an operator compares numbers.
func numeric(op Op) bool { return slices.Contains([]Op{Eq, Ne, Lt, Le, Gt, Ge}, op) }

func (p *parser) compare(field string, pos int) (*Node, error) {
	switch {
	case p.keyword("is"):
		negated := p.keyword("not")
		if !p.keyword("empty") {
			return nil, p.fail("filter_empty_expected")
		}
		n := &Node{Op: Empty, Field: field, Pos: pos}
		if negated {
			return &Node{Op: Not, Kids: []*Node{n}, Pos: pos}, nil
		}
		return n, nil
	case p.keyword("in"):
		if !p.sym("(") {
			return nil, p.fail("filter_bracket")
		}
		var list []any
		for {
			v, err := p.operand()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
			if p.sym(",") {
				continue
			}
			if !p.sym(")") {
				return nil, p.fail("filter_bracket")
			}
			return &Node{Op: In, Field: field, Value: list, Pos: pos}, nil
		}
	}
	if p.kind != symbol || strings.Contains("(),", p.value) {
		return nil, p.fail("filter_operator_expected")
	}
	op := Op(p.value)
	p.next()
	v, err := p.operand()
	if err != nil {
		return nil, err
	}
	return &Node{Op: op, Field: field, Value: v, Pos: pos}, nil
}

func (p *parser) operand() (any, error) {
	value := p.value
	switch p.kind {
	case text:
		p.next()
		return value, nil
	case number:
		p.next()
		return json.Number(value), nil
	case word:
		p.next()
		switch strings.ToLower(value) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		if !p.sym("(") {
			return nil, &Problem{Code: "filter_value_expected", Pos: p.pos, Token: value}
		}
		c := Call{Name: value}
		for !p.sym(")") {
			n, err := strconv.Atoi(p.value)
			if p.kind != number || err != nil || n > 100_000 || n < -100_000 {
				return nil, p.fail("filter_number_expected")
			}
			c.Args = append(c.Args, n)
			p.next()
			p.sym(",")
		}
		return c, nil
	}
	return nil, p.fail("filter_value_expected")
}

func parseJSON(b []byte) (*Node, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var tree map[string]any
	if d.Decode(&tree) != nil {
		return nil, &Problem{Code: "filter_not_json", Pos: -1}
	}
	count := 0
	return fromTree(tree, 0, &count)
}

func fromTree(tree map[string]any, depth int, count *int) (*Node, error) {
	if *count++; *count > maxNodes || depth > maxDepth {
		return nil, &Problem{Code: "filter_too_deep", Pos: -1}
	}
	for _, op := range []Op{And, Or} {
		list, ok := tree[string(op)].([]any)
		if !ok {
			continue
		}
		n := &Node{Op: op}
		for _, item := range list {
			kid, err := fromAny(item, depth, count)
			if err != nil {
				return nil, err
			}
			n.Kids = append(n.Kids, kid)
		}
		if len(n.Kids) == 0 {
			return nil, &Problem{Code: "filter_empty_group", Pos: -1}
		}
		return n, nil
	}
	if kid, ok := tree["not"]; ok {
		n, err := fromAny(kid, depth, count)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Not, Kids: []*Node{n}}, nil
	}
	if related, ok := tree["any"].(string); ok {
		n, err := fromAny(tree["filter"], depth, count)
		if err != nil {
			return nil, err
		}
		return &Node{Op: Any, Field: related, Kids: []*Node{n}}, nil
	}
	op, _ := tree["op"].(string)
	if related, ok := tree["count"].(string); ok {
		return manyFromTree(tree, related, Op(op), depth, count)
	}
	field, _ := tree["field"].(string)
	switch Op(op) {
	case Eq, Ne, Lt, Le, Gt, Ge, Contains, Has, Empty, In:
	default:
		return nil, &Problem{Code: "filter_operator_expected", Pos: -1, Token: op}
	}
	n := &Node{Op: Op(op), Field: field, Value: fromValue(tree["value"])}
	if _, ok := n.Value.([]any); n.Op == In && !ok {
		return nil, &Problem{Code: "filter_value_expected", Pos: -1, Token: field}
	}
	return n, nil
}

func manyFromTree(tree map[string]any, related string, op Op, depth int, count *int) (*Node, error) {
	value, _ := tree["value"].(json.Number)
	number, err := value.Int64()
	switch {
	case !numeric(op):
		return nil, &Problem{Code: "filter_operator_expected", Pos: -1, Token: string(op)}
	case err != nil:
		return nil, &Problem{Code: "filter_number_expected", Pos: -1, Token: related}
	}
	n := &Node{Op: Many, Field: related, Value: Counted{op, number}}
	if tree["filter"] != nil {
		kid, err := fromAny(tree["filter"], depth, count)
		if err != nil {
			return nil, err
		}
		n.Kids = []*Node{kid}
	}
	return n, nil
}

func fromAny(item any, depth int, count *int) (*Node, error) {
	kid, ok := item.(map[string]any)
	if !ok {
		return nil, &Problem{Code: "filter_not_json", Pos: -1}
	}
	return fromTree(kid, depth+1, count)
}

func fromValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		name, _ := v["call"].(string)
		c := Call{Name: name}
		args, _ := v["args"].([]any)
		for _, a := range args {
			if n, ok := a.(json.Number); ok {
				if i, err := strconv.Atoi(n.String()); err == nil {
					c.Args = append(c.Args, i)
				}
			}
		}
		return c
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = fromValue(v[i])
		}
		return list
	}
	return v
}
