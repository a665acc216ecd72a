package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/traditionalchinese"
)

// makeCSV writes n rows of a customer list.
func makeCSV(t testing.TB, n int, header bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "big.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewCSVWriter(f, CSVOptions{Headers: []string{"編號", "公司名稱", "電話", "地址", "備註", "金額", "日期", "Email"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		note := "普通客戶"
		if i%7 == 0 {
			note = "他說 \"再看看\", 下週\n再打"
		}
		if err := w.WriteRow([]Cell{TextCell(fmt.Sprintf("C%07d", i)), TextCell("大發實業股份有限公司"), TextCell("+886-2-2345-6789"),
			TextCell("台北市信義區忠孝東路五段100號12樓"), TextCell(note), {Text: fmt.Sprint(i * 37), Kind: KindNumber}, TextCell("2026-01-05"), TextCell("someone@example.com")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// makeXLSX writes n rows as a workbook.
func makeXLSX(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "big.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewXLSXWriter(f, "客戶", []string{"編號", "公司名稱", "電話", "金額", "備註"}, XLSXOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.WriteRow([]Cell{TextCell(fmt.Sprintf("C%07d", i)), TextCell("大發實業股份有限公司"), TextCell("0223456789"),
			{Text: fmt.Sprint(i * 37), Kind: KindNumber}, TextCell("備註 <" + strings.Repeat("長", i%20) + ">")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// drain reads every row and reports how many there were and the most memory in
// use after a collection on the way.
func drain(t testing.TB, path string, every int) (rows int, heap uint64) {
	t.Helper()
	d, err := Detect(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{}, d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Problem != nil {
			t.Fatalf("row %d: %+v", row.Number, row.Problem)
		}
		rows++
		if every > 0 && rows%every == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapAlloc)
		}
	}
	if rows != d.Rows {
		t.Fatalf("read %d rows, detected %d", rows, d.Rows)
	}
	return rows, heap
}

func TestMemoryIsFlat(t *testing.T) {
	for _, c := range []struct {
		name         string
		small, large func() string
		want         int
	}{
		{"csv", func() string { return makeCSV(t, 3000, true) }, func() string { return makeCSV(t, 300000, true) }, 300000},
		{"xlsx", func() string { return makeXLSX(t, 3000) }, func() string { return makeXLSX(t, 100000) }, 100000},
	} {
		_, before := drain(t, c.small(), 1000)
		n, after := drain(t, c.large(), 20000)
		if n != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, n, c.want)
		}
		t.Logf("%s: heap %d kB with few rows, %d kB with %d", c.name, before>>10, after>>10, n)
		if after > before+4<<20 {
			t.Errorf("%s: memory grew from %d to %d bytes", c.name, before, after)
		}
	}
}

func BenchmarkCSVScan(b *testing.B) {
	data, err := os.ReadFile(makeCSV(b, 100000, true))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s := newCSVScanner(bytes.NewReader(data), ',', false)
		for s.next() == nil {
		}
	}
}

func benchFile(b *testing.B, path string) {
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	d, err := Detect(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("detect", func(b *testing.B) {
		b.SetBytes(st.Size())
		for b.Loop() {
			if _, err := Detect(path, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(st.Size())
		b.ReportAllocs()
		for b.Loop() {
			r, err := Open(path, Options{}, d)
			if err != nil {
				b.Fatal(err)
			}
			for {
				if _, err := r.Next(); err != nil {
					break
				}
			}
			_ = r.Close()
		}
	})
}

func BenchmarkCSV(b *testing.B)  { benchFile(b, makeCSV(b, 100000, true)) }
func BenchmarkXLSX(b *testing.B) { benchFile(b, makeXLSX(b, 50000)) }

func BenchmarkBig5(b *testing.B) {
	data, err := os.ReadFile(makeCSV(b, 100000, true))
	if err != nil {
		b.Fatal(err)
	}
	enc, err := traditionalchinese.Big5.NewEncoder().Bytes(data)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "big5.csv")
	if err := os.WriteFile(path, enc, 0o600); err != nil {
		b.Fatal(err)
	}
	benchFile(b, path)
}

func BenchmarkWriteXLSX(b *testing.B) {
	row := []Cell{TextCell("C0000001"), TextCell("大發實業股份有限公司"), TextCell("0223456789"), {Text: "1234", Kind: KindNumber}}
	w, err := NewXLSXWriter(io.Discard, "x", []string{"a", "b", "c", "d"}, XLSXOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := w.WriteRow(row); err != nil {
			b.Fatal(err)
		}
	}
}
