// Package notice tells people what concerns them: a record was given to them, they
// were named, somebody spoke about their record, a reminder is due, a job ended. It
// makes notices of what was committed, once each whichever server does, and reads
// them under the rights of the moment: of a record one may no longer see, nothing is
// told but that there was something.
package notice

import (
	"context"
	"strconv"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/mail"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// The kinds of notices.
const (
	Mentioned = "mentioned"
	Assigned  = "assigned"
	Reminder  = "reminder"
	Commented = "commented"
	JobEnded  = "job"
	// Wanted: something is to be handed in for a period.
	Wanted = "wanted"
	// Finished is told to who waits for it: that what he gave to somebody is done.
	Finished = "finished"
	// Lapsed tells that records of his went on by themselves: their day is past.
	Lapsed = "lapsed"
)

// Kinds lists them as the settings do.
var Kinds = []string{Mentioned, Assigned, Reminder, Finished, Commented, Lapsed, JobEnded, Wanted}

// Stream is the object of the events that tell a person's open pages, by his id,
// that his notices changed.
const Stream = "notice"

// kept is how long notices are kept.
const kept = 180 * 24 * time.Hour

var table = store.Declare(store.Table{
	Name: "notice",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "user_id", Kind: schema.KindInt}, {Name: "kind", Kind: schema.KindText},
		{Name: "object", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt}, {Name: "by_id", Kind: schema.KindInt},
		{Name: "at", Kind: schema.KindInt},
		// about is the comment or the job, or the instant that is due.
		{Name: "about", Kind: schema.KindInt},
		// count is how many such things the notice stands for.
		{Name: "count", Kind: schema.KindInt},
		// topic is by what a further one of its kind is recognised and joins it.
		{Name: "topic", Kind: schema.KindText},
		// read_at is 0 until it is read.
		{Name: "read_at", Kind: schema.KindInt},
		// shown tells whether it stands in the list, or only in mails.
		{Name: "shown", Kind: schema.KindBool},
	},
	Key:     []string{"id"},
	Indexes: []string{"user_id, id", "user_id, read_at", "unique user_id, topic", "record_id"},
	Names:   [2]string{"object", "record_id"},
})

const columns = "id, kind, object, record_id, by_id, at, about, count, read_at"

// Notice is one thing that concerns a person, as he may know it now.
type Notice struct {
	ID     int64
	Kind   string
	Object string
	Record int64
	// Label is the title of the record; Hidden: he does not see it, or not any more.
	Label  string
	Hidden bool
	By     int64
	ByName string
	// At is when it happened last, in microseconds.
	At    int64
	Count int64
	Read  bool
	// Text is what was said.
	Text string
	// Due is when what he is reminded of is to be done, in microseconds; 0: no day.
	Due int64
	// Job is the job that ended.
	Job *jobs.Job
	// Period is what something is wanted for; nil: nothing is.
	Period *Period

	about int64
}

// Service keeps notices.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
	actorOf func(ctx context.Context, user int64) (*policy.Actor, error)
	// mail carries what somebody wants by mail; nil: nothing is mailed.
	mail *mail.Service
}

// New makes the service and has it hear what is committed. actorOf tells who a user
// is now; it answers jobs.ErrActor for one who may not act.
func New(records *record.Service, j *jobs.Service, actorOf func(ctx context.Context, user int64) (*policy.Actor, error)) *Service {
	s := &Service{Records: records, Jobs: j, actorOf: actorOf}
	records.Settle(s.settle)
	j.Ended = s.ended
	return s
}

// MaxPage is the most notices one page holds.
const MaxPage = 100

// List reads a person's notices, newest first, below an id (0: from the newest);
// next is 0 where there are no more.
func (s *Service) List(ctx context.Context, a *policy.Actor, below int64, limit int, unread bool) (list []Notice, next int64, err error) {
	if below == 0 {
		below = 1<<63 - 1
	}
	where := store.Row{"user_id": a.ID, "shown": true}
	if unread {
		where["read_at"] = int64(0)
	}
	rows, err := store.Previous(ctx, s.Records.DB, table.Name, columns, where, "id", below, limit+1)
	if err != nil {
		return nil, 0, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next, _ = rows[limit-1][0].(int64)
	}
	list = make([]Notice, 0, len(rows))
	for _, r := range rows {
		list = append(list, scan(r))
	}
	return list, next, s.complete(ctx, a, list)
}

