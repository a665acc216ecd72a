package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

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
		// When and by whom it was taken out of use.
		{Name: "retired_at", Kind: schema.KindInt}, {Name: "retired_by", Kind: schema.KindInt},
	},
	Key: []string{"object", "name"},
})

// RegistryTables are those that Reload reads.
var RegistryTables = []string{CustomFields, CustomObjects, orderTable.Name, store.CountersTable}

// Reload reads the fields and objects made at run time and puts the registry of
// declared objects plus these in force. It answers whether anything changed.
func (s *Service) Reload(ctx context.Context) (bool, error) { return s.reload(ctx, s.DB) }

func (s *Service) reload(ctx context.Context, q store.Querier) (bool, error) {
	// What is read below may be newer than the count, never older.
	changes, err := store.Counter(ctx, q, registryCounter)
	if err != nil {
		return false, fmt.Errorf("read the version of the registry: %w", err)
	}
	version := changes + 1
	if now := s.Current.Load(); now != nil && now.Version == version {
		return false, nil
	}
	// Fields first: an object is written together with its first fields, so that
	// whoever sees it here saw these or sees them at the next look.
	rows, err := store.Find(ctx, q, customTable.Name, "object, definition", nil, "AND retired_at IS NULL ORDER BY made_at, name")
	if err != nil {
		return false, fmt.Errorf("read the custom fields: %w", err)
	}
	made, err := store.Find(ctx, q, objectTable.Name, "definition", nil, "ORDER BY made_at, name")
	if err != nil {
		return false, fmt.Errorf("read the custom objects: %w", err)
	}
	extra, overlays := map[string][]*schema.Field{}, map[string]map[string]*schema.Field{}
	for _, r := range rows {
		object, _ := r[0].(string)
		text, _ := r[1].(string)
		f, err := decodeField(text)
		if err != nil {
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
	layouts := map[string]ObjectDefinition{}
	var custom []ObjectDefinition
	for _, r := range made {
		text, _ := r[0].(string)
		var d ObjectDefinition
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return false, fmt.Errorf("custom object: %w", err)
		}
		if strings.HasPrefix(d.Name, "x_") {
			custom = append(custom, d)
		} else {
			layouts[d.Name] = d
		}
	}
	var objects []*schema.Object
	for _, o := range s.declared {
		with := o.With(extra[o.Name])
		for i, f := range with.Fields {
			if over := overlays[o.Name][f.Name]; over != nil {
				with.Fields[i] = overlaid(f, over)
			}
		}
		if d, ok := layouts[o.Name]; ok {
			d.layOut(with)
		}
		objects = append(objects, with)
	}
	for _, d := range custom {
		objects = append(objects, d.object(extra[d.Name]))
	}
	if err := s.ordered(ctx, q, objects); err != nil {
		return false, err
	}
	registry, err := schema.NewRegistry(version, objects)
	if err != nil {
		return false, err
	}
	s.Current.Store(registry)
	select {
	case s.renewed <- struct{}{}:
	default:
	}
	return true, nil
}

// Renewed tells its one reader that another registry was put in force.
func (s *Service) Renewed() <-chan struct{} { return s.renewed }

// decodeField reads the definition of a field; numbers stay as they were written.
func decodeField(text string) (*schema.Field, error) {
	f := &schema.Field{}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return f, d.Decode(f)
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
