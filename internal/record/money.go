package record

import (
	"context"
	"slices"
	"time"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Rates answers the rate, held with schema.RateScale decimals, at which a
// currency was worth units of the company's on a day (2026-11-26); false when
// none was in force.
type Rates func(ctx context.Context, q store.Querier, currency, day string) (int64, bool, error)

// rateKey is a rate that a unit asked for.
type rateKey struct{ currency, day string }

// asked is what it was told.
type askedRate struct {
	rate  int64
	known bool
}

// worth gives an amount in the company's currency, nil where no rate is known: it
// is never taken at par.
func (s *Service) worth(ctx context.Context, q store.Querier, amount int64, currency, day string) (any, error) {
	if currency == s.Currency() {
		return amount, nil
	}
	if s.Rates == nil {
		return nil, nil
	}
	u := unitOf(ctx)
	key := rateKey{currency, day}
	var told askedRate
	seen := false
	if u != nil {
		told, seen = u.rates[key]
	}
	if !seen {
		var err error
		if told.rate, told.known, err = s.Rates(ctx, q, currency, day); err != nil {
			return nil, err
		}
		if u != nil {
			u.rates[key] = told
		}
	}
	if !told.known {
		return nil, nil
	}
	if worth, ok := schema.Convert(amount, told.rate); ok {
		return worth, nil
	}
	return nil, nil
}

// RateDay is the day whose rates value the amounts of a record: the day it was
// settled, else the day given.
func RateDay(o *schema.Object, v Values, today string) string {
	if o.Settled != "" {
		if day := v.Text(o.Settled); day != "" {
			return day
		}
	}
	return today
}

// value fills in what the amounts of a record are worth. An amount that stays as
// it was keeps its worth, unless the record is settled now or no longer.
func (s *Service) value(ctx context.Context, c *Change) error {
	today := time.UnixMicro(c.Now).In(s.Zone()).Format(time.DateOnly)
	day := RateDay(c.Object, c.After, today)
	moved := c.Before == nil || day != RateDay(c.Object, c.Before, today)
	for _, f := range c.Object.Fields {
		columns := c.After[f.Name]
		if f.Type != "money" || len(columns) == 0 {
			continue
		}
		amount, ok := columns[0].(int64)
		if !ok {
			continue
		}
		if !moved && same(c.Before[f.Name][:2], columns[:2]) {
			c.After[f.Name] = c.Before[f.Name]
			continue
		}
		currency, _ := columns[1].(string)
		if currency == "" {
			currency = s.Currency()
		}
		worth, err := s.worth(ctx, c.tx, amount, currency, day)
		if err != nil {
			return err
		}
		c.After[f.Name] = []any{amount, currency, worth}
	}
	return nil
}

// valueLines fills in what amounts in rows are worth.
func (s *Service) valueLines(ctx context.Context, c *Change, f *schema.Field, lines []schema.Line) error {
	if !slices.ContainsFunc(f.Rows, func(sub *schema.Field) bool { return sub.Type == "money" }) {
		return nil
	}
	day := RateDay(c.Object, c.After, time.UnixMicro(c.Now).In(s.Zone()).Format(time.DateOnly))
	for _, l := range lines {
		for _, sub := range f.Rows {
			columns := l.Values[sub.Name]
			if sub.Type != "money" || len(columns) == 0 {
				continue
			}
			amount, ok := columns[0].(int64)
			if !ok {
				continue
			}
			currency, _ := columns[1].(string)
			worth, err := s.worth(ctx, c.tx, amount, currency, day)
			if err != nil {
				return err
			}
			l.Values[sub.Name] = []any{amount, currency, worth}
		}
	}
	return nil
}

// unvalued warns of amounts in a currency without a rate.
func (c *Change) unvalued() {
	for _, f := range c.Object.Fields {
		columns := c.After[f.Name]
		if f.Type != "money" || len(columns) < 3 || columns[0] == nil || columns[2] != nil || !c.Changed(f.Name) {
			continue
		}
		currency, _ := columns[1].(string)
		c.Warn(f.Name, "no_rate", "currency", currency, "company", c.service.Currency())
	}
}

// revalued are the columns of amounts whose worth alone changes with a write.
func (c *Change) revalued(row store.Row) {
	for _, f := range c.Object.Fields {
		if f.Type == "money" && len(c.After[f.Name]) == 3 && !same(c.Before[f.Name], c.After[f.Name]) {
			row[f.Columns()[2].Name] = c.After[f.Name][2]
		}
	}
}

// Rate is what one unit of a currency is worth in the company's on a day, held with
// schema.RateScale decimals; false where no rate is in force.
func (c *Change) Rate(ctx context.Context, currency, day string) (int64, bool, error) {
	switch {
	case currency == c.Currency():
		return rateOfOwn, true, nil
	case c.service.Rates == nil:
		return 0, false, nil
	}
	return c.service.Rates(ctx, c.tx, currency, day)
}

// rateOfOwn is one, held with schema.RateScale decimals.
const rateOfOwn = 100_000_000

// Initial is the JSON of the value a new record has in a field nothing is said of, nil for none.
func (s *Service) Initial(f *schema.Field) any {
	if f.Default == schema.OwnCurrency {
		return s.Currency()
	}
	return f.Default
}

// Currency is the company's.
func (c *Change) Currency() string { return c.service.Currency() }
