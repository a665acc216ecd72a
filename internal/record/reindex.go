package record

import (
	"context"

	"ecrm/internal/store"
)

// Reindex writes the search documents of all records, in a database that has
// none yet.
func (s *Service) Reindex(ctx context.Context) error {
	for _, o := range s.Current.Load().Objects() {
		err := s.DB.Every(ctx, o, verifyPage, func(rows [][]any) error {
			documents := make([]store.Document, len(rows))
			found := eachValues(o, rows)
			if err := s.withLines(ctx, s.DB, o, found); err != nil {
				return err
			}
			for i, row := range rows {
				id, _ := row[0].(int64)
				documents[i] = documentOf(o, id, found[id], columnIn(o, row))
				documents[i].Fresh = true
			}
			return s.DB.Write(store.Bulk(ctx), func(ctx context.Context, tx store.Querier) error {
				return store.PutWords(ctx, tx, o, documents)
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WithRetired runs fn while the fields taken out of use are in force, in a
// database that nobody else uses yet: their columns are made, and their values
// find a place.
func (s *Service) WithRetired(ctx context.Context, fn func() error) error {
	rows, err := store.Find(ctx, s.DB, customTable.Name, "object, name, retired_at", nil, "AND retired_at IS NOT NULL")
	if err != nil {
		return err
	}
	set := func(row []any, at any) error {
		_, err := store.Update(ctx, s.DB, customTable.Name, store.Row{"retired_at": at}, store.Row{"object": row[0], "name": row[1]})
		return err
	}
	for _, row := range rows {
		if err := set(row, nil); err != nil {
			return err
		}
	}
	if err := fn(); err != nil {
		return err
	}
	for _, row := range rows {
		if err := set(row, row[2]); err != nil {
			return err
		}
	}
	return nil
}
