package local

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// clock reads what timeTail found: hour, minute, second, fraction, half of the
// day before or after, zone.
var clock = regexp.MustCompile(`(?i)^(?:T|日)?\s*(?:at\s+)?(上午|下午|凌晨|清晨|早上|中午|晚上|am|pm)?\s*(\d{1,2})\s*[:時时点點]\s*(\d{1,2})?\s*[分]?(?::?\s*(\d{1,2})(?:[.,](\d{1,9}))?\s*秒?)?\s*(?:([ap]\.?m\.?)(?:$|[\s(,]+|\b))?\s*(.*)$`)

var offset = regexp.MustCompile(`(?i)^(?:Z|UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?$`)

// zoneHours gives the abbreviations that mean one thing. CST is missing: it is
// China's time to our users and Chicago's to American files.
var zoneHours = map[string]float64{
	"Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "UT": 0,
	"PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CDT": -5, "EST": -5, "EDT": -4, "AKST": -9, "AKDT": -8, "HST": -10,
	"CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
	"HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}

// ParseDateTime reads a date with or without time and zone. Without a zone it is
// the time in loc; without a time it is midnight there. conv decides between
// readings of the date as in ParseDateAs.
func ParseDateTime(s string, loc *time.Location, conv Convention) (time.Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	fail := func() (time.Time, error) { return time.Time{}, fmt.Errorf("no date and time: %.60q", s) }
	if len(s) > 200 {
		return fail()
	}
	text := ordered(narrow(s))
	if number.MatchString(text) {
		if t, ok := numberTime(text, loc, conv); ok {
			return t, nil
		}
	}
	at := timeTail.FindStringIndex(text)
	day, ok := ParseDateAs(text, conv, DateOptions{Location: loc, Prefer: conv})
	if !ok || day.Year == 0 {
		return fail()
	}
	if at == nil || at[0] == 0 {
		return day.Time(loc), nil
	}
	m := clock.FindStringSubmatch(text[at[0]:])
	if m == nil {
		return fail()
	}
	hour, minute, second := atoi(m[2]), atoi(m[3]), atoi(m[4])
	nanos := 0
	if m[5] != "" {
		nanos = atoi((m[5] + "000000000")[:9])
	}
	switch half := strings.ToLower(strings.ReplaceAll(m[1]+m[6], ".", "")); half {
	case "pm", "下午", "晚上", "中午":
		if hour < 12 && (half != "中午" || hour < 10) {
			hour += 12
		}
	case "am", "上午", "凌晨", "清晨", "早上":
		if hour == 12 {
			hour = 0
		}
	}
	if hour > 24 || minute > 59 || second > 60 || hour == 24 && minute+second > 0 {
		return fail()
	}
	zone, ok := zoneOf(strings.TrimSpace(m[7]), loc)
	if !ok {
		return time.Time{}, fmt.Errorf("unknown time zone %.40q in %.60q", m[7], s)
	}
	return time.Date(day.Year, time.Month(day.Month), day.Day, hour, minute, second, nanos, zone), nil
}

// numberTime reads serial numbers and Unix times with their time of day.
func numberTime(s string, loc *time.Location, conv Convention) (time.Time, bool) {
	list := readDate(s, DateOptions{Location: loc, Prefer: conv})
	if len(list) == 0 {
		return time.Time{}, false
	}
	value, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return time.Time{}, false
	}
	first := list[0]
	for _, r := range list {
		if r.Convention == conv {
			first = r
		}
	}
	switch first.Convention {
	case Serial:
		seconds := int(math.Round((value - math.Floor(value)) * 86400))
		d := first.Date
		return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, seconds, 0, loc), true
	case Unix:
		whole, fraction := math.Modf(value)
		return time.Unix(int64(whole), int64(fraction*1e6)*1e3).In(loc), true
	case UnixMilli:
		return time.UnixMilli(int64(value)).In(loc), true
	}
	return time.Time{}, false
}

func zoneOf(s string, loc *time.Location) (*time.Location, bool) {
	s = strings.Trim(s, "()[] ")
	if s == "" {
		return loc, true
	}
	if m := offset.FindStringSubmatch(s); m != nil {
		hours, minutes := atoi(m[2]), atoi(m[3])
		if hours > 14 || minutes > 59 {
			return nil, false
		}
		seconds := hours*3600 + minutes*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), true
	}
	upper := strings.ToUpper(s)
	if hours, ok := zoneHours[upper]; ok {
		return time.FixedZone(upper, int(hours*3600)), true
	}
	switch upper {
	case "CST":
		if _, here := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).Zone(); here == 8*3600 {
			return loc, true
		}
		return time.FixedZone("CST", -6*3600), true
	case "台北標準時間", "台北时间", "台灣時間", "北京时间", "北京時間", "中国标准时间":
		return time.FixedZone("", 8*3600), true
	}
	// A name of the time zone database; anything with dots or blanks is no such name.
	if strings.ContainsRune(s, '/') && !strings.ContainsAny(s, ". \\") {
		if zone, err := time.LoadLocation(s); err == nil {
			return zone, true
		}
	}
	return nil, false
}
