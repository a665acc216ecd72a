package api

import (
	"net/http"
	"time"

	locale "ecrm/internal/local"
	"ecrm/internal/record"
)

// maxReading is the longest text that is read.
const maxReading = 2000

// reading tells how a text would be understood, for whoever is still typing it:
// a birthday with its day in the other calendar, an address in its parts.
func (s *Server) reading(r *request) error {
	text := r.URL.Query().Get("text")
	if len(text) > maxReading {
		return record.Invalid("text", "too_long", "max", "2000")
	}
	switch r.PathValue("type") {
	case "birthday":
		return s.readBirthday(r, text)
	case "address":
		return s.readAddress(r, text)
	}
	return errNotFound
}

type birthdayView struct {
	Value birthdayParts `json:"value"`
	Text  string        `json:"text"`
}

type birthdayParts struct {
	Year     int    `json:"year,omitempty"`
	Month    int    `json:"month"`
	Day      int    `json:"day"`
	Calendar string `json:"calendar"`
	Leap     bool   `json:"leap,omitempty"`
}

func (r *request) birthday(b locale.Birthday) birthdayView {
	v := birthdayView{birthdayParts{b.Year, b.Month, b.Day, "solar", b.Leap}, b.Format(r.language())}
	if b.Lunar {
		v.Value.Calendar = "lunar"
	}
	return v
}

func (s *Server) readBirthday(r *request, text string) error {
	today := locale.DateOf(time.Now().In(r.actor.Zone()))
	b, several, err := locale.ParseBirthday(text, today)
	if len(several) > 1 {
		readings := []birthdayView{}
		for _, one := range several {
			readings = append(readings, r.birthday(one))
		}
		return r.json(http.StatusOK, map[string]any{"several": readings})
	}
	if err != nil {
		return record.Invalid("text", "not_a_birthday")
	}
	answer := map[string]any{"reading": r.birthday(b)}
	if other, ok := b.Other(today); ok {
		answer["other"] = r.birthday(other)
	}
	if next, err := locale.NextBirthday(b, today); err == nil {
		answer["next"] = next.String()
	}
	return r.json(http.StatusOK, answer)
}

func (s *Server) readAddress(r *request, text string) error {
	a := locale.ParseAddress(text)
	value := map[string]string{}
	for part, text := range map[string]string{"country": a.Country, "zip": a.Zip, "region": a.Region, "city": a.City, "district": a.District, "street": a.Street} {
		if text != "" {
			value[part] = text
		}
	}
	return r.json(http.StatusOK, map[string]any{"value": value})
}

type regionView struct {
	Name      string         `json:"name"`
	Districts []districtView `json:"districts"`
}

type districtView struct {
	Name string `json:"name"`
	Zip  string `json:"zip"`
}

// places lists the counties of Taiwan with their districts and postal codes.
func (s *Server) places(r *request) error {
	regions := []regionView{}
	for _, region := range locale.RegionsTW() {
		v := regionView{Name: region.Name}
		for _, d := range region.Districts {
			v.Districts = append(v.Districts, districtView{d.Name, d.Zip})
		}
		regions = append(regions, v)
	}
	return r.json(http.StatusOK, map[string]any{"regions": regions})
}
