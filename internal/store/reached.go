package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// reachedPart follows the name of a stage field: how far a record has come, the
// furthest stage it is or ever was in on the way of its pipeline. Lost ones have come
// as far as they were before, reopened ones to the furthest that was open.
const reachedPart = "reached"

// stayTable holds a row for each stage that was left.
const stayTable = "stage_stay"

// mayReach tells whether the asker may know the stages a record went through.
func (c *compiler) mayReach(o *schema.Object, f *schema.Field) bool {
	since := o.StageSince()
	return since != nil && (c.trusted || c.asker.Readable(o, f) && c.asker.Readable(o, since))
}

// reached writes the place, among the choices of the stage field, of the furthest
// stage.
func (c *compiler) reached(o *schema.Object, alias string, f *schema.Field) {
	if c.postgres {
		c.write("greatest(")
	} else {
		c.write("max(")
	}
	c.places(o, f, alias+"."+f.Column(), alias, true)
	s := c.alias()
	c.write(", coalesce((SELECT max(")
	c.places(o, f, s+".stage", alias, false)
	c.write(") FROM "+stayTable+" "+s+" WHERE "+s+".record_id = "+alias+".id AND "+s+".object = ?), -1))", o.Name)
}

// places writes the place of a stage on the way of the record's pipeline: of open ones,
// and where it is the record's own, of the won too; lost ones stand at the beginning.
func (c *compiler) places(o *schema.Object, f *schema.Field, stage, alias string, own bool) {
	first := map[string]int{}
	for i, s := range f.Options {
		if _, known := first[s.Pipeline]; !known && (s.Kind == "" || s.Kind == schema.Open) {
			first[s.Pipeline] = i
		}
	}
	p := o.Field(o.Pipeline)
	c.write("CASE")
	some := false
	for i, s := range f.Options {
		place := i
		switch {
		case s.Kind == schema.Won && !own:
			continue
		case s.Kind == schema.Lost:
			if !own {
				continue
			}
			at, known := first[s.Pipeline]
			if !known {
				continue
			}
			place = at
		}
		c.write(" WHEN "+stage+" = ?", s.Value)
		if p != nil && !own && len(p.Options) > 1 {
			c.write(" AND "+alias+"."+p.Column()+" = ?", s.Pipeline)
		}
		c.write(fmt.Sprintf(" THEN %d", place))
		some = true
	}
	if !some {
		c.write(" WHEN 1 = 0 THEN 0")
	}
	c.write(" ELSE -1 END")
}

// compareReached compares how far a record has come with a stage: = is just there,
// >= there or further, within that stage's pipeline.
func (c *compiler) compareReached(o *schema.Object, alias string, f *schema.Field, n *query.Node) error {
	if !c.mayReach(o, f) {
		return problem(n, "filter_unknown_field")
	}
	value, ok := n.Value.(string)
	at := slices.IndexFunc(f.Options, func(s schema.Option) bool { return s.Value == value })
	op := comparisons[n.Op]
	if !ok || at < 0 {
		return problem(n, "filter_value_unfit")
	}
	if op == "" {
		return problem(n, "filter_operator_unfit")
	}
	c.write("(")
	c.reached(o, alias, f)
	c.write(fmt.Sprintf(" %s %d", op, at))
	if p := o.Field(o.Pipeline); p != nil && len(p.Options) > 1 {
		c.write(" AND "+alias+"."+p.Column()+" = ?", f.Options[at].Pipeline)
	}
	c.write(")")
	return nil
}

// StageTime is how long the records of a query were in a stage that they have left, in
// microseconds.
type StageTime struct {
	Stage           string
	Records         int64
	Average, Median int64
}

// StageTimes tells, of the records that the query finds, how long they were in each
// stage before they left it; one that was there several times, all in all.
func (s Select) StageTimes(ctx context.Context, q Querier) ([]StageTime, error) {
	c := s.compiler(q)
	o := s.Query.Object
	f := o.Field(o.Stage)
	if f == nil || !c.mayReach(o, f) {
		return nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: o.Stage}
	}
	c.write("WITH spent AS (SELECT y.stage AS stage, sum(y.left_at - y.entered_at) AS v FROM " + o.Table() + " t")
	s.steerScan(c, q, func() { c.write(" JOIN "+stayTable+" y ON y.record_id = t.id AND y.object = ?", o.Name) })
	if err := s.conditions(c); err != nil {
		return nil, err
	}
	c.write(" GROUP BY t.id, y.stage), ranked AS (SELECT stage, v, row_number() OVER (PARTITION BY stage ORDER BY v) AS place, count(*) OVER (PARTITION BY stage) AS n FROM spent) ")
	c.write(strings.Join([]string{"SELECT stage", "count(*)", c.whole("avg(v)"), c.whole("avg(CASE WHEN place IN ((n + 1) / 2, (n + 2) / 2) THEN v END)")}, ", ") + " FROM ranked GROUP BY stage")
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil {
		return nil, err
	}
	var times []StageTime
	for _, r := range rows {
		var one StageTime
		one.Stage, _ = r[0].(string)
		one.Records, _ = r[1].(int64)
		one.Average, _ = r[2].(int64)
		one.Median, _ = r[3].(int64)
		times = append(times, one)
	}
	return times, nil
}
