package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"ecrm/internal/api"
	"ecrm/internal/proxy"
	"ecrm/internal/reach"
	"ecrm/internal/secure"
	"ecrm/web"
)

// stopPatience is how long requests under way may take once the server is told to
// stop.
const stopPatience = 9 * time.Second

// Door is where requests come in.
type Door struct {
	reach.Point
	listener     net.Listener
	certificates *secure.Certificates
	trust        proxy.Trust
}

// Listen opens the door, before anything else is touched: an address in use is
// said at once. how is what --tls says (see secure.Open), empty for plain HTTP;
// data is the folder where certificates of our own making are kept.
func Listen(ctx context.Context, data, addr, how string, trust proxy.Trust) (*Door, error) {
	d := &Door{trust: trust}
	if how != "" {
		var err error
		if d.certificates, err = secure.Open(how, filepath.Join(data, "tls")); err != nil {
			return nil, err
		}
		d.Secure, d.Authority = true, d.certificates.CA
	}
	var err error
	if d.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", addr); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	d.Addr = d.listener.Addr()
	return d, nil
}

// Close shuts the door.
func (d *Door) Close() error {
	if err := d.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// String is the address the server itself would open.
func (d *Door) String() string {
	tcp, ok := d.Addr.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("%slocalhost:%d", d.Scheme(), tcp.Port)
	}
	return d.Scheme() + d.Addr.String()
}

// Handler is the server's HTTP side.
func (a *App) Handler(version string, at reach.Point) http.Handler {
	a.api = &api.Server{
		Records: a.Records, Identity: a.Identity, Transfer: a.Transfer, Views: a.Views, Forms: a.Forms, Favorites: a.Favorites, Analyses: a.Analyses, Notices: a.Notices, Calendar: a.Calendar, Reports: a.Reports, Workbench: a.Workbench, Attainment: a.Attainment, Mail: a.Mail, Jobs: a.Jobs, Bulk: a.Bulk, Dedupe: a.Dedupe, Exports: a.Exports, Files: a.Files,
		Web: web.Files(), Reach: at, Version: version,
	}
	return a.api.Handler()
}

// Serve answers requests until ctx ends, then lets those under way finish and
// has jobs leave at their checkpoint. ready is called once the door is open.
func (a *App) Serve(ctx context.Context, d *Door, version string, ready func()) error {
	// Garbage is collected when as much has come up as lives, which is a few MB here:
	// thirty times a second under load. This counts as living and takes no memory, since
	// nothing touches it; what a large job holds is not doubled by it.
	room := make([]byte, 48<<20)
	defer runtime.KeepAlive(room)
	// Requests outlive the wish to stop; what is left after the patience does not.
	under, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler:           d.trust.Handler(a.Handler(version, d.Point)),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return under },
	}
	server.RegisterOnShutdown(a.api.EndStreams)
	if a.DB.Postgres() {
		a.DB.Warn(ctx)
		go a.Records.Follow(ctx, func(err error) { slog.Error("follow the schema", "error", err) })
	}
	if err := a.Jobs.Work(ctx); err != nil {
		return errors.Join(err, d.Close())
	}
	go a.sweep(ctx)
	go a.Upkeep.Watch(ctx)
	if a.DB.Postgres() {
		go a.Upkeep.Learn(ctx)
	}
	go a.Records.Relay(ctx)
	go a.Records.SealAlways(ctx)
	a.Mail.Reached = d.Addresses
	go a.Mail.Work(ctx)
	go a.Notices.RemindAlways(ctx)
	go a.Notices.DigestAlways(ctx)
	go a.Reports.RemindAlways(ctx)
	go a.Wake.Always(ctx)
	go a.Exchange.Daily(ctx)
	go a.Anniversaries.Daily(ctx)
	go a.Lapses.Always(ctx)
	done := make(chan error, 1)
	go func() {
		if d.certificates == nil {
			done <- server.Serve(d.listener)
			return
		}
		server.TLSConfig = d.certificates.Config()
		done <- server.ServeTLS(secure.Listen(d.listener, d.Authority), "", "")
	}()
	ready()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	var jobs sync.WaitGroup
	jobs.Go(a.Jobs.Stop)
	defer jobs.Wait()
	stop, cancel := context.WithTimeout(under, stopPatience)
	defer cancel()
	if err := server.Shutdown(stop); errors.Is(err, context.DeadlineExceeded) {
		slog.Warn("requests were cut off, they took too long to finish", "seconds", stopPatience.Seconds())
		cut()
		return server.Close()
	} else if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
