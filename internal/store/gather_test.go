package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
)

var gatherTable = Declare(Table{
	Name:    "gather_test",
	Columns: []schema.Column{{Name: "id", Kind: schema.KindInt}, {Name: "a", Kind: schema.KindText}, {Name: "b", Kind: schema.KindInt}},
	Key:     []string{"id"},
})

func openGathering(t *testing.T, dsn string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := schema.NewRegistry(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Sync(t.Context(), registry); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestGatheredRowsOfDifferentColumnsStandTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := openGathering(t, dsn)
		var g Gathered
		for i := range int64(250) {
			switch i % 3 {
			case 0:
				g.Add(gatherTable.Name, []string{"id", "a"}, [][]any{{i, fmt.Sprint("字", i)}})
			case 1:
				g.Add(gatherTable.Name, []string{"b", "id"}, [][]any{{-i, i}})
			default:
				g.Add(gatherTable.Name, []string{"id"}, [][]any{{i}})
			}
		}
		if err := db.Write(t.Context(), func(ctx context.Context, q Querier) error { return g.Write(ctx, q) }); err != nil {
			t.Fatal(err)
		}
		if !g.Empty() {
			t.Error("rows still wait after they were written")
		}
		rows, err := db.Query(t.Context(), "SELECT id, a, b FROM gather_test ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 250 {
			t.Fatalf("%d rows, want 250", len(rows))
		}
		for i, row := range rows {
			want := []any{int64(i), nil, nil}
			switch i % 3 {
			case 0:
				want[1] = fmt.Sprint("字", i)
			case 1:
				want[2] = int64(-i)
			}
			if fmt.Sprint(row) != fmt.Sprint(want) {
				t.Fatalf("row %v, want %v", row, want)
			}
		}
	})
}

func TestGatheredRowTwiceIsNotUnique(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := openGathering(t, dsn)
		for _, n := range []int{2, copyLeast + 1} {
			var g Gathered
			for range n {
				g.Add(gatherTable.Name, []string{"id"}, [][]any{{int64(7)}})
			}
			err := db.Write(t.Context(), func(ctx context.Context, q Querier) error { return g.Write(ctx, q) })
			if !errors.Is(err, ErrUnique) {
				t.Errorf("%d rows of one key: %v, want %v", n, err, ErrUnique)
			}
		}
	})
}
