package record

import (
	"context"
	"errors"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// maxConcerned is how many people a record concerns at most: those who spoke last.
const maxConcerned = 50

// Concerned lists whom a record concerns: its owner, and those who spoke about it.
// Whether they may see it is not asked.
func (s *Service) Concerned(ctx context.Context, o *schema.Object, id int64) ([]int64, error) {
	var ids []int64
	for _, f := range o.Assigning() {
		rows, err := store.Find(ctx, s.DB, o.Table(), f.Column(), store.Row{"id": id}, "")
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			if person, _ := rows[0][0].(int64); person != 0 {
				ids = append(ids, person)
			}
		}
	}
	spoke, err := store.Commenters(ctx, s.DB, id, maxConcerned)
	for _, person := range spoke {
		if !slices.Contains(ids, person) {
			ids = append(ids, person)
		}
	}
	return ids, err
}

// Said reads the texts of comments by id, for those who were found to see what they
// are about.
func (s *Service) Said(ctx context.Context, ids []int64) (map[int64]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := store.Having(ctx, s.DB, comments.Name, "id, text", "id", nil, ids)
	texts := map[int64]string{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		texts[id], _ = r[1].(string)
	}
	return texts, err
}

var errEnough = errors.New("enough")

// Colleagues finds those who work here by what was typed of their name, its sound or
// their login, at most so many.
func (s *Service) Colleagues(ctx context.Context, a *policy.Actor, typed string, limit int) ([]int64, error) {
	o := a.Registry.Object("user")
	var ids []int64
	err := s.Pick(ctx, a, o, policy.View, ListRequest{Q: typed, Sort: "name", More: &query.Node{Op: query.Eq, Field: "active", Value: true}}, func(id, _ int64) error {
		if ids = append(ids, id); len(ids) == limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return ids, err
}
