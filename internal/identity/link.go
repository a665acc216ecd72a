package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/mail"
	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// links let whoever holds one choose a password once, without another sign-in. Only
// the digest of their secret is kept; a mail is composed with a fresh one when it is
// sent.
var links = store.Declare(store.Table{
	Name: "password_link",
	Columns: []schema.Column{
		{Name: "hash", Kind: schema.KindText}, {Name: "user_id", Kind: schema.KindInt}, {Name: "purpose", Kind: schema.KindText},
		{Name: "created_at", Kind: schema.KindInt}, {Name: "until", Kind: schema.KindInt},
	},
	Key:     []string{"hash"},
	Indexes: []string{"user_id"},
})

// What a link is for; the mails that carry it are called so too.
const (
	Invited   = "invitation"
	Forgotten = "password"
	// Changed mails carry no link: they tell somebody that his password is another.
	Changed = "password_changed"
)

// forgottenSpan is how long a link to a new password holds.
const forgottenSpan = time.Hour

// maxForgotten is how often an account or an address may ask for a new password
// within the span of attempts.
const maxForgotten = 3

// ErrLink is answered for a link that is unknown, was used, or ended.
var ErrLink = errors.New("the link does not hold")

// link makes a link for a user and answers its secret.
func (s *Service) link(ctx context.Context, user int64, purpose string, span time.Duration) (string, error) {
	secret := rand.Text() + rand.Text()
	now := time.Now()
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if _, err := store.Sweep(ctx, q, links.Name, "until", now.UnixMicro(), 20); err != nil {
			return err
		}
		return store.Insert(ctx, q, links.Name, store.Row{"hash": digest(secret), "user_id": user, "purpose": purpose, "created_at": now.UnixMicro(), "until": now.Add(span).UnixMicro()})
	})
	return secret, err
}

// Linked tells whose link it is and what for; failures from an address are counted
// like wrong passwords.
func (s *Service) Linked(ctx context.Context, secret, address string) (Person, string, error) {
	if s.throttle("k "+address, false) {
		return Person{}, "", ErrThrottled
	}
	user, purpose, err := linked(ctx, s.Records.DB, secret)
	if err != nil {
		return Person{}, "", s.linkFailed(address, err)
	}
	users, err := s.Records.Rows(ctx, "user", isID(user), 1)
	if err != nil {
		return Person{}, "", err
	}
	v := users[user]
	if v == nil || !isActive(v) {
		return Person{}, "", s.linkFailed(address, ErrLink)
	}
	return Person{ID: user, Name: v.Text("name"), Login: v.Text("login"), Language: v.Text("language")}, purpose, nil
}

func (s *Service) linkFailed(address string, err error) error {
	if errors.Is(err, ErrLink) {
		s.throttle("k "+address, true)
	}
	return err
}

func linked(ctx context.Context, q store.Querier, secret string) (user int64, purpose string, err error) {
	rows, err := store.Find(ctx, q, links.Name, "user_id, purpose, until", store.Row{"hash": digest(secret)}, "")
	if err != nil {
		return 0, "", err
	}
	if len(rows) == 0 {
		return 0, "", ErrLink
	}
	user, _ = rows[0][0].(int64)
	purpose, _ = rows[0][1].(string)
	if until, _ := rows[0][2].(int64); until <= time.Now().UnixMicro() {
		return 0, "", ErrLink
	}
	return user, purpose, nil
}

