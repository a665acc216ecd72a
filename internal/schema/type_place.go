package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// placeType is where something was done: what people call the place, and where on
// earth it is, either alone or both. Latitude and longitude are kept in millionths of
// a degree, about a tenth of a metre, and how far off they may be in metres.
type placeType struct{}

func init() { register("place", placeType{}) }

const (
	millionth    = 1e6
	maxPlaceText = 300
	maxAccuracy  = 1_000_000
)

func (placeType) Columns(f *Field) []Column {
	return []Column{{f.Name, KindText}, {f.Name + "_latitude", KindInt}, {f.Name + "_longitude", KindInt}, {f.Name + "_accuracy", KindInt}}
}

// Parse takes {"text", "latitude", "longitude", "accuracy"}, or a text alone.
func (t placeType) Parse(f *Field, value any) ([]any, error) {
	if text, ok := value.(string); ok {
		value = map[string]any{"text": text}
	}
	if value == nil {
		return nil, nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, Bad("not_a_place")
	}
	columns := make([]any, 4)
	for key, part := range m {
		switch key {
		case "text":
			s, ok := part.(string)
			if part != nil && !ok {
				return nil, Bad("not_a_place")
			}
			if s = clean(s, false); s != "" {
				if len([]rune(s)) > maxPlaceText {
					return nil, Bad("too_long", "max", strconv.Itoa(maxPlaceText))
				}
				columns[0] = s
			}
		case "latitude", "longitude", "accuracy":
			if part == nil {
				continue
			}
			n, ok := part.(json.Number)
			if !ok {
				return nil, Bad("not_a_place")
			}
			degrees, err := n.Float64()
			at, most, unit := map[string]int{"latitude": 1, "longitude": 2, "accuracy": 3}[key], map[string]float64{"latitude": 90, "longitude": 180, "accuracy": maxAccuracy}[key], millionth
			if key == "accuracy" {
				unit = 1
			}
			if err != nil || math.Abs(degrees) > most || key == "accuracy" && degrees < 0 {
				return nil, Bad("not_a_place")
			}
			columns[at] = int64(math.Round(degrees * unit))
		default:
			return nil, Bad("not_a_place")
		}
	}
	if (columns[1] == nil) != (columns[2] == nil) {
		return nil, Bad("not_a_place")
	}
	if columns[1] == nil {
		columns[3] = nil
	}
	if columns[0] == nil && columns[1] == nil {
		return nil, nil
	}
	if columns[0] == nil {
		// Filters and files know a place by its text.
		columns[0] = point(columns)
	}
	return columns, nil
}

// point writes latitude and longitude as maps take them: 25.03398, 121.56454.
func point(c []any) string {
	latitude, _ := c[1].(int64)
	longitude, _ := c[2].(int64)
	return fmt.Sprintf("%s, %s", degrees(latitude), degrees(longitude))
}

func degrees(n int64) string { return strconv.FormatFloat(float64(n)/millionth, 'f', -1, 64) }

func (placeType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	text, ok := c[0].(string)
	if !ok {
		return append(dst, "null"...)
	}
	dst = appendString(append(dst, `{"text":`...), text)
	if latitude, known := c[1].(int64); known {
		longitude, _ := c[2].(int64)
		dst = append(append(dst, `,"latitude":`...), degrees(latitude)...)
		dst = append(append(dst, `,"longitude":`...), degrees(longitude)...)
		if accuracy, known := c[3].(int64); known {
			dst = strconv.AppendInt(append(dst, `,"accuracy":`...), accuracy, 10)
		}
	}
	return append(dst, '}')
}

var pointForm = regexp.MustCompile(`^(.*?)\s*\(?(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\)?$`)

// ParseText reads 台北101 (25.03398, 121.56454), either part alone.
func (t placeType) ParseText(f *Field, s string) ([]any, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	if m := pointForm.FindStringSubmatch(s); m != nil {
		if columns, err := t.Parse(f, map[string]any{"text": m[1], "latitude": json.Number(m[2]), "longitude": json.Number(m[3])}); err == nil {
			return columns, nil
		}
	}
	return t.Parse(f, s)
}

func (placeType) FormatText(_ *Field, c []any) string {
	text, _ := c[0].(string)
	if len(c) < 3 || c[1] == nil {
		return text
	}
	where := point(c)
	if text == "" || text == where {
		return where
	}
	return text + " (" + where + ")"
}
