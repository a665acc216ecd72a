package oracle

import "slices"

// thing names a record, person or department in both databases: the object and
// its number in the order of making.
type thing struct {
	object string
	n      int
}

// none stands for no person or department.
const none = -1

// amount is money: ten-thousandths, in a currency. Only the company's own has a
// worth here, since no rates are known.
type amount struct {
	minor    int64
	currency string
}

// record is one record: what its fields hold by name. Absent means empty. The
// values are string, int64 (also hundredths of decimals and microseconds of
// instants), bool, []string, amount, thing and []thing.
type record struct {
	thing
	values map[string]any
	// deleted is the instant it went to the recycle bin, 0 while it is live.
	deleted int64
}

// owner and department are those the record belongs to, or none.
func (r *record) owner() int      { return r.one("owner") }
func (r *record) department() int { return r.one("department") }

func (r *record) one(field string) int {
	if t, ok := r.values[field].(thing); ok {
		return t.n
	}
	return none
}

// department is a department in its tree.
type department struct {
	name   string
	parent int
}

// person is somebody who may ask.
type person struct {
	name     string
	language string
	zone     string
	// departments he belongs to, the main one first; roles he has; whom he assists.
	departments, roles, assists []int
}

// role grants verbs on objects within scopes, and hides fields.
type role struct {
	admin       bool
	rights      map[string]map[string]string
	fields      map[string]map[string]string
	departments []int
}

// share lets a person (or the people of a department and those below it) see a
// record, or change it too; over once it has ended.
type share struct {
	with        thing
	write, over bool
}

// company is all of it.
type company struct {
	departments []department
	people      []person
	roles       []role
	records     map[string][]*record
	shares      map[thing][]share
}

func (c *company) record(t thing) *record { return c.records[t.object][t.n] }

// within tells whether a department is another or lies below it.
func (c *company) within(d, above int) bool {
	for ; d != none; d = c.departments[d].parent {
		if d == above {
			return true
		}
	}
	return false
}

// asker is a person who asks, by a token that may only read or in person.
type asker struct {
	*company
	me       int
	readOnly bool
	// memory is of one moment: what was found out is not asked again.
	*memory
}

type memory struct {
	seen map[thing]bool
	kids map[reference]map[thing][]*record
}

// reference is a field of an object that leads to another.
type reference struct{ object, field string }

// afresh is the asker at another moment.
func (a asker) afresh() asker {
	a.memory = &memory{map[thing]bool{}, map[reference]map[thing][]*record{}}
	return a
}

// referring are the records that lead to a thing by a field.
func (a asker) referring(by reference, to thing) []*record {
	known, ok := a.kids[by]
	if !ok {
		known = map[thing][]*record{}
		for _, r := range a.records[by.object] {
			if t, ok := r.values[by.field].(thing); ok {
				known[t] = append(known[t], r)
			}
		}
		a.kids[by] = known
	}
	return known[to]
}

func (a asker) person() *person { return &a.people[a.me] }

func (a asker) roles() []role {
	var all []role
	for _, n := range a.person().roles {
		all = append(all, a.company.roles[n])
	}
	return all
}

func (a asker) admin() bool {
	return slices.ContainsFunc(a.roles(), func(r role) bool { return r.admin })
}

// scope is what one role says of a verb: an object of its own goes before "*".
func (r role) scope(object, verb string) string {
	rights, ok := r.rights[object]
	if !ok {
		rights = r.rights["*"]
	}
	if s := rights[verb]; s != "" {
		return s
	}
	return "none"
}

// may tells whether somebody may do something to any record of an object at all.
func (a asker) may(o *object, verb string) bool {
	switch {
	case a.readOnly && verb != "view":
		return false
	case a.admin():
		return true
	case o.everybodys:
		return verb == "view"
	case o.links != nil:
		first, second := objects[o.field(o.links[0]).target], objects[o.field(o.links[1]).target]
		verbs := map[string][]string{"view": {"view"}, "export": {"export"}, "create": {"edit"}, "edit": {"edit"}, "delete": {"edit"}, "import": {"import", "edit"}}[verb]
		ok := verbs != nil && a.may(second, "view")
		for _, v := range verbs {
			ok = ok && a.may(first, v)
		}
		return ok
	}
	return slices.ContainsFunc(a.roles(), func(r role) bool { return r.scope(o.name, verb) != "none" })
}

