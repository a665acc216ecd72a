package record

import (
	"context"
	"fmt"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// RetiredField is a field that was taken out of use; its values wait.
type RetiredField struct {
	Field *schema.Field
	At    int64
	By    int64
}

// RetireField takes a field made at run time out of use: it is gone from lists,
// forms, filters and the API at once, and its values stay until it is restored or
// dropped.
func (s *Service) RetireField(ctx context.Context, a *policy.Actor, o *schema.Object, name string) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	f := o.Field(name)
	switch {
	case f == nil:
		return fail("not_found")
	case !f.Custom:
		return Invalid("name", "read_only")
	case o.Title == name || o.Stage == name || o.SeenThrough(name):
		return Invalid("name", "field_needed")
	}
	return s.retire(ctx, o, name, store.Row{"retired_at": time.Now().UnixMicro(), "retired_by": a.ID})
}

// RestoreField brings a retired field back with its values.
func (s *Service) RestoreField(ctx context.Context, a *policy.Actor, o *schema.Object, name string) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	if _, err := s.retired(ctx, o, name); err != nil {
		return err
	}
	return s.retire(ctx, o, name, store.Row{"retired_at": nil, "retired_by": nil})
}

func (s *Service) retire(ctx context.Context, o *schema.Object, name string, set store.Row) error {
	err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		if err := announce(ctx, tx); err != nil {
			return err
		}
		n, err := store.Update(ctx, tx, customTable.Name, set, store.Row{"object": o.Name, "name": name})
		if err == nil && n == 0 {
			return fail("not_found")
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Reload(ctx)
	return err
}

// Retired lists an object's fields that were taken out of use.
func (s *Service) Retired(ctx context.Context, a *policy.Actor, o *schema.Object) ([]RetiredField, error) {
	if !a.Admin() {
		return nil, fail("forbidden")
	}
	rows, err := store.Find(ctx, s.DB, customTable.Name, "definition, retired_at, retired_by", store.Row{"object": o.Name}, "AND retired_at IS NOT NULL ORDER BY retired_at DESC, name")
	if err != nil {
		return nil, err
	}
	found := []RetiredField{}
	for _, r := range rows {
		text, _ := r[0].(string)
		one := RetiredField{}
		if one.Field, err = decodeField(text); err != nil {
			return nil, fmt.Errorf("retired field of %s: %w", o.Name, err)
		}
		one.At, _ = r[1].(int64)
		one.By, _ = r[2].(int64)
		found = append(found, one)
	}
	return found, nil
}

// retired is one retired field.
func (s *Service) retired(ctx context.Context, o *schema.Object, name string) (*schema.Field, error) {
	rows, err := store.Find(ctx, s.DB, customTable.Name, "definition", store.Row{"object": o.Name, "name": name}, "AND retired_at IS NOT NULL")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fail("not_found")
	}
	text, _ := rows[0][0].(string)
	return decodeField(text)
}

// DropField removes a retired field with all its values, for good.
func (s *Service) DropField(ctx context.Context, a *policy.Actor, o *schema.Object, name string) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	f, err := s.retired(ctx, o, name)
	if err != nil {
		return err
	}
	f.Custom = true
	trial, err := tried(a.Registry, o.With([]*schema.Field{f}))
	if err != nil {
		return err
	}
	with := trial.Object(o.Name)
	return s.DB.DropField(ctx, with, with.Field(name), func(ctx context.Context, tx store.Querier) error {
		where := store.Row{"object": o.Name, "name": name}
		if n, err := store.Delete(ctx, tx, customTable.Name, where); err != nil || n == 0 {
			return fail("not_found")
		}
		// Its files go as if they had been taken away.
		if _, err := store.Update(ctx, tx, uses.Name, store.Row{"until": time.Now().UnixMicro()}, store.Row{"object": o.Name, "place": name}); err != nil {
			return err
		}
		for _, k := range with.SortKeys() {
			if k.Field.Name == name {
				if _, err := store.Delete(ctx, tx, orderTable.Name, store.Row{"object": o.Name, "name": k.Column}); err != nil {
					return err
				}
			}
		}
		return announce(ctx, tx)
	})
}
