package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	product "ecrm/internal/record"
)

func atInstant(ctx context.Context, at time.Time) context.Context { return product.At(ctx, at) }

// edit writes a record as it stands in memory; the instant is kept only where that
// changes anything.
func (s *side) edit(ctx context.Context, r *record) error {
	in := s.input(r, false)
	// What did not change may refer to what is in the recycle bin by now.
	for name := range in {
		if f := objects[r.object].field(name); objects[r.object].links != nil && f.target != "" {
			delete(in, name)
		}
	}
	return s.app.Records.Update(ctx, s.system(), s.object(r.object), s.ids[r.thing], in, 0)
}

// answer is what one database said.
type answer struct {
	refused bool
	list    []thing
	// wrong tells what else was not as it should be: counts, labels, groups.
	wrong []string
}

// ask asks one database: all pages, the count, what the rows say of their
// references, the groups, and one record.
func (s *side) ask(ctx context.Context, q *question, expected []thing, refused bool) (a answer, err error) {
	alone := *q
	q, alone.asker = &alone, q.asker.afresh() // the other database is asked meanwhile
	person := s.ids[thing{"user", q.asker.me}]
	actor, _, err := s.app.Identity.ActorOf(ctx, person)
	if err != nil {
		return a, err
	}
	if q.asker.readOnly {
		actor.Grants = policy.Grants{policy.GrantRead}
	}
	o := actor.Registry.Object(q.object.name)
	wrong := func(format string, args ...any) { a.wrong = append(a.wrong, fmt.Sprintf(format, args...)) }
	r := product.ListRequest{Filter: q.sentFilter(s.id), Q: strings.Join(q.words, " "), Sort: q.sentSort(), Limit: q.limit, Count: query.CountExact, Deleted: q.deleted, Fields: q.fields}
	for {
		b, err := s.app.Records.List(ctx, actor, o, r)
		if isRefusal(err) {
			a.refused = true
			break
		}
		if err != nil {
			return a, err
		}
		var page struct {
			Records []map[string]json.RawMessage
			Next    *string
			Count   struct {
				Value    int
				Relation string
			}
		}
		if err := json.Unmarshal(b, &page); err != nil {
			return a, err
		}
		if r.Count != query.CountNone && (page.Count.Value != len(expected) || page.Count.Relation != "eq") && !refused {
			wrong("%d are counted (%s), not %d", page.Count.Value, page.Count.Relation, len(expected))
		}
		for _, row := range page.Records {
			t, err := s.thing(row["id"])
			if err != nil {
				return a, err
			}
			a.list = append(a.list, t)
			s.look(q.asker, t, row, q.fields, wrong)
		}
		if page.Next == nil {
			break
		}
		r.Cursor, r.Count = *page.Next, query.CountNone
		if len(page.Records) == 0 || len(a.list) > len(s.things) {
			wrong("the pages do not end")
			break
		}
	}
	if q.group != "" && q.asker.may(q.object, "view") && !refused {
		if err := s.add(ctx, q, actor, expected, wrong); err != nil {
			return a, err
		}
	}
	return a, s.opened(ctx, q, actor, wrong)
}

// isRefusal tells whether an error says that something may not be asked.
func isRefusal(err error) bool {
	var p *query.Problem
	return errors.As(err, &p) || product.IsCode(err, "forbidden")
}

func (s *side) thing(raw json.RawMessage) (thing, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return thing{}, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	t, ok := s.things[id]
	if err != nil || !ok {
		return thing{}, fmt.Errorf("an answer has the id %q, which nobody made", text)
	}
	return t, nil
}

