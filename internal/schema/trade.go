package schema

// TaxClasses are the taxes a product or a line of a document may bear, those of
// Taiwan and of the mainland.
func TaxClasses() []Option {
	return []Option{
		{Value: "vat_5", Rate: 500, Label: T("應稅 5%", "应税 5%", "5%"), Aliases: Words("應稅, 應税, 營業稅, taxable, standard, 5, 5%, 0.05, 營業稅 5%, 含稅")},
		{Value: "vat_13", Rate: 1300, Label: T("增值稅 13%", "增值税 13%", "VAT 13%"), Aliases: Words("13, 13%, 0.13")},
		{Value: "vat_9", Rate: 900, Label: T("增值稅 9%", "增值税 9%", "VAT 9%"), Aliases: Words("9, 9%, 0.09")},
		{Value: "vat_6", Rate: 600, Label: T("增值稅 6%", "增值税 6%", "VAT 6%"), Aliases: Words("6, 6%, 0.06")},
		{Value: "vat_3", Rate: 300, Label: T("徵收率 3%", "征收率 3%", "3%"), Aliases: Words("3, 3%, 0.03, 小規模納稅人")},
		{Value: "vat_1", Rate: 100, Label: T("徵收率 1%", "征收率 1%", "1%"), Aliases: Words("1, 1%, 0.01")},
		{Value: "zero", Label: T("零稅率", "零税率", "Zero-rated"), Aliases: Words("零稅, zero rate, zero rated, 0, 0%, 外銷, export")},
		{Value: "exempt", Label: T("免稅", "免税", "Exempt"), Aliases: Words("免税, exempt, tax free, 免徵, no tax")},
	}
}

// ownCurrency is a type of its own, so that no text somebody gives as a default means it.
type ownCurrency string

// OwnCurrency is the Default of a field of currencies that starts with the company's.
const OwnCurrency ownCurrency = "own currency"

// Currencies are the currencies that may be offered, those in daily use as offered.
func Currencies() []Option {
	var options []Option
	for _, c := range []struct {
		code  string
		daily bool
		label Text
	}{
		{"TWD", true, T("新臺幣 TWD", "新台币 TWD", "New Taiwan dollar TWD")},
		{"CNY", true, T("人民幣 CNY", "人民币 CNY", "Renminbi CNY")},
		{"USD", true, T("美元 USD", "美元 USD", "US dollar USD")},
		{"EUR", true, T("歐元 EUR", "欧元 EUR", "Euro EUR")},
		{"JPY", true, T("日圓 JPY", "日元 JPY", "Yen JPY")},
		{"HKD", true, T("港幣 HKD", "港币 HKD", "Hong Kong dollar HKD")},
		{"GBP", true, T("英鎊 GBP", "英镑 GBP", "Pound sterling GBP")},
		{"SGD", true, T("新加坡元 SGD", "新加坡元 SGD", "Singapore dollar SGD")},
		{"KRW", false, T("韓元 KRW", "韩元 KRW", "Won KRW")},
		{"AUD", false, T("澳幣 AUD", "澳元 AUD", "Australian dollar AUD")},
		{"CAD", false, T("加幣 CAD", "加元 CAD", "Canadian dollar CAD")},
		{"NZD", false, T("紐幣 NZD", "新西兰元 NZD", "New Zealand dollar NZD")},
		{"CHF", false, T("瑞士法郎 CHF", "瑞士法郎 CHF", "Swiss franc CHF")},
		{"SEK", false, T("瑞典克朗 SEK", "瑞典克朗 SEK", "Swedish krona SEK")},
		{"MOP", false, T("澳門幣 MOP", "澳门元 MOP", "Pataca MOP")},
		{"MYR", false, T("馬來幣 MYR", "林吉特 MYR", "Ringgit MYR")},
		{"THB", false, T("泰銖 THB", "泰铢 THB", "Baht THB")},
		{"VND", false, T("越南盾 VND", "越南盾 VND", "Dong VND")},
		{"PHP", false, T("菲律賓披索 PHP", "菲律宾比索 PHP", "Philippine peso PHP")},
		{"IDR", false, T("印尼盾 IDR", "印尼盾 IDR", "Rupiah IDR")},
		{"INR", false, T("印度盧比 INR", "印度卢比 INR", "Indian rupee INR")},
		{"AED", false, T("阿聯迪拉姆 AED", "阿联酋迪拉姆 AED", "Dirham AED")},
		{"ZAR", false, T("南非幣 ZAR", "南非兰特 ZAR", "Rand ZAR")},
		{"BRL", false, T("巴西雷亞爾 BRL", "巴西雷亚尔 BRL", "Real BRL")},
		{"MXN", false, T("墨西哥披索 MXN", "墨西哥比索 MXN", "Mexican peso MXN")},
	} {
		options = append(options, Option{Value: c.code, Label: c.label, Inactive: !c.daily})
	}
	return options
}
