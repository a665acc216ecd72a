package calendar

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var links = store.Declare(store.Table{
	Name: "calendar_link",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "user_id", Kind: schema.KindInt}, {Name: "name", Kind: schema.KindText},
		// hash is of the secret, which is kept nowhere.
		{Name: "hash", Kind: schema.KindText}, {Name: "created_at", Kind: schema.KindInt}, {Name: "used_at", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"unique hash", "user_id"},
})

// Link is an address from which a phone reads a person's calendar without signing in:
// whoever has it reads, until it is revoked.
type Link struct {
	ID   int64
	Name string
	// Created and Used are in microseconds, 0 for never; Used is exact to an hour.
	Created, Used int64
}

const (
	maxLinks = 10
	maxName  = 60
	// usedEvery is how often it is written down that a link is used.
	usedEvery = time.Hour
)

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// AddLink makes a link to the actor's calendar and answers its secret, which nobody can
// read again.
func (s *Service) AddLink(ctx context.Context, a *policy.Actor, name string) (Link, string, error) {
	name = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", ""))
	switch {
	case name == "":
		return Link{}, "", record.Invalid("name", "required")
	case utf8.RuneCountInString(name) > maxName:
		return Link{}, "", record.Invalid("name", "too_long", "max", strconv.Itoa(maxName))
	}
	secret := rand.Text() + rand.Text()
	link := Link{ID: s.Records.IDs.Next(), Name: name, Created: time.Now().UnixMicro()}
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		mine, err := store.Find(ctx, q, links.Name, "id", store.Row{"user_id": a.ID}, "LIMIT "+strconv.Itoa(maxLinks))
		if err != nil {
			return err
		}
		if len(mine) >= maxLinks {
			return record.Invalid("name", "too_many", "max", strconv.Itoa(maxLinks))
		}
		return store.Insert(ctx, q, links.Name, store.Row{"id": link.ID, "user_id": a.ID, "name": name, "hash": digest(secret), "created_at": link.Created, "used_at": int64(0)})
	})
	return link, secret, err
}

// Links lists the actor's links, newest first.
func (s *Service) Links(ctx context.Context, a *policy.Actor) ([]Link, error) {
	rows, err := store.Find(ctx, s.Records.DB, links.Name, "id, name, created_at, used_at", store.Row{"user_id": a.ID}, "ORDER BY id DESC")
	list := make([]Link, len(rows))
	for i, r := range rows {
		list[i].ID, _ = r[0].(int64)
		list[i].Name, _ = r[1].(string)
		list[i].Created, _ = r[2].(int64)
		list[i].Used, _ = r[3].(int64)
	}
	return list, err
}

// RevokeLink ends a link of the actor's at once.
func (s *Service) RevokeLink(ctx context.Context, a *policy.Actor, id int64) error {
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		n, err := store.Delete(ctx, q, links.Name, store.Row{"id": id, "user_id": a.ID})
		if err == nil && n == 0 {
			return &record.Error{Code: "not_found"}
		}
		return err
	})
}

// Holder tells whose calendar a secret opens, by his rights of this moment. A secret
// that opens none, or that of somebody who may not act any more, is not found.
func (s *Service) Holder(ctx context.Context, secret, address string) (*policy.Actor, error) {
	now := time.Now()
	if !s.limits.guess(address, now, false) {
		return nil, &record.Error{Code: "rate_limited"}
	}
	rows, err := store.Find(ctx, s.Records.DB, links.Name, "id, user_id, used_at", store.Row{"hash": digest(secret)}, "")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		s.limits.guess(address, now, true)
		return nil, &record.Error{Code: "not_found"}
	}
	id, _ := rows[0][0].(int64)
	user, _ := rows[0][1].(int64)
	used, _ := rows[0][2].(int64)
	if !s.limits.read(id, now) {
		return nil, &record.Error{Code: "rate_limited"}
	}
	a, err := s.ActorOf(ctx, user)
	if err != nil {
		return nil, err
	}
	if now.Sub(time.UnixMicro(used)) > usedEvery {
		err = s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
			_, err := store.Update(ctx, q, links.Name, store.Row{"used_at": now.UnixMicro()}, store.Row{"id": id})
			return err
		})
	}
	return a, err
}
