package oracle

import (
	"math/rand/v2"
	"slices"
	"time"
)

// began is the hour at which the test began; what is made up lies around it.
var began = time.Now().Truncate(time.Hour)

// day makes up a day within five weeks of today.
func (d dice) day() string { return began.AddDate(0, 0, d.IntN(70)-35).Format(time.DateOnly) }

// instant makes up an instant, often one that others have too.
func (d dice) instant() time.Time { return began.Add(time.Duration(d.IntN(800)-400) * time.Hour) }

// size is how many records of each object a company has.
type sizes map[string]int

var (
	small = sizes{"catalog": 5, "star": 40, "planet": 45, "moon": 45, "pass": 30}
	// large is past the size up to which every way to read is alike.
	large = sizes{"catalog": 8, "star": 1150, "planet": 1250, "moon": 300, "pass": 1100}
)

// found makes up a company.
func (d dice) found(n sizes) *company {
	c := &company{records: map[string][]*record{}, shares: map[thing][]share{}}
	for i := range 5 + d.IntN(4) {
		parent := none
		if i > 0 && !d.chance(6) {
			parent = d.IntN(i)
		}
		c.departments = append(c.departments, department{pick(d, vocabulary), parent})
	}
	for range 5 + d.IntN(5) {
		c.roles = append(c.roles, d.role(c))
	}
	for range 8 {
		c.people = append(c.people, person{name: pick(d, vocabulary), language: pick(d, []string{"zh-TW", "zh-CN", "en"}), zone: pick(d, []string{"Asia/Taipei", "America/New_York", "UTC", "Pacific/Auckland"})})
	}
	for i := range c.people {
		d.place(c, i)
	}
	for _, name := range asked {
		for range n[name] {
			d.add(c, name)
		}
	}
	for range 40 + n["star"]/20 {
		d.share(c)
	}
	return c
}

// place gives a person departments, roles and people to assist.
func (d dice) place(c *company, i int) {
	p := &c.people[i]
	p.departments = d.some(len(c.departments), pick(d, []int{0, 1, 1, 1, 2, 3}))
	p.roles = d.some(len(c.roles), pick(d, []int{1, 1, 2, 3}))
	p.assists = slices.DeleteFunc(d.some(len(c.people), d.IntN(3)), func(n int) bool { return n == i })
}

// some are distinct numbers below n.
func (d dice) some(n, many int) []int { return d.Perm(n)[:min(many, n)] }

var (
	scopes = []string{"none", "own", "own", "own_shared", "own_shared", "assisted", "department", "department", "department_below", "department_below", "chosen", "all"}
	verbs  = []string{"view", "create", "edit", "delete", "assign", "share", "export", "import"}
)

func (d dice) role(c *company) role {
	r := role{rights: map[string]map[string]string{}, fields: map[string]map[string]string{}, departments: d.some(len(c.departments), d.IntN(3))}
	if d.chance(15) {
		r.admin = true
	}
	for _, name := range []string{"*", "star", "planet", "moon", "catalog"} {
		if name != "*" && d.chance(2) {
			continue
		}
		granted := map[string]string{"view": pick(d, scopes)}
		if name == "catalog" && !d.chance(4) {
			granted["view"] = "all"
		}
		for _, verb := range verbs[1:] {
			if !d.chance(3) {
				granted[verb] = pick(d, scopes)
			}
		}
		r.rights[name] = granted
	}
	if d.chance(6) { // one for whom names or notes are hidden everywhere
		for _, name := range asked {
			r.fields[name] = map[string]string{objects[name].fields[d.IntN(2)].name: "hidden"}
		}
	} else if d.chance(2) {
		for range 1 + d.IntN(3) {
			o := objects[pick(d, asked)]
			if r.fields[o.name] == nil {
				r.fields[o.name] = map[string]string{}
			}
			name := pick(d, o.fields).name
			if d.chance(2) {
				name = o.fields[d.IntN(2)].name // names and notes, which are searched
			}
			r.fields[o.name][name] = pick(d, []string{"hidden", "hidden", "read", "write"})
		}
	}
	return r
}

