package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/transfer"
)

// delivery is a module whose records have rows.
func delivery() record.Module {
	return record.Module{Name: "delivery", Objects: []*schema.Object{{
		Name: "delivery", Plural: "deliveries", Title: "title", Group: "sales", Owned: true,
		Label: schema.T("出貨單", "发货单", "Delivery"), LabelPlural: schema.T("出貨單", "发货单", "Deliveries"),
		List: []string{"title", "items"},
		Fields: []*schema.Field{
			{Name: "title", Type: "text", Label: schema.T("主旨", "主题", "Title"), Required: true, Search: "n"},
			{Name: "remark", Type: "text", Label: schema.T("備註", "备注", "Remark")},
			{Name: "items", Type: "lines", Label: schema.T("品項", "明细", "Items"), Rows: []*schema.Field{
				{Name: "article", Type: "text", Label: schema.T("品名", "品名", "Article"), Required: true, Search: "n"},
				{Name: "buyer", Type: "reference", Targets: []string{"customer"}, Label: schema.T("買方", "买方", "Buyer")},
				{Name: "quantity", Type: "integer", Label: schema.T("數量", "数量", "Quantity"), Required: true},
				{Name: "price", Type: "money", Label: schema.T("單價", "单价", "Price")},
				{Name: "unit", Type: "picklist", Default: "piece", Label: schema.T("單位", "单位", "Unit"), Options: []schema.Option{{Value: "piece", Label: schema.T("個", "个", "Piece")}, {Value: "box", Label: schema.T("箱", "箱", "Box")}}},
			}},
		},
	}}}
}

func articles(rows []any) string {
	var names []string
	for _, r := range rows {
		row, _ := r.(map[string]any)
		names = append(names, fmt.Sprintf("%v×%v", row["article"], row["quantity"]))
	}
	return strings.Join(names, " ")
}

func itemsOf(record map[string]any) []any {
	rows, _ := record["items"].([]any)
	return rows
}

func rowAt(t *testing.T, rows []any, i int) string {
	t.Helper()
	row, _ := rows[i].(map[string]any)
	id, _ := row["id"].(string)
	if id == "" {
		t.Fatalf("row %d has no id: %v", i, rows[i])
	}
	return id
}

