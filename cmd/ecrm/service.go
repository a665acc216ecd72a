package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/kardianos/service"

	"ecrm/internal/proxy"
)

// services are the commands on the service.
type services struct {
	Install   installService   `cmd:"" help:"Have the system start ECRM, now and always, with the settings given."`
	Uninstall uninstallService `cmd:"" help:"Have the system forget the service; the data stay."`
	Start     startService     `cmd:"" help:"Start it."`
	Stop      stopService      `cmd:"" help:"Stop it; what is under way finishes."`
	Status    serviceStatus    `cmd:"" help:"Tell whether it runs."`
	Run       runService       `cmd:"" hidden:"" help:"What the system runs."`
}

// windowsUser has few rights and no password.
const windowsUser = `NT AUTHORITY\LocalService`

type installService struct {
	Data         string   `help:"Folder of the data; without it the system's place for them (/var/lib/ecrm, %ProgramData%\\ECRM)."`
	Database     string   `help:"postgres:// address; without it SQLite in the data folder." env:"ECRM_DATABASE"`
	Addr         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"ECRM_ADDR"`
	TLS          string   `name:"tls" help:"As with serve." env:"ECRM_TLS"`
	TrustedProxy []string `help:"As with serve." env:"ECRM_TRUSTED_PROXY"`
	User         string   `help:"User who runs it and owns the folder; without it one without other rights, where the system has or makes such."`
}

// settings are the service's arguments for serve, and what is secret or long
// apart from them.
func (c *installService) settings() (arguments []string, secrets map[string]string, err error) {
	if _, err := proxy.Parse(c.TrustedProxy); err != nil {
		return nil, nil, usageError{fmt.Errorf("--trusted-proxy: %w", err)}
	}
	arguments = []string{"--data", c.Data, "--addr", c.Addr}
	if how := c.TLS; how != "" {
		files := strings.Split(how, ",")
		for i, file := range files {
			if how != "auto" {
				if files[i], err = filepath.Abs(file); err != nil {
					return nil, nil, err
				}
			}
		}
		arguments = append(arguments, "--tls", strings.Join(files, ","))
	}
	for _, network := range c.TrustedProxy {
		arguments = append(arguments, "--trusted-proxy", network)
	}
	if c.Database != "" {
		// Whoever lists processes or services must not read the password.
		secrets = map[string]string{"ECRM_DATABASE": c.Database}
	}
	return arguments, secrets, nil
}

// Run tells the system of the service and starts it.
func (c *installService) Run(ctx context.Context) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	given := c.Data != ""
	if c.Data == "" {
		c.Data = standardFolder()
	}
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return err
	}
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(executable, home+string(filepath.Separator)) {
		return fmt.Errorf("a service cannot run a program in somebody's home: copy %s to %s, and run that one's `service install`", executable, standardProgram())
	}
	arguments, secrets, err := c.settings()
	if err != nil {
		return err
	}
	config := &service.Config{Name: serviceName, DisplayName: "ECRM", Description: "ECRM, customer relationship management", Executable: executable, UserName: c.User}
	switch runtime.GOOS {
	case "windows":
		config.Arguments, config.EnvVars = append([]string{"service", "run"}, arguments...), secrets
		config.Option = service.KeyValue{"OnFailure": "restart", "OnFailureDelayDuration": "5s", "DelayedAutoStart": true}
		if config.UserName == "" {
			config.UserName = windowsUser
		}
	case "darwin":
		config.Arguments, config.EnvVars = append([]string{"serve"}, arguments...), secrets
		config.Option = service.KeyValue{"KeepAlive": true, "RunAtLoad": true}
		if config.UserName == "" {
			config.UserName = os.Getenv("SUDO_USER")
		}
	default:
		if config.UserName == "" && given {
			return usageError{fmt.Errorf("name the user who owns %s with --user, or leave --data out", c.Data)}
		}
		text, err := unit(executable, append([]string{"serve"}, arguments...), config.UserName, c.Data)
		if err != nil {
			return err
		}
		config.Option = service.KeyValue{"SystemdScript": text}
	}
	s, err := manager(config)
	if err != nil {
		return err
	}
	if err := prepare(ctx, c.Data, config.UserName, secrets); err != nil {
		return advised(err)
	}
	if err := s.Install(); err != nil {
		return advised(err)
	}
	if err := s.Start(); err != nil {
		return fmt.Errorf("the service is installed and does not start: %w", advised(err))
	}
	fmt.Printf("ECRM is a service now, with its data in %s and the address %s\n", c.Data, c.Addr)
	return nil
}

// standardFolder is where a system keeps the data of its services.
func standardFolder() string {
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(os.Getenv("ProgramData"), "ECRM")
	case "darwin":
		return "/usr/local/var/ecrm"
	}
	return "/var/lib/ecrm"
}

// standardProgram is where a system keeps programs that everybody may run.
func standardProgram() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramFiles"), "ECRM", "ecrm.exe")
	}
	return "/usr/local/bin/ecrm"
}

// environmentFile is where systemd reads settings that others must not.
const environmentFile = "/etc/ecrm/ecrm.env"

// prepare makes the folder the service's own, and keeps its secrets.
func prepare(ctx context.Context, data, user string, secrets map[string]string) error {
	if runtime.GOOS == "linux" {
		if len(secrets) == 0 {
			return nil // systemd makes the folder, or it is the user's already
		}
		if err := os.MkdirAll(filepath.Dir(environmentFile), 0o750); err != nil {
			return err
		}
		var text strings.Builder
		for name, value := range secrets {
			_, _ = fmt.Fprintf(&text, "%s=\"%s\"\n", name, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(value))
		}
		return os.WriteFile(environmentFile, []byte(text.String()), 0o600)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	var command *exec.Cmd
	switch {
	case runtime.GOOS == "windows":
		command = exec.CommandContext(ctx, "icacls", data, "/inheritance:r", "/grant:r", user+":(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F", "/T", "/Q") //nolint:gosec // the administrator's own settings
	case user != "":
		command = exec.CommandContext(ctx, "chown", "-R", user, data) //nolint:gosec // the administrator's own settings
	default:
		return nil
	}
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("give %s to %s: %s: %w", data, user, strings.TrimSpace(string(said)), err)
	}
	return nil
}

// manager is the system's keeper of services.
func manager(config *service.Config) (service.Service, error) {
	s, err := service.New(&program{}, config)
	if errors.Is(err, service.ErrNoServiceSystemDetected) || err == nil && runtime.GOOS == "linux" && s.Platform() != "linux-systemd" {
		return nil, errors.New("no systemd runs here, and ECRM knows no other keeper of services on Linux: start `ecrm serve` by what the system has")
	}
	return s, err
}

// advised says what to do about what a keeper of services refuses.
func advised(err error) error {
	switch {
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS), strings.Contains(err.Error(), "Access is denied"):
		return fmt.Errorf("%w: do it as administrator (sudo)", err)
	case errors.Is(err, service.ErrNotInstalled):
		return errors.New("the service is not installed: `ecrm service install` does that")
	case strings.Contains(err.Error(), "already exists"):
		return errors.New("the service is installed already: `ecrm service uninstall` first, the data stay")
	}
	return err
}

func control(action func(s service.Service) error, done string) error {
	s, err := manager(&service.Config{Name: serviceName})
	if err != nil {
		return err
	}
	if err := action(s); err != nil {
		return advised(err)
	}
	fmt.Println(done)
	return nil
}

type uninstallService struct{}

// Run stops the service and has the system forget it.
func (uninstallService) Run() error {
	return control(func(s service.Service) error {
		if status, err := s.Status(); err == nil && status == service.StatusRunning {
			if err := s.Stop(); err != nil {
				return err
			}
		}
		return s.Uninstall()
	}, "the service is gone; the data stay where they are")
}

type startService struct{}

// Run starts the service.
func (startService) Run() error { return control(service.Service.Start, "started") }

type stopService struct{}

// Run stops the service.
func (stopService) Run() error { return control(service.Service.Stop, "stopped") }

type serviceStatus struct{}

// Run tells whether the service runs; the exit code is 0 if it does.
func (serviceStatus) Run() error {
	s, err := manager(&service.Config{Name: serviceName})
	if err != nil {
		return err
	}
	status, err := s.Status()
	switch {
	case err != nil:
		return advised(err)
	case status == service.StatusRunning:
		fmt.Println("running")
		return nil
	}
	return errors.New("the service is stopped: `ecrm service start` starts it")
}
