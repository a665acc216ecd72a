package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

// customerFile is a list of companies as offices keep one, nine columns; turn
// changes what each row says of its company.
func customerFile(b *testing.B, rows, turn int) []byte {
	b.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	write := func(cells ...string) {
		if err := w.Write(cells); err != nil {
			b.Fatal(err)
		}
	}
	write("公司名稱", "簡稱", "電話", "電子郵件", "地址", "等級", "產業", "網站", "備註")
	first, second := []rune("大同永豐華新遠東聯成台亞宏泰國瑞鴻廣達中光寶元昇"), []string{"電子", "精密", "科技", "貿易", "塑膠", "機械", "生技", "物流"}
	for i := range rows {
		name := string([]rune{first[i%len(first)], first[(i/len(first)+7)%len(first)], first[(i/97+3)%len(first)]}) + second[i%len(second)]
		write(fmt.Sprintf("%s%d股份有限公司", name, i), fmt.Sprintf("%s%d", name, i), fmt.Sprintf("02-%04d-%04d", 2000+i/10000, i%10000), fmt.Sprintf("info%d@example.com", i),
			fmt.Sprintf("台北市大安區忠孝東路四段%d號", 1+i%900), []string{"A", "B", "C", "D"}[(i+turn)%4], second[(i/3)%len(second)], fmt.Sprintf("https://www.example.com/%d", i), fmt.Sprintf("老客戶，每季拜訪一次 %d", turn))
	}
	w.Flush()
	if err := w.Error(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// timed is what n rows took: how many a second, and the processor's time of this
// process for each.
func timed(b *testing.B, name string, n int, do func()) {
	b.Helper()
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	started := time.Now()
	do()
	took := time.Since(started)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(n)/took.Seconds(), name+"-rows/s")
	b.Logf("%-8s %8.0f rows/s  %6.2f s  %6.2f s of processor", name, float64(n)/took.Seconds(), took.Seconds(), float64(cpu)/1e9)
}

// acted runs an action of an import through HTTP and waits for its end.
func (p *person) acted(b *testing.B, id, action, state string) map[string]any {
	b.Helper()
	p.must(202, "POST", "imports/"+id+"/actions/"+action, nil)
	for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if job := p.must(200, "GET", "imports/"+id, nil); job["state"] == state {
			return job
		} else if job["state"] == "failed" {
			b.Fatalf("%s of the import failed: %v", action, job)
		}
	}
	b.Fatalf("%s of the import does not end", action)
	return nil
}

// BenchmarkImport brings a file in as people do, through HTTP: the dry run, the
// run, the same file again with other values (updates by name), and both undone;
// beside it the floor, the bare rows of the same records.
func BenchmarkImport(b *testing.B) {
	n := benchRows()
	onBoth(b, func(b *testing.B, dsn string) {
		for b.Loop() {
			if dsn == "" {
				dsn = "sqlite:" + b.TempDir() + "/ecrm.db"
			}
			w := newWorld(b, dsn)
			admin := w.setUp()
			upload := func(turn int) string {
				status, job := admin.upload("customer", "customers.csv", customerFile(b, n, turn))
				if status != 201 {
					b.Fatalf("upload answered %d %v", status, job)
				}
				id := fmt.Sprint(job["id"])
				admin.must(200, "PATCH", "imports/"+id, map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}})
				return id
			}
			first := upload(0)
			timed(b, "check", n, func() { admin.acted(b, first, "check", "checked") })
			timed(b, "run", n, func() {
				if got := totals(admin.acted(b, first, "run", "done")); got != fmt.Sprint(n, 0, 0, 0) {
					b.Errorf("made, updated, skipped, refused: %s", got)
				}
			})
			w.floor(b, n)
			second := upload(1)
			timed(b, "update", n, func() {
				if got := totals(admin.acted(b, second, "run", "done")); got != fmt.Sprint(0, n, 0, 0) {
					b.Errorf("made, updated, skipped, refused: %s", got)
				}
			})
			timed(b, "unedit", n, func() { admin.acted(b, second, "undo", "undone") })
			timed(b, "undo", n, func() { admin.acted(b, first, "undo", "undone") })
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
		}
	})
}

// floor writes the bare rows of the customers there are into an empty database,
// 500 with each transaction: what no import can be quicker than.
func (w *world) floor(b *testing.B, n int) {
	b.Helper()
	registry := w.app.Records.Current.Load()
	o := registry.Object("customer")
	tables := map[string][][]any{}
	columns := map[string][]string{"match_key": {"kind", "value", "record_id"}, "audit": {"id", "at", "actor_id", "object", "record_id", "version", "action", "origin", "diff", "salt", "hash"}}
	for _, c := range o.Columns() {
		columns[o.Table()] = append(columns[o.Table()], c.Name)
	}
	for _, f := range []string{"phones", "mails"} {
		columns[o.ValueTable(o.Field(f))] = []string{"value", "record_id"}
	}
	var order []string
	for table, names := range columns {
		order = append(order, table)
		if err := w.app.DB.Write(b.Context(), func(ctx context.Context, q store.Querier) error {
			rows, err := q.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+table)
			tables[table] = rows
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	var documents []store.Document
	at := map[string]int{}
	for i, c := range o.Columns() {
		at[c.Name] = i
	}
	for _, row := range tables[o.Table()] {
		v := record.Values{}
		for _, f := range o.Fields {
			if f.Search != "" {
				v[f.Name] = []any{row[at[f.Column()]]}
			}
		}
		id, _ := row[0].(int64)
		documents = append(documents, store.Document{ID: id, Tokens: record.Words(o, v), Fresh: true})
	}
	dsn := "sqlite:" + b.TempDir() + "/floor.db"
	if w.app.DB.Postgres() {
		dsn = dbtest.Postgres(b)
	}
	db, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Sync(b.Context(), registry); err != nil {
		b.Fatal(err)
	}
	timed(b, "floor", n, func() {
		for from := 0; from < n; from += 500 {
			if err := db.Write(b.Context(), func(ctx context.Context, q store.Querier) error {
				for _, table := range order {
					rows := tables[table]
					// The same share of each table's rows.
					some := rows[len(rows)*from/n : len(rows)*min(n, from+500)/n]
					if err := store.InsertMany(ctx, q, table, columns[table], some); err != nil {
						return err
					}
				}
				return store.PutWords(ctx, q, o, documents[from:min(n, from+500)])
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
