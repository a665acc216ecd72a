package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// ListRequest asks for one page of records.
type ListRequest struct {
	// Filter is in either spelling; More is added to it (a related list).
	Filter  string
	More    *query.Node
	Q       string
	Sort    string
	Cursor  string
	Fields  []string
	Limit   int
	Count   query.Count
	Deleted bool
}

// MaxPage is the most records one page holds.
const MaxPage = 500

// words turns what was typed into search words of the classes the actor may
// read in full. False: what was typed can match nothing.
func words(a *policy.Actor, o *schema.Object, typed string) ([][][]query.Word, bool) {
	classes := map[byte]normal.Kind{}
	hidden := map[byte]bool{}
	searched := make([]*schema.Field, 0, 8)
	for _, f := range o.Fields {
		if f.Search != "" {
			searched = append(searched, f)
		}
		for _, sub := range f.Searched() {
			searched = append(searched, sub)
			if !a.Readable(o, f) {
				hidden[searchClass(sub)] = true
			}
		}
	}
	for _, f := range searched {
		kind := normal.KindText
		switch {
		case f.Type == "phones":
			kind = normal.KindPhone
		case f.Type == "mails":
			kind = normal.KindMail
		case f.Search == "n":
			kind = normal.KindName
		case f.Search == "i":
			kind = normal.KindCode
		}
		class := searchClass(f)
		classes[class] = kind
		if o.Field(f.Name) == f && !a.Readable(o, f) {
			hidden[class] = true
		}
	}
	var all [][][]query.Word
	for _, alternatives := range normal.Words(normal.QueryTerms(typed)) {
		var some [][]query.Word
		for _, terms := range alternatives {
			var parts []query.Word
			for _, t := range terms {
				w := query.Word{}
				for class, kind := range classes {
					if !hidden[class] && t.Within(kind) {
						if token := string(class) + t.Token; t.Begins(kind) {
							w.Begun = append(w.Begun, token)
						} else {
							w.Tokens = append(w.Tokens, token)
						}
						for _, also := range t.Also {
							if kind == normal.KindName {
								w.Tokens = append(w.Tokens, string(class)+also)
							}
						}
					}
				}
				if w.Tokens == nil && w.Begun == nil {
					parts = nil
					break
				}
				parts = append(parts, w)
			}
			if parts != nil {
				some = append(some, parts)
			}
		}
		if some == nil {
			return nil, false
		}
		all = append(all, some)
	}
	return all, len(all) > 0
}

// searchClass is the letter the field's tokens begin with: phones and mails
// have their own, so that each kind of query term meets its kind of token.
func searchClass(f *schema.Field) byte {
	switch f.Type {
	case "phones":
		return 'p'
	case "mails":
		return 'm'
	}
	return f.Search[0]
}

