package tabular

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
)

// dialect is how a delimited file is written.
type dialect struct {
	delim     rune // 0 is a single column
	sepLine   bool // the first line is sep=;
	backslash bool
}

var delimiters = []rune{',', '\t', ';', '|'}

// detectDialect looks at the beginning of a decoded file. whole says that it
// is the complete file.
func detectDialect(sample []byte, whole bool, name string) dialect {
	var d dialect
	if r, ok := sepLine(sample); ok {
		d.delim, d.sepLine = r, true
		d.backslash = usesBackslash(sample, r)
		return d
	}
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")))
	best := 0.0
	for _, c := range delimiters {
		if !bytes.ContainsRune(sample, c) {
			continue
		}
		sc := delimiterScore(sample, whole, c)
		switch {
		case c == '\t' && (ext == ".tsv" || ext == ".tab"), c == '|' && ext == ".psv", c == ';' && ext == ".ssv":
			sc *= 1.3
		case c == ',' && ext == ".csv":
			sc *= 1.02
		}
		if sc > best+1e-9 {
			best, d.delim = sc, c
		}
	}
	if best < 0.35 {
		d.delim = 0
	}
	d.backslash = d.delim != 0 && usesBackslash(sample, d.delim)
	return d
}

// sepLine recognises the line by which Excel is told the delimiter.
func sepLine(sample []byte) (rune, bool) {
	line := sample
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	s := strings.Trim(string(line), `"`)
	if len(s) < 5 || !strings.EqualFold(s[:4], "sep=") {
		return 0, false
	}
	rest := []rune(s[4:])
	if len(rest) != 1 {
		return 0, false
	}
	return rest[0], true
}

// delimiterScore says how well a delimiter cuts the sample into rows of equal
// width.
func delimiterScore(sample []byte, whole bool, c rune) float64 {
	s := newCSVScanner(bytes.NewReader(sample), c, false)
	widths := map[int]int{}
	var total, unclosed, last int
	for total < 400 {
		if s.next() != nil {
			break
		}
		if len(s.bounds) == 0 || len(bytes.TrimSpace(s.text)) == 0 {
			continue
		}
		if s.unclosed {
			unclosed++
		}
		last = len(s.bounds) / 2
		widths[last]++
		total++
	}
	if !whole && total > 1 && s.start >= s.end { // the last one may be cut off
		widths[last]--
		total--
	}
	if total == 0 {
		return 0
	}
	mode, count, cut := 1, 0, 0
	for w, n := range widths {
		if w > 1 {
			cut += n
			if n > count || n == count && w > mode {
				mode, count = w, n
			}
		}
	}
	if mode < 2 {
		return 0
	}
	// Rows near the usual width speak for the delimiter too.
	near := 0
	for w, n := range widths {
		if w > 1 && w != mode {
			near += n
		}
	}
	consistency := (float64(count) + 0.4*float64(near)) / float64(total)
	if total == 1 {
		consistency = 0.9
	}
	score := consistency * (1 + 0.25*math.Log2(float64(mode)))
	return score * (1 - 0.5*float64(unclosed)/float64(total))
}

// usesBackslash says whether quotes within quotes are written \" rather than "".
func usesBackslash(sample []byte, delim rune) bool {
	n := 0
	for i := 0; i < len(sample); i++ {
		k := bytes.Index(sample[i:], []byte(`\"`))
		if k < 0 {
			break
		}
		i += k + 1
		rest := sample[i+1:]
		if len(rest) == 0 || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '"' || bytes.HasPrefix(rest, []byte(string(delim))) {
			continue // may be a path that ends in a backslash
		}
		n++
	}
	return n > 0 && !bytes.Contains(sample, []byte(`""`))
}
