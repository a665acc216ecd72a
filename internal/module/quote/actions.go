package quote

import (
	"context"
	"errors"

	"ecrm/internal/lineitem"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// actions are what is done with a quote beyond writing it.
func actions() []*schema.Action {
	return []*schema.Action{
		{Name: "send", Label: t("標為已送出", "标为已发出", "Mark as sent"), Icon: "mail", Many: true, Reversible: true, When: &schema.Only{Field: "status", Values: []string{draft}}},
		{Name: "decline", Label: t("客戶婉拒", "客户拒绝", "Decline"), Icon: "close", Many: true, Reversible: true, When: &schema.Only{Field: "status", Values: []string{draft, sent, expired}}, Fields: []*schema.Field{
			{Name: "reason", Type: "text", MaxLength: 200, Label: t("婉拒原因", "拒绝原因", "Declined because")},
		}},
		{Name: "accept", Label: t("客戶接受", "客户接受", "Accept"), Icon: "check", Main: true, Many: true, Leads: accepted, When: &schema.Only{Field: "status", Values: []string{draft, sent, expired}},
			Help: t("有商機時，可以一併更新商機", "有商机时，可以一并更新商机", "Where there is an opportunity, it can follow"),
			Fields: []*schema.Field{
				{Name: "deal_items", Type: "boolean", Own: true, Default: false, Label: t("把商機的產品明細與金額改為這張報價", "将商机的产品明细与金额改为此报价", "Give the opportunity these items, and what they come to")},
				{Name: "deal_amount", Type: "boolean", Own: true, Default: true, Label: t("把商機金額改為報價總計", "将商机金额改为报价总计", "Set the opportunity's amount to the total")},
				{Name: "deal_won", Type: "boolean", Default: false, Label: t("商機改為成交", "商机改为赢单", "Mark the opportunity won")},
			}},
		{Name: "revise", Label: t("做新版本", "制作新版本", "New version"), Icon: "edit", Main: true, Many: true, When: &schema.Only{Field: "status", Values: []string{sent, declined, expired}},
			Help: t("內容複製到新的版本，這一版改為「已改版」", "内容复制到新版本，此版改为“已改版”", "What it offers is taken into a new version, and this one is marked replaced")},
	}
}

// doings are what the actions do.
var doings = map[string]record.Action{
	"send": {Do: func(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
		return nil, d.Change(ctx, Name, d.ID, record.Values{"status": {sent}})
	}},
	"decline": {Do: func(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
		values := record.Values{"status": {declined}}
		if reason := d.Input["reason"]; reason != nil {
			values["reason"] = reason
		}
		return nil, d.Change(ctx, Name, d.ID, values)
	}},
	"accept": {Offer: offerAccept, Do: accept},
	"revise": {Do: revise},
}

// offerAccept proposes what fits the deal: one with products goes on with those of the
// quote, another with its total.
func offerAccept(ctx context.Context, d *record.Doing) (*record.Offer, error) {
	deal, err := d.Shown(ctx, dealObject, d.Readable().Int("opportunity"))
	if err != nil {
		return nil, err
	}
	has := deal.Text("items") != ""
	return &record.Offer{Values: map[string]any{"deal_items": has, "deal_amount": !has}}, nil
}

const dealObject = "opportunity"

// accept notes that the customer took the offer, and has the opportunity follow where
// that is asked.
func accept(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	if err := d.Write(ctx, record.Values{"status": {accepted}}); err != nil {
		return nil, err
	}
	quote, change := d.Readable(), record.Values{}
	deal := quote.Int("opportunity")
	if d.Input.True("deal_items") && quote.Text("items") != "" {
		rows, err := handed(ctx, d, quote)
		if err != nil {
			return nil, err
		}
		change["items"] = rows
		// Of what is sent of the amount the currency alone is heard: the sum follows.
		change["amount"] = []any{quote.Int("subtotal") - quote.Int("discount_total"), quote.Text("currency"), nil}
	} else if d.Input.True("deal_amount") {
		if total := quote["total"]; len(total) > 1 && total[0] != nil {
			change["amount"] = []any{total[0], total[1], nil}
		}
	}
	if d.Input.True("deal_won") && deal != 0 {
		known, err := d.Values(ctx, dealObject, deal)
		if err != nil {
			return nil, err
		}
		deals := d.Actor.Registry.Object(dealObject)
		if won := deals.StageIn(known.Text(deals.Pipeline), &schema.Option{Kind: schema.Won}); won != nil {
			change["stage"] = []any{won.Value}
		}
	}
	if deal == 0 || len(change) == 0 {
		return nil, nil
	}
	return nil, atDeal(d.Change(ctx, dealObject, deal, change))
}

// atDeal says at what was asked that the deal's amount follows from its products.
func atDeal(err error) error {
	var refused *record.Error
	if errors.As(err, &refused) && len(refused.Fields) == 1 && refused.Fields[0].Code == "amount_of_items" {
		return record.Invalid("deal_amount", "amount_of_items")
	}
	return err
}

// handed are the rows of the quote as its deal takes them over: what is off the whole is
// one of them, so that they come to the same.
func handed(ctx context.Context, d *record.Doing, quote record.Values) ([]any, error) {
	field := d.Actor.Registry.Object(dealObject).Field("items")
	rows, err := lineitem.Taken(d.Object.Field("items"), field, quote.Text("items"), sees(ctx, d))
	if err != nil {
		return nil, err
	}
	if off := quote.Int("discount_total"); off != 0 {
		rows = append(rows, lineitem.Off(field, d.Object.Field("discount_total").Label.In(d.Actor.Language), off))
	}
	return lineitem.Written(field, rows), nil
}

// sees tells whether the actor may see a product.
func sees(ctx context.Context, d *record.Doing) func(product int64) (bool, error) {
	return func(product int64) (bool, error) {
		v, err := d.Shown(ctx, "product", product)
		return v != nil, err
	}
}

// carried are the fields that another version takes over.
var carried = []string{"customer", "contact", "opportunity", "subject", "currency", "tax_mode", "rounding", "discount", "discount_off", "payment_terms", "delivery", "trade_term", "trade_place", "packing", "notes", "internal_note", "language", "letterhead"}

// taken is what another version begins with.
func taken(ctx context.Context, d *record.Doing) (record.Values, error) {
	field := d.Object.Field("items")
	rows, err := lineitem.Taken(field, field, d.Record.Text("items"), sees(ctx, d))
	if err != nil {
		return nil, err
	}
	values := d.Owner(Name)
	values["items"] = lineitem.Written(field, rows)
	for _, name := range carried {
		if v := d.Record[name]; len(v) > 0 && v[0] != nil {
			values[name] = v
		}
	}
	return values, nil
}

// revise makes the next version and marks this one replaced.
func revise(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	values, err := taken(ctx, d)
	if err != nil {
		return nil, err
	}
	root := d.Record.Int("root")
	if root == 0 {
		root = d.ID
	}
	values["root"] = []any{root}
	// Anything but none, so that no number is drawn: the version is told from the first.
	values["number"] = []any{"-"}
	id, err := d.Create(ctx, Name, values)
	if err != nil {
		return nil, err
	}
	return &record.Outcome{Object: Name, ID: id}, d.Write(ctx, record.Values{"status": {replaced}})
}
