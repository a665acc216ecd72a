// Package lineitem is what every document with lines of goods has alike, a deal as
// well as a quote: the columns of a line, what it takes from its product, what is wrong
// with it, what all of them come to, and how one document takes over the lines of
// another.
package lineitem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tally"
)

var t = schema.T

// Amount is the column that a line comes to; rules alone write it.
const Amount = "amount"

// Fields are the columns of a line; more stand before the amount. What the amount is
// called and how it is kept is the document's.
func Fields(amount *schema.Field, more ...*schema.Field) []*schema.Field {
	fields := []*schema.Field{
		{Name: "product", Type: "reference", Targets: []string{"product"}, Label: t("產品", "产品", "Product"), Aliases: schema.Words("產品編號, 料號, 品號, product code, sku, item")},
		{Name: "description", Type: "longtext", MaxLength: longest, Search: "t", Label: t("品名規格", "品名规格", "Description"), Aliases: schema.Words("品名, 規格, 項目, 說明, item description, product name")},
		{Name: "quantity", Type: "decimal", Scale: tally.Scale, Required: true, Default: "1", Label: t("數量", "数量", "Quantity"), Aliases: schema.Words("qty, pcs, menge, cantidad, quantité")},
		{Name: "unit", Type: "text", MaxLength: 20, Label: t("單位", "单位", "Unit"), Aliases: schema.Words("uom, unit of measure")},
		{Name: "price", Type: "decimal", Scale: tally.Scale, Label: t("單價", "单价", "Price"), Aliases: schema.Words("unit price, list price, sales price, preis, precio, prix")},
		{Name: "discount", Type: "percent", Label: t("折扣 %", "折扣 %", "Discount %"), Aliases: schema.Words("折扣, 折扣率, discount, discount percent, rabatt")},
	}
	amount.Name, amount.ReadOnly = Amount, true
	return append(append(fields, more...), amount)
}

// longest is how many characters a description has at most.
const longest = 2000

// WholePercent is a hundred percent, held with two decimals.
const WholePercent = 100_00

// problems gathers what is wrong with the rows, all of it.
type problems struct {
	field string
	found []record.FieldError
}

func (p *problems) add(row int, column, code string, params ...string) {
	p.found = append(p.found, record.FieldError{Field: fmt.Sprintf("%s[%d].%s", p.field, row, column), Problem: schema.Bad(code, params...)})
}

func (p *problems) err() error {
	if p.found == nil {
		return nil
	}
	return &record.Error{Code: "invalid", Fields: p.found}
}

// Number is what a row holds in a column of whole numbers or ids, 0 where nothing.
func Number(l schema.Line, column string) int64 {
	if c := l.Values[column]; len(c) > 0 {
		n, _ := c[0].(int64)
		return n
	}
	return 0
}

// Text is what a row holds in a column of text.
func Text(l schema.Line, column string) string {
	if c := l.Values[column]; len(c) > 0 {
		s, _ := c[0].(string)
		return s
	}
	return ""
}

// Compute completes the rows of a field from their products, puts what each comes to,
// and answers what all of them do. language is that of what is filled in. What the
// terms say of the whole is the document's to check: tally.ErrDiscount is answered as
// it is.
func Compute(ctx context.Context, c *record.Change, field string, terms tally.Terms, language string) (tally.Total, error) {
	rows, err := c.Lines(field)
	if err != nil {
		return tally.Total{}, err
	}
	columns := c.Object.Field(field).Lines()
	if err := complete(ctx, c, rows, columns, terms.Currency, language); err != nil {
		return tally.Total{}, err
	}
	wrong := problems{field: field}
	lines := make([]tally.Line, len(rows))
	for i, row := range rows {
		lines[i] = wrong.line(i, row, terms.Currency, columns.Field("tax"))
	}
	if err := wrong.err(); err != nil {
		return tally.Total{}, err
	}
	total, err := tally.Sum(terms, lines)
	var at *tally.LineError
	switch {
	case errors.As(err, &at):
		wrong.add(at.Line, "quantity", "amount_too_large")
		return total, wrong.err()
	case errors.Is(err, tally.ErrTooLarge):
		return total, record.Invalid(field, "amount_too_large")
	case errors.Is(err, tally.ErrNegative):
		return total, record.Invalid(field, "sum_negative")
	case err != nil:
		return total, err
	}
	amount := columns.Field(Amount)
	for i := range rows {
		rows[i].Values[Amount] = []any{total.Lines[i]}
		if amount.Type == "money" {
			rows[i].Values[Amount] = []any{total.Lines[i], terms.Currency, nil}
		}
	}
	c.SetLines(field, rows)
	return total, nil
}

