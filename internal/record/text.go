package record

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// ParseText reads values as a file spells them: dates, numbers and choices in
// words, references by the name or number of the record.
func (s *Service) ParseText(ctx context.Context, a *policy.Actor, o *schema.Object, cells map[string]string) (Values, error) {
	values := Values{}
	problem := fail("invalid")
	for name, text := range cells {
		f := o.Field(name)
		if f == nil || a.Access(o, f) != "write" {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("read_only")})
			continue
		}
		columns, err := s.parseText(ctx, a, f, text)
		var p *schema.Problem
		if errors.As(err, &p) {
			problem.Fields = append(problem.Fields, FieldError{name, p})
			continue
		} else if err != nil {
			return nil, err
		}
		if columns == nil {
			continue
		}
		if f.Type == "money" && columns[1] == "" {
			columns[1] = s.Currency()
		}
		values[name] = columns
	}
	if problem.Fields != nil {
		return nil, problem
	}
	return values, nil
}

func (s *Service) parseText(ctx context.Context, a *policy.Actor, f *schema.Field, text string) ([]any, error) {
	if t, ok := f.Kind().(schema.Zoned); ok {
		return t.ParseTextIn(f, text, a.Zone())
	}
	if t, ok := f.Kind().(schema.Textual); ok {
		return t.ParseText(f, text)
	}
	if text == "" {
		return nil, nil
	}
	if many := a.Registry.Object(f.Many()); many != nil {
		var ids []any
		for _, name := range schema.SplitList(text, "") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			id, err := s.goingBy(ctx, a, many, name)
			if err != nil {
				return nil, err
			}
			ids = append(ids, strconv.FormatInt(id, 10))
		}
		return f.Kind().Parse(f, ids)
	}
	target := a.Registry.Object(f.Target())
	if target == nil {
		return nil, schema.Bad("not_a_reference")
	}
	id, err := s.goingBy(ctx, a, target, text)
	var p *schema.Problem
	if f.Grow && errors.As(err, &p) && p.Code == "no_such_record" && a.May(target, policy.Create) {
		return []any{Missing(text)}, nil
	}
	if err != nil {
		return nil, err
	}
	return []any{id}, nil
}

// goingBy finds the one record that goes by a name, number or key.
func (s *Service) goingBy(ctx context.Context, a *policy.Actor, target *schema.Object, text string) (int64, error) {
	tried := map[string]bool{}
	for _, name := range []string{target.Title, target.Key, "number", "login"} {
		if f := target.Field(name); tried[name] || f == nil || !a.Readable(target, f) {
			continue
		}
		tried[name] = true
		ids, err := s.FindBy(ctx, a, target, name, text, 2)
		if err != nil {
			return 0, err
		}
		if len(ids) == 1 {
			return ids[0], nil
		}
	}
	return 0, Unfound(target, text)
}

// Unfound says that no record the asker sees goes by a name. Of people it says the
// name: whoever reads it has a list of whom to add.
func Unfound(target *schema.Object, name string) *schema.Problem {
	if target.Name == "user" {
		return schema.Bad("no_such_user", "value", schema.Shorten(name))
	}
	return schema.Bad("no_such_record")
}

// Missing stands in a reference for a record that is not there yet and is made,
// under this name, in the transaction of the record that refers to it.
type Missing string

// grow makes the records that stand as Missing in v, or takes those another row
// made meanwhile.
func (s *Service) grow(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, v Values) error {
	for field, columns := range v {
		if len(columns) == 0 {
			continue
		}
		name, ok := columns[0].(Missing)
		if !ok {
			continue
		}
		target := a.Registry.Object(o.Field(field).Target())
		title := target.Field(target.Title)
		ids, err := s.withValue(ctx, tx, a, target, title, string(name))
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			id := s.IDs.Next()
			parsed, err := title.Kind().Parse(title, string(name))
			if err != nil {
				return err
			}
			if err := s.insert(ctx, tx, a, target, id, Values{title.Name: parsed}); err != nil {
				return err
			}
			ids = []int64{id}
		}
		v[field] = []any{ids[0]}
	}
	return nil
}

// FindBy lists records that the actor may see and whose field is exactly this
// text, oldest first.
func (s *Service) FindBy(ctx context.Context, a *policy.Actor, o *schema.Object, field, text string, limit int) ([]int64, error) {
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Columns: []string{"id"},
		Query: query.Query{Object: o, Limit: limit, Sort: []query.Key{{Field: "id"}}, Filter: &query.Node{Op: query.Eq, Field: field, Value: text}},
	}.Rows(ctx, s.within(ctx))
	var ids []int64
	for _, r := range rows {
		if id, ok := r[0].(int64); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// CreateValues makes a record of parsed values and answers its id.
func (s *Service) CreateValues(ctx context.Context, a *policy.Actor, o *schema.Object, values Values) (id int64, err error) {
	err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
		id, err = u.CreateValues(ctx, a, o, values)
		return err
	})
	return id, err
}
