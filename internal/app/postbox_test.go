package app

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"ecrm/internal/secure"
)

// postbox is a real SMTP server that keeps what it is sent.
type postbox struct {
	t    testing.TB
	port int

	mu    sync.Mutex
	mails []received
	// refuse answers what a mail to somebody is refused with; nil: it is taken.
	refuse func(to string) error
	// hangsUp says that it breaks off once it took a mail.
	hangsUp bool
}

// received is a mail as it came.
type received struct {
	from, subject, text, html string
	to                        []string
	header                    netmail.Header
}

const (
	smtpUser     = "mailer"
	smtpPassword = "smtp-geheim"
)

// newPostbox begins one that wants STARTTLS and a password, with a certificate of our
// own making, which the product is told to trust.
func newPostbox(w *world) *postbox {
	t := w.t
	t.Helper()
	b := &postbox{t: t}
	certificates, err := secure.Open("auto", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.app.Mail.Roots = x509.NewCertPool()
	w.app.Mail.Roots.AppendCertsFromPEM(certificates.CA)
	server := smtp.NewServer(b)
	server.Domain, server.TLSConfig, server.ErrorLog = "localhost", certificates.Config(), quietLog{}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, _ := listener.Addr().(*net.TCPAddr)
	b.port = address.Port
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

// NewSession begins a conversation.
func (b *postbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secret := c.TLSConnectionState()
	return &letter{box: b, secret: secret, conn: c}, nil
}

// letter is one conversation.
type letter struct {
	box           *postbox
	conn          *smtp.Conn
	secret, known bool
	sent          bool
	from          string
	to            []string
}

func (l *letter) Reset() {
	l.from, l.to = "", nil
	if l.sent && l.box.hangsUp {
		_ = l.conn.Conn().Close()
	}
}
func (l *letter) Logout() error            { return nil }
func (l *letter) AuthMechanisms() []string { return []string{sasl.Plain} }

func (l *letter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if l.known = l.secret && user == smtpUser && password == smtpPassword; !l.known {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid"}
		}
		return nil
	}), nil
}

func (l *letter) Mail(from string, _ *smtp.MailOptions) error {
	if !l.known {
		return &smtp.SMTPError{Code: 530, Message: "sign in first"}
	}
	l.from = from
	return nil
}

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	if l.box.refuse != nil {
		if err := l.box.refuse(to); err != nil {
			return err
		}
	}
	l.to = append(l.to, to)
	return nil
}

func (l *letter) Data(r io.Reader) error {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	one := received{from: l.from, to: l.to, header: m.Header}
	if one.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var body io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			one.html = string(text)
		} else {
			one.text = string(text)
		}
	}
	l.box.mu.Lock()
	defer l.box.mu.Unlock()
	l.box.mails = append(l.box.mails, one)
	l.sent = true
	return nil
}

// settings are those by which the product sends through this server.
func (b *postbox) settings() map[string]any {
	return map[string]any{"host": "localhost", "port": b.port, "security": "starttls", "user": smtpUser, "password": smtpPassword,
		"sender_name": "測試公司", "sender_address": "crm@company.example", "site": "https://crm.company.example"}
}

// taken answers what came since it was asked last.
func (b *postbox) taken() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	mails := b.mails
	b.mails = nil
	return mails
}

// posted sends what is due and answers what came; the mails that were put off for
// what may join them as well.
func (w *world) posted(b *postbox) []received {
	w.t.Helper()
	w.told()
	if _, err := w.app.DB.Exec(w.t.Context(), "UPDATE mail SET next_at = 0"); err != nil {
		w.t.Fatal(err)
	}
	if err := w.app.Mail.Send(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return b.taken()
}

// awaited waits for the mail that is sent behind an answer.
func (w *world) awaitedMail(b *postbox) *received {
	w.t.Helper()
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if mails := w.posted(b); len(mails) > 0 {
			return &mails[0]
		}
	}
	return nil
}

var linkForm = regexp.MustCompile(`https://crm\.company\.example/password#([A-Z2-7]+)`)

// token is the secret of the link in a mail.
func (m received) token() string {
	found := linkForm.FindStringSubmatch(m.text)
	if found == nil {
		return fmt.Sprintf("no link in %q", m.text)
	}
	return found[1]
}