func TestRowsAreWrittenWithTheirParent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		_, people, _ := w.company()
		seller := people["seller"]
		customer := seller.add("customers", map[string]any{"name": "買方"})
		var items []map[string]any
		for i := range 200 {
			items = append(items, map[string]any{"article": fmt.Sprintf("a%d", i), "quantity": i, "price": map[string]string{"amount": "12.5"}})
		}
		items[7]["buyer"] = customer
		id := seller.add("deliveries", map[string]any{"title": "大單", "items": items})
		path := "deliveries/" + id
		first := seller.must(200, "GET", path, nil)
		rows := itemsOf(first)
		if len(rows) != 200 || fmt.Sprint(first["version"]) != "1" {
			t.Fatalf("%d rows at version %v", len(rows), first["version"])
		}
		row, _ := rows[7].(map[string]any)
		if buyer, _ := row["buyer"].(map[string]any); buyer["label"] != "買方" || row["unit"] != "piece" || fmt.Sprint(row["price"]) != "map[amount:12.5 currency:TWD]" {
			t.Errorf("a row reads %v", row)
		}

		// Three changed, two removed, one added and the last one first.
		order := []string{rowAt(t, rows, 199)}
		seller.must(200, "PATCH", path, map[string]any{"items": map[string]any{
			"change": []map[string]any{{"id": rowAt(t, rows, 0), "quantity": 1000}, {"id": rowAt(t, rows, 1), "quantity": 1001}, {"id": rowAt(t, rows, 2), "unit": "box"}},
			"remove": []string{rowAt(t, rows, 3), rowAt(t, rows, 4)},
			"add":    []map[string]any{{"article": "new", "quantity": 1}},
			"order":  order,
		}})
		second := itemsOf(seller.must(200, "GET", path, nil))
		got := articles(second)
		if want := "a199×199 a0×1000 a1×1001 a2×2 a5×5 "; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "a198×198 new×1") || len(second) != 199 {
			t.Errorf("after the change: %d rows, %.60s…", len(second), got)
		}

		// The history tells the rows that changed and no others.
		told := seller.must(200, "GET", path+"/history", nil)
		if text := fmt.Sprint(told); !strings.Contains(text, "article:new") || strings.Contains(text, "a100") {
			t.Errorf("the history tells %.400s", text)
		}

		// Who read version 1 loses against the rows, not against another field.
		status, answer := seller.call("PATCH", path, map[string]any{"items": items}, "If-Match", `"1"`)
		if status != 412 || !strings.Contains(fmt.Sprint(answer["fields"]), "items") {
			t.Errorf("a stale change of the rows answered %d %v", status, answer)
		}
		if status, answer := seller.call("PATCH", path, map[string]any{"remark": "急"}, "If-Match", `"1"`); status != 200 {
			t.Errorf("a change of another field answered %d %v", status, answer)
		}

		// One bad row refuses everything and is named.
		status, answer = seller.call("PATCH", path, map[string]any{"remark": "不行", "items": func() []map[string]any {
			bad := make([]map[string]any, 20)
			for i := range bad {
				bad[i] = map[string]any{"article": "x", "quantity": 1}
			}
			bad[17]["quantity"] = "many"
			bad[18] = map[string]any{"article": "y"}
			return bad
		}()})
		if status != 422 || !strings.Contains(fmt.Sprint(answer["fields"]), "items[17].quantity") {
			t.Errorf("a bad row answered %d %v", status, answer)
		}
		status, answer = seller.call("PATCH", path, map[string]any{"items": []map[string]any{{"article": "x"}}})
		if status != 422 || !strings.Contains(fmt.Sprint(answer["fields"]), "items[0].quantity") {
			t.Errorf("a row without its quantity answered %d %v", status, answer)
		}
		after := seller.must(200, "GET", path, nil)
		if articles(itemsOf(after)) != got || after["remark"] != "急" {
			t.Error("a refused change left something")
		}

		// The bin keeps the rows and gives the same ones back.
		people["boss"].must(204, "DELETE", path, nil)
		if n := len(namesOf(seller.must(200, "GET", "deliveries?filter=items.article+=+%22a9%22", nil))); n != 0 {
			t.Errorf("%d records in the bin are found by their rows", n)
		}
		people["boss"].must(200, "POST", path+"/actions/restore", nil)
		if back := itemsOf(seller.must(200, "GET", path, nil)); articles(back) != got || rowAt(t, back, 0) != order[0] {
			t.Error("the restored record has other rows")
		}

		// A page reads its rows, and finds records by them.
		seller.add("deliveries", map[string]any{"title": "小單", "items": []map[string]any{{"article": "only", "quantity": 1}}})
		seller.add("deliveries", map[string]any{"title": "空單"})
		for filter, want := range map[string]string{
			`items.article = "only"`: "小單", `items.buyer = "` + customer + `"`: "大單", `items.buyer.name = "買方"`: "大單",
			`items IS EMPTY`: "空單", `items.any(article = "a5" AND quantity > 4)`: "大單", `items.any(article = "a5" AND quantity > 5)`: "",
		} {
			page := seller.must(200, "GET", "deliveries?filter="+url.QueryEscape(filter), nil)
			var titles []string
			records, _ := page["records"].([]any)
			for _, r := range records {
				one, _ := r.(map[string]any)
				titles = append(titles, fmt.Sprint(one["title"]))
				if one["title"] == "大單" && len(itemsOf(one)) != 199 {
					t.Errorf("the list shows %d rows", len(itemsOf(one)))
				}
			}
			if strings.Join(titles, " ") != want {
				t.Errorf("%s finds %v, want %s", filter, titles, want)
			}
		}
		for _, bad := range []string{"deliveries?sort=items", "deliveries?filter=items+=+1", "deliveries?filter=items.nothing+=+1", "deliveries?filter=items.quantity+~+%22x%22"} {
			if status, _ := seller.call("GET", bad, nil); status != 422 {
				t.Errorf("%s answered %d", bad, status)
			}
		}
		if status, _ := seller.call("POST", "deliveries/aggregate", map[string]any{"group": []map[string]string{{"field": "items"}}, "measures": []map[string]string{{"fn": "count"}}}); status != 422 {
			t.Errorf("grouping by rows answered %d", status)
		}
	})
}

