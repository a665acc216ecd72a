package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// FieldChange is what may change of a field; what is nil stays. Its type and
// column never change, and a text only grows longer.
type FieldChange struct {
	Label    *schema.Text `json:"labels"`
	Help     *schema.Text `json:"help"`
	Required *bool        `json:"required"`
	// Aliases are the other names an import knows it by; those a module declares
	// stay.
	Aliases *[]string       `json:"aliases"`
	Options *[]OptionChange `json:"options"`
	// Rows are more fields for the rows of a lines field, and other words and
	// choices for those they have; none goes.
	Rows *[]*schema.Field `json:"rows"`
	// Unique of a field made at run time needs values that are so already.
	Unique    *bool `json:"unique"`
	MaxLength *int  `json:"max_length"`
}

// OptionChange is a choice as it is to be; of one that is there, what is left out
// stays.
type OptionChange struct {
	schema.Option
	Probability *int `json:"probability"`
}

// choices are options as a change has them.
func choices(options []schema.Option) *[]OptionChange {
	changes := make([]OptionChange, len(options))
	for i, o := range options {
		changes[i] = OptionChange{Option: o}
		if o.Probability != 0 {
			changes[i].Probability = &o.Probability
		}
	}
	return &changes
}

// ChangeField changes a field made at run time, or the words and choices of one
// that a module declares. A choice that is left out becomes inactive: records may
// hold it; one that rules rely on can only be called otherwise.
func (s *Service) ChangeField(ctx context.Context, a *policy.Actor, o *schema.Object, name string, c FieldChange) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	now := o.Field(name)
	if now == nil {
		return fail("not_found")
	}
	base := s.declaredField(o.Name, name)
	switch {
	case base == nil && !now.Custom:
		return Invalid("name", "read_only")
	case c.Rows != nil && (base != nil || now.Lines() == nil):
		return Invalid("rows", "read_only")
	case base != nil && c.Required != nil && *c.Required != base.Required:
		return Invalid("required", "read_only")
	case base != nil && c.Unique != nil && *c.Unique != base.Unique:
		return Invalid("unique", "read_only")
	case base != nil && c.MaxLength != nil && *c.MaxLength != base.MaxLength:
		return Invalid("max_length", "read_only")
	}
	if c.Rows != nil {
		if err := s.growRows(ctx, a, o, now, *c.Rows); err != nil {
			return err
		}
	}
	becomesUnique := c.Unique != nil && *c.Unique && !now.Unique
	if becomesUnique {
		if err := s.holdUnique(ctx, a, o, now); err != nil {
			return err
		}
	}
	err := s.changeField(ctx, o, name, base, c)
	// Whether it is unique now is decided by what was kept.
	if (becomesUnique && err != nil) || (err == nil && c.Unique != nil && !*c.Unique && now.Unique) {
		err = errors.Join(err, s.DB.LetRepeat(ctx, o, now))
	}
	if err != nil {
		return s.explain(o, err)
	}
	if _, err = s.Reload(ctx); err != nil {
		return err
	}
	if c.Unique != nil {
		// It is sorted by another index now.
		return s.DB.Sync(ctx, s.Current.Load())
	}
	return nil
}

// holdUnique has the values of a field be unique, or tells which are not.
func (s *Service) holdUnique(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field) error {
	if !f.Indexable() {
		return Invalid("unique", "cannot_be_unique")
	}
	const told = 10
	for range 2 {
		clashes, err := s.DB.Clashes(ctx, o, f.Column(), told)
		if err != nil {
			return err
		}
		if len(clashes) > 0 {
			return s.clashing(ctx, a, o, f, clashes)
		}
		// Somebody may write the same value twice in between.
		if err = s.DB.HoldUnique(ctx, o, f); !errors.Is(err, store.ErrUnique) {
			return err
		}
	}
	return fail("conflict")
}

// clashing tells the values that several records have, and some of these.
func (s *Service) clashing(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field, clashes []store.Clash) error {
	problem := fail("invalid")
	for _, c := range clashes {
		titles, err := s.labels(ctx, s.DB, a, o.Name, c.IDs, false)
		if err != nil {
			return err
		}
		var names []string
		for _, id := range c.IDs {
			names = append(names, titles[id])
		}
		value := strings.Trim(string(f.Kind().AppendJSON(nil, f, append([]any{c.Value}, make([]any, len(f.Columns()))...))), `"`)
		problem.Fields = append(problem.Fields, FieldError{"unique", schema.Bad("values_clash", "value", value, "records", strings.Join(names, "、"))})
	}
	return problem
}

