package local

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compoundSurnames lists the surnames of two characters still borne, both scripts.
var compoundSurnames = set(`歐陽 欧阳 司馬 司马 諸葛 诸葛 上官 司徒 夏侯 令狐 皇甫 尉遲 尉迟 公孫 公孙 慕容 長孫 长孙 宇文 鮮于 鲜于
	軒轅 轩辕 東方 东方 獨孤 独孤 南宮 南宫 西門 西门 端木 赫連 赫连 濮陽 濮阳 淳于 單于 单于 太史 申屠 公羊 澹臺 澹台 公冶 宗政 完顏 完颜
	聞人 闻人 鍾離 钟离 呼延 東郭 东郭 百里 第五 拓跋 納蘭 纳兰 葉赫 叶赫 司空 司寇 仲孫 仲孙 巫馬 巫马 公西 漆雕 樂正 乐正 壤駟 宰父 穀梁 谷梁
	左丘 梁丘 范姜 張簡 张简 張廖 周黃 陳林`)

// doubleSurnames are two ordinary surnames borne together; only a name of four
// characters has one, since 張簡 alone may be 張 with the given name 簡….
var doubleSurnames = set(`張簡 张简 張廖 周黃 陳林`)

func set(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func mostlyHan(s string) bool {
	han, all := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			all++
			if isHan(r) {
				han++
			}
		}
	}
	return han > 0 && han*2 >= all
}

// particles belong to the family name that follows them.
var particles = set("van von der den de del della di da la le du dos das bin al ter ten")

// suffixes follow a name without being part of either half.
var suffixes = set("jr sr ii iii iv phd md esq")

// SplitName splits a person's name. Chinese names have the family name first, of
// two characters where it is one of the compound ones (歐陽, 司馬 …); Latin ones
// last, unless a comma turns them round ("Lewis, James"). A single word is a
// given name if Latin, a family name if it is one Chinese character or stands
// with a form of address (Ms. Patel, 吳先生), which is part of neither.
func SplitName(s string) (family, given string) {
	s, courtesy := Addressed(s)
	if s == "" {
		return "", ""
	}
	if mostlyHan(s) {
		return splitHan(s)
	}
	if before, after, ok := strings.Cut(s, ","); ok && strings.TrimSpace(before) != "" {
		after = strings.TrimSpace(after)
		if !suffixes[strings.ToLower(strings.Trim(after, "."))] {
			return strings.TrimSpace(before), after
		}
		s = strings.TrimSpace(before)
	}
	parts := strings.Fields(s)
	for len(parts) > 2 && suffixes[strings.ToLower(strings.Trim(parts[len(parts)-1], ".,"))] {
		parts = parts[:len(parts)-1]
	}
	if len(parts) == 1 {
		if courtesy != "" {
			return parts[0], ""
		}
		return "", parts[0]
	}
	at := len(parts) - 1
	for at > 1 && particles[strings.ToLower(parts[at-1])] {
		at--
	}
	return strings.Join(parts[at:], " "), strings.Join(parts[:at], " ")
}

var (
	// courtesiesBefore stand before a Latin name, without their dot.
	courtesiesBefore = set("mr mrs ms miss mx dr prof sir madam herr frau monsieur madame mlle señor señora sr sra")
	// courtesiesAfter stand after a Chinese name; so do the titles of spoken.
	courtesiesAfter = strings.Fields("先生 小姐 女士 太太 夫人 師傅 师傅 大哥 大姐 阿姨")
)

// IsCourtesy tells whether a word alone is a form of address, and no title of an
// office: Mr., 先生, 博士.
func IsCourtesy(s string) bool {
	s = strings.TrimSpace(s)
	return courtesiesBefore[strings.ToLower(strings.TrimSuffix(s, "."))] || slices.Contains(courtesiesAfter, s) || s == "博士" || s == "教授"
}

