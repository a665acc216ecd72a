package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"ecrm/internal/blob"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// largestPicture is how many bytes of a picture are read into a document.
const largestPicture = 8 << 20

// print answers a record as a document to read, print or send.
func (s *Server) print(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	language := query.Get("language")
	if language != "" && !slices.Contains([]string{"zh-TW", "zh-CN", "en"}, language) {
		return record.Invalid("language", "not_an_option", "value", schema.Shorten(language))
	}
	company, err := s.Identity.Company(r.Context())
	if err != nil {
		return err
	}
	document, err := s.Records.Print(r.Context(), record.Printing{
		Actor: r.actor, Object: o, ID: id, Language: language, Form: query.Get("form"), Company: company.Name, Picture: s.picture,
	})
	if err != nil {
		return err
	}
	h := r.w.Header()
	h.Set("Content-Type", document.Type)
	h.Set("Content-Disposition", disposition(query.Get("download") == "", document.Name))
	// Shown within a page of ours; nothing in it runs.
	h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(document.Content)))
	r.w.WriteHeader(http.StatusOK)
	if _, err = r.w.Write(document.Content); err != nil {
		slog.Debug("the client is gone", "error", err)
	}
	return nil
}

// picture reads a picture that a document shows, made small where it is large. Who
// may see the document sees the picture on it.
func (s *Server) picture(ctx context.Context, file schema.FileRef, pixels int) ([]byte, error) {
	f, err := s.Records.ReadFile(ctx, policy.System(s.Records.Current.Load(), "print"), file.ID)
	if err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return s.Files.Open(f.Sum) }
	if max(f.Width, f.Height) > pixels {
		size := blob.Sizes[len(blob.Sizes)-1]
		for _, one := range blob.Sizes {
			if one >= pixels {
				size = one
				break
			}
		}
		open = func() (io.ReadCloser, error) { return s.Files.Thumb(f.Sum, size) }
	}
	content, err := open()
	if err != nil {
		return nil, lost(err)
	}
	defer func() { _ = content.Close() }()
	return io.ReadAll(io.LimitReader(content, largestPicture))
}
