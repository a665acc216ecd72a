// Package opportunity declares the deals under way and their stages.
package opportunity

import (
	"context"

	"ecrm/internal/lineitem"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tally"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "opportunity", Analyses: analyses(), Rules: map[string]record.Rules{"opportunity": {Check: check, Actions: doings}}, Objects: []*schema.Object{{
		Name: "opportunity", Plural: "opportunities", Icon: "target", Group: "sales", Title: "name", Stage: "stage", Pipeline: "pipeline", Checks: "stage_checks", Likely: "probability", Summed: []string{"stage", "amount", "probability", "expected_close", "created_at", "closed_on"}, Owned: true, Settled: "closed_on", Through: []string{"customer"},
		Label: t("商機", "商机", "Opportunity"), LabelPlural: t("商機", "商机", "Opportunities"),
		Aliases: schema.Words("deal, potential, opp, sales opportunity, 機會, 銷售機會, 案件, verkaufschance, oportunidad, opportunité, affaire, 商談"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text",
				Aliases: schema.Words("商機, 商機名稱, 商機主題, 商機標題, 機會, 機會名稱, 銷售機會, 項目名稱, 專案名稱, 案名, 標題, 主題, 案件名稱, 標案名稱, deal, deal name, deal title, opportunity, opportunity name, opp name, potential name, potential, lead name, lead title, project name, title, subject, topic, verkaufschance, projekt, oportunidad, nombre de la oportunidad, opportunité, affaire, 案件名, 商談名"),
				Label:   t("名稱", "名称", "Name"), Required: true, Search: "n"},
			{Name: "customer", Type: "reference",
				Aliases: schema.Words("客戶, 客戶名稱, 公司, 公司名稱, 所屬客戶, 客戶全稱, 關聯客戶, potential customer, account, account name, company, company name, customer name, client, client name, organization, organization name, organisation, related company, associated company, primary company, prospect name, firma, unternehmen, kunde, empresa, cliente, entreprise, société, 取引先名, 会社名"),
				Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "stage", Type: "picklist",
				Aliases: schema.Words("商機階段, 銷售階段, 機會階段, 項目階段, 當前階段, 成交階段, 銷售流程, 商機狀態, 狀態, deal stage, sales stage, stage name, opportunity stage, opportunity status, deal status, leadstate, lead state, pipeline stage, pipeline phase, pipeline status, phase, status, verkaufsphase, etapa, étape, フェーズ"),
				Label:   t("階段", "阶段", "Stage"), Required: true, Default: "new", Indexed: true, Options: []schema.Option{
					{Value: "new", Label: t("初步接洽", "初步接洽", "New"), Probability: 10, Kind: "open", Stage: schema.Stage{Rotten: 14}, Aliases: schema.Words("prospecting, prospect, lead, lead in, new lead, open, engaging, appointment scheduled, contact made, contacted, initial contact, first contact, discovery, identified, not started, 初步接觸, 初步溝通, 初期溝通, 初訪, 接觸, 接洽, 新建, 新機會, 發現商機, 線索, 驗證客戶, 潛在, 跟進中, kontaktiert, erstkontakt, offen, neu")},
					{Value: "qualified", Label: t("需求確認", "需求确认", "Qualified"), Probability: 30, Kind: "open", Stage: schema.Stage{Rotten: 21}, Aliases: schema.Words("qualification, qualify, qualifying, qualified to buy, needs analysis, needs defined, needs assessment, need analysis, requirements, id decision makers, identify decision makers, perception analysis, evaluation, develop, solution, demo, demo scheduled, demonstration, meeting scheduled, 需求分析, 需求溝通, 需求挖掘, 確認需求, 立項評估, 評估, 評估中, 立項, 產品展示, 技術交流, qualifizierung, qualifiziert, bedarfsanalyse")},
					{Value: "proposal", Label: t("提案報價", "方案报价", "Proposal"), Probability: 50, Kind: "open", Stage: schema.Stage{Rotten: 21}, Aliases: schema.Words("proposal made, proposal sent, proposal price quote, proposal quote, proposition, propose, quote, quoted, quotation, quote sent, price quote, initial offer, offer, value proposition, presentation, presentation scheduled, bid, 報價, 報價中, 已報價, 提案, 方案, 方案制定, 方案確認, 方案階段, 提交方案, 投標, 送樣, 試用, angebot, angebot erstellt, angebotsphase")},
					{Value: "negotiation", Label: t("議價談判", "商务谈判", "Negotiation"), Probability: 75, Kind: "open", Stage: schema.Stage{Rotten: 14}, Aliases: schema.Words("negotiating, negotiations, negotiation review, negotiations started, in negotiation, contract, contract sent, contract negotiation, decision maker bought in, verbal agreement, verbal commitment, commit, closing, close, 談判, 議價, 議價中, 洽談, 洽談中, 商務談判, 談判審核, 商務洽談, 簽約中, 合同簽訂, 合約簽訂, 合約審核, verhandlung")},
					{Value: "won", Label: t("成交", "赢单", "Won"), Probability: 100, Kind: "won", Color: "green", Aliases: schema.Words("closed won, win, deal won, ordered, signed, converted, success, successful, 贏單, 已成交, 成交客戶, 成功, 簽約, 已簽約, 結案成交, 得標, 中標, 完成, gewonnen, auftrag, ganado, gagné")},
					{Value: "lost", Label: t("未成交", "输单", "Lost"), Kind: "lost", Color: "red", Stage: schema.Stage{Needs: []string{"reason"}, Asks: []string{"lost_to"}}, Aliases: schema.Words("closed lost, closed lost to competition, lose, dead, abandoned, dropped, cancelled, canceled, failed, no go, disqualified, 輸單, 丟單, 流失, 失敗, 已流失, 已失敗, 放棄, 作廢, 取消, 無效, 未得標, 落標, verloren, abgesagt, perdido, perdu")},
				}},
			schema.PipelineField(t("銷售流程", "销售流程", "Pipeline"), t("標準銷售", "标准销售", "Standard sales")),
			schema.ChecksField(),
			schema.SinceField("stage"),
			{Name: "probability", Type: "integer", OfHundred: true,
				Aliases: schema.Words("機率, 概率, 成交概率, 成交機率, 成功率, 贏率, 贏單率, 贏單概率, 成交可能性, 可能性, probability, deal probability, probability of win, win probability, win rate, close probability, confidence, wahrscheinlichkeit, probabilidad, probabilité, 確度"),
				Label:   t("成交機率 %", "赢率 %", "Probability %")},
			{Name: "amount", Type: "money", SumOf: "items",
				Aliases: schema.Words("金額, lead value, lead amount, 預計金額, 預估金額, 商機金額, 銷售金額, 預計銷售金額, 預計成交金額, 預期金額, 成交金額, 合約金額, 項目金額, 案件金額, 報價金額, amount, deal amount, value, deal value, deal size, quote amount, turnover, close value, opportunity amount, opportunity value, expected value, expected revenue, estimated revenue, estimated value, est revenue, potential value, umsatz, auftragswert, betrag, importe, monto, valor, montant, 金額（税抜）, 見込金額"),
				Label:   t("金額", "金额", "Amount")},
			{Name: "expected_close", Type: "date",
				Aliases: schema.Words("預計成交日, 預計成交日期, 預計結單日期, 預計簽約日期, 預計結案日, 預計成單日期, 預計完成日期, 成交日期, 結單日期, 簽約日期, close date, closed date, closing date, closedate, expected close, expected closing, expected closing date, assumed close date, estimated closing date, expected close date, estimated close date, est close date, end scheduled, target close date, actual close date, won time, abschlussdatum, fecha de cierre, date de clôture, 完了予定日, 受注予定日"),
				Label:   t("預計成交日", "预计成交日期", "Expected close"), Indexed: true},
			{Name: "closed_on", Type: "date", Label: t("結案日", "结单日期", "Closed on"), ReadOnly: true, Indexed: true},
			{Name: "reason", Type: "text",
				Aliases: schema.Words("輸單原因, 失敗原因, 丟單原因, 流失原因, 贏單原因, 未成交原因, 成交原因, lost reason, loss reason, lost because, reason lost, closed lost reason, closed won reason, reason for loss, won reason, verlustgrund, motivo de pérdida, motif de perte, 失注理由"),
				Label:   t("成交／未成交原因", "赢单／输单原因", "Won / lost because")},
			{Name: "lost_to", Type: "reference", Targets: []string{"competitor"}, Only: &schema.Only{Field: "stage", Values: []string{"lost"}},
				Aliases: schema.Words("得標廠商, 得標者, 輸給, 競爭對手, 丟單對手, competitor, lost to, lost to competitor, main competitor, main competitors, winning competitor"),
				Label:   t("得標的競爭對手", "赢单的竞争对手", "Lost to")},
			{Name: "kind", Type: "picklist",
				Aliases: schema.Words("type, lead type, deal type, opportunity type, potential type, business type, 商機類型, 機會類型, 業務類型, 類型, 銷售類型"),
				Label:   t("商機類型", "商机类型", "Type"), Options: []schema.Option{
					{Value: "new", Label: t("新業務", "新业务", "New business"), Aliases: schema.Words("new, new customer, newbusiness, new client, 新客戶, 新客, 新業務開發, 首次購買, 新購, neugeschäft, neukunde")},
					{Value: "existing", Label: t("既有客戶", "老客户", "Existing business"), Aliases: schema.Words("existing, existing customer, existingbusiness, existing customer upgrade, existing customer replacement, existing customer downgrade, upsell, up sell, cross sell, add on, upgrade, expansion, 老客戶, 舊客戶, 加購, 增購, 追加, 升級, 重購, 復購, bestandskunde")},
					{Value: "renewal", Label: t("續約", "续约", "Renewal"), Aliases: schema.Words("renew, existing customer renewal, contract renewal, 續簽, 續費, 續購, verlängerung")},
				}},
			{Name: "source", Type: "picklist",
				Aliases: schema.Words("來源, 商機來源, 機會來源, 客戶來源, 線索來源, 來源管道, lead source, leadsource, deal source, opportunity source, original source, original source type, original traffic source, source name, quelle, herkunft, origen, fuente, origine, 流入経路"),
				Label:   t("來源", "来源", "Source"), Options: schema.Sources()},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "last_contact_at", Type: "datetime", Label: t("最近聯絡", "最近跟进", "Last contact"), ReadOnly: true, Derived: true, Indexed: true},
			{Name: "items", Type: "lines", Label: t("產品明細", "产品明细", "Products"),
				Aliases: schema.Words("產品, 商機產品, 產品項目, products, line items, opportunity products, deal products"),
				Rows:    lineitem.Fields(&schema.Field{Type: "money", Label: t("金額", "金额", "Amount"), Aliases: schema.Words("小計, total price, line total, subtotal")})},
			{Name: "next_step", Type: "text",
				Aliases: schema.Words("下一步, 下一步行動, 下一步計畫, 下步計劃, 後續行動, next step, next steps, nextstep, next action, nächster schritt, próximo paso, prochaine étape, 次のステップ"),
				Label:   t("下一步", "下一步", "Next step")},
			{Name: "next_step_on", Type: "date", Indexed: true,
				Aliases: schema.Words("下一步日期, 下一步時間, 下次跟進日期, 下次行動日期, next step date, next action date, next step due date, nächster schritt am"),
				Label:   t("下一步日期", "下一步日期", "Next step on")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		Powers: []schema.Power{{Name: schema.Rank, Label: t("看排行榜", "查看排行榜", "See the leaderboard"), Help: t("比較同事成交的金額，看不到各筆商機", "比较同事赢单的金额，看不到各条商机", "Compare what colleagues won, without seeing their deals")}},
		Reported: []schema.Reported{
			{Key: "deals_won", Label: t("成交的商機", "赢单的商机", "Deals won"), Order: 20, At: "closed_on", Filter: "stage = won()", Sum: "amount", Show: []string{"customer", "amount", "closed_on"}},
			{Key: "deals_lost", Label: t("未成交的商機", "输单的商机", "Deals lost"), Order: 25, At: "closed_on", Filter: "stage = lost()", Sum: "amount", Show: []string{"customer", "amount", "reason", "closed_on"}},
			{Key: "deals_moved", Label: t("推進的商機", "推进的商机", "Deals moved"), Order: 30, At: "stage_changed_at", Filter: "stage = open()", By: "stage", Sum: "amount", Show: []string{"customer", "stage", "amount", "stage_changed_at"}},
		},
		List:       []string{"name", "customer", "stage", "amount", "expected_close", "owner", "created_at"},
		Calendar:   &schema.Calendar{At: "expected_close", Shown: "closed_on IS EMPTY"},
		Quick:      []string{"stage", "owner", "expected_close"},
		Highlights: []string{"customer", "stage", "amount", "expected_close", "owner"},
		Sections: []schema.Section{
			{Label: t("商機", "商机", "Opportunity"), Fields: []string{"name", "customer", "stage", "probability", "amount", "expected_close", "kind", "source", "reason", "lost_to", "next_step", "next_step_on", "owner", "tags", "note", "external_ids"}},
			{Label: t("產品明細", "产品明细", "Products"), Fields: []string{"items"}},
		},
		Related: []schema.Related{{Object: "quote", Field: "opportunity"}, {Object: "task", Field: "opportunity"}},
		Actions: actions(),
	}, contacts()}}
}

