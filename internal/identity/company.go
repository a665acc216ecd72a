package identity

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// CompanyChange is what an administrator may change of the company; what is nil
// stays.
type CompanyChange struct {
	Name     *string `json:"name"`
	Language *string `json:"language"`
	TimeZone *string `json:"time_zone"`
	// FollowUpDays replace those there are.
	FollowUpDays map[string]int `json:"follow_up_days"`
}

const (
	// followUpDays names them among the settings.
	followUpDays = "follow_up_days"
	maxFollowUp  = 3650
	maxLevels    = 50
)

// maxCompany is the longest name of a company, in characters.
const maxCompany = 200

// ChangeCompany changes the company's name and defaults. The currency stays:
// every amount is kept converted to it.
func (s *Service) ChangeCompany(ctx context.Context, a *policy.Actor, c CompanyChange) error {
	if !a.Admin() {
		return &record.Error{Code: "forbidden"}
	}
	set := map[string]string{}
	if c.Name != nil {
		name := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(*c.Name, "\uFFFD"), "\x00", ""))
		if name == "" || utf8.RuneCountInString(name) > maxCompany {
			return record.Invalid("name", "required")
		}
		set["company"] = name
	}
	if c.Language != nil {
		if *c.Language != "zh-TW" && *c.Language != "zh-CN" && *c.Language != "en" {
			return record.Invalid("language", "not_an_option", "value", schema.Shorten(*c.Language))
		}
		set["language"] = *c.Language
	}
	if c.TimeZone != nil {
		// "Local" would be the server's zone, and "" UTC: neither was meant.
		if _, err := time.LoadLocation(*c.TimeZone); err != nil || *c.TimeZone == "" || *c.TimeZone == "Local" {
			return record.Invalid("time_zone", "not_an_option", "value", schema.Shorten(*c.TimeZone))
		}
		set["time_zone"] = *c.TimeZone
	}
	if c.FollowUpDays != nil {
		for level, days := range c.FollowUpDays {
			if days < 1 || days > maxFollowUp || utf8.RuneCountInString(level) > 100 {
				return record.Invalid(followUpDays, "out_of_range")
			}
		}
		if len(c.FollowUpDays) > maxLevels {
			return record.Invalid(followUpDays, "too_many", "max", strconv.Itoa(maxLevels))
		}
		text, err := json.Marshal(c.FollowUpDays)
		if err != nil {
			return err
		}
		set[followUpDays] = string(text)
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		// Language and time zone are those of everybody who chose none.
		if err := s.Records.Touch(ctx, q); err != nil {
			return err
		}
		for name, value := range set {
			if _, err := store.Delete(ctx, q, settings.Name, store.Row{"name": name}); err != nil {
				return err
			}
			if err := store.Insert(ctx, q, settings.Name, store.Row{"name": name, "value": value}); err != nil {
				return err
			}
		}
		return nil
	})
}
