package record

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// CustomFields is the table that holds the fields made at run time.
const CustomFields = "custom_field"

var customTable = store.Declare(store.Table{
	Name: CustomFields,
	Columns: []schema.Column{
		{Name: "object", Kind: schema.KindText}, {Name: "name", Kind: schema.KindText}, {Name: "definition", Kind: schema.KindText},
		{Name: "made_at", Kind: schema.KindInt},
		// Raised with each change, so that every node sees it.
		{Name: "revision", Kind: schema.KindInt},
	},
	Key: []string{"object", "name"},
})

// Reload reads the fields made at run time and puts the registry of declared
// objects plus these in force. It answers whether anything changed.
func (s *Service) Reload(ctx context.Context) (bool, error) {
	rows, err := store.Find(ctx, s.DB, customTable.Name, "object, definition, made_at, revision", nil, "ORDER BY made_at")
	if err != nil {
		return false, fmt.Errorf("read the custom fields: %w", err)
	}
	version := int64(len(rows)) + 1
	for _, r := range rows {
		revision, _ := r[3].(int64)
		version += revision
	}
	if now := s.Current.Load(); now != nil && now.Version == version {
		return false, nil
	}
	extra, overlays := map[string][]*schema.Field{}, map[string]map[string]*schema.Field{}
	for _, r := range rows {
		object, _ := r[0].(string)
		text, _ := r[1].(string)
		f := &schema.Field{Custom: true}
		if err := json.Unmarshal([]byte(text), f); err != nil {
			return false, fmt.Errorf("custom field of %s: %w", object, err)
		}
		if s.declaredField(object, f.Name) != nil {
			if overlays[object] == nil {
				overlays[object] = map[string]*schema.Field{}
			}
			overlays[object][f.Name] = f
			continue
		}
		f.Custom = true
		extra[object] = append(extra[object], f)
	}
	var objects []*schema.Object
	for _, o := range s.declared {
		with := o.With(extra[o.Name])
		for i, f := range with.Fields {
			if over := overlays[o.Name][f.Name]; over != nil {
				with.Fields[i] = overlaid(f, over)
			}
		}
		objects = append(objects, with)
	}
	registry, err := schema.NewRegistry(version, objects)
	if err != nil {
		return false, err
	}
	s.Current.Store(registry)
	return true, nil
}

// Follow keeps this node's registry in step with fields made on other nodes.
func (s *Service) Follow(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := s.Reload(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

var customName = regexp.MustCompile(`^x_[a-z0-9_]{1,30}$`)

// AddField makes a field at run time: a real column, at once usable.
func (s *Service) AddField(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	problem := fail("invalid")
	add := func(field, code string) {
		problem.Fields = append(problem.Fields, FieldError{field, schema.Bad(code)})
	}
	if !customName.MatchString(f.Name) {
		add("name", "bad_field_name")
	} else if o.Field(f.Name) != nil {
		add("name", "taken")
	}
	known := false
	for _, name := range schema.TypeNames() {
		known = known || name == f.Type && name != "references" && name != "json" && name != "lines"
	}
	if !known {
		add("type", "no_such_type")
	}
	if f.Label.In("zh-TW") == "" {
		add("labels", "required")
	}
	if (f.Type == "picklist" || f.Type == "multipicklist") && len(f.Options) == 0 {
		add("options", "required")
	}
	if (f.Type == "reference" || f.Type == "anyreference") && len(f.Targets) == 0 {
		add("targets", "required")
	}
	for _, target := range f.Targets {
		if a.Registry.Object(target) == nil {
			add("targets", "no_such_object")
		}
	}
	if f.Scale < 0 || f.Scale > 8 {
		add("scale", "not_an_integer")
	}
	if problem.Fields != nil {
		return problem
	}
	f.Indexed = true
	if f.Search != "" {
		f.Search = "t"
	}
	// The column exists before the field is announced: other nodes may use it
	// the moment they see it.
	copied := *f
	trial, err := schema.NewRegistry(a.Registry.Version+1, []*schema.Object{o.With([]*schema.Field{&copied})})
	if err != nil {
		// References to other objects are checked against the whole registry.
		var objects []*schema.Object
		for _, d := range a.Registry.Objects() {
			if d.Name == o.Name {
				d = d.With([]*schema.Field{&copied})
			} else {
				d = d.With(nil)
			}
			objects = append(objects, d)
		}
		if trial, err = schema.NewRegistry(a.Registry.Version+1, objects); err != nil {
			return err
		}
	}
	if err := s.DB.Sync(ctx, trial); err != nil {
		return err
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		return store.Insert(ctx, tx, customTable.Name, store.Row{"object": o.Name, "name": f.Name, "definition": string(text), "made_at": time.Now().UnixMicro()})
	})
	if err != nil {
		return s.explain(o, err)
	}
	_, err = s.Reload(ctx)
	return err
}
