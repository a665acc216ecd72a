package webform

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// span is within which sendings are counted.
	span = 10 * time.Minute
	// perAddress is how many come from one address, as behind the one of a booth at an
	// exhibition; perForm is how many come to one form.
	perAddress, perForm = 30, 300
	// maxCounted bounds what is remembered.
	maxCounted = 50_000
)

// limits counts what is sent in, on this node.
type limits struct {
	mu     sync.Mutex
	since  time.Time
	counts map[any]int
}

type fromAddress struct {
	form    int64
	network string
}

// admit counts a sending and tells whether it is within the limits. What is refused
// counts too: whoever goes on waits on.
func (l *limits) admit(form int64, address string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil || now.Sub(l.since) > span || len(l.counts) > maxCounted {
		l.since, l.counts = now, map[any]int{}
	}
	key := fromAddress{form, network(address)}
	l.counts[key]++
	if l.counts[key] > perAddress {
		return false // and takes nothing of the form's share
	}
	l.counts[form]++
	return l.counts[form] <= perForm
}

// network is what one sender has to himself: an address, of IPv6 its first half.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
