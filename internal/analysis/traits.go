package analysis

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// The figures of traits, in their order.
const (
	firstFigure = iota
	secondFigure
	shareOfFirstFigure
	shareOfSecondFigure
	rateFigure
	liftFigure
)

const (
	// leastOfEach is how many of each kind there must be before anything is said.
	leastOfEach = 10
	// leastOfTrait is how many records must have a trait before anything is said of it.
	leastOfTrait = 5
	// falsely is the share of wrong finds among those that are called sure.
	falsely = 0.05
)

func (f *offered) traitFigures(a *policy.Actor) []Figure {
	first, second := f.figure(a, f.measures[0]), f.figure(a, f.measures[1])
	first.Source, second.Source = ownSource, ownSource
	of := func(m schema.Measure) map[string]string { return map[string]string{"what": m.Label.In(a.Language)} }
	return []Figure{
		first, second,
		{Name: "share_first", Label: word(a, "analysis_share_of", of(f.measures[0])), Unit: schema.UnitShare},
		{Name: "share_second", Label: word(a, "analysis_share_of", of(f.measures[1])), Unit: schema.UnitShare},
		{Name: "rate", Label: word(a, "analysis_won_share", nil), Unit: schema.UnitShare},
		{Name: "lift", Label: word(a, "analysis_lift", nil), Unit: schema.UnitTimes},
	}
}

// trait is what some records have, and how many of either kind those are.
type trait struct {
	row           Row
	first, second int64
	p             float64
}

// traits answers what the records of the first measure have in common against those of
// the second.
//
// Of each trait it tells the lift, P(won | trait) / P(won): how many times as often deals
// with it are won as all are (Brin, Motwani, Ullman, Tsur 1997, "Dynamic itemset
// counting"). Whether that may be chance is tested with Fisher's exact test, two-sided,
// which holds for small numbers too (Agresti, "Categorical Data Analysis", 3.5). Since so
// many traits are tested at once, those are called sure of which by Benjamini and Hochberg
// (1995) at most one in twenty is expected to be chance.
func (r *run) traits(ctx context.Context, answer *Answer) error {
	answer.Measures = r.f.traitFigures(r.a)
	own := r.source(nil)
	own.raw = []query.Measure{{Fn: "count", Filter: r.f.measures[0].Filter}, {Fn: "count", Filter: r.f.measures[1].Filter}}
	var won, lost int64
	if _, err := r.sums(ctx, own, r.span, nil, func(_ []string, f figures) { won, lost = whole(f[0]), whole(f[1]) }); err != nil {
		return err
	}
	var list []*trait
	for i := range r.f.dimensions {
		d := &r.f.dimensions[i]
		g, ok := r.grouping(own, d)
		if !ok {
			continue
		}
		found := map[string][2]int64{}
		if _, err := r.sums(ctx, own, r.span, []grouping{g}, func(keys []string, f figures) { found[keys[0]] = [2]int64{whole(f[0]), whole(f[1])} }); err != nil {
			return err
		}
		keys := make([]string, 0, len(found))
		for key := range found {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		labels, err := r.labels(ctx, g, keys)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if last(key) != 0 || found[key][0]+found[key][1] == 0 {
				continue // what is not known of a record is no trait of it
			}
			t := &trait{row: Row{Key: d.Name + key, Label: labels[key], Group: d.Label.In(r.a.Language)}, first: found[key][0], second: found[key][1]}
			if where, ok := r.traitWhere(own, d, key); ok {
				t.row.Where = map[string]string{ownSource: where}
			}
			list = append(list, t)
		}
	}
	r.judge(list, won, lost)
	slices.SortStableFunc(list, func(x, y *trait) int {
		if x.row.Sure != y.row.Sure {
			return map[bool]int{true: -1, false: 1}[x.row.Sure]
		}
		if x.row.Sure {
			return cmp.Compare(strength(y, won, lost), strength(x, won, lost))
		}
		return cmp.Compare(y.first+y.second, x.first+x.second)
	})
	if len(list) > maxRows {
		answer.Left, list = len(list)-maxRows, list[:maxRows]
	}
	for _, t := range list {
		answer.Rows = append(answer.Rows, t.row)
	}
	answer.Total = Row{Label: word(r.a, "analysis_total", nil), Where: map[string]string{ownSource: own.where(r.span)},
		Values: []*string{countText(won), countText(lost), nil, nil, share(won, won+lost), nil}}
	answer.Dimension = Choice{Label: word(r.a, "analysis_trait", nil)}
	switch sure := slices.ContainsFunc(list, func(t *trait) bool { return t.row.Sure }); {
	case min(won, lost) < leastOfEach:
		answer.Note = word(r.a, "analysis_few", map[string]string{"won": *countText(won), "lost": *countText(lost), "least": *countText(leastOfEach)})
	case !sure:
		answer.Note = word(r.a, "analysis_none_sure", nil)
	}
	return nil
}

