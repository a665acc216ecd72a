package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// lineInput is one row of a lines field as a client sent it, and where in his
// input it stood.
type lineInput struct {
	path   string
	id     int64
	values Values
}

// linesChange is what a client wants of a lines field: all rows, or what to add,
// change and remove, and the order. It becomes the value of the field once the
// rows there are have been read.
type linesChange struct {
	whole       bool
	rows, added []lineInput
	removed     []int64
	order       []int64
}

// Rows is the value of a lines field for a write: these rows in place of those
// there are. A field that is not in a row gets its default.
func Rows(f *schema.Field, rows []Values) []any {
	change := &linesChange{whole: true}
	for i, v := range rows {
		change.rows = append(change.rows, lineInput{path: fmt.Sprintf("%s[%d]", f.Name, i), values: v})
	}
	return []any{change}
}

// Added is the value that Rows made, for rows that come behind those there are.
func Added(value []any) []any {
	if change, ok := value[0].(*linesChange); ok {
		return []any{&linesChange{added: change.rows}}
	}
	return value
}

// parseLines reads what was sent for a lines field; every problem of every row
// is added to p under the place it has in the input.
func (s *Service) parseLines(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, raw any, p *Error) (*linesChange, error) {
	change := &linesChange{}
	bad := func(path, code string, params ...string) {
		p.Fields = append(p.Fields, FieldError{path, schema.Bad(code, params...)})
	}
	rows := func(path string, raw any) ([]lineInput, error) {
		items, ok := raw.([]any)
		if !ok && raw != nil {
			bad(path, "not_a_list")
			return nil, nil
		}
		if len(items) > schema.MaxLines {
			bad(path, "too_many", "max", strconv.Itoa(schema.MaxLines))
			return nil, nil
		}
		list := make([]lineInput, 0, len(items))
		for i, item := range items {
			at := fmt.Sprintf("%s[%d]", path, i)
			row, ok := item.(map[string]any)
			if !ok {
				bad(at, "not_an_object")
				continue
			}
			l, err := s.parseLine(ctx, q, a, f, at, row, p)
			if err != nil {
				return nil, err
			}
			list = append(list, l)
		}
		return list, nil
	}
	ids := func(path string, raw any) []int64 {
		items, ok := raw.([]any)
		if !ok && raw != nil || len(items) > schema.MaxLines {
			bad(path, "not_a_list")
			return nil
		}
		list := make([]int64, 0, len(items))
		for i, item := range items {
			text, _ := item.(string)
			id, ok := schema.ParseID(text)
			if !ok || slices.Contains(list, id) {
				bad(fmt.Sprintf("%s[%d]", path, i), "no_such_row")
				continue
			}
			list = append(list, id)
		}
		return list
	}
	parts, ok := raw.(map[string]any)
	if !ok {
		change.whole = true
		list, err := rows(f.Name, raw)
		change.rows = list
		return change, err
	}
	for part, raw := range parts {
		path := f.Name + "." + part
		var err error
		switch part {
		case "add":
			change.added, err = rows(path, raw)
		case "change":
			change.rows, err = rows(path, raw)
		case "remove":
			change.removed = ids(path, raw)
		case "order":
			change.order = ids(path, raw)
		default:
			bad(path, "unknown_field")
		}
		if err != nil {
			return nil, err
		}
	}
	return change, nil
}

// parseLine reads one row.
func (s *Service) parseLine(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, path string, row map[string]any, p *Error) (lineInput, error) {
	l := lineInput{path: path, values: Values{}}
	for name, raw := range row {
		if name == "id" {
			text, _ := raw.(string)
			id, ok := schema.ParseID(text)
			if !ok && raw != nil {
				p.Fields = append(p.Fields, FieldError{path + ".id", schema.Bad("no_such_row")})
			}
			l.id = id
			continue
		}
		sub := f.Lines().Field(name)
		if sub == nil {
			p.Fields = append(p.Fields, FieldError{path + "." + name, schema.Bad("unknown_field")})
			continue
		}
		if m, ok := raw.(map[string]any); ok && m["hidden"] == true {
			continue // a reference one may not see, sent back, changes nothing
		}
		columns, err := s.parseValue(ctx, q, a, sub, raw)
		var problem *schema.Problem
		if errors.As(err, &problem) {
			p.Fields = append(p.Fields, FieldError{path + "." + name, problem})
			continue
		} else if err != nil {
			return l, err
		}
		l.values[name] = columns
	}
	return l, nil
}

