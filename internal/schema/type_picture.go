package schema

import (
	"encoding/json"
	"strings"
)

// pictureType holds one picture, kept as a field of files keeps its files.
type pictureType struct{}

func init() { register("picture", pictureType{}) }

func (pictureType) Columns(f *Field) []Column { return fileType{}.Columns(f) }

func (pictureType) Parse(f *Field, value any) ([]any, error) {
	if files, ok := value.([]FileRef); ok {
		for _, one := range files {
			if !strings.HasPrefix(one.Type, "image/") || one.Width == 0 {
				return nil, Bad("not_a_picture")
			}
		}
	}
	return fileType{most: 1}.Parse(f, value)
}

func (pictureType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	files := FilesIn(c)
	if len(files) == 0 {
		return append(dst, "null"...)
	}
	b, err := json.Marshal(files[0])
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}
