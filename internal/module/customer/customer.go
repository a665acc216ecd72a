// Package customer declares the companies and persons we sell to. Whoever wants
// to write another module can begin by copying this folder.
package customer

import (
	"context"
	"strconv"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "customer", Objects: []*schema.Object{object()}, Rules: map[string]record.Rules{"customer": {Check: check, Warn: warn}}}
}

func object() *schema.Object {
	return &schema.Object{
		Name: "customer", Plural: "customers", Icon: "building", Group: "sales", Title: "name", Owned: true,
		Label: t("客戶", "客户", "Customer"), LabelPlural: t("客戶", "客户", "Customers"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Match: "company", Search: "n", Indexed: true},
			{Name: "number", Type: "autonumber", Label: t("編號", "编号", "Number"), Prefix: "C", Unique: true, Search: "i"},
			{Name: "kind", Type: "picklist", Label: t("類別", "类别", "Kind"), Default: "company", Options: []schema.Option{
				{Value: "company", Label: t("公司", "公司", "Company")}, {Value: "person", Label: t("個人", "个人", "Person")},
			}},
			{Name: "short_name", Type: "text", Label: t("簡稱", "简称", "Short name"), Match: "company", Search: "n"},
			{Name: "aliases", Type: "tags", Label: t("別名", "别名", "Aliases"), Match: "company", Search: "n"},
			{Name: "english_name", Type: "text", Label: t("英文名稱", "英文名称", "English name"), Match: "company", Search: "n"},
			{Name: "level", Type: "picklist", Label: t("等級", "级别", "Level"), Indexed: true, Options: []schema.Option{
				{Value: "A", Label: t("A", "A", "A"), Color: "red"}, {Value: "B", Label: t("B", "B", "B"), Color: "orange"},
				{Value: "C", Label: t("C", "C", "C"), Color: "blue"}, {Value: "D", Label: t("D", "D", "D"), Color: "grey"},
			}},
			{Name: "status", Type: "picklist", Label: t("狀態", "状态", "Status"), Indexed: true, Default: "potential", Options: []schema.Option{
				{Value: "potential", Label: t("潛在", "潜在", "Potential")}, {Value: "active", Label: t("往來中", "合作中", "Active"), Color: "green"},
				{Value: "dormant", Label: t("沉睡", "沉睡", "Dormant"), Color: "grey"}, {Value: "lost", Label: t("流失", "流失", "Lost"), Color: "red"},
			}},
			{Name: "status_changed_at", Type: "datetime", Label: t("狀態變更時間", "状态变更时间", "Status since"), ReadOnly: true, Since: "status"},
			{Name: "source", Type: "picklist", Label: t("來源", "来源", "Source"), Options: []schema.Option{
				{Value: "referral", Label: t("轉介紹", "转介绍", "Referral")}, {Value: "web", Label: t("網站", "网站", "Web site")},
				{Value: "exhibition", Label: t("展覽", "展会", "Exhibition")}, {Value: "cold_call", Label: t("陌生開發", "陌生拜访", "Cold call")},
				{Value: "advertising", Label: t("廣告", "广告", "Advertising")}, {Value: "other", Label: t("其他", "其他", "Other")},
			}},
			{Name: "industry", Type: "text", Label: t("產業", "行业", "Industry"), MaxLength: 100},
			{Name: "region", Type: "text", Label: t("地區", "地区", "Region"), MaxLength: 100},
			{Name: "birthday", Type: "birthday", Label: t("生日", "生日", "Birthday"), Indexed: true, Help: t("個人客戶的生日", "个人客户的生日", "Of a customer who is a person")},
			{Name: "parent", Type: "reference", Targets: []string{"customer"}, Label: t("上層公司", "上级公司", "Parent company")},
			{Name: "tax_number", Type: "text", Label: t("統一編號", "统一社会信用代码", "Tax number"), MaxLength: 40, Match: "code", Search: "i"},
			{Name: "phones", Type: "phones", Label: t("電話", "电话", "Phones"), Match: "phone", Search: "p"},
			{Name: "mails", Type: "mails", Label: t("電子郵件", "邮箱", "Mail addresses"), Match: "mail", Search: "p"},
			{Name: "website", Type: "url", Label: t("網站", "网站", "Web site")},
			{Name: "address", Type: "address", Label: t("公司地址", "公司地址", "Address")},
			{Name: "billing_address", Type: "address", Label: t("帳單地址", "账单地址", "Billing address")},
			{Name: "shipping_address", Type: "address", Label: t("送貨地址", "收货地址", "Shipping address")},
			{Name: "payment_terms", Type: "text", Label: t("付款條件", "付款条件", "Payment terms"), MaxLength: 100},
			{Name: "credit_limit", Type: "money", Label: t("信用額度", "信用额度", "Credit limit")},
			{Name: "invoice_title", Type: "text", Label: t("發票抬頭", "发票抬头", "Invoice title")},
			{Name: "bank", Type: "text", Label: t("開戶銀行", "开户行", "Bank")},
			{Name: "bank_account", Type: "text", Label: t("銀行帳號", "银行账号", "Bank account"), MaxLength: 60},
			{Name: "logo", Type: "picture", Label: t("商標", "标志", "Logo")},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "last_contact_at", Type: "datetime", Label: t("最近聯絡", "最近跟进", "Last contact"), ReadOnly: true, Derived: true, Indexed: true},
			{Name: "next_contact_at", Type: "datetime", Label: t("下次聯絡", "下次跟进", "Next contact"), Indexed: true},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		List:       []string{"name", "short_name", "level", "status", "phones", "owner", "department", "last_contact_at", "created_at", "tags"},
		Quick:      []string{"level", "status", "owner", "last_contact_at"},
		Highlights: []string{"number", "level", "status", "owner", "last_contact_at", "next_contact_at"},
		Sections: []schema.Section{
			{Label: t("基本資料", "基本信息", "Basics"), Fields: []string{"name", "kind", "short_name", "english_name", "aliases", "level", "status", "source", "industry", "region", "birthday", "parent", "logo", "owner", "department", "tags"}},
			{Label: t("聯絡方式", "联系方式", "Contact"), Fields: []string{"phones", "mails", "website", "address", "billing_address", "shipping_address", "next_contact_at"}},
			{Label: t("帳務", "财务", "Billing"), Fields: []string{"tax_number", "invoice_title", "payment_terms", "credit_limit", "bank", "bank_account"}},
			{Label: t("其他", "其他", "Other"), Fields: []string{"note"}},
		},
		Related: []schema.Related{{Object: "contact", Field: "customer"}, {Object: "opportunity", Field: "customer"}, {Object: "task", Field: "customer"}, {Object: "activity", Field: "customer"}},
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

// warn tells of a tax number that looks wrong or that another customer has.
func warn(ctx context.Context, c *record.Change) error {
	text := c.After.Text("tax_number")
	if text == "" || !c.Changed("tax_number") {
		return nil
	}
	if _, doubt := local.TaxDoubt(text); doubt != "" {
		c.Warn("tax_number", doubt)
	}
	titles, hidden, err := c.Alike(ctx, "tax_number")
	switch {
	case err != nil:
		return err
	case len(titles) > 0 && hidden > 0:
		c.Warn("tax_number", "tax_shared_more", "names", strings.Join(titles, "、"), "count", strconv.Itoa(hidden))
	case len(titles) > 0:
		c.Warn("tax_number", "tax_shared", "names", strings.Join(titles, "、"))
	case hidden > 0:
		c.Warn("tax_number", "tax_shared_hidden", "count", strconv.Itoa(hidden))
	}
	return nil
}
