package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ecrm/internal/dbtest"
)

// everyType is an object made at run time with a field of every type there is.
func everyType() map[string]any {
	choices := []map[string]any{{"value": "one", "label": "一"}, {"value": "two", "label": "二"}}
	row := []map[string]any{{"name": "x_n", "type": "integer", "labels": "數"}, {"name": "x_d", "type": "decimal", "labels": "量"}, {"name": "x_who", "type": "reference", "targets": []string{"customer"}, "labels": "誰"}, {"name": "x_on", "type": "date", "labels": "日"}}
	var fields []map[string]any
	for _, kind := range []string{"text", "longtext", "integer", "decimal", "money", "percent", "boolean", "date", "datetime", "picklist", "multipicklist", "tags", "reference", "anyreference", "user", "department", "phones", "mails", "url", "address", "file", "picture", "birthday", "place", "lines"} {
		f := map[string]any{"name": "x_" + kind, "type": kind, "labels": map[string]string{"zh-TW": "欄位" + kind, "zh-CN": "字段" + kind, "en": "Field " + kind}}
		switch kind {
		case "picklist", "multipicklist":
			f["options"] = choices
		case "reference":
			f["targets"] = []string{"customer"}
		case "anyreference":
			f["targets"] = []string{"customer", "contact"}
		case "lines":
			f["rows"] = row
		}
		fields = append(fields, f)
	}
	return map[string]any{"name": "x_every", "labels": map[string]string{"zh-TW": "萬象", "zh-CN": "万象", "en": "Everything"}, "fields": fields}
}

// hostile are JSON values as nobody means them, spelled as they are sent.
var hostile = []string{
	`null`, `true`, `""`, `" "`, `0`, `-0`, `-1`, `1.5`, `1e5`, `1e999`, `-1e-999`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775809`, `123456789012345678901234567890.1234567890`,
	`"9223372036854775808"`, `"1e400"`, `"NaN"`, `"Infinity"`, `"0x10"`, `"１２３"`, `"-"`, `"."`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\udc00\ud800"`, `"\ufeff"`, `"\u202e\u200b"`, `"😀🏳️‍🌈"`, "\"\xff\xfe\"", "\"a\xc3\"",
	`[]`, `{}`, `[null]`, `[[]]`, `[{}]`, `[1,"x",null,{"a":[]}]`, `["a","a"]`, `{"id":null}`, `{"id":"0"}`, `{"id":"-1"}`, `{"id":5}`, `{"id":"1","object":"nothing"}`, `{"object":"customer"}`, `{"object":"customer","id":{}}`, `{"object":5,"id":"5"}`, `{"hidden":true}`, `{"hidden":1}`, `{"number":null}`, `{"number":"\u0000"}`, `{"name":"x"}`, `{"":""}`,
	`{"amount":"1","currency":"XXX"}`, `{"amount":{},"currency":[]}`, `{"amount":"99999999999999999999","currency":"TWD"}`, `{"amount":"1","currency":"\u0000"}`, `{"amount":null,"currency":null}`,
	`[{"value":"\u0000"}]`, `[{"value":[],"label":{},"primary":"x"}]`, `[{"value":"1","primary":true},{"value":"1","primary":true}]`,
	`{"add":[{}],"change":[{"id":"1"}],"remove":["1"],"order":["1","1"]}`, `{"add":5}`, `{"order":[null]}`, `[{"id":"1"}]`, `[{"x_n":"x","x_who":"1","x_on":"0000-00-00"}]`, `[{"x_n":99999999999999999999}]`,
	`"0000-00-00"`, `"9999-12-31"`, `"10000-01-01"`, `"2024-02-30"`, `"-0001-01-01"`, `"2024-01-01T00:00:00+99:99"`, `"9999-12-31T23:59:59.999999999Z"`, `"民國999年99月99日"`,
	`{"city":5}`, `{"city":"\u0000","street":null,"x":1}`, `"javascript:alert(1)"`, `"http://\u0000"`, `"<script>alert(1)</script>"`, `"'; DROP TABLE r_customer; --"`, `"%s%n%x"`, `"=1+1"`,
}

// deep is JSON that goes down further than anybody reads.
func deep(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }

// saidWell wants an answer that is no failure, and where it refuses, a message in the
// asker's language, without keys, placeholders or what a database said.
func saidWell(t *testing.T, language, what string, status int, answer string) {
	t.Helper()
	what = fmt.Sprintf("%.180s", what)
	if status >= 500 {
		t.Errorf("%s answered %d %.300s", what, status, answer)
		return
	}
	if !utf8.ValidString(answer) {
		t.Errorf("%s answered what is no UTF-8: %.200q", what, answer)
	}
	if status < 400 {
		return
	}
	var p struct {
		Detail string
		Code   string
		Fields []struct{ Field, Code, Message string }
	}
	if err := json.Unmarshal([]byte(answer), &p); err != nil || p.Detail == "" || p.Code == "" {
		t.Errorf("%s answered %d without saying why: %.200s", what, status, answer)
		return
	}
	messages := map[string]string{p.Code: p.Detail}
	for _, f := range p.Fields {
		messages[f.Code] = f.Message
	}
	for code, text := range messages {
		chinese := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		if text == "" || text == code || (language != "en") != chinese && !strings.ContainsAny(text, "“「") {
			t.Errorf("%s is told in %s: %q (%s)", what, language, text, code)
		}
		for _, never := range []string{"SQLSTATE", "sqlite", "constraint", "pgx", "panic", "{value}", "{max}", "{field}", "strconv", "json:"} {
			if strings.Contains(text, never) {
				t.Errorf("%s tells %q", what, text)
			}
		}
	}
}