func scan(r []any) Notice {
	n := Notice{}
	n.ID, _ = r[0].(int64)
	n.Kind, _ = r[1].(string)
	n.Object, _ = r[2].(string)
	n.Record, _ = r[3].(int64)
	n.By, _ = r[4].(int64)
	n.At, _ = r[5].(int64)
	n.about, _ = r[6].(int64)
	n.Count, _ = r[7].(int64)
	read, _ := r[8].(int64)
	n.Read = read != 0
	return n
}

// complete adds to notices what the actor may know now of what they are about.
func (s *Service) complete(ctx context.Context, a *policy.Actor, list []Notice) error {
	ids := map[string][]int64{}
	var comments []int64
	for _, n := range list {
		if n.Record != 0 {
			ids[n.Object] = append(ids[n.Object], n.Record)
		}
		ids["user"] = append(ids["user"], n.By)
		if n.said() {
			comments = append(comments, n.about)
		}
	}
	titles := map[string]map[int64]string{}
	for object, of := range ids {
		read := s.Records.Titles
		if object == "user" {
			read = s.Records.Names
		}
		found, err := read(ctx, a, object, of)
		if err != nil {
			return err
		}
		titles[object] = found
	}
	texts, err := s.Records.Said(ctx, comments)
	if err != nil {
		return err
	}
	for i := range list {
		n := &list[i]
		n.ByName = titles["user"][n.By]
		if n.Record != 0 {
			label, seen := titles[n.Object][n.Record]
			n.Label, n.Hidden = label, !seen
		}
		switch {
		case n.Hidden:
		case n.said():
			n.Text = texts[n.about]
		case n.Kind == Reminder:
			if o := a.Registry.Object(n.Object); o != nil && o.Due != nil && a.Readable(o, o.Field(o.Due.At)) {
				n.Due = n.about
			}
		case n.Kind == Wanted:
			n.Period = periodIn(n.about)
		case n.Kind == JobEnded:
			j, err := s.Jobs.Get(ctx, a, n.about)
			if err == nil {
				n.Job = &j
			} else if !record.IsCode(err, "not_found") {
				return err
			}
		}
	}
	return nil
}

// said tells whether the notice is about a comment.
func (n Notice) said() bool {
	return n.about != 0 && (n.Kind == Commented || n.Kind == Mentioned)
}

// Unread counts a person's notices that he has not read.
func (s *Service) Unread(ctx context.Context, a *policy.Actor) (int64, error) {
	rows, err := store.Find(ctx, s.Records.DB, table.Name, "count(*)", store.Row{"user_id": a.ID, "read_at": int64(0), "shown": true}, "")
	if err != nil {
		return 0, err
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}

// Reading is what a person says of his notices.
type Reading struct {
	// IDs are those meant; Through: all up to this one; Job: the one about a job.
	IDs     []int64
	Through int64
	Job     int64
	// Unread puts them back.
	Unread bool
}

// maxRead is how many notices may be named at once.
const maxRead = 500

// Mark has a person's notices be read, or unread again; nobody else's are touched,
// whatever he names.
func (s *Service) Mark(ctx context.Context, a *policy.Actor, r Reading) error {
	if len(r.IDs) > maxRead {
		return record.Invalid("ids", "too_many", "max", strconv.Itoa(maxRead))
	}
	now := time.Now().UnixMicro()
	read := now
	if r.Unread {
		read = 0
	}
	return s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		var changed int64
		for _, id := range r.IDs {
			n, err := store.Update(ctx, u.Store(), table.Name, store.Row{"read_at": read}, store.Row{"id": id, "user_id": a.ID})
			if err != nil {
				return err
			}
			changed += n
		}
		if r.Job != 0 {
			n, err := store.Update(ctx, u.Store(), table.Name, store.Row{"read_at": read}, store.Row{"user_id": a.ID, "kind": JobEnded, "about": r.Job})
			if err != nil {
				return err
			}
			changed += n
		}
		if r.Through != 0 && !r.Unread {
			n, err := store.ReadNotices(ctx, u.Store(), a.ID, r.Through, now)
			if err != nil {
				return err
			}
			changed += n
		}
		if changed > 0 {
			u.Tell(told(a.ID))
		}
		return nil
	})
}

