package tabular

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// TestHostileQuotesAreFast holds the recovery from bad quotes to linear time.
func TestHostileQuotesAreFast(t *testing.T) {
	for name, unit := range map[string]string{
		"stray":            `"a`,
		"stray and cells":  `"a"a,`,
		"opened":           "\"a,\n",
		"opened elsewhere": "a,\"b\n",
		"doubled":          `""`,
		"blank and quote":  ` "`,
		"crossing":         "\"a\nb\"c\n",
		"backslashes":      `\"`,
		"formula":          `="a`,
		"lone CR":          "a,\"\r",
	} {
		for _, delim := range []rune{',', NoDelimiter} {
			for _, backslash := range []bool{false, true} {
				text := strings.Repeat(unit, (2<<20)/len(unit))
				s := newCSVScanner(bytes.NewReader([]byte(text)), delim, backslash)
				began := time.Now()
				for {
					if err := s.next(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("%s, delimiter %q: %v for 2 MB", name, delim, took)
				} else if testing.Verbose() {
					t.Log(name, took)
				}
			}
		}
	}
}
