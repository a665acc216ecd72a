package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/schema"
)

// Pointing lists the records of an object, live or in the recycle bin, whose field
// points to a record of a target: by the field itself, one of its several references or,
// with sub, a row of it. By id.
func Pointing(ctx context.Context, q Querier, o *schema.Object, f, sub *schema.Field, target string, id int64) ([]int64, error) {
	var rows [][]any
	var err error
	switch {
	case sub != nil:
		rows, err = q.Query(ctx, "SELECT DISTINCT parent_id FROM "+f.Lines().Table()+" WHERE "+sub.Column()+" = ?", id)
	case f.Many() != "":
		rows, err = q.Query(ctx, "SELECT record_id FROM "+o.ValueTable(f)+" WHERE value = ?", strconv.FormatInt(id, 10))
	case f.Type == "anyreference":
		rows, err = q.Query(ctx, "SELECT id FROM "+o.Table()+" WHERE "+f.Columns()[0].Name+" = ? AND "+f.Columns()[1].Name+" = ?", id, target)
	default:
		// Two statements, for the indexes hold live records alone.
		for _, state := range []string{"IS NULL", "IS NOT NULL"} {
			some, failed := q.Query(ctx, "SELECT id FROM "+o.Table()+" WHERE "+f.Column()+" = ? AND deleted_at "+state, id)
			if rows, err = append(rows, some...), failed; err != nil {
				break
			}
		}
	}
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		if n, ok := r[0].(int64); ok {
			ids = append(ids, n)
		}
	}
	slices.Sort(ids)
	return ids, err
}

// Followed is a row of a service's table that follows a record to another.
type Followed struct {
	Table string `json:"table"`
	// Row is the row as it was, by column.
	Row map[string]any `json:"row"`
	// Dropped rows were there for the other record already.
	Dropped bool `json:"dropped,omitempty"`
}

// Follow has the rows of services' tables that name a record (see Table.Names) name
// another from now on, and answers them as they were.
func Follow(ctx context.Context, q Querier, object string, from, to int64) ([]Followed, error) {
	var all []Followed
	for _, t := range tables {
		if t.Names[0] == "" {
			continue
		}
		names := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			names[i] = c.Name
		}
		rows, err := Find(ctx, q, t.Name, strings.Join(names, ", "), Row{t.Names[0]: object, t.Names[1]: from}, "")
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			one := Followed{Table: t.Name, Row: map[string]any{}}
			for i, name := range names {
				one.Row[name] = r[i]
			}
			key, moved := t.keyOf(one.Row), t.keyOf(one.Row)
			if slices.Contains(t.Key, t.Names[1]) {
				moved[t.Names[1]] = to
				there, err := Find(ctx, q, t.Name, t.Key[0], moved, "")
				if err != nil {
					return nil, err
				}
				one.Dropped = len(there) > 0
			}
			if one.Dropped {
				_, err = Delete(ctx, q, t.Name, key)
			} else {
				_, err = Update(ctx, q, t.Name, Row{t.Names[1]: to}, key)
			}
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// keyOf are the key columns of a row.
func (t Table) keyOf(row map[string]any) Row {
	key := Row{}
	for _, name := range t.Key {
		key[name] = row[name]
	}
	return key
}

// Unfollow puts a row back that Follow took along to another record, unless it went on
// from there or is gone.
func Unfollow(ctx context.Context, q Querier, f Followed, to int64) (bool, error) {
	at := slices.IndexFunc(tables, func(t Table) bool { return t.Name == f.Table && t.Names[0] != "" })
	if at < 0 {
		return false, nil // the service is no more
	}
	t := tables[at]
	row := Row{}
	for _, c := range t.Columns {
		v := f.Row[c.Name]
		if n, ok := v.(json.Number); ok {
			i, err := n.Int64()
			if err != nil {
				return false, err
			}
			v = i
		}
		row[c.Name] = v
	}
	key := t.keyOf(row)
	there, err := Find(ctx, q, t.Name, t.Key[0], key, "")
	if err != nil {
		return false, err
	}
	if f.Dropped {
		if len(there) > 0 {
			return false, nil
		}
		return true, Insert(ctx, q, t.Name, row)
	}
	moved := t.keyOf(row)
	moved[t.Names[1]] = to
	if slices.Contains(t.Key, t.Names[1]) {
		if len(there) > 0 {
			n, err := Delete(ctx, q, t.Name, moved)
			return n > 0, err
		}
	}
	n, err := Update(ctx, q, t.Name, Row{t.Names[1]: row[t.Names[1]]}, moved)
	return n > 0, err
}

// MoveComments has comments of a record, with their files, stand on another: all, or
// those of some ids. It answers which.
func MoveComments(ctx context.Context, q Querier, from, to int64, only []int64) ([]int64, error) {
	rows, err := Find(ctx, q, "comment", "id", Row{"record_id": from}, "ORDER BY id")
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, r := range rows {
		id, _ := r[0].(int64)
		if only != nil && !slices.Contains(only, id) {
			continue
		}
		ids = append(ids, id)
		if _, err := Update(ctx, q, "comment", Row{"record_id": to}, Row{"id": id}); err != nil {
			return nil, err
		}
		if _, err := Update(ctx, q, "file_use", Row{"record_id": to}, Row{"record_id": from, "place": "#" + strconv.FormatInt(id, 10)}); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
