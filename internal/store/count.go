package store

import (
	"cmp"
	"slices"
	"strconv"
)

// countTerms writes the count of what falls under any of some terms. To join their rows, so that
// none is counted twice, takes several times as long as to count them along their indexes: so
// terms of one column, which have no row in common, are counted one after another, and what
// is shared besides, which is little, without the rows that were counted before. Where there are
// terms of several columns they are joined, unless those of one reach the limit alone.
func (s Select) countTerms(q Querier, c *compiler, terms []term, limit string) error {
	columns, shared := byColumn(terms)
	if db, ok := q.(*DB); ok && limit != "" && len(columns) > 1 {
		slices.SortStableFunc(columns, func(x, y []term) int { return cmp.Compare(db.scopeSize(s, y), db.scopeSize(s, x)) })
	}
	enough := ""
	if limit != "" {
		enough = "CASE WHEN p.n > " + strconv.Itoa(CountCap) + " THEN p.n ELSE "
	}
	end := map[bool]string{true: " END"}[enough != ""]
	switch {
	case len(columns) == 1 && len(shared) == 0:
		return s.counted(c, columns[0], nil, "UNION ALL", limit)
	case len(columns) == 1:
		c.write("SELECT " + enough + "p.n + (")
		if err := s.counted(c, shared, columns[0], "UNION", limit); err != nil {
			return err
		}
		c.write(")" + end + " FROM (")
		if err := s.counted(c, columns[0], nil, "UNION ALL", limit); err != nil {
			return err
		}
	case len(columns) > 1 && enough != "":
		c.write("SELECT " + enough + "(")
		if err := s.counted(c, terms, nil, "UNION", limit); err != nil {
			return err
		}
		c.write(")" + end + " FROM (")
		if err := s.counted(c, columns[0], nil, "UNION ALL", limit); err != nil {
			return err
		}
	default:
		return s.counted(c, terms, nil, "UNION", limit)
	}
	c.write(") p")
	return nil
}

// counted writes the count n of the rows under any of some terms and under none of others.
func (s Select) counted(c *compiler, terms, others []term, join, limit string) error {
	c.write("SELECT count(*) AS n FROM (SELECT id FROM (")
	for i, g := range c.gathered(terms) {
		if i > 0 {
			c.write(" " + join + " ")
		}
		s.branch(c, g, "t.id")
		if len(others) > 0 {
			c.write(" AND ")
			c.terms("t", others)
			c.write(" IS NOT TRUE")
		}
		if err := s.filter(c); err != nil {
			return err
		}
		c.write(limit + ") b")
	}
	c.write(") matches" + limit + ") counted")
	return nil
}

// byColumn sorts terms by their column, apart from those of shares.
func byColumn(terms []term) (columns [][]term, shared []term) {
	at := map[string]int{}
	for _, t := range terms {
		if t.shared != nil {
			shared = append(shared, t)
			continue
		}
		i, known := at[t.column]
		if !known {
			i = len(columns)
			at[t.column] = i
			columns = append(columns, nil)
		}
		columns[i] = append(columns[i], t)
	}
	return columns, shared
}
