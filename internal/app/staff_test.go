package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestStaffListIsImportedAndPasswordsHandedOutOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		file := "姓名,登入帳號,部門,角色,直屬主管,電子郵件,職稱\n" +
			"陳經理,chen,北區業務部,部門主管,,chen@corp.example,經理\n" +
			"林小明,lin,北區業務部,業務,陳經理,lin@corp.example,業務代表\n" +
			"=王小華,wang,測試公司,salesperson,chen,wang@corp.example,業務代表\n" +
			"壞角色,bad,北區業務部,太上皇,,bad@corp.example,\n" +
			"沒角色,plain,南區業務部,,,plain@corp.example,\n"
		status, upload := admin.upload("user", "staff.csv", []byte(file))
		if status != 201 {
			t.Fatalf("the upload answered %d %v", status, upload)
		}
		id := fmt.Sprint(upload["id"])
		admin.finished(id, "check", "checked")
		if got := admin.names("departments"); got != "測試公司" {
			t.Errorf("the dry run made departments: %q", got)
		}
		done := admin.finished(id, "run", "done")
		if fmt.Sprint(done["created"], done["failed"]) != "4 1" {
			t.Errorf("created and failed: %v %v, problems %v", done["created"], done["failed"], done["problems"])
		}
		if got := admin.names("departments?sort=name"); len(strings.Fields(got)) != 3 {
			t.Errorf("the departments: %q", got)
		}
		answer := admin.must(200, "GET", "users?filter=login+=+%22lin%22", nil)
		records, _ := answer["records"].([]any)
		lin, _ := records[0].(map[string]any)
		label := func(field string) string {
			ref, _ := lin[field].(map[string]any)
			return fmt.Sprint(ref["label"])
		}
		if label("department") != "北區業務部" || label("role") != "業務" || label("supervisor") != "陳經理" {
			t.Errorf("the user: %v", lin)
		}
		// Nobody can sign in before the passwords are handed out.
		if _, status := w.enter("lin", ""); status != 401 {
			t.Errorf("without a password sign-in answered %d", status)
		}
		status, text := admin.raw("POST", "/api/v1/users/actions/invite", "application/json", []byte(`{"format":"csv"}`))
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if status != 200 || len(lines) != 5 || !strings.Contains(text, "'=王小華") || !strings.Contains(text, "臨時密碼") {
			t.Fatalf("the passwords: %d %s", status, text)
		}
		for _, line := range lines[1:] {
			cells := strings.Split(line, ",")
			p, status := w.enter(cells[1], strings.TrimSpace(cells[2]))
			if status != 200 {
				t.Errorf("%s answered %d", line, status)
				continue
			}
			if status, answer := p.call("GET", "customers", nil); status != 403 || answer["code"] != "password_change_required" {
				t.Errorf("%s works on with the temporary password: %d", cells[1], status)
			}
		}
		again, _ := admin.must(200, "POST", "users/actions/invite", map[string]any{})["users"].([]any)
		if len(again) != 0 {
			t.Errorf("the passwords are handed out again: %v", again)
		}
		admin.must(422, "POST", "users/actions/invite", map[string]any{"format": "exe"})
	})
}