func TestRowsOfOthersCannotBeTouched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		hidden := seller.add("customers", map[string]any{"name": "機密客戶"})
		theirs := seller.add("deliveries", map[string]any{"title": "甲", "items": []map[string]any{{"article": "a", "quantity": 1, "buyer": hidden}}})
		row := rowAt(t, itemsOf(seller.must(200, "GET", "deliveries/"+theirs, nil)), 0)
		mine := stranger.add("deliveries", map[string]any{"title": "乙", "items": []map[string]any{{"article": "b", "quantity": 1}}})
		own := rowAt(t, itemsOf(stranger.must(200, "GET", "deliveries/"+mine, nil)), 0)
		for name, items := range map[string]any{
			"a row of another's":   []map[string]any{{"id": row, "quantity": 9}},
			"change another's row": map[string]any{"change": []map[string]any{{"id": row, "quantity": 9}}},
			"remove another's row": map[string]any{"remove": []string{row}},
			"order another's row":  map[string]any{"order": []string{row}},
			"the same row twice":   []map[string]any{{"id": own}, {"id": own}},
			"a hidden customer":    []map[string]any{{"id": own, "buyer": hidden}},
			"text for rows":        "x",
			"a number for a row":   []any{1},
			"no rows at all":       map[string]any{"add": 3},
			"an unknown part":      map[string]any{"drop": []string{own}},
			"an unknown field":     []map[string]any{{"id": own, "parent_id": theirs}},
		} {
			if status, answer := stranger.call("PATCH", "deliveries/"+mine, map[string]any{"items": items}); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		if n := len(namesOf(stranger.must(200, "GET", "deliveries?filter="+url.QueryEscape(`items.article = "a"`), nil))); n != 0 {
			t.Error("another's record is found by its rows")
		}
		// A shared document shows that there is a buyer, not who.
		people["boss"].must(201, "POST", "deliveries/"+theirs+"/shares", map[string]any{"user": stranger.id, "write": true})
		shown := itemsOf(stranger.must(200, "GET", "deliveries/"+theirs, nil))
		if text := fmt.Sprint(shown); !strings.Contains(text, "hidden:true") || strings.Contains(text, hidden) {
			t.Errorf("a hidden buyer is shown as %s", text)
		}
		if n := len(namesOf(stranger.must(200, "GET", "deliveries?filter="+url.QueryEscape(`items.buyer.name = "機密客戶"`), nil))); n != 0 {
			t.Error("a hidden buyer can be asked for by name")
		}
		first, _ := shown[0].(map[string]any)
		first["quantity"] = 5
		stranger.must(200, "PATCH", "deliveries/"+theirs, map[string]any{"items": []any{first}})
		if text := fmt.Sprint(itemsOf(seller.must(200, "GET", "deliveries/"+theirs, nil))); !strings.Contains(text, "機密客戶") || !strings.Contains(text, "quantity:5") {
			t.Errorf("sent back, a hidden buyer became %s", text)
		}
		if text := fmt.Sprint(stranger.must(200, "GET", "deliveries/"+theirs+"/history", nil)); strings.Contains(text, hidden) {
			t.Error("the history tells a hidden buyer")
		}
	})
}

func TestRowsGoBackWithWhatWroteThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		admin := w.setUp()
		id := admin.add("deliveries", map[string]any{"title": "單", "items": []map[string]any{{"article": "a", "quantity": 1}, {"article": "b", "quantity": 2}, {"article": "c", "quantity": 3}}})
		rows := itemsOf(admin.must(200, "GET", "deliveries/"+id, nil))
		number, _ := schema.ParseID(id)
		ctx := context.Background()
		a := policy.System(w.app.Records.Current.Load(), "rule 1")
		o := a.Registry.Object("delivery")
		write := func(items any) {
			t.Helper()
			if err := w.app.Records.Update(ctx, a, o, number, record.Input{"items": items}, 0); err != nil {
				t.Fatal(err)
			}
		}
		undo := func() (since []string) {
			t.Helper()
			if err := w.app.Records.Together(ctx, func(ctx context.Context, u *record.Unit) (err error) {
				since, _, err = u.Undo(ctx, policy.System(a.Registry, "undo"), o, number, "rule 1")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return since
		}
		write(map[string]any{"change": []any{map[string]any{"id": rowAt(t, rows, 0), "article": "A"}}, "remove": []any{rowAt(t, rows, 1)},
			"add": []any{map[string]any{"article": "d", "quantity": json.Number("0")}}, "order": []any{rowAt(t, rows, 2), rowAt(t, rows, 0)}})
		if got := articles(itemsOf(admin.must(200, "GET", "deliveries/"+id, nil))); got != "c×3 A×1 d×0" {
			t.Fatalf("the change made %s", got)
		}
		if since := undo(); since != nil {
			t.Errorf("nobody changed %v", since)
		}
		back := itemsOf(admin.must(200, "GET", "deliveries/"+id, nil))
		if got := articles(back); got != "a×1 b×2 c×3" || rowAt(t, back, 1) != rowAt(t, rows, 1) {
			t.Errorf("the undo left %s", got)
		}
		a.Origin = "rule 1"
		write([]any{map[string]any{"id": rowAt(t, rows, 0), "article": "Z"}})
		admin.must(200, "PATCH", "deliveries/"+id, map[string]any{"items": map[string]any{"change": []any{map[string]any{"id": rowAt(t, rows, 0), "article": "theirs"}}}})
		if since := undo(); len(since) == 0 {
			t.Error("an undo passed over what somebody wrote since")
		}
		if got := articles(itemsOf(admin.must(200, "GET", "deliveries/"+id, nil))); got != "theirs×1" {
			t.Errorf("an undo that had to keep off left %s", got)
		}
	})
}

func TestRowsAreExportedAsRows(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db", delivery())
	admin := w.setUp()
	admin.add("deliveries", map[string]any{"title": "單", "items": []map[string]any{{"article": "a", "quantity": 1}, {"article": "b", "quantity": 2}}})
	var file strings.Builder
	if _, err := w.app.ExportFile(context.Background(), "admin", "delivery", &file, transfer.ExportRequest{Format: "csv", Fields: []string{"title", "items"}}); err != nil {
		t.Fatal(err)
	}
	if text := file.String(); !strings.Contains(text, "單,a,,1") || !strings.Contains(text, "單,b,,2") {
		t.Errorf("the file reads %s", text)
	}
}

func TestARecordIsFoundByItsRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn, delivery())
		admin, people, _ := w.company()
		seller := people["seller"]
		id := seller.add("deliveries", map[string]any{"title": "甲單", "items": []map[string]any{{"article": "不鏽鋼螺絲", "quantity": 1}, {"article": "torque wrench", "quantity": 2}}})
		seller.add("deliveries", map[string]any{"title": "乙單", "items": []map[string]any{{"article": "木板", "quantity": 1}}})
		// Beyond what is read row by row, in the ways a page of a search is found.
		for range 3 {
			var others []map[string]any
			for range 400 {
				others = append(others, map[string]any{"title": "別人", "items": []map[string]any{{"article": "不鏽鋼螺絲", "quantity": 1}}})
			}
			people["stranger"].must(200, "POST", "deliveries/batch", map[string]any{"create": others})
		}
		w = newWorld(t, dsn, delivery()) // which does not think the table small
		for _, p := range people {
			p.w = w
		}
		admin.w = w
		titles := func(p *person, typed string) string {
			var all []string
			records, _ := p.must(200, "GET", "deliveries?limit=500&sort=title&q="+url.QueryEscape(typed), nil)["records"].([]any)
			for _, r := range records {
				one, _ := r.(map[string]any)
				all = append(all, fmt.Sprint(one["title"]))
			}
			return strings.Join(all, " ")
		}
		for typed, want := range map[string]string{"螺絲": "甲單", "不锈钢": "甲單", "wrench": "甲單", "甲單 螺絲": "甲單", "木板": "乙單", "甲單 木板": ""} {
			if got := titles(seller, typed); got != want {
				t.Errorf("%s finds %q, want %q", typed, got, want)
			}
		}
		if n := len(strings.Split(titles(admin, "螺絲"), " ")); n != 500 {
			t.Errorf("the administrator finds %d on a full page", n)
		}
		if found := fmt.Sprint(seller.must(200, "GET", "search?q="+url.QueryEscape("wrench"), nil)); !strings.Contains(found, "甲單") {
			t.Errorf("the search over everything finds %s", found)
		}
		// Who may not read the rows does not find by them.
		role := admin.add("roles", map[string]any{"name": "無明細", "rights": map[string]any{"*": map[string]any{"view": "all"}}, "field_access": map[string]any{"delivery": map[string]any{"items": "hidden"}}})
		admin.add("users", map[string]any{"name": "blind", "login": "blind", "role": role, "password": "long-password"})
		blind := w.signIn("blind")
		if got := titles(blind, "螺絲"); got != "" {
			t.Errorf("hidden rows are searched: %s", got)
		}
		// The words follow what becomes of the rows and of the record.
		rows := itemsOf(seller.must(200, "GET", "deliveries/"+id, nil))
		seller.must(200, "PATCH", "deliveries/"+id, map[string]any{"items": map[string]any{"change": []map[string]any{{"id": rowAt(t, rows, 0), "article": "銅釘"}}}})
		if titles(seller, "螺絲") != "" || titles(seller, "銅釘") != "甲單" {
			t.Error("a changed row is found by what it was")
		}
		admin.must(200, "PATCH", "deliveries/"+id, map[string]any{"owner": people["colleague"].id})
		if titles(people["colleague"], "銅釘") != "甲單" {
			t.Error("whom it was handed to does not find it by its rows")
		}
		// An object made at run time, seen through a customer that changes hands.
		admin.must(201, "POST", "objects", map[string]any{"name": "x_order", "labels": "訂單", "through": []string{"x_customer"}, "fields": []map[string]any{
			{"name": "x_customer", "type": "reference", "targets": []string{"customer"}, "labels": "客戶"},
			{"name": "x_items", "type": "lines", "labels": "品項", "rows": []map[string]any{
				{"name": "x_product", "type": "text", "labels": "品名", "search": "n", "required": true}, {"name": "x_amount", "type": "decimal", "scale": 2, "labels": "數量", "default": 1},
			}},
		}})
		ours := seller.add("customers", map[string]any{"name": "北方公司"})
		seller.add("x-orders", map[string]any{"name": "訂單一", "x_customer": ours, "x_items": []map[string]any{{"x_product": "電熱水瓶"}}})
		if got := seller.names("x-orders?q=" + url.QueryEscape("熱水瓶")); got != "訂單一" {
			t.Errorf("the order is found as %q", got)
		}
		admin.must(200, "PATCH", "customers/"+ours, map[string]any{"owner": people["colleague"].id})
		if got := people["colleague"].names("x-orders?q=" + url.QueryEscape("熱水瓶")); got != "訂單一" {
			t.Errorf("through the customer it is found as %q", got)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("the check finds %v", found)
		}
	})
}
