package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"ecrm/internal/identity"
	"ecrm/internal/policy"
	"ecrm/internal/record"
)

// access is who may call a route at all; what he may do there is policy's to
// say.
type access struct {
	// signed routes need a session or a token.
	signed bool
	// inPerson routes are closed to tokens.
	inPerson bool
	// grants are scopes of which a token needs one; none: read to GET, write
	// for the rest.
	grants []string
	// method and path are those of the route.
	method, path string
	// unchanged routes are open to whoever must change his password first.
	unchanged bool
	// hurried routes begin with what is remembered of who asks.
	hurried bool
}

// Route is one route of the API as it was registered.
type Route struct {
	Method, Path string
	// Signed routes need a session or a token.
	Signed bool
	// Grants are the scopes of which a token needs one; none: closed to tokens.
	Grants []string
}

// Routes lists what Handler registered, for tests that must miss none.
func (s *Server) Routes() []Route { return s.routes }

// otherOrigin is a request that a page of another origin made, or one whose name a
// proxy did not hand on.
type otherOrigin struct{ origin, host string }

// Error says where it came from, for the log.
func (o otherOrigin) Error() string {
	return fmt.Sprintf("a page of %q asked %q to change something; a proxy between them must hand on the name people typed", o.origin, o.host)
}

var errMustChange = errors.New("the password must be changed first")

// open to those who must change their password: what the page for it needs.
var unchanged = []string{"GET " + prefix + "me", "PATCH " + prefix + "me", "GET " + prefix + "objects"}

func (s *Server) route(pattern string, a access) access {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "", pattern
	}
	if a.grants == nil {
		a.grants = []string{policy.GrantWrite}
		if method == http.MethodGet {
			a.grants = []string{policy.GrantRead}
		}
	}
	a.method, a.path = method, path
	described := Route{Method: method, Path: path, Signed: a.signed, Grants: a.grants}
	if a.inPerson {
		described.Grants = nil
	}
	s.routes = append(s.routes, described)
	a.unchanged = slices.Contains(unchanged, pattern)
	a.hurried = slices.Contains(hurried, pattern)
	return a
}

// bearer is the token a request carries, "" for none.
func (r *request) bearer() string {
	kind, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// who tells who makes a request, as it is now, and where from.
func (s *Server) who(r *request) (*policy.Actor, identity.Person, error) {
	a, p, err := s.known(r)
	if err != nil {
		s.familiar.note(r.secret(), 0)
		return a, p, err
	}
	a.Address = r.ip()
	s.familiar.note(r.secret(), a.ID)
	return a, p, nil
}

// looks tells of the routes by which a page looks again and again how far a job is: that
// keeps no job from going on.
func (a access) looks() bool {
	return a.method == http.MethodGet && (strings.HasPrefix(a.path, prefix+"jobs") || strings.HasPrefix(a.path, prefix+"imports"))
}

// secret is what a request says who makes it with: a token, else a session's; "" for
// nothing.
func (r *request) secret() string {
	if secret := r.bearer(); secret != "" {
		return secret
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// known tells who makes a request: by its token, else its session.
func (s *Server) known(r *request) (*policy.Actor, identity.Person, error) {
	if secret := r.bearer(); secret != "" {
		return s.Identity.Bearer(r.Context(), secret)
	}
	secret := r.secret()
	if secret == "" {
		return nil, identity.Person{}, identity.ErrSignedOut
	}
	return s.Identity.Actor(r.Context(), secret)
}

func (s *Server) wrap(h handler, a access) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		watched := s.metrics.begin(a, w)
		defer watched.end()
		r := &request{Request: hr, w: watched, identity: s.Identity}
		defer func() {
			if p := recover(); p != nil {
				slog.Error("a request panicked", "path", unspoken(hr.URL.Path), "panic", p)
				s.refuse(r, errors.New("panic"))
			}
		}()
		if !a.stream() && a.path != "/metrics" {
			if !a.looks() {
				s.Records.DB.Greet()
			}
			done, err := s.queue(r)
			if err != nil {
				s.refuse(r, err)
				return
			}
			defer done()
		}
		if a.hurried && s.hurry(r, h, a) {
			return
		}
		if err := s.attempt(r, h, a); err != nil {
			s.refuse(r, err)
		}
	})
}

// attempt admits a request and answers it.
func (s *Server) attempt(r *request, h handler, a access) error {
	if err := s.admit(r, a); err != nil {
		return err
	}
	return h(r)
}

// queue gives a request its turn, which done ends. Who reads does not wait for
// those whose changes wait for the database, nor the other way round.
func (s *Server) queue(r *request) (done func(), err error) {
	crowd := s.changers
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		crowd = s.readers
	}
	body, whole := takenIn(r.Request)
	t, err := crowd.enter(r.Context(), s.familiar.key(r.secret(), r.ip()))
	if err != nil {
		return nil, err
	}
	if !whole {
		body = pausing{body, t}
	}
	r.Request = r.WithContext(r.Context())
	r.Body, r.w = body, served{r.w, t}
	return t.end, nil
}

// admit finds out who asks and whether the route is open to him.
func (s *Server) admit(r *request, a access) (err error) {
	// Pages of other origins change nothing, not even those of the same machine
	// under another port, to which browsers send the cookie.
	if s.origin.Check(r.Request) != nil {
		return otherOrigin{r.Header.Get("Origin"), r.Host}
	}
	if !a.signed {
		return nil
	}
	if r.actor, r.person, err = s.who(r); err != nil {
		return err
	}
	if r.person.MustChange && !a.unchanged {
		return errMustChange
	}
	if r.actor.Grants != nil {
		if a.inPerson || !slices.ContainsFunc(a.grants, r.actor.Grants.Has) {
			return &record.Error{Code: "forbidden"}
		}
	}
	return nil
}
