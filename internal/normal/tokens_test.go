package normal

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"
)

// finds tells whether the index tokens of a value answer a query, the way a caller asks.
func finds(kind Kind, value, query string) bool {
	tokens := IndexTokens('x', kind, value)
	words := Words(QueryTerms(query))
	for _, alternatives := range words {
		found := false
		for _, terms := range alternatives {
			all := true
			for _, term := range terms {
				all = all && term.Within(kind) && holds(tokens, term, kind)
			}
			found = found || all
		}
		if !found {
			return false
		}
	}
	return len(words) > 0
}

func TestFinds(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		value   string
		queries []string
	}{
		{KindName, "台積電", []string{"台", "積", "電", "台積", "積電", "台積電", "臺積電", "台积电", "tjd", "tj", "jd", "taijidian", "taiji", "jidian", "dian", "tai ji", "TJD", "ｔｊｄ"}},
		{KindName, "台灣積體電路製造股份有限公司", []string{"台積", "台灣積體電路製造股份有限公司", "積體電路", "twjtdlzz", "taiwanjitidianluzhizao", "dianlu", "twjtdlzzgfyxgs"}[1:]},
		{KindName, "重慶銀行", []string{"chongqing", "cqyh", "yinhang", "yh"}},
		{KindName, "重光企業", []string{"chongguang", "zhongguang", "cg", "zg"}},
		{KindName, "單小明", []string{"shan", "dan", "sxm", "dxm", "xiaoming", "小明"}},
		{KindName, "呂小姐", []string{"lv", "lu", "lxj"}},
		{KindName, "長榮航空", []string{"changrong", "crhk", "hangkong"}},
		{KindName, "董事長行", []string{"dongshizhang"}},
		{KindName, "3M台灣 (中國)", []string{"3m", "台灣", "灣中", "3m台灣", "tw", "中國"}},
		{KindName, "Acme Trading, Inc.", []string{"acme", "trad", "inc", "acme tr", "Acme, Inc."}},
		{KindName, "104人力銀行", []string{"104", "人力", "rlyh"}},
		{KindName, "乾坤科技", []string{"qiankun", "乾坤", "干坤"}},
		{KindName, "O'Neil", []string{"o'neil", "neil"}},
		{KindText, "下週拜訪，帶樣品 sample-A12 給採購。", []string{"拜訪", "樣品", "sample", "a12", "採購", "sample-a12"}},
		{KindPhone, "02-2345-6789 分機123", []string{"02-2345-6789", "0223456789", "223456789", "6789", "23456789", "+886 2 2345 6789", "02 2345", "02-2345", "886-2-23456789", "０２２３４５", "56789", "(02)2345-6789"}},
		{KindPhone, "0912-345-678", []string{"0912", "0912345678", "0912-345", "5678", "+886912345678", "345678"}},
		{KindPhone, "+86 138 1234 5678", []string{"13812345678", "138-1234", "5678", "12345678"}},
		{KindCode, "C-2024-00017", []string{"C-2024-00017", "c202400017", "202400017", "2024-00017", "17", "0017", "00017", "c-2024", "c-2024-0"}},
		{KindCode, "04541302", []string{"04541302", "0454", "1302", "4541302"}},
		{KindMail, "wang.ming@mail.example.com.tw", []string{"wang.ming@mail.example.com.tw", "wang", "ming", "example", "example.com", "@example.com", "mail.example", "wang.ming", "wang.ming@"}},
	} {
		for _, q := range c.queries {
			if !finds(c.kind, c.value, q) {
				t.Errorf("%q does not find %q: %v in %v", q, c.value, QueryTerms(q), IndexTokens('x', c.kind, c.value))
			}
			if !Matches(c.kind, c.value, q) {
				t.Errorf("Matches(%q, %q) is false", c.value, q)
			}
		}
	}
	for _, c := range []struct {
		kind         Kind
		value, query string
	}{
		{KindName, "台積電", "電台"}, {KindName, "台積電", "tdj"}, {KindName, "台積電", "ji-x"}, {KindName, "長榮", "zhangsan"},
		{KindPhone, "02-2345-6789", "2346"}, {KindName, "台積電", ""}, {KindName, "重慶", "zhongqing"},
	} {
		if finds(c.kind, c.value, c.query) {
			t.Errorf("%q finds %q", c.query, c.value)
		}
	}
	if !finds(KindName, "台積測積電", "台積電") || Matches(KindName, "台積測積電", "台積電") {
		t.Error("the cover finds too much, and Matches corrects it")
	}
}

func TestQueryTermsAreFew(t *testing.T) {
	for q, want := range map[string]int{"台": 1, "台積": 1, "台積電": 2, "台積電路": 2, "台積電 王": 3, "台積電股份有限公司": 5, "abc": 1} {
		if got := len(QueryTerms(q)); got != want {
			t.Errorf("QueryTerms(%q) has %d terms, want %d", q, got, want)
		}
	}
	if got := QueryTerms("、 ' \" * ( )"); len(got) != 0 {
		t.Error(got)
	}
}

