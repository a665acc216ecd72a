package tabular

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// headerGuess is where the names of the columns are.
type headerGuess struct {
	row       int // row number, 0 for none
	second    int // row number of a second header line, 0 for none
	preamble  [][]string
	firstData int // rows below this number are preamble
	// stacked says that the two lines together are the names: groups above, what
	// is in them below.
	stacked bool
}

// headRow is a copy of one of the first rows.
type headRow struct {
	number int
	cells  []string
	kinds  []CellKind
}

func (h headRow) text(i int) string {
	if i < len(h.cells) {
		return strings.TrimSpace(h.cells[i])
	}
	return ""
}

func (h headRow) filled() int {
	n := 0
	for i := range h.cells {
		if h.text(i) != "" {
			n++
		}
	}
	return n
}

// extent is the number of cells up to the last filled one.
func (h headRow) extent() int {
	for i := len(h.cells); i > 0; i-- {
		if h.text(i-1) != "" {
			return i
		}
	}
	return 0
}

// guessHeader looks at the first rows of a table.
func guessHeader(head []headRow, mode HeaderMode) headerGuess {
	var rows []headRow
	for _, h := range head {
		if h.filled() > 0 {
			rows = append(rows, h)
		}
	}
	switch {
	case mode == HeaderNone || len(rows) == 0:
		return headerGuess{}
	case mode > 0:
		g := headerGuess{row: int(mode)}
		for i, h := range rows {
			if h.number < g.row {
				g.preamble = append(g.preamble, trimRow(h))
			}
			if h.number == g.row {
				g.below(rows[i:])
			}
		}
		return g
	}
	at := headerCandidate(rows)
	if at > 0 && stackedHeader(rows[at-1:]) {
		at--
	}
	g := headerGuess{}
	for _, h := range rows[:at] {
		g.preamble = append(g.preamble, trimRow(h))
	}
	if at > 0 || looksLikeHeader(rows[at], rows[at+1:]) {
		g.row = rows[at].number
		g.below(rows[at:])
		if at > 0 && !looksLikeHeader(rows[at], rows[at+1:]) && dataShare(rows[at]) > 0.34 {
			// Lines above, but no line of names: the first full row is data.
			g.row, g.second, g.stacked = 0, 0, false
			g.firstData = rows[at].number
		}
	}
	return g
}

// below looks what the line below the header is.
func (g *headerGuess) below(rows []headRow) {
	if g.stacked = stackedHeader(rows); g.stacked {
		g.second = rows[1].number
		return
	}
	g.second = secondHeader(rows)
}

// stackedHeader says whether the first two rows name the columns together, as
// with cells merged over several columns (聯絡人 over 姓名 and 電話) and over both
// rows: each row names what the other leaves open.
func stackedHeader(rows []headRow) bool {
	if len(rows) < 3 {
		return false
	}
	h, second := rows[0], rows[1]
	if second.number != h.number+1 || h.filled() < 2 || second.filled() < 2 {
		return false
	}
	groups, both, known, open := 0, 0, 0, 0
	below := map[string]bool{}
	for i := range max(h.extent(), second.extent()) {
		a, b := h.text(i), second.text(i)
		switch {
		case dataLike(a), dataLike(b), a == "" && b == "", i == 0 && a == "":
			return false
		case a == "":
			groups++
		case b != "":
			both++
		default:
			open++
		}
		if b != "" && knownHeader(b) {
			known++
		}
		if b != "" && below[b] {
			open++
		}
		below[b] = true
	}
	// A row of data with holes fits as well: its cells are no names. Where the
	// second row tells all columns apart by itself, the first is a title.
	return open > 0 && groups > 0 && both > 0 && known*2 >= second.filled()
}

// stackNames joins the names of groups and of what is in them.
func stackNames(above, below []string) []string {
	out := make([]string, max(len(above), len(below)))
	group := ""
	for i := range out {
		a, b := "", ""
		if i < len(above) {
			a = strings.TrimSpace(above[i])
		}
		if i < len(below) {
			b = strings.TrimSpace(below[i])
		}
		if a != "" {
			group = a
		}
		switch {
		case b == "":
			out[i] = a
		case group == "" || strings.HasPrefix(b, group):
			out[i] = b
		default:
			out[i] = group + " " + b
			if hanEnds(group) && hanEnds(b) {
				out[i] = group + b
			}
		}
	}
	return out
}

func hanEnds(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func trimRow(h headRow) []string {
	out := make([]string, 0, h.extent())
	for i := range h.extent() {
		out = append(out, h.text(i))
	}
	return out
}

// headerCandidate is the index of the first row that is as wide as the table:
// rows above it are a title or notes.
func headerCandidate(rows []headRow) int {
	counts := map[int]int{}
	for _, h := range rows {
		counts[h.extent()]++
	}
	width, most := 1, 0
	for w, n := range counts {
		if n > most || n == most && w > width {
			width, most = w, n
		}
	}
	for i, h := range rows {
		if i > 20 || width < 3 && i > 0 && width < 2 {
			break
		}
		f := h.filled()
		if f*2 > width || f*2 == width && width > 2 && f > 1 {
			// A wide row of two cells in a table of three is a header; one
			// lonely cell is not.
			if f > 1 || width == 1 {
				return i
			}
		}
	}
	return 0
}

var (
	reNumber = regexp.MustCompile(`^[-+(]?[$€¥£NT]{0,3}\s?[0-9０-９][0-9０-９.,'\s]*%?\)?$`)
	reDate   = regexp.MustCompile(`^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?([T ].*)?$|^(民國|民国)\s*\d+`)
	reMail   = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	reURL    = regexp.MustCompile(`(?i)^(https?://|www\.)\S+$`)
	rePhone  = regexp.MustCompile(`^\+?[0-9(][0-9()\-\s.#x~]{5,}$`)
)

// dataLike says whether a text is a value rather than the name of a column.
func dataLike(s string) bool {
	if s == "" || len(s) > 200 {
		return len(s) > 200
	}
	if c := s[0]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return reMail.MatchString(s) || reURL.MatchString(s) || isBoolWord(s)
	}
	return reNumber.MatchString(s) || reDate.MatchString(s) || reMail.MatchString(s) || rePhone.MatchString(s)
}

