package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// named is a record by id and name.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func byName(id int64, name string) *named {
	if id == 0 {
		return nil
	}
	return &named{strconv.FormatInt(id, 10), name}
}

type shareView struct {
	ID         string  `json:"id"`
	User       *named  `json:"user,omitempty"`
	Department *named  `json:"department,omitempty"`
	Write      bool    `json:"write"`
	Role       string  `json:"role,omitempty"`
	Until      *string `json:"until"`
	By         *named  `json:"created_by"`
	At         string  `json:"created_at"`
}

func showShare(s record.Share) shareView {
	v := shareView{ID: s.Token(), User: byName(s.User, ""), Department: byName(s.Department, ""), Write: s.Write, Role: s.Role, By: byName(s.By, s.ByName), At: instant(s.Created)}
	for _, n := range []*named{v.User, v.Department} {
		if n != nil {
			n.Name = s.Name
		}
	}
	if s.Until != 0 {
		until := instant(s.Until)
		v.Until = &until
	}
	return v
}

// shareChange is what a line of the history says about a share.
type shareChange struct {
	User       *named          `json:"user,omitempty"`
	Department *named          `json:"department,omitempty"`
	Before     json.RawMessage `json:"before"`
	After      json.RawMessage `json:"after"`
}

func (s *Server) shareTold(r *request, changes map[string][2]json.RawMessage) (*shareChange, error) {
	for name, pair := range changes {
		share, ok := record.ShareOf(name)
		if !ok {
			continue
		}
		c := &shareChange{Before: pair[0], After: pair[1]}
		users, err := s.Records.Names(r.Context(), r.actor, "user", []int64{share.User})
		if err != nil {
			return nil, err
		}
		departments, err := s.Records.Names(r.Context(), r.actor, "department", []int64{share.Department})
		c.User, c.Department = byName(share.User, users[share.User]), byName(share.Department, departments[share.Department])
		return c, err
	}
	return nil, nil
}

func (s *Server) shares(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	list, err := s.Records.Shares(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	shown := []shareView{}
	for _, share := range list {
		shown = append(shown, showShare(share))
	}
	return r.json(http.StatusOK, map[string]any{"shares": shown})
}

// until reads an instant (RFC 3339), or a day, which counts to its end in the
// asker's time zone; nil and "" mean without end.
func (r *request) until(field string, text *string) (int64, error) {
	if text == nil || *text == "" {
		return 0, nil
	}
	if at, err := time.Parse(time.RFC3339, *text); err == nil {
		return at.UnixMicro(), nil
	}
	day, err := time.ParseInLocation("2006-01-02", *text, r.actor.Zone())
	if err != nil {
		return 0, record.Invalid(field, "not_a_datetime")
	}
	return day.AddDate(0, 0, 1).UnixMicro(), nil
}

// reference reads an id that stands alone or in the object a read answered; nil
// and null give 0.
func reference(field string, raw any) (int64, error) {
	if m, ok := raw.(map[string]any); ok {
		raw = m["id"]
	}
	if raw == nil {
		return 0, nil
	}
	text, _ := raw.(string)
	id, ok := schema.ParseID(text)
	if !ok {
		return 0, record.Invalid(field, "not_a_reference")
	}
	return id, nil
}

func (s *Server) addShare(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	var in struct {
		User       any     `json:"user"`
		Department any     `json:"department"`
		Write      bool    `json:"write"`
		Role       string  `json:"role"`
		Until      *string `json:"until"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	share := record.Share{Write: in.Write, Role: strings.TrimSpace(in.Role)}
	if share.User, err = reference("user", in.User); err != nil {
		return err
	}
	if share.Department, err = reference("department", in.Department); err != nil {
		return err
	}
	if share.Until, err = r.until("until", in.Until); err != nil {
		return err
	}
	if share, err = s.Records.AddShare(r.Context(), r.actor, o, id, share); err != nil {
		return err
	}
	return r.json(http.StatusCreated, showShare(share))
}

func (s *Server) removeShare(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	if err := s.Records.RemoveShare(r.Context(), r.actor, o, id, r.PathValue("share")); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
