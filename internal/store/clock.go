package store

import (
	"fmt"
	"strings"
	"time"

	"ecrm/internal/schema"
)

// Clocks change; what lies outside these years is grouped by the offset that
// held at their edge.
const (
	firstYear = 2000
	lastYear  = 2050
)

// localTime writes the microseconds since 1970 that clocks show at an instant where the
// asker lives.
func (c *compiler) localTime(column string) string {
	zone := c.asker.Zone()
	at := time.Date(firstYear, 1, 1, 0, 0, 0, 0, zone)
	var cases strings.Builder
	offset := 0
	for at.Year() <= lastYear {
		_, offset = at.Zone()
		_, until := at.ZoneBounds()
		if until.IsZero() {
			break
		}
		if !until.After(at) { // the rules beyond a zone's table end each year at its last day
			at = at.AddDate(0, 0, 1)
			continue
		}
		fmt.Fprintf(&cases, " WHEN %s < %d THEN %d", column, until.UnixMicro(), int64(offset)*1_000_000)
		at = until
	}
	local := fmt.Sprintf("(%s + %d)", column, int64(offset)*1_000_000)
	if cases.Len() > 0 {
		local = fmt.Sprintf("(%s + CASE%s ELSE %d END)", column, cases.String(), int64(offset)*1_000_000)
	}
	return local
}

// dayOf writes the day of an instant, like 2026-11-24, where the asker lives.
func (c *compiler) dayOf(column string) string {
	local := c.localTime(column)
	if c.postgres {
		return "to_char(to_timestamp(" + local + " / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
	}
	return "strftime('%Y-%m-%d', " + local + " / 1000000, 'unixepoch')"
}

// period writes the day, week (its Monday), month, quarter (2026-Q4) or year of a date
// or an instant; "" where it is none, or by is none of these.
func (c *compiler) period(expr string, f *schema.Field, by string) string {
	switch f.Type {
	case "date":
	case "datetime":
		expr = c.dayOf(expr)
	default:
		return ""
	}
	switch by {
	case "day":
		return expr
	case "week":
		if c.postgres {
			return "to_char(date_trunc('week', (" + expr + ")::date), 'YYYY-MM-DD')"
		}
		return "date(" + expr + ", '-6 days', 'weekday 1')"
	case "month":
		return "substr(" + expr + ", 1, 7)"
	case "quarter":
		return "substr(" + expr + ", 1, 4) || '-Q' || ((CAST(substr(" + expr + ", 6, 2) AS INTEGER) + 2) / 3)"
	case "year":
		return "substr(" + expr + ", 1, 4)"
	}
	return ""
}

const microsOfDay = 24 * 60 * 60 * 1_000_000

// lasting writes how long it is from one date or instant to another, in microseconds:
// exact between two instants, in whole days of the asker's calendar where one is a
// date.
func (c *compiler) lasting(from, to place) string {
	if from.field.Type == "datetime" && to.field.Type == "datetime" {
		return "(" + to.expr + " - " + from.expr + ")"
	}
	return fmt.Sprintf("((%s - %s) * %d)", c.dayNumber(to), c.dayNumber(from), int64(microsOfDay))
}

// dayNumber writes the number of a day since 1970.
func (c *compiler) dayNumber(p place) string {
	switch {
	case p.field.Type == "datetime":
		return fmt.Sprintf("(%s / %d)", c.localTime(p.expr), int64(microsOfDay))
	case c.postgres:
		return "((" + p.expr + ")::date - DATE '1970-01-01')::bigint"
	}
	return "CAST(julianday(" + p.expr + ") - 2440587.5 AS INTEGER)"
}
