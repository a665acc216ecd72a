package quote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/lineitem"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/tally"
)

// validDays is how long a quote is good for where nobody says.
const validDays = 30

// content are the fields that say what is offered: they stay as they are once it was
// sent.
var content = []string{"customer", "items", "currency", "tax_mode", "rounding", "discount", "discount_off"}

// computed are those of them that the totals follow from.
var computed = content[1:]

// check fills in what follows from what a quote belongs to and computes what it comes
// to. The server's totals are those that hold, whatever a client sends.
func check(ctx context.Context, c *record.Change) error {
	if err := locked(c); err != nil {
		return err
	}
	if err := version(ctx, c); err != nil {
		return err
	}
	if err := fill(ctx, c); err != nil {
		return err
	}
	changed := func(field string) bool { return c.Changed(field) }
	if c.Created || slices.ContainsFunc(computed, changed) {
		if err := compute(ctx, c); err != nil {
			return err
		}
	}
	return move(c)
}

// locked refuses to change what was offered once it was sent.
func locked(c *record.Change) error {
	if c.Created || c.Before.Text("status") == draft || c.After.Text("status") == draft {
		return nil
	}
	for _, field := range content {
		if c.Changed(field) {
			return record.Invalid(field, "quote_locked")
		}
	}
	return nil
}

// mostVersions is how many versions a quote has at most.
const mostVersions = 200

// version makes a new quote that names an earlier one its next version: it has the
// number of the first, and which version it is.
func version(ctx context.Context, c *record.Change) error {
	root := c.After.Int("root")
	switch {
	case !c.Created && c.Changed("root"):
		return record.Invalid("root", "read_only")
	case !c.Created || root == 0:
		return nil
	}
	named, err := c.Rows(ctx, Name, query.Is("id", root), 1)
	if err != nil || named[root] == nil {
		return err // that it is not there is told with the other references
	}
	if first := named[root].Int("root"); first != 0 {
		root = first
		c.After["root"] = []any{root}
	}
	versions, err := c.Rows(ctx, Name, query.OneOf(query.Is("id", root), query.Is("root", root)), mostVersions)
	if err != nil {
		return err
	}
	if len(versions) >= mostVersions {
		return record.Invalid("root", "too_many", "max", strconv.Itoa(mostVersions))
	}
	last := int64(1)
	for _, one := range versions {
		last = max(last, one.Int("revision"))
	}
	c.After["revision"] = []any{last + 1}
	c.After["number"] = []any{versions[root].Text("number") + "-V" + strconv.FormatInt(last+1, 10)}
	return nil
}

// fill puts in what a new quote takes from its opportunity, its customer and the
// company.
func fill(ctx context.Context, c *record.Change) error {
	v := c.After
	set := func(field string, value any) {
		if value != "" && (len(v[field]) == 0 || v[field][0] == nil) {
			v[field] = []any{value}
		}
	}
	if c.Created {
		if err := fillFrom(ctx, c, set); err != nil {
			return err
		}
		set("date", c.Today())
		set("language", c.Actor.Language)
		set("revision", int64(1))
		if v.Text("currency") == "" {
			set("currency", c.Currency())
		}
	}
	set("tax_mode", string(tally.Exclusive))
	set("rounding", "whole")
	set("currency", c.Currency())
	if day, err := time.Parse(time.DateOnly, v.Text("date")); err == nil && c.Created {
		set("valid_until", day.AddDate(0, 0, validDays).Format(time.DateOnly))
	}
	if from, until := v.Text("date"), v.Text("valid_until"); from != "" && until != "" && until < from && (c.Changed("date") || c.Changed("valid_until")) {
		return record.Invalid("valid_until", "valid_before_date")
	}
	if c.Created && v.Int("rate") == 0 || c.Changed("currency") && !c.Changed("rate") {
		rate, known, err := c.Rate(ctx, v.Text("currency"), v.Text("date"))
		if err != nil {
			return err
		}
		v["rate"] = []any{nil}
		if known {
			v["rate"] = []any{rate}
		}
	}
	if rate := v["rate"]; len(rate) > 0 && rate[0] != nil && v.Int("rate") <= 0 {
		return record.Invalid("rate", "rate_positive")
	}
	return nil
}

