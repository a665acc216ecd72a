// Package contact declares the people we know at a customer.
package contact

import (
	"context"
	"strings"
	"unicode"

	"ecrm/internal/local"
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
		Fields: []*schema.Field{
			{Name: "name", Type: "text",
				Aliases: schema.Words("聯絡人, 聯絡人員, 姓名稱謂, 顧客姓名, 貴賓姓名, 學員姓名, 報名者, 報名人, 參加者, 聯繫人, 聯絡人姓名, 聯絡人名稱, 全名, 名稱, 名字, 窗口, 承辦人, full name, fullname, display name, formatted name, file as, fn, n_fn, contact, contact name, contact person, person, person name, employee name, customer name, client name, 客戶姓名, 會員姓名, nombre, nom, 會員姓名, 姓名全稱, nombre completo, nombre y apellidos, nom complet, nom et prénom, ansprechpartner, kontakt, kontaktperson, 氏名, 担当者名, お名前"),
				Label:   t("姓名", "姓名", "Name"), Required: true, Match: "person", Search: "n", Indexed: true},
			{Name: "family_name", Type: "text",
				Aliases: schema.Words("姓, 姓氏, last name, lastname, last, family name, familyname, surname, second name, n family, nachname, familienname, apellido, apellidos, nom, nom de famille, 姓（漢字）"),
				Label:   t("姓", "姓", "Family name"), MaxLength: 60},
			{Name: "given_name", Type: "text",
				Aliases: schema.Words("名, 名字, middle name, middlename, middle, middle initial, middle names, 中間名, additional name, additional names, second given name, n middle, zweiter vorname, weitere vornamen, segundo nombre, deuxième prénom, first name, firstname, first, given name, givenname, forename, n given, vorname, prénom, nombre, nombre de pila, 名（漢字）"),
				Label:   t("名", "名", "Given name"), MaxLength: 60},
			{Name: "english_name", Type: "text",
				Aliases: schema.Words("英文名, 英文姓名, 英文名字, english name"),
				Label:   t("英文名", "英文名", "English name"), Match: "person", Search: "n"},
			{Name: "customer", Type: "reference",
				Aliases: schema.Words("客戶, 客戶名稱, 客戶全稱, 公司, 公司名稱, 企業, 企業名稱, 單位, 單位名稱, 工作單位, 服務單位, 任職公司, 所屬公司, 所屬客戶, 所屬企業, 關聯客戶, 相關公司, 參展商, 參展商名稱, 參展企業, accounts, companies, company account, default address company, associated companies, primary associated company, company name for emails, company, company name, account, account name, organization, organisation, organization name, organisation name, organization title, accounts account name, org, org name, employer, customer, customer name, related company, parent customer, parent company, associated company, primary company, works for, business name, current company, firma, firmenname, unternehmen, organisation, empresa, organización, entreprise, société, 会社名, 会社, 勤務先, 取引先名"),
				Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "division", Type: "text",
				Aliases: schema.Words("部門, 單位部門, 所在部門, 所屬部門, 任職單位, department, dept, org unit, organization department, division, abteilung, departamento, service, 部署, 部署名"),
				Label:   t("任職部門", "任职部门", "Division"), MaxLength: 100},
			{Name: "title", Type: "text",
				Aliases: schema.Words("職稱, 工作崗位, 崗位, 職業, function, business role, account role, 職務, 職位, 職銜, 頭銜, job title, jobtitle, title, position, role, job role, job function, job position, designation, organization title, occupation, profession, funktion, beruf, berufsbezeichnung, stellung, cargo, puesto, fonction, poste, 役職"),
				Label:   t("職稱", "职务", "Title"), MaxLength: 100},
			{Name: "reports_to", Type: "reference",
				Aliases: schema.Words("reports to, reports to name, report to, reporting to, manager, manager name, managers name, 經理, 經理姓名, name des der vorgesetzten, name des vorgesetzten, supervisor, boss, superior, line manager, direct manager, 主管, 直屬主管, 直屬上級, 直接上級, 上級, 上級主管, 上級聯絡人, 匯報對象, 彙報對象, vorgesetzter, vorgesetzte, jefe, supérieur hiérarchique, 上司"),
				Targets: []string{"contact"}, Label: t("直屬主管", "直属上级", "Reports to")},
			{Name: "salutation", Type: "text",
				Aliases: schema.Words("稱謂, 稱呼, salutation name, salutation, greeting, courtesy title, prefix, name prefix, honorific, honorific prefix, n_prefix, title of courtesy, anrede, titel, tratamiento, civilité, 敬称"),
				Label:   t("稱謂", "称谓", "Form of address"), MaxLength: 40},
			{Name: "phones", Type: "phones", Label: t("電話", "电话", "Phones"), Match: "phone", Search: "p"},
			{Name: "mails", Type: "mails", Label: t("電子郵件", "邮箱", "Emails"), Match: "mail", Search: "p"},
			{Name: "line_id", Type: "text",
				Aliases: schema.Words("line, line id, lineid, line 帳號, line account"),
				Label:   t("LINE ID", "LINE ID", "LINE ID"), MaxLength: 60, Match: "code", Search: "i"},
			{Name: "wechat_id", Type: "text",
				Aliases: schema.Words("微信, 微信號, 微信帳號, wechat, wechat id, weixin, we chat"),
				Label:   t("微信號", "微信号", "WeChat ID"), MaxLength: 60, Match: "code", Search: "i"},
			{Name: "address", Type: "address", Label: t("聯絡地址", "联系地址", "Address")},
			{Name: "home_address", Type: "address",
				Aliases: schema.Words("home, private, personal, residential, residence, other, alternate, alt, secondary, 其他, 住家, 家庭, 住宅, 戶籍, 居住, 自宅, privat, particular, domicile"),
				Label:   t("住家地址", "家庭地址", "Home address")},
			{Name: "website", Type: "url",
				Aliases: schema.Words("linkedin, linkedin url, linkedin profile, linkedin profile url, person linkedin url, profile url, personal web page, personal website, facebook, facebook url, social profile, 個人網站"),
				Label:   t("個人網頁", "个人主页", "Web page"), Help: t("個人網站或 LinkedIn 等社群頁面", "个人网站或领英等社交主页", "A site of one's own, or a page such as LinkedIn's")},
			{Name: "gender", Type: "picklist",
				Aliases: schema.Words("sex, 性別, geschlecht, sexo, género, sexe, 性別"),
				Label:   t("性別", "性别", "Gender"), Options: []schema.Option{
					{Value: "male", Label: t("男", "男", "Male"), Aliases: schema.Words("m, man, boy, mr, sir, 男性, 男士, 先生, 男生, männlich, herr, mann, masculino, hombre, homme, masculin, 男子")},
					{Value: "female", Label: t("女", "女", "Female"), Aliases: schema.Words("f, w, woman, girl, ms, mrs, miss, madam, 女性, 女士, 小姐, 太太, 女生, weiblich, frau, femenino, mujer, femme, féminin, 女子")},
					{Value: "other", Label: t("其他", "其他", "Other"), Aliases: schema.Words("x, nonbinary, non binary, diverse, divers, 多元, 其它, otro, autre, その他")},
				}},
			{Name: "source", Type: "picklist",
				Aliases: schema.Words("來源, 客戶來源, 線索來源, 聯絡人來源, contact source, 得知管道, 得知來源, 從何處得知, 從何處得知我們, 如何得知我們, 從哪裡得知我們, 如何知道我們, how did you hear about us,  來源管道, lead source, leadsource, original source, source name, quelle, herkunft, origen, fuente, origine, 流入経路"),
				Label:   t("來源", "来源", "Source"), Options: schema.Sources()},
			{Name: "picture", Type: "picture", Label: t("照片", "照片", "Photo")},
			{Name: "card", Type: "picture", Label: t("名片", "名片", "Name card")},
			{Name: "birthday", Type: "birthday", Indexed: true, Label: t("生日", "生日", "Birthday")},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		List:       []string{"name", "customer", "title", "phones", "mails", "owner", "created_at"},
		Quick:      []string{"owner", "birthday"},
		Highlights: []string{"customer", "title", "phones", "mails", "owner"},
		Sections: []schema.Section{
			{Label: t("基本資料", "基本信息", "Basics"), Fields: []string{"name", "family_name", "given_name", "english_name", "customer", "division", "title", "reports_to", "salutation", "gender", "birthday", "source", "picture", "card", "owner", "tags"}},
			{Label: t("聯絡方式", "联系方式", "Contact"), Fields: []string{"phones", "mails", "line_id", "wechat_id", "website", "address", "home_address", "note", "external_ids"}},
		},
	}}}
}

