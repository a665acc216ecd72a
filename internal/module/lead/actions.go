package lead

import (
	"context"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// A lead is converted once somebody typed it, and given up at any time.
var (
	ready = &schema.Only{Field: "status", Values: []string{fresh, working, "qualified"}}
	open  = &schema.Only{Field: "status", Values: []string{untyped, fresh, working, "qualified"}}
)

func actions() []*schema.Action {
	deal := &schema.Only{Field: "deal", Values: []string{"new"}}
	return []*schema.Action{
		{Name: "convert", Label: t("轉換", "转化", "Convert"), Icon: "convert", Main: true, Many: true, When: ready, Leads: converted,
			Help: t("變成客戶、聯絡人與商機；聯絡紀錄、待辦、留言與檔案一起帶過去，潛在客戶留著可查。", "转成客户、联系人与商机；跟进记录、任务、评论与文件一并带过去，线索保留可查。", "It becomes a customer, a contact and an opportunity. Activities, tasks, comments and files go along; the lead stays to be read."),
			Fields: []*schema.Field{
				{Name: "customer", Type: "reference", Own: true, Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
				{Name: "contact", Type: "reference", Own: true, Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
				{Name: "fill", Type: "boolean", Own: true, Label: t("補上現有資料的空白欄位", "补全已有数据的空白字段", "Fill the gaps of what is there already"), Default: true},
				{Name: "deal", Type: "picklist", Label: t("商機", "商机", "Opportunity"), Required: true, Default: "new", Options: []schema.Option{
					{Value: "new", Label: t("一併建立商機", "同时新建商机", "Make an opportunity too")}, {Value: "none", Label: t("先不建立", "暂不新建", "Not now")},
				}},
				{Name: "deal_name", Type: "text", Own: true, Only: deal, Required: true, Label: t("商機名稱", "商机名称", "Its name")},
				{Name: "deal_amount", Type: "money", Own: true, Only: deal, Label: t("金額", "金额", "Amount")},
				{Name: "deal_close", Type: "date", Only: deal, Label: t("預計成交日", "预计成交日期", "Expected close")},
			}},
		{Name: "disqualify", Label: t("設為無效", "标为无效", "Disqualify"), Icon: "close", Many: true, Reversible: true, When: open, Leads: disqualified, Fields: []*schema.Field{
			{Name: "reason", Type: "picklist", Required: true, Label: t("無效原因", "无效原因", "Why"), Options: reasons()},
			{Name: "note", Type: "text", MaxLength: 300, Label: t("說明", "说明", "More about it")},
		}},
		{Name: "reopen", Label: t("重新開啟", "重新激活", "Reopen"), Icon: "undo", Main: true, Many: true, Reversible: true, When: &schema.Only{Field: "status", Values: []string{disqualified}},
			Help: t("回到「聯絡中」，原因會清除（歷程裡查得到）。", "回到“跟进中”，原因会清除（历史中可查）。", "It is being worked on again; the reason is cleared and stays in the history.")},
	}
}

// past tells what became of a lead that is converted already.
func past(ctx context.Context, d *record.Doing) error {
	v := d.Readable()
	if v.Text("status") != converted || v.Int("customer") == 0 || v.Int("converted_by") == 0 || v.Int("converted_at") == 0 {
		return nil
	}
	customer, err := d.Label(ctx, "customer", v.Int("customer"))
	if err != nil {
		return err
	}
	by, err := d.Label(ctx, "user", v.Int("converted_by"))
	if err != nil {
		return err
	}
	at := time.UnixMicro(v.Int("converted_at")).In(d.Actor.Zone()).Format("01/02 15:04")
	if customer == "" {
		return record.Clash("status", "lead_converted_hidden", "by", by, "at", at)
	}
	return record.Clash("status", "lead_converted", "customer", customer, "by", by, "at", at)
}

// isPerson tells whether the lead names somebody and not only a company or a number.
func isPerson(v record.Values) bool {
	name := v.Text("name")
	return name != "" && name != v.Text("company") && (v.Text("family_name") != "" || v.Text("given_name") != "" || v.Text("title") != "")
}

// customerOf is what a lead tells of the customer it becomes.
func customerOf(v record.Values) record.Values {
	c := take(v, "website", "address", "industry", "region", "tax_number", "source", "tags")
	if v.Text("company") == "" {
		c["kind"], c["name"] = []any{"person"}, v["name"]
	} else {
		c["kind"], c["name"] = []any{"company"}, v["company"]
	}
	if v.Text("company") == "" || !isPerson(v) {
		c["phones"], c["mails"] = v["phones"], v["mails"]
	}
	return c
}

// contactOf is what a lead tells of a contact.
func contactOf(v record.Values) record.Values {
	return take(v, "name", "family_name", "given_name", "english_name", "division", "title", "salutation", "phones", "mails", "line_id", "wechat_id", "source", "card", "note")
}

func take(v record.Values, names ...string) record.Values {
	taken := record.Values{}
	for _, name := range names {
		if c := v[name]; len(c) > 0 && c[0] != nil {
			taken[name] = c
		}
	}
	return taken
}

// offer looks for customers and contacts who may be the same.
func offer(ctx context.Context, d *record.Doing) (*record.Offer, error) {
	lead := d.Readable()
	like := customerOf(lead)
	like["phones"], like["mails"] = lead["phones"], lead["mails"]
	customers, err := d.Alike(ctx, "customer", like)
	if err != nil {
		return nil, err
	}
	person := contactOf(lead)
	if !isPerson(lead) {
		person = take(lead, "phones", "mails", "line_id", "wechat_id")
	}
	contacts, err := d.Alike(ctx, "contact", person)
	if err != nil {
		return nil, err
	}
	if customers.Found, err = employers(ctx, d, customers.Found, contacts.Found); err != nil {
		return nil, err
	}
	values := map[string]any{"fill": true, "deal": "none"}
	if d.May("opportunity", policy.Create) {
		values["deal"] = "new"
	}
	who := lead.Text("company")
	if who == "" {
		who = lead.Text("name")
	}
	values["deal_name"] = who
	if interest := []rune(lead.Text("interest")); len(interest) > 0 {
		values["deal_name"] = who + " " + string(interest[:min(len(interest), 40)])
	}
	return &record.Offer{Values: values, Candidates: map[string]record.Candidates{"customer": customers, "contact": contacts}}, nil
}

// employers adds the customers that the contacts found belong to.
func employers(ctx context.Context, d *record.Doing, customers, contacts []record.Candidate) ([]record.Candidate, error) {
	known := map[int64]bool{}
	for _, c := range customers {
		known[c.ID] = true
	}
	for _, c := range contacts {
		v, err := d.Shown(ctx, "contact", c.ID)
		if err != nil {
			return nil, err
		}
		id := v.Int("customer")
		if id == 0 || known[id] {
			continue
		}
		known[id] = true
		label, err := d.Label(ctx, "customer", id)
		if err != nil {
			return nil, err
		}
		if label != "" {
			customers = append(customers, record.Candidate{ID: id, Label: label, Matched: []string{"contact"}})
		}
	}
	return customers, nil
}

// convert makes of the lead what it becomes.
func convert(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	v, fill := d.Readable(), d.Input["fill"] == nil || d.Input.True("fill")
	customer, contact, opportunity := d.Input.Int("customer"), d.Input.Int("contact"), int64(0)
	var err error
	if contact != 0 {
		// A contact that is there belongs to its customer already.
		one, err := d.Values(ctx, "contact", contact)
		if err != nil {
			return nil, err
		}
		at, err := employer(ctx, d, contact, one.Int("customer"))
		if err != nil {
			return nil, err
		}
		switch {
		case at != 0 && customer == 0:
			customer = at
		case at != 0 && at != customer:
			return nil, record.Invalid("contact", "contact_elsewhere")
		}
	}
	if customer == 0 {
		customer, err = d.Create(ctx, "customer", with(customerOf(v), d.Owner("customer")))
	} else if fill {
		gaps := customerOf(v)
		delete(gaps, "kind")
		err = refused("customer", d.Fill(ctx, "customer", customer, gaps))
	}
	if err != nil {
		return nil, err
	}
	here := record.Values{"customer": {customer}}
	switch {
	case contact != 0 && fill:
		gaps := with(contactOf(v), here)
		for _, name := range []string{"name", "family_name", "given_name", "salutation"} {
			delete(gaps, name) // who somebody is, is no gap
		}
		err = refused("contact", d.Fill(ctx, "contact", contact, gaps))
	case contact == 0 && isPerson(v):
		contact, err = d.Create(ctx, "contact", with(contactOf(v), here, d.Owner("contact")))
	}
	if err != nil {
		return nil, err
	}
	if d.Input.Text("deal") == "new" {
		deal := with(take(v, "source", "tags"), here, d.Owner("opportunity"))
		deal["name"], deal["amount"], deal["expected_close"], deal["note"] = d.Input["deal_name"], d.Input["deal_amount"], d.Input["deal_close"], v["interest"]
		if opportunity, err = d.Create(ctx, "opportunity", present(deal)); err != nil {
			return nil, err
		}
	}
	became := record.Values{"customer": {customer}, "contact": {some(contact)}, "opportunity": {some(opportunity)}}
	if err := d.Write(ctx, with(became, record.Values{"status": {converted}, "converted_at": {d.Now}, "converted_by": {some(d.Actor.ID)}})); err != nil {
		return nil, err
	}
	along := present(became)
	if err := d.Carry(ctx, "customer", customer, map[string]record.Values{"activity": along, "task": along}); err != nil {
		return nil, err
	}
	return &record.Outcome{Object: "customer", ID: customer}, nil
}

// employer is the customer a contact belongs to, 0 for none. One that the actor may not see gets
// nothing of the lead: its own people would read it.
func employer(ctx context.Context, d *record.Doing, contact, customer int64) (int64, error) {
	if customer == 0 {
		return 0, nil
	}
	one, err := d.Shown(ctx, "contact", contact)
	if err != nil {
		return 0, err
	}
	label, err := d.Label(ctx, "customer", customer)
	if err == nil && (one.Int("customer") != customer || label == "") {
		err = record.Invalid("contact", "contact_unseen")
	}
	return customer, err
}

// refused says at the field of the form that something there may not be changed.
func refused(field string, err error) error {
	if record.IsCode(err, "forbidden") || record.IsCode(err, "not_found") {
		return record.Invalid(field, "lead_may_not_fill")
	}
	return err
}

func with(v record.Values, more ...record.Values) record.Values {
	joined := record.Values{}
	for _, one := range append([]record.Values{v}, more...) {
		for name, columns := range one {
			joined[name] = columns
		}
	}
	return joined
}

// present leaves out what holds nothing.
func present(v record.Values) record.Values {
	kept := record.Values{}
	for name, columns := range v {
		if len(columns) > 0 && columns[0] != nil {
			kept[name] = columns
		}
	}
	return kept
}

func some(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

func disqualify(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	note := d.Input["note"]
	if note == nil {
		note = []any{nil}
	}
	return nil, d.Write(ctx, record.Values{"status": {disqualified}, "reason": d.Input["reason"], "reason_note": note})
}

func reopen(ctx context.Context, d *record.Doing) (*record.Outcome, error) {
	return nil, d.Write(ctx, record.Values{"status": {working}})
}
