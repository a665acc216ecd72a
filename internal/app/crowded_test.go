package app

import (
	"fmt"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

func TestEightChangingOneRecordAreAllAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "甲公司"})
		var group sync.WaitGroup
		for n := range 8 {
			group.Go(func() {
				for i := range 25 {
					if status, answer := admin.call("PATCH", "customers/"+id, map[string]any{"note": fmt.Sprint(n, "/", i)}); status != 200 {
						t.Errorf("a change of eight at once answered %d %v", status, answer)
						return
					}
				}
			})
		}
		group.Wait()
		if got := fmt.Sprint(admin.must(200, "GET", "customers/"+id, nil)["version"]); got != "201" {
			t.Errorf("after 200 changes it is version %s", got)
		}
	})
}