// check has the amount follow from the products and notes the day a deal was closed.
func check(ctx context.Context, c *record.Change) error {
	if err := sum(ctx, c); err != nil {
		return err
	}
	if !c.Changed("stage") {
		return nil
	}
	c.After["closed_on"] = []any{nil}
	if stage := c.Object.Field("stage").Option(c.After.Text("stage")); stage != nil && stage.Kind != schema.Open {
		c.After["closed_on"] = []any{c.Today()}
	}
	return nil
}

// sum puts what the products come to in the place of the amount, where there are any.
// Of an amount that is sent along, the currency is that of the prices; its number is no
// other than it was, or than they come to. A file says what was agreed elsewhere: its
// products hold.
func sum(ctx context.Context, c *record.Change) error {
	if c.After.Text("items") == "" || !c.Changed("items") && !c.Changed("amount") {
		return nil
	}
	sent, before := c.After["amount"], c.Before["amount"]
	currency := c.Currency()
	for _, amount := range [][]any{before, sent} {
		if len(amount) > 1 && amount[0] != nil {
			currency, _ = amount[1].(string)
		}
	}
	total, err := lineitem.Compute(ctx, c, "items", tally.Terms{Currency: currency, Mode: tally.NoTax}, c.Actor.Language)
	if err != nil {
		return err
	}
	typed := c.Changed("amount") && c.After.Int("amount") != total.Total && c.After.Int("amount") != c.Before.Int("amount")
	if typed && !c.Actor.Importing {
		return record.Invalid("amount", "amount_of_items")
	}
	c.After["amount"] = []any{total.Total, currency, nil}
	return nil
}
