package transfer

import (
	"regexp"
	"slices"
	"strings"

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
		if !writable(a, o, f) || rest != "" && !partial(a, f, rest) {
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

// partial tells whether a column may fill a field by part alone: a part of an
// address, or the number by which another program knows what it refers to.
func partial(a *policy.Actor, f *schema.Field, part string) bool {
	if to := a.Registry.Object(f.Target()); to != nil && part == schema.ExternalIDs {
		return to.Field(part) != nil
	}
	return f.Type == "address" && contains(addressParts, part)
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

// gathers tells whether several columns may fill a field together.
func gathers(f *schema.Field) bool {
	_, many := f.Kind().(schema.Multiple)
	return many && f.Many() == ""
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
	g.beside()
	g.firstID(unique)
	for _, i := range g.open() {
		if spec := guessLines(a, o, g.columns[i].Header, false, g.taken); spec != "" {
			g.put(i, spec, 0.7)
		} else if spec := looks(a, o, g.columns[i], g.taken); spec != "" {
			g.put(i, spec, 0.6)
		}
	}
	if title := o.Field(o.Title); title != nil && title.Required && !g.taken[o.Title] && !g.taken["family_name"] && !g.taken["given_name"] {
		// A person may go by the mail address, a company hardly.
		switch person := o.Field("family_name") != nil && g.taken["mails"]; {
		case !person:
			nameColumn(g.mapped, o, d.Rows, g.taken[schema.ExternalIDs])
			g.sum -= 3
		case d.HeaderRow == 0:
			nameColumn(g.mapped, o, d.Rows, g.taken[schema.ExternalIDs])
		}
	}
	return g.mapped, g.sum + fitness(o, g.mapped, d.Format)
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
		for _, m := range g.words.meanings(h) {
			if m.sure < floor {
				break
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

// ordinal is the number at the end of a header.
var ordinal = regexp.MustCompile(`[\s_-]*[1-4１-４]$`)

// houseNumbers are the headers of what stands behind the name of a street.
var houseNumbers = plainSet("house number, house no, house nr, street number, street no, building number, hausnummer, hausnr, haus nr, 門牌, 門牌號, 門牌號碼, número de casa, numéro de rue")

// continues tells whether a column goes on with the street that another one
// begins: Street 2 behind Street or Street 1.
func (g *guesser) continues(i int, m meaning) bool {
	if !strings.HasSuffix(m.spec, ".street") {
		return false
	}
	if houseNumbers[plain(g.columns[i].Header)] {
		return true
	}
	if !ordinal.MatchString(g.columns[i].Header) {
		return false
	}
	for j := range g.mapped {
		if g.mapped[j].Field == m.spec && plain(g.columns[j].Header) == plain(g.columns[i].Header) {
			return ordinal.ReplaceAllString(g.columns[j].Header, "") == ordinal.ReplaceAllString(g.columns[i].Header, "")
		}
	}
	return false
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
		if c.Field == "" && len(c.Samples) > 0 && reaches[plain(c.Header)] {
			bonus -= 2 // somebody it does not keep
		}
		staged = staged || o.Stage != "" && c.Field == o.Stage
		worth = worth || o.Field(c.Field) != nil && (o.Field(c.Field).Type == "money" || o.Field(c.Field).Type == "date")
		parted = parted || (c.Field == "family_name" || c.Field == "given_name") && c.Confidence >= sureAlias
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

// firstOf are the numbers of the first of several.
var firstOf = plainSet("一, 甲, one, i")

// beside maps the columns that speak of the person beside the company, where the
// file says who that is.
func (g *guesser) beside() {
	a, o := g.actor, g.object
	child := a.Registry.Object("contact")
	if child == nil || child == o || reference(child, o) == nil || !a.May(child, policy.Create) {
		return
	}
	words := wordsOf(a, child)
	found := map[int]string{}
	taken := map[string]bool{}
	for _, i := range g.open() {
		header := plain(bracketed.ReplaceAllString(g.columns[i].Header, ""))
		behind := words.behind(header)
		for _, rest := range g.words.behind(header) { // 客户联系人
			behind = append(behind, words.behind(rest)...)
		}
		for _, rest := range behind {
			if firstOf[rest] {
				rest = ""
			}
			meanings := slices.Concat(words.alias[rest], words.parts(rest))
			if rest == "" {
				meanings = []meaning{{child.Field(child.Title), child.Title, sureAlias}}
			}
			for _, m := range meanings {
				if m.field != reference(child, o) && (!taken[m.spec] || gathers(m.field)) && found[i] == "" {
					found[i] = m.spec
					taken[m.spec] = true
				}
			}
		}
	}
	for _, i := range g.open() {
		switch spec := found[i]; {
		case spec == "":
		case taken[child.Title] || taken["family_name"] || taken["given_name"]:
			g.put(i, child.Name+"."+spec, sureBefore)
		case o.Field(spec) != nil && g.free(meaning{o.Field(spec), spec, 0}) && writable(a, o, o.Field(spec)):
			g.put(i, spec, 0.6) // whoever it reaches
		}
	}
}

// choose finds the object a file's rows most likely are, among those the actor
// may import; the first declared wins a tie.
func choose(a *policy.Actor, d *tabular.Detected, unique []bool) *schema.Object {
	var best *schema.Object
	most := -1000.0
	for _, o := range a.Registry.Objects() {
		if !o.Owned || o.Title == "" || o.Field(o.Title) == nil || !o.Field(o.Title).Required && o.Field("family_name") == nil || !a.May(o, policy.Import) {
			continue
		}
		if _, sum := guessAll(a, o, d, unique); sum > most+0.01 {
			best, most = o, sum
		}
	}
	return best
}
