// Command ecrm is the whole product in one file: the server, and the tools an
// administrator needs.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones also where the system has none

	"github.com/alecthomas/kong"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/store"
	"ecrm/internal/transfer"
)

// version is set by the build.
var version = "dev"

type place struct {
	Data     string `help:"Folder of the data." default:"./data" env:"ECRM_DATA" json:"-"`
	Database string `help:"postgres:// address; without it SQLite in the data folder." env:"ECRM_DATABASE" json:"-"`
	Files    string `help:"Folder of uploaded files, with PostgreSQL: all servers share it. Absent: a folder in the data folder." env:"ECRM_FILES" json:"-"`
	FileMB   int64  `name:"file-mb" help:"Largest file that may be uploaded, in MB." default:"50" env:"ECRM_FILE_MB" json:"-"`
}

func (p place) config() app.Config {
	return app.Config{Data: p.Data, Database: p.Database, Files: p.Files, FileLimit: p.FileMB << 20, Version: version}
}

type userAdd struct {
	place
	Login         string `required:"" help:"Login name."`
	Name          string `help:"Name; the login when absent."`
	Role          string `default:"salesperson" help:"salesperson, assistant, manager, general_manager or administrator."`
	JSON          bool   `help:"Print the user's id as one line of JSON."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input."`
}

// Run makes a user.
func (c *userAdd) Run(ctx context.Context) error { return c.run(ctx, "user add", c) }

func (c *userAdd) input() (io.ReadCloser, error) { return os.Stdin, nil }

func (c *userAdd) do(ctx context.Context, a *app.App, s folder.Streams) error {
	password, err := bufio.NewReader(s.In).ReadString('\n')
	if password = strings.TrimRight(password, "\r\n"); password == "" {
		if err == nil || errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return fmt.Errorf("read the password from standard input: %w", err)
	}
	name := c.Name
	if name == "" {
		name = c.Login
	}
	id, err := a.Identity.AddUser(ctx, policy.System(a.Records.Current.Load(), "command line"),
		record.Input{"name": name, "login": c.Login, "role": c.Role}, password, false)
	if err != nil {
		return spoken(err)
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"id": strconv.FormatInt(id, 10), "login": c.Login})
	}
	s.Say("%s may sign in\n", c.Login)
	return nil
}

type importFile struct {
	place
	Object string `default:"auto" help:"Object the rows become; auto: the one that fits the file."`
	As     string `help:"Login of the user who imports; without it the system does."`
	DryRun bool   `help:"Only say what would happen."`
	JSON   bool   `help:"Print the totals as one line of JSON."`
	Undo   int64  `help:"Take the import of this number back instead of making one."`
	Sheet  string `help:"Sheet of the workbook; without it the first that holds rows."`
	// What is detected is seldom wrong; where it is, these correct it.
	Encoding  string `help:"Encoding of the file, as big5, gb18030 or utf-8, where it is not guessed right."`
	Delimiter string `help:"What stands between the cells, where it is not guessed right."`
	HeaderRow int    `default:"-1" help:"Row with the names of the columns, 0 for none, where it is not guessed right."`
	// By default rows are known by what the file has, as in the wizard.
	Duplicates string `enum:",skip,update,update-only,create" default:"" help:"What to do with rows that exist: skip, update, create; update-only refuses those that do not. Without it what fits the file."`
	File       string `arg:"" optional:"" type:"existingfile" help:"CSV, TSV, XLSX, XLS, ODS, JSON or vCard file, or a table in a web page."`
}

// Run brings a file in, as the interface's wizard does with what it guessed.
func (c *importFile) Run(ctx context.Context) error { return c.run(ctx, "import", c) }

func (c *importFile) input() (io.ReadCloser, error) {
	if c.Undo != 0 {
		return io.NopCloser(strings.NewReader("")), nil
	}
	if c.File == "" {
		return nil, errors.New("name the file to import")
	}
	return os.Open(c.File)
}

