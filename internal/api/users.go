package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"ecrm/internal/message"
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
	invite, err := text(in, "invite")
	if err != nil {
		return err
	}
	if invite != "" && (invite != "mail" || password != "") {
		return record.Invalid("invite", "not_an_option", "value", schema.Shorten(invite))
	}
	var id int64
	temporary := ""
	if invite != "" {
		id, err = s.Identity.AddInvited(r.Context(), r.actor, in)
	} else if password == "" {
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

// invite hands a temporary password to every user who has none yet, as a file or
// as JSON; nobody can read them again.
func (s *Server) invite(r *request) error {
	var in struct {
		IDs    []string `json:"ids"`
		Format string   `json:"format"`
		By     string   `json:"by"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	ids, err := chosen{IDs: in.IDs}.ids()
	if err != nil {
		return err
	}
	if in.Format != "" && in.Format != "csv" && in.Format != "json" {
		return record.Invalid("format", "not_an_option", "value", in.Format)
	}
	switch in.By {
	case "":
	case "mail":
		n, without, err := s.Identity.SendInvitations(r.Context(), r.actor, ids)
		if err != nil {
			return err
		}
		if without == nil {
			without = []string{}
		}
		return r.json(http.StatusOK, map[string]any{"mailed": n, "without_address": without})
	default:
		return record.Invalid("by", "not_an_option", "value", schema.Shorten(in.By))
	}
	list, err := s.Identity.InviteAll(r.Context(), r.actor, ids)
	if err != nil {
		return err
	}
	if in.Format != "csv" {
		return r.json(http.StatusOK, map[string]any{"users": list})
	}
	user := r.actor.Registry.Object("user")
	lang := r.language()
	var b bytes.Buffer
	b.WriteString("\uFEFF") // spreadsheets read UTF-8 by it
	w := csv.NewWriter(&b)
	rows := [][]string{{user.Field("name").Label.In(lang), user.Field("login").Label.In(lang), message.In(lang, "temporary_password", nil)}}
	for _, one := range list {
		rows = append(rows, []string{plain(one.Name), plain(one.Login), one.Password})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	h := r.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="passwords.csv"`)
	h.Set("Cache-Control", "no-store")
	_, err = r.w.Write(b.Bytes())
	return err
}

// plain keeps a spreadsheet from taking text for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
