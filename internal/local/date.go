package local

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the calendar. Year 0 is a day without a year, as in a
// birthday.
type Date struct {
	Year  int
	Month int
	Day   int
}

// String gives 2006-01-02, or --01-02 without a year (as in a vCard).
func (d Date) String() string {
	if d.Year == 0 {
		return fmt.Sprintf("--%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero tells whether the date is none.
func (d Date) IsZero() bool { return d == Date{} }

// Valid tells whether there is such a day; 29 February without a year is one.
func (d Date) Valid() bool {
	year := d.Year
	if year == 0 {
		year = 2000
	}
	return year >= 1 && year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= daysIn(year, d.Month)
}

// Time gives midnight of the day in a zone.
func (d Date) Time(loc *time.Location) time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, loc)
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// DateOf is the day of an instant in its zone.
func DateOf(t time.Time) Date { return Date{t.Year(), int(t.Month()), t.Day()} }

// FormatROC gives the date in the Republic's calendar, 民國114年1月23日; before
// 1912 民國前1年; without a year 1月23日.
func FormatROC(d Date) string {
	switch {
	case d.Year == 0:
		return fmt.Sprintf("%d月%d日", d.Month, d.Day)
	case d.Year < 1912:
		return fmt.Sprintf("民國前%d年%d月%d日", 1912-d.Year, d.Month, d.Day)
	}
	return fmt.Sprintf("民國%d年%d月%d日", d.Year-1911, d.Month, d.Day)
}

// Convention names a way of writing dates.
type Convention string

// The conventions.
const (
	ISO       Convention = "iso"        // year first, four digits: 2026-11-23, 2026/11/23, 20261123, 2026年11月23日
	ROC       Convention = "roc"        // year of the Republic first: 114/1/23, 1140123, 民國114年1月23日
	DMY       Convention = "dmy"        // 23/11/2026
	MDY       Convention = "mdy"        // 11/23/2026
	MonthName Convention = "month-name" // 15 Sep 2014, September 15, 2014
	Serial    Convention = "serial"     // Excel's days since 1899-12-30
	Unix      Convention = "unix"       // seconds since 1970
	UnixMilli Convention = "unix-milli" // milliseconds since 1970
)

// DateOptions decides between readings.
type DateOptions struct {
	Prefer   Convention     // the reading put first where there are several
	Location *time.Location // for Unix times; nil is UTC
	Pivot    int            // years 00..Pivot of two digits are 20xx, the others 19xx; 0 is 68
}

// DateReading is one way to read a date.
type DateReading struct {
	Convention Convention
	Date       Date
}

var (
	timeTail   = regexp.MustCompile(`(?i)(?:T|\s+|日)\s*(?:at\s+|上午|下午|凌晨|清晨|早上|中午|晚上|am|pm)?\s*\d{1,2}\s*[:時时点點]\s*\d{0,2}.*$`)
	weekday    = regexp.MustCompile(`(?i)[(,\s]*(?:星期|週|周|禮拜|礼拜)[一二三四五六日天][)\s]*|\([一二三四五六日]\)|\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[.,]?`)
	threeParts = regexp.MustCompile(`^(-?\d{1,4})\s*([-/.])\s*(\d{1,2})\s*([-/.])\s*(\d{1,4})\.?$`)
	twoParts   = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})\.?$`)
	chinese    = regexp.MustCompile(`^(中華民國|中华民国|民國|民国|民|西元|公元|roc|r\.o\.c\.)?\s*(前)?\s*(?:(\d{1,4}|元)\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日號号]?$`)
	rocMark    = regexp.MustCompile(`(?i)^(?:中華民國|中华民国|民國|民国|民|roc|r\.o\.c\.)\s*(\d{1,3})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})$`)
	rocDigits  = regexp.MustCompile(`^(?:中華民國|中华民国|民國|民国|民)\s*(\d{6,7})$`)
	dayFirst   = regexp.MustCompile(`(?i)^(\d{1,2})(?:st|nd|rd|th)?[\s\-./]*([a-z]{3,9})\.?,?[\s\-./]*(\d{4}|\d{2})?$`)
	monthFirst = regexp.MustCompile(`(?i)^([a-z]{3,9})\.?[\s\-./]*(\d{1,2})(?:st|nd|rd|th)?(?:[\s,\-./]+(\d{4}|'?\d{2}))?$`)
	yearFirst  = regexp.MustCompile(`(?i)^(\d{4})[\s\-./]*([a-z]{3,9})[\s\-./]*(\d{1,2})$`)
	yearless   = regexp.MustCompile(`^--(\d{2})-?(\d{2})$`)
	number     = regexp.MustCompile(`^\d+(?:\.\d*)?$`)
)

// ParseDate gives every plausible reading of a date, the preferred one first;
// nothing if it is none. A time after the date and the day of the week are left
// aside. A reading is plausible if there is such a day and the year is one that
// people write: of the Republic 1 to 200, by serial number 1954 to 2119, by Unix
// time 1973 to 2099.
func ParseDate(s string, opt DateOptions) []DateReading {
	if len(s) > 200 {
		return nil
	}
	return readDate(bareDate(ordered(narrow(s))), opt)
}

// yearBehind is how Unix and Java write a moment: Thu Sep 18 17:00:00 PDT 2014.
var yearBehind = regexp.MustCompile(`(?i)^(?:[a-z]{3} )?([a-z]{3}) +(\d{1,2}) (\d{2}:\d{2}:\d{2})((?: [a-z]{2,5}| [+-]\d{4}| [a-z]{3}[+-]\d{2}:?\d{2})?) (\d{4})$`)

// ordered puts the year before the time.
func ordered(s string) string {
	return yearBehind.ReplaceAllString(strings.TrimSpace(s), "$1 $2 $5 $3$4")
}

// bareDate drops the time and the day of the week, and reads Chinese numerals.
func bareDate(s string) string {
	if at := timeTail.FindStringIndex(s); at != nil && at[0] > 0 {
		if strings.HasPrefix(s[at[0]:], "日") {
			at[0] += len("日")
		}
		s = s[:at[0]]
	}
	s = weekday.ReplaceAllString(s, " ")
	return strings.TrimSpace(strings.Trim(arabic(strings.TrimSpace(s)), ","))
}

func readDate(s string, opt DateOptions) []DateReading {
	var out []DateReading
	add := func(c Convention, y, m, d int) {
		date := Date{y, m, d}
		if !date.Valid() {
			return
		}
		r := DateReading{c, date}
		if c == opt.Prefer {
			out = append([]DateReading{r}, out...)
		} else {
			out = append(out, r)
		}
	}
	roc := func(y, m, d int) {
		if y >= 1 && y <= 200 {
			add(ROC, y+1911, m, d)
		}
	}
	switch {
	case s == "":
	case number.MatchString(s):
		readNumber(s, opt, add, roc)
	case chinese.MatchString(s):
		m := chinese.FindStringSubmatch(s)
		year, month, day := atoi(m[3]), atoi(m[4]), atoi(m[5])
		if m[3] == "元" {
			year = 1
		}
		republic := m[1] != "" && m[1] != "西元" && m[1] != "公元"
		switch {
		case m[2] != "" && republic:
			add(ROC, 1912-year, month, day)
		case m[3] == "":
			add(ISO, 0, month, day)
		case republic:
			roc(year, month, day)
		case year < 100 && m[1] == "":
			roc(year, month, day)
			add(ISO, century(year, opt), month, day)
		case year < 1000 && m[1] == "":
			roc(year, month, day)
		default:
			add(ISO, year, month, day)
		}
	case rocMark.MatchString(s):
		m := rocMark.FindStringSubmatch(s)
		roc(atoi(m[1]), atoi(m[2]), atoi(m[3]))
	case rocDigits.MatchString(s):
		digits := rocDigits.FindStringSubmatch(s)[1]
		n := len(digits)
		roc(atoi(digits[:n-4]), atoi(digits[n-4:n-2]), atoi(digits[n-2:]))
	case threeParts.MatchString(s):
		m := threeParts.FindStringSubmatch(s)
		if m[2] == m[4] && m[1][0] != '-' {
			readThree(m[1], m[3], m[5], m[2], opt, add, roc)
		}
	case yearless.MatchString(s):
		m := yearless.FindStringSubmatch(s)
		add(ISO, 0, atoi(m[1]), atoi(m[2]))
	case twoParts.MatchString(s):
		m := twoParts.FindStringSubmatch(s)
		add(MDY, 0, atoi(m[1]), atoi(m[3]))
		add(DMY, 0, atoi(m[3]), atoi(m[1]))
	default:
		readMonthName(s, opt, add)
	}
	return out
}

// readThree reads three numbers with the same separator between them.
func readThree(a, b, c, separator string, opt DateOptions, add func(Convention, int, int, int), roc func(int, int, int)) {
	x, y, z := atoi(a), atoi(b), atoi(c)
	switch {
	case len(a) == 4 && len(c) <= 2:
		if x < 1000 { // 0114/01/23
			roc(x, y, z)
			return
		}
		add(ISO, x, y, z)
	case len(a) == 3 && len(c) <= 2:
		roc(x, y, z)
	case len(a) <= 2 && len(c) == 4:
		dmyFirst := separator == "." // 23.11.2026 is how DMY countries write; others do not
		if dmyFirst {
			add(DMY, z, y, x)
		}
		add(MDY, z, x, y)
		if !dmyFirst {
			add(DMY, z, y, x)
		}
	case len(a) <= 2 && len(c) <= 2:
		if x > 31 || len(a) == 2 && x > 12 && y <= 12 && z > 0 && z <= 31 && opt.Prefer == ROC {
			roc(x, y, z)
		}
		if len(c) == 2 {
			add(MDY, century(z, opt), x, y)
			add(DMY, century(z, opt), y, x)
		}
		if x <= 31 {
			roc(x, y, z)
		}
	}
}

// readNumber reads dates written as one number.
func readNumber(s string, opt DateOptions, add func(Convention, int, int, int), roc func(int, int, int)) {
	whole, fraction, hasFraction := strings.Cut(s, ".")
	loc := opt.Location
	if loc == nil {
		loc = time.UTC
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return
	}
	part := func(from, to int) int { return atoi(whole[from:to]) }
	if !hasFraction || strings.Trim(fraction, "0") == "" {
		switch len(whole) {
		case 8:
			if y := part(0, 4); y >= 1000 && y <= 2999 {
				add(ISO, y, part(4, 6), part(6, 8))
			} else if y >= 1 && y <= 200 && whole[0] == '0' {
				roc(y, part(4, 6), part(6, 8))
			}
			if y := part(4, 8); y >= 1900 && y <= 2199 {
				add(DMY, y, part(2, 4), part(0, 2))
				add(MDY, y, part(0, 2), part(2, 4))
			}
		case 7:
			roc(part(0, 3), part(3, 5), part(5, 7))
		case 6:
			roc(part(0, 2), part(2, 4), part(4, 6))
		}
	}
	switch {
	case n >= 20000 && n < 80500:
		t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n))
		add(Serial, t.Year(), int(t.Month()), t.Day())
	case len(whole) >= 9 && len(whole) <= 10 && n >= 1e8 && n < 4102444800:
		d := DateOf(time.Unix(n, 0).In(loc))
		add(Unix, d.Year, d.Month, d.Day)
	case len(whole) >= 12 && len(whole) <= 13 && n >= 1e11 && n < 4102444800000:
		d := DateOf(time.UnixMilli(n).In(loc))
		add(UnixMilli, d.Year, d.Month, d.Day)
	}
}

func readMonthName(s string, opt DateOptions, add func(Convention, int, int, int)) {
	year := func(text string) int {
		text = strings.TrimPrefix(text, "'")
		if len(text) == 2 {
			return century(atoi(text), opt)
		}
		return atoi(text)
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		add(MonthName, year(m[3]), monthNumber(m[2]), atoi(m[1]))
	} else if m := monthFirst.FindStringSubmatch(s); m != nil {
		add(MonthName, year(m[3]), monthNumber(m[1]), atoi(m[2]))
	} else if m := yearFirst.FindStringSubmatch(s); m != nil {
		add(MonthName, atoi(m[1]), monthNumber(m[2]), atoi(m[3]))
	}
}

func monthNumber(name string) int {
	name = strings.ToLower(name)
	if name == "sept" {
		return 9
	}
	for m := time.January; m <= time.December; m++ {
		if full := strings.ToLower(m.String()); name == full || name == full[:3] {
			return int(m)
		}
	}
	return 0
}

func century(year int, opt DateOptions) int {
	pivot := opt.Pivot
	if pivot == 0 {
		pivot = 68
	}
	if year <= pivot {
		return 2000 + year
	}
	return 1900 + year
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
