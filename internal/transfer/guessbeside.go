package transfer

import (
	"slices"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/schema"
)

// firstOf are the numbers of the first of several.
var firstOf = plainSet("一, 甲, one, i")

// beside maps the columns that speak of the person beside a company or a deal, where
// the file says who that is.
func (g *guesser) beside(open []int) {
	a, o := g.actor, g.object
	at, ok := besideOf(a, o, "contact")
	if !ok || at.named {
		return
	}
	child := at.object
	words := wordsOf(a, child)
	found := map[int]string{}
	taken := map[string]bool{}
	for _, c := range g.mapped {
		if rest, ok := strings.CutPrefix(c.Field, child.Name+"."); ok {
			taken[rest] = true
		}
	}
	for _, i := range open {
		header := plain(bracketed.ReplaceAllString(g.columns[i].Header, ""))
		behind := words.behind(header)
		for _, rest := range g.words.behind(header) { // 客户联系人
			behind = append(behind, words.behind(rest)...)
		}
		if ofPersons[header] && g.firmNamed(i) && !slices.Contains(behind, "") {
			behind = append(behind, "")
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
				if m.field.Target() == "" && (!taken[m.spec] || gathers(m.field)) && found[i] == "" {
					found[i] = m.spec
					taken[m.spec] = true
				}
			}
		}
	}
	named := taken[child.Title] || taken["family_name"] || taken["given_name"]
	for _, i := range open {
		switch spec := found[i]; {
		case spec == "":
		case g.mapped[i].Field != "":
		case named:
			g.put(i, child.Name+"."+spec, sureBefore)
		case at.link == nil && o.Field(spec) != nil && g.free(meaning{o.Field(spec), spec, 0}) && writable(a, o, o.Field(spec)):
			g.put(i, spec, 0.6) // whoever it reaches
		}
	}
}

// firms are the words before a header that speaks of the firm, where the rows are of
// its people: a customer or a lead may be the person.
var firms = schema.Words("company, account, organization, organisation, corporate, hq, 公司, 企業, 廠商")

// generic are the kinds of field that anything has: without the name of the firm
// before it, a column of theirs is the row's own.
var generic = []string{"phones", "mails", "url", "address", "tags", "longtext", "user", "department", "datetime", "autonumber", "birthday"}

// facts maps the columns that speak of whom the rows refer to, where the file names
// it: the industry of a contact's company.
func (g *guesser) facts() {
	for _, ref := range g.object.Fields {
		at, ok := besideOf(g.actor, g.object, ref.Name)
		named := slices.ContainsFunc(g.mapped, func(c Column) bool { return c.Field == ref.Name && len(c.Samples) > 0 })
		if !ok || !at.named || !named || at.object.Field("representative") == nil {
			continue
		}
		words := wordsOf(g.actor, at.object)
		taken := map[string]bool{}
		for i := range g.columns {
			if spec := g.fact(i, ref, words, taken); spec != "" {
				if own := g.mapped[i].Field; own != "" {
					g.sum -= g.mapped[i].Confidence
					g.mapped[i].Field = ""
					if !slices.ContainsFunc(g.mapped, func(c Column) bool { return c.Field == own }) {
						delete(g.taken, own)
					}
				}
				taken[spec] = true
				g.put(i, ref.Name+"."+spec, sureBefore-lessBracketed)
			}
		}
	}
}

// fact finds what a column says of the firm; "": nothing.
func (g *guesser) fact(i int, ref *schema.Field, words *vocabulary, taken map[string]bool) string {
	c := g.columns[i]
	if c.Header == "" || ofOthers(c.Header) || g.mapped[i].Field == ref.Name {
		return ""
	}
	header := plain(bracketed.ReplaceAllString(c.Header, " "))
	own, _, _ := strings.Cut(g.mapped[i].Field, ".")
	try := func(meanings []meaning, before bool) string {
		for _, m := range g.fitting(meanings, c) {
			f := m.field
			switch {
			case f.Name == words.title || f.Target() != "" || f.Files() > 0 || f.Name == "created_at" || f.Name == schema.ExternalIDs:
			case taken[m.spec] && !gathers(f):
			case !before && (slices.Contains(generic, f.Type) || f.Match == "company" || g.mapped[i].Field != ""):
			case corrected(words, words.object, m.spec, c, g.columns, taken) != m.spec:
			case (f.Type == "phones" || f.Type == "mails") && (own != "" && !g.reachedWithout(i) || extended(c.Samples)):
			case own != "" && g.object.Field(own) != nil && g.object.Field(own).Type != f.Type:
			default:
				return m.spec
			}
		}
		return ""
	}
	for _, word := range firms {
		rest, ok := strings.CutPrefix(header, plain(word))
		if !ok || rest == "" {
			continue
		}
		if spec := try(slices.Concat(words.alias[rest], words.parts(rest)), true); spec != "" {
			return spec
		}
	}
	if vague[header] || len(c.Samples) == 0 {
		return "" // of anything, or nothing
	}
	return try(words.alias[header], false)
}

// reachedWithout tells whether the record is reached by another column of the kind
// that a column fills.
func (g *guesser) reachedWithout(i int) bool {
	return slices.ContainsFunc(g.mapped, func(c Column) bool {
		return c.Index != g.mapped[i].Index && c.Field == g.mapped[i].Field && len(c.Samples) > 0
	})
}

// extended tells whether numbers have extensions: the telephone on somebody's desk.
func extended(samples []string) bool {
	return slices.ContainsFunc(samples, func(s string) bool {
		_, ext := local.CutExtension(s)
		return ext != ""
	})
}

// stages are the headers of how far somebody or something is, which a kind of record
// may not keep.
var stages = plainSet("status, status id, state, stage, lead status, lead state, leadstate, lead stage, leadstatus, contact status, contact stage, lifecycle stage, life cycle stage, sales stage, salesstage, deal stage, pipeline stage, funnel stage, 狀態, 階段, 線索狀態, 線索階段, 聯絡人狀態, 跟進狀態, 跟進階段, 銷售階段, 生命週期階段, 意向程度")

// unkept names the columns of how far somebody is that found no place.
func unkept(o *schema.Object, columns []Column) []string {
	if o.Stage != "" {
		return nil
	}
	var headers []string
	for _, c := range columns {
		if c.Field == "" && len(c.Samples) > 0 && stages[plain(c.Header)] {
			headers = append(headers, c.Header)
		}
	}
	return headers
}
