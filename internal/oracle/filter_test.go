package oracle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition is a filter as people mean it: and, or, not of kids; any of related
// records that fit the one kid; else a comparison of a path with values.
type condition struct {
	op     string
	path   string
	values []any
	kids   []*condition
}

// number is a number as it is typed; call a relative value.
type number string

type call struct {
	name string
	args []int
}

// as is a value of which the caller knows what it is.
func as[T any](v any) T {
	t, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("%v is no %T", v, t))
	}
	return t
}

// names tells how a thing is called in one database.
type names func(thing) string

// text writes the condition as people type it.
func (c *condition) text(id names) string {
	switch c.op {
	case "and", "or":
		parts := make([]string, len(c.kids))
		for i, kid := range c.kids {
			parts[i] = kid.text(id)
		}
		return "(" + strings.Join(parts, map[string]string{"and": " AND ", "or": " or "}[c.op]) + ")"
	case "not":
		return "NOT " + c.kids[0].text(id)
	case "any":
		return c.path + ".any(" + c.kids[0].text(id) + ")"
	case "many":
		return c.path + ".count(" + c.kids[0].text(id) + ") " + as[string](c.values[0]) + " " + string(as[number](c.values[1]))
	case "empty":
		return c.path + " IS EMPTY"
	case "filled":
		return c.path + " is not empty"
	case "in":
		parts := make([]string, len(c.values))
		for i, v := range c.values {
			parts[i] = typed(v, id)
		}
		return c.path + " IN (" + strings.Join(parts, ", ") + ")"
	}
	return c.path + " " + c.op + " " + typed(c.values[0], id)
}

func typed(v any, id names) string {
	switch v := v.(type) {
	case string:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
	case number:
		return string(v)
	case bool:
		return map[bool]string{true: "TRUE", false: "false"}[v]
	case thing:
		return `"` + id(v) + `"`
	case call:
		args := make([]string, len(v.args))
		for i, n := range v.args {
			args[i] = strconv.Itoa(n)
		}
		return v.name + "(" + strings.Join(args, ", ") + ")"
	}
	panic(fmt.Sprintf("a value %v cannot be typed", v))
}

// tree writes the condition as JSON.
func (c *condition) tree(id names) map[string]any {
	kids := make([]any, len(c.kids))
	for i, kid := range c.kids {
		kids[i] = kid.tree(id)
	}
	value := func(v any) any {
		switch v := v.(type) {
		case number:
			return json.Number(v)
		case thing:
			return id(v)
		case call:
			return map[string]any{"call": v.name, "args": v.args}
		}
		return v
	}
	switch c.op {
	case "and", "or":
		return map[string]any{c.op: kids}
	case "not":
		return map[string]any{"not": kids[0]}
	case "any":
		return map[string]any{"any": c.path, "filter": kids[0]}
	case "many":
		return map[string]any{"count": c.path, "filter": kids[0], "op": c.values[0], "value": json.Number(as[number](c.values[1]))}
	case "filled":
		return map[string]any{"not": map[string]any{"field": c.path, "op": "empty"}}
	case "empty":
		return map[string]any{"field": c.path, "op": "empty"}
	case "in":
		list := make([]any, len(c.values))
		for i, v := range c.values {
			list[i] = value(v)
		}
		return map[string]any{"field": c.path, "op": "in", "value": list}
	}
	return map[string]any{"field": c.path, "op": c.op, "value": value(c.values[0])}
}

// refused tells whether the asker may not ask this of an object: it looks at a
// field he may not read, or at related records by a field he may not read.
func (a asker) refused(o *object, c *condition) bool {
	switch c.op {
	case "and", "or", "not":
		return slices.ContainsFunc(c.kids, func(kid *condition) bool { return a.refused(o, kid) })
	case "any":
		related := byPlural(c.path)
		if a.leading(o, related) != "" {
			return a.refused(related, c.kids[0])
		}
		link, _, there := a.link(o, related)
		return link == nil || a.refusedAcross(link, there, related, c.kids[0])
	}
	if c.op == "many" {
		o, plural, ok := a.counting(o, c.path)
		return !ok || a.leading(o, byPlural(plural)) == "" || a.refused(byPlural(plural), c.kids[0])
	}
	head, rest, deeper := strings.Cut(c.path, ".")
	if head == "id" {
		return false
	}
	if !a.reads(o, head) {
		return true
	}
	if f := o.field(head); deeper && f.target != "" {
		inner := *c
		inner.path = rest
		return a.refused(objects[f.target], &inner)
	}
	return false
}

// counting is the object whose related records are counted, and their plural: those of a
// record that is referred to where the path says so. false: by a field he may not read.
func (a asker) counting(o *object, path string) (*object, string, bool) {
	ref, plural, deeper := strings.Cut(path, ".")
	if !deeper {
		return o, path, true
	}
	return objects[o.field(ref).target], plural, a.reads(o, ref)
}

