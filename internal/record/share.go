package record

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Share says that a person, or the people of a department and those below it,
// may see a record, or change it too, until an instant.
type Share struct {
	// User or Department is set, the other 0.
	User, Department int64
	// Name is that of the person or department.
	Name  string
	Write bool
	// Role is what he does in the team of the record, in words; "": it is only shared
	// with him.
	Role string
	// Until is in microseconds, 0 for no end.
	Until   int64
	By      int64
	ByName  string
	Created int64
}

// Token names whom a record is shared with.
func (s Share) Token() string {
	if s.User != 0 {
		return policy.UserToken(s.User)
	}
	return policy.DepartmentToken(s.Department)
}

// With is the object of whom the record is shared with, and its id.
func (s Share) With() (string, int64) {
	if s.User != 0 {
		return "user", s.User
	}
	return "department", s.Department
}

// ShareMark begins the name under which the history keeps a share; the token of
// whom it was with follows.
const ShareMark = "share:"

// parseToken reads what Token wrote.
func parseToken(token string) (Share, bool) {
	if len(token) < 2 {
		return Share{}, false
	}
	id, ok := schema.ParseID(token[1:])
	switch {
	case ok && token[0] == 'u':
		return Share{User: id}, true
	case ok && token[0] == 'd':
		return Share{Department: id}, true
	}
	return Share{}, false
}

// Shares lists with whom a record is shared, those that ended left out; whoever
// sees the record may know.
func (s *Service) Shares(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]Share, error) {
	if !o.Owned {
		return nil, fail("not_found")
	}
	if _, _, err := s.load(ctx, s.DB, a, o, id, policy.View, false); err != nil {
		return nil, err
	}
	rows, err := store.Find(ctx, s.DB, store.Shares.Name, "token, can_write, until, created_by, created_at, role", store.Row{"object": o.Name, "record_id": id}, "ORDER BY created_at, token")
	if err != nil {
		return nil, err
	}
	list := []Share{}
	ids := map[string][]int64{}
	for _, r := range rows {
		token, _ := r[0].(string)
		share, ok := parseToken(token)
		if !ok {
			continue
		}
		share.Write = Values{"w": {r[1]}}.True("w")
		share.Until, _ = r[2].(int64)
		share.By, _ = r[3].(int64)
		share.Created, _ = r[4].(int64)
		share.Role, _ = r[5].(string)
		if share.Until != 0 && share.Until <= time.Now().UnixMicro() {
			continue
		}
		kind, with := share.With()
		ids[kind] = append(ids[kind], with)
		ids["user"] = append(ids["user"], share.By)
		list = append(list, share)
	}
	users, err := s.labels(ctx, s.DB, a, "user", ids["user"], true)
	if err != nil {
		return nil, err
	}
	departments, err := s.labels(ctx, s.DB, a, "department", ids["department"], true)
	for i, share := range list {
		list[i].Name, list[i].ByName = users[share.User], users[share.By]
		if share.Department != 0 {
			list[i].Name = departments[share.Department]
		}
	}
	return list, err
}

// maxRole is how many characters the role of somebody in a team has at most.
const maxRole = 40

// maxShares is with how many a single record may be shared.
const maxShares = 200

// AddShare shares a record, or changes the share there is with the same person
// or department. Whoever may share but not edit shares for reading.
func (s *Service) AddShare(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, share Share) (Share, error) {
	if err := share.Check(o); err != nil {
		return share, err
	}
	kept := share
	err := s.Together(ctx, func(ctx context.Context, u *Unit) (err error) {
		kept, err = u.Share(ctx, a, o, id, share)
		return err
	})
	return kept, err
}

// Check tells what is wrong with a share that somebody asks for.
func (s Share) Check(o *schema.Object) error {
	switch {
	case !o.Owned:
		return fail("not_found")
	case (s.User == 0) == (s.Department == 0):
		return invalid("user", "person_or_department")
	case utf8.RuneCountInString(s.Role) > maxRole || strings.ContainsAny(s.Role, "\x00\r\n") || !utf8.ValidString(s.Role):
		return invalid("role", "too_long", "max", strconv.Itoa(maxRole))
	case s.Until != 0 && s.Until <= time.Now().UnixMicro():
		return invalid("until", "in_the_past")
	}
	return nil
}

