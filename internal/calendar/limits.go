package calendar

import (
	"sync"
	"time"
)

const (
	// span is within which readings are counted.
	span = 10 * time.Minute
	// perLink is how often a link is read in it: phones ask every quarter of an hour, the
	// calendar of a group of them a few times more.
	perLink = 60
	// perAddress is how many secrets that open nothing one address may try.
	perAddress = 30
	// maxCounted bounds what is remembered.
	maxCounted = 50_000
)

// limits counts on this node.
type limits struct {
	mu     sync.Mutex
	since  time.Time
	counts map[any]int
}

func (l *limits) count(key any, n int, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil || now.Sub(l.since) > span || len(l.counts) > maxCounted {
		l.since, l.counts = now, map[any]int{}
	}
	l.counts[key] += n
	return l.counts[key]
}

// read counts a reading of a link and tells whether it is within the limits.
func (l *limits) read(link int64, now time.Time) bool { return l.count(link, 1, now) <= perLink }

// guess tells whether an address may go on trying, wrong that it just failed.
func (l *limits) guess(address string, now time.Time, wrong bool) bool {
	n := 0
	if wrong {
		n = 1
	}
	return l.count(address, n, now) < perAddress
}