// counts compares how many related records the asker sees that fit.
func (a asker) counts(t thing, c *condition) bool {
	plural := c.path
	up, seen := t, true
	if ref, rest, deeper := strings.Cut(c.path, "."); deeper {
		plural = rest
		if up, seen = a.value(t, ref).(thing); seen {
			seen = a.seesLive(up)
		}
	}
	var n int64
	if seen {
		related := byPlural(plural)
		for _, r := range a.referring(reference{related.name, a.leading(objects[up.object], related)}, up) {
			if a.seesLive(r.thing) && a.fits(r.thing, c.kids[0]) {
				n++
			}
		}
	}
	with, err := strconv.ParseInt(string(as[number](c.values[1])), 10, 64)
	if err != nil {
		panic(err)
	}
	if op := as[string](c.values[0]); op != "!=" {
		return compareInts(op, n, with)
	}
	return n != with
}

// refusedAcross is refused for what is asked of records by way of a link.
func (a asker) refusedAcross(link *object, there string, related *object, c *condition) bool {
	if c.op == "and" || c.op == "or" || c.op == "not" {
		return slices.ContainsFunc(c.kids, func(kid *condition) bool { return a.refusedAcross(link, there, related, kid) })
	}
	if head, _, _ := strings.Cut(c.path, "."); link.ownField(head) {
		return a.refused(link, c)
	}
	return a.refused(related, c)
}

// ownField tells whether a link has a field that is none of every object's.
func (o *object) ownField(name string) bool {
	return o.field(name) != nil && name != "created_at" && name != "updated_at"
}

// leading is the first field that the asker may read by which a related record
// leads to an object; "" where there is none.
func (a asker) leading(o, related *object) string {
	for _, f := range related.fields {
		if f.target == o.name && f.kind != "references" && a.reads(related, f.name) {
			return f.name
		}
	}
	return ""
}

// link is the link between two objects whose ends the asker may read.
func (a asker) link(o, related *object) (link *object, here, there string) {
	for _, l := range objects {
		for i := range l.links {
			here, there := l.links[i], l.links[1-i]
			if l.field(here).target == o.name && l.field(there).target == related.name && a.reads(l, here) && a.reads(l, there) {
				return l, here, there
			}
		}
	}
	return nil, "", ""
}

// fits tells whether a record fits a condition, as far as the asker sees what it
// asks of others.
func (a asker) fits(t thing, c *condition) bool {
	switch c.op {
	case "and":
		return !slices.ContainsFunc(c.kids, func(kid *condition) bool { return !a.fits(t, kid) })
	case "or":
		return slices.ContainsFunc(c.kids, func(kid *condition) bool { return a.fits(t, kid) })
	case "not":
		return !a.fits(t, c.kids[0])
	case "any":
		return a.anyFits(t, c)
	case "many":
		return a.counts(t, c)
	case "!=":
		same := *c
		same.op = "="
		return !a.fits(t, &same)
	case "in":
		return slices.ContainsFunc(c.values, func(v any) bool { return a.fits(t, &condition{op: "=", path: c.path, values: []any{v}}) })
	case "filled":
		empty := *c
		empty.op = "empty"
		return !a.fits(t, &empty)
	}
	head, rest, deeper := strings.Cut(c.path, ".")
	if head == "id" {
		return a.identical(t, c.values[0])
	}
	v := a.value(t, head)
	f := objects[t.object].field(head)
	if deeper && f.target != "" {
		up, ok := v.(thing)
		inner := *c
		inner.path = rest
		return ok && a.seesLive(up) && a.fits(up, &inner)
	}
	if deeper { // the currency of an amount
		money, ok := v.(amount)
		return ok && compareStrings(c.op, money.currency, as[string](c.values[0]))
	}
	if c.op == "empty" {
		return v == nil
	}
	return v != nil && a.compares(f, v, c.op, c.values[0])
}

// value is what a record, person or department holds in a field.
func (a asker) value(t thing, name string) any {
	ref := func(object string, n int) any {
		if n == none {
			return nil
		}
		return thing{object, n}
	}
	switch t.object {
	case "user":
		if p := a.people[t.n]; name == "name" {
			return p.name
		} else if len(p.departments) > 0 {
			return thing{"department", p.departments[0]}
		}
		return nil
	case "department":
		d := a.company.departments[t.n]
		if name == "name" {
			return d.name
		}
		return ref("department", d.parent)
	}
	return a.record(t).values[name]
}

func (a asker) identical(t thing, v any) bool {
	switch v := v.(type) {
	case thing:
		return t == v
	case call:
		switch v.name {
		case "me":
			return t == thing{"user", a.me}
		case "my_department":
			d := a.person().departments
			return len(d) > 0 && t == thing{"department", d[0]}
		}
	}
	return false
}

