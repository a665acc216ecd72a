package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// rivalry is whom a made-up company sells against, and what is noted of them.
type rivalry struct {
	rivals []rival
	notes  []string
}

type rival struct{ name, level, threat, products, strengths, weaknesses, answer string }

// tenderKeys are the keys of the stages of tenders, beside those of the usual
// stages they stand for.
var tenderKeys = map[string]string{"new": "tender_found", "qualified": "tender_review", "proposal": "tender_sent", "negotiation": "tender_opened", "won": "tender_won", "lost": "tender_lost"}

var tender = schema.T("標案", "招投标", "Tenders")

var tenderStages = []schema.Option{
	{Value: "tender_found", Label: schema.T("取得標單", "获取标书", "Found"), Probability: 10, Kind: schema.Open, Stage: schema.Stage{Rotten: 10}},
	{Value: "tender_review", Label: schema.T("審標備標", "评审备标", "In preparation"), Probability: 25, Kind: schema.Open, Stage: schema.Stage{Rotten: 21, Checklist: []schema.Check{
		{Value: "tender_papers", Label: schema.T("資格文件備齊", "资质文件齐备", "Papers complete"), Required: true},
		{Value: "tender_bond", Label: schema.T("押標金已開立", "投标保证金已缴纳", "Bond issued"), Required: true},
		{Value: "tender_visit", Label: schema.T("現場勘查", "现场踏勘", "Site visited")},
	}}},
	{Value: "tender_sent", Label: schema.T("已投標", "已投标", "Handed in"), Probability: 45, Kind: schema.Open, Stage: schema.Stage{Rotten: 30, Needs: []string{"amount", "expected_close"}}},
	{Value: "tender_opened", Label: schema.T("開標議價", "开标议价", "Opened"), Probability: 70, Kind: schema.Open, Stage: schema.Stage{Rotten: 14}},
	{Value: "tender_won", Label: schema.T("得標", "中标", "Awarded"), Kind: schema.Won, Color: "green"},
	{Value: "tender_lost", Label: schema.T("未得標", "未中标", "Not awarded"), Kind: schema.Lost, Color: "red", Stage: schema.Stage{Needs: []string{"reason"}, Asks: []string{"lost_to"}}},
}

var rivals = map[string]rivalry{
	"zh-TW": {notes: words("規格較高但交期長 價格低一成 與採購熟識 只報主機不含安裝 付款條件較寬"), rivals: []rival{
		{"宏遠精密工業", "lower", "high", "CNC 主機、治具；報價約低一成，不含安裝", "價格低，通路廣", "售後只有北部有人，零件要等三週", "強調全省到府服務與備品庫存"},
		{"德昌機電", "alike", "medium", "自動化產線、配電盤", "老客戶多，與承辦熟", "軟體介面老舊，改機慢", "安排示範線參觀，比稼動率"},
		{"Kessler Systems", "higher", "medium", "歐系量測設備、軟體授權按年收", "品牌大，精度高", "單價高、授權費每年調漲", "算五年總成本給財務看"},
		{"立群科技", "lower", "low", "套裝軟體、雲端月租", "上線快，月租便宜", "客製少，資料帶不走", "展示客製與資料匯出"},
	}},
	"zh-CN": {notes: words("配置高但交期长 价格低一成 与采购熟悉 只报主机不含安装 账期更宽"), rivals: []rival{
		{"华远精密", "lower", "high", "数控主机、夹具；报价约低一成，不含安装", "价格低，渠道广", "售后只在华东，备件要等三周", "强调全国上门服务与备件库存"},
		{"德昌机电", "alike", "medium", "自动化产线、配电柜", "老客户多，与经办熟", "软件界面老旧，改造慢", "安排示范线参观，比开动率"},
		{"Kessler Systems", "higher", "medium", "欧系测量设备、软件按年授权", "品牌大，精度高", "单价高、授权费逐年上涨", "给财务算五年总成本"},
		{"立群科技", "lower", "low", "套装软件、云端月租", "上线快，月租便宜", "定制少，数据带不走", "演示定制与数据导出"},
	}},
	"en": {notes: []string{"Better spec, long delivery", "A tenth cheaper", "Knows the buyer", "No installation in the price", "Easier terms"}, rivals: []rival{
		{"Northgate Machining", "lower", "high", "Machines and fixtures, about a tenth below us, without installation", "Price, many dealers", "Service in one region only, parts take three weeks", "Point to service everywhere and parts in stock"},
		{"Dale Electric", "alike", "medium", "Production lines, switchboards", "Long-standing customers", "Dated software, slow changes", "Invite to the demonstration line"},
		{"Kessler Systems", "higher", "medium", "European metrology, yearly licences", "Brand, precision", "Price, licences that rise each year", "Show the cost over five years"},
		{"Quickstart Software", "lower", "low", "Packaged software by the month", "Quick start, cheap", "Little can be changed, data is hard to take along", "Show changes and export"},
	}},
}

