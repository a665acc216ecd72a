package jobs

import (
	"context"

	"ecrm/internal/store"
)

// Tally counts the jobs by state.
func (s *Service) Tally(ctx context.Context) (map[string]int64, error) {
	return store.Tally(ctx, s.Records.DB, table.Name, "state")
}
