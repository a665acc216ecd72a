// Package query says what to read, as data: filter tree, sort, page, selection,
// groups and measures. It knows neither SQL nor rights: store compiles it,
// policy adds to it.
package query

import (
	"ecrm/internal/schema"
)

// Op is what a node of a filter does.
type Op string

// The operators of a filter, as both spellings name them.
const (
	And      Op = "and"
	Or       Op = "or"
	Not      Op = "not"
	Eq       Op = "="
	Ne       Op = "!="
	Lt       Op = "<"
	Le       Op = "<="
	Gt       Op = ">"
	Ge       Op = ">="
	In       Op = "in"
	Contains Op = "~"
	Has      Op = ":"
	Empty    Op = "empty"
	// Any holds when a related record (children of Field) fits the one kid.
	Any Op = "any"
	// Many compares how many related records (children of Field) fit the one kid, or
	// all where there is none, with the Counted in Value.
	Many Op = "count"
	// Shared holds for records shared with one of the Tokens in Value; only
	// policy makes it.
	Shared Op = "shared"
	// Through holds when the record Field points to fits the one kid; only
	// policy makes it.
	Through Op = "through"
	// Granted holds when its one kid does; the kid was made by policy and may use
	// fields the asker cannot read. No client can write it.
	Granted Op = "granted"
	// Never holds for nothing.
	Never Op = "never"
)

// Node is one node of a filter tree.
type Node struct {
	Op    Op
	Field string
	Value any
	Kids  []*Node
	// Pos is the byte offset in the text a person typed, for error messages.
	Pos int
}

// Call is a relative value: today(-30), this_month(), me(), my_department().
type Call struct {
	Name string
	Args []int
}

// Counted is what a number of related records is compared with.
type Counted struct {
	Op Op
	N  int64
}

// AllOf joins filters; nil ones are left out.
func AllOf(nodes ...*Node) *Node { return join(And, nodes) }

// OneOf holds when one of the filters does.
func OneOf(nodes ...*Node) *Node { return join(Or, nodes) }

func join(op Op, nodes []*Node) *Node {
	var kept []*Node
	for _, n := range nodes {
		if n != nil {
			kept = append(kept, n)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	return &Node{Op: op, Kids: kept}
}

// Is makes a comparison with an id.
func Is(field string, id int64) *Node { return &Node{Op: Eq, Field: field, Value: id} }

// Key is one sort key.
type Key struct {
	Field string
	Desc  bool
	// Order is that of the reader's language, for texts that have keys in it.
	Order string
	// Named are the records a reference may lead to, in the order of their titles;
	// others stand behind them, alike. nil: references stand by id.
	Named []int64
	// Whole says that there are no others.
	Whole bool
}

// Count says how matches are counted.
type Count string

// The ways to count.
const (
	CountNone   Count = "none"
	CountCapped Count = "capped"
	CountExact  Count = "exact"
)

// Query reads a page of one object's records.
type Query struct {
	Object *schema.Object
	Filter *Node
	// Words: every word must match; a word does when all terms of one of its
	// alternatives do.
	Words   [][][]Word
	Sort    []Key
	Limit   int
	After   []any
	Deleted bool
}

// Word is one search term, already normalised: any of the tokens will do, and any
// that begins with one of Begun.
type Word struct {
	Tokens, Begun []string
}

// Measure is one aggregate: what Fn (count, sum, avg, min, max, median, weighted,
// distinct, ratio) makes of a field.
type Measure struct {
	Fn    string `json:"fn"`
	Field string `json:"field,omitempty"`
	// To ends a span of time that begins at Field; what is measured are its days.
	To string `json:"to,omitempty"`
	// Filter, in text, says which records of the group are measured; "" all. Where is
	// the same as a tree.
	Filter string `json:"filter,omitempty"`
	Where  *Node  `json:"-"`
	// Of are the places of the two measures of which a ratio is made.
	Of []int `json:"of,omitempty"`
}

// Group is one grouping: by a field, or by one of a record that is referred to
// (customer.industry), by a part of an address, by the records at the other end of a
// link (competitors), or by which of several filters holds.
type Group struct {
	Field string `json:"field,omitempty"`
	// By, for dates and instants, is "", day, week, month, quarter or year.
	By string `json:"by,omitempty"`
	// Cases are filters in text: a record belongs to the first that holds. Where are
	// the same as trees.
	Cases []string `json:"cases,omitempty"`
	Where []*Node  `json:"-"`
}

// Problem is a filter or sort that cannot be understood: code, position in the
// text typed (or -1) and what stands there.
type Problem struct {
	Code  string
	Pos   int
	Token string
}

// Error names the code; people are shown the message of the code instead.
func (p *Problem) Error() string { return p.Code + " " + p.Token }
