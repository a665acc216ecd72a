package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
	"ecrm/internal/tabular"
)

// entry is what the file says of one record: one row, or where its columns fill
// the rows of a lines field, that row and those behind it.
type entry struct {
	tabular.Row
	more []tabular.Row
}

// entries reads a file record by record.
type entries struct {
	reader    *tabular.Reader
	converter *converter
	// next is the row that was read to see that the record before it had ended.
	next *tabular.Row
	end  bool
}

// read answers the next record, io.EOF behind the last.
func (e *entries) read() (entry, error) {
	row, err := e.row()
	if err != nil {
		return entry{}, err
	}
	one := entry{Row: row}
	if !e.converter.lined() || row.Problem != nil && !row.Problem.Usable {
		return one, nil
	}
	// One more than a record may have, so that it is refused.
	for len(one.more) <= schema.MaxLines {
		row, err := e.row()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return entry{}, err
		}
		if row.Problem != nil && !row.Problem.Usable || !e.converter.follows(one.Row, row) {
			e.next = &row
			break
		}
		one.more = append(one.more, row)
	}
	return one, nil
}

func (e *entries) row() (tabular.Row, error) {
	if e.next != nil {
		row := *e.next
		e.next = nil
		return row, nil
	}
	if e.end {
		return tabular.Row{}, io.EOF
	}
	row, err := e.reader.Next()
	if errors.Is(err, io.EOF) {
		e.end = true
	} else if err == nil {
		row.Cells = slices.Clone(row.Cells)
	}
	return row, err
}

// lined tells whether a column fills rows of a lines field.
func (c *converter) lined() bool {
	return slices.ContainsFunc(c.targets, func(t target) bool { return t.lines != nil })
}

// said is what a row has in a column.
func said(row tabular.Row, i int) string {
	if i >= len(row.Cells) {
		return ""
	}
	return strings.TrimSpace(row.Cells[i].Text)
}

// follows tells whether a row goes on with the record of a row before it: it has
// the same key, or all the same where no key is chosen, or says nothing of the
// record at all.
func (c *converter) follows(first, row tabular.Row) bool {
	keyed := slices.ContainsFunc(c.targets, c.isKey)
	silent, same := true, true
	for i, t := range c.targets {
		if t.field == nil || t.lines != nil {
			continue
		}
		there := said(row, i)
		silent = silent && there == ""
		if (!keyed || c.isKey(t)) && there != said(first, i) {
			same = false
		}
	}
	return silent || same
}

// isKey tells whether a column says which record a row speaks of.
func (c *converter) isKey(t target) bool {
	return t.field != nil && t.lines == nil && t.beside.object == nil && t.part == "" && contains(c.job.Duplicates.Keys, t.field.Name)
}

// differing warns of what the further rows of a record say otherwise than its
// first, which counts.
func (c *converter) differing(e entry) []Problem {
	var problems []Problem
	for _, row := range e.more {
		for i, t := range c.targets {
			if t.field == nil || t.lines != nil {
				continue
			}
			if there := said(row, i); there != "" && there != said(e.Row, i) {
				problems = append(problems, Problem{Row: row.Number, Column: c.job.Columns[i].Header, Code: "row_differs", Params: map[string]string{"value": said(e.Row, i)}, Value: there, Warning: true})
			}
		}
	}
	return problems
}

// rows reads the rows of the lines fields: they stand in the order of the file,
// and main keeps in which of its rows each stood.
func (c *converter) rows(ctx context.Context, e entry, main *draft) ([]Problem, error) {
	if !c.lined() {
		return nil, nil
	}
	for _, f := range c.object.Fields {
		for _, sub := range f.Rows {
			main.headers[f.Name+"."+sub.Name] = f.Label.In(c.actor.Language) + " " + sub.Label.In(c.actor.Language)
		}
	}
	for i, t := range c.targets {
		if t.lines != nil {
			main.headers[t.lines.Name+"."+t.field.Name] = c.job.Columns[i].Header
		}
	}
	problems := c.differing(e)
	lines := map[*schema.Field][]record.Values{}
	var order []*schema.Field
	for _, row := range append([]tabular.Row{e.Row}, e.more...) {
		filled := map[*schema.Field]record.Values{}
		for i, t := range c.targets {
			there := said(row, i)
			if t.lines == nil || there == "" {
				continue
			}
			column := &c.job.Columns[i]
			scratch := newDraft()
			value, problem, err := c.value(ctx, scratch, t, []cellText{{column, "", row.Cells[i], there}})
			if err != nil {
				return nil, err
			}
			if scratch.missing[t.field.Name] != "" {
				problem = schema.Bad("no_such_record") // what rows name is there already
			}
			if problem != nil {
				// A row without what it cannot be without is none.
				refuses := c.refuses(t, problem) || t.field.Required && value == nil
				problems = append(problems, Problem{Row: row.Number, Column: column.Header, Code: problem.Code, Params: problem.Params, Value: there, Warning: !refuses})
			}
			if value != nil {
				// A row of which nothing fits is none: the record comes in without it.
				if filled[t.lines] == nil {
					filled[t.lines] = record.Values{}
				}
				filled[t.lines][t.field.Name] = value
			}
		}
		for _, f := range c.object.Fields {
			v := filled[f]
			if v == nil {
				continue
			}
			if !slices.Contains(order, f) {
				order = append(order, f)
			}
			if main.places == nil {
				main.places = map[string]int{}
			}
			main.places[fmt.Sprintf("%s[%d]", f.Name, len(lines[f]))] = row.Number
			lines[f] = append(lines[f], v)
		}
	}
	for _, f := range order {
		main.values[f.Name] = record.Rows(f, lines[f])
	}
	inOrder(problems)
	return problems, nil
}

