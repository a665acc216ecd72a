package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"sort"
	"testing"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

func TestZZMillion(t *testing.T) {
	dsn := os.Getenv("MILLION")
	if dsn == "" {
		t.Skip()
	}
	config := Config{Data: dsn}
	if len(dsn) > 8 && dsn[:8] == "postgres" {
		config = Config{Database: dsn, Data: t.TempDir()}
	}
	ctx := context.Background()
	a, err := Open(ctx, config, Modules())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	w := &world{t: t, app: a, server: httptest.NewServer(a.Handler("test", nil, false))}
	defer w.server.Close()
	people := map[string]*person{}
	rows, _ := a.DB.Query(ctx, "SELECT count(*) FROM r_customer")
	n, _ := rows[0][0].(int64)
	if n == 0 {
		admin, ps, _ := w.company()
		_ = admin
		people = ps
		build(t, a, people)
	} else {
		for _, l := range []string{"seller", "stranger", "manager", "boss"} {
			people[l] = w.signIn(l)
		}
	}
	for _, login := range []string{"boss", "seller", "stranger", "manager"} {
		p := people[login]
		for _, path := range []string{
			"customers?count=none", "customers?", "customers?count=none&filter=" + url.QueryEscape(`level = "A" AND status = "active"`) + "&sort=-updated_at",
			"customers?count=none&sort=name", "customers?count=none&q=" + url.QueryEscape("電子"), "customers?q=" + url.QueryEscape("電子"),
			"customers?count=none&sort=-created_at&q=" + url.QueryEscape("電子"),
			"customers?count=none&q=" + url.QueryEscape("罕見"), "customers?count=none&q=" + url.QueryEscape("大同電子有限"), "customers?count=none&q=datong", "customers?count=none&q=dtdz",
			"search?q=" + url.QueryEscape("電子"), "search?q=" + url.QueryEscape("罕見"), "search?q=" + url.QueryEscape("6688"),
			"activities?count=none", "activities?", "activities?count=none&q=" + url.QueryEscape("電話"),
		} {
			var times []float64
			nrec := 0
			for i := range 12 {
				at := time.Now()
				answer := p.must(200, "GET", path, nil)
				if i > 1 {
					times = append(times, float64(time.Since(at).Microseconds())/1000)
				}
				l, _ := answer["records"].([]any)
				nrec = len(l)
				if at.Add(time.Second).Before(time.Now()) {
					break
				}
			}
			sort.Float64s(times)
			m := -1.0
			if len(times) > 0 {
				m = times[len(times)/2]
			}
			u, _ := url.QueryUnescape(path)
			fmt.Printf("%-9s %7.2f ms %3d  %s\n", login, m, nrec, u)
		}
	}
}

func build(t *testing.T, a *App, people map[string]*person) {
	ctx := store.Bulk(context.Background())
	registry := a.Records.Current.Load()
	customer, activity := registry.Object("customer"), registry.Object("activity")
	r := rand.New(rand.NewPCG(1, 2))
	base := time.Now().Add(-700 * 24 * time.Hour).UnixMicro()
	pid := func(l string) int64 { n, _ := schema.ParseID(people[l].id); return n }
	dept := map[string]int64{}
	rows, _ := a.DB.Query(ctx, "SELECT name, id FROM r_department")
	for _, x := range rows {
		dept[x[0].(string)] = x[1].(int64)
	}
	N := 1_000_000
	id := a.Records.IDs.Next() - int64(4*N)*1000
	started := time.Now()
	for i := 0; i < N; {
		err := a.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
			for k := 0; k < 2000 && i < N; k++ {
				id += 1000
				var owner, d int64
				switch {
				case i%20_000 == 3:
					owner, d = pid("stranger"), dept["south"] // 50
				case i%200 == 5:
					owner, d = pid("seller"), dept["north"] // 5000
				case i%20 == 6:
					owner, d = pid("colleague"), dept["north"] // 50000
				default:
					owner, d = 1000+int64(i%200), 2000+int64(i%20)
				}
				name := fmt.Sprintf("%s%s%s有限公司%d", []string{"大同", "遠東", "永豐", "中興", "光華", "新光"}[r.IntN(6)], []string{"精密", "國際", "工業", "生技", "光學"}[r.IntN(5)], []string{"電子", "科技", "貿易"}[r.IntN(3)], i)
				if i%5000 == 7 {
					name = fmt.Sprintf("罕見工坊%d", i)
				}
				v := record.Values{"name": {name}, "number": {fmt.Sprintf("C%06d", i)}, "owner": {owner}, "department": {d}, "phones": {fmt.Sprintf(`[{"label":"","value":"02-%04d-%04d","primary":true}]`, r.IntN(9000)+1000, r.IntN(10000))}}
				created := base + int64(i)*60_000_000
				row := store.Row{"id": id, "version": int64(1), "name": name, "number": v["number"][0], "owner_id": owner, "department_id": d, "created_at": created, "updated_at": created + r.Int64N(1e12),
					"level": []string{"A", "B", "C", "D"}[r.IntN(4)], "status": []string{"potential", "active", "dormant", "lost"}[r.IntN(4)], "phones": v["phones"][0]}
				if err := store.Insert(ctx, q, "r_customer", row); err != nil {
					return err
				}
				tokens := append(record.Words(customer, v), store.ScopeTokens(customer, func(c string) any { return row[c] }, false)...)
				if err := store.PutWords(ctx, q, customer, id, tokens, true); err != nil {
					return err
				}
				for j := range 2 {
					av := record.Values{"subject": {fmt.Sprintf("電話%d", i)}}
					arow := store.Row{"id": id + int64(j) + 1, "version": int64(1), "subject": av["subject"][0], "customer_id": id, "kind": "call", "owner_id": 1000 + int64(r.IntN(200)), "department_id": 2000 + int64(i%20),
						"created_at": created + int64(j)*1000, "updated_at": created, "customer_owner_id": owner, "customer_department_id": d}
					if err := store.Insert(ctx, q, "r_activity", arow); err != nil {
						return err
					}
					if err := store.PutWords(ctx, q, activity, id+int64(j)+1, append(record.Words(activity, av), store.ScopeTokens(activity, func(c string) any { return arow[c] }, false)...), true); err != nil {
						return err
					}
				}
				i++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%100_000 == 0 {
			fmt.Println(i, time.Since(started))
		}
	}
	for i := range 5 {
		_, err := a.DB.Exec(ctx, "INSERT INTO share (object, record_id, token, can_write) SELECT 'customer', id, ?, ? FROM r_customer WHERE number = ?", "u"+people["stranger"].id, false, fmt.Sprintf("C%06d", 777+i*100_000))
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = policy.View
}
