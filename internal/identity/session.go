package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var sessions = store.Declare(store.Table{
	Name: "session",
	Columns: []schema.Column{
		{Name: "token", Kind: schema.KindText}, {Name: "user_id", Kind: schema.KindInt}, {Name: "created_at", Kind: schema.KindInt},
		{Name: "until", Kind: schema.KindInt}, {Name: "device", Kind: schema.KindText},
		{Name: "id", Kind: schema.KindInt}, {Name: "address", Kind: schema.KindText}, {Name: "seen_at", Kind: schema.KindInt},
	},
	Key:      []string{"token"},
	Indexes:  []string{"user_id", "id"},
	Standing: true,
})

const (
	sessionSpan = 30 * 24 * time.Hour
	// seenSpan is how exactly it is known when somebody was last there.
	seenSpan = time.Minute
)

// Session is where somebody is signed in.
type Session struct {
	ID      int64
	User    int64
	Name    string
	Device  string
	Address string
	// Since, Seen and Until are in microseconds; Seen is exact to a minute.
	Since, Seen, Until int64
}

// Open begins a session of somebody's and answers its secret; ErrPassword when the password he
// showed is not his any more.
func (s *Service) Open(ctx context.Context, who Verified, device, address string) (string, error) {
	secret := rand.Text() + rand.Text()
	if len(device) > 200 {
		device = device[:200]
	}
	now := time.Now()
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if who.hash != "" {
			rows, err := store.Find(ctx, q, credentials.Name, "hash", store.Row{"user_id": who.User}, store.Holding(q))
			if err != nil {
				return err
			}
			if len(rows) != 1 || rows[0][0] != who.hash {
				return ErrPassword
			}
		}
		if _, err := store.Sweep(ctx, q, sessions.Name, "until", now.UnixMicro(), 20); err != nil {
			return err
		}
		return store.Insert(ctx, q, sessions.Name, store.Row{
			"token": digest(secret), "id": s.Records.IDs.Next(), "user_id": who.User, "created_at": now.UnixMicro(), "seen_at": now.UnixMicro(),
			"until": now.Add(sessionSpan).UnixMicro(), "address": address, "device": strings.ToValidUTF8(strings.ReplaceAll(device, "\x00", ""), ""),
		})
	})
	return secret, err
}

func digest(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// Close ends a session.
func (s *Service) Close(ctx context.Context, secret string) error {
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		_, err := store.Delete(ctx, q, sessions.Name, store.Row{"token": digest(secret)})
		return err
	})
}

// Actor tells who acts under a session's secret; it is asked at every request,
// so that a session ended anywhere is refused at the next.
func (s *Service) Actor(ctx context.Context, secret string) (*policy.Actor, Person, error) {
	token := digest(secret)
	row, epoch, err := s.Records.Standing(ctx, sessions.Name, "user_id, until", "token", token)
	if err != nil {
		return nil, Person{}, err
	}
	if row == nil {
		return nil, Person{}, ErrSignedOut
	}
	id, _ := row[0].(int64)
	if until, _ := row[1].(int64); until <= time.Now().UnixMicro() {
		return nil, Person{}, ErrSignedOut
	}
	a, p, err := s.actorAt(ctx, id, epoch)
	if err == nil {
		s.used(ctx, token, sessions.Name, store.Row{"token": token}, "seen_at")
	}
	return a, p, err
}

// used writes down that a session or token is in use, at most once a minute,
// behind what people write.
func (s *Service) used(ctx context.Context, key, table string, where store.Row, column string) {
	now := time.Now()
	if at, ok := s.seen.Load(key); ok {
		if last, _ := at.(time.Time); now.Sub(last) < seenSpan {
			return
		}
	}
	s.seen.Store(key, now)
	ctx = store.Bulk(context.WithoutCancel(ctx))
	go func() {
		err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
			_, err := store.Update(ctx, q, table, store.Row{column: now.UnixMicro()}, where)
			return err
		})
		if err != nil {
			slog.Debug("note the use of a session", "error", err)
		}
	}()
}

// Current is the id of the session with this secret, 0 when there is none.
func (s *Service) Current(ctx context.Context, secret string) (int64, error) {
	rows, err := store.Find(ctx, s.Records.DB, sessions.Name, "id", store.Row{"token": digest(secret)}, "")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	id, _ := rows[0][0].(int64)
	return id, nil
}

// Sessions lists where a user is signed in, newest first: the actor himself, or
// anybody (0: everybody) for an administrator.
func (s *Service) Sessions(ctx context.Context, a *policy.Actor, user int64) ([]Session, error) {
	where := store.Row{"user_id": user}
	if user != a.ID && !a.Admin() {
		return nil, &record.Error{Code: "forbidden"}
	}
	if user == 0 {
		where = nil
	}
	rows, err := store.Find(ctx, s.Records.DB, sessions.Name, "id, user_id, device, address, created_at, seen_at, until", where, "ORDER BY created_at DESC LIMIT 1000")
	if err != nil {
		return nil, err
	}
	list := []Session{}
	var people []int64
	for _, r := range rows {
		one := Session{}
		one.ID, _ = r[0].(int64)
		one.User, _ = r[1].(int64)
		one.Device, _ = r[2].(string)
		one.Address, _ = r[3].(string)
		one.Since, _ = r[4].(int64)
		one.Seen, _ = r[5].(int64)
		one.Until, _ = r[6].(int64)
		if one.Until > time.Now().UnixMicro() {
			list, people = append(list, one), append(people, one.User)
		}
	}
	names, err := s.Records.Names(ctx, a, "user", people)
	for i := range list {
		list[i].Name = names[list[i].User]
	}
	return list, err
}

// Revoke ends a session by its id: the actor's own, or anybody's for an
// administrator. It is refused at the next request on every node.
func (s *Service) Revoke(ctx context.Context, a *policy.Actor, id int64) error {
	where := store.Row{"id": id}
	if !a.Admin() {
		where["user_id"] = a.ID
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		n, err := store.Delete(ctx, q, sessions.Name, where)
		if err == nil && n == 0 {
			return &record.Error{Code: "not_found"}
		}
		return err
	})
}
