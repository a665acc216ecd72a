// Package identity knows the people: users, departments, roles, passwords,
// sessions, API tokens, and who is acting in a request.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"ecrm/internal/mail"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var settings = store.Declare(store.Table{
	Name:    "setting",
	Columns: []schema.Column{{Name: "name", Kind: schema.KindText}, {Name: "value", Kind: schema.KindText}},
	Key:     []string{"name"},
})

// Errors that the edges translate.
var (
	// ErrSignedOut is answered without a valid session or token.
	ErrSignedOut = errors.New("signed out")
	// ErrPassword is answered for a wrong login or password.
	ErrPassword = errors.New("wrong login or password")
	// ErrThrottled is answered after too many wrong passwords.
	ErrThrottled = errors.New("too many attempts")
	// ErrDone is answered when the set-up was done before.
	ErrDone = errors.New("the set-up was done before")
)

// Service signs people in and tells who acts.
type Service struct {
	Records *record.Service
	// Mail carries invitations and links to new passwords.
	Mail *mail.Service

	mu       sync.Mutex
	attempts map[string][]time.Time
	setup    sync.Mutex
	// known are the actors as they were at an epoch of users and roles.
	known sync.Map
	// seen says when a session or token was last written down as used.
	seen sync.Map
}

// New makes the service.
func New(records *record.Service) *Service {
	return &Service{Records: records, attempts: map[string][]time.Time{}}
}

// Carry has mails go out through a service.
func (s *Service) Carry(m *mail.Service) {
	s.Mail = m
	s.mails()
	m.Language = func(ctx context.Context) (string, error) {
		c, err := s.Company(ctx)
		return c.Language, err
	}
}

// Company is what the set-up page asked about the company.
type Company struct {
	Name     string `json:"name"`
	Currency string `json:"currency"`
	Language string `json:"language"`
	TimeZone string `json:"time_zone"`
	// FollowUpDays are after how many days without contact a customer of a level is to be
	// spoken to again; "" stands for those without one.
	FollowUpDays map[string]int `json:"follow_up_days"`
}

// usualFollowUpDays hold until the company says otherwise.
var usualFollowUpDays = map[string]int{"A": 14, "B": 30, "C": 60, "D": 90, "": 60}

// Company reads the company's settings.
func (s *Service) Company(ctx context.Context) (Company, error) {
	rows, err := store.Find(ctx, s.Records.DB, settings.Name, "name, value", nil, "")
	c := Company{}
	for _, r := range rows {
		value, _ := r[1].(string)
		switch r[0] {
		case "company":
			c.Name = value
		case "currency":
			c.Currency = value
		case "language":
			c.Language = value
		case "time_zone":
			c.TimeZone = value
		case followUpDays:
			if err := json.Unmarshal([]byte(value), &c.FollowUpDays); err != nil {
				return c, err
			}
		}
	}
	if c.FollowUpDays == nil {
		c.FollowUpDays = usualFollowUpDays
	}
	return c, err
}

// Person is the user behind an actor, for the interface.
type Person struct {
	ID       int64  `json:"id,string"`
	Name     string `json:"name"`
	Login    string `json:"login"`
	Language string `json:"language"`
	TimeZone string `json:"time_zone"`
	Theme    string `json:"theme"`
	Density  string `json:"density"`
	// AwayFrom and AwayUntil are the days he is not there, "" for none.
	AwayFrom   string `json:"away_from"`
	AwayUntil  string `json:"away_until"`
	MustChange bool   `json:"must_change_password"`
	// Photo is nil where there is none.
	Photo *schema.FileRef `json:"photo"`
}

// identified is an actor as he was at an epoch.
type identified struct {
	epoch  int64
	actor  policy.Actor
	person Person
}

// ActorOf tells who a user is and what he may do, as the newest committed write
// to users, departments and roles on any node has it.
func (s *Service) ActorOf(ctx context.Context, id int64) (*policy.Actor, Person, error) {
	epoch, err := s.Records.Abreast(ctx)
	if err != nil {
		return nil, Person{}, err
	}
	return s.actorAt(ctx, id, epoch)
}

