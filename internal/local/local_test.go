package local

import (
	"fmt"
	"strings"
	"testing"
)

func TestTaxNumbers(t *testing.T) {
	for in, want := range map[string]bool{
		"12345675": true, "１２３４５６７５": true, "12345676": true, "12345677": false, "1234-5675": true, "00000000": false, "1234567": false, "abc": false, "11111112": true, "11111111": false,
	} {
		if id, got := TaxIDTW(in); got != want {
			t.Errorf("TaxIDTW(%q) = %s %v", in, id, got)
		}
	}
	if id, _ := TaxIDTW(" １２３４５６７５ "); id != "12345675" {
		t.Error(id)
	}
	// A code of our own making: the last character computed.
	body := "91350100M000100Y4"
	right := 0
	for _, c := range creditAlphabet {
		if _, ok := CreditCodeCN(body + string(c)); ok {
			right++
		}
	}
	if right != 1 {
		t.Errorf("%d check characters are right", right)
	}
	if code, ok := CreditCodeCN("91350100m000100y43"); !ok || code != "91350100M000100Y43" { // the example of GB 32100
		t.Error(code, ok)
	}
	if _, ok := CreditCodeCN("110108000000016"); !ok {
		t.Error("15 digits")
	}
	for _, bad := range []string{"", "91350100M000100Y44", "9135O100M000100Y43", "110108000000017", "123"} {
		if _, ok := CreditCodeCN(bad); ok {
			t.Error(bad)
		}
	}
}

func TestSplitPhones(t *testing.T) {
	for in, want := range map[string]string{
		"02-2345-6789 分機123":                   "02-2345-6789|123|",
		"(02)2345-6789#12":                     "(02)2345-6789|12|",
		"02-2345-6789 ext. 5、0912-345-678":     "02-2345-6789|5| 0912-345-678||",
		"02-23456789~92":                       "02-23456789~92||",
		"02-2345-6789/6790":                    "02-2345-6789/6790||",
		"02-2345-6789/0912345678":              "02-2345-6789|| 0912345678||",
		"行動:0912-345-678；公司：02-2345-6789轉12":   "0912-345-678||行動 02-2345-6789|12|公司",
		"(M) 0912-345-678":                     "0912-345-678||M",
		"0912-345-678(行動)":                     "0912-345-678||行動",
		"TEL 02-2345-6789\nFAX 02-2345-6790":   "02-2345-6789||TEL 02-2345-6790||FAX",
		"０２－２３４５－６７８９":                         "02-2345-6789||",
		"無":                                    "無||",
		"請洽王小姐":                                "請洽王小姐||",
		"416-555-9897x752":                     "416-555-9897|752|",
		"+886 2 2345 6789":                     "+886 2 2345 6789||",
		"02-23456789 0912345678":               "02-23456789|| 0912345678||",
		"":                                     "",
		"+1 (415) 555-0199, +1 (415) 555-0188": "+1 (415) 555-0199|| +1 (415) 555-0188||",
		"02-2345-6789 分機 12,13":                "02-2345-6789|12,13|",
		"手機 0912345678":                        "0912345678||手機",
		"886-6-2345678":                        "886-6-2345678||",
	} {
		var got []string
		for _, p := range SplitPhones(in, "TW") {
			got = append(got, fmt.Sprintf("%s|%s|%s", p.Number, p.Ext, p.Label))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("SplitPhones(%q) = %q, want %q", in, text, want)
		}
	}
}

