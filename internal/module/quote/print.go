package quote

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"ecrm/internal/lineitem"
	"ecrm/internal/paper"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tally"
)

// Proforma is the form of a quote for customers abroad.
const Proforma = "proforma"

// words of the document.
var words = struct {
	quote, proforma, number, date, valid, customer, taxNumber, attention, phone, mail, fax, address, sales, payment, delivery, term, packing, subject,
	no, description, quantity, unit, price, discount, tax, amount, hs,
	subtotal, off, net, taxOf, total, inWords, included, notes, bank, accepted, issued, page, currency, version schema.Text
}{
	quote: t("報價單", "报价单", "Quotation"), proforma: t("形式發票", "形式发票", "Proforma Invoice"), number: t("單號", "单号", "No."), date: t("日期", "日期", "Date"), valid: t("有效期限", "有效期至", "Valid until"),
	customer: t("客戶", "客户", "To"), taxNumber: t("統一編號", "统一社会信用代码", "Tax No."), attention: t("聯絡人", "联系人", "Attn."), phone: t("電話", "电话", "Tel."), mail: t("電子郵件", "邮箱", "Email"), fax: t("傳真", "传真", "Fax"),
	address: t("地址", "地址", "Address"), sales: t("業務", "销售", "Sales"), payment: t("付款條件", "付款条件", "Payment"), delivery: t("交期", "交货期", "Delivery"), term: t("貿易條件", "贸易术语", "Trade term"), packing: t("包裝", "包装", "Packing"),
	subject: t("主旨", "主题", "Subject"),
	no:      t("項次", "序号", "No."), description: t("品名規格", "品名规格", "Description"), quantity: t("數量", "数量", "Qty"), unit: t("單位", "单位", "Unit"), price: t("單價", "单价", "Unit price"), discount: t("折扣", "折扣", "Disc."), tax: t("稅率", "税率", "Tax"),
	amount: t("金額", "金额", "Amount"), hs: t("稅則號列", "海关编码", "HS code"),
	subtotal: t("小計", "小计", "Subtotal"), off: t("折讓", "优惠", "Discount"), net: t("未稅金額", "不含税金额", "Net"), taxOf: t("稅額", "税额", "Tax"), total: t("總計", "总计", "Total"),
	inWords: t("總計（大寫）", "合计（大写）", ""), included: t("單價含稅", "单价含税", "Prices include tax"), notes: t("備註", "备注", "Notes"), bank: t("匯款資料", "收款账户", "Bank details"),
	accepted: t("客戶確認（簽章）", "客户确认（盖章）", "Accepted by"), issued: t("報價公司", "报价单位", "For and on behalf of"), page: t("第 {page} 頁，共 {pages} 頁", "第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
	currency: t("幣別", "币种", "Currency"), version: t("版次", "版本", "Version"),
}

// sheet is a quote as it is laid out.
type sheet struct {
	*paper.Paper
	p                              *record.Printing
	language, currency             string
	proforma                       bool
	customer, contact, owner, head record.Values
	rows                           []schema.Line
	total                          tally.Total
}

// printed lays a quote out as a PDF.
func printed(ctx context.Context, p *record.Printing) (record.Document, error) {
	if err := p.Needs("number", "items", "subtotal", "discount_total", "net", "tax_total", "total", "currency", "notes", "customer", "discount", "discount_off", "payment_terms", "delivery", "date", "valid_until",
		"tax_mode", "rounding", "trade_term", "trade_place", "packing", "revision"); err != nil {
		return record.Document{}, err
	}
	if p.Form != "" && p.Form != Proforma {
		return record.Document{}, record.Invalid("form", "not_an_option", "value", schema.Shorten(p.Form))
	}
	s := sheet{p: p, language: p.Language, currency: p.Values.Text("currency"), proforma: p.Form == Proforma}
	if s.language == "" {
		s.language = p.Values.Text("language")
	}
	if s.language == "" {
		s.language = p.Actor.Language
	}
	if err := s.read(ctx); err != nil {
		return record.Document{}, err
	}
	number := p.Values.Text("number")
	kind := s.in(words.quote)
	if s.proforma {
		kind = s.in(words.proforma)
	}
	var err error
	if s.Paper, err = paper.New(paper.About{Language: s.language, Title: kind + " " + number, Author: s.own("name", "english_name")}); err != nil {
		return record.Document{}, err
	}
	s.letterhead(ctx, kind)
	s.parties()
	s.items()
	s.totals()
	s.terms()
	s.signatures(ctx)
	content, err := s.Finish(func(page, pages int) {
		y := s.Bottom + 14
		s.Put(s.Left, y, s.own("name", "english_name")+"  "+number, 8, paper.Grey)
		text := strings.NewReplacer("{page}", strconv.Itoa(page), "{pages}", strconv.Itoa(pages)).Replace(s.in(words.page))
		s.PutRight(s.Right, y, text, 8, paper.Grey)
	})
	return record.Document{Name: kind + " " + number + ".pdf", Type: "application/pdf", Content: content}, err
}

func (s *sheet) in(t schema.Text) string { return t.In(s.language) }

// own is what the letterhead says, in English where there is something in English and
// the document is.
func (s *sheet) own(field, english string) string {
	if s.language == "en" && english != "" {
		if text := s.head.Text(english); text != "" {
			return text
		}
	}
	if text := s.head.Text(field); text != "" || field != "name" {
		return text
	}
	return s.p.Company
}

// read gathers what the document says beside the record itself.
func (s *sheet) read(ctx context.Context) error {
	v := s.p.Values
	var err error
	for _, one := range []struct {
		into   *record.Values
		object string
		field  string
	}{{&s.customer, "customer", "customer"}, {&s.contact, "contact", "contact"}, {&s.owner, "user", "owner"}} {
		if *one.into, err = s.p.Record(ctx, one.object, v.Int(one.field)); err != nil {
			return err
		}
	}
	if s.head, err = s.p.Own(ctx, "letterhead", v.Int("letterhead")); err != nil {
		return err
	}
	field := s.p.Object.Field("items")
	if s.rows, err = schema.DecodeLines(field, v.Text("items")); err != nil {
		return err
	}
	terms := tally.Terms{Currency: s.currency, Mode: tally.Mode(v.Text("tax_mode")), ByLine: v.Text("rounding") == "line", Discount: v.Int("discount"), Off: v.Int("discount_off")}
	lines := make([]tally.Line, len(s.rows))
	for i, row := range s.rows {
		lines[i] = tally.Line{Quantity: lineitem.Number(row, "quantity"), Price: lineitem.Number(row, "price"), Discount: lineitem.Number(row, "discount")}
		if class := field.Lines().Field("tax").Option(lineitem.Text(row, "tax")); class != nil {
			lines[i].Rate = class.Rate
		}
	}
	// What was agreed is what stands in the record; the sums by rate follow from it.
	s.total, err = tally.Sum(terms, lines)
	return err
}

// amount writes money as the document does, with all decimals its currency has.
func (s *sheet) amount(n int64) string {
	return grouped(n, schema.MoneyScale, tally.Digits(s.currency))
}

// grouped writes a number of so many decimals in groups of three digits, with at
// least some of the decimals.
func grouped(n int64, scale, least int) string {
	text := schema.Unscaled(n, scale)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, after, _ := strings.Cut(text, ".")
	for len(after) < least {
		after += "0"
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if after != "" {
		return sign + whole + "." + after
	}
	return sign + whole
}

// percent writes a rate held in hundredths of a percent.
func percent(n int64) string { return schema.Unscaled(n, 2) + "%" }

// letterhead puts the company at the head of the first page.
func (s *sheet) letterhead(ctx context.Context, kind string) {
	x, y := s.Left, s.Y
	if logo := s.picture(ctx, "logo"); logo != nil {
		if w := s.Picture(logo, x, y, 130, 46); w > 0 {
			x += w + 12
		}
	}
	width := s.Right - x - 170
	name := s.own("name", "english_name")
	for _, line := range s.Break(name, 15, width) {
		s.Put(x, y, line, 15, paper.Black)
		y += 20
	}
	if english := s.head.Text("english_name"); english != "" && english != name {
		s.Put(x, y, english, 8.5, paper.Grey)
		y += 12
	}
	var about []string
	for _, one := range [][2]string{
		{"", s.own("address", "english_address")}, {s.in(words.phone), s.own("phone", "")}, {s.in(words.fax), s.own("fax", "")},
		{s.in(words.taxNumber), s.own("tax_number", "")}, {"", s.own("mail", "")}, {"", s.own("website", "")},
	} {
		if one[1] != "" {
			about = append(about, strings.TrimSpace(one[0]+" "+one[1]))
		}
	}
	// As many on a line as fit, none of them taken apart.
	at := x
	for _, one := range about {
		if at > x && at+s.Measure(one, 8.5) > x+width {
			at, y = x, y+12
		}
		for n, line := range s.Break(one, 8.5, width) {
			if n > 0 {
				at, y = x, y+12
			}
			s.Put(at, y, line, 8.5, paper.Grey)
			at += s.Measure(line, 8.5) + 10
		}
	}
	if len(about) > 0 {
		y += 12
	}
	s.PutRight(s.Right, s.Y, kind, 19, paper.Black)
	at = s.Y + 28
	facts := [][2]string{{s.in(words.number), s.p.Values.Text("number")}, {s.in(words.date), s.p.Values.Text("date")}, {s.in(words.valid), s.p.Values.Text("valid_until")}, {s.in(words.currency), s.currency}}
	if n := s.p.Values.Int("revision"); n > 1 {
		facts = append(facts, [2]string{s.in(words.version), strconv.FormatInt(n, 10)})
	}
	for _, one := range facts {
		if one[1] == "" {
			continue
		}
		s.PutRight(s.Right-92, at, one[0], 8.5, paper.Grey)
		s.PutRight(s.Right, at, one[1], 9.5, paper.Black)
		at += 13
	}
	s.Y = max(y, at, s.Y+48) + 8
	s.Line(s.Left, s.Y, s.Right, s.Y, paper.Black)
	s.Y += 10
}

func (s *sheet) picture(ctx context.Context, field string) []byte {
	files := schema.FilesIn(s.head[field])
	if len(files) == 0 {
		return nil
	}
	content, err := s.p.Picture(ctx, files[0], 320)
	if err != nil {
		return nil // a picture that is gone leaves a document without it
	}
	return content
}

// first is the first of a field of phones or mails.
func first(v record.Values, field string) string {
	if entries := schema.Entries(v.Text(field)); len(entries) > 0 {
		return entries[0].Value
	}
	return ""
}

// addressParts is how many columns an address has.
const addressParts = 6

// addressed writes an address as letters do: large to small in Chinese, small to
// large in English.
func addressed(columns []any) string {
	if len(columns) == 0 {
		return ""
	}
	parts := make([]string, addressParts)
	for i := range min(len(columns), len(parts)) {
		parts[i], _ = columns[i].(string)
	}
	street, district, city, region, zip, country := parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]
	if region == city {
		region = ""
	}
	place := region + city + district + street
	if strings.ContainsFunc(place, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return strings.TrimSpace(zip + " " + place)
	}
	var list []string
	for _, part := range []string{street, district, city, region, zip, country} {
		if part != "" && (len(list) == 0 || list[len(list)-1] != part) {
			list = append(list, part)
		}
	}
	return strings.Join(list, ", ")
}

// parties names the customer at the left and the terms at the right.
func (s *sheet) parties() {
	v := s.p.Values
	name := s.customer.Text("name")
	if english := s.customer.Text("english_name"); english != "" && s.language == "en" {
		name = english
	}
	address := addressed(s.customer["address"])
	attention, phone, mail := s.contact.Text("name"), first(s.contact, "phones"), first(s.contact, "mails")
	if english := s.contact.Text("english_name"); english != "" && s.language == "en" {
		attention = english
	}
	if title := s.contact.Text("title"); title != "" && attention != "" {
		attention += "  " + title
	}
	if phone == "" {
		phone = first(s.customer, "phones")
	}
	if mail == "" {
		mail = first(s.customer, "mails")
	}
	sales := s.owner.Text("name")
	if m := first(s.owner, "mails"); m != "" && sales != "" {
		sales += "  " + m
	}
	term := strings.TrimSpace(v.Text("trade_term") + " " + v.Text("trade_place"))
	left := [][2]string{{s.in(words.customer), name}, {s.in(words.taxNumber), s.customer.Text("tax_number")}, {s.in(words.address), address}, {s.in(words.attention), attention}, {s.in(words.phone), phone}, {s.in(words.mail), mail}}
	right := [][2]string{{s.in(words.sales), sales}, {s.in(words.payment), v.Text("payment_terms")}, {s.in(words.delivery), v.Text("delivery")}}
	if s.proforma || term != "" {
		right = append(right, [2]string{s.in(words.term), term}, [2]string{s.in(words.packing), v.Text("packing")})
	}
	middle := (s.Left+s.Right)/2 + 10
	y := max(s.facts(left, s.Left, middle-20), s.facts(right, middle, s.Right))
	s.Y = y + 6
	if subject := v.Text("subject"); subject != "" {
		s.Y = s.facts([][2]string{{s.in(words.subject), subject}}, s.Left, s.Right) + 4
	}
}

// facts puts names and values below one another and answers where they end.
func (s *sheet) facts(facts [][2]string, x, right float64) float64 {
	y := s.Y
	wide := 0.0
	for _, one := range facts {
		if one[1] != "" {
			wide = max(wide, s.Measure(one[0], 9)+10)
		}
	}
	for _, one := range facts {
		if one[1] == "" {
			continue
		}
		s.Put(x, y, one[0], 9, paper.Grey)
		for _, line := range s.Break(one[1], 9.5, right-x-wide) {
			s.Put(x+wide, y, line, 9.5, paper.Black)
			y += 13.5
		}
	}
	return y
}

// items puts the table of what is offered.
func (s *sheet) items() {
	discounts, rates := false, map[string]bool{}
	for _, row := range s.rows {
		discounts = discounts || lineitem.Number(row, "discount") != 0
		rates[lineitem.Text(row, "tax")] = true
	}
	taxes := len(rates) > 1 && s.p.Values.Text("tax_mode") != string(tally.NoTax)
	columns := []paper.Column{
		{Label: s.in(words.no), Width: 30, Right: true}, {Label: s.in(words.description)}, {Label: s.in(words.quantity), Width: 52, Right: true},
		{Label: s.in(words.unit), Width: 34}, {Label: s.in(words.price), Width: 70, Right: true},
	}
	if discounts {
		columns = append(columns, paper.Column{Label: s.in(words.discount), Width: 40, Right: true})
	}
	if taxes {
		columns = append(columns, paper.Column{Label: s.in(words.tax), Width: 46, Right: true})
	}
	columns = append(columns, paper.Column{Label: s.in(words.amount), Width: 82, Right: true})
	classes := s.p.Object.Field("items").Lines().Field("tax")
	var rows [][]string
	for i, row := range s.rows {
		cells := []string{strconv.Itoa(i + 1), lineitem.Text(row, "description"), grouped(lineitem.Number(row, "quantity"), tally.Scale, 0), lineitem.Text(row, "unit"), grouped(lineitem.Number(row, "price"), tally.Scale, tally.Digits(s.currency))}
		if discounts {
			cell := ""
			if d := lineitem.Number(row, "discount"); d != 0 {
				cell = percent(d)
			}
			cells = append(cells, cell)
		}
		if taxes {
			cell := ""
			switch class := classes.Option(lineitem.Text(row, "tax")); {
			case class == nil:
			case class.Rate != 0:
				cell = percent(class.Rate)
			default:
				cell = class.Label.In(s.language)
			}
			cells = append(cells, cell)
		}
		rows = append(rows, append(cells, s.amount(lineitem.Number(row, "amount"))))
	}
	s.Table(columns, rows, 9)
	s.Y += 8
}

// totals puts the sums at the right, and the amount written out below them.
func (s *sheet) totals() {
	v := s.p.Values
	type sum struct {
		label string
		n     int64
	}
	var sums []sum
	if n := v.Int("discount_total"); n != 0 || v.Text("tax_mode") != string(tally.NoTax) {
		sums = append(sums, sum{s.in(words.subtotal), v.Int("subtotal")})
		if n != 0 {
			label := s.in(words.off)
			if d := v.Int("discount"); d != 0 && v.Int("discount_off") == 0 {
				label += " " + percent(d)
			}
			sums = append(sums, sum{label, -n})
		}
	}
	if v.Text("tax_mode") != string(tally.NoTax) {
		if v.Int("net") != v.Int("subtotal") {
			sums = append(sums, sum{s.in(words.net), v.Int("net")})
		}
		for _, one := range s.total.Taxes {
			if one.Rate != 0 || len(s.total.Taxes) == 1 {
				sums = append(sums, sum{s.in(words.taxOf) + " " + percent(one.Rate), one.Tax})
			}
		}
	}
	const step = 15
	s.Need(float64(len(sums))*step + 50)
	left := s.Right - 230
	for _, one := range sums {
		s.Put(left, s.Y, one.label, 9.5, paper.Grey)
		s.PutRight(s.Right-4, s.Y, s.amount(one.n), 9.5, paper.Black)
		s.Y += step
	}
	s.Line(left, s.Y, s.Right, s.Y, paper.Black)
	s.Y += 5
	s.Put(left, s.Y, s.in(words.total)+" "+s.currency, 12, paper.Black)
	s.PutRight(s.Right-4, s.Y, s.amount(v.Int("total")), 12, paper.Black)
	s.Y += 20
	if v.Text("tax_mode") == string(tally.Inclusive) {
		s.PutRight(s.Right-4, s.Y, s.in(words.included), 8.5, paper.Grey)
		s.Y += 13
	}
	if spelled := tally.InWords(v.Int("total"), s.currency, s.language); spelled != "" {
		s.Y = s.facts([][2]string{{s.in(words.inWords), spelled}}, s.Left, s.Right)
	}
	s.Y += 8
}

// terms puts the notes and where to pay, over as many pages as they take.
func (s *sheet) terms() {
	for _, one := range [][2]string{{s.in(words.notes), s.p.Values.Text("notes")}, {s.in(words.bank), s.own("bank", "english_bank")}} {
		if one[1] == "" {
			continue
		}
		s.Need(40)
		s.Put(s.Left, s.Y, one[0], 9, paper.Grey)
		s.Y += 14
		for _, line := range s.Break(one[1], 9.5, s.Right-s.Left) {
			s.Need(14)
			s.Put(s.Left, s.Y, line, 9.5, paper.Black)
			s.Y += 14
		}
		s.Y += 6
	}
}

// signatures leaves room for the customer's at the left and puts the company's seal
// at the right.
func (s *sheet) signatures(ctx context.Context) {
	s.Need(110)
	s.Y += 8
	middle := (s.Left + s.Right) / 2
	s.Put(s.Left, s.Y, s.in(words.accepted), 9, paper.Grey)
	s.Put(middle+20, s.Y, s.in(words.issued), 9, paper.Grey)
	s.Put(middle+20, s.Y+14, s.own("name", "english_name"), 9.5, paper.Black)
	if seal := s.picture(ctx, "seal"); seal != nil {
		s.Picture(seal, s.Right-110, s.Y+8, 82, 82)
	}
	s.Line(s.Left, s.Y+88, middle-20, s.Y+88, paper.Grey)
	s.Line(middle+20, s.Y+88, s.Right, s.Y+88, paper.Grey)
	s.Y += 92
}