// Whatever is sent in a field of any type is taken or refused in words, on creating,
// changing, putting and asking what is doubtful; what was taken is read, listed, sorted and
// filtered afterwards.
func TestNoValueOfAnyFieldMakesTheServerFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects", everyType())
		admin.add("users", map[string]any{"name": "eng", "login": "eng", "role": "administrator", "language": "en", "password": "long-password"})
		speakers := []struct {
			language string
			*person
		}{{"zh-TW", admin}, {"en", w.signIn("eng")}}
		long := `"` + strings.Repeat("長", 100_000) + `"`
		values := append(slices.Clone(hostile), long, deep(200), `["`+strings.Repeat(`x","`, 3000)+`"]`)
		id := admin.add("x_everys", map[string]any{"name": "受害"})
		turn := 0
		for _, object := range []string{"x_every", "customer", "contact", "opportunity", "activity", "task", "user", "department", "role", "exchange_rate"} {
			meta := admin.must(200, "GET", "objects/"+object, nil)
			plural := fmt.Sprint(meta["plural"])
			names := []string{"owner", "department", "external_ids", "id", "version", "created_at", "nothing"}
			for _, f := range list(meta["fields"]) {
				if name := fmt.Sprint(at(f, "name")); !slices.Contains(names, name) && at(f, "type") != "autonumber" {
					names = append(names, name)
				}
			}
			for _, name := range names {
				for i, value := range values {
					// Objects that are declared share the types of x_every: some of each is enough.
					if plural != "x_everys" && (i+turn)%11 != 0 {
						continue
					}
					turn++
					p := speakers[turn%2]
					body := `{"name":"n","subject":"s","login":"l` + fmt.Sprint(turn) + `","` + name + `":` + value + `}`
					ask := func(method, path, body string) {
						status, answer := p.raw(method, "/api/v1/"+path, "application/json", []byte(body))
						saidWell(t, p.language, method+" "+path+" "+body, status, answer)
					}
					switch turn % 4 {
					case 0:
						ask("POST", plural, body)
					case 1:
						ask("POST", plural+"/batch", `{"create":[`+body+`],"update":[{"id":"`+id+`","`+name+`":`+value+`}]}`)
					case 2:
						ask("POST", plural+"/warnings", `{"values":{"`+name+`":`+value+`}}`)
					default:
						if plural == "x_everys" {
							ask("PATCH", plural+"/"+id, `{"`+name+`":`+value+`}`)
						} else {
							ask("POST", plural, body)
						}
					}
				}
				for _, query := range []string{"sort=" + name, "sort=-" + name, "fields=" + name, "filter=" + url.QueryEscape(name+" IS EMPTY")} {
					status, answer := admin.raw("GET", "/api/v1/"+plural+"?limit=500&"+query, "application/json", nil)
					saidWell(t, "zh-TW", plural+"?"+query, status, answer)
					if status < 300 && !json.Valid([]byte(answer)) {
						t.Errorf("%s?%s is no JSON", plural, query)
					}
				}
			}
		}
	})
}