// inOrder puts problems into the order of the file's rows.
func inOrder(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Row - b.Row })
}

// place finds the row and the column of the file that a refused field means.
func (d *draft) place(field string, e entry) (row int, header string) {
	row = e.Number
	at, sub, ok := strings.Cut(field, "].")
	if !ok {
		return row, d.headers[field]
	}
	if n, known := d.places[at+"]"]; known {
		row = n
	}
	lines, _, _ := strings.Cut(at, "[")
	return row, d.headers[lines+"."+sub]
}

// whole tells of the rows of a refused record that are not at fault why they do
// not come in, so that the file of problems holds all of them.
func whole(e entry, problems []Problem) []Problem {
	if e.more == nil {
		return problems
	}
	wrong := 0
	told := map[int]bool{}
	for _, p := range problems {
		if !p.Warning {
			told[p.Row] = true
			if wrong == 0 {
				wrong = p.Row
			}
		}
	}
	for _, row := range append([]tabular.Row{e.Row}, e.more...) {
		if !told[row.Number] {
			problems = append(problems, Problem{Row: row.Number, Code: "row_of_refused", Params: map[string]string{"row": fmt.Sprint(wrong)}})
		}
	}
	inOrder(problems)
	return problems
}

// linesTarget reads a mapping such as items.quantity.
func linesTarget(a *policy.Actor, o *schema.Object, f *schema.Field, rest string) (target, bool) {
	sub := f.Lines().Field(rest)
	if sub == nil || a.Access(o, f) != "write" {
		return target{}, false
	}
	return target{object: f.Lines(), field: sub, lines: f}, true
}

// guessLines finds the fields of rows that headers mean: sure are those that name
// the lines field too, as our own files do; the others go by their own name where
// nothing else has it.
func guessLines(a *policy.Actor, o *schema.Object, header string, sure bool, taken map[string]bool) string {
	folded, bare := normal.Fold(header), plain(header)
	for _, f := range o.Fields {
		if f.Lines() == nil || a.Access(o, f) != "write" {
			continue
		}
		for _, sub := range f.Rows {
			spec := f.Name + "." + sub.Name
			if taken[spec] || folded == "" {
				continue
			}
			names := []string{sub.Name, sub.Label.TW, sub.Label.CN, sub.Label.EN}
			if sure {
				names = []string{spec, f.Label.TW + " " + sub.Label.TW, f.Label.CN + " " + sub.Label.CN, f.Label.EN + " " + sub.Label.EN}
			}
			for _, name := range names {
				if strings.TrimSpace(name) != "" && normal.Fold(name) == folded {
					return spec
				}
			}
			if !sure && bare != "" && slices.ContainsFunc(sub.Aliases, func(w string) bool { return plain(w) == bare }) {
				return spec
			}
		}
	}
	return ""
}

// brought tells whether this import made or changed a record before: what the
// file says of it further on is added to its rows.
func (r *run) brought(ctx context.Context, u *record.Unit, id int64) (bool, error) {
	for _, m := range r.made {
		if m[3] == id {
			return true, nil
		}
	}
	rows, err := store.Find(ctx, u.Store(), madeTable.Name, "n", store.Row{"import_id": r.job.ID, "record_id": id}, "LIMIT 1")
	return len(rows) > 0, err
}

// rowsAlone is a draft that adds the rows of lines fields and changes nothing
// else.
func (d *draft) rowsAlone(o *schema.Object) *draft {
	alone := newDraft()
	alone.headers, alone.places = d.headers, d.places
	for name, value := range d.values {
		if o.Field(name).Lines() != nil {
			alone.values[name] = record.Added(value)
		}
	}
	return alone
}

// linked finds the link between the two records of a row, 0 when there is none.
func (r *run) linked(ctx context.Context, v record.Values) (int64, error) {
	o := r.object
	if v.Int(o.Links[0]) == 0 || v.Int(o.Links[1]) == 0 {
		return 0, nil
	}
	found, err := r.service.Records.Rows(ctx, o.Name, query.AllOf(query.Is(o.Links[0], v.Int(o.Links[0])), query.Is(o.Links[1], v.Int(o.Links[1]))), 1)
	for id := range found {
		return id, err
	}
	return 0, err
}
