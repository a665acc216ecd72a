package api

import (
	"net/http"
	"strings"
	"time"

	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

type optionView struct {
	Value string `json:"value"`
	Label string `json:"label"`
	// Labels, here and below, are the words in all languages, told to those who may
	// change them.
	Labels      *schema.Text `json:"labels,omitempty"`
	Color       string       `json:"color,omitempty"`
	Kind        string       `json:"kind,omitempty"`
	Probability int          `json:"probability,omitempty"`
	Rate        int64        `json:"rate,omitempty"`
	Inactive    bool         `json:"inactive,omitempty"`
	Pipeline    string       `json:"pipeline,omitempty"`
	// Group is what the pipeline is called, where there are several.
	Group      string `json:"group,omitempty"`
	RottenDays int    `json:"rotten_days,omitempty"`
	// Needs and Asks are the fields that moving a record to the stage asks for, those
	// the asker may read; Checklist is what is done in it.
	Needs     []string    `json:"needs,omitempty"`
	Asks      []string    `json:"asks,omitempty"`
	Checklist []checkView `json:"checklist,omitempty"`
}

type checkView struct {
	Value    string       `json:"value"`
	Label    string       `json:"label"`
	Labels   *schema.Text `json:"labels,omitempty"`
	Required bool         `json:"required,omitempty"`
}

type fieldView struct {
	Name     string       `json:"name"`
	Type     string       `json:"type"`
	Label    string       `json:"label"`
	Labels   *schema.Text `json:"labels,omitempty"`
	Help     string       `json:"help,omitempty"`
	Required bool         `json:"required"`
	Unique   bool         `json:"unique"`
	System   bool         `json:"system"`
	Custom   bool         `json:"custom"`
	// Own tells that a copy of the record begins without it.
	Own      bool   `json:"own,omitempty"`
	Access   string `json:"access"`
	Sortable bool   `json:"sortable"`
	// Unsorted says why the asker may not sort by it, where others may.
	Unsorted   string       `json:"unsorted,omitempty"`
	Filterable bool         `json:"filterable"`
	Multiple   bool         `json:"multiple"`
	Options    []optionView `json:"options,omitempty"`
	Targets    []string     `json:"targets,omitempty"`
	Scale      int          `json:"scale,omitempty"`
	// Unit is what an integer counts where it is a span of time.
	Unit      string `json:"unit,omitempty"`
	MaxLength int    `json:"max_length,omitempty"`
	Default   any    `json:"default,omitempty"`
	// Only tells with which choices of another field this one is shown.
	Only *schema.Only `json:"only,omitempty"`
	// SumOf is the lines field whose rows it is the sum of, while there are any.
	SumOf string `json:"sum_of,omitempty"`
	// Aliases are told to those who may change them.
	Aliases []string `json:"aliases,omitempty"`
	// Lines are the fields of each row of a lines field.
	Lines []fieldView `json:"lines,omitempty"`
}

type sectionView struct {
	Label  string       `json:"label"`
	Labels *schema.Text `json:"labels,omitempty"`
	Fields []string     `json:"fields"`
}

type relatedView struct {
	Object string `json:"object"`
	Field  string `json:"field"`
	Label  string `json:"label"`
}

// documentView is what a record can be printed as.
type documentView struct {
	Form  string `json:"form"`
	Label string `json:"label"`
}

// powerView is a right beyond the usual ones that roles grant on an object.
type powerView struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
}

// actionView is an action as the interface draws it.
type actionView struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
	Icon  string `json:"icon,omitempty"`
	// Verb is the right on the record that it needs; May tells whether the asker has it
	// on some.
	Verb string `json:"verb"`
	May  bool   `json:"may"`
	// When tells with which choices of a field it can be done.
	When *schema.Only `json:"when,omitempty"`
	// Leads is the stage to which it alone leads.
	Leads string `json:"leads,omitempty"`
	Main  bool   `json:"main,omitempty"`
	Many  bool   `json:"many,omitempty"`
	// Reversible tells that, done to many, it can be taken back.
	Reversible bool        `json:"reversible,omitempty"`
	Fields     []fieldView `json:"fields"`
}

func describeAction(a *policy.Actor, o *schema.Object, act *schema.Action, lang string) actionView {
	v := actionView{Name: act.Name, Label: act.Label.In(lang), Help: act.Help.In(lang), Icon: act.Icon, Verb: record.VerbOf(act), Leads: act.Leads, Main: act.Main, Many: act.Many, Reversible: act.Reversible, Fields: []fieldView{}}
	v.May = a.May(o, v.Verb)
	if act.When != nil && a.Readable(o, o.Field(act.When.Field)) {
		v.When = act.When
	}
	for _, f := range act.Fields {
		one := describeField(a, act.Form(), f, lang)
		one.Access, one.Sortable, one.Filterable, one.Only = "write", false, false, f.Only
		v.Fields = append(v.Fields, one)
	}
	return v
}

