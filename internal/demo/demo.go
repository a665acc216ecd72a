// Package demo makes a company up: departments, people in the shipped roles, leads,
// customers with contacts, deals over two years, calls and visits, tasks around
// today. Everything goes through the record service, so that it is what people
// would have entered; the same seed and day make the same records with the same
// ids.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/blob"
	"ecrm/internal/identity"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Options say what is made up.
type Options struct {
	Customers int
	Seed      uint64
	// Locale is zh-TW, zh-CN or en.
	Locale string
	// Today is the day the data ends on; zero: today.
	Today time.Time
	// Password is everybody's; empty: one is made.
	Password string
	// Files takes the logos of some customers; nil: there are none.
	Files *blob.Folder
}

// Account is one that shows what its role sees.
type Account struct {
	Name     string `json:"name"`
	Login    string `json:"login"`
	Password string `json:"password"`
	Role     string `json:"role"`
}

// ErrNotEmpty is answered where there are customers already: nothing made up is
// mixed with them.
var ErrNotEmpty = errors.New("there are customers already; made-up data goes into an empty company only")

// Company is the company made up for a locale, and the name of its administrator.
func Company(locale string) (identity.Company, string) {
	l := locales[locale]
	return identity.Company{Name: l.company, Language: locale, Currency: l.currency}, l.administrator
}

const (
	// node marks the ids of what is made up; nodes that serve count from 1.
	node = 1023
	// together is how many records share a transaction.
	together = 300
	// many is the number of customers from which the bulk path is taken: larger
	// transactions, and indexes built afterwards.
	many         = 20_000
	manyTogether = 50_000
	// mostHeap is up to how many bytes of heap garbage may wait meanwhile.
	mostHeap = 4 << 30
	// maxUsers is how large the company gets at most.
	maxUsers = 200
	// staffYears is how long ago the people came.
	staffYears = 3
	// daysEarlier is by how much what is dated some days ago may lie before: at a
	// weekend nobody works, and the lead that a customer was is up to 42 hours older.
	daysEarlier = 5
)

// Make makes a company up in one that is set up and empty, and answers an account
// of each role.
func Make(ctx context.Context, people *identity.Service, o Options) ([]Account, error) {
	l := locales[o.Locale]
	if l == nil {
		return nil, fmt.Errorf("there is no made-up company for %q", o.Locale)
	}
	there, err := people.Records.Rows(ctx, "customer", nil, 1)
	if err != nil {
		return nil, err
	}
	if len(there) > 0 {
		return nil, ErrNotEmpty
	}
	zone, err := time.LoadLocation(l.zone)
	if err != nil {
		return nil, fmt.Errorf("the zone of the made-up company: %w", err)
	}
	if o.Today.IsZero() {
		o.Today = time.Now().In(zone)
	}
	if o.Password == "" {
		o.Password = identity.Temporary()
	}
	year, month, day := o.Today.Date()
	m := &maker{
		Options: o, locale: l, people: people, registry: people.Records.Current.Load(), used: map[int64]struct{}{}, actors: map[int64]*policy.Actor{}, pictures: map[int64][]byte{}, zone: zone, together: together,
		rng:       rand.New(rand.NewPCG(o.Seed, uint64(len(o.Locale))+uint64(l.currency[0]))),
		faces:     rand.New(rand.NewPCG(o.Seed, 1<<32|uint64(len(o.Locale))+uint64(l.currency[0]))),
		prospects: rand.New(rand.NewPCG(o.Seed, 2<<32|uint64(len(o.Locale))+uint64(l.currency[0]))),
		// What has happened lies before this day, whatever the hour: see working.
		now: time.Date(year, month, day, 20, 0, 0, 0, zone),
	}
	m.baskets = rand.New(rand.NewPCG(o.Seed, 4<<32|uint64(len(o.Locale))+uint64(l.currency[0])))
	m.trade = rand.New(rand.NewPCG(o.Seed, 3<<32|uint64(len(o.Locale))+uint64(l.currency[0])))
	m.begun = m.now.AddDate(-staffYears, 0, -1)
	if m.hash, err = identity.Hash(o.Password); err != nil {
		return nil, err
	}
	if err := m.staff(ctx); err != nil {
		return nil, err
	}
	if err := m.competition(ctx); err != nil {
		return nil, err
	}
	fill := func() error {
		for _, age := range m.ages() {
			// Customers met later are queued later: what is dated before is complete.
			m.due(m.now.AddDate(0, 0, -age-daysEarlier))
			if err := m.flush(ctx, false); err != nil {
				return err
			}
			m.customer(age)
			m.leads(age)
		}
		for age := lately - 1; age > 0; age-- {
			m.due(m.now.AddDate(0, 0, -age-daysEarlier))
			if err := m.flush(ctx, false); err != nil {
				return err
			}
			m.recent(age)
		}
		if err := m.cards(); err != nil {
			return err
		}
		m.due(m.now.AddDate(0, 0, 1))
		return m.flush(ctx, true)
	}
	// What is being written when something fails ends before the indexes come back.
	filled := func() error { return errors.Join(fill(), m.written()) }
	if o.Customers >= many {
		m.together = manyTogether
		// Most of what is collected is garbage: a third of the work for some more memory,
		// up to a limit.
		defer debug.SetGCPercent(debug.SetGCPercent(300))
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), mostHeap)))
		err = people.Records.DB.WithoutIndexes(ctx, m.registry, []string{"lead", "customer", "contact", "opportunity", "activity", "task"}, filled)
	} else {
		err = filled()
	}
	return m.accounts, err
}

