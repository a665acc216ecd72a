package opportunity

import "ecrm/internal/schema"

// whose are the dimensions of who sold, to whom, and where it came from.
func whose() []schema.Dimension {
	return []schema.Dimension{
		{Name: "owner", Label: t("負責業務", "负责人", "Salesperson"), Field: "owner"},
		{Name: "department", Label: t("部門", "部门", "Department"), Field: "department"},
		{Name: "industry", Label: t("客戶產業", "客户行业", "Customer's industry"), Field: "customer.industry"},
		{Name: "region", Label: t("客戶地區", "客户地区", "Customer's region"), Field: "customer.region"},
		{Name: "level", Label: t("客戶等級", "客户级别", "Customer's level"), Field: "customer.level"},
		{Name: "source", Label: t("客戶來源", "客户来源", "Customer's source"), Field: "customer.source"},
		{Name: "deal_source", Label: t("商機來源", "商机来源", "Deal's source"), Field: "source"},
		{Name: "kind", Label: t("商機類型", "商机类型", "Type of deal"), Field: "kind"},
		{Name: "pipeline", Label: t("銷售流程", "销售流程", "Pipeline"), Field: "pipeline"},
	}
}

// closed are the deals that were decided.
const closed = `stage = won() OR stage = lost()`

func analyses() []*schema.Analysis {
	count := func(name string, label schema.Text, filter string) schema.Measure {
		return schema.Measure{Name: name, Label: label, Unit: schema.UnitCount, Fn: "count", Filter: filter}
	}
	won, lost := count("won", t("贏單", "赢单", "Won"), `stage = won()`), count("lost", t("輸單", "输单", "Lost"), `stage = lost()`)
	lost.Less = true
	return []*schema.Analysis{
		{
			Name: "funnel", Label: t("銷售漏斗", "销售漏斗", "Funnel"), Shape: schema.Funnel, Object: "opportunity", At: []string{"created_at"}, Period: "this_year",
			Help:       t("這段期間建立的商機，走到了哪些階段、每一階段花了多久", "该期间创建的商机，走到了哪些阶段、每个阶段用了多久", "How far the deals came that were made in this time, and how long each stage took"),
			Dimensions: append(schema.Times(), whose()...),
		},
		{
			Name: "winloss", Label: t("贏單／輸單分析", "赢单／输单分析", "Won and lost"), Object: "opportunity", At: []string{"closed_on"}, Base: closed, Period: "this_year",
			Help: t("這段期間結案的商機，贏了多少、輸了多少、為什麼", "该期间结单的商机，赢了多少、输了多少、为什么", "Of the deals decided in this time, how many were won and lost, and why"),
			Dimensions: append([]schema.Dimension{
				{Name: "reason", Label: t("原因", "原因", "Reason"), Field: "reason"},
				{Name: "competitor", Label: t("交手的競爭對手", "交手的竞争对手", "Competitor met"), Field: "competitors"},
				{Name: "lost_to", Label: t("輸給誰", "输给谁", "Lost to"), Field: "lost_to"},
			}, append(whose(), schema.Times()...)...),
			Overlaps: []string{"competitor"},
			Measures: []schema.Measure{
				won, lost,
				count("closed", t("結案", "结单", "Decided"), ""),
				{Name: "rate", Label: t("贏單率", "赢单率", "Win rate"), Unit: schema.UnitShare, Fn: "ratio", Of: [2]string{"won", "closed"}},
				{Name: "won_amount", Label: t("贏單金額", "赢单金额", "Amount won"), Unit: schema.UnitMoney, Fn: "sum", Field: "amount", Filter: `stage = won()`},
				{Name: "lost_amount", Label: t("輸單金額", "输单金额", "Amount lost"), Unit: schema.UnitMoney, Fn: "sum", Field: "amount", Filter: `stage = lost()`, Less: true},
				{Name: "cycle", Label: t("平均天數", "平均天数", "Average days"), Unit: schema.UnitDays, Fn: "avg", Field: "created_at", To: "closed_on", Less: true},
			},
		},
		{
			Name: "traits", Label: t("贏單共同點", "赢单共同点", "What the won have in common"), Shape: schema.Traits, Object: "opportunity", At: []string{"closed_on"}, Base: closed, Period: "last_12_months",
			Help:       t("贏的和輸的差在哪裡：產業、地區、來源、規模、拜訪次數、回應速度", "赢单与输单差在哪里：行业、地区、来源、规模、拜访次数、响应速度", "What tells the won from the lost: industry, region, source, size, visits, response time"),
			Dimensions: append(whose()[2:8], traits()...),
			Measures:   []schema.Measure{won, lost},
		},
		{
			Name: "sales", Label: t("銷售分析", "销售分析", "Sales"), Object: "opportunity", At: []string{"closed_on"}, Base: `stage = won()`, Period: "this_year",
			Help:       t("成交金額、件數、平均金額與天數，對照業績目標", "成交金额、单数、平均金额与天数，对照业绩目标", "Amount, number, average and days of what was won, against the target"),
			Dimensions: append(schema.Times(), whose()...),
			Measures: []schema.Measure{
				{Name: "amount", Label: t("成交金額", "成交金额", "Amount won"), Unit: schema.UnitMoney, Fn: "sum", Field: "amount"},
				count("deals", t("成交件數", "成交单数", "Deals won"), ""),
				{Name: "average", Label: t("平均金額", "平均金额", "Average amount"), Unit: schema.UnitMoney, Fn: "avg", Field: "amount"},
				{Name: "cycle", Label: t("平均成交天數", "平均成交天数", "Average days to win"), Unit: schema.UnitDays, Fn: "avg", Field: "created_at", To: "closed_on", Less: true},
				{
					Name: "target", Label: t("目標", "目标", "Target"), Unit: schema.UnitMoney, Fn: "sum", Field: "amount",
					// Those of people: a department's own target is one for the same sales.
					From: &schema.Source{Object: "target", At: "month", Base: `owner IS NOT EMPTY`, Fields: map[string]string{"owner": "owner", "department": "department"}},
				},
				{Name: "attainment", Label: t("達成率", "达成率", "Attainment"), Unit: schema.UnitShare, Fn: "ratio", Of: [2]string{"amount", "target"}},
			},
		},
	}
}

