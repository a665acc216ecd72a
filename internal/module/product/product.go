// Package product declares what is sold, in a tree of categories, with its prices in
// one or more currencies.
package product

import (
	"context"
	"regexp"
	"strconv"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the objects and their rules.
func Module() record.Module {
	return record.Module{Name: "product", Objects: []*schema.Object{product(), category()}, Rules: map[string]record.Rules{
		"product": {Check: check}, "product_category": {Check: checkCategory},
	}}
}

// priceLists tells lists of products from those of what was offered or sold of them.
var priceLists = &schema.Lists{
	Heads: schema.Words("品名, 產品, 產品名稱, 商品, 商品名稱, 貨品名稱, 物料名稱, 存貨名稱, 產品編號, 產品代碼, 產品代號, 商品編號, 商品代碼, 料號, 品號, 貨號, 物料編碼, 存貨編碼, product, product name, item name, article name, material name, product code, product number, item code, item number, sku, part number, part no, article number, artikelnummer, bezeichnung, 商品名, 商品コード, 品番"),
	Vague: schema.Words("名稱, 品項, 項目, 項目名稱, 編號, 代碼, 代號, 型號, name, title, item, article, code, id, model"),
	Never: schema.Words("客戶, 客戶名稱, 客戶編號, 公司, 公司名稱, 廠商, 聯絡人, 數量, 訂購數量, 單號, 訂單編號, 訂單號, 報價單號, 商機, 商機名稱, 階段, 業務, 業務員, customer, customer name, account, account name, company, company name, contact, contact name, quantity, qty, order, order number, order no, order id, quote, quote number, quote name, invoice, invoice number, deal, deal name, deal stage, opportunity, opportunity id, opportunity name, stage, sales agent, sales rep, owner, kunde, menge, cliente"),
	Files: regexp.MustCompile(`(?i)product|price.?list|catalog|item|sku|artikel|produkt|產品|产品|商品|品項|品项|料件|物料|價目|价目|價格表|价格表`),
}

func product() *schema.Object {
	return &schema.Object{
		Name: "product", Plural: "products", Icon: "box", Group: "products", Title: "name", Key: "code", Catalog: true, Lists: priceLists,
		Label: t("產品", "产品", "Product"), LabelPlural: t("產品", "产品", "Products"),
		Aliases: schema.Words("item, items, goods, sku, article, material, service, 商品, 品項, 料件, 物料, 貨品, 品名, 服務項目, produkt, artikel, produit, 商品マスタ"),
		Fields: []*schema.Field{
			{Name: "code", Type: "text", MaxLength: 60, Unique: true, Search: "i", Match: "code", Indexed: true,
				Aliases: schema.Words("編號, 代碼, 代號, 產品編號, 產品代碼, 產品代號, 商品編號, 商品代碼, 料號, 品號, 貨號, 物料編碼, 物料代碼, 存貨編碼, 型號, 產品型號, 規格型號, product code, product id, product number, product no, item code, item number, item no, item id, sku, part number, part no, pn, article number, material number, model, model number, artikelnummer, referencia, référence, 商品コード, 品番"),
				Label:   t("產品編號", "产品编码", "Code")},
			{Name: "name", Type: "text", Required: true, Search: "n", Indexed: true,
				Aliases: schema.Words("品名, 名稱, 產品, 產品名稱, 商品, 商品名稱, 貨品名稱, 物料名稱, 存貨名稱, 品項, 項目, 項目名稱, 服務名稱, product, product name, item, item name, article, article name, material name, name, title, artikel, bezeichnung, nombre, nom, 商品名, 品名"),
				Label:   t("名稱", "名称", "Name")},
			{Name: "english_name", Type: "text", Search: "n", Aliases: schema.Words("英文品名, 英文名稱, 產品英文名, english name, english product name, name en"), Label: t("英文品名", "英文名称", "English name")},
			{Name: "category", Type: "reference", Targets: []string{"product_category"}, Grow: true,
				Aliases: schema.Words("類別, 分類, 產品類別, 產品分類, 商品分類, 商品類別, 品類, 大類, 產品線, 產品系列, 系列, series, product series, category, product category, product family, family, product line, product group, item group, type, kategorie, warengruppe, categoría, catégorie, カテゴリ"),
				Label:   t("產品分類", "产品分类", "Category")},
			{Name: "unit", Type: "text", MaxLength: 20,
				Aliases: schema.Words("單位, 計量單位, 銷售單位, 基本單位, 計價單位, unit, uom, unit of measure, sales unit, quantity unit, usage unit, einheit, unidad, unité, 単位"),
				Label:   t("單位", "单位", "Unit")},
			{Name: "prices", Type: "lines", Label: t("售價", "售价", "Prices"), Rows: []*schema.Field{
				{Name: "currency", Type: "picklist", Required: true, Default: schema.OwnCurrency, Options: schema.Currencies(), Label: t("幣別", "币种", "Currency"),
					Aliases: schema.Words("幣別, 幣種, 貨幣, currency, currency code, währung, moneda, devise")},
				{Name: "price", Type: "decimal", Scale: 4, Required: true, Label: t("單價", "单价", "Price"),
					Aliases: schema.Words("單價, 售價, 定價, 標準價, 標準售價, 牌價, 建議售價, 價格, 銷售價, 零售價, 未稅單價, price, unit price, list price, standard price, sales price, selling price, retail price, rate, msrp, preis, listenpreis, precio, prix, 単価, 定価")},
			}},
			{Name: "tax", Type: "picklist", Options: schema.TaxClasses(),
				Aliases: schema.Words("稅別, 稅率, 課稅別, 稅種, 增值稅率, tax, tax class, tax rate, tax code, vat, vat rate, taxable, steuersatz, iva, tva, 税率"),
				Label:   t("稅別", "税率", "Tax")},
			{Name: "active", Type: "boolean", Default: true, Indexed: true,
				Aliases: schema.Words("啟用, 狀態, 是否啟用, 是否停用, 上架, 上架狀態, 停售, active, is active, product active, status, enabled, discontinued, aktiv, activo, actif"),
				Yes:     schema.Words("active, enabled, on sale, available, 上架, 啟用, 銷售中, 在售, 正常, 有效, aktiv"),
				No:      schema.Words("inactive, disabled, discontinued, obsolete, end of life, eol, 下架, 停用, 停售, 停產, 作廢, 無效, inaktiv"),
				Label:   t("銷售中", "在售", "Active")},
			{Name: "picture", Type: "picture", Label: t("圖片", "图片", "Picture")},
			{Name: "hs_code", Type: "text", MaxLength: 20, Search: "i",
				Aliases: schema.Words("稅則號列, 稅則號別, 海關編碼, 海關商品編碼, 商品編碼, hs code, hs, hts, hts code, tariff code, tariff number, commodity code, customs code, zolltarifnummer"),
				Label:   t("稅則號列 (HS)", "海关编码 (HS)", "HS code")},
			{Name: "description", Type: "longtext", Search: "t",
				Aliases: schema.Words("說明, 描述, 規格, 產品規格, 產品說明, 商品描述, 規格說明, 備註, description, product description, specification, specifications, spec, details, notes, beschreibung, descripción, description du produit, 仕様, 備考"),
				Label:   t("規格說明", "规格说明", "Description")},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
		},
		List:       []string{"name", "code", "category", "prices", "unit", "active", "tax"},
		Quick:      []string{"category", "active", "tax"},
		Highlights: []string{"code", "category", "unit", "active"},
		Sections: []schema.Section{
			{Label: t("產品", "产品", "Product"), Fields: []string{"name", "code", "english_name", "category", "unit", "tax", "active", "picture", "prices", "description", "hs_code", "tags"}},
		},
	}
}

func category() *schema.Object {
	return &schema.Object{
		Name: "product_category", Plural: "product_categories", Icon: "tree", Group: "products", Title: "name", Catalog: true,
		Label: t("產品分類", "产品分类", "Product category"), LabelPlural: t("產品分類", "产品分类", "Product categories"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Required: true, Search: "n", Indexed: true, MaxLength: 100, Label: t("名稱", "名称", "Name"),
				Aliases: schema.Words("分類名稱, 類別名稱, category name, category")},
			{Name: "code", Type: "text", MaxLength: 30, Search: "i", Label: t("代號", "代码", "Code")},
			{Name: "parent", Type: "reference", Targets: []string{"product_category"}, Label: t("上層分類", "上级分类", "Parent"),
				Aliases: schema.Words("上層, 上級, 上級分類, 父類別, 大類, parent, parent category")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note")},
		},
		List:       []string{"name", "code", "parent"},
		Quick:      []string{"parent"},
		Highlights: []string{"code", "parent"},
		Sections:   []schema.Section{{Label: t("產品分類", "产品分类", "Product category"), Fields: []string{"name", "code", "parent", "note"}}},
		Related:    []schema.Related{{Object: "product_category", Field: "parent"}, {Object: "product", Field: "category"}},
	}
}

// check holds that there is one price a currency and none below zero.
func check(_ context.Context, c *record.Change) error {
	if !c.Changed("prices") {
		return nil
	}
	rows, err := c.Lines("prices")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, row := range rows {
		at := "prices[" + strconv.Itoa(i) + "]"
		code, _ := row.Values["currency"][0].(string)
		if seen[code] {
			return record.Invalid(at+".currency", "price_twice", "currency", code)
		}
		seen[code] = true
		if price, _ := row.Values["price"][0].(int64); price < 0 {
			return record.Invalid(at+".price", "not_negative")
		}
	}
	return nil
}

// deepest is how many levels a tree of categories has at most.
const deepest = 20

// checkCategory keeps a category from standing below itself.
func checkCategory(ctx context.Context, c *record.Change) error {
	parent := c.After.Int("parent")
	if parent == 0 || !c.Changed("parent") {
		return nil
	}
	for range deepest {
		if parent == c.ID {
			return record.Invalid("parent", "own_parent_category")
		}
		found, err := c.Rows(ctx, "product_category", query.Is("id", parent), 1)
		if err != nil {
			return err
		}
		if parent = found[parent].Int("parent"); parent == 0 {
			return nil
		}
	}
	return record.Invalid("parent", "too_deep", "max", strconv.Itoa(deepest))
}
