package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"ecrm/internal/bulk"
	"ecrm/internal/jobs"
	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// jobProblem is why a job failed, in the reader's language.
type jobProblem struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Fields  []fieldProblem `json:"fields,omitempty"`
}

// shown puts a job into the reader's words: its title and why it failed.
func (r *request) shown(j jobs.Job) jobs.Job {
	params := map[string]string{"object": j.Object, "title": j.Title}
	if o := r.actor.Registry.Object(j.Object); o != nil {
		params["object"] = o.Label.In(r.language())
		if act := o.Action(j.Title); act != nil {
			params["action"] = act.Label.In(r.language())
		}
	}
	j.Undoable = bulk.Undoable(j.Kind)
	code := "job_" + j.Kind
	if title := message.In(r.language(), code, params); title != code {
		j.Title = title
	}
	var kept struct {
		Code   string `json:"code"`
		Token  string `json:"token"`
		Fields []struct {
			Field  string            `json:"field"`
			Code   string            `json:"code"`
			Params map[string]string `json:"params"`
		} `json:"fields"`
	}
	if j.Error != nil && json.Unmarshal(j.Error, &kept) == nil {
		p := jobProblem{Code: kept.Code, Message: message.In(r.language(), kept.Code, map[string]string{"token": kept.Token})}
		for _, f := range kept.Fields {
			p.Fields = append(p.Fields, fieldProblem{f.Field, f.Code, message.In(r.language(), f.Code, f.Params)})
		}
		if b, err := json.Marshal(p); err == nil {
			j.Error = b
		}
	}
	return j
}

func (r *request) jobID() (int64, error) {
	id, ok := schema.ParseID(r.PathValue("id"))
	if !ok {
		return 0, errNotFound
	}
	return id, nil
}

func (s *Server) jobs(r *request) error {
	limit := 50
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return record.Invalid("limit", "not_an_integer")
		}
		limit = n
	}
	list, err := s.Jobs.List(r.Context(), r.actor, limit)
	if err != nil {
		return err
	}
	for i := range list {
		list[i] = r.shown(list[i])
	}
	return r.json(http.StatusOK, map[string]any{"jobs": list})
}

func (s *Server) job(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	return s.showJob(r, id, http.StatusOK)
}

func (s *Server) showJob(r *request, id int64, status int) error {
	j, err := s.Jobs.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(status, r.shown(j))
}

func (s *Server) cancelJob(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	if err := s.Jobs.Cancel(r.Context(), r.actor, id); err != nil {
		return err
	}
	return s.showJob(r, id, http.StatusAccepted)
}
