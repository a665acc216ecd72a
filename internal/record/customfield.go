package record

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var customName = regexp.MustCompile(`^x_[a-z0-9_]{1,30}$`)

// made are the types that a field made at run time may have; rows hold values of
// one column or few.
func made(name string, row bool) bool {
	switch name {
	case "references", "json", "recurrence":
		return false
	case "lines":
		return !row
	}
	return slices.Contains(schema.TypeNames(), name) && (!row || schema.InRows(name))
}

// checkField adds to problem what is wrong with a field that is to be made; path
// stands before the names.
func checkField(r withObject, f *schema.Field, row bool, path string, problem *Error) {
	add := func(field, code string) {
		problem.Fields = append(problem.Fields, FieldError{path + field, schema.Bad(code)})
	}
	if !customName.MatchString(f.Name) {
		add("name", "bad_field_name")
	}
	if !made(f.Type, row) {
		add("type", "no_such_type")
	}
	if f.Label.In("zh-TW") == "" {
		add("labels", "required")
	}
	if f.Type == "picklist" || f.Type == "multipicklist" {
		if len(f.Options) == 0 {
			add("options", "required")
		}
		seen := map[string]bool{}
		for _, option := range f.Options {
			if option.Value == "" || seen[option.Value] || option.Label.In("zh-TW") == "" {
				add("options", "required")
				break
			}
			seen[option.Value] = true
		}
	} else {
		f.Options = nil
	}
	if f.Type != "reference" && f.Type != "anyreference" {
		f.Targets = nil
	} else if len(f.Targets) == 0 {
		add("targets", "required")
	}
	for _, target := range f.Targets {
		if to := r.Object(target); !r.has(target) || to != nil && to.IsLink() {
			add("targets", "no_such_object")
		}
	}
	if f.Scale < 0 || f.Scale > 8 {
		add("scale", "not_an_integer")
	}
	f.Indexed = f.Indexable() && !row
	if f.Unique && !f.Indexable() {
		add("unique", "cannot_be_unique")
	}
	if code := checkAliases(f.Aliases); code != "" {
		add("aliases", code)
	}
	if longest := (&schema.Field{Type: f.Type}).Longest(); f.MaxLength != 0 && (f.MaxLength < 0 || f.MaxLength > max(longest, longestText)) {
		add("max_length", "out_of_range")
	}
	if f.Search != "" && f.Search != "n" && f.Search != "i" {
		f.Search = "t"
	}
	f.Match, f.Prefix, f.Custom = "", prefixOf(f), true
	f.Gapless = f.Gapless && f.Type == "autonumber"
	if f.Type != "lines" {
		f.Rows = nil
		return
	}
	f.Unique, f.Search, f.Default = false, "", nil
	if len(f.Rows) == 0 {
		add("rows", "required")
	}
	if len(f.Rows) > maxRowFields {
		add("rows", "too_many_fields")
	}
	names := map[string]bool{}
	for i, sub := range f.Rows {
		at := fmt.Sprintf("%srows[%d].", path, i)
		if sub == nil {
			problem.Fields = append(problem.Fields, FieldError{at + "name", schema.Bad("required")})
			continue
		}
		checkField(r, sub, true, at, problem)
		sub.Unique = false
		if names[sub.Name] {
			problem.Fields = append(problem.Fields, FieldError{at + "name", schema.Bad("taken")})
		}
		names[sub.Name] = true
	}
}

// maxAliases is how many other names a field has at most, each as long as a label.
const (
	maxAliases = 100
	longAlias  = 100
)

// checkAliases tells what is wrong with the other names of a field, which it
// trims; "": nothing.
func checkAliases(names []string) string {
	if len(names) > maxAliases {
		return "out_of_range"
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if names[i] == "" {
			return "required"
		}
		if utf8.RuneCountInString(names[i]) > longAlias {
			return "out_of_range"
		}
	}
	return ""
}

// longestText is how long an administrator may let a text be; a longer one is of
// the type longtext.
const longestText = 600

// maxRowFields is how many fields a row has at most.
const maxRowFields = 40

// prefixOf is what stands before the numbers of an autonumber.
func prefixOf(f *schema.Field) string {
	if f.Type != "autonumber" || len(f.Prefix) > 10 {
		return ""
	}
	return f.Prefix
}

// AddField makes a field at run time: a real column, at once usable.
func (s *Service) AddField(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field) error {
	if !a.Admin() {
		return fail("forbidden")
	}
	problem := fail("invalid")
	checkField(withObject{a.Registry, o.Name}, f, false, "", problem)
	if customName.MatchString(f.Name) && o.Field(f.Name) != nil {
		problem.Fields = append(problem.Fields, FieldError{"name", schema.Bad("taken")})
	}
	if _, err := s.retired(ctx, o, f.Name); err == nil {
		problem.Fields = append(problem.Fields, FieldError{"name", schema.Bad("field_retired")})
	} else if !IsCode(err, "not_found") {
		return err
	}
	if problem.Fields != nil {
		return problem
	}
	// The column exists before the field is announced: other nodes may use it
	// the moment they see it.
	with, err := s.ready(ctx, a.Registry, o.With([]*schema.Field{f}))
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		return insertField(ctx, tx, o, with, f, time.Now().UnixMicro())
	})
	if err != nil {
		return s.explain(o, err)
	}
	_, err = s.Reload(ctx)
	return err
}

// ready makes the tables and columns of an object that is new or has more fields
// than it had, and answers it with them.
func (s *Service) ready(ctx context.Context, r *schema.Registry, o *schema.Object) (*schema.Object, error) {
	trial, err := tried(r, o)
	if err != nil {
		// All else was checked: another field owns a column of this name.
		return nil, invalid("name", "taken")
	}
	with := trial.Object(o.Name)
	for _, f := range with.Fields {
		if f.Custom {
			if err := defaultFits(f); err != nil {
				return nil, err
			}
		}
	}
	return with, s.DB.Sync(ctx, trial)
}

// tried is a registry with an object in place of the one of its name, if there is
// one.
func tried(r *schema.Registry, o *schema.Object) (*schema.Registry, error) {
	objects := []*schema.Object{o}
	for _, d := range r.Objects() {
		if d.Name != o.Name {
			objects = append(objects, d.With(nil))
		}
	}
	return schema.NewRegistry(r.Version+1, objects)
}

// defaultFits refuses a value to start with that no record could have.
func defaultFits(f *schema.Field) error {
	for _, one := range append([]*schema.Field{f}, f.Rows...) {
		if one.Default == nil {
			continue
		}
		if _, err := one.Kind().Parse(one, one.Default); err != nil {
			return Invalid("default", "wrong_type")
		}
	}
	return nil
}

// insertField announces a field of an object, which has its columns; before is the
// object without it, nil where it is new too.
func insertField(ctx context.Context, tx store.Querier, before, with *schema.Object, f *schema.Field, at int64) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := store.Insert(ctx, tx, customTable.Name, store.Row{"object": with.Name, "name": f.Name, "definition": string(text), "made_at": at, "revision": int64(0)}); err != nil {
		return err
	}
	return markNew(ctx, tx, before, with, f.Name)
}
