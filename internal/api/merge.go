package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// reasonMember is the member of a body that tells why a record is meant though it may
// repeat what is there.
const reasonMember = "_duplicate_reason"

// takeReason takes the reason out of a body.
func takeReason(in record.Input) string {
	text, ok := in[reasonMember].(string)
	if ok {
		delete(in, reasonMember)
	}
	return strings.TrimSpace(text)
}

// anyway marks the writes of a body that gives a reason.
func anyway(ctx context.Context, in record.Input) context.Context {
	if reason := takeReason(in); reason != "" {
		return record.Anyway(ctx, reason)
	}
	return ctx
}

// mergeable finds the object that a path or a parameter names, whose records can be
// merged.
func (s *Server) mergeable(r *request, name string) (*schema.Object, error) {
	o := r.actor.Registry.Object(name)
	if o == nil || !r.actor.May(o, "view") || !record.Mergeable(o) {
		return nil, errNotFound
	}
	return o, nil
}

// like answers records like the one being typed, by the rules; those out of sight are
// only counted.
func (s *Server) like(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in struct {
		ID     string       `json:"id"`
		Values record.Input `json:"values"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	var id int64
	if in.ID != "" {
		var ok bool
		if id, ok = schema.ParseID(in.ID); !ok {
			return errNotFound
		}
	}
	candidates, hidden, err := s.Records.Like(r.Context(), r.actor, o, id, in.Values)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"candidates": candidates, "hidden": hidden})
}

func (s *Server) findDuplicates(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	job, err := s.Dedupe.Find(r.Context(), r.actor, o)
	if err != nil {
		return err
	}
	return r.json(http.StatusAccepted, r.shown(job))
}

// duplicateGroups answers a page of the queue of an object.
func (s *Server) duplicateGroups(r *request) error {
	q := r.URL.Query()
	o, err := s.mergeable(r, q.Get("object"))
	if err != nil {
		return err
	}
	after, limit := int64(0), 20
	if text := q.Get("cursor"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return record.Invalid("cursor", "not_an_integer")
		}
	}
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return record.Invalid("limit", "not_an_integer")
		}
	}
	queue, err := s.Dedupe.Queue(r.Context(), r.actor, o, after, limit)
	if err != nil {
		return err
	}
	told := map[string]any{"groups": queue.Groups, "next": nil, "searched_at": nil, "count": map[string]any{"value": queue.Count, "relation": "eq"}}
	if queue.More {
		told["count"] = map[string]any{"value": queue.Count, "relation": "gte"}
	}
	if queue.Next != 0 {
		told["next"] = strconv.FormatInt(queue.Next, 10)
	}
	if queue.At != 0 {
		told["searched_at"] = instant(queue.At)
	}
	return r.json(http.StatusOK, told)
}

// idsOf reads ids as they are written in JSON.
func idsOf(field string, texts []string) ([]int64, error) {
	ids := make([]int64, len(texts))
	for i, text := range texts {
		var ok bool
		if ids[i], ok = schema.ParseID(text); !ok {
			return nil, record.Invalid(field, "not_a_reference")
		}
	}
	return ids, nil
}

// apart keeps that records are not the same.
func (s *Server) apart(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	ids, err := idsOf("ids", in.IDs)
	switch {
	case err != nil:
		return err
	case !record.Mergeable(o):
		return errNotFound
	case len(ids) < 2:
		return record.Invalid("ids", "merge_two")
	case len(ids) > 2*record.MaxMerged:
		return record.Invalid("ids", "too_many", "max", strconv.Itoa(2*record.MaxMerged))
	}
	if err := s.Records.Together(r.Context(), func(ctx context.Context, u *record.Unit) error {
		return u.Apart(ctx, r.actor, o, ids)
	}); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// merging reads which records are to become one.
func (s *Server) merging(r *request) (*schema.Object, record.Merging, error) {
	o, err := s.kind(r)
	if err != nil {
		return nil, record.Merging{}, err
	}
	var in struct {
		IDs      []string          `json:"ids"`
		Winner   string            `json:"winner"`
		Versions map[string]int64  `json:"versions"`
		Choices  map[string]string `json:"choices"`
	}
	if err := r.exact(&in); err != nil {
		return nil, record.Merging{}, err
	}
	m := record.Merging{Versions: map[int64]int64{}, Choices: map[string]int64{}}
	if m.Records, err = idsOf("ids", in.IDs); err != nil {
		return nil, m, err
	}
	if in.Winner != "" {
		one, err := idsOf("winner", []string{in.Winner})
		if err != nil {
			return nil, m, err
		}
		m.Winner = one[0]
	}
	for text, version := range in.Versions {
		id, err := idsOf("versions", []string{text})
		if err != nil {
			return nil, m, err
		}
		m.Versions[id[0]] = version
	}
	for field, text := range in.Choices {
		if text == "all" {
			m.Choices[field] = 0
			continue
		}
		id, err := idsOf(field, []string{text})
		if err != nil {
			return nil, m, err
		}
		m.Choices[field] = id[0]
	}
	return o, m, nil
}

func (s *Server) previewMerge(r *request) error {
	o, m, err := s.merging(r)
	if err != nil {
		return err
	}
	preview, err := s.Records.PreviewMerge(r.Context(), r.actor, o, m)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, preview)
}

// merge makes one of several records, and answers it with the merge that can be undone.
func (s *Server) merge(r *request) error {
	o, m, err := s.merging(r)
	if err != nil {
		return err
	}
	id, err := s.Records.Merge(r.Context(), r.actor, o, m)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"merge": strconv.FormatInt(id, 10), "object": o.Name, "id": strconv.FormatInt(m.Winner, 10)})
}

// mergeView is a merge as it is told.
type mergeView struct {
	ID     string          `json:"id"`
	Object string          `json:"object"`
	Winner record.Member   `json:"winner"`
	Losers []record.Member `json:"merged"`
	At     string          `json:"at"`
	By     map[string]any  `json:"by"`
	Undone any             `json:"undone_at"`
}

func mergeTold(m record.Merged) mergeView {
	v := mergeView{ID: strconv.FormatInt(m.ID, 10), Object: m.Object.Name, Winner: record.Member{ID: m.Winner, Label: m.Label}, Losers: m.Losers, At: instant(m.At),
		By: map[string]any{"id": strconv.FormatInt(m.By, 10), "name": m.ByName}}
	if m.Undone != 0 {
		v.Undone = instant(m.Undone)
	}
	return v
}

// merges lists the newest merges of an object, or of one record.
func (s *Server) merges(r *request) error {
	q := r.URL.Query()
	o, err := s.mergeable(r, q.Get("object"))
	if err != nil {
		return err
	}
	var id int64
	if text := q.Get("record"); text != "" {
		var ok bool
		if id, ok = schema.ParseID(text); !ok {
			return errNotFound
		}
	}
	list, err := s.Records.Merges(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	told := make([]mergeView, len(list))
	for i, m := range list {
		told[i] = mergeTold(m)
	}
	return r.json(http.StatusOK, map[string]any{"merges": told})
}

// unmergedTold is what undoing a merge came to, or would come to.
func (r *request) unmergedTold(out *record.Unmerged) map[string]any {
	stays := []fieldProblem{}
	for _, one := range out.Stays {
		stays = append(stays, fieldProblem{one.Field, one.Problem.Code, message.In(r.language(), one.Problem.Code, one.Params)})
	}
	return map[string]any{"merge": mergeTold(out.Merged), "may_undo": out.May, "back": out.Back, "stays": stays}
}

// mergeOf tells of a merge what undoing it would come to.
func (s *Server) mergeOf(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	out, err := s.Records.PretendUnmerge(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, r.unmergedTold(out))
}

func (s *Server) unmerge(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	out, err := s.Records.Unmerge(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, r.unmergedTold(out))
}
