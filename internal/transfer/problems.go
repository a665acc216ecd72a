package transfer

import (
	"context"
	"errors"
	"io"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/tabular"
)

// ProblemFile writes every problem kept of an import as CSV, each with its row as
// it stands in the file, so that it can be mended and imported again. say puts a
// problem into words.
func (s *Service) ProblemFile(ctx context.Context, a *policy.Actor, id int64, w io.Writer, heads [4]string, say func(Problem) string) error {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return err
	}
	if err := s.fetch(ctx, id); err != nil {
		return err
	}
	if j.detected == nil {
		return &record.Error{Code: "not_found"}
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
	row := tabular.Row{}
	err = s.eachProblem(ctx, id, 0, func(p Problem) error {
		// Both come in the order of the file.
		for row.Number < p.Row {
			if row, err = r.Next(); err != nil {
				return unreadable(err)
			}
		}
		if p.Row == 0 || row.Number != p.Row {
			return nil
		}
		cells := []tabular.Cell{tabular.TextCell(strconv.Itoa(p.Row)), tabular.TextCell(p.Column), tabular.TextCell(p.Value), tabular.TextCell(say(p))}
		for i := range j.Columns {
			if i < len(row.Cells) {
				cells = append(cells, row.Cells[i])
			}
		}
		return out.WriteRow(cells)
	})
	return errors.Join(err, r.Close(), out.Close())
}

// doubtful are the problems of a value that was taken all the same, or in part.
var doubtful = map[string]bool{"year_only": true, "rounded": true, "cut_short": true, "phone_odd": true, "mail_odd": true, "mail_slip": true, "no_rate": true, "tax_id": true, "credit_code": true, "tax_length": true, "tax_shared": true, "tax_shared_more": true, "tax_shared_hidden": true}

// Kept tells whether what the problems are of came in all the same.
func (g *Group) Kept() bool { return g.Warning && doubtful[g.Code] }
