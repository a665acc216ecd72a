// Package contact declares the people we know at a customer.
package contact

import (
	"context"
	"slices"

	"ecrm/internal/person"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "contact", Rules: map[string]record.Rules{"contact": {Check: check}}, Objects: []*schema.Object{{
		Name: "contact", Plural: "contacts", Icon: "person", Group: "sales", Title: "name", Owned: true, Through: []string{"customer"},
		Label: t("聯絡人", "联系人", "Contact"), LabelPlural: t("聯絡人", "联系人", "Contacts"),
		Aliases: schema.Words("contact person, 聯絡人員, primary contact, main contact, spokesperson, 發言人, person, people, lead, cp, member, 會員, 窗口, 聯絡窗口, 承辦人, 聯繫人, 主要聯絡人, 首要聯繫人, ansprechpartner, kontakt, contacto, 担当者"),
		Fields: slices.Concat(
			person.Fields("name", "family_name", "given_name", "english_name"),
			[]*schema.Field{
				{Name: "customer", Type: "reference",
					Aliases: schema.Words("客戶, 客戶名稱, 客戶全稱, 公司, 公司名稱, 企業, 企業名稱, 單位, 單位名稱, 工作單位, 服務單位, 任職公司, 所屬公司, 所屬客戶, 所屬企業, 關聯客戶, 相關公司, 參展商, 參展商名稱, 參展企業, accounts, companies, company account, default address company, associated companies, primary associated company, company name for emails, company, company name, account, account name, organization, organisation, organization name, organisation name, organization title, accounts account name, org, org name, employer, customer, customer name, related company, parent customer, parent company, associated company, primary company, works for, business name, current company, firma, firmenname, unternehmen, organisation, empresa, organización, entreprise, société, 会社名, 会社, 勤務先, 取引先名"),
					Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			},
			person.Fields("division", "title"),
			[]*schema.Field{
				{Name: "reports_to", Type: "reference",
					Aliases: schema.Words("reports to, reports to name, report to, reporting to, manager, manager name, managers name, 經理, 經理姓名, name des der vorgesetzten, name des vorgesetzten, supervisor, boss, superior, line manager, direct manager, 主管, 直屬主管, 直屬上級, 直接上級, 上級, 上級主管, 上級聯絡人, 匯報對象, 彙報對象, vorgesetzter, vorgesetzte, jefe, supérieur hiérarchique, 上司"),
					Targets: []string{"contact"}, Label: t("直屬主管", "直属上级", "Reports to")},
			},
			person.Fields("salutation", "phones", "mails", "line_id", "wechat_id"),
			[]*schema.Field{
				{Name: "address", Type: "address", Label: t("聯絡地址", "联系地址", "Address")},
				{Name: "home_address", Type: "address",
					Aliases: schema.Words("home, private, personal, residential, residence, other, alternate, alt, secondary, 其他, 住家, 家庭, 住宅, 戶籍, 居住, 自宅, privat, particular, domicile"),
					Label:   t("住家地址", "家庭地址", "Home address")},
			},
			person.Fields("website", "gender", "source"),
			[]*schema.Field{
				{Name: "picture", Type: "picture", Label: t("照片", "照片", "Photo")},
				{Name: "card", Type: "picture", Label: t("名片", "名片", "Name card")},
				{Name: "birthday", Type: "birthday", Indexed: true, Label: t("生日", "生日", "Birthday")},
				{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
				{Name: "last_contact_at", Type: "datetime", Label: t("最近聯絡", "最近跟进", "Last contact"), ReadOnly: true, Derived: true, Indexed: true},
				{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
			},
		),
		List:       []string{"name", "customer", "title", "phones", "mails", "owner", "created_at"},
		Calendar:   &schema.Calendar{At: "birthday"},
		Quick:      []string{"owner", "birthday"},
		Highlights: []string{"customer", "title", "phones", "mails", "owner"},
		Sections: []schema.Section{
			{Label: t("基本資料", "基本信息", "Basics"), Fields: []string{"name", "family_name", "given_name", "english_name", "customer", "division", "title", "reports_to", "salutation", "gender", "birthday", "source", "picture", "card", "owner", "tags"}},
			{Label: t("聯絡方式", "联系方式", "Contact"), Fields: []string{"phones", "mails", "line_id", "wechat_id", "website", "address", "home_address", "note", "external_ids"}},
		},
	}}}
}

func check(_ context.Context, c *record.Change) error {
	person.Keep(c)
	return nil
}
