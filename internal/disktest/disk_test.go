package disktest_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ecrm/internal/disktest"
)

// program is what the process under test does.
const program = "DISKTEST_PROGRAM"

func TestMain(m *testing.M) {
	disktest.Enter()
	if name := os.Getenv(program); name != "" {
		if err := programs[name](); err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// synced writes a file and syncs it, but not its name.
func synced(name, text string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close())
}

func named(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var programs = map[string]func() error{
	"write": func() error {
		err := errors.Join(synced("nameless", "x"), synced("kept", "one"), os.Mkdir("sub", 0o700), synced("sub/deep", "two"), synced("moved", "three"), named("."), named("sub"))
		if err != nil {
			return err
		}
		file, err := os.OpenFile("kept", os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		_, err = file.WriteString(", and more")
		return errors.Join(err, file.Close(), synced("late", "x"), os.Rename("moved", "sub/moved"), named("sub"), os.Remove("nameless"))
	},
	"fill": func() error {
		if err := os.WriteFile("large", make([]byte, 3000), 0o600); !errors.Is(err, syscall.ENOSPC) {
			return errors.Join(errors.New("a full disk takes everything"), err)
		}
		return os.WriteFile("small", make([]byte, 500), 0o600)
	},
	"break": func() error {
		if err := synced("broken", "x"); !errors.Is(err, syscall.EIO) {
			return errors.Join(errors.New("a broken disk syncs"), err)
		}
		return named(".")
	},
}

func run(t *testing.T, disk *disktest.Disk, folder, name string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Dir, c.Env = folder, append(os.Environ(), program+"="+name)
	var said bytes.Buffer
	c.Stderr = &said
	if err := disk.Start(c); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v %s", err, said.String())
	}
}

// contents lists the files below a folder with what is in them.
func contents(t *testing.T, folder string) string {
	t.Helper()
	var list []string
	if err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		list = append(list, filepath.ToSlash(name)+"="+string(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, "; ")
}

func TestOnlyWhatWasSyncedIsOnTheDisk(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "before"), []byte("zero"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk := disktest.New(t, folder)
	run(t, disk, folder, "write")
	left := filepath.Join(t.TempDir(), "image")
	if err := disk.Image(left, nil); err != nil {
		t.Fatal(err)
	}
	// A file whose new name was synced and the end of its old one was not has both.
	if got := contents(t, left); got != "before=zero; kept=one; moved=three; nameless=x; sub/deep=two; sub/moved=three" {
		t.Errorf("the disk holds %s", got)
	}
	if got := contents(t, folder); got != "before=zero; kept=one, and more; late=x; sub/deep=two; sub/moved=three" {
		t.Errorf("the folder holds %s", got)
	}
	seen := map[string]bool{}
	for seed := range uint64(40) {
		lucky := filepath.Join(t.TempDir(), "image")
		if err := disk.Image(lucky, rand.New(rand.NewPCG(seed, 0))); err != nil {
			t.Fatal(err)
		}
		got := contents(t, lucky)
		if !strings.Contains(got, "kept=one") || !strings.Contains(got, "sub/moved=three") {
			t.Errorf("with luck the disk holds %s", got)
		}
		seen[got] = true
	}
	if len(seen) < 3 {
		t.Errorf("luck knows only %v", seen)
	}
}

func TestFullAndBrokenDisksSaySo(t *testing.T) {
	folder := t.TempDir()
	disk := disktest.New(t, folder)
	disk.Fill(1000)
	run(t, disk, folder, "fill")
	disk.Fill(-1)
	disk.Break(true)
	t.Cleanup(func() { disk.Break(false) })
	c := exec.Command(os.Args[0])
	c.Dir, c.Env = folder, append(os.Environ(), program+"=break")
	if err := disk.Start(c); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil {
		t.Error("the directory's sync does not fail")
	}
}
