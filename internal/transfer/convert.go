package transfer

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// draft is what a row says of one record.
type draft struct {
	values record.Values
	// headers are the columns the values came from, by field.
	headers map[string]string
	// missing are names of records that are referred to and do not exist yet, by
	// field.
	missing map[string]string
	// pictures are what fields of pictures are to hold, by field.
	pictures map[string][]byte
	// places are the rows of the file in which the rows of lines fields stood.
	places map[string]int
	// beside tells whose draft it is where it is not that of the row's own record.
	beside beside
}

func newDraft() *draft {
	return &draft{values: record.Values{}, headers: map[string]string{}, missing: map[string]string{}, pictures: map[string][]byte{}}
}

// cellText is one filled cell with its column.
type cellText struct {
	column *Column
	part   string
	cell   tabular.Cell
	text   string
}

// converter turns the rows of one import into drafts.
type converter struct {
	// inventing leaves unknown choices aside that the run will make.
	inventing bool
	service   *Service
	actor     *policy.Actor
	job       *Job
	object    *schema.Object
	targets   []target // by column; a nil field: left out
	// known remembers references by field and text, fresh those made by the batch
	// under way.
	known, fresh map[string]int64
	// stubs are the records made by name for rows that refer to them, told those of
	// them that a row of their own filled.
	stubs, told map[int64]bool
	// choices are the words of the pick-lists, read when one is met.
	choices map[*schema.Field]*choices
}

func (s *Service) converter(a *policy.Actor, o *schema.Object, j *Job) *converter {
	c := &converter{service: s, actor: a, job: j, object: o, known: map[string]int64{}, fresh: map[string]int64{}, stubs: map[int64]bool{}, told: map[int64]bool{}}
	for i := range j.Columns {
		t, _ := targetOf(a, o, j.Columns[i].Field)
		c.targets = append(c.targets, t)
	}
	return c
}

// row reads a row: the record itself, those beside it, and what did not fit. Only
// what a record cannot be without refuses the row.
func (c *converter) row(ctx context.Context, row entry) (main *draft, list others, warnings []Problem, err error) {
	type key struct {
		beside beside
		field  string
	}
	filled := map[key][]cellText{}
	fields := map[key]target{}
	var order []key
	for i := range c.job.Columns {
		t := c.targets[i]
		if t.field == nil || t.lines != nil || i >= len(row.Cells) {
			continue
		}
		text := strings.TrimSpace(row.Cells[i].Text)
		if text == "" || strings.EqualFold(text, "null") || text == "\\N" || dated(t.field) && noDay.MatchString(text) {
			continue
		}
		k := key{t.beside, t.field.Name}
		if filled[k] == nil {
			order = append(order, k)
			fields[k] = t
		}
		filled[k] = append(filled[k], cellText{&c.job.Columns[i], t.part, row.Cells[i], text})
	}
	main = newDraft()
	for _, k := range order {
		t, cells := fields[k], filled[k]
		d := main
		if t.beside.object != nil {
			d = list.of(t.beside)
		}
		d.headers[k.field] = cells[0].column.Header
		columns, problem, err := c.value(ctx, d, t, cells)
		if err != nil {
			return nil, nil, nil, err
		}
		if problem != nil {
			warnings = append(warnings, Problem{Row: row.Number, Column: cells[0].column.Header, Code: problem.Code, Params: problem.Params, Value: brief(cells[0].text), Warning: !c.refuses(t, problem)})
		}
		if columns != nil {
			d.values[k.field] = columns
		}
	}
	more, err := c.rows(ctx, row, main)
	return main, list, append(warnings, more...), err
}

// dated tells whether a field holds a day.
func dated(f *schema.Field) bool {
	return f.Type == "date" || f.Type == "datetime" || f.Type == "birthday"
}

// noDay is how programs write that there is no day.
var noDay = regexp.MustCompile(`^0{1,4}[-/.]0{1,2}[-/.]0{1,4}( 00:00(:00)?)?$`)

// refuses tells whether what did not fit keeps the whole row out: unknown choices
// where the person said so, and anything wrong about who may do what.
func (c *converter) refuses(t target, p *schema.Problem) bool {
	return p.Code == "not_an_option" && c.job.Unknown == "refuse" || t.object.IsLink() && contains(t.object.Links[:], t.field.Name) || (p.Code == "no_such_record" || p.Code == "no_such_user" || p.Code == "foreign_id") && t.object.AdminOnly && t.field.Target() != t.object.Name
}

