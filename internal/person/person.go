// Package person is what every object that stands for a human being has alike: the
// fields by which people are known, and how a name and its parts are kept in step.
package person

import (
	"strings"
	"unicode"

	"ecrm/internal/local"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Fields makes the fields of these names, each for one object.
func Fields(names ...string) []*schema.Field {
	all := declared()
	fields := make([]*schema.Field, len(names))
	for i, name := range names {
		for _, f := range all {
			if f.Name == name {
				fields[i] = f
			}
		}
	}
	return fields
}

func declared() []*schema.Field {
	return []*schema.Field{
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
		{Name: "division", Type: "text",
			Aliases: schema.Words("部門, 單位部門, 所在部門, 所屬部門, 任職單位, department, dept, org unit, organization department, division, abteilung, departamento, service, 部署, 部署名"),
			Label:   t("任職部門", "任职部门", "Division"), MaxLength: 100},
		{Name: "title", Type: "text",
			Aliases: schema.Words("職稱, 工作崗位, 崗位, 職業, function, business role, account role, 職務, 職位, 職銜, 頭銜, job title, jobtitle, title, position, role, job role, job function, job position, designation, organization title, occupation, profession, funktion, beruf, berufsbezeichnung, stellung, cargo, puesto, fonction, poste, 役職"),
			Label:   t("職稱", "职务", "Title"), MaxLength: 100},
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
	}
}

// Keep keeps the name and its two parts in step, whichever was given, and the form
// of address in step with name and title until somebody writes another.
func Keep(c *record.Change) {
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
