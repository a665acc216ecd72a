// Package assignment hands out records that came in without an owner: from a file, a
// program, a web form. An administrator says by rules, in their order, who takes which
// in turn; whoever left or is away is passed over, and catches up with nobody when he
// is back.
package assignment

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/identity"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var t = schema.T

const (
	// Object is the name of the rules' object.
	Object = "assignment_rule"
	// maxRules is how many rules are looked at.
	maxRules = 500
)

// turns tell when somebody had his turn last under a rule: the larger the later.
var turns = store.Declare(store.Table{
	Name: "assignment_turn",
	Columns: []schema.Column{
		{Name: "rule_id", Kind: schema.KindInt}, {Name: "user_id", Kind: schema.KindInt}, {Name: "turn", Kind: schema.KindInt},
	},
	Key: []string{"rule_id", "user_id"},
})

// Module declares the rules.
func Module() record.Module {
	return record.Module{Name: "assignment", Rules: map[string]record.Rules{Object: {Check: check}}, Objects: []*schema.Object{{
		Name: Object, Plural: "assignment_rules", Icon: "users", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("指派規則", "分配规则", "Assignment rule"), LabelPlural: t("指派規則", "分配规则", "Assignment rules"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, MaxLength: 100},
			{Name: "object", Type: "text", Label: t("對象", "对象", "Object"), Required: true, Default: "lead", MaxLength: 40, Indexed: true},
			{Name: "position", Type: "integer", Label: t("順序", "顺序", "Order"), Indexed: true},
			{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
			{Name: "condition", Type: "longtext", Label: t("條件", "条件", "Condition"), Help: t("留空表示全部", "留空表示全部", "Empty: all")},
			{Name: "people", Type: "references", Targets: []string{"user"}, Label: t("輪流指派給", "轮流分配给", "In turn to"), Required: true},
		},
		List:     []string{"position", "name", "object", "condition", "people", "active"},
		Sections: []schema.Section{{Label: t("指派規則", "分配规则", "Assignment rule"), Fields: []string{"name", "object", "position", "condition", "people", "active"}}},
	}}}
}

// check refuses a rule for what has no owner, and a condition that cannot be asked.
func check(ctx context.Context, c *record.Change) error {
	o := c.Actor.Registry.Object(c.After.Text("object"))
	if o == nil || !o.HandedOut {
		return record.Invalid("object", "not_an_option", "value", schema.Shorten(c.After.Text("object")))
	}
	text := c.After.Text("condition")
	if text == "" || !c.Changed("condition") && !c.Changed("object") {
		return nil
	}
	filter, err := query.Parse(text)
	if err == nil {
		_, err = c.Rows(ctx, o.Name, filter, 1)
	}
	if problem := record.AsFilterProblem(err); problem != nil {
		return record.Invalid("condition", problem.Code, "pos", strconv.Itoa(problem.Pos+1), "token", problem.Token)
	}
	return err
}

// Service hands records out.
type Service struct{ Records *record.Service }

// New makes the service, which the door asks from now on.
func New(records *record.Service) *Service {
	s := &Service{Records: records}
	records.HandOut = s.handOut
	return s
}

// handOut gives a new record to whoever's turn it is by the first rule that fits it
// and has somebody there; without one it stays as it is.
func (s *Service) handOut(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, id int64) error {
	rules, err := s.rules(ctx, o)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		fits, err := s.fits(ctx, o, id, rule.v)
		if err != nil {
			return err
		}
		if !fits {
			continue
		}
		person, err := s.next(ctx, u, a, o, rule)
		if err != nil {
			return err
		}
		if person == 0 {
			continue
		}
		engine := policy.System(a.Registry, "assignment "+rule.v.Text("name"))
		if _, err = u.Write(ctx, engine, o, id, nil, record.Values{"owner": {person}}, 0); err != nil {
			return err
		}
		// What the engine writes tells nobody by itself, and whoever's turn it was must know.
		u.Tell(record.Event{Object: o.Name, ID: id, Kind: "changed", Detail: &record.Detail{By: a.ID, Origin: a.Origin, Assigned: []int64{person}}})
		return nil
	}
	return nil
}

type rule struct {
	id int64
	v  record.Values
}

// rules are those in force for an object, in their order.
func (s *Service) rules(ctx context.Context, o *schema.Object) ([]rule, error) {
	found, err := s.Records.Rows(ctx, Object, &query.Node{Op: query.Eq, Field: "object", Value: o.Name}, maxRules)
	if err != nil {
		return nil, err
	}
	var list []rule
	for id, v := range found {
		if v.True("active") {
			list = append(list, rule{id, v})
		}
	}
	slices.SortFunc(list, func(x, y rule) int {
		return cmp.Or(cmp.Compare(x.v.Int("position"), y.v.Int("position")), cmp.Compare(x.id, y.id))
	})
	return list, nil
}

// fits tells whether a record is one that a rule is for. A condition that no longer can
// be asked, since a field is gone, is for none.
func (s *Service) fits(ctx context.Context, o *schema.Object, id int64, rule record.Values) (bool, error) {
	text := rule.Text("condition")
	if text == "" {
		return true, nil
	}
	filter, err := query.Parse(text)
	if err == nil {
		var found map[int64]record.Values
		if found, err = s.Records.Rows(ctx, o.Name, query.AllOf(query.Is("id", id), filter), 1); err == nil {
			return len(found) == 1, nil
		}
	}
	if record.AsFilterProblem(err) != nil {
		return false, nil
	}
	return false, err
}

// next is who has the turn: of those there whoever had his longest ago, the first named
// before others. Whoever brings the record in gives it only to those for whom he may
// make one; the engine to all.
func (s *Service) next(ctx context.Context, u *record.Unit, a *policy.Actor, o *schema.Object, rule rule) (int64, error) {
	var there []int64
	for _, person := range schema.IDs(rule.v.Text("people")) {
		found, err := s.Records.Rows(ctx, "user", query.Is("id", person), 1)
		if err != nil {
			return 0, err
		}
		v, ok := found[person]
		if !ok || !v.True("active") || s.away(v) || a.ID != 0 && !a.Covers(o, policy.Create, person, v.Int("department")) {
			continue
		}
		there = append(there, person)
	}
	if len(there) == 0 {
		return 0, nil
	}
	// Whoever hands out by the same rule at the same time waits here.
	turn, err := u.Turn(ctx, Object+"."+strconv.FormatInt(rule.id, 10))
	if err != nil {
		return 0, err
	}
	rows, err := store.Find(ctx, u.Store(), turns.Name, "user_id, turn", store.Row{"rule_id": rule.id}, "")
	if err != nil {
		return 0, err
	}
	last := map[int64]int64{}
	for _, r := range rows {
		person, _ := r[0].(int64)
		last[person], _ = r[1].(int64)
	}
	chosen := there[0]
	for _, person := range there {
		if last[person] < last[chosen] {
			chosen = person
		}
	}
	key := store.Row{"rule_id": rule.id, "user_id": chosen}
	n, err := store.Update(ctx, u.Store(), turns.Name, store.Row{"turn": turn}, key)
	if err == nil && n == 0 {
		key["turn"] = turn
		err = store.Insert(ctx, u.Store(), turns.Name, key)
	}
	return chosen, err
}

// away tells whether somebody is not there today, by the company's time.
func (s *Service) away(v record.Values) bool {
	return identity.Away(v, time.Now().In(s.Records.Zone()).Format(time.DateOnly))
}
