package record

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Moment is one entry of a timeline: a change of the record, a comment on it, or a
// record of another object that belongs to it.
type Moment struct {
	// At is when it happened, in microseconds.
	At      int64
	Change  *Entry
	Comment *Comment
	// Object, ID and Record (its JSON) are those of the other object's record.
	Object *schema.Object
	ID     int64
	Record json.RawMessage
	// Owner and Name are those of the person it belongs to; Name is empty where the
	// asker sees neither.
	Owner int64
	Name  string
	// Mentions are those whom its long texts name.
	Mentions []Mention
}

// The kinds of moments that are no records of other objects.
const (
	KindChange  = "change"
	KindComment = "comment"
)

// TimelineRequest asks for a page of a timeline.
type TimelineRequest struct {
	// Kind is KindChange, KindComment or the name of an object; "" for all.
	Kind   string
	Cursor string
	Limit  int
}

// strand is one kind of entry of a timeline, newest first, as far as it was read.
type strand struct {
	kind string
	// columns are read from a table of the engine's, by id.
	table, columns string
	// of is the record whose they are; 0: the one whose timeline it is.
	of int64
	// sel reads records of another object; fields are those told of them.
	sel    *store.Select
	fields []*schema.Field
	// since is where in a row the instant stands; below 0: the id tells it.
	since int
	// state and after say where the page begins.
	state int64
	after []any
	rows  [][]any
}

// Where a strand goes on.
const (
	atStart int64 = iota
	behindKeys
	atEnd
)

// keys are what a row stands by in its strand.
func (s *strand) keys(row []any) []any {
	if s.sel == nil {
		return row[:1]
	}
	return row[len(row)-len(s.sel.Query.Sort):]
}

// width is how many keys a row has.
func (s *strand) width() int {
	if s.sel == nil {
		return 1
	}
	return len(s.sel.Query.Sort)
}

// at is the instant of a row, in microseconds.
func (s *strand) at(row []any) int64 {
	if s.since < 0 {
		id, _ := row[0].(int64)
		return store.TimeOf(id).UnixMicro()
	}
	at, _ := row[s.since].(int64)
	return at
}

// Timeline reads what happened to a record and what belongs to it, newest first and
// page by page to the very end: each kind of entry goes on behind the last that was
// told of it, so none is told twice or left out, whatever is added meanwhile. It
// answers the cursor of the next page, "" at the end.
func (s *Service) Timeline(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, r TimelineRequest) ([]Moment, string, error) {
	if _, _, err := s.look(ctx, s.within(ctx), a, o, id, policy.View, false); err != nil {
		return nil, "", err
	}
	strands, err := s.strands(ctx, a, o, id, r)
	if err != nil {
		return nil, "", err
	}
	mark := timelineMark(a, o, id, r.Kind, strands)
	if err := place(strands, r.Cursor, mark); err != nil {
		return nil, "", err
	}
	if err := s.readStrands(ctx, id, strands, r.Limit+1); err != nil {
		return nil, "", err
	}
	// order holds, of each entry told, which strand it is of.
	order, left := merge(strands, r.Limit)
	next := ""
	if left {
		var keys []any
		for _, one := range strands {
			keys = append(append(keys, one.state), padded(one.after, one.width())...)
		}
		next = writeCursor(mark, keys)
	}
	told, err := s.told(ctx, a, o, strands)
	if err != nil {
		return nil, "", err
	}
	list := make([]Moment, 0, len(order))
	for _, one := range order {
		list = append(list, told[one][0])
		told[one] = told[one][1:]
	}
	return list, next, nil
}

