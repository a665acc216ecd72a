package analysis

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
)

// maxRows and maxColumns are how many groups are told.
const (
	maxRows    = 500
	maxColumns = 60
)

// groups answers an analysis of that shape.
func (r *run) groups(ctx context.Context, answer *Answer) error {
	slots, unfiltered := r.sources()
	answer.Unfiltered = unfiltered
	now, err := r.read(ctx, r.span)
	if err != nil {
		return err
	}
	before := &table{}
	if r.before != nil {
		if before, err = r.read(ctx, *r.before); err != nil {
			return err
		}
	}
	for _, m := range r.f.measures {
		x := r.f.figure(r.a, m)
		if s, ok := slots[m.Name]; ok {
			x.Source = s.from.name
			r.through(&x, m, s.from)
		}
		answer.Measures = append(answer.Measures, x)
	}
	own := r.found[slices.IndexFunc(r.found, func(s *source) bool { return s.own })]
	main, _ := r.grouping(own, r.by)
	rows, err := r.keys(ctx, main, r.by, now.rows, before.rows)
	if err != nil {
		return err
	}
	var columns []group
	if r.split != nil {
		side, _ := r.grouping(own, r.split)
		seen := map[*source]map[string]figures{}
		chosen, ok := slots[r.measured().Name]
		if ok {
			seen[chosen.from] = map[string]figures{}
			for key, f := range now.cells[chosen.from] {
				seen[chosen.from][key[1]] = f
			}
		}
		if columns, err = r.keys(ctx, side, r.split, seen, nil); err != nil {
			return err
		}
		columns = columns[:min(len(columns), maxColumns)]
		of := own
		if ok {
			of = chosen.from
		}
		for _, c := range columns {
			where, told := r.within(of, r.split, c.key, c.now)
			answer.Columns = append(answer.Columns, Column{Key: c.key, Label: c.label, Where: where, Open: !told})
		}
	}
	for _, k := range rows {
		row := Row{Key: k.key, Label: k.label, BeforeLabel: k.before.label, Start: k.start, Where: map[string]string{}}
		row.Values = r.values(slots, r.of(now, k.key))
		for _, s := range r.found {
			if where, ok := r.rowWhere(s, k.key, k.now, r.span); ok {
				row.Where[s.name] = where
			}
		}
		if r.before != nil {
			row.Before, row.WhereBefore = r.values(slots, r.of(before, k.before.key)), map[string]string{}
			for _, s := range r.found {
				if where, ok := r.rowWhere(s, k.before.key, k.before.now, *r.before); ok {
					row.WhereBefore[s.name] = where
				}
			}
		}
		for _, c := range columns {
			values := r.values(slots, func(s *source) (figures, bool) {
				return now.cells[s][[2]string{k.key, c.key}], r.has(s, r.by) && r.has(s, r.split)
			})
			row.Cells = append(row.Cells, values[r.at(r.set.Measure)])
		}
		answer.Rows = append(answer.Rows, row)
	}
	if !r.by.IsTime() {
		order(answer.Rows, r.at(r.set.Measure))
	}
	if len(answer.Rows) > maxRows {
		answer.Left = len(answer.Rows) - maxRows
		answer.Rows = answer.Rows[:maxRows]
	}
	answer.Total = Row{Label: word(r.a, "analysis_total", nil), Values: r.values(slots, func(s *source) (figures, bool) { return now.total[s], true }), Where: map[string]string{}}
	for _, s := range r.found {
		answer.Total.Where[s.name] = s.where(r.span)
	}
	if r.before != nil {
		answer.Total.Before, answer.Total.WhereBefore = r.values(slots, func(s *source) (figures, bool) { return before.total[s], true }), map[string]string{}
		for _, s := range r.found {
			answer.Total.WhereBefore[s.name] = s.where(*r.before)
		}
	}
	if r.split != nil {
		return r.columnTotals(ctx, answer, slots, columns)
	}
	return nil
}

// columnTotals puts what each column comes to below it.
func (r *run) columnTotals(ctx context.Context, answer *Answer, slots map[string]slot, columns []group) error {
	by, split := r.by, r.split
	r.by, r.split = split, nil
	defer func() { r.by, r.split = by, split }()
	t, err := r.read(ctx, r.span)
	if err != nil {
		return err
	}
	for _, c := range columns {
		values := r.values(slots, r.of(t, c.key))
		answer.Total.Cells = append(answer.Total.Cells, values[r.at(r.set.Measure)])
	}
	return nil
}

// measured is the measure that stands in the columns: of a ratio, what it is part of.
func (r *run) measured() *schema.Measure {
	m := r.f.measure(r.set.Measure)
	for m.Fn == "ratio" {
		m = r.f.measure(m.Of[1])
	}
	return m
}

// through says that a figure counts what records refer to, where a list of those can be
// asked for: the customers of some activities.
func (r *run) through(x *Figure, m schema.Measure, s *source) {
	if m.Fn != "distinct" {
		return
	}
	f := s.object.Field(m.Field)
	if f == nil || f.Target() == "" || f.Many() != "" {
		x.Plural = ""
		return
	}
	target := r.a.Registry.Object(f.Target())
	for _, g := range s.object.Fields {
		if g.Target() == target.Name && !g.System {
			if g == f && r.a.May(target, policy.View) {
				x.Plural, x.Through = target.Plural, s.object.Plural
				return
			}
			break
		}
	}
	x.Plural = ""
}

// group is one row or column: its key, what it is called, its part of the span where it
// is one of time, and what stands against it in the other period.
type group struct {
	key, label, start string
	now               *Span
	before            *group
}

