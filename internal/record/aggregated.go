package record

import (
	"encoding/json"
	"strconv"

	"ecrm/internal/schema"
)

// Aggregated is the answer of Aggregate, read by another part of the server.
type Aggregated struct {
	Rows []struct {
		Group    []*string `json:"group"`
		Measures []*string `json:"measures"`
	} `json:"rows"`
	Currency string `json:"currency"`
	// Unconverted is how many amounts have no rate and are left out.
	Unconverted int64 `json:"unconverted"`
}

// ReadAggregated reads an answer whose groups are texts or ids.
func ReadAggregated(answer []byte) (Aggregated, error) {
	var a Aggregated
	err := json.Unmarshal(answer, &a)
	return a, err
}

// Group is what a row is grouped by in one place, "" for nothing.
func (a Aggregated) Group(row, at int) string {
	if g := a.Rows[row].Group; at < len(g) && g[at] != nil {
		return *g[at]
	}
	return ""
}

// Count is a measure that is a whole number.
func (a Aggregated) Count(row, at int) int64 {
	if m := a.Rows[row].Measures; at < len(m) && m[at] != nil {
		n, err := strconv.ParseInt(*m[at], 10, 64)
		if err == nil {
			return n
		}
	}
	return 0
}

// Amount is a measure that is an amount, in 1/10,000.
func (a Aggregated) Amount(row, at int) int64 {
	if m := a.Rows[row].Measures; at < len(m) && m[at] != nil {
		n, _ := schema.Scaled(*m[at], schema.MoneyScale)
		return n
	}
	return 0
}
