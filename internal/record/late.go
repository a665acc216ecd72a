package record

import (
	"cmp"
	"context"
	"slices"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// late is what a unit writes at its end, many rows with one statement: what
// nobody reads before. Whoever reads the audit within a unit flushes first.
type late struct {
	audit [][]any
	// stays are stages that were left (see Change.left).
	stays [][]any
	// sent is what the outbox tells of the unit.
	sent      []Event
	documents []document
	// derived are rows of value tables and match keys (see Fill).
	derived store.Gathered
	numbering
}

// document is what the search knows of a record.
type document struct {
	object *schema.Object
	id     int64
	tokens []string
	fresh  bool
}

type lateLength struct{ audit, stays, sent, documents int }

func (l *late) length() lateLength {
	return lateLength{len(l.audit), len(l.stays), len(l.sent), len(l.documents)}
}

func (l *late) cut(n lateLength) {
	l.audit, l.stays, l.sent, l.documents = l.audit[:n.audit], l.stays[:n.stays], l.sent[:n.sent], l.documents[:n.documents]
}

// Settle writes what waits for the end of the unit now, so that it is known how long it
// takes.
func (u *Unit) Settle(ctx context.Context) error { return u.flush(ctx) }

// flush writes what waits.
func (u *Unit) flush(ctx context.Context) error {
	if err := u.tx.settle(ctx); err != nil {
		return err
	}
	l := u.late
	u.late = late{numbering: l.numbering}
	if err := u.putNumbers(ctx); err != nil {
		return err
	}
	l.derived.Sort()
	if err := l.derived.Write(ctx, u.tx); err != nil {
		return err
	}
	if len(l.audit) > 0 {
		if err := store.InsertMany(ctx, u.tx, auditTable.Name, auditColumns, l.audit); err != nil {
			return err
		}
	}
	if err := store.InsertMany(ctx, u.tx, stays.Name, stayColumns, l.stays); err != nil {
		return err
	}
	if err := u.send(ctx, l.sent); err != nil {
		return err
	}
	if err := u.putDocuments(ctx, l.documents); err != nil {
		return err
	}
	return u.tx.settle(ctx)
}

// putDocuments writes the newest document of each record, object by object.
func (u *Unit) putDocuments(ctx context.Context, documents []document) error {
	type key struct {
		object string
		id     int64
	}
	last := make(map[key]int, len(documents))
	fresh := map[key]bool{}
	for i, d := range documents {
		k := key{d.object.Name, d.id}
		last[k] = i
		if d.fresh {
			fresh[k] = true
		}
	}
	byObject := map[*schema.Object][]store.Document{}
	var order []*schema.Object
	for i, d := range documents {
		k := key{d.object.Name, d.id}
		if last[k] != i {
			continue
		}
		if !slices.Contains(order, d.object) {
			order = append(order, d.object)
		}
		byObject[d.object] = append(byObject[d.object], store.Document{ID: d.id, Tokens: d.tokens, Fresh: fresh[k]})
	}
	for _, o := range order {
		// The full text index of SQLite begins anew at each smaller id.
		slices.SortFunc(byObject[o], func(a, b store.Document) int { return cmp.Compare(a.ID, b.ID) })
		if err := store.PutWords(ctx, u.tx, o, byObject[o]); err != nil {
			return err
		}
	}
	return nil
}
