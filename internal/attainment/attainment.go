// Package attainment tells how sales stand against what was to be reached: one's own,
// and where a role allows it who has sold how much.
package attainment

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

const (
	sales  = "opportunity"
	target = "target"
	// mostMonths is how many months are told at once.
	mostMonths = 24
	// ranked is how many people a leaderboard names.
	ranked = 100
)

// Service tells it.
type Service struct{ Records *record.Service }

// Month is how sales stand in a month; amounts are in the company's currency.
type Month struct {
	Month string `json:"month"`
	// Target is nil where none was set that the asker sees.
	Target *string `json:"target"`
	// Won is what was won in it, Open what is expected to close in it and Weighted the
	// same by its probability.
	Won      string `json:"won"`
	Open     string `json:"open"`
	Weighted string `json:"weighted"`
}

// Months is how sales stand in some months.
type Months struct {
	Currency string  `json:"currency"`
	Months   []Month `json:"months"`
	// Unconverted is how many amounts have no rate and are left out.
	Unconverted int64 `json:"unconverted"`
}

var monthForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

// begin reads the month asked for, "" for that of today by the actor's clock.
func begin(a *policy.Actor, month string) (time.Time, error) {
	if month == "" {
		month = time.Now().In(a.Zone()).Format("2006-01")
	}
	at, err := time.Parse("2006-01", month)
	if !monthForm.MatchString(month) || err != nil {
		return at, record.Invalid("month", "not_a_date")
	}
	return at, nil
}

func within(field string, from, to time.Time) string {
	return fmt.Sprintf(`%s >= "%s" AND %s < "%s"`, field, from.Format(time.DateOnly), field, to.Format(time.DateOnly))
}

// whose reads of whom one asks: me, mine (the own department), all, d:ID, u:ID.
func whose(who string) (owner, department string, err error) {
	switch kind, id, _ := strings.Cut(who, ":"); {
	case who == "" || who == "me":
		return "owner = me()", "", nil
	case who == "mine":
		return "", "department = my_department()", nil
	case who == "all":
		return "", "", nil
	case kind == "u" || kind == "d":
		if _, ok := schema.ParseID(id); ok {
			if kind == "u" {
				return "owner = " + strconv.Quote(id), "", nil
			}
			return "", "department = " + strconv.Quote(id), nil
		}
	}
	return "", "", record.Invalid("who", "not_an_option", "value", schema.Shorten(who))
}

func all(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " AND ")
}

// Months answers how sales stand in some months from one on, under the asker's rights.
func (s *Service) Months(ctx context.Context, a *policy.Actor, month string, n int, who string) (*Months, error) {
	o := a.Registry.Object(sales)
	if o == nil || !a.May(o, policy.View) {
		return nil, &record.Error{Code: "forbidden"}
	}
	from, err := begin(a, month)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > mostMonths {
		return nil, record.Invalid("months", "out_of_range")
	}
	owner, department, err := whose(who)
	if err != nil {
		return nil, err
	}
	to := from.AddDate(0, n, 0)
	out := &Months{Months: make([]Month, n), Currency: s.Records.Currency()}
	sums := make([][3]int64, n)
	place := func(group string) int {
		at, err := time.Parse("2006-01", group)
		if err != nil {
			return -1
		}
		return (at.Year()-from.Year())*12 + int(at.Month()) - int(from.Month())
	}
	ask := func(filter, by string, measures []query.Measure, into ...int) error {
		answer, err := s.Records.Aggregate(ctx, a, o, all(owner, department, filter), "", []query.Group{{Field: by, By: "month"}}, measures)
		if err != nil {
			return err
		}
		read, err := record.ReadAggregated(answer)
		if err != nil {
			return err
		}
		out.Unconverted += read.Unconverted
		for i := range read.Rows {
			if at := place(read.Group(i, 0)); at >= 0 && at < n {
				for j, k := range into {
					sums[at][k] += read.Amount(i, j)
				}
			}
		}
		return nil
	}
	sum := query.Measure{Fn: "sum", Field: "amount"}
	if err := ask("stage = won() AND "+within("closed_on", from, to), "closed_on", []query.Measure{sum}, 0); err != nil {
		return nil, err
	}
	if err := ask("stage = open() AND "+within("expected_close", from, to), "expected_close", []query.Measure{sum, {Fn: "weighted", Field: "amount"}}, 1, 2); err != nil {
		return nil, err
	}
	targets, err := s.targets(ctx, a, from, to, owner, department)
	if err != nil {
		return nil, err
	}
	for i := range n {
		m := &out.Months[i]
		m.Month = from.AddDate(0, i, 0).Format("2006-01")
		m.Won, m.Open, m.Weighted = schema.Unscaled(sums[i][0], schema.MoneyScale), schema.Unscaled(sums[i][1], schema.MoneyScale), schema.Unscaled(sums[i][2], schema.MoneyScale)
		if amount, ok := targets[m.Month]; ok {
			text := schema.Unscaled(amount, schema.MoneyScale)
			m.Target = &text
		}
	}
	return out, nil
}

