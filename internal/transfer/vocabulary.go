package transfer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
)

// plain is a header without spaces, punctuation and the numbers that tell
// several columns of one kind apart ("E-mail 2 - Value").
func plain(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, normal.Fold(header))
}

// typeWords are the headers that mean whatever field of a type an object has: no
// field need say that a field of phones is one.
var typeWords = map[string][]string{
	"phones":   schema.Words("phone, phones, phone number, phone numbers, home, home mobile, work fax number, company phone number, account phone, default address phone, telefax, fax geschäftlich, fax privat, telefon firma, weiteres telefon, haupttelefon, 商務電話, 商務傳真, 商務手機, 公司代表線, 主要電話, 住宅電話, 住宅傳真, 單位主要電話, 單位傳真, 電話一, 電話二, 傳真機, 更多電話, 更多號碼, phone, phone no, phone value, telephone, telephone number, telephone no, tel, tel no, tel work, tel cell, tel home, tel other, tel cell private, mobile, mobile phone, mobile phone number, mobile number, mobile no, cell, cell phone, cellphone, cell phone number, cell number, work phone, work mobile, work direct phone, direct phone, direct dial, direct line, business phone, company phone, company main phone, home phone, other phone, assistant phone, assistants phone, asst phone, corporate phone, hq phone, phone work, phone home, phone other, phone mobile, phone office, phone fax, primary phone, main phone, secondary phone, alternate phone, office phone, toll free, car phone, whatsapp, whatsapp number, whatsapp phone number, telephone voice, phones phone, fax, fax no, business fax, work fax, home fax, other fax, fax number, tel fax, 電話, 電話號碼, 市內電話, 市內電話號碼, 座機電話, 聯絡電話, 聯繫電話, 總機, 總機電話, 公司電話, 辦公電話, 辦公室電話, 服務電話, 工作電話, 單位電話, 座機, 固定電話, 固話, 市話, 住家電話, 家庭電話, 其他電話, 手機, 手機號, 手機號碼, 行動電話, 行動電話號碼, 移動電話, 移動電話號碼, 聯絡手機, 聯絡方式, 聯繫方式, 傳真, 聯絡傳真, 聯繫傳真, 傳真號, 傳真號碼, 傳真機號碼, 公司傳真, telefon, telefonnummer, telefon geschäftlich, telefon privat, telefonzentrale, tel nr, handy, handynummer, mobil, mobiltelefon, mobilnummer, faxnummer, teléfono, telefono, número de teléfono, móvil, movil, celular, téléphone, numéro de téléphone, portable, télécopie, 電話番号, 携帯, 携帯電話, 携帯番号, 携帯電話番号, ファックス, fax番号"),
	"mails":    schema.Words("email, emails email, emails, e-mail, mail, mails, home email, account email, person email, contact email, 更多郵箱, 企業郵箱, e mail geschäftlich, e mail privat, email id, mail id, email address, e-mail address, mail address, email addresses, email value, primary email, main email, work email, company email, business email, office email, personal email, secondary email, alternate email, other email, email home, email work, email other, email personal, login email, additional email, additional email addresses, internet mail, 電子郵件, 主要電子郵件, 備用電子郵件, 工作郵件, 電子郵件地址, 電子郵件信箱, 電子信箱, 電郵, 郵箱, 電子郵箱, 郵箱地址, 信箱, 郵件, 郵件地址, 公司郵箱, 工作郵箱, 客服信箱, e mail adresse, email adresse, emailadresse, mailadresse, correo, correo electrónico, email dirección, courriel, adresse email, adresse e mail, adresse électronique, メール, メールアドレス, eメール"),
	"url":      schema.Words("website, websites, website url, website address, website value, web page, web site, webpage, web, web address, www, url, url home, url work, homepage, home page, site, company website, company url, company domain, company domain name, corporate website, domain name link url, account website, organization website, 公司網頁, 企業網址, domain, domain name, associated company domain, 網址, 網站, 網頁, 官網, 公司網址, 公司網站, 公司主頁, 主頁, webseite, webadresse, internetseite, internet, sitio web, página web, site web, site internet, ホームページ, webサイト, ウェブサイト"),
	"address":  schema.Words("address, addresses, address formatted, full address, complete address, formatted address, street address full, registered address, mailing address, postal address, business address, office address, work address, company address, billing address, home address, physical address, location address, adr, add, addr, 地址, 住址, 公司地址, 單位地址, 省市區, 省市區縣, 省市縣區, 企業註冊地址, 註冊住所, 公司所在地, 登記住所, 住所地, 經營地址, 企業經營地址, 企業地址, 聯絡地址, 聯繫地址, 通訊地址, 通信地址, 營業地址, 營業處所, 註冊地址, 登記地址, 辦公地址, 詳細地址, 郵寄地址, 所在地, anschrift, adresse, postanschrift, adresse complète, dirección, domicilio, dirección completa, 住所, 所在地住所"),
	"tags":     schema.Words("tags, tag, category id, customer group, customer groups, contact group, contact groups, lists, list, mailing list, 類別, 所屬分組, labels, label, keywords, categories, category, groups, group, group membership, segment, segments, 標籤, 標簽, 分類, 群組, 分組, schlagworte, kategorien, kategorie, etiquetas, étiquettes, catégories, タグ"),
	"longtext": schema.Words("notes, note, description, internal notes, internal note, customer details, comment, comments, background, background info, remarks, remark, memo, message, details, additional info, additional information, about, bio, short description, 備註, 附註, 注釋, 註釋, 說明, 註記, 記事, 便簽, 便條, 附注, 經營範圍, 營業項目, 經營項目, 業務範圍, 主營產品, 主營業務, 主要產品, 營業範圍, 描述, 簡介, 公司簡介, 備注信息, bemerkung, bemerkungen, notiz, notizen, beschreibung, kommentar, notas, nota, observaciones, comentarios, descripción, remarques, commentaire, commentaires, 備考, メモ"),
	"birthday": schema.Words("geb datum, geb, birthday, birth date, birthdate, date of birth, dob, born, bday, 生日, 出生日期, 出生年月日, 出生年月, geburtstag, geburtsdatum, fecha de nacimiento, cumpleaños, date de naissance, anniversaire, 生年月日, 誕生日"),
}

