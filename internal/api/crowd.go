package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxWorking is how many requests that read, and how many that change something,
	// are worked at together: as many as share a commit of SQLite, and few enough
	// that each is answered soon.
	maxWorking = 64
	// maxShare is how many of them one person has at most, so that others find one free.
	maxShare = 32
	// maxWaiting is how many more wait for their turn, and patience for how long;
	// whoever comes on top of these is told to come again, so that those who are
	// being served stay fast.
	maxWaiting = 256
	patience   = time.Second
	// maxAhead is how much of a body is read before a request gets its turn.
	maxAhead = 64 << 10
	// clientPatience is how long a client may take nothing of what is sent to him.
	clientPatience = 2 * time.Minute
)

// errCrowded is answered to a request that finds too many before it.
var errCrowded = errors.New("too many requests at once")

// crowd gives requests their turn, fairly among people: of those who wait the one with
// the fewest turns comes first, and nobody has more than a share of them, however many
// requests he makes.
type crowd struct {
	working, share, most int
	patience             time.Duration
	// refused counts those sent away.
	refused atomic.Int64

	mu sync.Mutex
	// held counts the turns of each person, busy all of them.
	held map[string]int
	busy int
	// waits are those who wait, by person; waiting counts them all.
	waits   map[string][]*waiter
	waiting int
	// back are those who had a turn, gave it back for their client and go on.
	back []*waiter
	came int64
}

// waiter is a request that waits for its turn.
type waiter struct {
	who string
	// came tells who came first.
	came int64
	// ready is closed when it is its turn, away when it is sent away for others.
	ready, away chan struct{}
}

func newCrowd(working, share, most int, patience time.Duration) *crowd {
	return &crowd{working: working, share: share, most: most, patience: patience, held: map[string]int{}, waits: map[string][]*waiter{}}
}

// enter waits for a turn of a person, not for long and not behind many.
func (c *crowd) enter(ctx context.Context, who string) (*turn, error) {
	w, err := c.queue(who)
	if err != nil {
		c.refused.Add(1)
		return nil, err
	}
	t := &turn{crowd: c, who: who, held: true}
	select {
	case <-w.ready:
		return t, nil
	default:
	}
	late := time.NewTimer(c.patience)
	defer late.Stop()
	select {
	case <-w.ready:
		return t, nil
	case <-w.away:
		err = errCrowded
	case <-late.C:
		err = errCrowded
	case <-ctx.Done():
		err = ctx.Err()
	}
	if !c.leave(w) {
		return t, nil // it was his turn at this very moment
	}
	if errors.Is(err, errCrowded) {
		c.refused.Add(1)
	}
	return nil, err
}

// queue has a request wait, who may find that it is his turn already.
func (c *crowd) queue(who string) (*waiter, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came++
	w := &waiter{who: who, came: c.came, ready: make(chan struct{}), away: make(chan struct{})}
	if c.busy >= c.working || c.held[who] >= c.share {
		if c.waiting >= c.most && !c.makeRoom(who) {
			return nil, errCrowded
		}
	}
	c.waits[who] = append(c.waits[who], w)
	c.waiting++
	c.next()
	return w, nil
}

// makeRoom sends away who came last of the person with the most that wait, unless that
// is who wants to wait himself.
func (c *crowd) makeRoom(who string) bool {
	crowding := who
	for other, list := range c.waits {
		if len(list) > len(c.waits[crowding]) {
			crowding = other
		}
	}
	list := c.waits[crowding]
	if len(list) <= len(c.waits[who])+1 {
		return false
	}
	last := list[len(list)-1]
	c.remove(last)
	close(last.away)
	return true
}

// leave takes a request out of those that wait; false: it has its turn.
func (c *crowd) leave(w *waiter) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-w.ready:
		return false
	default:
	}
	c.remove(w)
	return true
}

func (c *crowd) remove(w *waiter) {
	list := c.waits[w.who]
	at := slices.Index(list, w)
	if at < 0 {
		return
	}
	c.waiting--
	if len(list) == 1 {
		delete(c.waits, w.who)
		return
	}
	c.waits[w.who] = slices.Delete(list, at, at+1)
}

// next gives the turns that are free.
func (c *crowd) next() {
	for c.busy < c.working {
		w := c.first()
		if w == nil {
			return
		}
		c.busy++
		c.held[w.who]++
		close(w.ready)
	}
}

// first takes out whose turn it is, nil where nobody waits who may have one.
func (c *crowd) first() *waiter {
	if len(c.back) > 0 {
		w := c.back[0]
		c.back = c.back[1:]
		return w
	}
	var best *waiter
	for who, list := range c.waits {
		switch one := list[0]; {
		case c.held[who] >= c.share:
		case best == nil, c.held[who] < c.held[best.who], c.held[who] == c.held[best.who] && one.came < best.came:
			best = one
		}
	}
	if best != nil {
		c.remove(best)
	}
	return best
}

