package app

import (
	"context"
	"fmt"
	"time"

	"ecrm/internal/record"
)

const (
	// filesFolder is the folder of uploaded files in a data folder.
	filesFolder = "files"
	// blobsKept is how long a content stays that no row names: longer than any
	// upload takes.
	blobsKept = 24 * time.Hour
)

// sweepFiles removes files that nothing refers to any more, and contents that no
// file has, unless a backup is made.
func (a *App) sweepFiles(ctx context.Context, now time.Time) error {
	a.sweeping.Lock()
	defer a.sweeping.Unlock()
	// While another node is backed up, or sweeps, there is nothing to do.
	_, err := a.DB.Alone(ctx, filesFolder, func(ctx context.Context) error {
		if err := a.Records.SweepFiles(ctx, now); err != nil {
			return err
		}
		_, err := a.Files.Sweep(now.Add(-blobsKept), func(sums []string) (map[string]bool, error) { return a.Records.NamedSums(ctx, sums) })
		return err
	})
	return err
}

// Verify reads everything, the contents of files too, and tells what does not
// agree (see record.Service.Verify).
func (a *App) Verify(ctx context.Context, tell func(record.Finding), counted func(what string, n int)) error {
	if err := a.Records.Verify(ctx, tell, counted); err != nil {
		return err
	}
	if err := a.Exchange.Verify(ctx, tell); err != nil {
		return fmt.Errorf("check what amounts are worth: %w", err)
	}
	if err := a.Anniversaries.Verify(ctx, tell); err != nil {
		return fmt.Errorf("check the birthdays: %w", err)
	}
	n, checked := 0, map[string]string{}
	if err := a.Records.EveryFile(ctx, func(f record.File) error {
		n++
		wrong, done := checked[f.Sum]
		if !done {
			wrong = a.Files.Check(f.Sum, f.Size)
			checked[f.Sum] = wrong
		}
		if wrong != "" {
			tell(record.Finding{Object: "file", ID: f.ID, Rule: "content", Detail: wrong})
		}
		return ctx.Err()
	}); err != nil {
		return err
	}
	counted("file", n)
	unnamed := 0
	err := a.Files.Blobs(func(sum string, _ int64, _ time.Time) error {
		if _, named := checked[sum]; !named {
			unnamed++
		}
		return ctx.Err()
	})
	if unnamed > 0 {
		counted("file without a record", unnamed)
	}
	return err
}

// Repair makes anew what follows from other values, and answers how many it found
// otherwise: what amounts are worth, when birthdays come, and all that
// record.Service.Repair mends.
func (a *App) Repair(ctx context.Context) (int64, error) {
	worth, err := a.Exchange.Revalue(ctx, func(int64) {})
	if err != nil {
		return 0, fmt.Errorf("value amounts anew: %w", err)
	}
	birthdays, err := a.Anniversaries.Renew(ctx)
	if err != nil {
		return 0, fmt.Errorf("renew the birthdays: %w", err)
	}
	var found []record.Finding
	if err := a.Records.Verify(ctx, func(f record.Finding) { found = append(found, f) }, func(string, int) {}); err != nil {
		return 0, err
	}
	mended, err := a.Records.Repair(ctx, found)
	return worth.Changed + birthdays + mended, err
}
