// Package customer declares the companies and persons we sell to. Whoever wants
// to write another module can begin by copying this folder.
package customer

import (
	"context"

	"ecrm/internal/local"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "customer", Objects: []*schema.Object{object()}, Rules: map[string]record.Rules{"customer": {Check: check, Warn: warn}}}
}

// A firm has no birthday, a person no parent company.
var (
	firm   = &schema.Only{Field: "kind", Values: []string{"company"}}
	person = &schema.Only{Field: "kind", Values: []string{"person"}}
)

func object() *schema.Object {
	return &schema.Object{
		Name: "customer", Plural: "customers", Icon: "building", Group: "sales", Title: "name", Owned: true,
		Label: t("客戶", "客户", "Customer"), LabelPlural: t("客戶", "客户", "Customers"),
		Aliases: schema.Words("account, company, organization, organisation, org, business, firm, client, lead, prospect, vendor, partner, 公司, 企業, 廠商, 單位, 往來單位, firma, unternehmen, kunde, kunden, empresa, cliente, société, client, 会社, 顧客, 取引先"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text",
				Aliases: schema.Words("account, account name, company, company name, company account, company or account, 營業人名稱, 商業名稱, 商號名稱, 機構全稱, 參展商, 參展商名稱, 參展企業, 貴公司名稱, 證券簡稱,  organization, organisation, organization name, org name, business, business name, firm, customer, customer name, client, client name, full name, display name, formatted name, file as, fn, n_fn, legal name, trading name, lead name, vendor name, 公司, 公司名稱, 公司全稱, 公司抬頭, 企業, 企業名稱, 企業全稱, 單位, 單位名稱, 機構名稱, 客戶, 客戶名稱, 客戶全稱, 客戶全名, 客戶姓名, 廠商, 廠商名稱, 往來單位, 往來單位名稱, 商家名稱, 店名, 店家名稱, 商號, 名稱, 全名, 姓名, firma, firmenname, unternehmen, kunde, kundenname, empresa, nombre, nombre de la empresa, nombre cliente, nombre del cliente, firmenbezeichnung, razón social, cliente, entreprise, société, nom de la société, raison sociale, nom, client, 会社名, 顧客名, 企業名, 取引先名, 氏名"),
				Label:   t("名稱", "名称", "Name"), Required: true, Match: "company", Search: "n", Indexed: true},
			{Name: "number", Type: "autonumber",
				Aliases: schema.Words("客戶編號, 客戶代號, 客戶代碼, customer number, customer no, customer code, account number, account no, client number, reference, reference number, kundennummer, kundennr, debitorennummer, número de cliente, numéro client, 顧客番号, 顧客コード, 取引先コード"),
				Label:   t("編號", "编号", "Number"), Prefix: "C", Unique: true, Search: "i"},
			{Name: "kind", Type: "picklist",
				Aliases: schema.Words("company type, customer type, account type, type, 類型, 客戶類型, 客戶類別, 客戶性質, 公司或個人, kundenart, kundentyp"),
				Label:   t("類別", "类别", "Kind"), Default: "company", Options: []schema.Option{
					{Value: "company", Label: t("公司", "公司", "Company"), Aliases: schema.Words("business, organization, organisation, corporate, corporation, enterprise, firm, legal entity, juridical, b2b, 企業, 企業客戶, 公司客戶, 法人, 法人客戶, 單位, 機構, 組織, 團體, 營業人, firma, unternehmen, geschäftskunde, empresa, entreprise, société, 法人顧客")},
					{Value: "person", Label: t("個人", "个人", "Person"), Aliases: schema.Words("individual, personal, private, private person, person account, consumer, b2c, natural person, 個人客戶, 自然人, 個體, 散客, 非營業人, 私人, privat, privatperson, privatkunde, particular, particulier, 個人顧客")},
				}},
			{Name: "short_name", Type: "text", Only: firm,
				Aliases: schema.Words("公司簡稱, 客戶簡稱, 企業簡稱, short name, nickname, abbreviation, trade name, trading name, kurzname, 略称"),
				Label:   t("簡稱", "简称", "Short name"), Match: "company", Search: "n"},
			{Name: "aliases", Type: "tags",
				Aliases: schema.Words("alias, also known as, aka, former name, previous name, 曾用名, 又名"),
				Label:   t("別名", "别名", "Aliases"), Match: "company", Search: "n"},
			{Name: "english_name", Type: "text",
				Aliases: schema.Words("英文名稱, 英文簡稱, 英文全稱, 公司英文名稱, 英文公司名稱, 英文名, english name, english company name, name in english"),
				Label:   t("英文名稱", "英文名称", "English name"), Match: "company", Search: "n"},
			{Name: "level", Type: "picklist",
				Aliases: schema.Words("等級, 級別, 客戶等級, 客戶級別, 客戶分級, 客戶分類, 客戶重要性, customer priority, account rating, 信用等級, rating, tier, grade, customer tier, customer level, classification, priority, bewertung, rang, abc, ランク"),
				Label:   t("等級", "级别", "Level"), Indexed: true, Options: []schema.Option{
					{Value: "A", Label: t("A", "A", "A"), Color: "red", Aliases: schema.Words("hot, high, vip, key account, gold, a級, a類, a級客戶, a類客戶, 重要, 重點, 重點客戶, 重要客戶, 大客戶, 核心客戶, 關鍵客戶, 優質客戶, 高, hoch, heiß")},
					{Value: "B", Label: t("B", "B", "B"), Color: "orange", Aliases: schema.Words("warm, medium, silver, b級, b類, b級客戶, b類客戶, 中, 中等, mittel")},
					{Value: "C", Label: t("C", "C", "C"), Color: "blue", Aliases: schema.Words("cold, low, bronze, c級, c類, c級客戶, c類客戶, 一般, 普通, 一般客戶, 普通客戶, 低, niedrig, kalt")},
					{Value: "D", Label: t("D", "D", "D"), Color: "grey", Aliases: schema.Words("d級, d類, d級客戶, d類客戶, 非優先客戶")},
				}},
			{Name: "status", Type: "picklist",
				Aliases: schema.Words("客戶狀態, 成交狀態, 合作狀態, status label, account stage, 跟進狀態, 開發狀態, customer status, account status, lifecycle stage, lead status, relationship, estado, statut, ステータス"),
				Label:   t("狀態", "状态", "Status"), Indexed: true, Default: "potential", Options: []schema.Option{
					{Value: "potential", Label: t("潛在", "潜在", "Potential"), Aliases: schema.Words("prospect, prospective, lead, suspect, new, open, open not contacted, working, working contacted, contacted, in progress, attempted to contact, qualified, nurturing, interested, pre sales, subscriber, marketing qualified lead, sales qualified lead, opportunity, 潛在客戶, 意向客戶, 意向, 準客戶, 開發中, 洽談中, 跟進中, 新客戶, 新建, 未成交, 未合作, 初訪, 待開發, 待跟進, interessent, neu")},
					{Value: "active", Label: t("往來中", "合作中", "Active"), Color: "green", Aliases: schema.Words("customer, client, current, current customer, existing, existing customer, active customer, converted, closed converted, won, enabled, evangelist, 正常, 有效, 啟用, 已成交, 成交, 成交客戶, 已合作, 合作客戶, 正式客戶, 老客戶, 簽約客戶, 已簽約, aktiv, kunde, bestandskunde")},
					{Value: "dormant", Label: t("沉睡", "沉睡", "Dormant"), Color: "grey", Aliases: schema.Words("inactive, sleeping, on hold, paused, suspended, stopped, disabled, 休眠, 休眠客戶, 沉睡客戶, 沉默, 呆滯, 暫停, 停用, 停業, 暫停營業, 暫緩, inaktiv, ruhend")},
					{Value: "lost", Label: t("流失", "流失", "Lost"), Color: "red", Aliases: schema.Words("former, former customer, former client, ex customer, past customer, churned, lost customer, dead, closed, closed not converted, unqualified, not interested, disqualified, junk, junk lead, out of business, cancelled, 流失客戶, 已流失, 終止合作, 停止合作, 無效, 無效客戶, 黑名單, 歇業, 解散, 廢止, 註銷, 吊銷, verloren, ehemalig, ehemaliger kunde")},
				}},
			{Name: "relation", Type: "picklist",
				Aliases: schema.Words("account type, accounttype, company type, customer type, organization type, relationship type, partner type, type, role, business relationship, 往來類別, 往來類型, 往來對象類別, 往來單位類型, 客戶類型, 客戶類別, 客戶性質, 類型, 客商類別, 客戶身分, beziehung, beziehungstyp, geschäftsbeziehung"),
				Label:   t("往來關係", "往来关系", "Relationship"), Options: []schema.Option{
					{Value: "customer", Label: t("客戶", "客户", "Customer"), Aliases: schema.Words("client, customer direct, customer channel, direct customer, end user, end customer, buyer, 終端, 終端客戶, 終端用戶, 直客, 直接客戶, 買方, 一般客戶, kunde, endkunde, cliente")},
					{Value: "prospect", Label: t("潛在客戶", "潜在客户", "Prospect"), Aliases: schema.Words("lead, potential, potential customer, suspect, target, 準客戶, 意向客戶, 目標客戶, interessent")},
					{Value: "partner", Label: t("合作夥伴", "合作伙伴", "Partner"), Aliases: schema.Words("technology partner, installation partner, integrator, system integrator, consultant, alliance, 夥伴, 合作廠商, 協力廠商, 合作商, 系統整合商, 集成商, 顧問")},
					{Value: "reseller", Label: t("經銷商", "经销商", "Reseller"), Aliases: schema.Words("channel partner reseller, channel partner, channel, distributor, dealer, agent, wholesaler, retailer, var, 代理商, 分銷商, 渠道商, 渠道, 通路, 通路商, 批發商, 零售商, 加盟商, händler, wiederverkäufer")},
					{Value: "supplier", Label: t("供應商", "供应商", "Supplier"), Aliases: schema.Words("vendor, manufacturer, service provider, subcontractor, 廠商, 供貨商, 製造商, 服務商, 外包商, lieferant, proveedor, fournisseur")},
					{Value: "competitor", Label: t("競爭對手", "竞争对手", "Competitor"), Aliases: schema.Words("competition, rival, 同業, 同行, 競爭者, wettbewerber, konkurrent")},
					{Value: "other", Label: t("其他", "其他", "Other"), Aliases: schema.Words("others, analyst, investor, press, influencer, media, government, 其它, 投資人, 媒體, 政府, sonstige, andere")},
				}},
			{Name: "status_changed_at", Type: "datetime", Label: t("狀態變更時間", "状态变更时间", "Status since"), ReadOnly: true, Since: "status"},
			{Name: "source", Type: "picklist",
				Aliases: schema.Words("來源, 客戶來源, 線索來源, 來源管道, account source, acquisition source, 得知管道, 得知來源, 從何處得知, 從何處得知我們, 如何得知我們, 從哪裡得知我們, 如何知道我們,  獲客渠道, 渠道來源, lead source, leadsource, original source, source name, how did you hear about us, quelle, herkunft, origen, fuente, origine, 流入経路"),
				Label:   t("來源", "来源", "Source"), Options: schema.Sources()},
			{Name: "industry", Type: "text",
				Aliases: schema.Words("產業, 客戶行業, 國標行業, 國標行業門類, 行業門類, 行業名稱, 行業代號名稱, 產業別, 產業類別, 行業, 行業別, 行業類別, 所屬行業, 行業分類, 主行業, industry, industry name, industry type, sector, business type, line of business, branche, industrie, sector de actividad, secteur, secteur d'activité, 業種, 業界"),
				Label:   t("產業", "行业", "Industry"), MaxLength: 100},
			{Name: "region", Type: "text",
				Aliases: schema.Words("地區, 地區別, 地區名稱, 區域名稱, 地域, 區域, 區域別, 片區, 大區, 所屬地區, 客戶區域, 客戶地區, 銷售區域, 所屬區域, 所在地區, area, territory, sales territory, office location, regional office, gebiet"),
				Label:   t("地區", "地区", "Region"), MaxLength: 100},
			{Name: "birthday", Type: "birthday", Only: person, Label: t("生日", "生日", "Birthday"), Indexed: true, Help: t("個人客戶的生日", "个人客户的生日", "Of a customer who is a person")},
			{Name: "parent", Type: "reference", Only: firm,
				Aliases: schema.Words("母公司, 相關公司, 所屬公司, member of, 上層公司, 上級公司, 上級客戶, 總公司, 總部, 集團, 所屬集團, 所屬企業, parent, parent account, parent account name, parent company, parent organization, parent customer, subsidiary of, related company, holding, muttergesellschaft, übergeordnete firma, empresa matriz, société mère, 親会社"),
				Targets: []string{"customer"}, Label: t("上層公司", "上级公司", "Parent company")},
			{Name: "tax_number", Type: "text", Only: firm,
				Aliases: schema.Words("統編, 統一編號, 公司統編, 公司統一編號, 營利事業統一編號, 稅號, 稅籍編號, 納稅人識別號, 納稅識別號, 納稅號, 統一社會信用代碼, 社會信用代碼, 信用代碼, 營業執照號, vat, vat number, vat id, vat no, tax id, tax no, tax number, tax registration number, gst, gst number, gstin, abn, ein, business number, uid, ust id, ustid, ust idnr, umsatzsteuer id, steuernummer, nif, cif, rfc, siret, siren, numéro de tva, 法人番号"),
				Label:   t("統一編號", "统一社会信用代码", "Tax number"), MaxLength: 40, Match: "code", Search: "i"},
			{Name: "representative", Type: "text",
				Aliases: schema.Words("負責人, 公司負責人, 負責人姓名, 代表人姓名, 法定代表人姓名, 代表人, 法人, 法人代表, 法人姓名, 法定代表人, 董事長, 企業法人, representative, legal representative, ceo, managing director, president, chairman, geschäftsführer, representante legal, représentant légal, gérant, 代表者, 代表取締役, 代表者名"),
				Label:   t("負責人", "法定代表人", "Representative"), MaxLength: 100},
			{Name: "capital", Type: "money",
				Aliases: schema.Words("資本額, 資本總額, 資本總額元, 資本額元, 註冊資本萬元, 實收資本額, 登記資本額, 註冊資本, 註冊資金, 實繳資本, capital, share capital, paid in capital, registered capital, stammkapital, capital social, 資本金"),
				Label:   t("資本額", "注册资本", "Capital")},
			{Name: "founded", Type: "date",
				Aliases: schema.Words("成立日期, 成立時間, 成立日, 設立日期, 核准設立日期, 開業日期, 設立登記日期, 核准登記日期, 創立日期, 註冊時間, 註冊日期, founded, founded on, date founded, established, date established, incorporation date, date of incorporation, gründungsdatum, gegründet, fecha de fundación, date de création, year founded, year established, founded year, founding year, established year, year of foundation, incorporated, foundation date, 成立年份, 創立年份, 成立年, 設立年份, gründungsjahr, año de fundación, 設立年, 設立, 設立日, 設立年月日"),
				Label:   t("成立日期", "成立日期", "Founded")},
			{Name: "employees", Type: "integer",
				Aliases: schema.Words("員工人數, 員工數, 參保人數, 職工人數, 在職人數, 人數, 公司人數, 員工規模, 企業規模, 公司規模, 人員規模, employees, number of employees, no of employees, num employees, numberofemployees, employee count, headcount, staff, company size, mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, empleados, número de empleados, effectif, nombre d'employés, 従業員数, 社員数"),
				Label:   t("員工人數", "员工人数", "Employees")},
			{Name: "annual_revenue", Type: "money",
				Aliases: schema.Words("年營業額, annual revenue amount, revenue amount, 營業額, 年營收, 營收, 年銷售額, 年收入, 年產值, annual revenue, annualrevenue, revenue, yearly revenue, annual sales, sales volume, company revenue, jahresumsatz, ingresos anuales, chiffre d'affaires, 年商, 売上高"),
				Label:   t("年營業額", "年营业额", "Annual revenue")},
			{Name: "phones", Type: "phones", Label: t("電話", "电话", "Phones"), Match: "phone", Search: "p"},
			{Name: "mails", Type: "mails", Label: t("電子郵件", "邮箱", "Emails"), Match: "mail", Search: "p"},
			{Name: "website", Type: "url", Label: t("網站", "网站", "Web site")},
			{Name: "address", Type: "address", Label: t("公司地址", "公司地址", "Address")},
			{Name: "billing_address", Type: "address",
				Aliases: schema.Words("billing, bill to, billing info, invoice, invoicing, invoice address, 帳單, 發票地址, 開票地址, 寄票地址, 請款地址, rechnung, rechnungsadresse, rechnungsanschrift, facturación, dirección de facturación, facturation, adresse de facturation, 請求先, 請求先住所"),
				Label:   t("帳單地址", "账单地址", "Billing address")},
			{Name: "shipping_address", Type: "address",
				Aliases: schema.Words("shipping, ship, ship to, delivery, delivery address, consignee address, 送貨, 收貨, 收件地址, 交貨地址, 出貨地址, 寄送地址, 發貨地址, lieferung, lieferadresse, lieferanschrift, envío, dirección de envío, livraison, adresse de livraison, 配送先, 納品先, 納品先住所"),
				Label:   t("送貨地址", "收货地址", "Shipping address")},
			{Name: "payment_terms", Type: "text",
				Aliases: schema.Words("付款條件, 付款條件名稱, 付款方式, 收款條件, 結算方式, 結帳方式, 帳期, 賬期, payment terms, payment term, credit terms, terms, zahlungsbedingungen, zahlungsziel, condiciones de pago, conditions de paiement, 支払条件"),
				Label:   t("付款條件", "付款条件", "Payment terms"), MaxLength: 100},
			{Name: "credit_limit", Type: "money",
				Aliases: schema.Words("信用額度, 授信額度, 授信金額, credit limit, credit line, kreditlimit, límite de crédito, plafond de crédit, 与信限度額"),
				Label:   t("信用額度", "信用额度", "Credit limit")},
			{Name: "invoice_title", Type: "text",
				Aliases: schema.Words("發票抬頭, 抬頭, 開票抬頭, 開票名稱, 開票單位, invoice name, invoice company"),
				Label:   t("發票抬頭", "发票抬头", "Invoice title")},
			{Name: "bank", Type: "text",
				Aliases: schema.Words("開戶行, 開戶銀行, 往來銀行, 銀行, 銀行名稱, bank name, banco, banque, 銀行名"),
				Label:   t("開戶銀行", "开户行", "Bank")},
			{Name: "bank_account", Type: "text",
				Aliases: schema.Words("銀行帳號, 銀行賬號, 銀行帳戶, 銀行賬戶, 帳號, 賬號, bank account number, bank account no, account number iban, iban, kontonummer, 口座番号"),
				Label:   t("銀行帳號", "银行账号", "Bank account"), MaxLength: 60},
			{Name: "logo", Type: "picture", Only: firm, Label: t("商標", "标志", "Logo")},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "last_contact_at", Type: "datetime", Label: t("最近聯絡", "最近跟进", "Last contact"), ReadOnly: true, Derived: true, Indexed: true},
			{Name: "next_contact_at", Type: "datetime",
				Aliases: schema.Words("next activity date, next follow up, next follow up date, next contact date, follow up date, 下次聯絡日, 下次聯絡日期, 下次聯繫時間, 下次聯絡時間, 下次跟進時間, 下次跟進日期, 下次回訪時間"),
				Label:   t("下次聯絡", "下次跟进", "Next contact"), Indexed: true},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		Reported:   []schema.Reported{{Key: "customers", Label: t("新客戶", "新客户", "New customers"), Order: 50, At: "created_at", Show: []string{"level", "source"}}},
		List:       []string{"name", "short_name", "level", "status", "phones", "owner", "last_contact_at", "created_at", "tags"},
		Calendar:   &schema.Calendar{At: "birthday"},
		Quick:      []string{"address", "owner", "level", "status", "last_contact_at"},
		Highlights: []string{"number", "level", "status", "owner", "last_contact_at", "next_contact_at"},
		Sections: []schema.Section{
			{Label: t("基本資料", "基本信息", "Basics"), Fields: []string{"name", "kind", "short_name", "english_name", "aliases", "level", "status", "relation", "source", "industry", "region", "birthday", "parent", "logo", "owner", "department", "tags"}},
			{Label: t("公司概況", "工商信息", "Company"), Fields: []string{"representative", "tax_number", "capital", "founded", "employees", "annual_revenue"}},
			{Label: t("聯絡方式", "联系方式", "Contact"), Fields: []string{"phones", "mails", "website", "address", "billing_address", "shipping_address", "next_contact_at"}},
			{Label: t("帳務", "财务", "Billing"), Fields: []string{"invoice_title", "payment_terms", "credit_limit", "bank", "bank_account"}},
			{Label: t("其他", "其他", "Other"), Fields: []string{"note", "external_ids"}},
		},
		Related: []schema.Related{{Object: "contact", Field: "customer"}, {Object: "opportunity", Field: "customer"}, {Object: "quote", Field: "customer"}, {Object: "task", Field: "customer"}, {Object: "activity", Field: "customer"}},
	}
}

// check refuses a customer that is its own parent and writes tax numbers in
// their normal form. A wrong tax number is kept: registered firms fail the
// check too.
func check(_ context.Context, c *record.Change) error {
	if parent := c.After.Int("parent"); parent != 0 && parent == c.ID {
		return record.Invalid("parent", "own_parent")
	}
	if text := c.After.Text("tax_number"); text != "" && c.Changed("tax_number") {
		if normal, doubt := local.TaxDoubt(text); doubt == "" {
			c.After["tax_number"] = []any{normal}
		}
	}
	return nil
}

// warn tells of a tax number that looks wrong.
func warn(_ context.Context, c *record.Change) error {
	text := c.After.Text("tax_number")
	if text == "" || !c.Changed("tax_number") {
		return nil
	}
	if _, doubt := local.TaxDoubt(text); doubt != "" {
		c.Warn("tax_number", doubt)
	}
	return nil
}
