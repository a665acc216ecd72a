// Package schema holds objects, fields and their types: what a kind of record
// is made of. Built-in objects are declared in Go by their module; objects and
// fields made at run time are the same types read from the database. Nothing
// here reads or writes records, and nothing here knows SQL beyond the kinds of
// columns a field owns.
package schema

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
)

// Kind is how a column is stored, the same idea in every database.
type Kind int

// The kinds of columns.
const (
	KindText Kind = iota
	KindInt
	KindBool
	KindBytes
)

// Column is one physical column that a field owns.
type Column struct {
	Name string
	Kind Kind
}

// Option is one choice of a pick-list. Value is stable; labels may change.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
	Color string `json:"color,omitempty"`
	// Probability in percent, for stages.
	Probability int `json:"probability,omitempty"`
	// Kind is open, won or lost for stages; empty elsewhere.
	Kind string `json:"kind,omitempty"`
	// Rate is the tax of a tax class, in hundredths of a percent.
	Rate     int64 `json:"rate,omitempty"`
	Inactive bool  `json:"inactive,omitempty"`
	Stage
	// Aliases are the words by which files of other programs mean it.
	Aliases []string `json:"-"`
}

// Only names a pick-list of the same object and the choices with which a field
// means something.
type Only struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
}

// Field is one typed attribute of an object: one or more real columns.
type Field struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Label Text   `json:"labels"`
	Help  Text   `json:"help"`
	// Aliases are the other names the field goes by in offices and other programs,
	// in any language: an import knows its column by them.
	Aliases []string `json:"aliases,omitempty"`
	// Yes and No are the words by which files mean the one and the other in a
	// boolean field, beside the usual ones: Completed, In Progress.
	Yes, No  []string `json:"-"`
	Required bool     `json:"required,omitempty"`
	Unique   bool     `json:"unique,omitempty"`
	Options  []Option `json:"options,omitempty"`
	// Targets are the objects a reference may point to.
	Targets []string `json:"targets,omitempty"`
	// Scale is the number of decimals of a decimal or percent.
	Scale int `json:"scale,omitempty"`
	// Unit is what an integer counts where it is a span of time, "minutes", and what a date
	// stands for where that is more than a day: "month".
	Unit string `json:"-"`
	// OfHundred tells that an integer counts parts of a hundred: files of other
	// programs may write 0.75 for 75.
	OfHundred bool `json:"of_hundred,omitempty"`
	// MaxLength limits text in characters; 0 means the type's own limit.
	MaxLength int `json:"max_length,omitempty"`
	// Prefix starts the numbers of an autonumber; with Year in it they begin anew
	// each year.
	Prefix string `json:"prefix,omitempty"`
	// Gapless autonumbers leave no number out, as books want it: whoever makes a
	// record waits until the record before has its number for good.
	Gapless bool `json:"gapless,omitempty"`
	// Digits is how many digits the numbers of an autonumber have at least; 0: six.
	Digits int `json:"-"`
	// Indexed makes the field sortable and quickly filtered on large objects.
	Indexed bool `json:"indexed,omitempty"`
	// Search is the class under which the field's words are found: "n" names,
	// "p" phones and mails, "i" numbers, "t" text; empty: not searched.
	Search string `json:"search,omitempty"`
	// Match is how the field's values recognise one record in another: "company"
	// and "person" names, "phone", "mail", "code"; empty: not compared. All names
	// of a record meet each other (short name, alias), and so do all phones.
	// "external" are the numbers of other programs.
	Match string `json:"match,omitempty"`
	// Default is the JSON of the value a new record starts with.
	Default any `json:"default,omitempty"`
	// Initial is the choice of records that were there before the field, in the
	// database too.
	Initial string `json:"-"`
	// Edited tells of the choices of a field that is laid over a declared one that
	// they were edited as stages: what they leave out, nothing is asked.
	Edited bool `json:"edited,omitempty"`
	// System fields are kept by the engine and cannot be written.
	System bool `json:"-"`
	// ReadOnly fields are written by rules alone.
	ReadOnly bool `json:"-"`
	// Grow references make the record a file names when there is none, for
	// those who may.
	Grow bool `json:"-"`
	// Rows are the fields that each row of a lines field has.
	Rows []*Field `json:"rows,omitempty"`
	// SumOf names the lines field of which this amount is the sum while it has rows; then
	// it is not typed. A rule of the module computes it.
	SumOf string `json:"-"`
	// Own fields belong to this record alone: a copy of it begins without them.
	Own bool `json:"-"`
	// AdminOnly fields are read by administrators alone.
	AdminOnly bool `json:"-"`
	// Since names the field whose last change this instant tells; the engine keeps
	// it.
	Since string `json:"-"`
	// Only tells with which choices of another field this one is shown; nil: always.
	// It refuses nothing: a value that is there is shown with any choice.
	Only *Only `json:"-"`
	// Assigns tells that a reference to a person gives him the record: he is told when
	// somebody else does. The owner of a record is such a field.
	Assigns bool `json:"-"`
	// Watches tells that the people named by several references follow what becomes of
	// the record: it is shared with them, and they are told when it is done.
	Watches bool `json:"-"`
	// Derived fields never raise the record's version.
	Derived bool `json:"-"`
	// Custom fields were made at run time.
	Custom bool `json:"-"`

	typ     Type
	columns []Column
	lines   *Object
}

