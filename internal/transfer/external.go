package transfer

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// idWords are what a column of another program's numbers is called behind the name
// of the record, and alone.
var (
	idWords    = plainSet("id, ids, record id, external id, uuid, guid, key, pk, number, no, num, code, 編號, 代號, 代碼, 編碼, 識別碼, 序號, 唯一標識, nr, nummer, código, numéro, コード, 番号")
	idAlone    = plainSet("id, 外部id, 外部編號, 系統編號, record id, external id, externalid, uuid, guid, uid, unique id, object id, system id, row id, entity id, crm id, internal id, import id, legacy id, old id, customer key, kdnr, kdnummer, kundennr, kundennummer, mitgliedsnummer, member id, member no, member number, membership number, user id, 用戶id, 用戶編號, 會員編號, 會員號, 會員id, 會員卡號, 唯一標識, 資料編號, 數據id, 記錄id, 紀錄id, identificador, identifiant")
	idProper   = plainSet("id, record id, external id, uuid, guid, 外部id")
	noFollower = regexp.MustCompile(`[,;、，；\n\r\t]+`)
)

func plainSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range schema.Words(list) {
		set[plain(w)] = true
	}
	return set
}

// sureNumber is how surely a number of another program tells the kind of record:
// customers of a shop are persons.
const sureNumber = 0.75

// ids maps the columns that hold other programs' numbers: the record's own, which
// no two rows share, and those of records it refers to.
func (g *guesser) ids(unique []bool) {
	if g.object.Field(schema.ExternalIDs) == nil || !writable(g.actor, g.object, g.object.Field(schema.ExternalIDs)) {
		return
	}
	for _, i := range g.open() {
		// A program that keeps its number there asks not to touch it.
		if keep := untouched.FindString(g.columns[i].Header); keep != "" && unique[i] && !g.taken[schema.ExternalIDs] && slices.Contains(g.words.self, plain(strings.TrimPrefix(g.columns[i].Header, keep))) {
			g.put(i, schema.ExternalIDs, sureNumber)
		}
	}
	// What is called an id is one rather than a number or a code, which people give.
	for _, own := range []func(p string) bool{
		func(p string) bool {
			return slices.ContainsFunc(g.words.behind(p), func(rest string) bool { return idProper[rest] })
		},
		func(p string) bool { return idProper[p] },
		func(p string) bool {
			return slices.ContainsFunc(g.words.behind(p), func(rest string) bool { return idWords[rest] }) || slices.ContainsFunc(g.words.self, func(self string) bool { return numberBefore(p, self) })
		},
		func(p string) bool { return idAlone[p] },
	} {
		for _, i := range g.open() {
			if own(plain(g.columns[i].Header)) && unique[i] && !g.taken[schema.ExternalIDs] {
				g.put(i, schema.ExternalIDs, sureNumber)
			}
		}
	}
	for _, i := range g.open() {
		if f := g.refers(plain(g.columns[i].Header)); f != nil {
			spec := f.Name + "." + schema.ExternalIDs
			if !g.taken[f.Name] && len(g.columns[i].Samples) > 0 && !slices.ContainsFunc(g.columns[i].Samples, func(s string) bool { return !strings.Contains(strings.TrimSpace(s), " ") }) {
				spec = f.Name // names stand where a number should
			}
			g.put(i, spec, 0.6)
		}
	}
}

// numberBefore tells whether a header is a word for a number before a name: IdCliente.
func numberBefore(header, name string) bool {
	rest, ok := strings.CutSuffix(header, name)
	return ok && name != "" && idWords[rest]
}

// lastWord finds the last word of a header, also where capitals alone tell words
// apart.
var lastWord = regexp.MustCompile(`(?:^|[\s_.-]|[a-z])((?i:id|number|no|nr)|[Kk]dnr|[Kk]undennr)[.#]?$`)

// untouched stands before the headers of columns that are there for the program
// alone.
var untouched = regexp.MustCompile(`(?i)^[(（](do not modify|请勿修改|請勿修改|nicht ändern|no modificar|ne pas modifier)[)）]`)

// firstID takes the first column for the number of a record where it says it is one
// of something and is filled like one: donor_number, LegacyContactId, kdnr.
func (g *guesser) firstID(unique []bool) {
	f := g.object.Field(schema.ExternalIDs)
	if f == nil || !writable(g.actor, g.object, f) || g.taken[f.Name] || len(g.columns) < 2 || g.mapped[0].Field != "" || !unique[0] || !lastWord.MatchString(g.columns[0].Header) {
		return
	}
	if !slices.ContainsFunc(g.columns[0].Samples, func(s string) bool { return strings.ContainsAny(s, " @") || !strings.ContainsAny(s, "0123456789") }) {
		g.put(0, f.Name, 0.5)
	}
}

