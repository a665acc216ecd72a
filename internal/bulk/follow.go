package bulk

import (
	"context"
	"encoding/json"
	"errors"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// following is what makes the same follow-up for each of many records: a task, a visit
// that is planned, a call that was made.
type following struct {
	// Object is that of what is made, Values what it holds beside what it belongs to.
	Object string       `json:"object"`
	Values record.Input `json:"values"`
	// ToOwner has whoever owns each record own what is made of it; else it is the
	// actor's, or whom Values name.
	ToOwner bool `json:"to_owner"`
}

// linkTo is the reference by which a record of one object belongs to one of another:
// the one called like it first.
func linkTo(o *schema.Object, target string) *schema.Field {
	if f := o.Field(target); f != nil && f.Type == "reference" && f.Target() == target {
		return f
	}
	for _, f := range o.Fields {
		if f.Type == "reference" && f.Target() == target && !f.ReadOnly {
			return f
		}
	}
	return nil
}

func (s *Service) follow(ctx context.Context, a *policy.Actor, o *schema.Object, raw json.RawMessage) (action, error) {
	var in following
	if err := decode(raw, &in); err != nil {
		return nil, err
	}
	made := a.Registry.Object(in.Object)
	if made == nil || !made.Happens() || made.Due == nil {
		return nil, record.Invalid("object", "not_followed_by", "object", o.Label.In(a.Language))
	}
	link := linkTo(made, o.Name)
	if link == nil || a.Access(made, link) != "write" {
		return nil, record.Invalid("object", "not_followed_by", "object", o.Label.In(a.Language))
	}
	if !a.May(made, policy.Create) {
		return nil, &record.Error{Code: "forbidden"}
	}
	// The same is asked of all: what belongs to one record alone is not among it.
	for _, name := range []string{link.Name, "customer"} {
		delete(in.Values, name)
	}
	values, err := s.Records.Parse(ctx, a, made, in.Values)
	if err != nil {
		return nil, err
	}
	for _, f := range made.Fields {
		if f.Required && f.Default == nil && f.Name != link.Name && (values[f.Name] == nil || values[f.Name][0] == nil) {
			return nil, record.Invalid(f.Name, "required")
		}
	}
	customer := linkTo(made, "customer")
	return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
		found, err := u.Read(ctx, a, o, policy.View, []int64{r.id})
		if err != nil {
			return 0, nil, err
		}
		one, ok := found[r.id]
		if !ok {
			return 0, nil, &record.Error{Code: "not_found"}
		}
		v := record.Values{}
		for name, columns := range values {
			v[name] = columns
		}
		v[link.Name] = []any{r.id}
		// What hangs on a contact or a deal is its customer's too, where he sees that one.
		if f := o.Field("customer"); f != nil && customer != nil && customer != link && a.Readable(o, f) && one.Values.Int("customer") != 0 {
			if seen, err := u.Read(ctx, a, a.Registry.Object("customer"), policy.View, []int64{one.Values.Int("customer")}); err != nil {
				return 0, nil, err
			} else if len(seen) > 0 {
				v[customer.Name] = []any{one.Values.Int("customer")}
			}
		}
		if owner := one.Values.Int("owner"); in.ToOwner && owner != 0 && a.Readable(o, o.Field("owner")) {
			v["owner"] = []any{owner}
		}
		id, err := u.CreateValues(ctx, a, made, v)
		if err != nil {
			return 0, nil, err
		}
		return done, nil, note(ctx, u, r, made.Name, id)
	}, nil
}

// note writes down what a row made, for whoever takes it back.
func note(ctx context.Context, u *record.Unit, r row, object string, id int64) error {
	_, err := store.Update(ctx, u.Store(), rows.Name, store.Row{"made_object": object, "made_id": id}, store.Row{"job_id": r.job, "n": r.n})
	return err
}

// madeBy reads what a job made of a record: the object and the id, 0 where it made
// nothing.
func madeBy(ctx context.Context, u *record.Unit, job, id int64) (string, int64, error) {
	found, err := store.Find(ctx, u.Store(), rows.Name, "made_object, made_id", store.Row{"job_id": job, "record_id": id}, "")
	if err != nil || len(found) == 0 {
		return "", 0, err
	}
	object, _ := found[0][0].(string)
	made, _ := found[0][1].(int64)
	return object, made, nil
}

// unmake takes back what a job made of a record, or what another took back so: it goes
// to the recycle bin unless somebody worked on it, or comes out of it again.
func unmake(ctx context.Context, u *record.Unit, a *policy.Actor, r row, job int64, object string, id int64) (int64, *Problem, error) {
	o := a.Registry.Object(object)
	if o == nil {
		return 0, nil, &record.Error{Code: "not_found"}
	}
	changed, err := u.Unmake(ctx, a, o, id, origin(job))
	var refused *record.Error
	switch {
	case errors.As(err, &refused) && refused.Code == "conflict":
		return failed, &Problem{Code: "changed_since", Fields: []record.FieldNote{{Field: "updated_at", Code: "changed_since"}}}, nil
	case err != nil || !changed:
		return unchanged, nil, err
	}
	return done, nil, note(ctx, u, r, object, id)
}
