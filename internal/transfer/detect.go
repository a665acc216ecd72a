package transfer

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// FileCode is the code under which people are told what is wrong with a file.
func FileCode(code string) string { return "file_" + strings.TrimPrefix(code, "file_") }

// fileError tells what is wrong with a file: with words of their own for what
// else it is, and for a sheet of it.
func fileError(err error) error {
	e, ok := errors.AsType[*tabular.Error](err)
	if !ok {
		return record.Invalid("file", "file_unreadable")
	}
	code := FileCode(e.Code)
	if kind := e.Params["kind"]; kind != "" {
		code = "file_is_" + kind
	} else if e.Params["sheet"] != "" && (e.Code == tabular.CodeBadWorkbook || e.Code == tabular.CodeTruncated) {
		code += "_sheet"
	}
	params := []string{}
	for _, name := range slices.Sorted(maps.Keys(e.Params)) {
		params = append(params, name, e.Params[name])
	}
	return record.Invalid("file", code, params...)
}

// detect reads the file anew and guesses what its columns are; o is nil when the
// object is to be guessed as well.
func (j *Job) detect(a *policy.Actor, o *schema.Object) error {
	d, err := tabular.Detect(j.path, j.options)
	if err != nil {
		return fileError(err)
	}
	j.detected = d
	if j.unique, err = j.uniqueColumns(); err != nil {
		return err
	}
	if o == nil {
		if o = choose(a, d, j.unique, j.stem()); o == nil {
			return &record.Error{Code: "forbidden"}
		}
	}
	j.Object = o.Name
	j.State, j.Encoding, j.Delimiter, j.HeaderRow, j.Rows = "ready", d.Encoding, d.Delimiter, d.HeaderRow, d.Rows
	j.Format, j.Encodings, j.Sheet = string(d.Format), d.EncodingAlternatives, d.Sheet
	j.Preview, j.Problems, j.Groups, j.Sheets, j.Warnings = nil, []Problem{}, []*Group{}, nil, nil
	for _, sheet := range d.Sheets {
		if !sheet.Empty {
			j.Sheets = append(j.Sheets, Sheet{Name: sheet.Name, Rows: sheet.Rows})
		}
	}
	for _, w := range d.Warnings {
		j.Warnings = append(j.Warnings, Warning{Code: w.Code, Params: w.Params})
	}
	j.Columns, _ = guessAll(a, o, d, j.unique)
	j.Duplicates = j.recognise(o)
	if j.Duplicates.Rule == updateOnly {
		j.Warnings = append(j.Warnings, Warning{Code: "file_update_only"})
	}
	if headers := unkept(o, j.Columns); len(headers) > 0 {
		j.Warnings = append(j.Warnings, Warning{Code: "file_stage_unkept", Params: map[string]string{"columns": strings.Join(headers, "、")}})
	}
	return j.profile(a, o)
}

// recognise chooses how rows that exist already are known: by numbers and mail
// addresses where the file has them, else by name where names tell records
// apart.
func (j *Job) recognise(o *schema.Object) Duplicates {
	d := j.known(o)
	if len(d.Keys) > 0 && d.Rule != "create" && updates.MatchString(j.FileName) {
		d.Rule = updateOnly
	}
	return d
}

// updates is in the names of files that change what is there and make nothing.
var updates = regexp.MustCompile(`(^|[^A-Za-z])[Uu]pdates?([^a-z]|$)|更新|異動|异动`)

