package analysis

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// run is an analysis while it is answered.
type run struct {
	s   *Service
	a   *policy.Actor
	f   *offered
	set Settings
	// verb is what must be allowed on records besides seeing them.
	verb   string
	now    time.Time
	span   Span
	before *Span
	// filter is what the asker adds, as a tree.
	filter *query.Node
	by     *schema.Dimension
	split  *schema.Dimension
	found  []*source
	// money tells what amounts were converted.
	money record.Converted
}

// Run answers an analysis.
func (s *Service) Run(ctx context.Context, a *policy.Actor, name string, set Settings) (*Answer, error) {
	return s.run(ctx, a, name, set, "")
}

func (s *Service) run(ctx context.Context, a *policy.Actor, name string, set Settings, verb string) (*Answer, error) {
	f, err := s.find(a, name)
	if err != nil {
		return nil, err
	}
	if verb != "" && !a.May(f.object, verb) {
		return nil, &record.Error{Code: "forbidden"}
	}
	r, err := s.begin(a, f, set)
	if err != nil {
		return nil, err
	}
	r.verb = verb
	answer := &Answer{
		Name: f.Name, Label: f.Label.In(a.Language), Shape: f.Shape, Object: f.object.Name, Settings: r.set, Period: r.span, Before: r.before,
		Running: !r.span.whole() && r.span.To >= dayOf(r.now.In(a.Zone())).Format(isoDay), Rows: []Row{},
	}
	if r.by != nil {
		answer.Dimension = Choice{r.by.Name, r.by.Label.In(a.Language), r.by.IsTime()}
	}
	switch f.Shape {
	case schema.Funnel:
		err = r.funnel(ctx, answer)
	case schema.Traits:
		err = r.traits(ctx, answer)
	default:
		err = r.groups(ctx, answer)
	}
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(answer.Measures, func(m Figure) bool { return m.Unit == schema.UnitMoney }) {
		answer.Currency, answer.Converted, answer.Unconverted = s.Records.Currency(), r.money.Foreign > 0, r.money.Unknown
	}
	return answer, nil
}

// maxFilter is how long a filter may be: it stands in those of lists, which have an end.
const maxFilter = 6000

// begin reads the settings and completes them.
func (s *Service) begin(a *policy.Actor, f *offered, set Settings) (*run, error) {
	r := &run{s: s, a: a, f: f, set: set, now: s.now()}
	option := func(field, value string) error {
		return record.Invalid(field, "not_an_option", "value", schema.Shorten(value))
	}
	var err error
	if r.set.Period == "" {
		r.set.Period = f.Period
	}
	if r.span, err = spanOf(a, r.now, r.set.Period); err != nil {
		return nil, err
	}
	switch r.set.Compare {
	case "":
	case "previous", "last_year":
		if r.span.whole() || f.Shape == schema.Traits {
			r.set.Compare = ""
			break
		}
		before, err := r.span.before(a, r.set.Compare)
		if err != nil {
			return nil, err
		}
		r.before = &before
	default:
		return nil, option("compare", r.set.Compare)
	}
	if r.set.On == "" {
		r.set.On = f.on[0].Name
	}
	if !slices.ContainsFunc(f.on, func(on *schema.Field) bool { return on.Name == r.set.On }) {
		return nil, option("on", r.set.On)
	}
	if r.set.By == "" && f.Shape == schema.Groups {
		r.set.By = f.dimensions[0].Name
	}
	if r.set.By != "" && f.Shape != schema.Traits {
		if r.by = f.dimension(r.set.By); r.by == nil {
			return nil, option("by", r.set.By)
		}
	}
	if f.Shape == schema.Groups {
		if r.set.Split != "" {
			if r.split = f.dimension(r.set.Split); r.split == nil || r.set.Split == r.set.By {
				return nil, option("split", r.set.Split)
			}
		}
		if r.set.Measure == "" {
			r.set.Measure = f.measures[0].Name
		}
		if f.measure(r.set.Measure) == nil {
			return nil, option("measure", r.set.Measure)
		}
	}
	if p := f.object.Field(f.object.Pipeline); f.Shape == schema.Funnel && p != nil {
		if r.set.Pipeline == "" {
			for _, one := range p.Options {
				if !one.Inactive {
					r.set.Pipeline = one.Value
					break
				}
			}
		}
		if p.Option(r.set.Pipeline) == nil {
			return nil, option("pipeline", r.set.Pipeline)
		}
	}
	r.set.Filter = strings.TrimSpace(r.set.Filter)
	if len(r.set.Filter) > maxFilter || strings.HasPrefix(r.set.Filter, "{") {
		return nil, &query.Problem{Code: "filter_too_long", Pos: -1}
	}
	if r.filter, err = query.Parse(r.set.Filter); err != nil {
		return nil, err
	}
	if r.filter != nil && !readsTree(a, f.object, r.filter) {
		return nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: schema.Shorten(r.set.Filter)}
	}
	return r, nil
}

