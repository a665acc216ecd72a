package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/disktest"
)

// A backup made while people work is restored, twice, with everything that had been told before it
// began; people go on in what was restored without signing in again.
func TestBackupUnderLoadIsRestoredWithAllThatWasTold(t *testing.T) {
	t.Parallel() // most of it waits for the disk and for clocks
	dbtest.Each(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		database := func(dsn string) []string {
			if strings.HasPrefix(dsn, "postgres") {
				return []string{"--database", dsn}
			}
			return nil
		}
		serving := append([]string{"serve", "--data", "data", "--addr", "127.0.0.1:0"}, database(dsn)...)
		serving[2] = filepath.Join(folder, "data")
		server := begin(t, serving...)
		b := server.browser()
		l := begun(b, server.url)
		if status, answer, _ := b.call("POST", "imports/"+b.upload(rowsOf(500))+"/actions/run", nil); status != 202 {
			t.Fatalf("the run answered %d %v", status, answer)
		}
		backups := times(t, 1)
		for n := range backups {
			time.Sleep(200 * time.Millisecond)
			before := l.now()
			file := filepath.Join(folder, "backup.tar.gz")
			if r := runEcrm(t, folder, nil, "", append([]string{"backup", file, "--data", serving[2]}, database(dsn)...)...); r.code != 0 {
				t.Fatalf("backup: %d %s", r.code, r.err)
			}
			into := dsn
			if into != "" && len(database(dsn)) > 0 {
				into = dbtest.Postgres(t)
			}
			data := filepath.Join(t.TempDir(), "restored")
			began := time.Now()
			if r := runEcrm(t, folder, nil, "", append([]string{"restore", file, "--data", data}, database(into)...)...); r.code != 0 {
				t.Fatalf("restore: %d %s", r.code, r.err)
			}
			took := time.Since(began)
			if r := runEcrm(t, folder, nil, "", append([]string{"check", "--data", data}, database(into)...)...); r.code != 0 {
				t.Errorf("check of backup %d: %s %s", n, r.out, r.err)
			}
			restored := begin(t, append([]string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, database(into)...)...)
			there := &browser{t, restored.url(), b.client}
			if wrong := l.missing(there, before, isRow); len(wrong) > 0 {
				t.Errorf("of backup %d: %s", n, strings.Join(wrong[:min(10, len(wrong))], "\n"))
			}
			if status, answer, _ := there.call("POST", "customers", strings.NewReader(`{"name": "還原以後"}`)); status != 201 {
				t.Errorf("a customer in what was restored: %d %v", status, answer)
			}
			if err := restored.stop(); err != nil {
				t.Errorf("the end: %v %s", err, restored.said())
			}
			t.Logf("backup %d: %d customers, %d changes and %d files had been told, all are restored, in %.1f s", n, len(before.names), before.note, len(before.files), took.Seconds())
		}
		l.end()
		if refused := l.refused(); len(refused) > 0 {
			t.Errorf("answers other than a success: %v", refused)
		}
		if err := server.stop(); err != nil {
			t.Errorf("the end: %v %s", err, server.said())
		}
	})
}

// A full disk loses nothing: whoever writes is told so in words and when to come again, whoever reads
// is answered, and once there is room all goes on, the import too. Nor does a power cut then.
func TestFullDiskLosesNothingAndPeopleAreTold(t *testing.T) {
	t.Parallel() // most of it waits for the disk and for clocks
	const rows = 800
	folder := t.TempDir()
	disk := disktest.New(t, folder)
	data := filepath.Join(folder, "data")
	server := beginOn(t, disk, "serve", "--data", data, "--addr", "127.0.0.1:0")
	l := begun(server.browser(), server.url)
	id := l.b.upload(rowsOf(rows))
	if status, answer, _ := l.b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
		t.Fatalf("the run answered %d %v", status, answer)
	}
	var images []image
	spells := times(t, 2)
	for n := range spells {
		images = append(images, l.through(disk, func() { disk.Fill(int64(n%4) * 50_000) }, func() { disk.Fill(-1) }, func() {
			// A row may find room in what SQLite's log holds already; a large file finds none.
			for kind, ask := range map[string]func() (int, map[string]any, http.Header){
				"a customer": func() (int, map[string]any, http.Header) {
					return l.b.call("POST", "customers", strings.NewReader(fmt.Sprintf(`{"name": "放不下第%d次"}`, n)))
				},
				"a file": func() (int, map[string]any, http.Header) { return l.b.file(make([]byte, 1<<20)) },
			} {
				status, answer, header := ask()
				if status == 201 && kind == "a customer" {
					l.mu.Lock()
					l.sent[fmt.Sprintf("放不下第%d次", n)] = true
					l.mu.Unlock()
					continue
				}
				if detail, _ := answer["detail"].(string); status != 503 || header.Get("Retry-After") == "" || !strings.Contains(detail, "disk is full") {
					t.Errorf("on a full disk %s is answered %d, Retry-After %q: %.300v", kind, status, header.Get("Retry-After"), answer)
				}
			}
		}))
	}
	ran := l.b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["state"] == "done" || answer["state"] == "failed" })
	if ran["state"] != "done" || ran["created"] != float64(rows) {
		t.Errorf("the import ended as %v", ran)
	}
	l.survived(disk, server, images, fmt.Sprintf("%d times full", spells))
}

