package store

import (
	"context"
	"os"
	"strings"
	"testing"
)

// The log is brought into the database beside the writer, and begins anew, while somebody
// writes without pause.
func TestLogIsEmptiedBesideTheWriter(t *testing.T) {
	path := t.TempDir() + "/x.db"
	db, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.writer.log.after.Store(200)
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)"); err != nil {
		t.Fatal(err)
	}
	const rows, each = 300, 20
	body := strings.Repeat("x", 3000)
	for i := range rows {
		if err := db.Write(t.Context(), func(ctx context.Context, q Querier) error {
			for n := range each {
				if _, err := q.Exec(ctx, "INSERT INTO t VALUES (?, ?)", int64(i*each+n), body); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if pages := info.Size() / 4096; pages > rows*each/2 {
		t.Errorf("the log held %d pages at once of %d written", pages, rows*each)
	}
	found, err := db.Query(t.Context(), "SELECT count(*) FROM t")
	if err != nil || found[0][0] != int64(rows*each) {
		t.Fatalf("%v rows of %d, %v", found, rows*each, err)
	}
}
