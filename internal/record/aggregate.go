package record

import (
	"context"
	"fmt"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Aggregate groups those records the actor may see that the filter and the
// words of q find.
func (s *Service) Aggregate(ctx context.Context, a *policy.Actor, o *schema.Object, filter, q string, groups []query.Group, measures []query.Measure) ([]byte, error) {
	return s.AggregateList(ctx, a, o, ListRequest{Filter: filter, Q: q}, groups, measures)
}

// AggregateList groups the records of a list, all its pages, in place of telling them.
func (s *Service) AggregateList(ctx context.Context, a *policy.Actor, o *schema.Object, l ListRequest, groups []query.Group, measures []query.Measure) ([]byte, error) {
	if len(groups) > 3 || len(measures) == 0 || len(measures) > 10 {
		return nil, &query.Problem{Code: "group_unfit", Pos: -1}
	}
	sel, possible, err := s.request(a, o, ListRequest{Filter: l.Filter, More: l.More, Q: l.Q})
	if err != nil {
		return nil, err
	}
	if !possible {
		sel.Guard = &query.Node{Op: query.Never}
	}
	currency := s.Currency()
	rows, err := sel.Aggregate(ctx, s.within(ctx), groups, measures, currency)
	if err != nil {
		return nil, err
	}
	money := store.Converts(o, measures)
	var converted, unconverted int64
	out := []byte(`{"rows":[`)
	for i, row := range rows {
		var foreign, unknown int64
		if money {
			foreign, _ = row[len(row)-2].(int64)
			unknown, _ = row[len(row)-1].(int64)
			converted, unconverted = converted+foreign, unconverted+unknown
			row = row[:len(row)-2]
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"group":[`...)
		for j, v := range row {
			if j == len(groups) {
				out = append(out, `],"measures":[`...)
			} else if j > 0 {
				out = append(out, ',')
			}
			switch v := v.(type) {
			case string:
				out = schema.AppendString(out, v)
			case int64:
				text := strconv.FormatInt(v, 10)
				if j < len(groups) {
					f := o.Field(groups[j].Field)
					if f != nil && f.Type == "boolean" {
						out = strconv.AppendBool(out, v != 0)
						continue
					}
					if f != nil && f.Target() != "" && v == store.HiddenGroup {
						out = appendReference(out, f.Target(), v, nil)
						continue
					}
				} else {
					if f := o.Field(measures[j-len(groups)].Field); f != nil && f.Type == "money" && measures[j-len(groups)].Fn != "count" {
						text = schema.Unscaled(v, schema.MoneyScale)
					}
				}
				out = schema.AppendString(out, text)
			case bool:
				out = strconv.AppendBool(out, v)
			default:
				out = append(out, "null"...)
			}
		}
		out = append(out, ']')
		if money {
			out = appendConverted(out, foreign, unknown)
		}
		out = append(out, '}')
	}
	out = append(out, ']')
	if money {
		out = append(out, `,"currency":`...)
		out = appendConverted(schema.AppendString(out, currency), converted, unconverted)
	}
	return append(out, '}'), nil
}

// appendConverted tells whether a sum holds amounts converted from other
// currencies, and how many are left out for want of a rate.
func appendConverted(out []byte, foreign, unknown int64) []byte {
	out = fmt.Appendf(out, `,"converted":%t`, foreign > 0)
	if unknown > 0 {
		out = fmt.Appendf(out, `,"unconverted":%d`, unknown)
	}
	return out
}