// Kind returns the field's type implementation.
func (f *Field) Kind() Type { return f.typ }

// Columns returns the physical columns the field owns, the main one first.
func (f *Field) Columns() []Column { return f.columns }

// Column returns the name of the field's main column.
func (f *Field) Column() string {
	if len(f.columns) == 0 {
		return ""
	}
	return f.columns[0].Name
}

// OrderColumn returns the column by which records are ordered and compared as
// more or less.
func (f *Field) OrderColumn() string {
	if t, ok := f.typ.(Ordered); ok {
		return t.OrderColumn(f)
	}
	return f.Column()
}

// Entered returns those of the field's columns that say what was entered, which
// alone make one value another.
func (f *Field) Entered(columns []any) []any {
	if t, ok := f.typ.(Derived); ok {
		return columns[:min(t.Entered(), len(columns))]
	}
	return columns
}

// Indexes returns the columns that have an index where the field is indexed.
func (f *Field) Indexes() []string {
	if t, ok := f.typ.(interface{ Indexes(f *Field) []string }); ok {
		return t.Indexes(f)
	}
	return []string{f.OrderColumn()}
}

// Option returns the option with this value, or nil.
func (f *Field) Option(value string) *Option {
	for i := range f.Options {
		if f.Options[i].Value == value {
			return &f.Options[i]
		}
	}
	return nil
}

// Section is one block of a form.
type Section struct {
	Label  Text
	Fields []string
}

// Related is a list of another object's records that refer to this one.
type Related struct {
	Object string
	Field  string
	// Label names it where the other object's name does not say enough.
	Label Text
}

// Document is something that records of an object are printed as.
type Document struct {
	// Form names it among others; "" is the usual one.
	Form  string
	Label Text
}

// Lists are the words by which a file is known to list records of an object: each
// row has another value under one of Heads, or under one of Vague where the file is
// called by one of Files, and no column is called by one of Never. Without words none is:
// somebody has to say what the file lists.
type Lists struct {
	Heads, Vague, Never []string
	Files               *regexp.Regexp
}

// Capture tells how a record begins with a picture taken on a phone, in one gesture, and
// is typed later by somebody who has the picture beside the form.
type Capture struct {
	// Picture is the field it is kept in.
	Picture string `json:"picture"`
	// Waits is the choice of the object's stage in which it waits to be typed.
	Waits string `json:"waits"`
}

