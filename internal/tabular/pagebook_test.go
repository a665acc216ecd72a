package tabular

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// texts reads a file and gives its rows as plain texts, the header first.
func texts(t *testing.T, name string, b []byte, opt Options) (*Detected, string) {
	t.Helper()
	path := writeFile(t, name, b)
	d, err := Detect(path, opt)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var lines []string
	var head []string
	for _, c := range d.Columns {
		head = append(head, c.Header)
	}
	lines = append(lines, strings.Join(head, "|"))
	for _, row := range readAll(t, path, opt, d) {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return d, strings.Join(lines, "\n")
}

func TestPageNamedAsWorkbook(t *testing.T) {
	big5, err := traditional("<html><head><meta http-equiv=Content-Type content=\"text/html; charset=big5\"><style>td{x:1}</style><title>報表</title></head><body>\n" +
		"<table><tr><td colspan=3><b>客戶清單</b></table>\n" +
		"<table border=1><caption>客戶</caption><thead><tr><th>公司名稱<th>電話<th>備註</tr></thead>\n" +
		"<tr><td rowspan=2> 甲公司&nbsp;</td><td style='mso-number-format:\"\\@\"'>0912-345-678</td><td>第一行<br>第二行</td></tr>\n" +
		"<tr><td>02-2345-6789<td>A &amp; B <table><tr><td>內</td></tr></table></tr>\n" +
		"<tr><td>丙<!-- x --><script>var a='<td>'</script></td><td></td></tr></table>")
	if err != nil {
		t.Fatal(err)
	}
	d, got := texts(t, "x.xls", big5, Options{})
	if d.Format != FormatHTML || d.Encoding != EncBig5 || d.Sheet != "客戶" || len(d.Sheets) != 3 {
		t.Errorf("%+v", d)
	}
	want := "公司名稱|電話|備註\n甲公司|0912-345-678|第一行\n第二行\n|02-2345-6789|A & B\n丙||"
	if got != want {
		t.Errorf("read\n%s\nwant\n%s", got, want)
	}
}

func TestExcelXMLNamedAsWorkbook(t *testing.T) {
	in := `<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="z"><NumberFormat ss:Format="00000000"/></Style><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="藏"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
<Worksheet ss:Name="客戶"><Table ss:ExpandedColumnCount="4">
 <Row><Cell><Data ss:Type="String">公司名稱</Data></Cell><Cell><Data ss:Type="String">統編</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">比率</Data></Cell></Row>
 <Row ss:Index="3"><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">甲<B>公</B>司</ss:Data><Comment><ss:Data>註</ss:Data></Comment></Cell><Cell ss:StyleID="z"><Data ss:Type="Number">4567</Data></Cell><Cell><Data ss:Type="DateTime">2024-02-29T00:00:00.000</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.125</Data></Cell></Row>
 <Row><Cell ss:Index="3"><Data ss:Type="DateTime">1899-12-31T09:30:00.000</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
</Table></Worksheet></Workbook>`
	d, got := texts(t, "x.xls", []byte(in), Options{})
	want := "公司名稱|統編|日期|比率\n甲公司|00004567|2024-02-29|12.5%\n||09:30|#N/A"
	if got != want || d.Format != FormatXML || d.Sheet != "客戶" || !d.Sheets[0].Hidden {
		t.Errorf("%+v read\n%s\nwant\n%s", d, got, want)
	}
	if _, err := Detect(writeFile(t, "x.xls", []byte(in[:len(in)-200])), Options{}); ErrorCode(err) != CodeTruncated {
		t.Errorf("cut off: %v", err)
	}
}

func odsOf(t *testing.T, content string) []byte {
	return zipOf(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
}

const testODS = `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:calcext="c">
<office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="藏" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="客戶"><table:shapes><table:table-row/></table:shapes><table:table-column table:number-columns-repeated="16384"/>
<table:table-header-rows><table:table-row><table:table-cell office:value-type="string"><text:p>公司名稱</text:p></table:table-cell><table:table-cell><text:p>編號</text:p></table:table-cell><table:table-cell><text:p>日期</text:p></table:table-cell><table:table-cell><text:p>備註</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16380"/></table:table-row></table:table-header-rows>
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><office:annotation><text:p>註解</text:p></office:annotation><text:p>甲<text:span>公</text:span>司<text:s text:c="2"/>X</text:p><text:p>二</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="4567"><text:p>00004567</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-02-29"><text:p>113年2月29日</text:p></table:table-cell><table:covered-table-cell><text:p>隱</text:p></table:covered-table-cell></table:table-row>
<table:table-row><table:table-cell/><table:table-cell office:value-type="currency" office:value="1234.5"><text:p>NT$1,234.50</text:p></table:table-cell><table:table-cell office:value-type="time" office:time-value="PT09H30M00S"><text:p>09:30</text:p></table:table-cell><table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048560"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>`

func TestOpenDocumentSheet(t *testing.T) {
	d, got := texts(t, "x.ods", odsOf(t, testODS), Options{})
	want := "公司名稱|編號|日期|備註\n甲公司  X\n二|00004567|2024-02-29|\n甲公司  X\n二|00004567|2024-02-29|\n|1234.5|09:30|#N/A"
	if got != want || d.Format != FormatODS || d.Sheet != "客戶" || !d.Sheets[0].Hidden {
		t.Errorf("%+v read\n%s\nwant\n%s", d, got, want)
	}
	rows := readAll(t, writeFile(t, "y.ods", odsOf(t, testODS)), Options{}, nil)
	if len(rows) != 3 || rows[0].Number != 4 || rows[2].Number != 6 {
		t.Errorf("rows are numbered %+v", rows)
	}
	locked := zipOf(t, map[string]string{"content.xml": "\x01", "META-INF/manifest.xml": `<m><encryption-data/></m>`})
	if _, err := Detect(writeFile(t, "z.ods", locked), Options{}); ErrorCode(err) != CodeEncrypted {
		t.Errorf("with a password: %v", err)
	}
}

func TestZipOfOneFile(t *testing.T) {
	csv := "公司名稱,電話\n甲,1\n"
	for name, in := range map[string][]byte{
		"table":    zipOf(t, map[string]string{"清單.csv": csv, "__MACOSX/._清單.csv": "x", ".DS_Store": "y"}),
		"workbook": zipOf(t, map[string]string{"清單.ods": string(odsOf(t, testODS))}),
		"gzip":     gzipOf(t, odsOf(t, testODS)),
	} {
		d, _ := texts(t, "x.zip", in, Options{})
		if !d.Compressed || d.Columns[0].Header != "公司名稱" {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func gzipOf(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func traditional(s string) ([]byte, error) {
	e, _ := lookupEncoding(EncBig5)
	return e.enc.NewEncoder().Bytes([]byte(s))
}

func FuzzPage(f *testing.F) {
	f.Add(`<tr><td rowspan=99999999 colspan=99>a<table><tr><td>b</table><tr><td>c<caption>d`)
	f.Add(`</table></td><th><br><p>x</tr></tr><style><td>y`)
	f.Fuzz(func(t *testing.T, s string) { readBytes(t, "x.xls", []byte("<html><table>"+s)) })
}

func FuzzExcelXML(f *testing.F) {
	f.Add(`<Worksheet ss:Name="x"><Table><Row ss:Index="9" ss:Span="3"><Cell ss:Index="4" ss:MergeAcross="2"><Data ss:Type="Number">1</Data></Cell></Row></Table>`)
	f.Add(`<Visible>SheetHidden</Visible><Row><Cell><Comment><Data>x</Data></Comment></Cell></Row><Worksheet>`)
	f.Fuzz(func(t *testing.T, s string) {
		readBytes(t, "x.xls", []byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`+s))
	})
}

func FuzzOpenDocument(f *testing.F) {
	f.Add(`<table name="x"><table-row number-rows-repeated="9"><table-cell number-columns-repeated="3"><p>a</p></table-cell></table-row></table>`)
	f.Add(`<table-row><table><shapes><annotation></shapes><table-row><covered-table-cell value-type="time" time-value="PT1H"/>`)
	f.Fuzz(func(t *testing.T, s string) { readBytes(t, "x.ods", odsOf(t, s)) })
}
