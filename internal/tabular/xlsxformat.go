package tabular

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// numFormat is what matters of a number format: how a person reads the value.
type numFormat struct {
	kind  formatKind
	zeros int // digits of a format such as 0000000000
	// mask is a format such as 0000-000-000, by which numbers are shown as phone
	// numbers and codes; above the limit it is the other one.
	mask, above string
	limit       float64
}

type formatKind uint8

const (
	formatNumber formatKind = iota
	formatDate
	formatTime
	formatDateTime
	formatElapsed // [h]:mm
	formatPercent
	formatZeros
	formatMask
)

// formatOf judges a built-in or custom number format.
func formatOf(id int, code string) numFormat {
	if code != "" {
		return parseFormat(code)
	}
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58, id >= 71 && id <= 74:
		return numFormat{kind: formatDate}
	case id == 22, id == 81:
		return numFormat{kind: formatDateTime}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
		return numFormat{kind: formatTime}
	case id == 46:
		return numFormat{kind: formatElapsed}
	case id == 9, id == 10:
		return numFormat{kind: formatPercent}
	}
	return numFormat{}
}

// parseFormat reads a format code as far as needed: date, time, percent,
// leading zeros.
func parseFormat(code string) numFormat {
	if f, ok := maskFormat(code); ok {
		return f
	}
	var plain strings.Builder // the code without literals
	elapsed := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			if k := strings.IndexByte(code[i+1:], '"'); k >= 0 {
				i += k + 1
			} else {
				i = len(code)
			}
		case '\\', '_', '*':
			i++
		case '[':
			k := strings.IndexByte(code[i:], ']')
			if k < 0 {
				i = len(code)
				continue
			}
			in := strings.ToLower(code[i+1 : i+k])
			if in != "" && strings.Trim(in, "h") == "" || in != "" && strings.Trim(in, "m") == "" || in != "" && strings.Trim(in, "s") == "" {
				elapsed = true
				plain.WriteString(in)
			}
			i += k
		case ';':
			i = len(code)
		default:
			plain.WriteByte(c)
		}
	}
	p := strings.ToLower(plain.String())
	if strings.Contains(p, "general") || strings.Contains(p, "@") || strings.Contains(p, "g/通用") {
		return numFormat{}
	}
	p = strings.NewReplacer("am/pm", "h", "a/p", "h", "上午/下午", "h", "ss.000", "s", "ss.00", "s", "ss.0", "s", "s.0", "s").Replace(p)
	if strings.ContainsAny(p, "0#?") {
		switch {
		case strings.Contains(p, "%"):
			return numFormat{kind: formatPercent}
		case len(p) > 1 && strings.Trim(p, "0") == "":
			return numFormat{kind: formatZeros, zeros: len(p)}
		}
		return numFormat{}
	}
	date := strings.ContainsAny(p, "yde") || strings.Contains(p, "aaa") || strings.Contains(p, "gg") || strings.Contains(p, "m") && !strings.ContainsAny(p, "hs")
	clock := strings.ContainsAny(p, "hs")
	switch {
	case elapsed && !date:
		return numFormat{kind: formatElapsed}
	case date && clock:
		return numFormat{kind: formatDateTime}
	case date:
		return numFormat{kind: formatDate}
	case clock:
		return numFormat{kind: formatTime}
	}
	return numFormat{}
}

var (
	reMaskLimit = regexp.MustCompile(`^\[<=(\d+)\]`)
)

// maskFormat recognises formats that put a number's digits into places.
func maskFormat(code string) (numFormat, bool) {
	sections := strings.Split(code, ";")
	f := numFormat{kind: formatMask}
	if m := reMaskLimit.FindStringSubmatch(sections[0]); m != nil && len(sections) > 1 {
		var ok bool
		if f.limit, ok = parseLimit(m[1]); !ok {
			return f, false
		}
		if f.above, ok = maskOf(sections[1]); !ok {
			return f, false
		}
		sections[0] = sections[0][len(m[0]):]
	}
	var ok bool
	f.mask, ok = maskOf(sections[0])
	return f, ok
}

