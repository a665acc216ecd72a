package record

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Unmake takes back that a record was made, or removed, under an origin: it goes to the
// recycle bin, with what its rules made beside it, or comes out of it. Whoever made a
// thing may take it back though he may remove no others. One that somebody worked on
// since is a conflict; false: there is nothing to take back.
func (u *Unit) Unmake(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, origin string) (bool, error) {
	if err := u.flush(ctx); err != nil {
		return false, err
	}
	engine := engineOf(a)
	v, _, err := u.service.writable(ctx, u.tx, engine, o, id, policy.View, false)
	if IsCode(err, "not_found") {
		removed, err := u.wrote(ctx, id, origin, "deleted")
		if err != nil || !removed {
			return false, err
		}
		return true, u.bin(ctx, engine, o, id, true)
	} else if err != nil {
		return false, err
	}
	made, err := u.wrote(ctx, id, origin, "created", "restored")
	if err != nil || !made {
		return false, err
	}
	others, err := store.Find(ctx, u.tx, auditTable.Name, "origin", store.Row{"record_id": id}, "ORDER BY id DESC LIMIT 1")
	if err != nil {
		return false, err
	}
	if len(others) > 0 && others[0][0] != any(origin) {
		return false, fail("conflict")
	}
	// What its rules made: a call's next step.
	for _, f := range o.Fields {
		target := a.Registry.Object(f.Target())
		if !f.ReadOnly || f.System || target == nil || v.Int(f.Name) == 0 {
			continue
		}
		beside, err := u.service.rows(ctx, u.tx, a.Registry, target.Name, query.Is("id", v.Int(f.Name)), 1)
		if err != nil {
			return false, err
		}
		if len(beside) == 0 {
			continue
		}
		if _, err := u.Unmake(ctx, a, target, v.Int(f.Name), origin); err != nil && !IsCode(err, "conflict") {
			return false, err
		}
	}
	return true, u.bin(ctx, engine, o, id, false)
}

// wrote tells whether something was done to a record under an origin.
func (u *Unit) wrote(ctx context.Context, id int64, origin string, actions ...string) (bool, error) {
	for _, action := range actions {
		found, err := store.Find(ctx, u.tx, auditTable.Name, "id", store.Row{"record_id": id, "origin": origin, "action": action}, "LIMIT 1")
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}
