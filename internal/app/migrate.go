package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"ecrm/internal/jobs"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// declared lists the objects of all modules.
func declared(modules []record.Module) []*schema.Object {
	var all []*schema.Object
	for _, m := range modules {
		all = append(all, m.Objects...)
	}
	return all
}

// bare is the registry without what was made at run time.
func bare(declared []*schema.Object) (*schema.Registry, error) {
	var objects []*schema.Object
	for _, o := range declared {
		objects = append(objects, o.With(nil))
	}
	return schema.NewRegistry(0, objects)
}

// Plan lists what opening a data folder and serving it would change in its
// database, and changes nothing; a folder without a database stays so.
func Plan(ctx context.Context, c Config, modules []record.Module) (plan []store.Change, err error) {
	dsn := c.Database
	if dsn == "" {
		dsn = "sqlite:" + c.sqliteFile()
		if _, err := os.Stat(c.sqliteFile()); errors.Is(err, fs.ErrNotExist) {
			// What a new database needs is read off an empty one elsewhere.
			empty, err := os.MkdirTemp("", "ecrm-plan-")
			if err != nil {
				return nil, fmt.Errorf("make a folder for the plan: %w", err)
			}
			defer func() { _ = os.RemoveAll(empty) }()
			dsn = "sqlite:" + Config{Data: empty}.sqliteFile()
		}
	}
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.Program = c.Version
	found, err := db.SchemaVersion(ctx)
	if err != nil {
		return nil, err
	}
	registry, err := bare(declared(modules))
	if err != nil {
		return nil, err
	}
	if plan, err = db.Plan(ctx, registry); err != nil {
		return nil, err
	}
	// Fields and objects made at run time are known where their tables are as they
	// should be.
	if !slices.ContainsFunc(plan, func(c store.Change) bool { return slices.Contains(record.RegistryTables, c.Table) }) {
		records := record.New(db, &schema.Current{}, modules)
		if _, err := records.Reload(ctx); err != nil {
			return nil, err
		}
		if plan, err = db.Plan(ctx, records.Current.Load()); err != nil {
			return nil, err
		}
		for _, o := range records.Unordered() {
			plan = append(plan, store.Change{Kind: store.Rewrite, Table: o.Table(), Name: o.Name, SQL: "-- by the program", Later: true})
		}
	}
	queue, err := jobs.Plan(ctx, db)
	if err != nil {
		return nil, err
	}
	plan = append(plan, queue...)
	if found < store.SchemaVersion {
		plan = append(plan, db.VersionChange())
	}
	return plan, nil
}

// Migrate brings the database of a data folder in step with the program, with
// what a server would leave for later.
func Migrate(ctx context.Context, c Config, modules []record.Module) error {
	a, err := Open(ctx, c, modules)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.DB.SyncAll(ctx, a.Records.Current.Load()); err != nil {
		return err
	}
	for _, o := range a.Records.Unordered() {
		if err := a.Records.Order(ctx, o, 0, func(context.Context, store.Querier, int64, int) error { return nil }); err != nil {
			return err
		}
	}
	return jobs.Prepare(ctx, a.DB)
}
