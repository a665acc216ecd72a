package notice

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

// candidate is a notice before it is asked whether its person may know and wants to.
type candidate struct {
	user, by     int64
	kind, object string
	record       int64
	about        int64
	at           int64
	// topic has it join what there is on the same; "" stands alone. again: also what
	// was read already, else it begins anew.
	topic string
	again bool
	// once: where there is one on its topic it is not told again.
	once  bool
	count int64
	// records are all it stands for.
	records []int64
}

// apart is how many of a kind that are committed together are told one by one.
const apart = 5

// settle makes notices of what was committed.
func (s *Service) settle(ctx context.Context, events []record.Event) (func(ctx context.Context, u *record.Unit) error, error) {
	list, err := s.candidates(ctx, events)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if list, err = s.allowed(ctx, list); err != nil || len(list) == 0 {
		return nil, err
	}
	return func(ctx context.Context, u *record.Unit) error { return s.write(ctx, u, list) }, nil
}

// candidates are the notices that events may come to.
func (s *Service) candidates(ctx context.Context, events []record.Event) ([]candidate, error) {
	var list []candidate
	now := time.Now().UnixMicro()
	for _, e := range events {
		d := e.Detail
		if d == nil {
			continue
		}
		one := candidate{by: d.By, object: e.Object, record: e.ID, at: now, count: 1, records: []int64{e.ID}}
		for _, user := range d.Mentioned {
			if user == d.By {
				continue
			}
			mention := one
			mention.user, mention.kind, mention.about = user, Mentioned, d.Comment
			list = append(list, mention)
		}
		for _, user := range d.Assigned {
			given := one
			given.user, given.kind = user, Assigned
			if many(d.Origin) {
				given.topic, given.again = strings.Join([]string{Assigned, e.Object, d.Origin}, " "), true
			}
			list = append(list, given)
		}
		for _, user := range d.Lapsed {
			past := one
			past.user, past.kind = user, Lapsed
			past.topic = strings.Join([]string{Lapsed, e.Object, s.Records.Today()}, " ")
			list = append(list, past)
		}
		o := s.Records.Current.Load().Object(e.Object)
		if o == nil {
			continue
		}
		if d.Finished {
			waiting, err := s.Records.Waiting(ctx, o, e.ID)
			if err != nil {
				return nil, err
			}
			for _, user := range waiting {
				if user == d.By {
					continue
				}
				finished := one
				finished.user, finished.kind = user, Finished
				if many(d.Origin) {
					finished.topic, finished.again = strings.Join([]string{Finished, e.Object, d.Origin}, " "), true
				}
				list = append(list, finished)
			}
		}
		if d.Comment == 0 {
			continue
		}
		concerned, err := s.Records.Concerned(ctx, o, e.ID)
		if err != nil {
			return nil, err
		}
		for _, user := range concerned {
			if user == d.By || slices.Contains(d.Mentioned, user) {
				continue
			}
			spoken := one
			spoken.user, spoken.kind, spoken.about = user, Commented, d.Comment
			spoken.topic = strings.Join([]string{Commented, e.Object, strconv.FormatInt(e.ID, 10)}, " ")
			list = append(list, spoken)
		}
	}
	return joined(list), nil
}

// many tells whether what an origin writes is one thing to whom it concerns, however
// many records it writes: an import, a bulk job, the undo of either.
func many(origin string) bool {
	return slices.ContainsFunc([]string{"import ", "bulk ", "undo of "}, func(kind string) bool { return strings.HasPrefix(origin, kind) })
}

// joined makes one of those on the same topic, and of more records than one wants to
// be told of one by one.
func joined(list []candidate) []candidate {
	type group struct {
		user, by            int64
		kind, object, topic string
	}
	sizes := map[group]int{}
	of := func(c candidate) group { return group{c.user, c.by, c.kind, c.object, c.topic} }
	for _, c := range list {
		sizes[of(c)]++
	}
	first := map[group]int{}
	var out []candidate
	for _, c := range list {
		g := of(c)
		if c.topic == "" && (c.kind != Assigned || sizes[g] <= apart) {
			out = append(out, c)
			continue
		}
		i, known := first[g]
		if !known {
			first[g] = len(out)
			out = append(out, c)
			continue
		}
		out[i].records = append(out[i].records, c.record)
		out[i].count++
		out[i].record, out[i].about = c.record, c.about
	}
	return out
}

