package identity

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var apiTokens = store.Declare(store.Table{
	Name: "api_token",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "user_id", Kind: schema.KindInt}, {Name: "name", Kind: schema.KindText},
		{Name: "hash", Kind: schema.KindText}, {Name: "scopes", Kind: schema.KindText}, {Name: "created_at", Kind: schema.KindInt},
		{Name: "until", Kind: schema.KindInt}, {Name: "used_at", Kind: schema.KindInt},
	},
	Key:      []string{"id"},
	Indexes:  []string{"unique hash", "user_id"},
	Standing: true,
})

// Token lets a script act as its owner, never beyond his rights, within scopes.
type Token struct {
	ID     int64
	User   int64
	Name   string
	Owner  string
	Scopes []string
	// Created, Until and Used are in microseconds, 0 for never; Used is exact to
	// a minute.
	Created, Until, Used int64
}

// TokenPrefix begins every token's secret, so that it is known for what it is
// where it should not be.
const TokenPrefix = "ecrm_"

const maxTokens = 100

// AddToken makes a token for the actor and answers its secret, which nobody can
// read again. An until of 0 means without end.
func (s *Service) AddToken(ctx context.Context, a *policy.Actor, name string, scopes []string, until int64) (Token, string, error) {
	name = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", ""))
	now := time.Now().UnixMicro()
	switch {
	case name == "":
		return Token{}, "", record.Invalid("name", "required")
	case utf8.RuneCountInString(name) > 60:
		return Token{}, "", record.Invalid("name", "too_long", "max", "60")
	case len(scopes) == 0:
		return Token{}, "", record.Invalid("scopes", "required")
	case until != 0 && until <= now:
		return Token{}, "", record.Invalid("expires_at", "in_the_past")
	}
	granted := []string{policy.GrantRead}
	for _, scope := range scopes {
		if !slices.Contains(policy.AllGrants, scope) {
			return Token{}, "", record.Invalid("scopes", "not_an_option", "value", schema.Shorten(scope))
		}
		if scope == policy.GrantAdmin && !a.Admin() {
			return Token{}, "", record.Invalid("scopes", "forbidden")
		}
		if !slices.Contains(granted, scope) {
			granted = append(granted, scope)
		}
	}
	secret := TokenPrefix + rand.Text() + rand.Text()
	token := Token{ID: s.Records.IDs.Next(), User: a.ID, Name: name, Owner: a.Name, Scopes: granted, Created: now, Until: until}
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		mine, err := store.Find(ctx, q, apiTokens.Name, "id", store.Row{"user_id": a.ID}, "LIMIT "+strconv.Itoa(maxTokens))
		if err != nil {
			return err
		}
		if len(mine) >= maxTokens {
			return record.Invalid("name", "too_many", "max", strconv.Itoa(maxTokens))
		}
		return store.Insert(ctx, q, apiTokens.Name, store.Row{
			"id": token.ID, "user_id": a.ID, "name": name, "hash": digest(secret), "scopes": strings.Join(granted, " "), "created_at": now, "until": until,
		})
	})
	return token, secret, err
}

// Tokens lists a user's tokens, newest first: the actor's own, or anybody's for
// an administrator.
func (s *Service) Tokens(ctx context.Context, a *policy.Actor, user int64) ([]Token, error) {
	if user != a.ID && !a.Admin() {
		return nil, &record.Error{Code: "forbidden"}
	}
	rows, err := store.Find(ctx, s.Records.DB, apiTokens.Name, "id, user_id, name, scopes, created_at, until, used_at", store.Row{"user_id": user}, "ORDER BY id DESC")
	if err != nil {
		return nil, err
	}
	names, err := s.Records.Names(ctx, a, "user", []int64{user})
	list := []Token{}
	for _, r := range rows {
		one := Token{Owner: names[user]}
		one.ID, _ = r[0].(int64)
		one.User, _ = r[1].(int64)
		one.Name, _ = r[2].(string)
		scopes, _ := r[3].(string)
		one.Scopes = strings.Fields(scopes)
		one.Created, _ = r[4].(int64)
		one.Until, _ = r[5].(int64)
		one.Used, _ = r[6].(int64)
		list = append(list, one)
	}
	return list, err
}

// RevokeToken ends a token: the actor's own, or anybody's for an administrator.
func (s *Service) RevokeToken(ctx context.Context, a *policy.Actor, id int64) error {
	where := store.Row{"id": id}
	if !a.Admin() {
		where["user_id"] = a.ID
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		n, err := store.Delete(ctx, q, apiTokens.Name, where)
		if err == nil && n == 0 {
			return &record.Error{Code: "not_found"}
		}
		return err
	})
}

// Bearer tells who acts under a token's secret; like Actor it is asked at every
// request.
func (s *Service) Bearer(ctx context.Context, secret string) (*policy.Actor, Person, error) {
	row, epoch, err := s.Records.Standing(ctx, apiTokens.Name, "id, user_id, name, scopes, until", "hash", digest(secret))
	if err != nil {
		return nil, Person{}, err
	}
	if row == nil {
		return nil, Person{}, ErrSignedOut
	}
	id, _ := row[0].(int64)
	user, _ := row[1].(int64)
	name, _ := row[2].(string)
	scopes, _ := row[3].(string)
	if until, _ := row[4].(int64); until != 0 && until <= time.Now().UnixMicro() {
		return nil, Person{}, ErrSignedOut
	}
	a, p, err := s.actorAt(ctx, user, epoch)
	if err != nil {
		return nil, p, err
	}
	a.Origin = "token " + name
	a.Grants = strings.Fields(scopes)
	s.used(ctx, "t"+strconv.FormatInt(id, 10), apiTokens.Name, store.Row{"id": id}, "used_at")
	return a, p, nil
}
