package activity

import "ecrm/internal/schema"

// analyses declares what was done for customers, by whom and when, beside what came of
// it: new customers, and those nobody spoke to.
func analyses() []*schema.Analysis {
	kind := func(name string, label schema.Text, filter string) schema.Measure {
		return schema.Measure{Name: name, Label: label, Unit: schema.UnitCount, Fn: "count", Filter: filter}
	}
	customers := map[string]string{"owner": "owner", "department": "department", "level": "level", "industry": "industry", "region": "region"}
	return []*schema.Analysis{{
		Name: "followup", Label: t("跟進分析", "跟进分析", "Follow-up"), Object: "activity", At: []string{"at"}, Base: `status = "done"`, Period: "last_8_weeks",
		Help: t("每個人、每一週打了幾通電話、拜訪幾次、開發幾個新客戶，還有多少客戶沒人聯絡", "每个人、每一周打了多少电话、拜访多少次、开发多少新客户，还有多少客户无人跟进", "Calls, visits and new customers of each person and week, and how many customers nobody is in touch with"),
		Dimensions: append([]schema.Dimension{
			{Name: "owner", Label: t("負責業務", "负责人", "Salesperson"), Field: "owner"},
			{Name: "week", Label: t("週", "周", "Week"), By: "week"},
			{Name: "day", Label: t("日", "日", "Day"), By: "day"},
			{Name: "month", Label: t("月份", "月份", "Month"), By: "month"},
			{Name: "quarter", Label: t("季", "季度", "Quarter"), By: "quarter"},
		}, schema.Dimension{Name: "department", Label: t("部門", "部门", "Department"), Field: "department"},
			schema.Dimension{Name: "kind", Label: t("方式", "方式", "Kind"), Field: "kind"},
			schema.Dimension{Name: "level", Label: t("客戶等級", "客户级别", "Customer's level"), Field: "customer.level"},
			schema.Dimension{Name: "industry", Label: t("客戶產業", "客户行业", "Customer's industry"), Field: "customer.industry"},
			schema.Dimension{Name: "region", Label: t("客戶地區", "客户地区", "Customer's region"), Field: "customer.region"}),
		Measures: []schema.Measure{
			kind("all", t("聯絡次數", "跟进次数", "Contacts"), `NOT kind = "note"`),
			kind("calls", t("電話", "电话", "Calls"), `kind = "call"`),
			kind("visits", t("拜訪", "拜访", "Visits"), `kind = "visit"`),
			kind("meetings", t("會議", "会议", "Meetings"), `kind = "meeting"`),
			kind("messages", t("訊息與郵件", "消息与邮件", "Messages and mails"), `kind IN ("line", "wechat", "mail")`),
			{Name: "reached", Label: t("聯絡到的客戶", "跟进的客户", "Customers reached"), Unit: schema.UnitCount, Fn: "distinct", Field: "customer", Filter: `NOT kind = "note"`},
			{Name: "new", Label: t("新客戶", "新客户", "New customers"), Unit: schema.UnitCount, Fn: "count", From: &schema.Source{Object: "customer", At: "created_at", Fields: customers}},
			{
				Name: "silent", Label: t("30 天沒聯絡的客戶", "30 天未跟进的客户", "Not contacted for 30 days"), Unit: schema.UnitCount, Fn: "count", Less: true,
				From: &schema.Source{Object: "customer", Base: `last_contact_at < today(-30) OR last_contact_at IS EMPTY`, Fields: customers},
			},
		},
	}}
}
