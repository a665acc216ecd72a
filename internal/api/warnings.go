package api

import (
	"encoding/json"
	"net/http"

	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// warned puts warnings into the asker's language.
func (r *request) warned(list []record.FieldError) []fieldProblem {
	told := make([]fieldProblem, 0, len(list))
	for _, w := range list {
		told = append(told, fieldProblem{w.Field, w.Problem.Code, message.In(r.language(), w.Problem.Code, w.Params)})
	}
	return told
}

// withWarnings adds what a write was warned of to the record it answers.
func (r *request) withWarnings(record []byte, list []record.FieldError) ([]byte, error) {
	if len(list) == 0 {
		return record, nil
	}
	b, err := json.Marshal(r.warned(list))
	if err != nil {
		return nil, err
	}
	out := append(record[:len(record)-1:len(record)-1], `,"_warnings":`...)
	return append(append(out, b...), '}'), nil
}

// doubts tells what a write would be warned of while it is being typed, or what
// is doubtful about a record as it stands.
func (s *Server) doubts(r *request) error {
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
	list, err := s.Records.Doubts(r.Context(), r.actor, o, id, in.Values)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"_warnings": r.warned(list)})
}
