// Package view keeps saved views of lists: filter, search, columns with their
// widths and order under a name, for oneself or shared with colleagues.
package view

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/analysis"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var views = store.Declare(store.Table{
	Name: "saved_view",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "owner_id", Kind: schema.KindInt},
		{Name: "definition", Kind: schema.KindText}, {Name: "changed_at", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"owner_id, object"},
})

// Who may use a view besides its owner: token is "all" or that of a department.
var audiences = store.Declare(store.Table{
	Name:    "saved_view_share",
	Columns: []schema.Column{{Name: "token", Kind: schema.KindText}, {Name: "view_id", Kind: schema.KindInt}},
	Key:     []string{"token", "view_id"},
	Indexes: []string{"view_id"},
})

// Column is one column of a list; a width of 0 means the default, else it is in
// CSS pixels.
type Column struct {
	Field string `json:"field"`
	Width int    `json:"width,omitempty"`
}

// Audience says with whom a view is shared: "none", "all", or ids of
// departments, whose people and those of departments below may use it.
type Audience struct {
	All         bool
	Departments []int64
}

// MarshalJSON writes "none", "all" or a list of ids.
func (w Audience) MarshalJSON() ([]byte, error) {
	switch {
	case w.All:
		return []byte(`"all"`), nil
	case len(w.Departments) == 0:
		return []byte(`"none"`), nil
	}
	ids := []string{}
	for _, d := range w.Departments {
		ids = append(ids, strconv.FormatInt(d, 10))
	}
	return json.Marshal(ids)
}

// UnmarshalJSON reads "none", "all", null or a list of ids.
func (w *Audience) UnmarshalJSON(b []byte) error {
	*w = Audience{}
	var word string
	if json.Unmarshal(b, &word) == nil {
		if w.All = word == "all"; !w.All && word != "none" && word != "" {
			return record.Invalid("shared_with", "not_an_option", "value", schema.Shorten(word))
		}
		return nil
	}
	var ids []string
	if json.Unmarshal(b, &ids) != nil {
		return record.Invalid("shared_with", "wrong_type")
	}
	for _, text := range ids {
		id, ok := schema.ParseID(text)
		if !ok {
			return record.Invalid("shared_with", "not_a_reference")
		}
		w.Departments = append(w.Departments, id)
	}
	return nil
}

// Definition is what a person saves.
type Definition struct {
	Name string `json:"name"`
	// Filter is a JSON string in the text grammar, or the filter tree.
	Filter  json.RawMessage `json:"filter,omitempty"`
	Q       string          `json:"q,omitempty"`
	Columns []Column        `json:"columns,omitempty"`
	Sort    string          `json:"sort,omitempty"`
	// Group is the field by which the interface groups the rows.
	Group string `json:"group,omitempty"`
	// Analysis is the name of an analysis where the view is one and no list; Settings are
	// its settings, without the filter.
	Analysis   string          `json:"analysis,omitempty"`
	Settings   json.RawMessage `json:"settings,omitempty"`
	SharedWith Audience        `json:"shared_with"`
}

// View is a saved view as somebody who may use it sees it.
type View struct {
	ID     int64  `json:"id,string"`
	Object string `json:"object"`
	Definition
	Owner     int64  `json:"-"`
	OwnerName string `json:"-"`
	// Mine tells whether the asker may change it.
	Mine bool `json:"mine"`
}

// FilterText is the filter as record takes it.
func (d Definition) FilterText() string {
	var text string
	if json.Unmarshal(d.Filter, &text) == nil {
		return text
	}
	return string(d.Filter)
}

// Service keeps saved views.
type Service struct {
	Records  *record.Service
	Analyses *analysis.Service
}

const (
	maxName    = 60
	maxViews   = 500
	maxColumns = 200
	maxText    = 20_000
)

