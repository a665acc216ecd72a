package transfer

import (
	"context"
	"strings"

	"ecrm/internal/record"
	"ecrm/internal/store"
)

// aheadRows is for how many rows at once is asked whether their records are there
// already.
const aheadRows = 100

// ahead asks for many rows at once what each would ask alone: which records have
// the keys under which theirs are recognised, and in a dry run whether an earlier
// row had them. What it leaves out, the row asks for itself.
func (r *run) ahead(ctx context.Context, u *record.Unit, rows []entry) error {
	if r.job.Duplicates.Rule == "create" {
		if compares, err := r.service.Records.Compares(ctx, r.actor, r.object); err != nil || !compares {
			return err
		}
	}
	var keys []store.MatchKey
	for _, row := range rows {
		v := record.Values{}
		for i := range r.job.Columns {
			t := r.converter.targets[i]
			if t.field == nil || t.beside.object != nil || t.lines != nil || t.field.Match == "" || v[t.field.Name] != nil || i >= len(row.Cells) {
				continue
			}
			text := strings.TrimSpace(row.Cells[i].Text)
			if text == "" {
				continue
			}
			columns, _, err := r.converter.value(ctx, newDraft(), t, []cellText{{&r.job.Columns[i], t.part, row.Cells[i], text}})
			if err != nil {
				return err
			}
			if columns != nil {
				v[t.field.Name] = columns
			}
		}
		keys = append(keys, record.MatchKeys(r.object, v)...)
	}
	if err := u.Expect(ctx, r.object, keys); err != nil || !r.dry {
		return err
	}
	marks := make([]int64, 0, len(keys))
	for _, k := range keys {
		marks = append(marks, markOf(k.Kind+"\x00"+k.Key))
	}
	return r.ask(ctx, u, marks)
}

// ask finds out which marks a batch before this one kept.
func (r *run) ask(ctx context.Context, u *record.Unit, marks []int64) error {
	seen, err := store.Among(ctx, u.Store(), keyTable.Name, "value", store.Row{"import_id": r.job.ID}, marks)
	if err != nil {
		return err
	}
	for _, m := range marks {
		r.marks[m] = seen[m]
	}
	return nil
}

// marked tells whether a batch before this one kept a mark.
func (r *run) marked(ctx context.Context, u *record.Unit, mark int64) (bool, error) {
	if _, asked := r.marks[mark]; !asked {
		if err := r.ask(ctx, u, []int64{mark}); err != nil {
			return false, err
		}
	}
	return r.marks[mark], nil
}
