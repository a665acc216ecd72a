package transfer

import (
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// cell writes one value as people read it, so that an import reads it back.
type cell func(columns []any, labels map[string]map[int64]string) tabular.Cell

// column is one column of an exported file.
type column struct {
	field  *schema.Field
	header string
	cell   cell
	// line is the field of the rows that cell writes, nil for what the record
	// itself holds.
	line *schema.Field
}

// ownerHeader heads the owners where the label alone, in a file, means the legal
// representative of a company.
const ownerHeader = "销售负责人"

// columnsFor decides how each field is written for this actor; fields without a
// form in a cell are left out.
func columnsFor(a *policy.Actor, fields []*schema.Field, currency string) []column {
	var columns []column
	seen := map[string]bool{}
	for _, f := range fields {
		if f.Lines() != nil {
			for _, sub := range f.Rows {
				if c := cellOf(a, sub, currency); c != nil {
					columns = append(columns, column{field: f, line: sub, header: f.Label.In(a.Language) + " " + sub.Label.In(a.Language), cell: c})
				}
			}
			continue
		}
		c := column{field: f, header: f.Label.In(a.Language), cell: cellOf(a, f, currency)}
		if c.cell == nil {
			continue
		}
		if f.Name == "owner" && c.header == "负责人" {
			c.header = ownerHeader
		}
		// The name of the field is unique, its label need not be.
		if c.header == "" || seen[c.header] {
			c.header = f.Name
		}
		seen[c.header] = true
		columns = append(columns, c)
	}
	return columns
}

func cellOf(a *policy.Actor, f *schema.Field, currency string) cell {
	if f.Files() > 0 {
		return func(c []any, _ map[string]map[int64]string) tabular.Cell {
			names, _ := c[0].(string)
			return tabular.TextCell(strings.ReplaceAll(names, "\n", "; "))
		}
	}
	if f.Many() != "" {
		return func(c []any, labels map[string]map[int64]string) tabular.Cell {
			stored, _ := c[0].(string)
			var names []string
			for _, id := range schema.IDs(stored) {
				if name := labels[f.Many()][id]; name != "" {
					names = append(names, name)
				}
			}
			return tabular.TextCell(schema.JoinList(names, "; "))
		}
	}
	if f.Target() != "" || f.Type == "anyreference" {
		return func(c []any, labels map[string]map[int64]string) tabular.Cell {
			object, id := record.Reference(f, c)
			return tabular.TextCell(labels[object][id])
		}
	}
	t, ok := f.Kind().(schema.Textual)
	if !ok {
		return nil
	}
	text := func(c []any) string { return t.FormatText(f, c) }
	switch f.Type {
	case "integer", "decimal", "percent":
		return func(c []any, _ map[string]map[int64]string) tabular.Cell { return number(text(c)) }
	case "money":
		return func(c []any, _ map[string]map[int64]string) tabular.Cell {
			n, ok := c[0].(int64)
			if !ok {
				return tabular.Cell{}
			}
			// An amount in the company's currency is a number to count with.
			if of, _ := c[1].(string); of != currency && of != "" {
				return tabular.TextCell(text(c))
			}
			return number(schema.Unscaled(n, schema.MoneyScale))
		}
	case "boolean":
		yes, no := "是", "否"
		if a.Language == "en" {
			yes, no = "Yes", "No"
		}
		return func(c []any, _ map[string]map[int64]string) tabular.Cell {
			switch text(c) {
			case "true":
				return tabular.TextCell(yes)
			case "false":
				return tabular.TextCell(no)
			}
			return tabular.Cell{}
		}
	case "picklist", "multipicklist":
		return options(a, f)
	case "date":
		return func(c []any, _ map[string]map[int64]string) tabular.Cell { return day(text(c)) }
	case "birthday":
		return func(c []any, _ map[string]map[int64]string) tabular.Cell {
			b, err := schema.Birthday(c)
			switch {
			case err != nil:
				return tabular.Cell{}
			case !b.Lunar && b.Year >= 1900:
				return day(text(c))
			}
			return tabular.TextCell(b.Format(a.Language))
		}
	case "datetime":
		return func(c []any, _ map[string]map[int64]string) tabular.Cell {
			n, ok := c[0].(int64)
			if !ok {
				return tabular.Cell{}
			}
			at := time.UnixMicro(n).In(a.Zone())
			// The wall clock of the reader, as his spreadsheet would show it.
			wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
			return tabular.Cell{Kind: tabular.KindDate, Time: wall, Text: wall.Format(time.DateTime)}
		}
	}
	if l, ok := t.(schema.Localised); ok {
		text = func(c []any) string { return l.FormatIn(f, c, a.Language) }
	}
	return func(c []any, _ map[string]map[int64]string) tabular.Cell { return tabular.TextCell(text(c)) }
}

// number is a cell to count with; what is too long for a spreadsheet's fifteen
// digits stays as it is written.
func number(s string) tabular.Cell {
	if s == "" {
		return tabular.Cell{}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return tabular.TextCell(s)
	}
	return tabular.Cell{Kind: tabular.KindNumber, Number: n, Text: s}
}

func day(s string) tabular.Cell {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return tabular.TextCell(s)
	}
	return tabular.Cell{Kind: tabular.KindDate, Time: at, Text: s}
}

// options writes the labels of what was picked.
func options(a *policy.Actor, f *schema.Field) cell {
	labels := map[string]string{}
	for _, o := range f.Options {
		if labels[o.Value] = o.Label.In(a.Language); labels[o.Value] == "" {
			labels[o.Value] = o.Value
		}
	}
	label := func(value string) string {
		if l := labels[value]; l != "" {
			return l
		}
		return value
	}
	many, multiple := f.Kind().(schema.Multiple)
	return func(c []any, _ map[string]map[int64]string) tabular.Cell {
		stored, _ := c[0].(string)
		if !multiple {
			return tabular.TextCell(label(stored))
		}
		var names []string
		for _, value := range many.Values(f, stored) {
			names = append(names, label(value))
		}
		return tabular.TextCell(schema.JoinList(names, "; "))
	}
}
