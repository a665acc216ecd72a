package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/normal"
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Asker is what a filter needs to know about who asks: its relative values,
// what it may read, and the rule that guards related objects.
type Asker interface {
	// Me is the asker's id.
	Me() int64
	// Home is the asker's main department, 0 when there is none.
	Home() int64
	// Zone is the asker's time zone.
	Zone() *time.Location
	// Readable tells whether the asker may read a field.
	Readable(o *schema.Object, f *schema.Field) bool
	// Guard is the filter of the records of an object that the asker may see;
	// nil means all, a Never node none.
	Guard(o *schema.Object) *query.Node
}

type compiler struct {
	registry *schema.Registry
	asker    Asker
	postgres bool
	b        strings.Builder
	args     []any
	aliases  int
	// trusted is true while compiling a filter that policy made.
	trusted bool
	// bin is true while compiling what is asked of the recycle bin.
	bin bool
	// steer, pinning and ordered: see name.
	steer, pinning bool
	ordered        string
	// planned statements are planned once (see Asked).
	planned bool
	// pinned are the nodes whose index the plan uses.
	pinned map[*query.Node]bool
}

func (c *compiler) write(s string, args ...any) {
	c.b.WriteString(s)
	c.args = append(c.args, args...)
}

func (c *compiler) alias() string {
	c.aliases++
	return fmt.Sprintf("t%d", c.aliases)
}

func problem(n *query.Node, code string) error {
	return &query.Problem{Code: code, Pos: n.Pos, Token: n.Field}
}

// where writes the condition that a record of o under an alias fits n.
func (c *compiler) where(o *schema.Object, alias string, n *query.Node) error {
	switch n.Op {
	case query.And, query.Or:
		c.write("(")
		for i, kid := range n.Kids {
			if i > 0 {
				c.write(" " + strings.ToUpper(string(n.Op)) + " ")
			}
			if err := c.kid(o, alias, kid); err != nil {
				return err
			}
		}
		c.write(")")
		return nil
	case query.Not:
		c.write("((")
		if err := c.where(o, alias, n.Kids[0]); err != nil {
			return err
		}
		c.write(") IS NOT TRUE)")
		return nil
	case query.Never:
		c.write("1 = 0")
		return nil
	case query.Granted:
		defer func(before bool) { c.trusted = before }(c.trusted)
		c.trusted = true
		return c.where(o, alias, n.Kids[0])
	case query.Shared:
		c.write(alias + ".id IN (")
		c.shared(o, n)
		c.write(")")
		return nil
	case query.Through:
		return c.through(o, alias, n)
	case query.Any:
		return c.anyRelated(o, alias, n)
	case query.Many:
		return c.manyRelated(o, alias, n)
	}
	return c.compare(o, alias, n)
}

// kid writes one of several conditions, free to use its index if pinned.
func (c *compiler) kid(o *schema.Object, alias string, n *query.Node) error {
	if c.pinned[n] {
		defer func(before bool) { c.pinning = before }(c.pinning)
		c.pinning = true
	}
	return c.where(o, alias, n)
}

// inside writes "column IN (ids of live records of target that fit n)".
func (c *compiler) inside(column string, target *schema.Object, key string, n *query.Node) error {
	return c.insideOf(column, target, key, n, true)
}

// insideOf is inside of live records only, or of those in the recycle bin too.
func (c *compiler) insideOf(column string, target *schema.Object, key string, n *query.Node, live bool) error {
	a := c.alias()
	c.write(column + " IN (SELECT " + a + "." + key + " FROM " + target.Table() + " " + a + " WHERE ")
	if live {
		c.write(a + ".deleted_at IS NULL AND ")
	}
	if err := c.where(target, a, n); err != nil {
		return err
	}
	c.write(")")
	return nil
}

// guarded adds the rule of a related object to what a client asks of it.
func (c *compiler) guarded(target *schema.Object, n *query.Node) *query.Node {
	if c.trusted {
		return n
	}
	guard := c.asker.Guard(target)
	if guard == nil {
		return n
	}
	return query.AllOf(n, &query.Node{Op: query.Granted, Kids: []*query.Node{guard}})
}

