package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/record"
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

// Uploaded files go where --files says, on this disk or another, and the backup is
// refused where something lies there.
func TestRestorePutsUploadedFilesWhereTheyAreWanted(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	admin.add("customers", map[string]any{"name": "附檔", "logo": admin.file("a.png", picture(3, 3))})
	var b bytes.Buffer
	if _, err := w.app.Backup(t.Context(), "test", &b); err != nil {
		t.Fatal(err)
	}
	folder, files := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "files")
	restore := func(c Config) error {
		_, err := Restore(t.Context(), bytes.NewReader(b.Bytes()), c, Modules())
		return err
	}
	if err := restore(Config{Data: folder, Files: files}); err == nil {
		t.Error("with SQLite files were put apart, where no server looks")
	}
	dsn := dbtest.Postgres(t)
	if err := os.MkdirAll(files, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(files, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := restore(Config{Data: folder, Database: dsn, Files: files}); err == nil {
		t.Error("files were put among others")
	}
	if err := os.Remove(filepath.Join(files, "other")); err != nil {
		t.Fatal(err)
	}
	if err := restore(Config{Data: folder, Database: dsn, Files: files}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Config{Data: folder, Database: dsn, Files: files}, Modules())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	found := map[string]string{}
	if err := again.Verify(t.Context(), func(f record.Finding) { found[f.Rule] = f.Detail }, func(string, int) {}); err != nil || len(found) > 0 {
		t.Errorf("the restored does not agree: %v (%v)", found, err)
	}
	if _, err := os.Stat(filepath.Join(folder, filesFolder)); err == nil {
		t.Error("the data folder has files too")
	}
}

// While one node is backed up another sweeps no content that the backup names.
func TestNoNodeSweepsFilesDuringABackup(t *testing.T) {
	dsn, files := dbtest.Postgres(t), filepath.Join(t.TempDir(), "files")
	open := func() *App {
		a, err := Open(t.Context(), Config{Data: t.TempDir(), Database: dsn, Files: files}, Modules())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		return a
	}
	first, second := open(), open()
	up, err := first.Files.Take(strings.NewReader("nothing refers to it"), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	up.Close()
	there := func() bool { return first.Files.Check(up.Sum, up.Size) == "" }
	later := time.Now().Add(48 * time.Hour)
	var once sync.Once
	file := writerFunc(func(p []byte) (int, error) {
		once.Do(func() {
			if err := second.sweepFiles(t.Context(), later); err != nil || !there() {
				t.Errorf("swept during the backup (%v)", err)
			}
		})
		return len(p), nil
	})
	if _, err := first.Backup(t.Context(), "test", file); err != nil {
		t.Fatal(err)
	}
	if err := second.sweepFiles(t.Context(), later); err != nil || there() {
		t.Errorf("not swept after the backup (%v)", err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
