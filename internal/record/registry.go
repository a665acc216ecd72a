package record

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// registryCounter counts the changes of fields and objects; it is raised in the
// transaction of each. The registry's version is one more.
const registryCounter = "registry"

// announce tells every node that fields or objects change with a transaction.
// Such transactions come one after another.
func announce(ctx context.Context, tx store.Querier) error {
	_, err := store.Count(ctx, tx, registryCounter)
	return err
}

// Abreast answers the epoch (see Touch), with the registry in force as new as the
// newest committed change of it on any node: one statement, asked with each
// request.
func (s *Service) Abreast(ctx context.Context) (epochNow int64, err error) {
	counters, err := store.Counters(ctx, s.DB, epoch, registryCounter)
	if err != nil {
		return 0, err
	}
	return counters[epoch], s.renew(ctx, counters[registryCounter])
}

// Standing is Abreast, and reads with the same statement the row by which a request
// says who makes it (see store.DB.Standing); nil where there is none.
func (s *Service) Standing(ctx context.Context, table, columns, key, value string) (row []any, epochNow int64, err error) {
	row, counters, err := s.DB.Standing(ctx, table, columns, key, value, epoch, registryCounter)
	if err != nil || row == nil {
		return nil, 0, err
	}
	return row, counters[0], s.renew(ctx, counters[1])
}

// renew has the registry in force be that of the counter.
func (s *Service) renew(ctx context.Context, counted int64) error {
	if s.Current.Load().Version == counted+1 {
		return nil
	}
	_, err := s.Reload(ctx)
	return err
}

// abreast has a unit see the registry as its transaction does, whatever this node
// knew when its values were parsed.
func (u *Unit) abreast(ctx context.Context) error {
	if u.tx.Postgres() {
		n, err := store.Counter(ctx, u.tx, registryCounter)
		if err != nil {
			return err
		}
		if u.service.Current.Load().Version != n+1 {
			// By the unit's own connection: others may all be held by units that wait.
			if _, err := u.service.reload(ctx, u.tx); err != nil {
				return err
			}
		}
	}
	u.registry = u.service.Current.Load()
	return nil
}

// current is an actor, and the object he writes, as the unit's registry has them.
// Values that were parsed by an older one fit: types never change; fields that
// are gone are told.
func (u *Unit) current(a *policy.Actor, o *schema.Object, v Values) (*policy.Actor, *schema.Object, error) {
	if a.Registry == u.registry {
		return a, o, nil
	}
	o = u.registry.Object(o.Name)
	if o == nil {
		return nil, nil, fail("not_found")
	}
	problem := fail("invalid")
	for name := range v {
		if o.Field(name) == nil {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("unknown_field")})
		}
	}
	if problem.Fields != nil {
		return nil, nil, problem
	}
	now := *a
	now.Registry = u.registry
	return &now, o, nil
}
