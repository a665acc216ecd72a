// Package app wires configuration into a running server. The list of modules
// stands here and nowhere else.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"ecrm/internal/api"
	"ecrm/internal/bulk"
	"ecrm/internal/identity"
	"ecrm/internal/jobs"
	"ecrm/internal/module/activity"
	"ecrm/internal/module/contact"
	"ecrm/internal/module/customer"
	"ecrm/internal/module/opportunity"
	"ecrm/internal/module/task"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/secure"
	"ecrm/internal/store"
	"ecrm/internal/transfer"
	"ecrm/internal/view"
	"ecrm/web"
)

// Modules lists what the product consists of, in the order of the menu.
func Modules() []record.Module {
	return []record.Module{customer.Module(), contact.Module(), opportunity.Module(), activity.Module(), task.Module(), identity.Module()}
}

// App is an opened data folder.
type App struct {
	DB       *store.DB
	Records  *record.Service
	Identity *identity.Service
	Transfer *transfer.Service
	Views    *view.Service
	Jobs     *jobs.Service
	Bulk     *bulk.Service
	Exports  *transfer.Exports
	data     string
	leave    func()
	api      *api.Server
}

// Config says where the data is.
type Config struct {
	// Data is the folder of files and, without Database, of the database.
	Data string
	// Database is a postgres:// address; empty means SQLite in Data.
	Database string
	// Version is the program's, written down with the schema it makes.
	Version string
}

// sqliteFile is the embedded database in a data folder.
func (c Config) sqliteFile() string { return filepath.Join(c.Data, "ecrm.db") }

// Open opens the database and brings its schema in step.
func Open(ctx context.Context, c Config, modules []record.Module) (*App, error) {
	dsn := c.Database
	if dsn == "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		dsn = "sqlite:" + c.sqliteFile()
	}
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db.Program = c.Version
	a := &App{DB: db, data: c.Data}
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
	a.Identity = identity.New(a.Records)
	a.Jobs = jobs.New(a.Records, func(ctx context.Context, user int64) (*policy.Actor, error) {
		actor, _, err := a.Identity.ActorOf(ctx, user)
		if errors.Is(err, identity.ErrSignedOut) {
			err = jobs.ErrActor
		}
		return actor, err
	})
	if err := a.Identity.Ship(ctx); err != nil {
		return fmt.Errorf("write the roles: %w", err)
	}
	a.Bulk = bulk.New(a.Records, a.Jobs)
	a.Exports = transfer.NewExports(a.Records, a.Jobs, filepath.Join(a.data, "exports"))
	a.Transfer = transfer.New(a.Records, a.Jobs, filepath.Join(a.data, "imports"))
	a.Views = &view.Service{Records: a.Records}
	a.Records.Currency = func() string {
		if c, err := a.Identity.Company(ctx); err == nil && c.Currency != "" {
			return c.Currency
		}
		return "TWD"
	}
	return nil
}

// Close has running jobs leave at their checkpoint and closes the database.
func (a *App) Close() {
	a.Jobs.Stop()
	a.leave()
	a.DB.Close()
}

// Handler is the server's HTTP side.
func (a *App) Handler(version string, addresses []string, secure bool) http.Handler {
	a.api = &api.Server{
		Records: a.Records, Identity: a.Identity, Transfer: a.Transfer, Views: a.Views, Jobs: a.Jobs, Bulk: a.Bulk, Exports: a.Exports,
		Web: web.Files(), Addresses: addresses, Version: version, Secure: secure,
	}
	return a.api.Handler()
}

// Serve answers requests on an address until ctx ends, then lets running ones
// finish. how is what --tls says (see secure.Open); empty: plain HTTP.
func (a *App) Serve(ctx context.Context, addr, how, version string) error {
	var certificates *secure.Certificates
	scheme := "http://"
	if how != "" {
		var err error
		if certificates, err = secure.Open(how, filepath.Join(a.data, "tls")); err != nil {
			return err
		}
		scheme = "https://"
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	server := &http.Server{
		Handler:           trust(certificates, a.Handler(version, reachable(listener.Addr(), scheme), certificates != nil)),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		// An event stream ends with the server, not after it.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	if a.DB.Postgres() {
		go a.Records.Follow(ctx, func(err error) { slog.Error("follow the schema", "error", err) })
	}
	if err := a.Jobs.Work(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	go a.sweep(ctx)
	go a.Records.Relay(ctx)
	go a.Records.SealAlways(ctx)
	done := make(chan error, 1)
	go func() {
		if certificates == nil {
			done <- server.Serve(listener)
			return
		}
		server.TLSConfig = certificates.Config()
		done <- server.ServeTLS(secure.Listen(listener), "", "")
	}()
	fmt.Printf("ECRM %s is ready: %s%s\n", version, scheme, listener.Addr())
	switch {
	case certificates != nil && certificates.CA != nil:
		for _, url := range reachable(listener.Addr(), scheme) {
			fmt.Printf("  %s — to trust it, open %s%s on each device and install the certificate\n", url, url, authorityPath)
		}
	case certificates == nil && !loopback(listener.Addr()):
		fmt.Println("  Without HTTPS passwords cross the network in the clear, and phones give neither position nor installation: add --tls auto")
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// UndoImport takes an import back that was made at the command line.
func (a *App) UndoImport(ctx context.Context, login string, id int64) (transfer.Job, error) {
	actor, err := a.person(ctx, login)
	if err != nil {
		return transfer.Job{}, err
	}
	return a.Transfer.RunNow(ctx, actor, id, "undo")
}

// authorityPath is where devices fetch the authority that they are to trust.
const authorityPath = "/ca.crt"

// trust gives the authority to whoever asks for it; it is no secret.
func trust(c *secure.Certificates, next http.Handler) http.Handler {
	if c == nil || c.CA == nil {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET "+authorityPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		w.Header().Set("Content-Disposition", `attachment; filename="ecrm-ca.crt"`)
		_, _ = w.Write(c.CA)
	})
	return mux
}

func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// reachable lists the addresses under which colleagues can open the server.
func reachable(addr net.Addr, scheme string) []string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return nil
	}
	if !tcp.IP.IsUnspecified() {
		return []string{scheme + tcp.String()}
	}
	var found []string
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			found = append(found, fmt.Sprintf("%s%s:%d", scheme, ip.IP, tcp.Port))
		}
	}
	return found
}

// ImportFile imports a file of that name with what is detected and guessed, as a user or as
// the system, and waits for its end.
func (a *App) ImportFile(ctx context.Context, login, object, name string, file io.Reader, dry bool) (transfer.Job, error) {
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
	action := "run"
	if dry {
		action = "check"
	}
	return a.Transfer.RunNow(ctx, actor, job.ID, action)
}
