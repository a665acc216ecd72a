package transfer

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	"ecrm/internal/local"
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// target is where a column goes: a field of the imported object or of one that
// hangs on it, and the part of an address.
type target struct {
	object *schema.Object
	field  *schema.Field
	part   string
	// child is true for a field of an object that refers to the imported one.
	child bool
	// lines is the lines field whose rows the column fills, nil for all others.
	lines *schema.Field
}

// addressParts are the parts a column may fill.
var addressParts = []string{"country", "zip", "region", "city", "district", "street"}

// targetOf reads a mapping such as name, address.city, contact.phones; false:
// there is no such field, or the actor may not write it.
func targetOf(a *policy.Actor, o *schema.Object, spec string) (target, bool) {
	first, rest, _ := strings.Cut(spec, ".")
	if f := o.Field(first); f != nil && f.Lines() != nil {
		return linesTarget(a, o, f, rest)
	} else if f != nil {
		if !writable(a, o, f) || rest != "" && (f.Type != "address" || !contains(addressParts, rest)) {
			return target{}, false
		}
		return target{object: o, field: f, part: rest}, true
	}
	child := a.Registry.Object(first)
	if child == nil || rest == "" || reference(child, o) == nil || !a.May(child, policy.Create) || strings.HasPrefix(rest, first+".") {
		return target{}, false
	}
	t, ok := targetOf(a, child, rest)
	if !ok || t.child {
		return target{}, false
	}
	t.child = true
	return t, true
}

// writable tells whether an import of the actor may fill a field: those he may
// write, and when the record came into being elsewhere.
func writable(a *policy.Actor, o *schema.Object, f *schema.Field) bool {
	if f.Lines() != nil || f.Files() > 0 && f.Type != "picture" {
		return false // neither rows nor several files fit into a column
	}
	return a.Access(o, f) == "write" || f.Name == "created_at" && a.May(o, policy.Import)
}