// add makes up a record; nil where there is no room for one more link.
func (d dice) add(c *company, name string) *record {
	o := objects[name]
	r := &record{thing: thing{name, len(c.records[name])}, values: map[string]any{}}
	for i := range o.fields {
		f := &o.fields[i]
		if v := d.value(c, o, f); v != nil {
			r.values[f.name] = v
		}
	}
	if o.links != nil && !d.pair(c, r) {
		return nil
	}
	r.values["created_at"] = d.instant().UnixMicro()
	r.values["updated_at"] = r.values["created_at"]
	if o.owned {
		d.give(c, r)
	}
	c.records[name] = append(c.records[name], r)
	return r
}

// pair has a link join two that are not linked yet.
func (d dice) pair(c *company, r *record) bool {
	for range 20 {
		for _, end := range objects[r.object].links {
			t, ok := d.living(c, objects[r.object].field(end).target)
			if !ok {
				return false
			}
			r.values[end] = t
		}
		if !slices.ContainsFunc(c.records[r.object], func(l *record) bool {
			return l.deleted == 0 && l.values["planet"] == r.values["planet"] && l.values["moon"] == r.values["moon"]
		}) {
			return true
		}
	}
	return false
}

// give makes up whose a record is.
func (d dice) give(c *company, r *record) {
	delete(r.values, "owner")
	delete(r.values, "department")
	if d.chance(12) {
		return
	}
	owner := d.IntN(len(c.people))
	r.values["owner"] = thing{"user", owner}
	r.values["department"] = thing{"department", d.IntN(len(c.departments))}
	if home := c.people[owner].departments; len(home) > 0 && !d.chance(3) {
		r.values["department"] = thing{"department", home[0]}
	}
}

// living is a record that is not in the recycle bin.
func (d dice) living(c *company, object string) (thing, bool) {
	for range 20 {
		if len(c.records[object]) == 0 {
			break
		}
		if t := d.existing(c, object); c.live(t) {
			return t, true
		}
	}
	return thing{}, false
}

// value makes up what a field holds; nil: nothing.
func (d dice) value(c *company, o *object, f *field) any {
	if d.chance(7) || f.name == "owner" || f.name == "department" || f.name == "created_at" || f.name == "updated_at" {
		return nil
	}
	switch f.kind {
	case "text":
		if f.named {
			return pick(d, vocabulary)
		}
		return pick(d, codes)
	case "longtext":
		text := pick(d, noteWords)
		for range d.IntN(3) {
			text += " " + pick(d, noteWords)
		}
		return text
	case "integer":
		return int64(d.IntN(12) - 2)
	case "decimal":
		return int64(pick(d, []int{0, 50, 125, 200, -150, 310, 1}))
	case "money":
		return amount{int64(pick(d, []int{0, 100000, 1005000, 20000000, 999900})), pick(d, []string{"TWD", "TWD", "TWD", "USD"})}
	case "boolean":
		return d.chance(2)
	case "date":
		return d.day()
	case "datetime":
		return d.instant().UnixMicro()
	case "picklist":
		return pick(d, f.options)
	case "multipicklist", "tags":
		from := f.options
		if f.kind == "tags" {
			from = tagWords
		}
		var list []string
		for _, i := range d.some(len(from), 1+d.IntN(2)) {
			list = append(list, from[i])
		}
		return list
	case "user":
		return thing{"user", d.IntN(len(c.people))}
	case "department":
		return thing{"department", d.IntN(len(c.departments))}
	case "reference":
		if t, ok := d.living(c, f.target); ok && o.links == nil {
			return t
		}
	case "references":
		var list []thing
		for range 1 + d.IntN(2) {
			if t, ok := d.living(c, f.target); ok && !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
		if list != nil {
			return list
		}
	}
	return nil
}

// share makes up a share of a record, perhaps one that has ended.
func (d dice) share(c *company) (thing, share) {
	t := d.existing(c, pick(d, []string{"star", "star", "planet", "moon"}))
	s := share{with: thing{"user", d.IntN(len(c.people))}, write: d.chance(2), over: d.chance(5)}
	if d.chance(3) {
		s.with = thing{"department", d.IntN(len(c.departments))}
	}
	c.shares[t] = append(slices.DeleteFunc(c.shares[t], func(old share) bool { return old.with == s.with }), s)
	return t, s
}

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 2))} }
