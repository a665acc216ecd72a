package bulk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// action does its work on one row; it answers one of the results of a row.
type action func(ctx context.Context, u *record.Unit, r row, known *record.Current) (int64, *Problem, error)

// row is one record of a job.
type row struct{ job, n, id, version int64 }

// prepare reads an action's input under the actor's rights.
func (s *Service) prepare(ctx context.Context, a *policy.Actor, o *schema.Object, in input) (action, error) {
	raw := in.Input
	switch in.Action {
	case Act, ActOnce:
		return s.act(ctx, a, o, in.Name, raw)
	case Assign:
		return s.assign(ctx, a, o, raw)
	case Edit:
		var in struct {
			Fields record.Input `json:"fields"`
		}
		if err := decode(raw, &in); err != nil {
			return nil, err
		}
		if len(in.Fields) == 0 {
			return nil, record.Invalid("fields", "required")
		}
		return s.edit(ctx, a, o, in.Fields)
	case Tag:
		return s.tag(a, o, raw)
	case Follow:
		return s.follow(ctx, a, o, raw)
	case Delete:
		return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
			return done, nil, u.Delete(ctx, a, o, r.id)
		}, nil
	case Restore:
		return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
			return done, nil, u.Restore(ctx, a, o, r.id)
		}, nil
	}
	return s.share(ctx, a, o, raw)
}

// act does what the object's action does.
func (s *Service) act(ctx context.Context, a *policy.Actor, o *schema.Object, name string, raw json.RawMessage) (action, error) {
	var in record.Input
	if err := decode(raw, &in); err != nil {
		return nil, err
	}
	if err := s.Records.CheckAction(ctx, a, o, name, in); err != nil {
		return nil, err
	}
	return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
		_, err := u.ActAmong(ctx, a, o, r.id, name, in)
		return done, nil, err
	}, nil
}

// written answers done or unchanged.
func written(changed bool, err error) (int64, *Problem, error) {
	if changed {
		return done, nil, err
	}
	return unchanged, nil, err
}

func (s *Service) edit(ctx context.Context, a *policy.Actor, o *schema.Object, in record.Input) (action, error) {
	values, err := s.Records.Parse(ctx, a, o, in)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, u *record.Unit, r row, known *record.Current) (int64, *Problem, error) {
		return written(u.Write(ctx, a, o, r.id, known, values, r.version))
	}, nil
}

func (s *Service) assign(ctx context.Context, a *policy.Actor, o *schema.Object, raw json.RawMessage) (action, error) {
	var in struct {
		Owner      any `json:"owner"`
		Department any `json:"department"`
	}
	if err := decode(raw, &in); err != nil {
		return nil, err
	}
	if !o.Owned {
		return nil, &record.Error{Code: "not_found"}
	}
	fields := record.Input{}
	if in.Owner != nil {
		fields["owner"] = in.Owner
	}
	if in.Department != nil {
		fields["department"] = in.Department
	}
	if len(fields) == 0 {
		return nil, record.Invalid("owner", "required")
	}
	return s.edit(ctx, a, o, fields)
}

func (s *Service) tag(a *policy.Actor, o *schema.Object, raw json.RawMessage) (action, error) {
	var in struct {
		Field  string   `json:"field"`
		Add    []string `json:"add"`
		Remove []string `json:"remove"`
	}
	if err := decode(raw, &in); err != nil {
		return nil, err
	}
	// Other fields take free words too, such as other names.
	if in.Field == "" {
		in.Field = "tags"
	}
	f := o.Field(in.Field)
	switch {
	case f == nil || f.Type != "tags" || !a.Readable(o, f):
		return nil, record.Invalid("field", "unknown_field")
	case a.Access(o, f) != "write":
		return nil, record.Invalid(f.Name, "read_only")
	case len(in.Add)+len(in.Remove) == 0:
		return nil, record.Invalid("add", "required")
	}
	list := func(words []string) ([]any, error) {
		items := make([]any, len(words))
		for i, w := range words {
			items[i] = w
		}
		return f.Kind().Parse(f, items)
	}
	if _, err := list(in.Add); err != nil {
		return nil, record.Refused(f.Name, err)
	}
	many, _ := f.Kind().(schema.Multiple)
	return func(ctx context.Context, u *record.Unit, r row, known *record.Current) (int64, *Problem, error) {
		if known == nil {
			found, err := u.Read(ctx, a, o, policy.Edit, []int64{r.id})
			if err != nil {
				return 0, nil, err
			}
			current, ok := found[r.id]
			if !ok {
				return written(u.Write(ctx, a, o, r.id, nil, record.Values{}, 0)) // says why
			}
			known = &current
		}
		now := many.Values(f, known.Values.Text(f.Name))
		words := slices.Clone(now)
		for _, w := range in.Add {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
		words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(in.Remove, w) })
		columns, err := list(words)
		if err != nil {
			return 0, nil, record.Refused(f.Name, err)
		}
		if columns == nil {
			columns = []any{nil}
		}
		// Adding to a list is no matter of what it was before: no version asked.
		return written(u.Write(ctx, a, o, r.id, known, record.Values{f.Name: columns}, 0))
	}, nil
}

func (s *Service) share(ctx context.Context, a *policy.Actor, o *schema.Object, raw json.RawMessage) (action, error) {
	var in struct {
		User       string `json:"user"`
		Department string `json:"department"`
		Write      bool   `json:"write"`
		Until      string `json:"until"`
	}
	if err := decode(raw, &in); err != nil {
		return nil, err
	}
	share := record.Share{Write: in.Write}
	for _, with := range []struct {
		field, text string
		id          *int64
	}{{"user", in.User, &share.User}, {"department", in.Department, &share.Department}} {
		if with.text == "" {
			continue
		}
		var ok bool
		if *with.id, ok = schema.ParseID(with.text); !ok {
			return nil, record.Invalid(with.field, "not_a_reference")
		}
	}
	if in.Until != "" {
		until, err := time.Parse(time.RFC3339, in.Until)
		if err != nil {
			return nil, record.Invalid("until", "not_a_datetime")
		}
		share.Until = until.UnixMicro()
	}
	if err := share.Check(o); err != nil {
		return nil, err
	}
	kind, with := share.With()
	names, err := s.Records.Names(ctx, a, kind, []int64{with})
	if err != nil {
		return nil, err
	}
	if _, ok := names[with]; !ok {
		return nil, record.Invalid(kind, "no_such_record")
	}
	return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
		_, err := u.Share(ctx, a, o, r.id, share)
		return done, nil, err
	}, nil
}
