package store

import (
	"context"
	"encoding/json"
	"slices"

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
	if q.Postgres() {
		return findMatchesPostgres(ctx, q, o, keys)
	}
	byKind := map[string][]string{}
	for _, k := range keys {
		byKind[k.Kind] = append(byKind[k.Kind], k.Key)
	}
	found := map[MatchKey][]int64{}
	for kind, values := range byKind {
		text, err := json.Marshal(values)
		if err != nil {
			return nil, err
		}
		rows, err := q.Query(ctx, "SELECT m.value, m.record_id FROM match_key m JOIN "+o.Table()+
			" t ON t.id = m.record_id WHERE m.kind = ? AND m.value IN (SELECT value FROM json_each(?)) AND t.deleted_at IS NULL ORDER BY m.record_id", kind, string(text))
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

// findMatchesPostgres looks each key up by itself and the records afterwards: an
// import fills the tables faster than statistics follow, and whatever lets the
// planner choose has it read them whole.
func findMatchesPostgres(ctx context.Context, q Querier, o *schema.Object, keys []MatchKey) (map[MatchKey][]int64, error) {
	kinds, values := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		kinds[i], values[i] = k.Kind, k.Key
	}
	// Planned each time: a plan kept since the table was empty reads it whole too.
	// OFFSET 0 keeps the inner selection from being joined otherwise.
	rows, err := q.Query(ctx, "SELECT k.kind, k.value, f.record_id FROM unnest(?::text[], ?::text[]) AS k(kind, value), "+
		"LATERAL (SELECT m.record_id FROM match_key m WHERE m.kind = k.kind AND m.value = k.value OFFSET 0) f",
		pgx.QueryExecModeCacheDescribe, kinds, values)
	if err != nil || len(rows) == 0 {
		return map[MatchKey][]int64{}, err
	}
	having := map[int64][]MatchKey{}
	var ids []int64
	for _, r := range rows {
		kind, _ := r[0].(string)
		value, _ := r[1].(string)
		id, _ := r[2].(int64)
		if having[id] == nil {
			ids = append(ids, id)
		}
		if k := (MatchKey{kind, value}); !slices.Contains(having[id], k) {
			having[id] = append(having[id], k)
		}
	}
	rows, err = q.Query(ctx, "SELECT t.id FROM unnest(?::bigint[]) AS k(id), LATERAL (SELECT r.id FROM "+o.Table()+
		" r WHERE r.id = k.id AND r.deleted_at IS NULL OFFSET 0) t ORDER BY t.id", pgx.QueryExecModeCacheDescribe, ids)
	found := map[MatchKey][]int64{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		for _, k := range having[id] {
			found[k] = append(found[k], id)
		}
	}
	return found, err
}

// MatchesBehind lists the keys of a kind that begin with a text.
func MatchesBehind(ctx context.Context, q Querier, kind, begin string, limit int) ([]MatchKey, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT value FROM match_key WHERE kind = ? AND value >= ? AND value < ? ORDER BY value LIMIT ?",
		kind, begin, begin+"\U0010FFFF", int64(limit))
	keys := make([]MatchKey, 0, len(rows))
	for _, r := range rows {
		value, _ := r[0].(string)
		keys = append(keys, MatchKey{kind, value})
	}
	return keys, err
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

// HoldKeys has units that are about to write records with the same keys come one after
// the other; on SQLite all units do.
func HoldKeys(ctx context.Context, q Querier, keys []MatchKey) error {
	if !q.Postgres() {
		return nil
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Kind + " " + k.Key
	}
	slices.Sort(names) // so that no two wait for each other
	for _, name := range slices.Compact(names) {
		if _, err := q.Query(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))::text", name); err != nil {
			return err
		}
	}
	return nil
}
