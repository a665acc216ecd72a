package store

import (
	"context"
	"strings"
)

// RemoveLooseFiles removes at most limit rows of files that nobody touched since
// an instant, that nothing refers to, and that nothing referred to since another;
// it answers how many. A file touched by a write that is under way stays: the row
// is looked at again once that write is kept.
func RemoveLooseFiles(ctx context.Context, q Querier, untouched, unused int64, limit int) (int64, error) {
	return q.Exec(ctx, `DELETE FROM file WHERE used_at < ? AND id IN (SELECT f.id FROM file f WHERE f.used_at < ? AND NOT EXISTS
		(SELECT 1 FROM file_use u WHERE u.file_id = f.id AND (u.until IS NULL OR u.until >= ?)) ORDER BY f.used_at LIMIT ?)`, untouched, untouched, unused, limit)
}

// RemoveLostUses removes what tells of uses of files that are no more.
func RemoveLostUses(ctx context.Context, q Querier, unused int64) (int64, error) {
	return q.Exec(ctx, "DELETE FROM file_use WHERE until < ? AND NOT EXISTS (SELECT 1 FROM file f WHERE f.id = file_use.file_id)", unused)
}

// NamedSums answers which of some sums a file has.
func NamedSums(ctx context.Context, q Querier, sums []string) (map[string]bool, error) {
	args := make([]any, len(sums))
	for i, sum := range sums {
		args[i] = sum
	}
	rows, err := q.Query(ctx, "SELECT sum FROM file WHERE sum IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(sums)), ", ")+")", args...)
	named := map[string]bool{}
	for _, r := range rows {
		if sum, ok := r[0].(string); ok {
			named[sum] = true
		}
	}
	return named, err
}

// FilesOf reads columns of the files that a record uses in a place, the newest
// first.
func FilesOf(ctx context.Context, q Querier, columns string, record int64, place string) ([][]any, error) {
	return q.Query(ctx, "SELECT "+columns+" FROM file WHERE id IN (SELECT file_id FROM file_use WHERE record_id = ? AND place = ? AND until IS NULL) ORDER BY id DESC LIMIT 500", record, place)
}
