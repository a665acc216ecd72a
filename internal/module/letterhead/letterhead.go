// Package letterhead declares what stands at the head and the foot of the company's
// documents: its names, addresses and numbers, its logo, its seal and its bank. A
// company may have several, one for each firm it trades as.
package letterhead

import (
	"context"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "letterhead", Rules: map[string]record.Rules{"letterhead": {Check: check}}, Objects: []*schema.Object{{
		Name: "letterhead", Plural: "letterheads", Icon: "building", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("公司抬頭", "公司抬头", "Letterhead"), LabelPlural: t("公司抬頭", "公司抬头", "Letterheads"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Required: true, Search: "n", Indexed: true, MaxLength: 120, Label: t("公司名稱", "公司名称", "Company name")},
			{Name: "english_name", Type: "text", MaxLength: 120, Label: t("英文名稱", "英文名称", "English name")},
			{Name: "tax_number", Type: "text", MaxLength: 30, Label: t("統一編號", "统一社会信用代码", "Tax number")},
			{Name: "phone", Type: "text", MaxLength: 60, Label: t("電話", "电话", "Phone")},
			{Name: "fax", Type: "text", MaxLength: 60, Label: t("傳真", "传真", "Fax")},
			{Name: "mail", Type: "text", MaxLength: 120, Label: t("電子郵件", "邮箱", "Email")},
			{Name: "website", Type: "text", MaxLength: 120, Label: t("網站", "网站", "Web site")},
			{Name: "address", Type: "text", MaxLength: 200, Label: t("地址", "地址", "Address")},
			{Name: "english_address", Type: "text", MaxLength: 200, Label: t("英文地址", "英文地址", "English address")},
			{Name: "logo", Type: "picture", Label: t("商標", "标志", "Logo"), Help: t("PNG 或 JPEG，印在文件左上角", "PNG 或 JPEG，打印在文件左上角", "PNG or JPEG, printed at the top left")},
			{Name: "seal", Type: "picture", AdminOnly: true, Label: t("公司印章", "公司印章", "Seal"), Help: t("背景透明的 PNG 最好看；只有管理員看得到原圖", "背景透明的 PNG 效果最好；只有管理员能看到原图", "Best as a PNG with a transparent ground; the picture itself is seen by administrators alone")},
			{Name: "bank", Type: "longtext", MaxLength: 1000, Label: t("匯款資料", "收款账户", "Bank details"), Help: t("印在文件末尾，一行一項", "打印在文件末尾，一行一项", "Printed at the end, one item a line")},
			{Name: "english_bank", Type: "longtext", MaxLength: 1000, Label: t("英文匯款資料", "英文收款账户", "Bank details in English"), Help: t("印在英文文件上：銀行、地址、SWIFT、帳號", "打印在英文文件上：银行、地址、SWIFT、账号", "Printed on English documents: bank, address, SWIFT, account")},
			{Name: "preferred", Type: "boolean", Default: false, Label: t("預設", "默认", "Default"), Help: t("新文件用這一個", "新文件使用此抬头", "New documents begin with it")},
		},
		List:       []string{"name", "tax_number", "phone", "preferred"},
		Highlights: []string{"tax_number", "phone", "preferred"},
		Sections: []schema.Section{
			{Label: t("公司抬頭", "公司抬头", "Letterhead"), Fields: []string{"name", "english_name", "tax_number", "preferred", "logo", "seal"}},
			{Label: t("聯絡方式", "联系方式", "Contact"), Fields: []string{"phone", "fax", "mail", "website", "address", "english_address"}},
			{Label: t("收款", "收款", "Payment"), Fields: []string{"bank", "english_bank"}},
		},
	}}}
}

// check makes the first letterhead the one that documents begin with, and refuses a
// second.
func check(ctx context.Context, c *record.Change) error {
	if !c.Created && !c.Changed("preferred") {
		return nil
	}
	there, err := c.Rows(ctx, "letterhead", &query.Node{Op: query.Eq, Field: "preferred", Value: true}, 2)
	if err != nil {
		return err
	}
	delete(there, c.ID)
	switch {
	case c.After.True("preferred") && len(there) > 0:
		for _, other := range there {
			return record.Invalid("preferred", "preferred_twice", "name", other.Text("name"))
		}
	case len(there) == 0:
		c.After["preferred"] = []any{true}
	}
	return nil
}
