package secure

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Listener hands on the connections that speak TLS, and answers those that speak
// HTTP with where to go: whoever types an address without https gets there all
// the same.
type Listener struct {
	net.Listener
	authority []byte
	ready     chan net.Conn
	done      chan struct{}
	err       error
}

// acceptAgain is how long a failed Accept is given to be over.
const acceptAgain = 50 * time.Millisecond

// firstByte is how long a connection may take to say its first byte.
const firstByte = 10 * time.Second

// AuthorityPath is where devices fetch the authority that they are to trust.
const AuthorityPath = "/ca.crt"

// authorityType has devices offer to install what they fetch.
const authorityType = "application/x-x509-ca-cert"

// ServeAuthority gives an authority, as PEM, to whoever asks for it; it is no
// secret.
func ServeAuthority(w http.ResponseWriter, authority []byte) {
	w.Header().Set("Content-Type", authorityType)
	w.Header().Set("Content-Disposition", `attachment; filename="ecrm-ca.crt"`)
	_, _ = w.Write(authority)
}

// Listen wraps a listener. The authority, where there is one, is also given
// without HTTPS, to devices that do not trust it yet.
func Listen(inner net.Listener, authority []byte) *Listener {
	l := &Listener{Listener: inner, authority: authority, ready: make(chan net.Conn), done: make(chan struct{})}
	go l.run()
	return l
}

func (l *Listener) run() {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				time.Sleep(acceptAgain) // too many files open, a caller gone: it passes
				continue
			}
			l.err = err
			close(l.done)
			return
		}
		go l.sort(conn)
	}
}

// peeked is a connection whose first byte was looked at.
type peeked struct {
	net.Conn
	from *bufio.Reader
}

// Read reads what was looked at first.
func (p peeked) Read(b []byte) (int, error) { return p.from.Read(b) }

func (l *Listener) sort(conn net.Conn) {
	from := bufio.NewReaderSize(conn, 4096)
	_ = conn.SetReadDeadline(time.Now().Add(firstByte))
	first, err := from.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	if first[0] == 0x16 { // a TLS handshake
		_ = conn.SetReadDeadline(time.Time{})
		select {
		case l.ready <- peeked{conn, from}:
		case <-l.done:
			_ = conn.Close()
		}
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(firstByte))
	r, err := http.ReadRequest(from)
	if err != nil || r.Host == "" || !strings.HasPrefix(r.RequestURI, "/") {
		return
	}
	if r.URL.Path == AuthorityPath && r.Method == http.MethodGet && l.authority != nil {
		given := http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Close: true, ContentLength: int64(len(l.authority)),
			Header: http.Header{"Content-Type": {authorityType}, "Content-Disposition": {`attachment; filename="ecrm-ca.crt"`}},
			Body:   io.NopCloser(bytes.NewReader(l.authority)),
		}
		_ = given.Write(conn)
		return
	}
	answer := http.Response{
		StatusCode: http.StatusTemporaryRedirect, ProtoMajor: 1, ProtoMinor: 1, Close: true,
		Header: http.Header{"Location": {"https://" + r.Host + r.RequestURI}},
	}
	_ = answer.Write(conn)
}

// Accept answers the next connection that speaks TLS.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.ready:
		return conn, nil
	case <-l.done:
		return nil, l.err
	}
}

// Close stops listening.
func (l *Listener) Close() error { return l.Listener.Close() }