func checkToken(t *testing.T, token string) {
	t.Helper()
	if token == "" || len(token) > tokenMax || !utf8.ValidString(token) {
		t.Fatalf("bad token %q", token)
	}
	for _, r := range token {
		if r < 0x80 && !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') || r >= 0x80 && !unicode.IsLetter(r) {
			t.Fatalf("bad character %q in token %q", r, token)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"台積電 ABC", "02-2345-6789#12", "a@b.c", "C-1", "\x00'\"*", "ไทย", "नमस्ते", "王\u0301", "٣٤", "㍿", strings.Repeat("長", 300), strings.Repeat("x", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for kind := KindName; kind <= KindMail; kind++ {
			tokens := IndexTokens('q', kind, s)
			if len(tokens) > textMax {
				t.Fatal(len(tokens))
			}
			for i, token := range tokens {
				checkToken(t, token)
				if token[0] != 'q' || slices.Contains(tokens[:i], token) {
					t.Fatalf("%q among %q", token, tokens)
				}
			}
		}
		for _, term := range QueryTerms(s) {
			checkToken(t, term.Token)
		}
		Matches(KindName, s, s)
		PhoneKey(s, "TW")
		LastFour(s)
	})
}

func TestPhoneKeys(t *testing.T) {
	for _, s := range []string{"02-2345-6789 分機123", "+886 2 2345 6789", "886-2-23456789", "０２２３４５６７８９", "(02)2345-6789#12", "+886 (0)2 2345 6789", "02 2345 6789 ext. 5", "00886223456789", "002-886-2-2345-6789", "02-2345-6789、02-2345-6790", "(02) 2345－6789 轉 9"} {
		if got := PhoneKey(s, "TW"); got != "886223456789" {
			t.Errorf("PhoneKey(%q) = %q", s, got)
		}
		if got := PhoneDigits(s); len(got) == 0 || got[0] != "223456789" {
			t.Errorf("PhoneDigits(%q) = %q", s, got)
		}
		if got := LastFour(s); got != "6789" {
			t.Errorf("LastFour(%q) = %q", s, got)
		}
	}
	for _, c := range [][3]string{
		{"13812345678", "CN", "8613812345678"}, {"+8613812345678", "TW", "8613812345678"}, {"86 138 1234 5678", "TW", "8613812345678"}, {"010-12345678", "CN", "861012345678"}, {"8659512345678", "TW", "8659512345678"}, {"+86-595-12345678", "TW", "8659512345678"}, {"0595-12345678", "CN", "8659512345678"},
		{"6123 4567", "HK", "85261234567"}, {"+852 6123-4567", "TW", "85261234567"}, {"(415) 555-0199", "US", "14155550199"}, {"1-415-555-0199", "US", "14155550199"},
		{"+1 415 555 0199 x12", "TW", "14155550199"}, {"+39 06 1234567", "TW", "39061234567"}, {"無", "TW", ""}, {"1234", "TW", ""}, {"0912-345-678", "TW", "886912345678"}, {"+44 (0)20 7946 0958", "TW", "442079460958"},
	} {
		if got := PhoneKey(c[0], c[1]); got != c[2] {
			t.Errorf("PhoneKey(%q, %s) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
	if got := PhoneDigits("02-23456789~92 / 0912345678"); !slices.Equal(got, []string{"223456789", "223456792", "912345678"}) {
		t.Error(got)
	}
}

func TestNamesStandInTheOrderOfTheirReaders(t *testing.T) {
	order := func(key func(string) []byte, names ...string) {
		t.Helper()
		sorted := slices.Clone(names)
		slices.Reverse(sorted)
		slices.SortStableFunc(sorted, func(a, b string) int { return slices.Compare(key(a), key(b)) })
		if !slices.Equal(sorted, names) {
			t.Errorf("%q, want %q", sorted, names)
		}
	}
	firm := func(s string) []byte { return PinyinKey(s, SortText) }
	person := func(s string) []byte { return PinyinKey(s, SortPerson) }
	order(StrokeKey, "1號", "Acme", "丁一", "王五", "李四", "張三", "劉六", "龔九")
	order(StrokeKey, "王", "王大", "王大明", "王小明")
	order(firm, "1号", "acme", "Beta", "Émile", "Zoe", "长沙机械", "成都电子", "重庆钢铁", "李四", "王五", "张三", "赵六", "中国银行")
	order(firm, "丹阳", "单位", "当涂")
	order(firm, "Ab", "A公司", "阿里", "阿里巴巴")
	order(person, "陈一", "李四", "仇英", "任盈盈", "单雄信", "王五", "解缙", "曾国藩", "查良镛", "张三")
	for _, key := range []func(string) []byte{StrokeKey, firm, person} {
		if got := key(strings.Repeat("長", 500)); len(got) != sortKeyMax {
			t.Errorf("%d bytes", len(got))
		}
		if !slices.Equal(key("ＡＢＣ"), key("abc")) {
			t.Error("width and case count")
		}
		if len(key("")) != 0 {
			t.Error("nothing has a key")
		}
		var wait sync.WaitGroup
		want := key("王小明")
		for range 8 {
			wait.Go(func() {
				for range 200 {
					if !slices.Equal(key("王小明"), want) {
						t.Error("differs")
					}
				}
			})
		}
		wait.Wait()
	}
}

func BenchmarkIndexName8(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		IndexTokens('n', KindName, "台灣積體電路製造")
	}
}

func BenchmarkIndexNameLegal(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		IndexTokens('n', KindName, "重慶長行銀行股份有限公司")
	}
}

func BenchmarkIndexText(b *testing.B) {
	text := strings.Repeat("下週二拜訪客戶，討論年度合約與價格 ", 20)
	b.ReportAllocs()
	for b.Loop() {
		IndexTokens('t', KindText, text)
	}
}

func BenchmarkIndexPhone(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		IndexTokens('p', KindPhone, "02-2345-6789")
	}
}

func BenchmarkQueryTerms(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		QueryTerms("台積電 王")
	}
}
