package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// ran is what a command said and how it ended.
type ran struct {
	out, err string
	code     int
}

// runEcrm runs ecrm in a folder of its own.
func runEcrm(t *testing.T, folder string, env []string, stdin string, args ...string) ran {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Dir = folder
	c.Env = append(append(os.Environ(), "ECRM_TEST_MAIN=1"), env...)
	c.Stdin = strings.NewReader(stdin)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), said.String(), c.ProcessState.ExitCode()}
}

func (r ran) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || r.code != 0 || strings.Count(r.out, "\n") != 1 {
		t.Fatalf("no line of JSON: %d, %q, %q", r.code, r.out, r.err)
	}
	return v
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every command does what is written of it, on the folder and database that the
// environment names too.
func TestCommandsDoWhatIsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		env := []string{"ECRM_DATA=" + filepath.Join(folder, "company")}
		postgres := strings.HasPrefix(dsn, "postgres")
		if postgres {
			env = append(env, "ECRM_DATABASE="+dsn)
		}
		run := func(stdin string, args ...string) ran { t.Helper(); return runEcrm(t, folder, env, stdin, args...) }

		if r := run("", "migrate", "--dry-run"); r.code != 0 || !strings.Contains(r.out, "CREATE TABLE r_customer") || !strings.Contains(r.out, "nothing was changed") {
			t.Errorf("migrate --dry-run: %d %.300s %s", r.code, r.out, r.err)
		}
		if r := run("", "migrate"); r.code != 0 || !strings.Contains(r.out, "changes made") {
			t.Errorf("migrate: %d %s", r.code, r.err)
		}
		if r := run("", "migrate"); r.code != 0 || !strings.Contains(r.out, "nothing to change") {
			t.Errorf("migrate again: %d %.300s %s", r.code, r.out, r.err)
		}
		demo := run("", "demo", "--customers", "30", "--seed", "7", "--locale", "zh-TW", "--json").json(t)
		if accounts, _ := demo["accounts"].([]any); demo["customers"] != 30.0 || len(accounts) < 3 {
			t.Errorf("demo: %v", demo)
		}
		if id := run("a long password\n", "user", "add", "--login", "eve", "--role", "salesperson", "--password-stdin", "--json").json(t)["id"]; id == "" {
			t.Error("user add tells no id")
		}
		file := write(t, folder, "名單.csv", "客戶名稱,電話,完全不認得\n大同股份有限公司,02-23456789,x\n,02-1,y\n")
		dry := run("", "import", "--object", "customer", "--dry-run", "--json", file).json(t)
		if dry["rows"] != 2.0 || dry["failed"] != 1.0 {
			t.Errorf("import --dry-run: %v", dry)
		}
		real := run("", "import", "--object", "customer", "--json", file)
		totals := real.json(t)
		if totals["rows"] != 2.0 || totals["created"] != 1.0 || totals["failed"] != 1.0 || totals["skipped"] != 0.0 || totals["updated"] != 0.0 || totals["seconds"] == nil {
			t.Errorf("import: %v", totals)
		}
		if !strings.Contains(real.err, "row 3") || !strings.Contains(real.err, "完全不認得") {
			t.Errorf("problems of the import: %s", real.err)
		}
		if r := run("", "import", "--as", "eve", "--object", "customer", "--json", write(t, folder, "mine.csv", "客戶名稱\n伊芙的客戶\n")); r.json(t)["created"] != 1.0 {
			t.Errorf("import --as: %s %s", r.out, r.err)
		}
		out := filepath.Join(folder, "out.csv")
		if n := run("", "export", "--json", "--filter", `name = "伊芙的客戶"`, out).json(t)["rows"]; n != 1.0 {
			t.Errorf("export: %v rows", n)
		}
		if r := run("", "export", "--as", "eve", out); r.code == 0 {
			t.Error("a salesperson exported, without the right")
		}
		if r := run("", "check", "--json"); r.code != 0 {
			t.Errorf("check: %s %s", r.out, r.err)
		}
		backup := filepath.Join(folder, "b.tar.gz")
		if made := run("", "backup", "--json", backup).json(t); made["files"] == 0.0 {
			t.Errorf("backup: %v", made)
		}
		restored := filepath.Join(folder, "restored")
		if r := runEcrm(t, folder, nil, "", "restore", "--data", restored, backup); r.code != 0 {
			t.Errorf("restore: %s", r.err)
		}
		if r := runEcrm(t, folder, nil, "", "export", "--data", restored, "--json", out); r.json(t)["rows"] != 32.0 {
			t.Errorf("the restored: %s %s", r.out, r.err)
		}
		if r := run("", "restore", backup); r.code != 1 || !strings.Contains(r.err, "empty") {
			t.Errorf("restore over what there is: %d %s", r.code, r.err)
		}
		if v := run("", "version", "--json").json(t); v["version"] != version {
			t.Errorf("version: %v", v)
		}
	})
}

