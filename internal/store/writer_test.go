package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// shared runs units so that they surely share one commit: all wait before the
// writer takes the first.
func shared(t *testing.T, w *writer, units []*unit) []error {
	t.Helper()
	answers := make([]error, len(units))
	done := make(chan int, len(units))
	for i, u := range units {
		go func() {
			answers[i] = w.do(u.ctx, u.fn)
			done <- i
		}()
		// One after another, so that the one at fault is neither first nor last.
		for deadline := time.Now().Add(5 * time.Second); w.wanted.Load() != int64(i+1); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("a unit does not come to wait")
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	w.commit(<-w.people)
	for left := len(units); left > 0; {
		select {
		case <-done:
			left--
		case u := <-w.people: // who stood behind the one at fault
			w.commit(u)
		case <-time.After(10 * time.Second):
			t.Fatal("a unit is not answered")
		}
	}
	return answers
}

// still opens a database whose writer only works when told.
func still(t *testing.T) (*writer, *sql.DB) {
	t.Helper()
	path := t.TempDir() + "/x.db"
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{db: db, conn: conn, people: make(chan *unit), bulk: make(chan *unit), stop: make(chan struct{}), stopped: make(chan struct{}), statements: map[string]prepared{}, standing: new(atomic.Int64)}
	if _, err := w.Exec(t.Context(), "CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)"); err != nil {
		t.Fatal(err)
	}
	reader, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close(); _ = conn.Close(); _ = db.Close() })
	return w, reader
}

// Eight share a commit and one of them fails in each way there is: the other
// seven are kept exactly when they are told so, and nothing of the one is.
func TestOneOfEightHarmsNobody(t *testing.T) {
	put := func(n int) func(context.Context, Querier) error {
		return func(ctx context.Context, q Querier) error {
			_, err := q.Exec(ctx, "INSERT INTO t (n, body) VALUES (?, 'x')", int64(n))
			return err
		}
	}
	for name, fault := range map[string]func(w *writer, cancel func()) func(context.Context, Querier) error{
		"refuses": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				return errors.Join(put(100)(ctx, q), errors.New("refused"))
			}
		},
		"is cancelled while it runs": func(_ *writer, cancel func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				cancel()
				if ctx.Err() != nil {
					return errors.New("a client's cancel reached the transaction")
				}
				return errors.Join(put(100)(ctx, q), context.Canceled)
			}
		},
		"violates a constraint": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				if err := put(100)(ctx, q); err != nil {
					return err
				}
				return put(100)(ctx, q)
			}
		},
		"panics": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				_ = put(100)(ctx, q)
				panic("on purpose")
			}
		},
		"ends its goroutine": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				_ = put(100)(ctx, q)
				runtime.Goexit()
				return nil
			}
		},
		"meets a full disk": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				if err := put(100)(ctx, q); err != nil {
					return err
				}
				_, err := q.Exec(ctx, "INSERT INTO t (n, body) VALUES (101, ?)", strings.Repeat("x", 1<<20))
				if err == nil {
					return errors.New("the disk is not full")
				}
				return err
			}
		},
		"loses the transaction for all": func(*writer, func()) func(context.Context, Querier) error {
			return func(ctx context.Context, q Querier) error {
				_ = put(100)(ctx, q)
				_, err := q.Exec(ctx, "ROLLBACK")
				return errors.Join(err, errors.New("lost"))
			}
		},
	} {
		for place := range 8 {
			t.Run(fmt.Sprintf("%s as number %d", name, place), func(t *testing.T) {
				w, reader := still(t)
				if name == "meets a full disk" {
					if _, err := w.Query(t.Context(), "PRAGMA max_page_count = 20"); err != nil {
						t.Fatal(err)
					}
				}
				units := make([]*unit, 8)
				for i := range units {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					units[i] = &unit{ctx: ctx, fn: put(i)}
					if i == place {
						units[i].fn = fault(w, cancel)
					}
				}
				answers := shared(t, w, units)
				for i, err := range answers {
					if i == place {
						if err == nil {
							t.Error("the one at fault is told that it was kept")
						}
					} else if err != nil {
						t.Errorf("number %d is told %v", i, err)
					}
				}
				var kept, strange int
				if err := reader.QueryRowContext(t.Context(), "SELECT count(*) FILTER (WHERE n < 8), count(*) FILTER (WHERE n >= 8) FROM t").Scan(&kept, &strange); err != nil {
					t.Fatal(err)
				}
				if kept != 7 || strange != 0 {
					t.Errorf("%d of seven are kept, and %d of the one at fault", kept, strange)
				}
			})
		}
	}
}

// Whoever went away while a shared commit was lost is not written afterwards.
func TestCancelledUnitIsNotRunAgain(t *testing.T) {
	w, reader := still(t)
	ctx, cancel := context.WithCancel(t.Context())
	ran := 0
	answers := shared(t, w, []*unit{
		{ctx: ctx, fn: func(ctx context.Context, q Querier) error {
			ran++
			_, err := q.Exec(ctx, "INSERT INTO t (n) VALUES (1)")
			return err
		}},
		{ctx: t.Context(), fn: func(ctx context.Context, q Querier) error {
			cancel()
			_, err := q.Exec(ctx, "ROLLBACK")
			return errors.Join(err, errors.New("lost"))
		}},
	})
	if !errors.Is(answers[0], context.Canceled) || ran != 1 {
		t.Errorf("the unit ran %d times and is told %v", ran, answers[0])
	}
	n := 0
	if err := reader.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows are kept, %v", n, err)
	}
}
