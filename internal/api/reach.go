package api

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"ecrm/internal/proxy"
	"ecrm/internal/reach"
	"ecrm/internal/secure"
)

// addresses are those by which others reach this server, the one the asker came
// by first: that one is known to work.
func (s *Server) addresses(r *request) []string {
	list := s.Reach.Addresses()
	own := "http://" + r.Host
	if proxy.Secure(r.Request) {
		own = "https://" + r.Host
	}
	if local(r.Host) {
		return list
	}
	return append([]string{own}, slices.DeleteFunc(list, func(a string) bool { return a == own })...)
}

// local tells whether a host with its port is a name of the asker's own machine.
func local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	a, err := netip.ParseAddr(name)
	return name == "" || name == "localhost" || err == nil && a.IsLoopback()
}

type authority struct {
	Path string `json:"path"`
	// Fingerprint is what a device shows of it.
	Fingerprint string `json:"fingerprint"`
}

type reachView struct {
	Addresses []string `json:"addresses"`
	// Alone: nobody else reaches the server until it is started otherwise.
	Alone     bool       `json:"alone"`
	Secure    bool       `json:"secure"`
	Authority *authority `json:"authority"`
}

// reach tells how colleagues come here.
func (s *Server) reach(r *request) error {
	v := reachView{Addresses: s.addresses(r), Secure: proxy.Secure(r.Request)}
	if v.Alone = len(v.Addresses) == 0; v.Alone {
		v.Addresses = []string{}
	}
	if s.Reach.Authority != nil {
		v.Authority = &authority{secure.AuthorityPath, s.Reach.Fingerprint()}
	}
	return r.json(http.StatusOK, v)
}

// reachCode draws one of these addresses, and nothing else: codes made here lead
// here.
func (s *Server) reachCode(r *request) error {
	text := r.URL.Query().Get("address")
	if !slices.ContainsFunc(s.addresses(r), func(a string) bool {
		return text == a || s.Reach.Authority != nil && text == strings.Replace(a, "https:", "http:", 1)+secure.AuthorityPath
	}) {
		return errNotFound
	}
	svg, err := reach.Code(text)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "image/svg+xml")
	r.w.Header().Set("Cache-Control", "no-store")
	if _, err := r.w.Write(svg); err != nil {
		slog.Debug("the client is gone", "error", err)
	}
	return nil
}
