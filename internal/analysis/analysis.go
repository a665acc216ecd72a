// Package analysis answers what modules declare to be asked of their records as a whole
// (schema.Analysis): groups and figures of a period, beside those of another period, each
// with the filter of the list that holds its records. It reads through record.Sums alone,
// under the rights of who asks.
package analysis

import (
	"context"
	"slices"
	"strings"
	"time"

	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// Service answers analyses.
type Service struct {
	Records *record.Service
	// Now is the clock; nil: the real one.
	Now func() time.Time
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Settings say what is asked of an analysis. What is "" is as the analysis has it.
type Settings struct {
	// By is the dimension of the rows, Split that of the columns; without one the
	// columns are the measures.
	By    string `json:"by,omitempty"`
	Split string `json:"split,omitempty"`
	// Measure is what is drawn, and what stands in the columns of Split.
	Measure string `json:"measure,omitempty"`
	// Period is one of Periods, or two days: 2026-01-01/2026-03-31.
	Period string `json:"period,omitempty"`
	// Compare is "", previous or last_year.
	Compare string `json:"compare,omitempty"`
	// On is the time by which records belong to the period, one of the analysis' At.
	On string `json:"on,omitempty"`
	// Pipeline is that of a funnel.
	Pipeline string `json:"pipeline,omitempty"`
	// Filter is one in text, of the analysis' object.
	Filter string `json:"filter,omitempty"`
}

// View is an analysis as it is offered to somebody.
type View struct {
	Name       string   `json:"name"`
	Label      string   `json:"label"`
	Help       string   `json:"help"`
	Shape      string   `json:"shape"`
	Object     string   `json:"object"`
	Plural     string   `json:"plural"`
	On         []Choice `json:"on"`
	Dimensions []Choice `json:"dimensions"`
	Measures   []Figure `json:"measures"`
	Period     string   `json:"period"`
	Export     bool     `json:"export"`
}

// Choice is something that can be chosen.
type Choice struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Time tells that it is the time of the period.
	Time bool `json:"time,omitempty"`
}

// Figure is a measure as it is told.
type Figure struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Unit is count, money, days, share or times.
	Unit string `json:"unit"`
	// Less tells that less of it is better.
	Less bool `json:"less,omitempty"`
	// Plural is of which records it is, Filter which of a group's; "": they are no
	// records of one list.
	Plural string `json:"plural,omitempty"`
	Filter string `json:"filter,omitempty"`
	// Source names the filter of a row that goes with it.
	Source string `json:"source,omitempty"`
	// Through tells that what is counted are the records that those refer to: their list is
	// asked for by THROUGH.any(…).
	Through string `json:"through,omitempty"`
}

// offered is an analysis as far as the actor may use it.
type offered struct {
	*schema.Analysis
	object     *schema.Object
	dimensions []schema.Dimension
	measures   []schema.Measure
	on         []*schema.Field
}

// List answers the analyses that the actor may use.
func (s *Service) List(a *policy.Actor) []View {
	list := []View{}
	for _, declared := range s.Records.Analyses() {
		if o := s.offer(a, declared); o != nil {
			list = append(list, o.view(a))
		}
	}
	return list
}

// Find answers the analysis of this name if the actor may use it.
func (s *Service) Find(a *policy.Actor, name string) (View, error) {
	o, err := s.find(a, name)
	if err != nil {
		return View{}, err
	}
	return o.view(a), nil
}

func (s *Service) find(a *policy.Actor, name string) (*offered, error) {
	for _, declared := range s.Records.Analyses() {
		if declared.Name != name {
			continue
		}
		if o := s.offer(a, declared); o != nil {
			return o, nil
		}
	}
	return nil, &record.Error{Code: "not_found"}
}

// offer leaves out of an analysis what the actor may not read; nil: all of it.
func (s *Service) offer(a *policy.Actor, declared *schema.Analysis) *offered {
	o := a.Registry.Object(declared.Object)
	if o == nil || !a.May(o, policy.View) || !reads(a, o, declared.Base) {
		return nil
	}
	f := &offered{Analysis: declared, object: o}
	for _, name := range declared.At {
		if field := o.Field(name); field != nil && a.Readable(o, field) {
			f.on = append(f.on, field)
		}
	}
	if len(f.on) == 0 {
		return nil
	}
	if declared.Shape == schema.Funnel && (o.Stage == "" || o.StageSince() == nil || !a.Readable(o, o.Field(o.Stage)) || !a.Readable(o, o.StageSince())) {
		return nil
	}
	for _, d := range declared.Dimensions {
		if groupable(a, o, d) {
			f.dimensions = append(f.dimensions, d)
		}
	}
	for _, m := range declared.Measures {
		if f.measurable(a, m) {
			f.measures = append(f.measures, m)
		}
	}
	if len(f.dimensions) == 0 || len(f.measures) == 0 && declared.Shape != schema.Funnel || declared.Shape == schema.Traits && len(f.measures) < 2 {
		return nil
	}
	return f
}

// groupable tells whether the actor may read what a dimension groups by.
func groupable(a *policy.Actor, o *schema.Object, d schema.Dimension) bool {
	for _, c := range d.Cases {
		if !reads(a, o, c.Filter) {
			return false
		}
	}
	switch {
	case d.Field == "":
		return true
	case linked(a, o, d.Field) != nil:
		return true
	}
	return readable(a, o, d.Field)
}

