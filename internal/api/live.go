package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/record"
)

// live hands what was committed to the event streams of this node. A stream
// that does not keep up loses events and is told to reload.
type live struct {
	mu      sync.Mutex
	streams map[chan record.Event]bool
}

func newLive(records *record.Service) *live {
	l := &live{streams: map[chan record.Event]bool{}}
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
	for c := range l.streams {
		select {
		case c <- e:
		default:
		}
	}
}

// events streams changes of records the asker may see; each is looked at under
// his rights before it is told, and the session is checked again each time.
func (s *Server) events(r *request) error {
	flusher, ok := r.w.(http.Flusher)
	if !ok {
		return errNotFound
	}
	c := make(chan record.Event, 256)
	s.live.mu.Lock()
	s.live.streams[c] = true
	s.live.mu.Unlock()
	defer func() {
		s.live.mu.Lock()
		delete(s.live.streams, c)
		s.live.mu.Unlock()
	}()
	r.w.Header().Set("Content-Type", "text/event-stream")
	r.w.Header().Set("Cache-Control", "no-store")
	r.w.WriteHeader(http.StatusOK)
	send := func(kind string, v any) bool {
		b, err := json.Marshal(v)
		if err == nil {
			_, err = fmt.Fprintf(r.w, "event: %s\ndata: %s\n\n", kind, b)
		}
		flusher.Flush()
		return err == nil
	}
	followed, unfollow := s.Jobs.Follow()
	defer unfollow()
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	for alive := send("hello", map[string]string{}); alive; {
		var e record.Event
		var j jobs.Job
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
		case e = <-c:
		case j = <-followed:
			if j.CreatedBy != r.actor.ID {
				continue
			}
		}
		actor, _, err := s.who(r)
		if err != nil {
			send("signed_out", map[string]string{})
			return nil
		}
		switch o := actor.Registry.Object(e.Object); {
		case j.ID != 0:
			alive = send("job", r.shown(j))
		case e.Object == "":
			alive = send("beat", map[string]string{})
		case e.Object == "schema":
			alive = send("schema", map[string]int64{"version": actor.Registry.Version})
		case o == nil:
		case s.Records.Visible(r.Context(), actor, o, e.ID, e.Kind == "deleted"):
			alive = send("change", e)
		}
	}
	return nil
}