// told is the event by which a person's open pages hear of his notices.
func told(user int64) record.Event {
	return record.Event{Object: Stream, ID: user, Kind: "changed"}
}

// Sweep forgets notices of long ago.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.sweepSome(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Service) sweepSome(ctx context.Context) (n int64, err error) {
	err = s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
		n, err = store.Sweep(ctx, q, table.Name, "id", store.IDOf(time.Now().Add(-kept)), 200)
		return err
	})
	return n, err
}

// sees tells which of some records a person may see now, none where he may not act.
func (s *Service) sees(ctx context.Context, user int64, object string, ids []int64) (*policy.Actor, map[int64]int64, error) {
	a, err := s.actorOf(ctx, user)
	if err != nil {
		return nil, nil, ignored(err)
	}
	o := a.Registry.Object(object)
	if o == nil || !a.May(o, policy.View) {
		return a, nil, nil
	}
	seen := map[int64]int64{}
	for len(ids) > 0 {
		some := ids[:min(len(ids), record.MaxPage)]
		ids = ids[len(some):]
		found, err := s.Records.Versions(ctx, a, o, some, false)
		if err != nil {
			return a, nil, err
		}
		for id, version := range found {
			seen[id] = version
		}
	}
	return a, seen, nil
}

// Person is somebody who may be named where a record is spoken of.
type Person struct {
	ID   int64  `json:"id,string"`
	Name string `json:"name"`
	// As is what the text is to call him behind the @.
	As    string `json:"as"`
	Login string `json:"login"`
}

const (
	// maxNamed is how many people are offered, maxLooked how many are looked at.
	maxNamed  = 8
	maxLooked = 60
)

// People offers whom a text about a record may name: those who may see it, by what
// was typed of their name, its sound or their login; with nothing typed, those who
// have to do with it first.
func (s *Service) People(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, typed string) ([]Person, error) {
	if seen, err := s.Records.Versions(ctx, a, o, []int64{id}, false); err != nil {
		return nil, err
	} else if len(seen) == 0 {
		return nil, &record.Error{Code: "not_found"}
	}
	var ids []int64
	if typed == "" {
		near, err := s.Records.Concerned(ctx, o, id)
		if err != nil {
			return nil, err
		}
		ids = near
	}
	found, err := s.Records.Colleagues(ctx, a, typed, maxLooked)
	if err != nil {
		return nil, err
	}
	ids = append(ids, found...)
	list := []Person{}
	looked := map[int64]bool{a.ID: true, 0: true}
	for _, user := range ids {
		if looked[user] || len(list) == maxNamed {
			continue
		}
		looked[user] = true
		_, seen, err := s.sees(ctx, user, o.Name, []int64{id})
		if err != nil {
			return nil, err
		}
		if len(seen) > 0 {
			list = append(list, Person{ID: user})
		}
	}
	return s.named(ctx, a, list)
}

// named completes people with what they are called, as far as the actor may read it.
func (s *Service) named(ctx context.Context, a *policy.Actor, list []Person) ([]Person, error) {
	if len(list) == 0 {
		return list, nil
	}
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	users, err := s.Records.Rows(ctx, "user", &query.Node{Op: query.In, Field: "id", Value: ids}, len(ids))
	if err != nil {
		return nil, err
	}
	as, err := s.Records.CalledBy(ctx, ids)
	for i := range list {
		v := users[list[i].ID]
		list[i].Name, list[i].As = v.Text("name"), as[list[i].ID]
		if o := a.Registry.Object("user"); a.Readable(o, o.Field("login")) {
			list[i].Login = v.Text("login")
		}
	}
	return list, err
}
