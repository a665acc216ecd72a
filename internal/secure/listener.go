package secure

import (
	"bufio"
	"errors"
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
	ready chan net.Conn
	done  chan struct{}
	err   error
}

// acceptAgain is how long a failed Accept is given to be over.
const acceptAgain = 50 * time.Millisecond

// firstByte is how long a connection may take to say its first byte.
const firstByte = 10 * time.Second

// Listen wraps a listener.
func Listen(inner net.Listener) *Listener {
	l := &Listener{Listener: inner, ready: make(chan net.Conn), done: make(chan struct{})}
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