// source is an object that is measured, with the measures of it.
type source struct {
	name   string
	object *schema.Object
	at     string
	base   string
	// filter is that of the asker where it fits.
	filter string
	fields map[string]string
	own    bool
	// raw is what is asked of the database; additive tells that groups of it add up.
	raw      []query.Measure
	additive bool
}

// slot is where the parts of a measure stand among what its source reads.
type slot struct {
	from        *source
	part, count int
}

// sources are the objects that are measured, and where each measure stands; measures that
// the filter does not apply to have none.
func (r *run) sources() (map[string]slot, []string) {
	slots := map[string]slot{}
	var unfiltered []string
	for _, m := range r.f.measures {
		if m.Fn == "ratio" {
			continue
		}
		from := r.source(m.From)
		if r.verb != "" && !r.a.May(from.object, r.verb) {
			continue
		}
		if r.filter != nil && !fits(r.a.Registry, r.filter, r.f.object, from.object) {
			unfiltered = append(unfiltered, m.Name)
			continue
		}
		x := slot{from: from, part: len(from.raw), count: -1}
		asked := query.Measure{Fn: m.Fn, Field: m.Field, To: m.To, Filter: m.Filter}
		switch m.Fn {
		case "avg":
			// Sums and numbers of groups add up; averages do not.
			asked.Fn = "sum"
			from.raw = append(from.raw, asked)
			x.count = len(from.raw)
			asked.Fn = "known"
		case "distinct", "median", "min", "max":
			from.additive = false
		}
		from.raw = append(from.raw, asked)
		slots[m.Name] = x
	}
	return slots, unfiltered
}

// source finds the object that a measure is of.
func (r *run) source(declared *schema.Source) *source {
	at, base, object := r.set.On, r.f.Base, r.f.object
	name := ownSource
	var fields map[string]string
	if declared != nil {
		object, at, base, fields = r.a.Registry.Object(declared.Object), declared.At, declared.Base, declared.Fields
		name = object.Name + "." + at
	}
	for _, s := range r.found {
		if s.name == name {
			return s
		}
	}
	s := &source{name: name, object: object, at: at, base: base, fields: fields, own: declared == nil, additive: true}
	if r.filter == nil || fits(r.a.Registry, r.filter, r.f.object, object) {
		s.filter = r.set.Filter
	}
	r.found = append(r.found, s)
	return s
}

// grouping is a dimension as a source has it; false: it has none like it.
func (r *run) grouping(s *source, d *schema.Dimension) (grouping, bool) {
	g := grouping{Dimension: d, object: s.object}
	switch {
	case d.IsTime():
		g.path = s.at
		return g, s.at != ""
	case s.own:
		g.path = d.Field
		g.link = d.Field != "" && linked(r.a, s.object, d.Field) != nil
		return g, true
	}
	g.path = s.fields[d.Name]
	return g, g.path != "" && readable(r.a, s.object, g.path)
}

// where is the filter of all that a source measures in a span.
func (s *source) where(span Span) string { return all(s.base, span.within(s.at), s.filter) }

// figures are what a source reads of one group.
type figures []*big.Rat

func (f figures) plus(g figures) figures {
	if f == nil {
		return slices.Clone(g)
	}
	for i := range f {
		switch {
		case g[i] == nil:
		case f[i] == nil:
			f[i] = g[i]
		default:
			f[i] = new(big.Rat).Add(f[i], g[i])
		}
	}
	return f
}

// table is what was read of a span: the figures of each source by the keys of row and
// column.
type table struct {
	cells map[*source]map[[2]string]figures
	rows  map[*source]map[string]figures
	total map[*source]figures
}

