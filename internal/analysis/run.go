package analysis

import (
	"context"
	"slices"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// run is an analysis while it is answered.
type run struct {
	s   *Service
	a   *policy.Actor
	f   *offered
	set Settings
	// verb is what must be allowed on records besides seeing them.
	verb   string
	now    time.Time
	span   Span
	before *Span
	// filter is what the asker adds, as a tree.
	filter *query.Node
	by     *schema.Dimension
	split  *schema.Dimension
	found  []*source
	// money tells what amounts were converted.
	money record.Converted
}

// Run answers an analysis.
func (s *Service) Run(ctx context.Context, a *policy.Actor, name string, set Settings) (*Answer, error) {
	return s.run(ctx, a, name, set, "")
}

func (s *Service) run(ctx context.Context, a *policy.Actor, name string, set Settings, verb string) (*Answer, error) {
	f, err := s.find(a, name)
	if err != nil {
		return nil, err
	}
	if verb != "" && !a.May(f.object, verb) {
		return nil, &record.Error{Code: "forbidden"}
	}
	r, err := s.begin(a, f, set)
	if err != nil {
		return nil, err
	}
	r.verb = verb
	answer := &Answer{
		Name: f.Name, Label: f.Label.In(a.Language), Shape: f.Shape, Object: f.object.Name, Settings: r.set, Period: r.span, Before: r.before,
		Running: !r.span.whole() && r.span.To >= dayOf(r.now.In(a.Zone())).Format(isoDay), Rows: []Row{},
	}
	if r.by != nil {
		answer.Dimension = Choice{r.by.Name, r.by.Label.In(a.Language), r.by.IsTime()}
	}
	switch f.Shape {
	case schema.Funnel:
		err = r.funnel(ctx, answer)
	case schema.Traits:
		err = r.traits(ctx, answer)
	default:
		err = r.groups(ctx, answer)
	}
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(answer.Measures, func(m Figure) bool { return m.Unit == schema.UnitMoney }) {
		answer.Currency, answer.Converted, answer.Unconverted = s.Records.Currency(), r.money.Foreign > 0, r.money.Unknown
	}
	return answer, nil
}

// maxFilter is how long a filter may be: it stands in those of lists, which have an end.
const maxFilter = 6000

// begin reads the settings and completes them.
func (s *Service) begin(a *policy.Actor, f *offered, set Settings) (*run, error) {
	r := &run{s: s, a: a, f: f, set: set, now: s.now()}
	option := func(field, value string) error {
		return record.Invalid(field, "not_an_option", "value", schema.Shorten(value))
	}
	var err error
	if r.set.Period == "" {
		r.set.Period = f.Period
	}
	if r.span, err = spanOf(a, r.now, r.set.Period); err != nil {
		return nil, err
	}
	switch r.set.Compare {
	case "":
	case "previous", "last_year":
		if r.span.whole() || f.Shape == schema.Traits {
			r.set.Compare = ""
			break
		}
		before, err := r.span.before(a, r.set.Compare)
		if err != nil {
			return nil, err
		}
		r.before = &before
	default:
		return nil, option("compare", r.set.Compare)
	}
	if r.set.On == "" {
		r.set.On = f.on[0].Name
	}
	if !slices.ContainsFunc(f.on, func(on *schema.Field) bool { return on.Name == r.set.On }) {
		return nil, option("on", r.set.On)
	}
	if r.set.By == "" && f.Shape == schema.Groups {
		r.set.By = f.dimensions[0].Name
	}
	if r.set.By != "" && f.Shape != schema.Traits {
		if r.by = f.dimension(r.set.By); r.by == nil {
			return nil, option("by", r.set.By)
		}
	}
	if f.Shape == schema.Groups {
		if r.set.Split != "" {
			if r.split = f.dimension(r.set.Split); r.split == nil || r.set.Split == r.set.By {
				return nil, option("split", r.set.Split)
			}
		}
		if r.set.Measure == "" {
			r.set.Measure = f.measures[0].Name
		}
		if f.measure(r.set.Measure) == nil {
			return nil, option("measure", r.set.Measure)
		}
	}
	if p := f.object.Field(f.object.Pipeline); f.Shape == schema.Funnel && p != nil {
		if r.set.Pipeline == "" {
			for _, one := range p.Options {
				if !one.Inactive {
					r.set.Pipeline = one.Value
					break
				}
			}
		}
		if p.Option(r.set.Pipeline) == nil {
			return nil, option("pipeline", r.set.Pipeline)
		}
	}
	r.set.Filter = strings.TrimSpace(r.set.Filter)
	if len(r.set.Filter) > maxFilter || strings.HasPrefix(r.set.Filter, "{") {
		return nil, &query.Problem{Code: "filter_too_long", Pos: -1}
	}
	if r.filter, err = query.Parse(r.set.Filter); err != nil {
		return nil, err
	}
	if r.filter != nil && !readsTree(a, f.object, r.filter) {
		return nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: schema.Shorten(r.set.Filter)}
	}
	return r, nil
}