func (c *importFile) do(ctx context.Context, a *app.App, s folder.Streams) error {
	started := time.Now()
	if c.Undo != 0 {
		job, err := a.UndoImport(ctx, c.As, c.Undo)
		if err != nil {
			return spoken(err)
		}
		for _, since := range job.Since {
			s.Warn("%s %d %q: left as it is, changed since: %s\n", since.Object, since.ID, since.Label, strings.Join(since.Fields, ", "))
		}
		s.Say("%d records looked at, %d changed since\n", job.Done, len(job.Since))
		return nil
	}
	job, err := a.ImportFile(ctx, c.As, c.Object, c.File, s.In, c.reading(), c.DryRun)
	if err != nil {
		return spoken(err)
	}
	for _, w := range job.Warnings {
		s.Warn("file: %s\n", message.In("en", w.Code, w.Params))
	}
	columns := make([]map[string]string, len(job.Columns))
	for i, column := range job.Columns {
		columns[i] = map[string]string{"header": column.Header, "field": column.Field}
		if column.Field == "" && len(column.Samples) == 0 {
			s.Warn("column %q: holds nothing, left out\n", column.Header)
		} else if column.Field == "" {
			s.Warn("column %q: fits no field, left out\n", column.Header)
		} else {
			s.Warn("column %q: %s\n", column.Header, column.Field)
		}
	}
	for _, p := range job.Problems {
		if !p.Warning {
			s.Warn("row %d, %s: refused: %s %s\n", p.Row, p.Column, message.In("en", p.Code, p.Params), p.Value)
		}
	}
	for _, g := range job.Groups {
		if g.Warning {
			// A list of another company names its people in every row.
			s.Warn("%s\n", leftOut(g))
		}
	}
	totals := map[string]any{"import": strconv.FormatInt(job.ID, 10), "rows": job.Rows, "created": job.Created, "updated": job.Updated, "skipped": job.Skipped, "failed": job.Failed, "continued": job.Continued, "warned": job.Warned, "object": job.Object, "columns": columns, "seconds": time.Since(started).Seconds()}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(totals)
	}
	continued := ""
	if job.Continued > 0 {
		continued = fmt.Sprintf(", %d more of the record before them", job.Continued)
	}
	s.Say("import %d, %d rows: %d created, %d updated, %d skipped, %d refused%s\n", job.ID, job.Rows, job.Created, job.Updated, job.Skipped, job.Failed, continued)
	return nil
}

// reading is what is said of how to read the file.
func (c *importFile) reading() transfer.Change {
	var r transfer.Change
	if c.Sheet != "" {
		r.Sheet = &c.Sheet
	}
	if c.Encoding != "" {
		r.Encoding = &c.Encoding
	}
	if c.Delimiter != "" {
		r.Delimiter = &c.Delimiter
	}
	if c.HeaderRow >= 0 {
		r.HeaderRow = &c.HeaderRow
	}
	if c.Duplicates != "" {
		r.Duplicates = &transfer.Duplicates{Rule: strings.ReplaceAll(c.Duplicates, "-", "_")}
	}
	return r
}

// leftOut tells in one line what did not come in of a column, with the first
// rows it was in.
func leftOut(g *transfer.Group) string {
	var examples []string
	for _, row := range g.Rows {
		if len(examples) == 3 {
			break
		}
		examples = append(examples, fmt.Sprintf("%d %q", row.Row, row.Value))
	}
	what := "left out: "
	if g.Kept() {
		what = ""
	}
	return fmt.Sprintf("%s, %d rows: %s%s (row %s)", g.Column, g.Count, what, message.In("en", g.Code, g.Params()), strings.Join(examples, ", "))
}

type showVersion struct {
	JSON bool `help:"Print it as one line of JSON."`
}

// Run prints the version.
func (c *showVersion) Run() error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"version": version, "schema": store.SchemaVersion, "system": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version()})
	}
	_, err := fmt.Printf("ecrm %s %s/%s\n", version, runtime.GOOS, runtime.GOARCH)
	return err
}

var commands struct {
	Serve  serve       `cmd:"" help:"Serve the product."`
	Demo   demoCompany `cmd:"" help:"Fill an empty company with made-up data."`
	Import importFile  `cmd:"" help:"Import a file."`
	Export exportFile  `cmd:"" help:"Export records into a file."`
	User   struct {
		Add userAdd `cmd:"" help:"Add a user."`
	} `cmd:"" help:"Users."`
	Backup  backupData  `cmd:"" help:"Write everything into one file, while people work."`
	Restore restoreData `cmd:"" help:"Make a data folder, and a database, of a backup."`
	Migrate migrate     `cmd:"" help:"Bring the database in step with this program; serve does so at its start."`
	Check   checkData   `cmd:"" help:"Read the whole database and tell what does not agree."`
	Service services    `cmd:"" help:"The service of the system (systemd, Windows, launchd)."`
	Version showVersion `cmd:"" help:"Print the version."`
}

const described = `The customer-relationship system in one file.

Settings also come from the environment: ECRM_DATA, ECRM_ADDR, ECRM_DATABASE, ECRM_TLS, ECRM_TRUSTED_PROXY.
Exit codes: 0 done, 1 failed, 2 wrong usage.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(slog.New(sayOnce(slog.NewTextHandler(os.Stderr, nil))))
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for what is under way
	parser, err := kong.New(&commands, kong.Name("ecrm"), kong.Description(described), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "ecrm:", err)
		os.Exit(1)
	}
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "help" {
		args = append(args[1:], "--help")
	}
	if len(args) == 0 {
		args = []string{"--help"} // what there is, and that something is missing
		parser.Exit = func(int) { os.Exit(2) }
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "ecrm: %s; `ecrm --help` tells how\n", line(err))
		os.Exit(2)
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "ecrm:", line(err))
		os.Exit(exitCode(err))
	}
}
