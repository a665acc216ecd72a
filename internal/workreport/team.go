package workreport

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// What became of somebody's report.
const (
	HandedIn = "handed_in"
	Missing  = "missing"
	Away     = "away"
)

const (
	// mostPeople is how many people a team has at most.
	mostPeople = 1000
	// said is how many of the newest comments on a report are told.
	said = 20
)

// Named is a person or a department by name.
type Named struct {
	ID   int64  `json:"id,string"`
	Name string `json:"name"`
}

// Comment is what somebody said of a report.
type Comment struct {
	ID   int64  `json:"id,string"`
	By   Named  `json:"by"`
	At   string `json:"at"`
	Text string `json:"text"`
}

// Member is somebody of a team and what became of his report.
type Member struct {
	User       Named     `json:"user"`
	Department *Named    `json:"department"`
	State      string    `json:"state"`
	Report     *Report   `json:"report"`
	Logged     *Logged   `json:"logged"`
	Comments   []Comment `json:"comments"`
}

// Team are the reports on a period that somebody sees, and who owes him one.
type Team struct {
	Period  Period   `json:"period"`
	Members []Member `json:"members"`
	// Mine is what became of the asker's own, null where he writes none.
	Mine *Slot `json:"mine"`
	// Handed, Missing and Away count the members.
	Handed  int `json:"handed"`
	Missing int `json:"missing"`
	Away    int `json:"away"`
}

// dayOf is the day of an instant by the company's clock.
func (s *Service) dayOf(micro int64) string {
	return time.UnixMicro(micro).In(s.Records.Zone()).Format(time.DateOnly)
}

// members are the active people whose reports the actor would see, but for himself.
func (s *Service) members(ctx context.Context, a *policy.Actor) ([]member, error) {
	o := reports(a)
	if !a.May(o, policy.View) {
		return nil, nil
	}
	active := query.Node{Op: query.Eq, Field: "active", Value: true}
	found, err := s.Records.Rows(ctx, "user", &active, mostPeople)
	if err != nil {
		return nil, err
	}
	var list []member
	for id, v := range found {
		if m := memberOf(id, v, s); id != a.ID && a.Covers(o, policy.View, id, m.department) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(x, y member) int {
		return cmp.Or(cmp.Compare(x.department, y.department), cmp.Compare(x.name, y.name), cmp.Compare(x.id, y.id))
	})
	return list, nil
}

// leads tells whether there is anybody else whose reports the actor sees.
func (s *Service) leads(ctx context.Context, a *policy.Actor) (bool, error) {
	list, err := s.members(ctx, a)
	return len(list) > 0, err
}

// Team answers the reports on a period that the actor sees, with who has not handed in;
// brief leaves out what is in them.
func (s *Service) Team(ctx context.Context, a *policy.Actor, kind, day string, brief bool) (*Team, error) {
	o := reports(a)
	if !a.May(o, policy.View) {
		return nil, &record.Error{Code: "forbidden"}
	}
	p, err := periodFor(a, kind, day)
	if err != nil {
		return nil, err
	}
	people, err := s.members(ctx, a)
	if err != nil {
		return nil, err
	}
	rules, err := s.rules(ctx, kind)
	if err != nil {
		return nil, err
	}
	handed, err := s.handedIn(ctx, a, query.AllOf(is("kind", p.Kind), is("begins", p.Begins), &query.Node{Op: query.Ne, Field: "owner", Value: a.ID}), record.MaxPage)
	if err != nil {
		return nil, err
	}
	team := &Team{Period: p, Members: []Member{}}
	byOwner := map[int64]*Report{}
	for _, r := range handed {
		byOwner[r.Owner] = r
	}
	for _, m := range people {
		one := Member{User: Named{m.id, m.name}, Comments: []Comment{}}
		if m.department != 0 {
			one.Department = &Named{ID: m.department}
		}
		switch r := byOwner[m.id]; {
		case r != nil:
			one.State, one.Report = HandedIn, r
			delete(byOwner, m.id)
		case m.owes(rules, p):
			one.State = Missing
		case m.wanted(rules, p):
			one.State = Away
		default:
			continue
		}
		team.Members = append(team.Members, one)
	}
	if Writes(a) {
		if team.Mine, err = s.own(ctx, a, rules, p); err != nil {
			return nil, err
		}
	}
	// Of those who left, or have been shared, as well.
	for _, r := range handed {
		if byOwner[r.Owner] == r && r.Owner != 0 {
			team.Members = append(team.Members, Member{User: Named{ID: r.Owner}, State: HandedIn, Report: r, Comments: []Comment{}})
		}
	}
	for _, m := range team.Members {
		switch m.State {
		case HandedIn:
			team.Handed++
		case Missing:
			team.Missing++
		default:
			team.Away++
		}
	}
	if err := s.name(ctx, a, team); err != nil || brief {
		return team, err
	}
	return team, s.complete(ctx, a, team)
}