// check keeps the name and its two parts in step, whichever was given, and the
// form of address in step with name and title until somebody writes another.
func check(_ context.Context, c *record.Change) error {
	before, after := c.Before, c.After
	parts := c.Changed("family_name") || c.Changed("given_name")
	name := after.Text("name")
	bare, _ := local.Addressed(name)
	switch {
	case name == "" || parts && !c.Changed("name") && bare == fullName(before.Text("family_name"), before.Text("given_name")):
		if name := fullName(after.Text("family_name"), after.Text("given_name")); name != "" {
			after["name"] = []any{name}
		}
	case c.Changed("name") && !parts && fits(before) && isPerson(name):
		family, given := local.SplitName(name)
		set(after, "family_name", family)
		set(after, "given_name", given)
	}
	if was := address(before); after.Text("salutation") == was && (was != "" || !c.Changed("salutation")) {
		set(after, "salutation", address(after))
	}
	return nil
}

// fits tells whether the parts are those of the name, or there are none.
func fits(v record.Values) bool {
	family, given := v.Text("family_name"), v.Text("given_name")
	if family == "" && given == "" {
		return true
	}
	f, g := local.SplitName(v.Text("name"))
	return family == f && given == g
}

// isPerson tells whether a name is one that can be taken apart; an import calls a
// contact by a mail address or a phone where it knows nothing better.
func isPerson(name string) bool {
	return !strings.ContainsAny(name, "@0123456789") && !local.IsCompanyName(name)
}

// address is the form of address that name and title suggest: 王經理; "" where
// they suggest none.
func address(v record.Values) string {
	name := v.Text("name")
	if name == "" || !isPerson(name) {
		return ""
	}
	_, courtesy := local.Addressed(name)
	if s := local.Salutation(name, v.Text("title"), ""); s != name || courtesy != "" {
		return s
	}
	return ""
}

func set(v record.Values, field, text string) {
	v[field] = []any{nil}
	if text != "" {
		v[field] = []any{text}
	}
}

// fullName puts a name together the way it is written: family name first in
// Chinese, last elsewhere.
func fullName(family, given string) string {
	if family == "" || given == "" {
		return family + given
	}
	for _, r := range family + given {
		if unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hangul, r) {
			return family + given
		}
	}
	return given + " " + family
}
