package analysis

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

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
