package record

import (
	"context"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// advance keeps a record's stage, pipeline and probability together, and refuses a
// stage whose conditions are not met.
func (c *Change) advance(ctx context.Context) error {
	o := c.Object
	f := o.Field(o.Stage)
	if f == nil || o.Stage == "" {
		return nil
	}
	if err := c.align(f); err != nil {
		return err
	}
	if !c.Changed(o.Stage) {
		return nil
	}
	to := f.Option(c.After.Text(o.Stage))
	if to == nil {
		return nil // required, which is told elsewhere
	}
	undone := ctx.Value(undoKey{}) != nil
	if to.Inactive && !undone {
		return invalid(o.Stage, "stage_retired", "stage", to.Label.In(c.Actor.Language))
	}
	if likely := o.Likely; likely != "" && (!c.Changed(likely) || c.Created && c.After[likely] == nil) {
		c.After[likely] = []any{int64(to.Probability)}
	}
	if missing := c.unready(f, to); missing != nil && !c.brought() && !undone {
		return &Error{Code: "invalid", Fields: missing}
	}
	return nil
}

// undoKey marks writes that put back what was: no stage asks anything of them.
type undoKey struct{}

// brought tells that a record comes in from elsewhere: what was not asked there is
// told, and nothing refused for it.
func (c *Change) brought() bool { return c.Created && c.Actor.Importing }

// align has the pipeline be that of the stage; where a pipeline is asked for, the
// stage is the one in it that is called alike, or its first.
func (c *Change) align(f *schema.Field) error {
	o := c.Object
	p := o.Field(o.Pipeline)
	stage := f.Option(c.After.Text(o.Stage))
	if p == nil || stage == nil {
		return nil
	}
	wanted := c.After.Text(o.Pipeline)
	if wanted == "" || wanted == stage.Pipeline || !c.Created && !c.Changed(o.Pipeline) {
		c.After[o.Pipeline] = []any{stage.Pipeline}
		return nil
	}
	to := o.StageIn(wanted, stage)
	if said := c.Created && stage.Value != f.Default || !c.Created && c.Changed(o.Stage); to == nil && !said {
		to = o.FirstStage(wanted)
	}
	if to == nil {
		return invalid(o.Stage, "stage_elsewhere", "stage", stage.Label.In(c.Actor.Language), "pipeline", p.Option(wanted).Label.In(c.Actor.Language))
	}
	c.After[o.Stage] = []any{to.Value}
	return nil
}

// unready is what a stage asks for that is not there: fields without which nothing
// enters it, and what the checklist of the stage that is left wants done first.
func (c *Change) unready(f *schema.Field, to *schema.Option) (missing []FieldError) {
	o, language := c.Object, c.Actor.Language
	told := func(field, code string, params ...string) {
		missing = append(missing, FieldError{field, schema.Bad(code, append(params, "stage", to.Label.In(language))...)})
	}
	for _, name := range to.Needs {
		need := o.Field(name)
		switch {
		case need == nil || c.has(need):
		case c.Actor.Access(o, need) == "hidden":
			// Its name is none of his business.
			if !slices.ContainsFunc(missing, func(e FieldError) bool { return e.Field == o.Stage }) {
				told(o.Stage, "stage_needs_hidden")
			}
		default:
			told(name, "stage_needs", "field", need.Label.In(language))
		}
	}
	from := f.Option(c.Before.Text(o.Stage))
	checks := o.Field(o.Checks)
	if from == nil || checks == nil || c.Created || !onward(f, from, to) {
		return missing
	}
	multiple, _ := checks.Kind().(schema.Multiple)
	done := multiple.Values(checks, c.After.Text(o.Checks))
	var open []string
	for _, item := range from.Checklist {
		if item.Required && !slices.Contains(done, item.Value) {
			open = append(open, item.Label.In(language))
		}
	}
	if open != nil {
		told(o.Checks, "stage_checks_open", "items", strings.Join(open, "、"), "from", from.Label.In(language))
	}
	return missing
}

// has tells whether a field has a value after the write.
func (c *Change) has(f *schema.Field) bool {
	v := c.After[f.Name]
	if len(v) == 0 || v[0] == nil || v[0] == "" {
		return false
	}
	if f.Lines() != nil {
		lines, err := c.Lines(f.Name)
		return err != nil || len(lines) > 0
	}
	return v[0] != "[]"
}

// onward tells whether a stage lies behind another on the way to success.
func onward(f *schema.Field, from, to *schema.Option) bool {
	if to.Kind == schema.Lost || from.Pipeline != to.Pipeline {
		return false
	}
	at := func(s *schema.Option) int {
		return slices.IndexFunc(f.Options, func(o schema.Option) bool { return o.Value == s.Value })
	}
	return at(to) > at(from)
}

// doubtStage warns of what a stage asks for where the record came in without it.
func (c *Change) doubtStage() {
	o := c.Object
	f := o.Field(o.Stage)
	if o.Stage == "" || f == nil || !c.brought() {
		return
	}
	to := f.Option(c.After.Text(o.Stage))
	if to == nil {
		return
	}
	for _, m := range c.unready(f, to) {
		if g := o.Field(m.Field); g != nil && c.Actor.Readable(o, g) {
			c.warnings = append(c.warnings, m)
		}
	}
}

// stays holds how long records were in which stage: a row is written as a stage is
// left. The stage a record is in stands in the record.
var stays = store.Declare(store.Table{
	Name: "stage_stay",
	Columns: []schema.Column{
		{Name: "record_id", Kind: schema.KindInt}, {Name: "id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText},
		{Name: "stage", Kind: schema.KindText}, {Name: "entered_at", Kind: schema.KindInt}, {Name: "left_at", Kind: schema.KindInt},
		{Name: "next_stage", Kind: schema.KindText}, {Name: "actor_id", Kind: schema.KindInt},
	},
	Key: []string{"record_id", "id"},
})

var stayColumns = []string{"record_id", "id", "object", "stage", "entered_at", "left_at", "next_stage", "actor_id"}

// left keeps, for the end of the unit, how long a record was in the stage it
// leaves.
func (c *Change) left(ctx context.Context) {
	o := c.Object
	since := o.StageSince()
	if since == nil || c.Created || !c.Changed(o.Stage) || c.Before.Text(o.Stage) == "" {
		return
	}
	entered := c.Before.Int(since.Name)
	if entered == 0 {
		entered = c.Before.Int("created_at")
	}
	l := &unitOf(ctx).late
	l.stays = append(l.stays, []any{c.ID, c.service.IDs.Next(), o.Name, c.Before.Text(o.Stage), min(entered, c.Now), c.Now, c.After.Text(o.Stage), c.Actor.ID})
}

// Stay is how long a record was in a stage.
type Stay struct {
	Stage string
	// Entered and Left are instants in microseconds; Left is 0 where it still is.
	Entered, Left int64
	// By is who moved it on.
	By     int64
	ByName string
}

// maxStays is how many stays of a record are told at most, the latest.
const maxStays = 200

// Stays lists the stages a record went through, the oldest first, to whoever sees
// the record and its stage.
func (s *Service) Stays(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]Stay, error) {
	v, _, err := s.load(ctx, s.DB, a, o, id, policy.View, false)
	if err != nil {
		return nil, err
	}
	f, since := o.Field(o.Stage), o.StageSince()
	if o.Stage == "" || f == nil || since == nil || !a.Readable(o, f) || !a.Readable(o, since) {
		return nil, fail("not_found")
	}
	rows, err := store.Find(ctx, s.DB, stays.Name, "stage, entered_at, left_at, actor_id", store.Row{"record_id": id, "object": o.Name}, "ORDER BY left_at DESC, id DESC LIMIT 200")
	if err != nil {
		return nil, err
	}
	var list []Stay
	var people []int64
	for _, r := range slices.Backward(rows) {
		var one Stay
		one.Stage, _ = r[0].(string)
		one.Entered, _ = r[1].(int64)
		one.Left, _ = r[2].(int64)
		one.By, _ = r[3].(int64)
		people = append(people, one.By)
		list = append(list, one)
	}
	if stage := v.Text(o.Stage); stage != "" {
		entered := v.Int(since.Name)
		if entered == 0 {
			entered = v.Int("created_at")
		}
		list = append(list, Stay{Stage: stage, Entered: entered})
	}
	names, err := s.labels(ctx, s.DB, a, "user", people, true)
	for i := range list {
		list[i].ByName = names[list[i].By]
	}
	return list[max(0, len(list)-maxStays):], err
}
