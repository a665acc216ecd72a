package policy

import (
	"slices"

	"ecrm/internal/schema"
)

// Held tells whether the actor saw a record by one of his rules while it had this
// owner and department, or was shared with whom the token names ("" for nobody): what
// open pages are told of records that leave his sight. Where he sees all there is
// nothing to leave.
func (a *Actor) Held(o *schema.Object, owner, department int64, token string) bool {
	for _, r := range a.Reasons(o, View) {
		switch r.Rule {
		case RuleShared:
			if token != "" && slices.Contains(a.Tokens(), token) {
				return true
			}
		case RuleOwn, RuleAssisted, RuleDepartment:
			if fits, known := Decide(r.Filter, owner, department); known && fits {
				return true
			}
		}
	}
	return false
}
