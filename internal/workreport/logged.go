package workreport

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// shown is how many records a list of a report names; all are counted.
const shown = 200

// Item is one record of a list as it was.
type Item struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	// Hidden tells that the reader does not see the record.
	Hidden bool `json:"hidden,omitempty"`
	// Fields are those the list shows, as the API writes them.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`
}

// Part is how many of a list have one choice.
type Part struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// List is one list of a report (schema.Reported).
type List struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Object string `json:"object"`
	// Ahead tells that it is of what comes after the period.
	Ahead bool   `json:"ahead,omitempty"`
	Count int64  `json:"count"`
	By    string `json:"by,omitempty"`
	Parts []Part `json:"parts,omitempty"`
	// Sum is in the company's currency; nil where nothing is added up, or where the reader
	// does not see all that was. Unconverted amounts had no rate and are left out.
	Sum         *string `json:"sum,omitempty"`
	Unconverted int64   `json:"unconverted,omitempty"`
	Items       []Item  `json:"items"`
}

// Logged is what the records tell of somebody's work in a period.
type Logged struct {
	Currency string `json:"currency"`
	Lists    []List `json:"lists"`
}

// logs keep what was logged in the reports that were handed in.
var logs = store.Declare(store.Table{
	Name:    "work_report_log",
	Columns: []schema.Column{{Name: "report_id", Kind: schema.KindInt}, {Name: "logged", Kind: schema.KindText}},
	Key:     []string{"report_id"},
})

// reader reads records under the rights of the author.
type reader interface {
	List(ctx context.Context, object string, r record.ListRequest) ([]byte, error)
	Aggregate(ctx context.Context, object, filter string, groups []query.Group, measures []query.Measure) ([]byte, error)
}

// personal reads as somebody does outside of a write.
type personal struct {
	records *record.Service
	actor   *policy.Actor
}

func (p personal) List(ctx context.Context, object string, r record.ListRequest) ([]byte, error) {
	return p.records.List(ctx, p.actor, p.actor.Registry.Object(object), r)
}

func (p personal) Aggregate(ctx context.Context, object, filter string, groups []query.Group, measures []query.Measure) ([]byte, error) {
	return p.records.Aggregate(ctx, p.actor, p.actor.Registry.Object(object), filter, "", groups, measures)
}

// declared is a list with the object that declares it.
type declared struct {
	object *schema.Object
	schema.Reported
}

// declaredIn are the lists of reports in their order.
func declaredIn(r *schema.Registry) []declared {
	var all []declared
	for _, o := range r.Objects() {
		for _, list := range o.Reported {
			all = append(all, declared{o, list})
		}
	}
	slices.SortStableFunc(all, func(a, b declared) int { return cmp.Compare(a.Order, b.Order) })
	return all
}

// read fills a report of the actor's on a period from what he may see himself.
func read(ctx context.Context, from reader, a *policy.Actor, p Period) (*Logged, error) {
	logged := &Logged{Lists: []List{}}
	for _, d := range declaredIn(a.Registry) {
		list, err := d.read(ctx, from, a, p, logged)
		if err != nil {
			return nil, err
		}
		if list != nil {
			logged.Lists = append(logged.Lists, *list)
		}
	}
	return logged, nil
}

// filter is what the records of the list fit.
func (d declared) filter(p Period) string {
	quoted := func(day string) string { return `"` + day + `"` }
	text := "owner = me()"
	switch d.When {
	case schema.Until:
		text += " AND " + d.At + " < " + quoted(p.after())
	case schema.Ahead:
		next := p.Next()
		text += " AND " + d.At + " >= " + quoted(next.Begins) + " AND " + d.At + " < " + quoted(next.after())
	default:
		text += " AND " + d.At + " >= " + quoted(p.Begins) + " AND " + d.At + " < " + quoted(p.after())
	}
	if d.Filter != "" {
		text += " AND " + d.Filter
	}
	return text
}

