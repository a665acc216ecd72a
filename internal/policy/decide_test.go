package policy

import (
	"testing"

	"ecrm/internal/query"
)

// What cannot be told from owner and department alone is never told.
func TestFiltersAreDecidedOnlyWhereTheyAreKnown(t *testing.T) {
	mine, ours := query.Is("owner", int64(7)), query.Is("department", int64(3))
	shared := &query.Node{Op: query.Shared, Value: []string{"u7"}}
	never := &query.Node{Op: query.Never}
	for name, c := range map[string]struct {
		filter            *query.Node
		owner, department int64
		fits, known       bool
	}{
		"all":                      {nil, 0, 0, true, true},
		"none":                     {never, 7, 3, false, true},
		"his own":                  {mine, 7, 0, true, true},
		"another's":                {mine, 8, 3, false, true},
		"nobody's":                 {mine, 0, 0, false, true},
		"his or his department's":  {query.OneOf(mine, ours), 8, 3, true, true},
		"neither":                  {query.OneOf(mine, ours), 8, 4, false, true},
		"his, or shared":           {query.OneOf(shared, mine), 7, 0, true, true},
		"perhaps shared":           {query.OneOf(mine, shared), 8, 0, false, false},
		"his and something else":   {query.AllOf(mine, shared), 7, 0, false, false},
		"another field":            {query.Is("parent", int64(7)), 7, 7, false, false},
		"not his":                  {&query.Node{Op: query.Not, Kids: []*query.Node{mine}}, 7, 0, false, false},
		"seen through his":         {&query.Node{Op: query.Through, Field: "customer", Kids: []*query.Node{mine}}, 7, 0, false, false},
		"owned by a name, not id":  {&query.Node{Op: query.Eq, Field: "owner", Value: "7"}, 7, 0, false, false},
		"owned by a call, not id":  {&query.Node{Op: query.Eq, Field: "owner", Value: query.Call{Name: "me"}}, 7, 0, false, false},
		"none of several, but one": {query.OneOf(never, mine), 7, 0, true, true},
	} {
		if fits, known := Decide(c.filter, c.owner, c.department); fits != c.fits || known != c.known {
			t.Errorf("%s: fits %t, known %t", name, fits, known)
		}
	}
}
