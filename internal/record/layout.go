package record

import (
	"fmt"
	"slices"

	"ecrm/internal/schema"
)

// checkLayout adds to problem what of the lists and the form of a definition is no
// field of its object.
func (d *ObjectDefinition) checkLayout(add func(field, code string, params ...string), known func(name string) bool) {
	exist := func(path string, names []string, seen map[string]bool) {
		for _, name := range names {
			if !known(name) || seen[name] {
				add(path, "no_such_field", "field", name)
			}
			seen[name] = true
		}
	}
	exist("list", d.List, map[string]bool{})
	exist("quick_filters", d.Quick, map[string]bool{})
	exist("highlights", d.Highlights, map[string]bool{})
	placed := map[string]bool{} // a field stands in one section
	for i, section := range d.Sections {
		path := fmt.Sprintf("sections[%d]", i)
		if section.Label.In("zh-TW") == "" {
			add(path+".labels", "required")
		}
		exist(path+".fields", section.Fields, placed)
	}
}

// prune leaves out the fields that are gone since the layout was chosen.
func (d *ObjectDefinition) prune(o *schema.Object) {
	gone := func(name string) bool { return o.Field(name) == nil }
	for _, names := range []*[]string{&d.List, &d.Quick, &d.Highlights} {
		*names = slices.DeleteFunc(*names, gone)
	}
	for i := range d.Sections {
		d.Sections[i].Fields = slices.DeleteFunc(d.Sections[i].Fields, gone)
	}
}

// layOut gives a declared object the lists and the form an administrator chose;
// what he chose nothing for stays as the module declares it. Fields of the
// declared form, and those made at run time, that stand in none of his sections
// follow in one of their own: no layout takes a field away.
func (d *ObjectDefinition) layOut(o *schema.Object) {
	for _, one := range []struct{ chosen, shown *[]string }{{&d.List, &o.List}, {&d.Quick, &o.Quick}, {&d.Highlights, &o.Highlights}} {
		if len(*one.chosen) > 0 {
			*one.shown = *one.chosen
		}
	}
	if len(d.Sections) == 0 {
		return
	}
	declared := o.Sections
	o.Sections = nil
	placed := map[string]bool{}
	for _, s := range d.Sections {
		o.Sections = append(o.Sections, schema.Section{Label: s.Label, Fields: s.Fields})
		for _, name := range s.Fields {
			placed[name] = true
		}
	}
	var rest []string
	add := func(name string) {
		if !placed[name] {
			placed[name] = true
			rest = append(rest, name)
		}
	}
	for _, s := range declared {
		for _, name := range s.Fields {
			add(name)
		}
	}
	for _, f := range o.Fields {
		if f.Custom {
			add(f.Name)
		}
	}
	if rest != nil {
		o.Sections = append(o.Sections, schema.Section{Label: schema.T("其他", "其他", "Other"), Fields: rest})
	}
}
