// Package api is HTTP: sessions, records, metadata, live events. It is generic
// over objects and knows no module by name.
package api

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/analysis"
	"ecrm/internal/attainment"
	"ecrm/internal/blob"
	"ecrm/internal/bulk"
	"ecrm/internal/calendar"
	"ecrm/internal/dedupe"
	"ecrm/internal/demo"
	"ecrm/internal/favorite"
	"ecrm/internal/identity"
	"ecrm/internal/jobs"
	"ecrm/internal/mail"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/proxy"
	"ecrm/internal/reach"
	"ecrm/internal/record"
	"ecrm/internal/secure"
	"ecrm/internal/transfer"
	"ecrm/internal/view"
	"ecrm/internal/webform"
	"ecrm/internal/workbench"
	"ecrm/internal/workreport"
)

// Server answers requests.
type Server struct {
	Records  *record.Service
	Identity *identity.Service
	Transfer *transfer.Service
	Views    *view.Service
	// Forms are the company's public ones.
	Forms *webform.Service
	// Favorites are what each person starred.
	Favorites *favorite.Service
	// Analyses are what modules ask of their records as a whole.
	Analyses *analysis.Service
	Notices  *notice.Service
	// Workbench keeps start pages, Attainment tells how sales stand.
	Workbench  *workbench.Service
	Attainment *attainment.Service
	// Reports are what people report of their work.
	Reports *workreport.Service
	// Calendar shows what has a day.
	Calendar *calendar.Service
	Mail     *mail.Service
	Jobs     *jobs.Service
	Bulk     *bulk.Service
	// Dedupe looks for duplicates over everything.
	Dedupe  *dedupe.Service
	Exports *transfer.Exports
	Files   *blob.Folder
	// Web holds the interface's files.
	Web fs.FS
	// Reach is where this server is reached.
	Reach   reach.Point
	Version string
	live    *live
	routes  []Route
	metrics *metrics
	// readers and changers give requests their turn.
	readers, changers *crowd
	familiar          familiar
	// origin tells requests that another site's page made.
	origin http.CrossOriginProtection
}

const (
	cookieName = "ecrm_session"
	maxBody    = 4 << 20
	prefix     = "/api/v1/"
)

// request is one call with who makes it.
type request struct {
	*http.Request
	w      http.ResponseWriter
	actor  *policy.Actor
	person identity.Person
	// identity counts what looks like guessing.
	identity *identity.Service
}

func (r *request) language() string {
	if r.actor != nil && r.actor.Language != "" {
		return r.actor.Language
	}
	accept := r.Header.Get("Accept-Language")
	switch {
	case strings.HasPrefix(accept, "zh-CN"), strings.HasPrefix(accept, "zh-Hans"):
		return "zh-CN"
	case strings.HasPrefix(accept, "en"):
		return "en"
	}
	return "zh-TW"
}

type handler func(r *request) error