// measurable tells whether the actor may read what a measure is of.
func (f *offered) measurable(a *policy.Actor, m schema.Measure) bool {
	if m.Fn == "ratio" {
		return f.measure(m.Of[0]) != nil && f.measure(m.Of[1]) != nil
	}
	o := f.object
	if m.From != nil {
		if o = a.Registry.Object(m.From.Object); o == nil || !a.May(o, policy.View) || !reads(a, o, m.From.Base) || m.From.At != "" && !readable(a, o, m.From.At) {
			return false
		}
	}
	for _, path := range []string{m.Field, m.To} {
		if path != "" && !readable(a, o, path) {
			return false
		}
	}
	return reads(a, o, m.Filter)
}

func (f *offered) measure(name string) *schema.Measure {
	for i := range f.measures {
		if f.measures[i].Name == name {
			return &f.measures[i]
		}
	}
	return nil
}

func (f *offered) dimension(name string) *schema.Dimension {
	for i := range f.dimensions {
		if f.dimensions[i].Name == name {
			return &f.dimensions[i]
		}
	}
	return nil
}

func (f *offered) view(a *policy.Actor) View {
	v := View{
		Name: f.Name, Label: f.Label.In(a.Language), Help: f.Help.In(a.Language), Shape: f.Shape, Object: f.object.Name, Plural: f.object.Plural, Period: f.Period,
		On: []Choice{}, Dimensions: []Choice{}, Measures: []Figure{}, Export: a.May(f.object, policy.Export),
	}
	for _, on := range f.on {
		v.On = append(v.On, Choice{Name: on.Name, Label: on.Label.In(a.Language)})
	}
	for _, d := range f.dimensions {
		v.Dimensions = append(v.Dimensions, Choice{d.Name, d.Label.In(a.Language), d.IsTime()})
	}
	switch f.Shape {
	case schema.Funnel:
		v.Measures = funnelFigures(a, f.object)
	case schema.Traits:
		v.Measures = f.traitFigures(a)
	default:
		for _, m := range f.measures {
			v.Measures = append(v.Measures, f.figure(a, m))
		}
	}
	return v
}

func (f *offered) figure(a *policy.Actor, m schema.Measure) Figure {
	x := Figure{Name: m.Name, Label: m.Label.In(a.Language), Unit: m.Unit, Less: m.Less, Filter: m.Filter}
	switch {
	case m.Fn == "ratio":
	case m.From != nil:
		x.Plural = a.Registry.Object(m.From.Object).Plural
	default:
		x.Plural = f.object.Plural
	}
	return x
}

// linked is the object at the other end of a link, where a field is called by its plural.
func linked(a *policy.Actor, o *schema.Object, name string) *schema.Object {
	target := a.Registry.ByPlural(name)
	if target == nil || o.Field(name) != nil {
		return nil
	}
	for _, link := range a.Registry.Objects() {
		if !link.IsLink() {
			continue
		}
		for i := range link.Links {
			here, there := link.End(i), link.End(1-i)
			if here.Target() == o.Name && there.Target() == target.Name && a.May(link, policy.View) && a.Readable(link, here) && a.Readable(link, there) {
				return target
			}
		}
	}
	return nil
}

// readable tells whether the actor may read all fields that a path steps over.
func readable(a *policy.Actor, o *schema.Object, path string) bool {
	for {
		name, rest, deeper := strings.Cut(path, ".")
		f := o.Field(name)
		switch {
		case f == nil || !a.Readable(o, f):
			return name == "id" && !deeper
		case !deeper || f.Type == "address" || f.Name == o.Stage:
			return true
		}
		if o = a.Registry.Object(f.Target()); o == nil || !a.May(o, policy.View) {
			return false
		}
		path = rest
	}
}

// reads tells whether the actor may read all that a filter in text asks of an object.
func reads(a *policy.Actor, o *schema.Object, text string) bool {
	n, err := query.Parse(text)
	return err == nil && (n == nil || readsTree(a, o, n))
}

func readsTree(a *policy.Actor, o *schema.Object, n *query.Node) bool {
	switch n.Op {
	case query.And, query.Or, query.Not:
		return !slices.ContainsFunc(n.Kids, func(kid *query.Node) bool { return !readsTree(a, o, kid) })
	case query.Any, query.Many:
		path := n.Field
		for {
			name, rest, deeper := strings.Cut(path, ".")
			if !deeper {
				break
			}
			f := o.Field(name)
			if f == nil || !a.Readable(o, f) {
				return false
			}
			if o = a.Registry.Object(f.Target()); o == nil || !a.May(o, policy.View) {
				return false
			}
			path = rest
		}
		target := a.Registry.ByPlural(path)
		if target == nil || !a.May(target, policy.View) {
			return false
		}
		if linked(a, o, path) == nil && !slices.ContainsFunc(target.Fields, func(f *schema.Field) bool {
			return f.Target() == o.Name && !f.System && a.Readable(target, f)
		}) {
			return false
		}
		return !slices.ContainsFunc(n.Kids, func(kid *query.Node) bool { return !readsTree(a, target, kid) })
	}
	return readable(a, o, n.Field)
}

// word is one of the engine's own words in the language of who asks.
func word(a *policy.Actor, code string, params map[string]string) string {
	return message.In(a.Language, code, params)
}

// Check refuses settings that cannot be answered, for who wants to keep them.
func (s *Service) Check(ctx context.Context, a *policy.Actor, o *schema.Object, name string, set Settings) error {
	f, err := s.find(a, name)
	if err != nil || f.object != o {
		return record.Invalid("analysis", "not_an_option", "value", schema.Shorten(name))
	}
	_, err = s.begin(a, f, set)
	return err
}
