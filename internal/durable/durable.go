// Package durable makes names in directories outlive a power cut: a file that was synced is lost all
// the same while the directory that names it was not.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MkdirAll makes a directory and the ones it lies in where they are absent.
func MkdirAll(path string, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MkdirAll(parent, mode); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return Dir(parent)
}

// Dir syncs the names in a directory.
func Dir(path string) error {
	d, err := os.Open(path) //nolint:gosec // a directory of ours
	if err != nil {
		return err
	}
	// Some systems sync no directories and need not.
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// Tree syncs the names in a directory and in all below it.
func Tree(path string) error {
	return filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return Dir(path)
	})
}

// Rename gives a synced file or directory another name.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return Dir(filepath.Dir(to))
}

// Commit ends the writing of a file, which appears under its name whole or not at all.
func Commit(file *os.File, path string) error {
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return Rename(file.Name(), path)
}

// WriteFile writes a file that appears whole or not at all.
func WriteFile(path string, content []byte, mode fs.FileMode) error {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode) //nolint:gosec // a path of ours
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err != nil {
		return errors.Join(err, file.Close(), os.Remove(part))
	}
	if err = Commit(file, path); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}
