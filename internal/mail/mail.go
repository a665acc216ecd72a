// Package mail sends the product's own mails through the one server an administrator
// named: invitations, links to a new password, notices, the morning's digest. A mail
// is a row that says for whom and about what; it is composed when it is sent, so that
// no secret waits in the database and nobody is told what he may not see any more.
package mail

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/secure"
	"ecrm/internal/store"
)

// How the connection to the server is kept secret.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	Plain    = "none"
)

// The states of a mail.
const (
	Queued = "queued"
	Sent   = "sent"
	Failed = "failed"
	// Skipped mails had nothing to say when they were to be sent, or nobody to say it
	// to.
	Skipped = "skipped"
)

var serverTable = store.Declare(store.Table{
	Name:    "mail_server",
	Columns: []schema.Column{{Name: "id", Kind: schema.KindInt}, {Name: "settings", Kind: schema.KindText}},
	Key:     []string{"id"},
})

var table = store.Declare(store.Table{
	Name: "mail",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "user_id", Kind: schema.KindInt}, {Name: "kind", Kind: schema.KindText},
		{Name: "about", Kind: schema.KindInt}, {Name: "state", Kind: schema.KindText}, {Name: "address", Kind: schema.KindText},
		{Name: "attempts", Kind: schema.KindInt}, {Name: "next_at", Kind: schema.KindInt}, {Name: "lease_until", Kind: schema.KindInt},
		{Name: "error", Kind: schema.KindText}, {Name: "answer", Kind: schema.KindText},
		{Name: "created_at", Kind: schema.KindInt}, {Name: "sent_at", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"state, next_at", "user_id"},
})

// Settings are those of the one server.
type Settings struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"`
	User     string `json:"user"`
	// Sealed is the password, sealed.
	Sealed  string `json:"sealed"`
	Name    string `json:"sender_name"`
	Address string `json:"sender_address"`
	// Site is the address by which people reach this server: links begin with it.
	Site string `json:"site"`
	// InviteDays is how long an invitation holds.
	InviteDays int `json:"invite_days"`
}

// InviteDays is how long an invitation holds where nobody said.
const InviteDays = 7

// Receiver is to whom a mail goes.
type Receiver struct {
	ID            int64
	Name, Address string
	Language      string
}

// Message is what a mail says, in its receiver's language. The parts are lines of
// text, none of them HTML.
type Message struct {
	Subject string
	// Greeting and Text stand on top.
	Greeting string
	Text     []string
	Groups   []Group
	// Button leads to what the mail is about.
	Button *Link
	// Small is said below: why one gets this.
	Small []string
}

// Group is a list with a heading.
type Group struct {
	Heading string
	Items   []Item
}

// Item is one line of a list; Link is a path of ours or "".
type Item struct{ Text, Note, Link string }

// Link is words with a path of ours.
type Link struct{ Text, Path string }

// Compose says what a mail about something says to its receiver; nil: there is
// nothing to say any more. about is what Queue was given.
type Compose func(ctx context.Context, to Receiver, about int64) (*Message, error)

// Service keeps mails and, once Work was called, has them sent.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
	// Language is that of who chose none.
	Language func(ctx context.Context) (string, error)
	// Reached are the addresses by which others reach the server, for links where
	// nobody said one.
	Reached func() []string
	// Roots are the authorities whose certificates a mail server may have; nil: those
	// the system trusts.
	Roots *x509.CertPool
	key   *secure.Key

	mu       sync.Mutex
	composes map[string]Compose
	wake     chan struct{}
}

// Kind is the job that sends what is due.
const Kind = "mail"

// New makes the service; key seals the password of the server.
func New(records *record.Service, j *jobs.Service, key *secure.Key) *Service {
	s := &Service{Records: records, Jobs: j, key: key, composes: map[string]Compose{}, wake: make(chan struct{}, 1)}
	j.Register(jobs.Kind{Name: Kind, Fleeting: true, Run: s.run})
	return s
}

// Register says how mails of a kind are composed; call it before Work.
func (s *Service) Register(kind string, fn Compose) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.composes[kind] = fn
}

// Settings reads those of the server; nil where nobody named one.
func (s *Service) Settings(ctx context.Context) (*Settings, error) {
	return settingsOf(ctx, s.Records.DB)
}

func settingsOf(ctx context.Context, q store.Querier) (*Settings, error) {
	rows, err := store.Find(ctx, q, serverTable.Name, "settings", store.Row{"id": int64(1)}, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	text, _ := rows[0][0].(string)
	var v Settings
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("read the settings of the mail server: %w", err)
	}
	return &v, nil
}

// Readable tells whether this server can read the password that was sealed.
func (s *Service) Readable(v *Settings) bool {
	_, err := s.password(v)
	return err == nil
}

const purpose = "the password of the mail server"

func (s *Service) password(v *Settings) (string, error) {
	if v.Sealed == "" {
		return "", nil
	}
	return s.key.Open(v.Sealed, purpose)
}