func (s *Service) check(ctx context.Context, a *policy.Actor, o *schema.Object, d *Definition) error {
	d.Name = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(d.Name, "\uFFFD"), "\x00", ""))
	d.Q = strings.ReplaceAll(strings.ToValidUTF8(d.Q, "\uFFFD"), "\x00", "")
	if bytes.Equal(d.Filter, []byte("null")) {
		d.Filter = nil
	}
	switch {
	case d.Name == "":
		return record.Invalid("name", "required")
	case utf8.RuneCountInString(d.Name) > maxName:
		return record.Invalid("name", "too_long", "max", strconv.Itoa(maxName))
	case len(d.Q) > 500:
		return record.Invalid("q", "too_long", "max", "500")
	case len(d.Filter) > maxText:
		return record.Invalid("filter", "filter_too_long")
	case len(d.Columns) > maxColumns:
		return record.Invalid("columns", "too_many", "max", strconv.Itoa(maxColumns))
	}
	for _, c := range d.Columns {
		f := o.Field(c.Field)
		switch {
		case f == nil || !a.Readable(o, f):
			return record.Invalid("columns", "unknown_field")
		case c.Width < 0 || c.Width > 2000:
			return record.Invalid("columns", "not_an_integer")
		}
	}
	if f := o.Field(d.Group); d.Group != "" && (f == nil || !a.Readable(o, f)) {
		return record.Invalid("group", "unknown_field")
	}
	if err := s.checkAnalysis(ctx, a, o, d); err != nil {
		return err
	}
	registry := a.Registry
	for _, d := range d.SharedWith.Departments {
		if _, err := s.Records.Values(ctx, a, registry.Object("department"), d); err != nil {
			return record.Invalid("shared_with", "no_such_record")
		}
	}
	// A list of nothing proves that filter and sort can be understood.
	_, err := s.Records.List(ctx, a, o, record.ListRequest{
		Filter: d.FilterText(), Sort: d.Sort, More: &query.Node{Op: query.Never}, Limit: 1, Count: query.CountNone,
	})
	return err
}

// checkAnalysis refuses a view of an analysis that could not be answered.
func (s *Service) checkAnalysis(ctx context.Context, a *policy.Actor, o *schema.Object, d *Definition) error {
	if d.Analysis == "" {
		d.Settings = nil
		return nil
	}
	var set analysis.Settings
	if len(d.Settings) > maxText || len(d.Settings) > 0 && json.Unmarshal(d.Settings, &set) != nil {
		return record.Invalid("settings", "wrong_type")
	}
	set.Filter = ""
	kept, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("encode the settings: %w", err)
	}
	d.Settings, set.Filter = kept, d.FilterText()
	return s.Analyses.Check(ctx, a, o, d.Analysis, set)
}