// all tells whether a rule gives somebody every record of an object, whoever owns it.
func (a asker) all(o *object, verb string) bool {
	switch {
	case a.readOnly && verb != "view":
		return false
	case a.admin() || o.everybodys && verb == "view":
		return true
	case o.links != nil:
		first, second := objects[o.field(o.links[0]).target], objects[o.field(o.links[1]).target]
		return a.all(first, "view") && a.all(second, "view") && (verb == "view" || a.all(first, "edit"))
	}
	return slices.ContainsFunc(a.roles(), func(r role) bool {
		s := r.scope(o.name, verb)
		return s == "all" || s != "none" && !o.owned
	})
}

// reads tells whether somebody may read a field: the widest of his roles says so,
// of those with which he sees the object.
func (a asker) reads(o *object, field string) bool {
	if a.admin() {
		return true
	}
	return slices.ContainsFunc(a.roles(), func(r role) bool {
		sees := o.everybodys || r.scope(o.name, "view") != "none"
		if o.links != nil {
			sees = a.may(o, "view")
		}
		return sees && r.fields[o.name][field] != "hidden"
	})
}

// sees tells whether somebody may see a record, be it in the recycle bin or not.
func (a asker) sees(t thing) bool {
	sees, known := a.seen[t]
	if !known {
		sees = a.can(t, "view")
		a.seen[t] = sees
	}
	return sees
}

// can tells whether somebody may do something to a record.
func (a asker) can(t thing, verb string) bool {
	o := objects[t.object]
	switch {
	case !a.may(o, verb):
		return false
	case a.admin():
		return true
	case o.everybodys:
		return true
	}
	r := a.record(t)
	if o.links != nil {
		first, second := as[thing](r.values[o.links[0]]), as[thing](r.values[o.links[1]])
		return a.sees(first) && a.sees(second) && (verb == "view" || a.can(first, map[string]string{"export": "export"}[verb]+map[string]string{"edit": "edit", "delete": "edit"}[verb]))
	}
	for _, role := range a.roles() {
		if a.covers(role, o, r, verb) {
			return true
		}
	}
	if verb != "view" {
		return false
	}
	// Who sees what it hangs on sees it too.
	for _, name := range o.through {
		if up, ok := r.values[name].(thing); ok && a.seesLive(up) {
			return true
		}
	}
	return false
}

// seesLive tells whether somebody sees a record that is not in the recycle bin.
func (a asker) seesLive(t thing) bool { return a.live(t) && a.sees(t) }

func (c *company) live(t thing) bool {
	return objects[t.object].everybodys || c.record(t).deleted == 0
}

// covers tells whether one role gives somebody a verb on a record.
func (a asker) covers(role role, o *object, r *record, verb string) bool {
	scope := role.scope(o.name, verb)
	switch {
	case scope == "none":
		return false
	case scope == "all" || !o.owned:
		return true
	case r.owner() == a.me:
		return true
	}
	home := r.department()
	switch scope {
	case "own":
		return false
	case "assisted":
		if r.owner() != none && slices.Contains(a.person().assists, r.owner()) {
			return true
		}
	case "department":
		if home != none && slices.Contains(a.person().departments, home) {
			return true
		}
	case "department_below":
		if home != none && slices.ContainsFunc(a.person().departments, func(d int) bool { return a.within(home, d) }) {
			return true
		}
	case "chosen":
		if home != none && slices.Contains(role.departments, home) {
			return true
		}
	}
	// All but the narrowest take in what is shared: to be seen and taken out, and
	// changed where it is shared so.
	for _, s := range a.shares[r.thing] {
		if s.over || verb != "view" && verb != "export" && !(verb == "edit" && s.write) {
			continue
		}
		if s.with.object == "user" && s.with.n == a.me {
			return true
		}
		if s.with.object == "department" && slices.ContainsFunc(a.person().departments, func(d int) bool { return a.within(d, s.with.n) }) {
			return true
		}
	}
	return false
}
