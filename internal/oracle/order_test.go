package oracle

import (
	"cmp"
	"slices"
	"strings"
)

// sortKey is one key of an order.
type sortKey struct {
	field string
	desc  bool
}

// vocabulary are the names there are, in the order in which readers of zh-TW
// expect them: digits, letters, characters by their strokes. Case does not count.
var vocabulary = []string{
	"12Hours", "7Sisters", "alpha", "Alpha", "beta", "delta", "gamma",
	"一心", "丁山", "山王", "山白", "王安", "白李", "安林", "李南", "林高", "南山", "高王",
}

// byPinyin are the same as all others expect them.
var byPinyin = []string{
	"12Hours", "7Sisters", "alpha", "Alpha", "beta", "delta", "gamma",
	"安林", "白李", "丁山", "高王", "李南", "林高", "南山", "山白", "山王", "王安", "一心",
}

// rankOf is where a name stands for somebody.
func (a asker) rankOf(name string) int {
	order := byPinyin
	if a.person().language == "zh-TW" {
		order = vocabulary
	}
	if name == "Alpha" {
		name = "alpha"
	}
	return slices.Index(order, name)
}

// keep remembers the places of references in the order of their titles, for one
// question.
type places map[string]map[thing]int

// most is how many records a reference may lead to that stand by their titles.
const most = 1000

// unsortable tells whether the asker may not sort so.
func (a asker) unsortable(o *object, keys []sortKey) bool {
	for _, k := range keys {
		if k.field == "id" {
			continue
		}
		f := o.field(k.field)
		if !a.reads(o, k.field) || f.kind == "longtext" || f.kind == "tags" || f.kind == "multipicklist" || f.kind == "references" {
			return true
		}
		if f.target == "" {
			continue
		}
		target := objects[f.target]
		if !a.may(target, "view") || a.all(target, "view") {
			continue
		}
		if !a.reads(target, target.title) || len(a.titled(target)) > most {
			return true
		}
	}
	return false
}

// titled are all records of an object that the asker sees, in the bin too, in the
// order of their titles, those without one last.
func (a asker) titled(o *object) []thing {
	var all []thing
	switch o.name {
	case "user":
		for n := range a.people {
			all = append(all, thing{o.name, n})
		}
	case "department":
		for n := range a.company.departments {
			all = append(all, thing{o.name, n})
		}
	default:
		for _, r := range a.records[o.name] {
			if a.sees(r.thing) {
				all = append(all, r.thing)
			}
		}
	}
	rank := func(t thing) int {
		if name, ok := a.value(t, o.title).(string); ok {
			return a.rankOf(name)
		}
		return len(vocabulary)
	}
	slices.SortStableFunc(all, func(x, y thing) int { return cmp.Compare(rank(x), rank(y)) })
	return all
}

// place is where a reference stands: by title what the asker sees, all else behind
// it alike; by age where that is too many and he sees all.
func (a asker) place(p places, t thing) int {
	known, ok := p[t.object]
	if !ok {
		known = map[thing]int{}
		o := objects[t.object]
		var all []thing
		if a.may(o, "view") {
			all = a.titled(o)
		}
		if len(all) > most || a.may(o, "view") && !a.reads(o, o.title) {
			slices.SortFunc(all, func(x, y thing) int { return cmp.Compare(x.n, y.n) })
		}
		for i, t := range all {
			known[t] = i
		}
		p[t.object] = known
	}
	if at, ok := known[t]; ok {
		return at
	}
	return len(known)
}

// compare orders two records; those without a value come last in both directions,
// and the last word have their ages.
func (a asker) compare(p places, keys []sortKey, x, y thing) int {
	for _, k := range keys {
		if k.field == "id" {
			return direction(k.desc, cmp.Compare(x.n, y.n))
		}
		f := objects[x.object].field(k.field)
		vx, vy := a.standing(p, f, x), a.standing(p, f, y)
		switch {
		case vx == nil && vy == nil:
		case vx == nil:
			return 1
		case vy == nil:
			return -1
		default:
			if c := compareAny(vx, vy); c != 0 {
				return direction(k.desc, c)
			}
		}
	}
	return direction(keys[0].desc, cmp.Compare(x.n, y.n))
}

func direction(desc bool, c int) int {
	if desc {
		return -c
	}
	return c
}

func compareAny(x, y any) int {
	if s, ok := x.(string); ok {
		return strings.Compare(s, as[string](y))
	}
	return cmp.Compare(as[int64](x), as[int64](y))
}

// standing is what a record is sorted by, an int64 or a string; nil: it has no value.
func (a asker) standing(p places, f *field, t thing) any {
	switch v := a.record(t).values[f.name].(type) {
	case string:
		if f.named {
			return int64(a.rankOf(v))
		}
		if f.kind == "picklist" {
			return int64(slices.Index(f.options, v))
		}
		return v
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case amount:
		if v.currency != "TWD" {
			return nil
		}
		return v.minor
	case thing:
		return int64(a.place(p, v))
	case int64:
		return v
	}
	return nil
}