func (c *compiler) anyRelated(o *schema.Object, alias string, n *query.Node) error {
	if name, rest, deeper := strings.Cut(n.Field, "."); deeper {
		f := o.Field(name)
		if f == nil || !c.trusted && !c.asker.Readable(o, f) {
			return problem(n, "filter_unknown_field")
		}
		target := c.registry.Object(f.Target())
		if target == nil || f.Many() != "" {
			return problem(n, "filter_unknown_relation")
		}
		inner := *n
		inner.Field = rest
		return c.inside(c.name(alias, f.Column()), target, "id", c.guarded(target, &inner))
	}
	if f := o.Field(n.Field); f != nil && f.Lines() != nil && (c.trusted || c.asker.Readable(o, f)) {
		return c.withLine(f, alias, n.Kids[0])
	}
	target := c.registry.ByPlural(n.Field)
	if target == nil {
		return problem(n, "filter_unknown_relation")
	}
	for _, f := range target.Fields {
		if f.Target() == o.Name && !f.System && c.asker.Readable(target, f) {
			return c.inside(alias+".id", target, f.Column(), c.guarded(target, n.Kids[0]))
		}
	}
	if link, here, there := c.linkTo(o, target); link != nil {
		return c.inside(alias+".id", link, here.Column(), c.guarded(link, across(link, there, n.Kids[0])))
	}
	return problem(n, "filter_unknown_relation")
}

func (c *compiler) compare(o *schema.Object, alias string, n *query.Node) error {
	name, rest, deeper := strings.Cut(n.Field, ".")
	if name == "id" && n.Op == query.Gt && n.Value == json.Number("0") {
		c.write(alias + ".id > 0") // customer.id > 0: there is one, and the asker sees it
		return nil
	}
	if name == "id" && n.Op != query.In && n.Op != query.Ne {
		return c.ids(alias+".id", n)
	}
	f := o.Field(name)
	if f == nil && name != "id" {
		return problem(n, "filter_unknown_field")
	}
	if f != nil && !c.trusted && !c.asker.Readable(o, f) {
		return problem(n, "filter_unknown_field")
	}
	if n.Op == query.In || n.Op == query.Ne {
		return c.combined(o, alias, n)
	}
	if call, ok := n.Value.(query.Call); ok && f != nil && f.Name == o.Stage && !deeper {
		return c.staged(o, alias, f, call, n)
	}
	if f.Name == o.Stage && deeper && rest == reachedPart {
		return c.compareReached(o, alias, f, n)
	}
	if f.Lines() != nil {
		return c.lines(f, alias, rest, n)
	}
	column := c.name(alias, f.Column())
	switch n.Op {
	case query.Lt, query.Le, query.Gt, query.Ge:
		// More and less are meant as in the order of a list: money across currencies.
		column = c.name(alias, f.OrderColumn())
	}
	if deeper {
		if f.Type == "address" {
			return c.address(f, alias, rest, n)
		}
		if f.Type == "money" {
			for _, col := range f.Columns() {
				if col.Name == f.Name+"_"+rest && col.Kind == schema.KindText {
					return c.textual(c.name(alias, col.Name), n)
				}
			}
			return problem(n, "filter_unknown_field")
		}
		target := c.registry.Object(f.Target())
		if target == nil {
			return problem(n, "filter_unknown_field")
		}
		inner := *n
		inner.Field = rest
		return c.inside(column, target, "id", c.guarded(target, &inner))
	}
	if f.Type == "address" {
		return c.address(f, alias, "", n)
	}
	if n.Op == query.Empty {
		c.write(column + " IS NULL")
		return nil
	}
	switch f.Type {
	case "reference", "user", "department", "anyreference":
		return c.refers(f, column, n)
	case "tags", "multipicklist", "phones", "mails", "references":
		return c.listed(o, f, alias, n)
	case "birthday":
		return c.birthday(f, alias, n)
	case "datetime":
		return c.instant(column, n)
	case "text", "longtext", "url", "autonumber", "picklist", "file", "picture", "place", "recurrence":
		return c.textual(column, n)
	}
	return c.plain(f, column, n)
}

