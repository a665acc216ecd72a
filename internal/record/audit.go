package record

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// auditTable tells every change: who, when, through what, each field before and
// after. The database itself refuses to change or remove a row, except to erase
// what it says of a person (diff, salt and address).
var auditTable = store.Declare(store.Table{
	Name: "audit",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt}, {Name: "actor_id", Kind: schema.KindInt},
		{Name: "object", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt}, {Name: "version", Kind: schema.KindInt},
		{Name: "action", Kind: schema.KindText}, {Name: "origin", Kind: schema.KindText}, {Name: "diff", Kind: schema.KindText},
		{Name: "salt", Kind: schema.KindBytes}, {Name: "hash", Kind: schema.KindBytes},
		// Where from on the network; empty within the server, and before it was kept.
		{Name: "address", Kind: schema.KindText},
	},
	Key:      []string{"id"},
	Indexes:  []string{"record_id, id"},
	Kept:     true,
	Erasable: []string{"diff", "salt", "address"},
})

// sealTable seals the audit: each row covers the audit up to an id, and with its
// hash the seal before it, so that nothing can be changed, removed or put in
// without breaking the chain.
var sealTable = store.Declare(store.Table{
	Name: "audit_seal",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "through", Kind: schema.KindInt}, {Name: "rows", Kind: schema.KindInt},
		{Name: "hash", Kind: schema.KindBytes}, {Name: "at", Kind: schema.KindInt},
	},
	Key:  []string{"id"},
	Kept: true,
})

const (
	// sealEvery is how often what is due is sealed.
	sealEvery = 30 * time.Second
	// sealAfter is how old an entry must be: younger ones may still be on their way
	// in a transaction that has not ended.
	sealAfter = 10 * time.Minute
	sealMost  = 2000
)

var (
	auditColumns = []string{"id", "at", "actor_id", "object", "record_id", "version", "action", "origin", "diff", "salt", "hash", "address"}
	auditNames   = strings.Join(auditColumns, ", ")
)

// auditRow completes an entry of the audit (its first nine columns) with a salt,
// the hash over all, and where it came from: without the salt, what was erased
// cannot be guessed from the hash that stays.
func auditRow(address string, entry ...any) []any {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	var from any
	if address != "" {
		from = address
	}
	return append(entry, salt, auditHash(salt, entry, from), from)
}

func auditHash(salt []byte, entry []any, address any) []byte {
	if address != nil { // entries from before addresses were kept are hashed without
		entry = append(slices.Clone(entry), address)
	}
	h := sha256.New()
	_, _ = h.Write(salt)
	text, err := json.Marshal(entry)
	if err != nil {
		panic(fmt.Sprintf("an audit entry of numbers and texts: %v", err))
	}
	_, _ = h.Write(text)
	return h.Sum(nil)
}

// decodeDiff reads what an entry says was changed; an erased entry says nothing.
func decodeDiff(diff any, changes any) error {
	text, _ := diff.(string)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), changes)
}

// SealAlways seals the audit until ctx ends, on one node of all.
func (s *Service) SealAlways(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		if err := s.Seal(ctx, time.Now().Add(-sealAfter)); err != nil && ctx.Err() == nil {
			slog.Error("seal the audit", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Seal seals what was written before an instant.
func (s *Service) Seal(ctx context.Context, before time.Time) error {
	_, err := s.DB.Alone(ctx, "seal", func(ctx context.Context) error {
		for {
			more, err := s.sealSome(ctx, before)
			if err != nil || !more {
				return err
			}
		}
	})
	return err
}

func (s *Service) sealSome(ctx context.Context, before time.Time) (more bool, err error) {
	last := seal{}
	rows, err := store.Find(ctx, s.DB, sealTable.Name, "id, through, rows, hash", nil, "ORDER BY id DESC LIMIT 1")
	if err != nil {
		return false, err
	}
	if len(rows) > 0 {
		last = sealOf(rows[0])
	}
	// An entry of a transaction that is still running would be put in later.
	if before, err = s.DB.Settled(ctx, before); err != nil {
		return false, err
	}
	err = s.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
		entries, err := store.Span(ctx, q, auditTable.Name, auditNames, last.through, store.IDOf(before), sealMost)
		if err != nil || len(entries) == 0 {
			more = false
			return err
		}
		more = len(entries) == sealMost
		through, _ := entries[len(entries)-1][0].(int64)
		return store.Insert(ctx, q, sealTable.Name, store.Row{
			"id": last.id + 1, "through": through, "rows": int64(len(entries)), "hash": chain(last.hash, entries), "at": time.Now().UnixMicro(),
		})
	})
	return more, err
}

type seal struct {
	id, through, rows int64
	hash              []byte
}

func sealOf(row []any) seal {
	var s seal
	s.id, _ = row[0].(int64)
	s.through, _ = row[1].(int64)
	s.rows, _ = row[2].(int64)
	s.hash, _ = row[3].([]byte)
	return s
}

// chain is the hash of a seal: over the seal before it and the entries' ids and
// hashes.
func chain(before []byte, entries [][]any) []byte {
	h := sha256.New()
	_, _ = h.Write(before)
	for _, e := range entries {
		hash, _ := e[10].([]byte)
		_, _ = fmt.Fprintf(h, "%d:%x\n", e[0], hash)
	}
	return h.Sum(nil)
}

// verifyAudit walks the chain of seals and each entry.
func (s *Service) verifyAudit(ctx context.Context, tell func(Finding)) error {
	find := func(id int64, format string, args ...any) {
		tell(Finding{"audit", id, "seal", fmt.Sprintf(format, args...)})
	}
	read := func(after, below int64, limit int) ([][]any, error) {
		entries, err := store.Span(ctx, s.DB, auditTable.Name, auditNames, after, below, limit)
		for _, e := range entries {
			salt, _ := e[9].([]byte)
			hash, _ := e[10].([]byte)
			if len(salt) > 0 && !bytes.Equal(hash, auditHash(salt, e[:9], e[11])) {
				id, _ := e[0].(int64)
				find(id, "this entry was changed")
			}
		}
		return entries, err
	}
	last := seal{}
	for {
		rows, err := store.Find(ctx, s.DB, sealTable.Name, "id, through, rows, hash", store.Row{"id": last.id + 1}, "")
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		next := sealOf(rows[0])
		entries, err := read(last.through, next.through+1, sealMost+1)
		if err != nil {
			return err
		}
		switch {
		case int64(len(entries)) != next.rows:
			find(next.id, "seal %d covers %d entries, %d are there", next.id, next.rows, len(entries))
		case !bytes.Equal(next.hash, chain(last.hash, entries)):
			find(next.id, "seal %d does not fit its entries and the seal before it", next.id)
		}
		last = next
	}
	if rows, err := store.Find(ctx, s.DB, sealTable.Name, "count(*)", nil, ""); err != nil {
		return err
	} else if n, _ := rows[0][0].(int64); n != last.id {
		find(last.id+1, "seal %d is missing", last.id+1)
	}
	const everything = 1<<63 - 1
	for after := last.through; ; {
		entries, err := read(after, everything, sealMost)
		if err != nil || len(entries) == 0 {
			return err
		}
		after, _ = entries[len(entries)-1][0].(int64)
	}
}
