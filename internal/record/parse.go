package record

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Input is what a client sends: field names to decoded JSON, numbers as
// json.Number.
type Input map[string]any

// parse reads the input; every problem is reported, not only the first.
func (s *Service) parse(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, in Input) (Values, error) {
	values := Values{}
	problem := &Error{Code: "invalid"}
	for name, raw := range in {
		f := o.Field(name)
		if f == nil || a.Access(o, f) == "hidden" {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("unknown_field")})
			continue
		}
		if m, ok := raw.(map[string]any); ok && m["hidden"] == true {
			continue // a reference one may not see, sent back, changes nothing
		}
		if a.Access(o, f) != "write" {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("read_only")})
			continue
		}
		if f.Lines() != nil {
			lines, err := s.parseLines(ctx, q, a, f, raw, problem)
			if err != nil {
				return nil, err
			}
			values[name] = []any{lines}
			continue
		}
		columns, err := s.parseValue(ctx, q, a, f, raw)
		var p *schema.Problem
		if errors.As(err, &p) {
			problem.Fields = append(problem.Fields, FieldError{name, p})
			continue
		} else if err != nil {
			return nil, err
		}
		values[name] = columns
	}
	if problem.Fields != nil {
		slices.SortFunc(problem.Fields, func(x, y FieldError) int { return strings.Compare(x.Field, y.Field) })
		return nil, problem
	}
	return values, nil
}

// parseValue reads one value; what is cleared has as many empty columns as the
// field.
func (s *Service) parseValue(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, raw any) ([]any, error) {
	raw, err := s.resolve(ctx, q, a, f, raw)
	if err != nil {
		return nil, err
	}
	columns, err := f.Kind().Parse(f, raw)
	if err != nil {
		return nil, err
	}
	if f.Type == "money" && columns != nil && columns[1] == "" {
		columns[1] = s.Currency()
	}
	if columns == nil {
		columns = make([]any, len(f.Columns()))
	}
	return columns, nil
}

// required refuses a record without a value it must have. One that had none before
// the field was required may be changed elsewhere.
func required(o *schema.Object, before, v Values, language string) error {
	problem := &Error{Code: "invalid"}
	without := func(v Values, f *schema.Field) bool { return v[f.Name] == nil || v[f.Name][0] == nil }
	for _, f := range o.Fields {
		if f.Required && without(v, f) && (before == nil || !without(before, f)) {
			problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("required")})
		}
	}
	if len(o.OneOf) > 0 && !slices.ContainsFunc(o.OneOf, func(name string) bool { return !without(v, o.Field(name)) }) {
		var names []string
		for _, name := range o.OneOf {
			names = append(names, o.Field(name).Label.In(language))
		}
		problem.add(o.OneOf[0], "one_of_required", "names", strings.Join(names, "／"))
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}

// references checks that every reference set points to a record the actor may
// see.
func (s *Service) references(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, v Values) error {
	if u := unitOf(ctx); u != nil && u.fills {
		return nil
	}
	for name, columns := range v {
		f := o.Field(name)
		if f.Lines() != nil {
			continue // see lineReferences
		}
		if many := f.Many(); many != "" && columns[0] != nil && !f.System {
			text, _ := columns[0].(string)
			ids := schema.IDs(text)
			found, err := s.labels(ctx, tx, a, many, ids, false)
			if err != nil {
				return err
			}
			if len(found) != len(ids) {
				return invalid(name, "no_such_record")
			}
		}
		target := f.Target()
		if f.Type == "anyreference" && columns[0] != nil {
			target, _ = columns[1].(string)
		}
		id, ok := columns[0].(int64)
		if target == "" || !ok || f.System {
			continue
		}
		u := unitOf(ctx)
		look := sight{a.ID, target, id}
		if u != nil && u.seen[look] {
			continue
		}
		found, err := s.labels(ctx, tx, a, target, []int64{id}, false)
		if err != nil {
			return err
		}
		if _, ok := found[id]; !ok {
			return invalid(name, "no_such_record")
		}
		if u != nil {
			u.seen[look] = true
		}
	}
	return nil
}
