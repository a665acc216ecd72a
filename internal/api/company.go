package api

import (
	"net/http"

	"ecrm/internal/identity"
)

func (s *Server) changeCompany(r *request) error {
	var c identity.CompanyChange
	if err := r.body(&c); err != nil {
		return err
	}
	if err := s.Identity.ChangeCompany(r.Context(), r.actor, c); err != nil {
		return err
	}
	company, err := s.Identity.Company(r.Context())
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, company)
}
