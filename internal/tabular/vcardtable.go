package tabular

import (
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

const (
	photoMax     = 2 << 20 // bytes of one picture
	addressesMax = 5       // addresses whose parts have columns
)

// cardColumns is the order of the usual columns; others follow as met.
var cardColumns = []string{"fn", "n.prefix", "n.family", "n.given", "n.additional", "n.suffix", "nickname", "org", "org.unit", "title", "role",
	"tel", "email", "adr", "adr.pobox", "adr.extended", "adr.street", "adr.city", "adr.region", "adr.zip", "adr.country",
	"url", "impp", "bday", "anniversary", "gender", "categories", "note", "photo"}

// vcardSource yields one row a card.
type vcardSource struct {
	rc     io.Closer
	p      *vcardParser
	cols   *columnIndex
	number int
}

func openVCards(path string, opt Options, d *Detected) (keyedSource, error) {
	rc, _, err := openBytes(path, opt)
	if err != nil {
		return nil, err
	}
	dec, err := decodeReader(rc, d.Encoding)
	if err != nil {
		_ = rc.Close()
		return nil, err
	}
	return &vcardSource{rc: rc, p: newVCardParser(dec), cols: newColumnIndex(d, opt.maxColumns())}, nil
}

func (s *vcardSource) keys() []string { return s.cols.names }
func (s *vcardSource) close() error   { return s.rc.Close() }

// order sorts the columns found into the usual order.
func (s *vcardSource) order(cols []Column) {
	rank := func(name string) int {
		if i := slices.Index(cardColumns, name); i >= 0 {
			return i
		}
		return len(cardColumns)
	}
	sort.SliceStable(cols, func(i, j int) bool { return rank(cols[i].RawHeader) < rank(cols[j].RawHeader) })
	for i := range cols {
		cols[i].Index = i
	}
}

func (s *vcardSource) next(row *rawRow) error {
	c, err := s.p.next()
	if err != nil {
		if ended(err) {
			if s.number == 0 && !s.p.seen {
				return fail(CodeNotATable, nil, "kind", "vcard")
			}
			return err
		}
		return asError(err)
	}
	s.number++
	row.number, row.line, row.problem = s.number, c.line, nil
	row.cells = row.cells[:0]
	f := cardFiller{card: c, row: row, cols: s.cols, old: strings.HasPrefix(c.version, "2")}
	f.fill()
	switch {
	case c.tooLarge:
		row.problem = &Problem{Code: ProblemTooLarge, Usable: true, Params: map[string]string{"limit": strconv.Itoa(cardMaxBytes)}}
	case c.unfinished:
		row.problem = &Problem{Code: ProblemBadCard, Usable: true}
	case f.photoLost:
		row.problem = &Problem{Code: ProblemPhotoDropped, Usable: true}
	}
	return nil
}

// cardFiller makes the cells of one card.
type cardFiller struct {
	card      *vCard
	row       *rawRow
	cols      *columnIndex
	old       bool // version 2.1, where plain values know no backslashes
	labels    map[string]string
	addresses int
	photoLost bool
}

func (f *cardFiller) cell(key string) *Cell {
	i := f.cols.put(key)
	if i < 0 {
		return &Cell{}
	}
	for len(f.row.cells) <= i {
		f.row.cells = append(f.row.cells, Cell{})
	}
	return &f.row.cells[i]
}

// set writes a single value; a second one makes the cell multi-valued.
func (f *cardFiller) set(key, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	c := f.cell(key)
	if c.Text == "" {
		c.Text, c.Kind = value, KindText
		return
	}
	if c.Values == nil {
		c.Values, c.Labels = []string{c.Text}, []string{""}
	}
	if slices.Contains(c.Values, value) {
		return
	}
	c.Values, c.Labels = append(c.Values, value), append(c.Labels, "")
	c.Text = strings.Join(c.Values, "\n")
}

// add appends to a multi-valued cell, preferred values first.
func (f *cardFiller) add(key, value, label string, preferred bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	c := f.cell(key)
	for i, v := range c.Values {
		if v == value {
			if c.Labels[i] == "" {
				c.Labels[i] = label
			}
			return
		}
	}
	at := len(c.Values)
	if preferred {
		at = 0
		for at < len(c.Values) && at < f.preferredOf(key) {
			at++
		}
		f.labels["pref "+key] += "x"
	}
	c.Values = slices.Insert(c.Values, at, value)
	c.Labels = slices.Insert(c.Labels, at, label)
	c.Text, c.Kind = strings.Join(c.Values, "; "), KindText
}

func (f *cardFiller) preferredOf(key string) int { return len(f.labels["pref "+key]) }

func (f *cardFiller) fill() {
	f.labels = map[string]string{}
	for i := range f.card.props {
		p := &f.card.props[i]
		if p.name == "x-ablabel" && p.group != "" {
			f.labels[p.group] = strings.TrimSuffix(strings.TrimPrefix(unescapeCard(p.text()), "_$!<"), ">!$_")
		}
	}
	for i := range f.card.props {
		f.prop(&f.card.props[i])
	}
	f.name()
}

func (f *cardFiller) plain(p *vProp) string {
	t := p.text()
	if f.old {
		return t
	}
	return unescapeCard(t)
}

func (f *cardFiller) prop(p *vProp) {
	label, preferred := f.label(p)
	switch p.name {
	case "n":
		f.setName(splitCard(p.text()))
	case "org":
		parts := splitCard(p.text())
		f.set("org", parts[0])
		f.set("org.unit", strings.Join(nonEmpty(parts[1:]), " / "))
	case "adr":
		f.address(p, label, preferred)
	case "tel":
		v := f.plain(p)
		if u, ok := strings.CutPrefix(v, "tel:"); ok {
			v = strings.Replace(u, ";ext=", " x", 1)
		}
		f.add("tel", v, label, preferred)
	case "email":
		f.add("email", strings.TrimPrefix(f.plain(p), "mailto:"), label, preferred)
	case "url", "impp", "related", "x-abrelatednames", "x-abdate", "x-socialprofile", "lang", "key", "member":
		if p.encoding() == "b" {
			f.picture(p)
			return
		}
		v := f.plain(p)
		if !f.old || strings.Contains(v, `\:`) {
			v = strings.ReplaceAll(v, `\:`, ":")
		}
		f.add(p.name, v, label, preferred)
	case "categories", "nickname":
		for _, v := range splitEscaped(p.text(), ',') {
			f.add(p.name, unescapeCard(v), "", false)
		}
	case "photo", "logo":
		f.picture(p)
	case "sound":
		f.sound(p)
	case "x-ablabel", "x-abadr", "prodid", "profile", "source", "":
	case "agent":
		f.set("agent", f.plain(p))
	case "bday", "anniversary", "x-anniversary":
		v := f.plain(p)
		if y := p.param("x-apple-omit-year"); y != "" && strings.HasPrefix(v, y) {
			v = "-" + v[len(y):] // no year: --MM-DD
			if !strings.HasPrefix(v, "--") {
				v = "-" + v
			}
		}
		f.set(strings.TrimPrefix(p.name, "x-"), v)
	default:
		for _, v := range strings.Split(f.plain(p), "\ue000") {
			f.set(p.name, v)
		}
	}
}

// label is what kind of phone or address it is, and whether it is preferred.
func (f *cardFiller) label(p *vProp) (string, bool) {
	preferred := false
	var types []string
	for _, a := range p.params {
		if a.name == "pref" {
			preferred = true
		}
		if a.name != "type" && a.name != "" {
			continue
		}
		t := strings.ToLower(a.value)
		switch t {
		case "pref":
			preferred = true
		case "", "internet", "voice", "quoted-printable", "base64", "8bit", "7bit", "uri", "x-internet", "postal", "parcel", "dom", "intl", "msg", "char":
		default:
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	if l := f.labels[p.group]; l != "" && p.group != "" {
		return l, preferred
	}
	return strings.Join(types, " "), preferred
}

func nonEmpty(in []string) []string {
	var out []string
	for _, s := range in {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return strings.TrimSpace(parts[i])
	}
	return ""
}

func (f *cardFiller) setName(parts []string) {
	for i, key := range []string{"n.family", "n.given", "n.additional", "n.prefix", "n.suffix"} {
		f.set(key, part(parts, i))
	}
}

// name composes a missing formatted name.
func (f *cardFiller) name() {
	get := func(key string) string {
		if i, ok := f.cols.at[key]; ok && i < len(f.row.cells) {
			t, _, _ := strings.Cut(f.row.cells[i].Text, "\n")
			return t
		}
		return ""
	}
	if get("fn") != "" {
		return
	}
	fam, giv := get("n.family"), get("n.given")
	full := fam + giv
	if !strings.ContainsFunc(full, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hangul) }) {
		full = strings.Join(nonEmpty([]string{get("n.prefix"), giv, get("n.additional"), fam, get("n.suffix")}), " ")
	}
	if full == "" {
		full = get("org")
	}
	f.set("fn", full)
}

var addressParts = []string{"pobox", "extended", "street", "city", "region", "zip", "country"}

func (f *cardFiller) address(p *vProp, label string, preferred bool) {
	parts := splitCard(p.text())
	full := composeAddress(parts)
	if full == "" {
		return
	}
	f.addresses++
	f.add("adr", full, label, preferred)
	if f.addresses > addressesMax {
		return
	}
	prefix := "adr."
	if f.addresses > 1 {
		prefix = "adr" + strconv.Itoa(f.addresses) + "."
	}
	for i, name := range addressParts {
		f.set(prefix+name, part(parts, i))
	}
}

// composeAddress writes an address as one line: from large to small without
// blanks in Chinese, else from small to large with commas.
func composeAddress(parts []string) string {
	p := func(i int) string { return strings.ReplaceAll(part(parts, i), "\n", " ") }
	all := strings.Join(parts, "")
	if strings.ContainsFunc(all, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return strings.TrimSpace(strings.Join(nonEmpty([]string{p(5), p(6) + p(4) + p(3) + p(2) + p(1), p(0)}), " "))
	}
	return strings.Join(nonEmpty([]string{p(0), p(1), p(2), strings.TrimSpace(p(5) + " " + p(3)), p(4), p(6)}), ", ")
}

// sound is how Japanese phones write the reading of a name; real sounds are
// left out.
func (f *cardFiller) sound(p *vProp) {
	if p.encoding() == "b" {
		return
	}
	name := "sound"
	for _, a := range p.params {
		if strings.EqualFold(a.value, "X-IRMC-N") {
			name = "x-irmc-n"
		}
	}
	f.set(name, strings.TrimRight(f.plain(p), ";"))
}

// picture keeps an embedded picture as a data URI, or the address of one.
func (f *cardFiller) picture(p *vProp) {
	v := strings.TrimSpace(p.value)
	switch {
	case v == "":
		return
	case p.encoding() == "b", len(v) > 200 && base64Line(v):
		b, ok := decodeBase64(v)
		if !ok || len(b) > photoMax {
			f.photoLost = true
			return
		}
		f.set(p.name, "data:"+pictureType(b)+";base64,"+base64.StdEncoding.EncodeToString(b))
	case strings.HasPrefix(v, "data:"):
		if len(v) > photoMax*4/3 {
			f.photoLost = true
			return
		}
		f.set(p.name, v)
	case p.encoding() == "" && strings.Contains(v, "://") && len(v) < 4096:
		f.set(p.name, unescapeCard(v))
	default:
		f.photoLost = true
	}
}

func pictureType(b []byte) string {
	t, _, _ := strings.Cut(http.DetectContentType(b), ";")
	return t
}

// splitCard cuts a structured value at its semicolons and unescapes the parts.
func splitCard(s string) []string {
	parts := splitEscaped(s, ';')
	for i := range parts {
		parts[i] = unescapeCard(parts[i])
	}
	return parts
}

func splitEscaped(s string, sep byte) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// unescapeCard resolves \n, \, \; \: and \\.
func unescapeCard(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case ',', ';', ':', '\\', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
