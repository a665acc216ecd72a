package arrows

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// vagueName matches files and folders named after nothing: what they hold belongs to a room with a name.
var vagueName = regexp.MustCompile(`(?i)(^|[/_.-])(utils?|utilities|helpers?|common|managers?|misc)([/_.-]|$)`)

// machinePath matches paths that exist on the machine of whoever wrote the line and nowhere else.
// It is put together so that it does not match itself.
var machinePath = regexp.MustCompile(`(^|[\s"'` + "`" + `=:(])/` + `(work|root|Users/[a-z]+)/[a-z.]`)

// downloadAddress matches what npm writes into lock files unless omit-lockfile-registry-resolved is set.
var downloadAddress = regexp.MustCompile(`"resolved": ` + `*"http`)

// TestRepository holds over every file that is, or is about to be, in git.
func TestRepository(t *testing.T) {
	for _, name := range repositoryFiles(t) {
		if vagueName.MatchString(name) {
			t.Errorf("%s: call it by what it holds, or put that where it belongs", name)
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted and not yet committed
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.IndexByte(string(content[:min(len(content), 8000)]), 0) >= 0 {
			continue // a picture or a font
		}
		isLock := strings.HasSuffix(name, "package-lock.json")
		for number, line := range strings.Split(string(content), "\n") {
			if machinePath.MatchString(line) {
				t.Errorf("%s:%d: a path of one machine: %s", name, number+1, strings.TrimSpace(line))
			}
			if isLock && downloadAddress.MatchString(line) {
				t.Errorf("%s:%d: a download address; its folder needs an .npmrc with omit-lockfile-registry-resolved=true, "+
					"then: rm -rf node_modules package-lock.json && npm install", name, number+1)
				break
			}
		}
	}
}

// repositoryFiles lists the files git knows, and the new ones it would take.
func repositoryFiles(t *testing.T) []string {
	t.Helper()
	command := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Skipf("not a git checkout: %v", err)
	}
	return strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
}

func TestRulesOfRepositorySeeWhatTheyShould(t *testing.T) {
	for text, want := range map[string]bool{
		"internal/utils/text.go": true, "web/src/helpers.ts": true, "internal/x/string_utils.go": true,
		"internal/common/a.go": true, "web/src/commonNames.ts": false, "internal/module/manager.go": true,
		"docs/management.md": false, "web/src/community.ts": false,
	} {
		if vagueName.MatchString(text) != want {
			t.Errorf("vague name %q: want %v", text, want)
		}
	}
	for text, want := range map[string]bool{
		`open("/` + `work/main/x")`: true, "/" + "root/.cache": true, "https://host/" + "work/x": false,
		"a /" + "workshop/x": false, "GET /api/" + "work/orders": false,
	} {
		if machinePath.MatchString(text) != want {
			t.Errorf("machine path %q: want %v", text, want)
		}
	}
	if !downloadAddress.MatchString(`"resolved": ` + `"https://registry/x.tgz"`) {
		t.Error("a download address was not seen")
	}
}
