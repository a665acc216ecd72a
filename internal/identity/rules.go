package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// maxPeople bounds what is read to find the administrators: far more than one
// company has.
const maxPeople = 100_000

// checkDepartment keeps the tree a tree.
func checkDepartment(ctx context.Context, c *record.Change) error {
	if c.Created || !c.Changed("parent") {
		return nil
	}
	up, err := store.Reach(ctx, c.Store(), c.Object, "parent", []int64{c.After.Int("parent")}, true)
	if err != nil {
		return err
	}
	if slices.Contains(up, c.ID) {
		return record.Invalid("parent", "own_parent_department")
	}
	return nil
}

// checkRole checks what a role grants against the objects and fields there are.
func checkRole(ctx context.Context, c *record.Change) error {
	shipped := c.Before.Text("key") == administratorKey
	for _, name := range []string{"key", "administrator", "rights", "field_access"} {
		if shipped && c.Changed(name) {
			return record.Invalid(name, "shipped_role")
		}
	}
	if err := checkRights(c); err != nil {
		return err
	}
	if c.Before.True("administrator") && !c.After.True("administrator") {
		return keepAdministrator(ctx, c)
	}
	return nil
}

func checkRights(c *record.Change) error {
	var rights map[string]map[string]policy.Scope
	if text := c.After.Text("rights"); text != "" && json.Unmarshal([]byte(text), &rights) != nil {
		return record.Invalid("rights", "wrong_type")
	}
	registry := c.Actor.Registry
	for object, verbs := range rights {
		if o := registry.Object(object); object != "*" && (o == nil || o.IsLink()) {
			return record.Invalid("rights", "unknown_right", "value", schema.Shorten(object))
		}
		for verb, scope := range verbs {
			if !slices.Contains(policy.Verbs, verb) && !hasPower(registry, object, verb) {
				return record.Invalid("rights", "unknown_right", "value", schema.Shorten(object+"."+verb))
			}
			if !slices.Contains(policy.Scopes, scope) {
				return record.Invalid("rights", "unknown_scope", "value", schema.Shorten(string(scope)))
			}
		}
	}
	var fields map[string]map[string]string
	if text := c.After.Text("field_access"); text != "" && json.Unmarshal([]byte(text), &fields) != nil {
		return record.Invalid("field_access", "wrong_type")
	}
	for object, names := range fields {
		o := registry.Object(object)
		if o == nil {
			return record.Invalid("field_access", "unknown_right", "value", schema.Shorten(object))
		}
		for name, access := range names {
			if o.Field(name) == nil || access != "hidden" && access != "read" && access != "write" {
				return record.Invalid("field_access", "unknown_right", "value", schema.Shorten(object+"."+name))
			}
		}
	}
	return nil
}

// hasPower tells whether an object, or any where it is "*", declares a power.
func hasPower(r *schema.Registry, object, power string) bool {
	return slices.ContainsFunc(r.Objects(), func(o *schema.Object) bool {
		return (object == "*" || object == o.Name) && o.Power(power) != nil
	})
}

func removeRole(ctx context.Context, c *record.Change) error {
	if c.Before.Text("key") == administratorKey {
		return record.Invalid("key", "shipped_role")
	}
	id := strconv.FormatInt(c.ID, 10)
	users, err := c.Rows(ctx, "user", query.OneOf(query.Is("role", c.ID), &query.Node{Op: query.Has, Field: "more_roles", Value: id}), 1)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return record.Invalid("name", "role_in_use")
	}
	return nil
}

// maxPhoto is the largest photo of a person, in bytes; it is shown small.
const maxPhoto = 5 << 20