// What cannot be done is said in one line on standard error that says what to do,
// with 1 for what failed and 2 for what was written wrongly.
// A file whose reading is not guessed as meant is read as it is told.
func TestImportReadsTheFileAsItIsTold(t *testing.T) {
	folder := t.TempDir()
	env := []string{"ECRM_DATA=" + filepath.Join(folder, "company")}
	sheet := func(name, cell string) string {
		return `<Worksheet ss:Name="` + name + `"><Table><Row><Cell><Data ss:Type="String">公司名稱</Data></Cell></Row><Row><Cell><Data ss:Type="String">` + cell + `</Data></Cell></Row></Table></Worksheet>`
	}
	book := write(t, folder, "list.xls", `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`+sheet("一月", "甲公司")+sheet("二月", "乙公司")+`</Workbook>`)
	plain := write(t, folder, "list.csv", "a/b\n公司名稱/電話\n丙公司/02-2345-6789\n")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"other sheet":   {[]string{"--object", "customer", "--sheet", "二月", book}, "乙公司"},
		"odd delimiter": {[]string{"--object", "customer", "--delimiter", "/", "--header-row", "2", plain}, "丙公司"},
	} {
		got := runEcrm(t, folder, env, "", append([]string{"import", "--json"}, c.args...)...)
		if got.json(t)["created"] != float64(1) {
			t.Errorf("%s: %q %q", name, got.out, got.err)
		}
		if list := runEcrm(t, folder, env, "", "export", "--object", "customer", filepath.Join(folder, name+".csv")); list.code != 0 {
			t.Fatal(list.err)
		}
		if b, err := os.ReadFile(filepath.Join(folder, name+".csv")); err != nil || !strings.Contains(string(b), c.want) {
			t.Errorf("%s: %s %v", name, b, err)
		}
	}
	missing := runEcrm(t, folder, env, "", "import", "--sheet", "三月", book)
	if missing.code == 0 || !strings.Contains(missing.err, "一月, 二月") {
		t.Errorf("a sheet there is not: %d %q", missing.code, missing.err)
	}
}

func TestFailuresAreOneLineWithWhatToDo(t *testing.T) {
	folder := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	file := write(t, folder, "plain", "x")
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := nobody.Addr().String()
	_ = nobody.Close()
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing asked":          {nil, 2, ""},
		"unknown command":        {[]string{"sell"}, 2, "--help"},
		"unknown flag":           {[]string{"serve", "--colour"}, 2, "--help"},
		"no file":                {[]string{"import", "--data", "d", "none.csv"}, 2, "none.csv"},
		"no file named":          {[]string{"export", "--data", "d"}, 2, "file"},
		"wrong address":          {[]string{"serve", "--data", "d", "--addr", "127.0.0.1:99999"}, 2, "127.0.0.1:99999"},
		"wrong proxy":            {[]string{"serve", "--data", "d", "--trusted-proxy", "caddy"}, 2, "10.0.0.0/8"},
		"wrong database":         {[]string{"serve", "--data", "d", "--database", "mysql://a@b/c"}, 2, "postgres://"},
		"broken database":        {[]string{"serve", "--data", "d", "--database", "postgres://%zz"}, 2, "postgres://"},
		"wrong certificate":      {[]string{"serve", "--data", "d", "--addr", "127.0.0.1:0", "--tls", "maybe"}, 2, "auto"},
		"a port in use":          {[]string{"serve", "--data", "d", "--addr", taken.Addr().String()}, 1, "--addr"},
		"a database that sleeps": {[]string{"serve", "--data", "d", "--addr", "127.0.0.1:0", "--database", "postgres://u:secret-word@" + closed + "/x"}, 1, "PostgreSQL does not answer"},
		"a folder that is none":  {[]string{"serve", "--data", file}, 1, "--data"},
		"no such object":         {[]string{"import", "--data", "d", "--object", "ghost", file}, 1, "ghost"},
		"no such user":           {[]string{"export", "--data", "d", "--as", "ghost", "o.csv"}, 1, "ghost"},
		"a wrong filter":         {[]string{"export", "--data", "d", "--filter", "name = = 1", "o.csv"}, 1, "a value is expected"},
		"no password":            {[]string{"user", "add", "--data", "d", "--login", "a", "--password-stdin"}, 1, "password"},
		"no backup":              {[]string{"restore", "--data", "r", file}, 1, "no whole backup"},
		"backup to nowhere":      {[]string{"backup", "--data", "d", "none/b.tar.gz"}, 1, "none"},
	} {
		r := runEcrm(t, folder, nil, "", c.args...)
		if r.code != c.code {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
		if name == "nothing asked" {
			if !strings.Contains(r.out, "serve") {
				t.Errorf("%s: %q", name, r.out)
			}
			continue
		}
		if strings.Count(r.err, "\n") != 1 || !strings.HasPrefix(r.err, "ecrm: ") || !strings.Contains(r.err, c.says) || strings.Contains(r.err, "secret-word") || len(r.err) > 400 {
			t.Errorf("%s: %q", name, r.err)
		}
	}
}

func TestHelpListsCommandsInTheOrderOfTheirUse(t *testing.T) {
	r := runEcrm(t, t.TempDir(), nil, "", "help")
	if r.code != 0 {
		t.Fatalf("%d %s", r.code, r.err)
	}
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)\b.*$`).FindAllStringSubmatch(r.out[strings.Index(r.out, "Commands:"):], -1) {
		names = append(names, found[1])
	}
	const want = "serve, demo, import, export, user add, backup, restore, migrate, check, service install, service uninstall, service start, service stop, service status, version"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("%s", got)
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "help", "import"); r.code != 0 || !strings.Contains(r.out, "--dry-run") {
		t.Errorf("help import: %d %s", r.code, r.out)
	}
}
