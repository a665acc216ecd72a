package app

import (
	"fmt"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// How long a deal has been in its stage does not begin anew with every edit.
func TestEditLeavesTheTimeInStage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("opportunities", map[string]any{"name": "年度採購"})
		path := "opportunities/" + id
		entered := admin.must(200, "GET", path, nil)["stage_changed_at"]
		if entered == nil {
			t.Fatal("a new deal does not know since when it is in its stage")
		}
		time.Sleep(2 * time.Millisecond)
		admin.must(200, "PATCH", path, map[string]any{"note": "問過價格", "stage": "new"})
		if now := admin.must(200, "GET", path, nil)["stage_changed_at"]; now != entered {
			t.Errorf("an edit moved it from %v to %v", entered, now)
		}
		admin.must(200, "PATCH", path, map[string]any{"stage": "proposal"})
		moved := fmt.Sprint(admin.must(200, "GET", path, nil)["stage_changed_at"])
		if moved <= fmt.Sprint(entered) {
			t.Errorf("a new stage left it at %v", moved)
		}
		if status, _ := admin.call("PATCH", path, map[string]any{"stage_changed_at": "2020-01-01T00:00:00Z"}); status != 422 {
			t.Errorf("writing it answered %d", status)
		}
		if found := list(admin.must(200, "GET", "opportunities?filter=stage_changed_at%20%3E%202020-01-01", nil)["records"]); len(found) != 1 {
			t.Errorf("%d are found by it", len(found))
		}
		for _, one := range list(admin.must(200, "GET", path+"/history", nil)["entries"]) {
			entry, _ := one.(map[string]any)
			for _, c := range list(entry["changes"]) {
				if change, _ := c.(map[string]any); change["field"] == "stage_changed_at" {
					t.Error("the history tells the change of stage twice")
				}
			}
		}
	})
}