// own is what became of the actor's own report on a period.
func (s *Service) own(ctx context.Context, a *policy.Actor, rules []rule, p Period) (*Slot, error) {
	me, err := s.person(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	slot := &Slot{Begins: p.Begins, Wanted: me.owes(rules, p)}
	found, err := s.Records.Rows(ctx, Object, query.AllOf(query.Is("owner", a.ID), is("kind", p.Kind), is("begins", p.Begins)), 1)
	for id := range found {
		slot.Report = &id
	}
	return slot, err
}

// name gives people and departments their names.
func (s *Service) name(ctx context.Context, a *policy.Actor, team *Team) error {
	var users, departments []int64
	for _, m := range team.Members {
		users = append(users, m.User.ID)
		if m.Department != nil {
			departments = append(departments, m.Department.ID)
		}
	}
	for object, ids := range map[string][]int64{"user": users, "department": departments} {
		slices.Sort(ids)
		names, err := s.Records.Names(ctx, a, object, slices.Compact(ids))
		if err != nil {
			return err
		}
		for i := range team.Members {
			if m := &team.Members[i]; object == "user" {
				m.User.Name = names[m.User.ID]
			} else if m.Department != nil {
				m.Department.Name = names[m.Department.ID]
			}
		}
	}
	return nil
}

// complete adds what was logged, as far as the actor may see it, and what was said.
func (s *Service) complete(ctx context.Context, a *policy.Actor, team *Team) error {
	var ids []int64
	for _, m := range team.Members {
		if m.Report != nil {
			ids = append(ids, m.Report.ID)
		}
	}
	kept, err := s.kept(ctx, ids)
	if err != nil {
		return err
	}
	all := make([]*Logged, 0, len(kept))
	for _, logged := range kept {
		all = append(all, logged)
	}
	if err := s.veil(ctx, a, all); err != nil {
		return err
	}
	for i := range team.Members {
		m := &team.Members[i]
		if m.Report == nil {
			continue
		}
		m.Logged = kept[m.Report.ID]
		if m.Comments, err = s.comments(ctx, a, m.Report.ID); err != nil {
			return err
		}
	}
	return nil
}

// comments are the newest on a report that the actor sees, the oldest of them first.
func (s *Service) comments(ctx context.Context, a *policy.Actor, id int64) ([]Comment, error) {
	list, err := s.Records.Comments(ctx, a, reports(a), id, said)
	told := []Comment{}
	for _, c := range slices.Backward(list) {
		told = append(told, Comment{ID: c.ID, By: Named{c.Author, c.Name}, At: time.UnixMicro(c.At).UTC().Format(time.RFC3339Nano), Text: c.Text})
	}
	return told, err
}

// Remind tells those of some people who owe the actor a report on a period that he waits
// for it, and answers how many there were.
func (s *Service) Remind(ctx context.Context, a *policy.Actor, kind, day string, people []int64) (int, error) {
	team, err := s.Team(ctx, a, kind, day, true)
	if err != nil {
		return 0, err
	}
	if len(people) > mostPeople {
		return 0, record.Invalid("people", "too_many", "max", strconv.Itoa(mostPeople))
	}
	var asked []notice.Asked
	for _, m := range team.Members {
		if m.State == Missing && slices.Contains(people, m.User.ID) {
			asked = append(asked, notice.Asked{User: m.User.ID, By: a.ID, Object: Object, Kind: team.Period.Kind, Day: team.Period.Begins})
		}
	}
	return len(asked), s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error { return s.Notices.Ask(ctx, u, asked) })
}

// ids reads the ids of people.
func ids(texts []string) ([]int64, error) {
	var list []int64
	for _, text := range texts {
		id, ok := schema.ParseID(text)
		if !ok {
			return nil, record.Invalid("people", "not_a_reference")
		}
		list = append(list, id)
	}
	return list, nil
}

// RemindAll is Remind for people by their ids as the API writes them.
func (s *Service) RemindAll(ctx context.Context, a *policy.Actor, kind, day string, people []string) (int, error) {
	list, err := ids(people)
	if err != nil {
		return 0, err
	}
	return s.Remind(ctx, a, kind, day, list)
}