// UseLink sets the password of whose link it is, once: that link and all others of
// his are worth nothing afterwards, and his sessions end. It answers the user.
func (s *Service) UseLink(ctx context.Context, secret, password, address string) (int64, error) {
	p, purpose, err := s.Linked(ctx, secret, address)
	if err != nil {
		return 0, err
	}
	hash, err := hashed(password)
	if err != nil {
		return 0, err
	}
	o := s.Records.Current.Load().Object("user")
	system := policy.System(s.Records.Current.Load(), "mail")
	system.ID, system.Address = p.ID, address
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		q := u.Store()
		// Of two at once one finds it gone.
		n, err := store.Delete(ctx, q, links.Name, store.Row{"hash": digest(secret)})
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLink
		}
		if err := s.Records.Touch(ctx, q); err != nil {
			return err
		}
		if err := u.Note(ctx, system, o, p.ID, policy.Edit, map[string]string{Invited: "invitation_used", Forgotten: "password_chosen"}[purpose]); err != nil {
			return err
		}
		if err := renewCredential(ctx, q, p.ID, hash, false); err != nil || purpose != Forgotten {
			return err
		}
		return s.passwordChanged(ctx, q, p.ID)
	})
	return p.ID, s.linkFailed(address, err)
}

// Forget has a link to a new password mailed to whoever has this login or mail
// address; nobody is told whether anybody has. What is looked up and written is done
// after the answer, so that its time does not tell either.
func (s *Service) Forget(ctx context.Context, name, address string) error {
	name = strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(name), "\x00", ""), "")
	if s.throttle("f a "+address, true) {
		return ErrThrottled
	}
	if name == "" || len(name) > 200 || s.askedOften("f l "+strings.ToLower(name)) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		if err := s.forget(ctx, name); err != nil {
			slog.Error("mail a link to a new password", "error", err)
		}
	}()
	return nil
}

// askedOften counts a question under a key and tells whether there were too many.
func (s *Service) askedOften(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts[key] = append(recent(s.attempts[key]), time.Now())
	return len(s.attempts[key]) > maxForgotten
}

func (s *Service) forget(ctx context.Context, name string) error {
	users, err := s.Records.Rows(ctx, "user", &query.Node{Op: query.Eq, Field: "login", Value: name}, 1)
	if err != nil {
		return err
	}
	if len(users) == 0 && strings.Contains(name, "@") {
		if users, err = s.Records.Rows(ctx, "user", &query.Node{Op: query.Has, Field: "mails", Value: name}, 2); err != nil {
			return err
		}
	}
	if len(users) != 1 {
		return nil // nobody, or it is not clear who
	}
	for id, v := range users {
		if !isActive(v) || mail.AddressOf(v) == "" {
			return nil
		}
		if s.askedOften("f u " + strconv.FormatInt(id, 10)) {
			return nil
		}
		if err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
			return s.Mail.Queue(ctx, q, id, Forgotten, 0, 0)
		}); err != nil {
			return err
		}
		s.Mail.Wake()
	}
	return nil
}

// SendInvitations has those users invited by mail who have no password yet and have
// an address: those named, or all where none are. It answers how many mails there
// will be, and who has no address.
func (s *Service) SendInvitations(ctx context.Context, a *policy.Actor, ids []int64) (sent int, without []string, err error) {
	o := a.Registry.Object("user")
	if !a.Admin() || !a.May(o, policy.Edit) {
		return 0, nil, &record.Error{Code: "forbidden"}
	}
	if ready, err := s.Mail.Ready(ctx); err != nil {
		return 0, nil, err
	} else if !ready {
		return 0, nil, record.Invalid("by", "mail_no_server")
	}
	users, order, err := s.uninvited(ctx, ids)
	if err != nil {
		return 0, nil, err
	}
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		sent, without = 0, nil
		for _, id := range order {
			if mail.AddressOf(users[id]) == "" {
				without = append(without, users[id].Text("name"))
				continue
			}
			if err := u.Note(ctx, a, o, id, policy.Edit, "invited"); err != nil {
				return err
			}
			if err := s.Mail.Queue(ctx, u.Store(), id, Invited, a.ID, 0); err != nil {
				return err
			}
			sent++
		}
		return nil
	})
	s.Mail.Wake()
	return sent, without, err
}

