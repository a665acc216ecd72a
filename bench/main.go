// Command bench measures ECRM through HTTP, as a browser would meet it, beside two floors in the
// same run: the bare prepared SQL for the same rows on the same database, and a server that returns
// the same bytes from memory. What is left between them is ECRM's own; the ratio tells how much.
//
// It starts the server it measures, builds its data once and keeps it (see world.go), prints a
// table and writes bench/result.json. scripts/bench.sh calls it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// result is one line of the table and of result.json. Times are milliseconds.
type result struct {
	Case     string `json:"case"`
	Database string `json:"database"`
	Callers  int    `json:"callers"`
	// P50, P95 and P99 are of one call; RPS is how many calls a second all callers make together.
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
	RPS float64 `json:"rps"`
	// SQLFloor and HTTPFloor are the medians of the two floors with as many callers.
	SQLFloor  float64 `json:"sql_floor_ms"`
	HTTPFloor float64 `json:"http_floor_ms"`
	// Ratio is P50 / (SQLFloor + HTTPFloor) for one caller; for several, the time between two answers
	// by the sum of those of the floors. 0 where there is no floor.
	Ratio float64 `json:"ratio"`
	// Goal is the ratio, or value, to stay below; 0 where the case is only told.
	Goal float64 `json:"goal"`
	Met  bool    `json:"met"`
	Rows int     `json:"rows"`
	// Value is what a case measures that has no ratio, in Unit; AtLeast says that its goal is to be
	// reached rather than stayed below.
	Value   float64 `json:"value,omitempty"`
	Unit    string  `json:"unit,omitempty"`
	AtLeast bool    `json:"at_least,omitempty"`
	// Before is the ratio of the program it is compared with, in the same run.
	Before float64 `json:"ratio_before,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// report is result.json.
type report struct {
	Machine   string    `json:"machine"`
	Commit    string    `json:"commit"`
	At        time.Time `json:"at"`
	Customers int       `json:"customers"`
	Cases     []result  `json:"cases"`
}

type options struct {
	program string
	// before is another program measured in the same rounds; "": none.
	before    string
	cache     string
	postgres  string
	customers int
	only      *regexp.Regexp
	spell     time.Duration
	// databases are those measured; of the others the last result is kept.
	databases []string
	// long is how long people are watched beside a long work.
	long time.Duration
	// sizes are companies of which one is asked the same, to see how times grow.
	sizes   []int
	callers []int
	// history is where the ratios of former runs stand; keep adds this one.
	history string
	keep    bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "floor" {
		serveFloor()
		return
	}
	var o options
	var only, out string
	flag.StringVar(&o.program, "program", "bin/ecrm", "the server to measure")
	flag.StringVar(&o.before, "before", "", "another program, measured in the same rounds to compare with")
	flag.StringVar(&o.cache, "cache", ".cache/bench", "where the data is kept between runs")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("ECRM_TEST_POSTGRES"), "address of a PostgreSQL in which databases may be made; empty: SQLite only")
	flag.IntVar(&o.customers, "customers", 1_000_000, "how many customers; twice as many activities go with them")
	flag.StringVar(&only, "only", "", "measure cases whose name matches this expression")
	flag.DurationVar(&o.spell, "spell", 1500*time.Millisecond, "how long each case is measured")
	flag.StringVar(&out, "out", "bench/result.json", "where the result is written")
	flag.DurationVar(&o.long, "long", time.Minute, "how long people are watched beside a long work")
	databases := flag.String("databases", "sqlite,postgres", "which are measured; what the last result says of the others is kept")
	sizes := flag.String("growth", "", "sizes of companies asked the same, to see how times grow: 10000,100000")
	flag.StringVar(&o.history, "history", "bench/history.jsonl", "the ratios of former runs, with which this one is compared")
	flag.BoolVar(&o.keep, "keep", false, "add this run to the history")
	callers := flag.String("callers", "1,8", "by how many callers each case is measured")
	flag.Parse()
	o.callers, o.sizes = numbers("callers", *callers), numbers("growth", *sizes)
	o.only = regexp.MustCompile(only)
	o.databases = strings.Split(*databases, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// numbers reads a list of numbers.
func numbers(name, list string) []int {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		switch {
		case text == "":
		case err != nil || n < 1:
			fmt.Fprintf(os.Stderr, "bench: -%s wants numbers such as 1,8\n", name)
			os.Exit(2)
		default:
			all = append(all, n)
		}
	}
	return all
}

func run(ctx context.Context, o options, out string) error {
	whole := report{Machine: machine(), Commit: commit(), At: time.Now().UTC().Truncate(time.Second), Customers: o.customers}
	for _, database := range []string{"sqlite", "postgres"} {
		if !slices.Contains(o.databases, database) {
			whole.Cases = slices.Concat(whole.Cases, measuredOn(database, out, o.customers))
			continue
		}
		if database == "postgres" && o.postgres == "" {
			continue
		}
		cases, err := measure(ctx, o, database)
		if err != nil {
			return fmt.Errorf("%s: %w", database, err)
		}
		grown, err := growth(ctx, o, database)
		if err != nil {
			return fmt.Errorf("%s: %w", database, err)
		}
		whole.Cases = slices.Concat(whole.Cases, cases, grown)
	}
	earlier, err := lastOf(o.history, whole)
	if err != nil {
		return err
	}
	show(whole, earlier)
	if err := os.MkdirAll(filepath.Dir(out), 0o750); err != nil {
		return err
	}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, append(text, '\n'), 0o600); err != nil {
		return err
	}
	if !o.keep {
		return nil
	}
	return remember(o.history, whole)
}

// measuredOn are the cases of a database in the result of a former run, if it had as many customers.
func measuredOn(database, file string, customers int) []result {
	var last report
	text, err := os.ReadFile(file) //nolint:gosec // the bench's own result
	if err != nil || json.Unmarshal(text, &last) != nil || last.Customers != customers {
		return nil
	}
	return slices.DeleteFunc(last.Cases, func(r result) bool { return r.Database != database })
}

// verdict says whether the goal is met, "" where there is none.
func (r result) verdict() string {
	switch {
	case r.Goal == 0:
		return ""
	case r.Met:
		return "met"
	}
	return "missed"
}

// aim is the goal in words.
func (r result) aim() string {
	switch {
	case r.Goal == 0:
		return ""
	case r.AtLeast:
		return fmt.Sprintf("≥ %.0f %s", r.Goal, r.Unit)
	case r.Unit != "":
		return fmt.Sprintf("≤ %.0f %s", r.Goal, r.Unit)
	}
	return fmt.Sprintf("≤ %.1f", r.Goal)
}

// show prints the table; earlier are the ratios of the run before.
func show(r report, earlier map[string]float64) {
	fmt.Printf("\n%s, %s, %d customers\n\n", r.Machine, r.Commit, r.Customers)
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...any) { _, _ = fmt.Fprintln(w, fmt.Sprintf(strings.Repeat("%v\t", len(cells)), cells...)) }
	line("case", "database", "callers", "rows", "p50 ms", "p95", "p99", "calls/s", "SQL", "HTTP", "before", "ratio or value", "goal", "", "", "")
	missed := 0
	for _, c := range r.Cases {
		some := func(format string, v float64) string {
			if v == 0 {
				return ""
			}
			return fmt.Sprintf(format, v)
		}
		value := some("%.2f", c.Ratio)
		if c.Unit != "" {
			value = fmt.Sprintf("%.1f %s", c.Value, c.Unit)
		}
		if c.verdict() == "missed" {
			missed++
		}
		line(c.Case, c.Database, c.Callers, c.Rows, some("%.2f", c.P50), some("%.2f", c.P95), some("%.2f", c.P99), some("%.0f", c.RPS), some("%.2f", c.SQLFloor), some("%.2f", c.HTTPFloor),
			some("%.2f", c.Before), value, c.aim(), c.verdict(), c.against(earlier), c.Note)
	}
	_ = w.Flush()
	fmt.Printf("\n%d lines, %d goals missed\n", len(r.Cases), missed)
}

func machine() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), name, runtime.GOOS)
}

func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