// line reads one row and notes what is wrong with it. tax is the column of its tax, nil
// where there is none.
func (p *problems) line(i int, row schema.Line, currency string, tax *schema.Field) tally.Line {
	if Text(row, "description") == "" {
		p.add(i, "description", "required")
	}
	if Number(row, "quantity") <= 0 {
		p.add(i, "quantity", "quantity_positive")
	}
	if row.Values["price"][0] == nil {
		code, params := "required", []string(nil)
		if Number(row, "product") != 0 {
			code, params = "no_price", []string{"currency", currency}
		}
		p.add(i, "price", code, params...)
	}
	if d := Number(row, "discount"); d < 0 || d > WholePercent {
		p.add(i, "discount", "percent_range")
	}
	line := tally.Line{Quantity: Number(row, "quantity"), Price: Number(row, "price"), Discount: Number(row, "discount")}
	if tax == nil || Text(row, "tax") == "" {
		return line
	}
	class := tax.Option(Text(row, "tax"))
	if class == nil || class.Rate == 0 && class.Value != "zero" && class.Value != "exempt" {
		p.add(i, "tax", "no_tax_rate")
	} else {
		line.Rate = class.Rate
	}
	return line
}

// complete fills the rows with what their products say where nobody said it, as far as
// whoever writes may read it.
func complete(ctx context.Context, c *record.Change, rows []schema.Line, columns *schema.Object, currency, language string) error {
	taxed := columns.Field("tax") != nil
	var ids []*query.Node
	seen := map[int64]bool{}
	for _, row := range rows {
		id := Number(row, "product")
		if id != 0 && !seen[id] && (Text(row, "description") == "" || row.Values["price"][0] == nil || Text(row, "unit") == "" || taxed && Text(row, "tax") == "") {
			seen[id] = true
			ids = append(ids, query.Is("id", id))
		}
	}
	var products map[int64]record.Values
	if ids != nil {
		var err error
		if products, err = c.Rows(ctx, "product", query.OneOf(ids...), len(ids)); err != nil {
			return err
		}
	}
	catalog := c.Actor.Registry.Object("product")
	prices := map[int64]map[string]any{}
	for id, p := range products {
		for _, name := range []string{"name", "english_name", "description", "unit", "prices", "tax"} {
			if !c.Actor.Readable(catalog, catalog.Field(name)) {
				delete(p, name)
			}
		}
		list, err := schema.DecodeLines(catalog.Field("prices"), p.Text("prices"))
		if err != nil {
			return err
		}
		prices[id] = map[string]any{}
		for _, one := range list {
			prices[id][Text(one, "currency")] = one.Values["price"][0]
		}
	}
	for _, row := range rows {
		set := func(column string, value any) {
			if columns.Field(column) != nil && row.Values[column][0] == nil && value != nil && value != "" {
				row.Values[column] = []any{value}
			}
		}
		id := Number(row, "product")
		if p := products[id]; p != nil {
			set("description", described(p, language))
			set("unit", p.Text("unit"))
			set("price", prices[id][currency])
			if currency == c.Currency() {
				set("tax", p.Text("tax"))
			}
		}
		set("tax", usualTax(currency, c.Currency()))
	}
	return nil
}

// described is what a line says of a product: its name, and below it what it is like.
func described(p record.Values, language string) string {
	name, about := p.Text("name"), p.Text("description")
	if english := p.Text("english_name"); language == "en" && english != "" {
		name = english
		if strings.ContainsFunc(about, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			about = ""
		}
	}
	if r := []rune(strings.TrimSpace(name + "\n" + about)); len(r) > longest {
		return string(r[:longest])
	}
	return strings.TrimSpace(name + "\n" + about)
}

// usualTax is what a line without one bears: at home the common one of the country
// whose currency it is, abroad none.
func usualTax(currency, company string) string {
	switch {
	case currency == company && currency == "TWD":
		return "vat_5"
	case currency == company && currency == "CNY":
		return "vat_13"
	}
	return "zero"
}

// Taken are the rows of one document as another takes them over: the columns that both
// have, but what a line comes to. stored is the value of the one's field, as far as
// whoever takes it over may read it; the product of a line only where sees answers so.
func Taken(from, to *schema.Field, stored string, sees func(product int64) (bool, error)) ([]schema.Line, error) {
	lines, err := schema.DecodeLines(from, stored)
	if err != nil {
		return nil, err
	}
	made := make([]schema.Line, len(lines))
	for i, line := range lines {
		made[i].Values = map[string][]any{}
		for _, sub := range to.Rows {
			made[i].Values[sub.Name] = make([]any, len(sub.Columns()))
			if had := line.Values[sub.Name]; sub.Name != Amount && len(had) > 0 {
				made[i].Values[sub.Name] = had
			}
		}
		if id := Number(line, "product"); id != 0 {
			ok, err := sees(id)
			if err != nil {
				return nil, err
			}
			if !ok {
				made[i].Values["product"] = []any{nil}
			}
		}
	}
	return made, nil
}

// Written are rows as the values with which a record is made or changed.
func Written(field *schema.Field, lines []schema.Line) []any {
	rows := make([]record.Values, len(lines))
	for i, line := range lines {
		rows[i] = record.Values{}
		for name, value := range line.Values {
			if name != Amount {
				rows[i][name] = value
			}
		}
	}
	return record.Rows(field, rows)
}

// Off is a line by which the whole is less.
func Off(field *schema.Field, what string, amount int64) schema.Line {
	line := schema.Line{Values: map[string][]any{}}
	for _, sub := range field.Rows {
		line.Values[sub.Name] = make([]any, len(sub.Columns()))
	}
	line.Values["description"], line.Values["quantity"], line.Values["price"] = []any{what}, []any{int64(10_000)}, []any{-amount}
	return line
}