// fillFrom takes over what the opportunity, the customer and the letterhead say.
func fillFrom(ctx context.Context, c *record.Change, set func(field string, value any)) error {
	v := c.After
	if id := v.Int("opportunity"); id != 0 {
		deal, err := c.Shown(ctx, "opportunity", id)
		if err != nil {
			return err
		}
		if customer := deal.Int("customer"); customer != 0 {
			set("customer", customer)
		}
		amount := deal["amount"]
		if len(amount) > 1 && amount[0] != nil && c.Object.Field("currency").Option(fmt.Sprint(amount[1])) != nil {
			set("currency", amount[1])
		}
		if err := takeOver(ctx, c, deal); err != nil {
			return err
		}
		people, err := c.Rows(ctx, "opportunity_contact", query.Is("opportunity", id), 2)
		if err != nil {
			return err
		}
		for _, one := range people {
			person, err := c.Shown(ctx, "contact", one.Int("contact"))
			if err != nil {
				return err
			}
			if len(people) == 1 && person != nil {
				set("contact", one.Int("contact"))
			}
		}
	}
	if id := v.Int("customer"); id != 0 && v.Text("payment_terms") == "" {
		customer, err := c.Shown(ctx, "customer", id)
		if err != nil {
			return err
		}
		if terms := customer.Text("payment_terms"); terms != "" {
			set("payment_terms", shortened(terms, c.Object.Field("payment_terms").Longest()))
		}
	}
	if v.Int("letterhead") == 0 {
		heads, err := c.Rows(ctx, "letterhead", &query.Node{Op: query.Eq, Field: "preferred", Value: true}, 1)
		if err != nil {
			return err
		}
		for id := range heads {
			set("letterhead", id)
		}
	}
	return nil
}

// takeOver begins the quote with the lines of its deal, where nobody said what it
// offers and both are in one currency. A file brings what was offered elsewhere.
func takeOver(ctx context.Context, c *record.Change, deal record.Values) error {
	amount := deal["amount"]
	if _, said := c.After["items"]; said || c.Actor.Importing || len(amount) < 2 || amount[1] != c.After.Text("currency") {
		return nil
	}
	field := c.Object.Field("items")
	rows, err := lineitem.Taken(c.Actor.Registry.Object("opportunity").Field("items"), field, deal.Text("items"), func(product int64) (bool, error) {
		seen, err := c.Shown(ctx, "product", product)
		return seen != nil, err
	})
	if err == nil && len(rows) > 0 {
		c.SetLines("items", rows)
	}
	return err
}

func shortened(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most])
	}
	return text
}

// compute completes the rows from their products and puts amounts and totals.
func compute(ctx context.Context, c *record.Change) error {
	terms := tally.Terms{
		Currency: c.After.Text("currency"), Mode: tally.Mode(c.After.Text("tax_mode")), ByLine: c.After.Text("rounding") == "line",
		Discount: c.After.Int("discount"), Off: c.After.Int("discount_off"),
	}
	switch {
	case terms.Discount < 0 || terms.Discount > lineitem.WholePercent:
		return record.Invalid("discount", "percent_range")
	case terms.Off < 0:
		return record.Invalid("discount_off", "not_negative")
	}
	total, err := lineitem.Compute(ctx, c, "items", terms, c.After.Text("language"))
	if errors.Is(err, tally.ErrDiscount) {
		return record.Invalid("discount_off", "discount_too_large")
	} else if err != nil {
		return err
	}
	for field, n := range map[string]int64{"subtotal": total.Subtotal, "discount_total": total.Discount, "net": total.Net, "tax_total": total.Tax, "total": total.Total} {
		c.After[field] = []any{n, terms.Currency, nil}
	}
	return nil
}

// move notes when a quote was sent and when it was answered.
func move(c *record.Change) error {
	if !c.Changed("status") {
		return nil
	}
	status := c.Object.Field("status").Option(c.After.Text("status"))
	if status == nil {
		return nil
	}
	if status.Value != draft && c.After.Text("items") == "" && !(c.Created && c.Actor.Importing) {
		return record.Invalid("items", "quote_empty")
	}
	if status.Value != draft && c.After.Text("sent_on") == "" {
		c.After["sent_on"] = []any{c.Today()}
	}
	if status.Value == draft {
		c.After["sent_on"] = []any{nil}
	}
	c.After["closed_on"] = []any{nil}
	if status.Kind != "open" {
		c.After["closed_on"] = []any{c.Today()}
	}
	return nil
}
