// Package app wires configuration into a running server. The list of modules
// stands here and nowhere else.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ecrm/internal/analysis"
	"ecrm/internal/anniversary"
	"ecrm/internal/api"
	"ecrm/internal/assignment"
	"ecrm/internal/attainment"
	"ecrm/internal/blob"
	"ecrm/internal/bulk"
	"ecrm/internal/calendar"
	"ecrm/internal/dedupe"
	"ecrm/internal/durable"
	"ecrm/internal/exchange"
	"ecrm/internal/favorite"
	"ecrm/internal/identity"
	"ecrm/internal/jobs"
	"ecrm/internal/lapse"
	"ecrm/internal/mail"
	"ecrm/internal/module/activity"
	"ecrm/internal/module/competitor"
	"ecrm/internal/module/contact"
	"ecrm/internal/module/currency"
	"ecrm/internal/module/customer"
	"ecrm/internal/module/lead"
	"ecrm/internal/module/letterhead"
	"ecrm/internal/module/opportunity"
	"ecrm/internal/module/product"
	"ecrm/internal/module/quote"
	"ecrm/internal/module/target"
	"ecrm/internal/module/task"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/secure"
	"ecrm/internal/store"
	"ecrm/internal/transfer"
	"ecrm/internal/upkeep"
	"ecrm/internal/view"
	"ecrm/internal/wake"
	"ecrm/internal/webform"
	"ecrm/internal/workbench"
	"ecrm/internal/workreport"
)

// Modules lists what the product consists of, in the order of the menu.
func Modules() []record.Module {
	return []record.Module{lead.Module(), customer.Module(), contact.Module(), opportunity.Module(), quote.Module(), competitor.Module(), activity.Module(), task.Module(), target.Module(), product.Module(), letterhead.Module(), currency.Module(), assignment.Module(), dedupe.Module(), webform.Module(), workreport.Module(), identity.Module()}
}

// App is an opened data folder.
type App struct {
	DB       *store.DB
	Records  *record.Service
	Identity *identity.Service
	Transfer *transfer.Service
	Views    *view.Service
	// Forms are the company's public ones.
	Forms *webform.Service
	// Favorites are what each person starred.
	Favorites *favorite.Service
	// Analyses are what modules ask of their records as a whole.
	Analyses *analysis.Service
	Notices  *notice.Service
	// Workbench keeps start pages, Attainment tells how sales stand.
	Workbench  *workbench.Service
	Attainment *attainment.Service
	// Reports are what people report of their work.
	Reports *workreport.Service
	Mail    *mail.Service
	Jobs    *jobs.Service
	Bulk    *bulk.Service
	// Dedupe looks for duplicates over everything.
	Dedupe   *dedupe.Service
	Upkeep   *upkeep.Service
	Exports  *transfer.Exports
	Exchange *exchange.Service
	// Wake has rules look again at records whose hour has come.
	Wake *wake.Service
	// Calendar shows what has a day.
	Calendar *calendar.Service
	// Anniversaries keeps birthdays in step with today.
	Anniversaries *anniversary.Service
	// Lapses has records go on by themselves whose day is past.
	Lapses *lapse.Service
	Files  *blob.Folder
	// sweeping holds while files are removed, so that a backup misses none.
	sweeping sync.Mutex
	data     string
	// filesApart is the folder of files where it is not in data.
	filesApart string
	leave      func()
	api        *api.Server
}

// Config says where the data is.
type Config struct {
	// Data is the folder of files and, without Database, of the database.
	Data string
	// Database is a postgres:// address; empty means SQLite in Data.
	Database string
	// Files is the folder of uploaded files, which all servers on one database
	// share; empty: a folder in Data. FileLimit is the largest in bytes, 0 for the
	// usual.
	Files     string
	FileLimit int64
	// Version is the program's, written down with the schema it makes.
	Version string
}

// sqliteFile is the embedded database in a data folder.
func (c Config) sqliteFile() string { return filepath.Join(c.Data, snapshotName) }

var errFilesApart = errors.New("a folder of files elsewhere goes with PostgreSQL; with SQLite files lie in the data folder, which is backed up as a whole")

