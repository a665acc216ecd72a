// Package policy decides who may do what to which records and fields. Its
// answers are query filters, so that the same rule holds wherever records are
// read; no other package states a rule about rights.
package policy

import (
	"slices"
	"strconv"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Scope is on whose records a role may do something.
type Scope string

// The scopes, narrow to wide.
const (
	None      Scope = "none"
	Own       Scope = "own"
	OwnShared Scope = "own_shared"
	// Assisted is OwnShared, and what the salespeople own whom the actor
	// assists by name.
	Assisted   Scope = "assisted"
	Department Scope = "department"
	Below      Scope = "department_below"
	Chosen     Scope = "chosen"
	All        Scope = "all"
)

// Verbs that a role grants per object.
const (
	View   = "view"
	Create = "create"
	Edit   = "edit"
	Remove = "delete"
	Assign = "assign"
	Share  = "share"
	Export = "export"
	Import = "import"
)

// Scopes lists them all, narrow to wide.
var Scopes = []Scope{None, Own, OwnShared, Assisted, Department, Below, Chosen, All}

// Verbs lists them all.
var Verbs = []string{View, Create, Edit, Remove, Assign, Share, Export, Import}

// Role is a named set of rights. The object "*" stands for every object that
// has no entry of its own.
type Role struct {
	// ID is that of the role's record, 0 for roles that are none.
	ID     int64                        `json:"-"`
	Name   string                       `json:"name"`
	Admin  bool                         `json:"admin,omitempty"`
	Rights map[string]map[string]Scope  `json:"rights,omitempty"`
	Fields map[string]map[string]string `json:"fields,omitempty"`
	// Departments are those of the scope Chosen.
	Departments []int64 `json:"departments,omitempty"`
}

func (r Role) scope(o *schema.Object, verb string) Scope {
	rights, ok := r.Rights[o.Name]
	switch {
	case !ok && o.Catalog && verb == View:
		return All
	case !ok && o.Catalog:
		return None
	case !ok:
		rights = r.Rights["*"]
	}
	if s := rights[verb]; s != "" && s != None {
		return s
	}
	// What everybody makes for himself he throws away again.
	if c := rights[Create]; verb == Remove && o.Opens != "" && c != "" && c != None {
		return Own
	}
	return None
}

// field is "hidden", "read" or "write".
func (r Role) field(object, name string) string {
	if access := r.Fields[object][name]; access != "" {
		return access
	}
	return "write"
}

// Actor is who acts: a person with the sum of his roles.
type Actor struct {
	ID       int64
	Name     string
	Language string
	Location *time.Location
	Roles    []Role
	// Departments are those the person belongs to, the main one first.
	Departments []int64
	// Tree holds these departments and all below them, Above these and all
	// above them.
	Tree, Above []int64
	// Assisted are the salespeople the person acts for in the scope Assisted.
	Assisted []int64
	// Grants limits what is done through an API token to its scopes; nil: no
	// limit. It never gives a right.
	Grants Grants
	// Origin says through what he acts: form, import 17, token …
	Origin string
	// Address is that of his device on the network, "" within the server.
	Address string
	// Importing says that he brings in what happened elsewhere: a rule that asks
	// why something is done now does not apply to it.
	Importing bool
	Registry  *schema.Registry
	// direct: what is shared with him or seen through something else is left out.
	direct bool
	// Epoch is that of users, departments and roles (record.Service.Touch) at which
	// all this held; 0 where it is not known.
	Epoch int64
}

// System acts for the engine itself: set-up, demo data, jobs.
func System(r *schema.Registry, origin string) *Actor {
	return &Actor{Name: "system", Language: "zh-TW", Location: time.UTC, Origin: origin, Registry: r, Roles: []Role{{Name: "system", Admin: true}}}
}

// Admin tells whether one of the roles administers the system.
func (a *Actor) Admin() bool {
	for _, r := range a.Roles {
		if r.Admin {
			return true
		}
	}
	return false
}

// Administers tells whether the actor is an administrator and, through a token, has its scope.
func (a *Actor) Administers() bool { return a.Admin() && a.Grants.Has(GrantAdmin) }

// May tells whether the actor may do something to at least some records.
func (a *Actor) May(o *schema.Object, verb string) bool {
	if !a.Grants.allow(o, verb) {
		return false
	}
	if a.Admin() {
		return true
	}
	if o.AdminOnly {
		return verb == View
	}
	if o.IsLink() {
		return a.mayLink(o, verb)
	}
	for _, r := range a.Roles {
		if r.scope(o, verb) != None {
			return true
		}
	}
	return false
}

// Access is "hidden", "read" or "write" for a field, the widest of the roles.
func (a *Actor) Access(o *schema.Object, f *schema.Field) string {
	if parent, within := o.Parent(); parent != nil {
		return a.Access(parent, within) // rows have the rights of the field they stand in
	}
	best := "hidden"
	for _, r := range a.Roles {
		switch access := r.field(o.Name, f.Name); {
		case r.Admin:
			best = "write"
		case !o.AdminOnly && !o.IsLink() && r.scope(o, View) == None, o.IsLink() && !a.May(o, View):
		case access == "write":
			best = "write"
		case access == "read" && best == "hidden":
			best = "read"
		}
	}
	if f.AdminOnly && !a.Admin() {
		return "hidden"
	}
	if best == "write" && (f.System || f.ReadOnly || o.AdminOnly && !a.Admin()) {
		return "read"
	}
	return best
}

// UserToken names a person in shares.
func UserToken(id int64) string { return "u" + strconv.FormatInt(id, 10) }

// DepartmentToken names a department in shares.
func DepartmentToken(id int64) string { return "d" + strconv.FormatInt(id, 10) }

// Tokens name the actor, his departments and those above them in shares: what
// is shared with a department is shared with the people below it.
func (a *Actor) Tokens() []string {
	tokens := []string{UserToken(a.ID)}
	departments := a.Above
	if departments == nil {
		departments = a.Departments
	}
	for _, d := range departments {
		tokens = append(tokens, DepartmentToken(d))
	}
	return tokens
}

// Filter is what the records must fit for the actor to do verb to them; nil
// means all, a Never node none.
func (a *Actor) Filter(o *schema.Object, verb string) *query.Node {
	return a.filter(o, verb, 0)
}

// maxThrough bounds chains of objects seen through one another.
const maxThrough = 3

func (a *Actor) filter(o *schema.Object, verb string, depth int) *query.Node {
	var branches []*query.Node
	for _, r := range a.reasons(o, verb, depth) {
		if r.Filter == nil {
			return nil
		}
		branches = append(branches, r.Filter)
	}
	if branches == nil {
		return &query.Node{Op: query.Never}
	}
	return query.OneOf(branches...)
}

// The rules by which somebody may do something.
const (
	RuleAdministrator = "administrator"
	RuleEverybody     = "everybody"
	RuleAll           = "all"
	RuleOwn           = "own"
	RuleAssisted      = "assisted"
	RuleDepartment    = "department"
	RuleShared        = "shared"
	RuleThrough       = "through"
	RuleEnds          = "ends"
)

// Reason is one rule by which the actor may do something to the records that
// fit its filter; nil: to all.
type Reason struct {
	Rule string
	// Role is the name of the role that gives it, "" where none does.
	Role string
	// Scope is that of the role.
	Scope Scope
	// Through is the reference by which the record is seen.
	Through string
	Filter  *query.Node
}

// Reasons lists the rules by which the actor may do verb to records of an
// object; Filter is what they add up to.
func (a *Actor) Reasons(o *schema.Object, verb string) []Reason { return a.reasons(o, verb, 0) }

func (a *Actor) reasons(o *schema.Object, verb string, depth int) []Reason {
	var list []Reason
	add := func(r Reason) {
		if r.Filter != nil {
			list = append(list, r)
		}
	}
	if !a.May(o, verb) {
		return nil
	}
	if a.Admin() {
		return []Reason{{Rule: RuleAdministrator}}
	}
	if o.AdminOnly && verb == View {
		return []Reason{{Rule: RuleEverybody}}
	}
	if o.IsLink() {
		return []Reason{{Rule: RuleEnds, Filter: a.bothEnds(o, verb, depth)}}
	}
	for _, r := range a.Roles {
		s := r.scope(o, verb)
		switch {
		case s == None:
			continue
		case s == All || !o.Owned:
			return []Reason{{Rule: RuleAll, Role: r.Name, Scope: s}}
		}
		add(Reason{Rule: RuleOwn, Role: r.Name, Scope: s, Filter: query.Is("owner", a.ID)})
		switch s {
		case Department, Below, Chosen:
			departments := map[Scope][]int64{Department: a.Departments, Below: a.Tree, Chosen: r.Departments}[s]
			add(Reason{Rule: RuleDepartment, Role: r.Name, Scope: s, Filter: among("department", departments)})
		case Assisted:
			add(Reason{Rule: RuleAssisted, Role: r.Name, Scope: s, Filter: among("owner", a.Assisted)})
		}
		if s != Own && !a.direct {
			add(Reason{Rule: RuleShared, Role: r.Name, Scope: s, Filter: a.shared(verb)})
		}
	}
	if verb == View && o.Opens != "" {
		add(Reason{Rule: RuleEverybody, Filter: &query.Node{Op: query.Eq, Field: o.Opens, Value: true}})
	}
	if verb != View || depth >= maxThrough || a.direct {
		return list
	}
	for _, name := range o.Through {
		parent := a.Registry.Object(o.Field(name).Target())
		if parent == nil || !parent.Owned {
			continue
		}
		through := a.filter(parent, View, depth+1)
		if through == nil {
			through = &query.Node{Op: query.Not, Kids: []*query.Node{{Op: query.Never}}}
		}
		if through.Op != query.Never {
			add(Reason{Rule: RuleThrough, Through: name, Filter: &query.Node{Op: query.Through, Field: name, Kids: []*query.Node{through}}})
		}
	}
	return list
}

func (a *Actor) shared(verb string) *query.Node {
	switch verb {
	case View, Export:
		return &query.Node{Op: query.Shared, Value: a.Tokens()}
	case Edit:
		return &query.Node{Op: query.Shared, Field: "write", Value: a.Tokens()}
	}
	return nil
}

func among(field string, ids []int64) *query.Node {
	var nodes []*query.Node
	for _, id := range ids {
		nodes = append(nodes, query.Is(field, id))
	}
	return query.OneOf(nodes...)
}

// Covers tells whether a record of this owner and department would be within
// the actor's scope for verb: what a write must still be allowed afterwards.
func (a *Actor) Covers(o *schema.Object, verb string, owner, department int64) bool {
	if !a.Grants.allow(o, verb) {
		return false
	}
	if a.Admin() {
		return true
	}
	if o.AdminOnly {
		return false
	}
	if o.IsLink() {
		return a.May(o, verb) // its ends are asked when it is written
	}
	for _, r := range a.Roles {
		switch s := r.scope(o, verb); {
		case s == None:
		case !o.Owned || s == All || owner == a.ID && owner != 0:
			return true
		case s == Assisted && a.ActsFor(owner):
			return true
		case s == Department && has(a.Departments, department), s == Below && has(a.Tree, department), s == Chosen && has(r.Departments, department):
			return true
		}
	}
	return false
}

func has(ids []int64, id int64) bool { return id != 0 && slices.Contains(ids, id) }

// ActsFor tells whether the actor assists a person by name.
func (a *Actor) ActsFor(person int64) bool { return has(a.Assisted, person) }

// Assists tells whether the actor enters records of an object for others.
func (a *Actor) Assists(o *schema.Object) bool {
	if len(a.Assisted) == 0 {
		return false
	}
	for _, r := range a.Roles {
		if r.scope(o, Create) == Assisted {
			return true
		}
	}
	return false
}

// Me is the actor's id.
func (a *Actor) Me() int64 { return a.ID }

// Home is the actor's main department, 0 when he has none.
func (a *Actor) Home() int64 {
	if len(a.Departments) > 0 {
		return a.Departments[0]
	}
	return 0
}

// Zone is the actor's time zone.
func (a *Actor) Zone() *time.Location {
	if a.Location == nil {
		return time.UTC
	}
	return a.Location
}

// Readable tells whether the actor may read a field.
func (a *Actor) Readable(o *schema.Object, f *schema.Field) bool {
	return a.Access(o, f) != "hidden"
}

// Guard is the filter of the records the actor may see.
func (a *Actor) Guard(o *schema.Object) *query.Node { return a.Filter(o, View) }

// Shipped are the roles a new company starts with.
func Shipped() map[string]Role {
	most := func(view, edit Scope, more map[string]Scope) map[string]map[string]Scope {
		rights := map[string]Scope{View: view, Create: edit, Edit: edit}
		for verb, s := range more {
			rights[verb] = s
		}
		return map[string]map[string]Scope{"*": rights}
	}
	return map[string]Role{
		"salesperson":     {Name: "salesperson", Rights: most(OwnShared, OwnShared, map[string]Scope{Share: Own, Import: Own})},
		"assistant":       {Name: "assistant", Rights: most(Assisted, Assisted, map[string]Scope{Import: Assisted})},
		"manager":         {Name: "manager", Rights: most(Below, Below, map[string]Scope{Share: Below, Assign: Below, Export: Below, Import: Below, schema.Rank: Below})},
		"general_manager": {Name: "general_manager", Rights: most(All, All, map[string]Scope{Share: All, Assign: All, Export: All, Import: All, Remove: All, schema.Rank: All})},
		"administrator":   {Name: "administrator", Admin: true},
	}
}