// ages are how many days ago each customer was met, the oldest first, so that what
// is dated before the next is complete.
func (m *maker) ages() []int {
	ages := make([]int, m.Customers)
	for i := range ages {
		ages[i] = 20 + int(700*math.Pow(m.rng.Float64(), 0.8))
	}
	slices.Sort(ages)
	slices.Reverse(ages)
	return ages
}

// seller is somebody who owns customers.
type seller struct {
	id, department int64
	// branch is which of the locale's.
	branch int
}

type maker struct {
	Options
	locale   *locale
	people   *identity.Service
	registry *schema.Registry
	rng      *rand.Rand
	// faces is the chance of birthdays and logos, of which there are logos so far.
	faces *rand.Rand
	logos int
	// odds is the chance of tenders and of competitors, whose ids rivals are.
	odds   *rand.Rand
	rivals []string
	// prospects is the chance of leads.
	prospects *rand.Rand
	// pictures are the logos of customers that are not written yet, by their ids.
	pictures map[int64][]byte
	zone     *time.Location
	now      time.Time
	hash     string
	// actors act in the names of people, by their ids.
	actors map[int64]*policy.Actor
	used   map[int64]struct{}
	// begun is when the first could have come; met is when the customer at hand and
	// its contacts were: nothing else of it is dated before.
	begun, met time.Time
	// days are the steps of each day from begun on; those of the days before day are
	// among steps already. In the order of time ids rise, and rows, indexes and the
	// audit grow at their ends.
	days     [][]step
	day      int
	steps    []step
	sellers  []seller
	managers []seller
	accounts []Account
	names    map[string]bool
	// trade is the chance of quotes, products the ids of what is sold.
	trade    *rand.Rand
	products []string
	// goods are what the products are, in the same order; baskets is the chance of what
	// deals are about.
	goods    []good
	baskets  *rand.Rand
	together int
	// writing is told when the steps taken last are written.
	writing chan error
}

// id is one that could have been made at an instant.
func (m *maker) id(at time.Time) int64 {
	id := store.IDOf(at) | node<<12
	for {
		if _, taken := m.used[id]; !taken {
			m.used[id] = struct{}{}
			return id
		}
		id++
	}
}