// value makes the value of one field from its cells; a problem is what did not
// fit, the value then holds what did.
func (c *converter) value(ctx context.Context, d *draft, t target, cells []cellText) ([]any, *schema.Problem, error) {
	f := t.field
	first := cells[0]
	if f.Files() > 0 {
		return nil, d.picture(f, first.text), nil
	}
	if f.Name == "created_at" {
		at, err := local.ParseDateTime(first.text, c.actor.Zone(), c.convention(first))
		if err != nil || at.UnixMicro() > c.job.far.Now {
			return nil, schema.Bad("not_a_datetime"), nil
		}
		return []any{at.UnixMicro()}, nil, nil
	}
	if len(cells) == 1 && first.part == "" && first.column.Values == nil && (f.Target() == "" || f.Grow) && f.Type != "address" && !(f.Type == "longtext" && another.MatchString(first.column.Header)) && !(f.OfHundred && ofOne(first.column.Samples)) && first.column.DateReading == "" && first.column.Source == "" {
		// What is spelled as our own exports spell it is read back exactly.
		v, err := c.service.Records.ParseText(ctx, c.actor, t.object, map[string]string{f.Name: first.text})
		var re *record.Error
		if err == nil {
			return v[f.Name], nil, nil
		} else if !errors.As(err, &re) {
			return nil, nil, err
		}
	}
	raw, problem, err := c.raw(ctx, d, t, cells)
	if err != nil || raw == nil {
		return nil, problem, err
	}
	columns, err := f.Kind().Parse(f, raw)
	var p *schema.Problem
	if errors.As(err, &p) {
		if text, ok := raw.(string); ok && p.Code == "too_long" {
			// The beginning of a long text is worth more than nothing.
			limit := f.MaxLength
			if limit == 0 {
				limit = 255
			}
			if runes := []rune(text); len(runes) > limit {
				if columns, err = f.Kind().Parse(f, string(runes[:limit])); err == nil {
					return columns, schema.Bad("cut_short"), nil
				}
			}
		}
		return nil, p, nil
	} else if err != nil {
		return nil, nil, err
	}
	if f.Type == "money" && columns != nil && columns[1] == "" {
		columns[1] = c.service.Records.Currency()
	}
	return columns, problem, nil
}

func (c *converter) convention(cell cellText) local.Convention {
	if cell.cell.Kind == tabular.KindDate {
		return local.ISO
	}
	if cell.column.DateReading != "" {
		return local.Convention(cell.column.DateReading)
	}
	return local.Convention(cell.column.decided)
}