// Filters, sorts, pages and sums as no page of ours asks for them.
func TestNoQuestionMakesTheServerFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects", everyType())
		for i := range 8 {
			admin.add("x_everys", map[string]any{"name": fmt.Sprint("甲", i), "x_integer": i, "x_text": "t", "x_date": "2026-01-02", "x_tags": []string{"a"}, "x_money": map[string]string{"amount": "3"}})
		}
		random := rand.New(rand.NewPCG(7, 7))
		pick := func(from []string) string { return from[random.IntN(len(from))] }
		var fields []string
		for _, f := range list(admin.must(200, "GET", "objects/x_every", nil)["fields"]) {
			fields = append(fields, fmt.Sprint(at(f, "name")))
		}
		fields = append(fields, "id", "nothing", "x_reference.name", "x_reference.x", "x_anyreference.name", "x_lines.x_n", "x_lines.x_who.name", "x_lines", "x_address.city", "x_money.currency", "x_user.department.name", "contacts", "owner.owner.owner", ".", "a.b.c.d.e.f")
		operators := []string{"=", "!=", "<", "<=", ">", ">=", "~", ":", "IN", "IS EMPTY", "IS NOT EMPTY", ".any", "=="}
		literals := []string{`"x"`, `""`, `"\u0000"`, "\"\xff\"", `5`, `-5`, `1.5`, `99999999999999999999`, `1e9`, `TRUE`, `me()`, `today(-99999999)`, `today(99999999999)`, `this_month(2147483647)`, `this_year(-30000)`, `next_days(-1)`, `my_department()`, `now()`, `nothing()`, `2026-01-01`, `9999-99-99`, `0001-01-01`, `"%_\\"`, `("a", 5, TRUE)`, `()`, `'`, `"2026-01-01T00:00:00Z"`}
		page := admin.must(200, "GET", "x_everys?limit=2&sort=x_integer", nil)
		cursor, _ := page["next"].(string)
		good, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil || len(good) < 9 {
			t.Fatalf("the cursor is %q: %v", cursor, err)
		}
		ask := func(method, path, body string) {
			status, answer := admin.raw(method, "/api/v1/"+path, "application/json", []byte(body))
			saidWell(t, "zh-TW", method+" "+path+" "+body, status, answer)
		}
		condition := func() string {
			switch op := pick(operators); op {
			case "IS EMPTY", "IS NOT EMPTY":
				return pick(fields) + " " + op
			case ".any":
				return pick(fields) + ".any(" + pick(fields) + " " + pick(operators[:8]) + " " + pick(literals) + ")"
			default:
				return pick(fields) + " " + op + " " + pick(literals)
			}
		}
		for range 500 {
			filter := condition()
			for range random.IntN(3) {
				filter = pick([]string{"NOT ", "", "("}) + filter + pick([]string{" AND ", " OR ", ") AND ", ", "}) + condition()
			}
			if random.IntN(8) == 0 {
				filter = `{"` + pick([]string{"and", "or", "not", "field", "op", "any", ""}) + `":` + pick(hostile) + `,"field":"` + pick(fields) + `","op":"` + pick(operators) + `","value":` + pick(hostile) + `}`
			}
			ask("GET", "x_everys?filter="+url.QueryEscape(filter)+"&count="+pick([]string{"none", "capped", "exact", "x", "-1"}), "")
		}
		for _, kind := range []string{"sort", "limit", "cursor", "fields", "count", "view", "deleted", "q"} {
			for _, value := range []string{"", "-", "--name", "name,name", ",", "-1", "0", "501", "1e3", "99999999999999999999", "\x00", "\xff", strings.Repeat("x,", 3000), "name.name.name", "'", "%", "臺", strings.Repeat("公", 2000)} {
				ask("GET", "x_everys?"+kind+"="+url.QueryEscape(value), "")
				ask("GET", "search?"+kind+"="+url.QueryEscape(value), "")
			}
		}
		// A cursor is what the asker sends: its keys may be of any kind and length.
		for range 300 {
			b := slices.Clone(good)
			for range 1 + random.IntN(3) {
				switch at := 8 + random.IntN(len(b)-8); random.IntN(3) {
				case 0:
					b[at] = byte(random.IntN(256))
				case 1:
					b = b[:at]
				default:
					b = append(b[:at], append([]byte(pick([]string{"i", "s\x00\x00\x00\x01\xff", "s\x00\x00\x00\x02a\x00", "n", "b\x01", "x\x00\x00\x00\x01\xff", "s\xff\xff\xff\xff"})), b[at:]...)...)
				}
				if len(b) < 9 {
					break
				}
			}
			ask("GET", "x_everys?limit=2&sort=x_integer&cursor="+base64.RawURLEncoding.EncodeToString(b), "")
		}
		for range 250 {
			group := `{"field":"` + pick(fields) + `","by":"` + pick([]string{"", "day", "month", "year", "x"}) + `"}`
			ask("POST", "x_everys/aggregate", `{"group":[`+pick([]string{"", group, group + "," + group})+`],"measures":[{"fn":"`+pick([]string{"count", "sum", "avg", "min", "max", "x"})+`","field":"`+pick(append(fields, ""))+`"}]}`)
		}
		ask("POST", "x_everys/actions/export", `{"format":"x\ufffd"}`)
		ask("POST", "x_everys/actions/export", `{"format":"csv","encoding":"`+strings.Repeat("x", 500)+`"}`)
		for _, body := range []string{deep(100_000), `{"a":` + deep(20_000) + `}`, strings.Repeat("[", 1_000_000), `{"name":"` + strings.Repeat("x", 10<<20) + `"}`, "\xef\xbb\xbf{}", `{"name":"a"}{"name":"b"}`, `{"name":NaN}`, `{"name":Infinity}`, `{"name":"a","name":5}`, `{name:"a"}`, "{\"name\":\"a\tb\"}"} {
			for _, path := range []string{"x_everys", "x_everys/batch", "x_everys/aggregate", "x_everys/warnings", "views", "tokens"} {
				ask(http.MethodPost, path, body)
			}
		}
	})
}
