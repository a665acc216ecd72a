package dedupe

import (
	"context"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

const (
	// groupsAtOnce is how many groups are read together.
	groupsAtOnce = 200
	// countMost is how many groups are counted, and looked at for one page of somebody
	// who sees few.
	countMost = 1000
)

// Group are records that look like one, as the actor may see them.
type Group struct {
	ID    int64 `json:"id,string"`
	Score int64 `json:"score"`
	// Why says in what they meet: name, similar, phone, mail, code, external, domain or a
	// field.
	Why     []string        `json:"why"`
	Records []record.Member `json:"records"`
}

// Queue is a page of groups.
type Queue struct {
	Groups []Group
	// Next is where the next page begins, 0 at the end.
	Next int64
	// Count is how many groups there are, More that there are more than were counted.
	Count int
	More  bool
	// At is when the search ended, in microseconds; 0: there was none.
	At int64
}

// kept is a group as it is kept.
type kept struct {
	id, place int64
	members   []int64
}

// Queue reads the groups of an object behind a place. A group of which the actor may
// see fewer than two shows nothing; nor does one that was worked off, or that says
// nothing any more by the rules of now and the fields he may read.
func (s *Service) Queue(ctx context.Context, a *policy.Actor, o *schema.Object, after int64, limit int) (*Queue, error) {
	if !record.Mergeable(o) || !a.May(o, policy.View) {
		return nil, &record.Error{Code: "not_found"}
	}
	out := &Queue{Groups: []Group{}}
	run, at, err := s.last(ctx, o)
	if err != nil || run == 0 {
		return out, err
	}
	out.At = at
	all, err := s.Records.Likenesses(ctx, a, o)
	if err != nil {
		return nil, err
	}
	rules := slices.DeleteFunc(slices.Clone(all), func(l *record.Likeness) bool { return !l.Open(a, o) })
	looked := 0
	for place := after; looked < countMost; {
		some, err := s.groups(ctx, run, place)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			return out, nil
		}
		labels, parted, err := s.seen(ctx, a, o, some)
		if err != nil {
			return nil, err
		}
		for _, g := range some {
			looked++
			place = g.place
			members := visible(g, labels, parted)
			if len(members) < 2 {
				continue
			}
			if out.Count++; len(out.Groups) == limit {
				continue
			}
			shown, err := s.show(ctx, a, o, rules, g, members, labels, parted)
			if err != nil {
				return nil, err
			}
			if shown == nil {
				out.Count--
				continue
			}
			out.Groups = append(out.Groups, *shown)
			if len(out.Groups) == limit {
				out.Next = g.place
			}
		}
	}
	if out.Next == 0 && looked >= countMost {
		// Nothing, or little, of many: it goes on behind what was looked at.
		out.Next = after + int64(looked)
	}
	out.More = true
	return out, nil
}

// groups reads groups of a search behind a place.
func (s *Service) groups(ctx context.Context, run, after int64) ([]kept, error) {
	rows, err := store.Next(ctx, s.Records.DB, groupTable.Name, "id, place", store.Row{"run_id": run}, "place", after, groupsAtOnce)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list := make([]kept, len(rows))
	ids := make([]int64, len(rows))
	at := map[int64]int{}
	for i, r := range rows {
		list[i].id, _ = r[0].(int64)
		list[i].place, _ = r[1].(int64)
		ids[i], at[list[i].id] = list[i].id, i
	}
	members, err := store.Having(ctx, s.Records.DB, memberTable.Name, "group_id, record_id", "group_id", nil, ids)
	for _, r := range members {
		group, _ := r[0].(int64)
		id, _ := r[1].(int64)
		list[at[group]].members = append(list[at[group]].members, id)
	}
	return list, err
}

// seen are the titles of those of the groups' records that the actor may see and that
// are live, and who was said not to be the same as whom.
func (s *Service) seen(ctx context.Context, a *policy.Actor, o *schema.Object, groups []kept) (map[int64]string, map[int64]map[int64]bool, error) {
	var ids []int64
	for _, g := range groups {
		ids = append(ids, g.members...)
	}
	labels := map[int64]string{}
	parted := map[int64]map[int64]bool{}
	for some := range slices.Chunk(ids, 500) {
		found, err := s.Records.Titles(ctx, a, o.Name, some)
		if err != nil {
			return nil, nil, err
		}
		for id, label := range found {
			labels[id] = label
		}
		apart, err := s.Records.Parted(ctx, some)
		if err != nil {
			return nil, nil, err
		}
		for id, others := range apart {
			parted[id] = others
		}
	}
	return labels, parted, nil
}

// visible are the members of a group that have another in it whom they may be.
func visible(g kept, labels map[int64]string, parted map[int64]map[int64]bool) []int64 {
	seen := slices.DeleteFunc(slices.Clone(g.members), func(id int64) bool { _, ok := labels[id]; return !ok })
	slices.Sort(seen)
	return slices.DeleteFunc(slices.Clone(seen), func(id int64) bool {
		return !slices.ContainsFunc(seen, func(other int64) bool { return other != id && !parted[id][other] })
	})
}

// show is a group as it is by the records of now; nil where they do not meet any more.
func (s *Service) show(ctx context.Context, a *policy.Actor, o *schema.Object, rules []*record.Likeness, g kept, members []int64, labels map[int64]string, parted map[int64]map[int64]bool) (*Group, error) {
	found, err := s.Records.Rows(ctx, o.Name, &query.Node{Op: query.In, Field: "id", Value: members}, len(members))
	if err != nil {
		return nil, err
	}
	profiles := map[int64]*record.Profile{}
	for id, v := range found {
		profiles[id] = record.ProfileFor(a, o, v)
	}
	out := &Group{ID: g.id}
	meets := map[int64]bool{}
	for i, a := range members {
		for _, b := range members[i+1:] {
			if profiles[a] == nil || profiles[b] == nil || parted[a][b] {
				continue
			}
			by := meet(rules, profiles[a], profiles[b])
			if by == nil {
				continue
			}
			meets[a], meets[b] = true, true
			out.Score = max(out.Score, record.Score(by))
			for _, one := range by {
				if !slices.Contains(out.Why, one) {
					out.Why = append(out.Why, one)
				}
			}
		}
	}
	slices.Sort(out.Why)
	for _, id := range members {
		if meets[id] {
			out.Records = append(out.Records, record.Member{ID: id, Label: labels[id]})
		}
	}
	if len(out.Records) < 2 {
		return nil, nil
	}
	return out, nil
}