func (j *Job) known(o *schema.Object) Duplicates {
	if o.IsLink() {
		return Duplicates{Keys: o.Links[:], Rule: "update"}
	}
	if len(o.Together) > 0 && !slices.ContainsFunc(o.Together, func(name string) bool {
		return !slices.ContainsFunc(j.Columns, func(c Column) bool { return c.Field == name })
	}) {
		return Duplicates{Keys: o.Together, Rule: "update"}
	}
	keys := []string{}
	if key := o.Field(o.Key); key != nil && key.Required && o.Title != "" {
		keys = append(keys, key.Name) // made of the rest where the file has none
	}
	if j.foreign() != "" {
		keys = append(keys, schema.ExternalIDs)
	}
	named := false
	for _, c := range j.Columns {
		f := o.Field(c.Field)
		if f == nil || contains(keys, f.Name) || c.Confidence < 0.5 || len(c.Samples) == 0 {
			continue // a column that only may be the name, or is empty, tells nobody apart
		}
		switch {
		case f.Unique && f.Type != "autonumber", f.Match == "mail" && o.Field("family_name") != nil, f.Match == "code" && o.Field("family_name") == nil && f.Name != "tax_number":
			keys = append(keys, f.Name)
		case f.Name == o.Title && f.Match == "company":
			keys = append(keys, f.Name)
		case f.Name == o.Title && f.Match == "person":
			named = true
		}
	}
	if len(keys) == 0 && named {
		keys = append(keys, o.Title)
	}
	switch {
	case len(keys) == 0:
		return Duplicates{Keys: keys, Rule: "create"}
	case keys[0] == schema.ExternalIDs:
		return Duplicates{Keys: keys, Rule: "update"} // it is the same record, come again
	}
	return Duplicates{Keys: keys, Rule: "skip"}
}

// profiled is how many rows are looked at for readings and unknown choices.
const profiled = 5_000

// profile looks at the first rows: how they read, how the dates of each column
// are written, which texts are no option.
func (j *Job) profile(a *policy.Actor, o *schema.Object) error {
	r, err := tabular.Open(j.path, j.options, j.detected)
	if err != nil {
		return fileError(err)
	}
	j.Preview = nil
	c := &converter{actor: a, job: j, object: o}
	texts := make([][]string, len(j.Columns))
	unknown := make([]map[string]int, len(j.Columns))
	targets := make([]target, len(j.Columns))
	for i := range j.Columns {
		targets[i], _ = targetOf(a, o, j.Columns[i].Field)
		unknown[i] = map[string]int{}
	}
	for n := 0; n < profiled; n++ {
		row, err := r.Next()
		if err != nil {
			break
		}
		var cells []string
		for i, cell := range row.Cells {
			cells = append(cells, brief(cell.Text))
			if i >= len(targets) || targets[i].field == nil || cell.Text == "" {
				continue
			}
			switch f := targets[i].field; f.Type {
			case "date", "datetime", "birthday":
				if cell.Kind != tabular.KindDate && targets[i].part == "" && len(texts[i]) < 1000 {
					texts[i] = append(texts[i], cell.Text)
				}
			case "picklist":
				text := strings.TrimSpace(cell.Text)
				if chooses(text) && c.option(f, &Column{}, text) == "" && (len(unknown[i]) < 50 || unknown[i][text] > 0) {
					unknown[i][text]++
				}
			}
		}
		if len(j.Preview) < 20 {
			j.Preview = append(j.Preview, cells)
		}
	}
	for i := range j.Columns {
		j.Columns[i].readings(texts[i])
		j.Columns[i].Unknown = nil
		for value, count := range unknown[i] {
			j.Columns[i].Unknown = append(j.Columns[i].Unknown, Unknown{Value: value, Count: count})
		}
		sort.Slice(j.Columns[i].Unknown, func(x, y int) bool {
			p, q := j.Columns[i].Unknown[x], j.Columns[i].Unknown[y]
			return p.Count > q.Count || p.Count == q.Count && p.Value < q.Value
		})
	}
	return r.Close()
}

// readings decides how the dates of a column are written and tells the others
// that read as many.
func (c *Column) readings(texts []string) {
	c.Readings, c.decided = nil, ""
	if len(texts) == 0 {
		return
	}
	best, counts, ambiguous := local.DecideColumn(texts)
	c.decided = string(best)
	if !ambiguous {
		return
	}
	for convention, count := range counts {
		if count < counts[best] {
			continue
		}
		r := Reading{Reading: string(convention), Count: count}
		if day, ok := local.ParseDateAs(texts[0], convention, local.DateOptions{}); ok {
			r.Example = day.String()
		}
		c.Readings = append(c.Readings, r)
	}
	sort.Slice(c.Readings, func(i, j int) bool {
		return c.Readings[i].Reading == c.decided || c.Readings[j].Reading != c.decided && c.Readings[i].Reading < c.Readings[j].Reading
	})
}
