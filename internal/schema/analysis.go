package schema

import (
	"slices"
)

// The shapes of analyses: what stands in their rows.
const (
	// Groups are those of one dimension.
	Groups = ""
	// Funnel has the stages of a pipeline, and how far those went that entered it.
	Funnel = "funnel"
	// Traits compares what two kinds of records have in common.
	Traits = "traits"
)

// The units of what an analysis measures.
const (
	UnitCount = "count"
	UnitMoney = "money"
	UnitDays  = "days"
	// UnitShare is a part of one.
	UnitShare = "share"
	// UnitTimes is how many times as often.
	UnitTimes = "times"
)

// Analysis is a question that a module asks of the records of an object as a whole: by
// what they are grouped, what is measured of each group, and of which time. Whoever asks
// is answered under his own rights; what he may not read is not offered to him.
type Analysis struct {
	Name  string
	Label Text
	Help  Text
	// Shape is Groups, Funnel or Traits.
	Shape  string
	Object string
	// At are the dates or instants by which a record belongs to a period, the usual one
	// first.
	At []string
	// Base is a filter that holds for all of it; "" none.
	Base string
	// Dimensions are what it can be grouped by, the usual one first; of Traits, what is
	// looked at.
	Dimensions []Dimension
	// Measures are what is told of each group; the first is what is drawn. Of Traits the
	// first two are the kinds that are compared.
	Measures []Measure
	// Period is the usual one.
	Period string
	// Overlaps are the dimensions of which a record may stand in several groups, so that
	// they add up to more than the whole.
	Overlaps []string
}

// Dimension is what an analysis is grouped by: a field (or one of a record that is
// referred to, customer.industry), the time by which records belong to the period, or
// cases.
type Dimension struct {
	Name  string
	Label Text
	// Field is "" for the time of the period.
	Field string
	// By is day, week, month, quarter or year, for times.
	By string
	// Cases are filters, of which the first that holds says where a record belongs.
	Cases []Case
}

// Case is one group of a dimension, by its filter.
type Case struct {
	Label  Text
	Filter string
}

// Measure is one figure of a group.
type Measure struct {
	Name  string
	Label Text
	Unit  string
	// Fn, Field, To and Filter are as an aggregate takes them.
	Fn, Field, To, Filter string
	// Of are the names of two measures before, whose ratio it is.
	Of [2]string
	// From is what is measured where that is not the analysis' object; nil: it is.
	From *Source
	// Less tells that less of it is better.
	Less bool
}

// Source is another object that a measure is taken of: a target, new customers.
type Source struct {
	Object string
	// At is what the period is of; "": it does not depend on the time.
	At   string
	Base string
	// Fields say which of its fields a dimension means. Times go by At.
	Fields map[string]string
}

// Dimension returns the dimension of this name, or nil.
func (a *Analysis) Dimension(name string) *Dimension {
	for i := range a.Dimensions {
		if a.Dimensions[i].Name == name {
			return &a.Dimensions[i]
		}
	}
	return nil
}

// Measure returns the measure of this name, or nil.
func (a *Analysis) Measure(name string) *Measure {
	for i := range a.Measures {
		if a.Measures[i].Name == name {
			return &a.Measures[i]
		}
	}
	return nil
}

// Times are the dimensions of the time of the period that every analysis of groups may
// have.
func Times() []Dimension {
	return []Dimension{
		{Name: "month", Label: T("月份", "月份", "Month"), By: "month"},
		{Name: "week", Label: T("週", "周", "Week"), By: "week"},
		{Name: "quarter", Label: T("季", "季度", "Quarter"), By: "quarter"},
		{Name: "year", Label: T("年", "年", "Year"), By: "year"},
	}
}

// IsTime tells whether the dimension is the time of the period.
func (d *Dimension) IsTime() bool { return d.Field == "" && d.By != "" }

// Overlapping tells whether a record may stand in several groups of a dimension.
func (a *Analysis) Overlapping(d *Dimension) bool { return slices.Contains(a.Overlaps, d.Name) }