// Change is what an administrator changes of the server; what is nil stays.
type Change struct {
	Host       *string `json:"host"`
	Port       *int    `json:"port"`
	Security   *string `json:"security"`
	User       *string `json:"user"`
	Password   *string `json:"password"`
	Name       *string `json:"sender_name"`
	Address    *string `json:"sender_address"`
	Site       *string `json:"site"`
	InviteDays *int    `json:"invite_days"`
}

// ports are the usual ones.
var ports = map[string]int{StartTLS: 587, TLS: 465, Plain: 25}

// Set changes the settings of the server; an empty host means that there is none.
// site is the address the administrator came by.
func (s *Service) Set(ctx context.Context, a *policy.Actor, c Change, site string) error {
	if !a.Admin() {
		return &record.Error{Code: "forbidden"}
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		v, err := settingsOf(ctx, q)
		if err != nil {
			return err
		}
		if v == nil {
			v = &Settings{Security: StartTLS, Site: site, InviteDays: InviteDays}
		}
		if err := v.apply(c); err != nil {
			return err
		}
		if c.Password != nil {
			v.Sealed = ""
			if *c.Password != "" {
				v.Sealed = s.key.Seal(*c.Password, purpose)
			}
		}
		// A password goes where it was meant for, and nowhere else.
		moved := c.Host != nil || c.Port != nil || c.Security != nil || c.User != nil
		if moved && c.Password == nil && v.Sealed != "" && v.Host != "" {
			old, err := settingsOf(ctx, q)
			if err != nil {
				return err
			}
			if old == nil || old.Host != v.Host || old.Port != v.Port || old.Security != v.Security || old.User != v.User {
				return record.Invalid("password", "mail_password_again")
			}
		}
		if _, err := store.Delete(ctx, q, serverTable.Name, store.Row{"id": int64(1)}); err != nil || v.Host == "" {
			return err
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return store.Insert(ctx, q, serverTable.Name, store.Row{"id": int64(1), "settings": string(text)})
	})
}

// apply puts what was sent over the settings and checks them.
func (v *Settings) apply(c Change) error {
	for name, one := range map[string]struct{ from, to *string }{
		"host": {c.Host, &v.Host}, "user": {c.User, &v.User}, "sender_name": {c.Name, &v.Name}, "sender_address": {c.Address, &v.Address}, "site": {c.Site, &v.Site},
	} {
		if one.from == nil {
			continue
		}
		*one.to = strings.TrimSpace(*one.from)
		if len(*one.to) > 250 {
			return record.Invalid(name, "too_long", "max", "250")
		}
		if strings.ContainsFunc(*one.to, unicode.IsControl) {
			return record.Invalid(name, "mail_control")
		}
	}
	if c.Security != nil {
		v.Security = *c.Security
	}
	if _, known := ports[v.Security]; !known {
		return record.Invalid("security", "not_an_option", "value", schema.Shorten(v.Security))
	}
	switch {
	case c.Port != nil:
		v.Port = *c.Port
	case v.Port == 0:
		v.Port = ports[v.Security]
	}
	if c.InviteDays != nil {
		v.InviteDays = *c.InviteDays
	}
	if v.Host == "" {
		return nil
	}
	if v.Port < 1 || v.Port > 65535 {
		return record.Invalid("port", "out_of_range")
	}
	if strings.ContainsAny(v.Host, " /@[]") {
		return record.Invalid("host", "mail_bad_host")
	}
	if v.InviteDays < 1 || v.InviteDays > 60 {
		return record.Invalid("invite_days", "out_of_range")
	}
	if !plausible(v.Address) {
		return record.Invalid("sender_address", "mail_bad_address")
	}
	if u, err := url.Parse(v.Site); v.Site != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil) {
		return record.Invalid("site", "mail_bad_site")
	}
	v.Site = strings.TrimRight(v.Site, "/")
	if v.User != "" && v.Security == Plain && v.Host != "localhost" && v.Host != "127.0.0.1" && v.Host != "::1" {
		return record.Invalid("security", "mail_password_in_clear")
	}
	return nil
}

// plausible tells whether a text is one mail address and nothing else: no second
// one, no name, nothing that ends a line.
func plausible(address string) bool {
	parsed, err := netmail.ParseAddress(address)
	return err == nil && parsed.Name == "" && parsed.Address == address && !strings.ContainsFunc(address, unicode.IsControl) && strings.Contains(address, "@")
}

// Ready tells whether mails can be sent at all.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	v, err := s.Settings(ctx)
	return v != nil, err
}

// Queue keeps a mail for a person in the caller's transaction, to be sent after a
// pause; where nobody named a
// server there is none to keep. Wake has it sent at once.
func (s *Service) Queue(ctx context.Context, q store.Querier, user int64, kind string, about int64, pause time.Duration) error {
	v, err := settingsOf(ctx, q)
	if err != nil || v == nil {
		return err
	}
	now := time.Now()
	return store.Insert(ctx, q, table.Name, store.Row{
		"id": s.Records.IDs.Next(), "user_id": user, "kind": kind, "about": about, "state": Queued, "attempts": int64(0),
		"next_at": now.Add(pause).UnixMicro(), "lease_until": int64(0), "created_at": now.UnixMicro(),
	})
}

