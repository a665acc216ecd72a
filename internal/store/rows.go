package store

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"ecrm/internal/schema"
)

// Row is one row of a table by column name.
type Row map[string]any

// Insert adds a row.
func Insert(ctx context.Context, q Querier, table string, row Row) error {
	names, args := row.sorted()
	if g, ok := q.(Gatherer); ok {
		return g.Gather(ctx, table, names, [][]any{args})
	}
	_, err := q.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+marks(len(names))+")", args...)
	return err
}

// Update changes the rows that equal where and answers how many.
func Update(ctx context.Context, q Querier, table string, set, where Row) (int64, error) {
	names, args := set.sorted()
	cond, more := where.equal()
	return q.Exec(ctx, "UPDATE "+table+" SET "+strings.Join(names, " = ?, ")+" = ? WHERE "+cond, append(args, more...)...)
}

// Delete removes the rows that equal where and answers how many.
func Delete(ctx context.Context, q Querier, table string, where Row) (int64, error) {
	cond, args := where.equal()
	return q.Exec(ctx, "DELETE FROM "+table+" WHERE "+cond, args...)
}

// Find reads columns of the rows that equal where; tail is an ORDER BY and LIMIT
// written by the caller, never by a client.
func Find(ctx context.Context, q Querier, table, columns string, where Row, tail string) ([][]any, error) {
	cond, args := where.equal()
	return q.Query(ctx, "SELECT "+columns+" FROM "+table+" WHERE "+cond+" "+tail, args...)
}

// Among tells which of some values the rows that equal where have in a column of
// numbers.
func Among(ctx context.Context, q Querier, table, column string, where Row, values []int64) (map[int64]bool, error) {
	rows, err := Having(ctx, q, table, column, column, where, values)
	found := map[int64]bool{}
	for _, row := range rows {
		n, _ := row[0].(int64)
		found[n] = true
	}
	return found, err
}

// Having reads columns of the rows that equal where and whose column is one of
// some numbers.
func Having(ctx context.Context, q Querier, table, columns, column string, where Row, values []int64) ([][]any, error) {
	cond, args := where.equal()
	c := &compiler{postgres: q.Postgres()}
	c.write("SELECT "+columns+" FROM "+table+" WHERE "+cond+" AND "+column, args...)
	if c.postgres {
		// A selection may be joined by reading a young table whole, a list is looked up.
		c.write(" = ANY (?::bigint[])", values)
	} else {
		c.write(" IN ")
		c.ids64(values)
	}
	return q.Query(ctx, c.b.String(), c.args...)
}

// Batch reads columns of a table's rows whose id lies behind after, by id, for a
// transaction that changes them.
func Batch(ctx context.Context, q Querier, table string, columns []string, after int64, limit int) ([][]any, error) {
	lock := ""
	if q.Postgres() {
		lock = " FOR UPDATE"
	}
	return q.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table+" WHERE id > ? ORDER BY id LIMIT ?"+lock, after, int64(limit))
}

// Locked reads all columns of the records of some ids, for a transaction that
// changes them.
func Locked(ctx context.Context, q Querier, o *schema.Object, ids []int64) ([][]any, error) {
	var names []string
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	c := &compiler{postgres: q.Postgres()}
	c.write("SELECT " + strings.Join(names, ", ") + " FROM " + o.Table() + " WHERE id")
	c.among(ids)
	if c.postgres {
		c.write(" FOR UPDATE")
	}
	return q.Query(ctx, c.b.String(), c.args...)
}

// Rows tells how many rows a table has, for telling how far a job is.
func (db *DB) Rows(ctx context.Context, table string) (n int64, err error) {
	_, err = db.each(ctx, func(row []any) error {
		n, _ = row[0].(int64)
		return nil
	}, "SELECT count(*) FROM "+table, nil)
	return n, err
}

// Fewer tells whether a table has fewer rows than a number.
func (db *DB) Fewer(ctx context.Context, table string, than int) (bool, error) {
	rows, err := db.Query(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+table+" LIMIT ?) counted", int64(than))
	if err != nil {
		return false, err
	}
	n, _ := rows[0][0].(int64)
	return n < int64(than), nil
}

// Span reads columns of a table's rows whose id lies behind after and before
// below, by id.
func Span(ctx context.Context, q Querier, table, columns string, after, below int64, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT "+columns+" FROM "+table+" WHERE id > ? AND id < ? ORDER BY id LIMIT ?", after, below, int64(limit))
}

// Next reads columns of the rows that equal where and whose key, a number, lies
// behind after, by that key.
func Next(ctx context.Context, q Querier, table, columns string, where Row, key string, after int64, limit int) ([][]any, error) {
	cond, args := where.equal()
	return q.Query(ctx, "SELECT "+columns+" FROM "+table+" WHERE "+cond+" AND "+key+" > ? ORDER BY "+key+" LIMIT ?", append(args, after, int64(limit))...)
}

