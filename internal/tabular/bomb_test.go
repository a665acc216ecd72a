package tabular

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// packed is a deflated part that may claim to be of another size than it is.
func packed(t *testing.T, name string, claimed uint64, parts map[string]string, write func(w io.Writer)) []byte {
	t.Helper()
	var file, body bytes.Buffer
	deflate, err := flate.NewWriter(&body, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	sum, size := crc32.NewIEEE(), counter(0)
	write(io.MultiWriter(deflate, sum, &size))
	if err := deflate.Close(); err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&file)
	for part, content := range parts {
		w, err := z.Create(part)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if claimed == 0 {
		claimed = uint64(size)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(body.Len()), UncompressedSize64: claimed})
	if err == nil {
		_, err = w.Write(body.Bytes())
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

type counter uint64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// over writes a text over and over, megabytes in all.
func over(w io.Writer, text string, megabytes int) {
	block := []byte(strings.Repeat(text, 1<<20/len(text)+1))
	for range megabytes {
		_, _ = w.Write(block)
	}
}

// What unpacks to far more than it is takes neither memory nor time: it is refused in
// so many words, or read for what it holds.
func TestBombsAreRefusedOrReadQuickly(t *testing.T) {
	book := map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="x" sheetId="1"/></sheets></workbook>`}
	sheet := func(rows string) []byte {
		return packed(t, "xl/worksheets/sheet1.xml", 0, book, func(w io.Writer) {
			_, _ = io.WriteString(w, `<worksheet><sheetData>`+rows+`</sheetData></worksheet>`)
		})
	}
	ods := func(rows string) []byte {
		return packed(t, "content.xml", 0, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, func(w io.Writer) {
			_, _ = io.WriteString(w, `<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="x">`+rows+`</table:table></office:spreadsheet></office:body></office:document-content>`)
		})
	}
	var zipped bytes.Buffer
	gz, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	over(gz, "a,b,c\n", 400)
	_ = gz.Close()
	odsCell := `<table:table-cell office:value-type="string"%s><text:p>x</text:p></table:table-cell>`
	inner := packed(t, "a.csv", 0, nil, func(w io.Writer) { over(w, "a,b\n", 300) })
	strange := map[string][]byte{
		"sheet.xlsx":   packed(t, "xl/worksheets/sheet1.xml", 0, book, func(w io.Writer) { over(w, "<row></row>", 300) }),
		"lying.xlsx":   packed(t, "xl/worksheets/sheet1.xml", 1000, book, func(w io.Writer) { over(w, "<row><c><v>1</v></c></row>", 300) }),
		"strings.xlsx": packed(t, "xl/sharedStrings.xml", 0, map[string]string{"xl/workbook.xml": book["xl/workbook.xml"], "xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`}, func(w io.Writer) { _, _ = io.WriteString(w, "<sst><si><t>"); over(w, "xxxxxxxx", 300) }),
		"far.xlsx":     sheet(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`),
		"wide.xlsx":    sheet(`<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>`),
		"merged.xlsx":  sheet(`<row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>`),
		"entity.xlsx":  sheet(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><row r="1"><c r="A1" t="str"><v>&c;</v></c></row>`),
		"columns.ods":  ods(`<table:table-row>` + fmt.Sprintf(odsCell, ` table:number-columns-repeated="16384"`) + `</table:table-row>`),
		"rows.ods":     ods(`<table:table-row table:number-rows-repeated="1048576">` + fmt.Sprintf(odsCell, ` table:number-columns-repeated="500"`) + `</table:table-row>`),
		"more.ods":     ods(`<table:table-row table:number-rows-repeated="2000000000">` + fmt.Sprintf(odsCell, ` table:number-columns-repeated="2000000000"`) + `</table:table-row>`),
		"spaces.ods":   ods(`<table:table-row><table:table-cell office:value-type="string"><text:p><text:s text:c="2000000000"/>x</text:p></table:table-cell></table:table-row>`),
		"content.ods":  packed(t, "content.xml", 0, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, func(w io.Writer) { over(w, "<a></a>", 300) }),
		"one.zip":      inner,
		"lying.zip":    packed(t, "a.csv", 1000, nil, func(w io.Writer) { over(w, "a,b\n", 300) }),
		"nested.zip":   packed(t, "b.zip", 0, nil, func(w io.Writer) { _, _ = w.Write(inner) }),
		"one.csv.gz":   zipped.Bytes(),
		"many.zip":     zipOf(t, manyParts(20_000)),
		"many.xlsx":    zipOf(t, manyParts(20_000)),
	}
	for name, file := range strange {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, name, file)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			peak := make(chan uint64)
			stop := make(chan bool)
			go func() {
				var most uint64
				for {
					select {
					case <-stop:
						peak <- most
						return
					case <-time.After(20 * time.Millisecond):
						runtime.ReadMemStats(&after)
						most = max(most, after.HeapAlloc)
					}
				}
			}()
			began := time.Now()
			d, err := Detect(path, Options{})
			rows := 0
			if err == nil {
				var r *Reader
				if r, err = Open(path, Options{}, d); err == nil {
					for err == nil {
						if _, err = r.Next(); err == nil {
							rows++
						}
					}
					_ = r.Close()
				}
			}
			took := time.Since(began)
			close(stop)
			grown := int64(<-peak) - int64(before.HeapAlloc)
			if err != nil && !errors.Is(err, io.EOF) && ErrorCode(err) == "" {
				t.Errorf("the error has no code: %v", err)
			}
			if want := map[string]string{"sheet.xlsx": CodeTooLarge, "strings.xlsx": CodeTooLarge, "content.ods": CodeTooLarge, "one.zip": CodeTooLarge, "one.csv.gz": CodeTooLarge, "wide.xlsx": CodeTooManyColumns, "columns.ods": CodeTooManyColumns, "many.zip": CodeManyFiles}[name]; want != "" && ErrorCode(err) != want {
				t.Errorf("it ended with %v, not %s", err, want)
			}
			t.Logf("%d bytes: %d rows, %q, %v, %d MB", len(file), rows, ErrorCode(err), took.Round(time.Millisecond), grown>>20)
			if took > 20*time.Second || grown > 100<<20 {
				t.Errorf("it took %v and %d MB", took, grown>>20)
			}
		})
	}
}

func manyParts(n int) map[string]string {
	parts := map[string]string{}
	for i := range n {
		parts[fmt.Sprintf("p%d.csv", i)] = "a\n"
	}
	return parts
}
