package record

import (
	"context"
	"errors"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// since keeps the instants at which other fields changed last.
func (c *Change) since() {
	for _, f := range c.Object.Fields {
		if f.Since != "" && c.Changed(f.Since) {
			c.After[f.Name] = []any{c.Now}
		}
	}
}

func (s *Service) check(ctx context.Context, c *Change) error {
	if err := c.advance(ctx); err != nil {
		return err
	}
	if r := s.rules[c.Object.Name]; r.Check != nil {
		if err := r.Check(ctx, c); err != nil {
			return err
		}
	}
	if err := required(c.Object, c.Before, c.After, c.Actor.Language); err != nil {
		return err
	}
	sent := Values{}
	for name := range c.After {
		if c.Changed(name) {
			sent[name] = c.After[name]
		}
	}
	if err := s.references(ctx, c.tx, c.Actor, c.Object, sent); err != nil {
		return err
	}
	if err := s.hung(ctx, c); err != nil {
		return err
	}
	if err := s.lineReferences(ctx, c); err != nil {
		return err
	}
	if err := s.value(ctx, c); err != nil {
		return err
	}
	s.celebrate(c)
	if err := s.warn(ctx, c); err != nil {
		return err
	}
	return s.compare(ctx, c)
}

// load reads a live record that the actor may do verb to.
func (s *Service) load(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	v, version, err := s.look(ctx, q, a, o, id, verb, deleted)
	if err != nil {
		return nil, 0, err
	}
	return v, version, s.withLines(ctx, q, o, map[int64]Values{id: v})
}

// look is load without the rows of lines fields.
func (s *Service) look(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	names := make([]string, 0, len(o.Columns()))
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: query.AllOf(query.Is("id", id), seen(a, o, verb)), Columns: names,
		Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: 1, Deleted: deleted},
	}.Rows(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 {
		return nil, 0, fail("not_found")
	}
	version, _ := rows[0][1].(int64)
	return valuesOf(o, rows[0]), version, nil
}

// seen is what records must fit for the actor to do verb to them and see them: a
// role that lets somebody change more than it shows changes nothing unseen.
func seen(a *policy.Actor, o *schema.Object, verb string) *query.Node {
	if verb == policy.View {
		return a.Filter(o, verb)
	}
	return query.AllOf(a.Filter(o, verb), a.Filter(o, policy.View))
}

// writable loads a record for a write: not found when it is invisible,
// forbidden when it may only be read.
func (s *Service) writable(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	if err := store.Hold(ctx, tx, o.Table(), id); err != nil {
		return nil, 0, err
	}
	v, version, err := s.load(ctx, tx, a, o, id, verb, deleted)
	if IsCode(err, "not_found") {
		if _, _, seen := s.look(ctx, tx, a, o, id, policy.View, deleted); seen == nil {
			return nil, 0, fail("forbidden")
		}
	}
	return v, version, err
}

// explain turns what the store says into what a client is told.
func (s *Service) explain(o *schema.Object, err error) error {
	if !errors.Is(err, store.ErrUnique) {
		return err
	}
	problem := fail("conflict")
	if o.IsLink() && (strings.Contains(err.Error(), o.Pair()) || strings.Contains(err.Error(), o.Table()+"."+o.End(1).Column())) {
		problem.Fields = append(problem.Fields, FieldError{o.Links[1], schema.Bad("linked")})
	}
	for _, f := range o.Fields {
		if clashes(o, f, err) {
			problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("taken")})
		}
	}
	return problem
}