// staff makes departments and people: a branch for each region with a manager,
// an assistant and salespeople.
func (m *maker) staff(ctx context.Context) error {
	l := m.locale
	then := m.now.AddDate(-staffYears, 0, 0)
	roots, err := m.people.Records.Rows(ctx, "department", nil, 1)
	if err != nil {
		return err
	}
	top := record.Input{"name": l.sales}
	for id := range roots {
		top["parent"] = strconv.FormatInt(id, 10)
	}
	sales := m.add("department", then, 0, always(top))
	users := max(8, min(maxUsers, m.Customers/40))
	boss := m.person(then, "general_manager", "gm", l.titles.boss, sales, 0, nil)
	perBranch := max(1, (users-1)/len(l.branches)-2)
	for i, name := range l.branches {
		then = then.Add(time.Hour)
		branch := m.add("department", then, 0, always(record.Input{"name": name, "parent": strconv.FormatInt(sales, 10)}))
		manager := m.person(then, "manager", fmt.Sprintf("manager%d", i+1), l.titles.manager, branch, boss, nil)
		m.managers = append(m.managers, seller{manager, branch, i})
		var team []any
		for n := range perBranch {
			id := m.person(then, "salesperson", fmt.Sprintf("sales%d", i*perBranch+n+1), l.titles.seller, branch, manager, nil)
			team = append(team, strconv.FormatInt(id, 10))
			m.sellers = append(m.sellers, seller{id, branch, i})
		}
		m.person(then, "assistant", fmt.Sprintf("assistant%d", i+1), l.titles.assistant, branch, manager, team)
	}
	m.stock(then.Add(time.Hour))
	m.due(m.now)
	return m.flush(ctx, true)
}

// person queues the making of a user; the first of each role is one to try.
func (m *maker) person(at time.Time, role, login, title string, department, supervisor int64, assists []any) int64 {
	family, given := m.name()
	name := m.locale.full(family, given)
	in := record.Input{
		"name": name, "login": login, "role": role, "position": title, "department": strconv.FormatInt(department, 10),
		"language": m.Locale, "time_zone": m.locale.zone, "mails": list("", login+"@"+m.locale.domain),
	}
	if supervisor != 0 {
		in["supervisor"] = strconv.FormatInt(supervisor, 10)
	}
	if len(assists) > 0 {
		in["assistant_of"] = assists
	}
	id := m.add("user", at, 0, always(in))
	for _, account := range m.accounts {
		if account.Role == title {
			return id
		}
	}
	m.accounts = append(m.accounts, Account{Name: name, Login: login, Password: m.Password, Role: title})
	return id
}

// always gives what is known already.
func always(in record.Input) func() record.Input { return func() record.Input { return in } }

// list is the value of a field of phones or mails.
func list(label, value string) []any { return []any{map[string]any{"label": label, "value": value}} }

// since is an instant in office hours some days ago, after the customer was met.
func (m *maker) since(daysAgo int) time.Time {
	if at := m.working(daysAgo); at.After(m.met) {
		return at
	}
	return m.met
}

// working is an instant in office hours some days ago (negative: ahead).
func (m *maker) working(daysAgo int) time.Time {
	day := m.now.AddDate(0, 0, -daysAgo)
	switch day.Weekday() {
	case time.Saturday:
		day = day.AddDate(0, 0, -1)
	case time.Sunday:
		day = day.AddDate(0, 0, -2)
	}
	year, month, d := day.Date()
	return time.Date(year, month, d, 9+m.rng.IntN(9), m.rng.IntN(60), m.rng.IntN(60), m.rng.IntN(1000)*1e6, m.zone)
}

func pick[T any](m *maker, from []T) T { return from[m.rng.IntN(len(from))] }

// chance is true so often in a hundred.
func (m *maker) chance(percent int) bool { return m.rng.IntN(100) < percent }