// changeField keeps a change of a field, whose declaration is base, nil where it
// was made at run time.
func (s *Service) changeField(ctx context.Context, o *schema.Object, name string, base *schema.Field, c FieldChange) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		if err := announce(ctx, tx); err != nil {
			return err
		}
		return alter(ctx, tx, o, name, base, c.apply)
	})
}

// alter changes what is kept of a field, whose declaration is base, nil where it
// was made at run time.
func alter(ctx context.Context, tx store.Querier, o *schema.Object, name string, base *schema.Field, change func(f *schema.Field) error) error {
	where := store.Row{"object": o.Name, "name": name}
	rows, err := store.Find(ctx, tx, customTable.Name, "definition, revision", where, "")
	if err != nil {
		return err
	}
	f := &schema.Field{}
	var revision int64
	switch {
	case len(rows) > 0:
		text, _ := rows[0][0].(string)
		revision, _ = rows[0][1].(int64)
		if f, err = decodeField(text); err != nil {
			return fmt.Errorf("custom field of %s: %w", o.Name, err)
		}
	case base == nil:
		return fail("not_found")
	}
	if base != nil {
		f = overlaid(base, f)
	}
	if err := change(f); err != nil {
		return err
	}
	kept := f
	if base != nil {
		kept = &schema.Field{Name: f.Name, Type: f.Type, Label: f.Label, Help: f.Help, Options: f.Options, Edited: f.Edited, Aliases: slices.DeleteFunc(f.Aliases, func(name string) bool { return slices.Contains(base.Aliases, name) })}
	}
	changed, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return store.Insert(ctx, tx, customTable.Name, store.Row{"object": o.Name, "name": name, "definition": string(changed), "made_at": time.Now().UnixMicro(), "revision": int64(0)})
	}
	_, err = store.Update(ctx, tx, customTable.Name, store.Row{"definition": string(changed), "revision": revision + 1}, where)
	return err
}

// AddChoices gives a pick-list choices with these words, in all languages alike.
func (s *Service) AddChoices(ctx context.Context, a *policy.Actor, o *schema.Object, field string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	f := s.Current.Load().Object(o.Name).Field(field)
	options := slices.Clone(f.Options)
	taken := map[string]bool{}
	for _, option := range options {
		taken[option.Value] = true
	}
	for _, word := range words {
		options = append(options, schema.Option{Value: newKey(word, "o", taken), Label: schema.T(word, word, word)})
	}
	return s.ChangeField(ctx, a, o, field, FieldChange{Options: choices(options)})
}

// newKey makes a key that none of those taken is, out of a word where that has
// letters, else out of other and a number, and takes it.
func newKey(word, other string, taken map[string]bool) string {
	base := strings.Trim(notKey.ReplaceAllString(strings.ToLower(word), "_"), "_")
	base = base[:min(len(base), 30)]
	if base == "" {
		base = other
	}
	key := base
	for n := 1; taken[key] || key == other; n++ {
		key = fmt.Sprintf("%s_%d", base, n)
	}
	taken[key] = true
	return key
}

var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// declaredField is the field a module declares, nil when none does.
func (s *Service) declaredField(object, name string) *schema.Field {
	for _, o := range s.declared {
		if o.Name != object {
			continue
		}
		for _, f := range o.Fields {
			if f.Name == name {
				return f
			}
		}
	}
	return nil
}

