package notice

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// When a kind of notice is mailed.
const (
	Never    = "no"
	AtOnce   = "now"
	InDigest = "digest"
)

// Way is how somebody wants to hear of a kind of notice.
type Way struct {
	// App: it stands in the list.
	App bool `json:"app"`
	// Mail is no, now or digest.
	Mail string `json:"mail"`
}

// kept tells whether he wants to hear of it at all.
func (w Way) kept() bool { return w.App || w.Mail != Never }

// usual is what holds for who chose nothing.
var usual = map[string]Way{
	Mentioned: {true, AtOnce}, Assigned: {true, AtOnce}, Reminder: {true, Never}, Finished: {true, Never}, Commented: {true, Never}, Lapsed: {true, Never}, JobEnded: {true, Never}, Wanted: {true, Never},
}

// Choices are how somebody wants to hear of things.
type Choices struct {
	Kinds map[string]Way `json:"kinds"`
	// Digest is the hour of his morning's mail in his time zone, nil for none;
	// Weekends: on Saturdays and Sundays too.
	Digest   *int `json:"digest_hour"`
	Weekends bool `json:"digest_weekends"`
}

var choiceTable = store.Declare(store.Table{
	Name: "notice_choice",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "choices", Kind: schema.KindText},
		// digested is the day of the last morning's mail.
		{Name: "digested", Kind: schema.KindText},
	},
	Key: []string{"user_id"},
})

// ChoicesOf reads how somebody wants to hear of things.
func (s *Service) ChoicesOf(ctx context.Context, user int64) (Choices, error) {
	return choicesOf(ctx, s.Records.DB, user)
}

func choicesOf(ctx context.Context, q store.Querier, user int64) (Choices, error) {
	c := Choices{Kinds: map[string]Way{}}
	rows, err := store.Find(ctx, q, choiceTable.Name, "choices", store.Row{"user_id": user}, "")
	if err != nil {
		return c, err
	}
	if len(rows) > 0 {
		text, _ := rows[0][0].(string)
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return c, err
		}
	}
	for kind, way := range usual {
		if _, chosen := c.Kinds[kind]; !chosen {
			c.Kinds[kind] = way
		}
	}
	return c, nil
}

func (s *Service) wayOf(ctx context.Context, q store.Querier, user int64, kind string) (Way, error) {
	c, err := choicesOf(ctx, q, user)
	return c.Kinds[kind], err
}

// Choose keeps how a person wants to hear of things; kinds he does not name stay as
// they are.
func (s *Service) Choose(ctx context.Context, a *policy.Actor, sent Choices) error {
	for kind, way := range sent.Kinds {
		if !slices.Contains(Kinds, kind) {
			return record.Invalid("kinds", "not_an_option", "value", schema.Shorten(kind))
		}
		if !slices.Contains([]string{Never, AtOnce, InDigest}, way.Mail) {
			return record.Invalid("kinds", "not_an_option", "value", schema.Shorten(way.Mail))
		}
	}
	if sent.Digest != nil && (*sent.Digest < 0 || *sent.Digest > 23) {
		return record.Invalid("digest_hour", "out_of_range")
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		now, err := choicesOf(ctx, q, a.ID)
		if err != nil {
			return err
		}
		for kind, way := range sent.Kinds {
			now.Kinds[kind] = way
		}
		now.Digest, now.Weekends = sent.Digest, sent.Weekends
		text, err := json.Marshal(now)
		if err != nil {
			return err
		}
		n, err := store.Update(ctx, q, choiceTable.Name, store.Row{"choices": string(text)}, store.Row{"user_id": a.ID})
		if err != nil || n > 0 {
			return err
		}
		err = store.Insert(ctx, q, choiceTable.Name, store.Row{"user_id": a.ID, "choices": string(text), "digested": ""})
		if errors.Is(err, store.ErrUnique) {
			return store.ErrOvertaken // chosen in another tab at this moment
		}
		return err
	})
}
