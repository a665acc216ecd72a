package store

import (
	"context"
	"strings"
)

// What jobs and the rows they work on ask of their tables beyond rows that equal
// something.

// DueJobs reads columns of jobs in some states whose lease is over, the oldest
// first.
func DueJobs(ctx context.Context, q Querier, columns string, states []string, now int64, limit int) ([][]any, error) {
	c := &compiler{postgres: q.Postgres()}
	c.write("SELECT " + columns + " FROM job WHERE ")
	c.oneOf("state", texts(states))
	c.write(" AND lease_until < ? ORDER BY id LIMIT ?", now, int64(limit))
	return q.Query(ctx, c.b.String(), c.args...)
}

// ChangedJobs reads columns of jobs that changed since an instant, in the order
// they did.
func ChangedJobs(ctx context.Context, q Querier, columns string, since int64, limit int) ([][]any, error) {
	return q.Query(ctx, "SELECT "+columns+" FROM job WHERE changed_at > ? ORDER BY changed_at LIMIT ?", since, int64(limit))
}

// ClaimJob puts a job that is in one of some states, and whose lease is over, into
// another state, held by holder until an instant; it tells whether it was free.
func ClaimJob(ctx context.Context, q Querier, id, holder, now, until int64, from []string, into string) (bool, error) {
	c := &compiler{postgres: q.Postgres()}
	c.write("UPDATE job SET state = ?, holder = ?, lease_until = ?, attempts = attempts + 1, changed_at = ?, started_at = COALESCE(started_at, ?) WHERE id = ? AND ",
		into, holder, until, now, now, id)
	c.oneOf("state", texts(from))
	c.write(" AND lease_until < ?", now)
	n, err := q.Exec(ctx, c.b.String(), c.args...)
	return n > 0, err
}

// JobRows reads columns of the rows of a job behind row after, in their order;
// those in one of some states, or, where there are none, all.
func JobRows(ctx context.Context, q Querier, columns string, job, after int64, states []int64, limit int) ([][]any, error) {
	c := &compiler{postgres: q.Postgres()}
	c.write("SELECT "+columns+" FROM job_row WHERE job_id = ? AND n > ?", job, after)
	if len(states) > 0 {
		values := make([]any, len(states))
		for i, s := range states {
			values[i] = s
		}
		c.write(" AND ")
		c.oneOf("state", values)
	}
	c.write(" ORDER BY n LIMIT ?", int64(limit))
	return q.Query(ctx, c.b.String(), c.args...)
}

// SettleJobRows puts the rows of a job from one to another, which are in a state,
// into the next.
func SettleJobRows(ctx context.Context, q Querier, job, from, to, state, next int64) error {
	_, err := q.Exec(ctx, "UPDATE job_row SET state = ? WHERE job_id = ? AND n >= ? AND n <= ? AND state = ?", next, job, from, to, state)
	return err
}

// JobsWithOldRows lists the jobs that ended before an instant and have rows yet,
// and those that have rows and never came to be.
func JobsWithOldRows(ctx context.Context, q Querier, madeBefore, endedBefore int64) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT r.job_id FROM (SELECT DISTINCT job_id FROM job_row) r LEFT JOIN job j ON j.id = r.job_id
		WHERE j.id IS NULL AND r.job_id < ? OR j.finished_at < ?`, madeBefore, endedBefore)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i], _ = r[0].(int64)
	}
	return ids, err
}

// RemoveJobRows removes at most limit rows of a job and answers how many.
func RemoveJobRows(ctx context.Context, q Querier, job int64, limit int) (int64, error) {
	return q.Exec(ctx, "DELETE FROM job_row WHERE job_id = ? AND n IN (SELECT n FROM job_row WHERE job_id = ? LIMIT ?)", job, job, int64(limit))
}

// oneOf writes that a column is one of a few values.
func (c *compiler) oneOf(column string, values []any) {
	c.write(column+" IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")+")", values...)
}

func texts(list []string) []any {
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = s
	}
	return values
}
