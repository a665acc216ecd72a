package schema

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/local"
)

// birthdayType is a day that comes back every year, with or without the year of
// birth, in the solar or the lunar calendar. Beside the birthday itself it keeps
// the key of the days it is celebrated on, the solar day of birth where that is
// known, and the next celebration, which the record service keeps in step with
// today.
type birthdayType struct{}

func init() { register("birthday", birthdayType{}) }

func (birthdayType) Columns(f *Field) []Column {
	return []Column{{f.Name, KindText}, {f.Name + "_key", KindText}, {f.Name + "_born", KindText}, {f.Name + "_next", KindText}}
}

// Entered is how many columns say what was entered.
func (birthdayType) Entered() int { return 1 }

// OrderColumn is the next celebration: who comes first is who is first in a list.
func (birthdayType) OrderColumn(f *Field) string { return f.Name + "_next" }

// Indexes are the columns that answer whose birthday comes next, and whose is on
// which day.
func (birthdayType) Indexes(f *Field) []string { return []string{f.Name + "_next", f.Name + "_key"} }

func (t birthdayType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return t.ParseText(f, v)
	case map[string]any:
		b, ok := birthdayOf(v)
		if !ok {
			return nil, Bad("not_a_birthday")
		}
		return t.ParseText(f, b.String())
	}
	return nil, Bad("not_a_birthday")
}

// birthdayOf reads a birthday in parts; what a read answers besides is left aside.
func birthdayOf(parts map[string]any) (b local.Birthday, ok bool) {
	for name, v := range parts {
		var into *int
		switch name {
		case "year":
			into = &b.Year
		case "month":
			into = &b.Month
		case "day":
			into = &b.Day
		case "calendar":
			if v != "solar" && v != "lunar" {
				return b, false
			}
			b.Lunar = v == "lunar"
		case "leap":
			leap, isBool := v.(bool)
			if !isBool {
				return b, false
			}
			b.Leap = leap
		case "next":
		default:
			return b, false
		}
		if into == nil || v == nil {
			continue
		}
		n, isNumber := v.(json.Number)
		i, err := strconv.Atoi(n.String())
		if !isNumber || err != nil {
			return b, false
		}
		*into = i
	}
	return b, b.Valid()
}

func (birthdayType) ParseText(_ *Field, s string) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	// Somewhere it is tomorrow already.
	b, several, err := local.ParseBirthday(s, local.DateOf(time.Now().UTC().Add(14*time.Hour)))
	switch {
	case len(several) > 1:
		return nil, Bad("date_ambiguous", "one", several[0].String(), "other", several[1].String())
	case err != nil:
		return nil, Bad("not_a_birthday")
	}
	return BirthdayColumns(b), nil
}

// BirthdayColumns are the columns of a birthday but for the next celebration.
func BirthdayColumns(b local.Birthday) []any {
	columns := []any{b.String(), b.Key(), nil, nil}
	if born, known := b.Born(); known {
		columns[2] = born.String()
	}
	return columns
}

// Birthday is the birthday held in columns.
func Birthday(columns []any) (local.Birthday, error) {
	if len(columns) > 0 {
		if s, ok := columns[0].(string); ok {
			if b, ok := local.KeptBirthday(s); ok {
				return b, nil
			}
		}
	}
	return local.Birthday{}, errors.New("no birthday")
}

func (birthdayType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	b, err := Birthday(c)
	if err != nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	if b.Year != 0 {
		dst = append(dst, `"year":`...)
		dst = strconv.AppendInt(dst, int64(b.Year), 10)
		dst = append(dst, ',')
	}
	dst = append(dst, `"month":`...)
	dst = strconv.AppendInt(dst, int64(b.Month), 10)
	dst = append(dst, `,"day":`...)
	dst = strconv.AppendInt(dst, int64(b.Day), 10)
	if b.Lunar {
		dst = append(dst, `,"calendar":"lunar"`...)
	} else {
		dst = append(dst, `,"calendar":"solar"`...)
	}
	if b.Leap {
		dst = append(dst, `,"leap":true`...)
	}
	return append(dst, '}')
}

// AppendShown adds the next celebration, which is no part of what was entered.
func (t birthdayType) AppendShown(dst []byte, f *Field, c []any) []byte {
	dst = t.AppendJSON(dst, f, c)
	next, ok := c[3].(string)
	if !ok || dst[len(dst)-1] != '}' {
		return dst
	}
	dst = append(dst[:len(dst)-1], `,"next":`...)
	return append(appendString(dst, next), '}')
}

func (birthdayType) FormatText(_ *Field, c []any) string {
	s, _ := c[0].(string)
	return s
}
