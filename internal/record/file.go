package record

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var fileTable = store.Declare(store.Table{
	Name: "file",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "sum", Kind: schema.KindText}, {Name: "name", Kind: schema.KindText},
		{Name: "size", Kind: schema.KindInt}, {Name: "type", Kind: schema.KindText}, {Name: "width", Kind: schema.KindInt}, {Name: "height", Kind: schema.KindInt},
		{Name: "uploaded_by", Kind: schema.KindInt}, {Name: "uploaded_at", Kind: schema.KindInt}, {Name: "used_at", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"sum", "used_at"},
})

// uses tell which record refers to a file, and where: in a field of that name,
// as an attachment, or in a comment. until is when it ceased to.
var uses = store.Declare(store.Table{
	Name: "file_use",
	Columns: []schema.Column{
		{Name: "record_id", Kind: schema.KindInt}, {Name: "place", Kind: schema.KindText}, {Name: "file_id", Kind: schema.KindInt},
		{Name: "object", Kind: schema.KindText}, {Name: "until", Kind: schema.KindInt},
	},
	Key:     []string{"record_id", "place", "file_id"},
	Indexes: []string{"file_id", "until"},
})

const (
	// attached is the place of attachments; no field has an empty name.
	attached = ""
	// inComment begins the place of a comment's files; its id follows.
	inComment = "#"
	// looseFor is how long a file that nothing ever referred to is kept.
	looseFor = 24 * time.Hour
	// unusedFor is how long a file is kept after the last record let it go: what
	// was taken away can be brought back that long.
	unusedFor = 90 * 24 * time.Hour
	// maxTogether is how many files one request attaches.
	maxTogether = 20
)

// FileMark begins the name under which the history keeps an attachment; the id
// of the file follows.
const FileMark = "file:"

// File is an uploaded file.
type File struct {
	schema.FileRef
	// Sum is the SHA-256 of the content in hex, under which it lies.
	Sum string
	By  int64
	At  int64
}

const fileColumns = "id, sum, name, size, type, width, height, uploaded_by, uploaded_at"

func fileOf(row []any) File {
	var f File
	f.ID, _ = row[0].(int64)
	f.Sum, _ = row[1].(string)
	f.Name, _ = row[2].(string)
	f.Size, _ = row[3].(int64)
	f.Type, _ = row[4].(string)
	w, _ := row[5].(int64)
	h, _ := row[6].(int64)
	f.Width, f.Height = int(w), int(h)
	f.By, _ = row[7].(int64)
	f.At, _ = row[8].(int64)
	return f
}

// AddFile writes down an uploaded file whose content lies in its place; until
// something refers to it, it is its uploader's alone.
func (s *Service) AddFile(ctx context.Context, a *policy.Actor, f File) (File, error) {
	f = s.uploaded(a, f)
	return f, s.DB.Write(ctx, func(ctx context.Context, q store.Querier) error { return f.insert(ctx, q) })
}

// AddFile is Service.AddFile as a part of the unit.
func (u *Unit) AddFile(ctx context.Context, a *policy.Actor, f File) (File, error) {
	f = u.service.uploaded(a, f)
	return f, f.insert(ctx, u.tx)
}

func (s *Service) uploaded(a *policy.Actor, f File) File {
	f.ID, f.By, f.At = s.IDs.Next(), a.ID, time.Now().UnixMicro()
	f.Name = fileName(f.Name)
	return f
}

func (f File) insert(ctx context.Context, q store.Querier) error {
	return store.Insert(ctx, q, fileTable.Name, store.Row{
		"id": f.ID, "sum": f.Sum, "name": f.Name, "size": f.Size, "type": f.Type, "width": int64(f.Width), "height": int64(f.Height),
		"uploaded_by": f.By, "uploaded_at": f.At, "used_at": f.At,
	})
}

// ReadFile finds a file that the actor may read: one on a record he may see, in
// a field he may read, or his own that nothing refers to.
func (s *Service) ReadFile(ctx context.Context, a *policy.Actor, id int64) (File, error) {
	q := s.within(ctx)
	rows, err := store.Find(ctx, q, fileTable.Name, fileColumns, store.Row{"id": id}, "")
	if err != nil {
		return File{}, err
	}
	if len(rows) == 0 {
		return File{}, fail("not_found")
	}
	f := fileOf(rows[0])
	used, err := store.Find(ctx, q, uses.Name, "object, record_id, place", store.Row{"file_id": id}, "AND until IS NULL LIMIT 200")
	if err != nil {
		return File{}, err
	}
	if len(used) == 0 && f.By == a.ID && a.ID != 0 {
		return f, nil
	}
	for _, u := range used {
		if o, record, ok := s.placeOf(a, u, policy.View); ok && (s.may(ctx, q, a, o, record, policy.View, false) || s.may(ctx, q, a, o, record, policy.View, true)) {
			return f, nil
		}
	}
	return File{}, fail("not_found")
}

