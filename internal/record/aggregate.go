package record

import (
	"context"
	"fmt"
	"math/big"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// SumRequest asks what records add up to, group by group.
type SumRequest struct {
	// Filter and Q find records as a list does; More is added, and Span too, a condition
	// on a time by whose index the records may be read.
	Filter     string
	Q          string
	More, Span *query.Node
	Groups     []query.Group
	Measures   []query.Measure
	// Verb is what the actor must be allowed to do to a record besides seeing it; "" no
	// more.
	Verb string
}

// Sums are the groups of some records.
type Sums struct {
	Rows []SumRow
	// Money tells that amounts are among what is measured: in Currency, the company's.
	Money    bool
	Currency string
	Converted
}

// Converted tells how many amounts were converted from other currencies, and how many
// are left out for want of a rate.
type Converted struct{ Foreign, Unknown int64 }

// SumRow is one group.
type SumRow struct {
	// Group holds for each grouping nil, a text (an id or a number too), a bool, or
	// HiddenGroup.
	Group []any
	// Measures are numbers as texts; nil where there was nothing to measure.
	Measures []*string
	Converted
}

// HiddenGroup stands for the records whose group is none of the actor's business: what
// their reference leads to, or what a record holds that he may not see.
type HiddenGroup struct{}

// Limits of what is asked at once.
const (
	maxGroupings = 3
	maxMeasures  = 20
	maxCases     = 30
)

// Sums groups and measures those records the actor may see that are asked for.
func (s *Service) Sums(ctx context.Context, a *policy.Actor, o *schema.Object, r SumRequest) (*Sums, error) {
	sel, possible, err := s.summing(a, o, r)
	if err != nil {
		return nil, err
	}
	groups, measures, err := parsed(r.Groups, r.Measures)
	if err != nil {
		return nil, err
	}
	if !possible {
		// As a list does, which finds nothing whatever else is asked.
		sel.Guard, sel.Query.Filter, sel.Query.Words, sel.Span = &query.Node{Op: query.Never}, nil, nil, nil
	}
	sums := &Sums{Currency: s.Currency()}
	rows, err := sel.Aggregate(ctx, s.within(ctx), groups, measures, sums.Currency)
	if err != nil {
		return nil, err
	}
	sums.Money = store.Converts(a.Registry, o, measures)
	for _, r := range rows {
		var row SumRow
		if sums.Money {
			row.Foreign, _ = r[len(r)-2].(int64)
			row.Unknown, _ = r[len(r)-1].(int64)
			sums.Foreign, sums.Unknown = sums.Foreign+row.Foreign, sums.Unknown+row.Unknown
		}
		for i, g := range groups {
			row.Group = append(row.Group, grouped(a, o, g, r[i]))
		}
		row.Measures = make([]*string, len(measures))
		for i, m := range measures {
			row.Measures[i] = measured(a, o, m, r[len(groups)+i], row.Measures)
		}
		sums.Rows = append(sums.Rows, row)
	}
	return sums, nil
}

// summing is the Select of what is added up.
func (s *Service) summing(a *policy.Actor, o *schema.Object, r SumRequest) (store.Select, bool, error) {
	sel, possible, err := s.request(a, o, ListRequest{Filter: r.Filter, Q: r.Q, More: query.AllOf(r.Span, r.More)})
	if err != nil {
		return sel, false, err
	}
	sel.Span = r.Span
	if r.Verb != "" && r.Verb != policy.View {
		if !a.May(o, r.Verb) {
			return sel, false, fail("forbidden")
		}
		sel.Guard = query.AllOf(sel.Guard, a.Filter(o, r.Verb))
	}
	return sel, possible, nil
}

// StageTimes tells how long the records that are asked for were in each stage that they
// left.
func (s *Service) StageTimes(ctx context.Context, a *policy.Actor, o *schema.Object, r SumRequest) ([]store.StageTime, error) {
	sel, possible, err := s.summing(a, o, r)
	if err != nil || !possible {
		return nil, err
	}
	return sel.StageTimes(ctx, s.within(ctx))
}

// parsed reads the filters of groupings and measures.
func parsed(groups []query.Group, measures []query.Measure) ([]query.Group, []query.Measure, error) {
	if len(groups) > maxGroupings || len(measures) == 0 || len(measures) > maxMeasures {
		return nil, nil, &query.Problem{Code: "group_unfit", Pos: -1}
	}
	groups, measures = append([]query.Group(nil), groups...), append([]query.Measure(nil), measures...)
	for i := range groups {
		if len(groups[i].Cases) > maxCases {
			return nil, nil, &query.Problem{Code: "group_unfit", Pos: -1}
		}
		groups[i].Where = nil
		for _, text := range groups[i].Cases {
			n, err := query.Parse(text)
			if err != nil {
				return nil, nil, err
			}
			if n == nil {
				return nil, nil, &query.Problem{Code: "group_unfit", Pos: -1}
			}
			groups[i].Where = append(groups[i].Where, n)
		}
	}
	for i := range measures {
		var err error
		if measures[i].Where, err = query.Parse(measures[i].Filter); err != nil {
			return nil, nil, err
		}
	}
	return groups, measures, nil
}

// grouped is a group as the actor is told of it.
func grouped(a *policy.Actor, o *schema.Object, g query.Group, v any) any {
	switch v := v.(type) {
	case store.Hidden:
		return HiddenGroup{}
	case int64:
		f := store.FieldAt(a.Registry, o, g.Field)
		switch {
		case f == nil:
		case f.Type == "boolean":
			return v != 0
		case f.Target() != "" && v == store.HiddenGroup:
			return HiddenGroup{}
		case schema.Places(f) > 0:
			return schema.Unscaled(v, schema.Places(f))
		}
		return strconv.FormatInt(v, 10)
	case string, bool:
		return v
	}
	return nil
}

// daysPlaces is how many decimals spans of days are told with.
const daysPlaces = 2

// measured is a measure as a text.
func measured(a *policy.Actor, o *schema.Object, m query.Measure, v any, before []*string) *string {
	if m.Fn == "ratio" {
		return Ratio(before[m.Of[0]], before[m.Of[1]])
	}
	n, ok := v.(int64)
	if !ok {
		return nil
	}
	text := strconv.FormatInt(n, 10)
	switch f := store.FieldAt(a.Registry, o, m.Field); {
	case m.Fn == "count" || m.Fn == "distinct" || m.Fn == "known":
	case m.To != "":
		const unit = 24 * 60 * 60 * 10_000 // hundredths of a day, in microseconds
		half := int64(unit / 2)
		if n < 0 {
			half = -half
		}
		text = schema.Unscaled((n+half)/unit, daysPlaces)
	case f != nil && schema.Places(f) > 0:
		text = schema.Unscaled(n, schema.Places(f))
	}
	return &text
}

// ratioPlaces is how many decimals a ratio is told with.
const ratioPlaces = 4

// Ratio divides two numbers; nil where there is nothing to divide by.
func Ratio(part, whole *string) *string {
	if part == nil || whole == nil {
		return nil
	}
	p, ok := new(big.Rat).SetString(*part)
	w, fine := new(big.Rat).SetString(*whole)
	if !ok || !fine || w.Sign() == 0 {
		return nil
	}
	text := p.Quo(p, w).FloatString(ratioPlaces)
	return &text
}

// Aggregate is Sums as the API tells them.
func (s *Service) Aggregate(ctx context.Context, a *policy.Actor, o *schema.Object, filter, q string, groups []query.Group, measures []query.Measure) ([]byte, error) {
	return s.AggregateList(ctx, a, o, ListRequest{Filter: filter, Q: q}, groups, measures)
}

// AggregateList groups the records of a list, all its pages, in place of telling them.
func (s *Service) AggregateList(ctx context.Context, a *policy.Actor, o *schema.Object, l ListRequest, groups []query.Group, measures []query.Measure) ([]byte, error) {
	sums, err := s.Sums(ctx, a, o, SumRequest{Filter: l.Filter, More: l.More, Q: l.Q, Groups: groups, Measures: measures})
	if err != nil {
		return nil, err
	}
	out := []byte(`{"rows":[`)
	for i, row := range sums.Rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"group":[`...)
		for j, v := range row.Group {
			if j > 0 {
				out = append(out, ',')
			}
			switch v := v.(type) {
			case string:
				out = schema.AppendString(out, v)
			case bool:
				out = strconv.AppendBool(out, v)
			case HiddenGroup:
				target := ""
				if f := store.FieldAt(a.Registry, o, groups[j].Field); f != nil {
					target = f.Target()
				}
				out = appendReference(out, target, store.HiddenGroup, nil)
			default:
				out = append(out, "null"...)
			}
		}
		out = append(out, `],"measures":[`...)
		for j, v := range row.Measures {
			if j > 0 {
				out = append(out, ',')
			}
			if v == nil {
				out = append(out, "null"...)
				continue
			}
			out = schema.AppendString(out, *v)
		}
		out = append(out, ']')
		if sums.Money {
			out = appendConverted(out, row.Converted)
		}
		out = append(out, '}')
	}
	out = append(out, ']')
	if sums.Money {
		out = append(out, `,"currency":`...)
		out = appendConverted(schema.AppendString(out, sums.Currency), sums.Converted)
	}
	return append(out, '}'), nil
}

// appendConverted tells whether a sum holds amounts converted from other
// currencies, and how many are left out for want of a rate.
func appendConverted(out []byte, c Converted) []byte {
	out = fmt.Appendf(out, `,"converted":%t`, c.Foreign > 0)
	if c.Unknown > 0 {
		out = fmt.Appendf(out, `,"unconverted":%d`, c.Unknown)
	}
	return out
}
