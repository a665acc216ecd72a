// Package identity knows the people: users, departments, passwords, sessions,
// and who is acting in a request.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var t = schema.T

// Module declares users and departments.
func Module() record.Module {
	return record.Module{Name: "identity", Objects: []*schema.Object{
		{
			Name: "department", Plural: "departments", Icon: "tree", Group: "settings", Title: "name", AdminOnly: true,
			Label: t("部門", "部门", "Department"), LabelPlural: t("部門", "部门", "Departments"),
			Fields: []*schema.Field{
				{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Search: "n"},
				{Name: "parent", Type: "department", Label: t("上層部門", "上级部门", "Parent department")},
				{Name: "head", Type: "user", Label: t("主管", "主管", "Head")},
			},
			List:     []string{"name", "parent", "head"},
			Sections: []schema.Section{{Label: t("部門", "部门", "Department"), Fields: []string{"name", "parent", "head"}}},
		},
		{
			Name: "user", Plural: "users", Icon: "people", Group: "settings", Title: "name", AdminOnly: true,
			Label: t("使用者", "用户", "User"), LabelPlural: t("使用者", "用户", "Users"),
			Fields: []*schema.Field{
				{Name: "name", Type: "text", Label: t("姓名", "姓名", "Name"), Required: true, Search: "n"},
				{Name: "login", Type: "text", Label: t("登入帳號", "登录账号", "Login"), Required: true, Unique: true, MaxLength: 100, Search: "i"},
				{Name: "department", Type: "department", Label: t("部門", "部门", "Department")},
				{Name: "position", Type: "text", Label: t("職稱", "职务", "Position")},
				{Name: "supervisor", Type: "user", Label: t("直屬主管", "直属上级", "Manager")},
				{Name: "role", Type: "picklist", Label: t("角色", "角色", "Role"), Required: true, Default: "salesperson", Options: []schema.Option{
					{Value: "salesperson", Label: t("業務", "销售", "Salesperson")}, {Value: "assistant", Label: t("業務助理", "销售助理", "Sales assistant")},
					{Value: "manager", Label: t("部門主管", "部门主管", "Manager")}, {Value: "general_manager", Label: t("總經理", "总经理", "General manager")},
					{Value: "administrator", Label: t("系統管理員", "系统管理员", "Administrator")},
				}},
				{Name: "mails", Type: "mails", Label: t("電子郵件", "邮箱", "Mail addresses")},
				{Name: "phones", Type: "phones", Label: t("電話", "电话", "Phones")},
				{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
				{Name: "language", Type: "text", Label: t("語言", "语言", "Language"), MaxLength: 10},
				{Name: "time_zone", Type: "text", Label: t("時區", "时区", "Time zone"), MaxLength: 60},
				{Name: "theme", Type: "text", Label: t("佈景", "主题", "Theme"), MaxLength: 20},
				{Name: "density", Type: "text", Label: t("密度", "密度", "Density"), MaxLength: 20},
			},
			List:     []string{"name", "login", "department", "position", "role", "active"},
			Quick:    []string{"role", "department", "active"},
			Sections: []schema.Section{{Label: t("使用者", "用户", "User"), Fields: []string{"name", "login", "department", "position", "supervisor", "role", "mails", "phones", "active", "language", "time_zone"}}},
		},
	}}
}

var settings = store.Declare(store.Table{
	Name:    "setting",
	Columns: []schema.Column{{Name: "name", Kind: schema.KindText}, {Name: "value", Kind: schema.KindText}},
	Key:     []string{"name"},
})

var credentials = store.Declare(store.Table{
	Name: "credential",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "hash", Kind: schema.KindText}, {Name: "must_change", Kind: schema.KindBool},
	},
	Key: []string{"user_id"},
})

var sessions = store.Declare(store.Table{
	Name: "session",
	Columns: []schema.Column{
		{Name: "token", Kind: schema.KindText}, {Name: "user_id", Kind: schema.KindInt}, {Name: "created_at", Kind: schema.KindInt},
		{Name: "until", Kind: schema.KindInt}, {Name: "device", Kind: schema.KindText},
	},
	Key:     []string{"token"},
	Indexes: []string{"user_id"},
})

// Errors that the edges translate.
var (
	// ErrSignedOut is answered without a valid session.
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

	mu       sync.Mutex
	attempts map[string][]time.Time
	setup    sync.Mutex
}

// New makes the service.
func New(records *record.Service) *Service {
	return &Service{Records: records, attempts: map[string][]time.Time{}}
}

// Company is what the set-up page asked about the company.
type Company struct {
	Name     string `json:"name"`
	Currency string `json:"currency"`
	Language string `json:"language"`
	TimeZone string `json:"time_zone"`
}

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
		}
	}
	return c, err
}

