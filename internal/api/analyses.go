package api

import (
	"bytes"
	"log/slog"
	"net/http"

	"ecrm/internal/analysis"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// analyses lists what can be asked of records as a whole.
func (s *Server) analyses(r *request) error {
	return r.json(http.StatusOK, map[string]any{"analyses": s.Analyses.List(r.actor)})
}

// analyse answers an analysis.
func (s *Server) analyse(r *request) error {
	var in analysis.Settings
	if err := r.exact(&in); err != nil {
		return err
	}
	answer, err := s.Analyses.Run(r.Context(), r.actor, r.PathValue("name"), in)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, answer)
}

// exportAnalysis answers an analysis as a workbook.
func (s *Server) exportAnalysis(r *request) error {
	var in analysis.Settings
	if err := r.exact(&in); err != nil {
		return err
	}
	file, err := s.Analyses.Export(r.Context(), r.actor, r.PathValue("name"), in)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := file.Write(&content); err != nil {
		return err
	}
	h := r.w.Header()
	h.Set("Content-Type", xlsxType)
	h.Set("Content-Disposition", disposition(false, file.Name))
	h.Set("Cache-Control", "no-store")
	r.w.WriteHeader(http.StatusOK)
	if _, err := r.w.Write(content.Bytes()); err != nil {
		slog.Debug("the client is gone", "error", err)
	}
	return nil
}
