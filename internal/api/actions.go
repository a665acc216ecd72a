package api

import (
	"net/http"
	"slices"
	"strconv"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// offerView is what the form of an action on a record begins with.
type offerView struct {
	Action actionView `json:"action"`
	// Values are answers proposed.
	Values map[string]any `json:"values"`
	// Candidates are, for references the action asks, records that may be meant.
	Candidates map[string]record.Candidates `json:"candidates"`
}

// forMany are the names of the actions that can be done to many records at once, of all
// objects.
func forMany(r *schema.Registry) []string {
	var names []string
	for _, o := range r.Objects() {
		for _, act := range o.Actions {
			if act.Many && !slices.Contains(names, act.Name) {
				names = append(names, act.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// verb finds the action that a path names.
func verb(r *request, o *schema.Object) (*schema.Action, error) {
	act := o.Action(r.PathValue("action"))
	if act == nil {
		return nil, errNotFound
	}
	return act, nil
}

func (s *Server) offer(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	act, err := verb(r, o)
	if err != nil {
		return err
	}
	offer, err := s.Records.OfferAction(r.Context(), r.actor, o, id, act.Name)
	if err != nil {
		return err
	}
	v := offerView{Action: describeAction(r.actor, o, act, r.language()), Values: offer.Values, Candidates: offer.Candidates}
	if v.Values == nil {
		v.Values = map[string]any{}
	}
	if v.Candidates == nil {
		v.Candidates = map[string]record.Candidates{}
	}
	return r.json(http.StatusOK, v)
}

// act does an action to a record and answers the one to go on with.
func (s *Server) act(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	act, err := verb(r, o)
	if err != nil {
		return err
	}
	var in record.Input
	if err := r.body(&in); err != nil {
		return err
	}
	out, err := s.Records.Act(anyway(r.Context(), in), r.actor, o, id, act.Name, in)
	if err != nil {
		return err
	}
	if out.ID == 0 {
		out.Object, out.ID = o.Name, id
	}
	next := map[string]any{"object": out.Object, "id": strconv.FormatInt(out.ID, 10)}
	labels, err := s.Records.Names(r.Context(), r.actor, out.Object, []int64{out.ID})
	if err != nil {
		return err
	}
	if label, seen := labels[out.ID]; seen {
		next["label"] = label
	} else {
		next = map[string]any{"object": out.Object, "hidden": true}
	}
	return r.json(http.StatusOK, map[string]any{"next": next})
}

// actionNode describes what an action is sent.
func actionNode(act *schema.Action, lang string) node {
	properties := node{}
	var required []string
	for _, f := range act.Fields {
		properties[f.Name] = fieldNode(f, lang, true)
		if f.Required && f.Only == nil {
			required = append(required, f.Name)
		}
	}
	n := object(required, properties)
	n["additionalProperties"] = false
	return n
}
