package store

import (
	"sync"
	"time"
)

// IDs makes 64-bit ids that sort by age: 41 bits of milliseconds since 2020,
// 10 bits of node, 12 bits of sequence. A clock that steps back is waited for.
type IDs struct {
	mu   sync.Mutex
	node int64
	last int64
	seq  int64
	// until is when the right to the node number ends; zero: never.
	until time.Time
}

var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// NewIDs makes ids for one node (0 to 1023), which nobody else may be.
func NewIDs(node int64) *IDs { return &IDs{node: node & 1023} }

// Next makes an id of now. Without a right to the node number it waits for one.
func (g *IDs) Next() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.until.IsZero() && time.Now().After(g.until) {
		g.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		g.mu.Lock()
	}
	now := idTime(time.Now())
	if now <= g.last {
		// Within one millisecond, or after the clock stepped back, the sequence
		// goes on; when it is used up the next millisecond is borrowed.
		now = g.last
		if g.seq++; g.seq > 4095 {
			now, g.seq = now+1, 0
		}
	} else {
		g.seq = 0
	}
	g.last = now
	return now<<22 | g.node<<12 | g.seq
}

// hold makes ids of a node, behind those it has made up to reached, until an
// instant.
func (g *IDs) hold(node, reached int64, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.node, g.until = node, until
	if reached > g.last {
		g.last, g.seq = reached, 4095
	}
}

// held answers the node and how far its ids have come.
func (g *IDs) held() (node, last int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.node, g.last
}

// release makes no more ids and answers the node and how far its ids have come.
func (g *IDs) release() (node, last int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until = time.Unix(1, 0)
	return g.node, g.last
}

func idTime(at time.Time) int64 { return at.UnixMilli() - idEpoch }

// Node is the node number in an id.
func Node(id int64) int64 { return id >> 12 & 1023 }

// IDOf is the smallest id that could have been made at an instant.
func IDOf(at time.Time) int64 { return idTime(at) << 22 }

// TimeOf is the instant at which an id was made.
func TimeOf(id int64) time.Time { return time.UnixMilli(id>>22 + idEpoch) }
