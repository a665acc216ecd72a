package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"ecrm/internal/bulk"
	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// chosen is how a body says which records are meant.
type chosen struct {
	IDs    []string        `json:"ids"`
	Filter json.RawMessage `json:"filter"`
	Q      string          `json:"q"`
	View   string          `json:"view"`
}

// list is the list that filter, q and view describe; nil without any of them.
func (s *Server) chosenList(r *request, o *schema.Object, c chosen) (*record.ListRequest, error) {
	if (c.Filter == nil || string(c.Filter) == "null") && c.Q == "" && c.View == "" {
		return nil, nil
	}
	l := &record.ListRequest{Filter: filterText(c.Filter), Q: c.Q}
	if c.View != "" {
		id, ok := schema.ParseID(c.View)
		if !ok {
			return nil, record.Invalid("view", "not_a_reference")
		}
		if err := s.Views.Apply(r.Context(), r.actor, o, id, l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// ids are those named; nil when none are.
func (c chosen) ids() ([]int64, error) {
	var ids []int64
	for _, text := range c.IDs {
		id, ok := schema.ParseID(text)
		if !ok {
			return nil, record.Invalid("ids", "not_a_reference")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// filterText is a filter as text, whether it was sent as text or as a tree.
func filterText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// bulk begins an action on many records.
func (s *Server) bulk(r *request, action string) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in struct {
		chosen
		Input json.RawMessage `json:"input"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	var selection bulk.Selection
	if selection.List, err = s.chosenList(r, o, in.chosen); err != nil {
		return err
	}
	if selection.IDs, err = in.ids(); err != nil {
		return err
	}
	job, err := s.Bulk.Begin(r.Context(), r.actor, o, action, selection, in.Input)
	if err != nil {
		return err
	}
	return r.json(http.StatusAccepted, r.shown(job))
}

func (s *Server) undoJob(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	job, err := s.Bulk.Undo(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusAccepted, r.shown(job))
}

type jobRow struct {
	ID      string `json:"id"`
	Label   string `json:"label,omitempty"`
	State   string `json:"state"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Fields are those at fault, or changed since.
	Fields []fieldProblem `json:"fields,omitempty"`
}

// jobRows lists what became of each record of a bulk job.
func (s *Server) jobRows(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	after, limit := int64(-1), 100
	if text := q.Get("cursor"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			return record.Invalid("cursor", "not_an_integer")
		}
	}
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > record.MaxPage {
			return record.Invalid("limit", "not_an_integer")
		}
	}
	results, err := s.Bulk.Rows(r.Context(), r.actor, id, q.Get("state"), after, limit+1)
	if err != nil {
		return err
	}
	var next any
	if len(results) > limit {
		results = results[:limit]
		next = strconv.FormatInt(results[limit-1].N, 10)
	}
	list := make([]jobRow, len(results))
	for i, result := range results {
		row := jobRow{ID: strconv.FormatInt(result.ID, 10), Label: result.Label, State: result.State}
		if p := result.Problem; p != nil {
			row.Code, row.Message = p.Code, message.In(r.language(), p.Code, nil)
			for _, f := range p.Fields {
				row.Fields = append(row.Fields, fieldProblem{f.Field, f.Code, message.In(r.language(), f.Code, f.Params)})
			}
		}
		list[i] = row
	}
	return r.json(http.StatusOK, map[string]any{"rows": list, "next": next})
}
