package query

import (
	"errors"
	"testing"
)

func TestFilterTextIsParsed(t *testing.T) {
	n, err := Parse(`level = "A" AND (city IN ("台北市", "新北市") OR owner = me()) AND last_contact_at < today(-30) AND contacts.any(email ~ "@acme.com") AND NOT tags : "vip"`)
	if err != nil {
		t.Fatal(err)
	}
	if n.Op != And || len(n.Kids) != 5 || n.Kids[1].Op != Or || n.Kids[3].Op != Any || n.Kids[4].Op != Not {
		t.Fatalf("wrong tree: %+v", n)
	}
	if c, ok := n.Kids[2].Value.(Call); !ok || c.Name != "today" || c.Args[0] != -30 {
		t.Fatalf("wrong relative date: %+v", n.Kids[2])
	}
}

func TestDayNeedsNoQuotes(t *testing.T) {
	for _, text := range []string{"created_at >= 2026-01-31", "created_at >= 2026-01-31T08:30:00+08:00 AND a = -3"} {
		n, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if n.Op == And {
			n = n.Kids[0]
		}
		if day, _ := n.Value.(string); day[:10] != "2026-01-31" {
			t.Errorf("%s: %+v", text, n)
		}
	}
	for _, text := range []string{"a = 2026-01", "a = 12-3"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s is taken for a day", text)
		}
	}
}

func TestFilterErrorNamesThePlace(t *testing.T) {
	for text, pos := range map[string]int{`等級 == "A"`: 4, `level = `: 7, `(a = 1`: 6, `a = 1 b`: 6, `= 3`: 0} {
		_, err := Parse(text)
		var p *Problem
		if !errors.As(err, &p) || p.Pos != pos {
			t.Errorf("%s: %+v, want a problem at %d", text, err, pos)
		}
	}
}

func TestJSONSpellingMeansTheSame(t *testing.T) {
	n, err := Parse(`{"and":[{"field":"level","op":"=","value":"A"},{"not":{"field":"owner","op":"=","value":{"call":"me"}}}]}`)
	if err != nil || n.Op != And || n.Kids[1].Op != Not {
		t.Fatalf("%+v %v", n, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a = 1`, `a.any(b ~ "x")`, `{"and":[]}`, `((((`, `a in (1,`, "a = \"\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := Parse(s); err == nil && n == nil && len(s) > 0 && s[0] == '(' {
			t.Fatal("a bracket alone is no filter")
		}
	})
}