// partWords are the headers of the parts of an address.
var partWords = map[string][]string{
	"street":   schema.Words("house number, house no, house nr, street number, street no, building number, hausnummer, hausnr, haus nr, 門牌, 門牌號, 門牌號碼, número de casa, numéro de rue, street, street address, address street, street name, street name and number, address line, street line, line, addressline, address line, address text, po box street, 街道, 街, 街道地址, 路名, 路段, strasse, straße, strasse und hausnummer, straße und hausnummer, str, calle, dirección calle, rue, voie, 番地, 町名番地, 住所番地"),
	"city":     schema.Words("city, city name, town, city town, locality, suburb city, 城市, 市, 市鎮, 市縣, 縣市鎮, 所在城市, 所屬城市, 城市名稱, 地市, 鄉鎮市, ort, stadt, ortschaft, ciudad, población, localidad, municipio, ville, commune, 市区町村"),
	"region":   schema.Words("state id, state, state name, state code, state region, state province, state or province, province, province state, province name, region, county, prefecture, 縣市, 省份, 所屬省份, 省份地區, 省州, 省市自治區, 省, 直轄市, 省市, 省自治區直轄市, 省市自治區, 州, 州省, 所在省份, bundesland, kanton, provincia, estado provincia, comunidad autónoma, département, région, 都道府県"),
	"zip":      schema.Words("zip, zip code, zipcode, zip postal code, zip postcode, zip or postal code, postal code, postalcode, post code, postcode, postal, postal zip code, pin code, pincode, 郵遞區號, 郵編, 郵政編碼, 區號郵遞, plz, postleitzahl, código postal, cp, codigo postal, code postal, 郵便番号"),
	"country":  schema.Words("country id, country iso2 code, country iso code, country, country name, country region, country code, countryname, nation, 國家, 國別, 國家地區, 所在國家, land region, land, país, pais, pays, 国"),
	"district": schema.Words("district, 鄉鎮市區, 鄉鎮區, 區, 鄉鎮, 區縣, 行政區, 所在區縣, 所屬區縣, 縣區, 地區縣, bezirk, ortsteil, distrito, quartier"),
}

// partOf finds the part by one of its words, in the form of plain.
var partOf = map[string]string{}

// placeWords stand before the parts of an address that is an object's first.
var placeWords = schema.Words("address, addresses, addr, adr, adr one, location, business, work, office, company, hq, headquarters, head office, mailing, mail, postal, primary, main, physical, registered, permanent, default address, po, 商務, 商務地址, 工作, 單位, 公司, 地址, 通訊, 聯絡, 營業, 註冊, 登記, 辦公, 所在, firmen, geschäftlich, adresse, dirección, adresse postale")

// representatives are headers of a company's legal representative, who is never
// the owner of the record.
var representatives = map[string]bool{}

