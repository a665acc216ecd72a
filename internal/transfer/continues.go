package transfer

import (
	"regexp"
	"slices"
	"strings"
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
