package transfer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/local"
	"ecrm/internal/normal"
	"ecrm/internal/schema"
)

// ordinal is the number at the end of a header.
var ordinal = regexp.MustCompile(`[\s_-]*[1-4１-４]$`)

// houseNumbers are the headers of what stands behind the name of a street.
var houseNumbers = plainSet("house number, house no, house nr, street number, street no, building number, hausnummer, hausnr, haus nr, 門牌, 門牌號, 門牌號碼, número de casa, numéro de rue")

// middleNames are the headers of what stands between the given name and the family
// name.
var middleNames = plainSet("middle name, middlename, middle, 中間名, middle initial, middle names, additional name, additional names, second given name, n middle, zweiter vorname, weitere vornamen, segundo nombre, deuxième prénom")

// nameParts are the headers of the parts of a name, where a record keeps it whole.
var nameParts = plainSet("first name, firstname, given name, last name, lastname, family name, surname, 姓, 名, 姓氏, vorname, nachname, prénom, nom de famille, apellidos")

// continues tells whether a column goes on with what another one begins: Street 2
// behind Street or Street 1, a middle name behind a given one.
func (g *guesser) continues(i int, m meaning) bool {
	header := g.columns[i].Header
	switch {
	case m.spec == "given_name":
		return middleNames[plain(header)]
	case m.spec == g.object.Title && nameParts[plain(header)]:
		return !slices.ContainsFunc(g.mapped, func(c Column) bool { return c.Field == m.spec && !nameParts[plain(c.Header)] })
	}
	if !strings.HasSuffix(m.spec, ".street") {
		return false
	}
	if houseNumbers[plain(header)] {
		return true
	}
	if !ordinal.MatchString(header) {
		return false
	}
	for j := range g.mapped {
		if g.mapped[j].Field == m.spec && plain(g.columns[j].Header) == plain(header) {
			return ordinal.ReplaceAllString(g.columns[j].Header, "") == ordinal.ReplaceAllString(header, "")
		}
	}
	return false
}

// detailed are the headers of the rest of an address whose place stands elsewhere.
var detailed = plainSet("詳細地址, 街道地址, 具體地址, 地址詳情, detailed address")

// secondLine is the part of an address that goes on with one that another column
// holds whole: Address 2 behind Address or Address 1.
func (g *guesser) secondLine(i int, m meaning) string {
	header := g.columns[i].Header
	if m.field == nil || m.field.Type != "address" || m.spec != m.field.Name {
		return ""
	}
	if detailed[plain(header)] && g.taken[m.spec] && !g.taken[m.spec+".street"] {
		return m.spec + ".street" // 省市區 beside 詳細地址
	}
	if !ordinal.MatchString(header) {
		return ""
	}
	for j := range g.mapped {
		if g.mapped[j].Field == m.spec && plain(g.columns[j].Header) == plain(header) && ordinal.ReplaceAllString(g.columns[j].Header, "") == ordinal.ReplaceAllString(header, "") {
			return m.spec + ".street"
		}
	}
	return ""
}

// another are headers of a second or later one of several: Addresses 2 Street.
var another = regexp.MustCompile(`^(.*[^\d\s_.-])[\s_-]*([2-9])[\s_.:-]+([^\d\s].*)$`)

// further maps the parts of addresses after the first: a second one where the record
// keeps another address, all others into the notes, each with its header.
func (g *guesser) further(open []int) {
	var other, notes *schema.Field
	for _, f := range g.object.Fields {
		switch {
		case !writable(g.actor, g.object, f):
		case f.Type == "address" && slices.Contains(f.Aliases, "other") && !slices.ContainsFunc(g.mapped, func(c Column) bool {
			return strings.HasPrefix(c.Field, f.Name) && !another.MatchString(c.Header)
		}):
			other = f
		case f.Type == "longtext":
			notes = g.words.usual[f.Type]
		}
	}
	group := ""
	for _, i := range open {
		m := another.FindStringSubmatch(g.columns[i].Header)
		if m == nil || g.mapped[i].Field != "" {
			continue
		}
		meanings := g.words.meanings(m[1] + " " + m[3])
		if len(meanings) == 0 || meanings[0].field.Type != "address" {
			continue
		}
		if group == "" {
			group = m[1] + m[2]
		}
		_, part, _ := strings.Cut(meanings[0].spec, ".")
		switch {
		case other != nil && group == m[1]+m[2] && part != "" && (!g.taken[other.Name+"."+part] || part == "street"):
			g.put(i, other.Name+"."+part, 0.6)
		case notes != nil:
			g.put(i, notes.Name, 0.5)
		}
	}
}

// birthWords are the headers of the parts of a birthday. What is called a birthday is
// its day where the month stands elsewhere.
var birthWords = map[string]map[string]bool{
	"year":  plainSet("birth year, year of birth, birthyear, 出生年, 出生年份, 生日年, 生日年份, 生年, geburtsjahr, año de nacimiento, année de naissance"),
	"month": plainSet("birth month, month of birth, birthmonth, 出生月, 出生月份, 生日月, 生日月份, 生月, geburtsmonat, mes de nacimiento, mois de naissance"),
	"day":   plainSet("birth day, day of birth, birthday, 出生日, 生日日, 生日, geburtstag, tag der geburt, día de nacimiento, jour de naissance"),
}

// births maps the columns that hold a birthday in parts.
func (g *guesser) births() {
	var f *schema.Field
	for _, one := range g.object.Fields {
		if one.Type == "birthday" && writable(g.actor, g.object, one) {
			f = one
			break
		}
	}
	at := map[string]int{}
	for i, c := range g.columns {
		for part, words := range birthWords {
			if _, there := at[part]; !there && words[plain(c.Header)] && !slices.ContainsFunc(c.Samples, func(s string) bool { return part != "month" && !isNumber(strings.TrimSpace(s)) }) {
				at[part] = i
			}
		}
	}
	_, month := at["month"]
	if _, day := at["day"]; f == nil || !month || !day {
		return
	}
	for part, i := range at {
		if g.mapped[i].Field != "" {
			g.sum -= g.mapped[i].Confidence
			delete(g.taken, g.mapped[i].Field)
		}
		g.put(i, f.Name+"."+part, sureAlias)
	}
}

// birthday puts a birthday together from its parts.
func birthday(cells []cellText) (any, *schema.Problem, error) {
	var b local.Birthday
	for _, cell := range cells {
		text := strings.TrimRight(strings.TrimSuffix(normal.Fold(cell.text), ".0"), "年月日号號. ")
		n, err := strconv.Atoi(text)
		if err != nil && cell.part == "month" {
			n, err = monthNamed(text), nil
		}
		if err != nil {
			return nil, schema.Bad("not_a_birthday"), nil
		}
		switch cell.part {
		case "year":
			b.Year = n
		case "month":
			b.Month = n
		case "day":
			b.Day = n
		}
	}
	if b.Year == 0 && b.Month == 0 && b.Day == 0 {
		return nil, nil, nil // none
	}
	if !b.Valid() {
		return nil, schema.Bad("not_a_birthday"), nil
	}
	return b.String(), nil, nil
}

// monthNamed is the number of a month by its English name or the beginning of it; 0:
// it is none.
func monthNamed(text string) int {
	for m := time.January; m <= time.December; m++ {
		if len(text) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), strings.ToLower(text)) {
			return int(m)
		}
	}
	return 0
}