// Handler builds the routes.
func (s *Server) Handler() http.Handler {
	s.live = newLive(s.Records)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, []byte(`{"status":"ok"}`)) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Records.DB.Ping(r.Context()); err != nil {
			reply(w, http.StatusServiceUnavailable, []byte(`{"status":"no database"}`))
			return
		}
		reply(w, http.StatusOK, []byte(`{"status":"ok"}`))
	})
	s.readers, s.changers = newCrowd(maxWorking, maxShare, maxWaiting, patience), newCrowd(maxWorking, maxShare, maxWaiting, patience)
	s.routes, s.metrics = nil, newMetrics(s)
	mux.Handle("GET /metrics", s.wrap(s.measurements, s.route("GET /metrics", access{})))
	open := func(pattern string, h handler) { mux.Handle(pattern, s.wrap(h, s.route(pattern, access{}))) }
	signed := func(pattern string, h handler, grants ...string) {
		mux.Handle(pattern, s.wrap(h, s.route(pattern, access{signed: true, grants: grants})))
	}
	// In person: no token does these.
	inPerson := func(pattern string, h handler) {
		mux.Handle(pattern, s.wrap(h, s.route(pattern, access{signed: true, inPerson: true})))
	}
	open("GET "+prefix+"setup", s.setupState)
	open("POST "+prefix+"setup", s.setUp)
	open("POST "+prefix+"session", s.signIn)
	open("DELETE "+prefix+"session", s.signOut)
	signed("GET "+prefix+"me", s.me)
	inPerson("PATCH "+prefix+"me", s.patchMe)
	inPerson("GET "+prefix+"sessions", s.sessions)
	inPerson("DELETE "+prefix+"sessions/{id}", s.revokeSession)
	inPerson("GET "+prefix+"tokens", s.tokens)
	inPerson("POST "+prefix+"tokens", s.addToken)
	inPerson("DELETE "+prefix+"tokens/{id}", s.revokeToken)
	signed("POST "+prefix+"users/{id}/actions/reset-password", s.resetPassword, policy.GrantAdmin)
	signed("POST "+prefix+"users/actions/invite", s.invite, policy.GrantAdmin)
	signed("GET "+prefix+"objects", s.objects)
	signed("POST "+prefix+"objects", s.addObject, policy.GrantAdmin)
	signed("GET "+prefix+"objects/{object}", s.object)
	signed("PATCH "+prefix+"objects/{object}", s.changeObject, policy.GrantAdmin)
	signed("PUT "+prefix+"objects/{object}/pipelines", s.changePipelines, policy.GrantAdmin)
	signed("POST "+prefix+"objects/{object}/fields", s.addField, policy.GrantAdmin)
	signed("PATCH "+prefix+"objects/{object}/fields/{field}", s.changeField, policy.GrantAdmin)
	signed("DELETE "+prefix+"objects/{object}/fields/{field}", s.retireField, policy.GrantAdmin)
	signed("POST "+prefix+"objects/{object}/fields/{field}/actions/restore", s.restoreField, policy.GrantAdmin)
	signed("GET "+prefix+"objects/{object}/retired-fields", s.retiredFields, policy.GrantAdmin)
	signed("PATCH "+prefix+"company", s.changeCompany, policy.GrantAdmin)
	signed("GET "+prefix+"search", s.search)
	signed("GET "+prefix+"readings/{type}", s.reading)
	signed("GET "+prefix+"places", s.places)
	signed("POST "+prefix+"imports", s.upload, policy.GrantImport)
	signed("GET "+prefix+"imports", s.imports, policy.GrantImport)
	signed("GET "+prefix+"imports/{id}", s.importState, policy.GrantImport)
	signed("GET "+prefix+"imports/{id}/problems.csv", s.importProblems, policy.GrantImport)
	signed("PATCH "+prefix+"imports/{id}", s.adjustImport, policy.GrantImport)
	for _, action := range []string{"check", "run", "cancel", "undo"} {
		signed("POST "+prefix+"imports/{id}/actions/"+action, func(r *request) error { return s.startImport(r, action) }, policy.GrantImport)
	}
	signed("GET "+prefix+"jobs", s.jobs)
	signed("GET "+prefix+"jobs/{id}", s.job)
	signed("POST "+prefix+"jobs/{id}/actions/cancel", s.cancelJob)
	signed("POST "+prefix+"jobs/{id}/actions/undo", s.undoJob)
	signed("GET "+prefix+"jobs/{id}/rows", s.jobRows)
	signed("GET "+prefix+"jobs/{id}/result", s.jobResult, policy.GrantExport)
	signed("POST "+prefix+"{plural}/actions/export", s.export, policy.GrantExport)
	for _, action := range append(slices.Clone(bulk.Actions), forMany(s.Records.Current.Load())...) {
		signed("POST "+prefix+"{plural}/actions/"+action, func(r *request) error { return s.bulk(r, action) })
	}
	signed("POST "+prefix+"files", s.addFile)
	signed("GET "+prefix+"files/{id}", s.readFile)
	signed("GET "+prefix+"events", s.events)
	signed("GET "+prefix+"reach", s.reach)
	signed("GET "+prefix+"reach/code.svg", s.reachCode)
	signed("GET "+prefix+"views", s.views)
	signed("POST "+prefix+"views", s.addView)
	signed("GET "+prefix+"views/{id}", s.view)
	signed("PATCH "+prefix+"views/{id}", s.changeView)
	signed("DELETE "+prefix+"views/{id}", s.removeView)
	signed("GET "+prefix+"analyses", s.analyses)
	signed("POST "+prefix+"analyses/{name}/actions/run", s.analyse, policy.GrantRead)
	signed("POST "+prefix+"analyses/{name}/actions/export", s.exportAnalysis, policy.GrantExport)
	signed("GET "+prefix+"favorites", s.favorites)
	signed("PUT "+prefix+"favorites", s.orderFavorites)
	signed("PUT "+prefix+"favorites/{object}/{id}", s.addFavorite)
	signed("DELETE "+prefix+"favorites/{object}/{id}", s.removeFavorite)
	open("POST "+prefix+"password/actions/forget", s.forgotPassword)
	open("POST "+prefix+"password/actions/look", s.passwordLink)
	open("POST "+prefix+"password/actions/choose", s.choosePassword)
	signed("GET "+prefix+"mail-server", s.mailServer, policy.GrantAdmin)
	inPerson("PATCH "+prefix+"mail-server", s.setMailServer)
	inPerson("POST "+prefix+"mail-server/actions/test", s.tryMailServer)
	signed("GET "+prefix+"mails", s.mails, policy.GrantAdmin)
	signed("POST "+prefix+"mails/{id}/actions/retry", s.retryMail, policy.GrantAdmin)
	signed("GET "+prefix+"notices", s.notices)
	signed("POST "+prefix+"notices/actions/read", s.readNotices)
	inPerson("GET "+prefix+"notices/choices", s.noticeChoices)
	inPerson("PATCH "+prefix+"notices/choices", s.chooseNotices)
	signed("GET "+prefix+"workbench", s.workbench)
	signed("PUT "+prefix+"workbench", s.keepWorkbench)
	signed("DELETE "+prefix+"workbench", s.clearWorkbench)
	signed("PUT "+prefix+"workbench/roles/{id}", s.keepRoleWorkbench, policy.GrantAdmin)
	signed("DELETE "+prefix+"workbench/roles/{id}", s.clearRoleWorkbench, policy.GrantAdmin)
	signed("GET "+prefix+"attainment", s.attainment)
	signed("GET "+prefix+"leaders", s.leaders)
	signed("GET "+prefix+"reporting/mine", s.myReport)
	signed("PUT "+prefix+"reporting/draft", s.keepReport)
	signed("POST "+prefix+"reporting/hand-in", s.handInReport)
	signed("GET "+prefix+"reporting/logged", s.loggedIn)
	signed("GET "+prefix+"reporting/team", s.teamReports)
	signed("POST "+prefix+"reporting/remind", s.remindOfReports)
	signed("GET "+prefix+"calendar", s.calendar)
	inPerson("GET "+prefix+"calendar/links", s.calendarLinks)
	inPerson("POST "+prefix+"calendar/links", s.addCalendarLink)
	inPerson("DELETE "+prefix+"calendar/links/{id}", s.revokeCalendarLink)
	open("GET "+calendarPrefix+"{file}", s.feed)
	signed("GET "+prefix+"{plural}", s.list)
	signed("POST "+prefix+"{plural}", s.create)
	signed("POST "+prefix+"{plural}/batch", s.batch)
	signed("PUT "+prefix+"{plural}/by/{field}/{value}", s.put)
	signed("POST "+prefix+"{plural}/aggregate", s.aggregate, policy.GrantRead)
	signed("POST "+prefix+"{plural}/warnings", s.doubts, policy.GrantRead)
	signed("POST "+prefix+"{plural}/duplicates", s.like, policy.GrantRead)
	signed("POST "+prefix+"{plural}/actions/find-duplicates", s.findDuplicates)
	signed("POST "+prefix+"{plural}/actions/apart", s.apart)
	signed("POST "+prefix+"{plural}/actions/preview-merge", s.previewMerge, policy.GrantRead)
	signed("POST "+prefix+"{plural}/actions/merge", s.merge)
	signed("GET "+prefix+"duplicates", s.duplicateGroups)
	signed("GET "+prefix+"merges", s.merges)
	signed("GET "+prefix+"merges/{id}", s.mergeOf)
	signed("POST "+prefix+"merges/{id}/actions/undo", s.unmerge)
	signed("GET "+prefix+"{plural}/{id}", s.get)
	signed("GET "+prefix+"{plural}/{id}/stages", s.stays)
	signed("PATCH "+prefix+"{plural}/{id}", s.update)
	signed("DELETE "+prefix+"{plural}/{id}", s.remove)
	signed("POST "+prefix+"{plural}/{id}/actions/restore", s.restore)
	signed("GET "+prefix+"{plural}/{id}/actions/{action}", s.offer)
	signed("POST "+prefix+"{plural}/{id}/actions/{action}", s.act)
	signed("GET "+prefix+"{plural}/{id}/history", s.history)
	signed("GET "+prefix+"{plural}/{id}/timeline", s.timeline)
	signed("GET "+prefix+"{plural}/{id}/comments", s.comments)
	signed("POST "+prefix+"{plural}/{id}/comments", s.comment)
	signed("GET "+prefix+"{plural}/{id}/people", s.people)
	signed("GET "+prefix+"{plural}/{id}/files", s.attachments)
	signed("POST "+prefix+"{plural}/{id}/files", s.attach)
	signed("DELETE "+prefix+"{plural}/{id}/files/{file}", s.detach)
	signed("GET "+prefix+"{plural}/{id}/shares", s.shares)
	signed("POST "+prefix+"{plural}/{id}/shares", s.addShare)
	signed("DELETE "+prefix+"{plural}/{id}/shares/{share}", s.removeShare)
	signed("GET "+prefix+"{plural}/{id}/access", s.access)
	signed("GET "+prefix+"{plural}/{id}/print", s.print)
	signed("GET "+prefix+"{plural}/{id}/{related}", s.related)
	s.route("GET "+prefix+"{plural}/duplicates", access{signed: true}) // answered by get, whose pattern it would clash with
	open("GET /f/{token}", s.form)
	open("GET /f/{token}/embed", s.form)
	open("POST /f/{token}", s.takeForm)
	open("POST /f/{token}/embed", s.takeForm)
	signed("GET /api/openapi.json", s.openAPI)
	mux.Handle("GET /api/docs", s.wrap(page("index.html", "text/html; charset=utf-8"), s.route("GET /api/docs", access{})))
	mux.Handle("GET /api/docs.js", s.wrap(page("docs.js", "text/javascript; charset=utf-8"), s.route("GET /api/docs.js", access{})))
	signed(prefix, func(*request) error { return &record.Error{Code: "not_found"} })
	if s.Reach.Authority != nil {
		mux.HandleFunc("GET "+secure.AuthorityPath, func(w http.ResponseWriter, _ *http.Request) { secure.ServeAuthority(w, s.Reach.Authority) })
	}
	mux.Handle("/", s.static())
	return guarded(patient(smaller(mux), clientPatience))
}

