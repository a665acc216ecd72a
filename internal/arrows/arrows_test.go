// Package arrows holds, as tests, the rules about the shape of the repository that no compiler
// checks: which package may import which, what files may be called, what may not be committed.
package arrows

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root       = "../.."
	moduleName = "ecrm/"
)

// A level is a storey of the house. A package may import packages of the levels below its own, and
// of its own level only where among is true. docs/ has the drawing and the reasons.
type level struct {
	name     string
	among    bool
	packages []string // paths inside the repository; a trailing /* stands for each folder below
}

// levels runs from the bottom up. A new package is added here, once, where it belongs.
var levels = []level{
	{"leaves: know nothing of records", true, []string{
		"internal/blob", "internal/durable", "internal/folder", "internal/secure", "internal/proxy", "internal/reach", "internal/normal", "internal/local", "internal/tabular", "internal/message", "internal/tally", "internal/paper", "internal/recur", "web", "packaging",
	}},
	{"schema: objects, fields, values", false, []string{"internal/schema"}},
	{"query: what to read, as data", false, []string{"internal/query"}},
	{"store: SQL", false, []string{"internal/store"}},
	{"policy: who may do what, as queries", false, []string{"internal/policy"}},
	{"record: the one door", false, []string{"internal/record"}},
	{"services: what modules share", true, []string{
		"internal/analysis", "internal/anniversary", "internal/assignment", "internal/attainment", "internal/audit", "internal/bulk", "internal/calendar", "internal/dedupe", "internal/demo", "internal/events", "internal/exchange", "internal/identity", "internal/jobs",
		"internal/favorite", "internal/lapse", "internal/lineitem", "internal/live", "internal/mail", "internal/notice", "internal/person", "internal/search", "internal/transfer", "internal/upkeep", "internal/view", "internal/wake", "internal/webform", "internal/workbench", "internal/workreport",
	}},
	{"modules: the business", false, []string{"internal/module/*"}},
	{"api: HTTP", false, []string{"internal/api"}},
	{"app: wiring", false, []string{"internal/app"}},
	{"commands", false, []string{"cmd/*", "bench"}},
}

// forbidden are the arrows that point down and are wrong all the same.
var forbidden = []struct{ from, to, because string }{
	{"internal/policy", "internal/store", "policy answers in queries; it never reads the database itself"},
	{"internal/api", "internal/module/*", "the API is generic over objects and knows no module by name; app hands it what it serves"},
}

// confined are imports that belong to a few rooms: whoever else needs them is doing that room's work.
var confined = []struct {
	imports []string
	to      []string
	because string
}{
	{
		imports: []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx/v5"},
		to:      []string{"internal/store", "internal/jobs", "bench"},
		because: "SQL is written in store (handed to the job library by jobs, measured against by bench); ask store for what is missing",
	},
	{
		imports: []string{"testing"},
		because: "product code must not carry the test library",
	},
}

// testOnly are packages that only tests import; their own imports are free.
var testOnly = []string{"internal/arrows", "internal/dbtest", "internal/disktest", "internal/oracle"}

// TestArrows holds the arrows over every Go file for every platform. Tests may import what they
// like: a test of policy may well prove its filters on a store.
func TestArrows(t *testing.T) {
	imports := productImports(t)
	for _, from := range slices.Sorted(maps.Keys(imports)) {
		if slices.Contains(testOnly, from) {
			continue
		}
		rank, known := rankOf(from)
		if !known {
			t.Errorf("%s is in no level of the house: add it to `levels` in internal/arrows/arrows_test.go, "+
				"as low as what it imports allows", from)
			continue
		}
		for _, imported := range imports[from] {
			if problem := wrongArrow(from, rank, imported); problem != "" {
				t.Errorf("%s imports %s: %s", from, imported, problem)
			}
		}
	}
}

