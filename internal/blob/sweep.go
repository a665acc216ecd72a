package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// gone is how a blob ends that a sweep put aside to look again whether it is
// named.
const gone = ".gone"

// Named answers which of some sums a row names.
type Named func(sums []string) (map[string]bool, error)

// Blobs walks over all blobs.
func (f *Folder) Blobs(fn func(sum string, size int64, at time.Time) error) error {
	return filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // swept meanwhile
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path == filepath.Join(f.dir, thumbs) {
				return filepath.SkipDir
			}
			return nil
		}
		sum := strings.TrimSuffix(d.Name(), gone)
		if !sumForm.MatchString(sum) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // swept meanwhile
		}
		at := info.ModTime()
		if sum != d.Name() {
			at = time.Time{} // left by a sweep that was cut off
		}
		return fn(sum, info.Size(), at)
	})
}

// Sweep removes the blobs that were last received before an instant and that no
// row names, and answers how many. An upload of the same content at the same
// moment keeps its blob: what is to go is put aside first, then looked at again,
// and an upload looks after its row is kept (see Upload.Named).
func (f *Folder) Sweep(before time.Time, named Named) (int, error) {
	var old []string
	if err := f.Blobs(func(sum string, _ int64, at time.Time) error {
		if at.Before(before) {
			old = append(old, sum)
		}
		return nil
	}); err != nil {
		return 0, err
	}
	removed := 0
	for len(old) > 0 {
		n := min(200, len(old))
		known, err := named(old[:n])
		if err != nil {
			return removed, err
		}
		for _, sum := range old[:n] {
			done, err := f.sweepOne(sum, known[sum], before, named)
			if err != nil {
				return removed, err
			}
			if done {
				removed++
			}
		}
		old = old[n:]
	}
	return removed, f.sweepPartial(before)
}

func (f *Folder) sweepOne(sum string, known bool, before time.Time, named Named) (bool, error) {
	path := f.path(sum)
	back := func() error {
		if err := os.Rename(path+gone, path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if known {
		return false, back() // if an earlier sweep was cut off
	}
	if err := os.Rename(path, path+gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	info, err := os.Stat(path + gone)
	if err != nil {
		return false, nil //nolint:nilerr // another server swept it
	}
	again, err := named([]string{sum})
	if err != nil || again[sum] || !info.ModTime().Before(before) {
		return false, errors.Join(err, back())
	}
	f.forgetThumbs(sum)
	if err := os.Remove(path + gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, nil
}

// sweepPartial removes uploads that were cut off.
func (f *Folder) sweepPartial(before time.Time) error {
	list, err := filepath.Glob(filepath.Join(f.dir, "*"+partial))
	for _, path := range list {
		if info, statErr := os.Stat(path); statErr == nil && info.ModTime().Before(before) && time.Since(info.ModTime()) > time.Hour {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