// Open opens the database and brings its schema in step.
func Open(ctx context.Context, c Config, modules []record.Module) (*App, error) {
	apart := ""
	if c.Files == "" {
		c.Files = filepath.Join(c.Data, filesFolder)
	} else if apart = c.Files; c.Database == "" {
		return nil, errFilesApart
	}
	dsn := c.Database
	if dsn == "" {
		if err := durable.MkdirAll(c.Data, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		dsn = "sqlite:" + c.sqliteFile()
	}
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db.Program = c.Version
	a := &App{DB: db, data: c.Data, filesApart: apart}
	if a.Files, err = blob.Open(c.Files, c.FileLimit); err != nil {
		db.Close()
		return nil, err
	}
	if err := a.start(ctx, modules); err != nil {
		if a.leave != nil {
			a.leave()
		}
		db.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) start(ctx context.Context, modules []record.Module) error {
	registry, err := bare(declared(modules))
	if err != nil {
		return err
	}
	if err := a.DB.Sync(ctx, registry); err != nil {
		return fmt.Errorf("bring the schema in step: %w", err)
	}
	a.Records = record.New(a.DB, &schema.Current{}, modules)
	if a.leave, err = a.DB.LeaseNode(ctx, a.Records.IDs); err != nil {
		return err
	}
	if _, err := a.Records.Reload(ctx); err != nil {
		return err
	}
	// Fields made at run time, too, may need what this program adds to their types.
	if err := a.DB.Sync(ctx, a.Records.Current.Load()); err != nil {
		return fmt.Errorf("bring the schema in step: %w", err)
	}
	if err := a.Records.OrderFew(ctx); err != nil {
		return err
	}
	a.Identity = identity.New(a.Records)
	assignment.New(a.Records)
	actorOf := func(ctx context.Context, user int64) (*policy.Actor, error) {
		actor, _, err := a.Identity.ActorOf(ctx, user)
		if errors.Is(err, identity.ErrSignedOut) {
			err = jobs.ErrActor
		}
		return actor, err
	}
	a.Jobs = jobs.New(a.Records, actorOf)
	a.Notices = notice.New(a.Records, a.Jobs, actorOf)
	a.Workbench, a.Attainment = &workbench.Service{Records: a.Records}, &attainment.Service{Records: a.Records}
	a.Reports = workreport.New(a.Records, a.Notices, actorOf)
	key, err := secure.OpenKey(filepath.Join(a.data, "key"))
	if err != nil {
		return err
	}
	a.Mail = mail.New(a.Records, a.Jobs, key)
	a.Identity.Carry(a.Mail)
	a.Notices.Carry(a.Mail)
	if err := a.Identity.Ship(ctx); err != nil {
		return fmt.Errorf("write the roles: %w", err)
	}
	a.Upkeep = upkeep.New(a.Records, a.Jobs)
	a.Bulk = bulk.New(a.Records, a.Jobs)
	a.Dedupe = dedupe.New(a.Records, a.Jobs)
	if err := dedupe.Ship(ctx, a.Records); err != nil {
		return fmt.Errorf("write the rules of duplicates: %w", err)
	}
	a.Exports = transfer.NewExports(a.Records, a.Jobs, filepath.Join(a.data, "exports"))
	a.Transfer = transfer.New(a.Records, a.Jobs, filepath.Join(a.data, "imports"), a.Files)
	a.Analyses = &analysis.Service{Records: a.Records}
	a.Views = &view.Service{Records: a.Records, Analyses: a.Analyses}
	a.Forms = webform.New(a.Records)
	a.Favorites = &favorite.Service{Records: a.Records, Views: a.Views}
	a.Records.Currency, a.Records.Zone = a.currency(ctx), a.zone(ctx)
	a.Exchange = exchange.New(a.Records, a.Jobs)
	a.Calendar = &calendar.Service{Records: a.Records, ActorOf: actorOf}
	a.Wake = &wake.Service{Records: a.Records}
	a.Anniversaries = &anniversary.Service{Records: a.Records}
	a.Lapses = &lapse.Service{Records: a.Records}
	return nil
}

// currency answers the company's currency, which never changes once it is set.
func (a *App) currency(ctx context.Context) func() string {
	var known atomic.Pointer[string]
	return func() string {
		if c := known.Load(); c != nil {
			return *c
		}
		if c, err := a.Identity.Company(ctx); err == nil && c.Currency != "" {
			known.Store(&c.Currency)
			return c.Currency
		}
		return "TWD"
	}
}

// zone answers the company's time zone.
func (a *App) zone(ctx context.Context) func() *time.Location {
	var known atomic.Pointer[time.Location]
	var asked atomic.Int64
	return func() *time.Location {
		zone, now := known.Load(), time.Now().Unix()
		if zone != nil && now-asked.Load() < 60 {
			return zone
		}
		zone = time.UTC
		if c, err := a.Identity.Company(ctx); err == nil && c.TimeZone != "" {
			if z, err := time.LoadLocation(c.TimeZone); err == nil {
				zone = z
			}
		}
		known.Store(zone)
		asked.Store(now)
		return zone
	}
}

// Close has running jobs leave at their checkpoint and closes the database.
func (a *App) Close() {
	a.Jobs.Stop()
	a.leave()
	a.DB.Close()
}

// UndoImport takes an import back that was made at the command line.
func (a *App) UndoImport(ctx context.Context, login string, id int64) (transfer.Job, error) {
	actor, err := a.person(ctx, login)
	if err != nil {
		return transfer.Job{}, err
	}
	return a.Transfer.RunNow(ctx, actor, id, "undo")
}

// ImportFile imports a file of that name with what is detected and guessed but
// for what reading corrects, as a user or as the system, and waits for its end.
func (a *App) ImportFile(ctx context.Context, login, object, name string, file io.Reader, reading transfer.Change, dry bool) (transfer.Job, error) {
	actor, err := a.person(ctx, login)
	if err != nil {
		return transfer.Job{}, err
	}
	o := actor.Registry.Object(object)
	if o == nil && object != "" && object != "auto" {
		return transfer.Job{}, fmt.Errorf("there is no object %q", object)
	}
	job, err := a.Transfer.Upload(ctx, actor, o, name, file)
	if err != nil {
		return job, err
	}
	if reading.Sheet != nil || reading.Encoding != nil || reading.Delimiter != nil || reading.HeaderRow != nil || reading.Duplicates != nil {
		if _, err := a.Transfer.Adjust(ctx, actor, job.ID, reading); err != nil {
			return job, err
		}
	}
	action := "run"
	if dry {
		action = "check"
	}
	return a.Transfer.RunNow(ctx, actor, job.ID, action)
}
