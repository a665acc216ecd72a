package api

import (
	"net/http"
	"strconv"
	"time"

	"ecrm/internal/record"
)

// changePipelines puts the pipelines of an object with their stages, and tells
// everybody.
func (s *Server) changePipelines(r *request) error {
	o, err := s.named(r)
	if err != nil {
		return err
	}
	var in struct {
		Pipelines []record.Pipeline `json:"pipelines"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if err := s.Records.ChangePipelines(r.Context(), r.actor, o, in.Pipelines); err != nil {
		return err
	}
	a, _, err := s.Identity.ActorOf(r.Context(), r.actor.ID)
	if err != nil {
		return err
	}
	s.live.tell(record.Event{Object: "schema"})
	return r.json(http.StatusOK, describe(a, a.Registry.Object(o.Name), r.language()))
}

// stayView is how long a record was in a stage.
type stayView struct {
	Stage   string     `json:"stage"`
	Label   string     `json:"label"`
	Entered time.Time  `json:"entered_at"`
	Left    *time.Time `json:"left_at"`
	Seconds int64      `json:"seconds"`
	// By is who moved it on.
	By map[string]any `json:"by,omitempty"`
}

// stays lists the stages a record went through, the oldest first.
func (s *Server) stays(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	stays, err := s.Records.Stays(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	views := []stayView{}
	for _, one := range stays {
		v := stayView{Stage: one.Stage, Label: one.Stage, Entered: time.UnixMicro(one.Entered).UTC()}
		if opt := o.Field(o.Stage).Option(one.Stage); opt != nil {
			v.Label = opt.Label.In(r.language())
		}
		until := time.Now()
		if one.Left != 0 {
			left := time.UnixMicro(one.Left).UTC()
			v.Left, until = &left, left
		}
		v.Seconds = max(0, int64(until.Sub(v.Entered)/time.Second))
		if one.By != 0 {
			v.By = map[string]any{"id": strconv.FormatInt(one.By, 10), "name": one.ByName}
		}
		views = append(views, v)
	}
	return r.json(http.StatusOK, map[string]any{"stays": views})
}
