package local

import (
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string // convention:date, all readings in order
	}{
		{"2026-11-23", "iso:2026-11-23"}, {"2026/11/23", "iso:2026-11-23"}, {"2026.1.3", "iso:2026-01-03"}, {"20261123", "iso:2026-11-23"},
		{"19501229", "iso:1950-12-29"}, {"2026年11月23日", "iso:2026-11-23"}, {"２０２６／１１／２３", "iso:2026-11-23"}, {"2026年1月3號 (五)", "iso:2026-01-03"},
		{"二〇二六年十一月二十三日", "iso:2026-11-23"}, {"民國一一四年一月二十三日", "roc:2025-01-23"}, {"民國114年1月23日", "roc:2025-01-23"},
		{"中華民國 99 年 1 月 5 日", "roc:2010-01-05"}, {"民國元年1月1日", "roc:1912-01-01"}, {"民國前1年5月1日", "roc:1911-05-01"}, {"114年1月23日", "roc:2025-01-23"},
		{"民114.1.23", "roc:2025-01-23"}, {"民國1140123", "roc:2025-01-23"}, {"114/1/23", "roc:2025-01-23"}, {"114.1.23", "roc:2025-01-23"}, {"114-01-23", "roc:2025-01-23"},
		{"1140123", "roc:2025-01-23"}, {"990105", "roc:2010-01-05"}, {"0990105", "roc:2010-01-05"}, {"99/1/5", "roc:2010-01-05"}, {"0114/01/23", "roc:2025-01-23"},
		{"23.11.2026", "dmy:2026-11-23"}, {"11/23/2026", "mdy:2026-11-23"}, {"23/11/2026", "dmy:2026-11-23"}, {"3/4/2026", "mdy:2026-03-04 dmy:2026-04-03"},
		{"3.4.2026", "dmy:2026-04-03 mdy:2026-03-04"}, {"September 15, 2014 5:59:48 PM", "month-name:2014-09-15"}, {"15 Sep 2014", "month-name:2014-09-15"},
		{"15-Sep-14", "month-name:2014-09-15"}, {"Sept. 5th, 2014", "month-name:2014-09-05"}, {"Mon, 15 Sep 2014 10:20:30 +0800", "month-name:2014-09-15"}, {"2014-Sep-15", "month-name:2014-09-15"},
		{"45000", "serial:2023-03-15"}, {"45000.5", "serial:2023-03-15"}, {"1410829188", "unix:2014-09-16"}, {"1410829188000", "unix-milli:2014-09-16"},
		{"--11-23", "iso:--11-23"}, {"11月23日", "iso:--11-23"}, {"11/23", "mdy:--11-23"}, {"2/29", "mdy:--02-29"}, {"Sep 15", "month-name:--09-15"},
		{"2026-11-23T10:20:30Z", "iso:2026-11-23"}, {"2026/11/23 上午 10:20", "iso:2026-11-23"}, {"2026年11月23日10時20分", "iso:2026-11-23"},
		{"10/11/12", "mdy:2012-10-11 dmy:2012-11-10 roc:1921-11-12"}, {"2026-02-30", ""}, {"2026-07/14", ""}, {"", ""}, {"abc", ""}, {"13/13/2026", ""}, {"2009\\7\\14", ""},
		{"2026/13/1", ""}, {"0912-345-678", ""}, {"99999999", ""}, {"12", ""}, {"23112026", "dmy:2026-11-23"}, {"星期五 2026/1/2", "iso:2026-01-02"},
	} {
		got := ""
		for i, r := range ParseDate(c.in, DateOptions{}) {
			if i > 0 {
				got += " "
			}
			got += string(r.Convention) + ":" + r.Date.String()
		}
		if got != c.want {
			t.Errorf("ParseDate(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got := ParseDate("3/4/2026", DateOptions{Prefer: DMY}); got[0].Convention != DMY || len(got) != 2 {
		t.Error(got)
	}
	if got := ParseDate("12/1/5", DateOptions{Prefer: ROC}); got[0].Date != (Date{1923, 1, 5}) {
		t.Error(got)
	}
}

func TestDecideColumn(t *testing.T) {
	for _, c := range []struct {
		samples   []string
		best      Convention
		ambiguous bool
	}{
		{[]string{"3/4/2026", "23/4/2026", "1/2/2026"}, DMY, false},
		{[]string{"3/4/2026", "4/23/2026"}, MDY, false},
		{[]string{"3/4/2026", "1/2/2026"}, MDY, true},
		{[]string{"4/4/2026"}, MDY, false},
		{[]string{"114/1/23", "99/2/3", "113/12/31"}, ROC, false},
		{[]string{"1140123", "990105", ""}, ROC, false},
		{[]string{"10/1/23", "114/1/5"}, ROC, false},
		{[]string{"2026-01-02", "3/4/2026", "23/4/2026"}, DMY, false},
		{[]string{"2026-01-02", "2026-01-03"}, ISO, false},
		{[]string{"45000", "45001"}, Serial, false},
		{[]string{"none", ""}, "", false},
	} {
		best, readings, ambiguous := DecideColumn(c.samples)
		if best != c.best || ambiguous != c.ambiguous {
			t.Errorf("DecideColumn(%q) = %s, %v, %v", c.samples, best, readings, ambiguous)
		}
	}
	if d, ok := ParseDateAs("2026-01-02", DMY, DateOptions{}); !ok || d != (Date{2026, 1, 2}) {
		t.Error(d, ok)
	}
	if d, ok := ParseDateAs("3/4/2026", DMY, DateOptions{}); !ok || d != (Date{2026, 4, 3}) {
		t.Error(d, ok)
	}
}

func TestParseDateTime(t *testing.T) {
	taipei := time.FixedZone("", 8*3600)
	for in, want := range map[string]string{
		"2001-01-01T00:00:00.000-0800":           "2001-01-01T08:00:00Z",
		"2010-10-14T12:23:34Z":                   "2010-10-14T12:23:34Z",
		"01/02/2010 08:00:00 GMT+08:00":          "2010-01-02T00:00:00Z",
		"10/14/2010 12:23 PM PST":                "2010-10-14T20:23:00Z",
		"07/15/2009 02:14:45+0800":               "2009-07-14T18:14:45Z",
		"07/13/2009T22:14:45-0800":               "2009-07-14T06:14:45Z",
		"2009-07-14T14:14:45+02:00":              "2009-07-14T12:14:45Z",
		"2010-10-14T12:00:00.000Z-0300":          "2010-10-14T15:00:00Z",
		"2026-11-23":                             "2026-11-22T16:00:00Z",
		"2026/11/23 下午 3:05":                     "2026-11-23T07:05:00Z",
		"2026/11/23 上午 12:05:06":                 "2026-11-22T16:05:06Z",
		"2026年11月23日 15時05分":                     "2026-11-23T07:05:00Z",
		"September 15, 2014 5:59:48 PM":          "2014-09-15T09:59:48Z",
		"Mon, 15 Sep 2014 10:20:30 +0000":        "2014-09-15T10:20:30Z",
		"1410829188":                             "2014-09-16T00:59:48Z",
		"1410829188500":                          "2014-09-16T00:59:48.5Z",
		"45000.5":                                "2023-03-15T04:00:00Z",
		"114/1/23 10:20":                         "2025-01-23T02:20:00Z",
		"2026-01-02 10:20 CST":                   "2026-01-02T02:20:00Z",
		"2026-01-02 10:20 America/New_York":      "2026-01-02T15:20:00Z",
		"2026-01-02T10:20:30.123456789Z":         "2026-01-02T10:20:30.123456789Z",
		"2026-01-02 10:20 p.m.":                  "2026-01-02T14:20:00Z",
		"２０２６／０１／０２　１０：２０":                       "2026-01-02T02:20:00Z",
		"2026-01-02 24:00":                       "2026-01-02T16:00:00Z",
		"20261123 10:20":                         "2026-11-23T02:20:00Z",
		"2026-01-02T10:20:30+08:00[Asia/Taipei]": "",
		"2009\\7\\14 22:14:45+0800":              "",
		"2009-07/14 02:14:45-0800":               "",
		"2026-01-02 25:00":                       "",
		"2026-01-02 10:20 Mars/Olympus":          "",
		"10:20":                                  "",
		"11/23 10:20":                            "",
	} {
		got, err := ParseDateTime(in, taipei, "")
		text := ""
		if err == nil {
			text = got.UTC().Format(time.RFC3339Nano)
		}
		if text != want {
			t.Errorf("ParseDateTime(%q) = %q, %v, want %q", in, text, err, want)
		}
	}
}

func TestFormatROC(t *testing.T) {
	for d, want := range map[Date]string{{2025, 1, 23}: "民國114年1月23日", {1911, 5, 1}: "民國前1年5月1日", {0, 5, 1}: "5月1日"} {
		if got := FormatROC(d); got != want {
			t.Error(got, want)
		}
		if d.Year != 0 {
			if back := ParseDate(want, DateOptions{}); len(back) != 1 || back[0].Date != d {
				t.Error(back)
			}
		}
	}
}

func TestLunar(t *testing.T) {
	for _, c := range []struct {
		y, m, d int
		leap    bool
		want    string
	}{
		{2024, 1, 1, false, "2024-02-10"}, {2023, 2, 1, true, "2023-03-22"}, {2025, 8, 15, false, "2025-10-06"}, {2025, 6, 1, true, "2025-07-25"}, {1990, 12, 30, false, "1991-02-14"},
	} {
		got, err := LunarToSolar(c.y, c.m, c.d, c.leap)
		if err != nil || got.String() != c.want {
			t.Errorf("%v: %v %v", c, got, err)
			continue
		}
		if y, m, d, leap, err := SolarToLunar(got); err != nil || y != c.y || m != c.m || d != c.d || leap != c.leap {
			t.Error(y, m, d, leap, err)
		}
	}
	for _, bad := range [][3]int{{2024, 13, 1}, {2024, 0, 1}, {1800, 1, 1}, {2024, 1, 31}, {2024, 1, 0}} {
		if _, err := LunarToSolar(bad[0], bad[1], bad[2], false); err == nil {
			t.Error(bad)
		}
	}
	if _, err := LunarToSolar(2024, 2, 1, true); err == nil {
		t.Error("2024 has no leap month")
	}
	for _, c := range []struct {
		b    Birthday
		from Date
		want string
	}{
		{Birthday{Month: 2, Day: 29}, Date{2025, 1, 1}, "2025-02-28"}, {Birthday{Month: 2, Day: 29}, Date{2024, 2, 29}, "2024-02-29"},
		{Birthday{Month: 1, Day: 5}, Date{2025, 1, 6}, "2026-01-05"}, {Birthday{Month: 8, Day: 15, Lunar: true}, Date{2025, 10, 6}, "2025-10-06"},
		{Birthday{Month: 12, Day: 20, Lunar: true}, Date{2025, 1, 1}, "2025-01-19"}, {Birthday{Month: 2, Day: 3, Lunar: true, Leap: true}, Date{2023, 3, 1}, "2023-03-24"},
		{Birthday{Month: 2, Day: 3, Lunar: true, Leap: true}, Date{2024, 1, 1}, "2024-03-12"},
	} {
		if got, err := NextBirthday(c.b, c.from); err != nil || got.String() != c.want {
			t.Errorf("%+v from %v: %v %v", c.b, c.from, got, err)
		}
	}
}

func FuzzDates(f *testing.F) {
	for _, s := range []string{"114/1/23", "2026-11-23T10:20Z", "民國一百一十四年", "十", "Sep 15", "45000.5", "1e9", "99999999999999999999", "--", "日 10:20", "9999-12-31 23:59:60"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range ParseDate(s, DateOptions{}) {
			if !r.Date.Valid() {
				t.Fatal(r)
			}
		}
		DecideColumn([]string{s, "3/4/2026"})
		_, _ = ParseDateTime(s, nil, "")
	})
}
