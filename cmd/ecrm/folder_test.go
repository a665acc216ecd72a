package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecrm/internal/disktest"
)

// ecrm runs the command itself, as this test's program told to be it.
func ecrm(t *testing.T, stdin string, args ...string) (out string, err error) {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), "ECRM_TEST_MAIN=1")
	c.Stdin = strings.NewReader(stdin)
	text, err := c.CombinedOutput()
	return string(text), err
}

func TestMain(m *testing.M) {
	disktest.Enter()
	if os.Getenv("ECRM_TEST_MAIN") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestServerOwnsItsFolderAndDoesWhatCommandsAsk(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("a-long-name-", 9)) // longer than a socket's path may be
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	if out, err := ecrm(t, "", "serve", "--data", data, "--addr", "127.0.0.1:0"); err == nil || !strings.Contains(out, "is served already, by process") {
		t.Errorf("a second server: %v %s", err, out)
	}
	if out, err := ecrm(t, "", "demo", "--data", data, "--customers", "20"); err != nil || !strings.Contains(out, "20 customers") {
		t.Fatalf("demo through the server: %v %s", err, out)
	}
	if out, err := ecrm(t, "password-1\n", "user", "add", "--data", data, "--login", "eve", "--password-stdin"); err != nil {
		t.Errorf("user add through the server: %v %s", err, out)
	}
	if out, err := ecrm(t, "password-1\n", "user", "add", "--data", data, "--login", "eve", "--password-stdin"); err == nil || !strings.Contains(out, "ecrm: ") {
		t.Errorf("the same login again: %v %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(file, []byte("客戶名稱,電話\n大同股份有限公司,02-23456789\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := ecrm(t, "", "import", "--data", data, "--object", "customer", "--json", file); err != nil || !strings.Contains(out, `"created":1`) {
		t.Errorf("import through the server: %v %s", err, out)
	}
	exported := filepath.Join(t.TempDir(), "out.csv")
	if out, err := ecrm(t, "", "export", "--data", data, exported); err != nil || !strings.Contains(out, "21 rows") {
		t.Errorf("export through the server: %v %s", err, out)
	}
	if text, err := os.ReadFile(exported); err != nil || !bytes.Contains(text, []byte("大同股份有限公司")) {
		t.Errorf("the exported file: %v, %d bytes", err, len(text))
	}
	failed := filepath.Join(t.TempDir(), "failed.csv")
	if _, err := ecrm(t, "", "export", "--data", data, "--filter", "nonsense = 1", failed); err == nil {
		t.Error("a wrong filter was taken")
	}
	if left, err := filepath.Glob(failed + "*"); err != nil || len(left) > 0 {
		t.Errorf("a failed export left %v, %v", left, err)
	}
	if err := server.stop(); err != nil {
		t.Errorf("the server's end: %v %s", err, server.said())
	}
	if out, err := ecrm(t, "", "check", "--data", data); err != nil {
		t.Errorf("check without a server: %v %s", err, out)
	}
	if left, err := filepath.Glob(filepath.Join(data, "server.json")); err != nil || len(left) > 0 {
		t.Errorf("the server left %v, %v", left, err)
	}
}
