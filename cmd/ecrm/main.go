// Command ecrm is the whole product in one file: the server, and the tools an
// administrator needs.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones also where the system has none

	"github.com/alecthomas/kong"

	"ecrm/internal/app"
	"ecrm/internal/policy"
	"ecrm/internal/record"
)

var version = "dev"

type place struct {
	Data     string `help:"Folder of the data." default:"./data" env:"ECRM_DATA"`
	Database string `help:"postgres:// address; without it SQLite in the data folder." env:"ECRM_DATABASE"`
}

func (p place) open(ctx context.Context) (*app.App, error) {
	return app.Open(ctx, app.Config{Data: p.Data, Database: p.Database}, app.Modules())
}

type serve struct {
	place
	Addr string `help:"Address to listen on." default:"127.0.0.1:8080" env:"ECRM_ADDR"`
}

// Run serves until it is told to stop.
func (c *serve) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Serve(ctx, c.Addr, version)
}

type userAdd struct {
	place
	Login         string `required:"" help:"Login name."`
	Name          string `help:"Name; the login when absent."`
	Role          string `default:"salesperson" help:"salesperson, assistant, manager, general_manager or administrator."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input."`
}

// Run makes a user.
func (c *userAdd) Run(ctx context.Context) error {
	var password string
	if _, err := fmt.Scanln(&password); err != nil {
		return fmt.Errorf("read the password from standard input: %w", err)
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	name := c.Name
	if name == "" {
		name = c.Login
	}
	_, err = a.Identity.AddUser(ctx, policy.System(a.Records.Current.Load(), "command line"),
		record.Input{"name": name, "login": c.Login, "role": c.Role}, strings.TrimSpace(password), true)
	return err
}

type showVersion struct{}

// Run prints the version.
func (showVersion) Run() error {
	fmt.Println(version)
	return nil
}

var commands struct {
	Serve serve `cmd:"" help:"Serve the product."`
	User  struct {
		Add userAdd `cmd:"" help:"Add a user."`
	} `cmd:"" help:"Users."`
	Version showVersion `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parser, err := kong.New(&commands, kong.Name("ecrm"), kong.Description("The customer-relationship system in one file."), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "ecrm:", err)
		os.Exit(1)
	}
	command, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "ecrm:", err)
		os.Exit(2)
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "ecrm:", err)
		os.Exit(1)
	}
}
