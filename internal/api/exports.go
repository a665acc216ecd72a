package api

import (
	"log/slog"
	"mime"
	"net/http"
	"path"
	"time"

	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
)

// export begins the job that writes records into a file.
func (s *Server) export(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in struct {
		chosen
		Fields   []string `json:"fields"`
		Sort     string   `json:"sort"`
		Format   string   `json:"format"`
		Encoding string   `json:"encoding"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	ids, err := in.ids()
	if err != nil {
		return err
	}
	list, err := s.chosenList(r, o, in.chosen)
	if err != nil {
		return err
	}
	if list == nil {
		list = &record.ListRequest{}
	} else if ids != nil {
		return record.Invalid("ids", "ids_or_filter")
	}
	request := transfer.ExportRequest{Filter: list.Filter, Q: list.Q, Sort: list.Sort, IDs: ids, Fields: list.Fields, Format: in.Format, Encoding: in.Encoding}
	if in.View != "" {
		id, _ := schema.ParseID(in.View)
		view, err := s.Views.Get(r.Context(), r.actor, id)
		if err != nil {
			return err
		}
		request.Also = view.FilterText()
	}
	if in.Sort != "" {
		request.Sort = in.Sort
	}
	if in.Fields != nil {
		request.Fields = in.Fields
	}
	job, err := s.Exports.Begin(r.Context(), r.actor, o, request)
	if err != nil {
		return err
	}
	return r.json(http.StatusAccepted, r.shown(job))
}

// jobResult sends the file of an export.
func (s *Server) jobResult(r *request) error {
	id, err := r.jobID()
	if err != nil {
		return err
	}
	file, result, err := s.Exports.Open(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	defer func() {
		if err := file.Close(); err != nil {
			slog.Warn("close the file of an export", "error", err)
		}
	}()
	kind := "text/csv; charset=utf-8"
	if path.Ext(result.File) == ".xlsx" {
		kind = xlsxType
	}
	h := r.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": result.File}))
	h.Set("Cache-Control", "no-store")
	http.ServeContent(r.w, r.Request, "", time.Time{}, file)
	return nil
}