// anyFits tells whether one of the related records that the asker sees fits.
func (a asker) anyFits(t thing, c *condition) bool {
	related := byPlural(c.path)
	if name := a.leading(objects[t.object], related); name != "" {
		return slices.ContainsFunc(a.referring(reference{related.name, name}, t), func(r *record) bool {
			return a.seesLive(r.thing) && a.fits(r.thing, c.kids[0])
		})
	}
	link, here, there := a.link(objects[t.object], related)
	return slices.ContainsFunc(a.referring(reference{link.name, here}, t), func(l *record) bool {
		return a.seesLive(l.thing) && a.fitsAcross(l, link, there, c.kids[0])
	})
}

// fitsAcross asks a link for its own fields and the record at its other end for
// all else.
func (a asker) fitsAcross(l *record, link *object, there string, c *condition) bool {
	switch c.op {
	case "and":
		return !slices.ContainsFunc(c.kids, func(kid *condition) bool { return !a.fitsAcross(l, link, there, kid) })
	case "or":
		return slices.ContainsFunc(c.kids, func(kid *condition) bool { return a.fitsAcross(l, link, there, kid) })
	case "not":
		return !a.fitsAcross(l, link, there, c.kids[0])
	}
	if head, _, _ := strings.Cut(c.path, "."); link.ownField(head) {
		return a.fits(l.thing, c)
	}
	return a.fits(as[thing](l.values[there]), c)
}

func (a asker) compares(f *field, v any, op string, with any) bool {
	switch f.kind {
	case "text", "longtext", "picklist":
		if op == "~" {
			return strings.Contains(strings.ToLower(as[string](v)), strings.ToLower(as[string](with)))
		}
		return compareStrings(op, as[string](v), as[string](with))
	case "reference", "user", "department":
		// What one may not see cannot be told from other things one may not see.
		return a.identical(as[thing](v), with) && a.sees(as[thing](v))
	case "references":
		return slices.ContainsFunc(as[[]thing](v), func(t thing) bool { return a.identical(t, with) && a.sees(t) })
	case "multipicklist", "tags":
		return slices.Contains(as[[]string](v), as[string](with))
	case "boolean":
		return v == with
	case "integer":
		n, err := strconv.ParseInt(string(as[number](with)), 10, 64)
		return err == nil && compareInts(op, as[int64](v), n)
	case "decimal":
		return compareInts(op, as[int64](v), hundredths(string(as[number](with))))
	case "money":
		money, wanted := as[amount](v), 100*hundredths(string(as[number](with)))
		if op == "=" {
			return money.minor == wanted
		}
		return money.currency == "TWD" && compareInts(op, money.minor, wanted)
	case "date":
		from, to := a.days(with)
		day := as[string](v)
		return inSpan(op, strings.Compare(day, from.Format(time.DateOnly)), strings.Compare(day, to.Format(time.DateOnly)))
	case "datetime":
		from, to := a.days(with)
		at := time.UnixMicro(as[int64](v))
		return inSpan(op, at.Compare(from), at.Compare(to))
	}
	panic("nobody said how to compare a " + f.kind)
}

// inSpan compares something with a span, from its beginning to before its end.
func inSpan(op string, toBegin, toEnd int) bool {
	switch op {
	case "=":
		return toBegin >= 0 && toEnd < 0
	case "<":
		return toBegin < 0
	case "<=":
		return toEnd < 0
	case ">":
		return toEnd >= 0
	case ">=":
		return toBegin >= 0
	}
	panic(op)
}

// days is the span of time that a value names, in the asker's zone.
func (a asker) days(with any) (from, to time.Time) {
	zone, err := time.LoadLocation(a.person().zone)
	if err != nil {
		panic(err)
	}
	switch v := with.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at, at.Add(time.Microsecond)
		}
		day, err := time.ParseInLocation(time.DateOnly, v, zone)
		if err != nil {
			panic(err)
		}
		return day, day.AddDate(0, 0, 1)
	case call:
		n := 0
		if len(v.args) > 0 {
			n = v.args[0]
		}
		year, month, day := time.Now().In(zone).Date()
		switch v.name {
		case "today":
			return time.Date(year, month, day+n, 0, 0, 0, 0, zone), time.Date(year, month, day+n+1, 0, 0, 0, 0, zone)
		case "next_days":
			return time.Date(year, month, day, 0, 0, 0, 0, zone), time.Date(year, month, day+n+1, 0, 0, 0, 0, zone)
		case "this_month":
			return time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, zone), time.Date(year, month+time.Month(n)+1, 1, 0, 0, 0, 0, zone)
		case "this_year":
			return time.Date(year+n, 1, 1, 0, 0, 0, 0, zone), time.Date(year+n+1, 1, 1, 0, 0, 0, 0, zone)
		}
	}
	panic(fmt.Sprintf("%v names no time", with))
}

func compareStrings(op, a, b string) bool { return compareInts(op, int64(strings.Compare(a, b)), 0) }

func compareInts(op string, a, b int64) bool {
	switch op {
	case "=", ":":
		return a == b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	}
	panic(op)
}

// hundredths reads a number with at most two decimals.
func hundredths(text string) int64 {
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}
