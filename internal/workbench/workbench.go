// Package workbench keeps how start pages are put together: each person's own, and by
// role what those begin with who have not put one together. What a widget shows it asks
// for itself, under the rights of whoever looks.
package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// layouts are of a person ("user") or of a role ("role").
var layouts = store.Declare(store.Table{
	Name: "workbench",
	Columns: []schema.Column{
		{Name: "of", Kind: schema.KindText}, {Name: "of_id", Kind: schema.KindInt}, {Name: "widgets", Kind: schema.KindText}, {Name: "at", Kind: schema.KindInt},
	},
	Key: []string{"of", "of_id"},
})

const (
	ofUser = "user"
	ofRole = "role"
	// Most is how many widgets a start page has at most.
	Most = 40
	// columns is how many a start page has, rows how many a widget takes at most.
	columns = 12
	rows    = 30
	// maxOptions bounds what a widget is told, in bytes.
	maxOptions = 2000
)

// Widget is one part of a start page. They stand in their order, each as far to the top
// and the left as there is room behind the one before.
type Widget struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// W is how many of twelve columns it takes, H how many rows.
	W int `json:"w"`
	H int `json:"h"`
	// Options are what it is told, by name.
	Options map[string]string `json:"options,omitempty"`
}

// Layout is a start page.
type Layout struct {
	// Widgets are nil where neither he nor his role has put one together.
	Widgets []Widget `json:"widgets"`
	// From is user, role or "": whose it is.
	From string `json:"from"`
	// Roles are those that have one, told to administrators.
	Roles []string `json:"roles,omitempty"`
}

// Service keeps start pages.
type Service struct{ Records *record.Service }

// Get answers the start page of the actor.
func (s *Service) Get(ctx context.Context, a *policy.Actor) (Layout, error) {
	l := Layout{}
	own, err := s.read(ctx, ofUser, a.ID)
	if err != nil {
		return l, err
	}
	if own != nil {
		l.Widgets, l.From = own, ofUser
	}
	for _, r := range a.Roles {
		if l.Widgets != nil {
			break
		}
		if l.Widgets, err = s.read(ctx, ofRole, r.ID); err != nil {
			return l, err
		}
		if l.Widgets != nil {
			l.From = ofRole
		}
	}
	if !a.Admin() {
		return l, nil
	}
	found, err := store.Find(ctx, s.Records.DB, layouts.Name, "of_id", store.Row{"of": ofRole}, "ORDER BY of_id")
	for _, r := range found {
		id, _ := r[0].(int64)
		l.Roles = append(l.Roles, strconv.FormatInt(id, 10))
	}
	return l, err
}

func (s *Service) read(ctx context.Context, of string, id int64) ([]Widget, error) {
	found, err := store.Find(ctx, s.Records.DB, layouts.Name, "widgets", store.Row{"of": of, "of_id": id}, "")
	if err != nil || len(found) == 0 {
		return nil, err
	}
	text, _ := found[0][0].(string)
	list := []Widget{}
	return list, json.Unmarshal([]byte(text), &list)
}

// Put keeps the actor's start page; Clear puts that of his role back.
func (s *Service) Put(ctx context.Context, a *policy.Actor, list []Widget) error {
	return s.write(ctx, ofUser, a.ID, list)
}

// Clear forgets the actor's own start page.
func (s *Service) Clear(ctx context.Context, a *policy.Actor) error {
	return s.forget(ctx, ofUser, a.ID)
}

// PutRole keeps what people of a role begin with; ClearRole forgets it. Administrators
// do.
func (s *Service) PutRole(ctx context.Context, a *policy.Actor, role int64, list []Widget) error {
	if err := s.mayFor(ctx, a, role); err != nil {
		return err
	}
	return s.write(ctx, ofRole, role, list)
}

// ClearRole has people of a role begin with what everybody begins with.
func (s *Service) ClearRole(ctx context.Context, a *policy.Actor, role int64) error {
	if err := s.mayFor(ctx, a, role); err != nil {
		return err
	}
	return s.forget(ctx, ofRole, role)
}

func (s *Service) mayFor(ctx context.Context, a *policy.Actor, role int64) error {
	if !a.Admin() || !a.Grants.Has(policy.GrantAdmin) {
		return &record.Error{Code: "forbidden"}
	}
	_, err := s.Records.Values(ctx, a, a.Registry.Object("role"), role)
	return err
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// check refuses what is no start page.
func check(list []Widget) error {
	if len(list) > Most {
		return record.Invalid("widgets", "too_many", "max", strconv.Itoa(Most))
	}
	var ids []string
	for _, w := range list {
		size := 0
		for name, value := range w.Options {
			size += len(name) + len(value)
		}
		switch {
		case !nameForm.MatchString(w.Kind) || !nameForm.MatchString(w.ID) || slices.Contains(ids, w.ID):
			return record.Invalid("widgets", "not_an_option", "value", schema.Shorten(w.Kind+" "+w.ID))
		case w.W < 1 || w.W > columns || w.H < 1 || w.H > rows:
			return record.Invalid("widgets", "out_of_range")
		case size > maxOptions:
			return record.Invalid("widgets", "too_long", "max", strconv.Itoa(maxOptions))
		}
		ids = append(ids, w.ID)
	}
	return nil
}

func (s *Service) write(ctx context.Context, of string, id int64, list []Widget) error {
	if err := check(list); err != nil {
		return err
	}
	if list == nil {
		list = []Widget{} // an empty page is one as well
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		row := store.Row{"widgets": string(text), "at": time.Now().UnixMicro()}
		n, err := store.Update(ctx, q, layouts.Name, row, store.Row{"of": of, "of_id": id})
		if err != nil || n > 0 {
			return err
		}
		row["of"], row["of_id"] = of, id
		err = store.Insert(ctx, q, layouts.Name, row)
		if errors.Is(err, store.ErrUnique) {
			return store.ErrOvertaken // kept in another tab at this moment
		}
		return err
	})
}

func (s *Service) forget(ctx context.Context, of string, id int64) error {
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		_, err := store.Delete(ctx, q, layouts.Name, store.Row{"of": of, "of_id": id})
		return err
	})
}