// Object is a kind of record.
type Object struct {
	Name, Plural       string
	Label, LabelPlural Text
	// Aliases are the other names of such a record in offices and other programs.
	Aliases     []string
	Icon, Group string
	// Title is the field that names a record in lists and references.
	Title string
	// Key is a unique field by whose value others may name a record in place of
	// its id; empty: none.
	Key string
	// Stage is the pick-list a kanban moves records through; empty: none.
	Stage string
	// Pipeline is the pick-list of the pipelines there are, each with stages of its
	// own; empty: all stages are of one.
	Pipeline string
	// Checks is the field of the items of the stages' checklists that are done, a
	// multipicklist whose choices follow from the stages; Likely the integer that
	// holds how probable success is, in percent; empty: none.
	Checks, Likely string
	// Settled is the day by whose exchange rates the record's amounts are valued for
	// good; empty, or while it has no value: the rates of today.
	Settled string
	// Summed are the fields by which very many records are grouped, picked and summed up: an index
	// holds them beside whose a record is, so that a sum reads none of the records. First stands
	// what most sums are limited to.
	Summed []string
	// Together are the fields of which no two records have the same values: an
	// import knows a record by them; empty: none.
	Together []string
	// HandedOut records that come in without an owner other than by a form are given to
	// somebody by the company's rules (see assignment).
	HandedOut bool
	// Owned objects carry company, owner and department and obey data scopes.
	Owned bool
	// Through names reference fields: who may see the record they point to may
	// see this one too (a colleague's call on my customer).
	Through []string
	// Links are the two references of an object that links others, many to many
	// and once a pair: the first is the one it hangs on. Such a record has no
	// rights of its own (see policy), and goes to the recycle bin and comes back
	// with either end.
	Links [2]string
	// Lists tells by what a file is known to list records of the object where it says so
	// itself: of one that is not owned, or that others are too much like. Nil: a file is
	// taken for one of those that are owned by what its columns hold, and for none else.
	Lists *Lists
	// AdminOnly objects are written by administrators and read by everyone.
	AdminOnly bool
	// Logs objects tell what was done: whoever is given such a record has nothing to do
	// with it, and is not told.
	Logs bool
	// Delegates tells that whoever may make or change a record may give it to a
	// colleague, whom his role does not reach otherwise; he goes on seeing it.
	Delegates bool
	// Calendar tells how records stand in the calendar; nil: they do not.
	Calendar *Calendar
	// Wakes is the instant at which the object's rules are to look at a record again though
	// nobody touches it; they take it away when they have. Empty: never.
	Wakes string
	// Opens is the boolean field that lets everybody read a record whose role reads such
	// records at all. Such records are each person's own things, which he may also remove.
	// Empty: it is no such object.
	Opens string
	// Catalog objects are read by everyone and written by administrators and by
	// whoever has a role that grants it for the object by name: "all objects" does
	// not mean them.
	Catalog bool
	// Due is what the owner of a record is to do and by when; nil: nothing.
	Due *Due
	// Reported are the lists that the records of an owner make in his work reports.
	Reported []Reported
	// Lapse has records go on by themselves once a day is past; nil: none do.
	Lapse      *Lapse
	Fields     []*Field
	List       []string
	Quick      []string
	Highlights []string
	Sections   []Section
	Related    []Related
	// Printed is what a record can be printed as (record.Module.Prints).
	Printed []Document
	// Actions are what can be done to a record beyond changing it.
	Actions []*Action
	// Powers are rights on its records beyond the usual ones.
	Powers []Power
	// Capture tells that a record may begin with a picture; nil: none does.
	Capture *Capture
	// OneOf are references of which a record has at least one; empty: none is needed.
	OneOf []string
	// Custom objects were made at run time.
	Custom bool
	// Sorted are the columns of SortKeys that hold the key of every record.
	Sorted map[string]bool
	// Documents tells by which rules the search documents were written; 0: by the
	// first there were.
	Documents int64

	byName    map[string]*Field
	assigning []*Field
	mentions  []*Field
	columns   []Column
	inherited []Inherited
	sortKeys  []SortKey
	// parent and within are set for the rows of a lines field.
	parent *Object
	within *Field
}

// Inherited are the columns in which a record repeats the owner and department
// of the record it is seen through, so that a list of what hangs on my
// customers needs no look at the customers. The record service keeps them.
type Inherited struct {
	Field             *Field
	Owner, Department string
}

// Inherited lists the columns kept for the object's Through fields.
func (o *Object) Inherited() []Inherited { return o.inherited }

