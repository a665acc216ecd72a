package app

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecrm/internal/analysis"
	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
)

// sold makes up what was sold over two years: customers of all sorts, some of which only
// others see, deals that came this far or that, calls and visits, targets.
func (w *world) sold(people map[string]*person, seed uint64) {
	w.t.Helper()
	d := rand.New(rand.NewPCG(seed, 7))
	ctx := w.t.Context()
	registry := w.app.Records.Current.Load()
	sys := policy.System(registry, "test")
	add := func(at time.Time, object string, in record.Input) string {
		w.t.Helper()
		id, err := w.app.Records.Create(record.At(ctx, at), sys, registry.Object(object), in)
		if err != nil {
			w.t.Fatalf("make %s %v: %v", object, in, err)
		}
		return strconv.FormatInt(id, 10)
	}
	change := func(at time.Time, object, id string, in record.Input) {
		w.t.Helper()
		n, _ := strconv.ParseInt(id, 10, 64)
		if err := w.app.Records.Update(record.At(ctx, at), sys, registry.Object(object), n, in, 0); err != nil {
			w.t.Fatalf("change %s %v: %v", object, in, err)
		}
	}
	some := func(from ...string) any {
		if v := from[d.IntN(len(from))]; v != "" {
			return v
		}
		return nil
	}
	owners := []string{people["seller"].id, people["colleague"].id, people["stranger"].id, people["manager"].id}
	today := time.Now().UTC().Truncate(time.Hour)
	ago := func(days int) time.Time {
		return today.AddDate(0, 0, -days).Add(-time.Duration(d.IntN(24*60)) * time.Minute)
	}
	var customers, rivals []string
	for i := range 14 {
		customers = append(customers, add(ago(100+d.IntN(500)), "customer", record.Input{
			"name": fmt.Sprintf("客戶%d", i), "owner": owners[d.IntN(4)], "industry": some("電子", `金屬"五金\`, "紡織", ""), "region": some("台北市", "高雄市", ""), "level": some("A", "B", ""),
			"source": some("web", "referral", ""), "employees": json.Number(strconv.Itoa(10 + d.IntN(300))),
		}))
	}
	for i := range 3 {
		rivals = append(rivals, add(ago(700), "competitor", record.Input{"name": fmt.Sprintf("對手%d", i)}))
	}
	for i := range 70 {
		made := 20 + d.IntN(600)
		in := record.Input{"name": fmt.Sprintf("案子%d", i), "owner": owners[d.IntN(4)], "amount": map[string]any{"amount": strconv.Itoa(1000 + d.IntN(90000))}, "source": some("web", "event", "")}
		if d.IntN(8) > 0 {
			in["customer"] = customers[d.IntN(len(customers))]
		}
		id := add(ago(made), "opportunity", in)
		for made > 2 && d.IntN(5) > 0 {
			made -= 1 + d.IntN(min(made-1, 40))
			to := []string{"new", "qualified", "proposal", "negotiation", "won", "lost"}[d.IntN(6)]
			change(ago(made), "opportunity", id, record.Input{"stage": to, "reason": some("價格", "服務", "交期"), "lost_to": some(rivals[0], "")})
			if (to == "won" || to == "lost") && d.IntN(6) > 0 {
				break
			}
		}
		for _, r := range rivals {
			if d.IntN(3) == 0 {
				add(ago(1), "opportunity_competitor", record.Input{"opportunity": id, "competitor": r})
			}
		}
	}
	for range 90 {
		add(ago(d.IntN(130)), "activity", record.Input{
			"kind": some("call", "visit", "meeting", "line", "note"), "owner": owners[d.IntN(4)], "customer": customers[d.IntN(len(customers))], "at": ago(d.IntN(130)).Format(time.RFC3339),
		})
	}
	for _, owner := range owners {
		for month := range 14 {
			first := time.Date(today.Year(), today.Month()-time.Month(month), 1, 0, 0, 0, 0, time.UTC)
			add(ago(1), "target", record.Input{"owner": owner, "month": first.Format(time.DateOnly), "amount": map[string]any{"amount": "50000"}})
		}
	}
	// What lies in the recycle bin counts nowhere.
	gone, _ := strconv.ParseInt(customers[3], 10, 64)
	if err := w.app.Records.Delete(ctx, sys, registry.Object("customer"), gone); err != nil {
		w.t.Fatal(err)
	}
}

// actor is a person as the engine knows him.
func (w *world) actor(p *person) *policy.Actor {
	w.t.Helper()
	id, err := strconv.ParseInt(p.id, 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	a, _, err := w.app.Identity.ActorOf(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// behind are the records behind figures, as lists show them, remembered.
type behind struct {
	w     *world
	a     *policy.Actor
	known map[string][]map[string]any
}

func (b *behind) records(plural, filter string) []map[string]any {
	b.w.t.Helper()
	key := plural + "?" + filter
	if found, ok := b.known[key]; ok {
		return found
	}
	o := b.a.Registry.ByPlural(plural)
	r := record.ListRequest{Filter: filter, Limit: 500, Count: query.CountExact}
	for _, f := range []string{"amount", "created_at", "closed_on", "customer"} {
		if field := o.Field(f); field != nil && b.a.Readable(o, field) {
			r.Fields = append(r.Fields, f)
		}
	}
	text, err := b.w.app.Records.List(b.w.t.Context(), b.a, o, r)
	if err != nil {
		b.w.t.Fatalf("%s cannot be listed: %v", key, err)
	}
	var page struct {
		Records []map[string]any
		Count   struct{ Value int }
	}
	if err := json.Unmarshal(text, &page); err != nil || page.Count.Value != len(page.Records) {
		b.w.t.Fatalf("%s lists %d of %d: %v", key, len(page.Records), page.Count.Value, err)
	}
	b.known[key] = page.Records
	return page.Records
}

// drilled is where a figure leads, as the interface puts it together.
func drilled(m analysis.Figure, i int, row analysis.Row, where map[string]string, column *analysis.Column) (plural, filter string, ok bool) {
	text, there := where[m.Source]
	if m.Plural == "" || !there || column != nil && column.Open {
		return "", "", false
	}
	own := m.Filter
	if row.Filters != nil {
		own = row.Filters[i]
	}
	if own == "-" {
		return "", "", false
	}
	var parts []string
	for _, p := range []string{text, own} {
		if p != "" {
			parts = append(parts, "("+p+")")
		}
	}
	if column != nil {
		parts = append(parts, "("+column.Where+")")
	}
	filter = strings.Join(parts, " AND ")
	if m.Through != "" {
		filter = m.Through + ".any(" + filter + ")"
	}
	return m.Plural, filter, true
}

// naive is a figure worked out from the records themselves.
func (b *behind) naive(m analysis.Figure, records []map[string]any) (want float64, none bool) {
	amount := func(r map[string]any) float64 {
		v, _ := strconv.ParseFloat(fmt.Sprint(at(r, "amount", "amount")), 64)
		return v
	}
	var sum float64
	n := 0
	for _, r := range records {
		switch m.Name {
		case "cycle":
			made, _ := time.Parse(time.RFC3339, fmt.Sprint(r["created_at"]))
			closed, err := time.Parse(time.DateOnly, fmt.Sprint(r["closed_on"]))
			if err != nil {
				continue
			}
			day, _ := time.Parse(time.DateOnly, made.In(b.a.Zone()).Format(time.DateOnly))
			sum += closed.Sub(day).Hours() / 24
			n++
		default:
			if m.Unit == "money" {
				sum += amount(r)
			}
			n++
		}
	}
	switch m.Name {
	case "average", "cycle":
		if n == 0 {
			return 0, true
		}
		return sum / float64(n), false
	}
	if m.Unit == "count" {
		return float64(n), false
	}
	return sum, n == 0
}

// check holds one figure against the records it leads to.
func (b *behind) check(what string, m analysis.Figure, plural, filter string, got *string) {
	b.w.t.Helper()
	want, none := b.naive(m, b.records(plural, filter))
	if got == nil {
		if !none {
			b.w.t.Errorf("%s: %s is nothing, not %v (%s?%s)", what, m.Name, want, plural, filter)
		}
		return
	}
	v, err := strconv.ParseFloat(*got, 64)
	if err != nil || math.Abs(v-want) > 0.006 {
		b.w.t.Errorf("%s: %s is %s, its records come to %v (%s?%s)", what, m.Name, *got, want, plural, filter)
	}
}

// Every figure of every analysis is that of the records it leads to, worked out one by
// one, whoever asks: sums tell of nothing that lists do not show.
func TestEveryFigureIsThatOfTheRecordsBehindIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		w.sold(people, 11)
		d := rand.New(rand.NewPCG(3, 4))
		figures := 0
		for _, who := range []string{"boss", "seller"} {
			b := &behind{w, w.actor(people[who]), map[string][]map[string]any{}}
			views := w.app.Analyses.List(b.a)
			if len(views) != 5 {
				t.Fatalf("%s is offered %d analyses", who, len(views))
			}
			for _, v := range views {
				dims := v.Dimensions
				d.Shuffle(len(dims), func(i, j int) { dims[i], dims[j] = dims[j], dims[i] })
				most := 7
				if who == "seller" {
					most = 3
				}
				dims = dims[:min(most, len(dims))]
				for i, dim := range dims {
					set := analysis.Settings{By: dim.Name, Period: []string{"last_12_months", "all", "this_year"}[i%3], Compare: []string{"previous", "last_year"}[i%2]}
					if v.Shape == "traits" {
						if i > 0 {
							break
						}
						set.By = ""
					}
					if v.Shape == "" && i%3 == 1 {
						set.Split = dims[(i+1)%len(dims)].Name
					}
					if v.Shape == "funnel" && i == 0 {
						set.By = ""
					}
					if i%4 == 3 {
						set.Filter = `owner = me() OR NOT owner = me()`
					}
					what := fmt.Sprintf("%s of %s by %s/%s in %s", who, v.Name, set.By, set.Split, set.Period)
					answer, err := w.app.Analyses.Run(t.Context(), b.a, v.Name, set)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					for _, row := range append(answer.Rows, answer.Total) {
						for i, m := range answer.Measures {
							if m.Unit == "share" || m.Unit == "times" {
								continue
							}
							if plural, filter, ok := drilled(m, i, row, row.Where, nil); ok && (set.Filter == "" || !slices.Contains(answer.Unfiltered, m.Name)) {
								b.check(what+", "+row.Label, m, plural, filter, row.Values[i])
								figures++
							}
							if plural, filter, ok := drilled(m, i, row, row.WhereBefore, nil); ok && row.Before != nil && !slices.Contains(answer.Unfiltered, m.Name) {
								b.check(what+", before "+row.Label, m, plural, filter, row.Before[i])
								figures++
							}
						}
						for c, column := range answer.Columns {
							at := 0
							if v.Shape == "" {
								at = slices.IndexFunc(answer.Measures, func(m analysis.Figure) bool { return m.Name == answer.Settings.Measure })
							}
							if plural, filter, ok := drilled(answer.Measures[at], at, row, row.Where, &column); ok && c < len(row.Cells) {
								b.check(what+", "+row.Label+" × "+column.Label, answer.Measures[at], plural, filter, row.Cells[c])
								figures++
							}
						}
					}
				}
			}
		}
		if figures < 1000 {
			t.Errorf("only %d figures were compared", figures)
		}
	})
}

// The stages of the funnel are those that deals went through: times and shares are worked
// out from the history of each.
func TestFunnelIsThatOfTheStagesDealsWentThrough(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		w.sold(people, 5)
		a := w.actor(people["boss"])
		b := &behind{w, a, map[string][]map[string]any{}}
		answer, err := w.app.Analyses.Run(t.Context(), a, "funnel", analysis.Settings{Period: "all"})
		if err != nil {
			t.Fatal(err)
		}
		o := a.Registry.Object("opportunity")
		order := map[string]int{}
		for i, s := range o.Field("stage").Options {
			order[s.Value] = i
		}
		spent := map[string][]float64{}
		reached := map[string]int{}
		for _, r := range b.records("opportunities", "") {
			id, _ := strconv.ParseInt(fmt.Sprint(r["id"]), 10, 64)
			stays, err := w.app.Records.Stays(t.Context(), a, o, id)
			if err != nil {
				t.Fatal(err)
			}
			furthest := 0
			days := map[string]float64{}
			for _, s := range stays {
				if s.Left != 0 {
					days[s.Stage] += float64(s.Left-s.Entered) / 86_400e6
				}
				if s.Stage != "lost" && (s.Stage != "won" || s.Left == 0) {
					furthest = max(furthest, order[s.Stage])
				}
			}
			for stage, n := range days {
				spent[stage] = append(spent[stage], n)
			}
			for stage, at := range order {
				if stage != "lost" && at <= furthest {
					reached[stage]++
				}
			}
		}
		before := 0
		for _, row := range answer.Rows {
			stage := strings.TrimPrefix(row.Key, "=")
			if *row.Values[0] != strconv.Itoa(reached[stage]) {
				t.Errorf("%s was reached by %s, not %d", stage, *row.Values[0], reached[stage])
			}
			if before > 0 {
				if got, _ := strconv.ParseFloat(*row.Values[1], 64); math.Abs(got-float64(reached[stage])/float64(before)) > 0.0001 {
					t.Errorf("%v of the stage before %s went on", got, stage)
				}
			}
			before = reached[stage]
			list := spent[stage]
			if len(list) == 0 {
				if row.Values[5] != nil {
					t.Errorf("nobody left %s, and it took %s days", stage, *row.Values[5])
				}
				continue
			}
			slices.Sort(list)
			var sum float64
			for _, n := range list {
				sum += n
			}
			median := (list[(len(list)-1)/2] + list[len(list)/2]) / 2
			for i, want := range map[int]float64{5: median, 6: sum / float64(len(list))} {
				if got, _ := strconv.ParseFloat(*row.Values[i], 64); math.Abs(got-want) > 0.006 {
					t.Errorf("%s: %s days, not %.3f", stage, *row.Values[i], want)
				}
			}
		}
	})
}

// What the deals won have in common is told where it is no chance, and nothing is told of
// a handful.
func TestTraitsTellWhatIsNoChance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		a := w.actor(people["boss"])
		deals := func(industry string, won, lost int) {
			customer := admin.add("customers", map[string]any{"name": industry + fmt.Sprint(won), "industry": industry, "region": "台北市"})
			var all []map[string]any
			for i := range won + lost {
				stage := "won"
				if i >= won {
					stage = "lost"
				}
				all = append(all, map[string]any{"name": "x", "customer": customer, "stage": stage, "reason": "r"})
			}
			admin.must(200, "POST", "opportunities/batch", map[string]any{"create": all, "atomic": true})
		}
		deals("電子", 3, 1)
		told := func() (*analysis.Answer, map[string]analysis.Row) {
			t.Helper()
			answer, err := w.app.Analyses.Run(t.Context(), a, "traits", analysis.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			rows := map[string]analysis.Row{}
			for _, r := range answer.Rows {
				rows[r.Label] = r
			}
			return answer, rows
		}
		answer, rows := told()
		if !strings.Contains(answer.Note, "樣本太少") || !rows["電子"].Small || rows["電子"].Sure || !strings.Contains(rows["電子"].Text, "只有 4 筆") {
			t.Errorf("of four deals is told %q, %q", answer.Note, rows["電子"].Text)
		}
		deals("電子", 17, 4)
		deals("紡織", 4, 18)
		answer, rows = told()
		one := rows["電子"]
		if !one.Sure || answer.Note != "" || one.Text != "客戶產業是「電子」的商機比較容易贏：贏單率 80%，全部是 51%。贏單裡有 83% 屬於它，輸單裡只有 22%。" {
			t.Errorf("electronics: %v %q (%q)", one.Sure, one.Text, answer.Note)
		}
		if got := strings.Join([]string{*one.Values[0], *one.Values[1], *one.Values[2], *one.Values[3], *one.Values[4], *one.Values[5]}, " "); got != "20 5 0.8333 0.2174 0.8000 1.57" {
			t.Errorf("electronics: %s", got)
		}
		if other := rows["紡織"]; !other.Sure || !strings.Contains(other.Text, "比較難贏") {
			t.Errorf("textiles: %v %q", other.Sure, other.Text)
		}
		// All have it: it tells nothing.
		if all := rows["台北市"]; all.Sure || !strings.Contains(all.Text, "巧合") {
			t.Errorf("the one region: %v %q", all.Sure, all.Text)
		}
	})
}

// What somebody may not read is not offered to him, cannot be asked for, and shows in no
// sum; what he may not see is one group without a name.
func TestAnalysesTellNothingHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		theirs := people["stranger"].add("customers", map[string]any{"name": secret, "industry": secret, "employees": 777})
		admin.add("opportunities", map[string]any{"name": "我的", "owner": people["seller"].id, "customer": theirs, "stage": "won", "amount": map[string]any{"amount": "500"}})
		people["stranger"].add("opportunities", map[string]any{"name": secret, "customer": theirs, "stage": "won", "amount": map[string]any{"amount": "777000.37"}})
		admin.add("activities", map[string]any{"kind": "visit", "customer": theirs, "owner": people["stranger"].id, "at": time.Now().Add(-time.Hour).Format(time.RFC3339)})
		run := func(p *person, name string, set map[string]any) (int, string) {
			status, answer := p.call("POST", "analyses/"+name+"/actions/run", set)
			b, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			return status, string(b)
		}
		seller := people["seller"]
		for _, v := range w.app.Analyses.List(w.actor(seller)) {
			for _, dim := range append(v.Dimensions, analysis.Choice{}) {
				status, text := run(seller, v.Name, map[string]any{"by": dim.Name, "period": "all"})
				if status != 200 || strings.Contains(text, secret) || strings.Contains(text, ".37") {
					t.Errorf("%s by %s answered %d %s", v.Name, dim.Name, status, text)
				}
			}
		}
		answer := seller.must(200, "POST", "analyses/sales/actions/run", map[string]any{"by": "industry"})
		if len(list(answer["rows"])) != 1 || at(answer, "rows", 0, "key") != "hidden" || at(answer, "rows", 0, "values", 0) != "500" {
			t.Errorf("the hidden industry: %v", answer["rows"])
		}
		// The list behind it is the one deal that is his.
		where := fmt.Sprint(at(answer, "rows", 0, "where", "own"))
		if got := seller.names("opportunities?filter=" + url.QueryEscape(where)); got != "我的" {
			t.Errorf("behind the hidden industry: %q (%s)", got, where)
		}
		// No filter and no small group confirms a guess.
		for _, guess := range []string{`customer.industry = "` + secret + `"`, `customer.employees > 700`, `customer.activities.any(kind = "visit")`, `customer.activities.count(kind = "visit") > 0`, `customer.id > 0`} {
			answer := seller.must(200, "POST", "analyses/sales/actions/run", map[string]any{"by": "owner", "filter": guess})
			if total := at(answer, "total", "values", 1); total != "0" {
				t.Errorf("the guess %s is confirmed: %v", guess, total)
			}
			body := map[string]any{"group": []map[string]any{{"cases": []string{guess}}}, "measures": []map[string]any{{"fn": "count", "filter": guess}, {"fn": "distinct", "field": "customer"}}}
			rows := list(seller.must(200, "POST", "opportunities/aggregate", body)["rows"])
			if got := fmt.Sprint(rows); got != "[map[group:[<nil>] measures:[0 0]]]" {
				t.Errorf("the guess %s is grouped as %s", guess, got)
			}
		}
		for _, group := range []map[string]any{{"field": "customer.industry"}, {"field": "customer.employees"}, {"field": "customer.address.city"}, {"field": "customer.name"}, {"field": "customer.owner"}} {
			rows := seller.must(200, "POST", "opportunities/aggregate", map[string]any{"group": []map[string]any{group}, "measures": []map[string]any{{"fn": "count"}, {"fn": "max", "field": "customer.employees"}}})["rows"]
			if at(rows, 0, "group", 0, "hidden") != true || at(rows, 0, "measures", 1) != nil || strings.Contains(fmt.Sprint(rows), secret) {
				t.Errorf("%v tells %v", group, rows)
			}
		}
		// Without the right to a field nothing of it is offered or answered.
		role := admin.add("roles", map[string]any{"name": "半盲", "rights": map[string]any{"*": map[string]any{"view": "all"}},
			"field_access": map[string]any{"opportunity": map[string]any{"amount": "hidden", "source": "hidden"}, "customer": map[string]any{"industry": "hidden"}, "activity": map[string]any{"kind": "hidden"}}})
		admin.must(200, "PATCH", "users/"+people["colleague"].id, map[string]any{"role": role})
		half := people["colleague"]
		offered := fmt.Sprint(half.must(200, "GET", "analyses", nil))
		for _, name := range []string{"amount", "deal_source", "industry", "visits", "average"} {
			if strings.Contains(offered, "name:"+name+" ") || strings.Contains(offered, "name:"+name+"]") {
				t.Errorf("%s is offered to who may not read it: %s", name, offered)
			}
		}
		for name, sets := range map[string][]map[string]any{
			"sales":    {{"by": "industry"}, {"by": "month", "measure": "amount"}, {"by": "deal_source"}, {"by": "month", "filter": "amount > 5"}, {"by": "month", "filter": `customer.industry = "x"`}},
			"followup": {{"by": "kind"}, {"measure": "visits"}, {"filter": `kind = "visit"`}},
		} {
			for _, set := range sets {
				if status, text := run(half, name, set); status != 422 || strings.Contains(text, ".37") {
					t.Errorf("%s %v answered %d %s", name, set, status, text)
				}
			}
		}
		if status, text := run(half, "funnel", map[string]any{"period": "all"}); status != 200 || strings.Contains(text, ".37") {
			t.Errorf("the funnel tells amounts: %d %s", status, text)
		}
		blind := admin.add("roles", map[string]any{"name": "看不到階段", "rights": map[string]any{"*": map[string]any{"view": "all"}}, "field_access": map[string]any{"opportunity": map[string]any{"stage": "hidden"}}})
		admin.must(200, "PATCH", "users/"+people["colleague"].id, map[string]any{"role": blind})
		for _, name := range []string{"funnel", "winloss", "traits", "sales"} {
			if status, _ := run(half, name, map[string]any{}); status != 404 {
				t.Errorf("%s answered %d without the right to the stage", name, status)
			}
		}
		for _, body := range []map[string]any{
			{"group": []map[string]any{{"field": "stage.reached"}}, "measures": []map[string]any{{"fn": "count"}}}, {"filter": `stage.reached = "won"`, "measures": []map[string]any{{"fn": "count"}}},
		} {
			half.must(422, "POST", "opportunities/aggregate", body)
		}
	})
}

// A file holds numbers as numbers and months as dates, under the names of the reader's
// language, and only of records that may be exported.
func TestAnalysisIsExportedAsAWorkbook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		for i, who := range []string{"seller", "stranger", "stranger"} {
			people[who].add("opportunities", map[string]any{"name": fmt.Sprint(i), "stage": "won", "amount": map[string]any{"amount": strconv.Itoa(1000 * (i + 1))}})
		}
		month := time.Now().UTC().Format("2006-01")
		export := func(p *person, set string) (int, [][]sheetCell) {
			status, body := p.raw("POST", "/api/v1/analyses/sales/actions/export", "application/json", []byte(set))
			if status != 200 {
				return status, nil
			}
			rows, err := cellsOf([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			return status, rows
		}
		if status, _ := export(people["seller"], `{}`); status != 403 {
			t.Errorf("without the right to export it answers %d", status)
		}
		_, rows := export(people["boss"], `{"by": "month", "period": "this_month", "compare": "previous"}`)
		if len(rows) != 3 || rows[0][0].text != "月份" || rows[0][1].text != "成交金額 (TWD)" || !strings.HasPrefix(rows[0][2].text, "成交金額 (TWD) · ") {
			t.Fatalf("the file holds %v", rows)
		}
		if c := rows[1][0]; !c.date || time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(c.number)).Format("2006-01-02") != month+"-01" {
			t.Errorf("the month is %v", c)
		}
		if c := rows[1][1]; c.number != 6000 || c.text != "" {
			t.Errorf("the amount is %v", c)
		}
		// Seen by all, exported by department only.
		role := admin.add("roles", map[string]any{"name": "報表", "rights": map[string]any{"*": map[string]any{"view": "all", "export": "department"}}})
		admin.must(200, "PATCH", "users/"+people["colleague"].id, map[string]any{"role": role, "language": "en"})
		people["colleague"] = w.signIn("colleague")
		_, rows = export(people["colleague"], `{"by": "owner", "period": "this_month"}`)
		if len(rows) < 3 || rows[0][0].text != "Salesperson" || rows[len(rows)-1][1].number != 1000 {
			t.Errorf("the file of one department holds %v", rows)
		}
	})
}

// sheetCell is a cell of a workbook as its file says it: a text, or a number that may be
// a date.
type sheetCell struct {
	text   string
	number float64
	date   bool
}

var cellForm = regexp.MustCompile(`<c r="([A-Z]+)\d+"(?: s="(\d)")?(?: t="(\w+)")?>(?:<v>([^<]*)</v>|<is><t[^>]*>([^<]*)</t></is>)</c>`)

// cellsOf reads the first sheet of a workbook.
func cellsOf(content []byte) ([][]sheetCell, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	part, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	defer func() { _ = part.Close() }()
	text, err := io.ReadAll(part)
	if err != nil {
		return nil, err
	}
	var rows [][]sheetCell
	for _, line := range strings.Split(string(text), "<row ")[1:] {
		var row []sheetCell
		for _, m := range cellForm.FindAllStringSubmatch(line, -1) {
			at := 0
			for _, letter := range m[1] {
				at = at*26 + int(letter-'A') + 1
			}
			for len(row) < at {
				row = append(row, sheetCell{})
			}
			c := &row[at-1]
			if m[3] == "inlineStr" {
				c.text = html.UnescapeString(m[5])
				continue
			}
			c.number, _ = strconv.ParseFloat(m[4], 64)
			c.date = m[2] == "2"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// A view may be an analysis: it is kept, shared and starred like any other, and nobody
// uses one he may not ask himself.
func TestSavedAnalysisIsSharedLikeAView(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		boss := people["boss"]
		view := boss.must(201, "POST", "views", map[string]any{"object": "opportunity", "name": "本季業績", "analysis": "sales", "filter": `source = "web"`, "settings": map[string]any{"by": "owner", "period": "this_quarter"}, "shared_with": "all"})
		id := fmt.Sprint(view["id"])
		if at(view, "settings", "by") != "owner" || view["analysis"] != "sales" {
			t.Errorf("it is kept as %v", view)
		}
		for what, in := range map[string]map[string]any{
			"no such analysis":  {"analysis": "nope"},
			"another's object":  {"analysis": "followup"},
			"no such dimension": {"analysis": "sales", "settings": map[string]any{"by": "nope"}},
			"no such setting":   {"analysis": "sales", "settings": []any{"x"}},
			"a wrong filter":    {"analysis": "sales", "filter": "nope = 1"},
		} {
			in["object"], in["name"] = "opportunity", "x"
			if status, answer := boss.call("POST", "views", in); status != 422 {
				t.Errorf("%s answered %d %v", what, status, answer)
			}
		}
		seller := people["seller"]
		if got := seller.must(200, "GET", "views/"+id, nil); at(got, "settings", "period") != "this_quarter" || got["mine"] != false {
			t.Errorf("the seller is shown %v", got)
		}
		star := seller.must(200, "PUT", "favorites/view/"+id, nil)
		if star["analysis"] != "sales" || star["of"] != "opportunity" {
			t.Errorf("it is starred as %v", star)
		}
		blind := admin.add("roles", map[string]any{"name": "看不到階段", "rights": map[string]any{"*": map[string]any{"view": "all"}}, "field_access": map[string]any{"opportunity": map[string]any{"stage": "hidden"}}})
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"role": blind})
		seller.must(404, "GET", "views/"+id, nil)
		if text := fmt.Sprint(seller.must(200, "GET", "views", nil), seller.must(200, "GET", "favorites", nil)); strings.Contains(text, "本季業績") {
			t.Errorf("who may not ask it is shown %s", text)
		}
	})
}

// Groups of related records, of times, of cases and spans are those of an evaluator that
// reads one record after another.
func TestAggregateMeasuresWhatRecordsHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(200, "PATCH", "me", map[string]any{"time_zone": "America/New_York"})
		industries := map[string]string{}
		for _, industry := range []string{"電子", "紡織"} {
			industries[industry] = admin.add("customers", map[string]any{"name": industry, "industry": industry, "employees": len(industries) + 5})
		}
		for i, in := range []map[string]any{
			{"customer": industries["電子"], "due_at": "2026-03-08T05:30:00Z"}, {"customer": industries["電子"], "due_at": "2026-03-08T12:00:00Z"}, {"customer": industries["紡織"], "due_at": "2026-04-01T03:59:00Z"}, {"due_at": "2026-04-01T04:00:00Z"}, {},
		} {
			in["subject"] = fmt.Sprint("事", i)
			admin.add("tasks", in)
		}
		ask := func(group, measures string) string {
			t.Helper()
			status, answer := admin.call("POST", "tasks/aggregate", json.RawMessage(`{"group":[`+group+`],"measures":[`+measures+`]}`))
			if status != 200 {
				t.Fatalf("%s %s answered %d %v", group, measures, status, answer)
			}
			var rows []string
			for _, r := range list(answer["rows"]) {
				rows = append(rows, fmt.Sprintf("%v%v", at(r, "group"), at(r, "measures")))
			}
			slices.Sort(rows)
			return strings.Join(rows, " ")
		}
		for _, c := range []struct{ group, measures, want string }{
			{`{"field":"due_at","by":"week"}`, `{"fn":"count"}`, "[2026-03-02][2] [2026-03-30][2] [<nil>][1]"},
			{`{"field":"due_at","by":"quarter"}`, `{"fn":"count"}`, "[2026-Q1][3] [2026-Q2][1] [<nil>][1]"},
			{`{"field":"due_at","by":"day"}`, `{"fn":"count"}`, "[2026-03-08][2] [2026-03-31][1] [2026-04-01][1] [<nil>][1]"},
			{`{"field":"customer.industry"}`, `{"fn":"count"},{"fn":"sum","field":"customer.employees"},{"fn":"distinct","field":"customer"}`, "[<nil>][2 <nil> 0] [紡織][1 6 1] [電子][2 10 1]"},
			{`{"field":"customer.industry"}`, `{"fn":"count","filter":"due_at > \"2026-03-08T06:00:00Z\""},{"fn":"count"},{"fn":"ratio","of":[0,1]}`, "[<nil>][1 2 0.5000] [紡織][1 1 1.0000] [電子][1 2 0.5000]"},
			{`{"cases":["customer.industry = \"電子\"","customer IS NOT EMPTY"]}`, `{"fn":"count"}`, "[0][2] [1][1] [<nil>][2]"},
			{``, `{"fn":"median","field":"customer.employees"},{"fn":"avg","field":"customer.employees"},{"fn":"max","field":"customer.employees"}`, "[][5 5 6]"},
			{``, `{"fn":"median","field":"due_at","to":"due_at"},{"fn":"known","field":"customer.employees"}`, "[][0 3]"},
		} {
			if got := ask(c.group, c.measures); got != c.want {
				t.Errorf("%s %s: %s, not %s", c.group, c.measures, got, c.want)
			}
		}
		for _, body := range []string{
			`{"measures":[{"fn":"ratio","of":[0,1]}]}`, `{"measures":[{"fn":"count"},{"fn":"ratio","of":[0,1]}]}`, `{"measures":[{"fn":"count"},{"fn":"ratio","of":[-1,0]}]}`, `{"measures":[{"fn":"avg","field":"subject","to":"due_at"}]}`,
			`{"group":[{"cases":["x = "]}],"measures":[{"fn":"count"}]}`, `{"group":[{"cases":[""]}],"measures":[{"fn":"count"}]}`, `{"group":[{"field":"customer.nope"}],"measures":[{"fn":"count"}]}`, `{"group":[{"field":"customer.parent.parent.parent.parent.name"}],"measures":[{"fn":"count"}]}`,
			`{"group":[{"field":"customer.industry","by":"week"}],"measures":[{"fn":"count"}]}`, `{"group":[{"field":"due_at","by":"decade"}],"measures":[{"fn":"count"}]}`, `{"measures":[{"fn":"distinct","field":"watchers"}]}`,
			`{"filter":"customer.nothing.count() > 1","measures":[{"fn":"count"}]}`, `{"filter":"contacts.count() > 1","measures":[{"fn":"count"}]}`,
		} {
			if status, answer := admin.call("POST", "tasks/aggregate", json.RawMessage(body)); status != 422 {
				t.Errorf("%s answered %d %v", body, status, answer)
			}
		}
		// Lists count what belongs to a record, too.
		for filter, want := range map[string]string{`tasks.count() >= 2`: "電子", `tasks.count() = 1`: "紡織", `tasks.count(due_at < "2026-03-08T06:00:00Z") < 1`: "紡織", `tasks.count() != 2`: "紡織", `{"count":"tasks","op":">","value":1}`: "電子"} {
			if got := admin.names("customers?sort=name&filter=" + url.QueryEscape(filter)); got != want {
				t.Errorf("%s finds %q", filter, got)
			}
		}
		if found := list(admin.must(200, "GET", "tasks?filter="+url.QueryEscape(`customer.tasks.count() > 1`), nil)["records"]); len(found) != 2 || at(found[0], "customer", "label") != "電子" {
			t.Errorf("tasks of a customer with several: %v", found)
		}
	})
}

// analysed attacks by analyses: nothing of the victim's stands in any.
func analysed(t testing.TB, x *attack) {
	for _, v := range list(x.attacker.must(200, "GET", "analyses", nil)["analyses"]) {
		name := fmt.Sprint(at(v, "name"))
		for _, set := range []map[string]any{
			{"period": "all"}, {"period": "all", "by": "owner"}, {"period": "all", "by": "industry"}, {"period": "all", "filter": `NOT owner = me()`}, {"period": "all", "filter": `id = "` + x.ids["opportunities"] + `"`},
			{"filter": "(("}, {"by": "nope"}, {"period": "x"}, {"compare": "x"}, {"on": "amount"}, {"by": "owner", "split": "owner"}, {"pipeline": "x"}, {"filter": `{"field":"name","op":"=","value":"x"}`},
		} {
			status, answer := x.attacker.call("POST", "analyses/"+name+"/actions/run", set)
			text := fmt.Sprint(answer)
			if status >= 500 || strings.Contains(text, secret) {
				t.Errorf("%s %v answered %d %s", name, set, status, text)
			}
			for _, r := range append(list(answer["rows"]), answer["total"]) {
				for _, v := range list(at(r, "values")) {
					if n, ok := new(big.Rat).SetString(fmt.Sprint(v)); ok && n.Sign() != 0 {
						t.Errorf("%s %v counts what is not the attacker's: %v", name, set, r)
					}
				}
			}
		}
	}
	x.refused(t, "POST", "analyses/nope/actions/run", map[string]any{}, 404)
}

func exportedAnalyses(t testing.TB, x *attack) {
	for _, name := range []string{"sales", "funnel", "winloss", "traits", "followup"} {
		x.refused(t, "POST", "analyses/"+name+"/actions/export", map[string]any{}, 403)
		status, body := x.exporter.raw("POST", "/api/v1/analyses/"+name+"/actions/export", "application/json", []byte(`{"period":"all"}`))
		if status != 200 {
			t.Errorf("the exporter's own file answered %d", status)
			continue
		}
		rows, err := cellsOf([]byte(body))
		if err != nil || strings.Contains(fmt.Sprint(rows), secret) || strings.Contains(fmt.Sprint(rows), "777000") {
			t.Errorf("the file of %s holds %v, %v", name, rows, err)
		}
	}
}