// guarded sets the headers every answer carries.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		// Not for a name that other programs of the same machine have too.
		if proxy.Secure(r) && !local(r.Host) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

func reply(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		slog.Debug("the client is gone", "error", err)
	}
}

func (r *request) json(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	reply(r.w, status, b)
	return nil
}

func (r *request) ip() string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Server) setupState(r *request) error {
	needed, err := s.Identity.Needed(r.Context())
	if err != nil {
		return err
	}
	// Whether a forgotten password can be helped by mail.
	mails, err := s.Mail.Ready(r.Context())
	if err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"needed": needed, "mail": mails})
}

func (s *Server) setUp(r *request) error {
	var in struct {
		Company       string `json:"company"`
		Language      string `json:"language"`
		Currency      string `json:"currency"`
		Administrator struct{ Name, Login, Password string }
		// Demo is false, or how large the made-up company is to be.
		Demo json.RawMessage `json:"demo"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if in.Language != "zh-CN" && in.Language != "en" {
		in.Language = "zh-TW"
	}
	customers, err := exampleSize(in.Demo)
	if err != nil {
		return err
	}
	id, err := s.Identity.SetUp(r.Context(), identity.Company{Name: in.Company, Currency: in.Currency, Language: in.Language},
		in.Administrator.Name, in.Administrator.Login, in.Administrator.Password)
	if err != nil {
		return err
	}
	accounts := []demo.Account{}
	if customers > 0 {
		// The company stands by now: it does not fall with its example, nor stays half
		// an example behind when the browser is closed.
		made, err := demo.Make(context.WithoutCancel(r.Context()), s.Identity, demo.Options{Customers: customers, Locale: in.Language, Seed: 1, Files: s.Files})
		if err != nil {
			slog.Error("the example data could not be made", "error", err)
		} else {
			accounts = made
		}
	}
	if err := s.open(r, identity.Verified{User: id}); err != nil {
		return err
	}
	return r.json(http.StatusOK, map[string]any{"id": strconv.FormatInt(id, 10), "accounts": accounts})
}

// maxDemo is how many customers an example made at set-up has at most: people
// wait for it.
const maxDemo = 2000

// exampleSize reads how many customers the example of a set-up has; 0 for none.
func exampleSize(text json.RawMessage) (int, error) {
	if none := string(text); none == "" || none == "null" || none == "false" {
		return 0, nil
	}
	var wanted struct {
		Customers int `json:"customers"`
	}
	if err := json.Unmarshal(text, &wanted); err != nil || wanted.Customers < 1 || wanted.Customers > maxDemo {
		return 0, record.Invalid("demo", "bad_example_size")
	}
	return wanted.Customers, nil
}
