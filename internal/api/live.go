package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ecrm/internal/identity"
	"ecrm/internal/jobs"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/record"
)

// live hands what was committed to the event streams of this node.
type live struct {
	mu      sync.Mutex
	streams map[*stream]bool
	// recent are the newest, for streams that are opened after their page was read.
	recent []told
	// ended is closed when the server stops.
	ended chan struct{}
	once  sync.Once
}

// EndStreams ends the event streams, which would outlast a server that stops;
// browsers come again.
func (s *Server) EndStreams() { s.live.once.Do(func() { close(s.live.ended) }) }

// told is an event and when it came.
type told struct {
	at time.Time
	e  record.Event
}

// stream is what one open tab is still to be told. What it cannot be told of in
// time it is told to read anew.
type stream struct {
	events chan record.Event
	missed atomic.Bool
}

const (
	// gatherFor is how long changes are gathered, to be looked at together; longer
	// while they come one upon another.
	gatherFor     = 50 * time.Millisecond
	gatherForBusy = 500 * time.Millisecond
	// maxGathered is how many changes are told one by one; whoever sees more than
	// that change reads anew.
	maxGathered = 200
	// mostBack is how long before its opening a stream is told of at most.
	mostBack = 30 * time.Second
	// reloadEvery is how often a stream is told to read anew at most.
	reloadEvery = 2 * time.Second
)

func newLive(records *record.Service) *live {
	l := &live{streams: map[*stream]bool{}, ended: make(chan struct{})}
	records.Listen(func(events []record.Event) {
		for _, e := range events {
			l.tell(e)
		}
	})
	return l
}

func (l *live) tell(e record.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.recent) == maxGathered {
		l.recent = append(l.recent[:0], l.recent[1:]...)
	}
	l.recent = append(l.recent, told{time.Now(), e})
	for c := range l.streams {
		if e.Kind == record.Missed {
			c.missed.Store(true)
		}
		select {
		case c.events <- e:
		default:
			c.missed.Store(true)
		}
	}
}

// open begins a stream, with what came in the time before: while its page was read.
func (l *live) open(back time.Duration) (c *stream, shut func()) {
	c = &stream{events: make(chan record.Event, maxGathered)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.streams[c] = true
	since := time.Now().Add(-min(back, mostBack))
	for i, one := range l.recent {
		if one.at.Before(since) {
			continue
		}
		if i == 0 && len(l.recent) == maxGathered || one.e.Kind == record.Missed {
			c.missed.Store(true) // there may have been more
		}
		c.events <- one.e
	}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.streams, c)
	}
}

// events streams changes of records the asker may see; they are looked at under
// his rights before they are told, and the session is checked again each time.
func (s *Server) events(r *request) error {
	flusher, ok := r.w.(http.Flusher)
	if !ok {
		return errNotFound
	}
	back, err := strconv.ParseUint(cmp.Or(r.URL.Query().Get("back"), "0"), 10, 31)
	if err != nil {
		return record.Invalid("back", "not_an_integer")
	}
	c, shut := s.live.open(time.Duration(back) * time.Millisecond)
	defer shut()
	followed, unfollow := s.Jobs.Follow()
	defer unfollow()
	r.w.Header().Set("Content-Type", "text/event-stream")
	r.w.Header().Set("Cache-Control", "no-store, no-transform")
	r.w.Header().Set("X-Accel-Buffering", "no") // a proxy before us hands each event on at once
	r.w.WriteHeader(http.StatusOK)
	send := func(kind string, v any) bool {
		b, err := json.Marshal(v)
		if err == nil {
			_, err = fmt.Fprintf(r.w, "event: %s\ndata: %s\n\n", kind, b)
		}
		flusher.Flush()
		return err == nil
	}
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	var gathered []record.Event
	var due <-chan time.Time
	var looked, reloaded time.Time
	may := rightsOf(r.actor)
	for alive := send("hello", map[string]string{}); alive; {
		var j jobs.Job
		beating := false
		select {
		case <-r.Context().Done():
			return nil
		case <-s.live.ended:
			return nil
		case <-beat.C:
			beating = true
		case e := <-c.events:
			if e.Object == notice.Stream && e.ID != r.actor.ID {
				continue
			}
			if len(gathered) < maxGathered {
				gathered = append(gathered, e)
			} else {
				c.missed.Store(true)
			}
			if due == nil {
				due = time.After(map[bool]time.Duration{true: gatherForBusy, false: gatherFor}[time.Since(looked) < time.Second])
			}
			continue
		case <-due:
		case j = <-followed:
			if j.CreatedBy != r.actor.ID {
				continue
			}
		}
		actor, _, err := s.who(r)
		if errors.Is(err, identity.ErrSignedOut) {
			send("signed_out", map[string]string{})
		}
		if err != nil {
			return nil // where the database is away the browser comes again
		}
		// Whose rights changed sees other records than his pages show.
		if now := rightsOf(actor); now != may {
			may = now
			c.missed.Store(true)
		}
		switch {
		case j.ID != 0:
			alive = send("job", r.shown(j))
		case beating:
			alive = send("beat", map[string]string{})
		case c.missed.Load() || len(gathered) == maxGathered:
			gathered = gathered[:0]
			if wait := reloadEvery - time.Since(reloaded); wait > 0 {
				c.missed.Store(true)
				due = time.After(wait)
				continue
			}
			c.missed.Store(false)
			looked, reloaded, due = time.Now(), time.Now(), nil
			alive = send("reload", map[string]string{})
		default:
			alive = s.changed(r, actor, gathered, send)
			gathered, due, looked = gathered[:0], nil, time.Now()
		}
	}
	return nil
}