// end gives a person's turn to the next.
func (c *crowd) end(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	if c.held[who]--; c.held[who] == 0 {
		delete(c.held, who)
	}
	c.next()
}

// goOn waits for a turn of a request that had one.
func (c *crowd) goOn(who string) {
	w := &waiter{who: who, ready: make(chan struct{})}
	c.mu.Lock()
	c.back = append(c.back, w)
	c.next()
	c.mu.Unlock()
	<-w.ready
}

// turn is that of one request. It is given back while the client is waited for:
// one who sends or takes slowly keeps nobody from being served.
type turn struct {
	crowd *crowd
	who   string
	held  bool
	over  bool
}

// end gives the turn back for good.
func (t *turn) end() {
	if t.held {
		t.crowd.end(t.who)
	}
	t.held, t.over = false, true
}

// pause gives it back while fn waits for the client.
func (t *turn) pause(fn func()) {
	if !t.held {
		fn()
		return
	}
	t.crowd.end(t.who)
	t.held = false
	fn()
	if !t.over {
		t.crowd.goOn(t.who)
		t.held = true
	}
}

// familiar remembers whose a secret was found to be, so that requests are counted by
// person before it is asked again who makes them. What it does not know is counted by
// where it comes from: made-up secrets are nobody's.
type familiar struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]int64
}

// maxFamiliar bounds the memory of people who come and go.
const maxFamiliar = 20_000

// key is whose turns a request takes.
func (f *familiar) key(secret, address string) string {
	if secret != "" {
		f.mu.Lock()
		id, ok := f.known[sha256.Sum256([]byte(secret))]
		f.mu.Unlock()
		if ok {
			return strconv.FormatInt(id, 10)
		}
	}
	return address
}

// note remembers whose a secret is; 0: nobody's.
func (f *familiar) note(secret string, id int64) {
	if secret == "" {
		return
	}
	sum := sha256.Sum256([]byte(secret))
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.known[sum]; ok == (id != 0) && known == id {
		return
	}
	switch {
	case id == 0:
		delete(f.known, sum)
	case f.known == nil || len(f.known) >= maxFamiliar:
		f.known = map[[sha256.Size]byte]int64{sum: id}
	default:
		f.known[sum] = id
	}
}

// takenIn reads a small body before the request gets its turn, and tells whether
// it did; a larger one is read within the turn, with pauses.
func takenIn(r *http.Request) (io.ReadCloser, bool) {
	switch {
	case r.ContentLength == 0:
		return http.NoBody, true
	case r.ContentLength < 0, r.ContentLength > maxAhead:
		return r.Body, false
	}
	body, err := io.ReadAll(r.Body)
	return io.NopCloser(io.MultiReader(bytes.NewReader(body), ended{err})), true
}

// ended is how a body ended that was cut off.
type ended struct{ err error }

// Read says so.
func (e ended) Read([]byte) (int, error) {
	if e.err == nil {
		return 0, io.EOF
	}
	return 0, e.err
}

// pausing is the body of a request that is larger.
type pausing struct {
	io.ReadCloser
	turn *turn
}

// Read reads on while others have their turn.
func (p pausing) Read(b []byte) (n int, err error) {
	p.turn.pause(func() { n, err = p.ReadCloser.Read(b) })
	return n, err
}

// served is the answer to a request, whose turn is over when the first of it is
// sent: it is made by then.
type served struct {
	http.ResponseWriter
	turn *turn
}

// Write sends a part of the answer.
func (s served) Write(b []byte) (int, error) {
	s.turn.end()
	return s.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the answer itself.
func (s served) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// patient cuts a client off who takes nothing of his answer for long, an event
// stream too.
func patient(next http.Handler, wait time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&paced{w, http.NewResponseController(w), wait}, r)
	})
}

// paced is an answer of which each part must be taken in time.
type paced struct {
	http.ResponseWriter
	control *http.ResponseController
	wait    time.Duration
}

func (p *paced) begin() { _ = p.control.SetWriteDeadline(time.Now().Add(p.wait)) }

// WriteHeader sends the status; what is left in a buffer goes out when the answer ends.
func (p *paced) WriteHeader(status int) {
	p.begin()
	p.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the answer.
func (p *paced) Write(b []byte) (int, error) {
	p.begin()
	return p.ResponseWriter.Write(b)
}

// ReadFrom sends a file, which the system may do by itself.
func (p *paced) ReadFrom(r io.Reader) (int64, error) {
	p.begin()
	return io.Copy(p.ResponseWriter, r)
}

// Flush sends what was written so far.
func (p *paced) Flush() {
	p.begin()
	_ = p.control.Flush()
}

// Unwrap gives http.ResponseController the answer itself.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }
