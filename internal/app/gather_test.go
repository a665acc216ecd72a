package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

// One of many records made together is refused for a value that another of them
// has; the others are kept with all that belongs to them, and the refusal names
// its field.
func TestRecordOfManyThatIsTakenIsRefusedAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "labels": "Code", "type": "text", "unique": true})
		registry := w.app.Records.Current.Load()
		o, system := registry.Object("customer"), policy.System(registry, "test")
		var refused []string
		err := w.app.Records.Together(store.Bulk(t.Context()), func(ctx context.Context, u *record.Unit) error {
			refused = nil
			for i := range 20 {
				number := 10 + i
				if i == 13 {
					number = 14 // as the fifth
				}
				err := u.Try(ctx, func() error {
					_, err := u.CreateValues(ctx, system, o, record.Values{"name": {fmt.Sprintf("集合公司%d", i)}, "x_code": {fmt.Sprint("123456", number)}, "phones": {`[{"value":"02-2345-6789"}]`}})
					return err
				})
				if errors.Is(err, record.ErrUnsure) {
					return err
				}
				var re *record.Error
				if errors.As(err, &re) && len(re.Fields) == 1 {
					refused = append(refused, fmt.Sprint(i, re.Fields[0].Field))
				} else if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(refused); got != "[13x_code]" && got != "[13 x_code]" {
			t.Errorf("refused: %s", got)
		}
		records, _ := admin.must(200, "GET", "customers?limit=50&q=23456789", nil)["records"].([]any)
		if len(records) != 19 {
			t.Errorf("%d of 19 are found by their phone", len(records))
		}
		if err := w.app.Records.Verify(t.Context(), func(f record.Finding) { t.Error(f) }, func(string, int) {}); err != nil {
			t.Error(err)
		}
	})
}

// What a unit of many learns of duplicates in advance stays true for what it
// writes itself.
func TestMatchesAskedInAdvanceFollowTheUnit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.setUp()
		registry := w.app.Records.Current.Load()
		o, system := registry.Object("customer"), policy.System(registry, "test")
		key := func(name string) []store.MatchKey { return record.MatchKeys(o, record.Values{"name": {name}}) }
		err := w.app.Records.Together(store.Bulk(t.Context()), func(ctx context.Context, u *record.Unit) error {
			count := func(name string, want int) {
				t.Helper()
				found, err := w.app.Records.Matching(ctx, o, key(name))
				if err != nil {
					t.Error(err)
				}
				if got := len(found[key(name)[0]]); got != want {
					t.Errorf("%d records match %s, want %d", got, name, want)
				}
			}
			if err := u.Expect(ctx, o, append(key("大同電子"), key("遠東科技")...)); err != nil {
				return err
			}
			count("大同電子股份有限公司", 0)
			id, err := u.CreateValues(ctx, system, o, record.Values{"name": {"大同電子股份有限公司"}})
			if err != nil {
				return err
			}
			count("大同電子", 1)
			if _, err := u.Write(ctx, system, o, id, nil, record.Values{"name": {"遠東科技"}}, 0); err != nil {
				return err
			}
			count("大同電子", 0)
			count("遠東科技", 1)
			if err := u.Delete(ctx, system, o, id); err != nil {
				return err
			}
			count("遠東科技", 0)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
