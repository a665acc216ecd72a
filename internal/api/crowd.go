package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// maxWorking is how many requests that read, and how many that change something,
	// are worked at together: as many as share a commit of SQLite, and few enough
	// that each is answered soon.
	maxWorking = 64
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

// crowd gives requests their turn.
type crowd struct {
	turns    chan struct{}
	waiting  atomic.Int64
	most     int64
	patience time.Duration
	// refused counts those sent away.
	refused atomic.Int64
}

func newCrowd(working int, waiting int64, patience time.Duration) *crowd {
	return &crowd{turns: make(chan struct{}, working), most: waiting, patience: patience}
}

// enter waits for a turn, not for long and not behind many.
func (c *crowd) enter(ctx context.Context) (*turn, error) {
	select {
	case c.turns <- struct{}{}:
		return &turn{crowd: c, held: true}, nil
	default:
	}
	if c.waiting.Add(1) > c.most {
		c.waiting.Add(-1)
		c.refused.Add(1)
		return nil, errCrowded
	}
	defer c.waiting.Add(-1)
	late := time.NewTimer(c.patience)
	defer late.Stop()
	select {
	case c.turns <- struct{}{}:
		return &turn{crowd: c, held: true}, nil
	case <-late.C:
		c.refused.Add(1)
		return nil, errCrowded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// turn is that of one request. It is given back while the client is waited for:
// one who sends or takes slowly keeps nobody from being served.
type turn struct {
	crowd *crowd
	held  bool
	over  bool
}

// end gives the turn back for good.
func (t *turn) end() {
	if t.held {
		<-t.crowd.turns
	}
	t.held, t.over = false, true
}

// pause gives it back while fn waits for the client.
func (t *turn) pause(fn func()) {
	if !t.held {
		fn()
		return
	}
	<-t.crowd.turns
	t.held = false
	fn()
	if !t.over {
		t.crowd.turns <- struct{}{}
		t.held = true
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
