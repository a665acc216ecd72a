// Package blob keeps uploaded files outside the database, under the SHA-256 sum
// of their content: what is sent twice is kept once. It knows neither names nor
// rights; whoever names a blob keeps it from being swept.
package blob

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"ecrm/internal/durable"
)

// DefaultLimit is the largest file taken when nothing else is said, in bytes.
const DefaultLimit = 50 << 20

// Folder holds blobs. Several servers may share it.
type Folder struct {
	dir string
	// Limit is the largest blob in bytes.
	Limit int64
	// drawing bounds how many pictures are decoded at once.
	drawing chan struct{}
}

// Open makes a folder ready.
func Open(dir string, limit int64) (*Folder, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	for _, d := range []string{dir, filepath.Join(dir, thumbs)} {
		if err := durable.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of files: %w", err)
		}
	}
	return &Folder{dir: dir, Limit: limit, drawing: make(chan struct{}, 1)}, nil
}

// Upload is a blob that was received and has no name yet. Whoever keeps it
// writes the row that names it, then calls Named; Close ends it either way.
type Upload struct {
	Sum  string
	Size int64
	// Type is what the content looks like, whatever the sender says.
	Type string
	// Width and Height are those of a picture that can be shown small.
	Width, Height int

	folder *Folder
	temp   string
}

// partial is how files end that are still being written; a backup leaves them.
const partial = ".part"

// Take receives a blob: it lies in the folder, synced, when Take answers. One
// above the limit is refused with *http.MaxBytesError.
func (f *Folder) Take(r io.Reader, name string) (_ *Upload, err error) {
	temp, err := os.CreateTemp(f.dir, "up-*"+partial)
	if err != nil {
		return nil, fmt.Errorf("receive a file: %w", err)
	}
	u := &Upload{folder: f, temp: temp.Name()}
	defer func() {
		if err != nil {
			u.Close()
		}
	}()
	sum := sha256.New()
	var head headed
	u.Size, err = io.Copy(io.MultiWriter(temp, sum, &head), io.LimitReader(r, f.Limit+1))
	if err == nil && u.Size > f.Limit {
		err = &http.MaxBytesError{Limit: f.Limit}
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return nil, err
	}
	u.Sum, u.Type = hex.EncodeToString(sum.Sum(nil)), kind(head.b.Bytes(), name)
	if Shown(u.Type) {
		u.Width, u.Height = measure(u.temp)
	}
	return u, f.place(u)
}

// Named makes sure, once the row that names the blob is kept, that no sweep took
// the blob away just before.
func (u *Upload) Named() error {
	if _, err := os.Stat(u.folder.path(u.Sum)); err == nil {
		return nil
	}
	return u.folder.place(u)
}

// Close forgets what was received; the blob stays.
func (u *Upload) Close() { _ = os.Remove(u.temp) }

// place puts a received blob under its sum, and makes one that lies there young.
func (f *Folder) place(u *Upload) error {
	path := f.path(u.Sum)
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.Size() == u.Size {
		now := time.Now()
		if err := os.Chtimes(path, now, now); err == nil {
			return f.named(path) // whoever sends the same at this moment may not have come so far
		}
	}
	// A second name first, where the file system has such: what was received stays
	// at hand until the row is written.
	next := u.temp + ".next" + partial
	if err := os.Link(u.temp, next); err != nil {
		if err := duplicate(u.temp, next); err != nil {
			return err
		}
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return f.named(path)
}

// named syncs the names that lead to a blob.
func (f *Folder) named(path string) error {
	return errors.Join(durable.Dir(filepath.Dir(path)), durable.Dir(f.dir))
}

func duplicate(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // a name this package made
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // a name this package made
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Sum is the name under which content lies.
func Sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (f *Folder) path(sum string) string { return filepath.Join(f.dir, sum[:2], sum) }

// Open opens a blob for reading.
func (f *Folder) Open(sum string) (*os.File, error) {
	if !sumForm.MatchString(sum) {
		return nil, fs.ErrNotExist
	}
	var file *os.File
	var err error
	// A sweep that looks at it puts it aside and back: it may lie at neither place at the
	// moment at which one looks there.
	for range openAttempts {
		if file, err = os.Open(f.path(sum)); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
		if file, err = os.Open(f.path(sum) + gone); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return nil, err
}

// openAttempts is how often a blob that is not there is looked for.
const openAttempts = 5

// Check reads a blob and tells what is wrong with it, "" for nothing.
func (f *Folder) Check(sum string, size int64) string {
	file, err := f.Open(sum)
	if err != nil {
		return "its content is missing"
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, file)
	switch {
	case err != nil:
		return "its content cannot be read: " + err.Error()
	case n != size:
		return fmt.Sprintf("its content has %d bytes, not %d", n, size)
	case hex.EncodeToString(h.Sum(nil)) != sum:
		return "its content is not what was uploaded"
	}
	return ""
}

// headed keeps the first bytes that pass.
type headed struct{ b bytes.Buffer }

func (h *headed) Write(p []byte) (int, error) {
	if room := 512 - h.b.Len(); room > 0 {
		h.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// office are packages whose content alone says no more than zip; they are
// never shown in place, so that the name may tell which.
var office = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

func kind(head []byte, name string) string {
	sniffed, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if t := office[strings.ToLower(filepath.Ext(name))]; t != "" && sniffed == "application/zip" {
		return t
	}
	return sniffed
}