// wrongArrow says what is wrong with an import, or nothing.
func wrongArrow(from string, rank int, imported string) string {
	for _, rule := range confined {
		for _, name := range rule.imports {
			if (imported == name || strings.HasPrefix(imported, name+"/")) && !matchesAny(from, rule.to) {
				return rule.because
			}
		}
	}
	to, ours := strings.CutPrefix(imported, moduleName)
	if !ours {
		return ""
	}
	if slices.Contains(testOnly, to) {
		return "it is for tests only"
	}
	for _, rule := range forbidden {
		if matches(from, rule.from) && matches(to, rule.to) {
			return rule.because
		}
	}
	toRank, known := rankOf(to)
	switch {
	case !known: // reported for the package itself
		return ""
	case toRank > rank:
		return fmt.Sprintf("arrows go down only, and this one goes up from level %q to level %q; "+
			"let the lower package declare an interface or a hook, and the upper one fill it", levels[rank].name, levels[toRank].name)
	case toRank == rank && !levels[rank].among && room(from) != room(to):
		return fmt.Sprintf("packages of level %q do not import each other: refer to the other's object by name, "+
			"call its actions through record, or move what both need down", levels[rank].name)
	}
	return ""
}

// rankOf finds the level of a package. A folder inside a room (internal/store/sqlite) has its level.
func rankOf(name string) (int, bool) {
	for rank, level := range levels {
		if matchesAny(name, level.packages) {
			return rank, true
		}
	}
	return 0, false
}

func matchesAny(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(name, pattern) })
}

func matches(name, pattern string) bool {
	if parent, each := strings.CutSuffix(pattern, "/*"); each {
		return strings.HasPrefix(name, parent+"/")
	}
	return name == pattern || strings.HasPrefix(name, pattern+"/")
}

// room is the part of a package's path that names its room: a module and the folders inside it are one.
func room(name string) string {
	parts := strings.Split(name, "/")
	depth := 2
	if strings.HasPrefix(name, "internal/module/") {
		depth = 3
	}
	return path.Join(parts[:min(depth, len(parts))]...)
}

// productImports reads the imports of all Go files but tests, by package path inside the repository.
func productImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && slices.Contains([]string{"node_modules", "testdata", "dist"}, entry.Name()) {
				return fs.SkipDir
			}
			if entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return nil
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(root, filepath.Dir(file))
			if err != nil {
				return err
			}
			name := filepath.ToSlash(folder)
			list := found[name]
			for _, spec := range parsed.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				if !slices.Contains(list, imported) {
					list = append(list, imported)
				}
			}
			found[name] = list
			return nil
		})
		if err != nil {
			t.Logf("reading %s: %v", top, err)
		}
	}
	if len(found) == 0 {
		t.Fatal("no Go files found: is the test running inside the repository?")
	}
	return found
}

// TestWrongArrowsAreSeen keeps the rules above honest.
func TestWrongArrowsAreSeen(t *testing.T) {
	for _, c := range []struct {
		from, imported string
		wrong          bool
	}{
		{"internal/store", "ecrm/internal/query", false},
		{"internal/store/sqlite", "ecrm/internal/store", false},
		{"internal/store", "ecrm/internal/record", true},
		{"internal/schema", "ecrm/internal/query", true},
		{"internal/policy", "ecrm/internal/query", false},
		{"internal/policy", "ecrm/internal/store", true},
		{"internal/transfer", "ecrm/internal/jobs", false},
		{"internal/module/quote", "ecrm/internal/module/customer", true},
		{"internal/module/quote", "ecrm/internal/module/quote/print", false},
		{"internal/module/quote", "ecrm/internal/record", false},
		{"internal/api", "ecrm/internal/module/customer", true},
		{"internal/app", "ecrm/internal/module/customer", false},
		{"internal/api", "ecrm/internal/app", true},
		{"internal/api", "database/sql", true},
		{"internal/store", "database/sql/driver", false},
		{"internal/record", "ecrm/internal/dbtest", true},
		{"internal/record", "testing", true},
		{"cmd/ecrm", "ecrm/internal/app", false},
	} {
		rank, known := rankOf(c.from)
		if !known {
			t.Errorf("%s has no level", c.from)
		}
		if problem := wrongArrow(c.from, rank, c.imported); (problem != "") != c.wrong {
			t.Errorf("%s imports %s: wrong = %v, but the answer is %q", c.from, c.imported, c.wrong, problem)
		}
	}
	if _, known := rankOf("internal/somethingnew"); known {
		t.Error("a package in no level has a rank")
	}
}
