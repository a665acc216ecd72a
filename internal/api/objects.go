package api

import (
	"net/http"
	"slices"
	"strings"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// addObject makes an object at run time.
func (s *Server) addObject(r *request) error {
	var d record.ObjectDefinition
	if err := r.exact(&d); err != nil {
		return err
	}
	d.Name = strings.ToLower(d.Name)
	d.Plural = strings.ReplaceAll(strings.ToLower(d.Plural), "-", "_")
	for _, f := range d.Fields {
		if f != nil {
			f.Name = strings.ToLower(f.Name)
		}
	}
	if err := s.Records.AddObject(r.Context(), r.actor, &d); err != nil {
		return err
	}
	return s.showObject(r, d.Name, http.StatusCreated)
}

// changeObject changes how an object made at run time is called and shown.
func (s *Server) changeObject(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	var c record.ObjectChange
	if err := r.exact(&c); err != nil {
		return err
	}
	if err := s.Records.ChangeObject(r.Context(), r.actor, o, c); err != nil {
		return err
	}
	return s.showObject(r, o.Name, http.StatusOK)
}

// showObject answers an object that was made or changed, and tells everybody.
func (s *Server) showObject(r *request, name string, status int) error {
	a, _, err := s.Identity.ActorOf(r.Context(), r.actor.ID)
	if err != nil {
		return err
	}
	o := a.Registry.Object(name)
	if o == nil {
		return errNotFound
	}
	s.live.tell(record.Event{Object: "schema"})
	return r.json(status, describe(a, o, r.language()))
}

// sectionsOf are the blocks of an object's form, those made at run time behind
// the others: what no section names stands in one of its own.
func sectionsOf(o *schema.Object) []schema.Section {
	placed := map[string]bool{}
	for _, s := range o.Sections {
		for _, name := range s.Fields {
			placed[name] = true
		}
	}
	var rest []string
	for _, f := range o.Fields {
		if f.Custom && !placed[f.Name] {
			rest = append(rest, f.Name)
		}
	}
	label := schema.T("自訂欄位", "自定义字段", "Custom fields")
	if o.Custom {
		label = schema.T("其他", "其他", "Other")
		if len(o.Sections) == 0 {
			label = schema.T("基本資料", "基本信息", "Basics")
		}
		if o.Owned && !placed["owner"] {
			rest = append(rest, "owner")
		}
	}
	if rest == nil {
		return o.Sections
	}
	return append(o.Sections[:len(o.Sections):len(o.Sections)], schema.Section{Label: label, Fields: rest})
}

// relatedOf are the lists that stand beside an object's records: those it
// declares, its links, and of what was made at run time whatever refers to it.
func relatedOf(r *schema.Registry, o *schema.Object) []schema.Related {
	related := o.Related[:len(o.Related):len(o.Related)]
	for _, other := range r.Objects() {
		for _, f := range other.Fields {
			ours := f.Custom || other.IsLink() && slices.Contains(other.Links[:], f.Name)
			if ours && f.Type == "reference" && f.Target() == o.Name {
				related = append(related, schema.Related{Object: other.Name, Field: f.Name})
			}
		}
	}
	return related
}