// raw makes the JSON-like value that the field's type parses.
func (c *converter) raw(ctx context.Context, d *draft, t target, cells []cellText) (any, *schema.Problem, error) {
	f, first := t.field, cells[0]
	var problem *schema.Problem
	switch f.Type {
	case "phones":
		var list []any
		for _, cell := range cells {
			for _, n := range schema.EntriesIn(f, cell.text) {
				list = append(list, map[string]any{"label": c.label(n.Label, cell.column.Header, len(cells)), "value": n.Value})
			}
		}
		return c.fitting(f, list)
	case "mails":
		var list []any
		for _, cell := range cells {
			for _, m := range strings.FieldsFunc(cell.text, func(r rune) bool { return strings.ContainsRune(",;、；，\n\t| ", r) }) {
				if key := normal.MailKey(m); strings.Contains(key, "@") {
					list = append(list, map[string]any{"label": c.label("", cell.column.Header, len(cells)), "value": strings.Trim(m, "<>\"'")})
				} else if len(m) > 3 && !strings.ContainsAny(cell.text, "<") {
					problem = schema.Bad("not_a_mail", "value", m)
				}
			}
		}
		value, worse, err := c.fitting(f, list)
		if worse == nil {
			worse = problem
		}
		return value, worse, err
	case "tags", "multipicklist":
		if f.Name == schema.ExternalIDs && first.column.Source != "" {
			return []any{record.ExternalID(first.column.Source, numberOf(first.column.Source, first.text))}, nil, nil
		}
		var list []any
		for _, cell := range cells {
			for _, word := range severalWords(cell.text) {
				if f.Type == "multipicklist" {
					if word = c.option(f, cell.column, word); word == "" && c.inventing {
						continue
					} else if word == "" {
						problem = schema.Bad("not_an_option", "value", cell.text)
						continue
					}
				}
				if word != "" {
					list = append(list, word)
				}
			}
		}
		value, worse, err := c.fitting(f, list)
		if worse == nil {
			worse = problem
		}
		return value, worse, err
	case "picklist":
		if value := c.option(f, first.column, first.text); value != "" {
			return value, nil, nil
		}
		if _, chosen := first.column.Values[first.text]; chosen {
			return nil, nil, nil // left empty on purpose
		}
		if c.inventing || !chooses(first.text) {
			return nil, nil, nil
		}
		return nil, schema.Bad("not_an_option", "value", first.text), nil
	case "address":
		return address(cells), nil, nil
	case "date":
		if day, ok := local.ParseDateAs(first.text, c.convention(first), local.DateOptions{Location: c.actor.Zone()}); ok && day.Year != 0 {
			return day.String(), nil, nil
		}
		if year := yearAlone(first.text); year != 0 {
			return local.Date{Year: year, Month: 1, Day: 1}.String(), schema.Bad("year_only"), nil
		}
		return nil, schema.Bad("not_a_date"), nil
	case "birthday":
		if slices.ContainsFunc(cells, func(c cellText) bool { return c.part != "" }) {
			return birthday(cells)
		}
		if day, ok := local.ParseDateAs(first.text, c.convention(first), local.DateOptions{Location: c.actor.Zone()}); ok {
			return local.Birthday{Year: day.Year, Month: day.Month, Day: day.Day}.String(), nil, nil
		}
		return first.text, nil, nil
	case "datetime":
		at, err := local.ParseDateTime(first.text, c.actor.Zone(), c.convention(first))
		if err != nil {
			return nil, schema.Bad("not_a_datetime"), nil
		}
		return at.UTC().Format("2006-01-02T15:04:05.999999Z07:00"), nil, nil
	case "boolean":
		value, ok := meansBool(f, first.text)
		if !ok {
			return nil, schema.Bad("not_a_boolean"), nil
		}
		return value, nil, nil
	case "integer", "decimal", "percent", "money":
		if f.OfHundred && ofOne(first.column.Samples) {
			return amount(f, hundredfold(first.text))
		}
		return amount(f, first.text)
	case "url":
		text := strings.Fields(first.text)[0]
		if !strings.Contains(text, "://") && strings.Contains(text, ".") {
			text = "http://" + text
		}
		return text, nil, nil
	}
	if f.Target() != "" {
		var named *cellText
		for i, cell := range cells {
			if cell.part != schema.ExternalIDs {
				named = &cells[i]
				continue
			}
			if id, err := c.referredByNumber(ctx, t, cell); err != nil || id != 0 {
				return strconv.FormatInt(id, 10), nil, err
			}
		}
		if named != nil {
			return c.referred(ctx, d, t, *named)
		}
		if numberOf("", first.text) == "0" {
			return nil, nil, nil // none
		}
		return nil, schema.Bad("no_such_record"), nil
	}
	texts := make([]string, 0, len(cells))
	for _, cell := range cells {
		if f.Type == "longtext" && another.MatchString(cell.column.Header) {
			cell.text = cell.column.Header + ": " + cell.text
		}
		texts = append(texts, cell.text)
	}
	if f.Type == "longtext" {
		return strings.Join(texts, "\n"), nil, nil
	}
	return strings.Join(texts, " "), nil, nil
}

// labelled are the words in a header that say what a phone or mail is for, and
// what that is called.
var labelled = []struct {
	words []string
	label schema.Text
}{
	{[]string{"fax", "傳真"}, schema.T("傳真", "传真", "Fax")},
	{[]string{"mobile", "cell", "手機", "手机", "行動", "handy"}, schema.T("手機", "手机", "Mobile")},
	{[]string{"home", "住家", "家庭", "private"}, schema.T("住家", "住宅", "Home")},
	{[]string{"work", "business", "office", "公司", "辦公"}, schema.T("公司", "公司", "Work")},
	{[]string{"other", "其他"}, schema.T("其他", "其他", "Other")},
}

// label says what a phone or mail is for: as its cell does, or where several
// columns fill the field, as the header does.
func (c *converter) label(own, header string, columns int) string {
	if own != "" || columns < 2 {
		return own
	}
	folded := normal.Fold(header)
	for _, l := range labelled {
		for _, word := range l.words {
			if strings.Contains(folded, normal.Fold(word)) {
				return l.label.In(c.actor.Language)
			}
		}
	}
	return ""
}

// fitting keeps those entries of a list that the field takes one by one.
func (c *converter) fitting(f *schema.Field, list []any) (any, *schema.Problem, error) {
	if len(list) == 0 {
		return nil, nil, nil
	}
	if _, err := f.Kind().Parse(f, list); err == nil {
		return list, nil, nil
	}
	var kept []any
	var problem *schema.Problem
	for _, entry := range list {
		if _, err := f.Kind().Parse(f, []any{entry}); err != nil {
			if !errors.As(err, &problem) {
				return nil, nil, err
			}
			continue
		}
		kept = append(kept, entry)
	}
	if kept == nil {
		return nil, problem, nil
	}
	return kept, problem, nil
}

