package api

import (
	"net/http"
	"strconv"

	"ecrm/internal/record"
	"ecrm/internal/workbench"
)

func (s *Server) workbench(r *request) error {
	l, err := s.Workbench.Get(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, l)
}

// widgets reads the start page that was sent.
func (r *request) widgets() ([]workbench.Widget, error) {
	var in struct {
		Widgets []workbench.Widget `json:"widgets"`
	}
	err := r.exact(&in)
	return in.Widgets, err
}

func (s *Server) keepWorkbench(r *request) error {
	list, err := r.widgets()
	if err != nil {
		return err
	}
	if err := s.Workbench.Put(r.Context(), r.actor, list); err != nil {
		return err
	}
	return s.workbench(r)
}

func (s *Server) clearWorkbench(r *request) error {
	if err := s.Workbench.Clear(r.Context(), r.actor); err != nil {
		return err
	}
	return s.workbench(r)
}

func (s *Server) keepRoleWorkbench(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	list, err := r.widgets()
	if err != nil {
		return err
	}
	if err := s.Workbench.PutRole(r.Context(), r.actor, id, list); err != nil {
		return err
	}
	return s.workbench(r)
}

func (s *Server) clearRoleWorkbench(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Workbench.ClearRole(r.Context(), r.actor, id); err != nil {
		return err
	}
	return s.workbench(r)
}

// attainment answers how sales stand against what was to be reached, month by month.
func (s *Server) attainment(r *request) error {
	q := r.URL.Query()
	n := 1
	if text := q.Get("months"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			return record.Invalid("months", "not_an_integer")
		}
	}
	months, err := s.Attainment.Months(r.Context(), r.actor, q.Get("from"), n, q.Get("who"))
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, months)
}

// leaders answers who won how much in a month, where a role lets one compare.
func (s *Server) leaders(r *request) error {
	list, err := s.Attainment.Leaders(r.Context(), r.actor, r.URL.Query().Get("month"))
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, list)
}
