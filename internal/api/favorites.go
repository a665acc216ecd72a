package api

import (
	"net/http"

	"ecrm/internal/favorite"
)

func (s *Server) favorites(r *request) error {
	list, err := s.Favorites.List(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"favorites": list})
}

func (s *Server) addFavorite(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	f, err := s.Favorites.Add(r.Context(), r.actor, r.PathValue("object"), id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, f)
}

func (s *Server) orderFavorites(r *request) error {
	var body struct {
		Favorites []favorite.Named `json:"favorites"`
	}
	if err := r.body(&body); err != nil {
		return err
	}
	if err := s.Favorites.Order(r.Context(), r.actor, body.Favorites); err != nil {
		return err
	}
	return s.favorites(r)
}

func (s *Server) removeFavorite(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Favorites.Remove(r.Context(), r.actor, r.PathValue("object"), id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
