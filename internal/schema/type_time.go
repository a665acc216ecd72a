package schema

import (
	"slices"
	"strings"
	"time"

	"ecrm/internal/local"
)

// dateType is a day without a time, held as 2026-11-23.
type dateType struct{}

// datetimeType is an instant, held as microseconds since 1970 in UTC.
type datetimeType struct{}

func init() {
	register("date", dateType{})
	register("datetime", datetimeType{})
}

func (dateType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (t dateType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("not_a_date")
}

func (dateType) ParseText(_ *Field, s string) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	for _, layout := range []string{"2006-01-02", "2006/1/2", "20060102", "2006-1-2"} {
		if d, err := time.Parse(layout, s); err == nil {
			return []any{d.Format("2006-01-02")}, nil
		}
	}
	return readDay(s)
}

// readDay reads a day as people here write it: 民國113年5月6日, 113/5/6, 1130506,
// 2024年5月6日, in full width. What may be two days is refused with both; who typed
// it says which.
func readDay(s string) ([]any, error) {
	var days []string
	for _, r := range local.ParseDate(s, local.DateOptions{Prefer: local.ROC}) {
		if r.Convention == local.Serial || r.Convention == local.Unix || r.Convention == local.UnixMilli || r.Date.Year == 0 {
			continue
		}
		if day := r.Date.String(); !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	switch len(days) {
	case 0:
		return nil, Bad("not_a_date")
	case 1:
		return []any{days[0]}, nil
	}
	return nil, Bad("date_ambiguous", "one", days[0], "other", days[1])
}

func (dateType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	return textType{}.AppendJSON(dst, nil, c)
}

func (dateType) FormatText(_ *Field, c []any) string { return textType{}.FormatText(nil, c) }

func (datetimeType) Columns(f *Field) []Column { return one(f, "", KindInt) }

func (t datetimeType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("not_a_datetime")
}

func (t datetimeType) ParseText(f *Field, s string) ([]any, error) {
	return t.ParseTextIn(f, s, time.UTC)
}

// ParseTextIn reads a time as it is written where the zone is this one.
func (datetimeType) ParseTextIn(_ *Field, s string, zone *time.Location) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/1/2 15:04", "2006/1/2"} {
		if d, err := time.ParseInLocation(layout, s, zone); err == nil && d.Year() > 0 && d.Year() < 10000 {
			return []any{d.UnixMicro()}, nil
		}
	}
	return nil, Bad("not_a_datetime")
}

func (datetimeType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	n, ok := c[0].(int64)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = time.UnixMicro(n).UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

func (datetimeType) FormatText(_ *Field, c []any) string {
	if n, ok := c[0].(int64); ok {
		return time.UnixMicro(n).UTC().Format(time.RFC3339)
	}
	return ""
}
