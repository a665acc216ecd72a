// Package reach tells by which addresses colleagues open the server, and draws
// them as codes for the cameras of their phones.
package reach

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Point is where a server listens.
type Point struct {
	Addr net.Addr
	// Secure: it speaks HTTPS itself.
	Secure bool
	// Authority is the certificate that devices are to trust, as PEM; nil where they
	// trust the server's own already.
	Authority []byte
}

// Scheme begins the addresses.
func (p Point) Scheme() string {
	if p.Secure {
		return "https://"
	}
	return "http://"
}

// Alone tells whether only this machine reaches the server.
func (p Point) Alone() bool {
	tcp, ok := p.Addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// Fingerprint is the SHA-256 sum of the authority as devices show it, to be
// compared; empty where there is none.
func (p Point) Fingerprint() string {
	block, _ := pem.Decode(p.Authority)
	if block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}

// virtual begins the names of interfaces that lead to no office: those of
// containers and virtual machines.
var virtual = []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "flannel", "cali", "podman"}

// Addresses lists those under which others open the server now, private networks
// first: machines move and are given other numbers.
func (p Point) Addresses() []string {
	tcp, ok := p.Addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return nil
	}
	if !tcp.IP.IsUnspecified() {
		return []string{p.Scheme() + tcp.String()}
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var found []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 || slices.ContainsFunc(virtual, func(v string) bool { return strings.HasPrefix(i.Name, v) }) {
			continue
		}
		list, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range list {
			if network, err := netip.ParsePrefix(a.String()); err == nil {
				found = append(found, network.Addr())
			}
		}
	}
	return p.written(found, tcp.Port)
}

// written are the addresses worth telling people, as they type them: IPv6 only
// where there is nothing else.
func (p Point) written(found []netip.Addr, port int) []string {
	four := slices.ContainsFunc(found, netip.Addr.Is4)
	found = slices.DeleteFunc(slices.Clone(found), func(a netip.Addr) bool { return a.IsLinkLocalUnicast() || a.IsLoopback() || four && !a.Is4() })
	slices.SortStableFunc(found, func(a, b netip.Addr) int {
		switch {
		case a.IsPrivate() == b.IsPrivate():
			return 0
		case a.IsPrivate():
			return -1
		}
		return 1
	})
	var list []string
	for _, a := range found {
		list = append(list, p.Scheme()+netip.AddrPortFrom(a, uint16(port)).String())
	}
	return list
}

// quiet is the width of the white border that readers of codes want, in modules.
const quiet = 4

// Code draws a text as a QR code in SVG, sharp at any size, on paper too.
func Code(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw a code: %w", err)
	}
	side := code.Bounds().Dx()
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="`, side+2*quiet, side+2*quiet)
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for ; x+run < side; run++ {
				if r, _, _, _ := code.At(x+run, y).RGBA(); r != 0 {
					break
				}
			}
			if run > 0 {
				_, _ = fmt.Fprintf(&b, "M%d %dh%dv1h-%[3]dz", x+quiet, y+quiet, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}
