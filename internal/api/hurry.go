package api

import (
	"maps"
	"net/http"

	"ecrm/internal/identity"
)

// hurried are the routes people wait for most: who asks is remembered, and tested with the
// first thing that is read (see store.Hurry). They change nothing.
var hurried = []string{
	"GET " + prefix + "{plural}", "GET " + prefix + "{plural}/{id}", "GET " + prefix + "{plural}/{id}/timeline", "GET " + prefix + "search",
}

// hurry answers a request with what is remembered of who makes it; false: that does not
// hold any more, nothing was answered, and it is to be done at leisure.
func (s *Server) hurry(r *request, h handler, a access) bool {
	ctx, hurry := s.Records.DB.InHurry(r.Context())
	if hurry == nil {
		return false
	}
	at, w := r.Request, r.w
	answer := &trusting{ResponseWriter: w, header: http.Header{}, settle: func() error { return s.Records.DB.Settle(ctx, hurry) }}
	r.Request, r.w = at.WithContext(ctx), answer
	defer func() { r.Request, r.w = at, w }()
	if err := s.attempt(r, h, a); err != nil && !hurry.Stale() {
		s.refuse(r, err)
	}
	if answer.passed || !hurry.Stale() && !answer.dropped {
		return true
	}
	r.actor, r.person = nil, identity.Person{}
	return false
}

// trusting is an answer of which nothing goes out before what the request was begun with
// was tested.
type trusting struct {
	http.ResponseWriter
	header          http.Header
	settle          func() error
	passed, dropped bool
}

// Header is kept until the answer may go out.
func (t *trusting) Header() http.Header {
	if t.passed {
		return t.ResponseWriter.Header()
	}
	return t.header
}

// WriteHeader sends the status, or drops the answer.
func (t *trusting) WriteHeader(status int) {
	switch {
	case t.dropped:
		return
	case !t.passed:
		if t.settle() != nil {
			t.dropped = true
			return
		}
		maps.Copy(t.ResponseWriter.Header(), t.header)
		t.passed = true
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the answer, or drops it.
func (t *trusting) Write(b []byte) (int, error) {
	if !t.passed && !t.dropped {
		t.WriteHeader(http.StatusOK)
	}
	if t.dropped {
		return len(b), nil
	}
	return t.ResponseWriter.Write(b)
}