func TestFormatPhone(t *testing.T) {
	for _, c := range [][4]string{
		{"0223456789", "TW", "02-2345-6789", "landline"}, {"+886 2 2345 6789", "TW", "02-2345-6789", "landline"}, {"0912345678", "TW", "0912-345-678", "mobile"}, {"886912345678", "TW", "0912-345-678", "mobile"},
		{"037123456", "TW", "037-12-3456", "landline"}, {"062345678", "TW", "06-234-5678", "landline"}, {"0800123456", "TW", "0800-123-456", "toll-free"}, {"0422345678", "TW", "04-2234-5678", "landline"},
		{"089-123456", "TW", "089-12-3456", "landline"}, {"13812345678", "CN", "138 1234 5678", "mobile"}, {"+86 138 1234 5678", "TW", "+86 138 1234 5678", "mobile"}, {"01012345678", "CN", "010-12345678", "landline"},
		{"61234567", "HK", "6123 4567", "mobile"}, {"+85221234567", "TW", "+852 2123 4567", "landline"}, {"4155550199", "US", "(415) 555-0199", ""}, {"+1 415 555 0199", "TW", "+1 415 555 0199", ""},
		{"2345-6789", "TW", "2345-6789", "landline"}, {"8659512345678", "TW", "+86 595 12345678", "landline"}, {"81234567", "SG", "8123 4567", "mobile"}, {"+49 30 123456", "TW", "+49 30 123456", ""}, {"無", "TW", "無", ""}, {"02-23456789~92", "TW", "02-23456789~92", "x"}, {"0223456789", "CN", "022-3456789", "x"}, {"", "TW", "", ""},
	} {
		if got := FormatPhone(c[0], c[1]); got != c[2] && c[3] != "x" {
			t.Errorf("FormatPhone(%q, %s) = %q, want %q", c[0], c[1], got, c[2])
		}
		if got := KindOfPhone(c[0], c[1]); string(got) != c[3] && c[3] != "x" {
			t.Errorf("KindOfPhone(%q, %s) = %q, want %q", c[0], c[1], got, c[3])
		}
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"110 台北市信義區市府路1號":                      "TW|110|台北市||信義區|市府路1號",
		"11008臺北市信義區市府路1號3樓之2":                 "TW|11008|台北市||信義區|市府路1號3樓之2",
		"110008 臺北市信義區市府路1號":                   "TW|110008|台北市||信義區|市府路1號",
		"(110)台北市 信義區 市府路1號":                   "TW|110|台北市||信義區|市府路1號",
		"台北縣板橋市文化路一段1號":                        "TW||新北市||板橋區|文化路一段1號",
		"桃園縣中壢市中央路2號":                          "TW||桃園市||中壢區|中央路2號",
		"高雄縣鳳山市光遠路3號":                          "TW||高雄市||鳳山區|光遠路3號",
		"台中縣豐原市中正路4號":                          "TW||台中市||豐原區|中正路4號",
		"高雄縣三民鄉民權村1號":                          "TW||高雄市||那瑪夏區|民權村1號",
		"高雄市三民區建國路1號":                          "TW||高雄市||三民區|建國路1號",
		"台南縣新市鄉中興街1號":                          "TW||台南市||新市區|中興街1號",
		"台灣省彰化縣員林鎮中山路5號":                       "TW||彰化縣||員林市|中山路5號",
		"中壢區中央路2號":                             "TW||桃園市||中壢區|中央路2號",
		"台北市信義路五段7號":                           "TW||台北市|||信義路五段7號",
		"110市府路1號":                             "TW|110|台北市||信義區|市府路1號",
		"300新竹市東區光復路二段101號":                    "TW|300|新竹市||東區|光復路二段101號",
		"302 新竹縣竹北市光明六路10號":                    "TW|302|新竹縣||竹北市|光明六路10號",
		"屏東縣霧臺鄉岩板巷1號":                          "TW||屏東縣||霧台鄉|岩板巷1號",
		"福建省金門縣金城鎮民生路60號":                      "TW||金門縣||金城鎮|民生路60號",
		"台湾台北市万华区西园路1号":                        "TW||台北市||萬華區|西园路1号",
		"新北市三重區":                               "TW||新北市||三重區|",
		"200-02 基隆市仁愛區愛一路1號":                   "TW|200-02|基隆市||仁愛區|愛一路1號",
		"广东省深圳市南山区科技园路1号":                      "CN||广东省|深圳市|南山区|科技园路1号",
		"廣東省深圳市南山區科技園路1號":                      "CN||广东省|深圳市|南山區|科技園路1號",
		"518000 深圳市南山区科技园路1号":                  "CN|518000|广东省|深圳市|南山区|科技园路1号",
		"广东深圳南山区科技园路1号":                        "CN||广东省|深圳市|南山区|科技园路1号",
		"北京市朝阳区建国路1号":                          "CN||北京市||朝阳区|建国路1号",
		"中国上海市浦东新区世纪大道100号":                    "CN||上海市||浦东新区|世纪大道100号",
		"上海浦东新区世纪大道100号":                       "CN||上海市||浦东新区|世纪大道100号",
		"江苏省苏州市昆山市前进路1号":                       "CN||江苏省|苏州市|昆山市|前进路1号",
		"江苏省苏州市工业园区星湖街1号":                      "CN||江苏省|苏州市|工业园区|星湖街1号",
		"内蒙古自治区锡林郭勒盟锡林浩特市团结大街1号":               "CN||内蒙古自治区|锡林郭勒盟|锡林浩特市|团结大街1号",
		"广西壮族自治区南宁市青秀区民族大道1号":                  "CN||广西壮族自治区|南宁市|青秀区|民族大道1号",
		"云南省大理白族自治州大理市人民路1号":                   "CN||云南省|大理白族自治州|大理市|人民路1号",
		"吉林省吉林市船营区北京路1号":                       "CN||吉林省|吉林市|船营区|北京路1号",
		"深圳市科技园小区3栋":                           "CN||广东省|深圳市||科技园小区3栋",
		"重庆市市辖区渝中区民权路1号":                       "CN||重庆市||渝中区|民权路1号",
		"1 Infinite Loop, Cupertino, CA 95014": "||||| 1 Infinite Loop, Cupertino, CA 95014",
		"台北市106大安區仁愛路四段1號":                     "TW|106|台北市||大安區|仁愛路四段1號",
		"104台北市松江路1號":                          "TW|104|台北市||中山區|松江路1號",
		"高雄巿前金區中正四路1號":                         "TW||高雄市||前金區|中正四路1號",
		"香港九龍彌敦道1號":                            "|||||香港九龍彌敦道1號",
		"":                                     "|||||",
		"110 Main Street":                      "|||||110 Main Street",
	} {
		a := ParseAddress(in)
		got := strings.Join([]string{a.Country, a.Zip, a.Region, a.City, a.District, a.Street}, "|")
		if got != strings.Replace(want, "| ", "|", 1) {
			t.Errorf("ParseAddress(%q) = %s, want %s", in, got, want)
		}
	}
	districts := 0
	for _, r := range RegionsTW() {
		for _, d := range r.Districts {
			districts++
			if got := ParseAddress(d.Zip + r.Name + d.Name + "中山路1號"); got != (Address{"TW", d.Zip, r.Name, "", d.Name, "中山路1號"}) {
				t.Errorf("%+v", got)
			}
			if ZipTW(r.Name, d.Name) != d.Zip {
				t.Error(r.Name, d)
			}
		}
	}
	if districts != 368 || len(RegionsTW()) != 22 {
		t.Error(districts)
	}
	a := ParseAddress("110台北市信義區市府路1號")
	if got := a.Format("zh-TW"); got != "110 台北市信義區市府路1號" {
		t.Error(got)
	}
	if got := a.Format("en"); got != "市府路1號, 信義區, 台北市 110, Taiwan" {
		t.Error(got)
	}
	if got := ZipTW("臺北縣", "板橋市"); got != "220" {
		t.Error(got)
	}
}

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"$22,700.00": "22700 $", "NT$ 1,200": "1200 TWD", "￥１，２００": "1200 ¥", "(123.45)": "-123.45 ", "12%": "12 %", "1,5": "1.5 ", "1,500": "1500 ", "3.5萬": "35000 ", "1億2,000萬": "120000000 ",
		"1.234,56": "1234.56 ", "-5": "-5 ", "5-": "-5 ", "- NT$5": "-5 TWD", "NT$-5": "-5 TWD", "USD 1,000.50": "1000.5 USD", "1,000元": "1000 ", "新台幣1,000元整": "1000 TWD", "0.10": "0.1 ", ".5": "0.5 ",
		"1 234 567": "1234567 ", "1,234,567.891": "1234567.891 ", "12,34": "12.34 ", "1,23,456": "123456 ", "0": "0 ", "-0": "0 ", "+7": "7 ", "10K": "10000 ", "３萬5千": "35000 ", "€1.000": "1 EUR",
		"": "!", "abc": "!", "1.2.3": "!", "12a": "!", "--5": "!", "萬": "!", "1e5": "!", "1,,2": "!", "$": "!", "0912-345-678": "!", "1/2": "!", "12345678901234567890.12": "12345678901234567890.12 ",
	} {
		number, currency, err := ParseNumber(in)
		got := number + " " + currency
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("ParseNumber(%q) = %q, want %q", in, got, want)
		}
	}
	if got, _, _ := ParseNumberStyle("1.234", NumberStyle{DecimalComma: true}); got != "1234" {
		t.Error(got)
	}
	for in, want := range map[string]string{"是": "true", "否": "false", "有": "true", "无": "false", "Y": "true", "TRUE": "true", "✓": "true", "男": "?", "": "?", " no ": "false", "Ｙ": "true"} {
		value, ok := ParseBool(in)
		got := fmt.Sprint(value)
		if !ok {
			got = "?"
		}
		if got != want {
			t.Errorf("ParseBool(%q) = %s", in, got)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"王小明": "王|小明", "歐陽修": "歐陽|修", "司馬中原": "司馬|中原", "张伟": "张|伟", "王 小明": "王|小明", "歐陽 菲菲": "歐陽|菲菲", "Lewis, James": "Lewis|James", "James Lewis": "Lewis|James",
		"James T. Kirk": "Kirk|James T.", "Ludwig van Beethoven": "van Beethoven|Ludwig", "Robert Downey Jr.": "Downey|Robert", "Cher": "|Cher", "王": "王|", "": "|", "張簡美麗": "張簡|美麗", "張簡單": "張|簡單", "迪力·买买提": "|迪力·买买提",
		"吳先生": "吳|", "陳小姐": "陳|", "黃經理": "黃|", "王小明先生": "王|小明", "歐陽女士": "歐陽|", "林董": "林|", "李总": "李|", "張總經理": "張|", "方董事": "方|董事", "先生": "先|生", "Ms Patel": "Patel|", "Mr. James Lewis": "Lewis|James", "Dr. Lewis, Ann": "Lewis|Ann",
	} {
		family, given := SplitName(in)
		if got := family + "|" + given; got != want {
			t.Errorf("SplitName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]bool{
		"台積電股份有限公司": true, "王小明": false, "大同商行": true, "Acme Inc.": true, "James Lewis": false, "歐陽菲菲": false, "台灣大學": true, "Smith & Sons": true, "遠東國際": true, "方中心": false, "": false, "王國際": false,
		"Acme Trading Co., Ltd.": true, "阿里山茶": false,
	} {
		if got := IsCompanyName(in); got != want {
			t.Errorf("IsCompanyName(%q) = %v", in, got)
		}
	}
	for _, c := range [][4]string{
		{"王小明", "經理", "", "王經理"}, {"陳大同", "董事長", "m", "陳董"}, {"李明", "副總經理", "", "李副總"}, {"林大偉", "業務部經理", "", "林經理"}, {"林大偉", "業務專員", "", "林專員"}, {"林大偉", "採購", "", "林大偉"}, {"林大偉", "採購", "m", "林先生"}, {"王伟", "高级工程师", "", "王工"}, {"司马光", "总经理", "", "司马总"}, {"王小明", "", "m", "王先生"}, {"王小美", "", "f", "王女士"}, {"王小美", "", "小姐", "王小姐"}, {"王小明", "", "", "王小明"}, {"Ann Lewis", "CEO", "f", "Ms. Lewis"}, {"歐陽菲菲", "Manager", "女", "歐陽女士"},
		{"吳先生", "", "", "吳先生"}, {"吳先生", "採購", "", "吳先生"}, {"吳先生", "經理", "", "吳經理"}, {"王小明總經理", "", "", "王總"}, {"Ms. Patel", "Purchasing", "", "Ms. Patel"},
	} {
		if got := Salutation(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("Salutation(%q) = %q", c, got)
		}
	}
}

func TestCourtesiesAreToldFromTitles(t *testing.T) {
	for in, want := range map[string]bool{"Mr.": true, "ms": true, "Dr": true, "先生": true, " 小姐 ": true, "博士": true, "經理": false, "CEO": false, "": false} {
		if IsCourtesy(in) != want {
			t.Errorf("IsCourtesy(%q) is %v", in, !want)
		}
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"02-2345-6789 分機1", "110台北市", "福建省", "NT$1萬億", "王", "Lewis,", ",", "(", "1億億", "萬1", "\xff", "#", "000000台", "中国中国", "(((((1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, country := range []string{"TW", "CN", "US", ""} {
			SplitPhones(s, country)
			FormatPhone(s, country)
			KindOfPhone(s, country)
		}
		ParseAddress(s).Format("en")
		_, _, _ = ParseNumber(s)
		SplitName(s)
		IsCompanyName(s)
		Salutation(s, s, "m")
		TaxIDTW(s)
		CreditCodeCN(s)
		ParseBool(s)
	})
}
