package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// once reads the Idempotency-Key of a request, and a digest of what it asks
// under it; the body can be read again afterwards.
func (r *request) once() (key, asked string, err error) {
	if _, sent := r.Header["Idempotency-Key"]; !sent {
		return "", "", nil
	}
	key = r.Header.Get("Idempotency-Key")
	if key == "" || len(key) > 200 {
		return "", "", record.Invalid("Idempotency-Key", "bad_key")
	}
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' {
			return "", "", record.Invalid("Idempotency-Key", "bad_key")
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(r.w, r.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return "", "", err
		}
		return "", "", record.Invalid("body", "not_json")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.RequestURI() + "\n"))
	h.Write(body)
	return key, hex.EncodeToString(h.Sum(nil)), nil
}

// replay marks an answer that was given before.
func (r *request) replay(replayed bool) {
	if replayed {
		r.w.Header().Set("Idempotency-Replayed", "true")
	}
}

// kept is what is remembered of a record made under an Idempotency-Key.
type kept struct {
	ID      int64           `json:"id"`
	Version int64           `json:"version"`
	Record  json.RawMessage `json:"record"`
}

// createOnce makes a record under an Idempotency-Key and answers it as it was
// when it was made, however often it is asked.
func (s *Server) createOnce(r *request, o *schema.Object, key, asked string, in record.Input) error {
	answer, replayed, err := s.Records.Once(anyway(r.Context(), in), r.actor, key, asked, func(ctx context.Context, u *record.Unit) (any, error) {
		id, err := u.Create(ctx, r.actor, o, in)
		if err != nil {
			return nil, err
		}
		b, version, err := u.Get(ctx, r.actor, o, id)
		if record.IsCode(err, "not_found") {
			// Written for somebody else, and out of sight from now on.
			b, version, err = []byte(`{"id":"`+strconv.FormatInt(id, 10)+`"}`), 1, nil
		}
		if err != nil {
			return nil, err
		}
		b, err = r.withWarnings(b, u.Warnings(o, id))
		return kept{id, version, b}, err
	})
	if err != nil {
		return err
	}
	var made kept
	if err := json.Unmarshal(answer, &made); err != nil {
		return err
	}
	r.replay(replayed)
	r.w.Header().Set("Location", prefix+o.Plural+"/"+strconv.FormatInt(made.ID, 10))
	r.w.Header().Set("ETag", `"`+strconv.FormatInt(made.Version, 10)+`"`)
	reply(r.w, http.StatusCreated, made.Record)
	return nil
}

type rowView struct {
	Index  int      `json:"index"`
	Kind   string   `json:"kind"`
	Status int      `json:"status"`
	ID     string   `json:"id,omitempty"`
	Error  *problem `json:"error,omitempty"`
	// Warnings are about a row that was written all the same.
	Warnings []fieldProblem `json:"_warnings,omitempty"`
}

type batchView struct {
	Results []rowView `json:"results"`
	Created int       `json:"created"`
	Updated int       `json:"updated"`
	Failed  int       `json:"failed"`
}

// errRows takes an atomic batch back whose rows did not all fit.
var errRows = errors.New("rows of an atomic batch were refused")

// together is how many rows of a batch that need not stand or fall together
// share a transaction, so that others get their turn between.
const together = 25

