package tabular

import (
	"slices"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	const record = `{"id":1,"name":"王","address":{"city":"台北","zip":"104"},"tags":["甲","乙"],"phones":[{"type":"work","no":"1"},{"no":"2"}],"ok":true,"none":null,"n":1e3}`
	for name, in := range map[string]string{
		"array":   `[` + record + `,{"name":"李","later":2.50}]`,
		"lines":   record + "\n" + `{"name":"李","later":2.50}` + "\n",
		"records": `{"count":2,"meta":{"a":[1,2]},"records":[` + record + `,{"name":"李","later":2.50}]}`,
		"pretty":  strings.ReplaceAll(record, ",", ",\n") + "\n" + `{"name":"李","later":2.50}`,
	} {
		path := writeFile(t, "x.json", []byte(in))
		d, err := Detect(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var cols []string
		for _, c := range d.Columns {
			cols = append(cols, c.Header)
		}
		want := []string{"id", "name", "address.city", "address.zip", "tags", "phones.1.type", "phones.1.no", "phones.2.no", "ok", "none", "n", "later"}
		if d.Format != FormatJSON || d.Rows != 2 || !slices.Equal(cols, want) {
			t.Errorf("%s: rows %d columns %v", name, d.Rows, cols)
			continue
		}
		rows := readAll(t, path, Options{}, d)
		r := rows[0].Cells
		if len(r) != 12 || r[0].Kind != KindNumber || r[2].Text != "台北" || !slices.Equal(r[4].Values, []string{"甲", "乙"}) || r[8].Kind != KindBool || r[9].Kind != KindEmpty || r[10].Text != "1000" || rows[1].Cells[11].Text != "2.50" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestBrokenJSON(t *testing.T) {
	for _, c := range []struct {
		name, in  string
		rows, bad int
	}{
		{"cut off", `[{"a":1},{"a":2},{"a":`, 3, 1},
		{"bad line", "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", 3, 1},
		{"deep", "[" + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + "]", 1, 1},
		{"scalars", `["x","y",3]`, 3, 0},
		{"empty", `[]`, 0, 0},
	} {
		path := writeFile(t, "x.json", []byte(c.in))
		d, err := Detect(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		bad := 0
		rows := readAll(t, path, Options{}, d)
		for _, r := range rows {
			if r.Problem != nil {
				bad++
			}
		}
		if len(rows) != c.rows || d.Rows != c.rows || bad != c.bad {
			t.Errorf("%s: %d rows (%d detected), %d bad", c.name, len(rows), d.Rows, bad)
		}
	}
}

func TestRecordsAreFoundWhereProgramsWrapThem(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"answer of an API":      {`{"code":0,"data":{"total":2,"list":[{"name":"甲"},{"name":"乙"}]}}`, "name\n甲\n乙"},
		"array beside it":       {`{"errors":[],"response":{"data":{"items":[{"name":"甲"}]}},"links":["x"]}`, "name\n甲"},
		"properties of HubSpot": {`{"results":[{"id":"5","properties":{"email":"a@b.c","id":"6"}}],"paging":{"next":{"after":"2"}}}`, "id|email|properties.id\n5|a@b.c|6"},
		"fields of Airtable":    {`{"records":[{"id":"r","fields":{"Name":"甲"}}]}`, "id|Name\nr|甲"},
		"rows of lists":         {`[["公司","電話"],["甲","1"],["乙",2,"多"]]`, "公司|電話|C\n甲|1|\n乙|2|多"},
		"values of a sheet":     {`{"range":"A1:B2","values":[["公司","電話"],["甲","1"]]}`, "公司|電話\n甲|1"},
		"lists without names":   {`[["甲",1],["乙",2]]`, "A|B\n甲|1\n乙|2"},
		"one record":            {`{"name":"甲","address":{"city":"台北"},"phones":["1","2"]}`, "name|address.city|phones\n甲|台北|1, 2"},
	} {
		if _, got := texts(t, "x.json", []byte(c.in), Options{}); got != c.want {
			t.Errorf("%s: read %q, want %q", name, got, c.want)
		}
	}
}