// become answers the rows that a change makes of those there were.
func (s *Service) become(f *schema.Field, before []schema.Line, change *linesChange) ([]schema.Line, error) {
	p := fail("invalid")
	bad := func(path, code string, params ...string) {
		p.Fields = append(p.Fields, FieldError{path, schema.Bad(code, params...)})
	}
	known := make(map[int64]schema.Line, len(before))
	for _, l := range before {
		known[l.ID] = l
	}
	touched := map[int64]bool{}
	put := func(in lineInput) (schema.Line, bool) {
		l, ok := known[in.id]
		if in.id != 0 && (!ok || touched[in.id]) {
			bad(in.path+".id", "no_such_row")
			return l, false
		}
		made := schema.Line{ID: in.id, Values: make(map[string][]any, len(f.Rows))}
		if in.id == 0 {
			made.ID = s.IDs.Next()
		}
		touched[made.ID] = true
		for _, sub := range f.Rows {
			value, sent := in.values[sub.Name]
			switch {
			case sent:
			case in.id != 0:
				value = l.Values[sub.Name]
			case sub.Default != nil:
				var err error
				if value, err = sub.Kind().Parse(sub, s.Initial(sub)); err != nil {
					bad(in.path+"."+sub.Name, "required")
				}
			}
			if value == nil {
				value = make([]any, len(sub.Columns()))
			}
			if sub.Required && value[0] == nil {
				bad(in.path+"."+sub.Name, "required")
			}
			made.Values[sub.Name] = value
		}
		return made, true
	}
	var after []schema.Line
	if change.whole {
		for _, in := range change.rows {
			if l, ok := put(in); ok {
				after = append(after, l)
			}
		}
	} else {
		changed := map[int64]schema.Line{}
		for i, id := range change.removed {
			if _, ok := known[id]; !ok {
				bad(fmt.Sprintf("%s.remove[%d]", f.Name, i), "no_such_row")
			}
		}
		for _, in := range change.rows {
			if in.id == 0 || slices.Contains(change.removed, in.id) {
				bad(in.path+".id", "no_such_row")
				continue
			}
			if l, ok := put(in); ok {
				changed[l.ID] = l
			}
		}
		for _, l := range before {
			if slices.Contains(change.removed, l.ID) {
				continue
			}
			if now, ok := changed[l.ID]; ok {
				l = now
			}
			after = append(after, l)
		}
		for _, in := range change.added {
			in.id = 0
			if l, ok := put(in); ok {
				after = append(after, l)
			}
		}
		place := make(map[int64]int, len(change.order))
		for i, id := range change.order {
			if _, ok := known[id]; !ok || slices.Contains(change.removed, id) {
				bad(fmt.Sprintf("%s.order[%d]", f.Name, i), "no_such_row")
			}
			place[id] = i
		}
		after = ordered(after, place)
	}
	if len(after) > schema.MaxLines {
		bad(f.Name, "too_many", "max", strconv.Itoa(schema.MaxLines))
	}
	if p.Fields != nil {
		return nil, p
	}
	return after, nil
}

// ordered puts rows into the order of their places; those without one follow as
// they stood.
func ordered(lines []schema.Line, place map[int64]int) []schema.Line {
	if len(place) == 0 {
		return lines
	}
	at := func(l schema.Line) int {
		if i, ok := place[l.ID]; ok {
			return i
		}
		return len(place)
	}
	slices.SortStableFunc(lines, func(a, b schema.Line) int { return at(a) - at(b) })
	return lines
}

