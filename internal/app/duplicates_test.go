package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func (p *person) candidates(fields ...string) string {
	p.w.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		q.Set(fields[i], fields[i+1])
	}
	answer := p.must(200, "GET", "customers/duplicates?"+q.Encode(), nil)
	list, _ := answer["candidates"].([]any)
	var told []string
	for _, one := range list {
		c, _ := one.(map[string]any)
		told = append(told, fmt.Sprint(c["label"], c["matched"]))
	}
	return strings.Join(told, " ") + fmt.Sprintf(" +%v", answer["hidden"])
}

func TestDuplicatesMeetInAnySpelling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		id := seller.add("customers", map[string]any{
			"name": "臺灣積體電路製造股份有限公司", "short_name": "台積電", "aliases": []string{"TSMC"},
			"phones": []map[string]any{{"value": "03-563-6688#123"}}, "mails": []map[string]any{{"value": "Info@TSMC.com"}}, "tax_number": "22099131",
		})
		const found = "臺灣積體電路製造股份有限公司"
		for _, c := range []struct{ field, text, want string }{
			{"name", "台湾积体电路制造有限公司", found + "[name] +0"},
			{"name", "ＴＳＭＣ", found + "[name] +0"},
			{"short_name", "台積電(股)公司", found + "[name] +0"},
			{"phones", "+886 3 5636688", found + "[phone] +0"},
			{"mails", "info@tsmc.com", found + "[mail] +0"},
			{"tax_number", "22099131", found + "[code] +0"},
			{"name", "聯華電子", " +0"},
			{"note", "台積電", " +0"},
		} {
			if got := seller.candidates(c.field, c.text); got != c.want {
				t.Errorf("%s %q: %q, want %q", c.field, c.text, got, c.want)
			}
		}
		if got := stranger.candidates("name", "台積電"); got != " +1" {
			t.Errorf("a stranger is told %q, want only the number", got)
		}
		if got := seller.candidates("name", "台積電", "except", id); got != " +0" {
			t.Errorf("the record itself is told as its duplicate: %q", got)
		}
		seller.must(200, "PATCH", "customers/"+id, map[string]any{"short_name": "積電"})
		if got := seller.candidates("name", "台積電"); got != " +0" {
			t.Errorf("a name given up is still found: %q", got)
		}
		if got := seller.candidates("name", "積電"); got != found+"[name] +0" {
			t.Errorf("a new name is not found: %q", got)
		}
	})
}
