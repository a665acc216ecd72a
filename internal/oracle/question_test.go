package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// question is what somebody asks: a list with all its pages, or what it adds up to.
type question struct {
	asker   asker
	object  *object
	filter  *condition
	asJSON  bool
	words   []string
	sort    []sortKey
	limit   int
	deleted bool
	// group is the field whose groups are counted as well, "" for none; of a record that is
	// referred to, too (star.class). part is what is counted of each group besides.
	group string
	part  *condition
	// look is a record that is opened as well.
	look thing
	// fields are those asked for; nil: all there are.
	fields []string
}

// sentFilter is the filter as it is sent to one database.
func (q *question) sentFilter(id names) string {
	switch {
	case q.filter == nil:
		return ""
	case q.asJSON:
		b, err := json.Marshal(q.filter.tree(id))
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	return q.filter.text(id)
}

func (q *question) sentSort() string {
	keys := make([]string, len(q.sort))
	for i, k := range q.sort {
		keys[i] = map[bool]string{true: "-"}[k.desc] + k.field
	}
	return strings.Join(keys, ",")
}

// order is the order in which the answer stands; whoever may not know when things
// were made has them by their ids.
func (q *question) order() []sortKey {
	switch {
	case len(q.sort) > 0:
		return q.sort
	case len(q.words) > 0, !q.asker.reads(q.object, "created_at"):
		return []sortKey{{"id", true}}
	}
	return []sortKey{{"created_at", true}}
}

// expected is what the rules say: that the question is refused, or the records in
// their order.
func (q *question) expected() (list []thing, refused bool) {
	q.asker = q.asker.afresh()
	a, o := q.asker, q.object
	unread := func(name string) bool { return !a.reads(o, name) }
	if !a.may(o, "view") || a.unsortable(o, q.order()) || slices.ContainsFunc(q.fields, unread) {
		return nil, true
	}
	possible := len(q.words) == 0 || a.mayFind(o)
	if possible && q.filter != nil && a.refused(o, q.filter) {
		return nil, true
	}
	if possible {
		for _, r := range a.records[o.name] {
			if (r.deleted != 0) == q.deleted && a.sees(r.thing) && (q.filter == nil || a.fits(r.thing, q.filter)) && a.found(r, q.words) {
				list = append(list, r.thing)
			}
		}
	}
	p, keys := places{}, q.order()
	slices.SortFunc(list, func(x, y thing) int { return a.compare(p, keys, x, y) })
	return list, false
}

// readableClasses are those of which the asker may read every field: the words of
// others would tell what stands in them.
func (a asker) readableClasses(o *object) map[byte]bool {
	classes := map[byte]bool{}
	for _, f := range o.fields {
		if f.class != 0 {
			classes[f.class] = true
		}
	}
	if o.owned {
		classes['i'] = true // the numbers of other programs, which nothing here has
	}
	for _, f := range o.fields {
		if f.class != 0 && !a.reads(o, f.name) {
			classes[f.class] = false
		}
	}
	return classes
}

func (a asker) mayFind(o *object) bool {
	for _, readable := range a.readableClasses(o) {
		if readable {
			return true
		}
	}
	return false
}

// found tells whether every word stands in a text whose class the asker may read:
// characters anywhere, letters at the beginning of a word.
func (a asker) found(r *record, words []string) bool {
	o := objects[r.object]
	classes := a.readableClasses(o)
	for _, word := range words {
		if !slices.ContainsFunc(o.fields, func(f field) bool {
			text, _ := r.values[f.name].(string)
			if !classes[f.class] {
				return false
			}
			if word[0] >= 0x80 {
				return strings.Contains(text, word)
			}
			return slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(s string) bool { return strings.HasPrefix(s, word) })
		}) {
			return false
		}
	}
	return true
}

// groups counts the expected records by a field and adds up their sizes: what is
// referred to and not seen is one group. refused: it may not be asked.
func (q *question) groups(list []thing) (rows map[string]string, refused bool) {
	a := q.asker
	ref, name, deeper := strings.Cut(q.group, ".")
	if !a.reads(q.object, ref) || !a.reads(q.object, "size") || a.refused(q.object, q.part) {
		return nil, true
	}
	if deeper && !a.reads(objects[q.object.field(ref).target], name) {
		return nil, true
	}
	type sum struct {
		count, part int
		sizes       []int64
	}
	sums := map[string]*sum{}
	for _, t := range list {
		v := a.value(t, ref)
		key := "<nil>"
		if up, ok := v.(thing); ok && deeper {
			if v = nil; a.seesLive(up) {
				v = a.value(up, name)
			} else {
				key = "hidden"
			}
		}
		switch v := v.(type) {
		case thing:
			if key = "hidden"; a.sees(v) {
				key = fmt.Sprint(v)
			}
		case nil:
		default:
			key = fmt.Sprint(v)
		}
		s := sums[key]
		if s == nil {
			s = &sum{}
			sums[key] = s
		}
		s.count++
		if a.fits(t, q.part) {
			s.part++
		}
		if n, ok := a.value(t, "size").(int64); ok {
			s.sizes = append(s.sizes, n)
		}
	}
	rows = map[string]string{}
	for key, s := range sums {
		total, middle := "<nil>", "<nil>"
		if n := len(s.sizes); n > 0 {
			slices.Sort(s.sizes)
			var all int64
			for _, size := range s.sizes {
				all += size
			}
			both := s.sizes[(n-1)/2] + s.sizes[n/2]
			half := both / 2 // a half goes away from nothing
			if both%2 != 0 && both > 0 {
				half++
			} else if both%2 != 0 {
				half--
			}
			total, middle = fmt.Sprint(all), fmt.Sprint(half)
		}
		rows[key] = fmt.Sprintf("%d of %s, the middle %s, %d of them", s.count, total, middle, s.part)
	}
	return rows, false
}

