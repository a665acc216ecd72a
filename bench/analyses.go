package main

import (
	"fmt"
	"time"
)

// analyses are the questions of the page of analyses: each of a month, and over everything. Their
// floors are the statements somebody would write by hand for just these figures.
func (h *home) analyses() []testcase {
	now := time.Now()
	first := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, now.Location())
	next := first.AddDate(0, 1, 0)
	days := fmt.Sprintf(" AND closed_on >= '%s' AND closed_on < '%s'", first.Format(time.DateOnly), next.Format(time.DateOnly))
	instants := func(column string) string {
		return fmt.Sprintf(" AND %s >= %d AND %s < %d", column, first.UnixMicro(), column, next.UnixMicro())
	}
	// SQLite has no statistics: who writes by hand says by which index, or by none.
	by := func(index string, month bool) string {
		switch {
		case h.database != "sqlite":
			return ""
		case month:
			return " INDEXED BY " + index
		}
		return " NOT INDEXED"
	}
	took := "CAST(julianday(closed_on) - 2440587.5 AS INTEGER) - (created_at + 28800000000) / 86400000000"
	if h.database == "postgres" {
		took = "(closed_on::date - DATE '1970-01-01')::bigint - (created_at + 28800000000) / 86400000000"
	}
	month := "substr(closed_on, 1, 7)"
	var all []testcase
	for _, whole := range []bool{false, true} {
		period, name, on, in := "last_month", "a month", days, instants
		if whole {
			period, name, on, in = "all", "everything", "", func(string) string { return "" }
		}
		add := func(what, analysis, body string, floor ...string) {
			c := testcase{name: what + ", " + name, as: "gm", method: "POST", path: "/api/v1/analyses/" + analysis + "/actions/run", goal: 1.3, body: []byte(`{"period": "` + period + `"` + body + `}`)}
			for _, text := range floor {
				c.floor = append(c.floor, statement{text: text, aside: true})
			}
			all = append(all, c)
		}
		deals := "r_opportunity t" + by("i_opportunity_closed_on", !whole)
		sold := " WHERE deleted_at IS NULL AND stage = 'won'" + on
		targets := "SELECT owner_id, sum(amount_base) FROM r_target WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY 1"
		if !whole {
			targets = fmt.Sprintf("SELECT owner_id, sum(amount_base) FROM r_target WHERE deleted_at IS NULL AND owner_id IS NOT NULL AND month >= '%s' AND month < '%s' GROUP BY 1", first.Format(time.DateOnly), next.Format(time.DateOnly))
		}
		figures := "sum(amount_base), count(*), count(amount_base), sum(" + took + ")"
		add("analysis: sales by person", "sales", `, "by": "owner"`, "SELECT owner_id, "+figures+" FROM "+deals+sold+" GROUP BY 1", targets)
		add("analysis: sales by month", "sales", `, "by": "month"`, "SELECT "+month+", "+figures+" FROM "+deals+sold+" GROUP BY 1", targets)
		closed := "t.deleted_at IS NULL AND t.stage IN ('won', 'lost')" + on
		add("analysis: won and lost by industry", "winloss", `, "by": "industry"`,
			"SELECT c.industry, count(CASE WHEN stage = 'won' THEN 1 END), count(CASE WHEN stage = 'lost' THEN 1 END), count(*), sum(CASE WHEN stage = 'won' THEN amount_base END), sum(CASE WHEN stage = 'lost' THEN amount_base END) FROM "+deals+" LEFT JOIN r_customer c ON c.id = t.customer_id AND c.deleted_at IS NULL WHERE "+closed+" GROUP BY 1")
		entered := "r_opportunity t" + by("i_opportunity_newest", !whole)
		place := func(stage string) string {
			return "CASE " + stage + " WHEN 'new' THEN 0 WHEN 'qualified' THEN 1 WHEN 'proposal' THEN 2 WHEN 'negotiation' THEN 3 WHEN 'won' THEN 4 ELSE 0 END"
		}
		furthest := "max"
		if h.database == "postgres" {
			furthest = "greatest"
		}
		add("analysis: funnel", "funnel", "",
			"SELECT "+furthest+"("+place("t.stage")+", coalesce((SELECT max("+place("s.stage")+") FROM stage_stay s WHERE s.record_id = t.id AND s.object = 'opportunity'), -1)), stage, count(*), sum(amount_base) FROM "+entered+" WHERE deleted_at IS NULL AND pipeline = 'standard'"+in("created_at")+" GROUP BY 1, 2",
			"WITH spent AS (SELECT s.stage, sum(s.left_at - s.entered_at) AS v FROM "+entered+" JOIN stage_stay s ON s.record_id = t.id AND s.object = 'opportunity' WHERE t.deleted_at IS NULL AND t.pipeline = 'standard'"+in("t.created_at")+" GROUP BY t.id, s.stage), ranked AS (SELECT stage, v, row_number() OVER (PARTITION BY stage ORDER BY v) AS place, count(*) OVER (PARTITION BY stage) AS n FROM spent) SELECT stage, count(*), avg(v), avg(CASE WHEN place IN ((n + 1) / 2, (n + 2) / 2) THEN v END) FROM ranked GROUP BY stage")
		calls := "r_activity t" + by("i_activity_at", !whole)
		kinds := "count(CASE WHEN t.kind <> 'note' THEN 1 END), count(CASE WHEN t.kind = 'call' THEN 1 END), count(CASE WHEN t.kind = 'visit' THEN 1 END), count(CASE WHEN t.kind = 'meeting' THEN 1 END), count(CASE WHEN t.kind IN ('line', 'wechat', 'mail') THEN 1 END), count(DISTINCT CASE WHEN t.kind <> 'note' THEN t.customer_id END)"
		made := "r_customer" + by("i_customer_newest", !whole)
		silent := fmt.Sprintf("SELECT owner_id, count(*) FROM r_customer"+by("", false)+" WHERE deleted_at IS NULL AND (last_contact_at < %d OR last_contact_at IS NULL) GROUP BY 1", now.AddDate(0, 0, -30).UnixMicro())
		add("analysis: follow-up by person", "followup", `, "by": "owner"`,
			"SELECT t.owner_id, "+kinds+" FROM "+calls+" WHERE t.deleted_at IS NULL AND t.status = 'done'"+in("t.at")+" GROUP BY 1", "SELECT "+kinds+" FROM "+calls+" WHERE t.deleted_at IS NULL AND t.status = 'done'"+in("t.at"),
			"SELECT owner_id, count(*) FROM "+made+" WHERE deleted_at IS NULL"+in("created_at")+" GROUP BY 1", silent)
	}
	return all
}
