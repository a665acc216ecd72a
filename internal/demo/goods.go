package demo

import (
	"strconv"
	"time"

	"ecrm/internal/record"
)

// good is something that is sold: its price is in the locale's currency.
type good struct{ name, english, unit, price, about string }

// line is a category of goods.
type line struct {
	name, code string
	goods      []good
}

// letters is what stands at the head of the made-up company's documents.
type letters struct{ english, taxNumber, phone, fax, address, englishAddress, bank, englishBank string }

var goodsOf = map[string][]line{
	"zh-TW": {
		{"數位複合機", "MX", []good{
			{"彩色數位複合機 MX-3070", "Colour multifunction printer MX-3070", "台", "86500", "A3 彩色，每分鐘 30 頁，含雙面自動送稿"},
			{"黑白數位複合機 MX-2651", "Mono multifunction printer MX-2651", "台", "52800", "A3 黑白，每分鐘 26 頁"},
			{"桌上型雷射印表機 LP-410", "Desktop laser printer LP-410", "台", "12900", "A4 黑白，自動雙面列印"},
		}},
		{"耗材", "TN", []good{
			{"碳粉匣 TN-3070 黑", "Toner TN-3070 black", "支", "2380", "約 24,000 張"}, {"碳粉匣 TN-3070 彩色三色組", "Toner TN-3070 colour set", "組", "6450", "青、洋紅、黃各一支"},
			{"影印紙 A4 80 磅", "Copy paper A4 80 gsm", "箱", "685", "每箱 5 包，每包 500 張"}, {"標籤貼紙 100×60 mm", "Labels 100×60 mm", "捲", "128.5", ""},
		}},
		{"服務", "SV", []good{{"年度維護合約", "Annual maintenance", "年", "12000", "含到府檢修與耗材配送，不含碳粉"}, {"安裝與教育訓練", "Installation and training", "式", "4500", ""}, {"雲端列印管理授權", "Cloud print licence", "人年", "960", ""}}},
	},
	"zh-CN": {
		{"数码复合机", "MX", []good{
			{"彩色数码复合机 MX-3070", "Colour multifunction printer MX-3070", "台", "19800", "A3 彩色，每分钟 30 页，含双面自动输稿器"}, {"黑白数码复合机 MX-2651", "Mono multifunction printer MX-2651", "台", "11900", "A3 黑白，每分钟 26 页"},
			{"台式激光打印机 LP-410", "Desktop laser printer LP-410", "台", "2680", "A4 黑白，自动双面打印"},
		}},
		{"耗材", "TN", []good{
			{"粉盒 TN-3070 黑色", "Toner TN-3070 black", "支", "528.5", "约 24,000 页"}, {"粉盒 TN-3070 彩色三支装", "Toner TN-3070 colour set", "套", "1460", "青、品红、黄各一支"},
			{"复印纸 A4 80 克", "Copy paper A4 80 gsm", "箱", "142.8", "每箱 5 包，每包 500 张"}, {"标签纸 100×60 mm", "Labels 100×60 mm", "卷", "26.9", ""},
		}},
		{"服务", "SV", []good{{"年度维保", "Annual maintenance", "年", "2600", "含上门检修，不含粉盒"}, {"安装与培训", "Installation and training", "次", "980", ""}, {"云打印管理许可", "Cloud print licence", "人年", "198", ""}}},
	},
	"en": {
		{"Multifunction printers", "MX", []good{
			{"Colour multifunction printer MX-3070", "", "pc", "2790", "A3 colour, 30 pages a minute, duplex feeder"}, {"Mono multifunction printer MX-2651", "", "pc", "1690", "A3 mono, 26 pages a minute"},
			{"Desktop laser printer LP-410", "", "pc", "389", "A4 mono, duplex"},
		}},
		{"Supplies", "TN", []good{
			{"Toner TN-3070 black", "", "pc", "74.9", "About 24,000 pages"}, {"Toner TN-3070 colour set", "", "set", "206", "Cyan, magenta and yellow"}, {"Copy paper A4 80 gsm", "", "box", "21.45", "5 reams of 500 sheets"},
			{"Labels 100×60 mm", "", "roll", "3.99", ""},
		}},
		{"Services", "SV", []good{{"Annual maintenance", "", "year", "380", "On site, toner not included"}, {"Installation and training", "", "job", "150", ""}, {"Cloud print licence", "", "user/year", "29", ""}}},
	},
}

var lettersOf = map[string]letters{
	"zh-TW": {"Fanli Industrial Co., Ltd.", "04595257", "02-2345-6789", "02-2345-6790", "台北市信義區松仁路 100 號 12 樓", "12F., No. 100, Songren Rd., Xinyi Dist., Taipei City 110, Taiwan", "範例銀行 信義分行（代號 999）\n戶名：範例實業股份有限公司\n帳號：001-23-456789-0", "Fanli Bank, Xinyi Branch\nSWIFT: FANLTWTP\nAccount: 001-23-456789-0"},
	"zh-CN": {"Fanli Industrial Co., Ltd.", "91310000MA1FL0000X", "021-6888-8888", "", "上海市浦东新区世纪大道 100 号 28 层", "28F, No. 100 Century Avenue, Pudong, Shanghai 200120, China", "开户行：范例银行上海世纪大道支行\n户名：范例实业有限公司\n账号：3100 0000 0000 0000", "Fanli Bank, Shanghai Century Avenue Sub-branch\nSWIFT: FANLCNSH\nAccount: 3100 0000 0000 0000"},
	"en":    {"", "98-7654321", "+1 212 555 0100", "", "100 Sample Street, New York, NY 10001", "", "Sample Bank, New York\nRouting: 000000000\nAccount: 0001234567", ""},
}

