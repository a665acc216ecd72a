package api

import (
	"errors"
	"io"
	"net/http"

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
			if o == nil {
				return record.Invalid("object", "no_such_object")
			}
			job, err := s.Transfer.Upload(r.actor, o, part.FileName(), part)
			if err != nil {
				return err
			}
			return r.json(http.StatusCreated, job)
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

func (s *Server) importState(r *request) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	job, err := s.Transfer.Get(r.actor, id)
	if err != nil {
		return err
	}
	for i := range job.Problems {
		p := &job.Problems[i]
		p.Message = message.In(r.language(), p.Code, p.Params)
	}
	return r.json(http.StatusOK, job)
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
	job, err := s.Transfer.Adjust(r.actor, id, change)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, job)
}

func (s *Server) startImport(r *request, action string) error {
	id, err := s.importID(r)
	if err != nil {
		return err
	}
	if err := s.Transfer.Start(r.actor, id, action); err != nil {
		return err
	}
	job, err := s.Transfer.Get(r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusAccepted, job)
}
