package app

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// A file that does not arrive whole, or is larger than is taken, is refused in words and
// leaves nothing: a part of it is never imported as if it were all.
func TestUploadThatIsNotWholeLeavesNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	w.app.Transfer.Limit = 1000
	const head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
	table := []byte("公司名稱\n甲公司\n")
	for name, c := range map[string]struct {
		body   []byte
		status int
		code   string
	}{
		"cut off":       {append([]byte(head), table...), 422, "cut_off"},
		"too large":     {append(append([]byte(head), bytes.Repeat(table, 100)...), "\r\n--b--\r\n"...), 413, "too_large"},
		"without file":  {[]byte("--b--\r\n"), 422, "required"},
		"without parts": {nil, 422, ""},
	} {
		status, answer := admin.raw(http.MethodPost, "/api/v1/imports", "multipart/form-data; boundary=b", c.body)
		if status != c.status || !strings.Contains(answer, c.code) {
			t.Errorf("%s answered %d %s", name, status, answer)
		}
	}
	if left, err := os.ReadDir(w.app.Transfer.Folder); err != nil && !os.IsNotExist(err) || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// What is exactly as large as may be is taken.
	w.app.Transfer.Limit = int64(len(table))
	if status, answer := admin.upload("customer", "a.csv", table); status != 201 {
		t.Errorf("the largest answered %d %v", status, answer)
	}
}
