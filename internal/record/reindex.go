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
			for i, row := range rows {
				values := valuesOf(o, row)
				id, _ := row[0].(int64)
				tokens := append(Words(o, values), store.ScopeTokens(o, columnIn(o, row), values["deleted_at"][0] != nil)...)
				documents[i] = store.Document{ID: id, Tokens: tokens, Fresh: true}
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
