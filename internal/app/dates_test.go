package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// Days are taken as people here write them; one that may be two is asked about.
func TestDayIsTakenAsItIsTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for _, typed := range []string{"2024-05-06", "2024/5/6", "20240506", "2024年5月6日", "民國113年5月6日", "113/5/6", "113.5.6", "1130506", "１１３／５／６", "中華民國一一三年五月六日"} {
			made := admin.must(201, "POST", "opportunities", map[string]any{"name": typed, "expected_close": typed})
			if made["expected_close"] != "2024-05-06" {
				t.Errorf("%s is taken for %v", typed, made["expected_close"])
			}
		}
		for typed, hints := range map[string][]string{"05/06/2024": {"2024-06-05", "2024-05-06"}, "下個月": nil, "2024-02-30": nil, "113/13/1": nil, "45000": nil} {
			status, answer := admin.call("POST", "opportunities", map[string]any{"name": "日期不清", "expected_close": typed})
			if status != 422 {
				t.Errorf("%s answered %d %v", typed, status, answer)
			}
			for _, hint := range hints {
				if !strings.Contains(fmt.Sprint(answer["fields"]), hint) {
					t.Errorf("%s: %v does not name %s", typed, answer["fields"], hint)
				}
			}
		}
	})
}