func (d declared) read(ctx context.Context, from reader, a *policy.Actor, p Period, logged *Logged) (*List, error) {
	o := d.object
	if !a.May(o, policy.View) || !a.Readable(o, o.Field(d.At)) {
		return nil, nil
	}
	list := &List{Key: d.Key, Label: d.Label.In(a.Language), Object: o.Name, Ahead: d.When == schema.Ahead, Items: []Item{}}
	measures := []query.Measure{{Fn: "count"}}
	if d.Sum != "" && a.Readable(o, o.Field(d.Sum)) {
		measures = append(measures, query.Measure{Fn: "sum", Field: d.Sum})
	}
	var groups []query.Group
	if d.By != "" && a.Readable(o, o.Field(d.By)) {
		list.By, groups = d.By, []query.Group{{Field: d.By}}
	}
	answer, err := from.Aggregate(ctx, o.Name, d.filter(p), groups, measures)
	if record.AsFilterProblem(err) != nil {
		return nil, nil // by a field he may not read
	} else if err != nil {
		return nil, err
	}
	if err := list.count(answer, len(measures) > 1, logged); err != nil || list.Count == 0 {
		return nil, err
	}
	fields := []string{}
	for _, name := range append([]string{o.Title}, d.Show...) {
		if f := o.Field(name); f != nil && a.Readable(o, f) {
			fields = append(fields, name)
		}
	}
	page, err := from.List(ctx, o.Name, record.ListRequest{Filter: d.filter(p), Sort: d.At, Fields: append(fields, "id"), Limit: shown, Count: query.CountNone})
	if err != nil {
		return nil, err
	}
	return list, list.fill(page, o)
}

// count takes over how many there are and what they add up to.
func (l *List) count(answer []byte, sums bool, logged *Logged) error {
	rows, err := record.ReadAggregated(answer)
	if err != nil {
		return err
	}
	sum := int64(0)
	for i := range rows.Rows {
		n := rows.Count(i, 0)
		l.Count += n
		if l.By != "" {
			l.Parts = append(l.Parts, Part{rows.Group(i, 0), n})
		}
		sum += rows.Amount(i, 1)
	}
	if sums {
		text := schema.Unscaled(sum, schema.MoneyScale)
		l.Sum, l.Unconverted, logged.Currency = &text, rows.Unconverted, rows.Currency
	}
	return nil
}

// fill takes over the records of a page.
func (l *List) fill(page []byte, o *schema.Object) error {
	var read struct {
		Records []map[string]json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(page, &read); err != nil {
		return err
	}
	for _, r := range read.Records {
		item := Item{Fields: map[string]json.RawMessage{}}
		for name, value := range r {
			switch name {
			case "id":
				if err := json.Unmarshal(value, &item.ID); err != nil {
					return err
				}
			case "version":
			case o.Title:
				// A title that is no text, or none, is shown as the record is elsewhere.
				if json.Unmarshal(value, &item.Title) != nil {
					item.Title = ""
				}
			default:
				if string(value) != "null" {
					item.Fields[name] = value
				}
			}
		}
		l.Items = append(l.Items, item)
	}
	return nil
}

// freeze keeps with a report that is handed in what was logged until then, as its author
// sees it; one that somebody brings in for him has none.
func freeze(ctx context.Context, c *record.Change) error {
	if !c.Created || c.Actor.ID == 0 || c.Actor.ID != c.After.Int("owner") {
		return nil
	}
	p, ok := PeriodOf(c.After.Text("kind"), c.After.Text("begins"))
	if !ok {
		return nil
	}
	logged, err := read(ctx, c, c.Actor, p)
	if err != nil {
		return err
	}
	text, err := json.Marshal(logged)
	if err != nil {
		return err
	}
	return store.Insert(ctx, c.Store(), logs.Name, store.Row{"report_id": c.ID, "logged": string(text)})
}

// kept reads what was logged in reports that were handed in, by id, as it was.
func (s *Service) kept(ctx context.Context, ids []int64) (map[int64]*Logged, error) {
	found := map[int64]*Logged{}
	for len(ids) > 0 {
		some := ids[:min(len(ids), record.MaxPage)]
		ids = ids[len(some):]
		rows, err := store.Having(ctx, s.Records.DB, logs.Name, "report_id, logged", "report_id", nil, some)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			id, _ := r[0].(int64)
			text, _ := r[1].(string)
			logged := &Logged{}
			if err := json.Unmarshal([]byte(text), logged); err != nil {
				return nil, err
			}
			found[id] = logged
		}
	}
	return found, nil
}

