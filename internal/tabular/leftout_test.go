package tabular

import (
	"slices"
	"strings"
	"testing"
)

func TestRowsThatAreNoData(t *testing.T) {
	head := "公司名稱,統一編號,電話,金額\n"
	rows := "甲公司,12345675,02-2345-6789,100\n乙公司,22099131,,200\n"
	for name, c := range map[string]struct {
		in   string
		rows int
		warn string
	}{
		"total":                        {head + rows + "\n合計,,,300\n", 2, WarnTotals},
		"total and what follows":       {head + rows + ",,總計：,\"NT$ 300\"\n製表人：王小明,,,\n共 2 筆,,,\n", 2, WarnFootRows},
		"subtotals":                    {head + rows + "小計,,,300\n" + rows + "小計,,,300\n", 4, WarnTotals},
		"english total at the foot":    {head + rows + "Grand Total,,,300\n", 2, WarnTotals},
		"a firm called Total":          {head + "Total,12345675,,100\n" + rows, 3, ""},
		"a firm called 合計, with phone": {head + rows + "合計,,02-2345-6789,1\n", 3, ""},
		"header in the middle":         {head + rows + "\n" + head + rows, 4, WarnRepeatedHeader},
		"remark within the data":       {head + "※ 重點客戶,,,\n" + rows, 3, ""},
		"one column":                   {"名稱\n甲\n合計\n", 2, ""},
	} {
		path := writeFile(t, "x.csv", []byte(c.in))
		d, err := Detect(path, Options{Header: HeaderRow(1)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readAll(t, path, Options{}, d); len(got) != c.rows || d.Rows != c.rows {
			t.Errorf("%s: %d rows, %d detected, want %d", name, len(got), d.Rows, c.rows)
		}
		if c.warn != "" && !warned(d, c.warn) || c.warn == "" && d.LeftOut != nil {
			t.Errorf("%s: warnings %+v, left out %v", name, d.Warnings, d.LeftOut)
		}
	}
}

func TestHeaderOfTwoLinesNamesGroups(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"merged cells":    {"公司,聯絡人,,金額,\n,姓名,電話,未稅,含稅\n甲,王一,0912345678,100,105\n乙,李二,0912345679,200,210\n丙,陳三,,1,2\n", "公司|聯絡人姓名|聯絡人電話|金額未稅|金額含稅"},
		"english":         {"Company,Contact,,Amount\n,Name,Phone,\nA,B,1,2\nC,D,3,4\nE,F,5,6\n", "Company|Contact Name|Contact Phone|Amount"},
		"title of parts":  {"基本資料,,,交易,\n公司名稱,統一編號,電話,金額,建立日期\n甲,1,2,3,2024/1/2\n乙,1,2,3,2024/1/2\n", "公司名稱|統一編號|電話|金額|建立日期"},
		"data with holes": {"公司名稱,電話,,備註\n甲公司,,2,\n乙公司,1,2,x\n丙公司,1,2,y\n", "公司名稱|電話|C|備註"},
	} {
		d, err := Detect(writeFile(t, "x.csv", []byte(c.in)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, col := range d.Columns {
			got = append(got, col.Header)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestNumbersInPlacesOfTheirFormat(t *testing.T) {
	for _, c := range []struct {
		code, raw, want string
	}{
		{"0000-000-000", "912345678", "0912-345-678"},
		{`"0"000000000`, "912345678", "0912345678"},
		{"[<=9999999]###-####;(0#) ####-####", "223456789", "(02) 2345-6789"},
		{"[<=9999999]###-####;(0#) ####-####", "3456789", "345-6789"},
		{"000-00-000", "1234567890", "12345-67-890"},
		{"#,##0", "1234567", "1234567"},
		{"#,##0_);(#,##0)", "1234567", "1234567"},
		{`0_ `, "12", "12"},
		{`# ##0`, "1234", "1234"},
		{`"第"0"期"`, "5", "5"},
		{"0000-000-000", "-5.5", "-5.5"},
		{"yyyy-mm-dd", "45292", "2024-01-01"},
	} {
		if got := numberCell(c.raw, parseFormat(c.code), false); got.Text != c.want {
			t.Errorf("%s of %s is %q, want %q", c.code, c.raw, got.Text, c.want)
		}
	}
}

func TestScientificNumbersAreTold(t *testing.T) {
	d, err := Detect(writeFile(t, "x.csv", []byte("公司名稱,電話\n甲,8.86912E+11\n乙,0912345678\n丙,1E5x\n")), Options{})
	if err != nil || !slices.ContainsFunc(d.Warnings, func(w Warning) bool { return w.Code == WarnScientific && w.Params["count"] == "1" }) {
		t.Errorf("%+v %v", d, err)
	}
}
