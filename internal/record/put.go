package record

import (
	"context"
	"encoding/json"
	"errors"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
)

// Put creates the record whose unique field has a value, or changes it: the way
// another system keeps its records here under its own key. Two that put the same
// at once make one record. It answers the id and whether the record is new.
func (s *Service) Put(ctx context.Context, a *policy.Actor, o *schema.Object, field, value string, in Input, ifMatch int64) (id int64, created bool, err error) {
	f := o.Field(field)
	if f == nil || !a.Readable(o, f) {
		return 0, false, fail("not_found")
	}
	if !f.Unique {
		return 0, false, invalid(field, "not_a_key", "field", field)
	}
	var raw any = value
	columns, err := f.Kind().Parse(f, raw)
	if err != nil {
		raw = json.Number(value)
		if columns, err = f.Kind().Parse(f, raw); err != nil {
			var p *schema.Problem
			if errors.As(err, &p) {
				return 0, false, &Error{Code: "invalid", Fields: []FieldError{{field, p}}}
			}
			return 0, false, err
		}
	}
	if columns == nil {
		return 0, false, fail("not_found")
	}
	sent := Input{}
	for k, v := range in {
		sent[k] = v
	}
	if again, ok := sent[field]; ok {
		if parsed, err := f.Kind().Parse(f, again); err != nil || !same(parsed, columns) {
			return 0, false, invalid(field, "value_differs")
		}
		delete(sent, field)
	}
	for range 3 {
		err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
			ids, err := s.withValue(ctx, u.tx, a, o, f, raw)
			if err != nil {
				return err
			}
			if len(ids) == 1 {
				id, created = ids[0], false
				if !a.May(o, policy.Edit) {
					return fail("forbidden")
				}
				return u.Update(ctx, a, o, id, sent, ifMatch)
			}
			if ifMatch != 0 {
				return fail("conflict")
			}
			whole := Input{field: raw}
			for k, v := range sent {
				whole[k] = v
			}
			created = true
			id, err = u.Create(ctx, a, o, whole)
			return err
		})
		// Somebody put it between the look and the write: look again.
		if !created || !IsCode(err, "conflict") || !s.visible(ctx, a, o, f, raw) {
			break
		}
	}
	return id, created, err
}

// visible tells whether a live record with this value can be seen now.
func (s *Service) visible(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field, raw any) bool {
	ids, err := s.withValue(ctx, s.DB, a, o, f, raw)
	return err == nil && len(ids) == 1
}
