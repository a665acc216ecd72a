package arrows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// statements are how the statements begin that the product sends to a database.
var statements = []string{"SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH ", "CREATE TABLE ", "CREATE INDEX ", "ALTER TABLE ", "DROP "}

// SQL is written in one place, for both databases: a statement elsewhere is for a method
// of the store.
func TestOnlyTheStoreSpeaksSQL(t *testing.T) {
	for _, name := range repositoryFiles(t) {
		product := strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "cmd/")
		if !product || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			strings.HasPrefix(name, "internal/store/") || strings.HasPrefix(name, "internal/dbtest/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, begin := range statements {
				if strings.HasPrefix(strings.TrimSpace(text), begin) {
					t.Errorf("%s writes SQL, which belongs into internal/store: %.60s", name, text)
				}
			}
			return true
		})
	}
}