// reference finds the field by which child refers to o.
func reference(child, o *schema.Object) *schema.Field {
	for _, f := range child.Fields {
		if f.Target() == o.Name && f.Name == o.Name {
			return f
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

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

// synonyms are the headers other programs and offices use for our fields, in
// the form of plain.
var synonyms = map[string]map[string]bool{}

func means(field string, headers ...string) {
	set := map[string]bool{}
	for _, h := range headers {
		set[plain(h)] = true
	}
	synonyms[field] = set
}

func init() {
	means("name", "公司", "公司名稱", "客戶名稱", "客戶", "企業名稱", "名稱", "全名", "店名", "單位名稱", "account", "account name", "company", "company name", "organization", "organisation", "org name", "n_fn", "full name", "fn", "display name", "formatted name", "file as", "姓名", "聯絡人姓名", "lead name", "deal name", "opportunity name", "potential name", "商機名稱", "firma", "firmenname", "unternehmen", "contact name", "nombre", "customer", "customer name", "client", "client name")
	means("short_name", "公司簡稱", "簡稱", "short name", "nickname")
	means("number", "客戶編號", "customer number", "account number", "kundennummer", "reference")
	means("phones", "電話", "聯絡電話", "總機電話", "總機", "手機", "行動電話", "公司電話", "服務電話", "電話號碼", "聯繫電話", "phone", "phone number", "phone value", "telephone", "telephone number", "mobile", "mobile phone", "mobile phone number", "cell", "cell phone", "tel", "tel work", "tel cell", "tel home", "tel other", "tel cell private", "work phone", "business phone", "home phone", "other phone", "phone work", "phone home", "phone other", "primary phone", "company main phone", "office phone", "telefon", "telefonnummer", "handy", "mobil", "telephone voice", "car phone", "phones phone", "傳真", "傳真號碼", "傳真機號碼", "fax", "fax number", "business fax", "home fax", "tel fax")
	means("mails", "email", "e-mail", "mail", "email address", "e-mail address", "email value", "primary email", "secondary email", "email home", "email work", "email other", "電子郵件", "電子郵件信箱", "電子信箱", "郵箱", "信箱", "郵件", "客服信箱", "login email", "additional email")
	means("website", "網址", "網站", "公司網址", "website", "website url", "web page", "web site", "web", "url", "homepage", "url home", "domain", "associated company domain")
	means("address", "地址", "住址", "公司地址", "聯絡地址", "通訊地址", "營業地址", "address", "adr", "billing address", "business address", "home address", "address formatted", "mailing address", "add", "anschrift", "adresse")
	means("address.street", "street", "street address", "address street", "address line", "business street", "home street", "mailing street", "billing street", "adr one street", "strasse", "straße", "街道")
	means("address.city", "city", "business city", "home city", "mailing city", "billing city", "address city", "locality", "adr one locality", "town", "ort", "stadt", "城市")
	means("address.region", "state", "region", "state region", "state province", "province", "business state", "home state", "mailing state", "billing state", "address region", "adr one region", "縣市", "省份", "省")
	means("address.zip", "zip", "zip code", "zipcode", "postal code", "postcode", "business postal code", "home postal code", "mailing zip", "billing zip", "address postal code", "adr one postalcode", "plz", "郵遞區號", "邮编", "郵政編碼")
	means("address.country", "country", "business country", "home country", "country region", "business country region", "home country region", "mailing country", "billing country", "address country", "adr one countryname", "land", "國家")
	means("address.district", "鄉鎮市區", "區", "鄉鎮", "區縣")
	means("tax_number", "統編", "統一編號", "營利事業統一編號", "稅號", "納稅人識別號", "統一社會信用代碼", "信用代碼", "vat", "vat number", "tax id", "tax number", "ust id")
	means("industry", "產業別", "行業", "產業類別", "產業", "行業別", "industry", "sector", "business type", "branche")
	means("region", "地區", "區域", "區域別", "area", "territory", "office location", "regional office")
	means("note", "備註", "說明", "註記", "描述", "notes", "note", "description", "comment", "comments", "background", "background info", "remarks", "memo", "bemerkung", "bemerkungen", "簡介")
	means("owner", "業務", "負責業務", "業務員", "業務代表", "銷售", "銷售代表", "客戶經理", "銷售負責人", "owner", "account owner", "contact owner", "deal owner", "lead owner", "opportunity owner", "potential owner", "sales rep", "sales agent", "salesperson", "assigned to", "sales", "ownerid", "owner username", "responsible", "zuständig", "verantwortlich")
	means("created_at", "create date", "created", "created time", "created at", "create time", "date created", "created date", "createddate", "建立日期", "建檔日期", "創建時間", "創建日期", "登錄日期")
	means("title", "職稱", "職務", "職位", "職銜", "job title", "title", "position", "role", "funktion", "occupation")
	means("division", "部門", "單位", "department", "org unit", "division", "abteilung")
	means("salutation", "稱謂", "稱呼", "salutation", "greeting", "prefix", "name prefix", "honorific prefix", "anrede", "n_prefix")
	means("customer", "客戶", "客戶名稱", "公司", "公司名稱", "所屬公司", "company", "company name", "account", "account name", "organization", "organisation", "organization name", "org", "org name", "employer", "customer", "customer name", "related company", "firma", "unternehmen")
	means("english_name", "英文名稱", "英文簡稱", "公司英文名稱", "英文名", "english name")
	means("tags", "標籤", "分類", "tags", "tag", "categories", "labels", "keywords", "groups", "group membership")
	means("source", "來源", "客戶來源", "lead source", "leadsource", "source")
	means("level", "等級", "客戶等級", "級別", "rating", "tier", "grade")
	means("family_name", "姓", "姓氏", "last name", "lastname", "family name", "surname", "n family", "nachname", "apellido")
	means("given_name", "名", "名字", "first name", "firstname", "given name", "n given", "vorname")
	means("birthday", "生日", "出生日期", "birthday", "birth date", "birthdate", "date of birth", "bday", "geburtstag")
	means("line_id", "line", "line id", "lineid")
	means("wechat_id", "微信", "微信號", "wechat", "wechat id")
	means("parent", "母公司", "上層公司", "總公司", "集團", "parent", "parent account", "parent company", "subsidiary of", "related company")
	means("status", "狀態", "客戶狀態", "status")
	means("payment_terms", "付款條件", "付款方式", "payment terms")
	means("credit_limit", "信用額度", "credit limit")
	means("bank", "開戶行", "開戶銀行", "銀行", "bank")
	means("bank_account", "銀行帳號", "銀行賬號", "帳號", "bank account", "iban")
	means("invoice_title", "發票抬頭", "抬頭", "invoice title")
	means("stage", "階段", "商機階段", "銷售階段", "stage", "deal stage", "sales stage", "stage name", "leadstate", "pipeline stage")
	means("amount", "金額", "預計金額", "商機金額", "amount", "value", "deal value", "quote amount", "turnover", "close value", "expected revenue")
	means("expected_close", "預計成交日", "預計成交日期", "成交日期", "close date", "closing date", "expected close date", "closedate", "end scheduled")
	means("next_step", "下一步", "下一步行動", "next step", "nextstep")
	means("due", "到期日", "期限", "due date", "due", "deadline")
	means("subject", "主旨", "標題", "subject")
	means("login", "帳號", "使用者名稱", "login", "username", "user name")
}

// contactHeads are what stands before a header that speaks of the person beside
// the company.
var contactHeads = []string{"聯絡人", "联系人", "窗口", "承辦人", "contact person", "contact", "cp", "primary contact"}

// representatives are headers of a company's legal representative, who is never
// the owner of the record.
var representatives = map[string]bool{plain("負責人"): true, plain("代表人"): true, plain("公司負責人"): true, plain("法定代表人"): true, plain("董事長"): true, plain("負責人姓名"): true}

// dealNames are headers of what a deal is called, in the form of plain.
var dealNames = map[string]bool{plain("lead name"): true, plain("deal name"): true, plain("opportunity name"): true, plain("potential name"): true}

// noPhone is what looks like a phone and is a day or a decimal number.
var noPhone = regexp.MustCompile(`^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|-?\d+\.\d+$)`)

// courtesies are how people are addressed, in the form of plain.
var courtesies = map[string]bool{}

func init() {
	for _, c := range []string{"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam", "herr", "frau", "先生", "小姐", "女士", "太太", "博士", "教授"} {
		courtesies[plain(c)] = true
	}
}

// corrected lets what a column holds correct the field its header means: "" where
// it cannot be that field.
func corrected(o *schema.Object, spec string, c tabular.Column, columns []tabular.Column, taken map[string]bool) string {
	f := o.Field(spec)
	if f == nil {
		return spec
	}
	most := func(is func(s string) bool) bool {
		n := 0
		for _, s := range c.Samples {
			if is(strings.TrimSpace(s)) {
				n++
			}
		}
		return n > 0 && n*2 > len(c.Samples)
	}
	switch {
	case f.Type == "picture" && !most(isPicture):
		return "" // names or addresses of pictures, not the pictures
	case spec == "title" && o.Field("salutation") != nil && !taken["salutation"] && most(func(s string) bool { return courtesies[plain(s)] }):
		return "salutation"
	case spec == "department" && o.Field("division") != nil && !taken["division"]:
		// Where somebody works; whose record it is only where the file tells both.
		for _, other := range columns {
			if likeness(o.Field("division"), "division", other.Header, nil) == 1 {
				return spec
			}
		}
		return "division"
	case f.Target() != "" && most(func(s string) bool { _, yes := local.ParseBool(s); return yes && !isNumber(s) }):
		return "" // whether there is one, not which
	case f.Type == "birthday" && len(c.Samples) > 0 && !most(func(s string) bool {
		_, several, err := local.ParseBirthday(s, local.DateOf(time.Now()))
		return err == nil || len(several) > 0
	}):
		return ""
	case f.Type == "date" && len(c.Samples) > 0 && !most(func(s string) bool { return len(local.ParseDate(s, local.DateOptions{})) > 0 }):
		return ""
	}
	return spec
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// guess finds the field a header means.
func guess(a *policy.Actor, o *schema.Object, header, second string, taken map[string]bool) (string, float64) {
	best, sure := "", 0.0
	for _, h := range []string{header, second} {
		if h == "" || representatives[plain(h)] {
			continue
		}
		for _, f := range o.Fields {
			if !writable(a, o, f) || taken[f.Name] && !gathers(f) {
				continue
			}
			specs := []string{f.Name}
			if f.Type == "address" {
				for _, part := range addressParts {
					specs = append(specs, f.Name+"."+part)
				}
			}
			for _, spec := range specs {
				if taken[spec] && f.Type == "address" {
					continue
				}
				if s := likeness(f, spec, h, o.Field("customer")); s > sure {
					best, sure = spec, s
				}
			}
		}
	}
	return best, sure
}

// likeness tells how surely a header means a field: 1 for its own name.
func likeness(f *schema.Field, spec, header string, refersTo *schema.Field) float64 {
	folded := normal.Fold(header)
	if spec == f.Name {
		for _, name := range []string{f.Name, strings.ReplaceAll(f.Name, "_", " "), f.Label.TW, f.Label.CN, f.Label.EN} {
			if name != "" && normal.Fold(name) == folded {
				return 1
			}
		}
	}
	p := plain(header)
	switch {
	case p == "" || !synonyms[spec][p]:
		return 0
	case spec == "name" && refersTo != nil && synonyms["customer"][p]:
		return 0.55 // the company is what the record hangs on, not its name
	}
	return 0.8
}

// gathers tells whether several columns may fill a field together.
func gathers(f *schema.Field) bool {
	_, many := f.Kind().(schema.Multiple)
	return many && f.Many() == ""
}

// guessAll maps the columns of a file to fields of o, and sums how sure it is.
func guessAll(a *policy.Actor, o *schema.Object, d *tabular.Detected) ([]Column, float64) {
	columns := d.Columns
	taken := map[string]bool{}
	mapped := make([]Column, len(columns))
	sum := 0.0
	put := func(i int, spec string, confidence float64) {
		taken[spec] = true
		mapped[i].Field, mapped[i].Confidence = spec, confidence
		sum += confidence
	}
	for i, c := range columns {
		mapped[i] = Column{Index: c.Index, Header: c.Header}
		for _, text := range c.Samples {
			mapped[i].Samples = append(mapped[i].Samples, brief(text))
		}
	}
	for i, c := range columns {
		if spec := guessLines(a, o, c.Header, true, taken); spec != "" && !c.Empty {
			put(i, spec, 1)
		}
	}
	// Sure ones first: a label of our own must not be lost to a synonym.
	for _, floor := range []float64{1, 0.5} {
		for i, c := range columns {
			if mapped[i].Field != "" || c.Empty {
				continue
			}
			spec, sure := guess(a, o, c.Header, c.SecondHeader, taken)
			if spec = corrected(o, spec, c, columns, taken); spec != "" && sure >= floor {
				put(i, spec, sure)
			}
		}
	}
	if taken["family_name"] && taken["given_name"] {
		// With both parts of a person's name there, a company or a deal is not it.
		for i := range mapped {
			if p := plain(mapped[i].Header); mapped[i].Field == "name" && (synonyms["customer"][p] || dealNames[p]) {
				sum -= mapped[i].Confidence
				mapped[i].Field, mapped[i].Confidence = "", 0
				delete(taken, "name")
			}
		}
	}
	for i, c := range columns {
		if mapped[i].Field != "" || c.Empty {
			continue
		}
		if spec := beside(a, o, c.Header, taken); spec != "" {
			put(i, spec, 0.7)
		}
	}
	for i, c := range columns {
		if mapped[i].Field != "" || c.Empty {
			continue
		}
		if spec := guessLines(a, o, c.Header, false, taken); spec != "" {
			put(i, spec, 0.7)
		} else if spec := looks(a, o, c, taken); spec != "" {
			put(i, spec, 0.6)
		}
	}
	if title := o.Field(o.Title); title != nil && title.Required && !taken[o.Title] && !taken["family_name"] && !taken["given_name"] {
		// A person may go by the mail address, a company hardly.
		switch person := o.Field("family_name") != nil && taken["mails"]; {
		case !person:
			nameColumn(mapped, o, d.Rows)
			sum -= 3
		case d.HeaderRow == 0:
			nameColumn(mapped, o, d.Rows)
		}
	}
	return mapped, sum + fitness(o, taken, d.Format)
}

// fitness weighs what only one kind of record has: a person's two names, a
// deal's stage.
func fitness(o *schema.Object, taken map[string]bool, format tabular.Format) float64 {
	bonus := 0.0
	if o.Stage != "" && taken[o.Stage] {
		bonus += 3
	}
	if taken["family_name"] || taken["given_name"] {
		bonus += 6
	}
	if o.Field("family_name") != nil && format == tabular.FormatVCF {
		bonus += 6
	}
	return bonus
}

// beside finds the field of a person beside the company that a header means.
func beside(a *policy.Actor, o *schema.Object, header string, taken map[string]bool) string {
	child := a.Registry.Object("contact")
	if child == nil || child == o || reference(child, o) == nil || !a.May(child, policy.Create) {
		return ""
	}
	folded := normal.Fold(strings.NewReplacer("_", " ", "-", " ").Replace(header))
	for _, head := range contactHeads {
		rest, ok := strings.CutPrefix(folded, normal.Fold(head))
		if !ok {
			continue
		}
		if strings.TrimSpace(rest) == "" && !taken["contact.name"] {
			return "contact.name"
		}
		if spec, sure := guess(a, child, strings.TrimSpace(rest), "", nil); sure > 0 && (!taken["contact."+spec] || gathers(child.Field(spec))) {
			return "contact." + spec
		}
	}
	return ""
}

// looks finds the field by what a column holds.
func looks(a *policy.Actor, o *schema.Object, c tabular.Column, taken map[string]bool) string {
	share := func(is func(string) bool) bool {
		n := 0
		for _, s := range c.Samples {
			if is(strings.TrimSpace(s)) {
				n++
			}
		}
		return n > 0 && n*5 >= len(c.Samples)*4
	}
	try := func(name string, is func(string) bool) string {
		if f := o.Field(name); f != nil && writable(a, o, f) && (!taken[name] || gathers(f)) && share(is) {
			return name
		}
		return ""
	}
	if spec := try("mails", func(s string) bool {
		_, err := mail.ParseAddress(s)
		return err == nil
	}); spec != "" {
		return spec
	}
	return try("phones", func(s string) bool {
		return len(s) >= 8 && strings.ContainsAny(s, "-()+ ") && !noPhone.MatchString(s) && local.KindOfPhone(s, "TW") != local.PhoneUnknown
	})
}

// nameColumn finds what most likely names the records where no header says so:
// a column whose header speaks of a name, else the first that holds words.
func nameColumn(columns []Column, o *schema.Object, rows int) {
	best, confidence := -1, 0.0
	for i, c := range columns {
		if c.Field != "" || len(c.Samples) == 0 {
			continue
		}
		if len(c.Samples) < min(5, rows) {
			continue // the same few words over and over name nothing
		}
		words := 0
		for _, sample := range c.Samples {
			if strings.ContainsFunc(sample, unicode.IsLetter) {
				words++
			}
		}
		header, likely := normal.Fold(c.Header), 0.0
		if words*2 > len(c.Samples) {
			likely = 0.3
			if strings.HasSuffix(header, normal.Fold("代碼")) || strings.HasSuffix(header, "code") {
				likely = 0.2
			}
			for _, part := range []string{"name", "名", "簡稱", "公司", "company", "標題", "title"} {
				if strings.Contains(header, normal.Fold(part)) {
					likely = 0.5
				}
			}
		}
		if likely > confidence {
			best, confidence = i, likely
		}
	}
	if best < 0 {
		// Better a number for a name than no record.
		for i, c := range columns {
			if c.Field == "" && len(c.Samples) > 0 {
				best, confidence = i, 0.1
				break
			}
		}
	}
	if best >= 0 {
		columns[best].Field, columns[best].Confidence = o.Title, confidence
	}
}

// choose finds the object a file's rows most likely are, among those the actor
// may import; the first declared wins a tie.
func choose(a *policy.Actor, d *tabular.Detected) *schema.Object {
	var best *schema.Object
	most := -1000.0
	for _, o := range a.Registry.Objects() {
		if !o.Owned || o.Title == "" || o.Field(o.Title) == nil || !o.Field(o.Title).Required && o.Field("family_name") == nil || !a.May(o, policy.Import) {
			continue
		}
		if _, sum := guessAll(a, o, d); sum > most+0.01 {
			best, most = o, sum
		}
	}
	return best
}
