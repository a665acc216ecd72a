package api

import (
	"net/http"
	"strconv"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// addUser makes a user with the password sent, or with a temporary one that is
// answered this once and must be changed at the first sign-in.
func (s *Server) addUser(r *request, o *schema.Object, in record.Input) error {
	password, err := text(in, "password")
	if err != nil {
		return err
	}
	mustChange := false
	if raw, ok := in["must_change_password"]; ok {
		delete(in, "must_change_password")
		if mustChange, ok = raw.(bool); !ok {
			return record.Invalid("must_change_password", "not_a_boolean")
		}
	}
	var id int64
	temporary := ""
	if password == "" {
		id, temporary, err = s.Identity.Invite(r.Context(), r.actor, in)
	} else {
		id, err = s.Identity.AddUser(r.Context(), r.actor, in, password, mustChange)
	}
	if err != nil {
		return err
	}
	r.w.Header().Set("Location", prefix+o.Plural+"/"+strconv.FormatInt(id, 10))
	b, version, err := s.Records.Get(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	r.w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	if temporary != "" {
		b = append(b[:len(b)-1], `,"temporary_password":`...)
		b = append(schema.AppendString(b, temporary), '}')
	}
	reply(r.w, http.StatusCreated, b)
	return nil
}

// text takes a text that is no field out of what was sent; absent: "".
func text(in record.Input, name string) (string, error) {
	raw, ok := in[name]
	if !ok {
		return "", nil
	}
	delete(in, name)
	s, ok := raw.(string)
	if !ok {
		return "", record.Invalid(name, "not_text")
	}
	return s, nil
}