// placeOf reads where a file is used: object, record and whether the actor may
// read, or write, the field.
func (s *Service) placeOf(a *policy.Actor, row []any, verb string) (*schema.Object, int64, bool) {
	name, _ := row[0].(string)
	record, _ := row[1].(int64)
	place, _ := row[2].(string)
	o := a.Registry.Object(name)
	if o == nil || !a.May(o, verb) {
		return nil, 0, false
	}
	if place == attached || strings.HasPrefix(place, inComment) {
		return o, record, verb == policy.View || place == attached
	}
	f := o.Field(place)
	return o, record, f != nil && f.Files() > 0 && a.Readable(o, f) && (verb == policy.View || a.Access(o, f) == "write")
}

func (s *Service) may(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) bool {
	_, _, err := s.look(ctx, q, a, o, id, verb, deleted)
	return err == nil
}

// usable reads files that the actor may refer to: those he may read or uploaded,
// and those that a record he may edit referred to before, so that what was taken
// away can be brought back. Nobody comes to read a file by referring to it.
func (s *Service) usable(ctx context.Context, q store.Querier, a *policy.Actor, ids []int64) ([]schema.FileRef, error) {
	var found []schema.FileRef
	for _, id := range ids {
		rows, err := store.Find(ctx, q, fileTable.Name, fileColumns, store.Row{"id": id}, "")
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, schema.Bad("no_such_file")
		}
		f := fileOf(rows[0])
		ok := f.By == a.ID && a.ID != 0
		if !ok {
			used, err := store.Find(ctx, q, uses.Name, "object, record_id, place, until", store.Row{"file_id": id}, "LIMIT 200")
			if err != nil {
				return nil, err
			}
			for _, u := range used {
				verb := policy.View
				if u[3] != nil {
					verb = policy.Edit
				}
				if o, record, there := s.placeOf(a, u, verb); there && s.may(ctx, q, a, o, record, verb, false) {
					ok = true
					break
				}
			}
		}
		if !ok {
			return nil, schema.Bad("no_such_file")
		}
		found = append(found, f.FileRef)
	}
	return found, nil
}

// resolveFiles turns what was sent for a field of files, ids or what a read
// answered, into the files themselves.
func (s *Service) resolveFiles(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, raw any) (any, error) {
	items, many := raw.([]any)
	switch {
	case raw == nil || raw == "":
		return nil, nil
	case !many:
		items = []any{raw}
	case len(items) > f.Files():
		return nil, schema.Bad("too_many", "max", strconv.Itoa(f.Files()))
	}
	var ids []int64
	seen := map[int64]bool{}
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			item = m["id"]
		}
		text, _ := item.(string)
		id, ok := schema.ParseID(text)
		if !ok {
			return nil, schema.Bad("no_such_file")
		}
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	files, err := s.usable(ctx, q, a, ids)
	if err != nil {
		return nil, err
	}
	return files, nil
}

// MayRefer refuses a value of a field of files that names one the actor may not
// refer to.
func (s *Service) MayRefer(ctx context.Context, a *policy.Actor, f *schema.Field, raw any) error {
	_, err := s.resolveFiles(ctx, s.within(ctx), a, f, raw)
	var p *schema.Problem
	if errors.As(err, &p) {
		return &Error{Code: "invalid", Fields: []FieldError{{f.Name, p}}}
	}
	return err
}

