package transfer

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"ecrm/internal/tabular"
)

// maxInvented is how many choices a file may add to one field: a column with
// more is no pick-list.
const maxInvented = 100

// invent makes the choices a file has and its fields do not, before the first
// row is written; the person asked for that.
func (r *run) invent(ctx context.Context) error {
	if r.job.Unknown != "create" || r.dry || !r.actor.Administers() {
		return nil
	}
	targets := map[int]target{}
	for i, c := range r.job.Columns {
		if t, ok := targetOf(r.actor, r.object, c.Field); ok && c.Field != "" && t.lines == nil && (t.field.Type == "picklist" || t.field.Type == "multipicklist") {
			targets[i] = t
		}
	}
	if len(targets) == 0 {
		return nil
	}
	reader, err := tabular.Open(r.job.path, r.job.options, r.job.detected)
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = reader.Close() }()
	words := map[int][]string{}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return unreadable(err)
		}
		for i, t := range targets {
			column := &r.job.Columns[i]
			if column.Index >= len(row.Cells) {
				continue
			}
			text := []string{strings.TrimSpace(row.Cells[column.Index].Text)}
			if t.field.Type == "multipicklist" {
				text = severalWords(text[0])
			}
			for _, word := range text {
				if _, chosen := column.Values[word]; chosen || word == "" || len(word) > 200 || len(words[i]) >= maxInvented || slices.Contains(words[i], word) {
					continue
				}
				if chooses(word) && r.converter.option(t.field, column, word) == "" {
					words[i] = append(words[i], word)
				}
			}
		}
	}
	for i, list := range words {
		if err := r.service.Records.AddChoices(ctx, r.actor, targets[i].object, targets[i].field.Name, list); err != nil {
			return err
		}
	}
	return r.refresh(ctx)
}
