package record

import (
	"context"
	"encoding/json"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// resolve turns a reference written by a unique field, {"number": "C000017"},
// or by the key of an object that has one ("salesperson") into the id of the
// record, and the ids of uploaded files into the files. Everything else stays as it was sent. Only what the actor may see is
// found.
func (s *Service) resolve(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, raw any) (any, error) {
	if many := f.Many(); many != "" {
		items, ok := raw.([]any)
		if !ok {
			return raw, nil
		}
		resolved := make([]any, len(items))
		for i, item := range items {
			one, err := s.resolveOne(ctx, q, a, a.Registry.Object(many), item)
			if err != nil {
				return nil, err
			}
			resolved[i] = one
		}
		return resolved, nil
	}
	if f.Files() > 0 {
		return s.resolveFiles(ctx, q, a, f, raw)
	}
	target := f.Target()
	if m, ok := raw.(map[string]any); ok && f.Type == "anyreference" {
		object, _ := m["object"].(string)
		if m["id"] != nil || len(m) != 2 {
			return raw, nil
		}
		inner := map[string]any{}
		for k, v := range m {
			if k != "object" {
				inner[k] = v
			}
		}
		id, err := s.resolveOne(ctx, q, a, a.Registry.Object(object), inner)
		if err != nil {
			return nil, err
		}
		return map[string]any{"object": object, "id": id}, nil
	}
	if target == "" {
		return raw, nil
	}
	return s.resolveOne(ctx, q, a, a.Registry.Object(target), raw)
}

func (s *Service) resolveOne(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, raw any) (any, error) {
	if o == nil {
		return raw, nil
	}
	var field string
	var value any
	switch v := raw.(type) {
	case string:
		if _, isID := schema.ParseID(v); isID || v == "" || o.Key == "" {
			return raw, nil
		}
		field, value = o.Key, v
	case map[string]any:
		if len(v) != 1 || v["id"] != nil || v["hidden"] != nil {
			return raw, nil
		}
		for k, one := range v {
			field, value = k, one
		}
	default:
		return raw, nil
	}
	f := o.Field(field)
	if f == nil || !f.Unique || !a.Readable(o, f) {
		return nil, schema.Bad("not_a_key", "field", field)
	}
	switch value.(type) {
	case string, json.Number:
	default:
		return nil, schema.Bad("not_a_reference")
	}
	ids, err := s.withValue(ctx, q, a, o, f, value)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, schema.Bad("no_such_record")
	}
	return strconv.FormatInt(ids[0], 10), nil
}

// withValue finds the live records the actor may see whose unique field holds a
// value, as JSON spells it.
func (s *Service) withValue(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, f *schema.Field, value any) ([]int64, error) {
	if _, err := f.Kind().Parse(f, value); err != nil {
		return nil, err
	}
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Columns: []string{"id"},
		Query: query.Query{Object: o, Limit: 1, Sort: []query.Key{{Field: "id"}}, Filter: &query.Node{Op: query.Eq, Field: f.Name, Value: value, Pos: -1}},
	}.Rows(ctx, q)
	var ids []int64
	for _, r := range rows {
		if id, ok := r[0].(int64); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// touched raises the epoch before a write to what only administrators write, so
// that such writes come one after another and every node learns of them.
func (s *Service) touched(ctx context.Context, tx store.Querier, o *schema.Object) error {
	if !o.AdminOnly {
		return nil
	}
	if u := unitOf(ctx); u != nil {
		clear(u.rates)
	}
	return s.Touch(ctx, tx)
}

// ownerFor is who owns a new record when nobody is named: the actor; where he
// acts for salespeople, the one whose record it belongs to, or the only one.
func (s *Service) ownerFor(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, v Values) (int64, error) {
	if !a.Assists(o) {
		return a.ID, nil
	}
	for _, name := range o.Through {
		parent, id := a.Registry.Object(o.Field(name).Target()), v.Int(name)
		if parent == nil || !parent.Owned || id == 0 {
			continue
		}
		rows, err := store.Find(ctx, tx, parent.Table(), parent.Field("owner").Column(), store.Row{"id": id}, "")
		if err != nil {
			return 0, err
		}
		if len(rows) == 1 {
			if owner, _ := rows[0][0].(int64); a.ActsFor(owner) {
				return owner, nil
			}
		}
	}
	if len(a.Assisted) == 1 {
		return a.Assisted[0], nil
	}
	return a.ID, nil
}
