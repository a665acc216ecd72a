package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/kardianos/service"
)

// serviceName is what systems know the service by.
const serviceName = "ecrm"

// stopWait is how long a system waits for a service that it tells to stop.
const stopWait = 25 * time.Second

// program is a server run by the system's own keeper of services.
type program struct {
	server *server
	cancel context.CancelFunc
	ended  chan error
	log    service.Logger
}

// Start begins to serve. A server that ends by itself ends the process, so that
// the keeper of services sees it and starts it again.
func (p *program) Start(s service.Service) error {
	if !service.Interactive() {
		if log, err := s.SystemLogger(nil); err == nil {
			p.log = log
			slog.SetDefault(slog.New(sayOnce(slog.NewTextHandler(told{log}, nil))))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.ended = cancel, make(chan error, 1)
	go func() {
		err := p.server.serve(ctx)
		p.ended <- err
		if ctx.Err() == nil {
			p.fail(err)
		}
	}()
	return nil
}

func (p *program) fail(err error) {
	if err == nil {
		err = errors.New("the server ended")
	}
	_, _ = io.WriteString(os.Stderr, "ecrm: "+line(err)+"\n")
	if p.log != nil {
		_ = p.log.Error(line(err))
	}
	os.Exit(exitCode(err))
}

// Stop lets what is under way finish.
func (p *program) Stop(service.Service) error {
	p.cancel()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(stopWait):
		return errors.New("the server did not stop in time")
	}
}

// told hands what the server logs to the system's log.
type told struct{ log service.Logger }

// Write hands a line on.
func (t told) Write(p []byte) (int, error) {
	text := strings.TrimSpace(string(p))
	write := t.log.Info
	switch {
	case strings.Contains(text, "level=ERROR"):
		write = t.log.Error
	case strings.Contains(text, "level=WARN"):
		write = t.log.Warning
	}
	return len(p), write(text)
}

// runService serves under the system's keeper of services; started by hand it
// serves until Ctrl-C.
type runService struct{ server }

// Run serves.
func (c *runService) Run() error {
	s, err := service.New(&program{server: &c.server}, &service.Config{Name: serviceName})
	if err != nil {
		return err
	}
	return s.Run()
}
