package schema

import (
	"encoding/json"
	"strconv"
	"strings"
)

// FileRef is an uploaded file as a field that refers to it keeps it.
type FileRef struct {
	ID     int64  `json:"id,string"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Type   string `json:"type"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// fileType holds uploaded files: their names in the main column, for filters,
// and what they are in a second one.
type fileType struct{ most int }

func init() { register("file", fileType{most: maxFiles}) }

// maxFiles is how many files stand in one field.
const maxFiles = 20

// Files tells how many files a field holds at most, 0 for a field of another
// type.
func (f *Field) Files() int {
	switch t := f.typ.(type) {
	case fileType:
		return t.most
	case pictureType:
		return 1
	}
	return 0
}

func (fileType) Columns(f *Field) []Column {
	return append(one(f, "", KindText), one(f, "_files", KindText)...)
}

// Parse takes what the record service found under the ids that were sent, and
// nothing else: a name or a size is never the client's to say.
func (t fileType) Parse(_ *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	files, ok := value.([]FileRef)
	if !ok {
		return nil, Bad("no_such_file")
	}
	if len(files) == 0 {
		return nil, nil
	}
	if len(files) > t.most {
		return nil, Bad("too_many", "max", strconv.Itoa(t.most))
	}
	b, err := json.Marshal(files)
	if err != nil {
		return nil, Bad("no_such_file")
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return []any{strings.Join(names, "\n"), string(b)}, nil
}

func (fileType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if len(c) > 1 {
		if s, ok := c[1].(string); ok && s != "" {
			return append(dst, s...)
		}
	}
	return append(dst, "[]"...)
}

// FilesIn reads what a field of files holds in its columns.
func FilesIn(columns []any) []FileRef {
	if len(columns) < 2 {
		return nil
	}
	s, _ := columns[1].(string)
	var files []FileRef
	if s == "" || json.Unmarshal([]byte(s), &files) != nil {
		return nil
	}
	return files
}
