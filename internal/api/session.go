package api

import (
	"net/http"
	"strconv"

	"ecrm/internal/identity"
	"ecrm/internal/proxy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

func (s *Server) begin(r *request, who identity.Verified) error {
	if err := s.open(r, who); err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]string{"id": strconv.FormatInt(who.User, 10)})
}

// open gives the caller a session of a user's.
func (s *Server) open(r *request, who identity.Verified) error {
	secret, err := s.Identity.Open(r.Context(), who, r.UserAgent(), r.ip())
	if err != nil {
		return err
	}
	s.familiar.note(secret, who.User)
	http.SetCookie(r.w, &http.Cookie{Name: cookieName, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: proxy.Secure(r.Request), MaxAge: 30 * 24 * 3600}) //nolint:gosec // Secure follows how the server is reached: loopback has no HTTPS
	return nil
}

func (s *Server) signIn(r *request) error {
	var in struct{ Login, Password string }
	if err := r.body(&in); err != nil {
		return err
	}
	who, err := s.Identity.SignIn(r.Context(), in.Login, in.Password, r.ip())
	if err != nil {
		return err
	}
	return s.begin(r, who)
}

func (s *Server) signOut(r *request) error {
	if cookie, err := r.Cookie(cookieName); err == nil {
		if err := s.Identity.Close(r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	http.SetCookie(r.w, &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: proxy.Secure(r.Request), MaxAge: -1}) //nolint:gosec // as in begin
	r.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) me(r *request) error {
	company, err := s.Identity.Company(r.Context())
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"user": r.person, "company": company, "admin": r.actor.Admin(), "version": s.Version})
}

func (s *Server) patchMe(r *request) error {
	var in record.Input
	if err := r.body(&in); err != nil {
		return err
	}
	if password, ok := in["password"].(string); ok {
		old, _ := in["old_password"].(string)
		if err := s.Identity.ChangePassword(r.Context(), r.person, old, password, r.ip()); err != nil {
			return err
		}
		return s.begin(r, identity.Verified{User: r.person.ID})
	}
	if err := s.Identity.Personal(r.Context(), r.actor, in); err != nil {
		return err
	}
	var err error
	if r.actor, r.person, err = s.who(r); err != nil {
		return err
	}
	return s.me(r)
}

type sessionView struct {
	ID      string `json:"id"`
	User    *named `json:"user"`
	Device  string `json:"device"`
	Address string `json:"address"`
	Since   string `json:"since"`
	Seen    string `json:"last_seen"`
	Until   string `json:"until"`
	Current bool   `json:"current"`
}

// whose reads the user a list is about: the asker unless ?user= names another.
func (r *request) whose() (int64, error) {
	text := r.URL.Query().Get("user")
	if text == "" {
		return r.actor.ID, nil
	}
	id, ok := schema.ParseID(text)
	if !ok {
		return 0, record.Invalid("user", "not_a_reference")
	}
	return id, nil
}

func (s *Server) sessions(r *request) error {
	user, err := r.whose()
	if r.URL.Query().Get("user") == "all" {
		user, err = 0, nil
	}
	if err != nil {
		return err
	}
	list, err := s.Identity.Sessions(r.Context(), r.actor, user)
	if err != nil {
		return err
	}
	current := int64(0)
	if cookie, err := r.Cookie(cookieName); err == nil {
		if current, err = s.Identity.Current(r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	shown := []sessionView{}
	for _, one := range list {
		shown = append(shown, sessionView{
			ID: strconv.FormatInt(one.ID, 10), User: byName(one.User, one.Name), Device: one.Device, Address: one.Address,
			Since: instant(one.Since), Seen: instant(one.Seen), Until: instant(one.Until), Current: one.ID == current,
		})
	}
	return r.json(http.StatusOK, map[string]any{"sessions": shown})
}

func (s *Server) revokeSession(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Identity.Revoke(r.Context(), r.actor, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) resetPassword(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	password, err := s.Identity.ResetPassword(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]string{"temporary_password": password})
}

type tokenView struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	User    *named   `json:"user"`
	Scopes  []string `json:"scopes"`
	Created string   `json:"created_at"`
	Expires *string  `json:"expires_at"`
	Used    *string  `json:"last_used"`
	// Secret is shown once, when the token is made.
	Secret string `json:"secret,omitempty"`
}

func moment(micro int64) *string {
	if micro == 0 {
		return nil
	}
	text := instant(micro)
	return &text
}

func showToken(t identity.Token) tokenView {
	return tokenView{ID: strconv.FormatInt(t.ID, 10), Name: t.Name, User: byName(t.User, t.Owner), Scopes: t.Scopes, Created: instant(t.Created), Expires: moment(t.Until), Used: moment(t.Used)}
}

func (s *Server) tokens(r *request) error {
	user, err := r.whose()
	if err != nil {
		return err
	}
	list, err := s.Identity.Tokens(r.Context(), r.actor, user)
	if err != nil {
		return err
	}
	shown := []tokenView{}
	for _, one := range list {
		shown = append(shown, showToken(one))
	}
	return r.json(http.StatusOK, map[string]any{"tokens": shown})
}

func (s *Server) addToken(r *request) error {
	var in struct {
		Name    string   `json:"name"`
		Scopes  []string `json:"scopes"`
		Expires *string  `json:"expires_at"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	until, err := r.until("expires_at", in.Expires)
	if err != nil {
		return err
	}
	token, secret, err := s.Identity.AddToken(r.Context(), r.actor, in.Name, in.Scopes, until)
	if err != nil {
		return err
	}
	view := showToken(token)
	view.Secret = secret
	return r.json(http.StatusCreated, view)
}

func (s *Server) revokeToken(r *request) error {
	id, err := r.numbered()
	if err != nil {
		return err
	}
	if err := s.Identity.RevokeToken(r.Context(), r.actor, id); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