// Assigning lists the fields that give a record to somebody.
func (o *Object) Assigning() []*Field { return o.assigning }

// Mentioning lists the fields in whose text people may be named.
func (o *Object) Mentioning() []*Field { return o.mentions }

// IsLink tells whether the object links two others.
func (o *Object) IsLink() bool { return o.Links[0] != "" }

// End returns the field that refers to one end of a link, 0 or 1.
func (o *Object) End(i int) *Field { return o.byName[o.Links[i]] }

// When is the field that tells when such a record happened, nil where it is no
// more than made.
func (o *Object) When() *Field {
	if f := o.byName["at"]; f != nil && f.Type == "datetime" {
		return f
	}
	return nil
}

// Happens tells whether records of the object stand on the timeline of what they
// belong to: whatever happens, or is to be done, at a time.
func (o *Object) Happens() bool { return o.When() != nil || o.byName["due_at"] != nil }

// Pair names the index that keeps a link from being there twice.
func (o *Object) Pair() string { return "i_" + o.Name + "_pair_u" }

// SeenThrough tells whether the object is seen through a reference, be it one of
// the ends it links.
func (o *Object) SeenThrough(name string) bool {
	return slices.Contains(o.Through, name) || slices.Contains(o.Links[:], name)
}

// Field returns the field of this name, or nil.
func (o *Object) Field(name string) *Field { return o.byName[name] }

// Columns returns the physical columns a record is read from, id first.
func (o *Object) Columns() []Column { return o.columns }

// Table returns the name of the object's table.
func (o *Object) Table() string {
	if o.parent != nil {
		return "l_" + o.Name
	}
	return "r_" + o.Name
}

