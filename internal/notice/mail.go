package notice

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/mail"
	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// The kinds of mails notices come to.
const (
	mailNotice = "notice"
	mailDigest = "digest"
)

// gathering is how long what may be joined by more is kept before it is mailed.
const gathering = time.Minute

// Carry has notices and the morning's digest go out by mail.
func (s *Service) Carry(m *mail.Service) {
	s.mail = m
	m.Register(mailNotice, s.composeNotice)
	m.Register(mailDigest, s.composeDigest)
}

// composeNotice says what a notice says, unless it was read meanwhile or is about
// what its person may not see any more.
func (s *Service) composeNotice(ctx context.Context, to mail.Receiver, about int64) (*mail.Message, error) {
	a, err := s.actorOf(ctx, to.ID)
	if err != nil || a == nil {
		return nil, ignored(err)
	}
	rows, err := store.Find(ctx, s.Records.DB, table.Name, columns, store.Row{"id": about, "user_id": to.ID, "read_at": int64(0)}, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list := []Notice{scan(rows[0])}
	if err := s.complete(ctx, a, list); err != nil || list[0].Hidden {
		return nil, err
	}
	n := list[0]
	sentence := s.sentence(a, to.Language, n)
	m := &mail.Message{Subject: sentence, Greeting: message.In(to.Language, "mail_greeting", map[string]string{"name": to.Name}), Text: []string{sentence + full(to.Language)}}
	if n.Label != "" {
		m.Subject += message.In(to.Language, "mail_colon", nil) + n.Label
		m.Text = []string{sentence + message.In(to.Language, "mail_colon", nil) + n.Label}
	}
	if n.Due != 0 {
		m.Text = append(m.Text, message.In(to.Language, "mail_due", map[string]string{"at": clock(a, n.Due)}))
	}
	if n.Text != "" {
		m.Text = append(m.Text, n.Text)
	}
	if path := s.path(a, n); path != "" {
		m.Button = &mail.Link{Text: message.In(to.Language, "mail_open", nil), Path: path}
	}
	m.Small = []string{message.In(to.Language, "mail_notice_small", nil)}
	return m, nil
}

// full ends a sentence.
func full(language string) string { return message.In(language, "mail_full_stop", nil) }

// sentence says in words what a notice is.
func (s *Service) sentence(a *policy.Actor, language string, n Notice) string {
	params := map[string]string{"who": n.ByName, "n": strconv.FormatInt(n.Count, 10), "what": n.Object, "object": n.Object}
	if o := a.Registry.Object(n.Object); o != nil {
		params["what"] = o.Label.In(language)
		params["object"] = params["what"]
		if language == "en" {
			params["what"] = strings.ToLower(params["what"][:1]) + params["what"][1:]
		}
	}
	code := "mail_notice_" + n.Kind
	if n.Kind == Wanted && n.Period != nil {
		params["what"] = message.In(language, "wanted_"+n.Object+"_"+n.Period.Kind, map[string]string{"day": n.Period.Day})
		if n.By == 0 {
			code += "_by_clock"
		}
		return message.In(language, code, params)
	}
	if n.Kind == JobEnded {
		if n.Job == nil {
			return message.In(language, code+"_done", params)
		}
		params["title"] = n.Job.Title
		if o := a.Registry.Object(n.Object); o != nil {
			if act := o.Action(n.Job.Title); act != nil {
				params["action"] = act.Label.In(language)
			}
		}
		params["what"] = n.Job.Title
		if title := message.In(language, "job_"+n.Job.Kind, params); title != "job_"+n.Job.Kind {
			params["what"] = title
		}
		code += map[bool]string{true: "_failed", false: "_done"}[n.Job.State == jobs.Failed]
	} else if n.Count > 1 && (n.Kind == Assigned || n.Kind == Commented || n.Kind == Finished || n.Kind == Lapsed) {
		code += "_many"
	}
	return message.In(language, code, params)
}

// path leads to what a notice is about.
func (s *Service) path(a *policy.Actor, n Notice) string {
	if n.Kind == JobEnded {
		return "/jobs"
	}
	if n.Kind == Wanted && n.Period != nil {
		return "/reports?kind=" + n.Period.Kind + "&day=" + n.Period.Day
	}
	o := a.Registry.Object(n.Object)
	if o == nil || n.Record == 0 {
		return "/notices"
	}
	if (n.Kind == Assigned || n.Kind == Finished || n.Kind == Lapsed) && n.Count > 1 {
		return "/o/" + o.Plural
	}
	return "/o/" + o.Plural + "/" + strconv.FormatInt(n.Record, 10)
}

// clock is an instant as the actor's clock shows it.
func clock(a *policy.Actor, micro int64) string {
	return time.UnixMicro(micro).In(a.Zone()).Format("2006-01-02 15:04")
}

const (
	// digestEvery is how often it is looked whose morning it is.
	digestEvery = time.Minute
	// digestLate is until how long after its hour a digest is sent, where the server
	// was away.
	digestLate = 6
	// shownMost is how many lines a list of the digest has.
	shownMost = 15
)

// DigestAlways queues the morning's mail of each person at his hour until ctx ends,
// on one node of all.
func (s *Service) DigestAlways(ctx context.Context) {
	s.every(ctx, digestEvery, "digest", func(ctx context.Context) error {
		return errors.Join(s.Digest(ctx, time.Now()), s.Sweep(ctx))
	})
}

// every runs fn again and again on one node of all until ctx ends.
func (s *Service) every(ctx context.Context, pause time.Duration, name string, fn func(ctx context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if _, err := s.Records.DB.Alone(ctx, name, fn); err != nil && ctx.Err() == nil {
			slog.Error("notices: "+name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Digest queues the morning's mail of those whose hour it is, once a day.
func (s *Service) Digest(ctx context.Context, now time.Time) error {
	if s.mail == nil {
		return nil
	}
	if ready, err := s.mail.Ready(ctx); err != nil || !ready {
		return err
	}
	rows, err := store.Find(ctx, s.Records.DB, choiceTable.Name, "user_id, choices, digested", nil, "ORDER BY user_id")
	if err != nil {
		return err
	}
	for _, r := range rows {
		user, _ := r[0].(int64)
		text, _ := r[1].(string)
		digested, _ := r[2].(string)
		var c Choices
		if err := json.Unmarshal([]byte(text), &c); err != nil || c.Digest == nil {
			continue
		}
		a, err := s.actorOf(ctx, user)
		if errors.Is(err, jobs.ErrActor) {
			continue
		} else if err != nil {
			return err
		}
		local := now.In(a.Zone())
		today := local.Format(time.DateOnly)
		weekend := local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
		if today == digested || local.Hour() < *c.Digest || local.Hour() > *c.Digest+digestLate || weekend && !c.Weekends {
			continue
		}
		if err := s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
			n, err := store.Update(ctx, q, choiceTable.Name, store.Row{"digested": today}, store.Row{"user_id": user, "digested": digested})
			if err != nil || n == 0 {
				return err
			}
			return s.mail.Queue(ctx, q, user, mailDigest, 0, 0)
		}); err != nil {
			return err
		}
	}
	return nil
}

// composeDigest says what a day brings: what is due, what is overdue, what is unread.
func (s *Service) composeDigest(ctx context.Context, to mail.Receiver, _ int64) (*mail.Message, error) {
	a, err := s.actorOf(ctx, to.ID)
	if err != nil || a == nil {
		return nil, ignored(err)
	}
	say := func(code string, params map[string]string) string { return message.In(to.Language, code, params) }
	m := &mail.Message{
		Subject: say("mail_digest_subject", map[string]string{"day": time.Now().In(a.Zone()).Format(time.DateOnly)}), Greeting: say("mail_greeting", map[string]string{"name": to.Name}),
		Button: &mail.Link{Text: say("mail_digest_open", nil), Path: "/"}, Small: []string{say("mail_digest_small", nil)},
	}
	for _, o := range a.Registry.Objects() {
		if o.Due == nil || !a.May(o, policy.View) {
			continue
		}
		today := o.Due.At + " >= today() AND " + o.Due.At + " < today(1)"
		lists := []struct{ code, filter string }{{"mail_digest_today", today}}
		if w := o.Due.While; w != nil {
			lists[0].filter += " AND " + w.Field + ` IN ("` + strings.Join(w.Values, `", "`) + `")`
		}
		if o.Due.Done != "" {
			lists[0].filter += " AND " + o.Due.Done + " = false"
			lists = append(lists, struct{ code, filter string }{"mail_digest_overdue", o.Due.At + " < today() AND " + o.Due.Done + " = false"})
		}
		for _, l := range lists {
			items, err := s.due(ctx, a, o, l.filter, l.code == "mail_digest_overdue")
			if err != nil {
				return nil, err
			}
			if len(items) > 0 {
				m.Groups = append(m.Groups, mail.Group{Heading: say(l.code, map[string]string{"what": o.LabelPlural.In(to.Language)}), Items: items})
			}
		}
	}
	unread, err := s.digested(ctx, a, to.Language)
	if err != nil {
		return nil, err
	}
	if len(unread) > 0 {
		m.Groups = append(m.Groups, mail.Group{Heading: say("mail_digest_unread", nil), Items: unread})
	}
	if len(m.Groups) == 0 {
		return nil, nil
	}
	return m, nil
}

// due lists what is the actor's own and fits a filter, as he may read it.
func (s *Service) due(ctx context.Context, a *policy.Actor, o *schema.Object, filter string, day bool) ([]mail.Item, error) {
	fields := []string{o.Title, o.Due.At}
	for _, name := range []string{o.Due.What, "customer"} {
		if f := o.Field(name); f != nil && a.Readable(o, f) {
			fields = append(fields, name)
		}
	}
	asked := []string{o.Title, o.Due.At, "owner", o.Due.Done}
	if o.Due.While != nil {
		asked = append(asked, o.Due.While.Field)
	}
	for _, name := range asked {
		if f := o.Field(name); f != nil && !a.Readable(o, f) {
			return nil, nil
		}
	}
	page, err := s.Records.List(ctx, a, o, record.ListRequest{Filter: "owner = me() AND " + filter, Sort: o.Due.At, Fields: fields, Limit: shownMost})
	if err != nil {
		return nil, err
	}
	var read struct {
		Records []map[string]any `json:"records"`
	}
	if err := json.Unmarshal(page, &read); err != nil {
		return nil, err
	}
	var items []mail.Item
	for _, r := range read.Records {
		text, _ := r[o.Title].(string)
		if what, _ := r[o.Due.What].(string); what != "" {
			text = what
		}
		id, _ := r["id"].(string)
		item := mail.Item{Text: text, Link: "/o/" + o.Plural + "/" + id}
		if at, err := time.Parse(time.RFC3339, str(r[o.Due.At])); err == nil {
			item.Note = at.In(a.Zone()).Format(map[bool]string{true: "2006-01-02", false: "15:04"}[day])
		}
		if customer, ok := r["customer"].(map[string]any); ok {
			if label := str(customer["label"]); label != "" {
				item.Note += " " + label
			}
		}
		items = append(items, item)
	}
	return items, nil
}

func str(v any) string { s, _ := v.(string); return s }

// digested are the unread notices that a person wants in his digest, and how many
// there are besides.
func (s *Service) digested(ctx context.Context, a *policy.Actor, language string) ([]mail.Item, error) {
	c, err := s.ChoicesOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	rows, err := store.Previous(ctx, s.Records.DB, table.Name, columns, store.Row{"user_id": a.ID, "read_at": int64(0)}, "id", 1<<63-1, MaxPage)
	if err != nil {
		return nil, err
	}
	var list []Notice
	others := 0
	since := store.IDOf(time.Now().Add(-7 * 24 * time.Hour))
	for _, r := range rows {
		n := scan(r)
		if c.Kinds[n.Kind].Mail == InDigest && len(list) < shownMost && n.ID > since {
			list = append(list, n)
		} else if c.Kinds[n.Kind].App {
			others++
		}
	}
	if err := s.complete(ctx, a, list); err != nil {
		return nil, err
	}
	var items []mail.Item
	for _, n := range list {
		if n.Hidden {
			continue
		}
		items = append(items, mail.Item{Text: s.sentence(a, language, n), Note: n.Label, Link: s.path(a, n)})
	}
	if others > 0 {
		items = append(items, mail.Item{Text: message.In(language, "mail_digest_others", map[string]string{"n": strconv.Itoa(others)}), Link: "/notices"})
	}
	return items, nil
}
