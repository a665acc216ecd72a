package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrm/internal/schema"
)

// spread are the times of many calls.
type spread struct {
	times []time.Duration
	took  time.Duration
}

// at is the time, in milliseconds, within which so many of a hundred calls were answered.
func (s spread) at(percent float64) float64 {
	if len(s.times) == 0 {
		return 0
	}
	i := min(len(s.times)-1, int(percent/100*float64(len(s.times))))
	return float64(s.times[i].Nanoseconds()) / 1e6
}

func (s spread) perSecond() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(len(s.times)) / s.took.Seconds()
}

// repeat lets callers call one after another for a while; call is told which caller asks. The first
// tenth of the time warms up and is not counted.
func repeat(ctx context.Context, callers int, spell time.Duration, call func(ctx context.Context, caller int) error) (spread, error) {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		all   spread
		first error
	)
	warm := time.Now().Add(spell / 10)
	end := warm.Add(spell)
	for n := range callers {
		group.Add(1)
		go func() {
			defer group.Done()
			var mine []time.Duration
			for ctx.Err() == nil {
				began := time.Now()
				if began.After(end) {
					break
				}
				if err := call(ctx, n); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
					return
				}
				if began.After(warm) {
					mine = append(mine, time.Since(began))
				}
			}
			mu.Lock()
			all.times = append(all.times, mine...)
			mu.Unlock()
		}()
	}
	group.Wait()
	all.took = time.Since(warm)
	slices.Sort(all.times)
	if first == nil {
		first = ctx.Err()
	}
	return all, first
}

// measure runs every case on one database: what reads on the data that is kept, what writes on a copy.
func measure(ctx context.Context, o options, database string) ([]result, error) {
	h, err := settle(ctx, o, database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.db.Close() }()
	results, err := h.started(ctx, o)
	if err != nil {
		return nil, err
	}
	read, err := h.reading(ctx, o, cases(h))
	if err != nil {
		return nil, err
	}
	written, err := h.writing(ctx, o)
	return slices.Concat(results, read, written), err
}

func (h *home) serve(ctx context.Context, o options) (*server, error) {
	return start(ctx, "/readyz", o.program, append(append([]string{"serve"}, h.args...), "--addr")...)
}

// started measures how long a server takes from the start of its process to its first answer.
func (h *home) started(ctx context.Context, o options) ([]result, error) {
	const name = "start to first answer"
	if !o.only.MatchString(name) {
		return nil, nil
	}
	var times spread
	for range 5 {
		s, err := h.serve(ctx, o)
		if err != nil {
			return nil, err
		}
		times.times = append(times.times, s.ready)
		s.stop()
	}
	slices.Sort(times.times)
	t := stage{o: o, h: h}
	return o.tell([]result{t.told(name, times.at(50), "ms", 300, false, "")}), nil
}

// memory measures what a server holds after eight callers listed for a while.
func (h *home) memory(ctx context.Context, o options, s *server) ([]result, error) {
	const name = "memory after 8 callers listed"
	if !o.only.MatchString(name) {
		return nil, nil
	}
	c, err := signIn(ctx, s.base, "gm", h.Logins["gm"])
	if err != nil {
		return nil, err
	}
	if _, err := repeat(ctx, 8, o.long, func(ctx context.Context, _ int) error {
		_, err := c.raw(ctx, "GET", list("customers", "fields", tenFields), nil)
		return err
	}); err != nil {
		return nil, err
	}
	t := stage{o: o, h: h, s: s}
	return o.tell([]result{t.told(name, s.anonymous(), "MB", 200, false, fmt.Sprintf("for %s", o.long))}), nil
}

// tell prints results as they come and hands them on.
func (o options) tell(results []result) []result {
	for _, r := range results {
		what := fmt.Sprintf("%9.1f %s", r.Value, r.Unit)
		if r.Unit == "" {
			what = fmt.Sprintf("p50 %8.2f ms", r.P50)
		}
		if r.Before > 0 {
			what += fmt.Sprintf("  before %5.2f", r.Before)
		}
		if r.Ratio > 0 {
			what += fmt.Sprintf("  ratio %5.2f", r.Ratio)
		}
		fmt.Printf("%-44s %-8s %d callers  %s  %s  %s\n", r.Case, r.Database, r.Callers, what, r.verdict(), r.Note)
	}
	return results
}

