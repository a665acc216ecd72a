package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var errNotFound = &record.Error{Code: "not_found"}

// kind finds the object a path names; one that may not be seen does not exist.
func (s *Server) kind(r *request) (*schema.Object, error) {
	o := r.actor.Registry.ByPlural(strings.ReplaceAll(r.PathValue("plural"), "-", "_"))
	if o == nil || !r.actor.May(o, policy.View) {
		return nil, errNotFound
	}
	return o, nil
}

func (s *Server) one(r *request) (*schema.Object, int64, error) {
	o, err := s.kind(r)
	if err != nil {
		return nil, 0, err
	}
	id, ok := schema.ParseID(r.PathValue("id"))
	if !ok {
		return nil, 0, errNotFound
	}
	return o, id, nil
}

func (r *request) page() (record.ListRequest, error) {
	q := r.URL.Query()
	l := record.ListRequest{
		Filter: q.Get("filter"), Q: q.Get("q"), Sort: q.Get("sort"), Cursor: q.Get("cursor"), Limit: 50,
		Count: query.Count(q.Get("count")), Deleted: q.Get("deleted") == "true",
	}
	if fields := q.Get("fields"); fields != "" {
		l.Fields = strings.Split(fields, ",")
	}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > record.MaxPage {
			return l, record.Invalid("limit", "not_an_integer")
		}
		l.Limit = n
	}
	switch l.Count {
	case "":
		l.Count = query.CountCapped
	case query.CountNone, query.CountCapped, query.CountExact:
	default:
		return l, record.Invalid("count", "unknown_field")
	}
	return l, nil
}

func (s *Server) list(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	return s.answer(r, o, nil)
}

func (s *Server) answer(r *request, o *schema.Object, more *query.Node) error {
	l, err := r.page()
	if err != nil {
		return err
	}
	l.More = more
	if text := r.URL.Query().Get("view"); text != "" {
		id, ok := schema.ParseID(text)
		if !ok {
			return errNotFound
		}
		if err := s.Views.Apply(r.Context(), r.actor, o, id, &l); err != nil {
			return err
		}
	}
	b, err := s.Records.List(r.Context(), r.actor, o, l)
	if err != nil {
		return err
	}
	reply(r.w, http.StatusOK, b)
	return nil
}

func (s *Server) related(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	target := r.actor.Registry.ByPlural(strings.ReplaceAll(r.PathValue("related"), "-", "_"))
	if target == nil || !r.actor.May(target, policy.View) {
		return errNotFound
	}
	if _, err := s.Records.Values(r.Context(), r.actor, o, id); err != nil {
		return err
	}
	for _, f := range target.Fields {
		if f.Target() == o.Name && !f.System && r.actor.Readable(target, f) {
			return s.answer(r, target, query.Is(f.Name, id))
		}
	}
	return errNotFound
}

func (s *Server) create(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	key, asked, err := r.once()
	if err != nil {
		return err
	}
	var in record.Input
	if err := r.body(&in); err != nil {
		return err
	}
	switch {
	case o.Name == "user":
		return s.addUser(r, o, in) // a login cannot be made twice
	case key != "":
		return s.createOnce(r, o, key, asked, in)
	}
	ctx, warnings := record.Warned(anyway(r.Context(), in))
	var id int64
	if id, err = s.Records.Create(ctx, r.actor, o, in); err != nil {
		return err
	}
	r.w.Header().Set("Location", prefix+o.Plural+"/"+strconv.FormatInt(id, 10))
	return s.show(r, o, id, http.StatusCreated, warnings.Of(o, id)...)
}

// show answers a record, and what the write before was warned of.
func (s *Server) show(r *request, o *schema.Object, id int64, status int, warnings ...record.FieldError) error {
	b, version, err := s.Records.Get(r.Context(), r.actor, o, id)
	if record.IsCode(err, "not_found") && status == http.StatusCreated {
		// Written for somebody else, and out of sight from now on.
		return r.json(status, map[string]string{"id": strconv.FormatInt(id, 10)})
	}
	if err != nil {
		return err
	}
	if b, err = r.withWarnings(b, warnings); err != nil {
		return err
	}
	r.w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	reply(r.w, status, b)
	return nil
}

func (s *Server) get(r *request) error {
	// No pattern of its own: it would clash with imports/{id}.
	if r.PathValue("id") == "duplicates" {
		return s.duplicates(r)
	}
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	err = s.show(r, o, id, http.StatusOK)
	if record.IsCode(err, "not_found") && record.Mergeable(o) {
		// What became part of another record is found there.
		if into := s.Records.MergedInto(r.Context(), r.actor, o, id); into != 0 {
			r.w.Header().Set("Location", prefix+o.Plural+"/"+strconv.FormatInt(into, 10))
			return r.json(http.StatusTemporaryRedirect, map[string]string{"object": o.Name, "id": strconv.FormatInt(into, 10)})
		}
	}
	return err
}

// match reads the version in If-Match, 0 for any.
func (r *request) match() (int64, error) {
	text := strings.Trim(r.Header.Get("If-Match"), `"`)
	if text == "" || text == "*" {
		return 0, nil
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, record.Invalid("If-Match", "not_an_integer")
	}
	return version, nil
}

func (s *Server) update(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	var in record.Input
	if err := r.body(&in); err != nil {
		return err
	}
	match, err := r.match()
	if err != nil {
		return err
	}
	ctx, warnings := record.Warned(anyway(r.Context(), in))
	if err := s.Records.Update(ctx, r.actor, o, id, in, match); err != nil {
		return err
	}
	return s.show(r, o, id, http.StatusOK, warnings.Of(o, id)...)
}