// severalWords are the words of a cell that holds several.
func severalWords(text string) []string {
	words := schema.SplitList(text, "|")
	for i, word := range words {
		words[i] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(word), "*"))
	}
	return words
}

// address puts the parts of an address together; one text is taken apart, and
// parts that have columns of their own count for more.
func address(cells []cellText) map[string]any {
	value := map[string]any{}
	whole := ""
	for _, cell := range cells {
		if cell.part != "" {
			continue
		}
		whole += cell.text
		a := local.ParseAddress(cell.text)
		for part, text := range map[string]string{"country": a.Country, "zip": a.Zip, "region": a.Region, "city": a.City, "district": a.District, "street": a.Street} {
			if text != "" && value[part] == nil {
				value[part] = text
			}
		}
	}
	told := map[string]bool{}
	for _, cell := range cells {
		switch before, _ := value[cell.part].(string); {
		case cell.part == "":
		case told[cell.part], whole != "" && before != "" && cell.part == "street" && !strings.Contains(whole, cell.text): // a second line
			value[cell.part] = before + " " + cell.text
		default:
			value[cell.part], told[cell.part] = cell.text, true
		}
	}
	return value
}

// referred finds the record a cell names; one that is not there is kept by name
// where it can be made.
func (c *converter) referred(ctx context.Context, d *draft, t target, cell cellText) (any, *schema.Problem, error) {
	f := t.field
	key := f.Target() + "\x00" + cell.text
	id, ok := c.fresh[key]
	if !ok {
		id, ok = c.known[key]
	}
	if !ok {
		var err error
		if id, err = c.find(ctx, t, cell.text); err != nil {
			return nil, nil, err
		}
		if len(c.known) > 50_000 {
			clear(c.known)
		}
		// What a batch wrote may be taken back with it; and what rows can make is
		// looked for again, since a later row may have made it.
		if id != 0 || !c.actor.Registry.Object(f.Target()).Owned {
			c.fresh[key] = id
		}
	}
	if id != 0 {
		return strconv.FormatInt(id, 10), nil, nil
	}
	to := c.actor.Registry.Object(f.Target())
	if !t.object.IsLink() && to.Owned && to.Title != "" && c.actor.May(to, policy.Create) && strings.ContainsFunc(cell.text, isLetter) {
		d.missing[f.Name] = cell.text
		return nil, nil, nil
	}
	if to.AdminOnly && foreignID(cell.text) {
		return nil, schema.Bad("foreign_id", "value", brief(cell.text)), nil
	}
	return nil, record.Unfound(to, cell.text), nil
}

// opaque are numbers by which programs know their records and nobody else does.
var opaque = regexp.MustCompile(`^([0-9]{6,}|[0-9a-fA-F]{24}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)

// foreignID tells whether a text is another program's number of somebody.
func foreignID(text string) bool {
	return salesforceID.MatchString(text) || opaque.MatchString(text)
}

func isLetter(r rune) bool { return r > 0x7f || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// find looks for the record a text names: as our own files spell it, by its
// title in another spelling, by a mail address; 0 when there is not exactly one.
func (c *converter) find(ctx context.Context, t target, text string) (int64, error) {
	v, err := c.service.Records.ParseText(ctx, c.actor, t.object, map[string]string{t.field.Name: text})
	var re *record.Error
	if err == nil {
		return v.Int(t.field.Name), nil
	} else if !errors.As(err, &re) {
		return 0, err
	}
	to := c.actor.Registry.Object(t.field.Target())
	for _, f := range to.Fields {
		if f.Name != to.Title && f.Type != "mails" {
			continue
		}
		if ids, err := c.service.alike(ctx, c.actor, to, f, text); err != nil || len(ids) == 1 {
			return sole(ids), err
		}
	}
	return 0, nil
}

// sole is the one of some ids, 0 when there is none.
func sole(ids []int64) int64 {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// alike lists the records the actor may see whose field says the same as text,
// in whatever spelling.
func (s *Service) alike(ctx context.Context, a *policy.Actor, o *schema.Object, f *schema.Field, text string) ([]int64, error) {
	if f.Match == "" {
		return s.Records.FindBy(ctx, a, o, f.Name, text, 2)
	}
	v, err := s.Records.ParseText(ctx, a, o, map[string]string{f.Name: text})
	var re *record.Error
	if errors.As(err, &re) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	found, err := s.Records.Matching(ctx, o, record.MatchKeys(o, v))
	if err != nil {
		return nil, err
	}
	var ids []int64
	seen := map[int64]bool{}
	for _, list := range found {
		for _, id := range list {
			if !seen[id] && len(ids) < 2 && s.Records.Visible(ctx, a, o, id, false) {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}
