package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/textproto"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

const (
	// lookEvery is how often it is looked for mails that are due.
	lookEvery = 2 * time.Second
	// patience is how long the server may take for each step.
	patience = 20 * time.Second
	// leaseSpan is how long a run that says nothing keeps a mail.
	leaseSpan = 3 * time.Minute
	// lasting is how long a mail is tried, kept how long it is known of afterwards.
	lasting = 2 * 24 * time.Hour
	kept    = 60 * 24 * time.Hour
	// some is how many mails are sent over one connection.
	some = 50
)

// pauses are how long it is waited after each attempt; the last for all further ones.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

func userIs(id int64) *query.Node { return query.Is("id", id) }

// Work has due mails sent by a job until ctx ends, and forgets those of long ago.
func (s *Service) Work(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	swept := time.Time{}
	for {
		if err := s.start(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("look for mails to send", "error", err)
		}
		if time.Since(swept) > time.Hour {
			swept = time.Now()
			if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("forget old mails", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// start begins a job where mails are due and none sends them.
func (s *Service) start(ctx context.Context) error {
	due, err := store.DueMails(ctx, s.Records.DB, time.Now().UnixMicro(), 1)
	if err != nil || len(due) == 0 {
		return err
	}
	_, err = s.Records.DB.Alone(ctx, "mail", func(ctx context.Context) error {
		active, err := s.Jobs.Active(ctx, Kind)
		if err != nil || active {
			return err
		}
		_, err = s.Jobs.Start(ctx, policy.System(s.Records.Current.Load(), Kind), Kind, "", "", nil)
		return err
	})
	return err
}

func (s *Service) sweep(ctx context.Context) error {
	return s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
		_, err := store.Sweep(ctx, q, table.Name, "id", store.IDOf(time.Now().Add(-kept)), 500)
		return err
	})
}

func (s *Service) run(ctx context.Context, _ *jobs.Run) error { return s.Send(ctx) }

// Send sends what is due now. A server that cannot be reached ends the run; what is
// wrong with one mail is kept with it.
func (s *Service) Send(ctx context.Context) error {
	v, err := s.Settings(ctx)
	if err != nil || v == nil {
		return err
	}
	for ctx.Err() == nil {
		due, err := store.DueMails(ctx, s.Records.DB, time.Now().UnixMicro(), some)
		if err != nil || len(due) == 0 {
			return err
		}
		if goOn, err := s.sendSome(ctx, v, due); err != nil || !goOn {
			return err
		}
	}
	return ctx.Err()
}

func (s *Service) sendSome(ctx context.Context, v *Settings, ids []int64) (goOn bool, err error) {
	client, err := s.client(v)
	dialled := false
	defer func() {
		if dialled {
			_ = client.Close() // what it answers to goodbye changes nothing
		}
	}()
	for _, id := range ids {
		one, free, lost := s.claim(ctx, id)
		if lost != nil {
			return false, lost
		}
		if !free {
			continue
		}
		if err != nil { // the settings themselves
			return false, s.postpone(ctx, one, err)
		}
		to, message, failed := s.compose(ctx, one)
		switch {
		case failed != nil:
			if err := s.postpone(ctx, one, failed); err != nil {
				return false, err
			}
			continue
		case message == nil:
			if err := s.end(ctx, one, store.Row{"state": Skipped, "address": to.Address}); err != nil {
				return false, err
			}
			continue
		}
		if !dialled {
			if failed := client.DialWithContext(ctx); failed != nil {
				return false, s.postpone(ctx, one, failed)
			}
			dialled = true
		}
		sent, failed := envelope(v, to, message, s.site(v), messageID(one.id, v.Address))
		if failed == nil {
			failed = client.Send(sent)
		}
		if failed != nil && sent != nil && sent.IsDelivered() {
			// The server took it and then broke off: to send it again would send it twice.
			if err := s.ended(ctx, one, to); err != nil {
				return false, err
			}
			return false, nil
		}
		if failed != nil {
			if err := s.postpone(ctx, one, failed); err != nil {
				return false, err
			}
			if broken(failed) {
				return false, nil
			}
			continue
		}
		if err := s.ended(ctx, one, to); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ended notes that a mail was sent.
func (s *Service) ended(ctx context.Context, m claimed, to Receiver) error {
	return s.end(ctx, m, store.Row{"state": Sent, "address": to.Address, "sent_at": time.Now().UnixMicro(), "error": "", "answer": ""})
}

// claimed is a mail a run holds.
type claimed struct {
	id, user, about   int64
	kind              string
	attempts, created int64
}

func (s *Service) claim(ctx context.Context, id int64) (m claimed, free bool, err error) {
	now := time.Now()
	err = s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		if free, err = store.ClaimMail(ctx, q, id, now.UnixMicro(), now.Add(leaseSpan).UnixMicro()); err != nil || !free {
			return err
		}
		rows, err := store.Find(ctx, q, table.Name, "user_id, about, kind, attempts, created_at", store.Row{"id": id}, "")
		if err != nil {
			return err
		}
		m = claimed{id: id}
		m.user, _ = rows[0][0].(int64)
		m.about, _ = rows[0][1].(int64)
		m.kind, _ = rows[0][2].(string)
		m.attempts, _ = rows[0][3].(int64)
		m.created, _ = rows[0][4].(int64)
		return nil
	})
	return m, free, err
}

func (s *Service) end(ctx context.Context, m claimed, set store.Row) error {
	set["lease_until"] = int64(0)
	return s.Records.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, q store.Querier) error {
		_, err := store.Update(ctx, q, table.Name, set, store.Row{"id": m.id, "state": Queued})
		return err
	})
}