// strands are the kinds of entry that the actor may see of a record.
func (s *Service) strands(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, r TimelineRequest) (all []*strand, err error) {
	for _, one := range []*strand{
		{kind: KindChange, table: auditTable.Name, columns: changeColumns, since: 1},
		{kind: KindComment, table: comments.Name, columns: commentColumns, since: 1},
	} {
		if r.Kind == "" || r.Kind == one.kind {
			all = append(all, one)
		}
	}
	if r.Kind == "" || r.Kind == KindChange {
		losers, err := s.losersOf(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, loser := range losers[:min(len(losers), MaxMerged)] {
			all = append(all, &strand{kind: KindChange, table: auditTable.Name, columns: changeColumns, of: loser, since: 1})
		}
	}
	known := map[string]bool{}
	for _, related := range o.Related {
		target := a.Registry.Object(related.Object)
		if target == nil || !target.Happens() || !a.May(target, policy.View) || r.Kind != "" && r.Kind != target.Name || known[target.Name] {
			continue
		}
		link := target.Field(related.Field)
		if link == nil || !a.Readable(target, link) {
			continue
		}
		known[target.Name] = true
		one, err := s.strand(ctx, a, target, query.Is(related.Field, id))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if all == nil && a.Registry.Object(r.Kind) == nil {
		return nil, invalid("kind", "not_an_option", "value", schema.Shorten(r.Kind))
	}
	return all, nil
}

// strand is that of an object's records: by when they happened, or were made, and
// where the actor may read neither, by their ids.
func (s *Service) strand(ctx context.Context, a *policy.Actor, o *schema.Object, link *query.Node) (*strand, error) {
	fields, err := selection(a, o, nil)
	if err != nil {
		return nil, err
	}
	by := "id"
	for _, f := range []*schema.Field{o.When(), o.Field("created_at")} {
		if f != nil && a.Readable(o, f) {
			by = f.Name
			break
		}
	}
	one := &strand{kind: o.Name, fields: fields, since: -1}
	sel := store.Select{Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Along: link, Columns: []string{"id", "version"},
		Query: query.Query{Object: o, Filter: link}}
	if sel.Query.Sort, err = s.sort(ctx, a, o, "-"+by, "", false); err != nil {
		return nil, err
	}
	for _, f := range fields {
		for _, c := range f.Columns() {
			if f.Name == by {
				one.since = len(sel.Columns)
			}
			sel.Columns = append(sel.Columns, c.Name)
		}
	}
	for _, k := range sel.Query.Sort {
		column, _, _ := store.SortColumn(o, k)
		sel.Columns = append(sel.Columns, column)
	}
	one.sel = &sel
	return one, nil
}

// timelineMark binds a cursor to the asker, the record and how its entries stand.
func timelineMark(a *policy.Actor, o *schema.Object, id int64, kind string, strands []*strand) []byte {
	text := fmt.Appendf(nil, "timeline %d %s %d %q", a.ID, o.Name, id, kind)
	for _, one := range strands {
		text = fmt.Appendf(text, " %s %d", one.kind, one.width())
		if one.sel != nil {
			text = fmt.Appendf(text, " %s", one.sel.Query.Sort[0].Field)
		}
	}
	h := sha256.Sum256(text)
	return h[:8]
}

// place puts the strands where a cursor says.
func place(strands []*strand, cursor string, mark []byte) error {
	if cursor == "" {
		return nil
	}
	n := 0
	for _, one := range strands {
		n += 1 + one.width()
	}
	keys, err := readCursor(cursor, mark, n)
	if err != nil {
		return err
	}
	for _, one := range strands {
		var ok bool
		if one.state, ok = keys[0].(int64); !ok || one.state < atStart || one.state > atEnd {
			return errCursor
		}
		if one.state == behindKeys {
			one.after = slices.Clone(keys[1 : 1+one.width()])
			if _, ok := one.after[len(one.after)-1].(int64); !ok {
				return errCursor
			}
		}
		keys = keys[1+one.width():]
	}
	return nil
}

func padded(keys []any, n int) []any { return append(slices.Clone(keys), make([]any, n-len(keys))...) }

// readStrands reads up to limit rows of each strand that has not ended.
func (s *Service) readStrands(ctx context.Context, id int64, strands []*strand, limit int) error {
	var pages []store.Select
	var others []store.Asked
	var to, from []*strand
	for _, one := range strands {
		switch {
		case one.state == atEnd:
		case one.sel == nil:
			of := cmp.Or(one.of, id)
			asked := store.Newest(one.table, one.columns, "record_id", of, limit)
			if one.state == behindKeys {
				asked = store.NewestBefore(one.table, one.columns, "record_id", of, one.after[0], limit)
			}
			others, from = append(others, asked), append(from, one)
		default:
			sel := *one.sel
			sel.Query.Limit, sel.Query.After = limit, one.after
			pages, to = append(pages, sel), append(to, one)
		}
	}
	found, asked, err := store.RowsOf(ctx, s.within(ctx), pages, others...)
	if err != nil {
		return err
	}
	for i, one := range to {
		one.rows = found[i]
	}
	for i, one := range from {
		one.rows = asked[i]
	}
	return nil
}

// merge takes the newest entries of all strands and leaves each with those that are
// told, and standing behind them. It answers of which strand each is, and whether
// there is more.
func merge(strands []*strand, limit int) (order []int, left bool) {
	taken := make([]int, len(strands))
	for len(order) < limit {
		newest, best := -1, int64(0)
		for i, one := range strands {
			if taken[i] == len(one.rows) {
				continue
			}
			if at := one.at(one.rows[taken[i]]); newest < 0 || at > best {
				newest, best = i, at
			}
		}
		if newest < 0 {
			break
		}
		order = append(order, newest)
		taken[newest]++
	}
	for i, one := range strands {
		switch n := taken[i]; {
		case n < len(one.rows):
			left = true
			if n > 0 {
				one.after = one.keys(one.rows[n-1])
			} else {
				// At the first there is now: what comes to stand before it belongs to pages
				// that were read.
				one.after = slices.Clone(one.keys(one.rows[0]))
				id, _ := one.after[len(one.after)-1].(int64)
				one.after[len(one.after)-1] = id + 1
			}
			one.state = behindKeys
		default: // all there was, fewer than asked for
			one.state, one.after = atEnd, nil
		}
		one.rows = one.rows[:taken[i]]
	}
	return order, left
}

// told makes the moments of each strand's rows.
func (s *Service) told(ctx context.Context, a *policy.Actor, o *schema.Object, strands []*strand) ([][]Moment, error) {
	all := make([][]Moment, len(strands))
	for i, one := range strands {
		if len(one.rows) == 0 {
			continue
		}
		var err error
		switch one.kind {
		case KindChange:
			all[i], err = s.changes(ctx, a, o, one.rows)
		case KindComment:
			all[i], err = s.spoken(ctx, a, one.rows)
		default:
			all[i], err = s.happened(ctx, a, one)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Service) changes(ctx context.Context, a *policy.Actor, o *schema.Object, rows [][]any) ([]Moment, error) {
	entries, err := s.entries(ctx, a, o, rows)
	list := make([]Moment, len(entries))
	for i := range entries {
		list[i] = Moment{At: entries[i].At, Change: &entries[i]}
	}
	return list, err
}

func (s *Service) spoken(ctx context.Context, a *policy.Actor, rows [][]any) ([]Moment, error) {
	said, err := s.commentsOf(ctx, a, rows)
	list := make([]Moment, len(said))
	for i := range said {
		list[i] = Moment{At: said[i].At, Comment: &said[i]}
	}
	return list, err
}

// said are the long texts of a row.
func said(fields []*schema.Field, row []any) string {
	var all []string
	at := 2
	for _, f := range fields {
		if text, ok := row[at].(string); ok && f.Type == "longtext" {
			all = append(all, text)
		}
		at += len(f.Columns())
	}
	return strings.Join(all, "\n")
}

// happened tells of records of another object.
func (s *Service) happened(ctx context.Context, a *policy.Actor, one *strand) ([]Moment, error) {
	q := s.within(ctx)
	object := one.sel.Query.Object
	labels := make([]int64, 0, len(one.rows))
	owners := make([]int64, len(one.rows))
	at := 2
	for _, f := range one.fields {
		if f.Name == "owner" {
			for i, row := range one.rows {
				if owners[i], _ = row[at].(int64); owners[i] != 0 {
					labels = append(labels, owners[i])
				}
			}
		}
		at += len(f.Columns())
	}
	names, err := s.labels(ctx, q, a, "user", labels, true)
	if err != nil {
		return nil, err
	}
	records, err := s.eachRecord(ctx, q, a, one.fields, one.rows)
	if err != nil {
		return nil, err
	}
	list := make([]Moment, len(one.rows))
	for i, row := range one.rows {
		list[i] = Moment{At: one.at(row), Object: object, Record: records[i]}
		if list[i].Mentions, err = s.mentions(ctx, q, said(one.fields, row)); err != nil {
			return nil, err
		}
		list[i].ID, _ = row[0].(int64)
		if name, seen := names[owners[i]]; seen {
			list[i].Owner, list[i].Name = owners[i], name
		}
	}
	return list, nil
}