// read reads a span.
func (r *run) read(ctx context.Context, span Span) (*table, error) {
	t := &table{cells: map[*source]map[[2]string]figures{}, rows: map[*source]map[string]figures{}, total: map[*source]figures{}}
	for _, s := range r.found {
		if len(s.raw) == 0 {
			continue
		}
		var dims []*schema.Dimension
		for _, d := range []*schema.Dimension{r.by, r.split} {
			if d != nil {
				dims = append(dims, d)
			}
		}
		if err := r.readSource(ctx, t, s, span, dims); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// mostGroups is how many groups an aggregate answers.
const mostGroups = 5000

// readSource reads one source of a span by row and column, by row, and as a whole: with
// one statement where the groups add up.
func (r *run) readSource(ctx context.Context, t *table, s *source, span Span, dims []*schema.Dimension) error {
	adds := s.additive && !slices.ContainsFunc(dims, func(d *schema.Dimension) bool { return s.own && r.f.Overlapping(d) })
	var asked []grouping
	for _, d := range dims {
		g, ok := r.grouping(s, d)
		if !ok {
			break
		}
		asked = append(asked, g)
	}
	cells, rows := map[[2]string]figures{}, map[string]figures{}
	switch len(asked) {
	case 2:
		n, err := r.sums(ctx, s, span, asked, func(keys []string, f figures) { cells[[2]string{keys[0], keys[1]}] = f })
		if err != nil {
			return err
		}
		if adds && n < mostGroups {
			for key, f := range cells {
				rows[key[0]] = rows[key[0]].plus(f)
			}
		} else if _, err := r.sums(ctx, s, span, asked[:1], func(keys []string, f figures) { rows[keys[0]] = f }); err != nil {
			return err
		}
	case 1:
		n, err := r.sums(ctx, s, span, asked, func(keys []string, f figures) { rows[keys[0]] = f })
		if err != nil {
			return err
		}
		adds = adds && n < mostGroups
	}
	if adds && len(asked) > 0 {
		var total figures
		for _, f := range rows {
			total = total.plus(f)
		}
		t.total[s] = total
	} else if _, err := r.sums(ctx, s, span, nil, func(_ []string, f figures) { t.total[s] = f }); err != nil {
		return err
	}
	t.cells[s], t.rows[s] = cells, rows
	return nil
}

// sums asks one source and answers how many groups there are.
func (r *run) sums(ctx context.Context, s *source, span Span, by []grouping, add func(keys []string, f figures)) (int, error) {
	asked := record.SumRequest{Filter: all(s.base, s.filter), Span: span.node(s.at), Measures: s.raw, Verb: r.verb}
	for _, g := range by {
		asked.Groups = append(asked.Groups, g.asked())
	}
	sums, err := r.s.Records.Sums(ctx, r.a, s.object, asked)
	if err != nil {
		return 0, err
	}
	if span == r.span {
		r.money.Foreign, r.money.Unknown = max(r.money.Foreign, sums.Foreign), max(r.money.Unknown, sums.Unknown)
	}
	for _, row := range sums.Rows {
		keys := make([]string, len(by))
		for i, v := range row.Group {
			keys[i] = keyOf(v)
		}
		f := make(figures, len(row.Measures))
		for i, text := range row.Measures {
			if text != nil {
				f[i], _ = new(big.Rat).SetString(*text)
			}
		}
		add(keys, f)
	}
	return len(sums.Rows), nil
}

// values are the measures of a group, of which got has the figures of each source.
// What a source cannot tell of such a group has no value.
func (r *run) values(slots map[string]slot, got func(*source) (figures, bool)) []*string {
	list := make([]*string, len(r.f.measures))
	for i, m := range r.f.measures {
		if m.Fn == "ratio" {
			list[i] = record.Ratio(list[r.at(m.Of[0])], list[r.at(m.Of[1])])
			continue
		}
		x, ok := slots[m.Name]
		if !ok {
			continue
		}
		f, told := got(x.from)
		if !told {
			continue
		}
		if f == nil {
			if m.Fn == "count" || m.Fn == "distinct" {
				list[i] = textOf(new(big.Rat), m.Unit)
			}
			continue
		}
		v := f[x.part]
		if x.count >= 0 {
			n := f[x.count]
			if v == nil || n == nil || n.Sign() == 0 {
				continue
			}
			v = new(big.Rat).Quo(v, n)
		}
		if v != nil {
			list[i] = textOf(v, m.Unit)
		}
	}
	return list
}

// of are the figures of a row of a table.
func (r *run) of(t *table, key string) func(*source) (figures, bool) {
	return func(s *source) (figures, bool) { return t.rows[s][key], r.has(s, r.by) }
}

// has tells whether a source has a dimension.
func (r *run) has(s *source, d *schema.Dimension) bool {
	_, ok := r.grouping(s, d)
	return ok
}

func (r *run) at(measure string) int {
	return slices.IndexFunc(r.f.measures, func(m schema.Measure) bool { return m.Name == measure })
}

// textOf writes a number as its unit has it.
func textOf(v *big.Rat, unit string) *string {
	places := map[string]int{schema.UnitMoney: schema.MoneyScale, schema.UnitDays: 2, schema.UnitShare: 4, schema.UnitTimes: 2}[unit]
	text := v.FloatString(places)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return &text
}

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
