package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// manifestName is the last file of a backup: what it holds, with checksums. A
// backup that was cut off has none.
const manifestName = "manifest.json"

// Manifest says what a backup holds.
type Manifest struct {
	Program string    `json:"program"`
	At      time.Time `json:"at"`
	// Files are SHA-256 sums in hex by path.
	Files map[string]string `json:"files"`
}

// ErrBackup is answered for a file that is no whole backup.
var ErrBackup = errors.New("this is no whole backup of ECRM; nothing was written")

// kept tells whether a path below the data folder goes into a backup: not what
// belongs to the running process, nor files made for a download.
func kept(path string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	return !slices.Contains([]string{"lock", "control.sock", "server.json", "exports"}, first) &&
		!strings.HasPrefix(first, "ecrm.db") && !strings.HasPrefix(first, "backup-") && !strings.HasSuffix(path, ".part")
}

// Backup writes the database as it stands, imported files and certificates into
// w, while people go on working.
func (a *App) Backup(ctx context.Context, program string, w io.Writer) (Manifest, error) {
	m := Manifest{Program: program, At: time.Now().UTC(), Files: map[string]string{}}
	work, err := os.MkdirTemp(a.data, "backup-")
	if err != nil {
		return m, fmt.Errorf("make room for a snapshot: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	snapshot := filepath.Join(work, "ecrm.db")
	if err := a.DB.Snapshot(ctx, snapshot); err != nil {
		return m, err
	}
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	add := func(name, path string) error {
		sum, err := put(archive, name, path)
		if err == nil {
			m.Files[name] = sum
		}
		return err
	}
	err = add("ecrm.db", snapshot)
	if err == nil {
		err = filepath.WalkDir(a.data, func(path string, d fs.DirEntry, err error) error {
			name, relErr := filepath.Rel(a.data, path)
			switch {
			case err != nil:
				return err
			case relErr != nil:
				return relErr
			case name == "." || ctx.Err() != nil:
				return ctx.Err()
			case !kept(name) && d.IsDir():
				return filepath.SkipDir
			case !kept(name) || !d.Type().IsRegular():
				return nil
			}
			if err := add(filepath.ToSlash(name), path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err // one that was swept meanwhile is no loss
			}
			return nil
		})
	}
	if err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	err = archive.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.At})
	if err == nil {
		_, err = archive.Write(text)
	}
	return m, errors.Join(err, archive.Close(), zipped.Close())
}

// put adds a file and answers its checksum.
func put(archive *tar.Writer, name, path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // below the data folder
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(archive, sum), io.LimitReader(file, info.Size())); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Restore makes a data folder of a backup. The folder must be empty or absent;
// it is filled only after everything in the backup was found whole.
func Restore(r io.Reader, data string) (Manifest, error) {
	var m Manifest
	if list, err := os.ReadDir(data); err == nil && len(list) > 0 {
		return m, fmt.Errorf("%s is not empty; a backup is restored into an empty folder", data)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return m, fmt.Errorf("make the data folder: %w", err)
	}
	work, err := os.MkdirTemp(data, "restore-")
	if err != nil {
		return m, fmt.Errorf("make room for the files: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	if m, err = unpack(r, work); err != nil {
		return m, err
	}
	list, err := os.ReadDir(work)
	if err != nil {
		return m, err
	}
	for _, entry := range list {
		if err := os.Rename(filepath.Join(work, entry.Name()), filepath.Join(data, entry.Name())); err != nil {
			return m, fmt.Errorf("put the files in place: %w", err)
		}
	}
	return m, nil
}

// unpack writes the files of a backup into a folder and compares them with the
// manifest.
func unpack(r io.Reader, folder string) (Manifest, error) {
	var m Manifest
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return m, ErrBackup
	}
	found := map[string]string{}
	whole := false
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || whole || header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
			return m, ErrBackup
		}
		if header.Name == manifestName {
			if json.NewDecoder(archive).Decode(&m) != nil {
				return m, ErrBackup
			}
			whole = true
			continue
		}
		if found[header.Name], err = take(archive, filepath.Join(folder, filepath.FromSlash(header.Name))); err != nil {
			return m, err
		}
	}
	if !whole || len(found) != len(m.Files) || found["ecrm.db"] == "" {
		return m, ErrBackup
	}
	for name, sum := range m.Files {
		if found[name] != sum {
			return m, ErrBackup
		}
	}
	return m, nil
}

// take writes one file, synced, and answers its checksum.
func take(from io.Reader, path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // a local path below the folder
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, sum), from); err != nil {
		var disk *fs.PathError
		if err = errors.Join(err, file.Close()); !errors.As(err, &disk) {
			err = ErrBackup // what was read is not whole; a full disk says so itself
		}
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(file.Sync(), file.Close())
}
