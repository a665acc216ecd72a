package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// CustomObjects is the table that holds the objects made at run time, whose
// fields stand with the other fields made so, and the layouts of declared ones.
const CustomObjects = "custom_object"

var objectTable = store.Declare(store.Table{
	Name: CustomObjects,
	Columns: []schema.Column{
		{Name: "name", Kind: schema.KindText}, {Name: "definition", Kind: schema.KindText}, {Name: "made_at", Kind: schema.KindInt},
		{Name: "revision", Kind: schema.KindInt},
	},
	Key: []string{"name"},
})

// SectionDefinition is one block of the form of an object made at run time.
type SectionDefinition struct {
	Label  schema.Text `json:"labels"`
	Fields []string    `json:"fields"`
}

// ObjectDefinition is an object made at run time, as an administrator describes
// it. What it leaves out follows from its fields.
type ObjectDefinition struct {
	Name string `json:"name"`
	// Plural is its address; the name with an s where nothing is said.
	Plural      string      `json:"plural,omitempty"`
	Label       schema.Text `json:"labels"`
	LabelPlural schema.Text `json:"labels_plural"`
	Icon        string      `json:"icon,omitempty"`
	Group       string      `json:"group,omitempty"`
	// Owned records have an owner and a department; true where nothing is said.
	Owned   *bool    `json:"owned,omitempty"`
	Title   string   `json:"title_field,omitempty"`
	Stage   string   `json:"stage_field,omitempty"`
	Through []string `json:"through,omitempty"`
	// Links are the two references of an object that links others; it has no title
	// and no owner.
	Links      []string            `json:"links,omitempty"`
	List       []string            `json:"list,omitempty"`
	Quick      []string            `json:"quick_filters,omitempty"`
	Highlights []string            `json:"highlights,omitempty"`
	Sections   []SectionDefinition `json:"sections,omitempty"`
	// Fields are those it begins with; they are kept like fields added later.
	Fields []*schema.Field `json:"fields,omitempty"`
}

// titleField is what names the records of an object made at run time that does
// not say so itself. It is not prefixed: nothing but the engine makes it.
func titleField() *schema.Field {
	return &schema.Field{Name: "name", Type: "text", Label: schema.T("名稱", "名称", "Name"), Required: true, Search: "n", Indexed: true, Custom: true}
}

// shownColumns is how many fields a list shows where nothing is said.
const shownColumns = 6

// object makes the definition an object with these fields.
func (d ObjectDefinition) object(fields []*schema.Field) *schema.Object {
	o := &schema.Object{
		Name: d.Name, Plural: d.Plural, Label: d.Label, LabelPlural: d.LabelPlural, Icon: d.Icon, Group: d.Group, Owned: *d.Owned, Title: d.Title, Stage: d.Stage,
		Through: d.Through, List: d.List, Quick: d.Quick, Highlights: d.Highlights, Fields: slices.Clone(fields), Custom: true,
	}
	for _, s := range d.Sections {
		o.Sections = append(o.Sections, schema.Section{Label: s.Label, Fields: s.Fields})
	}
	columns, choices := []string{o.Title}, []string{}
	if len(d.Links) == len(o.Links) {
		o.Links = [2]string{d.Links[0], d.Links[1]}
		columns = columns[:0]
	}
	for _, f := range fields {
		if f.Name != o.Title && f.Type != "longtext" && f.Type != "lines" && len(columns) < shownColumns {
			columns = append(columns, f.Name)
		}
		if f.Type == "picklist" {
			choices = append(choices, f.Name)
		}
	}
	if o.Owned {
		columns, choices = append(columns, "owner"), append(choices, "owner")
	}
	if o.List == nil {
		o.List = append(slices.Clone(columns), "created_at")
	}
	if o.Quick == nil {
		o.Quick = choices
	}
	if o.Highlights == nil {
		o.Highlights = slices.DeleteFunc(slices.Clone(columns), func(name string) bool { return name == o.Title })
	}
	return o
}

// customObject leaves no room for "_x_": names of tables are made of the object's
// and the field's name, and no two may meet.
var customObject = regexp.MustCompile(`^x_[a-z0-9][a-z0-9_]{0,21}$`)

func objectName(name string) bool {
	for _, end := range []string{"_x", "_input", "_change", "_page"} { // the last three are names of the API's description
		if strings.HasSuffix(name, end) {
			return false
		}
	}
	return customObject.MatchString(name) && !strings.Contains(name[1:], "_x_")
}