// targets are by month what was to be reached. A target of a department as a whole
// stands in place of the sum of its people's and of those below it.
func (s *Service) targets(ctx context.Context, a *policy.Actor, from, to time.Time, owner, department string) (map[string]int64, error) {
	o := a.Registry.Object(target)
	if o == nil || !a.May(o, policy.View) {
		return nil, nil
	}
	read := func(filter string) (map[string]map[int64]int64, error) {
		answer, err := s.Records.Aggregate(ctx, a, o, all(owner, department, within("month", from, to), filter), "", []query.Group{{Field: "month", By: "month"}, {Field: "department"}}, []query.Measure{{Fn: "sum", Field: "amount"}})
		if record.AsFilterProblem(err) != nil {
			return nil, nil // what he may not read
		} else if err != nil {
			return nil, err
		}
		rows, err := record.ReadAggregated(answer)
		found := map[string]map[int64]int64{}
		for i := range rows.Rows {
			month := rows.Group(i, 0)
			if found[month] == nil {
				found[month] = map[int64]int64{}
			}
			id, _ := schema.ParseID(rows.Group(i, 1))
			found[month][id] += rows.Amount(i, 0)
		}
		return found, err
	}
	people, err := read("owner IS NOT EMPTY")
	if err != nil {
		return nil, err
	}
	totals := map[string]int64{}
	if owner != "" {
		for month, by := range people {
			for _, amount := range by {
				totals[month] += amount
			}
		}
		return totals, nil
	}
	wholes, err := read("owner IS EMPTY")
	if err != nil {
		return nil, err
	}
	parents := map[int64]int64{}
	if department == "" {
		rows, err := s.Records.Rows(ctx, "department", nil, 10_000)
		if err != nil {
			return nil, err
		}
		for id, v := range rows {
			parents[id] = v.Int("parent")
		}
	}
	for month := range union(people, wholes) {
		totals[month] = rolled(people[month], wholes[month], parents)
	}
	return totals, nil
}

func union(a, b map[string]map[int64]int64) map[string]bool {
	keys := map[string]bool{}
	for _, m := range []map[string]map[int64]int64{a, b} {
		for k := range m {
			keys[k] = true
		}
	}
	return keys
}

// rolled adds up what the people of departments are to reach, where a department as a
// whole is to reach something that in place of all below it. parents are by department;
// a department that is not in it stands alone.
func rolled(people, wholes map[int64]int64, parents map[int64]int64) int64 {
	covered := func(id int64, self bool) bool {
		for steps := 0; id != 0 && steps < 100; steps++ {
			if _, whole := wholes[id]; whole && self {
				return true
			}
			id, self = parents[id], true
		}
		return false
	}
	total := int64(0)
	for id, amount := range people {
		if !covered(id, true) {
			total += amount
		}
	}
	for id, amount := range wholes {
		if !covered(id, false) {
			total += amount
		}
	}
	return total
}

// Place is somebody's on a leaderboard.
type Place struct {
	Rank int    `json:"rank"`
	ID   int64  `json:"id,string"`
	Name string `json:"name"`
	// Won is what he won in the month, Count how many deals.
	Won   string `json:"won"`
	Count int64  `json:"count"`
	// Me tells that it is the asker.
	Me bool `json:"me,omitempty"`
}

// Leaders is a leaderboard.
type Leaders struct {
	Currency    string  `json:"currency"`
	Month       string  `json:"month"`
	Places      []Place `json:"places"`
	Unconverted int64   `json:"unconverted"`
}

// Leaders answers who won how much in a month among those whom a role lets the asker
// compare (the right schema.Rank on what is sold); it tells no deal.
func (s *Service) Leaders(ctx context.Context, a *policy.Actor, month string) (*Leaders, error) {
	o := a.Registry.Object(sales)
	if o == nil || o.Power(schema.Rank) == nil || !a.May(o, schema.Rank) {
		return nil, &record.Error{Code: "forbidden"}
	}
	from, err := begin(a, month)
	if err != nil {
		return nil, err
	}
	answer, err := s.Records.Aggregate(ctx, a.Comparing(o, schema.Rank), o, "stage = won() AND owner IS NOT EMPTY AND "+within("closed_on", from, from.AddDate(0, 1, 0)), "",
		[]query.Group{{Field: "owner"}}, []query.Measure{{Fn: "sum", Field: "amount"}, {Fn: "count"}})
	if record.AsFilterProblem(err) != nil {
		return nil, &record.Error{Code: "forbidden"} // by a field he may not read
	} else if err != nil {
		return nil, err
	}
	read, err := record.ReadAggregated(answer)
	if err != nil {
		return nil, err
	}
	type sold struct{ id, amount, count int64 }
	var list []sold
	var ids []int64
	for i := range read.Rows {
		if id, ok := schema.ParseID(read.Group(i, 0)); ok {
			list, ids = append(list, sold{id, read.Amount(i, 0), read.Count(i, 1)}), append(ids, id)
		}
	}
	names, err := s.Records.Names(ctx, a, "user", ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(x, y sold) int {
		return cmp.Or(cmp.Compare(y.amount, x.amount), cmp.Compare(y.count, x.count), cmp.Compare(x.id, y.id))
	})
	out := &Leaders{Currency: s.Records.Currency(), Month: from.Format("2006-01"), Places: []Place{}, Unconverted: read.Unconverted}
	rank := 0
	for i, one := range list[:min(len(list), ranked)] {
		if i == 0 || one.amount != list[i-1].amount {
			rank = i + 1
		}
		out.Places = append(out.Places, Place{Rank: rank, ID: one.id, Name: names[one.id], Won: schema.Unscaled(one.amount, schema.MoneyScale), Count: one.count, Me: one.id == a.ID})
	}
	return out, nil
}
