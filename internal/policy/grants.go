package policy

import (
	"slices"

	"ecrm/internal/schema"
)

// The scopes an API token may have. Read is in every token.
const (
	GrantRead   = "read"
	GrantWrite  = "write"
	GrantImport = "import"
	GrantExport = "export"
	GrantAdmin  = "admin"
)

// AllGrants lists the scopes of tokens.
var AllGrants = []string{GrantRead, GrantWrite, GrantImport, GrantExport, GrantAdmin}

// Grants are the scopes of the token through which somebody acts; nil stands
// for a person who signed in, whom nothing limits but his roles.
type Grants []string

// Has tells whether a scope is among them.
func (g Grants) Has(scope string) bool { return g == nil || slices.Contains(g, scope) }

// allow tells whether the token leaves a verb to its owner's roles.
func (g Grants) allow(o *schema.Object, verb string) bool {
	switch {
	case g == nil, verb == View, o.Power(verb) != nil:
		return true
	case o.AdminOnly:
		return g.Has(GrantAdmin)
	case verb == Import:
		return g.Has(GrantImport)
	case verb == Export:
		return g.Has(GrantExport)
	}
	// An import writes records as well.
	return g.Has(GrantWrite) || g.Has(GrantImport) && (verb == Create || verb == Edit)
}