// AddObject makes an object at run time: a real table, at once usable.
func (s *Service) AddObject(ctx context.Context, a *policy.Actor, d *ObjectDefinition) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	problem := fail("invalid")
	add := func(field, code string) {
		problem.Fields = append(problem.Fields, FieldError{field, schema.Bad(code)})
	}
	d.complete()
	if !objectName(d.Name) {
		add("name", "bad_object_name")
	} else if a.Registry.Object(d.Name) != nil {
		add("name", "taken")
	}
	if !objectName(d.Plural) && (!strings.HasSuffix(d.Plural, "s") || !objectName(strings.TrimSuffix(d.Plural, "s"))) {
		add("plural", "bad_object_name")
	} else if a.Registry.ByPlural(d.Plural) != nil || d.Plural == d.Name {
		add("plural", "taken")
	}
	seen := map[string]bool{}
	for i, f := range d.Fields {
		path := fmt.Sprintf("fields[%d].", i)
		if f == nil {
			add(path+"name", "required")
			continue
		}
		if f.Name == "name" && f.Type == "text" {
			words := f.Label
			d.Fields[i] = titleField()
			d.Fields[i].Label = worded(d.Fields[i].Label, words)
		} else {
			checkField(withObject{a.Registry, d.Name}, f, false, path, problem)
		}
		if seen[f.Name] {
			add(path+"name", "taken")
		}
		seen[f.Name] = true
	}
	if len(d.Fields) > maxFirstFields {
		add("fields", "too_many_fields")
	}
	if d.Title == "name" && d.field("name") == nil {
		d.Fields = slices.Insert(d.Fields, 0, titleField())
	}
	if f := d.field(d.Title); f != nil && f.Search == "" {
		f.Search = map[string]string{"text": "n", "autonumber": "i"}[f.Type]
	}
	if problem.Fields == nil {
		d.check(problem, d.Fields)
	}
	if problem.Fields != nil {
		return problem
	}
	with, err := s.ready(ctx, a.Registry, d.object(nil).With(d.Fields))
	if err != nil {
		return err
	}
	kept := *d
	kept.Fields = nil
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		now := time.Now().UnixMicro()
		for i, f := range d.Fields {
			if err := insertField(ctx, tx, nil, with, f, now+int64(i)); err != nil {
				return err
			}
		}
		if err := announce(ctx, tx); err != nil {
			return err
		}
		return store.Insert(ctx, tx, objectTable.Name, store.Row{"name": d.Name, "definition": string(text), "made_at": now, "revision": int64(0)})
	})
	if err != nil {
		if errors.Is(err, store.ErrUnique) {
			return &Error{Code: "conflict", Fields: []FieldError{{"name", schema.Bad("taken")}}}
		}
		return err
	}
	_, err = s.Reload(ctx)
	return err
}

// maxFirstFields is how many fields an object begins with at most.
const maxFirstFields = 100

// complete fills in what was left out.
func (d *ObjectDefinition) complete() {
	if d.Plural == "" {
		d.Plural = d.Name + "s"
	}
	d.LabelPlural = worded(d.Label, d.LabelPlural)
	if d.Icon == "" {
		d.Icon = "box"
	}
	if d.Group == "" {
		d.Group = "custom"
	}
	link := d.Links != nil
	if d.Owned == nil {
		owned := !link
		d.Owned = &owned
	}
	if d.Title == "" && !link {
		d.Title = "name"
	}
}

func (d *ObjectDefinition) field(name string) *schema.Field {
	for _, f := range d.Fields {
		if f != nil && f.Name == name {
			return f
		}
	}
	return nil
}

var iconForm = regexp.MustCompile(`^[a-z]{1,20}$`)

// check adds to problem what of a definition does not fit its fields.
func (d *ObjectDefinition) check(problem *Error, fields []*schema.Field) {
	add := problem.add
	known := map[string]*schema.Field{}
	for _, f := range fields {
		known[f.Name] = f
	}
	if d.Label.In("zh-TW") == "" {
		add("labels", "required")
	}
	d.checkLinks(known, add)
	if f := known[d.Title]; d.Links == nil && (f == nil || f.Type != "text" && f.Type != "autonumber" || f.Search == "") {
		add("title_field", "no_such_field", "field", d.Title)
	}
	if f := known[d.Stage]; d.Stage != "" && (f == nil || f.Type != "picklist") {
		add("stage_field", "no_such_field", "field", d.Stage)
	}
	if !iconForm.MatchString(d.Icon) {
		add("icon", "wrong_type")
	}
	if !iconForm.MatchString(d.Group) {
		add("group", "wrong_type")
	}
	through := map[string]bool{}
	for _, name := range d.Through {
		if f := known[name]; f == nil || f.Type != "reference" || through[name] {
			add("through", "no_such_field", "field", name)
		}
		through[name] = true
	}
	d.checkLayout(add, func(name string) bool {
		system := name == "created_at" || name == "created_by" || name == "updated_at" || name == "updated_by" || *d.Owned && (name == "owner" || name == "department")
		return known[name] != nil || system
	})
}

