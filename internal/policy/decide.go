package policy

import "ecrm/internal/query"

// Decide tells whether a live record of this owner and department fits a filter that
// this package made, without asking the database; known is false where that takes more,
// such as what is shared.
func Decide(filter *query.Node, owner, department int64) (fits, known bool) {
	if filter == nil {
		return true, true
	}
	switch filter.Op {
	case query.Never:
		return false, true
	case query.Eq:
		id, ok := filter.Value.(int64)
		switch {
		case !ok || id == 0:
		case filter.Field == "owner":
			return id == owner, true
		case filter.Field == "department":
			return id == department, true
		}
	case query.Or:
		known = true
		for _, kid := range filter.Kids {
			switch fits, sure := Decide(kid, owner, department); {
			case sure && fits:
				return true, true
			case !sure:
				known = false
			}
		}
		return false, known
	}
	return false, false
}
