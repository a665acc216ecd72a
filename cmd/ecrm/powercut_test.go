package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrm/internal/disktest"
)

// rowsOf makes a file of so many customers to import.
func rowsOf(n int) string {
	var file strings.Builder
	file.WriteString("公司名稱,電話,備註\n")
	for i := range n {
		fmt.Fprintf(&file, "匯入第%d號公司,02-2%07d,甲\n", i, i)
	}
	return file.String()
}

func isRow(name string) bool { return strings.HasPrefix(name, "匯入第") }

// image is a folder as a power cut would have left it, and what had been told before it.
type image struct {
	folder string
	told   acknowledged
	calls  int
}

// wrong tells what is not as it should be in an image: what a check finds, what was told and is
// lost, and, where the server is to go on, what does not become of the import.
func (l *load) wrong(i image, goesOn func(b *browser) []string) []string {
	t := l.b.t
	t.Helper()
	data := filepath.Join(i.folder, "data")
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data); r.code != 0 {
		return []string{"check: " + r.out + r.err}
	}
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	b := &browser{t, server.url(), l.b.client}
	wrong := l.missing(b, i.told, isRow)
	if goesOn != nil && len(wrong) == 0 {
		wrong = goesOn(b)
	}
	if err := server.stop(); err != nil {
		wrong = append(wrong, fmt.Sprintf("the end: %v %s", err, server.said()))
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data); r.code != 0 {
		wrong = append(wrong, "check afterwards: "+r.out+r.err)
	}
	return wrong
}

// The power goes at random moments while people make and change customers, attach files, and an
// import and a bulk edit run: whatever of the unsynced writes the disk had taken or not, all that was
// acknowledged is there, nothing is there by half, and the import goes on to its end. On a disk that
// does not sync when told the same test finds losses, of the database and of the files.
func TestPowerCutLosesNothingAcknowledged(t *testing.T) {
	t.Parallel() // most of it waits for the disk and for clocks
	const few = 6
	for left := times(t, few); left > 0; left -= few {
		powerCuts(t, min(left, few), left <= few)
	}
}

// powerCuts cuts the power of one server several times; lies tells to prove that losses are noticed.
func powerCuts(t *testing.T, cuts int, lies bool) {
	t.Helper()
	const rows = 1500
	folder, images := t.TempDir(), t.TempDir()
	disk := disktest.New(t, folder)
	data := filepath.Join(folder, "data")
	server := beginOn(t, disk, "serve", "--data", data, "--addr", "127.0.0.1:0")
	l := begun(server.browser(), server.url)
	var all []image
	cut := func(luck *rand.Rand) image {
		t.Helper()
		i := image{folder: filepath.Join(images, fmt.Sprint(len(all))), told: l.now(), calls: disk.Calls()}
		if err := disk.Image(i.folder, luck); err != nil {
			t.Fatal(err)
		}
		all = append(all, i)
		return i
	}
	id := l.b.upload(rowsOf(rows))
	if status, answer, _ := l.b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
		t.Fatalf("the run answered %d %v", status, answer)
	}
	seed := rand.Uint64()
	moments := rand.New(rand.NewPCG(seed, 0))
	for n := range cuts {
		time.Sleep(time.Duration(20+moments.IntN(200)) * time.Millisecond)
		var luck *rand.Rand
		if n%3 != 0 {
			luck = rand.New(rand.NewPCG(seed, uint64(n+1)))
		}
		cut(luck)
		if n == 2 {
			l.b.call("POST", "customers/actions/edit", strings.NewReader(`{"filter": "note = \"甲\"", "input": {"fields": {"note": "乙"}}}`))
		}
	}
	inDatabase := func(path string) bool { return strings.HasPrefix(filepath.Base(path), "ecrm.db") }
	lost := map[string]image{}
	if lies {
		lost["the database is not synced"] = l.lied(disk, inDatabase, cut)
		lost["files are not synced"] = l.lied(disk, func(path string) bool { return !inDatabase(path) }, cut)
	}
	l.end()
	if refused := l.refused(); len(refused) > 0 {
		t.Errorf("answers other than a success: %v", refused)
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	for n, i := range all[:cuts] {
		var goesOn func(b *browser) []string
		if n%4 == 0 { // one without luck and one with
			goesOn = func(b *browser) []string {
				ran := b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["state"] == "done" })
				if got := fmt.Sprint(ran["created"], ran["failed"]); got != fmt.Sprint(rows, 0) {
					return []string{"the import made and refused " + got}
				}
				return nil
			}
		}
		if wrong := l.wrong(i, goesOn); len(wrong) > 0 {
			t.Errorf("power cut %d, after %d calls, seed %d: %s", n, i.calls, seed, strings.Join(wrong[:min(10, len(wrong))], "\n"))
		}
	}
	for name, i := range lost {
		if wrong := l.wrong(i, nil); len(wrong) == 0 {
			t.Errorf("%s, and the test does not notice", name)
		} else {
			t.Logf("%s: %d losses are noticed", name, len(wrong))
		}
	}
	if err := os.RemoveAll(images); err != nil {
		t.Error(err)
	}
	last := all[cuts-1]
	t.Logf("%d power cuts in %d calls to the disk: at the last one %d customers, %d changes and %d files had been told, all are there", cuts, last.calls, len(last.told.names), last.told.note, len(last.told.files))
}

