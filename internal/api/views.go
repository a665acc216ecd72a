package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"ecrm/internal/schema"
	"ecrm/internal/view"
)

// shownView is a saved view with its owner by name.
type shownView struct {
	view.View
	Owner map[string]string `json:"owner"`
}

func showView(v view.View) shownView {
	if v.Columns == nil {
		v.Columns = []view.Column{}
	}
	return shownView{v, map[string]string{"id": strconv.FormatInt(v.Owner, 10), "name": v.OwnerName}}
}

// numbered reads the id in the path.
func (r *request) numbered() (int64, error) {
	id, ok := schema.ParseID(r.PathValue("id"))
	if !ok {
		return 0, errNotFound
	}
	return id, nil
}

func (s *Server) views(r *request) error {
	list, err := s.Views.List(r.Context(), r.actor, r.URL.Query().Get("object"))
	if err != nil {
		return err
	}
	shown := []shownView{}
	for _, v := range list {
		shown = append(shown, showView(v))
	}
	return r.json(http.StatusOK, map[string]any{"views": shown})
}

func (s *Server) view(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	v, err := s.Views.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, showView(v))
}

func (s *Server) addView(r *request) error {
	var in struct {
		Object string `json:"object"`
		view.Definition
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	v, err := s.Views.Add(r.Context(), r.actor, in.Object, in.Definition)
	if err != nil {
		return err
	}
	return r.json(http.StatusCreated, showView(v))
}

func (s *Server) changeView(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	var in map[string]json.RawMessage
	if err := r.body(&in); err != nil {
		return err
	}
	// What is absent stays: the fields sent are laid over the view as it is.
	v, err := s.Views.Change(r.Context(), r.actor, id, func(d *view.Definition) error {
		if in["columns"] != nil {
			d.Columns = nil // JSON is decoded over what a list held
		}
		return overlay(d, in)
	})
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, showView(v))
}

func (s *Server) removeView(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Views.Remove(r.Context(), r.actor, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