// checkUser names a role where none was given and keeps an administrator.
func checkUser(ctx context.Context, c *record.Change) error {
	if login := c.After.Text("login"); login != strings.TrimSpace(login) {
		c.After["login"] = []any{strings.TrimSpace(login)}
	}
	for name, known := range map[string][]string{
		"language": {"", "zh-TW", "zh-CN", "en"}, "theme": {"", "system", "light", "dark"}, "density": {"", "compact", "comfortable"},
	} {
		if c.Changed(name) && !slices.Contains(known, c.After.Text(name)) {
			return record.Invalid(name, "not_an_option", "value", schema.Shorten(c.After.Text(name)))
		}
	}
	if c.Changed("photo") {
		for _, photo := range schema.FilesIn(c.After["photo"]) {
			if photo.Size > maxPhoto {
				return record.Invalid("photo", "picture_too_large", "max", strconv.Itoa(maxPhoto>>20))
			}
		}
	}
	if zone := c.After.Text("time_zone"); c.Changed("time_zone") && zone != "" {
		if _, err := time.LoadLocation(zone); err != nil {
			return record.Invalid("time_zone", "not_an_option", "value", schema.Shorten(zone))
		}
	}
	if from, until := c.After.Text("away_from"), c.After.Text("away_until"); until != "" && until < from && (c.Changed("away_from") || c.Changed("away_until")) {
		return record.Invalid("away_until", "ends_before_it_begins")
	}
	if c.After.Int("role") == 0 && !c.Created && c.Before.Int("role") != 0 {
		return record.Invalid("role", "required")
	}
	if c.After.Int("role") == 0 {
		roles, err := c.Rows(ctx, "role", &query.Node{Op: query.Eq, Field: "key", Value: "salesperson"}, 1)
		if err != nil {
			return err
		}
		for id := range roles {
			c.After["role"] = []any{id}
		}
	}
	if slices.Contains(schema.IDs(c.After.Text("assistant_of")), c.ID) {
		return record.Invalid("assistant_of", "not_oneself")
	}
	if !c.Created && (c.Changed("role") || c.Changed("more_roles") || c.Changed("active")) {
		return keepAdministrator(ctx, c)
	}
	return nil
}

// userDone ends the sessions and tokens of a user who was switched off.
func userDone(ctx context.Context, c *record.Change) error {
	if c.Created || !c.Changed("active") || isActive(c.After) {
		return nil
	}
	return shut(ctx, c)
}

// shut ends a user's sessions, and the links by which he could choose a password.
func shut(ctx context.Context, c *record.Change) error {
	for _, table := range []string{sessions.Name, links.Name} {
		if _, err := store.Delete(ctx, c.Store(), table, store.Row{"user_id": c.ID}); err != nil {
			return err
		}
	}
	return nil
}

func removeUser(ctx context.Context, c *record.Change) error {
	before := c.After
	c.After = record.Values{"active": {false}}
	err := keepAdministrator(ctx, c)
	c.After = before
	if err != nil {
		return err
	}
	return shut(ctx, c)
}

// isActive tells whether a user may sign in: unless said otherwise, yes.
func isActive(v record.Values) bool {
	columns := v["active"]
	return len(columns) == 0 || columns[0] == nil || v.True("active")
}

// keepAdministrator refuses a change of a user or a role after which nobody
// could administer the system. Writes of users and roles come one after another,
// so two administrators cannot remove each other at once.
func keepAdministrator(ctx context.Context, c *record.Change) error {
	if c.Actor.ID == 0 {
		return nil // the operator at the command line
	}
	roles, err := c.Rows(ctx, "role", nil, maxPeople)
	if err != nil {
		return err
	}
	administers := map[int64]bool{}
	for id, v := range roles {
		if c.Object.Name == "role" && id == c.ID {
			v = c.After
		}
		administers[id] = v.True("administrator")
	}
	was, is := false, false
	holds := func(v record.Values) bool {
		if !isActive(v) {
			return false
		}
		for _, id := range append(schema.IDs(v.Text("more_roles")), v.Int("role")) {
			if administers[id] {
				return true
			}
		}
		return false
	}
	if c.Object.Name == "user" {
		was, is = holds(c.Before), holds(c.After)
		if !was || is {
			return nil
		}
	}
	users, err := c.Rows(ctx, "user", nil, maxPeople)
	if err != nil {
		return err
	}
	for id, v := range users {
		if (c.Object.Name != "user" || id != c.ID) && holds(v) {
			return nil
		}
	}
	return record.Invalid(map[string]string{"user": "role", "role": "administrator"}[c.Object.Name], "last_administrator")
}
