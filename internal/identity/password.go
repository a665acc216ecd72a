package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var credentials = store.Declare(store.Table{
	Name: "credential",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "hash", Kind: schema.KindText}, {Name: "must_change", Kind: schema.KindBool},
	},
	Key: []string{"user_id"},
})

var hashing = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hastily has passwords hashed at the least cost from now on: for tests, which make thousands of
// people. Elsewhere it panics.
func Hastily() {
	if flag.Lookup("test.v") == nil {
		panic("identity: passwords are hashed hastily in tests alone")
	}
	hashing.Memory, hashing.Iterations = 8, 1
}

// AtOnce is how many passwords are hashed at the same time.
func AtOnce() int { return cap(hashers) }

// hashed checks a new password and answers its hash.
func hashed(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < 8 || n > 200 {
		return "", record.Invalid("password", "password_length")
	}
	hashers <- struct{}{}
	defer func() { <-hashers }()
	hash, err := argon2id.CreateHash(password, &hashing)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return hash, nil
}

// hashers has room for as many passwords as are hashed at once: each takes 19 MB and
// a processor for some 20 ms, and anybody may ask for one.
var hashers = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// Temporary makes a password that can be read out on the telephone: no letter
// or digit in it is taken for another. It has 59 bits.
func Temporary() string {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
	var b strings.Builder
	for i := range 12 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // the system's source of randomness does not fail
		}
		b.WriteByte(alphabet[n.Int64()])
	}
	return b.String()
}

func putCredential(ctx context.Context, q store.Querier, user int64, hash string, mustChange bool) error {
	if _, err := store.Delete(ctx, q, credentials.Name, store.Row{"user_id": user}); err != nil {
		return err
	}
	return store.Insert(ctx, q, credentials.Name, store.Row{"user_id": user, "hash": hash, "must_change": mustChange})
}

// renewCredential replaces a user's password and ends his sessions and what links were mailed to
// him. The password first: a sign-in under way with the old one holds it until its session is
// there to be ended, or finds the new one (see Open).
func renewCredential(ctx context.Context, q store.Querier, user int64, hash string, mustChange bool) error {
	if err := putCredential(ctx, q, user, hash, mustChange); err != nil {
		return err
	}
	for _, table := range []string{sessions.Name, links.Name} {
		if _, err := store.Delete(ctx, q, table, store.Row{"user_id": user}); err != nil {
			return err
		}
	}
	return nil
}

// SetPassword replaces a user's password and ends his sessions.
func (s *Service) SetPassword(ctx context.Context, user int64, password string, mustChange bool) error {
	hash, err := hashed(password)
	if err != nil {
		return err
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if err := s.Records.Touch(ctx, q); err != nil {
			return err
		}
		if err := renewCredential(ctx, q, user, hash, mustChange); err != nil {
			return err
		}
		return s.passwordChanged(ctx, q, user)
	})
}

// ResetPassword gives a user a temporary password, which is answered once, ends
// his sessions, and is written in the user's history.
func (s *Service) ResetPassword(ctx context.Context, a *policy.Actor, user int64) (string, error) {
	o := a.Registry.Object("user")
	if !a.Admin() || !a.May(o, policy.Edit) {
		return "", &record.Error{Code: "forbidden"}
	}
	password := Temporary()
	hash, err := hashed(password)
	if err != nil {
		return "", err
	}
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if err := u.Note(ctx, a, o, user, policy.Edit, "password_reset"); err != nil {
			return err
		}
		if err := s.Records.Touch(ctx, u.Store()); err != nil {
			return err
		}
		if err := renewCredential(ctx, u.Store(), user, hash, true); err != nil {
			return err
		}
		return s.passwordChanged(ctx, u.Store(), user)
	})
	return password, err
}

// Invitation is a user's first password.
type Invitation struct {
	ID       int64  `json:"id,string"`
	Name     string `json:"name"`
	Login    string `json:"login"`
	Password string `json:"temporary_password"`
}

// maxInvitations bounds how many passwords are handed out at once: each takes
// some 20 ms to hash.
const maxInvitations = 1000