func (s *Server) remove(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	if err := s.Records.Delete(r.Context(), r.actor, o, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) restore(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	if err := s.Records.Restore(r.Context(), r.actor, o, id); err != nil {
		return err
	}
	return s.show(r, o, id, http.StatusOK)
}

func (s *Server) aggregate(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in struct {
		Filter   json.RawMessage `json:"filter"`
		Q        string          `json:"q"`
		Group    []query.Group   `json:"group"`
		Measures []query.Measure `json:"measures"`
		// View is a saved view whose records are meant, within Filter and Q.
		View string `json:"view"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	filter := string(in.Filter)
	var text string
	if json.Unmarshal(in.Filter, &text) == nil {
		filter = text
	}
	l := record.ListRequest{Filter: filter, Q: in.Q}
	if in.View != "" {
		id, ok := schema.ParseID(in.View)
		if !ok {
			return errNotFound
		}
		if err := s.Views.Apply(r.Context(), r.actor, o, id, &l); err != nil {
			return err
		}
	}
	b, err := s.Records.AggregateList(r.Context(), r.actor, o, l, in.Group, in.Measures)
	if err != nil {
		return err
	}
	reply(r.w, http.StatusOK, b)
	return nil
}

func (s *Server) search(r *request) error {
	finds, err := s.Records.Search(r.Context(), r.actor, r.URL.Query().Get("q"), 20)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"results": finds})
}

type entry struct {
	Kind    string          `json:"kind"`
	At      string          `json:"at"`
	Actor   map[string]any  `json:"actor"`
	Action  string          `json:"action,omitempty"`
	Origin  string          `json:"origin,omitempty"`
	Address string          `json:"address,omitempty"`
	Object  string          `json:"object,omitempty"`
	ID      string          `json:"id,omitempty"`
	Changes []change        `json:"changes,omitempty"`
	Share   *shareChange    `json:"share,omitempty"`
	Record  json.RawMessage `json:"record,omitempty"`
	Text    string          `json:"text,omitempty"`
	// Files are those of a comment, or those attached or taken away.
	Files []schema.FileRef `json:"files,omitempty"`
	// Mentions are those whom the text of a comment, or the long texts of a record, name.
	Mentions []record.Mention `json:"mentions,omitempty"`
	// Reason is why it was saved though a rule took it for a duplicate.
	Reason string `json:"reason,omitempty"`
	// Merged are the records that became part of this one, Of is the one of them that
	// was changed.
	Merged *record.MergeTold `json:"merged,omitempty"`
	Of     string            `json:"of,omitempty"`
}

type change struct {
	Field  string          `json:"field"`
	Label  string          `json:"label"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

func (s *Server) changes(r *request, o *schema.Object, id int64, most int) ([]entry, error) {
	history, err := s.Records.History(r.Context(), r.actor, o, id, most)
	if err != nil {
		return nil, err
	}
	entries := []entry{}
	for _, h := range history {
		e, err := s.changeTold(r, o, id, h)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// changeTold is a change of a record as it is told.
func (s *Server) changeTold(r *request, o *schema.Object, id int64, h record.Entry) (entry, error) {
	e := entry{Kind: record.KindChange, At: instant(h.At), Action: h.Action, Origin: h.Origin, Address: h.Address, Object: o.Name, ID: strconv.FormatInt(id, 10),
		Actor: map[string]any{"id": strconv.FormatInt(h.Actor, 10), "name": h.Name}, Reason: h.Reason, Merged: h.Merge}
	if h.Record != id {
		e.Of = strconv.FormatInt(h.Record, 10)
	}
	for _, f := range o.Fields {
		if pair, ok := h.Changes[f.Name]; ok {
			e.Changes = append(e.Changes, change{f.Name, f.Label.In(r.language()), pair[0], pair[1]})
		}
	}
	var err error
	if e.Share, err = s.shareTold(r, h.Changes); err == nil {
		e.Files, err = filesTold(h.Changes)
	}
	return e, err
}

func instant(micro int64) string { return time.UnixMicro(micro).UTC().Format(time.RFC3339Nano) }

func (s *Server) history(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	entries, err := s.changes(r, o, id, record.MaxEntries)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"entries": entries})
}

// timeline tells what happened to a record, with the records of other objects that
// belong to it and stand at a time, page by page.
func (s *Server) timeline(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	wanted, err := r.page()
	if err != nil {
		return err
	}
	moments, next, err := s.Records.Timeline(r.Context(), r.actor, o, id, record.TimelineRequest{Kind: r.URL.Query().Get("kind"), Cursor: wanted.Cursor, Limit: wanted.Limit})
	if err != nil {
		return err
	}
	entries := make([]entry, len(moments))
	for i, m := range moments {
		switch {
		case m.Change != nil:
			if entries[i], err = s.changeTold(r, o, id, *m.Change); err != nil {
				return err
			}
		case m.Comment != nil:
			entries[i] = said(o, *m.Comment)
		default:
			entries[i] = entry{Kind: m.Object.Name, At: instant(m.At), Object: m.Object.Name, ID: strconv.FormatInt(m.ID, 10), Record: m.Record, Mentions: m.Mentions, Actor: map[string]any{"id": nil, "name": nil}}
			if m.Name != "" {
				entries[i].Actor = map[string]any{"id": strconv.FormatInt(m.Owner, 10), "name": m.Name}
			}
		}
	}
	told := map[string]any{"entries": entries, "next": nil}
	if next != "" {
		told["next"] = next
	}
	return r.json(http.StatusOK, told)
}