// allowed leaves those whose person may see now what it is about.
func (s *Service) allowed(ctx context.Context, list []candidate) ([]candidate, error) {
	type whose struct {
		user   int64
		object string
	}
	ids := map[whose][]int64{}
	for _, c := range list {
		w := whose{c.user, c.object}
		ids[w] = append(ids[w], c.records...)
	}
	seen := map[whose]map[int64]int64{}
	for w, of := range ids {
		slices.Sort(of)
		_, found, err := s.sees(ctx, w.user, w.object, slices.Compact(of))
		if err != nil {
			return nil, err
		}
		seen[w] = found
	}
	var out []candidate
	for _, c := range list {
		found := seen[whose{c.user, c.object}]
		n := int64(0)
		for _, id := range c.records {
			if _, ok := found[id]; ok {
				n, c.record = n+1, id
			}
		}
		if n == 0 {
			continue
		}
		if len(c.records) > 1 && c.kind != Commented {
			c.count = n
		}
		out = append(out, c)
	}
	return out, nil
}

// write keeps notices, and has the pages of their people told.
func (s *Service) write(ctx context.Context, u *record.Unit, list []candidate) error {
	// Whoever writes many takes the rows in one order.
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.user, b.user) })
	var last int64
	for _, c := range list {
		w, err := s.wayOf(ctx, u.Store(), c.user, c.kind)
		if err != nil {
			return err
		}
		if !w.kept() {
			continue
		}
		id := s.Records.IDs.Next()
		joins := c.topic != "" && !c.once
		if c.topic == "" {
			c.topic = strconv.FormatInt(id, 10)
		} else if told, err := s.join(ctx, u.Store(), &c); err != nil {
			return err
		} else if told {
			continue
		}
		row := store.Row{
			"id": id, "user_id": c.user, "kind": c.kind, "object": c.object, "record_id": c.record, "by_id": c.by, "at": c.at,
			"about": c.about, "count": c.count, "topic": c.topic, "read_at": int64(0), "shown": w.App,
		}
		if err := store.Insert(ctx, u.Store(), table.Name, row); err != nil {
			return err
		}
		if w.Mail == AtOnce && s.mail != nil {
			pause := time.Duration(0)
			if joins {
				pause = gathering
			}
			if err := s.mail.Queue(ctx, u.Store(), c.user, mailNotice, id, pause); err != nil {
				return err
			}
		}
		if c.user != last {
			u.Tell(told(c.user))
			last = c.user
		}
	}
	return nil
}

// join has a notice take the place of the one there is on its topic; one that was
// read stays as it is unless the two are one thing.
func (s *Service) join(ctx context.Context, q store.Querier, c *candidate) (told bool, err error) {
	same := store.Row{"user_id": c.user, "topic": c.topic}
	rows, err := store.Find(ctx, q, table.Name, "id, count, read_at", same, "")
	if err != nil || len(rows) == 0 || c.once {
		return len(rows) > 0, err
	}
	if read, _ := rows[0][2].(int64); read != 0 && !c.again {
		old, _ := rows[0][0].(int64)
		_, err := store.Update(ctx, q, table.Name, store.Row{"topic": strconv.FormatInt(old, 10)}, same)
		return false, err
	}
	before, _ := rows[0][1].(int64)
	c.count += before
	_, err = store.Delete(ctx, q, table.Name, same)
	return false, err
}

// ended makes a notice of a job that ended, in the transaction in which it does.
func (s *Service) ended(ctx context.Context, u *record.Unit, j jobs.Job) error {
	if j.CreatedBy == 0 || j.State != jobs.Done && j.State != jobs.Failed || j.Kind == "import_check" {
		return nil
	}
	return s.write(ctx, u, []candidate{{user: j.CreatedBy, kind: JobEnded, object: j.Object, about: j.ID, at: time.Now().UnixMicro(), count: 1}})
}

// ignored is nil for a person who may not act: he is told nothing.
func ignored(err error) error {
	if errors.Is(err, jobs.ErrActor) {
		return nil
	}
	return err
}