// postpone keeps why a mail could not be sent, and when it is tried again: not
// after the server refused it for good, nor for ever.
func (s *Service) postpone(ctx context.Context, m claimed, why error) error {
	code, answer := Explain(why)
	now := time.Now()
	set := store.Row{"attempts": m.attempts + 1, "error": code, "answer": answer, "next_at": now.Add(pauses[min(int(m.attempts), len(pauses)-1)]).UnixMicro()}
	if final(why) || now.Sub(time.UnixMicro(m.created)) > lasting {
		set["state"] = Failed
	}
	slog.Warn("a mail was not sent", "mail", m.id, "kind", m.kind, "reason", code)
	return s.end(ctx, m, set)
}

// compose reads to whom a mail goes and says what it says.
func (s *Service) compose(ctx context.Context, m claimed) (Receiver, *Message, error) {
	to, there, err := s.receiver(ctx, m.user)
	if err != nil || !there {
		return to, nil, err
	}
	s.mu.Lock()
	compose := s.composes[m.kind]
	s.mu.Unlock()
	if compose == nil {
		return to, nil, nil
	}
	message, err := compose(ctx, to, m.about)
	return to, message, err
}

// client is one connection's worth of the library's client.
func (s *Service) client(v *Settings) (*gomail.Client, error) {
	password, err := s.password(v)
	if err != nil {
		return nil, err
	}
	options := []gomail.Option{gomail.WithPort(v.Port), gomail.WithTimeout(patience), gomail.WithTLSConfig(&tls.Config{ServerName: v.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots})}
	switch v.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if v.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthOpportunistic), gomail.WithUsername(v.User), gomail.WithPassword(password))
	} else {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthNoAuth))
	}
	return gomail.NewClient(v.Host, options...)
}

// line makes a text fit for one line of a header: nothing in it begins another.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.Join(strings.Fields(text), " ")
	const most = 200
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return text
}

// envelope makes the mail itself.
func envelope(v *Settings, to Receiver, m *Message, site, id string) (*gomail.Msg, error) {
	text, html, err := render(m, to, v.sender(), site)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg()
	if err := msg.FromFormat(line(v.sender()), v.Address); err != nil {
		return nil, err
	}
	if err := msg.AddToFormat(line(to.Name), to.Address); err != nil {
		return nil, err
	}
	msg.Subject(line(m.Subject))
	msg.SetDate()
	msg.SetMessageIDWithValue(id)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, text)
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	return msg, nil
}

// sender is the name a mail comes from.
func (v *Settings) sender() string {
	if v.Name != "" {
		return v.Name
	}
	return "ECRM"
}

// Try sends a mail to an address now and answers what went wrong, nil for nothing.
func (s *Service) Try(ctx context.Context, a *policy.Actor, address string, message *Message) error {
	if !a.Admin() {
		return &record.Error{Code: "forbidden"}
	}
	if !plausible(address) {
		return record.Invalid("to", "mail_bad_address")
	}
	v, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	if v == nil {
		return errNoServer
	}
	client, err := s.client(v)
	if err != nil {
		return err
	}
	msg, err := envelope(v, Receiver{ID: a.ID, Name: a.Name, Address: address, Language: a.Language}, message, s.site(v), messageID(s.Records.IDs.Next(), v.Address))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	return client.DialAndSendWithContext(ctx, msg)
}

// Explain puts what went wrong into a code for people, with what the server answered.
func Explain(err error) (code, answer string) {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
		network   net.Error
		op        *net.OpError
		said      *textproto.Error
		send      *gomail.SendError
	)
	answer = spoken(err)
	switch {
	case errors.Is(err, errNoServer):
		return "mail_no_server", ""
	case isSealed(err):
		return "mail_key", ""
	case errors.As(err, &dns):
		return "mail_no_host", answer
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return "mail_certificate", answer
	case errors.As(err, &header):
		return "mail_not_tls", answer
	case strings.Contains(err.Error(), "STARTTLS"):
		return "mail_no_starttls", answer
	case errors.As(err, &said) && (said.Code == 534 || said.Code == 535 || said.Code == 530 || said.Code == 454), strings.Contains(err.Error(), "AUTH"):
		return "mail_sign_in", answer
	case errors.As(err, &send):
		switch send.Reason { //nolint:exhaustive // what remains is told as it is
		case gomail.ErrSMTPMailFrom:
			return "mail_sender_refused", answer
		case gomail.ErrSMTPRcptTo:
			return "mail_receiver_refused", answer
		case gomail.ErrConnCheck:
			return "mail_no_connection", answer
		}
		return "mail_refused", answer
	case errors.As(err, &network) && network.Timeout():
		return "mail_no_answer", answer
	case errors.As(err, &op):
		return "mail_no_connection", answer
	case errors.As(err, &said):
		return "mail_refused", answer
	}
	return "mail_failed", answer
}

// spoken is the text of an error, short and on one line; it holds no secret: the
// library names neither user nor password.
func spoken(err error) string {
	return line(err.Error())
}

// final tells whether a mail was refused for good: another attempt would change
// nothing.
func final(err error) bool {
	var send *gomail.SendError
	return errors.As(err, &send) && !send.IsTemp() && send.ErrorCode() >= 500 && (send.Reason == gomail.ErrSMTPRcptTo || send.Reason == gomail.ErrSMTPData || send.Reason == gomail.ErrSMTPDataClose)
}

// broken tells whether the connection itself is gone.
func broken(err error) bool {
	var send *gomail.SendError
	return !errors.As(err, &send) || send.Reason == gomail.ErrConnCheck || send.ErrorCode() == 421 || send.ErrorCode() == 0
}