// ValueTable returns the table that holds the single values of a field with
// several, for filters.
func (o *Object) ValueTable(f *Field) string { return "v_" + o.Name + "_" + f.Name }

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// prepare resolves types and columns; it must run once before use.
func (o *Object) prepare() error {
	if !nameForm.MatchString(o.Name) {
		return fmt.Errorf("object %q: a name is lower-case letters, digits and _", o.Name)
	}
	o.byName = make(map[string]*Field, len(o.Fields)+8)
	o.assigning, o.mentions = nil, nil
	o.columns = []Column{{Name: "id", Kind: KindInt}, {Name: "version", Kind: KindInt}}
	taken := map[string]bool{"id": true, "version": true}
	has := map[string]bool{}
	for _, f := range o.Fields {
		has[f.Name] = true
	}
	for _, f := range systemFields(o.Owned) {
		if !has[f.Name] {
			o.Fields = append(o.Fields, f)
		}
	}
	for _, f := range o.Fields {
		if !nameForm.MatchString(f.Name) || o.byName[f.Name] != nil {
			return fmt.Errorf("object %s: field name %q is malformed or taken twice", o.Name, f.Name)
		}
		t, ok := types[f.Type]
		if !ok {
			return fmt.Errorf("object %s, field %s: no type %q", o.Name, f.Name, f.Type)
		}
		f.typ = t
		f.columns = t.Columns(f)
		if err := o.prepareLines(f); err != nil {
			return err
		}
		for _, c := range f.columns {
			if taken[c.Name] {
				return fmt.Errorf("object %s, field %s: column %s is taken", o.Name, f.Name, c.Name)
			}
			taken[c.Name] = true
			o.columns = append(o.columns, c)
		}
		o.byName[f.Name] = f
		if f.Assigns || f.Name == "owner" && o.Owned {
			o.assigning = append(o.assigning, f)
		}
		if f.Type == "longtext" {
			o.mentions = append(o.mentions, f)
		}
	}
	for name, wanted := range map[string]string{o.Wakes: "datetime", o.Opens: "boolean"} {
		if f := o.byName[name]; name != "" && (f == nil || f.Type != wanted) {
			return fmt.Errorf("object %s: %q is no %s of it", o.Name, name, wanted)
		}
	}
	if err := o.prepareDue(); err != nil {
		return err
	}
	if err := o.prepareCalendar(); err != nil {
		return err
	}
	if err := o.prepareLapse(); err != nil {
		return err
	}
	if o.Links != [2]string{} {
		if err := o.prepareLink(); err != nil {
			return err
		}
	}
	o.inherited = nil
	for _, name := range o.seenThrough() {
		f := o.byName[name]
		if f == nil || f.Target() == "" {
			return fmt.Errorf("object %s is seen through %q, which is no reference to one object", o.Name, name)
		}
		i := Inherited{Field: f, Owner: name + "_owner_id", Department: name + "_department_id"}
		for _, column := range []string{i.Owner, i.Department} {
			if taken[column] {
				return fmt.Errorf("object %s: column %s is taken", o.Name, column)
			}
			taken[column] = true
			o.columns = append(o.columns, Column{Name: column, Kind: KindInt})
		}
		o.inherited = append(o.inherited, i)
	}
	o.sortKeys = nil
	for _, f := range o.Fields {
		if !o.named(f) {
			continue
		}
		for _, order := range Orders {
			// No field is called so: those made at run time begin with x_.
			k := SortKey{f, order, order + "_" + f.Name}
			if taken[k.Column] {
				return fmt.Errorf("object %s: column %s is taken", o.Name, k.Column)
			}
			taken[k.Column] = true
			o.sortKeys = append(o.sortKeys, k)
		}
	}
	if err := o.prepareStages(); err != nil {
		return err
	}
	if f := o.byName[o.Settled]; o.Settled != "" && (f == nil || f.Type != "date") {
		return fmt.Errorf("object %s is settled on %q, which is no date of it", o.Name, o.Settled)
	}
	if o.Title != "" && o.byName[o.Title] == nil {
		return fmt.Errorf("object %s: its title field %q does not exist", o.Name, o.Title)
	}
	for _, f := range o.Fields {
		if f.Only != nil && !o.chooses(f.Only) {
			return fmt.Errorf("object %s, field %s is shown with %s of %q, which is no choice of it", o.Name, f.Name, f.Only.Values, f.Only.Field)
		}
	}
	if c := o.Capture; c != nil {
		stage := o.byName[o.Stage]
		if f := o.byName[c.Picture]; f == nil || f.Type != "picture" || stage == nil || stage.Option(c.Waits) == nil {
			return fmt.Errorf("object %s begins with the picture %q and waits in %q, which it does not have", o.Name, c.Picture, c.Waits)
		}
	}
	for _, name := range o.OneOf {
		if o.byName[name] == nil {
			return fmt.Errorf("object %s needs one of %q, which is no field of it", o.Name, name)
		}
	}
	if err := o.preparePowers(); err != nil {
		return err
	}
	if err := o.prepareReported(); err != nil {
		return err
	}
	return o.prepareActions()
}

// seenThrough are the references whose records say who sees this one.
func (o *Object) seenThrough() []string {
	if o.IsLink() {
		return o.Links[:]
	}
	return o.Through
}

// prepareLink checks what a link must be.
func (o *Object) prepareLink() error {
	for _, name := range o.Links {
		f := o.byName[name]
		if f == nil || f.Type != "reference" || len(f.Targets) != 1 {
			return fmt.Errorf("object %s links by %q, which is no reference to one object", o.Name, name)
		}
		f.Required = true
	}
	if o.Owned || o.AdminOnly || o.Through != nil || o.Links[0] == o.Links[1] {
		return fmt.Errorf("object %s links two others and has no rights but theirs", o.Name)
	}
	return nil
}

// With returns a copy of the object that has the given fields as well.
func (o *Object) With(extra []*Field) *Object {
	c := *o
	c.Fields = nil
	for _, f := range append(append([]*Field{}, o.Fields...), extra...) {
		field := *f
		field.Rows = nil
		for _, sub := range f.Rows {
			row := *sub
			field.Rows = append(field.Rows, &row)
		}
		c.Fields = append(c.Fields, &field)
	}
	c.Actions = copied(o.Actions)
	return &c
}

// TypeNames lists the field types in alphabetical order.
func TypeNames() []string {
	names := make([]string, 0, len(types))
	for n := range types {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
