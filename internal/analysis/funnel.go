package analysis

import (
	"context"
	"math/big"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// The figures of a funnel's stages, in their order.
const (
	reachedFigure = iota
	fromBeforeFigure
	fromFirstFigure
	nowFigure
	lostFigure
	medianFigure
	averageFigure
	amountFigure
)

// amountField is what a funnel adds up besides counting: the amount of a deal.
const amountField = "amount"

func funnelFigures(a *policy.Actor, o *schema.Object) []Figure {
	list := []Figure{
		{Name: "reached", Label: word(a, "analysis_reached", nil), Unit: schema.UnitCount, Plural: o.Plural, Source: ownSource},
		{Name: "from_before", Label: word(a, "analysis_from_before", nil), Unit: schema.UnitShare},
		{Name: "from_first", Label: word(a, "analysis_from_first", nil), Unit: schema.UnitShare},
		{Name: "now", Label: word(a, "analysis_now", nil), Unit: schema.UnitCount, Plural: o.Plural, Source: ownSource},
		{Name: "lost", Label: word(a, "analysis_lost_here", nil), Unit: schema.UnitCount, Less: true, Plural: o.Plural, Source: ownSource},
		{Name: "median_days", Label: word(a, "analysis_median_days", nil), Unit: schema.UnitDays, Less: true},
		{Name: "average_days", Label: word(a, "analysis_average_days", nil), Unit: schema.UnitDays, Less: true},
	}
	if f := o.Field(amountField); f != nil && f.Type == "money" && a.Readable(o, f) {
		list = append(list, Figure{Name: "amount", Label: word(a, "analysis_amount_reached", nil), Unit: schema.UnitMoney, Plural: o.Plural, Source: ownSource})
	}
	return list
}

// ownSource is the name of the source that is the analysis' own object.
const ownSource = "own"

// noList stands in place of a filter where no list shows the records.
const noList = "-"

// step is a stage of a funnel.
type step struct {
	*schema.Option
	at        int
	reached   int64
	now, lost int64
	amount    *big.Rat
	times     *[2]int64
}

// stages are those of the funnel's pipeline on the way to success.
func (r *run) stages() (steps []*step, at map[string]int) {
	f := r.f.object.Field(r.f.object.Stage)
	at = map[string]int{}
	for i := range f.Options {
		o := &f.Options[i]
		at[o.Value] = i
		if o.Kind != schema.Lost && (r.f.object.Pipeline == "" || o.Pipeline == r.set.Pipeline) {
			steps = append(steps, &step{Option: o, at: i, amount: new(big.Rat)})
		}
	}
	return steps, at
}

// entered is the filter of all that entered the funnel in a span.
func (r *run) entered(span Span) string {
	pipeline := ""
	if o := r.f.object; o.Pipeline != "" {
		pipeline = o.Pipeline + " = " + quote(r.set.Pipeline)
	}
	return all(r.f.Base, span.within(r.set.On), pipeline, r.set.Filter)
}

// asking is the request for sums of what entered in a span.
func (r *run) asking(span Span) record.SumRequest {
	pipeline := ""
	if o := r.f.object; o.Pipeline != "" {
		pipeline = o.Pipeline + " = " + quote(r.set.Pipeline)
	}
	return record.SumRequest{Filter: all(r.f.Base, pipeline, r.set.Filter), Span: span.node(r.set.On), Verb: r.verb}
}

// funnel answers how far those came that entered in the period.
func (r *run) funnel(ctx context.Context, answer *Answer) error {
	if r.by != nil {
		return r.cohorts(ctx, answer)
	}
	answer.Measures = funnelFigures(r.a, r.f.object)
	answer.Dimension = Choice{Name: r.f.object.Stage, Label: r.f.object.Field(r.f.object.Stage).Label.In(r.a.Language)}
	now, err := r.steps(ctx, r.span)
	if err != nil {
		return err
	}
	var before []*step
	if r.before != nil {
		if before, err = r.steps(ctx, *r.before); err != nil {
			return err
		}
	}
	stage := r.f.object.Stage
	for i, s := range now {
		if s.Inactive && s.reached == 0 && s.now == 0 {
			continue
		}
		row := Row{Key: "=" + s.Value, Label: s.Label.In(r.a.Language), Values: r.stepValues(answer, now, i), Where: map[string]string{ownSource: r.entered(r.span)}}
		reached := stage + ".reached >= " + quote(s.Value)
		row.Filters = []string{reached, noList, noList, stage + " = " + quote(s.Value), stage + " = lost() AND " + stage + ".reached = " + quote(s.Value), noList, noList, reached}[:len(answer.Measures)]
		if r.before != nil {
			row.Before, row.WhereBefore = r.stepValues(answer, before, i), map[string]string{ownSource: r.entered(*r.before)}
		}
		answer.Rows = append(answer.Rows, row)
	}
	total := func(steps []*step) []*string {
		list := make([]*string, len(answer.Measures))
		if len(steps) == 0 {
			return list
		}
		first, last := steps[0], steps[len(steps)-1]
		list[reachedFigure] = countText(first.reached)
		if last.Kind == schema.Won {
			list[fromFirstFigure] = share(last.reached, first.reached)
		}
		var in, lost int64
		for _, s := range steps {
			in, lost = in+s.now, lost+s.lost
		}
		list[nowFigure], list[lostFigure] = countText(in), countText(lost)
		if len(list) > amountFigure {
			list[amountFigure] = textOf(first.amount, schema.UnitMoney)
		}
		return list
	}
	answer.Total = Row{Label: word(r.a, "analysis_total", nil), Values: total(now), Where: map[string]string{ownSource: r.entered(r.span)}}
	answer.Total.Filters = []string{"", noList, noList, not(stage + " = lost()"), stage + " = lost()", noList, noList, ""}[:len(answer.Measures)]
	if r.before != nil {
		answer.Total.Before, answer.Total.WhereBefore = total(before), map[string]string{ownSource: r.entered(*r.before)}
	}
	return nil
}

func countText(n int64) *string { return textOf(new(big.Rat).SetInt64(n), schema.UnitCount) }

func share(part, whole int64) *string { return record.Ratio(countText(part), countText(whole)) }

// stepValues are the figures of a stage.
func (r *run) stepValues(answer *Answer, steps []*step, i int) []*string {
	s := steps[i]
	list := make([]*string, len(answer.Measures))
	list[reachedFigure] = countText(s.reached)
	if i > 0 {
		list[fromBeforeFigure] = share(s.reached, steps[i-1].reached)
	}
	list[fromFirstFigure] = share(s.reached, steps[0].reached)
	list[nowFigure], list[lostFigure] = countText(s.now), countText(s.lost)
	if s.times != nil {
		const day = 24 * 60 * 60 * 1_000_000
		list[medianFigure], list[averageFigure] = textOf(big.NewRat(s.times[1], day), schema.UnitDays), textOf(big.NewRat(s.times[0], day), schema.UnitDays)
	}
	if len(list) > amountFigure {
		list[amountFigure] = textOf(s.amount, schema.UnitMoney)
	}
	return list
}

// steps reads the stages of what entered in a span.
func (r *run) steps(ctx context.Context, span Span) ([]*step, error) {
	steps, at := r.stages()
	o := r.f.object
	asked := r.asking(span)
	asked.Groups = []query.Group{{Field: o.Stage + ".reached"}, {Field: o.Stage}}
	asked.Measures = []query.Measure{{Fn: "count"}}
	if len(funnelFigures(r.a, o)) > amountFigure {
		asked.Measures = append(asked.Measures, query.Measure{Fn: "sum", Field: amountField})
	}
	sums, err := r.s.Records.Sums(ctx, r.a, o, asked)
	if err != nil {
		return nil, err
	}
	if span == r.span {
		r.money = sums.Converted
	}
	stage := o.Field(o.Stage)
	for _, row := range sums.Rows {
		reached, _ := row.Group[0].(string)
		current, _ := row.Group[1].(string)
		furthest, known := at[reached]
		if !known {
			continue
		}
		n := number(row.Measures[0])
		kind := schema.Open
		if option := stage.Option(current); option != nil && option.Kind != "" {
			kind = option.Kind
		}
		for _, s := range steps {
			if furthest >= s.at {
				s.reached += n
				if len(row.Measures) > 1 && row.Measures[1] != nil {
					if v, ok := new(big.Rat).SetString(*row.Measures[1]); ok {
						s.amount = new(big.Rat).Add(s.amount, v)
					}
				}
			}
			if s.Value == current {
				s.now += n
			}
			if kind == schema.Lost && s.at == furthest {
				s.lost += n
			}
		}
	}
	times, err := r.s.Records.StageTimes(ctx, r.a, o, r.asking(span))
	if err != nil {
		return nil, err
	}
	for _, t := range times {
		if i := slices.IndexFunc(steps, func(s *step) bool { return s.Value == t.Stage }); i >= 0 {
			steps[i].times = &[2]int64{t.Average, t.Median}
		}
	}
	return steps, nil
}

func number(text *string) int64 {
	if text == nil {
		return 0
	}
	v, ok := new(big.Rat).SetString(*text)
	if !ok || !v.IsInt() {
		return 0
	}
	return v.Num().Int64()
}

// cohorts answers how far those came that entered, group by group: by the month in which
// they entered, say.
func (r *run) cohorts(ctx context.Context, answer *Answer) error {
	steps, at := r.stages()
	o := r.f.object
	own := &source{name: ownSource, object: o, at: r.set.On, base: r.f.Base, own: true}
	r.found = []*source{own}
	g, _ := r.grouping(own, r.by)
	won := int64(-1)
	for _, s := range steps {
		answer.Columns = append(answer.Columns, Column{Key: s.Value, Label: s.Label.In(r.a.Language), Where: o.Stage + ".reached >= " + quote(s.Value)})
		if s.Kind == schema.Won {
			won = int64(s.at)
		}
	}
	answer.Measures = []Figure{
		{Name: "entered", Label: word(r.a, "analysis_entered", nil), Unit: schema.UnitCount, Plural: o.Plural, Source: ownSource},
		{Name: "won", Label: word(r.a, "analysis_won", nil), Unit: schema.UnitCount, Plural: o.Plural, Source: ownSource, Filter: o.Stage + " = won()"},
		{Name: "rate", Label: word(r.a, "analysis_won_share", nil), Unit: schema.UnitShare},
	}
	read := func(span Span) (map[string][]int64, error) {
		asked := r.asking(span)
		asked.Groups = []query.Group{g.asked(), {Field: o.Stage + ".reached"}}
		asked.Measures = []query.Measure{{Fn: "count"}}
		sums, err := r.s.Records.Sums(ctx, r.a, o, asked)
		if err != nil {
			return nil, err
		}
		found := map[string][]int64{}
		for _, row := range sums.Rows {
			key := keyOf(row.Group[0])
			reached, _ := row.Group[1].(string)
			furthest, known := at[reached]
			if !known {
				continue
			}
			counts := found[key]
			if counts == nil {
				counts = make([]int64, len(steps)+1)
				found[key] = counts
			}
			n := number(row.Measures[0])
			for i, s := range steps {
				if furthest >= s.at {
					counts[i] += n
				}
			}
			if int64(furthest) == won {
				counts[len(steps)] += n
			}
		}
		return found, nil
	}
	now, err := read(r.span)
	if err != nil {
		return err
	}
	before := map[string][]int64{}
	if r.before != nil {
		if before, err = read(*r.before); err != nil {
			return err
		}
	}
	keysOf := func(found map[string][]int64) map[*source]map[string]figures {
		keys := map[string]figures{}
		for key := range found {
			keys[key] = nil
		}
		return map[*source]map[string]figures{own: keys}
	}
	keys, err := r.keys(ctx, g, r.by, keysOf(now), keysOf(before))
	if err != nil {
		return err
	}
	values := func(counts []int64) []*string {
		if counts == nil {
			counts = make([]int64, len(steps)+1)
		}
		return []*string{countText(counts[0]), countText(counts[len(steps)]), share(counts[len(steps)], counts[0])}
	}
	if len(steps) == 0 {
		return nil
	}
	totals, totalsBefore := make([]int64, len(steps)+1), make([]int64, len(steps)+1)
	for _, k := range keys {
		row := Row{Key: k.key, Label: k.label, Start: k.start, BeforeLabel: k.before.label, Values: values(now[k.key]), Where: map[string]string{}}
		where := func(key string, part *Span, span Span) (string, bool) {
			text, ok := r.within(own, r.by, key, part)
			if part != nil {
				span = *part
				text = ""
			}
			return all(r.entered(span), text), ok && key != "-"
		}
		if text, ok := where(k.key, k.now, r.span); ok {
			row.Where[ownSource] = text
		}
		for i := range steps {
			n := int64(0)
			if counts := now[k.key]; counts != nil {
				n = counts[i]
			}
			row.Cells = append(row.Cells, countText(n))
		}
		if r.before != nil {
			row.Before, row.WhereBefore = values(before[k.before.key]), map[string]string{}
			if text, ok := where(k.before.key, k.before.now, *r.before); ok {
				row.WhereBefore[ownSource] = text
			}
		}
		for i, n := range now[k.key] {
			totals[i] += n
		}
		answer.Rows = append(answer.Rows, row)
	}
	for _, counts := range before {
		for i, n := range counts {
			totalsBefore[i] += n
		}
	}
	if !r.by.IsTime() {
		order(answer.Rows, 0)
	}
	if len(answer.Rows) > maxRows {
		answer.Left, answer.Rows = len(answer.Rows)-maxRows, answer.Rows[:maxRows]
	}
	answer.Total = Row{Label: word(r.a, "analysis_total", nil), Values: values(totals), Where: map[string]string{ownSource: r.entered(r.span)}}
	for i := range steps {
		answer.Total.Cells = append(answer.Total.Cells, countText(totals[i]))
	}
	if r.before != nil {
		answer.Total.Before, answer.Total.WhereBefore = values(totalsBefore), map[string]string{ownSource: r.entered(*r.before)}
	}
	return nil
}
