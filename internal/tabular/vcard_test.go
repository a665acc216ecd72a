package tabular

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// cardRows reads cards and gives each as a map of column to cell.
func cardRows(t testing.TB, b []byte) ([]map[string]Cell, *Detected) {
	t.Helper()
	path := writeFile(t, "x.vcf", b)
	d, err := Detect(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]Cell
	for _, row := range readAll(t, path, Options{}, d) {
		m := map[string]Cell{}
		for i, c := range row.Cells {
			if c.Kind != KindEmpty {
				m[d.Columns[i].Header] = c
			}
		}
		out = append(out, m)
	}
	return out, d
}

func TestCards(t *testing.T) {
	jpeg := base64.StdEncoding.EncodeToString([]byte("\xFF\xD8\xFF\xE0 a picture of somebody"))
	for _, c := range []struct {
		name, in string
		want     map[string]string
	}{
		{"quoted-printable with soft breaks", "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=\n=B0=8F=E6=98=8E\nNOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0A=\nb\nTEL:1\nEND:VCARD\n",
			map[string]string{"n.family": "王", "n.given": "小明", "fn": "王小明", "note": "a\r\nb", "tel": "1"}},
		{"quoted-printable in Big5", "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=BIG5;ENCODING=QUOTED-PRINTABLE:=A4=FD;=A4p=A9=FA\nEND:VCARD\n",
			map[string]string{"fn": "王小明"}},
		{"folding", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nNOTE:one \n two\\, three\\nfour\nEND:VCARD\n", map[string]string{"note": "one two, three\nfour"}},
		{"labels of groups", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nitem1.TEL:123\nitem1.X-ABLabel:總機\nitem2.URL:http\\://x.y\nitem2.X-ABLabel:_$!<HomePage>!$_\nTEL;TYPE=WORK,FAX:456\nTEL;PREF;CELL:789\nEND:VCARD\n",
			map[string]string{"tel": "789; 123; 456", "url": "http://x.y"}},
		{"no version, blanks, few parts", "BEGIN:VCARD \nN:Ando\nEND:VCARD.\n", map[string]string{"n.family": "Ando", "fn": "Ando"}},
		{"address in Chinese", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nADR;TYPE=WORK:;;中山北路二段1號;中山區;台北市;104;台灣\nEND:VCARD\n",
			map[string]string{"adr": "104 台灣台北市中山區中山北路二段1號", "adr.street": "中山北路二段1號", "adr.zip": "104"}},
		{"escapes in 2.1", "BEGIN:VCARD\nVERSION:2.1\nN:A\\;B;C\nFN:A;B\\x\nEND:VCARD\n", map[string]string{"n.family": "A;B", "fn": "A;B\\x"}},
		{"photo", "BEGIN:VCARD\nVERSION:2.1\nFN:A\nPHOTO;JPEG;ENCODING=BASE64:" + jpeg[:20] + "\n " + jpeg[20:] + "\n\nTEL:1\nEND:VCARD\n", map[string]string{"photo": "data:image/jpeg;base64," + jpeg, "tel": "1"}},
		{"photo without folding or end", "BEGIN:VCARD\nVERSION:2.1\nPHOTO;ENCODING=BASE64;JPEG:\n" + jpeg[:20] + "\n" + jpeg[20:] + "\nFN:A\nEND:VCARD\n", map[string]string{"photo": "data:image/jpeg;base64," + jpeg, "fn": "A"}},
		{"version 4", "BEGIN:VCARD\nVERSION:4.0\nFN:A\nTEL;VALUE=uri;TYPE=\"work,cell\":tel:+886-2-1;ext=5\nEMAIL:mailto:a@b.c\nBDAY:--0412\nEND:VCARD\n",
			map[string]string{"tel": "+886-2-1 x5", "email": "a@b.c", "bday": "--0412"}},
		{"birthday without year", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12\nEND:VCARD\n", map[string]string{"bday": "--04-12"}},
		{"other properties", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nX-LINE-ID:abc\nCATEGORIES:甲,乙\nORG:大發;業務部;北區\nEND:VCARD\n",
			map[string]string{"x-line-id": "abc", "categories": "甲; 乙", "org": "大發", "org.unit": "業務部 / 北區"}},
		{"broken line", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nNOTE:one\ntwo without a colon\nEND:VCARD\n", map[string]string{"note": "one\ntwo without a colon"}},
	} {
		rows, _ := cardRows(t, []byte(c.in))
		if len(rows) != 1 {
			t.Errorf("%s: %d cards", c.name, len(rows))
			continue
		}
		for k, want := range c.want {
			if got := rows[0][k].Text; got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, k, got, want)
			}
		}
	}
}

func TestCardLabels(t *testing.T) {
	rows, d := cardRows(t, []byte("BEGIN:VCARD\nVERSION:3.0\nFN:A\nitem1.TEL:123\nitem1.X-ABLabel:總機\nTEL;TYPE=WORK,FAX:456\nTEL;TYPE=CELL,PREF:789\nTEL:000\nEND:VCARD\n"))
	tel := rows[0]["tel"]
	if !slices.Equal(tel.Values, []string{"789", "123", "456", "000"}) || !slices.Equal(tel.Labels, []string{"cell", "總機", "work fax", ""}) {
		t.Errorf("%q %q", tel.Values, tel.Labels)
	}
	if i := slices.IndexFunc(d.Columns, func(c Column) bool { return c.Header == "tel" }); i < 0 || !d.Columns[i].Multi {
		t.Errorf("%+v", d.Columns)
	}
}

func TestNestedCards(t *testing.T) {
	rows, _ := cardRows(t, []byte("BEGIN:VCARD\nFN:outer\nBEGIN:VCARD\nFN:inner\nEND:VCARD\nTEL:1\nEND:VCARD\n"))
	if len(rows) != 2 || rows[0]["fn"].Text != "inner" || rows[1]["fn"].Text != "outer" || rows[1]["tel"].Text != "1" {
		t.Errorf("%+v", rows)
	}
	rows, _ = cardRows(t, []byte("BEGIN:VCARD\nFN:boss\nAGENT:\nBEGIN:VCARD\nFN:agent\nEND:VCARD\nTEL:1\nEND:VCARD\n"))
	if len(rows) != 1 || rows[0]["fn"].Text != "boss" || rows[0]["tel"].Text != "1" {
		t.Errorf("%+v", rows)
	}
}

func TestDamagedCards(t *testing.T) {
	path := writeFile(t, "x.vcf", []byte("BEGIN:VCARD\nFN:A\nPHOTO;ENCODING=BASE64:qg:==\n\nEND:VCARD\nBEGIN:VCARD\nFN:B\n"))
	d, err := Detect(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, path, Options{}, d)
	if len(rows) != 2 || rows[0].Problem == nil || rows[0].Problem.Code != ProblemPhotoDropped || rows[1].Problem == nil || rows[1].Problem.Code != ProblemBadCard || !warned(d, WarnPhotoDropped) {
		t.Errorf("%+v %+v", rows, d.Warnings)
	}
}

func TestCardsInOtherEncodings(t *testing.T) {
	for _, c := range []struct {
		want string
		in   string
		enc  interface{ Bytes([]byte) ([]byte, error) }
	}{
		{"安藤ロイド", "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS:安藤ロイド;;;;\r\nEND:VCARD\r\n", japanese.ShiftJIS.NewEncoder()},
		{"許功蓋", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:許功蓋\r\nADR:;;台北市許功路;;;;\r\nEND:VCARD\r\n", traditionalchinese.Big5.NewEncoder()},
		{"王小明", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:王小明\r\nEND:VCARD\r\n", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()},
	} {
		b, err := c.enc.Bytes([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		rows, d := cardRows(t, b)
		if len(rows) != 1 || rows[0]["fn"].Text != c.want {
			t.Errorf("%s: %+v in %s", c.want, rows, d.Encoding)
		}
	}
}

func TestWriteVCard(t *testing.T) {
	card := Card{Family: "王", Given: "小明;x", Prefix: "Dr.", Nickname: "小王", Org: "大發, 實業", OrgUnits: []string{"業務部"}, Title: "經理",
		Phones:    []Labelled{{"work fax", "+886-2-1"}, {"總機", "+886-2-2"}, {"", "0912"}},
		Emails:    []Labelled{{"work", "a@b.c"}},
		URLs:      []Labelled{{"", "https://example.com/?a=1;b,2"}},
		Addresses: []Address{{Label: "home", Street: "中山路 1 號", Locality: "中山區", Region: "台北市", PostalCode: "104", Country: "台灣"}},
		Birthday:  "--04-12", Note: "第一行\n第二行, 很長" + strings.Repeat("很長", 60), Categories: []string{"VIP", "甲,乙"},
		Photo: []byte("\xFF\xD8\xFF\xE0 picture"), UID: "u-1", Extra: []Labelled{{"LINE ID", "abc\\n"}}}
	for _, version := range []string{"", "4.0"} {
		card.Version = version
		var b bytes.Buffer
		if err := WriteVCard(&b, card); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
			if len(line) > 75 {
				t.Errorf("line of %d bytes: %s", len(line), line)
			}
		}
		rows, _ := cardRows(t, b.Bytes())
		if len(rows) != 1 {
			t.Fatalf("%d cards in %s", len(rows), b.String())
		}
		r := rows[0]
		for k, want := range map[string]string{"fn": "王小明;x", "n.family": "王", "n.given": "小明;x", "n.prefix": "Dr.", "org": "大發, 實業", "org.unit": "業務部", "title": "經理",
			"tel": "+886-2-1; +886-2-2; 0912", "email": "a@b.c", "url": "https://example.com/?a=1;b,2", "adr.street": "中山路 1 號", "adr.region": "台北市", "note": card.Note,
			"uid": "u-1", "x-line-id": "abc\\n", "nickname": "小王"} {
			if got := r[k].Text; got != want {
				t.Errorf("version %q: %s is %q, want %q", version, k, got, want)
			}
		}
		if strings.ReplaceAll(r["bday"].Text[2:], "-", "") != "0412" || !slices.Equal(r["categories"].Values, card.Categories) || !slices.Equal(r["tel"].Labels, []string{"work fax", "總機", ""}) ||
			r["photo"].Text != "data:image/jpeg;base64,"+base64.StdEncoding.EncodeToString(card.Photo) {
			t.Errorf("version %q: %+v", version, r)
		}
	}
}
