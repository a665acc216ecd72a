package tabular

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// peakOf reads a file to its end and tells how many rows it has and how much memory was
// in use at most, in bytes, beyond what was before.
func peakOf(t *testing.T, path string) (rows int, peak uint64) {
	t.Helper()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	look := func() {
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > before {
			peak = max(peak, m.HeapAlloc-before)
		}
	}
	d, err := Detect(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	look()
	r, err := Open(path, Options{}, d)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err = r.Next(); err != nil {
			break
		}
		if rows++; rows%5_000 == 0 {
			look()
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	look()
	return rows, peak
}

// A file of a hundred times the rows takes no more memory to read; with ECRM_LONG one of
// a gigabyte does not either.
func TestReadingMoreRowsTakesNoMoreMemory(t *testing.T) {
	const row = "大同電子%d股份有限公司,大同%d,02-2345-%04d,info%d@example.com,台北市大安區忠孝東路四段 100 號,A,電子,https://www.example.com/%d,\"老客戶,\n每季拜訪一次\"\n"
	text := func(rows int) string {
		path := filepath.Join(t.TempDir(), "rows.csv")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		_, _ = w.WriteString("公司名稱,簡稱,電話,電子郵件,地址,等級,產業,網站,備註\n")
		for i := range rows {
			_, _ = fmt.Fprintf(w, row, i, i, i%10_000, i, i)
		}
		if err := errors.Join(w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	book := func(rows int) string {
		path := filepath.Join(t.TempDir(), "rows.xlsx")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewXLSXWriter(f, "a", []string{"名稱", "電話", "備註"}, XLSXOptions{})
		for i := 0; i < rows && err == nil; i++ {
			err = w.WriteRow([]Cell{TextCell(fmt.Sprintf("大同電子%d股份有限公司", i)), TextCell(fmt.Sprintf("02-2345-%04d", i%10_000)), TextCell("老客戶")})
		}
		if err == nil {
			err = w.Close()
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	many := 200_000
	if os.Getenv("ECRM_LONG") != "" {
		many = 6_000_000 // more than a gigabyte
	}
	for name, c := range map[string]struct {
		file func(rows int) string
		many int
	}{"csv": {text, many}, "xlsx": {book, min(many, 1_000_000)}} {
		t.Run(name, func(t *testing.T) {
			_, few := peakOf(t, c.file(2_000))
			path := c.file(c.many)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			rows, most := peakOf(t, path)
			t.Logf("%d bytes, %d rows: %d kB, of 2,000 rows %d kB", info.Size(), rows, most>>10, few>>10)
			if rows != c.many {
				t.Errorf("%d rows of %d were read", rows, c.many)
			}
			if most > few+32<<20 {
				t.Errorf("%d rows took %d kB, 2,000 took %d", rows, most>>10, few>>10)
			}
		})
	}
}
