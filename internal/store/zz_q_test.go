package store

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestZZQ(t *testing.T) {
	if os.Getenv("Q") == "" {
		t.Skip()
	}
	b, _ := os.ReadFile(os.Getenv("Q"))
	db, err := Open(context.Background(), os.Getenv("QDB"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range strings.Split(string(b), ";\n") {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		var best time.Duration = time.Hour
		n := 0
		var out any
		for range 5 {
			at := time.Now()
			var rows [][]any
			var err error
			if db.pool != nil {
				rows, err = pgQuery(context.Background(), db.pool, s, nil)
			} else {
				rows, err = db.reads.query(context.Background(), s, nil)
			}
			if err != nil {
				fmt.Println("ERR", err, s)
				break
			}
			best = min(best, time.Since(at))
			n = len(rows)
			if n > 0 && n < 12 {
				out = rows
			}
			if best > time.Second {
				break
			}
		}
		fmt.Printf("%8.2f ms %5d rows  %s %v\n", float64(best.Microseconds())/1000, n, s, out)
	}
}