// batch makes and changes up to 500 records: atomic, or each row for itself.
func (s *Server) batch(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	key, asked, err := r.once()
	if err != nil {
		return err
	}
	var in struct {
		Create []record.Input `json:"create"`
		Update []record.Input `json:"update"`
		Atomic bool           `json:"atomic"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	rows := make([]record.Row, 0, len(in.Create)+len(in.Update))
	for _, one := range in.Create {
		reason := takeReason(one)
		rows = append(rows, record.Row{In: one, Reason: reason})
	}
	for _, one := range in.Update {
		rows = append(rows, changeOf(one))
	}
	switch {
	case len(rows) == 0:
		return record.Invalid("create", "required")
	case len(rows) > record.MaxBatch:
		return record.Invalid("create", "too_many", "max", strconv.Itoa(record.MaxBatch))
	case len(in.Create) > 0 && !r.actor.May(o, policy.Create), len(in.Update) > 0 && !r.actor.May(o, policy.Edit):
		return &record.Error{Code: "forbidden"}
	}
	var view batchView
	run := func(ctx context.Context, u *record.Unit, rows []record.Row) error {
		results, err := u.Batch(ctx, r.actor, o, rows)
		if err != nil {
			return err
		}
		for _, result := range results {
			view.add(r, result)
			if warnings := u.Warnings(o, result.ID); result.Err == nil && len(warnings) > 0 {
				view.Results[len(view.Results)-1].Warnings = r.warned(warnings)
			}
		}
		return nil
	}
	if key == "" && !in.Atomic {
		for from := 0; from < len(rows); from += together {
			before := view
			err := s.Records.Together(r.Context(), func(ctx context.Context, u *record.Unit) error {
				view = before
				return run(ctx, u, rows[from:min(from+together, len(rows))])
			})
			if err != nil {
				return err
			}
		}
		return r.json(http.StatusOK, view)
	}
	answer, replayed, err := s.Records.Once(r.Context(), r.actor, key, asked, func(ctx context.Context, u *record.Unit) (any, error) {
		view = batchView{}
		if err := run(ctx, u, rows); err != nil {
			return nil, err
		}
		if in.Atomic && view.Failed > 0 {
			return nil, errRows
		}
		return view, nil
	})
	if errors.Is(err, errRows) {
		// Nothing was written: of the rows that would have fitted it is not said
		// that they were made.
		view.Created, view.Updated = 0, 0
		for i := range view.Results {
			if one := &view.Results[i]; one.Error == nil {
				one.Status, one.Warnings = http.StatusFailedDependency, nil
				if one.Kind == "create" {
					one.ID = ""
				}
			}
		}
		return r.json(http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	r.replay(replayed)
	reply(r.w, http.StatusOK, answer)
	return nil
}

// changeOf reads a row that changes a record: its id, the version the client
// read, and the fields.
func changeOf(in record.Input) record.Row {
	row := record.Row{ID: -1, In: record.Input{}, Reason: takeReason(in)}
	for name, value := range in {
		switch name {
		case "id":
			text, _ := value.(string)
			if id, ok := schema.ParseID(text); ok {
				row.ID = id
			}
		case "version":
			n, _ := value.(json.Number)
			version, err := n.Int64()
			if err != nil {
				row.Err = record.Invalid("version", "not_an_integer")
			}
			row.Version = version
		default:
			row.In[name] = value
		}
	}
	if row.ID < 0 {
		row.Err = errNotFound
	}
	return row
}

func (v *batchView) add(r *request, result record.Result) {
	row := rowView{Index: len(v.Results), Kind: "update", Status: http.StatusOK}
	if result.ID > 0 {
		row.ID = strconv.FormatInt(result.ID, 10)
	}
	if result.Created {
		row.Kind, row.Status = "create", http.StatusCreated
	}
	switch {
	case result.Err != nil:
		p := r.explain(result.Err)
		row.Error, row.Status = &p, p.Status
		if result.Created {
			row.ID = ""
		}
		v.Failed++
	case result.Created:
		v.Created++
	default:
		v.Updated++
	}
	v.Results = append(v.Results, row)
}

// put creates or changes the record whose unique field has a value.
func (s *Server) put(r *request) error {
	o, err := s.kind(r)
	if err != nil {
		return err
	}
	var in record.Input
	if err := r.body(&in); err != nil {
		return err
	}
	match, err := r.match()
	if err != nil {
		return err
	}
	ctx, warnings := record.Warned(anyway(r.Context(), in))
	id, created, err := s.Records.Put(ctx, r.actor, o, r.PathValue("field"), r.PathValue("value"), in, match)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
		r.w.Header().Set("Location", prefix+o.Plural+"/"+strconv.FormatInt(id, 10))
	}
	return s.show(r, o, id, status, warnings.Of(o, id)...)
}
