package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"ecrm/internal/app"
	"ecrm/internal/durable"
	"ecrm/internal/folder"
)

// command is work on a data folder: done here, or by the server that holds the
// folder, which gets its fields as JSON.
type command interface {
	do(ctx context.Context, a *app.App, s folder.Streams) error
}

// reader is a command that reads a file or the standard input.
type reader interface {
	input() (io.ReadCloser, error)
}

// writer is a command that writes a file of this name.
type writer interface {
	output() string
}

// served makes the commands that a server does for others.
var served = map[string]func() command{
	"user add": func() command { return &userAdd{} },
	"import":   func() command { return &importFile{} },
	"export":   func() command { return &exportFile{} },
	"demo":     func() command { return &demoCompany{} },
	"check":    func() command { return &checkData{} },
	"backup":   func() command { return &backupData{} },
}

// run does a command as the folder's owner, or asks its owner.
func (p place) run(ctx context.Context, name string, c command) (err error) {
	s := folder.Streams{Out: os.Stdout, Err: os.Stderr}
	if r, ok := c.(reader); ok {
		in, err := r.input()
		if err != nil {
			return err
		}
		defer in.Close()
		s.In = in
	}
	if w, ok := c.(writer); ok {
		var done func(error) error
		if s.File, done, err = create(w.output()); err != nil {
			return err
		}
		defer func() { err = done(err) }()
	}
	held, err := folder.Take(p.Data)
	var taken *folder.HeldError
	if errors.As(err, &taken) && taken.Owner != nil {
		input, err := json.Marshal(c)
		if err != nil {
			return err
		}
		return taken.Owner.Ask(ctx, folder.Request{Name: name, Input: input, Version: version}, s)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	a, err := app.Open(ctx, p.config(), app.Modules())
	if err != nil {
		return err
	}
	defer a.Close()
	return c.do(ctx, a, s)
}

// create makes a file that appears when it is whole; done is told how it went.
func create(path string) (file *os.File, done func(error) error, err error) {
	part := path + ".part"
	file, err = os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return file, func(failed error) error {
		if failed != nil {
			return errors.Join(failed, file.Close(), os.Remove(part))
		}
		if failed = durable.Commit(file, path); failed != nil {
			return errors.Join(failed, os.Remove(part))
		}
		return nil
	}, nil
}

// answer does what another process asks of the server's app.
func answer(a *app.App) folder.Do {
	return func(ctx context.Context, r folder.Request, s folder.Streams) error {
		made := served[r.Name]
		if made == nil {
			return fmt.Errorf("a server does not do %q for others", r.Name)
		}
		c := made()
		if err := json.Unmarshal(r.Input, c); err != nil {
			return fmt.Errorf("read the command: %w", err)
		}
		return c.do(ctx, a, s)
	}
}
