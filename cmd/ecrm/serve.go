package main

import (
	"context"
	"errors"
	"fmt"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/proxy"
	"ecrm/internal/secure"
)

// server are the settings of a server, whoever starts it.
type server struct {
	place
	Addr         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"ECRM_ADDR"`
	TLS          string   `name:"tls" help:"auto: HTTPS with a certificate of its own making; CERT,KEY: with these files; absent: plain HTTP." env:"ECRM_TLS"`
	TrustedProxy []string `help:"Network (10.0.0.0/8) or address (127.0.0.1) of reverse proxies that are believed when they say who asks; several by comma." env:"ECRM_TRUSTED_PROXY"`
}

type serve struct{ server }

// Run serves until it is told to stop.
func (c *serve) Run(ctx context.Context) error { return c.serve(ctx) }

func (c *server) serve(ctx context.Context) (err error) {
	trust, err := proxy.Parse(c.TrustedProxy)
	if err != nil {
		return usageError{fmt.Errorf("--trusted-proxy: %w", err)}
	}
	held, err := folder.Take(c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	door, err := app.Listen(ctx, c.Data, c.Addr, c.TLS, trust)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, door.Close()) }()
	a, err := app.Open(ctx, c.config(), app.Modules())
	if err != nil {
		return err
	}
	defer a.Close()
	if err := held.Serve(ctx, door.Addr.String(), version, answer(a)); err != nil {
		return err
	}
	return a.Serve(ctx, door, version, func() { greet(door) })
}

// greet says where the server is, and what is left to do.
func greet(d *app.Door) {
	fmt.Printf("ECRM %s is ready: %s\n", version, d)
	switch {
	case d.Authority != nil && !d.Alone():
		for _, url := range d.Addresses() {
			fmt.Printf("  %s — to trust it, open %s%s on each device and install the certificate\n", url, url, secure.AuthorityPath)
		}
	case d.Alone():
		fmt.Println("  Only this machine reaches it. For the office: --addr 0.0.0.0:8443 --tls auto")
	case !d.Secure:
		for _, url := range d.Addresses() {
			fmt.Println("  " + url)
		}
		fmt.Println("  Without HTTPS passwords cross the network in the clear, and phones give neither position nor installation: add --tls auto")
	}
}
