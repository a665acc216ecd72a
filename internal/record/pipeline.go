package record

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Pipeline is a way that records of an object go, stage by stage, as an
// administrator edits it. What has no key is new.
type Pipeline struct {
	Value    string      `json:"value"`
	Label    schema.Text `json:"label"`
	Inactive bool        `json:"inactive"`
	// Stages in their order. One that is there and left out is taken out of use.
	Stages []schema.Option `json:"stages"`
}

const (
	maxPipelines = 30
	maxPerLine   = 30
	maxChecks    = 30
	maxRotten    = 3650
)

var optionKey = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,39}$`)

// ChangePipelines puts the pipelines of an object, in their order, with their
// stages. Those that are there and left out are taken out of use; a stage with
// records in it is not: they are moved first.
func (s *Service) ChangePipelines(ctx context.Context, a *policy.Actor, o *schema.Object, pipelines []Pipeline) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	for range 3 {
		if o = s.Current.Load().Object(o.Name); o == nil || o.Stage == "" {
			return fail("not_found")
		}
		err := s.putPipelines(ctx, a, o, s.Current.Load().Version, pipelines)
		if err != nil && !errors.Is(err, errRegistryMoved) {
			return err
		}
		if _, again := s.Reload(ctx); again != nil || err == nil {
			return again
		}
	}
	return fail("conflict")
}

// errRegistryMoved tells that fields were changed since the registry was read by
// which a change was checked.
var errRegistryMoved = errors.New("fields were changed meanwhile")

func (s *Service) putPipelines(ctx context.Context, a *policy.Actor, o *schema.Object, version int64, pipelines []Pipeline) error {
	e := &pipelineEdit{
		a: a, o: o, stage: o.Field(o.Stage), several: o.Field(o.Pipeline), declared: s.declaredField(o.Name, o.Stage),
		problem: fail("invalid"), taken: map[string]bool{}, checks: map[string]bool{},
	}
	e.read(pipelines)
	if e.problem.Fields != nil {
		return e.problem
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		// Counted up, it is the version that was read unless somebody else did.
		n, err := store.Count(ctx, tx, registryCounter)
		if err != nil {
			return err
		}
		if n != version {
			return errRegistryMoved
		}
		if err := e.vacant(ctx, s, tx); err != nil {
			return err
		}
		err = alter(ctx, tx, o, o.Stage, e.declared, func(f *schema.Field) error {
			f.Options, f.Edited = e.stages, true
			return nil
		})
		if err != nil || e.several == nil {
			return err
		}
		return alter(ctx, tx, o, o.Pipeline, s.declaredField(o.Name, o.Pipeline), func(f *schema.Field) error {
			f.Options = e.lines
			return nil
		})
	})
}

// pipelineEdit reads what an administrator sent against what there is.
type pipelineEdit struct {
	a              *policy.Actor
	o              *schema.Object
	stage, several *schema.Field
	// declared is the stage field as its module declares it, nil where it was made
	// at run time.
	declared *schema.Field
	problem  *Error
	// taken are the keys of stages, checks those of items.
	taken, checks map[string]bool
	// stages and lines are the choices of both fields as they will be.
	stages, lines []schema.Option
	// emptied are the stages that go out of use.
	emptied []schema.Option
}

func (e *pipelineEdit) read(pipelines []Pipeline) {
	for _, opt := range e.stage.Options {
		e.taken[opt.Value] = true
		for _, c := range opt.Checklist {
			e.checks[c.Value] = true
		}
	}
	known := map[string]bool{}
	if e.several != nil {
		for _, opt := range e.several.Options {
			known[opt.Value] = true
		}
	}
	if len(pipelines) == 0 || e.several == nil && len(pipelines) > 1 || len(pipelines) > maxPipelines {
		e.problem.add("pipelines", "out_of_range")
		return
	}
	seen, active := map[string]bool{}, false
	for i, p := range pipelines {
		path := fmt.Sprintf("pipelines[%d].", i)
		line := schema.Option{Value: p.Value, Label: p.Label, Inactive: p.Inactive}
		if e.several != nil {
			if old := e.several.Option(p.Value); old != nil {
				line.Label, line.Color = worded(old.Label, p.Label), old.Color
			} else if p.Value == "" {
				line.Value = newKey(p.Label.In(e.a.Language), "p", known)
			} else if !optionKey.MatchString(p.Value) {
				e.problem.add(path+"value", "bad_field_name")
			}
			if line.Label.In(e.a.Language) == "" {
				e.problem.add(path+"label", "required")
			}
			if seen[line.Value] {
				e.problem.add(path+"value", "taken")
			}
			active = active || !line.Inactive
		}
		seen[line.Value] = true
		e.lines = append(e.lines, line)
		e.readStages(path, line, p.Stages)
	}
	if e.several != nil && !active {
		e.problem.add("pipelines", "required")
	}
	if e.several != nil {
		for _, old := range e.several.Options {
			if !seen[old.Value] {
				old.Inactive = true
				e.lines = append(e.lines, old)
			}
		}
	}
	kept := map[string]bool{}
	for _, now := range e.stages {
		kept[now.Value] = true
		if old := e.stage.Option(now.Value); old != nil && now.Inactive && !old.Inactive {
			e.emptied = append(e.emptied, now)
		}
	}
	for _, old := range e.stage.Options {
		if !kept[old.Value] {
			if !old.Inactive {
				e.emptied = append(e.emptied, old)
			}
			old.Inactive = true
			e.stages = append(e.stages, old)
		}
	}
}

// readStages reads the stages of one pipeline.
func (e *pipelineEdit) readStages(path string, line schema.Option, stages []schema.Option) {
	if len(stages) > maxPerLine {
		e.problem.add(path+"stages", "out_of_range")
		return
	}
	kinds := map[string]bool{}
	for i, in := range stages {
		at := fmt.Sprintf("%sstages[%d].", path, i)
		now := in
		now.Aliases = nil
		if now.Kind == "" {
			now.Kind = schema.Open
		}
		old := e.stage.Option(in.Value)
		switch {
		case old != nil:
			now.Label = worded(old.Label, in.Label)
			if old.Pipeline != "" && e.several != nil && old.Pipeline != line.Value {
				e.problem.add(at+"value", "taken")
			}
			if d := e.declaredOption(in.Value); d != nil && d.Kind != "" && d.Kind != now.Kind {
				e.problem.add(at+"kind", "stage_kind_fixed", "stage", now.Label.In(e.a.Language))
			}
		case in.Value == "":
			now.Value = newKey(in.Label.In(e.a.Language), "s", e.taken)
		case !optionKey.MatchString(in.Value):
			e.problem.add(at+"value", "bad_field_name")
		}
		if slices.ContainsFunc(e.stages, func(s schema.Option) bool { return s.Value == now.Value }) {
			e.problem.add(at+"value", "taken")
		}
		if now.Label.In(e.a.Language) == "" {
			e.problem.add(at+"label", "required")
		}
		if now.Kind != schema.Open && now.Kind != schema.Won && now.Kind != schema.Lost {
			e.problem.add(at+"kind", "not_an_option", "value", schema.Shorten(now.Kind))
		}
		if now.Probability < 0 || now.Probability > 100 {
			e.problem.add(at+"probability", "out_of_range")
		}
		if now.Rotten < 0 || now.Rotten > maxRotten {
			e.problem.add(at+"rotten_days", "out_of_range")
		}
		switch now.Kind {
		case schema.Won:
			now.Probability, now.Rotten = 100, 0
		case schema.Lost:
			now.Probability, now.Rotten = 0, 0
		}
		now.Inactive = now.Inactive || line.Inactive
		now.Needs, now.Asks = e.askable(at+"needs", in.Needs, nil), e.askable(at+"asks", in.Asks, in.Needs)
		now.Checklist = e.checklist(at+"checklist", in.Checklist)
		now.Pipeline = ""
		if e.several != nil {
			now.Pipeline = line.Value
		}
		if !now.Inactive {
			kinds[now.Kind] = true
		}
		e.stages = append(e.stages, now)
	}
	// What came without kinds, as a pick-list made at run time may, needs none.
	if !line.Inactive && (!kinds[schema.Open] || e.closes() && (!kinds[schema.Won] || !kinds[schema.Lost])) {
		e.problem.add(path+"stages", "pipeline_stages", "pipeline", line.Label.In(e.a.Language))
	}
}

func (e *pipelineEdit) declaredOption(value string) *schema.Option {
	if e.declared == nil {
		return nil
	}
	return e.declared.Option(value)
}

// closes tells whether records end as won or lost.
func (e *pipelineEdit) closes() bool {
	return e.declared != nil && slices.ContainsFunc(e.declared.Options, func(o schema.Option) bool { return o.Kind == schema.Won }) &&
		slices.ContainsFunc(e.declared.Options, func(o schema.Option) bool { return o.Kind == schema.Lost })
}

// askable are those fields that somebody can fill in as a record moves, once each.
func (e *pipelineEdit) askable(path string, names, not []string) []string {
	var kept []string
	for _, name := range names {
		f := e.o.Field(name)
		switch {
		case f == nil, f.System, f.ReadOnly, f.Type == "autonumber", name == e.o.Stage, name == e.o.Pipeline, name == e.o.Checks:
			e.problem.add(path, "no_such_field", "field", schema.Shorten(name))
		case !slices.Contains(kept, name) && !slices.Contains(not, name):
			kept = append(kept, name)
		}
	}
	return kept
}

func (e *pipelineEdit) checklist(path string, items []schema.Check) []schema.Check {
	if len(items) > maxChecks || len(items) > 0 && e.o.Field(e.o.Checks) == nil {
		e.problem.add(path, "out_of_range")
		return nil
	}
	var kept []schema.Check
	for _, item := range items {
		if item.Label.In(e.a.Language) == "" {
			e.problem.add(path, "required")
			continue
		}
		old := ""
		for _, opt := range e.stage.Options {
			for _, c := range opt.Checklist {
				if c.Value == item.Value && item.Value != "" {
					old, item.Label = c.Value, worded(c.Label, item.Label)
				}
			}
		}
		if old == "" {
			item.Value = newKey(item.Label.In(e.a.Language), "c", e.checks)
		}
		if slices.ContainsFunc(kept, func(c schema.Check) bool { return c.Value == item.Value }) || e.elsewhere(item.Value) {
			e.problem.add(path, "taken")
			continue
		}
		kept = append(kept, item)
	}
	return kept
}

// elsewhere tells whether an item stands in another stage already.
func (e *pipelineEdit) elsewhere(check string) bool {
	return slices.ContainsFunc(e.stages, func(s schema.Option) bool {
		return slices.ContainsFunc(s.Checklist, func(c schema.Check) bool { return c.Value == check })
	})
}

// vacant refuses to take a stage out of use that has records in it.
func (e *pipelineEdit) vacant(ctx context.Context, s *Service, tx store.Querier) error {
	problem := fail("invalid")
	r := s.Current.Load()
	for _, gone := range e.emptied {
		sel := store.Select{
			Registry: r, Asker: policy.System(r, ""),
			Query: query.Query{Object: r.Object(e.o.Name), Filter: &query.Node{Op: query.Eq, Field: e.o.Stage, Value: gone.Value}},
		}
		rows, err := sel.Aggregate(ctx, tx, nil, []query.Measure{{Fn: "count"}}, "")
		if err != nil {
			return err
		}
		if n, _ := rows[0][0].(int64); n > 0 {
			problem.add("stage."+gone.Value, "stage_in_use", "stage", gone.Label.In(e.a.Language), "count", strconv.FormatInt(n, 10))
		}
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}
