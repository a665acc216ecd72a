package secure_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"ecrm/internal/secure"
)

// serve answers "hello" over what Open gives, and tells where.
func serve(t *testing.T, c *secure.Certificates) string {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{TLSConfig: c.Config(), ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })}
	go func() { _ = server.ServeTLS(secure.Listen(inner, c.CA), "", "") }()
	t.Cleanup(func() { _ = server.Close() })
	return inner.Addr().String()
}

func trusting(t *testing.T, ca []byte) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("the authority is no certificate")
	}
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
}

// Who trusts the authority reaches the server by address and by name, also when
// he leaves https out; who does not is warned by his browser.
func TestOwnCertificateIsTrustedThroughItsAuthority(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "tls")
	c, err := secure.Open("auto", folder)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, c)
	client := trusting(t, c.CA)
	_, port, _ := net.SplitHostPort(addr)
	for _, url := range []string{"https://" + addr, "https://localhost:" + port, "http://" + addr + "/o/customers?q=a"} {
		answer, err := client.Get(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if string(body) != "hello" || answer.Request.URL.Scheme != "https" {
			t.Errorf("%s ended at %s with %q", url, answer.Request.URL, body)
		}
	}
	if answer, err := http.Get("https://" + addr); err == nil {
		_ = answer.Body.Close()
		t.Error("a client that does not know the authority took the certificate")
	}
	// A device that is about to trust the authority fetches it without being warned.
	answer, err := http.Get("http://" + addr + secure.AuthorityPath)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if string(body) != string(c.CA) || answer.Request.URL.Scheme != "http" {
		t.Errorf("the authority is given at %s: %q", answer.Request.URL, body)
	}
	again, err := secure.Open("auto", folder)
	if err != nil || string(again.CA) != string(c.CA) {
		t.Errorf("a restart made another authority: %v", err)
	}
	for _, name := range []string{"ca.key", "server.key"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %v", name, err)
		}
	}
}

// faltering fails once, as when too many files are open.
type faltering struct {
	net.Listener
	failed bool
}

func (f *faltering) Accept() (net.Conn, error) {
	if !f.failed {
		f.failed = true
		return nil, syscall.EMFILE
	}
	return f.Listener.Accept()
}

func TestListenerOutlivesAFailedAccept(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := secure.Listen(&faltering{Listener: inner}, nil)
	conn, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte{0x16}); err != nil {
		t.Fatal(err)
	}
	taken, err := l.Accept()
	if err != nil {
		t.Fatalf("the listener gave up: %v", err)
	}
	_ = taken.Close()
	_ = l.Close()
	if _, err := l.Accept(); err == nil {
		t.Error("a closed listener accepts")
	}
}

// A certificate from files is used; what is no pair of files is said at once.
func TestCertificateFromFiles(t *testing.T) {
	folder := t.TempDir()
	made, err := secure.Open("auto", folder)
	if err != nil {
		t.Fatal(err)
	}
	c, err := secure.Open(filepath.Join(folder, "server.crt")+","+filepath.Join(folder, "server.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := trusting(t, made.CA).Get("https://" + serve(t, c))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	for _, how := range []string{"nonsense", "a,", filepath.Join(folder, "none.crt") + "," + filepath.Join(folder, "none.key")} {
		if _, err := secure.Open(how, folder); err == nil {
			t.Errorf("%q is taken", how)
		}
	}
}
