// Package proxy tells who really asks where a reverse proxy stands before the
// server: only proxies named by the administrator are believed.
package proxy

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Trust lists the networks whose proxies are believed.
type Trust []netip.Prefix

// Parse reads networks (10.0.0.0/8) and single addresses (127.0.0.1).
func Parse(list []string) (Trust, error) {
	var t Trust
	for _, text := range list {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor an address such as 127.0.0.1", text)
			}
			network = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		t = append(t, network.Masked())
	}
	return t, nil
}

func (t Trust) believes(a netip.Addr) bool {
	for _, network := range t {
		if network.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

type secureKey struct{}

// Secure tells whether the asker's side of the connection is HTTPS.
func Secure(r *http.Request) bool {
	outside, told := r.Context().Value(secureKey{}).(bool)
	return told && outside || !told && r.TLS != nil
}

type throughKey struct{}

// Through tells whether a proxy handed a request on, believed or not.
func Through(r *http.Request) bool {
	told, _ := r.Context().Value(throughKey{}).(bool)
	return told || marked(r.Header)
}

// marked tells whether a proxy left its mark on a request.
func marked(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" || name == "X-Real-Ip" || name == "Via" {
			return true
		}
	}
	return false
}

// passed are the headers by which proxies tell of the asker.
var passed = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip"}

// Handler hands requests on as the asker sent them: his address in RemoteAddr,
// the name he asked for in Host, and whether by HTTPS. What anybody else says in
// such headers is taken out of the request.
func (t Trust) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if marked(r.Header) {
			r = r.WithContext(context.WithValue(r.Context(), throughKey{}, true))
		}
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !t.believes(peer.Addr()) {
			for _, name := range passed {
				r.Header.Del(name)
			}
			next.ServeHTTP(w, r)
			return
		}
		told := tell(r.Header)
		outside := *r // the original stays what the connection is
		if client, ok := t.client(told.hops); ok {
			outside.RemoteAddr = net.JoinHostPort(client.String(), "0")
		}
		if told.host != "" && !strings.ContainsAny(told.host, " \t\r\n/\\@") {
			outside.Host = told.host
		}
		secure := r.TLS != nil
		if told.proto != "" {
			secure = strings.EqualFold(told.proto, "https")
		}
		next.ServeHTTP(w, outside.WithContext(context.WithValue(r.Context(), secureKey{}, secure)))
	})
}

// client is the nearest hop that is no proxy of ours: what stands before it, the
// asker may have written himself.
func (t Trust) client(hops []string) (netip.Addr, bool) {
	var found netip.Addr
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := hop(hops[i])
		if err != nil {
			break
		}
		found = a
		if !t.believes(a) {
			break
		}
	}
	return found, found.IsValid()
}

// hop reads an address that may carry a port and brackets.
func hop(text string) (netip.Addr, error) {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), nil
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err
}

// told is what proxies say of a request.
type told struct {
	hops        []string // nearest last
	proto, host string
}

// tell reads the X-Forwarded headers, and Forwarded (RFC 7239) where there are
// none: most proxies write the former and hand a client's Forwarded on as it is.
func tell(h http.Header) told {
	var t told
	for _, line := range h.Values("X-Forwarded-For") {
		t.hops = append(t.hops, strings.Split(line, ",")...)
	}
	t.proto, t.host = first(h.Get("X-Forwarded-Proto")), first(h.Get("X-Forwarded-Host"))
	if t.hops != nil || t.proto != "" || t.host != "" {
		return t
	}
	for _, line := range h.Values("Forwarded") {
		for element := range strings.SplitSeq(line, ",") {
			for pair := range strings.SplitSeq(element, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
				value = strings.Trim(value, `"`)
				switch strings.ToLower(name) {
				case "for":
					t.hops = append(t.hops, value)
				case "proto":
					if t.proto == "" {
						t.proto = value
					}
				case "host":
					if t.host == "" {
						t.host = value
					}
				}
			}
		}
	}
	return t
}

// first is what the outermost proxy said.
func first(list string) string {
	one, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(one)
}