func isBoolWord(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "null", "n/a":
		return true
	}
	return false
}

func dataShare(h headRow) float64 {
	n := 0
	for i := range h.cells {
		if t := h.text(i); t != "" && (dataLike(t) || i < len(h.kinds) && (h.kinds[i] == KindNumber || h.kinds[i] == KindDate || h.kinds[i] == KindBool)) {
			n++
		}
	}
	if f := h.filled(); f > 0 {
		return float64(n) / float64(f)
	}
	return 0
}

// shape is a coarse picture of a text: runs of letters, digits and others with
// their lengths.
func shape(s string) string {
	var b strings.Builder
	var last byte
	n := 0
	put := func() {
		if n > 0 {
			b.WriteByte(last)
			b.WriteString(strconv.Itoa(n))
		}
	}
	for _, r := range s {
		c := byte('o')
		switch {
		case unicode.IsDigit(r):
			c = 'd'
		case unicode.Is(unicode.Han, r):
			c = 'h'
		case unicode.IsLetter(r):
			c = 'a'
		}
		if c != last {
			put()
			last, n = c, 0
		}
		n++
	}
	put()
	return b.String()
}

// looksLikeHeader weighs whether a row names columns or is data like the rows
// below.
func looksLikeHeader(h headRow, below []headRow) bool {
	share := dataShare(h)
	known, long := 0, 0
	seen := map[string]bool{}
	repeats := 0
	for i := range h.cells {
		t := h.text(i)
		if t == "" {
			continue
		}
		if knownHeader(t) {
			known++
		}
		if utf8.RuneCountInString(t) > 80 {
			long++
		}
		if seen[t] {
			repeats++
		}
		seen[t] = true
	}
	f := h.filled()
	if known >= 2 && known*3 >= f || known == 1 && f <= 2 && share == 0 {
		return true
	}
	if share > 0.34 || share > 0 && f <= 2 && known == 0 {
		return false
	}
	score := 0.5 + 0.5*float64(known) - 3*share*float64(f)/2 - float64(long)
	if len(below) > 50 {
		below = below[:50]
	}
	for i := range h.cells {
		score += columnEvidence(h, below, i)
	}
	_ = repeats
	return score > 0
}

// columnEvidence compares the top cell of a column with the cells below it:
// positive where it is of another kind, negative where it is one of them.
func columnEvidence(h headRow, below []headRow, i int) float64 {
	t := h.text(i)
	if t == "" {
		return 0
	}
	var n, data, same, sameShape int
	first := shape(t)
	oneShape := true
	lastShape := ""
	for _, r := range below {
		v := r.text(i)
		if v == "" {
			continue
		}
		n++
		if dataLike(v) || i < len(r.kinds) && r.kinds[i] == KindNumber {
			data++
		}
		if v == t {
			same++
		}
		sh := shape(v)
		if sh == first {
			sameShape++
		}
		if lastShape != "" && sh != lastShape {
			oneShape = false
		}
		lastShape = sh
	}
	switch {
	case n == 0:
		return 0
	case same > 0:
		return -1
	case data*2 > n:
		if dataLike(t) {
			return -1.5
		}
		return 1
	case n >= 3 && oneShape && sameShape == n:
		return -0.6
	case n >= 3 && oneShape:
		return 0.6
	}
	return 0.05
}

// secondHeader looks whether the row below the header is one more line of
// names: text where the columns hold numbers and dates, usually in the other
// language.
func secondHeader(rows []headRow) int {
	if len(rows) < 4 {
		return 0
	}
	h, second, rest := rows[0], rows[1], rows[2:]
	if second.number != h.number+1 || second.filled()*10 < h.filled()*7 || h.filled() < 3 {
		return 0
	}
	typed, odd, textual := 0, 0, 0
	for i := range h.cells {
		v := second.text(i)
		if v == "" {
			continue
		}
		if dataLike(v) || strings.ContainsFunc(v, unicode.IsDigit) && len(v) < 12 {
			odd++
		}
		n, data := 0, 0
		for _, r := range rest {
			if t := r.text(i); t != "" {
				n++
				if dataLike(t) {
					data++
				}
			}
		}
		if n >= 2 && data*4 >= n*3 {
			typed++
			if !dataLike(v) {
				textual++
			}
		}
	}
	if odd == 0 && typed >= 2 && textual == typed && otherScript(h, second) {
		return second.number
	}
	return 0
}

// otherScript says whether one row is mostly Han and the other has none.
func otherScript(a, b headRow) bool {
	return hanShare(a) > 0.5 && hanShare(b) < 0.1 || hanShare(b) > 0.5 && hanShare(a) < 0.1
}

func hanShare(h headRow) float64 {
	n := 0
	for i := range h.cells {
		if strings.ContainsFunc(h.cells[i], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			n++
		}
	}
	if f := h.filled(); f > 0 {
		return float64(n) / float64(f)
	}
	return 0
}