// lied is an image of a disk that for a while says of some files that they are synced and does
// nothing.
func (l *load) lied(disk *disktest.Disk, about func(path string) bool, cut func(*rand.Rand) image) image {
	t := l.b.t
	t.Helper()
	before := l.now()
	disk.Lie(about)
	defer disk.Lie(nil)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if now := l.now(); now.note > before.note+3 && len(now.names) > len(before.names)+3 && len(now.files) > len(before.files)+3 {
			return cut(nil)
		}
	}
	t.Fatalf("nobody gets on any more: %v", l.refused())
	return image{}
}

// What a command wrote when it ended outlives a power cut that comes right after: an imported file,
// an export, a backup and a restored folder.
func TestPowerCutAfterACommandLosesNothing(t *testing.T) {
	folder := t.TempDir()
	disk := disktest.New(t, folder)
	run := func(args ...string) {
		t.Helper()
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), "ECRM_TEST_MAIN=1")
		c.Dir = folder
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := disk.Start(c); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			t.Fatalf("%v: %v %s", args, err, said.String())
		}
	}
	write(t, folder, "list.csv", rowsOf(20))
	run("import", "--data", "one/data", "list.csv")
	run("export", "--data", "one/data", "list.out.csv")
	run("backup", "--data", "one/data", "backup.tar.gz")
	run("restore", "--data", "two/data", "backup.tar.gz")
	left := filepath.Join(t.TempDir(), "image")
	if err := disk.Image(left, nil); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"one/data", "two/data"} {
		if r := runEcrm(t, left, nil, "", "check", "--data", data); r.code != 0 {
			t.Errorf("%s: %s %s", data, r.out, r.err)
		}
		if r := runEcrm(t, left, nil, "", "export", "--data", data, "--json", "again.csv"); r.json(t)["rows"] != 20.0 {
			t.Errorf("%s: %s %s", data, r.out, r.err)
		}
	}
	want, err := os.ReadFile(filepath.Join(folder, "list.out.csv"))
	if got, leftErr := os.ReadFile(filepath.Join(left, "list.out.csv")); err != nil || leftErr != nil || !bytes.Equal(got, want) {
		t.Errorf("of an export of %d bytes %d are left: %v %v", len(want), len(got), err, leftErr)
	}
	if r := runEcrm(t, left, nil, "", "restore", "--data", "three/data", "backup.tar.gz"); r.code != 0 {
		t.Errorf("a restore of the backup that is left: %d %s", r.code, r.err)
	}
}
