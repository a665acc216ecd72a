package transfer

import (
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// target is where a column goes: a field of the imported object or of one beside
// it, and the part of an address.
type target struct {
	object *schema.Object
	field  *schema.Field
	part   string
	// beside tells whose field it is where it is not the imported record's own; the
	// zero value: its own.
	beside beside
	// lines is the lines field whose rows the column fills, nil for all others.
	lines *schema.Field
}

// addressParts are the parts a column may fill.
var addressParts = []string{"country", "zip", "region", "city", "district", "street"}

// birthdayParts are the parts of a birthday, each in a column of its own.
var birthdayParts = []string{"year", "month", "day"}

// targetOf reads a mapping such as name, address.city, contact.phones; false:
// there is no such field, or the actor may not write it.
func targetOf(a *policy.Actor, o *schema.Object, spec string) (target, bool) {
	first, rest, _ := strings.Cut(spec, ".")
	if f := o.Field(first); f != nil && f.Lines() != nil {
		return linesTarget(a, o, f, rest)
	} else if f != nil {
		if !writable(a, o, f) || rest != "" && !partial(a, f, rest) {
			return besideTarget(a, o, first, rest)
		}
		return target{object: o, field: f, part: rest}, true
	}
	return besideTarget(a, o, first, rest)
}

// partial tells whether a column may fill a field by part alone: a part of an
// address or of a birthday, or the number by which another program knows what it refers to.
func partial(a *policy.Actor, f *schema.Field, part string) bool {
	if to := a.Registry.Object(f.Target()); to != nil && part == schema.ExternalIDs {
		return to.Field(part) != nil
	}
	return f.Type == "address" && contains(addressParts, part) || f.Type == "birthday" && contains(birthdayParts, part)
}

// writable tells whether an import of the actor may fill a field: those he may
// write, and when the record came into being elsewhere.
func writable(a *policy.Actor, o *schema.Object, f *schema.Field) bool {
	if f.Lines() != nil || f.Files() > 0 && f.Type != "picture" {
		return false // neither rows nor several files fit into a column
	}
	return a.Access(o, f) == "write" || f.Name == "created_at" && a.May(o, policy.Import)
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// gathers tells whether several columns may fill a field together.
func gathers(f *schema.Field) bool {
	_, many := f.Kind().(schema.Multiple)
	return many && f.Many() == "" || f.Type == "longtext"
}

// guesser guesses what the columns of a file are for one object.
type guesser struct {
	actor   *policy.Actor
	object  *schema.Object
	words   *vocabulary
	columns []tabular.Column
	taken   map[string]bool
	mapped  []Column
	sum     float64
	unique  []bool // columns of which no two rows share a value
	rows    int
	// before is what most headers begin with: kun_name, kun_phone.
	before string
}

// free tells whether a column may still fill what a spec names.
func (g *guesser) free(m meaning) bool { return !g.taken[m.spec] || m.field != nil && gathers(m.field) }

// put maps a column.
func (g *guesser) put(i int, spec string, confidence float64) {
	g.taken[spec] = true
	g.mapped[i].Field, g.mapped[i].Confidence = spec, confidence
	g.sum += confidence
}

// open lists the columns that hold something and go nowhere yet.
func (g *guesser) open() []int {
	var list []int
	for i, c := range g.columns {
		if g.mapped[i].Field == "" && !c.Empty {
			list = append(list, i)
		}
	}
	return list
}

// guessAll maps the columns of a file to fields of o, and sums how sure it is.
func guessAll(a *policy.Actor, o *schema.Object, d *tabular.Detected, unique []bool) ([]Column, float64) {
	g := &guesser{actor: a, object: o, words: wordsOf(a, o), columns: d.Columns, taken: map[string]bool{}, mapped: make([]Column, len(d.Columns)), unique: unique, rows: d.Rows}
	g.before = begin(g.columns)
	for i, c := range g.columns {
		g.mapped[i] = Column{Index: c.Index, Header: c.Header}
		for _, text := range c.Samples {
			g.mapped[i].Samples = append(g.mapped[i].Samples, brief(text))
		}
	}
	for _, i := range g.open() {
		if spec := guessLines(a, o, g.columns[i].Header, true, g.taken); spec != "" {
			g.put(i, spec, sureOwn)
		}
	}
	// Sure ones first: a label of our own must not be lost to a synonym.
	for _, floor := range []float64{sureOwn, sureBefore - lessBracketed, 0.5} {
		if floor == sureBefore-lessBracketed {
			g.ids(unique)
		}
		for _, i := range g.open() {
			g.header(i, floor)
		}
	}
	g.parted()
	g.beside(g.open())
	g.births()
	g.facts()
	g.further(g.open())
	g.firstID(unique)
	for _, i := range g.open() {
		if spec := guessLines(a, o, g.columns[i].Header, false, g.taken); spec != "" {
			g.put(i, spec, 0.7)
		} else if spec := looks(a, o, g.columns[i], g.taken); spec != "" {
			g.put(i, spec, 0.6)
		} else if spec := g.tail(i); spec != "" {
			g.put(i, spec, 0.5)
		}
	}
	g.empties()
	if title := o.Field(o.Title); title != nil && title.Required && !g.taken[o.Title] && !g.taken["family_name"] && !g.taken["given_name"] {
		// A person may go by the mail address, a company hardly.
		switch person := o.Field("family_name") != nil && g.taken["mails"]; {
		case !person:
			nameColumn(g.mapped, o, d.Rows, g.taken[schema.ExternalIDs], unique)
			g.sum -= 3
		case d.HeaderRow == 0:
			nameColumn(g.mapped, o, d.Rows, g.taken[schema.ExternalIDs], unique)
		}
	}
	return g.mapped, g.sum + fitness(o, g.mapped, d.Format)
}

// emptyWeight is what a column that holds nothing tells of the kind of record.
const emptyWeight = 0.1

// empties maps the columns of which every row is empty, behind those that hold
// something: the file says what they are, and its next edition may fill them.
func (g *guesser) empties() {
	sum := g.sum
	var empty []int
	for i, c := range g.columns {
		if c.Empty && g.mapped[i].Field == "" && c.Header != "" {
			empty = append(empty, i)
		}
	}
	for _, i := range empty {
		g.header(i, 0.5)
	}
	g.beside(empty)
	g.further(empty)
	for _, i := range empty {
		if g.mapped[i].Field != "" {
			sum += emptyWeight
		}
	}
	g.sum = sum
}

// parted takes the name of something else for no person's name: with both parts of
// a name there, a name that goes by the kind of record is a lead's or a deal's.
func (g *guesser) parted() {
	// 名字 is the whole name where no 姓氏 stands beside it, Nom where no Prénom does.
	for _, part := range [][2]string{{"family_name", "given_name"}, {"given_name", "family_name"}} {
		if !g.taken[part[0]] || g.taken[part[1]] {
			continue
		}
		for i := range g.mapped {
			if c := &g.mapped[i]; c.Field == g.object.Title && slices.ContainsFunc(g.words.meanings(c.Header), func(m meaning) bool { return m.spec == part[1] }) {
				c.Field = part[1]
				g.taken[part[1]] = true
				delete(g.taken, g.object.Title)
			}
		}
	}
	if !g.taken["family_name"] || !g.taken["given_name"] {
		return
	}
	for i := range g.mapped {
		if c := &g.mapped[i]; c.Field == g.object.Title && c.Confidence < sureAlias {
			g.sum -= c.Confidence
			c.Field, c.Confidence = "", 0
			delete(g.taken, g.object.Title)
		}
	}
}

// manyOwners is how many rows there are at least of which each has an owner of its
// own, when these are no owners: a list of the sales people themselves.
const manyOwners = 10

// header maps a column by its header where that is as sure as floor.
func (g *guesser) header(i int, floor float64) {
	c := g.columns[i]
	headers := []string{c.Header, c.SecondHeader}
	if rest, ok := strings.CutPrefix(c.Header, g.before); ok && g.before != "" {
		headers = append(headers, rest)
	}
	for _, h := range headers {
		for _, m := range g.fitting(g.words.meanings(h), c) {
			if m.sure < floor {
				break
			}
			if m.spec == g.object.Title && g.words.firms && ofPersons[plain(h)] && g.object.Field("family_name") == nil && g.firmNamed(i) {
				continue
			}
			if floor == sureOwn && m.spec == g.object.Title && g.namedElsewhere(i) {
				continue
			}
			if spec := g.secondLine(i, m); spec != "" {
				g.put(i, spec, m.sure)
				return
			}
			if !g.free(m) && !g.continues(i, m) || m.field.Type == "user" && g.unique[i] && g.rows >= manyOwners {
				continue
			}
			if spec := corrected(g.words, g.object, m.spec, c, g.columns, g.taken); spec != "" {
				g.put(i, spec, m.sure)
				return
			}
		}
	}
}

// ofPersons are the headers of the names of people, ofFirms of firms.
var (
	ofPersons = plainSet("full name, fullname, 姓名, 您的姓名, 客戶姓名, 全名, display name, nombre completo, nom complet, 氏名, お名前")
	ofFirms   = plainSet("company, company name, company account, account name, organization, organization name, organisation, organisation name, business name, 公司, 公司名稱, 單位, 單位名稱, 企業名稱, 機構名稱, 任職公司, 服務單位, firma, firmenname, empresa, entreprise, société, 会社名")
)

// firmNamed tells whether another column has the name of the firm.
func (g *guesser) firmNamed(i int) bool {
	return slices.ContainsFunc(g.columns, func(c tabular.Column) bool {
		return !c.Empty && c.Index != g.columns[i].Index && ofFirms[plain(polite.ReplaceAllString(c.Header, ""))]
	})
}

// namedElsewhere tells whether another column says of whom it is the name, where
// this one is a name of anything: 營業人名稱 beside 名稱, Company Name beside Full
// Name.
func (g *guesser) namedElsewhere(i int) bool {
	header := plain(g.columns[i].Header)
	return slices.ContainsFunc(g.columns, func(c tabular.Column) bool {
		p := plain(c.Header)
		longer := len(p) > len(header) && strings.HasSuffix(p, header)
		return !c.Empty && longer && slices.ContainsFunc(g.words.alias[p], func(m meaning) bool { return m.spec == g.object.Title })
	})
}

// begin is the word that most headers begin with, with what parts it from the rest;
// "": none.
func begin(columns []tabular.Column) string {
	times := map[string]int{}
	for _, c := range columns {
		if at := strings.IndexAny(c.Header, "_.:"); at > 0 {
			times[c.Header[:at+1]]++
		}
	}
	for word, n := range times {
		if n >= 3 && n*5 >= len(columns)*4 {
			return word
		}
	}
	return ""
}

// vague are headers that say only that there are kinds of something.
var vague = plainSet("lead type, account type, company type, customer type, deal type, 客戶類型, 客戶類別, type, category, class, status, state, kind, role, priority, 類型, 類別, 分類, 狀態, 種類")

// fitting puts first, of pick-lists that a header means equally, the one whose
// choices the column holds; one of none of its choices is not what a vague header
// means.
func (g *guesser) fitting(meanings []meaning, c tabular.Column) []meaning {
	if len(c.Samples) == 0 || !slices.ContainsFunc(meanings, func(m meaning) bool { return m.field.Type == "picklist" }) {
		return meanings
	}
	fit := func(m meaning) int {
		if m.field.Type != "picklist" {
			return 0
		}
		words, n := choicesOf(m.field), 0
		for _, text := range c.Samples {
			if words.means(strings.TrimSpace(text)) != "" {
				n++
			}
		}
		return n
	}
	meanings = slices.Clone(meanings)
	if p := plain(c.Header); vague[p] || slices.ContainsFunc(g.words.behind(p), func(rest string) bool { return vague[rest] }) {
		meanings = slices.DeleteFunc(meanings, func(m meaning) bool { return m.field.Type == "picklist" && fit(m) == 0 })
	}
	if len(meanings) > 1 {
		// What it might be besides is likelier than a list of which it has nothing.
		slices.SortStableFunc(meanings, func(a, b meaning) int {
			none := func(m meaning) int {
				if m.field.Type == "picklist" && m.sure < sureOwn && fit(m) == 0 {
					return 1
				}
				return 0
			}
			return none(a) - none(b)
		})
	}
	slices.SortStableFunc(meanings, func(a, b meaning) int {
		if a.sure != b.sure || a.field.Type != "picklist" || b.field.Type != "picklist" {
			return 0
		}
		return fit(b) - fit(a)
	})
	return meanings
}

// tails are the words at the end of headers that tell what the column holds,
// whatever it is of: 服務電話, 門市地址.
var tails = []struct{ word, kind string }{
	{"电话", "phones"}, {"手机", "phones"}, {"传真", "phones"}, {"信箱", "mails"}, {"邮箱", "mails"}, {"电邮", "mails"}, {"网址", "url"}, {"网站", "url"},
	{"地址", "address"}, {"住址", "address"}, {"备注", "longtext"}, {"说明", "longtext"}, {"简介", "longtext"}, {"简述", "longtext"}, {"描述", "longtext"}, {"介绍", "longtext"},
	{"需求", "longtext"}, {"留言", "longtext"}, {"意见", "longtext"}, {"建议", "longtext"}, {"主营产品", "longtext"}, {"经营范围", "longtext"},
	{"phone", "phones"}, {"fax", "phones"}, {"telefon", "phones"}, {"email", "mails"}, {"website", "url"},
	{"标签", "tags"}, {"关键字", "tags"}, {"关键词", "tags"},
}

// tail finds the field by the last word of a header.
func (g *guesser) tail(i int) string {
	header := plain(bracketed.ReplaceAllString(g.columns[i].Header, ""))
	if ofOthers(g.columns[i].Header) {
		return ""
	}
	for _, t := range tails {
		if !strings.HasSuffix(header, t.word) {
			continue
		}
		if f := g.words.usual[t.kind]; f != nil && (!g.taken[f.Name] || t.kind != "longtext" && gathers(f)) {
			return corrected(g.words, g.object, f.Name, g.columns[i], g.columns, g.taken)
		}
		return ""
	}
	return ""
}

// reaches are the headers of phones and mail addresses, in the form of plain.
var reaches = map[string]bool{}

func init() {
	for _, kind := range []string{"phones", "mails"} {
		for _, w := range typeWords[kind] {
			reaches[plain(w)] = true
		}
	}
}

// fitness weighs what only one kind of record has: a person's two names, a
// deal's stage.
func fitness(o *schema.Object, mapped []Column, format tabular.Format) float64 {
	bonus := 0.0
	staged, worth, parted := false, false, false
	for _, c := range mapped {
		if len(c.Samples) == 0 {
			continue
		}
		if c.Field == "" && reaches[plain(c.Header)] {
			bonus -= 2 // somebody it does not keep
		}
		staged = staged || o.Stage != "" && c.Field == o.Stage
		worth = worth || o.Field(c.Field) != nil && (o.Field(c.Field).Type == "money" || o.Field(c.Field).Type == "date")
		if f := o.Field(c.Field); c.Field == "done" && f != nil && f.Type == "boolean" && mostlyYes(f, c.Samples) {
			bonus -= 3 // what was done is no longer to do
		}
		parted = parted || (c.Field == "family_name" || c.Field == "given_name") && c.Confidence >= sureAlias
	}
	if o.Field("representative") != nil && slices.ContainsFunc(mapped, func(c Column) bool { return ofPersons[plain(c.Header)] && len(c.Samples) > 0 }) {
		bonus -= 3 // a list of people, whatever it tells of their firms
	}
	if staged && worth {
		bonus += 3
	}
	if parted {
		bonus += 6
	}
	if o.Field("family_name") != nil && format == tabular.FormatVCF {
		bonus += 6
	}
	return bonus
}

// mostlyYes tells whether most of a column says yes to a boolean field.
func mostlyYes(f *schema.Field, samples []string) bool {
	n := 0
	for _, text := range samples {
		if yes, ok := meansBool(f, text); ok && yes {
			n++
		}
	}
	return n*2 > len(samples)
}