// keys are the groups of a dimension, in their order.
func (r *run) keys(ctx context.Context, g grouping, d *schema.Dimension, found ...map[*source]map[string]figures) ([]group, error) {
	seen := map[string]bool{}
	var keys []string
	for _, of := range found {
		for _, s := range r.found {
			for key := range of[s] {
				if !seen[key] {
					seen[key] = true
					keys = append(keys, key)
				}
			}
		}
	}
	slices.Sort(keys)
	if d.IsTime() {
		return r.times(d, keys)
	}
	labels, err := r.labels(ctx, g, keys)
	if err != nil {
		return nil, err
	}
	list := make([]group, len(keys))
	for i, key := range keys {
		list[i] = group{key: key, label: labels[key]}
		list[i].before = &group{key: key}
	}
	places := g.places(r.a.Registry)
	slices.SortStableFunc(list, func(x, y group) int {
		return cmp.Or(cmp.Compare(last(x.key), last(y.key)), cmp.Compare(places[x.key], places[y.key]), strings.Compare(x.label, y.label))
	})
	return list, nil
}

// last puts what is empty behind the others, and what is hidden behind that.
func last(key string) int { return map[string]int{noKey: 1, hiddenKey: 2}[key] }

// places are the places of groups that have an order of their own.
func (g grouping) places(registry *schema.Registry) map[string]int {
	places := map[string]int{}
	for i := range g.Cases {
		places["="+strconv.Itoa(i)] = i
	}
	if f := fieldAt(registry, g.object, g.path); f != nil {
		for i, o := range f.Options {
			places["="+o.Value] = i
		}
	}
	return places
}

// times are the parts of the span, each with that of the other period that has its place.
func (r *run) times(d *schema.Dimension, keys []string) ([]group, error) {
	var now []bucket
	var err error
	if r.span.whole() {
		plain := make([]string, 0, len(keys))
		for _, key := range keys {
			if value, ok := strings.CutPrefix(key, "="); ok {
				plain = append(plain, value)
			}
		}
		now = bucketsOf(r.a, d.By, plain)
	} else if now, err = r.span.buckets(r.a, d.By); err != nil {
		return nil, err
	}
	var before []bucket
	if r.before != nil {
		if before, err = r.before.buckets(r.a, d.By); err != nil {
			return nil, err
		}
	}
	list := make([]group, len(now))
	for i, b := range now {
		list[i] = group{key: "=" + b.key, label: b.label, start: b.From, now: &b.Span, before: &group{key: "-"}}
		if i < len(before) {
			list[i].before = &group{key: "=" + before[i].key, label: before[i].label, now: &before[i].Span}
		}
	}
	if r.span.whole() && slices.Contains(keys, noKey) {
		list = append(list, group{key: noKey, label: word(r.a, "analysis_none", nil), before: &group{key: noKey}})
	}
	return list, nil
}

// labels are what groups are called.
func (r *run) labels(ctx context.Context, g grouping, keys []string) (map[string]string, error) {
	labels := map[string]string{noKey: word(r.a, "analysis_none", nil), hiddenKey: word(r.a, "analysis_hidden", nil), "true": word(r.a, "yes", nil), "false": word(r.a, "no", nil)}
	target := ""
	f := fieldAt(r.a.Registry, g.object, g.path)
	switch {
	case len(g.Cases) > 0:
		labels[noKey] = word(r.a, "analysis_rest", nil)
		for i, c := range g.Cases {
			labels["="+strconv.Itoa(i)] = c.Label.In(r.a.Language)
		}
		return labels, nil
	case g.link:
		target = r.a.Registry.ByPlural(g.path).Name
	case f != nil:
		target = f.Target()
		for _, o := range f.Options {
			labels["="+o.Value] = o.Label.In(r.a.Language)
		}
	}
	var ids []int64
	for _, key := range keys {
		value, plain := strings.CutPrefix(key, "=")
		if !plain {
			continue
		}
		if id, ok := schema.ParseID(value); ok && target != "" {
			ids = append(ids, id)
		}
		if labels[key] != "" {
			continue
		}
		labels[key] = value
		if at, ok := parseKey(g.By, value); ok && g.By != "" {
			labels[key] = bucketLabel(r.a, g.By, at)
		}
	}
	if target == "" {
		return labels, nil
	}
	names, err := r.s.Records.Names(ctx, r.a, target, ids)
	for _, id := range ids {
		if labels["="+strconv.FormatInt(id, 10)] = names[id]; names[id] == "" {
			labels["="+strconv.FormatInt(id, 10)] = labels[hiddenKey]
		}
	}
	return labels, err
}

// within is what a group adds to the filter of a source, false where no filter says it.
func (r *run) within(s *source, d *schema.Dimension, key string, part *Span) (string, bool) {
	g, ok := r.grouping(s, d)
	switch {
	case !ok:
		return "", false
	case part != nil:
		return part.within(g.path), true
	}
	return g.where(r.a, key)
}

// rowWhere is the filter of what a source measures in a row.
func (r *run) rowWhere(s *source, key string, part *Span, span Span) (string, bool) {
	where, ok := r.within(s, r.by, key, part)
	if !ok || key == "-" {
		return "", false
	}
	if part != nil {
		return all(s.base, where, s.filter), true
	}
	return all(s.where(span), where), true
}

// order puts rows in the order of a measure, the most first, with what is empty or hidden
// at the end.
func order(rows []Row, by int) {
	number := func(r Row) *big.Rat {
		if by < 0 || by >= len(r.Values) || r.Values[by] == nil {
			return new(big.Rat).SetInt64(-1 << 62)
		}
		v, _ := new(big.Rat).SetString(*r.Values[by])
		return v
	}
	slices.SortStableFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(last(x.Key), last(y.Key)), number(y).Cmp(number(x)))
	})
}
