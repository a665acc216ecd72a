package api

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/blob"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// fileView is an uploaded file as the API tells it.
type fileView struct {
	schema.FileRef
	At string         `json:"at,omitempty"`
	By map[string]any `json:"by,omitempty"`
}

// fileInput names a file: its id, or an object with it.
type fileInput int64

// UnmarshalJSON takes both spellings.
func (f *fileInput) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		var object struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(b, &object) != nil {
			return record.Invalid("files", "no_such_file")
		}
		text = object.ID
	}
	id, ok := schema.ParseID(text)
	if !ok {
		return record.Invalid("files", "no_such_file")
	}
	*f = fileInput(id)
	return nil
}

func fileIDs(in []fileInput) []int64 {
	var ids []int64
	for _, f := range in {
		if !slices.Contains(ids, int64(f)) {
			ids = append(ids, int64(f))
		}
	}
	return ids
}

// envelope is what a multipart body has around its file.
const envelope = 64 << 10

// addFile receives a file as it comes.
func (s *Server) addFile(r *request) error {
	if r.ContentLength > s.Files.Limit+envelope {
		return &http.MaxBytesError{Limit: s.Files.Limit}
	}
	// Room for the envelope; the file itself is bounded where it is written.
	r.Body = http.MaxBytesReader(r.w, r.Body, s.Files.Limit+2*envelope)
	reader, err := r.MultipartReader()
	if err != nil {
		return record.Invalid("file", "required")
	}
	for {
		part, err := reader.NextPart()
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return err
		case err != nil:
			return record.Invalid("file", "required")
		case part.FormName() != "file":
			continue
		}
		return s.keepFile(r, part)
	}
}

func (s *Server) keepFile(r *request, part *multipart.Part) error {
	up, err := s.Files.Take(part, part.FileName())
	var disk *fs.PathError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &disk), errors.As(err, &large):
		return err
	case err != nil && errors.Is(err, io.ErrUnexpectedEOF):
		return record.Invalid("file", "cut_off")
	case err != nil:
		return err
	}
	defer up.Close()
	f, err := s.Records.AddFile(r.Context(), r.actor, record.File{Sum: up.Sum, FileRef: schema.FileRef{Name: part.FileName(), Size: up.Size, Type: up.Type, Width: up.Width, Height: up.Height}})
	if err != nil {
		return err
	}
	if err := up.Named(); err != nil {
		return err
	}
	return r.json(http.StatusCreated, fileView{FileRef: f.FileRef, At: instant(f.At)})
}

// readFile answers a file's content. Nothing that was uploaded ever runs in our
// origin: only pictures are shown in place, and those in a sandbox.
func (s *Server) readFile(r *request) error {
	id, ok := schema.ParseID(r.PathValue("id"))
	if !ok {
		return errNotFound
	}
	f, err := s.Records.ReadFile(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	var content *os.File
	kind, mark := f.Type, f.Sum
	if text := r.URL.Query().Get("size"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil || !slices.Contains(blob.Sizes, size) {
			return record.Invalid("size", "no_such_size")
		}
		if !blob.Shown(f.Type) || f.Width == 0 {
			return errNotFound
		}
		content, err = s.Files.Thumb(f.Sum, size)
		if err != nil {
			return lost(err)
		}
		defer func() { _ = content.Close() }()
		head := make([]byte, 64)
		n, err := content.ReadAt(head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		kind, mark = http.DetectContentType(head[:n]), f.Sum+"-"+text
	} else {
		if content, err = s.Files.Open(f.Sum); err != nil {
			return lost(err)
		}
		defer func() { _ = content.Close() }()
	}
	h := r.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(blob.Shown(kind) && r.URL.Query().Get("download") == "", f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// Kept by the browser, and asked for each time whether it may still be seen.
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+mark+`"`)
	http.ServeContent(r.w, r.Request, "", time.Time{}, content)
	return nil
}

// lost tells a file whose content is not there, or cannot be made small, as not
// found.
func lost(err error) error {
	if errors.Is(err, blob.ErrNoPicture) || errors.Is(err, fs.ErrNotExist) {
		return errNotFound
	}
	return err
}

// disposition names a file in every script (RFC 6266, RFC 5987).
func disposition(inline bool, name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	how := "attachment"
	if inline {
		how = "inline"
	}
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

func (s *Server) attachments(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	return s.told(r, http.StatusOK, o, id)
}

func (s *Server) told(r *request, status int, o *schema.Object, id int64) error {
	files, names, err := s.Records.Attachments(r.Context(), r.actor, o, id)
	if err != nil {
		return err
	}
	list := []fileView{}
	for _, f := range files {
		list = append(list, fileView{FileRef: f.FileRef, At: instant(f.At), By: map[string]any{"id": strconv.FormatInt(f.By, 10), "name": names[f.By]}})
	}
	return r.json(status, map[string]any{"files": list})
}

func (s *Server) attach(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	var in struct {
		Files []fileInput `json:"files"`
	}
	if err := r.exact(&in); err != nil {
		return err
	}
	if err := s.Records.Attach(r.Context(), r.actor, o, id, fileIDs(in.Files)); err != nil {
		return err
	}
	return s.told(r, http.StatusCreated, o, id)
}

func (s *Server) detach(r *request) error {
	o, id, err := s.one(r)
	if err != nil {
		return err
	}
	file, ok := schema.ParseID(r.PathValue("file"))
	if !ok {
		return errNotFound
	}
	if err := s.Records.Detach(r.Context(), r.actor, o, id, file); err != nil {
		return err
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// filesTold reads which files an entry of the history attached or took away.
func filesTold(changes map[string][2]json.RawMessage) ([]schema.FileRef, error) {
	var files []schema.FileRef
	for name, pair := range changes {
		if !strings.HasPrefix(name, record.FileMark) {
			continue
		}
		told := pair[1]
		if len(told) == 0 || string(told) == "null" {
			told = pair[0]
		}
		var f schema.FileRef
		if err := json.Unmarshal(told, &f); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b schema.FileRef) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}
