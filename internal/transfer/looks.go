package transfer

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"ecrm/internal/local"
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// noPhone is what looks like a phone and is a day or a decimal number.
var noPhone = regexp.MustCompile(`^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|-?\d+\.\d+$)`)

// numbering is a header that speaks of a number of some other kind.
var numbering = regexp.MustCompile(`(?i)(^|[_\s-])(id|code|sku|isbn)([_\s-]|$)|ID$`)

// american is how phones are written in North America, without their country.
var american = regexp.MustCompile(`^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$`)

// corrected lets what a column holds correct the field its header means: "" where
// it cannot be that field.
func corrected(v *vocabulary, o *schema.Object, spec string, c tabular.Column, columns []tabular.Column, taken map[string]bool) string {
	f := o.Field(spec)
	if f == nil {
		return spec
	}
	c.Samples = slices.DeleteFunc(slices.Clone(c.Samples), func(s string) bool { return noDay.MatchString(strings.TrimSpace(s)) })
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
	case spec == "title" && o.Field("salutation") != nil && !taken["salutation"] && most(local.IsCourtesy):
		return "salutation"
	case spec == "department" && o.Field("division") != nil && !taken["division"]:
		// Where somebody works; whose record it is only where the file tells both.
		for _, other := range columns {
			if v.means(other.Header, "division") {
				return spec
			}
		}
		return "division"
	case (f.Target() != "" || f.Type == "phones" || f.Type == "address") && most(func(s string) bool { _, yes := local.ParseBool(s); return yes && !isNumber(s) }):
		return "" // whether there is one, not which
	case f.Type == "user" && most(isNumber):
		return "" // the other program's number of somebody
	case f.Type == "user" && lastWord.MatchString(strings.TrimSpace(c.Header)) && most(func(s string) bool { return strings.ContainsAny(s, "0123456789") && !strings.ContainsAny(s, " @") }):
		return ""
	case f.Type == "birthday" && len(c.Samples) > 0 && !most(func(s string) bool {
		_, several, err := local.ParseBirthday(s, local.DateOf(time.Now()))
		return err == nil || len(several) > 0
	}):
		return ""
	case f.Type == "date" && len(c.Samples) > 0 && !most(func(s string) bool { return len(local.ParseDate(s, local.DateOptions{})) > 0 || yearAlone(s) != 0 }):
		return ""
	case f.Type == "datetime" && len(c.Samples) > 0 && !slices.ContainsFunc(c.Samples, isTime):
		return ""
	case f.Type == "boolean" && len(c.Samples) > 0 && !most(func(s string) bool { _, ok := meansBool(f, s); return ok }):
		return ""
	case (f.Type == "money" || f.Type == "integer" || f.Type == "decimal" || f.Type == "percent") && len(c.Samples) > 0 && !slices.ContainsFunc(c.Samples, func(s string) bool {
		_, _, err := local.ParseNumber(strings.TrimSuffix(strings.TrimSpace(s), "%"))
		return err == nil
	}):
		return ""
	case f.Type == "mails" && len(c.Samples) > 0 && !most(func(s string) bool { return strings.Contains(normal.Fold(s), "@") }):
		return ""
	}
	return spec
}

// isTime tells whether a text is a day or a moment, however it is written.
func isTime(s string) bool {
	for _, as := range []local.Convention{local.ISO, local.ROC, local.DMY, local.MDY, local.MonthName, local.Serial, local.Unix, local.UnixMilli} {
		if _, err := local.ParseDateTime(s, time.UTC, as); err == nil {
			return true
		}
	}
	return false
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// otherPeople are whose phones and mails are not the record's own, in the form of
// plain.
var otherPeople = plainSet("emergency, spouse, referrer, referred by, guardian, parent, agent, broker, created by, modified by, updated by, 緊急, 過戶, 代辦, 介紹人, 推薦人, 配偶, 家長, 監護人, 保證人, 代理人, 經紀人, 會計師, 仲介, 物業")

// ofOthers tells whether a header speaks of somebody else: 緊急聯絡電話, spouse mail.
func ofOthers(header string) bool {
	p := plain(header)
	for w := range otherPeople {
		if strings.Contains(p, w) {
			return true
		}
	}
	return false
}

// ownersOwn are headers of who works on a record: his mail address is not the
// record's.
var ownersOwn = regexp.MustCompile(`(?i)(owner|assigned|assignee|sales ?(rep|person)|created by|modified by|responsible)|業務|业务|負責|负责|建立者|创建人`)

// looks finds the field by what a column holds.
func looks(a *policy.Actor, o *schema.Object, c tabular.Column, taken map[string]bool) string {
	if ofOthers(c.Header) || ownersOwn.MatchString(c.Header) {
		return ""
	}
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
	if numbering.MatchString(c.Header) {
		return ""
	}
	return try("phones", func(s string) bool {
		return len(s) >= 8 && strings.ContainsAny(s, "-()+ ") && !noPhone.MatchString(s) && (local.KindOfPhone(s, "TW") != local.PhoneUnknown || american.MatchString(s))
	})
}

// nameColumn finds what most likely names the records where no header says so:
// a column whose header speaks of a name, else the first that holds words. Where each
// record has a number of another program, words that several records share name none.
func nameColumn(columns []Column, o *schema.Object, rows int, numbered bool, unique []bool) {
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
			if !numbered || unique[i] {
				likely = 0.3
			}
			if strings.HasSuffix(header, normal.Fold("代碼")) || strings.HasSuffix(header, "code") {
				likely = 0.2
			}
			if numbering.MatchString(c.Header) {
				likely = 0.15
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
	if best < 0 && !numbered { // else the other program's number does
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