// grouped is the field that is grouped by.
func (q *question) grouped() *field {
	ref, name, deeper := strings.Cut(q.group, ".")
	f := q.object.field(ref)
	if deeper {
		f = objects[f.target].field(name)
	}
	return f
}

// dice makes things up.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// chance is true once in n times.
func (d dice) chance(n int) bool { return d.IntN(n) == 0 }

var (
	noteWords  = []string{"quebec", "kilogram", "foxtrot", "山白", "delta", "南山"}
	queryWords = []string{"delta", "gamma", "alpha", "quebec", "kilog", "foxtrot", "山王", "山白", "南山", "王安"}
	codes      = []string{"a", "B", "b", "Z9", "é", "中", "a_", "a%", `x\y`, `"q"`}
	tagWords   = []string{"red", "green", "blue"}
)

// ask makes up a question.
func (d dice) ask(c *company) *question {
	q := &question{asker: asker{company: c, me: d.IntN(len(c.people)), readOnly: d.chance(12)}, object: objects[pick(d, asked)], asJSON: d.chance(3), deleted: d.chance(10)}
	if d.chance(3) { // most is asked of what has most kinds of fields
		q.object = objects["star"]
	}
	size := len(c.records[q.object.name])
	q.limit = max(1, size/(1+d.IntN(6)))
	q.limit = min(q.limit, 500)
	if !d.chance(4) {
		q.filter = d.condition(c, q.object, 0)
	}
	if d.chance(4) {
		q.words = []string{pick(d, queryWords)}
		if d.chance(4) {
			q.words = append(q.words, pick(d, queryWords))
		}
	}
	for range d.IntN(4) {
		name := "id"
		if !d.chance(8) {
			name = pick(d, q.object.fields).name
		}
		if !slices.ContainsFunc(q.sort, func(k sortKey) bool { return k.field == name }) {
			q.sort = append(q.sort, sortKey{name, d.chance(2)})
		}
	}
	if d.chance(3) && !q.deleted {
		groupable := func(o *object) field {
			return pick(d, slices.DeleteFunc(slices.Clone(o.fields), func(f field) bool {
				return f.target == "" && f.kind != "picklist" && f.kind != "boolean" && f.kind != "integer" && f.kind != "text" || f.kind == "references"
			}))
		}
		f := groupable(q.object)
		q.group, q.part = f.name, d.condition(c, q.object, 2)
		if f.target != "" && d.chance(2) {
			q.group += "." + groupable(objects[f.target]).name
		}
	}
	q.look = thing{q.object.name, d.IntN(size)}
	if size > 100 || d.chance(2) { // all fields of very many records take their time
		q.fields = []string{pick(d, q.object.fields).name, pick(d, q.object.fields).name}
	}
	return q
}

// condition makes up a filter of an object's records.
func (d dice) condition(c *company, o *object, depth int) *condition {
	if depth < 3 && d.chance(3) {
		op := pick(d, []string{"and", "or", "and", "not"})
		n := 2 + d.IntN(2)
		if op == "not" {
			n = 1
		}
		node := &condition{op: op}
		for range n {
			node.kids = append(node.kids, d.condition(c, o, depth+1))
		}
		return node
	}
	if depth < 3 && d.chance(6) {
		if node := d.related(c, o, depth); node != nil {
			// Of a record that is referred to, too.
			if up := (map[string]string{"moon": "star", "planet": "star"})[o.name]; up != "" && d.chance(3) {
				if of := d.related(c, objects[up], depth); of.op == "many" {
					of.path = up + "." + of.path
					return of
				}
			}
			return node
		}
	}
	return d.comparison(c, o, "", 0)
}

