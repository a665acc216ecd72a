package record

import (
	"context"
	"maps"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
)

// Warnings are what writes under a context were told to be doubtful, though
// they were kept: see Warned.
type Warnings struct{ of map[thing][]FieldError }

type warnedKey struct{}

// Warned has the writes under the context it answers tell what is doubtful.
func Warned(ctx context.Context) (context.Context, *Warnings) {
	w := &Warnings{map[thing][]FieldError{}}
	return context.WithValue(ctx, warnedKey{}, w), w
}

// Of are the warnings about one record.
func (w *Warnings) Of(o *schema.Object, id int64) []FieldError { return w.of[thing{o.Name, id}] }

// heard keeps what a unit that is now committed warned of.
func heard(ctx context.Context, u *Unit) {
	if w, ok := ctx.Value(warnedKey{}).(*Warnings); ok {
		maps.Copy(w.of, u.warnings)
	}
}

// Warnings are what this unit's write of a record was told to be doubtful.
func (u *Unit) Warnings(o *schema.Object, id int64) []FieldError {
	return u.warnings[thing{o.Name, id}]
}

// Warn tells whoever writes that a value is doubtful; it is kept all the same.
func (c *Change) Warn(field, code string, params ...string) {
	f := c.Object.Field(field)
	if f == nil || !c.Actor.Readable(c.Object, f) {
		return
	}
	c.warnings = append(c.warnings, FieldError{field, schema.Bad(code, params...)})
}

// warn collects what is doubtful about the fields that change: what their types
// say, then what the object's module does.
func (s *Service) warn(ctx context.Context, c *Change) error {
	c.warnings = nil
	if u := unitOf(ctx); u != nil && u.fills {
		return nil
	}
	for _, f := range c.Object.Fields {
		t, ok := f.Kind().(schema.Doubtful)
		if !ok || f.System || !c.Changed(f.Name) || c.After[f.Name] == nil {
			continue
		}
		for _, p := range t.Doubts(f, c.After[f.Name]) {
			if c.Actor.Readable(c.Object, f) {
				c.warnings = append(c.warnings, FieldError{f.Name, p})
			}
		}
	}
	c.unvalued()
	c.doubtStage()
	if r := s.rules[c.Object.Name]; r.Warn != nil {
		if err := r.Warn(ctx, c); err != nil {
			return err
		}
	}
	return c.heed(ctx)
}

// heed keeps what the unit is to tell of the record.
func (c *Change) heed(ctx context.Context) error {
	if u := unitOf(ctx); u != nil {
		u.warnings[thing{c.Object.Name, c.ID}] = c.warnings
	}
	return nil
}

// Doubts tells what a write of these fields would be warned of, and writes
// nothing: what is being typed. id is the record they are typed into, 0 for a new
// one; without fields it tells what is doubtful about the record as it stands. Fields that cannot be read are left to the write, which refuses them.
func (s *Service) Doubts(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, in Input) ([]FieldError, error) {
	if !a.May(o, policy.View) {
		return nil, fail("forbidden")
	}
	c := &Change{Actor: a, Object: o, ID: id, Created: id == 0, After: Values{}, Now: clock(ctx), service: s, tx: s.DB}
	if id != 0 {
		v, _, err := s.look(ctx, s.DB, a, o, id, policy.View, false)
		if err != nil {
			return nil, err
		}
		maps.Copy(c.After, v)
		if len(in) > 0 {
			c.Before = v
		}
	}
	for name, raw := range in {
		f := o.Field(name)
		if f == nil || f.Lines() != nil || a.Access(o, f) != "write" {
			continue
		}
		columns, err := f.Kind().Parse(f, raw)
		if err == nil && columns != nil {
			c.After[name] = columns
		}
	}
	if err := s.value(ctx, c); err != nil {
		return nil, err
	}
	if err := s.warn(ctx, c); err != nil {
		return nil, err
	}
	err := s.compare(ctx, c)
	return c.warnings, err
}
