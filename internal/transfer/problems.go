package transfer

import (
	"errors"
	"io"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/tabular"
)

// ProblemFile writes every problem kept of an import as CSV, each with its row as
// it stands in the file, so that it can be mended and imported again. say puts a
// problem into words.
func (s *Service) ProblemFile(a *policy.Actor, id int64, w io.Writer, heads [4]string, say func(Problem) string) error {
	j, err := s.Get(a, id)
	if err != nil {
		return err
	}
	byRow := map[int][]Problem{}
	for _, p := range j.Problems {
		byRow[p.Row] = append(byRow[p.Row], p)
	}
	headers := heads[:]
	for _, c := range j.Columns {
		headers = append(headers, c.Header)
	}
	out, err := tabular.NewCSVWriter(w, tabular.CSVOptions{BOM: true, Headers: headers})
	if err != nil {
		return err
	}
	r, err := tabular.Open(j.path, j.options, j.detected)
	if err != nil {
		return err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return errors.Join(err, r.Close())
		}
		for _, p := range byRow[row.Number] {
			cells := []tabular.Cell{tabular.TextCell(strconv.Itoa(p.Row)), tabular.TextCell(p.Column), tabular.TextCell(p.Value), tabular.TextCell(say(p))}
			for i := range j.Columns {
				if i < len(row.Cells) {
					cells = append(cells, row.Cells[i])
				}
			}
			if err := out.WriteRow(cells); err != nil {
				return errors.Join(err, r.Close())
			}
		}
		delete(byRow, row.Number)
	}
	return errors.Join(r.Close(), out.Close())
}
