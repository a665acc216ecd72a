package calendar

import (
	"context"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"ecrm/internal/message"
	"ecrm/internal/policy"
)

const (
	// back and forth are how far a phone is told of: last month, and a year ahead.
	back, forth = 30, 365
	// usual is how long in minutes something takes of which nobody said.
	usual = 30
	// refresh is how often a phone is asked to look again.
	refresh = "PT15M"
)

// Feed writes the actor's own calendar as iCalendar (RFC 5545). Instants are in UTC, days
// are days; what one reads is the same until something changed. site is where records
// are opened, as https://crm.example.com.
func (s *Service) Feed(ctx context.Context, a *policy.Actor, site string, now time.Time) (string, error) {
	today := midnight(now.In(a.Zone()))
	// What is past takes no room from what is to come.
	var entries []Entry
	for _, days := range [][2]int{{-back, 0}, {0, forth}} {
		some, _, err := s.Entries(ctx, a, Span{From: today.AddDate(0, 0, days[0]), To: today.AddDate(0, 0, days[1]), Owner: a.ID})
		if err != nil {
			return "", err
		}
		entries = append(entries, some...)
	}
	say := func(code string, params map[string]string) string { return message.In(a.Language, code, params) }
	c := ics.NewCalendarFor("ECRM")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(say("ical_name", map[string]string{"name": a.Name}))
	c.SetXWRTimezone(a.Zone().String())
	c.SetRefreshInterval(refresh)
	c.SetXPublishedTTL(refresh)
	host := "ecrm"
	if _, name, ok := strings.Cut(site, "://"); ok {
		host = name
	}
	for _, e := range entries {
		o := a.Registry.Object(e.Object)
		uid := e.Object + "-" + e.ID
		if e.Kind == Birthday {
			uid += "-" + e.Day[:4]
		}
		if e.Ahead {
			uid += "-" + e.instant.UTC().Format("20060102T150405Z")
		}
		event := c.AddEvent(uid + "@" + host)
		if e.updated.IsZero() {
			e.updated = time.Unix(0, 0) // not his to know
		}
		event.SetDtStampTime(e.updated)
		event.SetModifiedAt(e.updated)
		title := plain(e.Title)
		switch {
		case e.Kind == Birthday:
			title = say("ical_birthday", map[string]string{"name": title})
		case e.Day != "":
			title = o.Field(o.Calendar.At).Label.In(a.Language) + say("mail_colon", nil) + title
		}
		if e.Done {
			title = "✓ " + title
		}
		if e.About != nil {
			title += " · " + plain(e.About.Label)
		}
		event.SetSummary(title)
		if e.Day != "" {
			event.SetAllDayStartAt(e.instant)
			event.SetAllDayEndAt(e.instant.AddDate(0, 0, 1))
			event.SetTimeTransparency(ics.TransparencyTransparent)
		} else {
			minutes := e.Minutes
			if minutes <= 0 {
				minutes = usual
			}
			event.SetStartAt(e.instant)
			event.SetEndAt(e.instant.Add(time.Duration(minutes) * time.Minute))
			if e.Done || o.Calendar.Minutes == "" {
				event.SetTimeTransparency(ics.TransparencyTransparent) // to be done by then, at no hour
			}
		}
		event.AddProperty(ics.ComponentPropertyCategories, o.Label.In(a.Language))
		if site != "" {
			event.SetURL(site + "/o/" + o.Plural + "/" + e.ID)
		}
	}
	return c.Serialize(ics.WithNewLineWindows), nil
}

// plain is a text in one line, without what a calendar cannot hold.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < 0x20 || r == 0x7f:
			return -1
		}
		return r
	}, text)
}
