package api

import (
	"net/http"
	"strconv"

	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/workreport"
)

// myReport answers one's own report on a period, handed in or not.
func (s *Server) myReport(r *request) error {
	q := r.URL.Query()
	page, err := s.Reports.Mine(r.Context(), r.actor, q.Get("kind"), q.Get("day"))
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, page)
}

// keepReport keeps the draft of one's own report.
func (s *Server) keepReport(r *request) error {
	var in workreport.Written
	if err := r.exact(&in); err != nil {
		return err
	}
	draft, err := s.Reports.Keep(r.Context(), r.actor, in)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, draft)
}

func (s *Server) handInReport(r *request) error {
	var in workreport.Written
	if err := r.exact(&in); err != nil {
		return err
	}
	id, err := s.Reports.HandIn(r.Context(), r.actor, in)
	if err != nil {
		return err
	}
	return r.json(http.StatusCreated, map[string]string{"id": strconv.FormatInt(id, 10)})
}

// loggedIn answers what was logged in a report that was handed in, null where nothing
// was kept with it.
func (s *Server) loggedIn(r *request) error {
	id, ok := schema.ParseID(r.URL.Query().Get("id"))
	if !ok {
		return record.Invalid("id", "not_a_reference")
	}
	logged, err := s.Reports.Logged(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"logged": logged})
}

// teamReports answers the reports of a team on a period, and who owes one.
func (s *Server) teamReports(r *request) error {
	q := r.URL.Query()
	team, err := s.Reports.Team(r.Context(), r.actor, q.Get("kind"), q.Get("day"), q.Get("brief") == "true")
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, team)
}

// remindOfReports tells people that their reports are waited for.
func (s *Server) remindOfReports(r *request) error {
	var in struct {
		Kind   string   `json:"kind"`
		Day    string   `json:"day"`
		People []string `json:"people"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	n, err := s.Reports.RemindAll(r.Context(), r.actor, in.Kind, in.Day, in.People)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]int{"reminded": n})
}
