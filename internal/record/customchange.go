package record

import (
	"context"
	"encoding/json"
	"fmt"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// FieldChange is what may change of a field made at run time; what is nil
// stays. Its type and column never change.
type FieldChange struct {
	Label    *schema.Text     `json:"labels"`
	Help     *schema.Text     `json:"help"`
	Required *bool            `json:"required"`
	Options  *[]schema.Option `json:"options"`
}

// ChangeField changes a field made at run time. A choice that is left out
// becomes inactive: records may hold it.
func (s *Service) ChangeField(ctx context.Context, a *policy.Actor, o *schema.Object, name string, c FieldChange, declared []*schema.Object) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	now := o.Field(name)
	if now == nil {
		return fail("not_found")
	}
	if !now.Custom {
		return Invalid("name", "read_only")
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		where := store.Row{"object": o.Name, "name": name}
		rows, err := store.Find(ctx, tx, customTable.Name, "definition, revision", where, "")
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fail("not_found")
		}
		text, _ := rows[0][0].(string)
		revision, _ := rows[0][1].(int64)
		f := &schema.Field{}
		if err := json.Unmarshal([]byte(text), f); err != nil {
			return fmt.Errorf("custom field of %s: %w", o.Name, err)
		}
		if err := c.apply(f); err != nil {
			return err
		}
		changed, err := json.Marshal(f)
		if err != nil {
			return err
		}
		_, err = store.Update(ctx, tx, customTable.Name, store.Row{"definition": string(changed), "revision": revision + 1}, where)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Reload(ctx, declared)
	return err
}

func (c FieldChange) apply(f *schema.Field) error {
	if c.Label != nil {
		f.Label = worded(f.Label, *c.Label)
	}
	if c.Help != nil {
		f.Help = worded(f.Help, *c.Help)
	}
	if c.Required != nil {
		f.Required = *c.Required
	}
	if c.Options == nil {
		return nil
	}
	if f.Type != "picklist" && f.Type != "multipicklist" {
		return Invalid("options", "read_only")
	}
	before := map[string]schema.Option{}
	for _, option := range f.Options {
		before[option.Value] = option
	}
	var options []schema.Option
	seen := map[string]bool{}
	active := false
	for _, option := range *c.Options {
		if old, ok := before[option.Value]; ok {
			option.Label = worded(old.Label, option.Label)
			option.Kind, option.Probability = old.Kind, old.Probability
		}
		if option.Value == "" || seen[option.Value] || option.Label.In("zh-TW") == "" {
			return Invalid("options", "required")
		}
		seen[option.Value] = true
		active = active || !option.Inactive
		options = append(options, option)
	}
	if !active {
		return Invalid("options", "required")
	}
	for _, old := range f.Options {
		if !seen[old.Value] {
			old.Inactive = true
			options = append(options, old)
		}
	}
	f.Options = options
	return nil
}

// worded lays what was sent over the words there are, language by language.
func worded(old, sent schema.Text) schema.Text {
	if sent.TW != "" {
		old.TW = sent.TW
	}
	if sent.CN != "" {
		old.CN = sent.CN
	}
	if sent.EN != "" {
		old.EN = sent.EN
	}
	return old
}