// settle turns what a client wants of lines fields into their values.
func (s *Service) settle(o *schema.Object, before, after Values) error {
	problem := fail("invalid")
	for _, f := range o.Fields {
		if f.Lines() == nil || len(after[f.Name]) == 0 {
			continue
		}
		change, ok := after[f.Name][0].(*linesChange)
		if !ok {
			continue
		}
		were, err := schema.DecodeLines(f, before.Text(f.Name))
		if err != nil {
			return err
		}
		lines, err := s.become(f, were, change)
		var refused *Error
		if errors.As(err, &refused) {
			problem.Fields = append(problem.Fields, refused.Fields...)
			continue
		} else if err != nil {
			return err
		}
		after[f.Name] = schema.EncodeLines(f, lines)
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}

// Lines are the rows that a lines field has in the write under way.
func (c *Change) Lines(field string) ([]schema.Line, error) {
	return schema.DecodeLines(c.Object.Field(field), c.After.Text(field))
}

// SetLines puts the rows of a lines field, as a rule that computes in them does.
func (c *Change) SetLines(field string, lines []schema.Line) {
	for i := range lines {
		if lines[i].ID == 0 {
			lines[i].ID = c.service.IDs.Next()
		}
	}
	c.After[field] = schema.EncodeLines(c.Object.Field(field), lines)
}

// lineReferences checks that references set in rows point to what the actor may
// see, with one statement an object.
func (s *Service) lineReferences(ctx context.Context, c *Change) error {
	type place struct {
		path string
		id   int64
	}
	wanted := map[string][]place{}
	for _, f := range c.Object.Fields {
		if f.Lines() == nil || !c.Changed(f.Name) {
			continue
		}
		before, after, err := c.lines(f)
		if err != nil {
			return err
		}
		old := make(map[int64]schema.Line, len(before))
		for _, l := range before {
			old[l.ID] = l
		}
		for i, l := range after {
			for _, sub := range f.Rows {
				id, ok := l.Values[sub.Name][0].(int64)
				if target := sub.Target(); target != "" && ok && !same(old[l.ID].Values[sub.Name], l.Values[sub.Name]) {
					wanted[target] = append(wanted[target], place{fmt.Sprintf("%s[%d].%s", f.Name, i, sub.Name), id})
				}
			}
		}
	}
	problem := fail("invalid")
	for target, places := range wanted {
		ids := make([]int64, len(places))
		for i, p := range places {
			ids[i] = p.id
		}
		found, err := s.labels(ctx, c.tx, c.Actor, target, ids, false)
		if err != nil {
			return err
		}
		for _, p := range places {
			if _, ok := found[p.id]; !ok {
				problem.Fields = append(problem.Fields, FieldError{p.path, schema.Bad("no_such_record")})
			}
		}
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}

// lines decodes the rows before and after a write.
func (c *Change) lines(f *schema.Field) (before, after []schema.Line, err error) {
	if before, err = schema.DecodeLines(f, c.Before.Text(f.Name)); err != nil {
		return nil, nil, err
	}
	after, err = schema.DecodeLines(f, c.After.Text(f.Name))
	return before, after, err
}

// putLines writes the rows of the lines fields that changed.
func (c *Change) putLines(ctx context.Context) error {
	for _, f := range c.Object.Fields {
		if f.Lines() == nil || !c.Changed(f.Name) {
			continue
		}
		before, after, err := c.lines(f)
		if err != nil {
			return err
		}
		if err := c.service.valueLines(ctx, c, f, after); err != nil {
			return err
		}
		if err := store.PutLines(ctx, c.tx, f, c.ID, before, after); err != nil {
			return err
		}
	}
	return nil
}

// withLines completes records that were read with the rows of their lines
// fields: one statement a field, however many records.
func (s *Service) withLines(ctx context.Context, q store.Querier, o *schema.Object, records map[int64]Values) error {
	var fields []*schema.Field
	for _, f := range o.Fields {
		if f.Lines() != nil {
			fields = append(fields, f)
		}
	}
	if fields == nil || len(records) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(records))
	for id := range records {
		ids = append(ids, id)
	}
	for _, f := range fields {
		found, err := s.linesOf(ctx, q, f, ids)
		if err != nil {
			return err
		}
		for id, v := range records {
			v[f.Name] = schema.EncodeLines(f, found[id])
		}
	}
	return nil
}

// linesOf reads the rows of a lines field by the record they belong to.
func (s *Service) linesOf(ctx context.Context, q store.Querier, f *schema.Field, ids []int64) (map[int64][]schema.Line, error) {
	rows, err := store.Lines(ctx, q, f, ids)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	found := map[int64][]schema.Line{}
	for _, r := range rows {
		found[r.Parent] = append(found[r.Parent], r.Line)
	}
	return found, nil
}