func parseLimit(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// maskOf is the mask of one section: # and 0 stand for digits, digits in quotes
// are written with an escape byte before them.
func maskOf(section string) (string, bool) {
	var b strings.Builder
	digits, quoted, marks := 0, false, false
	literal := func(s string) bool {
		for _, r := range s {
			switch {
			case r >= '0' && r <= '9':
				b.WriteByte('\x1b')
				b.WriteRune(r)
				quoted = true
			case r == '-' || r == ' ' || r == '(' || r == ')':
				b.WriteRune(r)
				marks = marks || r != ' ' && digits > 0
			default:
				return false
			}
		}
		return true
	}
	for i := 0; i < len(section); i++ {
		c := section[i]
		var in string
		switch c {
		case '0', '#':
			b.WriteByte(c)
			digits++
			continue
		case '"':
			k := strings.IndexByte(section[i+1:], '"')
			if k < 0 {
				return "", false
			}
			in = section[i+1 : i+1+k]
			i += k + 1
		case '\\':
			if i++; i >= len(section) {
				return "", false
			}
			in = section[i : i+1]
		case '[':
			k := strings.IndexByte(section[i:], ']')
			if k < 0 || !strings.HasPrefix(section[i:], "[$-") {
				return "", false
			}
			i += k
			continue
		default:
			in = string(c)
			if c >= '1' && c <= '9' {
				return "", false
			}
		}
		if !literal(in) {
			return "", false
		}
	}
	return b.String(), digits > 0 && (quoted || marks && digits > 4)
}

// masked writes the digits of a number into the places of a mask, from the
// right.
func masked(mask, digits string) string {
	places := 0
	for i := 0; i < len(mask); i++ {
		switch mask[i] {
		case '\x1b':
			i++
		case '0', '#':
			places++
		}
	}
	var b strings.Builder
	missing := places - len(digits)
	next, seen := 0, 0
	for i := 0; i < len(mask); i++ {
		switch c := mask[i]; c {
		case '\x1b':
			i++
			b.WriteByte(mask[i])
		case '0', '#':
			if seen == 0 && missing < 0 {
				b.WriteString(digits[:-missing])
				next = -missing
			}
			if seen++; seen <= missing {
				if c == '0' {
					b.WriteByte('0')
				}
				continue
			}
			b.WriteByte(digits[next])
			next++
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimLeft(b.String(), "- ")
}

// numberCell makes a cell of the number a workbook stores.
func numberCell(raw string, f numFormat, from1904 bool) Cell {
	raw = strings.TrimSpace(raw)
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return TextCell(raw)
	}
	switch f.kind {
	case formatDate, formatDateTime, formatTime, formatElapsed:
		if c, ok := dateCell(v, f.kind, from1904); ok {
			return c
		}
	case formatPercent:
		return Cell{Text: numberText("", v*100) + "%", Kind: KindNumber, Number: v}
	case formatMask:
		mask := f.mask
		if f.above != "" && v > f.limit {
			mask = f.above
		}
		if t := numberText(raw, v); strings.Trim(t, "0123456789") == "" {
			return Cell{Text: masked(mask, t), Kind: KindNumber, Number: v}
		}
	case formatZeros:
		t := numberText(raw, v)
		if n := f.zeros - len(t); n > 0 && !strings.ContainsAny(t, "-.e") {
			t = strings.Repeat("0", n) + t
		}
		return Cell{Text: t, Kind: KindNumber, Number: v}
	}
	return Cell{Text: numberText(raw, v), Kind: KindNumber, Number: v}
}

// numberText writes a number as a person typed it: whole numbers whole, no
// noise of binary fractions.
func numberText(raw string, v float64) string {
	digits := strings.TrimPrefix(raw, "-")
	if raw != "" && len(digits) <= 17 && strings.Trim(digits, "0123456789") == "" && digits != "" {
		if v == 0 && len(digits) == 1 {
			return "0"
		}
		return raw
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v+0, 'f', 0, 64)
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		r = v
	}
	if a := math.Abs(r); a >= 1e21 || a < 1e-9 && a > 0 {
		return strconv.FormatFloat(r, 'g', -1, 64)
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}

// excelTime turns a serial number into a wall clock time.
func excelTime(v float64, from1904 bool) (time.Time, bool) {
	if v < 0 || v >= 2958466 {
		return time.Time{}, false
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case v < 60:
		base = base.AddDate(0, 0, 1) // Excel believes in 29 February 1900
	}
	days := math.Floor(v)
	ms := math.Round((v - days) * 86400e3)
	// Binary fractions are off by less than a millisecond of the second meant.
	if r := math.Round(ms/1000) * 1000; math.Abs(ms-r) <= 2 {
		ms = r
	}
	return base.AddDate(0, 0, int(days)).Add(time.Duration(ms) * time.Millisecond), true
}

func dateCell(v float64, kind formatKind, from1904 bool) (Cell, bool) {
	t, ok := excelTime(v, from1904)
	if !ok {
		return Cell{}, false
	}
	c := Cell{Kind: KindDate, Number: v, Time: t}
	clock := "15:04"
	if t.Second() != 0 {
		clock = "15:04:05"
	}
	switch kind {
	case formatDate:
		if v < 1 {
			return Cell{}, false
		}
		c.Text = t.Format("2006-01-02")
	case formatDateTime:
		c.Text = t.Format("2006-01-02 15:04:05")
	case formatTime:
		c.Text = t.Format(clock)
	default:
		m := int(math.Round(v * 86400))
		c.Text = strconv.Itoa(m/3600) + t.Format(clock)[2:]
	}
	return c, true
}

// isoCell reads a t="d" cell.
func isoCell(s string) Cell {
	s = strings.TrimSpace(s)
	for _, f := range []struct {
		layout string
		day    bool
	}{{"2006-01-02T15:04:05.999999999Z07:00", false}, {"2006-01-02T15:04:05.999999999", false}, {"2006-01-02T15:04", false}, {"2006-01-02", true}} {
		if t, err := time.Parse(f.layout, s); err == nil {
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
			out := "2006-01-02 15:04:05"
			if f.day || t.Hour()+t.Minute()+t.Second() == 0 {
				out = "2006-01-02"
			}
			return Cell{Text: t.Format(out), Kind: KindDate, Time: t}
		}
	}
	return TextCell(s)
}

// unescapeX resolves the _x000D_ escapes of workbook strings.
func unescapeX(s string) string {
	i := strings.Index(s, "_x")
	if i < 0 {
		return s
	}
	var b strings.Builder
	for ; i >= 0; i = strings.Index(s, "_x") {
		if len(s) >= i+7 && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 32); err == nil && (n < 0xD800 || n > 0xDFFF) {
				b.WriteString(s[:i])
				if n != 0 {
					b.WriteRune(rune(n))
				}
				s = s[i+7:]
				continue
			}
		}
		b.WriteString(s[:i+2])
		s = s[i+2:]
	}
	b.WriteString(s)
	return b.String()
}