// AddInvited makes a user without a password and has him invited by mail, both or
// neither.
func (s *Service) AddInvited(ctx context.Context, a *policy.Actor, in record.Input) (int64, error) {
	if ready, err := s.Mail.Ready(ctx); err != nil {
		return 0, err
	} else if !ready {
		return 0, record.Invalid("invite", "mail_no_server")
	}
	var id int64
	err := s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) (err error) {
		o := s.Records.Current.Load().Object("user")
		if id, err = u.Create(ctx, a, o, in); err != nil {
			return err
		}
		users, err := s.Records.Rows(ctx, "user", isID(id), 1)
		if err != nil {
			return err
		}
		if mail.AddressOf(users[id]) == "" {
			return record.Invalid("mails", "mail_invite_needs_address")
		}
		return s.Mail.Queue(ctx, u.Store(), id, Invited, a.ID, 0)
	})
	s.Mail.Wake()
	return id, err
}

// passwordChanged has somebody mailed that his password is another, in the
// transaction that changes it.
func (s *Service) passwordChanged(ctx context.Context, q store.Querier, user int64) error {
	if s.Mail == nil {
		return nil
	}
	return s.Mail.Queue(ctx, q, user, Changed, 0, 0)
}

// mails has mails that carry links be composed here.
func (s *Service) mails() {
	s.Mail.Register(Invited, s.invitation)
	s.Mail.Register(Forgotten, s.forgotten)
	s.Mail.Register(Changed, func(_ context.Context, to mail.Receiver, _ int64) (*mail.Message, error) {
		say := func(code string) string { return message.In(to.Language, code, map[string]string{"name": to.Name}) }
		return &mail.Message{Subject: say("mail_changed_subject"), Greeting: say("mail_greeting"), Text: []string{say("mail_changed")}}, nil
	})
}

func linkPath(secret string) string { return "/password#" + url.QueryEscape(secret) }

func (s *Service) invitation(ctx context.Context, to mail.Receiver, by int64) (*mail.Message, error) {
	known, err := store.Find(ctx, s.Records.DB, credentials.Name, "user_id", store.Row{"user_id": to.ID}, "")
	if err != nil || len(known) > 0 {
		return nil, err // he has a password by now
	}
	company, err := s.Company(ctx)
	if err != nil {
		return nil, err
	}
	inviters, err := s.Records.Rows(ctx, "user", isID(by), 1)
	if err != nil {
		return nil, err
	}
	users, err := s.Records.Rows(ctx, "user", isID(to.ID), 1)
	if err != nil {
		return nil, err
	}
	days := mail.InviteDays
	if v, err := s.Mail.Settings(ctx); err != nil {
		return nil, err
	} else if v != nil {
		days = v.InviteDays
	}
	secret, err := s.link(ctx, to.ID, Invited, time.Duration(days)*24*time.Hour)
	if err != nil {
		return nil, err
	}
	say := func(code string) string {
		return message.In(to.Language, code, map[string]string{
			"name": to.Name, "company": company.Name, "who": inviters[by].Text("name"), "login": users[to.ID].Text("login"), "days": strconv.Itoa(days),
		})
	}
	return &mail.Message{
		Subject: say("mail_invitation_subject"), Greeting: say("mail_greeting"), Text: []string{say("mail_invitation"), say("mail_invitation_login")},
		Button: &mail.Link{Text: say("mail_invitation_button"), Path: linkPath(secret)}, Small: []string{say("mail_invitation_small")},
	}, nil
}

func (s *Service) forgotten(ctx context.Context, to mail.Receiver, _ int64) (*mail.Message, error) {
	users, err := s.Records.Rows(ctx, "user", isID(to.ID), 1)
	if err != nil {
		return nil, err
	}
	secret, err := s.link(ctx, to.ID, Forgotten, forgottenSpan)
	if err != nil {
		return nil, err
	}
	say := func(code string) string {
		return message.In(to.Language, code, map[string]string{"name": to.Name, "login": users[to.ID].Text("login")})
	}
	return &mail.Message{
		Subject: say("mail_password_subject"), Greeting: say("mail_greeting"), Text: []string{say("mail_password")},
		Button: &mail.Link{Text: say("mail_password_button"), Path: linkPath(secret)}, Small: []string{say("mail_password_small")},
	}, nil
}
