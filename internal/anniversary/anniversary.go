// Package anniversary keeps the next celebration of each birthday in step with
// today, and completes birthdays that an older program kept as plain days.
package anniversary

import (
	"context"
	"fmt"

	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// page is how many records are looked at together, and chunk how many are written.
const (
	page  = 2000
	chunk = 100
)

// Service keeps birthdays.
type Service struct {
	Records *record.Service
}

// Renew brings every birthday in step with today and tells how many it changed.
func (s *Service) Renew(ctx context.Context) (changed int64, err error) {
	for _, o := range s.Records.Current.Load().Objects() {
		for _, f := range o.Fields {
			if f.Type != "birthday" {
				continue
			}
			n, err := s.renew(ctx, o, f)
			changed += n
			if err != nil {
				return changed, err
			}
		}
	}
	return changed, nil
}

func (s *Service) renew(ctx context.Context, o *schema.Object, f *schema.Field) (changed int64, err error) {
	pace := s.Records.DB.NewPace(0, 0)
	for after := int64(0); ; {
		pace.Begin()
		found, last, err := s.Records.DB.Anniversaries(ctx, o, f, after, page)
		if err != nil || last == 0 {
			return changed, err
		}
		after = last
		var late []store.Anniversary
		for _, a := range found {
			if columns := record.Celebrate(a.Columns, s.Records.Today()); columns != nil && !record.Same(columns, a.Columns) {
				late = append(late, store.Anniversary{ID: a.ID, Columns: columns})
			}
		}
		for len(late) > 0 {
			some := late[:min(chunk, len(late))]
			late = late[len(some):]
			err := s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
				return store.PutAnniversaries(ctx, q, o, f, some)
			})
			if err != nil {
				return changed, err
			}
			changed += int64(len(some))
		}
		pace.GiveWay(ctx)
	}
}

// Verify tells of birthdays beside which something stands that does not follow from
// them. A celebration that is over is none: it is renewed with the next day a
// server sees, as what an older program kept as plain days is completed.
func (s *Service) Verify(ctx context.Context, tell func(record.Finding)) error {
	for _, o := range s.Records.Current.Load().Objects() {
		for _, f := range o.Fields {
			if f.Type != "birthday" {
				continue
			}
			for after := int64(0); ; {
				found, last, err := s.Records.DB.Anniversaries(ctx, o, f, after, page)
				if err != nil {
					return err
				}
				if last == 0 {
					break
				}
				after = last
				for _, a := range found {
					if should := expected(a.Columns, s.Records.Today()); !record.Same(should, a.Columns) {
						tell(record.Finding{Object: o.Name, ID: a.ID, Rule: "birthday", Detail: fmt.Sprintf("%s %v has %v, kept as %v", f.Name, a.Columns[0], should[1:], a.Columns[1:])})
					}
				}
			}
		}
	}
	return nil
}

// expected is what should stand beside a birthday.
func expected(columns []any, today string) []any {
	next, _ := columns[3].(string)
	if columns[1] == nil && columns[2] == nil && columns[3] == nil {
		return columns // of an older program
	}
	if next != "" && next < today {
		today = next
	}
	if should := record.Celebrate(columns, today); should != nil {
		return should
	}
	return columns // Renew leaves what is no birthday alone
}

// Daily renews the birthdays at the beginning and with each new day until ctx
// ends.
func (s *Service) Daily(ctx context.Context) {
	s.Records.DB.EachDay(ctx, "anniversary", s.Records.Today, func(ctx context.Context) error {
		_, err := s.Renew(ctx)
		return err
	})
}
