package tabular

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Short tables, as people try an import with.
var shortTexts = map[string][]string{
	EncBig5: {
		"姓名,電話\n王小明,0912345678\n", "公司,地址\n大發實業,台北市中山路1號\n", "客戶名稱\n鴻海精密\n", "姓名\n陳\n", "編號,品名\n1,螺絲\n",
		"Name,City\nTSMC,新竹\nAcer,汐止\n", "日期,金額\n113/5/1,1200\n", "部門,職稱\n業務部,經理\n", "name\n李大同\n", "統一編號,負責人\n12345678,林淑芬\n",
		"客戶,備註\nA,（停用）\n", "姓名,性別\n張三,男\n李四,女\n", "縣市\n臺北市\n高雄市\n", "產品\n變壓器\n鋁擠型\n", "來源,狀態\n展覽,已成交\n",
	},
	EncGB18030: {
		"姓名,电话\n王小明,13912345678\n", "公司,地址\n华为技术有限公司,深圳市龙岗区\n", "客户名称\n阿里巴巴\n", "姓名\n陈\n", "编号,品名\n1,螺丝\n",
		"Name,City\nHuawei,深圳\nBYD,西安\n", "日期,金额\n2024-5-1,1200\n", "部门,职务\n销售部,经理\n", "name\n李大同\n", "统一社会信用代码,法人\n91440300,林淑芬\n",
		"客户,备注\nA,（停用）\n", "姓名,性别\n张三,男\n李四,女\n", "省份\n广东省\n浙江省\n", "产品\n变压器\n铝型材\n", "来源,状态\n展会,已成交\n",
	},
	EncWindows1252: {
		"Name,Ort\nMüller,Köln\n", "nom,prénom\nLefèvre,Hélène\n", "a,b\n4,©\n", "Firma\nGroßhändler Süd\n", "café\ncrème brûlée\n",
		"price\n€100\n£20\n", "name\nJosé Muñoz\n", "x\nÅngström\n", "première,seconde\nà la carte,où\n", "Ñandú,España\n",
	},
	EncShiftJIS: {
		"氏名,電話\n安藤ロイド,03-1234\n", "会社名\n株式会社テスト\n", "名前,メモ\n山田太郎,よろしくお願いします\n",
	},
}

func TestShortTextsEncodings(t *testing.T) {
	for name, texts := range shortTexts {
		e, _ := lookupEncoding(name)
		for _, text := range texts {
			b, err := e.enc.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatalf("%s %q: %v", name, text, err)
			}
			if got := guessOf(b); got.name != name {
				t.Errorf("%q in %s: guessed %s (%.2f), others %v", text, name, got.name, got.confidence, got.alternatives)
			}
			if got := guessOf([]byte(text)); got.name != EncUTF8 {
				t.Errorf("%q in UTF-8: guessed %s", text, got.name)
			}
		}
	}
}

func guessOf(b []byte) encodingGuess {
	var s byteSurvey
	s.add(b)
	s.flush()
	return s.guess()
}

func writeFile(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWideEncodings(t *testing.T) {
	const text = "姓名,Phone,備註\n王小明,0912345678,第一行\n李四,02-2345-6789,\n"
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
	}{
		{EncUTF16LE, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{EncUTF16LE, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{EncUTF16BE, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{EncUTF16BE, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{EncUTF32LE, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{EncUTF32LE, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{EncUTF32BE, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{EncUTF8, encoding.Nop},
		{EncUTF8, unicode.UTF8BOM},
	} {
		b, err := c.enc.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		path := writeFile(t, "x.csv", b)
		d, err := Detect(path, Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if d.Encoding != c.name || d.Rows != 2 || d.Columns[0].Header != "姓名" || d.Columns[2].Header != "備註" {
			t.Errorf("%s: %s rows %d columns %+v", c.name, d.Encoding, d.Rows, d.Columns)
		}
	}
}

func TestEncodingIsJudgedOnTheWholeFile(t *testing.T) {
	b := []byte("name,note\n")
	for range 40000 {
		b = append(b, "plain,ascii text here\n"...)
	}
	e, _ := lookupEncoding(EncBig5)
	tail, err := e.enc.NewEncoder().Bytes([]byte("最後一行,地址在台北市\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Detect(writeFile(t, "x.csv", append(b, tail...)), Options{})
	if err != nil || d.Encoding != EncBig5 || d.Rows != 40001 {
		t.Fatalf("%+v %v", d, err)
	}
}

func TestBrokenUTF8IsReported(t *testing.T) {
	b := []byte("姓名,電話,公司,地址\n王小明,1,大發實業有限公司,台北市中山北路二段\n李\xe5\x9b,2,大發實業有限公司,台北市中山北路二段\n")
	path := writeFile(t, "x.csv", b)
	d, err := Detect(path, Options{Encoding: "utf-8"})
	if err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, path, Options{}, d)
	if len(rows) != 2 || rows[1].Problem == nil || rows[1].Problem.Code != ProblemEncoding || !rows[1].Problem.Usable || rows[1].Cells[1].Text != "2" {
		t.Fatalf("%+v", rows)
	}
}

func TestUnknownEncodingIsRefused(t *testing.T) {
	_, err := Detect(writeFile(t, "x.csv", []byte("a,b\n1,2\n")), Options{Encoding: "klingon"})
	if ErrorCode(err) != CodeBadEncoding {
		t.Fatal(err)
	}
	for _, n := range Encodings() {
		if _, ok := lookupEncoding(n); !ok {
			t.Errorf("%s is offered but unknown", n)
		}
	}
}

func TestShortListsOfTheNeighboursAreToldApart(t *testing.T) {
	for want, text := range map[string]string{
		EncEUCKR:    "회사명,전화,주소\n삼성전자 주식회사,02-2255-0114,서울특별시\n현대자동차,02-3464-1114,서울특별시 서초구\n",
		EncGB18030:  "公司名称,电话,备注\n深圳市腾讯计算机系统有限公司,0755-86013388,客户\n",
		EncShiftJIS: "会社名,電話,住所\n株式会社サンプル,03-1234-5678,東京都千代田区\n",
		EncBig5:     "公司名稱,電話\n許功蓋股份有限公司,02-2345-6789\n",
	} {
		e, _ := lookupEncoding(want)
		b, err := e.enc.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := Detect(writeFile(t, "x.csv", b), Options{}); err != nil || d.Encoding != want {
			t.Errorf("%s was taken for %+v %v", want, d, err)
		}
	}
}

func TestTextGarbledBeforeItWasSavedIsTold(t *testing.T) {
	for in, want := range map[string]bool{
		"ç\u0094²å\u0085¬å\u008f¸": true, "å…¬å\ufffd¸": true, "锟斤拷公司": true, "ä¸\u00adæ–‡": true,
		"Café Müller": false, "première": false, "éèà": false, "公司": false, "Señor Núñez": false,
	} {
		if mojibake(in) != want {
			t.Errorf("%q: %v, want %v", in, !want, want)
		}
	}
	d, err := Detect(writeFile(t, "x.csv", []byte("公司,電話\nä¸\u00adæ–‡,1\n")), Options{})
	if err != nil || !warned(d, WarnMojibake) {
		t.Errorf("%+v %v", d, err)
	}
}
