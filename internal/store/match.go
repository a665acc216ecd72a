package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"ecrm/internal/schema"
)

// MatchKey is one normalised value under which records of one object recognise
// each other. Kind names the object and what is compared ("customer.name").
type MatchKey struct{ Kind, Key string }

// matchTable holds the keys of all records, those in the recycle bin too:
// readers join the record.
var matchTable = Declare(Table{
	Name: "match_key",
	Columns: []schema.Column{
		{Name: "kind", Kind: schema.KindText}, {Name: "value", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt},
	},
	Key: []string{"kind", "value", "record_id"},
})

// PutMatchKeys replaces the keys of a record: before are those it had.
func PutMatchKeys(ctx context.Context, q Querier, id int64, before, after []MatchKey) error {
	had, has := map[MatchKey]bool{}, map[MatchKey]bool{}
	for _, k := range before {
		had[k] = true
	}
	var rows [][]any
	for _, k := range after {
		if !had[k] && !has[k] {
			rows = append(rows, []any{k.Kind, k.Key, id})
		}
		has[k] = true
	}
	if err := InsertMany(ctx, q, matchTable.Name, []string{"kind", "value", "record_id"}, rows); err != nil {
		return err
	}
	for k := range had {
		if !has[k] {
			if _, err := Delete(ctx, q, matchTable.Name, Row{"kind": k.Kind, "value": k.Key, "record_id": id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// FindMatches lists, for each key, the live records of o that have it, oldest
// first and whoever may see them.
func FindMatches(ctx context.Context, q Querier, o *schema.Object, keys []MatchKey) (map[MatchKey][]int64, error) {
	byKind := map[string][]string{}
	for _, k := range keys {
		byKind[k.Kind] = append(byKind[k.Kind], k.Key)
	}
	found := map[MatchKey][]int64{}
	for kind, values := range byKind {
		among, list := "IN (SELECT value FROM json_each(?))", any(nil)
		if q.Postgres() {
			among, list = "= ANY (?::text[])", values
		} else {
			text, err := json.Marshal(values)
			if err != nil {
				return nil, err
			}
			list = string(text)
		}
		args := []any{kind, list}
		if q.Postgres() {
			// A plan kept since the table was empty reads it whole, and an import
			// fills it faster than statistics follow: this one is planned each time.
			args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
		}
		rows, err := q.Query(ctx, "SELECT m.value, m.record_id FROM match_key m JOIN "+o.Table()+
			" t ON t.id = m.record_id WHERE m.kind = ? AND m.value "+among+" AND t.deleted_at IS NULL ORDER BY m.record_id", args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			value, _ := r[0].(string)
			id, _ := r[1].(int64)
			k := MatchKey{kind, value}
			found[k] = append(found[k], id)
		}
	}
	return found, nil
}

// NamesLike lists the ids of records whose key of a kind is value, and of those
// whose key begins with it, whoever may see them and deleted or not.
func NamesLike(ctx context.Context, q Querier, kind, value string, limit int) (exact, begin []int64, err error) {
	rows, err := q.Query(ctx, "SELECT value, record_id FROM match_key WHERE kind = ? AND value >= ? AND value < ? ORDER BY value, record_id LIMIT ?",
		kind, value, value+"\U0010FFFF", int64(limit))
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		id, _ := r[1].(int64)
		if r[0] == value {
			exact = append(exact, id)
		} else {
			begin = append(begin, id)
		}
	}
	return exact, begin, nil
}