// Addressed takes the form of address off a person's name as people write it
// down: Ms. Patel, Dr. Ann Lewis, 吳先生, 王小明經理, 陳董. bare is the name without
// it, its blanks made single; courtesy is "" where there is none.
func Addressed(s string) (bare, courtesy string) {
	s = strings.Join(strings.Fields(s), " ")
	if !mostlyHan(s) {
		first, rest, ok := strings.Cut(s, " ")
		if ok && courtesiesBefore[strings.ToLower(strings.TrimSuffix(first, "."))] {
			return rest, first
		}
		return s, ""
	}
	// Longer than any name, what is left is no name.
	take := func(suffix string, most int) bool {
		rest, ok := strings.CutSuffix(s, suffix)
		rest = strings.TrimSpace(rest)
		if n := utf8.RuneCountInString(rest); !ok || n < 1 || n > most {
			return false
		}
		bare, courtesy = rest, suffix
		return true
	}
	for _, c := range courtesiesAfter {
		if take(c, 5) {
			return bare, courtesy
		}
	}
	for _, t := range spoken {
		if take(t[0], 4) {
			return bare, courtesy
		}
	}
	// 陳董, 林總: one character is a title only after a family name alone.
	for _, c := range []string{"董", "總", "总"} {
		if utf8.RuneCountInString(s) == 2 && take(c, 1) {
			return bare, courtesy
		}
	}
	return s, ""
}

func splitHan(s string) (family, given string) {
	// A blank or a dot tells where the family name ends: 王 小明; 迪力·买买提 is given · father's.
	if first, rest, ok := strings.Cut(s, " "); ok && utf8.RuneCountInString(first) <= 2 {
		return first, strings.ReplaceAll(rest, " ", "")
	}
	if strings.ContainsAny(s, "·・‧•") {
		return "", s
	}
	runes := []rune(s)
	n := 1
	if len(runes) >= 2 {
		two := string(runes[:2])
		if compoundSurnames[two] && (len(runes) >= 4 || !doubleSurnames[two]) {
			n = 2
		}
	}
	return string(runes[:n]), string(runes[n:])
}

var (
	// What no person is called, and what a given name may be made of: 方中心.
	companyMarks = strings.Fields(`公司 企業社 企业社 集團 集团 商行 工作室 事務所 事务所 株式会社 株式會社 有限 股份 (股) 銀行 银行 大學 大学 學校 学校 醫院 医院 診所 诊所
		協會 协会 基金會 基金会 委員會 委员会 合作社 農會 农会 政府 研究院 研究所 酒店 飯店 饭店 餐廳 餐厅 書店 书店 藥局 药局 藥房 工廠 工厂 超市 旅行社`)
	companyHints = strings.Fields(`企業 企业 實業 实业 工業 工业 科技 國際 国际 中心 貿易 贸易 工程 建設 建设 營造 電子 电子 資訊 信息 顧問 顾问 經銷 廠 厂 行 社 店 會 会`)
	companyWords = set(`inc corp corporation company co ltd limited llc llp gmbh ag plc pte pty bhd sdn kk sa sas sarl spa bv nv ab oy
		group holdings bank university college school hospital institute foundation association technologies technology industries
		international enterprises solutions systems services partners consulting studio studios`)
)

// IsCompanyName guesses whether a name is a company's rather than a person's: by
// the words companies are named with, and by length.
func IsCompanyName(s string) bool {
	s = narrow(s)
	if mostlyHan(s) {
		n := 0
		for _, r := range s {
			if isHan(r) {
				n++
			}
		}
		for _, mark := range companyMarks {
			if strings.Contains(s, mark) {
				return true
			}
		}
		for _, hint := range companyHints {
			if n >= 4 && strings.HasSuffix(s, hint) && !compoundSurnames[string([]rune(s)[:2])] || n >= 6 && strings.Contains(s, hint) {
				return true
			}
		}
		return n > 5 && !strings.ContainsAny(s, "·・‧ ")
	}
	list := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(s, ".", "")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range list {
		if companyWords[w] && i > 0 {
			return true
		}
	}
	return strings.ContainsAny(s, "&") && len(list) > 1
}

