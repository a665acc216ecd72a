package notice

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/record"
)

// Period is a day, a week or a month for which something is wanted, with its first day.
type Period struct {
	Kind string `json:"kind"`
	Day  string `json:"day"`
}

// Asked is somebody of whom something is wanted that is no record yet: his report on a
// period. He was found to be able to write it.
type Asked struct {
	// User is who is asked, By who asks; 0: nobody but the clock.
	User, By int64
	// Object is the kind of record that is wanted.
	Object string
	// Kind is day, week or month, Day the period's first.
	Kind, Day string
	// Once: whoever was asked before, by whomever, is not asked again.
	Once bool
}

var periods = []string{"day", "week", "month"}

// Ask tells people that something is wanted of them, as a part of the unit. Asked again
// for the same, they have one notice.
func (s *Service) Ask(ctx context.Context, u *record.Unit, asked []Asked) error {
	var list []candidate
	for _, a := range asked {
		kind := slices.Index(periods, a.Kind)
		day, err := strconv.ParseInt(strings.ReplaceAll(a.Day, "-", ""), 10, 64)
		if err != nil || kind < 0 {
			continue
		}
		list = append(list, candidate{
			user: a.User, by: a.By, kind: Wanted, object: a.Object, at: time.Now().UnixMicro(), count: 1, once: a.Once,
			// The day as a number, then the kind.
			about: day*10 + int64(kind), topic: strings.Join([]string{Wanted, a.Object, a.Kind, a.Day}, " "),
		})
	}
	return s.write(ctx, u, list)
}

// periodIn reads what Ask wrote into a notice; nil where it is none.
func periodIn(about int64) *Period {
	day := strconv.FormatInt(about/10, 10)
	if kind := about % 10; len(day) == len("20261127") && kind < int64(len(periods)) {
		return &Period{periods[kind], day[:4] + "-" + day[4:6] + "-" + day[6:]}
	}
	return nil
}
