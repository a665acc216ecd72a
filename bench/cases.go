package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"ecrm/internal/normal"
)

// testcase is one call and the bare statements that fetch the same.
type testcase struct {
	name, as     string
	method, path string
	body         []byte
	floor        []statement
	goal         float64
	// page is that of the list which is measured, reached by cursors; 0 for the first.
	page int
	// bounded cases read as much however many records there are: an index bounds them.
	bounded bool
	// fresh makes the body of each call, for writes, whose floor is bare.
	fresh func(n int64) []byte
	bare  func(ctx context.Context, n int64) error
}

// floored tells whether there is a floor to compare with.
func (c testcase) floored() bool { return len(c.floor) > 0 || c.bare != nil }

// call makes the case's next call.
func (c testcase) call(ctx context.Context, product *client) ([]byte, error) {
	body := c.body
	if c.fresh != nil {
		body = c.fresh(calls.Add(1))
	}
	return product.raw(ctx, c.method, c.path, body)
}

var calls atomic.Int64

// compare says, if so, that the floor has not the rows of the answer: then the ratio compares
// nothing. Cases without rows of their own are not compared.
func (c testcase) compare(answer []byte, bare []int64) string {
	var page struct {
		Records []struct{ ID string }
		Results []struct{ ID string }
	}
	if len(c.floor) == 0 || json.Unmarshal(answer, &page) != nil || page.Records == nil && page.Results == nil {
		return ""
	}
	var ids []int64
	for _, r := range append(page.Records, page.Results...) {
		ids = append(ids, number(r.ID))
	}
	if slices.Equal(ids, bare) {
		return ""
	}
	slices.Sort(ids)
	other := slices.Clone(bare)
	slices.Sort(other)
	if slices.Equal(ids, other) {
		return "other order"
	}
	return fmt.Sprintf("OTHER ROWS (%d here, %d in the floor)", len(ids), len(bare))
}

const tenFields = "name,short_name,level,address,phones,owner,department,last_contact_at,created_at,tags"

