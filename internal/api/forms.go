package api

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"ecrm/internal/message"
	"ecrm/internal/record"
	"ecrm/internal/webform"
)

//go:embed form.html
var formSource string

var formTemplate = template.Must(template.New("form").Parse(formSource))

// maxForm is the most that is read of what a stranger sends in, in bytes.
const maxForm = 64 << 10

// formPage is what the template of a public form shows.
type formPage struct {
	Language, Title, Intro, Thanks, Problem string
	// Gone forms show their problem alone.
	Gone     bool
	Fields   []formField
	Consent  string
	Agreed   bool
	Unagreed string
	Trap     string
	words    string
}

// Say is a message in the form's language.
func (p formPage) Say(code string) string { return message.In(p.words, code, nil) }

type formField struct {
	Name, Label, Help, Kind, Value, Problem string
	// Auto is what a browser may fill in.
	Auto     string
	Required bool
	Max      int
	Options  []formOption
}

type formOption struct {
	Value, Label string
	Chosen       bool
}

// inputs are the controls of the types of fields.
var inputs = map[string]string{"phones": "tel", "mails": "email", "url": "url", "longtext": "area", "date": "date", "picklist": "one", "multipicklist": "many", "boolean": "box", "integer": "number", "decimal": "number"}

// autos are what browsers know of whoever fills a form.
var autos = map[string]string{"name": "name", "family_name": "family-name", "given_name": "given-name", "company": "organization", "title": "organization-title", "phones": "tel", "mails": "email", "website": "url", "address": "street-address"}

// form shows a public form to whoever has its address.
func (s *Server) form(r *request) error {
	f, err := s.Forms.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return s.noForm(r, err)
	}
	if r.URL.Query().Has("sent") {
		thanks := f.Thanks
		if thanks == "" {
			thanks = message.In(f.Language, "form_thanks", nil)
		}
		return s.showForm(r, f, http.StatusOK, formPage{Thanks: thanks})
	}
	return s.showForm(r, f, http.StatusOK, filled(f, nil, nil))
}

// takeForm takes in what somebody wrote. Whatever is known of him, the answer is the
// same.
func (s *Server) takeForm(r *request) error {
	f, err := s.Forms.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return s.noForm(r, err)
	}
	r.Body = http.MaxBytesReader(r.w, r.Body, maxForm)
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if kind != "application/x-www-form-urlencoded" {
		return s.showForm(r, f, http.StatusUnsupportedMediaType, filled(f, nil, nil))
	}
	if err := r.ParseForm(); err != nil {
		page := filled(f, nil, nil)
		var large *http.MaxBytesError
		status := http.StatusBadRequest
		if errors.As(err, &large) {
			page.Problem, status = page.Say("too_large"), http.StatusRequestEntityTooLarge
		}
		return s.showForm(r, f, status, page)
	}
	err = s.Forms.Take(r.Context(), f, r.PostForm, r.ip())
	var refused *record.Error
	switch {
	case err == nil:
		// A page that was asked for, so that loading it again sends nothing again.
		http.Redirect(r.w, r.Request, r.URL.Path+"?sent", http.StatusSeeOther)
		return nil
	case errors.As(err, &refused) && refused.Code == "rate_limited":
		page := filled(f, r.PostForm, nil)
		page.Problem = page.Say("rate_limited")
		r.w.Header().Set("Retry-After", "600")
		return s.showForm(r, f, http.StatusTooManyRequests, page)
	case errors.As(err, &refused) && refused.Code == "invalid":
		return s.showForm(r, f, http.StatusUnprocessableEntity, filled(f, r.PostForm, refused))
	}
	slog.Error("a form could not be taken in", "form", f.ID, "error", err)
	page := filled(f, r.PostForm, nil)
	page.Problem = page.Say("unavailable")
	return s.showForm(r, f, http.StatusServiceUnavailable, page)
}

// filled is the page of a form with what was typed and what is wrong with it.
func filled(f *webform.Form, sent url.Values, wrong *record.Error) formPage {
	page := formPage{Intro: f.Intro, Consent: f.ConsentText, Trap: webform.Trap, Agreed: sent.Get(webform.Consent) != "", words: f.Language}
	problems := map[string]string{}
	if wrong != nil {
		for _, p := range wrong.Fields {
			if problems[p.Field] == "" {
				problems[p.Field] = message.In(f.Language, p.Problem.Code, p.Params)
			}
		}
		page.Problem = page.Say("invalid")
		page.Unagreed = problems[webform.Consent]
		delete(problems, webform.Consent)
	}
	for _, one := range f.Fields {
		field := f.Field(one)
		shown := formField{Name: one.Name, Label: one.Label, Help: one.Help, Required: one.Required, Kind: inputs[field.Type], Value: sent.Get(one.Name), Problem: problems[one.Name], Auto: autos[one.Name], Max: field.MaxLength}
		if shown.Label == "" {
			shown.Label = field.Label.In(f.Language)
		}
		for _, opt := range field.Options {
			if !opt.Inactive {
				shown.Options = append(shown.Options, formOption{opt.Value, opt.Label.In(f.Language), contains(sent[one.Name], opt.Value)})
			}
		}
		delete(problems, one.Name)
		page.Fields = append(page.Fields, shown)
	}
	for _, left := range problems { // of a rule about what the form does not ask
		page.Problem += " " + left
	}
	return page
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

// noForm answers an address that leads to no form.
func (s *Server) noForm(r *request, err error) error {
	if !record.IsCode(err, "not_found") {
		return err
	}
	lang := r.language()
	return s.showForm(r, &webform.Form{Language: lang, Title: message.In(lang, "form_gone", nil)}, http.StatusNotFound, formPage{Gone: true})
}

func (s *Server) showForm(r *request, f *webform.Form, status int, page formPage) error {
	page.Language, page.words, page.Title = f.Language, f.Language, f.Title
	var b bytes.Buffer
	if err := formTemplate.Execute(&b, page); err != nil {
		return err
	}
	within := "'none'"
	if strings.HasSuffix(r.URL.Path, "/embed") && !page.Gone {
		within = "*"
		if len(f.Sites) > 0 {
			within = strings.Join(f.Sites, " ")
		}
	}
	h := r.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors "+within)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	r.w.WriteHeader(status)
	_, err := r.w.Write(b.Bytes())
	return err
}
