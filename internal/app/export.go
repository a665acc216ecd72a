package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/transfer"
)

// person tells who acts at the command line: the user of a login, or without
// one the system, in the company's language and time zone.
func (a *App) person(ctx context.Context, login string) (*policy.Actor, error) {
	registry := a.Records.Current.Load()
	actor := policy.System(registry, "command line")
	if login == "" {
		company, err := a.Identity.Company(ctx)
		if err != nil {
			return nil, err
		}
		if company.Language != "" {
			actor.Language = company.Language
		}
		if zone, err := time.LoadLocation(company.TimeZone); err == nil {
			actor.Location = zone
		}
		return actor, nil
	}
	ids, err := a.Records.FindBy(ctx, actor, registry.Object("user"), "login", login, 1)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("no user has the login %q", login)
	}
	actor, _, err = a.Identity.ActorOf(ctx, ids[0])
	if err == nil {
		actor.Origin = "command line"
	}
	return actor, err
}

// ExportFile exports records into a stream, as a user or as the system.
func (a *App) ExportFile(ctx context.Context, login, object string, to io.Writer, r transfer.ExportRequest) (result transfer.ExportResult, err error) {
	actor, err := a.person(ctx, login)
	if err != nil {
		return transfer.ExportResult{}, err
	}
	o := actor.Registry.Object(object)
	if o == nil {
		return transfer.ExportResult{}, fmt.Errorf("there is no object %q", object)
	}
	// Whole before its first byte leaves, as a download is.
	path := filepath.Join(a.data, "exports", rand.Text()+".export")
	if result, err = a.Exports.WriteFile(ctx, actor, o, r, path, transfer.Watch{}); err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	file, err := os.Open(path) //nolint:gosec // a path of our own
	if err != nil {
		return result, err
	}
	_, err = io.Copy(to, file)
	return result, errors.Join(err, file.Close())
}

const (
	// sweepEvery is how often what is kept for a time only is looked through.
	sweepEvery = time.Hour
	// rowsKept is how long the results of a bulk job can be read, and undone.
	rowsKept = 90 * 24 * time.Hour
)

// sweep removes what was kept for a time only, until ctx ends.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.Exports.Sweep(time.Now()); err != nil {
			slog.Warn("remove old exports", "error", err)
		}
		if err := a.Bulk.Sweep(ctx, time.Now().Add(-rowsKept)); err != nil && ctx.Err() == nil {
			slog.Warn("remove the rows of old jobs", "error", err)
		}
		if err := a.Transfer.Sweep(ctx, time.Now().Add(-rowsKept)); err != nil && ctx.Err() == nil {
			slog.Warn("remove old imports", "error", err)
		}
		if err := a.sweepFiles(ctx, time.Now()); err != nil && ctx.Err() == nil {
			slog.Warn("remove files that nothing refers to", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
