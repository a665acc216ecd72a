package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestFilterWithAVeryLongListAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "甲", "level": "A", "owner": admin.id})
		admin.add("customers", map[string]any{"name": "乙", "level": "B", "owner": nil})
		numbers := strings.Repeat("1,", 2500)
		for filter, want := range map[string]string{
			`level = "A" AND name IN (` + strings.Repeat(`"x",`, 1500) + `"乙")`:        "",
			`level = "A" AND name IN (` + strings.Repeat(`"x",`, 1500) + `"甲")`:        "甲",
			`id IN (` + strings.Repeat(`"7",`, 1500) + fmt.Sprintf("%q)", id):          "甲",
			`owner IN (` + strings.Repeat(`"7",`, 1500) + fmt.Sprintf("%q)", admin.id): "甲",
			`name IN ("乙", "丙") OR level = "A"`:                                        "乙 甲",
			`credit_limit IN (` + numbers + `1)`:                                       "",
		} {
			if got := admin.names("customers?filter=" + url.QueryEscape(filter)); got != want {
				t.Errorf("%.40s… found %q, want %q", filter, got, want)
			}
		}
	})
}