type objectView struct {
	Name         string       `json:"name"`
	Plural       string       `json:"plural"`
	Label        string       `json:"label"`
	LabelPlural  string       `json:"label_plural"`
	Labels       *schema.Text `json:"labels,omitempty"`
	LabelsPlural *schema.Text `json:"labels_plural,omitempty"`
	Icon         string       `json:"icon"`
	Group        string       `json:"group"`
	Custom       bool         `json:"custom"`
	// Links are the references of an object that links two others.
	Links      []string `json:"links,omitempty"`
	TitleField string   `json:"title_field"`
	StageField string   `json:"stage_field,omitempty"`
	// PipelineField, ChecksField and LikelyField belong to the stages, StageSince tells
	// since when a record is in its own.
	PipelineField string         `json:"pipeline_field,omitempty"`
	ChecksField   string         `json:"checks_field,omitempty"`
	LikelyField   string         `json:"likely_field,omitempty"`
	StageSince    string         `json:"stage_since,omitempty"`
	Fields        []fieldView    `json:"fields"`
	List          []string       `json:"list"`
	QuickFilters  []string       `json:"quick_filters"`
	Sections      []sectionView  `json:"sections"`
	Highlights    []string       `json:"highlights"`
	Related       []relatedView  `json:"related"`
	Printed       []documentView `json:"printed,omitempty"`
	// Capture is the picture with which a record may begin.
	Capture *schema.Capture `json:"capture,omitempty"`
	Actions []actionView    `json:"actions,omitempty"`
	// Powers are rights beyond the usual ones; Access tells of each whether one has it.
	Powers []powerView     `json:"powers,omitempty"`
	Access map[string]bool `json:"access"`
	// Mergeable tells that records of it can become one, Compares are the fields by which
	// they are compared.
	Mergeable bool     `json:"mergeable,omitempty"`
	Compares  []string `json:"compares,omitempty"`
}

// wordsFor tells the words of all languages to administrators, and nothing to others.
func wordsFor(a *policy.Actor) func(schema.Text) *schema.Text {
	if !a.Admin() {
		return func(schema.Text) *schema.Text { return nil }
	}
	return func(t schema.Text) *schema.Text { return &t }
}

func describeField(a *policy.Actor, o *schema.Object, f *schema.Field, lang string) fieldView {
	_, multiple := f.Kind().(schema.Multiple)
	v := fieldView{
		Name: f.Name, Type: f.Type, Label: f.Label.In(lang), Help: f.Help.In(lang), Required: f.Required, Unique: f.Unique, System: f.System, Custom: f.Custom,
		Access: a.Access(o, f), Sortable: record.Sortable(a, f), Filterable: true, Multiple: multiple,
		Own: f.Own, Targets: f.Targets, Scale: f.Scale, Unit: f.Unit, MaxLength: f.MaxLength, Default: f.Default,
	}
	if f.Only != nil && a.Readable(o, o.Field(f.Only.Field)) {
		v.Only = f.Only
	}
	if rows := o.Field(f.SumOf); rows != nil && a.Readable(o, rows) {
		v.SumOf = f.SumOf
	}
	words := wordsFor(a)
	if v.Labels = words(f.Label); v.Labels != nil {
		v.Aliases = f.Aliases
	}
	if line := f.Lines(); line != nil {
		v.Sortable, v.Multiple = false, true
		for _, sub := range line.Fields {
			one := describeField(a, line, sub, lang)
			one.Access, one.Sortable = v.Access, false
			if sub.ReadOnly && one.Access == "write" {
				one.Access = "read"
			}
			v.Lines = append(v.Lines, one)
		}
	}
	if t := f.Target(); t != "" && v.Targets == nil {
		v.Targets = []string{t}
	}
	for _, opt := range f.Options {
		view := optionView{
			Value: opt.Value, Label: opt.Label.In(lang), Labels: words(opt.Label), Color: opt.Color, Kind: opt.Kind, Probability: opt.Probability, Rate: opt.Rate, Inactive: opt.Inactive,
			Pipeline: opt.Pipeline, RottenDays: opt.Rotten, Needs: readable(a, o, opt.Needs), Asks: readable(a, o, opt.Asks),
		}
		if several := o.Field(o.Pipeline); f.Name == o.Stage && several != nil && a.Readable(o, several) && o.Pipelines() > 1 {
			if p := several.Option(opt.Pipeline); p != nil {
				view.Group = p.Label.In(lang)
			}
		}
		for _, c := range opt.Checklist {
			view.Checklist = append(view.Checklist, checkView{c.Value, c.Label.In(lang), words(c.Label), c.Required})
		}
		v.Options = append(v.Options, view)
	}
	return v
}