// through has the disk in some trouble until many were refused, and takes the power then, unless the
// disk is a real one (nil); whoever
// reads is answered meanwhile, and all get on afterwards.
func (l *load) through(disk *disktest.Disk, begin, end, meanwhile func()) image {
	t := l.b.t
	t.Helper()
	time.Sleep(300 * time.Millisecond)
	before := l.refused()[http.StatusServiceUnavailable]
	begin()
	for late := time.Now().Add(20 * time.Second); l.refused()[http.StatusServiceUnavailable] < before+20; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("nobody is told of it: %v", l.refused())
		}
	}
	meanwhile()
	if status, answer, _ := l.b.call("GET", "customers?limit=5", nil); status != 200 {
		t.Errorf("a list answers %d %v", status, answer)
	}
	i := image{told: l.now()}
	if disk != nil {
		i.folder = filepath.Join(t.TempDir(), "image")
		if err := disk.Image(i.folder, nil); err != nil {
			t.Fatal(err)
		}
	}
	end()
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if now := l.now(); now.note > i.told.note && len(now.names) > len(i.told.names) && len(now.files) > len(i.told.files) {
			return i
		} else if time.Now().After(late) {
			t.Fatalf("afterwards nobody gets on: %v", l.refused())
		}
	}
}

// survived looks for everything that was told in the server, and in what power cuts meanwhile and now
// would have left.
func (l *load) survived(disk *disktest.Disk, server *running, images []image, what string) {
	t := l.b.t
	t.Helper()
	l.end()
	refused, told := l.refused(), l.now()
	if wrong := l.missing(l.b, told, isRow); len(wrong) > 0 {
		t.Errorf("at the end: %s", strings.Join(wrong[:min(10, len(wrong))], "\n"))
	}
	t.Logf("%s: %d writes were refused, %d customers, %d changes and %d files were told, all are there", what, refused[503], len(told.names), told.note, len(told.files))
	if delete(refused, http.StatusServiceUnavailable); len(refused) > 0 {
		t.Errorf("other answers: %v", refused)
	}
	last := image{folder: filepath.Join(t.TempDir(), "image"), told: told}
	if err := disk.Image(last.folder, nil); err != nil {
		t.Fatal(err)
	}
	data := server.process.Args[3]
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data); r.code != 0 {
		t.Errorf("check: %s %s", r.out, r.err)
	}
	for n, i := range append(images, last) {
		if wrong := l.wrong(i, nil); len(wrong) > 0 {
			t.Errorf("a power cut meanwhile, %d: %s", n, strings.Join(wrong[:min(10, len(wrong))], "\n"))
		}
	}
}

// A disk that fails to sync, or takes no change any more, makes no success: nothing is told that a
// power cut could take, whoever reads is answered, and when the disk is well all goes on.
func TestFaultyDiskLosesNothingAndTheServerGoesOn(t *testing.T) {
	t.Parallel() // most of it waits for the disk and for clocks
	for name, fault := range map[string]func(disk *disktest.Disk, on bool){
		"fails to sync": (*disktest.Disk).Break,
		"is read only":  (*disktest.Disk).Protect,
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			disk := disktest.New(t, folder)
			server := beginOn(t, disk, "serve", "--data", filepath.Join(folder, "data"), "--addr", "127.0.0.1:0")
			l := begun(server.browser(), server.url)
			i := l.through(disk, func() { fault(disk, true) }, func() { fault(disk, false) }, func() {})
			l.survived(disk, server, []image{i}, name)
		})
	}
}

// A server stops with one clear line where it may not write its folder.
func TestReadOnlyFolderIsToldOfInOneLine(t *testing.T) {
	folder := t.TempDir()
	disk := disktest.New(t, folder)
	for _, data := range []string{"new", "old"} {
		if data == "old" {
			if r := runEcrm(t, folder, nil, "", "migrate", "--data", data); r.code != 0 {
				t.Fatalf("migrate: %s", r.err)
			}
			disk = disktest.New(t, folder)
		}
		disk.Protect(true)
		c := exec.Command(os.Args[0], "serve", "--data", data, "--addr", "127.0.0.1:0")
		c.Dir, c.Env = folder, append(os.Environ(), "ECRM_TEST_MAIN=1")
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := disk.Start(c); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil || strings.Count(said.String(), "\n") != 1 || !strings.Contains(said.String(), "--data") {
			t.Errorf("%s: %v %s", data, err, said.String())
		}
	}
}
