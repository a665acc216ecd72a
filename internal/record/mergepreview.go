package record

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// MergePreview is what a merge would come to.
type MergePreview struct {
	// Winner is the record that stays: the one asked for, else the fullest.
	Winner int64 `json:"winner,string"`
	// Records are all of them as the actor may read them, the winner first.
	Records []json.RawMessage `json:"records"`
	Fields  []MergeField      `json:"fields"`
	// Outcome is the winner as it would be.
	Outcome json.RawMessage `json:"outcome"`
	// Follows are how many records that the actor may see would hang on the winner.
	Follows []MergeFollow `json:"follows"`
	// May tells whether he may merge them.
	May bool `json:"may"`
}

// MergeField is a field of which it can be chosen what stays.
type MergeField struct {
	Name string `json:"name"`
	// Choice is the record whose value stays, "all" where those of all stand together.
	Choice string `json:"choice"`
	United bool   `json:"united"`
	// Differs tells whether the records say different things.
	Differs bool `json:"differs"`
}

// MergeFollow counts what hangs on the records that do not stay.
type MergeFollow struct {
	Object string `json:"object"`
	Count  int64  `json:"count"`
}

// PreviewMerge tells what a merge would come to. Without a winner the fullest record
// is it.
func (s *Service) PreviewMerge(ctx context.Context, a *policy.Actor, o *schema.Object, m Merging) (*MergePreview, error) {
	switch {
	case !Mergeable(o) || !a.May(o, policy.View):
		return nil, fail("not_found")
	case len(m.Records) < 2:
		return nil, invalid("ids", "merge_two")
	case len(m.Records) > MaxMerged:
		return nil, invalid("ids", "too_many", "max", strconv.Itoa(MaxMerged))
	}
	var parts []part
	for _, id := range m.Records {
		v, version, err := s.load(ctx, s.DB, a, o, id, policy.View, false)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(parts, func(p part) bool { return p.id == id }) {
			return nil, invalid("ids", "merge_two")
		}
		parts = append(parts, part{id, v, version})
	}
	if m.Winner == 0 {
		m.Winner = fullest(a, o, parts)
	}
	at := slices.IndexFunc(parts, func(p part) bool { return p.id == m.Winner })
	if at < 0 {
		return nil, invalid("winner", "merge_winner")
	}
	shown := slices.Clone(parts)
	parts[0], parts[at] = parts[at], parts[0]
	slices.SortStableFunc(parts[1:], func(x, y part) int { return int(min(1, max(-1, y.v.Int("updated_at")-x.v.Int("updated_at")))) })
	after, err := s.outcome(ctx, s.DB, a, o, parts, m.Choices)
	if err != nil {
		return nil, err
	}
	out := &MergePreview{Winner: m.Winner, May: s.mayMerge(ctx, a, o, parts), Follows: []MergeFollow{}, Fields: []MergeField{}}
	for _, f := range o.Fields {
		if !chosen(o, f) || a.Access(o, f) != "write" {
			continue
		}
		out.Fields = append(out.Fields, fieldOf(f, parts, after, m.Choices))
	}
	fields, err := selection(a, o, nil)
	if err != nil {
		return nil, err
	}
	row := func(p part, v Values) []any {
		r := []any{p.id, p.version}
		for _, f := range fields {
			if n := len(f.Columns()); n > 0 {
				full := make([]any, n)
				copy(full, v[f.Name])
				r = append(r, full...)
			}
		}
		return r
	}
	var rows [][]any
	for _, p := range shown {
		rows = append(rows, row(p, p.v))
	}
	whole := Values{}
	for name, columns := range parts[0].v {
		whole[name] = columns
	}
	for name, columns := range after {
		whole[name] = columns
	}
	rows = append(rows, row(parts[0], whole))
	records, err := s.eachRecord(ctx, s.DB, a, fields, rows)
	if err != nil {
		return nil, err
	}
	out.Records, out.Outcome = records[:len(shown)], records[len(shown)]
	out.Follows, err = s.follows(ctx, a, o, parts[1:])
	return out, err
}

// fullest is the record that says most of what the actor may read; of several the
// oldest.
func fullest(a *policy.Actor, o *schema.Object, parts []part) int64 {
	best, most := int64(0), -1
	for _, p := range parts {
		n := 0
		for _, f := range o.Fields {
			if !f.System && a.Readable(o, f) && filled(p.v[f.Name]) {
				n++
			}
		}
		if n > most || n == most && p.id < best {
			best, most = p.id, n
		}
	}
	return best
}

// mayMerge tells whether the actor may merge records, the first of which stays.
func (s *Service) mayMerge(ctx context.Context, a *policy.Actor, o *schema.Object, parts []part) bool {
	for i, p := range parts {
		if !s.may(ctx, s.DB, a, o, p.id, policy.Edit, false) || i > 0 && !s.may(ctx, s.DB, a, o, p.id, policy.Remove, false) {
			return false
		}
	}
	return true
}

// fieldOf tells of a field what of the records would stay in it.
func fieldOf(f *schema.Field, parts []part, after Values, choices map[string]int64) MergeField {
	one := MergeField{Name: f.Name, United: united(f)}
	for _, p := range parts[1:] {
		one.Differs = one.Differs || !same(f.Entered(p.v[f.Name]), f.Entered(parts[0].v[f.Name])) && (filled(p.v[f.Name]) || filled(parts[0].v[f.Name]))
	}
	choice, named := choices[f.Name]
	switch {
	case named && choice != 0:
		one.Choice = strconv.FormatInt(choice, 10)
	case one.United:
		one.Choice = "all"
	default:
		one.Choice = strconv.FormatInt(parts[0].id, 10)
		for _, p := range parts {
			if same(f.Entered(p.v[f.Name]), f.Entered(after[f.Name])) {
				one.Choice = strconv.FormatInt(p.id, 10)
				break
			}
		}
	}
	return one
}

// follows counts what hangs on some records and the actor may see.
func (s *Service) follows(ctx context.Context, a *policy.Actor, o *schema.Object, parts []part) ([]MergeFollow, error) {
	list := []MergeFollow{}
	for _, of := range a.Registry.Objects() {
		if !a.May(of, policy.View) {
			continue
		}
		var any []*query.Node
		for _, one := range pointers(of, o.Name) {
			if one.sub == nil && one.field.Many() == "" && one.field.Type != "anyreference" && !one.field.System && a.Readable(of, one.field) {
				for _, p := range parts {
					any = append(any, query.Is(one.field.Name, p.id))
				}
			}
		}
		if any == nil {
			continue
		}
		n, err := store.Select{
			Registry: a.Registry, Asker: a, Guard: query.AllOf(a.Filter(of, policy.View), query.OneOf(any...)),
			Query: query.Query{Object: of, Sort: []query.Key{{Field: "id"}}},
		}.Count(ctx, s.DB, false)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			list = append(list, MergeFollow{of.Name, n})
		}
	}
	return list, nil
}