// Wake has what is due sent soon.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// AddressOf is the address mails go to of those a person has, "" for none.
func AddressOf(v record.Values) string {
	best := ""
	for _, e := range schema.Entries(v.Text("mails")) {
		if plausible(e.Value) && (best == "" || e.Primary) {
			best = e.Value
			if e.Primary {
				return best
			}
		}
	}
	return best
}

// receiver reads to whom a mail goes, as he is now; false: nobody.
func (s *Service) receiver(ctx context.Context, user int64) (Receiver, bool, error) {
	users, err := s.Records.Rows(ctx, "user", userIs(user), 1)
	if err != nil {
		return Receiver{}, false, err
	}
	v := users[user]
	if v == nil || v["active"] != nil && v["active"][0] != nil && !v.True("active") {
		return Receiver{}, false, nil
	}
	to := Receiver{ID: user, Name: v.Text("name"), Address: AddressOf(v), Language: v.Text("language")}
	if to.Language == "" {
		to.Language, err = s.Language(ctx)
	}
	return to, to.Address != "", err
}

// Outgoing is a mail as an administrator sees it.
type Outgoing struct {
	ID       int64
	User     int64
	Name     string
	Kind     string
	State    string
	Address  string
	Attempts int64
	// Problem is a code for what went wrong, Answer what the server said.
	Problem, Answer string
	// Created, Sent and Next are in microseconds, 0 for never.
	Created, Sent, Next int64
}

const columns = "id, user_id, kind, state, address, attempts, error, answer, created_at, sent_at, next_at"

// MaxPage is the most mails one page holds.
const MaxPage = 100

// List reads the newest mails below an id (0: from the newest), of a state where one
// is named; next is 0 where there are no more.
func (s *Service) List(ctx context.Context, a *policy.Actor, state string, below int64, limit int) (list []Outgoing, next int64, err error) {
	if !a.Admin() {
		return nil, 0, &record.Error{Code: "forbidden"}
	}
	where := store.Row{}
	if state != "" {
		if !slices.Contains([]string{Queued, Sent, Failed, Skipped}, state) {
			return nil, 0, record.Invalid("state", "not_an_option", "value", schema.Shorten(state))
		}
		where["state"] = state
	}
	if below == 0 {
		below = 1<<63 - 1
	}
	rows, err := store.Previous(ctx, s.Records.DB, table.Name, columns, where, "id", below, limit+1)
	if err != nil {
		return nil, 0, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next, _ = rows[limit-1][0].(int64)
	}
	var people []int64
	for _, r := range rows {
		m := Outgoing{}
		m.ID, _ = r[0].(int64)
		m.User, _ = r[1].(int64)
		m.Kind, _ = r[2].(string)
		m.State, _ = r[3].(string)
		m.Address, _ = r[4].(string)
		m.Attempts, _ = r[5].(int64)
		m.Problem, _ = r[6].(string)
		m.Answer, _ = r[7].(string)
		m.Created, _ = r[8].(int64)
		m.Sent, _ = r[9].(int64)
		if m.State == Queued {
			m.Next, _ = r[10].(int64)
		}
		list, people = append(list, m), append(people, m.User)
	}
	names, err := s.Records.Names(ctx, a, "user", people)
	for i := range list {
		list[i].Name = names[list[i].User]
	}
	return list, next, err
}

// Retry has a mail that failed, or waits to be tried again, be tried now.
func (s *Service) Retry(ctx context.Context, a *policy.Actor, id int64) error {
	if !a.Admin() {
		return &record.Error{Code: "forbidden"}
	}
	now := time.Now().UnixMicro()
	var n int64
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		n = 0
		for _, state := range []string{Failed, Queued} {
			changed, err := store.Update(ctx, q, table.Name, store.Row{"state": Queued, "attempts": int64(0), "next_at": now, "created_at": now}, store.Row{"id": id, "state": state})
			if err != nil {
				return err
			}
			n += changed
		}
		return nil
	})
	if err == nil && n == 0 {
		rows, err := store.Find(ctx, s.Records.DB, table.Name, "id", store.Row{"id": id}, "")
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return &record.Error{Code: "not_found"}
		}
		return &record.Error{Code: "conflict"} // sent by now
	}
	s.Wake()
	return err
}

// site is what links begin with, "" where nobody knows.
func (s *Service) site(v *Settings) string {
	if v.Site != "" {
		return v.Site
	}
	if s.Reached != nil {
		if list := s.Reached(); len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

// messageID is the same for every attempt at a mail, so that a receiver who got it
// twice knows.
func messageID(id int64, sender string) string {
	_, domain, _ := strings.Cut(sender, "@")
	return "ecrm." + strconv.FormatInt(id, 10) + "@" + domain
}

// errNoServer is answered where mail is to be sent and nobody named a server.
var errNoServer = errors.New("no mail server is named")