// traitWhere is the filter of the records that have a trait.
func (r *run) traitWhere(s *source, d *schema.Dimension, key string) (string, bool) {
	where, ok := r.within(s, d, key, nil)
	return all(s.where(r.span), where), ok
}

func whole(v *big.Rat) int64 {
	if v == nil || !v.IsInt() {
		return 0
	}
	return v.Num().Int64()
}

// strength is how far a trait's share of the won lies from that of all.
func strength(t *trait, won, lost int64) float64 {
	return math.Abs(float64(t.first)/float64(t.first+t.second)-float64(won)/float64(won+lost)) * math.Sqrt(float64(t.first+t.second))
}

// judge says of each trait how often deals with it are won, and whether that may be
// chance.
func (r *run) judge(list []*trait, won, lost int64) {
	var tested []*trait
	enough := min(won, lost) >= leastOfEach
	for _, t := range list {
		n := t.first + t.second
		rate := share(t.first, n)
		var lift *string
		if won > 0 {
			lift = textOf(new(big.Rat).Mul(big.NewRat(t.first, n), big.NewRat(won+lost, won)), schema.UnitTimes)
		}
		t.row.Values = []*string{countText(t.first), countText(t.second), share(t.first, won), share(t.second, lost), rate, lift}
		t.row.Small = !enough || n < leastOfTrait
		if t.p = 1; !t.row.Small && n < won+lost {
			t.p = fisher(t.first, won-t.first, t.second, lost-t.second)
			tested = append(tested, t)
		}
	}
	slices.SortFunc(tested, func(x, y *trait) int { return cmp.Compare(x.p, y.p) })
	for i := len(tested) - 1; i >= 0; i-- {
		if tested[i].p <= falsely*float64(i+1)/float64(len(tested)) {
			for _, t := range tested[:i+1] {
				t.row.Sure = true
			}
			break
		}
	}
	all := record.Ratio(countText(won), countText(won+lost))
	for _, t := range list {
		code := "analysis_trait_alike"
		switch {
		case t.row.Small:
			code = "analysis_trait_small"
		case t.row.Sure && t.first*(won+lost) > won*(t.first+t.second):
			code = "analysis_trait_more"
		case t.row.Sure:
			code = "analysis_trait_less"
		}
		t.row.Text = word(r.a, code, map[string]string{
			"group": t.row.Group, "value": t.row.Label, "rate": percent(t.row.Values[rateFigure]), "all": percent(all), "n": *countText(t.first + t.second),
			"first": percent(t.row.Values[shareOfFirstFigure]), "second": percent(t.row.Values[shareOfSecondFigure]),
		})
	}
}

// percent writes a share as people read it.
func percent(share *string) string {
	if share == nil {
		return "–"
	}
	v, ok := new(big.Rat).SetString(*share)
	if !ok {
		return "–"
	}
	return v.Mul(v, big.NewRat(100, 1)).FloatString(0) + "%"
}

// fisher is the chance of a table of two by two that is no likelier than this one, where
// both its margins are given and rows and columns have nothing to do with each other:
// Fisher's exact test, two-sided.
func fisher(a, b, c, d int64) float64 {
	first, second, column := a+b, c+d, a+c
	least, most := max(0, column-second), min(first, column)
	logOf := func(x int64) float64 {
		return choose(first, x) + choose(second, column-x) - choose(first+second, column)
	}
	this := logOf(a)
	var p float64
	for x := least; x <= most; x++ {
		// As likely as this one counts too, whatever the last digits say.
		if l := logOf(x); l <= this+1e-7 {
			p += math.Exp(l)
		}
	}
	return min(p, 1)
}

// choose is the logarithm of the number of ways to take k of n.
func choose(n, k int64) float64 {
	lgamma := func(x int64) float64 {
		v, _ := math.Lgamma(float64(x) + 1)
		return v
	}
	return lgamma(n) - lgamma(k) - lgamma(n-k)
}