// readable are those of some fields that an asker may read.
func readable(a *policy.Actor, o *schema.Object, names []string) []string {
	kept := []string{}
	for _, n := range names {
		if f := o.Field(n); f != nil && a.Readable(o, f) {
			kept = append(kept, n)
		}
	}
	return kept
}

// describe tells what an asker may see of an object; names of hidden fields
// appear nowhere.
func describe(a *policy.Actor, o *schema.Object, lang string) objectView {
	v := objectView{
		Name: o.Name, Plural: o.Plural, Label: o.Label.In(lang), LabelPlural: o.LabelPlural.In(lang), Icon: o.Icon, Group: o.Group, Custom: o.Custom,
		TitleField: o.Title, StageField: o.Stage, Fields: []fieldView{}, Sections: []sectionView{}, Related: []relatedView{}, Access: map[string]bool{},
	}
	for _, d := range o.Printed {
		v.Printed = append(v.Printed, documentView{d.Form, d.Label.In(lang)})
	}
	words := wordsFor(a)
	v.Labels, v.LabelsPlural = words(o.Label), words(o.LabelPlural)
	if f := o.StageSince(); f != nil {
		v.StageSince = f.Name
	}
	for _, one := range []struct {
		name string
		to   *string
	}{{o.Pipeline, &v.PipelineField}, {o.Checks, &v.ChecksField}, {o.Likely, &v.LikelyField}, {v.StageSince, &v.StageSince}} {
		if *one.to = ""; len(readable(a, o, []string{one.name})) > 0 {
			*one.to = one.name
		}
	}
	for _, f := range o.Fields {
		if a.Readable(o, f) {
			v.Fields = append(v.Fields, describeField(a, o, f, lang))
		}
	}
	v.List, v.QuickFilters, v.Highlights = readable(a, o, o.List), readable(a, o, o.Quick), readable(a, o, o.Highlights)
	for _, s := range sectionsOf(o) {
		if fields := readable(a, o, s.Fields); len(fields) > 0 {
			v.Sections = append(v.Sections, sectionView{s.Label.In(lang), words(s.Label), fields})
		}
	}
	related := relatedOf(a.Registry, o)
	for _, rel := range related {
		target := a.Registry.Object(rel.Object)
		if target == nil || !a.May(target, policy.View) || !a.Readable(target, target.Field(rel.Field)) {
			continue
		}
		label := target.LabelPlural.In(lang)
		if target.IsLink() {
			label = otherEnd(a.Registry, target, rel.Field).LabelPlural.In(lang)
		}
		if twice(related, rel.Object) {
			label += " · " + target.Field(rel.Field).Label.In(lang)
		}
		if rel.Label != (schema.Text{}) {
			label = rel.Label.In(lang)
		}
		v.Related = append(v.Related, relatedView{rel.Object, rel.Field, label})
	}
	if o.IsLink() {
		v.Links = o.Links[:]
	}
	if o.Capture != nil && a.Access(o, o.Field(o.Capture.Picture)) == "write" {
		v.Capture = o.Capture
	}
	for _, act := range o.Actions {
		v.Actions = append(v.Actions, describeAction(a, o, act, lang))
	}
	for _, verb := range policy.Verbs {
		v.Access[verb] = a.May(o, verb)
	}
	for _, p := range o.Powers {
		v.Access[p.Name] = a.May(o, p.Name)
		v.Powers = append(v.Powers, powerView{p.Name, p.Label.In(lang), p.Help.In(lang)})
	}
	return v
}

// otherEnd is what a link leads to from one of its ends.
func otherEnd(r *schema.Registry, link *schema.Object, end string) *schema.Object {
	i := 0
	if link.Links[0] == end {
		i = 1
	}
	return r.Object(link.End(i).Target())
}

// twice tells whether an object stands beside another in more than one list.
func twice(related []schema.Related, object string) bool {
	n := 0
	for _, rel := range related {
		if rel.Object == object {
			n++
		}
	}
	return n > 1
}

// unsorted tells of the references by which a list is not sorted for the asker,
// since there are too many records that he sees only some of.
func (s *Server) unsorted(r *request, views ...objectView) error {
	crowded := map[string]bool{}
	for _, v := range views {
		for i := range v.Fields {
			f := &v.Fields[i]
			if !f.Sortable || f.Multiple || len(f.Targets) != 1 {
				continue
			}
			name := f.Targets[0]
			many, known := crowded[name]
			if target := r.actor.Registry.Object(name); !known && target != nil {
				var err error
				if many, err = s.Records.Crowded(r.Context(), r.actor, target); err != nil {
					return err
				}
				crowded[name] = many
			}
			if many {
				f.Sortable, f.Unsorted = false, message.In(r.language(), "sort_too_many", map[string]string{"token": f.Label})
			}
		}
	}
	return nil
}