// numberedApart are records that other programs number by themselves, though here
// they are contacts or customers: their numbers mean none of those.
var numberedApart = plainSet("lead, leads, prospect, vendor, partner, 線索")

// refers finds the reference that a header means by a number: account id, 客戶編號.
func (g *guesser) refers(header string) *schema.Field {
	for _, f := range g.object.Fields {
		to := g.actor.Registry.Object(f.Target())
		if to == nil || to.Field(schema.ExternalIDs) == nil || !writable(g.actor, g.object, f) || g.taken[f.Name+"."+schema.ExternalIDs] {
			continue
		}
		names := slices.Concat([]string{f.Name, f.Label.TW, f.Label.CN, f.Label.EN}, f.Aliases)
		if to != g.object {
			names = slices.Concat(names, []string{to.Name, to.Label.TW, to.Label.CN, to.Label.EN}, to.Aliases)
		}
		for _, name := range names {
			if numberedApart[plain(name)] {
				continue
			}
			if rest, ok := strings.CutPrefix(header, plain(name)); ok && idWords[rest] || numberBefore(header, plain(name)) {
				return f
			}
		}
	}
	return nil
}

// ours tells whether a column has the name our own exports give it: it then holds
// programs and numbers.
func ours(f *schema.Field, header string) bool {
	return slices.ContainsFunc([]string{f.Name, f.Label.TW, f.Label.CN, f.Label.EN}, func(name string) bool { return normal.Fold(name) == normal.Fold(header) })
}

// counted is how many rows are looked at to tell whether no two share a value.
const counted = profiled

// uniqueColumns tells which columns have a value in nearly every row and none twice.
func (j *Job) uniqueColumns() ([]bool, error) {
	unique := make([]bool, len(j.detected.Columns))
	seen := make([]map[string]bool, len(unique))
	filled := make([]int, len(unique))
	for i := range unique {
		unique[i], seen[i] = true, map[string]bool{}
	}
	rows := 0
	err := j.each(counted, func(row tabular.Row) error {
		rows++
		for i := range unique {
			if text := said(row, i); text != "" && unique[i] {
				filled[i]++
				unique[i] = !seen[i][text]
				seen[i][text] = true
			}
		}
		return nil
	})
	for i := range unique {
		unique[i] = unique[i] && filled[i]*20 >= rows*19
	}
	return unique, err
}

// each hands over the first rows of the file that can be read.
func (j *Job) each(most int, do func(row tabular.Row) error) error {
	r, err := tabular.Open(j.path, j.options, j.detected)
	if err != nil {
		return unreadable(err)
	}
	for range most {
		row, err := r.Next()
		if err != nil {
			break
		}
		if err := do(row); err != nil {
			_ = r.Close()
			return err
		}
	}
	return r.Close()
}

// attributed is how many rows are looked at to tell which program numbers are of.
const attributed = 40