// actorAt is ActorOf where the epoch is known already.
func (s *Service) actorAt(ctx context.Context, id, epoch int64) (_ *policy.Actor, _ Person, err error) {
	var k *identified
	if kept, ok := s.known.Load(id); ok {
		if k, _ = kept.(*identified); k.epoch != epoch {
			k = nil
		}
	}
	if k == nil {
		if k, err = s.identify(ctx, id); err != nil {
			s.known.Delete(id)
			return nil, Person{}, err
		}
		// What was read may be newer than the epoch, never older.
		k.epoch = epoch
		s.known.Store(id, k)
	}
	a := k.actor
	a.Registry, a.Epoch = s.Records.Current.Load(), epoch
	return &a, k.person, nil
}

func (s *Service) identify(ctx context.Context, id int64) (*identified, error) {
	users, err := s.Records.Rows(ctx, "user", isID(id), 1)
	if err != nil {
		return nil, err
	}
	secrets, err := store.Find(ctx, s.Records.DB, credentials.Name, "must_change", store.Row{"user_id": id}, "")
	if err != nil {
		return nil, err
	}
	v := users[id]
	if v == nil || len(secrets) == 0 || !isActive(v) {
		return nil, ErrSignedOut
	}
	company, err := s.Company(ctx)
	if err != nil {
		return nil, err
	}
	p := Person{
		ID: id, Name: v.Text("name"), Login: v.Text("login"), Language: v.Text("language"), TimeZone: v.Text("time_zone"),
		Theme: v.Text("theme"), Density: v.Text("density"), AwayFrom: v.Text("away_from"), AwayUntil: v.Text("away_until"), MustChange: record.Values{"m": secrets[0]}.True("m"),
	}
	if files := schema.FilesIn(v["photo"]); len(files) > 0 {
		p.Photo = &files[0]
	}
	if p.Language == "" {
		p.Language = company.Language
	}
	if p.TimeZone == "" {
		p.TimeZone = company.TimeZone
	}
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	a := policy.Actor{ID: id, Name: p.Name, Language: p.Language, Location: zone, Origin: "form", Assisted: schema.IDs(v.Text("assistant_of"))}
	if a.Roles, err = s.roles(ctx, append([]int64{v.Int("role")}, schema.IDs(v.Text("more_roles"))...)); err != nil {
		return nil, err
	}
	if home := v.Int("department"); home != 0 {
		a.Departments = []int64{home}
	}
	for _, d := range schema.IDs(v.Text("more_departments")) {
		if len(a.Departments) == 0 || d != a.Departments[0] {
			a.Departments = append(a.Departments, d)
		}
	}
	department := s.Records.Current.Load().Object("department")
	if a.Tree, err = store.Reach(ctx, s.Records.DB, department, "parent", a.Departments, false); err != nil {
		return nil, err
	}
	if a.Above, err = store.Reach(ctx, s.Records.DB, department, "parent", a.Departments, true); err != nil {
		return nil, err
	}
	return &identified{actor: a, person: p}, nil
}

// Personal changes the person's own settings.
func (s *Service) Personal(ctx context.Context, a *policy.Actor, in record.Input) error {
	for name := range in {
		switch name {
		case "language", "time_zone", "theme", "density", "away_from", "away_until":
		case "photo":
			// The write below has every right; what it refers to has to be the person's.
			if err := s.Records.MayRefer(ctx, a, a.Registry.Object("user").Field(name), in[name]); err != nil {
				return err
			}
		default:
			return record.Invalid(name, "unknown_field")
		}
	}
	self := policy.System(a.Registry, a.Origin)
	self.ID, self.Address = a.ID, a.Address
	return s.Records.Update(ctx, self, a.Registry.Object("user"), a.ID, in, 0)
}

// Away tells whether a user, by his values, is not there on a day such as 2026-11-27.
func Away(v record.Values, day string) bool {
	from, until := v.Text("away_from"), v.Text("away_until")
	return (from != "" || until != "") && (from == "" || from <= day) && (until == "" || day <= until)
}
