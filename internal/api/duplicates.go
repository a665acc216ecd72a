package api

import (
	"net/http"
	"strings"

	"ecrm/internal/schema"
)

// duplicates answers records like the one being typed: every parameter but
// except is a field with its text as a file would spell it.
func (s *Server) duplicates(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	cells := map[string]string{}
	var except int64
	for name, values := range r.URL.Query() {
		if name == "except" {
			except, _ = schema.ParseID(values[0])
			continue
		}
		cells[name] = strings.Join(values, "、")
	}
	candidates, hidden, err := s.Records.Duplicates(r.Context(), r.actor, o, cells, except)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"candidates": candidates, "hidden": hidden})
}
