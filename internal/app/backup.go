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

	"ecrm/internal/store"
)

// manifestName is the last file of a backup: what it holds, with checksums. A
// backup that was cut off has none.
const manifestName = "manifest.json"

// snapshotName is the database of SQLite in a backup and in a data folder.
const snapshotName = "ecrm.db"

// Manifest says what a backup holds.
type Manifest struct {
	Program string    `json:"program"`
	At      time.Time `json:"at"`
	// Schema is the version of the schema the program makes.
	Schema int `json:"schema"`
	// Files are SHA-256 sums in hex by path.
	Files map[string]string `json:"files"`
	// Rows counts those of each table, where the tables are kept one by one.
	Rows map[string]int64 `json:"rows,omitempty"`
}

// ErrBackup is answered for a file that is no whole backup.
var ErrBackup = errors.New("this is no whole backup of ECRM; nothing was written")

// kept tells whether a path below the data folder goes into a backup: not what
// belongs to the running process, nor files made for a download.
func kept(path string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	if strings.HasPrefix(filepath.ToSlash(path), filesFolder+"/thumbs") {
		return false // made again when asked for
	}
	return !slices.Contains([]string{"lock", "control.sock", "server.json", "exports"}, first) &&
		!strings.HasPrefix(first, "ecrm.db") && !strings.HasPrefix(first, "backup-") && !strings.HasSuffix(path, ".part")
}

// Backup writes the database as it stands, imported files and certificates into
// w, while people go on working.
func (a *App) Backup(ctx context.Context, program string, w io.Writer) (Manifest, error) {
	m := Manifest{Program: program, At: time.Now().UTC(), Schema: store.SchemaVersion, Files: map[string]string{}}
	// No file that the database names is swept before it is in the backup, by no node.
	a.sweeping.Lock()
	defer a.sweeping.Unlock()
	err := a.DB.Beside(ctx, filesFolder, func(ctx context.Context) error { return a.backUp(ctx, &m, w) })
	return m, err
}

func (a *App) backUp(ctx context.Context, m *Manifest, w io.Writer) error {
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	err := a.addDatabase(ctx, archive, m)
	if err == nil {
		err = a.addFiles(ctx, archive, m)
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	err = archive.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.At})
	if err == nil {
		_, err = archive.Write(text)
	}
	return errors.Join(err, archive.Close(), zipped.Close())
}

// addDatabase adds what is in the database: SQLite's as it is, PostgreSQL's
// table by table.
func (a *App) addDatabase(ctx context.Context, archive *tar.Writer, m *Manifest) error {
	if a.DB.Postgres() {
		return addTables(ctx, a.DB, archive, m)
	}
	work, err := os.MkdirTemp(a.data, "backup-")
	if err != nil {
		return fmt.Errorf("make room for a snapshot: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	snapshot := filepath.Join(work, snapshotName)
	if err := a.DB.Snapshot(ctx, snapshot); err != nil {
		return err
	}
	m.Files[snapshotName], err = put(archive, snapshotName, snapshot)
	return err
}

// addFiles adds what lies beside the database. It comes after the database,
// whose rows name files that were there before them.
func (a *App) addFiles(ctx context.Context, archive *tar.Writer, m *Manifest) error {
	if err := addFolder(ctx, archive, m, a.data, ""); err != nil || a.filesApart == "" {
		return err
	}
	return addFolder(ctx, archive, m, a.filesApart, filesFolder)
}

// addFolder adds what is kept of a folder, under a name.
func addFolder(ctx context.Context, archive *tar.Writer, m *Manifest, folder, under string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(folder, path)
		name = filepath.Join(under, name)
		switch {
		case err != nil:
			return err
		case relErr != nil:
			return relErr
		case path == folder || ctx.Err() != nil:
			return ctx.Err()
		case !kept(name) && d.IsDir():
			return filepath.SkipDir
		case !kept(name) || !d.Type().IsRegular():
			return nil
		}
		name = filepath.ToSlash(name)
		sum, err := put(archive, name, path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // one that was swept meanwhile is no loss
		}
		m.Files[name] = sum
		return err
	})
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
	if !whole || len(found) != len(m.Files) || found[snapshotName] == "" && len(m.Rows) == 0 {
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