// Share shares a record as Service.AddShare does.
func (u *Unit) Share(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, share Share) (Share, error) {
	if err := share.Check(o); err != nil {
		return share, err
	}
	s, tx, now := u.service, u.tx, time.Now().UnixMicro()
	v, version, err := s.writable(ctx, tx, a, o, id, policy.Share, false)
	if err != nil {
		return share, err
	}
	if share.Write {
		if _, _, err := s.load(ctx, tx, a, o, id, policy.Edit, false); err != nil {
			return share, invalid("write", "may_not_share_more")
		}
	}
	kind, with := share.With()
	found, err := s.labels(ctx, tx, a, kind, []int64{with}, false)
	if err != nil {
		return share, err
	}
	if _, ok := found[with]; !ok {
		return share, invalid(kind, "no_such_record")
	}
	share.Name, share.By, share.ByName, share.Created = found[with], a.ID, a.Name, now
	before, err := s.shared(ctx, tx, o, id, share.Token())
	if err != nil {
		return share, err
	}
	key := store.Row{"object": o.Name, "token": share.Token(), "record_id": id}
	if before == nil {
		all, err := store.Find(ctx, tx, store.Shares.Name, "token", store.Row{"object": o.Name, "record_id": id}, "LIMIT "+strconv.Itoa(maxShares))
		if err != nil {
			return share, err
		}
		if len(all) >= maxShares {
			return share, invalid(kind, "too_many", "max", strconv.Itoa(maxShares))
		}
	} else if _, err := store.Delete(ctx, tx, store.Shares.Name, key); err != nil {
		return share, err
	}
	row := store.Row{"can_write": share.Write, "until": nil, "role": share.Role, "created_by": a.ID, "created_at": now}
	if share.Until != 0 {
		row["until"] = share.Until
	}
	maps.Copy(row, key)
	if err := store.Insert(ctx, tx, store.Shares.Name, row); errors.Is(err, store.ErrUnique) {
		return share, store.ErrOvertaken // somebody shared it with the same at this moment
	} else if err != nil {
		return share, err
	}
	return share, s.shareTold(ctx, tx, &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: now, service: s, tx: tx}, version, share.Token(), before, share.told())
}

// RemoveShare takes a share back; token is what Share.Token wrote.
func (s *Service) RemoveShare(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, token string) error {
	return s.Together(ctx, func(ctx context.Context, u *Unit) error { return u.Unshare(ctx, a, o, id, token) })
}

// Unshare takes a share back as Service.RemoveShare does.
func (u *Unit) Unshare(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, token string) error {
	if _, ok := parseToken(token); !ok || !o.Owned {
		return fail("not_found")
	}
	s, tx := u.service, u.tx
	v, version, err := s.writable(ctx, tx, a, o, id, policy.Share, false)
	if err != nil {
		return err
	}
	before, err := s.shared(ctx, tx, o, id, token)
	if err != nil {
		return err
	}
	if before == nil {
		return fail("not_found")
	}
	if n, err := store.Delete(ctx, tx, store.Shares.Name, store.Row{"object": o.Name, "token": token, "record_id": id}); err != nil {
		return err
	} else if n == 0 {
		return fail("not_found") // somebody else took it back at this moment
	}
	return s.shareTold(ctx, tx, &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: time.Now().UnixMicro(), service: s, tx: tx}, version, token, before, nil)
}

// told is what the history keeps of a share.
func (s Share) told() json.RawMessage {
	out := []byte(`{"write":` + strconv.FormatBool(s.Write))
	if s.Role != "" {
		out = schema.AppendString(append(out, `,"role":`...), s.Role)
	}
	if s.Until != 0 {
		out = append(out, `,"until":"`...)
		out = time.UnixMicro(s.Until).UTC().AppendFormat(out, time.RFC3339)
		out = append(out, '"')
	}
	return append(out, '}')
}

// shared reads what the history would say of the share there is, or nil.
func (s *Service) shared(ctx context.Context, tx store.Querier, o *schema.Object, id int64, token string) (json.RawMessage, error) {
	rows, err := store.Find(ctx, tx, store.Shares.Name, "can_write, until, role", store.Row{"object": o.Name, "token": token, "record_id": id}, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	share := Share{Write: Values{"w": {rows[0][0]}}.True("w")}
	share.Until, _ = rows[0][1].(int64)
	share.Role, _ = rows[0][2].(string)
	return share.told(), nil
}

// shareTold writes the audit and outbox rows of a share.
func (s *Service) shareTold(ctx context.Context, tx store.Querier, c *Change, version int64, token string, before, after json.RawMessage) error {
	action := "shared"
	if after == nil {
		action = "unshared"
	}
	c.unshared = token
	return s.log(ctx, c, map[string][2]json.RawMessage{ShareMark + token: {null(before), null(after)}}, version, action)
}

func null(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// ShareOf reads the mark under which the history keeps a share.
func ShareOf(name string) (Share, bool) {
	token, ok := strings.CutPrefix(name, ShareMark)
	if !ok {
		return Share{}, false
	}
	return parseToken(token)
}

// recall reads what told wrote.
func (s *Share) recall(told json.RawMessage) error {
	var kept struct {
		Write bool      `json:"write"`
		Until time.Time `json:"until"`
		Role  string    `json:"role"`
	}
	if err := json.Unmarshal(told, &kept); err != nil {
		return err
	}
	s.Write, s.Role = kept.Write, kept.Role
	if !kept.Until.IsZero() {
		s.Until = kept.Until.UnixMicro()
	}
	return nil
}

// maxEnded is how many shares that end together are told of.
const maxEnded = 2000

// ShareEnds tells open pages of the shares that ended between two instants, in
// microseconds: nobody writes anything when they do.
func (s *Service) ShareEnds(ctx context.Context, from, to int64) error {
	rows, err := store.EndedShares(ctx, s.DB, from, to, maxEnded)
	if err != nil || len(rows) == 0 {
		return err
	}
	return s.Together(store.Bulk(ctx), func(ctx context.Context, u *Unit) error {
		for _, r := range rows {
			e := Event{Kind: "unshared"}
			e.Object, _ = r[0].(string)
			e.ID, _ = r[1].(int64)
			token, _ := r[2].(string)
			e.Detail = &Detail{Was: &Was{Token: token}}
			u.Tell(e)
		}
		return nil
	})
}
