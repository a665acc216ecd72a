package app

import (
	"context"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"ecrm/internal/bulk"
	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
)

// benchRows is how many customers the benchmarks of jobs work on.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("ECRM_BENCH_ROWS")); err == nil {
		return n
	}
	return 10_000
}

// bench opens a company with customers in one person's hands.
func bench(b *testing.B, dsn string) (*App, *policy.Actor, *schema.Object) {
	b.Helper()
	c := Config{Database: dsn, Data: b.TempDir()}
	a, err := Open(b.Context(), c, Modules())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.Close)
	registry := a.Records.Current.Load()
	system, o := policy.System(registry, "bench"), registry.Object("customer")
	n := benchRows()
	for i := 0; i < n; {
		if err := a.Records.Together(b.Context(), func(ctx context.Context, u *record.Unit) error {
			for range 500 {
				if _, err := u.Create(ctx, system, o, record.Input{
					"name": "客戶股份有限公司" + strconv.Itoa(i), "short_name": "客戶" + strconv.Itoa(i), "phones": []any{"02-2345-" + strconv.Itoa(1000+i%9000)},
					"mails": []any{"info" + strconv.Itoa(i) + "@example.com"}, "level": "A", "note": "老客戶，每季拜訪一次", "tags": []any{"vip", "north"},
					"address": map[string]any{"city": "台北市", "district": "大安區", "street": "忠孝東路四段 " + strconv.Itoa(i) + " 號"},
				}); err != nil {
					return err
				}
				i++
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	return a, system, o
}

func onBoth(b *testing.B, run func(b *testing.B, dsn string)) {
	b.Run("sqlite", func(b *testing.B) { run(b, "") })
	b.Run("postgres", func(b *testing.B) { run(b, dbtest.Postgres(b)) })
}

func BenchmarkExport(b *testing.B) {
	onBoth(b, func(b *testing.B, dsn string) {
		a, actor, o := bench(b, dsn)
		for _, format := range []string{"csv", "xlsx"} {
			b.Run(format, func(b *testing.B) {
				started, rows := time.Now(), int64(0)
				for b.Loop() {
					result, err := a.Exports.Write(b.Context(), actor, o, transfer.ExportRequest{Format: format}, io.Discard, transfer.Watch{})
					if err != nil {
						b.Fatal(err)
					}
					rows += result.Rows
				}
				b.ReportMetric(float64(rows)/time.Since(started).Seconds(), "rows/s")
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapInuse)/(1<<20), "MB")
			})
		}
	})
}

func BenchmarkBulk(b *testing.B) {
	onBoth(b, func(b *testing.B, dsn string) {
		a, actor, o := bench(b, dsn)
		if err := a.Jobs.Work(b.Context()); err != nil {
			b.Fatal(err)
		}
		turn := 0
		for b.Loop() {
			turn++
			started := time.Now()
			job, err := a.Bulk.Begin(b.Context(), actor, o, bulk.Edit, bulk.Selection{List: &record.ListRequest{}}, []byte(`{"fields":{"industry":"turn `+strconv.Itoa(turn)+`"}}`))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(started).Milliseconds()), "ms/begin")
			for !job.Ended() {
				time.Sleep(20 * time.Millisecond)
				if job, err = a.Jobs.Get(b.Context(), actor, job.ID); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(job.Total)/time.Since(started).Seconds(), "rows/s")
		}
	})
}
