package api

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"

	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
)

// upload reads a multipart body as it comes: the field "object", then "file".
func (s *Server) upload(r *request) error {
	reader, err := r.MultipartReader()
	if err != nil {
		return record.Invalid("file", "required")
	}
	object := ""
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return record.Invalid("file", "required")
		}
		if err != nil {
			return record.Invalid("file", "not_a_table")
		}
		switch part.FormName() {
		case "object":
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return record.Invalid("object", "required")
			}
			object = string(b)
		case "file":
			o := r.actor.Registry.Object(object)
			if o == nil && object != "" && object != "auto" {
				return record.Invalid("object", "no_such_object")
			}
			job, err := s.Transfer.Upload(r.Context(), r.actor, o, part.FileName(), part)
			if err != nil {
				return err
			}
			return r.importJSON(http.StatusCreated, job)
		}
	}
}

func (s *Server) importID(r *request) (int64, error) {
	id, ok := schema.ParseID(r.PathValue("id"))
	if !ok {
		return 0, errNotFound
	}
	return id, nil
}

func (s *Server) imports(r *request) error {
	list, err := s.Transfer.List(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"imports": list})
}

func (s *Server) importState(r *request) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	job, err := s.Transfer.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.importJSON(http.StatusOK, job)
}

// importJSON answers an import, its problems in the reader's words.
func (r *request) importJSON(status int, job transfer.Job) error {
	for i := range job.Problems {
		p := &job.Problems[i]
		p.Message = message.In(r.language(), p.Code, p.Params)
	}
	for _, g := range job.Groups {
		g.Message = message.In(r.language(), g.Code, r.naming(g))
	}
	for i := range job.Warnings {
		w := &job.Warnings[i]
		w.Message = message.In(r.language(), w.Code, w.Params)
	}
	return r.json(status, job)
}

// naming are the parameters of a group's message; where that names a value, it names the
// first of all of them.
func (r *request) naming(g *transfer.Group) map[string]string {
	params := g.Params()
	values, more := g.Values()
	if _, names := params["value"]; !names || len(values) < 2 {
		return params
	}
	params = maps.Clone(params)
	params["value"] = strings.Join(values, message.In(r.language(), "list_comma", nil))
	if more {
		params["value"] += "…"
	}
	return params
}

func (s *Server) adjustImport(r *request) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	var change transfer.Change
	if err := r.body(&change); err != nil {
		return err
	}
	job, err := s.Transfer.Adjust(r.Context(), r.actor, id, change)
	if err != nil {
		return err
	}
	return r.importJSON(http.StatusOK, job)
}

func (s *Server) startImport(r *request, action string) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	if err := s.Transfer.Start(r.Context(), r.actor, id, action); err != nil {
		return err
	}
	job, err := s.Transfer.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.importJSON(http.StatusAccepted, job)
}

// importProblems answers the problems of an import as a file.
func (s *Server) importProblems(r *request) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	if _, err := s.Transfer.Get(r.Context(), r.actor, id); err != nil {
		return err
	}
	lang := r.language()
	var file bytes.Buffer
	heads := [4]string{message.In(lang, "file_row", nil), message.In(lang, "file_column", nil), message.In(lang, "file_value", nil), message.In(lang, "file_problem", nil)}
	err = s.Transfer.ProblemFile(r.Context(), r.actor, id, &file, heads, func(p transfer.Problem) string { return message.In(lang, p.Code, p.Params) })
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.w.Header().Set("Content-Disposition", `attachment; filename="problems.csv"`)
	_, err = r.w.Write(file.Bytes())
	return err
}
