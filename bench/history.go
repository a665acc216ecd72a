package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// remembered is a line of the history: what a run measured, small enough to be kept in the repository.
type remembered struct {
	At        time.Time          `json:"at"`
	Commit    string             `json:"commit"`
	Machine   string             `json:"machine"`
	Customers int                `json:"customers"`
	Measured  map[string]float64 `json:"measured"`
}

// worse is by how much a ratio may rise, or a value fall back, before it is called worse: runs on one
// machine differ by as much.
const worse = 1.15

// key names a result across runs.
func (r result) key() string { return fmt.Sprintf("%s | %s | %d", r.Case, r.Database, r.Callers) }

// measured is what is compared across runs: the ratio, or the value; 0 for nothing.
func (r result) measured() float64 {
	if r.Unit != "" {
		return r.Value
	}
	return r.Ratio
}

// against says how a result stands to the run before, "" where it is much the same.
func (r result) against(earlier map[string]float64) string {
	was, now := earlier[r.key()], r.measured()
	if was == 0 || now == 0 {
		return ""
	}
	up := now / was
	if r.AtLeast {
		up = was / now
	}
	switch {
	case up > worse:
		return fmt.Sprintf("WORSE, was %.2f", was)
	case up < 1/worse:
		return fmt.Sprintf("better, was %.2f", was)
	}
	return ""
}

// lastOf reads what was measured by the last run on such a machine with as many customers, each result
// from the last run that has it.
func lastOf(path string, r report) (map[string]float64, error) {
	earlier := map[string]float64{}
	f, err := os.Open(path) //nolint:gosec // the bench's own file
	if errors.Is(err, fs.ErrNotExist) {
		return earlier, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var run remembered
		if err := json.Unmarshal(lines.Bytes(), &run); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if run.Machine != r.Machine || run.Customers != r.Customers {
			continue
		}
		for key, v := range run.Measured {
			earlier[key] = v
		}
	}
	return earlier, lines.Err()
}

// remember adds a run to the history.
func remember(path string, r report) error {
	run := remembered{r.At, r.Commit, r.Machine, r.Customers, map[string]float64{}}
	for _, c := range r.Cases {
		if v := c.measured(); v != 0 {
			run.Measured[c.key()] = float64(int(v*1000)) / 1000
		}
	}
	text, err := json.Marshal(run)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // kept in the repository
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// growth asks companies of several sizes the same by one caller, and tells by how much the largest
// takes longer than the smallest: of what an index bounds, that is less than twice.
func growth(ctx context.Context, o options, database string) ([]result, error) {
	if len(o.sizes) == 0 {
		return nil, nil
	}
	o.callers, o.before, o.spell = []int{1}, "", min(o.spell, 600*time.Millisecond)
	times := map[string][]float64{}
	var names []string
	for _, size := range append(slices.Clone(o.sizes), o.customers) {
		o.customers = size
		h, err := settle(ctx, o, database)
		if err != nil {
			return nil, err
		}
		s, err := h.serve(ctx, o)
		if err != nil {
			return nil, err
		}
		results, err := h.each(ctx, o, slices.DeleteFunc(cases(h), func(c testcase) bool { return !c.bounded }), s, nil)
		s.stop()
		if err := errors.Join(err, h.db.Close()); err != nil {
			return nil, err
		}
		for _, r := range results {
			if times[r.Case] == nil {
				names = append(names, r.Case)
			}
			times[r.Case] = append(times[r.Case], r.P50)
		}
	}
	var grown []result
	for _, name := range names {
		of := times[name]
		r := result{Case: "growth: " + name, Database: database, Callers: 1, Value: of[len(of)-1] / of[0], Unit: "times", Goal: 2, Note: fmt.Sprintf("p50 %.2f ms at %d and more customers", of, o.sizes[0])}
		r.Met = r.Value <= r.Goal
		grown = append(grown, r)
	}
	return o.tell(grown), nil
}