// look compares what a row says of its references with what the asker sees.
func (s *side) look(a asker, t thing, row map[string]json.RawMessage, fields []string, wrong func(string, ...any)) {
	o := objects[t.object]
	for i := range o.fields {
		f := &o.fields[i]
		raw, told := row[f.name]
		if told != (a.reads(o, f.name) && (fields == nil || slices.Contains(fields, f.name))) {
			wrong("%v tells %s: %t", t, f.name, told)
			continue
		}
		if !told || f.target == "" {
			continue
		}
		var got, want []string
		one := func(v thing) string {
			if !a.sees(v) {
				return "hidden"
			}
			return s.id(v)
		}
		var refs []struct {
			ID     string
			Hidden bool
		}
		switch v := a.record(t).values[f.name].(type) {
		case thing:
			want = []string{one(v)}
		case []thing:
			for _, each := range v {
				want = append(want, one(each))
			}
		}
		if f.kind != "references" && string(raw) != "null" {
			raw = json.RawMessage("[" + string(raw) + "]")
		}
		if err := json.Unmarshal(raw, &refs); err != nil {
			wrong("%v has %s %s: %v", t, f.name, raw, err)
		}
		for _, r := range refs {
			if r.Hidden {
				r.ID += "hidden"
			}
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			wrong("%v tells %s %v, not %v", t, f.name, got, want)
		}
	}
}

// add compares groups and sums.
func (s *side) add(ctx context.Context, q *question, actor *policy.Actor, expected []thing, wrong func(string, ...any)) error {
	want, refused := q.groups(expected)
	o := actor.Registry.Object(q.object.name)
	b, err := s.app.Records.Aggregate(ctx, actor, o, q.sentFilter(s.id), strings.Join(q.words, " "), []query.Group{{Field: q.group}}, []query.Measure{{Fn: "count"}, {Fn: "sum", Field: "size"}, {Fn: "median", Field: "size"}, {Fn: "count", Filter: q.part.text(s.id)}})
	if isRefusal(err) {
		if !refused {
			wrong("its groups by %s are refused: %v", q.group, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	var sums struct {
		Rows []struct {
			Group    []any
			Measures []any
		}
	}
	if err := json.Unmarshal(b, &sums); err != nil {
		return err
	}
	got := map[string]string{}
	for _, row := range sums.Rows {
		key := fmt.Sprint(row.Group[0])
		if hidden, ok := row.Group[0].(map[string]any); ok && hidden["hidden"] == true {
			key = "hidden"
		} else if q.grouped().target != "" && row.Group[0] != nil {
			raw, _ := json.Marshal(row.Group[0])
			t, err := s.thing(raw)
			if err != nil {
				return err
			}
			key = fmt.Sprint(t)
		}
		if _, twice := got[key]; twice {
			wrong("the group %s is there twice", key)
		}
		got[key] = fmt.Sprintf("%v of %v, the middle %v, %v of them", row.Measures...)
	}
	if refused || !maps.Equal(got, want) {
		wrong("by %s there are %v, not %v (refused: %t)", q.group, got, want, refused)
	}
	return nil
}

// opened compares whether one record is seen and what may be done to it.
func (s *side) opened(ctx context.Context, q *question, actor *policy.Actor, wrong func(string, ...any)) error {
	a, t := q.asker, q.look
	o := actor.Registry.Object(t.object)
	b, _, err := s.app.Records.Get(ctx, actor, o, s.ids[t])
	visible := a.seesLive(t)
	if product.IsCode(err, "not_found") {
		if visible {
			wrong("%v is not found", t)
		}
		return nil
	}
	if err != nil {
		return err
	}
	var row map[string]json.RawMessage
	if err := json.Unmarshal(b, &row); err != nil {
		return err
	}
	if !visible {
		wrong("%v is seen", t)
		return nil
	}
	s.look(a, t, row, nil, wrong)
	var can map[string]bool
	if err := json.Unmarshal(row["_can"], &can); err != nil {
		return err
	}
	for verb, may := range can {
		if want := a.can(t, verb); may != want {
			wrong("to %s %v is %t, not %t", verb, t, may, want)
		}
	}
	for _, verb := range []string{"view", "edit", "export"} {
		why, err := s.app.Records.Why(ctx, actor, o, s.ids[t], verb)
		if err != nil {
			return err
		}
		if want := a.can(t, verb); len(why) > 0 != want {
			wrong("to %s %v there are %d reasons, and one may: %t", verb, t, len(why), want)
		}
	}
	return nil
}

// wrongly tells what is wrong with the answers to a question; "" nothing.
func wrongly(ctx context.Context, sides []*side, q *question) string {
	var report string
	for range 2 { // once more, lest midnight passed in between
		expected, refused := q.expected()
		answers, errs := make([]answer, len(sides)), make([]error, len(sides))
		var group sync.WaitGroup
		for i, s := range sides {
			group.Go(func() { answers[i], errs[i] = s.ask(ctx, q, expected, refused) })
		}
		group.Wait()
		var b strings.Builder
		for i, s := range sides {
			got := answers[i]
			switch {
			case errs[i] != nil:
				fmt.Fprintf(&b, "%s failed: %v\n", s.name, errs[i])
			case got.refused != refused:
				fmt.Fprintf(&b, "%s refused it: %t, to be refused: %t\n", s.name, got.refused, refused)
			case !slices.Equal(got.list, expected):
				fmt.Fprintf(&b, "%s answered %s\n", s.name, apart(q, got.list, expected))
			}
			for _, w := range got.wrong {
				fmt.Fprintf(&b, "%s: %s\n", s.name, w)
			}
		}
		if len(sides) == 2 && !slices.Equal(answers[0].list, answers[1].list) {
			b.WriteString("the databases do not agree with each other\n")
		}
		if report = b.String(); report == "" {
			return ""
		}
	}
	return report
}

// apart tells where two lists differ.
func apart(q *question, got, want []thing) string {
	var b strings.Builder
	tell := func(what string, list, without []thing) {
		n := 0
		for _, t := range list {
			if slices.Contains(without, t) {
				continue
			}
			if n++; n <= 3 {
				fmt.Fprintf(&b, "\n  %s %v: %s; shared %v", what, t, shown(q.asker.record(t)), q.asker.shares[t])
			}
		}
		if n > 3 {
			fmt.Fprintf(&b, "\n  and %d more", n-3)
		}
	}
	fmt.Fprintf(&b, "%d, not %d:", len(got), len(want))
	tell("too much", got, want)
	tell("missing", want, got)
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			for _, t := range []thing{got[i], want[i]} {
				for name, v := range q.asker.record(t).values {
					if up, ok := v.(thing); ok && !objects[up.object].everybodys {
						fmt.Fprintf(&b, "\n  %s of %v is %v, seen %t: %s", name, t, up, q.asker.sees(up), shown(q.asker.record(up)))
					}
				}
			}
			fmt.Fprintf(&b, "\n  at %d stands %v, not %v:\n    %s\n    %s", i, got[i], want[i], shown(q.asker.record(got[i])), shown(q.asker.record(want[i])))
			break
		}
	}
	return b.String()
}

func shown(r *record) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		fmt.Fprintf(&b, "%s=%v ", name, r.values[name])
	}
	if r.deleted != 0 {
		b.WriteString("(in the recycle bin)")
	}
	return b.String()
}

