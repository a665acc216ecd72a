package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The unit runs this program with its settings, as a user without other rights.
func TestSystemdUnitRunsTheServerWithItsSettings(t *testing.T) {
	made, err := unit("/usr/local/bin/ecrm", []string{"serve", "--data", "/var/lib/ecrm", "--addr", "0.0.0.0:8443", "--tls", "auto"}, "", "/var/lib/ecrm")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"ExecStart=/usr/local/bin/ecrm serve --data /var/lib/ecrm --addr 0.0.0.0:8443 --tls auto", "DynamicUser=yes", "StateDirectory=ecrm", "NoNewPrivileges=yes", "EnvironmentFile=-/etc/ecrm/ecrm.env", "WantedBy=multi-user.target"} {
		if strings.Count(made, "\n"+line+"\n") != 1 {
			t.Errorf("%q is there %d times", line, strings.Count(made, "\n"+line+"\n"))
		}
	}
	own, err := unit("/opt/my tools/ecrm", []string{"serve", "--data", `/srv/100% "ours"`}, "sales", `/srv/100% "ours"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`ExecStart="/opt/my tools/ecrm" serve --data "/srv/100%% \"ours\""`, "User=sales", `ReadWritePaths="/srv/100%% \"ours\""`} {
		if !strings.Contains(own, "\n"+line+"\n") {
			t.Errorf("%q is not in %s", line, own)
		}
	}
	for _, line := range []string{"DynamicUser", "StateDirectory"} {
		if strings.Contains(own, "\n"+line) {
			t.Errorf("%s stays where there is a user", line)
		}
	}
	for _, bad := range []string{"a\nExecStartPre=/bin/rm", "{{Path}}"} {
		if _, err := unit("/usr/local/bin/ecrm", []string{"serve", "--data", bad}, "", bad); err == nil {
			t.Errorf("%q became part of a unit", bad)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not here: the unit was not verified by it")
		return
	}
	for name, text := range map[string]string{"ecrm.service": made, "own.service": strings.Replace(own, `"/opt/my tools/ecrm"`, "/bin/true", 1)} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(strings.Replace(text, "=/usr/local/bin/ecrm", "=/bin/true", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := exec.Command(analyze, "verify", file).CombinedOutput(); err != nil || strings.Contains(string(said), name) {
			t.Errorf("systemd-analyze verify %s: %v %s", name, err, said)
		}
	}
}

func TestServiceKeepsPasswordsOutOfItsArguments(t *testing.T) {
	c := installService{Data: "/var/lib/ecrm", Addr: "0.0.0.0:443", TLS: "a.crt,b.key", Database: "postgres://u:secret@h/d", TrustedProxy: []string{"10.0.0.0/8", "127.0.0.1"}}
	arguments, secrets, err := c.settings()
	here, _ := os.Getwd()
	want := "--data /var/lib/ecrm --addr 0.0.0.0:443 --tls " + here + "/a.crt," + here + "/b.key --trusted-proxy 10.0.0.0/8 --trusted-proxy 127.0.0.1"
	if err != nil || strings.Join(arguments, " ") != want || secrets["ECRM_DATABASE"] != c.Database {
		t.Errorf("%v, %v, %v", arguments, secrets, err)
	}
	c.TrustedProxy = []string{"caddy"}
	if _, _, err := c.settings(); exitCode(err) != 2 {
		t.Errorf("%v", err)
	}
}

// What the system runs serves also in the foreground, and ends in peace.
func TestServiceProgramServesInTheForeground(t *testing.T) {
	server := begin(t, "service", "run", "--data", t.TempDir(), "--addr", "127.0.0.1:0")
	b := server.browser()
	if status, _, _ := b.call("GET", "me", nil); status != 200 {
		t.Errorf("it answers %d", status)
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
}

func TestServiceThatCannotServeEndsWithAnError(t *testing.T) {
	file := write(t, t.TempDir(), "plain", "x")
	if r := runEcrm(t, t.TempDir(), nil, "", "service", "run", "--data", file); r.code != 1 || !strings.Contains(r.err, "ecrm: ") {
		t.Errorf("%d %q", r.code, r.err)
	}
}
