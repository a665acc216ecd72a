package app

import (
	"fmt"
	"testing"

	"ecrm/internal/dbtest"
)

func TestNameOfAContactStandsInStepWithItsPartsAndTheFormOfAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		said := func(c map[string]any) string {
			return fmt.Sprint(c["name"], "|", c["family_name"], "|", c["given_name"], "|", c["salutation"])
		}
		for _, c := range []struct {
			in   map[string]any
			want string
		}{
			{map[string]any{"name": "歐陽菲菲", "title": "業務部經理"}, "歐陽菲菲|歐陽|菲菲|歐陽經理"}, {map[string]any{"name": "陳大同", "title": "董事長"}, "陳大同|陳|大同|陳董"},
			{map[string]any{"family_name": "司馬", "given_name": "光"}, "司馬光|司馬|光|<nil>"}, {map[string]any{"name": "James van der Berg", "title": "CEO"}, "James van der Berg|van der Berg|James|<nil>"},
			{map[string]any{"name": "王小明", "title": "經理", "salutation": "小明哥"}, "王小明|王|小明|小明哥"}, {map[string]any{"name": "wang@example.com", "title": "經理"}, "wang@example.com|<nil>|<nil>|<nil>"},
			{map[string]any{"name": "吳先生"}, "吳先生|吳|<nil>|吳先生"}, {map[string]any{"name": "Ms Patel", "title": "Purchasing"}, "Ms Patel|Patel|<nil>|Ms Patel"},
			{map[string]any{"name": "范姜大同", "family_name": "范", "given_name": "姜大同"}, "范姜大同|范|姜大同|<nil>"},
		} {
			if got := said(admin.must(201, "POST", "contacts", c.in)); got != c.want {
				t.Errorf("%v became %s, want %s", c.in, got, c.want)
			}
		}
		id := admin.add("contacts", map[string]any{"name": "王小明", "title": "經理"})
		for _, c := range []struct {
			in   map[string]any
			want string
		}{
			{map[string]any{"title": "總經理"}, "王小明|王|小明|王總"}, {map[string]any{"family_name": "李"}, "李小明|李|小明|李總"}, {map[string]any{"name": "李大明"}, "李大明|李|大明|李總"},
			{map[string]any{"salutation": "李大哥"}, "李大明|李|大明|李大哥"}, {map[string]any{"title": "董事長"}, "李大明|李|大明|李大哥"}, {map[string]any{"salutation": nil}, "李大明|李|大明|<nil>"},
			{map[string]any{"note": "x"}, "李大明|李|大明|<nil>"}, {map[string]any{"name": "吳先生"}, "吳先生|吳|<nil>|<nil>"}, {map[string]any{"given_name": "大同"}, "吳大同|吳|大同|<nil>"},
		} {
			if got := said(admin.must(200, "PATCH", "contacts/"+id, c.in)); got != c.want {
				t.Errorf("after %v it is %s, want %s", c.in, got, c.want)
			}
		}
	})
}