// validDays is how long a quote is good for.
const validDays = 30

// usd are how many units of a locale's currency a US dollar costs there.
var usd = map[string]float64{"TWD": 31.5, "CNY": 7.1}

// stock makes up what is sold and the letterhead under which it is offered.
func (m *maker) stock(then time.Time) {
	l, about := m.locale, lettersOf[m.Locale]
	head := record.Input{"name": l.company, "preferred": true}
	for field, text := range map[string]string{"english_name": about.english, "tax_number": about.taxNumber, "phone": about.phone, "fax": about.fax, "address": about.address, "english_address": about.englishAddress, "bank": about.bank, "english_bank": about.englishBank, "mail": "sales@" + l.domain} {
		if text != "" {
			head[field] = text
		}
	}
	id := m.add("letterhead", then, 0, always(head))
	if m.Files != nil {
		m.pictures[id] = drawn(m.trade)
	}
	n := 0
	for _, line := range goodsOf[m.Locale] {
		then = then.Add(time.Minute)
		category := m.add("product_category", then, 0, always(record.Input{"name": line.name, "code": line.code}))
		for i, g := range line.goods {
			n++
			prices := []any{map[string]any{"currency": l.currency, "price": g.price}}
			if rate := usd[l.currency]; rate != 0 {
				if price, err := strconv.ParseFloat(g.price, 64); err == nil {
					prices = append(prices, map[string]any{"currency": "USD", "price": strconv.FormatFloat(price/rate, 'f', 2, 64)})
				}
			}
			in := record.Input{"code": line.code + "-" + strconv.Itoa(1001+i*10), "name": g.name, "unit": g.unit, "category": strconv.FormatInt(category, 10), "prices": prices}
			for field, text := range map[string]string{"english_name": g.english, "description": g.about} {
				if text != "" {
					in[field] = text
				}
			}
			m.goods = append(m.goods, g)
			m.products = append(m.products, strconv.FormatInt(m.add("product", then.Add(time.Duration(n)*time.Second), 0, always(in)), 10))
		}
	}
}

// basket makes up the products of some deals, nil for others; in a company of very many
// customers fewer have any.
func (m *maker) basket() []any {
	r, often := m.baskets, 45
	if m.Customers >= many {
		often = 10
	}
	if r.IntN(100) >= often {
		return nil
	}
	var items []any
	for range 1 + r.IntN(3) {
		n := r.IntN(len(m.goods))
		g := m.goods[n]
		item := map[string]any{"product": m.products[n], "description": g.name, "unit": g.unit, "price": g.price, "quantity": strconv.Itoa([]int{1, 2, 3, 5, 10, 20, 50}[r.IntN(7)])}
		if r.IntN(100) < 25 {
			item["discount"] = strconv.Itoa(5 * (1 + r.IntN(3)))
		}
		items = append(items, item)
	}
	return items
}

// offer makes up a quote for a deal that began at an instant, and what became of it
// where the deal was closed; in a company of very many customers there are none.
func (m *maker) offer(deal int64, customer string, contacts []string, begun, closed time.Time, won bool, s seller, owned func(record.Input) record.Input) {
	r := m.trade
	if m.Customers >= many || r.IntN(100) >= 65 {
		return
	}
	made := begun.AddDate(0, 0, 1+r.IntN(6))
	past := func(at time.Time) bool { return at.Before(m.now.AddDate(0, 0, -1)) }
	if !closed.IsZero() && !made.Before(closed) || !past(made) {
		return
	}
	var items []any
	for range 1 + r.IntN(4) {
		item := map[string]any{"product": m.products[r.IntN(len(m.products))], "quantity": strconv.Itoa([]int{1, 1, 2, 3, 5, 10, 20}[r.IntN(7)])}
		if r.IntN(100) < 25 {
			item["discount"] = strconv.Itoa(5 * (1 + r.IntN(3)))
		}
		items = append(items, item)
	}
	in := record.Input{"customer": customer, "opportunity": strconv.FormatInt(deal, 10), "items": items}
	if len(contacts) > 0 {
		in["contact"] = contacts[0]
	}
	if r.IntN(100) < 20 {
		in["discount"] = "5"
	}
	id := m.add("quote", made, s.id, func() record.Input { return owned(in) })
	answered := closed
	if at := made.Add(2 * time.Hour); r.IntN(100) < 85 || !closed.IsZero() {
		m.change("quote", id, at, s.id, always(record.Input{"status": "sent"}))
		// Nobody answered in time.
		if past := made.AddDate(0, 0, validDays+1); past.Before(m.now.AddDate(0, 0, -1)) && (closed.IsZero() || past.Before(closed)) {
			m.change("quote", id, past, 0, always(record.Input{"status": "expired"}))
		}
	}
	if answered.IsZero() {
		return
	}
	status := "declined"
	if won {
		status = "accepted"
	}
	m.change("quote", id, answered, s.id, always(record.Input{"status": status}))
}
