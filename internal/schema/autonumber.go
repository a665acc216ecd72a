package schema

import (
	"strconv"
	"strings"
)

// Year stands in the prefix of an autonumber for the year its number is drawn in.
const Year = "{year}"

// shortestNumber is how many digits numbers have where the field does not say.
const shortestNumber = 6

func (f *Field) digits() int {
	if f.Digits > 0 {
		return f.Digits
	}
	return shortestNumber
}

// Series names the counter, among those of the field, that gives the numbers of a
// year: "" where there is one for all years.
func (f *Field) Series(year int) string {
	if strings.Contains(f.Prefix, Year) {
		return strconv.Itoa(year)
	}
	return ""
}

// Numbered writes the n-th number of a series.
func (f *Field) Numbered(series string, n int64) string {
	text := strconv.FormatInt(n, 10)
	if missing := f.digits() - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	return strings.ReplaceAll(f.Prefix, Year, series) + text
}

// Ordinal reads a number that the field could have given: its series, and which of
// it it is.
func (f *Field) Ordinal(text string) (series string, n int64, ours bool) {
	if f.Type != "autonumber" {
		return "", 0, false
	}
	before, after, yearly := strings.Cut(f.Prefix, Year)
	rest, ours := strings.CutPrefix(text, before)
	if !ours {
		return "", 0, false
	}
	if yearly {
		if len(rest) < 4 {
			return "", 0, false
		}
		series, rest = rest[:4], rest[4:]
		if year, err := strconv.Atoi(series); err != nil || year < 1000 {
			return "", 0, false
		}
		if rest, ours = strings.CutPrefix(rest, after); !ours {
			return "", 0, false
		}
	}
	if len(rest) < f.digits() || len(rest) > 15 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	return series, n, err == nil && n > 0
}
