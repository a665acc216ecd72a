package transfer

import (
	"bytes"
	"context"
	"encoding/base64"
	"path"
	"strings"

	"ecrm/internal/blob"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// maxPicture is the largest picture taken out of a file, in bytes.
const maxPicture = 2 << 20

// dataOf cuts a cell that holds a content itself (RFC 2397) into what it says of
// it and the content in base64.
func dataOf(text string) (kind, data string, ok bool) {
	const scheme, mark = "data:", ";base64,"
	head := text[:min(len(text), 100)]
	at := strings.Index(strings.ToLower(head), mark)
	if at < 0 || !strings.EqualFold(text[:len(scheme)], scheme) {
		return "", "", false
	}
	kind, _, _ = strings.Cut(text[len(scheme):at], ";")
	return kind, text[at+len(mark):], true
}

func isPicture(text string) bool { _, _, ok := dataOf(text); return ok }

// brief is a cell as it is shown: of a picture no more than what it is.
func brief(text string) string {
	if kind, _, ok := dataOf(text); ok {
		return "data:" + kind + ",…"
	}
	return text
}

// picture takes the picture that stands in a cell. One that stands elsewhere is
// never fetched: a file must not choose whom the server asks.
func (d *draft) picture(f *schema.Field, text string) *schema.Problem {
	_, data, ok := dataOf(text)
	if !ok {
		return schema.Bad("picture_elsewhere")
	}
	if len(data) > base64.StdEncoding.EncodedLen(maxPicture) {
		return schema.Bad("photo_dropped")
	}
	data = strings.TrimRight(strings.Join(strings.Fields(data), ""), "=")
	content, err := base64.RawStdEncoding.DecodeString(data)
	if err != nil {
		return schema.Bad("photo_dropped")
	}
	if !blob.IsPicture(content) {
		return schema.Bad("not_a_picture")
	}
	d.pictures[f.Name] = content
	return nil
}

// pictures puts the pictures of a row where files lie, and into its values; what
// the record id shows already is left as it is. A dry run keeps none.
func (r *run) pictures(ctx context.Context, u *record.Unit, o *schema.Object, d *draft, id int64) error {
	if r.dry {
		return nil
	}
	s, a := r.service, r.actor
	for name, content := range d.pictures {
		f := o.Field(name)
		if id != 0 {
			same, err := r.shows(ctx, o, f, id, content)
			if err != nil {
				return err
			}
			if same {
				continue
			}
		}
		up, err := s.Files.Take(bytes.NewReader(content), "")
		if err != nil {
			return err
		}
		r.uploads = append(r.uploads, up)
		title := path.Base(d.values.Text(o.Title))
		if title == "." || title == "/" {
			title = f.Label.In(a.Language)
		}
		file, err := u.AddFile(ctx, a, record.File{Sum: up.Sum, FileRef: schema.FileRef{
			Name: title + "." + strings.TrimPrefix(up.Type, "image/"), Size: up.Size, Type: up.Type, Width: up.Width, Height: up.Height}})
		if err != nil {
			return err
		}
		if d.values[name], err = f.Kind().Parse(f, []schema.FileRef{file.FileRef}); err != nil {
			return err
		}
	}
	return nil
}

// shows tells whether a record's field holds a picture of that content.
func (r *run) shows(ctx context.Context, o *schema.Object, f *schema.Field, id int64, content []byte) (bool, error) {
	values, err := r.service.Records.Values(ctx, r.actor, o, id)
	if err != nil {
		return false, nil //nolint:nilerr // the write tells what is wrong
	}
	for _, ref := range schema.FilesIn(values[f.Name]) {
		file, err := r.service.Records.ReadFile(ctx, r.actor, ref.ID)
		if err == nil && file.Sum == blob.Sum(content) {
			return true, nil
		}
	}
	return false, nil
}

// forgetUploads ends what a batch received; what was kept stays.
func (r *run) forgetUploads() {
	for _, up := range r.uploads {
		up.Close()
	}
	r.uploads = nil
}
