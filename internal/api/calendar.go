package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/calendar"
	"ecrm/internal/jobs"
	"ecrm/internal/proxy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// calendarPrefix begins the addresses from which phones read calendars.
const calendarPrefix = "/ical/"

// calendar shows a span of days.
func (s *Server) calendar(r *request) error {
	q := r.URL.Query()
	var span calendar.Span
	for name, day := range map[string]*time.Time{"from": &span.From, "to": &span.To} {
		at, ok := calendar.Day(r.actor, q.Get(name))
		if !ok {
			return record.Invalid(name, "not_a_date")
		}
		*day = at
	}
	if err := span.Problem(); err != nil {
		return err
	}
	switch who := q.Get("who"); who {
	case "", "me":
		span.Owner = r.actor.ID
	case "all":
	default:
		id, ok := schema.ParseID(who)
		if !ok {
			return record.Invalid("who", "not_a_reference")
		}
		span.Owner = id
	}
	if text := q.Get("kinds"); text != "" {
		span.Kinds = strings.Split(text, ",")
	}
	entries, cut, err := s.Calendar.Entries(r.Context(), r.actor, span)
	if err != nil {
		return err
	}
	if entries == nil {
		entries = []calendar.Entry{}
	}
	return r.json(http.StatusOK, map[string]any{"entries": entries, "cut": cut, "kinds": calendar.Kinds(r.actor)})
}

type calendarLinkView struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Created string  `json:"created_at"`
	Used    *string `json:"used_at"`
	// Path is told once, when the link is made: where the calendar is read.
	Path string `json:"path,omitempty"`
}

func showLink(l calendar.Link) calendarLinkView {
	return calendarLinkView{ID: strconv.FormatInt(l.ID, 10), Name: l.Name, Created: instant(l.Created), Used: moment(l.Used)}
}

func (s *Server) calendarLinks(r *request) error {
	list, err := s.Calendar.Links(r.Context(), r.actor)
	if err != nil {
		return err
	}
	shown := []calendarLinkView{}
	for _, l := range list {
		shown = append(shown, showLink(l))
	}
	return r.json(http.StatusOK, map[string]any{"links": shown})
}

func (s *Server) addCalendarLink(r *request) error {
	var in struct {
		Name string `json:"name"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	link, secret, err := s.Calendar.AddLink(r.Context(), r.actor, in.Name)
	if err != nil {
		return err
	}
	view := showLink(link)
	view.Path = calendarPrefix + secret + ".ics"
	return r.json(http.StatusCreated, view)
}

func (s *Server) revokeCalendarLink(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Calendar.RevokeLink(r.Context(), r.actor, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// feed is read by phones, which do not sign in: the address itself is the key.
func (s *Server) feed(r *request) error {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		return errNotFound
	}
	a, err := s.Calendar.Holder(r.Context(), secret, r.ip())
	switch {
	case errors.Is(err, jobs.ErrActor):
		return errNotFound
	case record.IsCode(err, "rate_limited"):
		r.w.Header().Set("Retry-After", "600")
		return err
	case err != nil:
		return err
	}
	site := "http://" + r.Host
	if proxy.Secure(r.Request) {
		site = "https://" + r.Host
	}
	text, err := s.Calendar.Feed(r.Context(), a, site, time.Now())
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := r.w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	if match := r.Header.Get("If-None-Match"); match == tag || match == "W/"+tag {
		r.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="ecrm.ics"`)
	if _, err := r.w.Write([]byte(text)); err != nil {
		slog.Debug("the phone is gone", "error", err)
	}
	return nil
}

// unspoken is a path as it may be written down: without what opens somebody's calendar.
func unspoken(path string) string {
	if strings.HasPrefix(path, calendarPrefix) {
		return calendarPrefix + "…"
	}
	return path
}