// competition makes the second pipeline, and queues the competitors and what is to
// be sold.
func (m *maker) competition(ctx context.Context) error {
	m.odds = rand.New(rand.NewPCG(m.Seed, 3<<32|uint64(len(m.Locale))+uint64(m.locale.currency[0])))
	if err := m.tenders(ctx); err != nil {
		return err
	}
	then := m.now.AddDate(-2, 0, 0)
	for i, r := range rivals[m.Locale].rivals {
		id := m.add("competitor", then.Add(time.Duration(i)*time.Minute), 0, always(record.Input{
			"name": r.name, "price_level": r.level, "threat": r.threat, "products": r.products, "strengths": r.strengths, "weaknesses": r.weaknesses, "answer": r.answer,
		}))
		m.rivals = append(m.rivals, strconv.FormatInt(id, 10))
	}
	m.targets()
	return nil
}

// tenders gives the company a pipeline of its own for them.
func (m *maker) tenders(ctx context.Context) error {
	o := m.registry.Object("opportunity")
	usual := record.Pipeline{Value: schema.DefaultPipeline}
	for _, s := range o.Field(o.Stage).Options {
		if s.Pipeline == usual.Value {
			usual.Stages = append(usual.Stages, s)
		}
	}
	err := m.people.Records.ChangePipelines(ctx, policy.System(m.registry, "demo"), o, []record.Pipeline{usual, {Value: "tender", Label: tender, Stages: tenderStages}})
	// Everybody acts by the registry that has it.
	m.registry = m.people.Records.Current.Load()
	clear(m.actors)
	return err
}

// targets queues what each is to sell, month by month, from a year ago to the end
// of the next quarter.
func (m *maker) targets() {
	if m.Customers >= many {
		return
	}
	made := m.now.AddDate(-1, 0, -20)
	first := time.Date(m.now.Year(), m.now.Month(), 1, 0, 0, 0, 0, m.zone)
	// About what the deals of a salesperson bring in a month.
	usual := 4_000 * m.locale.scale * float64(m.Customers) / float64(max(1, len(m.sellers)+len(m.managers)))
	for _, s := range append(append([]seller{}, m.sellers...), m.managers...) {
		base := usual * (0.7 + 0.6*m.odds.Float64())
		for back := -12; back <= 4; back++ {
			month := first.AddDate(0, back, 0)
			amount := int64(base*(1+0.1*float64(m.odds.IntN(4)))/10_000) * 10_000
			m.add("target", made, 0, always(record.Input{
				"month": month.Format(time.DateOnly), "owner": strconv.FormatInt(s.id, 10), "department": strconv.FormatInt(s.department, 10),
				"amount": map[string]any{"amount": strconv.FormatInt(max(amount, 10_000), 10), "currency": m.locale.currency},
			}))
		}
	}
}

// stageOf is the stage of a deal that goes as tenders do, or as usual.
func stageOf(tender bool, stage string) string {
	if tender {
		return tenderKeys[stage]
	}
	return stage
}

// lostTo says who won a deal we lost, where that is known.
func (m *maker) lostTo(in record.Input) record.Input {
	if len(m.rivals) > 0 && m.odds.IntN(100) < 55 {
		in["lost_to"] = m.rivals[m.odds.IntN(len(m.rivals))]
	}
	return in
}

// meet queues that a competitor is after a deal too.
func (m *maker) meet(deal int64, at time.Time, s seller) {
	if m.Customers >= many || len(m.rivals) == 0 || m.odds.IntN(100) >= 40 {
		return
	}
	notes := rivals[m.Locale].notes
	price := math.Exp(10.8+1.2*m.odds.NormFloat64()) * m.locale.scale
	m.add("opportunity_competitor", at, s.id, always(record.Input{
		"opportunity": strconv.FormatInt(deal, 10), "competitor": m.rivals[m.odds.IntN(len(m.rivals))], "note": notes[m.odds.IntN(len(notes))],
		"stand": []string{"ahead", "even", "even", "behind"}[m.odds.IntN(4)],
		"price": map[string]any{"amount": strconv.FormatInt(int64(price/1000)*1000, 10), "currency": m.locale.currency},
	}))
}
