package local

// decided lists the conventions in the order in which a tie between them is
// broken: what says its year first before what does not.
var decided = []Convention{ISO, ROC, MonthName, MDY, DMY, Serial, UnixMilli, Unix}

// DecideColumn decides how the dates of one column are written, since one cell
// (3/4/2026) does not tell and the next (23/4/2026) does. readings counts, for
// each convention, the samples it can read; best reads the most; ambiguous says
// that another one reads as many and gives other days, so a person should see
// both. Cells that only one convention can read (2026-11-23 amid 23/11/2026) are
// read their own way all the same: see ParseDateAs. best is "" if nothing is a date.
func DecideColumn(samples []string) (best Convention, readings map[Convention]int, ambiguous bool) {
	readings = map[Convention]int{}
	contested := map[Convention]int{} // samples with several readings, and those that settle them
	all := make([][]DateReading, 0, len(samples))
	for _, s := range samples {
		list := ParseDate(s, DateOptions{})
		all = append(all, list)
		for _, r := range list {
			readings[r.Convention]++
		}
	}
	// Only conventions that occur where there is a choice compete over it.
	choice := map[Convention]bool{}
	for _, list := range all {
		if len(list) > 1 {
			for _, r := range list {
				choice[r.Convention] = true
			}
		}
	}
	for c := range choice {
		contested[c] = readings[c]
	}
	pool := contested
	if len(pool) == 0 {
		pool = readings
	}
	for _, c := range decided {
		if n := pool[c]; n > 0 && (best == "" || n > pool[best]) {
			best = c
		}
	}
	for _, list := range all {
		mine, ok := pick(list, best)
		if !ok {
			continue
		}
		for _, r := range list {
			if r.Convention != best && pool[r.Convention] == pool[best] && r.Date != mine {
				ambiguous = true
			}
		}
	}
	return best, readings, ambiguous
}

func pick(list []DateReading, c Convention) (Date, bool) {
	for _, r := range list {
		if r.Convention == c {
			return r.Date, true
		}
	}
	return Date{}, false
}

// ParseDateAs reads a date by the convention decided for its column; a text
// that this convention cannot read, but exactly one other can, is read that way.
func ParseDateAs(s string, c Convention, opt DateOptions) (Date, bool) {
	list := ParseDate(s, opt)
	if d, ok := pick(list, c); ok {
		return d, true
	}
	if len(list) == 1 || len(list) > 1 && c == "" {
		return list[0].Date, true
	}
	return Date{}, false
}
