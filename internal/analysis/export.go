package analysis

import (
	"context"
	"io"
	"strconv"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// File is a table written for spreadsheets.
type File struct {
	// Name is under what it is saved.
	Name string
	rows [][]tabular.Cell
	head []string
	tab  string
}

// Export answers an analysis as a workbook, of records that the actor may export.
func (s *Service) Export(ctx context.Context, a *policy.Actor, name string, set Settings) (*File, error) {
	answer, err := s.run(ctx, a, name, set, policy.Export)
	if err != nil {
		return nil, err
	}
	f := fileOf(a, answer)
	if err := s.Records.Log(ctx, a, a.Registry.Object(answer.Object), "exported", map[string]any{
		"analysis": name, "rows": len(f.rows), "filter": answer.Settings.Filter, "format": "xlsx",
	}); err != nil {
		return nil, err
	}
	return f, nil
}

// fileOf makes the table: a row for each group, then what all come to.
func fileOf(a *policy.Actor, answer *Answer) *File {
	title := answer.Label + " " + answer.Period.Label
	f := &File{Name: title + ".xlsx", tab: title}
	traits := answer.Shape == schema.Traits
	if traits {
		f.head = append(f.head, "")
	}
	f.head = append(f.head, answer.Dimension.Label)
	split := answer.Columns != nil
	if split {
		for _, c := range answer.Columns {
			f.head = append(f.head, c.Label)
		}
	}
	told := answer.Measures
	if split && answer.Shape == schema.Groups {
		told = nil
		for _, m := range answer.Measures {
			if m.Name == answer.Settings.Measure {
				told = append(told, m)
			}
		}
	}
	for _, m := range told {
		label := m.Label
		if m.Unit == schema.UnitMoney && answer.Currency != "" {
			label += " (" + answer.Currency + ")"
		}
		f.head = append(f.head, label)
		if answer.Before != nil {
			f.head = append(f.head, label+" · "+answer.Before.Label)
		}
	}
	if traits {
		f.head = append(f.head, word(a, "analysis_finding", nil))
	}
	line := func(r Row, last bool) {
		var cells []tabular.Cell
		if traits {
			cells = append(cells, tabular.TextCell(r.Group))
		}
		first := tabular.TextCell(r.Label)
		if day, err := time.Parse(isoDay, r.Start); err == nil && !last && (answer.Settings.By == "day" || answer.Settings.By == "week" || answer.Settings.By == "month") {
			first = tabular.Cell{Kind: tabular.KindDate, Text: r.Start, Time: day}
		}
		cells = append(cells, first)
		for i := range answer.Columns {
			var v *string
			if i < len(r.Cells) {
				v = r.Cells[i]
			}
			cells = append(cells, numberCell(v))
		}
		for i, m := range answer.Measures {
			kept := false
			for _, one := range told {
				kept = kept || one.Name == m.Name
			}
			if !kept {
				continue
			}
			cells = append(cells, at(r.Values, i))
			if answer.Before != nil {
				cells = append(cells, at(r.Before, i))
			}
		}
		if traits {
			cells = append(cells, tabular.TextCell(r.Text))
		}
		f.rows = append(f.rows, cells)
	}
	for _, r := range answer.Rows {
		line(r, false)
	}
	line(answer.Total, true)
	return f
}

func at(values []*string, i int) tabular.Cell {
	if i >= len(values) {
		return tabular.Cell{}
	}
	return numberCell(values[i])
}

func numberCell(text *string) tabular.Cell {
	if text == nil {
		return tabular.Cell{}
	}
	n, err := strconv.ParseFloat(*text, 64)
	if err != nil {
		return tabular.TextCell(*text)
	}
	return tabular.Cell{Kind: tabular.KindNumber, Text: *text, Number: n}
}

// Write writes the workbook.
func (f *File) Write(w io.Writer) error {
	out, err := tabular.NewXLSXWriter(w, f.tab, f.head, tabular.XLSXOptions{Widths: []float64{28}})
	if err != nil {
		return err
	}
	for _, cells := range f.rows {
		if err := out.WriteRow(cells); err != nil {
			return err
		}
	}
	return out.Close()
}