// checkLinks adds what of a link does not fit.
func (d *ObjectDefinition) checkLinks(known map[string]*schema.Field, add func(field, code string, params ...string)) {
	if d.Links == nil {
		return
	}
	if len(d.Links) != 2 || d.Links[0] == d.Links[1] || *d.Owned || d.Title != "" || d.Through != nil {
		add("links", "bad_link")
		return
	}
	for _, name := range d.Links {
		if f := known[name]; f == nil || f.Type != "reference" || len(f.Targets) != 1 {
			add("links", "no_such_field", "field", name)
		}
	}
}

// withObject knows an object that is only about to be made, so that its fields
// may refer to itself.
type withObject struct {
	*schema.Registry
	name string
}

// has tells whether an object is there or about to be.
func (w withObject) has(name string) bool { return name == w.name || w.Object(name) != nil }

// ObjectChange is what may change of an object made at run time; what is nil
// stays. Its name, owner and what it is seen through never change.
type ObjectChange struct {
	Label       *schema.Text         `json:"labels"`
	LabelPlural *schema.Text         `json:"labels_plural"`
	Icon        *string              `json:"icon"`
	Group       *string              `json:"group"`
	Title       *string              `json:"title_field"`
	Stage       *string              `json:"stage_field"`
	List        *[]string            `json:"list"`
	Quick       *[]string            `json:"quick_filters"`
	Highlights  *[]string            `json:"highlights"`
	Sections    *[]SectionDefinition `json:"sections"`
}

// layoutOnly tells whether a change is of what is shown and in which order alone.
func (c ObjectChange) layoutOnly() bool {
	return c.Label == nil && c.LabelPlural == nil && c.Icon == nil && c.Group == nil && c.Title == nil && c.Stage == nil
}

// ChangeObject changes how an object made at run time is called and shown, or what
// of one that a module declares is shown in which order: its list and its form. An
// empty list or form is that which it comes with.
func (s *Service) ChangeObject(ctx context.Context, a *policy.Actor, o *schema.Object, c ObjectChange) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	if !o.Custom && !c.layoutOnly() {
		return Invalid("name", "read_only")
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		if err := announce(ctx, tx); err != nil {
			return err
		}
		where := store.Row{"name": o.Name}
		rows, err := store.Find(ctx, tx, objectTable.Name, "definition, revision", where, "")
		if err != nil {
			return err
		}
		d := ObjectDefinition{Name: o.Name}
		var revision int64
		if len(rows) > 0 {
			text, _ := rows[0][0].(string)
			revision, _ = rows[0][1].(int64)
			if err := json.Unmarshal([]byte(text), &d); err != nil {
				return fmt.Errorf("custom object %s: %w", o.Name, err)
			}
		} else if o.Custom {
			return fail("not_found")
		}
		d.prune(o)
		c.apply(&d)
		problem := fail("invalid")
		var fields []*schema.Field
		for _, f := range o.Fields {
			if f.Custom {
				fields = append(fields, f)
			}
		}
		if o.Custom {
			d.check(problem, fields)
		} else {
			d.checkLayout(problem.add, func(name string) bool { return o.Field(name) != nil })
		}
		if problem.Fields != nil {
			return problem
		}
		changed, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return store.Insert(ctx, tx, objectTable.Name, store.Row{"name": o.Name, "definition": string(changed), "made_at": time.Now().UnixMicro(), "revision": int64(0)})
		}
		_, err = store.Update(ctx, tx, objectTable.Name, store.Row{"definition": string(changed), "revision": revision + 1}, where)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Reload(ctx)
	return err
}

func (c ObjectChange) apply(d *ObjectDefinition) {
	if c.Label != nil {
		d.Label = worded(d.Label, *c.Label)
	}
	if c.LabelPlural != nil {
		d.LabelPlural = worded(d.LabelPlural, *c.LabelPlural)
	}
	for _, one := range []struct{ from, to *string }{{c.Icon, &d.Icon}, {c.Group, &d.Group}, {c.Title, &d.Title}, {c.Stage, &d.Stage}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	for _, one := range []struct{ from, to *[]string }{{c.List, &d.List}, {c.Quick, &d.Quick}, {c.Highlights, &d.Highlights}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if c.Sections != nil {
		d.Sections = *c.Sections
	}
}
