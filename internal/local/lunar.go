package local

import (
	"errors"

	"github.com/6tail/lunar-go/calendar"
)

var errLunar = errors.New("no such day in the lunar calendar")

// LunarToSolar gives the day of a date in the lunar calendar (農曆); leap tells
// the leap month of that number (閏). Years 1900 to 2100.
func LunarToSolar(year, month, day int, leap bool) (Date, error) {
	if days := lunarDays(year, month, leap); day < 1 || day > days {
		return Date{}, errLunar
	}
	if leap {
		month = -month
	}
	s := calendar.NewLunarFromYmd(year, month, day).GetSolar()
	return Date{s.GetYear(), s.GetMonth(), s.GetDay()}, nil
}

// SolarToLunar gives the lunar date of a day between 1900-01-31 and 2100-12-31.
func SolarToLunar(d Date) (year, month, day int, leap bool, err error) {
	if !d.Valid() || d.Year < 1900 || d.Year > 2100 || d.Year == 1900 && d.Month == 1 && d.Day < 31 {
		return 0, 0, 0, false, errLunar
	}
	l := calendar.NewSolarFromYmd(d.Year, d.Month, d.Day).GetLunar()
	month = l.GetMonth()
	if month < 0 {
		return l.GetYear(), -month, l.GetDay(), true, nil
	}
	return l.GetYear(), month, l.GetDay(), false, nil
}

// lunarDays gives the number of days of a lunar month, 0 if there is none.
func lunarDays(year, month int, leap bool) int {
	if year < 1900 || year > 2100 || month < 1 || month > 12 {
		return 0
	}
	if leap {
		month = -month
	}
	m := calendar.NewLunarYear(year).GetMonth(month)
	if m == nil {
		return 0
	}
	return m.GetDayCount()
}

// Birthday is a day that comes back every year.
type Birthday struct {
	Month, Day int
	Lunar      bool // a day of the lunar calendar
	Leap       bool // in its leap month; celebrated in the plain month of years without it
}

// NextBirthday gives the first celebration on or after a day. 29 February falls
// on the 28th in common years, and a lunar 30th on the 29th of a short month.
func NextBirthday(b Birthday, from Date) (Date, error) {
	if !from.Valid() || from.Year == 0 || b.Month < 1 || b.Month > 12 || b.Day < 1 || b.Day > 31 {
		return Date{}, errLunar
	}
	if !b.Lunar {
		if !(Date{Month: b.Month, Day: b.Day}).Valid() {
			return Date{}, errLunar
		}
		for year := from.Year; year <= from.Year+1; year++ {
			d := Date{year, b.Month, min(b.Day, daysIn(year, b.Month))}
			if !before(d, from) {
				return d, nil
			}
		}
	}
	// A lunar year begins in January or February: the one before may still hold the day.
	for year := from.Year - 1; year <= from.Year+1; year++ {
		leap := b.Leap && lunarDays(year, b.Month, true) > 0
		days := lunarDays(year, b.Month, leap)
		d, err := LunarToSolar(year, b.Month, min(b.Day, days), leap)
		if err == nil && !before(d, from) {
			return d, nil
		}
	}
	return Date{}, errLunar
}

func before(a, b Date) bool {
	if a.Year != b.Year {
		return a.Year < b.Year
	}
	if a.Month != b.Month {
		return a.Month < b.Month
	}
	return a.Day < b.Day
}
