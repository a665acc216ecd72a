package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// legalWords are the Latin words for a company's legal form, written without
// dots; they are dropped at the end of a name, one after the other.
var legalWords = words(`co company corp corporation inc incorporated ltd limited llc llp lp plc pte pty
	gmbh mbh ag kg ohg ug se sa sas sarl srl spa bv nv ab as asa oy oyj aps kk gk yk sdn bhd berhad pt tbk
	doo sro zrt kft spzoo sl slu cv pvt private public jsc ojsc pjsc ooo holdings holding coltd colimited incorp`)

// legalEndings are the forms written in Chinese characters and Japanese, folded,
// longest first within what contains one another.
var legalEndings = []string{
	"股份有限公司", "有限责任公司", "股份有限责任公司", "控股有限公司", "有限公司", "股份公司", "无限公司", "两合公司", "有限合伙",
	"(股)公司", "(股)有限公司", "(有)公司", "股)公司",
	"株式会社", "有限会社", "合同会社", "合资会社", "主式会社", "주식회사", "유한회사", "(株)", "(有)", "(股)", "(주)",
}

// lastWords are dropped only at the very end, and only while a name remains.
var lastWords = []string{"企业社", "实业社", "企业行", "商行", "控股", "公司", "会社"}

// branches are endings of a bracket that names a place of work, not a company.
var branches = []string{"分公司", "分行", "分店", "分社", "办事处", "营业所", "服务处", "branch", "office"}

// CompanyKey gives the key under which spellings of one company's name meet:
// folded, without spaces, punctuation, legal forms (股份有限公司, Co., Ltd.,
// GmbH, 株式会社 …) and brackets that name a branch. A bracket with a place
// stays, since 某某(中國) and 某某(日本) are two companies. Where nothing would
// remain the folded text is the key, so that only meaningless input gives "".
func CompanyKey(s string) string {
	folded := Fold(s)
	if len(folded) > 512 { // no name of a company
		return compact(strings.ToValidUTF8(folded[:512], ""))
	}
	text := dropBranches(folded)
	for _, form := range legalEndings {
		if strings.Contains(text, form) {
			// A space in its place: what stands around it are two words.
			if rest := strings.ReplaceAll(text, form, " "); letters(rest) > 0 {
				text = rest
			}
		}
	}
	text = dropLegalWords(text)
	key := compact(text)
	for range 3 {
		for _, ending := range lastWords {
			if rest, ok := strings.CutSuffix(key, ending); ok && utf8.RuneCountInString(rest) >= 2 {
				key = rest
			}
		}
		// A group is the name people use for its company, unless it is all there is.
		if rest, ok := strings.CutSuffix(key, "集团"); ok && utf8.RuneCountInString(rest) >= 2 {
			key = rest
		}
	}
	if key != "" {
		return key
	}
	if key = compact(folded); key != "" {
		return key
	}
	return folded
}

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// dropBranches removes brackets such as (台北分公司).
func dropBranches(s string) string {
	from := strings.IndexByte(s, '(')
	if from < 0 {
		return s
	}
	length := strings.IndexByte(s[from:], ')')
	if length < 0 {
		return s
	}
	inside := strings.TrimSpace(s[from+1 : from+length])
	rest := s[from+length+1:]
	for _, b := range branches {
		if strings.HasSuffix(inside, b) && letters(s[:from])+letters(rest) > 0 {
			return s[:from] + " " + dropBranches(rest)
		}
	}
	return s[:from+length+1] + dropBranches(rest)
}

// dropLegalWords drops Latin legal forms from the end, while a word remains.
func dropLegalWords(s string) string {
	hasLatin := false
	for i := 0; i < len(s) && !hasLatin; i++ {
		hasLatin = s[i] >= 'a' && s[i] <= 'z'
	}
	if !hasLatin {
		return s
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), "'", "")
	list := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for len(list) > 1 {
		last := list[len(list)-1]
		if !legalWords[last] && last != "the" {
			break
		}
		list = list[:len(list)-1]
	}
	if len(list) > 1 && list[0] == "the" {
		list = list[1:]
	}
	// 台積電Co.,Ltd: the form may be glued to characters.
	if n := len(list); n > 0 {
		last := list[n-1]
		cut := len(last)
		for cut > 0 && last[cut-1] < utf8.RuneSelf {
			cut--
		}
		if cut > 0 && legalWords[last[cut:]] {
			list[n-1] = last[:cut]
		}
	}
	return strings.Join(list, " ")
}

// compact keeps letters and digits only.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if wordRune(r) {
			return r
		}
		return -1
	}, s)
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r)
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if wordRune(r) {
			n++
		}
	}
	return n
}

var (
	titlesBefore = words("mr mrs ms miss mx dr prof sir madam")
	titlesAfter  = []string{"先生", "小姐", "女士", "太太", "夫人", "老师", "博士", "教授"}
)

// PersonKey gives the key under which spellings of one person's name meet:
// folded, without spaces and punctuation, without a form of address at either
// end as long as two characters remain; "Lewis, James" is "James Lewis".
func PersonKey(s string) string {
	folded := Fold(s)
	text := folded
	if family, given, ok := strings.Cut(text, ","); ok && !strings.Contains(given, ",") && isASCII(text) {
		text = given + " " + family
	}
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '.' })
	for len(list) > 1 && titlesBefore[list[0]] {
		list = list[1:]
	}
	key := compact(strings.Join(list, ""))
	for _, t := range titlesAfter {
		if rest, ok := strings.CutSuffix(key, t); ok && utf8.RuneCountInString(rest) >= 2 {
			key = rest
			break
		}
	}
	if key != "" {
		return key
	}
	return folded
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// MailKey gives the key of a mail address: folded, without the name and
// brackets around it ("Wang <wang@example.com>", "mailto:…"). What is no
// address is folded and kept.
func MailKey(s string) string {
	key := Fold(s)
	if from := strings.LastIndexByte(key, '<'); from >= 0 {
		if to := strings.IndexByte(key[from:], '>'); to > 0 {
			key = key[from+1 : from+to]
		}
	}
	key = strings.TrimPrefix(key, "mailto:")
	return strings.Trim(key, " \"'<>;,.")
}

// MailDomain gives the domain of a mail address, "" if there is none.
func MailDomain(s string) string {
	key := MailKey(s)
	at := strings.LastIndexByte(key, '@')
	if at < 0 {
		return ""
	}
	return key[at+1:]
}
