package webform

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// span is within which sendings are counted.
	span = 10 * time.Minute
	// perAddress is how many come from one address, as behind the one of a booth at an
	// exhibition; perForm is how many come to one form.
	perAddress, perForm = 30, 300
	// maxCounted is how many senders are remembered: of more, those that sent nothing for
	// longest are forgotten, and the forms' own counts hold on.
	maxCounted = 50_000
)

// limits counts what is sent in, on this node.
type limits struct {
	mu      sync.Mutex
	since   time.Time
	senders *simplelru.LRU[fromAddress, int]
	forms   map[int64]int
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
	if l.senders == nil || now.Sub(l.since) > span {
		// The size is a constant above zero: there is no error to meet.
		l.senders, _ = simplelru.NewLRU[fromAddress, int](maxCounted, nil)
		l.since, l.forms = now, map[int64]int{}
	}
	key := fromAddress{form, network(address)}
	count, _ := l.senders.Get(key)
	l.senders.Add(key, count+1)
	if count >= perAddress {
		return false // and takes nothing of the form's share
	}
	l.forms[form]++
	return l.forms[form] <= perForm
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
