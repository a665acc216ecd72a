package local

import (
	"errors"
	"sync"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

var errLunar = errors.New("no such day in the lunar calendar")

// The lunar years that are known.
const (
	firstLunar = 1900
	lastLunar  = 2100
)

// lunarMonth is one month of a lunar year.
type lunarMonth struct {
	number int
	leap   bool
	days   int
	first  time.Time
}

// lunarYears keeps the months of each year that was asked for: the library works
// them out from the moon each time, in a third of a millisecond.
var lunarYears [lastLunar - firstLunar + 1]struct {
	once   sync.Once
	months []lunarMonth
}

func lunarMonths(year int) []lunarMonth {
	if year < firstLunar || year > lastLunar {
		return nil
	}
	y := &lunarYears[year-firstLunar]
	y.once.Do(func() {
		known := calendar.NewLunarYear(year).GetMonthsInYear()
		for e := known.Front(); e != nil; e = e.Next() {
			m, ok := e.Value.(*calendar.LunarMonth)
			if !ok {
				continue
			}
			first := calendar.NewSolarFromJulianDay(m.GetFirstJulianDay())
			month := lunarMonth{number: m.GetMonth(), days: m.GetDayCount(), first: Date{first.GetYear(), first.GetMonth(), first.GetDay()}.Time(time.UTC)}
			if month.number < 0 {
				month.number, month.leap = -month.number, true
			}
			y.months = append(y.months, month)
		}
	})
	return y.months
}

// LunarToSolar gives the day of a date in the lunar calendar (農曆); leap tells
// the leap month of that number (閏). Years 1900 to 2100.
func LunarToSolar(year, month, day int, leap bool) (Date, error) {
	for _, m := range lunarMonths(year) {
		if m.number == month && m.leap == leap && day >= 1 && day <= m.days {
			return DateOf(m.first.AddDate(0, 0, day-1)), nil
		}
	}
	return Date{}, errLunar
}

// SolarToLunar gives the lunar date of a day between 1900-01-31 and 2100-12-31.
func SolarToLunar(d Date) (year, month, day int, leap bool, err error) {
	if !d.Valid() {
		return 0, 0, 0, false, errLunar
	}
	at := d.Time(time.UTC)
	for year := d.Year; year >= d.Year-1; year-- {
		for _, m := range lunarMonths(year) {
			if n := int(at.Sub(m.first).Hours()) / 24; !at.Before(m.first) && n < m.days {
				return year, m.number, n + 1, m.leap, nil
			}
		}
	}
	return 0, 0, 0, false, errLunar
}

// lunarDays gives the number of days of a lunar month, 0 if there is none.
func lunarDays(year, month int, leap bool) int {
	for _, m := range lunarMonths(year) {
		if m.number == month && m.leap == leap {
			return m.days
		}
	}
	return 0
}