// putFiles keeps which files a field of the record refers to.
func (c *Change) putFiles(ctx context.Context, f *schema.Field) error {
	before, after := map[int64]bool{}, map[int64]bool{}
	for _, ref := range schema.FilesIn(c.Before[f.Name]) {
		before[ref.ID] = true
	}
	for _, ref := range schema.FilesIn(c.After[f.Name]) {
		after[ref.ID] = true
		if !before[ref.ID] {
			if err := useFile(ctx, c.tx, c.Object, c.ID, f.Name, ref.ID, c.Now); err != nil {
				return err
			}
		}
	}
	for id := range before {
		if !after[id] {
			if err := dropFile(ctx, c.tx, c.ID, f.Name, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// useFile writes down that a record refers to a file, and holds the file against
// a sweep at the same moment.
func useFile(ctx context.Context, tx store.Querier, o *schema.Object, record int64, place string, file, now int64) error {
	n, err := store.Update(ctx, tx, fileTable.Name, store.Row{"used_at": max(now, time.Now().UnixMicro())}, store.Row{"id": file})
	if err != nil {
		return err
	}
	if n == 0 {
		field := place
		if place == attached || strings.HasPrefix(place, inComment) {
			field = "files"
		}
		return invalid(field, "no_such_file")
	}
	key := store.Row{"record_id": record, "place": place, "file_id": file}
	if n, err = store.Update(ctx, tx, uses.Name, store.Row{"until": nil}, key); err != nil || n > 0 {
		return err
	}
	key["object"] = o.Name
	return store.Insert(ctx, tx, uses.Name, key)
}

func dropFile(ctx context.Context, tx store.Querier, record int64, place string, file int64) error {
	_, err := store.Update(ctx, tx, uses.Name, store.Row{"until": time.Now().UnixMicro()}, store.Row{"record_id": record, "place": place, "file_id": file})
	return err
}

// Attachments lists the files attached to a record that the actor may see.
func (s *Service) Attachments(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]File, map[int64]string, error) {
	q := s.within(ctx)
	if _, _, err := s.look(ctx, q, a, o, id, policy.View, false); err != nil {
		return nil, nil, err
	}
	rows, err := store.FilesOf(ctx, q, fileColumns, id, attached)
	if err != nil {
		return nil, nil, err
	}
	var files []File
	var people []int64
	for _, r := range rows {
		f := fileOf(r)
		files, people = append(files, f), append(people, f.By)
	}
	names, err := s.labels(ctx, q, a, "user", people, true)
	return files, names, err
}

// Attach adds files to a record that the actor may edit.
func (s *Service) Attach(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, ids []int64) error {
	if len(ids) == 0 {
		return invalid("files", "required")
	}
	if len(ids) > maxTogether {
		return invalid("files", "too_many", "max", strconv.Itoa(maxTogether))
	}
	return s.Together(ctx, func(ctx context.Context, u *Unit) error {
		v, version, err := s.writable(ctx, u.tx, a, o, id, policy.Edit, false)
		if err != nil {
			return err
		}
		files, err := s.filesFor(ctx, u.tx, a, ids)
		if err != nil {
			return err
		}
		diff := map[string][2]json.RawMessage{}
		for _, f := range files {
			if err := useFile(ctx, u.tx, o, id, attached, f.ID, clock(ctx)); err != nil {
				return err
			}
			told, err := json.Marshal(f)
			if err != nil {
				return err
			}
			diff[FileMark+strconv.FormatInt(f.ID, 10)] = [2]json.RawMessage{json.RawMessage("null"), told}
		}
		return s.log(ctx, &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: clock(ctx), service: s, tx: u.tx}, diff, version, "attached")
	})
}

// filesFor is usable for files that stand in no field.
func (s *Service) filesFor(ctx context.Context, q store.Querier, a *policy.Actor, ids []int64) ([]schema.FileRef, error) {
	files, err := s.usable(ctx, q, a, ids)
	if p, ok := err.(*schema.Problem); ok { //nolint:errorlint // usable answers it as it is
		return nil, &Error{Code: "invalid", Fields: []FieldError{{"files", p}}}
	}
	return files, err
}

// Detach takes an attachment from a record that the actor may edit.
func (s *Service) Detach(ctx context.Context, a *policy.Actor, o *schema.Object, id, file int64) error {
	return s.Together(ctx, func(ctx context.Context, u *Unit) error {
		v, version, err := s.writable(ctx, u.tx, a, o, id, policy.Edit, false)
		if err != nil {
			return err
		}
		// Whoever takes it away at the same moment waits here, and finds it gone.
		if _, err := store.Update(ctx, u.tx, fileTable.Name, store.Row{"used_at": time.Now().UnixMicro()}, store.Row{"id": file}); err != nil {
			return err
		}
		used, err := store.Find(ctx, u.tx, uses.Name, "file_id", store.Row{"record_id": id, "place": attached, "file_id": file}, "AND until IS NULL")
		if err != nil {
			return err
		}
		rows, err := store.Find(ctx, u.tx, fileTable.Name, fileColumns, store.Row{"id": file}, "")
		if err != nil {
			return err
		}
		if len(used) == 0 || len(rows) == 0 {
			return fail("not_found")
		}
		told, err := json.Marshal(fileOf(rows[0]).FileRef)
		if err != nil {
			return err
		}
		if err := dropFile(ctx, u.tx, id, attached, file); err != nil {
			return err
		}
		diff := map[string][2]json.RawMessage{FileMark + strconv.FormatInt(file, 10): {told, json.RawMessage("null")}}
		return s.log(ctx, &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: clock(ctx), service: s, tx: u.tx}, diff, version, "detached")
	})
}