func (s *Service) write(ctx context.Context, v View, fresh bool) error {
	text, err := json.Marshal(v.Definition)
	if err != nil {
		return fmt.Errorf("encode the view: %w", err)
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		row := store.Row{"definition": string(text), "changed_at": time.Now().UnixMicro()}
		if fresh {
			row["id"], row["object"], row["owner_id"] = v.ID, v.Object, v.Owner
			if err := store.Insert(ctx, q, views.Name, row); err != nil {
				return err
			}
		} else {
			n, err := store.Update(ctx, q, views.Name, row, store.Row{"id": v.ID})
			if err != nil {
				return err
			}
			if n == 0 {
				return &record.Error{Code: "not_found"}
			}
			if _, err := store.Delete(ctx, q, audiences.Name, store.Row{"view_id": v.ID}); err != nil {
				return err
			}
		}
		for token := range tokens(v.SharedWith) {
			if err := store.Insert(ctx, q, audiences.Name, store.Row{"token": token, "view_id": v.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

func tokens(w Audience) map[string]bool {
	set := map[string]bool{}
	if w.All {
		set["all"] = true
	}
	for _, d := range w.Departments {
		set[policy.DepartmentToken(d)] = true
	}
	return set
}

// Add saves a view of an object's list for the actor.
func (s *Service) Add(ctx context.Context, a *policy.Actor, object string, d Definition) (View, error) {
	o := a.Registry.Object(object)
	if o == nil || !a.May(o, policy.View) {
		return View{}, record.Invalid("object", "no_such_object")
	}
	if err := s.check(ctx, a, o, &d); err != nil {
		return View{}, err
	}
	mine, err := store.Find(ctx, s.Records.DB, views.Name, "id", store.Row{"owner_id": a.ID}, "LIMIT "+strconv.Itoa(maxViews))
	if err != nil {
		return View{}, err
	}
	if len(mine) >= maxViews {
		return View{}, record.Invalid("name", "too_many", "max", strconv.Itoa(maxViews))
	}
	v := View{ID: s.Records.IDs.Next(), Object: o.Name, Definition: d, Owner: a.ID, OwnerName: a.Name, Mine: true}
	return v, s.write(ctx, v, true)
}

// Change replaces what a view says; only its owner may, or an administrator
// where it is shared.
func (s *Service) Change(ctx context.Context, a *policy.Actor, id int64, edit func(*Definition) error) (View, error) {
	v, err := s.Get(ctx, a, id)
	if err != nil {
		return v, err
	}
	if !v.Mine {
		return v, &record.Error{Code: "forbidden"}
	}
	if err := edit(&v.Definition); err != nil {
		return v, err
	}
	if err := s.check(ctx, a, a.Registry.Object(v.Object), &v.Definition); err != nil {
		return v, err
	}
	return v, s.write(ctx, v, false)
}

// Remove deletes a view.
func (s *Service) Remove(ctx context.Context, a *policy.Actor, id int64) error {
	v, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	if !v.Mine {
		return &record.Error{Code: "forbidden"}
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		n, err := store.Delete(ctx, q, views.Name, store.Row{"id": id})
		if err != nil {
			return err
		}
		if n == 0 {
			return &record.Error{Code: "not_found"}
		}
		_, err = store.Delete(ctx, q, audiences.Name, store.Row{"view_id": id})
		return err
	})
}

const columns = "id, object, owner_id, definition"

// read makes views out of rows and leaves out those of objects the actor may
// not see.
func (s *Service) read(ctx context.Context, a *policy.Actor, rows [][]any) ([]View, error) {
	list := []View{}
	var owners []int64
	for _, r := range rows {
		v := View{}
		v.ID, _ = r[0].(int64)
		v.Object, _ = r[1].(string)
		v.Owner, _ = r[2].(int64)
		text, _ := r[3].(string)
		o := a.Registry.Object(v.Object)
		if o == nil || !a.May(o, policy.View) {
			continue
		}
		if err := json.Unmarshal([]byte(text), &v.Definition); err != nil {
			return nil, fmt.Errorf("saved view %d: %w", v.ID, err)
		}
		var kept []Column
		for _, c := range v.Columns {
			if f := o.Field(c.Field); f != nil && a.Readable(o, f) {
				kept = append(kept, c)
			}
		}
		v.Columns = kept
		if f := o.Field(v.Group); f == nil || !a.Readable(o, f) {
			v.Group = ""
		}
		if v.Analysis != "" {
			if _, err := s.Analyses.Find(a, v.Analysis); err != nil {
				continue // he may not ask that
			}
		}
		v.Mine = v.Owner == a.ID || a.Admin()
		list, owners = append(list, v), append(owners, v.Owner)
	}
	names, err := s.Records.Names(ctx, a, "user", owners)
	for i := range list {
		list[i].OwnerName = names[list[i].Owner]
	}
	return list, err
}

// List answers the views the actor may use: his own and those shared with him;
// an object "" means of every object.
func (s *Service) List(ctx context.Context, a *policy.Actor, object string) ([]View, error) {
	where := store.Row{"owner_id": a.ID}
	if object != "" {
		where["object"] = object
	}
	rows, err := store.Find(ctx, s.Records.DB, views.Name, columns, where, "ORDER BY id")
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		seen[id] = true
	}
	for _, token := range append(a.Tokens(), "all") {
		shared, err := store.Find(ctx, s.Records.DB, audiences.Name, "view_id", store.Row{"token": token}, "ORDER BY view_id LIMIT 500")
		if err != nil {
			return nil, err
		}
		for _, r := range shared {
			id, _ := r[0].(int64)
			if seen[id] {
				continue
			}
			seen[id] = true
			where := store.Row{"id": id}
			if object != "" {
				where["object"] = object
			}
			one, err := store.Find(ctx, s.Records.DB, views.Name, columns, where, "")
			if err != nil {
				return nil, err
			}
			rows = append(rows, one...)
		}
	}
	return s.read(ctx, a, rows)
}

// Get answers a view the actor may use; any other does not exist for him.
func (s *Service) Get(ctx context.Context, a *policy.Actor, id int64) (View, error) {
	rows, err := store.Find(ctx, s.Records.DB, views.Name, columns, store.Row{"id": id}, "")
	if err != nil {
		return View{}, err
	}
	list, err := s.read(ctx, a, rows)
	if err != nil {
		return View{}, err
	}
	if len(list) == 1 {
		v := list[0]
		if v.Owner == a.ID || v.SharedWith.All {
			return v, nil
		}
		shared := tokens(v.SharedWith)
		if a.Admin() && len(shared) > 0 {
			return v, nil
		}
		for _, t := range a.Tokens() {
			if shared[t] {
				return v, nil
			}
		}
	}
	return View{}, &record.Error{Code: "not_found"}
}

// Apply gives a list request what a view says and the request does not.
func (s *Service) Apply(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, r *record.ListRequest) error {
	v, err := s.Get(ctx, a, id)
	if err != nil {
		return err
	}
	if v.Object != o.Name {
		return &record.Error{Code: "not_found"}
	}
	filter, err := query.Parse(v.FilterText())
	if err != nil {
		return err
	}
	r.More = query.AllOf(r.More, filter)
	if r.Q == "" {
		r.Q = v.Q
	}
	if r.Sort == "" {
		r.Sort = v.Sort
	}
	if r.Fields == nil {
		for _, c := range v.Columns {
			r.Fields = append(r.Fields, c.Field)
		}
	}
	return nil
}
