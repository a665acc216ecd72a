package normal

import (
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"abc":             "abc",
		"ABC  Def ":       "abc def",
		" a\tb\nc\x00d":   "a b cd",
		"ＡＢＣ　１２３":         "abc 123",
		"臺灣大學":            "台湾大学",
		"台灣大學":            "台湾大学",
		"衞生":              "卫生",
		"衛生":              "卫生",
		"门巿":              "门市",
		"門市":              "门市",
		"裏面":              "里面",
		"裡麵":              "里面",
		"麪":               "面",
		"峯羣":              "峰群",
		"王\u200b小\ufeff明": "王小明",
		"㈱山田":             "(株)山田",
		"ｶﾞﾗｽ":            "ガラス",
		"Cafe\u0301":      "café",
		"①②":              "12",
		"⻄⾨":              "西门",
		"後藤":              "后藤",
		"\u202eabc\u202c": "abc",
		"桜":               "樱",
		"二〇二六":            "二零二六",
		"\xff\xfeabc":     "abc",
		"発":               "发",
		"國国囯":             "国国国",
		"乾燥 幹部 干部":        "干燥 干部 干部",
		"Straße ÅNGSTRÖM": "straße ångström",
		"ÀÉ　臺":            "àé 台",
		"“台積電” — test…":   "“台积电” — test...",
		"鐘 鍾 錶 祕 夠 啟 却 牀 邨 汙 恒 恆": "钟 钟 表 秘 够 启 却 床 村 污 恒 恒",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"台積電", "İ", "ﾊﾞ", "a\u0301\u200d\u0300", "\u1E9B\u0323", " \t ", "ǅ", "\u0345", "\xf0\x28"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("invalid: %q", once)
		}
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, again %q", s, once, twice)
		}
		CompanyKey(s)
		PersonKey(s)
		MailDomain(s)
		StrokeKey(s)
		PinyinKey(s, SortPerson)
	})
}

func TestCompanyKey(t *testing.T) {
	for _, same := range [][]string{
		{"台積電", "台積電股份有限公司", "臺積電 (股)公司", "台积电有限公司", "台積電（股）公司", "台積電 Co., Ltd.", "台積電Co.,Ltd."},
		{"Acme", "ACME Inc.", "Acme, Inc", "Acme Co., Ltd.", "ACME CORPORATION", "The Acme Company Limited", "Acme K.K.", "Acme Pte. Ltd."},
		{"山田工業", "株式会社山田工業", "山田工業㈱", "山田工業株式會社"},
		{"大同", "大同股份有限公司", "大同股份有限公司(台北分公司)", "大同集團", "大同控股有限公司", "大同企業社", "大同商行"},
		{"Müller", "MÜLLER GmbH & Co. KG", "Müller AG"},
		{"O'Neil", "ONeil LLC", "O’Neil LLC"},
	} {
		for _, s := range same {
			if got, want := CompanyKey(s), CompanyKey(same[0]); got != want {
				t.Errorf("CompanyKey(%q) = %q, want %q", s, got, want)
			}
		}
	}
	for _, pair := range [][2]string{{"大同(日本)有限公司", "大同(中國)有限公司"}, {"小王工作室", "小王"}, {"中國鋼鐵", "中國鋁業"}} {
		if CompanyKey(pair[0]) == CompanyKey(pair[1]) {
			t.Errorf("%q and %q have one key %q", pair[0], pair[1], CompanyKey(pair[0]))
		}
	}
	for _, s := range []string{"有限公司", "公司", "Co., Ltd.", "集團", "商行", "(股)公司", "!!!", "Inc"} {
		if CompanyKey(s) == "" {
			t.Errorf("CompanyKey(%q) is empty", s)
		}
	}
}

func TestPersonAndMail(t *testing.T) {
	for in, want := range map[string]string{
		"王 小明": "王小明", "王小明先生": "王小明", "Lewis, James": "jameslewis", "Mr. James Lewis": "jameslewis", "JAMES  LEWIS": "jameslewis", "先生": "先生",
	} {
		if got := PersonKey(in); got != want {
			t.Errorf("PersonKey(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		" Wang.Ming@Example.COM ": "wang.ming@example.com", "王 <wang@example.com>": "wang@example.com", "mailto:a@b.tw": "a@b.tw", "ａ＠b.tw": "a@b.tw",
	} {
		if got := MailKey(in); got != want {
			t.Errorf("MailKey(%q) = %q, want %q", in, got, want)
		}
	}
	if got := MailDomain("Wang@Mail.Example.com"); got != "mail.example.com" {
		t.Error(got)
	}
	if got := MailDomain("none"); got != "" {
		t.Error(got)
	}
}

func BenchmarkFoldASCII(b *testing.B) {
	for b.Loop() {
		Fold("Acme Corp.")
	}
}

func BenchmarkFoldChinese(b *testing.B) {
	for b.Loop() {
		Fold("臺灣積體電路製造股份")
	}
}

func BenchmarkCompanyKey(b *testing.B) {
	for b.Loop() {
		CompanyKey("臺灣積體電路製造股份有限公司")
	}
}

func BenchmarkSortKey(b *testing.B) {
	for b.Loop() {
		StrokeKey("臺灣積體電路製造股份有限公司")
		PinyinKey("臺灣積體電路製造股份有限公司", SortText)
	}
}
