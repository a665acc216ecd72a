package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"syscall"

	"ecrm/internal/identity"
	"ecrm/internal/message"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

type fieldProblem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Fields []fieldProblem `json:"fields,omitempty"`
	// Duplicates are the records that a write would repeat.
	Duplicates *record.Twins `json:"duplicates,omitempty"`
}

var statuses = map[string]int{
	"invalid": http.StatusUnprocessableEntity, "not_found": http.StatusNotFound, "forbidden": http.StatusForbidden,
	"conflict": http.StatusConflict, "duplicate": http.StatusConflict, "password_change_required": http.StatusForbidden, "unauthenticated": http.StatusUnauthorized, "rate_limited": http.StatusTooManyRequests,
	"too_large": http.StatusRequestEntityTooLarge, "too_expensive": http.StatusUnprocessableEntity, "unavailable": http.StatusServiceUnavailable,
}

// explain puts an error into the asker's language. What nobody foresaw is
// logged, and the client is told no more than that.
func (r *request) explain(err error) problem {
	p := problem{Type: "about:blank", Code: "unavailable"}
	var re *record.Error
	var qp *query.Problem
	var large *http.MaxBytesError
	var other otherOrigin
	lang := r.language()
	switch {
	case errors.As(err, &re) && re.Taken() && r.clashed():
		// Whoever tries value after value learns no more whether they are taken.
		p.Code = "rate_limited"
		slog.Warn("somebody keeps hitting on values that are taken", "user", r.actor.ID, "path", unspoken(r.URL.Path))
	case errors.As(err, &re):
		p.Code, p.Duplicates = re.Code, re.Twins
		for _, f := range re.Fields {
			p.Fields = append(p.Fields, fieldProblem{f.Field, f.Problem.Code, message.In(lang, f.Problem.Code, f.Params)})
		}
	case errors.As(err, &qp):
		p.Code = "invalid"
		p.Detail = message.In(lang, qp.Code, map[string]string{"pos": strconv.Itoa(qp.Pos + 1), "token": qp.Token})
		p.Fields = []fieldProblem{{"filter", qp.Code, p.Detail}}
	case errors.As(err, &large):
		p.Code = "too_large"
		if large.Limit > maxBody {
			p.Detail = message.In(lang, "file_over_limit", map[string]string{"max": strconv.FormatInt(large.Limit>>20, 10)})
		}
	case errors.As(err, &other):
		p.Code, p.Detail = "forbidden", message.In(lang, "other_origin", map[string]string{"origin": schema.Shorten(other.origin), "host": schema.Shorten(other.host)})
		slog.Warn("refused", "reason", other.Error())
	case errors.Is(err, identity.ErrSignedOut):
		p.Code = "unauthenticated"
	case errors.Is(err, identity.ErrPassword):
		p.Code, p.Detail = "unauthenticated", message.In(lang, "wrong_password", nil)
	case errors.Is(err, errMustChange):
		p.Code = "password_change_required"
	case errors.Is(err, identity.ErrThrottled):
		p.Code = "rate_limited"
	case errors.Is(err, identity.ErrLink):
		p.Code, p.Detail = "not_found", message.In(lang, "link_ended", nil)
	case errors.Is(err, identity.ErrDone):
		p.Code, p.Detail = "conflict", message.In(lang, "set_up_before", nil)
	case errors.Is(err, store.ErrTooExpensive):
		p.Code = "too_expensive"
	case errors.Is(err, store.ErrLocked):
		p.Detail = message.In(lang, "schema_busy", nil)
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		p.Detail = message.In(lang, "disk_full", nil)
		slog.Error("the disk is full: make room on it", "error", err)
	case errors.Is(err, errCrowded):
		p.Detail = message.In(lang, "crowded", nil)
	case errors.Is(err, context.Canceled):
	default:
		slog.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	p.Title = message.In(lang, p.Code, nil)
	if p.Code == "conflict" && len(p.Fields) == 1 && p.Fields[0].Code != "changed_since" {
		p.Detail = p.Fields[0].Message
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	p.Status = statuses[p.Code]
	return p
}

// clashed counts a value that was taken and tells whether there were too many.
func (r *request) clashed() bool { return r.actor != nil && r.identity.Clashed(r.actor.ID) }

// refuse answers an error.
func (s *Server) refuse(r *request, err error) {
	p := r.explain(err)
	switch p.Code {
	case "rate_limited":
		r.w.Header().Set("Retry-After", "900")
	case "unavailable": // a database that is away comes back
		r.w.Header().Set("Retry-After", "5")
	}
	clash := func(f fieldProblem) bool { return f.Code == "changed_since" }
	if p.Code == "conflict" && r.Header.Get("If-Match") != "" && (p.Fields == nil || slices.ContainsFunc(p.Fields, clash)) {
		p.Status = http.StatusPreconditionFailed
	}
	b, err := json.Marshal(p)
	if err != nil {
		b = []byte("{}")
	}
	r.w.Header().Set("Content-Type", "application/problem+json")
	r.w.Header().Set("Cache-Control", "no-store")
	r.w.WriteHeader(p.Status)
	if _, err := r.w.Write(b); err != nil {
		slog.Debug("the client is gone", "error", err)
	}
}