// combined writes the operators that are made of several "=".
func (c *compiler) combined(o *schema.Object, alias string, n *query.Node) error {
	if n.Op == query.Ne {
		eq := *n
		eq.Op = query.Eq
		c.write("((")
		if err := c.compare(o, alias, &eq); err != nil {
			return err
		}
		c.write(") IS NOT TRUE)")
		return nil
	}
	if n.Op == query.In {
		if ids, ok := idList(n); ok {
			c.write(alias + ".id")
			c.among(ids)
			return nil
		}
		list, _ := n.Value.([]any)
		if len(list) == 0 {
			c.write("1 = 0")
			return nil
		}
		c.write("((")
		for i, v := range list {
			switch {
			case i == 0:
			case i%maxRow == 0:
				// SQLite takes no more than a thousand conditions in one row.
				c.write(") OR (")
			default:
				c.write(" OR ")
			}
			eq := *n
			eq.Op, eq.Value = query.Eq, v
			if err := c.compare(o, alias, &eq); err != nil {
				return err
			}
		}
		c.write("))")
		return nil
	}
	return problem(n, "filter_operator_unfit")
}

// maxRow is how many conditions stand in one row.
const maxRow = 100

// idList is the list of ids that a record's own id is looked for in; false when
// the node is anything else.
func idList(n *query.Node) ([]int64, bool) {
	if n.Field != "id" || n.Op != query.In {
		return nil, false
	}
	if ids, ok := n.Value.([]int64); ok {
		return ids, true
	}
	list, _ := n.Value.([]any)
	ids := make([]int64, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case int64:
			ids = append(ids, v)
		case string:
			id, ok := schema.ParseID(v)
			if !ok {
				return nil, false
			}
			ids = append(ids, id)
		default:
			return nil, false
		}
	}
	return ids, true
}

// among writes that a column is one of some ids, as one argument. PostgreSQL
// would compare each row of the table with "= ANY".
func (c *compiler) among(ids []int64) {
	c.write(" IN ")
	c.ids64(ids)
}

var comparisons = map[query.Op]string{query.Eq: "=", query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">="}

func (c *compiler) ids(column string, n *query.Node) error {
	if n.Op != query.Eq {
		return problem(n, "filter_operator_unfit")
	}
	switch v := n.Value.(type) {
	case int64:
		c.write(column+" = ?", v)
		return nil
	case query.Call:
		switch v.Name {
		case "me":
			c.write(column+" = ?", c.asker.Me())
			return nil
		case "my_department":
			c.write(column+" = ?", c.asker.Home())
			return nil
		}
	case string:
		if id, ok := schema.ParseID(v); ok {
			c.write(column+" = ?", id)
			return nil
		}
	case json.Number:
		if id, ok := schema.ParseID(v.String()); ok {
			c.write(column+" = ?", id)
			return nil
		}
	case nil:
		c.write(column + " IS NULL")
		return nil
	}
	return problem(n, "filter_value_unfit")
}

