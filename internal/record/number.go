package record

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// numbering is what a unit knows of the counters of autonumber fields.
type numbering struct {
	// numbers are the highest drawn of counters that the unit holds.
	numbers map[counter]int64
	// given are the highest numbers that came with records, which must not be
	// drawn again.
	given map[counter]int64
	// begun is where counters that the unit holds stood before it.
	begun map[counter]int64
}

// mark is how far numbers have come, for back.
func (n numbering) mark() numbering {
	return numbering{numbers: maps.Clone(n.numbers), given: maps.Clone(n.given)}
}

// back takes numbers back that were drawn since a mark, of what came to nothing: the record
// that follows has them.
func (n *numbering) back(to numbering) {
	for c := range n.numbers {
		was, known := to.numbers[c]
		if !known {
			was = n.begun[c]
		}
		n.numbers[c] = was
	}
	n.given = to.given
}

// counter is that of an autonumber field. One that is held is raised in the unit's
// transaction, and others wait for its end; numbers of others are reserved apart
// (see store.DB.DrawNumber).
type counter struct {
	name string
	held bool
}

// counterOf is the counter of a series of a field's numbers. SQLite has one writer, who need not wait for
// himself; numbers without gaps are those of what is committed, one after another;
// and where no index keeps values apart, nothing would find one that was set by hand
// among those reserved.
func (u *Unit) counterOf(o *schema.Object, f *schema.Field, series string) counter {
	return counter{counterName(o, f, series), !u.tx.Postgres() || f.Gapless || !f.Unique}
}

// counterName is what the counter of a series is called.
func counterName(o *schema.Object, f *schema.Field, series string) string {
	name := o.Name + "." + f.Name
	if series != "" {
		name += "." + series
	}
	return name
}

// series is the one that numbers drawn now belong to.
func (u *Unit) series(ctx context.Context, f *schema.Field) string {
	return f.Series(time.UnixMicro(clock(ctx)).In(u.service.Zone()).Year())
}

// drawn are numbers of a unit by counter.
type drawn map[string][]int64

// numbered is the next number of an autonumber field, as text.
func (u *Unit) numbered(ctx context.Context, o *schema.Object, f *schema.Field) (string, error) {
	series := u.series(ctx, f)
	n, err := u.number(ctx, u.counterOf(o, f, series))
	if err != nil {
		return "", fmt.Errorf("draw a number for %s: %w", f.Name, err)
	}
	return f.Numbered(series, n), nil
}

// number draws the next number of a counter.
func (u *Unit) number(ctx context.Context, c counter) (int64, error) {
	switch {
	case c.held:
		return u.counted(ctx, c)
	case u.pretends:
		n, err := u.playing(ctx, c)
		u.played[c.name] = n + 1
		return n + 1, err
	}
	if spare := u.spare[c.name]; len(spare) > 0 {
		u.spare[c.name] = spare[1:]
		u.drawn[c.name] = append(u.drawn[c.name], spare[0])
		return spare[0], nil
	}
	if n, ok := u.late.given[c]; ok {
		if err := u.service.DB.NumbersPast(ctx, c.name, n); err != nil {
			return 0, err
		}
		delete(u.late.given, c)
	}
	n, err := u.service.DB.DrawNumber(ctx, c.name)
	if err == nil {
		u.drawn[c.name] = append(u.drawn[c.name], n)
	}
	return n, err
}

// playedAhead is how far from the others the numbers of what is only pretended lie,
// so that nobody waits for it who is given a number meanwhile.
const playedAhead = 10_000

// playing is the last number of a counter in what is only pretended.
func (u *Unit) playing(ctx context.Context, c counter) (int64, error) {
	if n, ok := u.played[c.name]; ok {
		return n, nil
	}
	n, err := store.Counter(ctx, u.tx, c.name)
	return n + playedAhead, err
}

// counted is the next number of a counter that is held: from the database once, so
// that others wait, then from memory.
func (u *Unit) counted(ctx context.Context, c counter) (n int64, err error) {
	n, known := u.late.numbers[c]
	if known {
		n++
	} else {
		if n, err = store.Count(ctx, u.tx, c.name); err != nil {
			return 0, err
		}
		if u.late.numbers == nil {
			u.late.numbers, u.late.begun = map[counter]int64{}, map[counter]int64{}
		}
		u.late.begun[c] = n - 1
	}
	n = max(n, u.late.given[c]+1)
	u.late.numbers[c] = n
	return n, nil
}

// give notes a number that came with a record.
func (u *Unit) give(ctx context.Context, o *schema.Object, f *schema.Field, text string) error {
	series, n, ours := f.Ordinal(text)
	if !ours {
		return nil
	}
	c := u.counterOf(o, f, series)
	if u.pretends && !c.held {
		last, err := u.playing(ctx, c)
		u.played[c.name] = max(last, n)
		return err
	}
	if u.late.given == nil {
		u.late.given = map[counter]int64{}
	}
	u.late.given[c] = max(u.late.given[c], n)
	return nil
}

// putNumbers writes how far numbers have come.
func (u *Unit) putNumbers(ctx context.Context) error {
	l := u.late.numbering
	u.late.numbering = numbering{}
	for c, n := range l.numbers {
		if err := store.CountTo(ctx, u.tx, c.name, n); err != nil {
			return err
		}
	}
	for c, n := range l.given {
		var err error
		if c.held {
			err = store.CountPast(ctx, u.tx, c.name, n)
		} else {
			// Not in the transaction: whoever waits for a number would wait for it.
			err = u.service.DB.NumbersPast(ctx, c.name, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mark is how many numbers of each counter were drawn.
func (d drawn) mark() map[string]int {
	if len(d) == 0 {
		return nil
	}
	counts := make(map[string]int, len(d))
	for name, list := range d {
		counts[name] = len(list)
	}
	return counts
}

// unuse keeps the numbers drawn since a mark, of what came to nothing, for the
// records that follow.
func (u *Unit) unuse(since map[string]int) {
	for name, list := range u.drawn {
		u.spare[name] = append(u.spare[name], list[since[name]:]...)
		u.drawn[name] = list[:since[name]]
	}
}

// giveBack gives numbers back that became no record's: those of the whole unit where
// that was taken back.
func (u *Unit) giveBack(all bool) {
	if u == nil {
		return
	}
	if all {
		u.unuse(nil)
	}
	for name, list := range u.spare {
		u.service.DB.ReturnNumbers(name, list)
	}
	clear(u.spare)
}

// clash notes that a number that was drawn is that of another record already, set
// there by hand or by a file: the unit is run again with others.
func (u *Unit) clash(ctx context.Context, o *schema.Object, numbered []*schema.Field, err error) {
	for _, f := range numbered {
		if c := u.counterOf(o, f, u.series(ctx, f)); !c.held && clashes(o, f, err) {
			u.taken = append(u.taken, c.name)
		}
	}
}

// clashes tells whether an error is that another record has the value of a field.
func clashes(o *schema.Object, f *schema.Field, err error) bool {
	return f.Unique && err != nil && (strings.Contains(err.Error(), "i_"+o.Name+"_"+f.Name+"_u") || strings.Contains(err.Error(), o.Table()+"."+f.Column()))
}
