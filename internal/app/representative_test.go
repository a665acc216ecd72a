package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// 負責人 stands for the firm and is never who works on it; on the mainland, and
// on our own lists in its words, 负责人 is.
func TestRepresentativeIsNotTheOwner(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for header, want := range map[string]string{
		"負責人": "representative", "公司負責人": "representative", "代表人": "representative", "負責人(必填)": "representative", "法定代表人": "representative", "负责人": "owner", "負責業務": "owner",
	} {
		status, job := admin.upload("customer", "list.csv", []byte("公司名稱,"+header+",電話\n大同電子,王大明,02-2345-6789\n遠東科技,陳小華,02-2345-6780\n"))
		if status != 201 {
			t.Fatalf("upload answered %d", status)
		}
		columns, _ := job["columns"].([]any)
		if len(columns) != 3 {
			t.Fatalf("%s: %d columns", header, len(columns))
		}
		if column, _ := columns[1].(map[string]any); !strings.EqualFold(fmt.Sprint(column["field"]), want) {
			t.Errorf("%s is taken for %v, want %s", header, column["field"], want)
		}
	}
}