func (c *compiler) textual(column string, n *query.Node) error {
	var s string
	switch v := n.Value.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	case nil:
		c.write(column + " IS NULL")
		return nil
	default:
		return problem(n, "filter_value_unfit")
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if n.Op == query.Contains {
		c.write("lower("+column+`) LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(asciiLower(s))+"%")
		return nil
	}
	op, ok := comparisons[n.Op]
	if !ok {
		return problem(n, "filter_operator_unfit")
	}
	c.write(column+" "+op+" ?", s)
	return nil
}

// asciiLower lowers as lower() does in SQLite and under PostgreSQL's "C".
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (c *compiler) listed(o *schema.Object, f *schema.Field, alias string, n *query.Node) error {
	s, ok := n.Value.(string)
	if !ok {
		if num, isNumber := n.Value.(json.Number); isNumber {
			s, ok = num.String(), true
		}
	}
	if call, isCall := n.Value.(query.Call); isCall && f.Type == "references" {
		switch call.Name {
		case "me":
			s, ok = strconv.FormatInt(c.asker.Me(), 10), true
		case "my_department":
			s, ok = strconv.FormatInt(c.asker.Home(), 10), true
		}
	}
	if !ok {
		return problem(n, "filter_value_unfit")
	}
	if n.Op == query.Contains && f.Many() == "" { // of ids no part may be guessed
		return c.textual(alias+"."+f.Column(), n)
	}
	if n.Op != query.Has && n.Op != query.Eq {
		return problem(n, "filter_operator_unfit")
	}
	if id, isID := schema.ParseID(s); isID && f.Many() != "" {
		c.write("(")
		if err := c.visible(f, id); err != nil {
			return err
		}
		defer c.write(")")
	}
	keys := []string{s}
	switch f.Type {
	case "phones":
		keys = normal.PhoneDigits(s)
	case "mails":
		keys = []string{normal.MailKey(s)}
	}
	// A value many records have is looked up for each row the walk meets; one few
	// have says which rows to fetch.
	if c.steer && !c.pinning && alias == "t" {
		c.write("EXISTS (SELECT 1 FROM " + o.ValueTable(f) + " v WHERE v.record_id = t.id AND v.value IN (''")
	} else {
		c.write(alias + ".id IN (SELECT record_id FROM " + o.ValueTable(f) + " WHERE value IN (''")
	}
	for _, k := range keys {
		c.write(", ?", strings.ReplaceAll(strings.ToValidUTF8(k, ""), "\x00", ""))
	}
	c.write("))")
	return nil
}

// day finds the first and the last-but-one instant of what a value names.
func (c *compiler) span(n *query.Node) (from, to time.Time, err error) {
	zone := c.asker.Zone()
	switch v := n.Value.(type) {
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t, t.Add(time.Microsecond), nil
		}
		if t, err := time.ParseInLocation("2006-01-02", v, zone); err == nil {
			return t, t.AddDate(0, 0, 1), nil
		}
	case query.Call:
		now := time.Now().In(zone)
		shift := 0
		if len(v.Args) > 0 {
			shift = v.Args[0]
		}
		day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
		switch v.Name {
		case "now":
			return now, now.Add(time.Microsecond), nil
		case "today":
			return day.AddDate(0, 0, shift), day.AddDate(0, 0, shift+1), nil
		case "next_days": // today and so many days more
			return day, day.AddDate(0, 0, min(max(shift, 0), 3660)+1), nil
		case "days": // so many days from today on, and how many of them
			if len(v.Args) != 2 {
				return from, to, problem(n, "filter_value_unfit")
			}
			from = day.AddDate(0, 0, shift)
			return from, from.AddDate(0, 0, min(max(v.Args[1], 1), 3660)), nil
		case "this_week":
			monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7+7*shift)
			return monday, monday.AddDate(0, 0, 7), nil
		case "this_month":
			first := time.Date(now.Year(), now.Month()+time.Month(shift), 1, 0, 0, 0, 0, zone)
			return first, first.AddDate(0, 1, 0), nil
		case "this_year":
			first := time.Date(now.Year()+shift, 1, 1, 0, 0, 0, 0, zone)
			return first, first.AddDate(1, 0, 0), nil
		}
	}
	return from, to, problem(n, "filter_value_unfit")
}

func (c *compiler) bounds(column string, n *query.Node, value func(time.Time) any) error {
	from, to, err := c.span(n)
	if err != nil {
		return err
	}
	switch n.Op {
	case query.Eq:
		c.write("("+column+" >= ? AND "+column+" < ?)", value(from), value(to))
	case query.Lt:
		c.write(column+" < ?", value(from))
	case query.Le:
		c.write(column+" < ?", value(to))
	case query.Gt:
		c.write(column+" >= ?", value(to))
	case query.Ge:
		c.write(column+" >= ?", value(from))
	default:
		return problem(n, "filter_operator_unfit")
	}
	return nil
}

func (c *compiler) instant(column string, n *query.Node) error {
	if n.Value == nil && n.Op == query.Eq {
		c.write(column + " IS NULL")
		return nil
	}
	return c.bounds(column, n, func(t time.Time) any { return t.UnixMicro() })
}

func (c *compiler) plain(f *schema.Field, column string, n *query.Node) error {
	if f.Type == "date" {
		return c.bounds(column, n, func(t time.Time) any { return t.Format("2006-01-02") })
	}
	op, ok := comparisons[n.Op]
	if !ok {
		return problem(n, "filter_operator_unfit")
	}
	value := n.Value
	if f.Type == "money" {
		value = map[string]any{"amount": value}
	}
	columns, err := f.Kind().Parse(f, value)
	if err != nil {
		return problem(n, "filter_value_unfit")
	}
	if columns == nil {
		c.write(column + " IS NULL")
		return nil
	}
	if b, ok := columns[0].(bool); ok {
		if n.Op != query.Eq {
			return problem(n, "filter_operator_unfit")
		}
		if b {
			c.write("(" + column + " IS TRUE)")
		} else {
			c.write("(" + column + " IS FALSE)")
		}
		return nil
	}
	c.write(column+" "+op+" ?", columns[0])
	return nil
}