// reading measures cases that change nothing, and what the server holds afterwards.
func (h *home) reading(ctx context.Context, o options, all []testcase) ([]result, error) {
	before, left, err := h.before(ctx, o)
	if err != nil {
		return nil, err
	}
	defer left()
	s, err := h.serve(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	results, err := h.each(ctx, o, all, s, before)
	if err != nil {
		return nil, err
	}
	held, err := h.memory(ctx, o, s)
	return append(results, held...), err
}

// writing measures what changes records, on a copy of the data.
func (h *home) writing(ctx context.Context, o options) ([]result, error) {
	named := func(name string) bool { return o.only.MatchString(name) }
	if !slices.ContainsFunc(writes(h), func(c testcase) bool { return named(c.name) }) && !slices.ContainsFunc(spells(), func(s spell) bool { return named(s.name) }) {
		return nil, nil
	}
	copied, away, err := h.scratch(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = away() }()
	s, err := copied.serve(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	t := &stage{o: o, h: copied, s: s}
	all := writes(copied)
	if err := t.bare(ctx, all); err != nil {
		return nil, err
	}
	results, err := copied.each(ctx, o, all, s, nil)
	if err != nil {
		return nil, err
	}
	for _, one := range spells() {
		if !named(one.name) {
			continue
		}
		some, err := one.run(ctx, t, one.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		results = append(results, o.tell(some)...)
	}
	return results, nil
}

// bare gives the writing cases their floors.
func (t *stage) bare(ctx context.Context, all []testcase) error {
	own, err := t.sign(ctx, "own")
	if err != nil {
		return err
	}
	for i, c := range all {
		switch c.method {
		case "POST":
			text, err := own.raw(ctx, c.method, c.path, c.fresh(mark))
			if err != nil {
				return err
			}
			var made struct{ ID string }
			if err := json.Unmarshal(text, &made); err != nil {
				return err
			}
			all[i].bare, err = t.h.bareCreate(ctx, number(made.ID))
			if err != nil {
				return err
			}
		case "PATCH":
			if _, err := own.raw(ctx, c.method, c.path, c.fresh(1)); err != nil {
				return err
			}
			if all[i].bare, err = t.h.bareChange(ctx, t.h.Busy); err != nil {
				return err
			}
		}
	}
	return nil
}

// each measures cases one after another, for each number of callers.
func (h *home) each(ctx context.Context, o options, all []testcase, s, before *server) ([]result, error) {
	self, err := executable()
	if err != nil {
		return nil, err
	}
	floor, err := start(ctx, "/", self, "floor")
	if err != nil {
		return nil, err
	}
	defer floor.stop()
	var results []result
	clients, old := map[string]*client{}, map[string]*client{}
	for _, c := range all {
		if !o.only.MatchString(c.name) {
			continue
		}
		if clients[c.as] == nil {
			if clients[c.as], err = signIn(ctx, s.base, c.as, h.Logins[c.as]); err != nil {
				return nil, fmt.Errorf("sign in as %s: %w", c.as, err)
			}
			if before != nil {
				if old[c.as], err = signIn(ctx, before.base, c.as, h.Logins[c.as]); err != nil {
					return nil, fmt.Errorf("sign in to the program before as %s: %w", c.as, err)
				}
			}
		}
		if err := c.walk(ctx, clients[c.as]); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		for _, callers := range o.callers {
			r, err := h.one(ctx, o, c, clients[c.as], old[c.as], newClient(floor.base), callers)
			if err != nil && ctx.Err() != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if err != nil { // an answer that does not come is a goal that is missed
				r.Ratio, r.Met, r.Note = 0, false, schema.Shorten(err.Error())
			}
			results = append(results, o.tell([]result{r})...)
		}
	}
	return results, nil
}

// before starts the program the measured one is compared with: on the same database of
// PostgreSQL, and on a copy of SQLite's folder, which has one owner. It answers nil where
// nothing is compared.
func (h *home) before(ctx context.Context, o options) (s *server, left func(), err error) {
	if o.before == "" {
		return nil, func() {}, nil
	}
	folder, err := os.MkdirTemp(o.cache, "before-")
	if err != nil {
		return nil, nil, err
	}
	args := slices.Clone(h.args)
	args[1] = folder
	if h.database == "sqlite" {
		if err := copyDatabase(h.args[1], folder); err != nil {
			return nil, nil, err
		}
	}
	s, err = start(ctx, "/readyz", o.before, append(append([]string{"serve"}, args...), "--addr")...)
	return s, func() { s.stop(); _ = os.RemoveAll(folder) }, err
}

// copyDatabase copies the database of a data folder nobody writes to.
func copyDatabase(from, to string) error {
	for _, name := range []string{"ecrm.db", "ecrm.db-wal"} {
		in, err := os.Open(filepath.Join(from, name)) //nolint:gosec // the bench's own folder
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		out, err := os.Create(filepath.Join(to, name)) //nolint:gosec // the bench's own folder
		if err == nil {
			_, err = io.Copy(out, in)
			err = errors.Join(err, out.Close())
		}
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}

// one measures a case: the product, the bare SQL, the bare HTTP, in this order, three times round,
// so that a slow minute of the machine meets all of them.
func (h *home) one(ctx context.Context, o options, c testcase, product, before, floor *client, callers int) (result, error) {
	r := result{Case: c.name, Database: h.database, Callers: callers, Goal: c.goal}
	answer, err := c.call(ctx, product)
	if err != nil {
		return r, err
	}
	if _, err := floor.raw(ctx, "PUT", "/", answer); err != nil {
		return r, err
	}
	statements, err := h.prepare(ctx, c.floor)
	if err != nil {
		return r, err
	}
	defer statements.close()
	bare, err := statements.run(ctx)
	if err != nil {
		return r, err
	}
	r.Rows = len(bare)
	r.Note = c.compare(answer, bare)
	var whole, old, sql, http spread
	const rounds = 3
	for range rounds {
		for _, part := range []struct {
			to   *spread
			call func(ctx context.Context, caller int) error
		}{
			{&whole, func(ctx context.Context, _ int) error {
				_, err := c.call(ctx, product)
				return err
			}},
			{&old, func(ctx context.Context, _ int) error {
				_, err := c.call(ctx, before)
				return err
			}},
			{&sql, func(ctx context.Context, _ int) error {
				if c.bare != nil {
					return c.bare(ctx, calls.Add(1))
				}
				_, err := statements.run(ctx)
				return err
			}},
			{&http, func(ctx context.Context, _ int) error { _, err := floor.raw(ctx, "GET", "/", nil); return err }},
		} {
			if part.to == &sql && !c.floored() || part.to == &old && before == nil {
				continue
			}
			got, err := repeat(ctx, callers, o.spell/rounds, part.call)
			if err != nil {
				return r, err
			}
			part.to.times = append(part.to.times, got.times...)
			part.to.took += got.took
		}
	}
	for _, s := range []*spread{&whole, &old, &sql, &http} {
		slices.Sort(s.times)
	}
	r.P50, r.P95, r.P99, r.RPS = whole.at(50), whole.at(95), whole.at(99), whole.perSecond()
	r.SQLFloor, r.HTTPFloor = sql.at(50), http.at(50)
	if !c.floored() {
		return r, nil
	}
	ratio := func(s spread) float64 {
		switch {
		case s.times == nil:
			return 0
		case callers == 1:
			return s.at(50) / (r.SQLFloor + r.HTTPFloor)
		}
		// Many callers keep every processor busy, those that ask and those that answer; how long one
		// call waits then tells of the queue. What a call costs is the time between two answers.
		return 1 / s.perSecond() / (1/sql.perSecond() + 1/http.perSecond())
	}
	r.Ratio, r.Before = ratio(whole), ratio(old)
	if len(whole.times) == 0 || len(sql.times) == 0 {
		r.Ratio = 0
		r.Note += " too slow for the time it was given"
	}
	r.Met = c.goal > 0 && r.Ratio > 0 && r.Ratio <= c.goal
	return r, nil
}

// withDatabase names another database in the address of a cluster.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, "postgres") {
		return address
	}
	u.Path = "/" + name
	return u.String()
}