// Previous reads columns of the rows that equal where and whose key lies before
// below, from there backwards.
func Previous(ctx context.Context, q Querier, table, columns string, where Row, key string, below int64, limit int) ([][]any, error) {
	cond, args := where.equal()
	return q.Query(ctx, "SELECT "+columns+" FROM "+table+" WHERE "+cond+" AND "+key+" < ? ORDER BY "+key+" DESC LIMIT ?", append(args, below, int64(limit))...)
}

// Newest asks for columns of the rows that have a number in a column, the largest id
// first; NewestBefore for those before an id.
func Newest(table, columns, column string, value int64, limit int) Asked {
	return Asked{"SELECT " + columns + " FROM " + table + " WHERE " + column + " = ? ORDER BY id DESC LIMIT " + strconv.Itoa(limit), []any{value}, false}
}

// NewestBefore asks as Newest does, for rows before an id.
func NewestBefore(table, columns, column string, value int64, before any, limit int) Asked {
	return Asked{"SELECT " + columns + " FROM " + table + " WHERE " + column + " = ? AND id < ? ORDER BY id DESC LIMIT " + strconv.Itoa(limit), []any{value, before}, false}
}

// Older reads columns of the rows whose column lies before an instant, by id: the
// oldest first.
func Older(ctx context.Context, q Querier, table, columns, column string, before int64, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT "+columns+" FROM "+table+" WHERE "+column+" < ? ORDER BY id LIMIT ?", before, int64(limit))
}

// Raise sets a column of a record beside its version; where grow is true only if
// the value is larger than what is there.
func Raise(ctx context.Context, q Querier, table, column string, id, value int64, grow bool) error {
	statement := "UPDATE " + table + " SET " + column + " = ? WHERE id = ?"
	args := []any{value, id}
	if grow {
		statement += " AND (" + column + " IS NULL OR " + column + " < ?)"
		args = append(args, value)
	}
	_, err := q.Exec(ctx, statement, args...)
	return err
}

// Expire empties a column of a record beside its version where it holds a value up to
// one.
func Expire(ctx context.Context, q Querier, table, column string, id, until int64) error {
	_, err := q.Exec(ctx, "UPDATE "+table+" SET "+column+" = NULL WHERE id = ? AND "+column+" <= ?", id, until)
	return err
}

// Replace sets a column of a record beside its version where it still holds a value.
func Replace(ctx context.Context, q Querier, table, column string, id, before int64, after any) error {
	_, err := q.Exec(ctx, "UPDATE "+table+" SET "+column+" = ? WHERE id = ? AND "+column+" = ?", after, id, before)
	return err
}

// Lower sets a column of a record beside its version if it is empty or holds more.
func Lower(ctx context.Context, q Querier, table, column string, id, value int64) error {
	_, err := q.Exec(ctx, "UPDATE "+table+" SET "+column+" = ? WHERE id = ? AND ("+column+" IS NULL OR "+column+" > ?)", value, id, value)
	return err
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func (r Row) sorted() (names []string, args []any) {
	for n := range r {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		args = append(args, r[n])
	}
	return names, args
}

func (r Row) equal() (string, []any) {
	if len(r) == 0 {
		return "1 = 1", nil
	}
	names, args := r.sorted()
	return strings.Join(names, " = ? AND ") + " = ?", args
}

// Children reads all columns of the live records whose reference f points to a
// record, by id behind after.
func Children(ctx context.Context, q Querier, o *schema.Object, f *schema.Field, parent, after int64, limit int) ([][]any, error) {
	var names []string
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	return q.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+o.Table()+" WHERE "+f.Column()+" = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?", parent, after, int64(limit))
}

// Bequeath writes who owns a record into the live records seen through it, and
// answers how many there are.
func Bequeath(ctx context.Context, q Querier, o *schema.Object, in schema.Inherited, parent int64, owner, department any) (int64, error) {
	return q.Exec(ctx, "UPDATE "+o.Table()+" SET "+in.Owner+" = ?, "+in.Department+" = ? WHERE "+in.Field.Column()+" = ? AND deleted_at IS NULL", owner, department, parent)
}

// SweepEqual removes at most limit rows that equal where and answers how many.
func SweepEqual(ctx context.Context, q Querier, table string, where Row, limit int) (int64, error) {
	cond, args := where.equal()
	for _, t := range tables {
		if t.Name == table {
			keys := strings.Join(t.Key, ", ")
			return q.Exec(ctx, "DELETE FROM "+table+" WHERE ("+keys+") IN (SELECT "+keys+" FROM "+table+" WHERE "+cond+" LIMIT ?)", append(args, int64(limit))...)
		}
	}
	return 0, fmt.Errorf("there is no table %s", table)
}

// Sweep removes at most limit rows whose column is below a bound and answers how
// many.
func Sweep(ctx context.Context, q Querier, table, column string, below int64, limit int) (int64, error) {
	for _, t := range tables {
		if t.Name == table {
			keys := strings.Join(t.Key, ", ")
			return q.Exec(ctx, "DELETE FROM "+table+" WHERE ("+keys+") IN (SELECT "+keys+" FROM "+table+" WHERE "+column+" < ? LIMIT ?)", below, limit)
		}
	}
	return 0, fmt.Errorf("there is no table %s", table)
}
