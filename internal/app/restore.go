package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"ecrm/internal/durable"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Restore makes a data folder, and where c names them a database and a folder of
// files, of a backup, whichever database that was made on. The folders must be
// empty or absent and the database empty; all are filled only after everything in
// the backup was found whole.
func Restore(ctx context.Context, r io.Reader, c Config, modules []record.Module) (Manifest, error) {
	var m Manifest
	if c.Files != "" && c.Database == "" {
		return m, errFilesApart
	}
	for _, folder := range []string{c.Data, c.Files} {
		if list, err := os.ReadDir(folder); err == nil && len(list) > 0 {
			return m, fmt.Errorf("%s is not empty; a backup is restored into an empty folder", folder)
		}
	}
	var into *store.DB
	if c.Database != "" {
		var err error
		if into, err = store.Open(ctx, c.Database); err != nil {
			return m, err
		}
		defer into.Close()
		if err := into.Empty(ctx); err != nil {
			return m, err
		}
	}
	if err := durable.MkdirAll(c.Data, 0o700); err != nil {
		return m, fmt.Errorf("make the data folder: %w", err)
	}
	work, err := os.MkdirTemp(c.Data, "restore-")
	if err != nil {
		return m, fmt.Errorf("make room for the files: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	if m, err = unpack(r, work); err != nil {
		return m, err
	}
	if m.Schema > store.SchemaVersion+1 {
		return m, &store.NewerError{Version: int64(m.Schema), Program: m.Program}
	}
	if c.Files != "" {
		// First, since it is what may fail: the folder may be another machine's.
		if err := carry(filepath.Join(work, filesFolder), c.Files); err != nil {
			return m, errors.Join(fmt.Errorf("put the uploaded files in place: %w", err), emptied(c.Files))
		}
	}
	if err := settle(ctx, work, into, c.Version, modules); err != nil {
		if c.Files != "" {
			err = errors.Join(err, emptied(c.Files))
		}
		return m, err
	}
	list, err := os.ReadDir(work)
	if err != nil {
		return m, err
	}
	if err := durable.Tree(work); err != nil {
		return m, fmt.Errorf("put the files in place: %w", err)
	}
	for _, entry := range list {
		if err := durable.Rename(filepath.Join(work, entry.Name()), filepath.Join(c.Data, entry.Name())); err != nil {
			return m, fmt.Errorf("put the files in place: %w", err)
		}
	}
	return m, nil
}

// carry moves what is in a folder into another, which may lie on another disk.
func carry(from, to string) error {
	if err := durable.MkdirAll(to, 0o700); err != nil {
		return err
	}
	list, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nobody had uploaded anything
	}
	for _, entry := range list {
		source, target := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())
		if os.Rename(source, target) == nil {
			continue
		}
		if entry.IsDir() {
			err = carry(source, target)
		} else {
			err = copyFile(source, target)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(err, durable.Tree(to), os.RemoveAll(from))
}

// copyFile copies a file with its age, which says when it was uploaded.
func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // below the folder just unpacked
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // below the folder named
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

// emptied removes what is in a folder that was empty before.
func emptied(folder string) error {
	list, err := os.ReadDir(folder)
	for _, entry := range list {
		err = errors.Join(err, os.RemoveAll(filepath.Join(folder, entry.Name())))
	}
	return err
}

// settle brings what was unpacked into the database it is for: into, or one of
// SQLite beside the files.
func settle(ctx context.Context, work string, into *store.DB, program string, modules []record.Module) (err error) {
	snapshot, tables := filepath.Join(work, snapshotName), filepath.Join(work, tablesFolder)
	_, statErr := os.Stat(snapshot)
	embedded := statErr == nil
	switch {
	case into == nil && embedded:
		return nil
	case into == nil:
		if into, err = store.Open(ctx, "sqlite:"+snapshot); err != nil {
			return err
		}
		defer into.Close()
	default:
		defer func() {
			if err != nil {
				// It was empty, and half a company is worse than none.
				err = errors.Join(err, into.Clear(context.WithoutCancel(ctx)))
			}
		}()
	}
	into.Program = program
	if !embedded {
		if err := fill(ctx, into, unpacked{tables}, modules); err != nil {
			return err
		}
		return os.RemoveAll(tables)
	}
	from, err := store.Open(ctx, "sqlite:"+snapshot)
	if err != nil {
		return err
	}
	// An older backup is brought in step first, as at a start.
	if _, err := synced(ctx, from, modules); err != nil {
		from.Close()
		return err
	}
	err = from.Freeze(ctx, func(f *store.Frozen) error { return fill(ctx, into, f, modules) })
	from.Close()
	if err != nil {
		return err
	}
	for _, ending := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(snapshot + ending); err != nil {
			return err
		}
	}
	return nil
}

// synced brings a database in step with the program and the fields made at run
// time that it holds.
func synced(ctx context.Context, db *store.DB, modules []record.Module) (*record.Service, error) {
	registry, err := bare(declared(modules))
	if err != nil {
		return nil, err
	}
	if err := db.Sync(ctx, registry); err != nil {
		return nil, fmt.Errorf("bring the schema in step: %w", err)
	}
	records := record.New(db, &schema.Current{}, modules)
	if _, err := records.Reload(ctx); err != nil {
		return nil, err
	}
	return records, db.Sync(ctx, records.Current.Load())
}

// fill copies all tables into an empty database, those first that say which
// others there are.
func fill(ctx context.Context, into *store.DB, from source, modules []record.Module) error {
	tables, err := from.Tables(ctx)
	if err != nil {
		return err
	}
	first := []string{record.CustomObjects, record.CustomFields}
	registry, err := bare(declared(modules))
	if err != nil {
		return err
	}
	if err := into.Sync(ctx, registry); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	for _, t := range tables {
		if slices.Contains(first, t.Table) {
			if err := fillTable(ctx, into, from, t); err != nil {
				return err
			}
		}
	}
	if err := record.New(into, &schema.Current{}, modules).WithRetired(ctx, func() error {
		_, err := synced(ctx, into, modules)
		return err
	}); err != nil {
		return err
	}
	records, err := synced(ctx, into, modules)
	if err != nil {
		return err
	}
	registry = records.Current.Load()
	var objects []string
	for _, o := range registry.Objects() {
		objects = append(objects, o.Name)
	}
	err = into.WithoutIndexes(ctx, registry, objects, func() error {
		for _, t := range tables {
			if !slices.Contains(first, t.Table) {
				if err := fillTable(ctx, into, from, t); err != nil {
					return err
				}
			}
		}
		return records.Reindex(ctx)
	})
	if err != nil {
		return err
	}
	return into.Analyze(ctx)
}

func fillTable(ctx context.Context, into *store.DB, from source, t store.Copied) error {
	next, stop := iter.Pull2(func(yield func([]any, error) bool) {
		left := errors.New("no more is wanted")
		err := from.Rows(ctx, t, func(row []any) error {
			if !yield(row, nil) {
				return left
			}
			return nil
		})
		if err != nil && !errors.Is(err, left) {
			yield(nil, err)
		}
	})
	defer stop()
	_, err := into.Fill(ctx, t, func() ([]any, error) {
		row, err, ok := next()
		if !ok {
			return nil, io.EOF
		}
		return row, err
	})
	return err
}
