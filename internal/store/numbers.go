package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// numbers hands out the numbers of counters that may have gaps, on PostgreSQL,
// where whoever raises a counter has all others wait until his transaction ends:
// some are reserved at once in a transaction of their own, and given out from
// memory. See docs/adr/0016.
type numbers struct {
	// pool is apart from that of the units, whose connections may all be held by
	// units that wait for a number.
	pool *pgxpool.Pool

	mu     sync.Mutex
	blocks map[string]*block
}

// block is what is reserved of one counter.
type block struct {
	// filling is held while more is reserved.
	filling sync.Mutex

	mu sync.Mutex
	// spans are the reserved numbers, from and to, nobody has yet; ascending.
	spans [][2]int64
	// size is how many are reserved next, at the time of the last reservation.
	size int64
	at   time.Time
	// last is how far the counter is known to have come.
	last int64
	// age is raised when what is being reserved is to be forgotten.
	age int
}

const (
	leastReserved = 2
	mostReserved  = 1000
	// reservedSpan is about how long what is reserved should last.
	reservedSpan = 250 * time.Millisecond
	// reservePatience is how long a reservation may take.
	reservePatience = 10 * time.Second
)

func newNumbers(pool *pgxpool.Pool) *numbers {
	return &numbers{pool: pool, blocks: map[string]*block{}}
}

func (n *numbers) block(name string) *block {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.blocks[name]
	if b == nil {
		b = &block{size: leastReserved}
		n.blocks[name] = b
	}
	return b
}

// DrawNumber gives a number of a counter that nobody was given before, on
// PostgreSQL: numbers may be left out and are never given twice, whatever becomes
// of the caller's transaction, of this process, or of others on the database.
func (db *DB) DrawNumber(ctx context.Context, name string) (int64, error) {
	b := db.numbers.block(name)
	for {
		if n, low, ok := b.take(); ok {
			if low && b.filling.TryLock() {
				go func() {
					defer b.filling.Unlock()
					ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reservePatience)
					defer cancel()
					if err := db.reserve(ctx, name, b); err != nil {
						slog.Debug("reserve numbers ahead", "counter", name, "error", err)
					}
				}()
			}
			return n, nil
		}
		b.filling.Lock()
		var err error
		if b.empty() {
			err = db.reserve(ctx, name, b)
		}
		b.filling.Unlock()
		if err != nil {
			return 0, err
		}
	}
}

// reserve raises the counter for this process alone; filling is held. The commit
// is synced before a number is used: whoever outlives a crash of the database does
// not give out what it forgot.
func (db *DB) reserve(ctx context.Context, name string, b *block) error {
	size, age := b.next()
	var last int64
	err := db.numbers.pool.QueryRow(ctx, "INSERT INTO number (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = number.last + $2 RETURNING last", name, size).Scan(&last)
	if err != nil {
		return fmt.Errorf("reserve numbers: %w", err)
	}
	b.add(last, size, age)
	return nil
}

// ReturnNumbers takes numbers back that certainly became no record's.
func (db *DB) ReturnNumbers(name string, list []int64) {
	b := db.numbers.block(name)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range list {
		at, found := slices.BinarySearchFunc(b.spans, n, func(span [2]int64, n int64) int {
			return int(max(-1, min(1, span[0]-n)))
		})
		if !found {
			b.spans = slices.Insert(b.spans, at, [2]int64{n, n})
		}
	}
}

// NumbersPast has numbers of a counter go on behind n, which came from elsewhere.
func (db *DB) NumbersPast(ctx context.Context, name string, n int64) error {
	b := db.numbers.block(name)
	if !b.pass(n) {
		return nil
	}
	var last int64
	err := db.numbers.pool.QueryRow(ctx, "INSERT INTO number (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = GREATEST(number.last, excluded.last) RETURNING last", name, n).Scan(&last)
	if err != nil {
		return fmt.Errorf("raise a counter: %w", err)
	}
	b.mu.Lock()
	b.last = max(b.last, last)
	b.mu.Unlock()
	return nil
}

// ForgetNumbers leaves out what this process has reserved of a counter, of which a
// number was found with a record: those reserved next lie behind all there are.
func (db *DB) ForgetNumbers(name string) { db.numbers.block(name).forget() }

// take gives the smallest number, and tells whether few are left.
func (b *block) take() (n int64, low, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.spans) == 0 {
		return 0, false, false
	}
	n = b.spans[0][0]
	if b.spans[0][0]++; b.spans[0][0] > b.spans[0][1] {
		b.spans = b.spans[1:]
	}
	var left int64
	for _, span := range b.spans {
		left += span[1] - span[0] + 1
	}
	return n, left <= b.size/2, true
}

func (b *block) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.spans) == 0
}

// next is how many to reserve: more where the last did not last, fewer where they
// lasted long, so that a process that ends leaves few out.
func (b *block) next() (size int64, age int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch lasted := time.Since(b.at); {
	case b.at.IsZero():
	case lasted < reservedSpan:
		b.size = min(mostReserved, 2*b.size)
	case lasted > 8*reservedSpan:
		b.size = max(leastReserved, b.size/2)
	}
	b.at = time.Now()
	return b.size, b.age
}

// add keeps what was reserved, unless it was to be forgotten meanwhile.
func (b *block) add(last, size int64, age int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = max(b.last, last)
	if b.age == age {
		b.spans = append(b.spans, [2]int64{last - size + 1, last})
	}
}

// pass leaves n out of what is reserved, and tells whether the counter is to be
// raised to it: then nothing that lies before it is given out any more.
func (b *block) pass(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.last {
		b.spans, b.age = nil, b.age+1
		return true
	}
	for i, span := range b.spans {
		if span[0] <= n && n <= span[1] {
			b.spans = slices.Delete(b.spans, i, i+1)
			if n < span[1] {
				b.spans = slices.Insert(b.spans, i, [2]int64{n + 1, span[1]})
			}
			if span[0] < n {
				b.spans = slices.Insert(b.spans, i, [2]int64{span[0], n - 1})
			}
			break
		}
	}
	return false
}

func (b *block) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spans, b.age = nil, b.age+1
}
