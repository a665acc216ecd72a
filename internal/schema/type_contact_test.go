package schema

import (
	"encoding/json"
	"testing"
)

func phonesField(t *testing.T, kind string) *Field {
	t.Helper()
	r, err := NewRegistry(1, []*Object{{Name: "thing", Plural: "things", Title: "name", Fields: []*Field{
		{Name: "name", Type: "text"}, {Name: "several", Type: kind},
	}}, {Name: "user", Plural: "users"}, {Name: "department", Plural: "departments"}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Object("thing").Field("several")
}

func entryOf(t *testing.T, columns []any) Entry {
	t.Helper()
	stored, _ := columns[0].(string)
	entries := Entries(stored)
	if len(entries) != 1 {
		t.Fatalf("%q holds %d entries", stored, len(entries))
	}
	return entries[0]
}

// However an extension is written, it is kept, shown and exported in one form, and
// comes back from each.
func TestExtensionHasOneFormInEachLanguage(t *testing.T) {
	f := phonesField(t, "phones")
	l, _ := f.Kind().(Localised)
	text, _ := f.Kind().(Textual)
	for _, written := range []string{
		"02-2345-6789 分機 12", "02-2345-6789分機12", "02-2345-6789 分機：12", "02-2345-6789(分機12)", "02-2345-6789 轉 12", "02-2345-6789转12", "02-2345-6789 轉分機12",
		"02-2345-6789 分機號碼 12", "02-2345-6789 內線12", "02-2345-6789 ext. 12", "02-2345-6789 ext 12", "02-2345-6789 Ext.: 12", "02-2345-6789 extension 12", "02-2345-6789 x12",
		"02-2345-6789#12", "02-2345-6789 # 12", "０２－２３４５－６７８９＃１２", "02-2345-6789;ext=12", "02-2345-6789 分机12",
	} {
		columns, err := text.ParseText(f, written)
		if err != nil {
			t.Errorf("%q: %v", written, err)
			continue
		}
		if got := entryOf(t, columns).Value; got != "02-2345-6789#12" {
			t.Errorf("%q is kept as %q", written, got)
		}
		for language, want := range map[string]string{"zh-TW": "02-2345-6789 分機 12", "zh-CN": "02-2345-6789 分机 12", "en": "02-2345-6789 ext. 12"} {
			shown := l.FormatIn(f, columns, language)
			if shown != want {
				t.Errorf("%q is written %q in %s", written, shown, language)
			}
			back, err := text.ParseText(f, shown)
			if err != nil || back[0] != columns[0] {
				t.Errorf("%q comes back as %v, %v", shown, back, err)
			}
		}
	}
	for _, plain := range []string{"02-2345-6789", "1-800-555-0199", "0912-345-678", "x2345678", "#12", "02-2345-6789~92"} {
		columns, err := f.Kind().Parse(f, []any{plain})
		if err != nil || entryOf(t, columns).Value != plain {
			t.Errorf("%q is kept as %v, %v", plain, columns, err)
		}
	}
}

// Labels and values hold anything; what is written of them is read back exactly.
func TestLabelsOfPhonesAndMailsComeBackExactly(t *testing.T) {
	for kind, value := range map[string]string{"phones": "02-2345-6789#12", "mails": "a.b@example.com"} {
		f := phonesField(t, kind)
		l, _ := f.Kind().(Localised)
		text, _ := f.Kind().(Textual)
		for _, label := range []string{"", "公司", "HQ, 2F", "總部、二樓", "a;b", "a；b", `"quoted"`, `"`, "Phone 2", "a: b", "tel", "mailto", "a|b", "王 小姐", "(M)", "#1", "M", "行動", "+886", "@home", "ext. 5"} {
			columns, err := f.Kind().Parse(f, []any{map[string]any{"label": label, "value": value}, map[string]any{"label": label, "value": "7" + value}})
			if err != nil {
				t.Fatalf("%s %q: %v", kind, label, err)
			}
			for _, language := range []string{"", "zh-TW", "zh-CN", "en"} {
				shown := l.FormatIn(f, columns, language)
				back, err := text.ParseText(f, shown)
				if err != nil || back[0] != columns[0] {
					t.Errorf("%s %q is written %q and comes back as %v, %v", kind, label, shown, back, err)
				}
			}
		}
	}
	f := phonesField(t, "phones")
	text, _ := f.Kind().(Textual)
	for _, value := range []string{"02-2345-6789/6790", "02-2345-6789, 6790", "(02)2345-6789 (王小姐)", "TEL 02-2345-6789", "1,2;3", "12 分機 3", `"5"`} {
		columns, err := f.Kind().Parse(f, []any{value})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := text.ParseText(f, text.FormatText(f, columns)); err != nil || back[0] != columns[0] {
			t.Errorf("%q is written %q and comes back as %v, %v", value, text.FormatText(f, columns), back, err)
		}
	}
}

func TestSeveralNumbersOfOneTextAreApart(t *testing.T) {
	f := phonesField(t, "phones")
	text, _ := f.Kind().(Textual)
	for written, want := range map[string][]Entry{
		"02-2345-6789 分機 12、13":                 {{Value: "02-2345-6789#12/13"}},
		"公司: 02-2345-6789、手機: 0912-345-678":     {{Label: "公司", Value: "02-2345-6789"}, {Label: "手機", Value: "0912-345-678"}},
		"02-2345-6789,0912-345-678":             {{Value: "02-2345-6789"}, {Value: "0912-345-678"}},
		"(M) 0912-345-678\n02-2345-6789 #8":     {{Label: "M", Value: "0912-345-678"}, {Value: "02-2345-6789#8"}},
		`"HQ, 2F": "02-2345-6789"；0912-345-678`: {{Label: "HQ, 2F", Value: "02-2345-6789"}, {Value: "0912-345-678"}},
	} {
		columns, err := text.ParseText(f, written)
		if err != nil {
			t.Errorf("%q: %v", written, err)
			continue
		}
		stored, _ := columns[0].(string)
		got := Entries(stored)
		for i := range got {
			got[i].Primary = false
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("%q is %s, not %s", written, a, b)
		}
	}
}