func init() {
	for part, words := range partWords {
		for _, w := range words {
			partOf[plain(w)] = part
		}
	}
	for _, w := range schema.Words("負責人, 代表人, 公司負責人, 企業負責人, 法定代表人, 法人, 法人代表, 董事長, 負責人姓名, 代表人姓名, 負責人名稱, 法定代表人姓名, 代表者, 代表者名, geschäftsführer") {
		representatives[plain(w)] = true
	}
}

// How surely a header means a field that goes by it: its own name, another one,
// one with the name of the object before it, the name of a record where the
// record it hangs on goes by it too.
const (
	sureOwn       = 1.0
	sureAlias     = 0.8
	sureBefore    = 0.75
	sureHangsOn   = 0.55
	lessBracketed = 0.05
)

// meaning is what a header may mean.
type meaning struct {
	field *schema.Field
	spec  string
	sure  float64
}

// place is what stands before or behind the parts of an address, in the form of
// plain.
type place struct {
	field *schema.Field
	name  string
}

// vocabulary is what the columns of an object's files are called.
type vocabulary struct {
	// own are the names that stand on our own files, alias those in the form of
	// plain that offices and other programs use.
	own, alias map[string][]meaning
	places     []place
	// firms tells that the records are companies or their people: who is responsible
	// is then the legal representative.
	firms bool
	// usual are the fields that a column of their type means where nothing says more.
	usual map[string]*schema.Field
	// object is whose files they are, title the field that names its records.
	object *schema.Object
	title  string
	// self are the names of the object itself, which stand before those of its
	// fields: customer phone, 客戶電話.
	self []string
}

// wordsOf learns what the fields of an object that the actor may fill are called.
func wordsOf(a *policy.Actor, o *schema.Object) *vocabulary {
	v := &vocabulary{own: map[string][]meaning{}, alias: map[string][]meaning{}, object: o, title: o.Title}
	for _, name := range append([]string{o.Name, o.Label.TW, o.Label.CN, o.Label.EN, o.LabelPlural.EN}, o.Aliases...) {
		if p := plain(name); p != "" {
			v.self = append(v.self, p)
		}
	}
	// The longest first: what is left over is then the name of the field.
	slices.SortStableFunc(v.self, func(a, b string) int { return len(b) - len(a) })
	usual := map[string]*schema.Field{}
	v.usual = usual
	v.firms = o.Field("representative") != nil || o.Field("family_name") != nil
	for _, f := range o.Fields {
		if writable(a, o, f) && f.Name != schema.ExternalIDs && (usual[f.Type] == nil || f.Name == f.Type) {
			usual[f.Type] = f
		}
	}
	for _, f := range o.Fields {
		if !writable(a, o, f) {
			continue
		}
		if f.Name == "owner" && !v.firms {
			v.learn(plain("負責人"), meaning{f, f.Name, sureAlias})
		}
		own := []string{f.Name, strings.ReplaceAll(f.Name, "_", " "), f.Label.TW, f.Label.CN, f.Label.EN}
		for _, name := range own {
			if name != "" {
				v.own[normal.Fold(name)] = append(v.own[normal.Fold(name)], meaning{f, f.Name, sureOwn})
			}
		}
		names := slices.Concat(own, f.Aliases)
		if f.Type == "address" {
			names = v.placed(f, names, usual[f.Type] == f)
		}
		if usual[f.Type] == f {
			names = slices.Concat(names, typeWords[f.Type])
		}
		for _, name := range names {
			v.learn(plain(name), meaning{f, f.Name, sureAlias})
		}
	}
	v.hangsOn(o)
	return v
}

// wholes are the words for an address that stand behind the place it is of.
var wholes = schema.Words("address, addresses, addr, info, 地址, 住所, adresse, anschrift")

// placed learns what stands beside the parts of an address, and answers what
// means it as a whole: Billing alone says no more than that there is one.
func (v *vocabulary) placed(f *schema.Field, names []string, usual bool) []string {
	places := []string{}
	if usual {
		places = append(places, "")
		names = slices.Concat(names, placeWords)
	}
	var whole []string
	for _, name := range names {
		if p := plain(name); slices.ContainsFunc(wholes, func(w string) bool { return strings.Contains(p, plain(w)) }) {
			whole = append(whole, name)
			places = append(places, p)
			continue
		}
		places = append(places, plain(name))
		for _, w := range wholes {
			whole = append(whole, name+w)
			places = append(places, plain(name+w))
		}
	}
	for _, name := range places {
		v.places = append(v.places, place{f, name})
	}
	return whole
}

func (v *vocabulary) learn(name string, m meaning) {
	if name != "" && !slices.ContainsFunc(v.alias[name], func(known meaning) bool { return known.spec == m.spec }) {
		v.alias[name] = append(v.alias[name], m)
	}
}

