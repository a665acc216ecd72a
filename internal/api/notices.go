package api

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"ecrm/internal/jobs"
	"ecrm/internal/notice"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// noticeView is a notice as its reader may know it now.
type noticeView struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	At     string `json:"at"`
	Read   bool   `json:"read"`
	Count  int64  `json:"count"`
	By     *named `json:"by"`
	Object string `json:"object,omitempty"`
	// Record is what it is about; null where it is about no record.
	Record *noticedRecord `json:"record"`
	// Text is what was said.
	Text string    `json:"text,omitempty"`
	Due  *string   `json:"due_at"`
	Job  *jobs.Job `json:"job"`
	// Period is what something is wanted for.
	Period *notice.Period `json:"period,omitempty"`
}

// noticedRecord names a record, or says that there is one the reader does not see.
type noticedRecord struct {
	ID     string `json:"id,omitempty"`
	Object string `json:"object"`
	Label  string `json:"label,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

// excerpt is the longest piece of what was said that a notice shows, in characters.
const excerpt = 300

func (r *request) noticed(n notice.Notice) noticeView {
	v := noticeView{ID: strconv.FormatInt(n.ID, 10), Kind: n.Kind, At: instant(n.At), Read: n.Read, Count: n.Count, By: byName(n.By, n.ByName), Object: n.Object, Text: n.Text, Due: moment(n.Due), Period: n.Period}
	if utf8.RuneCountInString(v.Text) > excerpt {
		v.Text = string([]rune(v.Text)[:excerpt]) + "…"
	}
	if n.Record != 0 {
		v.Record = &noticedRecord{Object: n.Object, Hidden: n.Hidden}
		if !n.Hidden {
			v.Record.ID, v.Record.Label = strconv.FormatInt(n.Record, 10), n.Label
		}
	}
	if n.Job != nil {
		j := r.shown(*n.Job)
		v.Job = &j
	}
	return v
}

func (s *Server) notices(r *request) error {
	query := r.URL.Query()
	limit := 30
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > notice.MaxPage {
			return record.Invalid("limit", "out_of_range")
		}
		limit = n
	}
	below := int64(0)
	if text := query.Get("cursor"); text != "" {
		id, ok := schema.ParseID(text)
		if !ok {
			return record.Invalid("cursor", "bad_cursor")
		}
		below = id
	}
	list, next, err := s.Notices.List(r.Context(), r.actor, below, limit, query.Get("unread") == "true")
	if err != nil {
		return err
	}
	unread, err := s.Notices.Unread(r.Context(), r.actor)
	if err != nil {
		return err
	}
	shown := make([]noticeView, len(list))
	for i, n := range list {
		shown[i] = r.noticed(n)
	}
	var cursor *string
	if next != 0 {
		text := strconv.FormatInt(next, 10)
		cursor = &text
	}
	return r.json(http.StatusOK, map[string]any{"notices": shown, "next": cursor, "unread": unread})
}

func (s *Server) readNotices(r *request) error {
	var in struct {
		IDs     []string `json:"ids"`
		Through string   `json:"through"`
		Job     string   `json:"job"`
		Unread  bool     `json:"unread"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	reading := notice.Reading{Unread: in.Unread}
	for _, text := range in.IDs {
		id, ok := schema.ParseID(text)
		if !ok {
			return record.Invalid("ids", "not_a_reference")
		}
		reading.IDs = append(reading.IDs, id)
	}
	for name, one := range map[string]struct {
		text string
		into *int64
	}{"through": {in.Through, &reading.Through}, "job": {in.Job, &reading.Job}} {
		if one.text == "" {
			continue
		}
		id, ok := schema.ParseID(one.text)
		if !ok {
			return record.Invalid(name, "not_a_reference")
		}
		*one.into = id
	}
	if err := s.Notices.Mark(r.Context(), r.actor, reading); err != nil {
		return err
	}
	unread, err := s.Notices.Unread(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"unread": unread})
}

func (s *Server) noticeChoices(r *request) error {
	c, err := s.Notices.ChoicesOf(r.Context(), r.actor.ID)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, c)
}

func (s *Server) chooseNotices(r *request) error {
	c, err := s.Notices.ChoicesOf(r.Context(), r.actor.ID)
	if err != nil {
		return err
	}
	if err := r.exact(&c); err != nil {
		return err
	}
	if err := s.Notices.Choose(r.Context(), r.actor, c); err != nil {
		return err
	}
	return s.noticeChoices(r)
}

// people offers whom a text about the record may name.
func (s *Server) people(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	list, err := s.Notices.People(r.Context(), r.actor, o, id, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"people": list})
}
