package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

// A backup made while people write holds a state that agrees with itself, with
// everything acknowledged before it began.
func TestBackupUnderWritesIsRestoredWhole(t *testing.T) {
	dbtest.Each(t, backupUnderWrites)
}

func backupUnderWrites(t *testing.T, dsn string) {
	w := newWorld(t, dsn)
	admin := w.setUp()
	for i := range 50 {
		admin.add("customers", map[string]any{"name": fmt.Sprintf("先前第%d家", i), "phones": []any{map[string]any{"value": fmt.Sprintf("02-2711-%04d", i)}}})
	}
	admin.imported("customer", "公司名稱,電話\n匯入的公司,02-2700-0001\n")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for n := range 3 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					admin.must(201, "POST", "customers", map[string]any{"name": fmt.Sprintf("同時%d之%d", n, i)})
				}
			}
		})
	}
	var file bytes.Buffer
	manifest, err := w.app.Backup(t.Context(), "test", &file)
	close(stop)
	writers.Wait()
	if err != nil || len(manifest.Files) < 2 {
		t.Fatalf("%+v, %v", manifest, err)
	}
	folder := filepath.Join(t.TempDir(), "again") // into SQLite, whichever it comes from
	if _, err := Restore(t.Context(), bytes.NewReader(file.Bytes()), Config{Data: folder}, Modules()); err != nil {
		t.Fatal(err)
	}
	again := newWorld(t, "sqlite:"+folder+"/ecrm.db")
	there := &person{w: again, cookie: admin.cookie}
	if n := len(list(there.must(200, "GET", "customers?q=%E5%85%88%E5%89%8D&limit=100", nil)["records"])); n != 50 {
		t.Errorf("%d of the fifty are found by search", n)
	}
	if found := again.findings(); len(found) > 0 {
		t.Errorf("the restored does not agree: %v", found)
	}
	there.add("customers", map[string]any{"name": "之後"})
	if _, err := Restore(t.Context(), bytes.NewReader(file.Bytes()), Config{Data: folder}, Modules()); err == nil {
		t.Error("a folder in use was restored over")
	}

	// What is cut off, changed or no backup at all leaves nothing behind.
	whole := file.Bytes()
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 0xff
	for name, bad := range map[string][]byte{"cut": whole[:len(whole)/2], "almost whole": whole[:len(whole)-600], "changed": changed, "empty": nil, "text": []byte("hello")} {
		empty := filepath.Join(t.TempDir(), "empty")
		if _, err := Restore(t.Context(), bytes.NewReader(bad), Config{Data: empty}, Modules()); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(empty); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}