// Needed tells whether nobody has set the company up yet.
func (s *Service) Needed(ctx context.Context) (bool, error) {
	c, err := s.Company(ctx)
	return c.Name == "", err
}

// SetUp makes the company, its first department and its administrator, and
// answers the administrator's id.
func (s *Service) SetUp(ctx context.Context, c Company, name, login, password string) (int64, error) {
	s.setup.Lock()
	defer s.setup.Unlock()
	if needed, err := s.Needed(ctx); err != nil || !needed {
		return 0, errors.Join(err, ErrDone)
	}
	if strings.TrimSpace(c.Name) == "" {
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
	if err := checkPassword(password); err != nil {
		return 0, err
	}
	registry := s.Records.Current.Load()
	system := policy.System(registry, "setup")
	department, err := s.Records.Create(ctx, system, registry.Object("department"), record.Input{"name": c.Name})
	if err != nil {
		return 0, err
	}
	id, err := s.AddUser(ctx, system, record.Input{"name": name, "login": login, "role": "administrator", "language": c.Language,
		"department": fmt.Sprint(department)}, password, false)
	if err != nil {
		return 0, err
	}
	err = s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		for k, v := range map[string]string{"company": c.Name, "currency": c.Currency, "language": c.Language, "time_zone": c.TimeZone} {
			if err := store.Insert(ctx, q, settings.Name, store.Row{"name": k, "value": v}); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < 8 || n > 200 {
		return record.Invalid("password", "password_length")
	}
	return nil
}

// AddUser makes a user with a password.
func (s *Service) AddUser(ctx context.Context, a *policy.Actor, in record.Input, password string, mustChange bool) (int64, error) {
	if err := checkPassword(password); err != nil {
		return 0, err
	}
	registry := s.Records.Current.Load()
	id, err := s.Records.Create(ctx, a, registry.Object("user"), in)
	if err != nil {
		return 0, err
	}
	return id, s.SetPassword(ctx, id, password, mustChange)
}

// SetPassword replaces a user's password and ends his sessions.
func (s *Service) SetPassword(ctx context.Context, user int64, password string, mustChange bool) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if _, err := store.Delete(ctx, q, credentials.Name, store.Row{"user_id": user}); err != nil {
			return err
		}
		if _, err := store.Delete(ctx, q, sessions.Name, store.Row{"user_id": user}); err != nil {
			return err
		}
		return store.Insert(ctx, q, credentials.Name, store.Row{"user_id": user, "hash": hash, "must_change": mustChange})
	})
}

const (
	maxAttempts = 10
	attemptSpan = 15 * time.Minute
	sessionSpan = 30 * 24 * time.Hour
)

// throttle counts a failed attempt under a key, or only asks.
func (s *Service) throttle(key string, failed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.attempts) > 100_000 {
		s.attempts = map[string][]time.Time{}
	}
	var recent []time.Time
	for _, at := range s.attempts[key] {
		if time.Since(at) < attemptSpan {
			recent = append(recent, at)
		}
	}
	if failed {
		recent = append(recent, time.Now())
	}
	if len(recent) == 0 {
		delete(s.attempts, key)
	} else {
		s.attempts[key] = recent
	}
	return len(recent) >= maxAttempts
}

// absent is compared against when no such login exists, so that the time taken
// does not tell.
var absent = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash(rand.Text(), &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return ""
	}
	return hash
})

// SignIn checks a password and answers the user's id.
func (s *Service) SignIn(ctx context.Context, login, password, address string) (int64, error) {
	login = strings.TrimSpace(login)
	if s.throttle("l "+login, false) || s.throttle("a "+address, false) {
		return 0, ErrThrottled
	}
	rows, err := s.Records.DB.Query(ctx, "SELECT u.id, c.hash FROM r_user u JOIN credential c ON c.user_id = u.id WHERE u.login = ? AND u.deleted_at IS NULL AND (u.active IS NULL OR u.active IS TRUE)", strings.ToValidUTF8(strings.ReplaceAll(login, "\x00", ""), ""))
	if err != nil {
		return 0, err
	}
	hash, id := absent(), int64(0)
	if len(rows) == 1 {
		id, _ = rows[0][0].(int64)
		hash, _ = rows[0][1].(string)
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return 0, fmt.Errorf("check the password: %w", err)
	}
	if !match || id == 0 {
		s.throttle("l "+login, true)
		s.throttle("a "+address, true)
		return 0, ErrPassword
	}
	return id, nil
}

