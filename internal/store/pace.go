package store

import (
	"context"
	"time"
)

// Pace has a long work take the writer for short spells, and give way while people are
// there. A spell is measured with what is written at its end, which is learnt from those
// before: of what waits until then nothing is seen while rows are done.
type Pace struct {
	db *DB
	// short is how long a spell lasts while people are there, most while none is.
	short, most time.Duration
	started     time.Time
	// counted is when the last row was done, rest what a row costs at the end.
	counted time.Time
	rest    time.Duration
}

const (
	// presence is for how long after a request people are taken to be there.
	presence = time.Second / 2
	// longestRest is how long a work gives way at a time.
	longestRest = 100 * time.Millisecond
)

// NewPace makes the pace of one work: each of its spells lasts about short while people
// are there, and most while none is.
func (db *DB) NewPace(short, most time.Duration) *Pace {
	return &Pace{db: db, short: short, most: most}
}

// Greet notes that somebody asks something of the server.
func (db *DB) Greet() { db.greeted.Store(time.Now().UnixNano()) }

// peopled tells whether people were there a moment ago.
func (db *DB) peopled() bool { return time.Now().UnixNano()-db.greeted.Load() < int64(presence) }

// Begin begins a spell, in its transaction.
func (p *Pace) Begin() { p.started, p.counted = time.Now(), time.Now() }

// Enough tells, when so many rows of a spell are done, whether it should end.
func (p *Pace) Enough(rows int) bool {
	p.counted = time.Now()
	held := p.counted.Sub(p.started) + time.Duration(rows)*p.rest
	return held >= p.most || held >= p.short && (p.db.peopled() || p.db.Wanted())
}

// Settled learns, when what waited is written, what that took for so many rows.
func (p *Pace) Settled(rows int) {
	if rows == 0 {
		return
	}
	took := time.Since(p.counted) / time.Duration(rows)
	if p.rest == 0 {
		p.rest = took
	}
	p.rest = (3*p.rest + took) / 4
}

// GiveWay waits after a spell for as long as it lasted, where people are there: they
// have half of the writer and of the processor (docs/performance.md tells what it comes to).
func (p *Pace) GiveWay(ctx context.Context) {
	if !p.db.peopled() {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(min(time.Since(p.started), longestRest)):
	}
}