// rightsOf sums up what decides which records somebody sees, to be compared.
func rightsOf(a *policy.Actor) string {
	return fmt.Sprint(a.Roles, a.Departments, a.Tree, a.Above, a.Assisted)
}

// changed tells of the changes of records that the actor may see, or could
// before they went to the recycle bin.
func (s *Server) changed(r *request, actor *policy.Actor, events []record.Event, send func(kind string, v any) bool) bool {
	type where struct {
		object string
		binned bool
	}
	ids := map[where][]int64{}
	for _, e := range events {
		at := where{e.Object, e.Kind == "deleted"}
		ids[at] = append(ids[at], e.ID)
	}
	seen := map[where]map[int64]int64{}
	for at, list := range ids {
		o := actor.Registry.Object(at.object)
		if o == nil {
			continue
		}
		found, err := s.Records.Versions(r.Context(), actor, o, list, at.binned)
		if err != nil {
			// Who cannot be told what changed is told that something did.
			slog.Warn("look at what changed", "error", err)
			return send("reload", map[string]string{})
		}
		seen[at] = found
	}
	known := map[changedView]bool{}
	for _, e := range events {
		v := changedView{e.Object, e.ID, e.Kind}
		if known[v] {
			continue
		}
		_, visible := seen[where{e.Object, e.Kind == "deleted"}][e.ID]
		var alive bool
		switch {
		case e.Object == "schema":
			alive = send("schema", map[string]int64{"version": actor.Registry.Version})
		case e.Object == notice.Stream:
			unread, err := s.Notices.Unread(r.Context(), actor)
			if err != nil {
				slog.Warn("count the unread", "error", err)
				continue
			}
			alive = send("notices", map[string]int64{"unread": unread})
		case visible:
			alive = send("change", v)
		case e.Detail != nil && e.Detail.Was != nil:
			left, err := s.left(r, actor, e)
			if err != nil {
				slog.Warn("look at what left somebody's sight", "error", err)
				return send("reload", map[string]string{})
			}
			if !left {
				continue
			}
			alive = send("gone", goneView{e.Object, e.ID})
		default:
			continue // a later one may tell who saw it before
		}
		known[v] = true
		if !alive {
			return false
		}
	}
	return true
}

// left tells whether the actor saw a record before a write that he does not see now.
func (s *Server) left(r *request, actor *policy.Actor, e record.Event) (bool, error) {
	o, was := actor.Registry.Object(e.Object), e.Detail.Was
	if o == nil || !actor.May(o, policy.View) {
		return false, nil
	}
	if actor.Held(o, was.Owner, was.Department, was.Token) {
		return true, nil
	}
	// What is seen through a record is seen with that one; a link is seen with all it links.
	seen := 0
	for _, t := range was.Through {
		parent := actor.Registry.Object(t.Object)
		if parent == nil {
			continue
		}
		found, err := s.Records.Versions(r.Context(), actor, parent, []int64{t.ID}, false)
		if err != nil {
			return false, err
		}
		if len(found) > 0 {
			seen++
		}
	}
	return seen > 0 && (!o.IsLink() || seen == len(was.Through)), nil
}

// goneView names a record that left its reader's sight, and says no more of it.
type goneView struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
}

// changedView is what a page is told of a change.
type changedView struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
	Kind   string `json:"kind"`
}
