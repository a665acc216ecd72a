package api

import (
	"net/http"
	"strconv"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

func said(o *schema.Object, c record.Comment) entry {
	return entry{Kind: "comment", At: instant(c.At), Object: o.Name, ID: strconv.FormatInt(c.ID, 10), Text: c.Text, Files: c.Files, Mentions: c.Mentions,
		Actor: map[string]any{"id": strconv.FormatInt(c.Author, 10), "name": c.Name}}
}

func (s *Server) comments(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	entries, err := s.spoken(r, o, id, record.MaxEntries)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"entries": entries})
}

func (s *Server) spoken(r *request, o *schema.Object, id int64, most int) ([]entry, error) {
	list, err := s.Records.Comments(r.Context(), r.actor, o, id, most)
	entries := []entry{}
	for _, c := range list {
		entries = append(entries, said(o, c))
	}
	return entries, err
}

func (s *Server) comment(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	var in struct {
		Text  string      `json:"text"`
		Files []fileInput `json:"files"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	c, err := s.Records.AddComment(r.Context(), r.actor, o, id, in.Text, fileIDs(in.Files))
	if err != nil {
		return err
	}
	return r.json(http.StatusCreated, said(o, c))
}
