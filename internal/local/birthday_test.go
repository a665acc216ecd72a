package local

import (
	"slices"
	"testing"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

func TestLunarTablesAgreeWithTheLibrary(t *testing.T) {
	for at := time.Date(1900, 1, 31, 0, 0, 0, 0, time.UTC); at.Year() <= 2100; at = at.AddDate(0, 0, 17) {
		l := calendar.NewSolarFromYmd(at.Year(), int(at.Month()), at.Day()).GetLunar()
		year, month, day, leap, err := SolarToLunar(DateOf(at))
		if leap {
			month = -month
		}
		if err != nil || year != l.GetYear() || month != l.GetMonth() || day != l.GetDay() {
			t.Fatalf("%s is %d-%d-%d (%v), the library says %d-%d-%d", at.Format(time.DateOnly), year, month, day, err, l.GetYear(), l.GetMonth(), l.GetDay())
		}
		if back, err := LunarToSolar(year, max(month, -month), day, leap); err != nil || back != DateOf(at) {
			t.Fatalf("%s comes back as %v, %v", at.Format(time.DateOnly), back, err)
		}
	}
}

func TestBirthdaysAreReadAsPeopleAndFilesHaveThem(t *testing.T) {
	today := Date{2026, 11, 26}
	for in, want := range map[string]string{
		"1990-05-01": "1990-05-01", "1990/5/1": "1990-05-01", "19900501": "1990-05-01", "--05-01": "--05-01", "--0501": "--05-01", "1604-04-12": "--04-12", "5/1": "--05-01", "12/25": "--12-25", "25/12": "--12-25", "12-25": "--12-25",
		"5月1日": "--05-01", "１２月２５日": "--12-25", "五月一日": "--05-01", "民國79年5月1日": "1990-05-01", "79/5/1": "1990-05-01", "0790501": "1990-05-01", "790501": "1990-05-01", "國曆 79.5.1": "1990-05-01", "May 1, 1990": "1990-05-01", "May 1": "--05-01", "1 May": "--05-01",
		"2/29": "--02-29", "1990-05-01T00:00:00Z": "1990-05-01", "阳历1990年5月1日": "1990-05-01",
		"農曆八月十五": "lunar:--08-15", "农历闰四月初三": "lunar:--04-03:leap", "八月十五": "lunar:--08-15", "正月初一": "lunar:--01-01", "臘月廿三": "lunar:--12-23", "冬月十一": "lunar:--11-11", "農曆8/15": "lunar:--08-15", "農曆 8月15日": "lunar:--08-15", "8/15(農曆)": "lunar:--08-15",
		"農曆1990年八月十五": "lunar:1990-08-15", "農曆民國79年八月十五": "lunar:1990-08-15", "农历1990/8/15": "lunar:1990-08-15", "陰曆79/8/15": "lunar:1990-08-15", "農曆1990年閏五月初三": "lunar:1990-05-03:leap", "1990年閏五月初三": "lunar:1990-05-03:leap", "閏六月三十": "lunar:--06-30:leap", "十二月三十": "lunar:--12-30",
		"lunar 8/15": "lunar:--08-15", "lunar 1990/5/3 leap": "lunar:1990-05-03:leap", "lunar:--04-03:leap": "lunar:--04-03:leap", "lunar:1990-08-15": "lunar:1990-08-15", "農曆二〇〇〇年二月初二": "lunar:2000-02-02", "農曆十月二十": "lunar:--10-20",
		"": "", "abc": "", "13/40": "", "1990-02-30": "", "農曆1990年閏四月初三": "", "農曆九月三十一": "", "農曆": "", "2090-01-01": "", "41000": "", "lunar:--13-01": "", "--02-30": "",
	} {
		b, _, err := ParseBirthday(in, today)
		got := ""
		if err == nil {
			got = b.String()
		}
		if got != want {
			t.Errorf("%q is read as %q (%v), want %q", in, got, err, want)
		}
	}
	if _, both, err := ParseBirthday("5/6/79", today); err == nil || len(both) < 2 {
		t.Errorf("5/6/79 is read as %v, %v", both, err)
	}
}

func TestBirthdaysAreWrittenSoThatTheyAreReadBack(t *testing.T) {
	for _, b := range []Birthday{
		{1990, 5, 1, false, false}, {0, 2, 29, false, false}, {0, 8, 15, true, false}, {1990, 5, 3, true, true}, {0, 4, 30, true, true}, {0, 1, 1, true, false}, {0, 12, 20, true, false}, {0, 11, 11, true, false}, {0, 10, 10, true, false}, {2001, 12, 29, true, false}, {0, 2, 21, true, false}, {1850, 12, 31, false, false},
	} {
		for _, locale := range []string{"zh-TW", "zh-CN", "en"} {
			text := b.Format(locale)
			if back, _, err := ParseBirthday(text, Date{2026, 1, 1}); err != nil || back != b {
				t.Errorf("%v is written %q and read back as %v, %v", b, text, back, err)
			}
		}
		if back, ok := KeptBirthday(b.String()); !ok || back != b {
			t.Errorf("%v is kept as %q and comes back as %v", b, b.String(), back)
		}
	}
	if got := (Birthday{0, 4, 3, true, true}).Format("zh-CN"); got != "农历闰四月初三" {
		t.Error(got)
	}
}

func TestDaysKnowWhoseBirthdayTheyAre(t *testing.T) {
	var all []Birthday
	for month := 1; month <= 12; month++ {
		for day := 1; day <= 31; day++ {
			for _, b := range []Birthday{{Month: month, Day: day}, {Month: month, Day: day, Lunar: true}, {Month: month, Day: day, Lunar: true, Leap: true}} {
				if b.Valid() {
					all = append(all, b)
				}
			}
		}
	}
	// 2023 has a leap second month, 2025 a leap sixth; 2024 has a 29 February.
	for at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2026; at = at.AddDate(0, 0, 1) {
		day := DateOf(at)
		keys := Celebrated(day)
		for _, b := range all {
			next, err := NextBirthday(b, day)
			if today := err == nil && next == day; today != slices.Contains(keys, b.Key()) {
				t.Fatalf("%s: %s is next celebrated on %s (%v), the keys of the day are %v", day, b, next, err, keys)
			}
		}
	}
}

func TestOtherCalendarOfABirthday(t *testing.T) {
	from := Date{2026, 11, 26}
	for in, want := range map[string]string{"1990-05-23": "lunar:1990-04-29", "lunar:1990-05-03:leap": "1990-06-25", "lunar:--08-15": "--09-15", "--12-25": "lunar:--11-17"} {
		b, ok := KeptBirthday(in)
		other, known := b.Other(from)
		if !ok || !known || other.String() != want {
			t.Errorf("%s is %s in the other calendar, want %s", in, other, want)
		}
	}
}
