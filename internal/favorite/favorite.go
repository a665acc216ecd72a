// Package favorite keeps what each person has starred: records and saved views,
// which then stand in the rail on each of his devices.
package favorite

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
	"ecrm/internal/view"
)

// View stands where a record has the name of its object.
const View = "view"

// Most is how many favourites a person may keep.
const Most = 100

var stars = store.Declare(store.Table{
	Name: "favorite",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "target_id", Kind: schema.KindInt},
		{Name: "at", Kind: schema.KindInt},
	},
	Key:   []string{"user_id", "object", "target_id"},
	Names: [2]string{"object", "target_id"},
})

// Favorite is one starred record or view, by the title its owner sees.
type Favorite struct {
	// Object is that of the record, or "view".
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
	Label  string `json:"label"`
	// Of is the object whose list a view shows.
	Of string `json:"of,omitempty"`
	// Analysis is the one that a view shows in place of a list.
	Analysis string `json:"analysis,omitempty"`
}

// Service keeps favourites.
type Service struct {
	Records *record.Service
	Views   *view.Service
}

func (s *Service) rows(ctx context.Context, a *policy.Actor) ([]Favorite, error) {
	rows, err := store.Find(ctx, s.Records.DB, stars.Name, "object, target_id", store.Row{"user_id": a.ID}, "ORDER BY at, target_id")
	if err != nil {
		return nil, err
	}
	list := []Favorite{}
	for _, r := range rows {
		f := Favorite{}
		f.Object, _ = r[0].(string)
		f.ID, _ = r[1].(int64)
		list = append(list, f)
	}
	return list, nil
}

// name gives favourites their titles and leaves out those that are gone or that
// the actor may not see any more; they stand again when he may.
func (s *Service) name(ctx context.Context, a *policy.Actor, list []Favorite) ([]Favorite, error) {
	ids := map[string][]int64{}
	for _, f := range list {
		ids[f.Object] = append(ids[f.Object], f.ID)
	}
	type key struct {
		object string
		id     int64
	}
	named := map[key]Favorite{}
	for object, of := range ids {
		if object == View {
			views, err := s.Views.List(ctx, a, "")
			if err != nil {
				return nil, err
			}
			for _, v := range views {
				named[key{View, v.ID}] = Favorite{Object: View, ID: v.ID, Label: v.Name, Of: v.Object, Analysis: v.Analysis}
			}
			continue
		}
		titles, err := s.Records.Titles(ctx, a, object, of)
		if err != nil {
			return nil, err
		}
		for id, title := range titles {
			named[key{object, id}] = Favorite{Object: object, ID: id, Label: title}
		}
	}
	shown := []Favorite{}
	for _, f := range list {
		if n, ok := named[key{f.Object, f.ID}]; ok {
			shown = append(shown, n)
		}
	}
	return shown, nil
}

// List answers the actor's favourites in the order he starred them or put them in.
func (s *Service) List(ctx context.Context, a *policy.Actor) ([]Favorite, error) {
	list, err := s.rows(ctx, a)
	if err != nil {
		return nil, err
	}
	return s.name(ctx, a, list)
}

// Add stars a record or a view the actor sees; what is starred stays so.
func (s *Service) Add(ctx context.Context, a *policy.Actor, object string, id int64) (Favorite, error) {
	shown, err := s.name(ctx, a, []Favorite{{Object: object, ID: id}})
	if err != nil {
		return Favorite{}, err
	}
	if len(shown) == 0 {
		return Favorite{}, &record.Error{Code: "not_found"}
	}
	err = s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		rows, err := store.Find(ctx, q, stars.Name, "object, target_id", store.Row{"user_id": a.ID}, "")
		if err != nil {
			return err
		}
		if slices.ContainsFunc(rows, func(r []any) bool { return r[0] == object && r[1] == id }) {
			return nil
		}
		if len(rows) >= Most {
			return record.Invalid("id", "too_many", "max", strconv.Itoa(Most))
		}
		err = store.Insert(ctx, q, stars.Name, store.Row{"user_id": a.ID, "object": object, "target_id": id, "at": time.Now().UnixMicro()})
		if errors.Is(err, store.ErrUnique) {
			return store.ErrOvertaken // starred in another tab at this moment
		}
		return err
	})
	return shown[0], err
}

// Named is a favourite as one says which is meant.
type Named struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
}

// Order puts favourites in another order: those that are named take the places
// they have among themselves, all others (those he does not see just now too) stay
// where they are.
func (s *Service) Order(ctx context.Context, a *policy.Actor, order []Named) error {
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		rows, err := store.Find(ctx, q, stars.Name, "object, target_id", store.Row{"user_id": a.ID}, "ORDER BY at, target_id")
		if err != nil {
			return err
		}
		all := make([]Named, len(rows))
		for i, r := range rows {
			all[i].Object, _ = r[0].(string)
			all[i].ID, _ = r[1].(int64)
		}
		wanted := []Named{}
		for _, n := range order {
			if slices.Contains(all, n) && !slices.Contains(wanted, n) {
				wanted = append(wanted, n)
			}
		}
		next := 0
		for i, n := range all {
			if slices.Contains(wanted, n) {
				all[i] = wanted[next]
				next++
			}
		}
		begin := time.Now().UnixMicro() - int64(len(all)) // what is starred next stands behind them
		for i, n := range all {
			if _, err := store.Update(ctx, q, stars.Name, store.Row{"at": begin + int64(i)}, store.Row{"user_id": a.ID, "object": n.Object, "target_id": n.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Remove takes a star away, whether or not there was one.
func (s *Service) Remove(ctx context.Context, a *policy.Actor, object string, id int64) error {
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		_, err := store.Delete(ctx, q, stars.Name, store.Row{"user_id": a.ID, "object": object, "target_id": id})
		return err
	})
}