// selection resolves the fields asked for; none means all that may be read.
func selection(a *policy.Actor, o *schema.Object, names []string) ([]*schema.Field, error) {
	var fields []*schema.Field
	if len(names) == 0 {
		for _, f := range o.Fields {
			if f.Name != "deleted_at" && a.Readable(o, f) {
				fields = append(fields, f)
			}
		}
		return fields, nil
	}
	seen := map[string]bool{"id": true, "version": true}
	for _, name := range names {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
		f := o.Field(name)
		switch {
		case seen[name]:
		case f == nil || !a.Readable(o, f):
			return nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: name}
		default:
			seen[name] = true
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// request builds the Select of a list, without columns.
func (s *Service) request(a *policy.Actor, o *schema.Object, r ListRequest) (store.Select, bool, error) {
	sel := store.Select{Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Tokens: tokensOf(o)}
	filter, err := query.Parse(r.Filter)
	if err != nil {
		return sel, false, err
	}
	sel.Query = query.Query{Object: o, Filter: query.AllOf(r.More, filter), Deleted: r.Deleted, Limit: r.Limit}
	possible := true
	if strings.TrimSpace(r.Q) != "" {
		sel.Query.Words, possible = words(a, o, r.Q)
		sel.May = mayHold(sel.Query.Words)
	}
	return sel, possible, nil
}

// List answers a page as JSON: records, next, count.
func (s *Service) List(ctx context.Context, a *policy.Actor, o *schema.Object, r ListRequest) ([]byte, error) {
	if !a.May(o, policy.View) {
		return nil, fail("forbidden")
	}
	sel, possible, err := s.request(a, o, r)
	if err != nil {
		return nil, err
	}
	fields, err := selection(a, o, r.Fields)
	if err != nil {
		return nil, err
	}
	if sel.Query.Sort, err = s.sort(ctx, a, o, r.Sort, schema.OrderIn(a.Language), len(sel.Query.Words) > 0); err != nil {
		return nil, err
	}
	mark := s.mark(a, o, r, sel.Query.Sort)
	if r.Cursor != "" {
		// Pages follow the order of the first one.
		for _, order := range orders(a) {
			if sel.Query.Sort, err = s.sort(ctx, a, o, r.Sort, order, len(sel.Query.Words) > 0); err != nil {
				return nil, err
			}
			mark = s.mark(a, o, r, sel.Query.Sort)
			if sel.Query.After, err = readCursor(r.Cursor, mark, len(sel.Query.Sort)); err == nil {
				break
			}
		}
		if err != nil {
			return nil, err
		}
	}
	sel.Query.Limit++
	sel.Columns = []string{"id", "version"}
	for _, f := range fields {
		for _, c := range f.Columns() {
			sel.Columns = append(sel.Columns, c.Name)
		}
	}
	for _, k := range sel.Query.Sort {
		column, _, _ := store.SortColumn(o, k)
		sel.Columns = append(sel.Columns, column)
	}
	var rows [][]any
	if possible {
		if rows, err = sel.Rows(ctx, s.DB); err != nil {
			return nil, err
		}
	}
	next := ""
	if len(rows) > r.Limit {
		rows = rows[:r.Limit]
		last := rows[len(rows)-1]
		next = writeCursor(mark, last[len(last)-len(sel.Query.Sort):])
	}
	out := append(make([]byte, 0, 512*len(rows)+128), `{"records":[`...)
	if out, err = s.appendRecords(ctx, s.DB, a, out, fields, rows); err != nil {
		return nil, err
	}
	out = append(out, `],"next":`...)
	if next == "" {
		out = append(out, "null"...)
	} else {
		out = schema.AppendString(out, next)
	}
	if r.Count != query.CountNone {
		value, relation := int64(len(rows)), "eq"
		if possible && (next != "" || r.Cursor != "") {
			value, err = sel.Count(ctx, s.DB, r.Count == query.CountExact)
			switch {
			case errors.Is(err, store.ErrTooExpensive):
				value, relation = 0, "unknown"
			case err != nil:
				return nil, err
			case value > store.CountCap && r.Count != query.CountExact:
				value, relation = store.CountCap, "gte"
			}
		}
		out = fmt.Appendf(out, `,"count":{"value":%d,"relation":%q}`, value, relation)
	}
	return append(out, '}'), nil
}

// appendRecords writes rows of [id, version, field columns…] as JSON objects,
// the labels of what they refer to read with one statement an object.
func (s *Service) appendRecords(ctx context.Context, q store.Querier, a *policy.Actor, out []byte, fields []*schema.Field, rows [][]any) ([]byte, error) {
	lines, err := s.linesIn(ctx, q, fields, rows)
	if err != nil {
		return nil, err
	}
	labels, err := s.labelsOf(ctx, q, a, fields, rows, lines)
	if err != nil {
		return nil, err
	}
	each := func(row []any, fn func(f *schema.Field, columns []any)) {
		at := 2
		for _, f := range fields {
			n := len(f.Columns())
			fn(f, row[at:at+n])
			at += n
		}
	}
	for i, row := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		id, _ := row[0].(int64)
		version, _ := row[1].(int64)
		out = append(out, `{"id":"`...)
		out = strconv.AppendInt(out, id, 10)
		out = append(out, `","version":`...)
		out = strconv.AppendInt(out, version, 10)
		each(row, func(f *schema.Field, columns []any) {
			out = append(out, ',', '"')
			out = append(out, f.Name...)
			out = append(out, '"', ':')
			if f.Lines() != nil {
				out = append(out, '[')
				for i, l := range lines[f][id] {
					if i > 0 {
						out = append(out, ',')
					}
					out = schema.AppendLine(out, f, l, func(dst []byte, sub *schema.Field, columns []any) []byte {
						t, ref := Reference(sub, columns)
						return appendReference(dst, t, ref, labels[t])
					})
				}
				out = append(out, ']')
				return
			}
			if many := f.Many(); many != "" {
				stored, _ := columns[0].(string)
				out = append(out, '[')
				for i, id := range schema.IDs(stored) {
					if i > 0 {
						out = append(out, ',')
					}
					out = appendReference(out, many, id, labels[many])
				}
				out = append(out, ']')
				return
			}
			t, ref := Reference(f, columns)
			if t == "" || ref == 0 {
				if shown, ok := f.Kind().(schema.Shown); ok {
					out = shown.AppendShown(out, f, columns)
					return
				}
				out = f.Kind().AppendJSON(out, f, columns)
				return
			}
			out = appendReference(out, t, ref, labels[t])
		})
		out = append(out, '}')
	}
	return out, nil
}

// appendReference writes a reference with its label, or that it is hidden.
func appendReference(out []byte, object string, id int64, labels map[int64]string) []byte {
	label, visible := labels[id]
	if !visible {
		out = append(out, `{"object":`...)
		out = schema.AppendString(out, object)
		return append(out, `,"hidden":true}`...)
	}
	out = append(out, `{"id":"`...)
	out = strconv.AppendInt(out, id, 10)
	out = append(out, `","object":`...)
	out = schema.AppendString(out, object)
	out = append(out, `,"label":`...)
	out = schema.AppendString(out, label)
	return append(out, '}')
}

func (s *Service) labels(ctx context.Context, q store.Querier, a *policy.Actor, object string, ids []int64, deleted bool) (map[int64]string, error) {
	o := a.Registry.Object(object)
	if o == nil || len(ids) == 0 {
		return nil, nil
	}
	if o.IsLink() {
		return s.linkLabels(ctx, q, a, o, ids, deleted)
	}
	// A unit's own writes are not in the directory.
	if _, committed := q.(*store.DB); committed && deleted && listed(a, o) {
		return s.directory.named(ctx, q, a, o, ids)
	}
	return store.Labels(ctx, q, a.Registry, a, o, a.Filter(o, policy.View), ids, deleted)
}

// Names reads the titles of records by id; those the actor may not see are left
// out.
func (s *Service) Names(ctx context.Context, a *policy.Actor, object string, ids []int64) (map[int64]string, error) {
	return s.labels(ctx, s.DB, a, object, ids, true)
}

// Titles reads the titles of records by id as Names does, without those in the
// recycle bin.
func (s *Service) Titles(ctx context.Context, a *policy.Actor, object string, ids []int64) (map[int64]string, error) {
	return s.labels(ctx, s.DB, a, object, ids, false)
}

// mark binds a cursor to the asker, filter and sort, and to the columns that are
// sorted by.
func (s *Service) mark(a *policy.Actor, o *schema.Object, r ListRequest, sort []query.Key) []byte {
	var columns []string
	for _, k := range sort {
		column, _, _ := store.SortColumn(o, k)
		if k.Named != nil {
			column += " named " + k.Order
		}
		columns = append(columns, column)
	}
	more, err := json.Marshal(r.More)
	if err != nil {
		more = nil // it came out of JSON or is an id: this cannot be
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%d %s %q %q %q %s %v %q", a.ID, o.Name, r.Filter, r.Q, r.Sort, more, r.Deleted, columns))
	return h[:8]
}

func writeCursor(mark []byte, keys []any) string {
	b := append([]byte{}, mark...)
	for _, k := range keys {
		switch v := k.(type) {
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case bool:
			b = append(b, 'b', map[bool]byte{true: 1}[v])
		case string:
			b = binary.BigEndian.AppendUint32(append(b, 's'), uint32(len(v)))
			b = append(b, v...)
		case []byte:
			b = binary.BigEndian.AppendUint32(append(b, 'x'), uint32(len(v)))
			b = append(b, v...)
		default:
			b = append(b, 'n')
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

var errCursor = &query.Problem{Code: "bad_cursor", Pos: -1}

func readCursor(text string, mark []byte, n int) ([]any, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < len(mark) || !bytes.Equal(b[:len(mark)], mark) {
		return nil, errCursor
	}
	b = b[len(mark):]
	var keys []any
	for len(b) > 0 {
		kind := b[0]
		b = b[1:]
		switch {
		case kind == 'i' && len(b) >= 8:
			keys = append(keys, int64(binary.BigEndian.Uint64(b)))
			b = b[8:]
		case kind == 'b' && len(b) >= 1:
			keys = append(keys, b[0] == 1)
			b = b[1:]
		case (kind == 's' || kind == 'x') && len(b) >= 4 && uint64(len(b)-4) >= uint64(binary.BigEndian.Uint32(b)):
			size := binary.BigEndian.Uint32(b)
			if kind == 's' {
				keys = append(keys, string(b[4:4+size]))
			} else {
				keys = append(keys, bytes.Clone(b[4:4+size]))
			}
			b = b[4+size:]
		case kind == 'n':
			keys = append(keys, nil)
		default:
			return nil, errCursor
		}
	}
	if len(keys) != n {
		return nil, errCursor
	}
	return keys, nil
}

// Get answers one record as JSON with what the actor may do to it, and its
// version.
func (s *Service) Get(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]byte, int64, error) {
	return s.get(ctx, s.DB, a, o, id)
}

func (s *Service) get(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64) ([]byte, int64, error) {
	v, version, err := s.look(ctx, q, a, o, id, policy.View, false)
	if err != nil {
		return nil, 0, err
	}
	fields, err := selection(a, o, nil)
	if err != nil {
		return nil, 0, err
	}
	row := []any{id, version}
	for _, f := range fields {
		row = append(row, v[f.Name]...)
	}
	out, err := s.appendRecords(ctx, q, a, nil, fields, [][]any{row})
	if err != nil {
		return nil, 0, err
	}
	verbs := []string{policy.Edit, policy.Remove, policy.Assign, policy.Share}
	may, err := s.verdicts(ctx, q, a, o, id, v, verbs)
	if err != nil {
		return nil, 0, err
	}
	out = append(out[:len(out)-1], `,"_can":{`...)
	for i, verb := range verbs {
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:%t", verb, may[i])
	}
	return append(out, "}}"...), version, nil
}

// verdicts tells which verbs the actor may do to a live record; the database is asked
// only where owner and department do not say it.
func (s *Service) verdicts(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, v Values, verbs []string) ([]bool, error) {
	may := make([]bool, len(verbs))
	var rules []*query.Node
	var open []int
	for i, verb := range verbs {
		rule, known := a.Filter(o, verb), false
		if may[i], known = policy.Decide(rule, v.Int("owner"), v.Int("department")); !known {
			rules, open = append(rules, rule), append(open, i)
		}
	}
	if rules == nil {
		return may, nil
	}
	found, err := store.Verdicts(ctx, q, a.Registry, a, o, id, rules)
	if err != nil {
		return nil, err
	}
	for n, i := range open {
		may[i] = found[n]
	}
	return may, nil
}

// Values reads a record for another part of the server, under the actor's right
// to see it.
func (s *Service) Values(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) (Values, error) {
	v, _, err := s.load(ctx, s.within(ctx), a, o, id, policy.View, false)
	return v, err
}

// Visible tells whether the actor may see a record, or could before it went to
// the recycle bin.
func (s *Service) Visible(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, deleted bool) bool {
	_, _, err := s.look(ctx, s.within(ctx), a, o, id, policy.View, deleted)
	return err == nil
}

// Aggregate groups those records the actor may see that the filter and the
// words of q find.
func (s *Service) Aggregate(ctx context.Context, a *policy.Actor, o *schema.Object, filter, q string, groups []query.Group, measures []query.Measure) ([]byte, error) {
	if len(groups) > 3 || len(measures) == 0 || len(measures) > 10 {
		return nil, &query.Problem{Code: "group_unfit", Pos: -1}
	}
	sel, possible, err := s.request(a, o, ListRequest{Filter: filter, Q: q})
	if err != nil {
		return nil, err
	}
	if !possible {
		sel.Guard = &query.Node{Op: query.Never}
	}
	currency := s.Currency()
	rows, err := sel.Aggregate(ctx, s.DB, groups, measures, currency)
	if err != nil {
		return nil, err
	}
	money := store.Converts(o, measures)
	var converted, unconverted int64
	out := []byte(`{"rows":[`)
	for i, row := range rows {
		var foreign, unknown int64
		if money {
			foreign, _ = row[len(row)-2].(int64)
			unknown, _ = row[len(row)-1].(int64)
			converted, unconverted = converted+foreign, unconverted+unknown
			row = row[:len(row)-2]
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"group":[`...)
		for j, v := range row {
			if j == len(groups) {
				out = append(out, `],"measures":[`...)
			} else if j > 0 {
				out = append(out, ',')
			}
			switch v := v.(type) {
			case string:
				out = schema.AppendString(out, v)
			case int64:
				text := strconv.FormatInt(v, 10)
				if j < len(groups) {
					f := o.Field(groups[j].Field)
					if f != nil && f.Type == "boolean" {
						out = strconv.AppendBool(out, v != 0)
						continue
					}
					if f != nil && f.Target() != "" && v == store.HiddenGroup {
						out = appendReference(out, f.Target(), v, nil)
						continue
					}
				} else {
					if f := o.Field(measures[j-len(groups)].Field); f != nil && f.Type == "money" && measures[j-len(groups)].Fn != "count" {
						text = schema.Unscaled(v, schema.MoneyScale)
					}
				}
				out = schema.AppendString(out, text)
			case bool:
				out = strconv.AppendBool(out, v)
			default:
				out = append(out, "null"...)
			}
		}
		out = append(out, ']')
		if money {
			out = appendConverted(out, foreign, unknown)
		}
		out = append(out, '}')
	}
	out = append(out, ']')
	if money {
		out = append(out, `,"currency":`...)
		out = appendConverted(schema.AppendString(out, currency), converted, unconverted)
	}
	return append(out, '}'), nil
}

// appendConverted tells whether a sum holds amounts converted from other
// currencies, and how many are left out for want of a rate.
func appendConverted(out []byte, foreign, unknown int64) []byte {
	out = fmt.Appendf(out, `,"converted":%t`, foreign > 0)
	if unknown > 0 {
		out = fmt.Appendf(out, `,"unconverted":%d`, unknown)
	}
	return out
}