// compared tells of the objects which of their fields are compared with those of what is
// there.
func (s *Server) compared(r *request, views ...*objectView) error {
	for _, v := range views {
		o := r.actor.Registry.Object(v.Name)
		if v.Mergeable = record.Mergeable(o); !v.Mergeable {
			continue
		}
		names, err := s.Records.Compared(r.Context(), r.actor, o)
		if err != nil {
			return err
		}
		v.Compares = names
	}
	return nil
}

// initial puts the company's currency where fields or rows begin with it: a form needs know no word
// for it.
func (s *Server) initial(o *schema.Object, v *objectView) {
	for i := range v.Fields {
		one := &v.Fields[i]
		f := o.Field(one.Name)
		one.Default = s.Records.Initial(f)
		for j := range one.Lines {
			one.Lines[j].Default = s.Records.Initial(f.Lines().Field(one.Lines[j].Name))
		}
	}
}

func (s *Server) objects(r *request) error {
	views := []objectView{}
	for _, o := range r.actor.Registry.Objects() {
		if r.actor.May(o, policy.View) {
			v := describe(r.actor, o, r.language())
			s.initial(o, &v)
			views = append(views, v)
		}
	}
	if err := s.unsorted(r, views...); err != nil {
		return err
	}
	for i := range views {
		if err := s.compared(r, &views[i]); err != nil {
			return err
		}
	}
	return r.json(http.StatusOK, map[string]any{"version": r.actor.Registry.Version, "objects": views})
}

func (s *Server) named(r *request) (*schema.Object, error) {
	o := r.actor.Registry.Object(r.PathValue("object"))
	if o == nil || !r.actor.May(o, policy.View) {
		return nil, errNotFound
	}
	return o, nil
}

func (s *Server) object(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	v := describe(r.actor, o, r.language())
	s.initial(o, &v)
	if err := s.unsorted(r, v); err != nil {
		return err
	}
	if err := s.compared(r, &v); err != nil {
		return err
	}
	return r.json(http.StatusOK, v)
}

func (s *Server) addField(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	var f schema.Field
	if err := r.body(&f); err != nil {
		return err
	}
	f.Name = strings.ToLower(f.Name)
	if err := s.Records.AddField(r.Context(), r.actor, o, &f); err != nil {
		return err
	}
	return s.showField(r, o, f.Name, http.StatusCreated)
}

func (s *Server) changeField(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	var c record.FieldChange
	if err := r.body(&c); err != nil {
		return err
	}
	name := r.PathValue("field")
	if err := s.Records.ChangeField(r.Context(), r.actor, o, name, c); err != nil {
		return err
	}
	return s.showField(r, o, name, http.StatusOK)
}

// showField answers a field that was made or changed, and tells everybody.
func (s *Server) showField(r *request, o *schema.Object, name string, status int) error {
	a, _, err := s.Identity.ActorOf(r.Context(), r.actor.ID)
	if err != nil {
		return err
	}
	o = a.Registry.Object(o.Name)
	made := o.Field(name)
	if made == nil {
		return &record.Error{Code: "not_found"}
	}
	s.live.tell(record.Event{Object: "schema"})
	return r.json(status, describeField(a, o, made, r.language()))
}

// retireField takes a field out of use; with drop=true one that was goes for good.
func (s *Server) retireField(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	remove := s.Records.RetireField
	if r.URL.Query().Get("drop") == "true" {
		remove = s.Records.DropField
	}
	if err := remove(r.Context(), r.actor, o, r.PathValue("field")); err != nil {
		return err
	}
	s.live.tell(record.Event{Object: "schema"})
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) restoreField(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	name := r.PathValue("field")
	if err := s.Records.RestoreField(r.Context(), r.actor, o, name); err != nil {
		return err
	}
	return s.showField(r, o, name, http.StatusOK)
}

type retiredView struct {
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	Label string    `json:"label"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

func (s *Server) retiredFields(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	fields, err := s.Records.Retired(r.Context(), r.actor, o)
	if err != nil {
		return err
	}
	var people []int64
	for _, f := range fields {
		people = append(people, f.By)
	}
	names, err := s.Records.Names(r.Context(), r.actor, "user", people)
	if err != nil {
		return err
	}
	views := []retiredView{}
	for _, f := range fields {
		views = append(views, retiredView{f.Field.Name, f.Field.Type, f.Field.Label.In(r.language()), time.UnixMicro(f.At).UTC(), names[f.By]})
	}
	return r.json(http.StatusOK, map[string]any{"fields": views})
}
