package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

func isID(id int64) *query.Node { return query.Is("id", id) }

// Needed tells whether nobody has set the company up yet.
func (s *Service) Needed(ctx context.Context) (bool, error) {
	c, err := s.Company(ctx)
	return c.Name == "", err
}

// SetUp makes the company, its roles, its first department and its
// administrator, all or nothing, and answers the administrator's id.
func (s *Service) SetUp(ctx context.Context, c Company, name, login, password string) (int64, error) {
	s.setup.Lock()
	defer s.setup.Unlock()
	if needed, err := s.Needed(ctx); err != nil || !needed {
		return 0, errors.Join(err, ErrDone)
	}
	c.Name = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(c.Name, "\uFFFD"), "\x00", ""))
	if c.Name == "" {
		return 0, record.Invalid("company", "required")
	}
	if c.Currency == "" {
		c.Currency = "TWD"
	}
	if c.TimeZone == "" {
		c.TimeZone = map[string]string{"zh-CN": "Asia/Shanghai", "en": "UTC"}[c.Language]
		if c.TimeZone == "" {
			c.TimeZone = "Asia/Taipei"
		}
	}
	hash, err := hashed(password)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		// The company's name goes first: of two nodes set up at once the second
		// finds it taken.
		for _, pair := range [][2]string{{"company", c.Name}, {"currency", c.Currency}, {"language", c.Language}, {"time_zone", c.TimeZone}} {
			if err := store.Insert(ctx, u.Store(), settings.Name, store.Row{"name": pair[0], "value": pair[1]}); err != nil {
				return err
			}
		}
		if err := s.ship(ctx, u, c.Language); err != nil {
			return err
		}
		registry := s.Records.Current.Load()
		system := policy.System(registry, "setup")
		department, err := u.Create(ctx, system, registry.Object("department"), record.Input{"name": c.Name})
		if err != nil {
			return err
		}
		id, err = s.addUser(ctx, u, system, record.Input{"name": name, "login": login, "role": administratorKey, "language": c.Language,
			"department": fmt.Sprint(department)}, hash, false)
		return err
	})
	if errors.Is(err, store.ErrUnique) {
		return 0, ErrDone
	}
	return id, err
}

// AddUser makes a user with a password, both or neither.
func (s *Service) AddUser(ctx context.Context, a *policy.Actor, in record.Input, password string, mustChange bool) (int64, error) {
	// Nobody has passwords hashed for users he may not make.
	if !a.May(s.Records.Current.Load().Object("user"), policy.Create) {
		return 0, &record.Error{Code: "forbidden"}
	}
	hash, err := hashed(password)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if err := s.ship(ctx, u, "zh-TW"); err != nil {
			return err
		}
		id, err = s.addUser(ctx, u, a, in, hash, mustChange)
		return err
	})
	return id, err
}

// Invite makes a user with a temporary password, which is answered this once
// and must be changed at the first sign-in.
func (s *Service) Invite(ctx context.Context, a *policy.Actor, in record.Input) (id int64, temporary string, err error) {
	temporary = Temporary()
	id, err = s.AddUser(ctx, a, in, temporary, true)
	return id, temporary, err
}

func (s *Service) addUser(ctx context.Context, u *record.Unit, a *policy.Actor, in record.Input, hash string, mustChange bool) (int64, error) {
	id, err := u.Create(ctx, a, s.Records.Current.Load().Object("user"), in)
	if err != nil {
		return 0, err
	}
	return id, putCredential(ctx, u.Store(), id, hash, mustChange)
}

// Hash is what is kept of a password, for many accounts that share one.
func Hash(password string) (string, error) { return hashed(password) }

// Plant makes a user under a chosen id, with the hash of his password, in the
// caller's transaction: for made-up companies.
func (s *Service) Plant(ctx context.Context, u *record.Unit, a *policy.Actor, id int64, in record.Input, hash string) error {
	o := s.Records.Current.Load().Object("user")
	values, err := s.Records.ParseInput(ctx, a, o, in)
	if err != nil {
		return err
	}
	if err := u.CreateAs(ctx, a, o, id, values); err != nil {
		return err
	}
	return putCredential(ctx, u.Store(), id, hash, false)
}