// shrink makes a question that is answered wrongly as simple as it can.
func shrink(q *question, wrong func(*question) bool) *question {
	for again := true; again; {
		again = false
		for _, simpler := range simplified(q) {
			if wrong(simpler) {
				q, again = simpler, true
				break
			}
		}
	}
	return q
}

func simplified(q *question) []*question {
	var all []*question
	with := func(change func(*question)) {
		c := *q
		change(&c)
		all = append(all, &c)
	}
	if q.filter != nil {
		with(func(c *question) { c.filter = nil })
		for _, f := range simpler(q.filter) {
			with(func(c *question) { c.filter = f })
		}
		if q.asJSON {
			with(func(c *question) { c.asJSON = false })
		}
	}
	if q.words != nil {
		with(func(c *question) { c.words = nil })
	}
	for i := range q.sort {
		with(func(c *question) { c.sort = slices.Delete(slices.Clone(c.sort), i, i+1) })
	}
	if q.group != "" {
		with(func(c *question) { c.group = "" })
	}
	if len(q.fields) > 1 {
		with(func(c *question) { c.fields = []string{"id"} })
	}
	if q.limit < product.MaxPage {
		with(func(c *question) { c.limit = product.MaxPage })
	}
	return all
}

// simpler lists what is left of a filter when a part is taken out.
func simpler(c *condition) []*condition {
	var all []*condition
	if c.op == "and" || c.op == "or" || c.op == "not" {
		all = append(all, c.kids...)
	}
	for i, kid := range c.kids {
		for _, less := range simpler(kid) {
			node := *c
			node.kids = slices.Clone(c.kids)
			node.kids[i] = less
			all = append(all, &node)
		}
	}
	return all
}

