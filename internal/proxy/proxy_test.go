package proxy

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// seen is what stands behind a proxy is told of a request.
func seen(t *testing.T, trust, peer string, headers ...string) (address, host string, secure bool, left http.Header) {
	t.Helper()
	list, err := Parse([]string{trust})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "http://inside:8080/x", nil)
	r.RemoteAddr = peer
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	list.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		address, host, secure, left = r.RemoteAddr, r.Host, Secure(r), r.Header
	})).ServeHTTP(httptest.NewRecorder(), r)
	return address, host, secure, left
}

func TestOnlyNamedProxiesAreBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		peer    string
		headers []string
		address string
		host    string
		secure  bool
	}{
		"a stranger's words are dropped": {"203.0.113.9:5", []string{"X-Forwarded-For", "1.2.3.4", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "crm.example", "Forwarded", "for=1.2.3.4;proto=https"}, "203.0.113.9:5", "inside:8080", false},
		"the proxy's words count":        {"10.0.0.1:5", []string{"X-Forwarded-For", "1.2.3.4", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "crm.example"}, "1.2.3.4:0", "crm.example", true},
		"what the asker invented before": {"10.0.0.1:5", []string{"X-Forwarded-For", "9.9.9.9, 1.2.3.4"}, "1.2.3.4:0", "inside:8080", false},
		"two proxies of ours":            {"10.0.0.1:5", []string{"X-Forwarded-For", "9.9.9.9, 1.2.3.4, 10.0.0.2"}, "1.2.3.4:0", "inside:8080", false},
		"two headers":                    {"10.0.0.1:5", []string{"X-Forwarded-For", "9.9.9.9", "X-Forwarded-For", "1.2.3.4"}, "1.2.3.4:0", "inside:8080", false},
		"everybody is a proxy of ours":   {"10.0.0.1:5", []string{"X-Forwarded-For", "10.0.0.7"}, "10.0.0.7:0", "inside:8080", false},
		"IPv6 with a port":               {"10.0.0.1:5", []string{"X-Forwarded-For", "[2001:db8::1]:443"}, "[2001:db8::1]:0", "inside:8080", false},
		"nonsense":                       {"10.0.0.1:5", []string{"X-Forwarded-For", "<script>, unknown", "X-Forwarded-Host", "a b"}, "10.0.0.1:5", "inside:8080", false},
		"Forwarded":                      {"10.0.0.1:5", []string{"Forwarded", `for="[2001:db8::1]:4711";proto=https;host="crm.example", for=10.0.0.3`}, "[2001:db8::1]:0", "crm.example", true},
		"X-Forwarded beats Forwarded":    {"10.0.0.1:5", []string{"Forwarded", "for=9.9.9.9;proto=https", "X-Forwarded-For", "1.2.3.4"}, "1.2.3.4:0", "inside:8080", false},
		"IPv4 in IPv6":                   {"[::ffff:10.0.0.1]:5", []string{"X-Forwarded-For", "::ffff:1.2.3.4"}, "1.2.3.4:0", "inside:8080", false},
		"nobody forwarded":               {"10.0.0.1:5", nil, "10.0.0.1:5", "inside:8080", false},
	} {
		address, host, secure, left := seen(t, "10.0.0.0/8", c.peer, c.headers...)
		if address != c.address || host != c.host || secure != c.secure {
			t.Errorf("%s: %s, %s, %v", name, address, host, secure)
		}
		if c.peer == "203.0.113.9:5" && len(left) > 0 {
			t.Errorf("%s: %v", name, left)
		}
	}
}

func TestTrustIsWrittenAsNetworksAndAddresses(t *testing.T) {
	list, err := Parse([]string{"127.0.0.1", "10.1.2.3/8", " ::1 ", ""})
	if err != nil || len(list) != 3 || list[1].String() != "10.0.0.0/8" {
		t.Errorf("%v, %v", list, err)
	}
	for _, bad := range []string{"caddy", "10.0.0.0/40", "10.0.0"} {
		if _, err := Parse([]string{bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