// traits are what else may tell the won from the lost.
func traits() []schema.Dimension {
	return []schema.Dimension{
		{Name: "size", Label: t("客戶規模", "客户规模", "Customer's size"), Cases: []schema.Case{
			{Label: t("不到 50 人", "不足 50 人", "Fewer than 50 people"), Filter: `customer.employees < 50`},
			{Label: t("50 到 199 人", "50 至 199 人", "50 to 199 people"), Filter: `customer.employees < 200`},
			{Label: t("200 人以上", "200 人以上", "200 people or more"), Filter: `customer.employees >= 200`},
		}},
		{Name: "visits", Label: t("拜訪客戶次數", "拜访客户次数", "Visits to the customer"), Cases: []schema.Case{
			{Label: t("沒有拜訪", "没有拜访", "None"), Filter: `customer.activities.count(kind = "visit" AND status = "done") < 1`},
			{Label: t("1 到 2 次", "1 至 2 次", "1 or 2"), Filter: `customer.activities.count(kind = "visit" AND status = "done") < 3`},
			{Label: t("3 次以上", "3 次以上", "3 or more"), Filter: `customer.activities.count(kind = "visit" AND status = "done") >= 3`},
		}},
		{Name: "response", Label: t("首次回應", "首次响应", "First response"), Cases: []schema.Case{
			{Label: t("一小時內", "一小时内", "Within an hour"), Filter: `leads.any(response_minutes <= 60)`},
			{Label: t("一天內", "一天内", "Within a day"), Filter: `leads.any(response_minutes <= 1440)`},
			{Label: t("超過一天", "超过一天", "Later"), Filter: `leads.any(response_minutes > 1440)`},
		}},
	}
}