// told is a question with who asks it.
func told(q *question, s *side) string {
	p := q.asker.person()
	var b strings.Builder
	fmt.Fprintf(&b, "person %d (departments %v, assists %v, %s, %s, by a token that reads: %t) asks for %s", q.asker.me, p.departments, p.assists, p.language, p.zone, q.asker.readOnly, q.object.plural)
	fmt.Fprintf(&b, "\n  filter %s\n  words %v sort %q limit %d bin %t group %q opens %v: %s", q.sentFilter(func(t thing) string { return fmt.Sprint(t) }), q.words, q.sentSort(), q.limit, q.deleted, q.group, q.look, shown(q.asker.record(q.look)))
	fmt.Fprintf(&b, "\n  as %s is asked: %s", s.name, q.sentFilter(s.id))
	for _, n := range p.roles {
		r := q.asker.company.roles[n]
		rights, _ := json.Marshal(r.rights)
		fields, _ := json.Marshal(r.fields)
		fmt.Fprintf(&b, "\n  role %d: admin %t, departments %v, rights %s, fields %s", n, r.admin, r.departments, rights, fields)
	}
	for i, d := range q.asker.company.departments {
		fmt.Fprintf(&b, "\n  department %d under %d", i, d.parent)
	}
	return b.String()
}

// setting reads a variable of the environment.
func setting(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is %q: a number is wanted", name, text)
	}
	return n
}

const (
	// perCompany is how many questions one company is asked.
	perCompany = 250
	// perChange is how many are asked before something changes.
	perChange = 3
)

// Whatever company is made up, whatever happens in it and whatever anybody asks:
// both databases answer what a plain reading of the rules says, to the row and in
// its order. ECRM_CASES says how many questions are asked, ECRM_SEED with which
// company it begins; a failure tells the seed of its company.
func TestBothDatabasesAnswerWhatTheRulesSay(t *testing.T) {
	cases, seed := setting(t, "ECRM_CASES", 5000), setting(t, "ECRM_SEED", 1)
	type pair []*side
	// Companies of a size are asked in databases of their own, whose guesses of how
	// large tables are stay right.
	worlds := map[bool]pair{}
	world := func(isLarge bool) pair {
		if worlds[isLarge] == nil {
			p := pair{open(t, "SQLite", dbtest.SQLite(t))}
			if os.Getenv(dbtest.ServerVariable) != "" || os.Getenv(dbtest.RequireVariable) != "" || os.Getenv("CI") != "" {
				p = append(p, open(t, "PostgreSQL", dbtest.Postgres(t)))
			}
			worlds[isLarge] = p
		}
		return worlds[isLarge]
	}
	asked, refusals, rows, nonempty := 0, 0, 0, 0
	for ; asked < cases; seed++ {
		d := newDice(uint64(seed))
		isLarge := seed%8 == 0
		n := small
		if isLarge {
			n = large
		}
		sides := world(isLarge)
		c := d.found(n)
		everywhere := func(do func(s *side) error) {
			errs := make([]error, len(sides))
			var group sync.WaitGroup
			for i, s := range sides {
				group.Go(func() { errs[i] = do(s) })
			}
			group.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		everywhere(func(s *side) error { return s.move(t.Context(), c) })
		for n := range perCompany {
			if asked++; asked > cases {
				break
			}
			if isLarge && n == perCompany/4 {
				break
			}
			if n%perChange == perChange-1 {
				if change := d.happen(c, began.Add(time.Duration(n)*time.Second)); change != nil {
					everywhere(func(s *side) error { return change(t.Context(), s) })
				}
			}
			q := d.ask(c)
			if list, refused := q.expected(); refused {
				refusals++
			} else if rows += len(list); len(list) > 0 {
				nonempty++
			}
			q.asker = q.asker.afresh()
			if report := wrongly(t.Context(), sides, q); report != "" {
				q = shrink(q, func(q *question) bool { return wrongly(t.Context(), sides, q) != "" })
				t.Fatalf("ECRM_SEED=%d, question %d of its company: %s\nAt its simplest: %s\n%s", seed, n, report, told(q, sides[0]), wrongly(t.Context(), sides, q))
			}
		}
	}
	t.Logf("%d questions, %d of them refused, %d answered with %d records", cases, refusals, nonempty, rows)
}