// Salutation gives the form of address for a person: family name and title where
// there is one (王經理, 陳董), otherwise with 先生 or 女士 by gender ("m", "f"),
// otherwise as the name itself says (吳先生), otherwise the name. Latin names take
// Mr. or Ms. with the family name.
func Salutation(name, title, gender string) string {
	name, title = strings.TrimSpace(name), strings.TrimSpace(title)
	family, _ := SplitName(name)
	_, courtesy := Addressed(name)
	g := strings.ToLower(strings.TrimSpace(gender))
	male := g == "m" || g == "male" || g == "男" || g == "先生"
	female := g == "f" || g == "female" || g == "女" || g == "女士" || g == "小姐"
	if mostlyHan(name) {
		switch {
		case family == "":
			return name
		case shortTitle(title) != "":
			return family + shortTitle(title)
		case male:
			return family + "先生"
		case g == "小姐":
			return family + "小姐"
		case female:
			return family + "女士"
		case shortTitle(courtesy) != "":
			return family + shortTitle(courtesy)
		case courtesy != "":
			return family + courtesy
		}
		return name
	}
	switch {
	case family == "":
		return name
	case male:
		return "Mr. " + family
	case female:
		return "Ms. " + family
	case courtesy != "":
		return courtesy + " " + family
	}
	return name
}

// spoken are the titles as they are said after a name, the longer first: 副總經理
// is 副總, 業務部經理 is 經理.
var spoken = [][2]string{
	{"副董事長", "副董"}, {"副董事长", "副董"}, {"董事長", "董"}, {"董事长", "董"}, {"副總經理", "副總"}, {"副总经理", "副总"}, {"副总裁", "副总"}, {"總經理", "總"}, {"总经理", "总"},
	{"執行長", "執行長"}, {"总裁", "总"}, {"總裁", "總裁"}, {"總監", "總監"}, {"总监", "总监"}, {"協理", "協理"}, {"襄理", "襄理"}, {"副理", "副理"}, {"專案經理", "經理"}, {"經理", "經理"}, {"经理", "经理"},
	{"副主任", "副主任"}, {"主任", "主任"}, {"副處長", "副處長"}, {"處長", "處長"}, {"处长", "处长"}, {"科長", "科長"}, {"科长", "科长"}, {"課長", "課長"}, {"組長", "組長"}, {"组长", "组长"}, {"部長", "部長"}, {"部长", "部长"},
	{"廠長", "廠長"}, {"厂长", "厂长"}, {"店長", "店長"}, {"店长", "店长"}, {"所長", "所長"}, {"所长", "所长"}, {"院長", "院長"}, {"院长", "院长"}, {"校長", "校長"}, {"校长", "校长"}, {"局長", "局長"}, {"局长", "局长"}, {"理事長", "理事長"}, {"理事长", "理事长"},
	{"副教授", "教授"}, {"教授", "教授"}, {"講師", "老師"}, {"老師", "老師"}, {"老师", "老师"}, {"醫師", "醫師"}, {"医生", "医生"}, {"律師", "律師"}, {"律师", "律师"}, {"會計師", "會計師"}, {"会计师", "会计师"}, {"建築師", "建築師"},
	{"總工程師", "總工"}, {"总工程师", "总工"}, {"总工", "总工"}, {"工程师", "工"}, {"秘書", "秘書"}, {"秘书", "秘书"}, {"專員", "專員"}, {"顧問", "顧問"}, {"顾问", "顾问"}, {"主管", "主管"}, {"老闆", "老闆"}, {"老板", "老板"}, {"負責人", "負責人"}, {"博士", "博士"},
}

// shortTitle gives the title the way it is said after a name, "" where it is not.
func shortTitle(title string) string {
	for _, t := range spoken {
		if strings.HasSuffix(title, t[0]) {
			return t[1]
		}
	}
	return ""
}