// attribute finds out of which program the numbers in a file are: the one whose
// records they name already, else a new one. A guessed column whose numbers nobody
// has heard of refers to nothing and stays out.
func (s *Service) attribute(ctx context.Context, a *policy.Actor, j *Job, guessed bool) error {
	o := a.Registry.Object(j.Object)
	own, refers := -1, []int{}
	for i := range j.Columns {
		c := &j.Columns[i]
		t, _ := targetOf(a, o, c.Field)
		switch {
		case t.field == nil || t.beside.object != nil || t.lines != nil:
		case t.part == schema.ExternalIDs:
			refers = append(refers, i)
		case t.field.Name == schema.ExternalIDs && !ours(t.field, c.Header):
			own = i
		case t.field.Name == schema.ExternalIDs:
			c.Source = ""
		}
	}
	if own < 0 && len(refers) == 0 {
		return nil
	}
	var rows []tabular.Row
	err := j.each(attributed, func(row tabular.Row) error {
		row.Cells = slices.Clone(row.Cells)
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return err
	}
	for _, i := range refers {
		c := &j.Columns[i]
		t, _ := targetOf(a, o, c.Field)
		if t.field.Target() == o.Name && own >= 0 {
			continue // of the same file
		}
		if c.Source, err = s.known(ctx, a, t, rows, i, j.stem()); err != nil {
			return err
		}
		if c.Source == "" && guessed {
			j.refersToNothing(i, &own)
		}
	}
	if own < 0 {
		return nil
	}
	if j.Columns[own].Source, err = s.program(ctx, a, j, o, rows, own); err != nil {
		return err
	}
	for _, i := range refers {
		if t, _ := targetOf(a, o, j.Columns[i].Field); t.field != nil && t.field.Target() == o.Name {
			j.Columns[i].Source = j.Columns[own].Source
		}
	}
	return nil
}

// refersToNothing leaves a column out, or takes its numbers for those of the rows
// themselves: what is a customer elsewhere may be a person here.
func (j *Job) refersToNothing(i int, own *int) {
	c := &j.Columns[i]
	field, _, _ := strings.Cut(c.Field, ".")
	named := slices.ContainsFunc(j.Columns, func(other Column) bool { return other.Field == field })
	c.Field, c.Confidence = "", 0
	if *own < 0 && !named && i < len(j.unique) && j.unique[i] {
		c.Field, c.Confidence, *own = schema.ExternalIDs, 0.5, i
	}
}

// known finds the program whose records the numbers of a column name, most of them;
// where several do, the one whose file is called most like this one.
func (s *Service) known(ctx context.Context, a *policy.Actor, t target, rows []tabular.Row, column int, stem string) (string, error) {
	to := a.Registry.Object(t.field.Target())
	found, all := map[string]int{}, map[string]bool{}
	for _, row := range rows {
		text := said(row, column)
		if id := numberOf("", text); id == "" || id == "0" || all[text] {
			continue
		}
		all[text] = true
		sources := map[string]int64{}
		for _, id := range []string{numberOf("", text), numberOf(salesforce, text)} {
			of, err := s.Records.Sources(ctx, to, id)
			if err != nil {
				return "", err
			}
			for source, record := range of {
				sources[source] = record
			}
		}
		for source, id := range sources {
			if s.Records.Visible(ctx, a, to, id, false) {
				found[source]++
			}
		}
	}
	best := ""
	for source, n := range found {
		more := n > found[best] || n == found[best] && (alikeFor(source, stem) > alikeFor(best, stem) || alikeFor(source, stem) == alikeFor(best, stem) && source < best)
		if n*2 >= len(all) && (best == "" || more) {
			best = source
		}
	}
	return best, nil
}

// alikeFor is how many characters two names begin with alike.
func alikeFor(a, b string) int {
	a, b = normal.Fold(a), normal.Fold(b)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// program finds the program that the numbers of the rows themselves are of: the
// one whose records of these numbers are the same as the rows, else one that none
// of the numbers is of yet.
func (s *Service) program(ctx context.Context, a *policy.Actor, j *Job, o *schema.Object, rows []tabular.Row, column int) (string, error) {
	c := s.converter(a, o, j)
	asked := 0
	seen, agree := map[string]int{}, map[string]int{}
	shape := salesforce
	for _, row := range rows {
		text := said(row, column)
		if text == "" || row.Problem != nil {
			continue
		}
		asked++
		if !salesforceID.MatchString(text) {
			shape = ""
		}
		for _, id := range slices.Compact([]string{numberOf("", text), numberOf(salesforce, text)}) {
			sources, err := s.Records.Sources(ctx, o, id)
			if err != nil {
				return "", err
			}
			for source, there := range sources {
				seen[source]++
				same, err := c.same(ctx, a, o, there, row, named(source, j.stem()))
				if err != nil {
					return "", err
				}
				if same {
					agree[source]++
				}
			}
		}
	}
	best := ""
	for source, n := range agree {
		if n*2 > asked && (n > agree[best] || n == agree[best] && source < best) {
			best = source
		}
	}
	if best != "" {
		return best, nil
	}
	if shape != "" && asked > 0 {
		return shape, nil
	}
	for _, name := range []string{j.Columns[column].Source, j.stem()} {
		if name != "" && seen[name] == 0 {
			return name, nil
		}
	}
	name := j.stem()
	for n := '2'; seen[name] > 0 && n <= '9'; n++ {
		name = j.stem() + " " + string(n)
	}
	return name, nil
}

// named tells whether a program was called like this file, or like the beginning
// of its name: contacts and contacts-update.
func named(source, stem string) bool {
	return strings.HasPrefix(normal.Fold(stem), normal.Fold(source)) || strings.HasPrefix(normal.Fold(source), normal.Fold(stem))
}

// same tells whether a record is the one a row speaks of: it goes by the same name,
// or where the row says none, the file is called like the one it came from, or half
// of what it says is so.
func (c *converter) same(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, row tabular.Row, named bool) (bool, error) {
	there, err := c.service.Records.Values(ctx, a, o, id)
	if record.IsCode(err, "not_found") || record.IsCode(err, "forbidden") {
		return false, nil
	} else if err != nil {
		return false, err
	}
	main, _, _, err := c.row(ctx, entry{Row: row})
	if err != nil {
		return false, err
	}
	delete(main.values, schema.ExternalIDs)
	for _, name := range []string{o.Title, "family_name"} {
		if said := main.values.Text(name); said != "" && there.Text(name) != "" {
			return normal.CompanyKey(said) == normal.CompanyKey(there.Text(name)), nil
		}
	}
	equal := 0
	for name, columns := range main.values {
		f := o.Field(name)
		if len(columns) > 0 && len(there[name]) > 0 && f.Entered(columns)[0] == f.Entered(there[name])[0] {
			equal++
		}
	}
	return named || equal*2 >= len(main.values), nil
}

// stem is what a file is called, without what tells its kind: the name of a program
// we know nothing else of.
func (j *Job) stem() string {
	name := strings.TrimSuffix(j.FileName, ".gz")
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return programName(name)
}

// programName is a name in which nothing stands for anything.
func programName(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_. ", r) {
			return r
		}
		return ' '
	}, name))
	if runes := []rune(name); len(runes) > 30 {
		name = strings.TrimSpace(string(runes[:30]))
	}
	if name == "" {
		return "import"
	}
	return name
}

