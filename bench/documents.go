package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// longQuote is how many lines the quote has that is saved and printed.
const longQuote = 200

// documented measures how long a quote of many lines takes to be saved, and as a PDF.
func (t *stage) documented(ctx context.Context, name string) ([]result, error) {
	own, err := t.sign(ctx, "own")
	if err != nil {
		return nil, err
	}
	body := func(n int) ([]byte, error) {
		rows := make([]map[string]any, longQuote)
		for i := range rows {
			rows[i] = map[string]any{"description": fmt.Sprintf("不鏽鋼六角螺栓 M%d×%d", 4+i%9, 10+i), "unit": "支", "quantity": strconv.Itoa(1 + (i+n)%50), "price": fmt.Sprintf("%d.%02d", 1+i, i%100)}
		}
		return json.Marshal(map[string]any{"customer": strconv.FormatInt(t.h.Busy, 10), "items": rows})
	}
	var quote struct{ ID string }
	var saved, printed []time.Duration
	for n := range 15 {
		sent, err := body(n)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		answer, err := own.raw(ctx, "POST", "/api/v1/quotes", sent)
		if err != nil {
			return nil, err
		}
		saved = append(saved, time.Since(began))
		if err := json.Unmarshal(answer, &quote); err != nil {
			return nil, err
		}
	}
	// The first document unpacks the fonts.
	for n := range 6 {
		began := time.Now()
		if _, err := own.raw(ctx, "GET", "/api/v1/quotes/"+quote.ID+"/print", nil); err != nil {
			return nil, err
		}
		if n > 0 {
			printed = append(printed, time.Since(began))
		}
	}
	middle := func(times []time.Duration) float64 {
		slices.Sort(times)
		return float64(times[len(times)/2].Microseconds()) / 1000
	}
	return []result{
		t.told(name+", saved", middle(saved), "ms", 30, false, ""),
		t.told(name+", as PDF", middle(printed), "ms", 300, false, ""),
	}, nil
}
