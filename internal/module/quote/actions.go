package quote

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// actions are what is done with a quote beyond writing it.
func actions() []*schema.Action {
	return []*schema.Action{
		{Name: "accept", Label: t("客戶接受", "客户接受", "Accept"), Icon: "check", Main: true, Leads: accepted, When: &schema.Only{Field: "status", Values: []string{draft, sent, expired}},
			Help: t("有商機時，可以一併更新商機", "有商机时，可以一并更新商机", "Where there is an opportunity, it can follow"),
			Fields: []*schema.Field{
				{Name: "deal_amount", Type: "boolean", Default: true, Label: t("把商機金額改為報價總計", "将商机金额改为报价总计", "Set the opportunity's amount to the total")},
				{Name: "deal_won", Type: "boolean", Default: false, Label: t("商機改為成交", "商机改为赢单", "Mark the opportunity won")},
			}},
		{Name: "revise", Label: t("做新版本", "制作新版本", "New version"), Icon: "edit", Main: true, When: &schema.Only{Field: "status", Values: []string{sent, declined, expired}},
			Help: t("內容複製到新的版本，這一版改為「已改版」", "内容复制到新版本，此版改为“已改版”", "What it offers is taken into a new version, and this one is marked replaced")},
	}
}

// doings are what the actions do.
var doings = map[string]record.Action{
	"accept": {Do: accept},
	"revise": {Do: revise},
}

// accept notes that the customer took the offer, and has the opportunity follow where
// that is asked.
func accept(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	if err := d.Write(ctx, record.Values{"status": {accepted}}); err != nil {
		return nil, err
	}
	quote, change := d.Readable(), record.Values{}
	deal := quote.Int("opportunity")
	if d.Input.True("deal_amount") {
		if total := quote["total"]; len(total) > 1 && total[0] != nil {
			change["amount"] = []any{total[0], total[1], nil}
		}
	}
	if d.Input.True("deal_won") && deal != 0 {
		known, err := d.Values(ctx, "opportunity", deal)
		if err != nil {
			return nil, err
		}
		deals := d.Actor.Registry.Object("opportunity")
		if won := deals.StageIn(known.Text(deals.Pipeline), &schema.Option{Kind: schema.Won}); won != nil {
			change["stage"] = []any{won.Value}
		}
	}
	if deal == 0 || len(change) == 0 {
		return nil, nil
	}
	return nil, d.Change(ctx, "opportunity", deal, change)
}

// carried are the fields that another version takes over.
var carried = []string{"customer", "contact", "opportunity", "subject", "currency", "tax_mode", "rounding", "discount", "discount_off", "payment_terms", "delivery", "trade_term", "trade_place", "packing", "notes", "internal_note", "language", "letterhead"}

// taken is what another version begins with.
func taken(d *record.Doing) (record.Values, error) {
	field := d.Object.Field("items")
	lines, err := schema.DecodeLines(field, d.Record.Text("items"))
	if err != nil {
		return nil, err
	}
	rows := make([]record.Values, len(lines))
	for i, line := range lines {
		rows[i] = record.Values{}
		for _, sub := range field.Rows {
			if sub.Name != "amount" {
				rows[i][sub.Name] = line.Values[sub.Name]
			}
		}
	}
	values := d.Owner(Name)
	values["items"] = record.Rows(field, rows)
	for _, name := range carried {
		if v := d.Record[name]; len(v) > 0 && v[0] != nil {
			values[name] = v
		}
	}
	return values, nil
}

// revise makes the next version and marks this one replaced.
func revise(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	values, err := taken(d)
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