// reference is a value that leads to another record.
type reference struct {
	ID     string `json:"id"`
	Object string `json:"object"`
}

// veil takes out of what was logged what a reader may not see now: of records out of his
// sight remains that there were so many. What he may see is called as it was then.
func (s *Service) veil(ctx context.Context, a *policy.Actor, all []*Logged) error {
	ids := map[string][]int64{}
	want := func(object, id string) {
		if n, ok := schema.ParseID(id); ok {
			ids[object] = append(ids[object], n)
		}
	}
	each := func(fn func(o *schema.Object, l *List)) {
		for _, logged := range all {
			for i := range logged.Lists {
				fn(a.Registry.Object(logged.Lists[i].Object), &logged.Lists[i])
			}
		}
	}
	each(func(_ *schema.Object, l *List) {
		for _, item := range l.Items {
			want(l.Object, item.ID)
			for _, value := range item.Fields {
				if ref, ok := referenceIn(value); ok {
					want(ref.Object, ref.ID)
				}
			}
		}
	})
	sees := map[string]map[int64]string{}
	for object, of := range ids {
		slices.Sort(of)
		sees[object] = map[int64]string{}
		for of = slices.Compact(of); len(of) > 0; {
			some := of[:min(len(of), record.MaxPage)]
			of = of[len(some):]
			found, err := s.Records.Names(ctx, a, object, some)
			if err != nil {
				return err
			}
			for id, title := range found {
				sees[object][id] = title
			}
		}
	}
	seen := func(object, id string) bool {
		n, _ := schema.ParseID(id)
		_, ok := sees[object][n]
		return ok
	}
	each(func(o *schema.Object, l *List) { l.veil(a, o, seen) })
	return nil
}

// veil is Service.veil for one list.
func (l *List) veil(a *policy.Actor, o *schema.Object, seen func(object, id string) bool) {
	l.Label = labelOf(a, o, l.Key)
	if o == nil {
		l.Items, l.Sum, l.Parts, l.By = []Item{}, nil, nil, ""
		return
	}
	readable := func(name string) bool { f := o.Field(name); return f != nil && a.Readable(o, f) }
	whole := int64(len(l.Items)) == l.Count
	for i := range l.Items {
		item := &l.Items[i]
		if !seen(l.Object, item.ID) {
			*item, whole = Item{Hidden: true}, false
			continue
		}
		if !readable(o.Title) {
			item.Title = ""
		}
		for name, value := range item.Fields {
			ref, leads := referenceIn(value)
			switch {
			case !readable(name):
				delete(item.Fields, name)
			case leads && !seen(ref.Object, ref.ID):
				item.Fields[name] = json.RawMessage(`{"object":` + strconv.Quote(ref.Object) + `,"hidden":true}`)
			}
		}
	}
	for _, d := range o.Reported {
		if d.Key == l.Key && d.Sum != "" && !readable(d.Sum) {
			whole = false
		}
	}
	if !whole {
		l.Sum, l.Unconverted = nil, 0
	}
	if l.By != "" && !readable(l.By) {
		l.By, l.Parts = "", nil
	}
}

// referenceIn reads a value that leads to a record the author saw.
func referenceIn(value json.RawMessage) (reference, bool) {
	var ref reference
	if len(value) == 0 || value[0] != '{' || json.Unmarshal(value, &ref) != nil || ref.ID == "" || ref.Object == "" {
		return reference{}, false
	}
	return ref, true
}

// labelOf is what a list is called in the reader's language.
func labelOf(a *policy.Actor, o *schema.Object, key string) string {
	if o == nil {
		return key
	}
	for _, d := range o.Reported {
		if d.Key == key {
			return d.Label.In(a.Language)
		}
	}
	return o.LabelPlural.In(a.Language)
}
