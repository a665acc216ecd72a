package schema

import (
	"fmt"
	"slices"
)

// The kinds of stages.
const (
	Open = "open"
	Won  = "won"
	Lost = "lost"
)

// Stage is what a choice of the field Object.Stage says besides: where it belongs,
// and what moving a record there asks for.
type Stage struct {
	// Pipeline is the choice of the field Object.Pipeline whose stage it is.
	Pipeline string `json:"pipeline,omitempty"`
	// Rotten is after how many days in it a record has waited too long; 0: never.
	Rotten int `json:"rotten_days,omitempty"`
	// Needs are the fields without which no record enters it; Asks are asked for at
	// the same time and may stay empty.
	Needs []string `json:"needs,omitempty"`
	Asks  []string `json:"asks,omitempty"`
	// Checklist is what is to be done while a record is in it.
	Checklist []Check `json:"checklist,omitempty"`
}

// Check is one item of a stage's checklist. Its key is unique in the object.
type Check struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
	// Required items are done before a record goes on.
	Required bool `json:"required,omitempty"`
}

// DefaultPipeline is the key of the pipeline a module declares.
const DefaultPipeline = "standard"

// PipelineField declares the field Object.Pipeline with the one pipeline there is
// at first.
func PipelineField(label, first Text) *Field {
	return &Field{Name: "pipeline", Type: "picklist", Label: label, Indexed: true, Initial: DefaultPipeline,
		Aliases: Words("pipeline, sales pipeline, deal pipeline, pipeline name, sales process, 銷售流程名稱, 商機流程, 銷售管道"),
		Options: []Option{{Value: DefaultPipeline, Label: first, Aliases: Words("sales pipeline, default pipeline, standard pipeline, default, standard, pipeline, 預設流程, 默認流程")}}}
}

// ChecksField declares the field Object.Checks.
func ChecksField() *Field {
	return &Field{Name: "stage_checks", Type: "multipicklist", Label: T("階段檢查項目", "阶段检查项", "Stage checklist")}
}

// SinceField declares the instant at which the field Object.Stage changed last.
func SinceField(stage string) *Field {
	return &Field{Name: stage + "_changed_at", Type: "datetime", Label: T("進入階段時間", "进入阶段时间", "In stage since"), ReadOnly: true, Since: stage, Indexed: true}
}

// prepareStages checks what the stages of an object rely on, has those that say
// nothing else be of the pipeline that was declared, new records begin in the
// first, and checklists be choices.
func (o *Object) prepareStages() error {
	f := o.byName[o.Stage]
	if o.Stage == "" || o.Custom && f == nil {
		return nil
	}
	if f == nil || f.Type != "picklist" {
		return fmt.Errorf("object %s has stages by %q, which is no pick-list of it", o.Name, o.Stage)
	}
	for _, one := range []struct{ name, kind string }{{o.Pipeline, "picklist"}, {o.Checks, "multipicklist"}, {o.Likely, "integer"}} {
		if g := o.byName[one.name]; one.name != "" && (g == nil || g.Type != one.kind) {
			return fmt.Errorf("object %s: its stages rely on %q, which is no %s of it", o.Name, one.name, one.kind)
		}
	}
	// The options may be shared with the declaration, which stays as it is.
	f.Options = slices.Clone(f.Options)
	gone := func(name string) bool { return o.byName[name] == nil }
	for i := range f.Options {
		s := &f.Options[i]
		s.Needs, s.Asks = slices.DeleteFunc(slices.Clone(s.Needs), gone), slices.DeleteFunc(slices.Clone(s.Asks), gone)
		if g := o.byName[o.Pipeline]; g != nil && s.Pipeline == "" {
			s.Pipeline = g.Initial
		}
	}
	if o.Pipeline != "" {
		if first := o.FirstStage(""); first != nil {
			f.Default = first.Value
		}
	}
	if g := o.byName[o.Checks]; g != nil {
		g.Options = nil
		for _, s := range f.Options {
			for _, c := range s.Checklist {
				g.Options = append(g.Options, Option{Value: c.Value, Label: c.Label, Inactive: s.Inactive})
			}
		}
	}
	return nil
}

// Pipelines is how many are in use.
func (o *Object) Pipelines() int {
	n := 0
	if f := o.byName[o.Pipeline]; f != nil {
		for _, p := range f.Options {
			if !p.Inactive {
				n++
			}
		}
	}
	return n
}

// FirstStage is where a new record of a pipeline begins, nil where there is no such
// stage; "" is the first pipeline in use.
func (o *Object) FirstStage(pipeline string) *Option {
	if f := o.byName[o.Pipeline]; f != nil && pipeline == "" {
		for _, p := range f.Options {
			if s := o.FirstStage(p.Value); !p.Inactive && s != nil {
				return s
			}
		}
		return nil
	}
	f := o.byName[o.Stage]
	if f == nil {
		return nil
	}
	for i := range f.Options {
		if s := &f.Options[i]; !s.Inactive && s.Pipeline == pipeline && (s.Kind == "" || s.Kind == Open) {
			return s
		}
	}
	return nil
}

// StageIn is the stage of a pipeline that is called or meant like another; nil:
// there is none.
func (o *Object) StageIn(pipeline string, like *Option) *Option {
	f := o.byName[o.Stage]
	for i := range f.Options {
		if s := &f.Options[i]; s.Pipeline == pipeline && !s.Inactive && s.Label == like.Label {
			return s
		}
	}
	for i := range f.Options {
		if s := &f.Options[i]; s.Pipeline == pipeline && !s.Inactive && s.Kind == like.Kind && like.Kind != Open {
			return s
		}
	}
	return nil
}

// StageSince is the field that tells since when a record is in its stage, nil where
// there is none.
func (o *Object) StageSince() *Field {
	for _, f := range o.Fields {
		if o.Stage != "" && f.Since == o.Stage {
			return f
		}
	}
	return nil
}