// Open begins a session and answers its secret.
func (s *Service) Open(ctx context.Context, user int64, device string) (string, error) {
	secret := rand.Text() + rand.Text()
	if len(device) > 200 {
		device = device[:200]
	}
	now := time.Now()
	err := s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		return store.Insert(ctx, q, sessions.Name, store.Row{
			"token": digest(secret), "user_id": user, "created_at": now.UnixMicro(), "until": now.Add(sessionSpan).UnixMicro(),
			"device": strings.ToValidUTF8(strings.ReplaceAll(device, "\x00", ""), ""),
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

// Person is the user behind an actor, for the interface.
type Person struct {
	ID         int64  `json:"id,string"`
	Name       string `json:"name"`
	Login      string `json:"login"`
	Language   string `json:"language"`
	TimeZone   string `json:"time_zone"`
	Theme      string `json:"theme"`
	Density    string `json:"density"`
	MustChange bool   `json:"must_change_password"`
}

// Actor tells who acts under a session's secret; it is asked at every request,
// so that a session ended anywhere is refused at the next.
func (s *Service) Actor(ctx context.Context, secret string) (*policy.Actor, Person, error) {
	rows, err := s.Records.DB.Query(ctx, "SELECT user_id FROM session WHERE token = ? AND until > ?", digest(secret), time.Now().UnixMicro())
	if err != nil {
		return nil, Person{}, err
	}
	if len(rows) == 0 {
		return nil, Person{}, ErrSignedOut
	}
	id, _ := rows[0][0].(int64)
	return s.ActorOf(ctx, id)
}

// ActorOf tells who a user is and what he may do.
func (s *Service) ActorOf(ctx context.Context, id int64) (*policy.Actor, Person, error) {
	rows, err := s.Records.DB.Query(ctx, `SELECT u.name, u.login, u.language, u.time_zone, u.theme, u.density, u.role, u.department_id, c.must_change
		FROM r_user u JOIN credential c ON c.user_id = u.id WHERE u.id = ? AND u.deleted_at IS NULL AND (u.active IS NULL OR u.active IS TRUE)`, id)
	if err != nil {
		return nil, Person{}, err
	}
	if len(rows) == 0 {
		return nil, Person{}, ErrSignedOut
	}
	text := func(i int) string { v, _ := rows[0][i].(string); return v }
	company, err := s.Company(ctx)
	if err != nil {
		return nil, Person{}, err
	}
	p := Person{ID: id, Name: text(0), Login: text(1), Language: text(2), TimeZone: text(3), Theme: text(4), Density: text(5)}
	p.MustChange = record.Values{"m": {rows[0][8]}}.True("m")
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
	a := &policy.Actor{ID: id, Name: p.Name, Language: p.Language, Location: zone, Registry: s.Records.Current.Load(), Origin: "form"}
	if role, ok := policy.Shipped()[text(6)]; ok {
		a.Roles = []policy.Role{role}
	}
	if home, ok := rows[0][7].(int64); ok {
		a.Departments = []int64{home}
		if a.Tree, err = s.below(ctx, home); err != nil {
			return nil, Person{}, err
		}
	}
	return a, p, nil
}

// below lists a department and all under it; a circle in the tree does no harm.
func (s *Service) below(ctx context.Context, top int64) ([]int64, error) {
	rows, err := s.Records.DB.Query(ctx, `WITH RECURSIVE d(id) AS (SELECT CAST(? AS BIGINT) UNION SELECT r.id FROM r_department r JOIN d ON r.parent_id = d.id WHERE r.deleted_at IS NULL) SELECT id FROM d`, top)
	var ids []int64
	for _, r := range rows {
		if id, ok := r[0].(int64); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Personal changes the person's own settings.
func (s *Service) Personal(ctx context.Context, a *policy.Actor, in record.Input) error {
	for name := range in {
		switch name {
		case "language", "time_zone", "theme", "density":
		default:
			return record.Invalid(name, "unknown_field")
		}
	}
	if zone, ok := in["time_zone"].(string); ok {
		if _, err := time.LoadLocation(zone); err != nil {
			return record.Invalid("time_zone", "not_an_option")
		}
	}
	self := policy.System(a.Registry, "form")
	self.ID = a.ID
	return s.Records.Update(ctx, self, a.Registry.Object("user"), a.ID, in, 0)
}

// ChangePassword replaces the person's own password.
func (s *Service) ChangePassword(ctx context.Context, p Person, old, password, address string) error {
	id, err := s.SignIn(ctx, p.Login, old, address)
	if err != nil || id != p.ID {
		return errors.Join(err, record.Invalid("old_password", "wrong_password"))
	}
	return s.SetPassword(ctx, p.ID, password, false)
}