// hangsOn has a name that is the customer's too rather mean the customer.
func (v *vocabulary) hangsOn(o *schema.Object) {
	for _, meanings := range v.alias {
		if slices.ContainsFunc(meanings, func(m meaning) bool { return m.spec == "customer" }) {
			for i := range meanings {
				if meanings[i].spec == o.Title {
					meanings[i].sure = sureHangsOn
				}
			}
		}
	}
}

// parts lists the parts of addresses that a header in the form of plain means.
func (v *vocabulary) parts(header string) []meaning {
	var found []meaning
	for _, p := range v.places {
		part := ""
		if rest, ok := strings.CutPrefix(header, p.name); ok {
			part = partOf[rest]
			if rest == "address" && strings.Contains(p.name, "address") {
				part = "street" // Default Address Address1
			}
		}
		if rest, ok := strings.CutSuffix(header, p.name); ok && part == "" {
			part = partOf[rest]
		}
		if part != "" {
			found = append(found, meaning{p.field, p.field.Name + "." + part, sureAlias})
		}
	}
	return found
}

// bracketed is what stands in brackets in a header, or behind it to say that the
// field is one's own: （必填）, (USD), __c.
var bracketed = regexp.MustCompile(`[(（\[【<][^)）\]】>]*[)）\]】>]|(?i)__c$`)

// starred is what stands behind a star in a header: how it is to be filled.
var starred = regexp.MustCompile(`([^\s*＊])[*＊].*$`)

// polite is what stands before the headers of a form that people filled in, numbered
// what tells one of several apart in Chinese: 電話一.
var (
	polite   = regexp.MustCompile(`(?i)^(\d+[.、)]\s*)?(請問|请问|請輸入|请输入|請填寫|请填写|請選擇|请选择|請留下|请留下)?(您的|你的|您|貴公司的|贵公司的|貴|贵|your\s)?`)
	numbered = regexp.MustCompile(`^(.*(?:電話|电话|地址|聯絡人|联系人|手機|手机|傳真|传真|信箱|邮箱))[一二三四五]$`)
)

// meanings lists what a header may mean, the surest first.
func (v *vocabulary) meanings(header string) []meaning {
	var found []meaning
	add := func(list []meaning, text string, sure float64) {
		for _, m := range list {
			if v.firms && representatives[plain(text)] && (m.field.Type == "user") != v.mainland(text) {
				continue
			}
			m.sure = min(m.sure, sure)
			if !slices.ContainsFunc(found, func(known meaning) bool { return known.spec == m.spec }) {
				found = append(found, m)
			}
		}
	}
	if untouched.MatchString(header) {
		return nil
	}
	asked := starred.ReplaceAllString(header, "$1")
	bare := bracketed.ReplaceAllString(asked, " ")
	for less, text := range []string{header, asked, bare, polite.ReplaceAllString(numbered.ReplaceAllString(strings.TrimSpace(bare), "$1"), "")} {
		p := plain(text)
		if p == "" || less > 0 && text == header {
			continue
		}
		off := lessBracketed * float64(min(less, 1))
		add(v.own[normal.Fold(strings.Trim(text, "*＊:： \t"))], text, sureOwn-off)
		add(v.alias[p], text, sureAlias-off)
		add(v.parts(p), text, sureAlias-off)
		for _, rest := range v.behind(p) {
			if rest != "" {
				add(v.alias[rest], rest, sureBefore-off)
				add(v.parts(rest), rest, sureBefore-off)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b meaning) int {
		switch {
		case a.sure > b.sure:
			return -1
		case a.sure < b.sure:
			return 1
		}
		return 0
	})
	return found
}

// mainland tells whether a header is how mainland offices call who works on a
// record: 负责人, where 負責人 stands for the firm.
func (v *vocabulary) mainland(header string) bool {
	return slices.ContainsFunc(v.own[normal.Fold(header)], func(m meaning) bool {
		return m.field.Type == "user" && m.field.Label.CN == strings.TrimSpace(header)
	})
}

// behind lists what stands behind the name of the object in a header in the form
// of plain, be it there twice: Person - Person created.
func (v *vocabulary) behind(header string) []string {
	var found []string
	for _, self := range v.self {
		rest, ok := strings.CutPrefix(header, self)
		if !ok {
			continue
		}
		found = append(found, rest)
		for _, again := range v.self {
			if rest, ok := strings.CutPrefix(rest, again); ok && rest != "" {
				found = append(found, rest)
			}
		}
	}
	return found
}

// means tells whether a header means a field of this name by its own name.
func (v *vocabulary) means(header, spec string) bool {
	return slices.ContainsFunc(v.own[normal.Fold(header)], func(m meaning) bool { return m.spec == spec })
}