// overlaid is a declared field with the words and choices an administrator gave
// it. Choices declared since are there too.
func overlaid(declared, over *schema.Field) *schema.Field {
	f := *declared
	f.Label, f.Help = worded(f.Label, over.Label), worded(f.Help, over.Help)
	f.Aliases = slices.Clone(f.Aliases)
	for _, name := range over.Aliases {
		if !slices.Contains(f.Aliases, name) {
			f.Aliases = append(f.Aliases, name)
		}
	}
	if over.Options == nil {
		return &f
	}
	f.Options, f.Edited = slices.Clone(over.Options), over.Edited
	for _, o := range declared.Options {
		at := slices.IndexFunc(f.Options, func(p schema.Option) bool { return p.Value == o.Value })
		if at < 0 {
			f.Options = append(f.Options, o)
		} else {
			f.Options[at].Kind, f.Options[at].Aliases = o.Kind, o.Aliases
			if !over.Edited {
				f.Options[at].Stage = o.Stage
			}
		}
	}
	return &f
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
	if c.Aliases != nil {
		names := slices.Clone(*c.Aliases)
		if code := checkAliases(names); code != "" {
			return Invalid("aliases", code)
		}
		f.Aliases = names
	}
	if c.Rows != nil {
		rows, err := mergedRows(f.Rows, *c.Rows)
		if err != nil {
			return err
		}
		f.Rows = rows
	}
	if c.Unique != nil {
		f.Unique = *c.Unique
	}
	if c.MaxLength != nil {
		if now := f.Longest(); *c.MaxLength < now || *c.MaxLength > max(now, longestText) || now == 0 {
			return Invalid("max_length", "out_of_range")
		}
		f.MaxLength = *c.MaxLength
	}
	if c.Options == nil {
		return nil
	}
	if f.Type != "picklist" && f.Type != "multipicklist" {
		return Invalid("options", "read_only")
	}
	before := map[string]schema.Option{}
	staged := false
	for _, option := range f.Options {
		before[option.Value] = option
		staged = staged || option.Kind != ""
	}
	needed := func(option schema.Option) bool {
		return option.Kind == "won" || option.Kind == "lost" || option.Value == f.Default
	}
	var options []schema.Option
	seen := map[string]bool{}
	active := false
	for _, change := range *c.Options {
		option := change.Option
		if change.Probability != nil {
			option.Probability = *change.Probability
		}
		if old, ok := before[option.Value]; ok {
			option.Label = worded(old.Label, option.Label)
			option.Kind, option.Stage = old.Kind, old.Stage
			if change.Probability == nil {
				option.Probability = old.Probability
			}
			if option.Inactive && !old.Inactive && needed(option) {
				return Invalid("options", "choice_needed", "choice", option.Label.In("zh-TW"))
			}
		} else if option.Stage = (schema.Stage{}); staged {
			option.Kind = "open"
		}
		if option.Probability < 0 || option.Probability > 100 {
			return Invalid("options", "out_of_range")
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
			if needed(old) && !old.Inactive {
				return Invalid("options", "choice_needed", "choice", old.Label.In("zh-TW"))
			}
			old.Inactive = true
			options = append(options, old)
		}
	}
	f.Options = options
	return nil
}

// growRows makes the columns that rows are to have besides those they have.
func (s *Service) growRows(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field, more []*schema.Field) error {
	problem := fail("invalid")
	for i, sub := range more {
		path := fmt.Sprintf("rows[%d].", i)
		switch {
		case sub == nil:
			problem.Fields = append(problem.Fields, FieldError{path + "name", schema.Bad("required")})
		case f.Lines().Field(sub.Name) == nil:
			checkField(withObject{a.Registry, o.Name}, sub, true, path, problem)
			if sub.Required && sub.Default == nil {
				// Rows that are there have no value in it.
				problem.Fields = append(problem.Fields, FieldError{path + "required", schema.Bad("required_later")})
			}
		}
	}
	if problem.Fields != nil {
		return problem
	}
	with := o.With(nil)
	for _, one := range with.Fields {
		if one.Name == f.Name {
			rows, err := mergedRows(one.Rows, more)
			if err != nil {
				return err
			}
			one.Rows = rows
		}
	}
	_, err := s.ready(ctx, a.Registry, with)
	return err
}

// mergedRows are the fields rows have with those that are new behind them.
func mergedRows(have, sent []*schema.Field) ([]*schema.Field, error) {
	rows := slices.Clone(have)
	for _, sub := range sent {
		at := slices.IndexFunc(rows, func(f *schema.Field) bool { return f.Name == sub.Name })
		if at < 0 {
			added := *sub
			rows = append(rows, &added)
			continue
		}
		changed := *rows[at]
		c := FieldChange{Label: &sub.Label, Help: &sub.Help}
		if sub.Options != nil {
			c.Options = choices(sub.Options)
		}
		if err := c.apply(&changed); err != nil {
			return nil, err
		}
		rows[at] = &changed
	}
	if len(rows) > maxRowFields {
		return nil, Invalid("rows", "too_many_fields")
	}
	return rows, nil
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
