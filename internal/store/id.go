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
}

var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// NewIDs makes ids for one node (0 to 1023).
func NewIDs(node int64) *IDs { return &IDs{node: node & 1023} }

// Next makes an id of now.
func (g *IDs) Next() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now().UnixMilli() - idEpoch
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

// IDOf is the smallest id that could have been made at an instant.
func IDOf(at time.Time) int64 { return (at.UnixMilli() - idEpoch) << 22 }
