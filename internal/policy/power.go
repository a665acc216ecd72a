package policy

import "ecrm/internal/schema"

// Comparing is the actor with whatever a power of an object spans in place of what he may
// see of it: what is summed up in his name by the power, and by nothing else. Records are
// never told by it.
func (a *Actor) Comparing(o *schema.Object, power string) *Actor {
	c := *a
	c.direct = true
	c.Roles = make([]Role, len(a.Roles))
	for i, r := range a.Roles {
		// What its fields hide stays hidden.
		c.Roles[i] = Role{ID: r.ID, Name: r.Name, Admin: r.Admin, Departments: r.Departments, Fields: r.Fields, Rights: map[string]map[string]Scope{o.Name: {View: r.scope(o, power)}}}
	}
	return &c
}
