package tabular

import (
	"strconv"
	"strings"
	"unicode"
)

// headerWords occur in names of columns, in three languages and in what other
// programs write. They only help to tell a header from data.
var headerWords = wordSet(`id name firstname lastname surname given family fullname email mail phone telephone tel mobile cell fax
	address street city state zip zipcode postcode postal country region company organization organisation org account contact
	customer client lead title position department dept website url web birthday birthdate dob gender sex date time created
	modified updated owner status stage source industry type category tags tag notes note description remark remarks comment
	amount price total qty quantity currency number no code sku product subject priority due employees revenue linkedin twitter
	facebook skype username password key value area wage experience year month day unit latitude longitude lat lon`)

var headerHan = []string{"姓名", "名稱", "名称", "公司", "電話", "电话", "手機", "手机", "行動", "傳真", "传真", "地址", "住址", "信箱", "邮箱", "郵件", "邮件", "電郵",
	"客戶", "客户", "聯絡", "联系", "編號", "编号", "代號", "代号", "代碼", "代码", "統編", "統一編號", "日期", "時間", "时间", "生日", "性別", "性别", "職稱", "职称", "职务", "職務", "部門", "部门",
	"備註", "备注", "狀態", "状态", "來源", "来源", "產業", "行业", "行業", "類別", "类别", "類型", "类型", "金額", "金额", "數量", "数量", "單價", "单价", "負責人", "负责人", "業務", "业务",
	"縣市", "鄉鎮", "省", "市", "區", "区", "郵遞區號", "邮编", "網址", "网址", "簡稱", "简称", "全稱", "全称", "標的", "總", "位置", "面積", "年齡", "年龄", "等級", "等级", "級別", "级别", "產品", "产品"}

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// knownHeader says whether a text reads like the name of a column.
func knownHeader(s string) bool {
	if len(s) > 90 {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		if len([]rune(s)) > 16 {
			return false
		}
		for _, w := range headerHan {
			if s == w || len(w) > 3 && (strings.HasSuffix(s, w) || strings.HasPrefix(s, w)) {
				return true
			}
		}
		return false
	}
	for _, w := range splitWords(s) {
		if headerWords[w] {
			return true
		}
	}
	return false
}

// splitWords cuts First_Name, firstName and "First Name" alike.
func splitWords(s string) []string {
	var out []string
	var b strings.Builder
	lower := false
	flush := func() {
		if b.Len() > 0 {
			out = append(out, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r):
			flush()
			lower = false
		case unicode.IsUpper(r) && lower:
			flush()
			b.WriteRune(r)
			lower = false
		default:
			b.WriteRune(r)
			lower = unicode.IsLower(r)
		}
	}
	flush()
	return out
}

// cleanHeader makes a readable name of a header cell: no marks, no stray
// quotes, no line breaks, no required-field asterisks.
func cleanHeader(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0xFEFF, r == 0x200B, r == 0x200C, r == 0x200D, r == 0x2060, r == 0x200E, r == 0x200F:
			return -1
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimFunc(s, func(r rune) bool {
		return r == '"' || r == '\'' || r == '`' || r == '“' || r == '”' || r == '‘' || r == '’' || r == '*' || r == '＊' || r == ' '
	})
	return strings.ReplaceAll(s, `""`, `"`)
}

// columnLetter is the spreadsheet's letter of a column counted from 0.
func columnLetter(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// nameColumns gives every column a clean and unique name. It reports whether
// names were repeated.
func nameColumns(cols []Column) (repeated bool) {
	used := map[string]bool{}
	again := map[string]int{}
	for i := range cols {
		name := cleanHeader(cols[i].RawHeader)
		if name == "" {
			cols[i].Unnamed = true
			continue
		}
		base := name
		for used[strings.ToLower(name)] {
			repeated = true
			n := max(2, again[base])
			again[base] = n + 1
			name = base + " (" + strconv.Itoa(n) + ")"
		}
		used[strings.ToLower(name)] = true
		cols[i].Header = name
	}
	for i := range cols {
		if !cols[i].Unnamed {
			continue
		}
		name := columnLetter(i)
		base := name
		for n := 2; used[strings.ToLower(name)]; n++ {
			name = base + " (" + strconv.Itoa(n) + ")"
		}
		used[strings.ToLower(name)] = true
		cols[i].Header = name
	}
	return repeated
}
