package analysis

// Answer is what an analysis tells.
type Answer struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Shape  string `json:"shape"`
	Object string `json:"object"`
	// Settings are those it was answered with, nothing left open.
	Settings Settings `json:"settings"`
	Period   Span     `json:"period"`
	// Before is the span it is compared with.
	Before *Span `json:"before,omitempty"`
	// Running tells that the period is not over.
	Running bool `json:"running,omitempty"`
	// Dimension is that of the rows, Columns are those of Settings.Split; without one the
	// columns are the measures.
	Dimension Choice   `json:"dimension"`
	Columns   []Column `json:"columns,omitempty"`
	Measures  []Figure `json:"measures"`
	Rows      []Row    `json:"rows"`
	Total     Row      `json:"total"`
	// Left is how many rows there are beyond those told.
	Left int `json:"left,omitempty"`
	// Currency is that of the amounts, where there are some.
	Currency    string `json:"currency,omitempty"`
	Converted   bool   `json:"converted,omitempty"`
	Unconverted int64  `json:"unconverted,omitempty"`
	// Unfiltered are the measures that the filter does not apply to, so that they are not
	// told.
	Unfiltered []string `json:"unfiltered,omitempty"`
	// Note is what is to be known of it, in words.
	Note string `json:"note,omitempty"`
}

// Column is one group of the second dimension.
type Column struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	// Where is the filter that is added to that of the row.
	Where string `json:"where"`
	// Open tells that no list shows its records.
	Open bool `json:"open,omitempty"`
}

// Row is one group.
type Row struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	// Group is the dimension it is of, of traits.
	Group string `json:"group,omitempty"`
	// Values are those of the measures, Before those of the other period. nil: there is
	// none.
	Values []*string `json:"values"`
	Before []*string `json:"before,omitempty"`
	// Cells are the values in the columns of Settings.Split.
	Cells []*string `json:"cells,omitempty"`
	// Where are the filters of its records by the plural of their object, to which those
	// of measure and column are added; WhereBefore those of the other period.
	Where       map[string]string `json:"where,omitempty"`
	WhereBefore map[string]string `json:"where_before,omitempty"`
	// Filters stand in place of those of the measures; "-": no list shows these records.
	Filters []string `json:"filters,omitempty"`
	// BeforeLabel is what the other period calls the group, of times.
	BeforeLabel string `json:"before_label,omitempty"`
	// Start is the day it begins with, of times.
	Start string `json:"start,omitempty"`
	// Sure tells of a trait that it is no chance; Small that there are too few to say.
	Sure  bool   `json:"sure,omitempty"`
	Small bool   `json:"small,omitempty"`
	Text  string `json:"text,omitempty"`
}
