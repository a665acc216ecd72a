package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"ecrm/internal/record"
)

// body decodes a JSON body; a form of another site cannot send that type.
func (r *request) body(into any) error {
	d, err := r.decoder()
	if err != nil {
		return err
	}
	return decode(d, into)
}

// exact decodes a JSON body and names a field that into does not know.
func (r *request) exact(into any) error {
	d, err := r.decoder()
	if err != nil {
		return err
	}
	d.DisallowUnknownFields()
	return decode(d, into)
}

func (r *request) decoder() (*json.Decoder, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, record.Invalid("body", "not_json")
	}
	d := json.NewDecoder(http.MaxBytesReader(r.w, r.Body, maxBody))
	d.UseNumber()
	return d, nil
}

func decode(d *json.Decoder, into any) error {
	if err := d.Decode(into); err != nil {
		var large *http.MaxBytesError
		var known *record.Error
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &large) || errors.As(err, &known) {
			return err
		}
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return record.Invalid(strings.Trim(name, `"`), "unknown_field")
		}
		if errors.As(err, &wrong) && wrong.Field != "" {
			return record.Invalid(wrong.Field, "wrong_type")
		}
		return record.Invalid("body", "not_json")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return record.Invalid("body", "not_json")
	}
	return nil
}

// overlay changes in v what a PATCH sent and leaves the rest.
func overlay(v any, sent map[string]json.RawMessage) error {
	b, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	d.DisallowUnknownFields()
	return decode(d, v)
}
