package schema

import "strings"

// The orders in which names stand: by stroke, as offices in Taiwan, Hong Kong and
// Macau keep their lists, or by pinyin, which is that of the alphabet too.
const (
	Stroke = "stroke"
	Pinyin = "pinyin"
)

// Orders lists them.
var Orders = []string{Stroke, Pinyin}

// OrderIn is the order that readers of a language expect.
func OrderIn(language string) string {
	l := strings.ToLower(strings.ReplaceAll(language, "_", "-"))
	if strings.HasPrefix(l, "zh") && (strings.Contains(l, "tw") || strings.Contains(l, "hk") || strings.Contains(l, "mo") || strings.Contains(l, "hant")) {
		return Stroke
	}
	return Pinyin
}

// SortKey is a column that holds, for one field and order, the bytes by which its
// texts are sorted. The record service keeps it.
type SortKey struct {
	Field  *Field
	Order  string
	Column string
}

// SortKeys lists the columns by which people sort the object's texts.
func (o *Object) SortKeys() []SortKey { return o.sortKeys }

// SortColumn is the column that sorts a field in an order; "" where the field is
// sorted as it stands, or its keys are not complete yet.
func (o *Object) SortColumn(f *Field, order string) string {
	for _, k := range o.sortKeys {
		if k.Field == f && k.Order == order && o.Sorted[k.Column] {
			return k.Column
		}
	}
	return ""
}

// Stored lists every physical column of the object's table: what a record is read
// from, then its sort keys.
func (o *Object) Stored() []Column {
	all := o.columns[:len(o.columns):len(o.columns)]
	for _, k := range o.sortKeys {
		all = append(all, Column{Name: k.Column, Kind: KindBytes})
	}
	return all
}

// named tells whether people look for a field's texts in the order of their
// language: a title that is a name, and what else is made to be sorted by, but for
// codes.
func (o *Object) named(f *Field) bool {
	if f.Type != "text" || f.Match == "code" || f.Search == "i" || o.parent != nil {
		return false
	}
	return f.Indexed || f.Name == o.Title && f.Search == "n"
}
