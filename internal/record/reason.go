package record

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Why lists the rules by which the actor may do verb to one record, under the
// very filters by which it is read and written; none: he may not. Whoever may
// not see the record learns nothing.
func (s *Service) Why(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, verb string) ([]policy.Reason, error) {
	var holding []policy.Reason
	for _, reason := range a.Reasons(o, verb) {
		rows, err := store.Select{
			Registry: a.Registry, Asker: a, Guard: query.AllOf(query.Is("id", id), reason.Filter), Columns: []string{"id"},
			Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: 1},
		}.Rows(ctx, s.DB)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			holding = append(holding, reason)
		}
	}
	return holding, nil
}