// list is the path of a list.
func list(plural string, more ...string) string {
	q := url.Values{"limit": {"50"}, "count": {"none"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/api/v1/" + plural + "?" + q.Encode()
}

func executable() (string, error) { return os.Executable() }

// walk turns the path into that of the page measured, by the cursors before it.
func (c *testcase) walk(ctx context.Context, as *client) error {
	first := c.path
	for n := 1; n < c.page; n++ {
		var page struct{ Next string }
		if err := as.do(ctx, c.method, c.path, nil, &page); err != nil {
			return err
		}
		if page.Next == "" {
			return fmt.Errorf("there is no page %d", n+1)
		}
		c.path = first + "&cursor=" + page.Next
	}
	return nil
}

// cases are all that is measured by reading.
func cases(h *home) []testcase {
	var all []testcase
	add := func(c testcase) {
		if c.method == "" {
			c.method = "GET"
		}
		all = append(all, c)
	}
	own, sparse, many := h.Users["own"], h.Users["sparse"], h.Users["many"]
	whose := []struct{ as, index, where string }{
		{"gm", "i_customer_newest", "1=1"},
		{"own", "i_customer_owner", fmt.Sprintf("owner_id = %d", own)},
		{"department", "i_customer_department", fmt.Sprintf("department_id = %d", h.Departments[1])},
		{"below", "i_customer_newest", in("department_id", h.Departments)},
		{"sparse", "", fmt.Sprintf("(owner_id = %d OR %s)", sparse, shared(sparse))},
		{"many", "", "(" + in("department_id", h.Many) + " OR " + shared(many) + ")"},
	}
	names := map[string]string{"gm": "all"}
	for _, w := range whose {
		name := names[w.as]
		if name == "" {
			name = w.as
		}
		first := h.newest(w.index, w.where)
		switch w.as {
		case "sparse":
			first = h.united("owner_id", []int64{sparse}, sparse)
		case "many":
			first = h.united("department_id", h.Many, many)
		}
		add(testcase{name: "newest 50 as " + name, as: w.as, path: list("customers", "fields", tenFields), floor: []statement{first}, goal: 2, bounded: true})
		add(testcase{name: "newest 50, counted, as " + name, as: w.as, path: list("customers", "fields", tenFields, "count", "capped"), floor: []statement{first, h.countedIn(w.as, w.where)}, goal: 2})
	}

	const activityColumns = "c.id, c.version, c.subject, c.kind, c.customer_id, k.name, c.at, c.result, c.owner_id, u.name, c.created_at"
	mine := fmt.Sprintf(`SELECT `+activityColumns+` FROM (
		SELECT * FROM (SELECT id, created_at FROM r_activity WHERE customer_owner_id = %[1]d AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50) x
		UNION SELECT * FROM (SELECT id, created_at FROM r_activity WHERE owner_id = %[1]d AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50) y
		ORDER BY 2 DESC, 1 DESC LIMIT 50) p JOIN r_activity c ON c.id = p.id LEFT JOIN r_customer k ON k.id = c.customer_id LEFT JOIN r_user u ON u.id = c.owner_id
		ORDER BY p.created_at DESC, p.id DESC`, own)
	activityFields := "subject,kind,customer,at,result,owner,created_at"
	add(testcase{name: "newest 50 activities of own customers", as: "own", path: list("activities", "fields", activityFields), floor: []statement{{text: mine}}, goal: 2, bounded: true})
	add(testcase{
		name: "search in activities of own customers", as: "own", goal: 3,
		path:  list("activities", "fields", activityFields, "q", "報價", "sort", "-id"),
		floor: []statement{h.matching("activity", activityColumns, " LEFT JOIN r_customer k ON k.id = c.customer_id LEFT JOIN r_user u ON u.id = c.owner_id", h.and(h.expression("報價"), "("+h.or(h.term("o"+scope(own), false), h.term("a0"+scope(own), false))+")"))},
	})
	add(testcase{
		name: "page 200 by cursor as all", as: "gm", goal: 2, page: 200, bounded: true,
		path: list("customers", "fields", tenFields), floor: []statement{h.behind("i_customer_newest", 199*50)},
	})

	twoFields := "level = 'B' AND status = 'active'"
	add(testcase{
		name: "two filters, sorted by a third", as: "gm", goal: 2,
		path:    list("customers", "fields", tenFields, "filter", `level = "B" AND status = "active"`, "sort", "-last_contact_at"),
		floor:   []statement{h.ordered("i_customer_last_contact_at", "last_contact_at IS NOT NULL AND "+twoFields, "last_contact_at")},
		bounded: true,
	})

	busy := strconv.FormatInt(h.Busy, 10)
	add(testcase{
		name: "one record with its references", as: "own", path: "/api/v1/customers/" + busy, goal: 2, bounded: true,
		floor: []statement{
			{text: "SELECT * FROM r_customer c LEFT JOIN r_user u ON u.id = c.owner_id LEFT JOIN r_department d ON d.id = c.department_id LEFT JOIN r_user b ON b.id = c.created_by_id LEFT JOIN r_user e ON e.id = c.updated_by_id WHERE c.id = ?", args: []any{h.Busy}},
		},
	})
	add(testcase{
		name: "its timeline, first 30 of 400", as: "own", path: "/api/v1/customers/" + busy + "/timeline?limit=30", goal: 2, bounded: true,
		floor: []statement{
			{text: "SELECT c.*, u.name FROM r_activity c LEFT JOIN r_user u ON u.id = c.owner_id WHERE c.customer_id = ? AND c.deleted_at IS NULL ORDER BY c.at DESC LIMIT 31", args: []any{h.Busy}, aside: true},
			{text: "SELECT * FROM r_task WHERE customer_id = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 31", args: []any{h.Busy}, aside: true},
			{text: "SELECT * FROM comment WHERE record_id = ? ORDER BY id DESC LIMIT 31", args: []any{h.Busy}, aside: true},
			{text: "SELECT * FROM audit WHERE record_id = ? ORDER BY id DESC LIMIT 31", args: []any{h.Busy}, aside: true},
		},
	})

	add(testcase{
		name: "sums per stage, open deals", as: "gm", method: "POST", path: "/api/v1/opportunities/aggregate", goal: 2,
		body:  []byte(`{"filter": "stage IN (\"new\", \"qualified\", \"proposal\", \"negotiation\")", "group": [{"field": "stage"}], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount"}]}`),
		floor: []statement{{text: "SELECT stage, count(*), sum(amount_base) FROM r_opportunity WHERE deleted_at IS NULL AND stage IN ('new', 'qualified', 'proposal', 'negotiation') GROUP BY stage", aside: true}},
	})

	const dealColumns = "c.id, c.version, c.name, c.customer_id, k.name, c.amount, c.amount_currency, c.owner_id, u.name, c.expected_close, c.created_at"
	add(testcase{
		name: "board: first 50 cards of a stage as all", as: "gm", goal: 2,
		path:  list("opportunities", "fields", "name,customer,amount,owner,expected_close,created_at", "filter", `stage = "proposal"`),
		floor: []statement{{text: "SELECT " + dealColumns + " FROM (SELECT * FROM r_opportunity" + h.hint("i_opportunity_newest") + " WHERE deleted_at IS NULL AND stage = 'proposal' ORDER BY created_at DESC, id DESC LIMIT 50) c LEFT JOIN r_customer k ON k.id = c.customer_id LEFT JOIN r_user u ON u.id = c.owner_id ORDER BY c.created_at DESC, c.id DESC"}},
	})
	year := time.Date(2025, 11, 24, 0, 0, 0, 0, time.UTC)
	add(testcase{
		name: "funnel of departments over a year", as: "below", method: "POST", path: "/api/v1/opportunities/aggregate", goal: 2,
		body: fmt.Appendf(nil, `{"filter": "created_at >= \"%s\"", "group": [{"field": "stage"}], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount"}]}`, year.Format(time.RFC3339)),
		floor: []statement{{text: fmt.Sprintf("SELECT stage, count(*), sum(amount_base) FROM r_opportunity WHERE deleted_at IS NULL AND id IN (SELECT id FROM r_opportunity WHERE deleted_at IS NULL AND %s AND created_at >= %d UNION SELECT id FROM r_opportunity WHERE deleted_at IS NULL AND %s AND created_at >= %d) GROUP BY stage",
			in("department_id", h.Departments), year.UnixMicro(), in("customer_department_id", h.Departments), year.UnixMicro()), aside: true}},
	})

	for _, s := range []struct{ what, q string }{
		{"2 characters, common", "科技"}, {"6 characters", "正精營造企業"}, {"pinyin initials", "zjyz"}, {"Simplified for Traditional", "营造"}, {"last four digits", "0290"},
	} {
		for _, as := range []string{"gm", "own"} {
			name := "search " + s.what + " as " + map[string]string{"gm": "all", "own": "own"}[as]
			add(testcase{name: name, as: as, path: list("customers", "fields", tenFields, "q", s.q, "sort", "-id"), floor: []statement{h.searched(s.q, as, own)}, goal: 3})
		}
	}
	return append(all, h.analyses()...)
}

// writes are all that is measured by writing, one record with each call.
func writes(h *home) []testcase {
	busy := strconv.FormatInt(h.Busy, 10)
	var all []testcase
	add := func(c testcase) { all = append(all, c) }
	add(testcase{name: "create a customer", goal: 3, as: "own", method: "POST", path: "/api/v1/customers", fresh: func(n int64) []byte {
		return []byte(fmt.Sprintf(`{"name": "測速%d號實業股份有限公司", "short_name": "測速%d", "level": "B", "phones": [{"value": "02-2%07d"}], "mails": [{"value": "sales%d@example.com"}], "address": {"region": "台北市", "district": "信義區", "street": "松仁路%d號"}, "tags": ["測速"]}`, n, n, n%10_000_000, n, n))
	}})
	add(testcase{name: "change a customer", goal: 3, as: "own", method: "PATCH", path: "/api/v1/customers/" + busy, fresh: func(n int64) []byte {
		return []byte(fmt.Sprintf(`{"note": "第 %d 次", "level": "%c"}`, n, 'A'+rune(n%4)))
	}})
	return all
}

// kinds are what the classes of a customer's tokens in the search index are of.
var kinds = map[string]normal.Kind{"n": normal.KindName, "t": normal.KindText, "p": normal.KindPhone, "m": normal.KindMail, "i": normal.KindCode}

// searched is what the index finds for a query of one word, newest first, for one who sees all or
// only his own.
func (h *home) searched(q, as string, own int64) statement {
	match := h.expression(q)
	if as == "own" {
		match = h.and(match, h.term("o"+scope(own), false))
	}
	return h.matching("customer", listColumns, listJoins, match)
}

// scope is how the search index spells an id.
func scope(id int64) string { return strconv.FormatInt(id, 36) }

// expression is a query of one word in the language of the search index.
func (h *home) expression(q string) string {
	var ways []string
	for _, way := range normal.Words(normal.QueryTerms(q))[0] {
		var terms []string
		for _, term := range way {
			var any []string
			for class, kind := range kinds {
				if !term.Within(kind) {
					continue
				}
				any = append(any, h.term(class+term.Token, term.Begins(kind)))
				for _, also := range term.Also {
					if kind == normal.KindName {
						any = append(any, h.term(class+also, false))
					}
				}
			}
			if any == nil {
				terms = nil
				break
			}
			slices.Sort(any)
			terms = append(terms, "("+h.or(any...)+")")
		}
		if terms != nil {
			ways = append(ways, "("+h.and(terms...)+")")
		}
	}
	return "(" + h.or(ways...) + ")"
}

func (h *home) hint(index string) string {
	if h.database == "sqlite" {
		return " INDEXED BY " + index
	}
	return ""
}