// salesforce is a program whose numbers are known by their look: 15 characters, or
// 18 of which three only check the others.
const salesforce = "Salesforce"

var salesforceID = regexp.MustCompile(`^(00[0-9A-Za-z]|a[0-9A-Za-z]{2})[0-9A-Za-z]{12}([A-Z0-5]{3})?$`)

// numberOf is the number a cell holds, as it is kept for a program.
func numberOf(source, text string) string {
	id := strings.TrimSpace(noFollower.ReplaceAllString(text, " "))
	if source == salesforce && len(id) == 18 && salesforceID.MatchString(id) {
		return id[:15]
	}
	return id
}

// foreign is the program whose numbers the rows have, "" where they have none.
func (j *Job) foreign() string {
	for _, c := range j.Columns {
		if c.Field == schema.ExternalIDs {
			return c.Source
		}
	}
	return ""
}

// referredByNumber finds the record that another program's number names; 0: none.
func (c *converter) referredByNumber(ctx context.Context, t target, cell cellText) (int64, error) {
	id := numberOf(cell.column.Source, cell.text)
	if id == "" || id == "0" || cell.column.Source == "" {
		return 0, nil
	}
	to := c.actor.Registry.Object(t.field.Target())
	value := record.ExternalID(cell.column.Source, id)
	key := to.Name + "\x00" + schema.ExternalIDs + "\x00" + value
	if found, ok := c.fresh[key]; ok {
		return found, nil
	}
	if found, ok := c.known[key]; ok {
		return found, nil
	}
	ids, err := c.service.alike(ctx, c.actor, to, to.Field(schema.ExternalIDs), value)
	if err != nil || len(ids) != 1 {
		return 0, err
	}
	c.fresh[key] = ids[0]
	return ids[0], nil
}

// numbersOf lists the numbers of other programs in the values of a record.
func numbersOf(o *schema.Object, v record.Values) ([]string, bool) {
	f := o.Field(schema.ExternalIDs)
	if f == nil || v.Text(f.Name) == "" {
		return nil, false
	}
	many, ok := f.Kind().(schema.Multiple)
	if !ok {
		return nil, false
	}
	words := many.Values(f, v.Text(f.Name))
	return words, len(words) > 0
}

// joined adds the numbers of other programs that a record has to those a row gives
// it; values are what is to be written.
func (s *Service) joined(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, values record.Values) error {
	more, ok := numbersOf(o, values)
	if !ok {
		return nil
	}
	there, err := s.Records.Values(ctx, a, o, id)
	if err != nil {
		return err
	}
	has, _ := numbersOf(o, there)
	var all []any
	for _, one := range slices.Concat(has, more) {
		all = append(all, one)
	}
	f := o.Field(schema.ExternalIDs)
	values[f.Name], err = f.Kind().Parse(f, all)
	return err
}
