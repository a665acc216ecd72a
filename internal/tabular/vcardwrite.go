package tabular

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteVCard writes one card in version 3.0, or 4.0 where the card says so.
func WriteVCard(w io.Writer, c Card) error {
	v := cardWriter{c: c, v4: strings.HasPrefix(c.Version, "4")}
	v.write()
	_, err := io.WriteString(w, v.b.String())
	return err
}

type cardWriter struct {
	b     strings.Builder
	c     Card
	v4    bool
	items int
}

// line writes one property, folded at 75 bytes.
func (v *cardWriter) line(s string) {
	for limit := 75; ; limit = 74 {
		if len(s) <= limit {
			break
		}
		n := limit
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		v.b.WriteString(s[:n])
		v.b.WriteString("\r\n ")
		s = s[n:]
	}
	v.b.WriteString(s)
	v.b.WriteString("\r\n")
}

// text writes a property of one value.
func (v *cardWriter) text(name, value string) {
	if value != "" {
		v.line(name + ":" + escapeCard(value))
	}
}

// escapeCard escapes a text value.
func escapeCard(s string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(validText(s))
}

func escapeParts(parts ...string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = escapeCard(p)
	}
	return strings.Join(out, ";")
}

func (v *cardWriter) write() {
	c := &v.c
	version := "3.0"
	if v.v4 {
		version = "4.0"
	}
	v.line("BEGIN:VCARD")
	v.line("VERSION:" + version)
	v.text("UID", c.UID)
	fn := c.FormattedName
	if fn == "" {
		fn = composeName(c)
	}
	v.line("FN:" + escapeCard(fn))
	v.line("N:" + escapeParts(c.Family, c.Given, c.Additional, c.Prefix, c.Suffix))
	v.text("NICKNAME", c.Nickname)
	if c.Org != "" || len(c.OrgUnits) > 0 {
		v.line("ORG:" + escapeParts(append([]string{c.Org}, c.OrgUnits...)...))
	}
	v.text("TITLE", c.Title)
	v.text("ROLE", c.Role)
	for _, p := range c.Phones {
		v.labelled("TEL", p.Label, escapeCard(p.Value))
	}
	for _, p := range c.Emails {
		v.labelled("EMAIL", p.Label, escapeCard(p.Value))
	}
	for _, a := range c.Addresses {
		v.labelled("ADR", a.Label, escapeParts(a.POBox, a.Extended, a.Street, a.Locality, a.Region, a.PostalCode, a.Country))
	}
	for _, p := range c.URLs {
		v.labelled("URL", p.Label, strings.Join(strings.Fields(p.Value), "%20"))
	}
	for _, p := range c.IMs {
		v.labelled("IMPP", p.Label, strings.Join(strings.Fields(p.Value), "%20"))
	}
	v.birthday("BDAY", c.Birthday)
	if v.v4 {
		v.birthday("ANNIVERSARY", c.Anniversary)
	} else {
		v.birthday("X-ANNIVERSARY", c.Anniversary)
	}
	if len(c.Categories) > 0 {
		out := make([]string, len(c.Categories))
		for i, s := range c.Categories {
			out[i] = escapeCard(s)
		}
		v.line("CATEGORIES:" + strings.Join(out, ","))
	}
	v.text("NOTE", c.Note)
	v.photo()
	for _, e := range c.Extra {
		if name := propertyName(e.Label); name != "" {
			v.text(name, e.Value)
		}
	}
	v.text("REV", c.Rev)
	v.line("END:VCARD")
}

// propertyName makes an X- name of a label, "" where nothing is left.
func propertyName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 32
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		case r == ' ', r == '_':
			return '-'
		}
		return -1
	}, s)
	if s == "" || s == "X-" {
		return ""
	}
	if !strings.HasPrefix(s, "X-") {
		return "X-" + s
	}
	return s
}

func composeName(c *Card) string {
	full := c.Family + c.Given
	if strings.ContainsFunc(full, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hangul) }) {
		return full
	}
	if s := strings.Join(nonEmpty([]string{c.Prefix, c.Given, c.Additional, c.Family, c.Suffix}), " "); s != "" {
		return s
	}
	return c.Org
}

// cardTypes are the labels the standard knows.
var cardTypes = map[string]string{"work": "work", "home": "home", "cell": "cell", "mobile": "cell", "fax": "fax", "pager": "pager",
	"voice": "voice", "text": "text", "video": "video", "car": "car", "isdn": "isdn", "other": "other", "main": "main", "iphone": "iphone"}

// labelled writes a property with its label: known words as TYPE, a label of
// the user's own the way address books do, in a group.
func (v *cardWriter) labelled(name, label, value string) {
	if strings.Trim(value, ";") == "" {
		return
	}
	var types []string
	known := true
	for _, w := range strings.Fields(strings.ToLower(label)) {
		t, ok := cardTypes[w]
		known = known && ok
		types = append(types, t)
	}
	switch {
	case label == "":
		v.line(name + ":" + value)
	case known:
		if v.v4 {
			if len(types) > 1 {
				v.line(fmt.Sprintf(`%s;TYPE="%s":%s`, name, strings.Join(types, ","), value))
				return
			}
			v.line(name + ";TYPE=" + types[0] + ":" + value)
			return
		}
		v.line(name + ";TYPE=" + strings.ToUpper(strings.Join(types, ",")) + ":" + value)
	default:
		v.items++
		v.line(fmt.Sprintf("item%d.%s:%s", v.items, name, value))
		v.line(fmt.Sprintf("item%d.X-ABLabel:%s", v.items, escapeCard(label)))
	}
}

// birthday writes a date, also one without a year.
func (v *cardWriter) birthday(name, date string) {
	if date == "" {
		return
	}
	if md, ok := strings.CutPrefix(date, "--"); ok {
		if v.v4 {
			v.line(name + ":--" + strings.ReplaceAll(md, "-", ""))
			return
		}
		if !strings.Contains(md, "-") && len(md) == 4 {
			md = md[:2] + "-" + md[2:]
		}
		v.line(name + ";X-APPLE-OMIT-YEAR=1604:1604-" + md)
		return
	}
	if v.v4 && len(date) == 10 {
		date = strings.ReplaceAll(date, "-", "")
	}
	v.line(name + ":" + escapeCard(date))
}

func (v *cardWriter) photo() {
	p := v.c.Photo
	if len(p) == 0 {
		return
	}
	kind := v.c.PhotoType
	if kind == "" {
		kind = strings.ToUpper(strings.TrimPrefix(pictureType(p), "image/"))
	}
	data := base64.StdEncoding.EncodeToString(p)
	if v.v4 {
		v.line("PHOTO:data:image/" + strings.ToLower(kind) + ";base64," + data)
		return
	}
	v.line("PHOTO;ENCODING=b;TYPE=" + strings.ToUpper(kind) + ":" + data)
}
