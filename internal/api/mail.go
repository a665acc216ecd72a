package api

import (
	"errors"
	"net/http"
	"strconv"

	"ecrm/internal/identity"
	"ecrm/internal/mail"
	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// mailServerView is the mail server as an administrator sees it; nobody reads its
// password.
type mailServerView struct {
	// Ready: one is named, and mails go out.
	Ready       bool   `json:"ready"`
	Host        string `json:"host"`
	Port        int    `json:"port"`
	Security    string `json:"security"`
	User        string `json:"user"`
	HasPassword bool   `json:"has_password"`
	// Readable is false where this server has another key than the one the password
	// was sealed with.
	Readable      bool   `json:"password_readable"`
	SenderName    string `json:"sender_name"`
	SenderAddress string `json:"sender_address"`
	Site          string `json:"site"`
	InviteDays    int    `json:"invite_days"`
}

func (s *Server) mailServer(r *request) error {
	if !r.actor.Admin() {
		return &record.Error{Code: "forbidden"}
	}
	v, err := s.Mail.Settings(r.Context())
	if err != nil {
		return err
	}
	if v == nil {
		view := mailServerView{Security: mail.StartTLS, Port: 587, Readable: true, InviteDays: mail.InviteDays}
		if list := s.addresses(r); len(list) > 0 {
			view.Site = list[0]
		}
		return r.json(http.StatusOK, view)
	}
	return r.json(http.StatusOK, mailServerView{
		Ready: true, Host: v.Host, Port: v.Port, Security: v.Security, User: v.User, HasPassword: v.Sealed != "", Readable: s.Mail.Readable(v),
		SenderName: v.Name, SenderAddress: v.Address, Site: v.Site, InviteDays: v.InviteDays,
	})
}

func (s *Server) setMailServer(r *request) error {
	var c mail.Change
	if err := r.exact(&c); err != nil {
		return err
	}
	site := ""
	if list := s.addresses(r); len(list) > 0 {
		site = list[0]
	}
	if err := s.Mail.Set(r.Context(), r.actor, c, site); err != nil {
		return err
	}
	return s.mailServer(r)
}

// triedView says in plain words what came of a test mail.
type triedView struct {
	OK      bool   `json:"ok"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	// Answer is what the mail server said itself.
	Answer string `json:"answer,omitempty"`
}

func (s *Server) tryMailServer(r *request) error {
	var in struct {
		To string `json:"to"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	company, err := s.Identity.Company(r.Context())
	if err != nil {
		return err
	}
	lang := r.language()
	say := func(code string) string {
		return message.In(lang, code, map[string]string{"name": r.person.Name, "company": company.Name, "to": in.To})
	}
	err = s.Mail.Try(r.Context(), r.actor, in.To, &mail.Message{Subject: say("mail_test_subject"), Greeting: say("mail_greeting"), Text: []string{say("mail_test")}})
	var refused *record.Error
	if errors.As(err, &refused) {
		return err
	}
	if err != nil {
		code, answer := mail.Explain(err)
		return r.json(http.StatusOK, triedView{Code: code, Message: message.In(lang, code, nil), Answer: answer})
	}
	return r.json(http.StatusOK, triedView{OK: true, Message: say("mail_test_sent")})
}

// outgoingView is a mail as an administrator sees it: to whom and about what kind of
// thing, not what it says.
type outgoingView struct {
	ID       string  `json:"id"`
	User     *named  `json:"user"`
	Kind     string  `json:"kind"`
	State    string  `json:"state"`
	Address  string  `json:"address,omitempty"`
	Attempts int64   `json:"attempts"`
	Problem  string  `json:"problem,omitempty"`
	Answer   string  `json:"answer,omitempty"`
	Created  string  `json:"created_at"`
	Sent     *string `json:"sent_at"`
	Next     *string `json:"next_at"`
}

func (s *Server) mails(r *request) error {
	query := r.URL.Query()
	below := int64(0)
	if text := query.Get("cursor"); text != "" {
		id, ok := schema.ParseID(text)
		if !ok {
			return record.Invalid("cursor", "bad_cursor")
		}
		below = id
	}
	list, next, err := s.Mail.List(r.Context(), r.actor, query.Get("state"), below, mail.MaxPage/2)
	if err != nil {
		return err
	}
	shown := []outgoingView{}
	for _, m := range list {
		v := outgoingView{ID: strconv.FormatInt(m.ID, 10), User: byName(m.User, m.Name), Kind: m.Kind, State: m.State, Address: m.Address, Attempts: m.Attempts, Answer: m.Answer,
			Created: instant(m.Created), Sent: moment(m.Sent), Next: moment(m.Next)}
		if m.Problem != "" {
			v.Problem = message.In(r.language(), m.Problem, nil)
		}
		shown = append(shown, v)
	}
	var cursor *string
	if next != 0 {
		text := strconv.FormatInt(next, 10)
		cursor = &text
	}
	return r.json(http.StatusOK, map[string]any{"mails": shown, "next": cursor})
}

func (s *Server) retryMail(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Mail.Retry(r.Context(), r.actor, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// forgotPassword answers the same whoever asks for whomever.
func (s *Server) forgotPassword(r *request) error {
	var in struct {
		Login string `json:"login"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	if err := s.Identity.Forget(r.Context(), in.Login, r.ip()); err != nil {
		return err
	}
	return r.json(http.StatusAccepted, map[string]string{"message": message.In(r.language(), "password_mailed", nil)})
}

// passwordLink tells whose link it is before a password is chosen.
func (s *Server) passwordLink(r *request) error {
	var in struct {
		Token string `json:"token"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	p, purpose, err := s.Identity.Linked(r.Context(), in.Token, r.ip())
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]string{"name": p.Name, "login": p.Login, "language": p.Language, "purpose": purpose})
}

// choosePassword sets the password of whose link it is and signs him in.
func (s *Server) choosePassword(r *request) error {
	var in struct {
		Token    string `json:"token"`
		Password string `json:"password"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	id, err := s.Identity.UseLink(r.Context(), in.Token, in.Password, r.ip())
	if err != nil {
		return err
	}
	return s.begin(r, identity.Verified{User: id})
}