// related makes up a condition of related records.
func (d dice) related(c *company, o *object, depth int) *condition {
	var choices []*object
	for _, related := range objects {
		if related.everybodys {
			continue
		}
		if slices.ContainsFunc(related.fields, func(f field) bool { return f.target == o.name && f.kind != "references" }) {
			choices = append(choices, related)
		}
	}
	if o.name == "moon" {
		choices = append(choices, objects["planet"]) // by way of the link
	}
	if choices == nil {
		return nil
	}
	slices.SortFunc(choices, func(x, y *object) int { return strings.Compare(x.name, y.name) })
	related := pick(d, choices)
	if o.name != "moon" || related.name != "planet" {
		if d.chance(3) {
			return &condition{op: "many", path: related.plural, values: []any{pick(d, []string{"=", "!=", "<", "<=", ">", ">="}), number(fmt.Sprint(d.IntN(4)))}, kids: []*condition{d.condition(c, related, depth+1)}}
		}
		return &condition{op: "any", path: related.plural, kids: []*condition{d.condition(c, related, depth+1)}}
	}
	one := func() *condition {
		if d.chance(2) {
			return d.comparison(c, objects["pass"], "", 3)
		}
		return d.comparison(c, related, "", 3)
	}
	kid := one()
	if d.chance(2) {
		kid = &condition{op: pick(d, []string{"and", "or"}), kids: []*condition{kid, one()}}
	}
	return &condition{op: "any", path: related.plural, kids: []*condition{kid}}
}

// comparison makes up a comparison of a field, perhaps of what a reference leads to.
func (d dice) comparison(c *company, o *object, path string, depth int) *condition {
	if path == "" && d.chance(12) && !o.everybodys && len(c.records[o.name]) > 0 {
		if d.chance(2) {
			return &condition{op: "in", path: "id", values: []any{d.existing(c, o.name), d.existing(c, o.name), d.existing(c, o.name)}}
		}
		return &condition{op: "=", path: "id", values: []any{d.existing(c, o.name)}}
	}
	f := pick(d, o.fields)
	at := path + f.name
	if f.target != "" && f.kind != "references" && depth < 2 && d.chance(2) {
		return d.comparison(c, objects[f.target], at+".", depth+1)
	}
	if d.chance(8) && f.kind != "references" {
		return &condition{op: pick(d, []string{"empty", "filled"}), path: at}
	}
	if f.kind == "money" && d.chance(3) {
		return &condition{op: "=", path: at + ".currency", values: []any{pick(d, []string{"TWD", "USD"})}}
	}
	value := func() any { return d.operand(c, &f) }
	switch f.kind {
	case "multipicklist", "tags", "references":
		return &condition{op: pick(d, []string{":", "=", ":", "!="}), path: at, values: []any{value()}}
	case "boolean", "picklist", "reference", "user", "department":
		if d.chance(3) {
			return &condition{op: "in", path: at, values: []any{value(), value()}}
		}
		return &condition{op: pick(d, []string{"=", "=", "!="}), path: at, values: []any{value()}}
	case "text", "longtext":
		if d.chance(3) {
			return &condition{op: "~", path: at, values: []any{pick(d, []string{"a", "A", "山", "ta", "%", "_", `\`, "e"})}}
		}
	}
	if d.chance(5) {
		return &condition{op: "in", path: at, values: []any{value(), value(), value()}}
	}
	return &condition{op: pick(d, []string{"=", "!=", "<", "<=", ">", ">="}), path: at, values: []any{value()}}
}

func (d dice) existing(c *company, object string) thing {
	return thing{object, d.IntN(len(c.records[object]))}
}

// operand makes up what a field is compared with.
func (d dice) operand(c *company, f *field) any {
	switch f.kind {
	case "text", "longtext":
		if f.named {
			return pick(d, vocabulary)
		}
		return pick(d, codes)
	case "picklist", "multipicklist":
		return pick(d, rankOptions)
	case "tags":
		return pick(d, tagWords)
	case "boolean":
		return d.chance(2)
	case "integer":
		return number(fmt.Sprint(d.IntN(12) - 2))
	case "decimal":
		return number(pick(d, []string{"0", "0.5", "1.25", "2", "-1.5", "3.10"}))
	case "money":
		return number(pick(d, []string{"0", "10", "100.5", "2000", "99.99"}))
	case "date":
		if d.chance(2) {
			return d.span()
		}
		return d.day()
	case "datetime":
		switch d.IntN(3) {
		case 0:
			return d.span()
		case 1:
			return d.day()
		}
		return d.instant().UTC().Format("2006-01-02T15:04:05Z")
	case "user":
		if d.chance(2) {
			return call{name: "me"}
		}
		return thing{"user", d.IntN(len(c.people))}
	case "department":
		if d.chance(2) {
			return call{name: "my_department"}
		}
		return thing{"department", d.IntN(len(c.departments))}
	}
	return d.existing(c, f.target)
}

// span makes up a relative span of time.
func (d dice) span() call {
	name := pick(d, []string{"today", "today", "this_month", "this_year", "next_days"})
	n := map[string]int{"today": 20, "this_month": 3, "this_year": 2, "next_days": 20}[name]
	if name == "next_days" {
		return call{name, []int{d.IntN(n)}}
	}
	if d.chance(4) {
		return call{name, nil}
	}
	return call{name, []int{d.IntN(2*n) - n}}
}
