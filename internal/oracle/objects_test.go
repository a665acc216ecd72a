package oracle

// object is a made-up kind of record, as docs/api.md and CONTRIBUTING.md describe
// what an object says of itself.
type object struct {
	name, plural, title string
	fields              []field
	owned               bool
	// everybodys are seen by all and written by administrators: people, departments.
	everybodys bool
	through    []string
	links      []string
}

// field is one of its fields; target is the object a reference leads to, class what
// its words are found under.
type field struct {
	name, kind, target string
	class              byte
	options            []string
	// named texts stand in the order of the reader's language.
	named bool
}

var rankOptions = []string{"m", "b", "k"}

// objects are those asked about: a star has an owner; a planet is seen with its
// star, a moon with its planet or star; a pass links planets with moons; a
// catalog belongs to nobody.
var objects = func() map[string]*object {
	own := []field{{name: "owner", kind: "user", target: "user"}, {name: "department", kind: "department", target: "department"}}
	always := []field{{name: "created_at", kind: "datetime"}, {name: "updated_at", kind: "datetime"}}
	name := field{name: "name", kind: "text", class: 'n', named: true}
	size := field{name: "size", kind: "integer"}
	class := field{name: "class", kind: "picklist", options: rankOptions}
	list := []*object{
		{name: "catalog", plural: "catalogs", title: "name", fields: []field{name, size}},
		{name: "star", plural: "stars", title: "name", owned: true, fields: []field{
			name, {name: "note", kind: "longtext", class: 't'}, {name: "code", kind: "text"}, size, {name: "mass", kind: "decimal"},
			{name: "worth", kind: "money"}, {name: "bright", kind: "boolean"}, {name: "born", kind: "date"}, {name: "seen", kind: "datetime"},
			class, {name: "kinds", kind: "multipicklist", options: rankOptions}, {name: "tags", kind: "tags"}, {name: "parent", kind: "reference", target: "star"},
			{name: "guide", kind: "user", target: "user"}, {name: "base", kind: "department", target: "department"},
			{name: "catalog", kind: "reference", target: "catalog"}, {name: "friends", kind: "references", target: "star"},
		}},
		{name: "planet", plural: "planets", title: "name", owned: true, through: []string{"star"}, fields: []field{
			name, {name: "star", kind: "reference", target: "star"}, size, class, {name: "born", kind: "date"},
		}},
		{name: "moon", plural: "moons", title: "name", owned: true, through: []string{"planet", "star"}, fields: []field{
			name, {name: "planet", kind: "reference", target: "planet"}, {name: "star", kind: "reference", target: "star"}, size, {name: "bright", kind: "boolean"},
		}},
		{name: "pass", plural: "passes", links: []string{"planet", "moon"}, fields: []field{
			{name: "planet", kind: "reference", target: "planet"}, {name: "moon", kind: "reference", target: "moon"}, {name: "rank", kind: "picklist", options: rankOptions}, size,
		}},
		{name: "user", plural: "users", title: "name", everybodys: true, fields: []field{name, {name: "department", kind: "department", target: "department"}}},
		{name: "department", plural: "departments", title: "name", everybodys: true, fields: []field{name, {name: "parent", kind: "department", target: "department"}}},
	}
	known := map[string]*object{}
	for _, o := range list {
		if !o.everybodys {
			o.fields = append(o.fields, always...)
		}
		if o.owned {
			o.fields = append(o.fields, own...)
		}
		known[o.name] = o
	}
	return known
}()

// asked are the objects whose records are listed.
var asked = []string{"catalog", "star", "planet", "moon", "pass"}

func (o *object) field(name string) *field {
	for i := range o.fields {
		if o.fields[i].name == name {
			return &o.fields[i]
		}
	}
	return nil
}

func byPlural(plural string) *object {
	for _, o := range objects {
		if o.plural == plural {
			return o
		}
	}
	return nil
}
