package schema

import (
	"strings"

	"ecrm/internal/local"
)

// addressType is a structured address, a column for each part.
type addressType struct{}

func init() { register("address", addressType{}) }

var addressParts = []string{"street", "district", "city", "region", "zip", "country"}

func (addressType) Columns(f *Field) []Column {
	var columns []Column
	for _, p := range addressParts {
		columns = append(columns, Column{f.Name + "_" + p, KindText})
	}
	return columns
}

func (addressType) Parse(_ *Field, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, Bad("not_an_address")
	}
	columns := make([]any, len(addressParts))
	found := false
	for key, part := range m {
		s, ok := part.(string)
		if part != nil && !ok {
			return nil, Bad("not_an_address")
		}
		known := false
		for i, p := range addressParts {
			if p == key {
				known = true
				if s = clean(s, false); s != "" {
					if len(s) > 1000 {
						return nil, Bad("too_long", "max", "300")
					}
					columns[i], found = s, true
				}
			}
		}
		if !known {
			return nil, Bad("not_an_address")
		}
	}
	if !found {
		return nil, nil
	}
	return tidied(columns), nil
}

// tidied writes the names of places the one way they are kept.
func tidied(columns []any) []any {
	part := func(i int) string {
		s, _ := columns[i].(string)
		return s
	}
	a := local.Address{Street: part(0), District: part(1), City: part(2), Region: part(3), Zip: part(4), Country: part(5)}.Tidy()
	for i, s := range []string{a.Street, a.District, a.City, a.Region, a.Zip, a.Country} {
		if s != "" {
			columns[i] = s
		}
	}
	return columns
}

func (t addressType) ParseText(f *Field, s string) ([]any, error) {
	return t.Parse(f, map[string]any{"street": s})
}

func (addressType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	dst = append(dst, '{')
	first := true
	for i := len(addressParts) - 1; i >= 0; i-- {
		if s, ok := c[i].(string); ok {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(dst, '"')
			dst = append(dst, addressParts[i]...)
			dst = append(dst, `":`...)
			dst = appendString(dst, s)
		}
	}
	if first {
		return append(dst[:len(dst)-1], "null"...)
	}
	return append(dst, '}')
}

func (addressType) FormatText(_ *Field, c []any) string {
	var b strings.Builder
	for _, i := range []int{4, 3, 2, 1, 0} {
		if s, ok := c[i].(string); ok {
			b.WriteString(s)
		}
	}
	return b.String()
}