// InviteAll gives a temporary password to every active user who has none yet
// (of those named, where ids is not empty): the staff list that was imported.
// The passwords are answered this once.
func (s *Service) InviteAll(ctx context.Context, a *policy.Actor, ids []int64) ([]Invitation, error) {
	o := a.Registry.Object("user")
	if !a.Admin() || !a.May(o, policy.Edit) {
		return nil, &record.Error{Code: "forbidden"}
	}
	users, order, err := s.uninvited(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := []Invitation{}
	hashes := map[int64]string{}
	for _, id := range order {
		v := users[id]
		one := Invitation{ID: id, Name: v.Text("name"), Login: v.Text("login"), Password: Temporary()}
		if hashes[id], err = hashed(one.Password); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if err := s.Records.Touch(ctx, u.Store()); err != nil {
			return err
		}
		for _, one := range list {
			if err := u.Note(ctx, a, o, one.ID, policy.Edit, "invited"); err != nil {
				return err
			}
			// Whoever was given one meanwhile makes this fail: no password is
			// replaced here.
			if err := store.Insert(ctx, u.Store(), credentials.Name, store.Row{"user_id": one.ID, "hash": hashes[one.ID], "must_change": true}); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrUnique) {
		err = &record.Error{Code: "conflict"}
	}
	return list, err
}

// uninvited are the active users who have no password yet, of those named where ids
// is not empty, in the order they were made.
func (s *Service) uninvited(ctx context.Context, ids []int64) (users map[int64]record.Values, order []int64, err error) {
	if users, err = s.Records.Rows(ctx, "user", nil, maxPeople); err != nil {
		return nil, nil, err
	}
	rows, err := store.Find(ctx, s.Records.DB, credentials.Name, "user_id", nil, "")
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		id, _ := r[0].(int64)
		delete(users, id)
	}
	for _, id := range slices.Sorted(maps.Keys(users)) {
		if (len(ids) == 0 || slices.Contains(ids, id)) && isActive(users[id]) && len(order) < maxInvitations {
			order = append(order, id)
		}
	}
	return users, order, nil
}

const (
	maxAttempts = 10
	attemptSpan = 15 * time.Minute
)

// throttle counts a failed attempt under a key, or only asks.
func (s *Service) throttle(key string, failed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.attempts) > 100_000 {
		s.attempts = map[string][]time.Time{}
	}
	kept := recent(s.attempts[key])
	if failed {
		kept = append(kept, time.Now())
	}
	if len(kept) == 0 {
		delete(s.attempts, key)
	} else {
		s.attempts[key] = kept
	}
	return len(kept) >= maxAttempts
}

// maxClashes is how often somebody may hit on a taken value in a while.
const maxClashes = 100

// Clashed counts that somebody hit on a value that is taken, perhaps by a record
// he may not see, and tells whether that was so often that he seems to be
// guessing.
func (s *Service) Clashed(user int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := "c " + strconv.FormatInt(user, 10)
	s.attempts[key] = append(recent(s.attempts[key]), time.Now())
	if n := len(s.attempts[key]); n > maxClashes {
		s.attempts[key] = s.attempts[key][n-maxClashes-1:]
		return true
	}
	return false
}

// recent keeps what happened within the span of attempts.
func recent(all []time.Time) []time.Time {
	var kept []time.Time
	for _, at := range all {
		if time.Since(at) < attemptSpan {
			kept = append(kept, at)
		}
	}
	return kept
}

// absent is compared against when no such login exists, so that the time taken
// does not tell.
var absent = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash(rand.Text(), &hashing)
	if err != nil {
		return ""
	}
	return hash
})

// Verified is somebody who showed who he is.
type Verified struct {
	User int64
	// hash is that of the password he showed; "" where it was something else.
	hash string
}

// SignIn checks a password and answers whose it is.
func (s *Service) SignIn(ctx context.Context, login, password, address string) (Verified, error) {
	login = strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(login), "\x00", ""), "")
	if s.throttle("l "+login, false) || s.throttle("a "+address, false) {
		return Verified{}, ErrThrottled
	}
	users, err := s.Records.Rows(ctx, "user", &query.Node{Op: query.Eq, Field: "login", Value: login}, 1)
	if err != nil {
		return Verified{}, err
	}
	hash, id := absent(), int64(0)
	for user, v := range users {
		rows, err := store.Find(ctx, s.Records.DB, credentials.Name, "hash", store.Row{"user_id": user}, "")
		if err != nil {
			return Verified{}, err
		}
		if len(rows) == 1 && isActive(v) {
			id = user
			hash, _ = rows[0][0].(string)
		}
	}
	select { // how many are tried at once bounds how many pass the throttle together
	case hashers <- struct{}{}:
	case <-ctx.Done():
		return Verified{}, ctx.Err()
	}
	defer func() { <-hashers }()
	if s.throttle("l "+login, false) || s.throttle("a "+address, false) {
		return Verified{}, ErrThrottled
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return Verified{}, fmt.Errorf("check the password: %w", err)
	}
	if !match || id == 0 {
		s.throttle("l "+login, true)
		s.throttle("a "+address, true)
		return Verified{}, ErrPassword
	}
	return Verified{id, hash}, nil
}

// ChangePassword replaces the person's own password.
func (s *Service) ChangePassword(ctx context.Context, p Person, old, password, address string) error {
	shown, err := s.SignIn(ctx, p.Login, old, address)
	if errors.Is(err, ErrThrottled) {
		return err
	}
	if err != nil || shown.User != p.ID {
		return record.Invalid("old_password", "wrong_old_password")
	}
	if old == password {
		return record.Invalid("password", "same_password")
	}
	return s.SetPassword(ctx, p.ID, password, false)
}
