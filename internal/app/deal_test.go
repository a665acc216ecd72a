package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// goods are the rows of a deal or a quote, as people would read them.
func goods(rows any) string {
	var all []string
	for _, row := range list(rows) {
		product, _ := at(row, "product").(map[string]any)
		name := fmt.Sprint(product["label"])
		if product == nil {
			name = "-"
		}
		all = append(all, fmt.Sprint(name, "|", strings.ReplaceAll(fmt.Sprint(at(row, "description")), "\n", " "), "|", at(row, "quantity"), "×", at(row, "price")))
	}
	return strings.Join(all, "; ")
}

func TestDealComesToWhatItsProductsDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		bolt, service := catalog(admin)
		admin.must(201, "POST", "exchange-rates", map[string]any{"currency": "USD", "date": "2020-01-01", "rate": "30"})
		customer := seller.add("customers", map[string]any{"name": "大成機械"})
		typed := seller.must(201, "POST", "opportunities", map[string]any{"name": "產線", "customer": customer, "amount": amount("100", "TWD")})
		path := "opportunities/" + fmt.Sprint(typed["id"])

		deal := seller.must(200, "PATCH", path, map[string]any{"items": []map[string]any{{"product": bolt, "quantity": "1000.5"}, {"product": service, "discount": "10", "amount": amount("1", "USD")}, {"description": "運費", "price": "-12.5"}}})
		// 1000.5 × 3.35 = 3351.675; 12000 − 10 %; −12.5: each to the whole dollar.
		if got := fmt.Sprint(money(deal["amount"]), " ", money(at(list(deal["items"])[0], "amount")), " ", money(at(list(deal["items"])[1], "amount"))); got != "14139 TWD 3352 TWD 10800 TWD" {
			t.Errorf("it comes to %s", got)
		}
		if got := goods(deal["items"]); got != "不鏽鋼六角螺栓|不鏽鋼六角螺栓 M8×30 SUS304|1000.5×3.35; 現場安裝|現場安裝|1×12000; -|運費|1×-12.5" {
			t.Errorf("its rows are %s", got)
		}
		for _, c := range []struct {
			body map[string]any
			want string
		}{
			{map[string]any{"amount": amount("500", "TWD")}, "amount:amount_of_items"},
			{map[string]any{"amount": nil}, "amount:amount_of_items"},
			{map[string]any{"items": map[string]any{"add": []map[string]any{{"description": "x"}}}}, "items[3].price:required"},
			{map[string]any{"items": []map[string]any{{"description": "x", "price": "-1"}}}, "items:sum_negative"},
		} {
			if status, answer := seller.call("PATCH", path, c.body); status != 422 || refusal(answer) != c.want {
				t.Errorf("%v is answered %d %s, not %s", c.body, status, refusal(answer), c.want)
			}
		}
		if status, answer := seller.call("POST", "opportunities", map[string]any{"name": "x", "customer": customer, "amount": amount("9", "TWD"), "items": []map[string]any{{"description": "x", "price": "10"}}}); status != 422 || refusal(answer) != "amount:amount_of_items" {
			t.Errorf("another amount than the products come to is answered %d %s", status, refusal(answer))
		}
		// Of an amount that is sent as it was, the currency alone is heard.
		abroad := seller.must(200, "PATCH", path, map[string]any{"amount": amount("14139", "USD"), "items": []map[string]any{{"product": bolt, "quantity": "1000.5"}}})
		if got := fmt.Sprint(money(abroad["amount"]), " ", money(at(list(abroad["items"])[0], "amount"))); got != "120.06 USD 120.06 USD" {
			t.Errorf("in dollars it comes to %s", got)
		}
		if got := fmt.Sprint(seller.must(200, "POST", "opportunities/aggregate", map[string]any{"measures": []map[string]string{{"fn": "sum", "field": "amount"}}})["rows"]); !strings.Contains(got, "3601.8") {
			t.Errorf("all deals come to %s", got)
		}
		if got := seller.names(`opportunities?filter=items.product="` + bolt + `"`); got != "產線" {
			t.Errorf("by product %q is found", got)
		}
		// Without products it is typed again.
		free := seller.must(200, "PATCH", path, map[string]any{"items": []any{}})
		if money(free["amount"]) != "120.06 USD" {
			t.Errorf("without products it is %v", free["amount"])
		}
		seller.must(200, "PATCH", path, map[string]any{"amount": amount("77", "TWD")})
	})
}

func TestQuoteAndDealTakeOverEachOthersItems(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		bolt, _ := catalog(admin)
		customer := seller.add("customers", map[string]any{"name": "大成機械"})
		deal := seller.add("opportunities", map[string]any{"name": "產線", "customer": customer, "items": []map[string]any{{"product": bolt, "quantity": "200", "price": "3", "discount": "5"}, {"description": "運費", "price": "150"}}})
		made := seller.must(201, "POST", "quotes", map[string]any{"opportunity": deal, "discount": "10"})
		// 570 + 150, less 10 %, with 5 % tax.
		if got := fmt.Sprint(goods(made["items"]), " ", money(made["total"])); got != "不鏽鋼六角螺栓|不鏽鋼六角螺栓 M8×30 SUS304|200×3; -|運費|1×150 680 TWD" {
			t.Errorf("the quote begins with %s", got)
		}
		for body, want := range map[string]string{`{"items": [], "currency": "TWD"}`: "", `{"currency": "USD"}`: ""} {
			sent := map[string]any{"opportunity": deal, "currency": "USD"}
			if strings.Contains(body, "items") {
				sent = map[string]any{"opportunity": deal, "items": []any{}}
			}
			if other := seller.must(201, "POST", "quotes", sent); goods(other["items"]) != want {
				t.Errorf("with %s it begins with %s", body, goods(other["items"]))
			}
		}
		path := "quotes/" + fmt.Sprint(made["id"])
		offer := seller.must(200, "GET", path+"/actions/accept", nil)
		if got := fmt.Sprint(at(offer, "values", "deal_items"), at(offer, "values", "deal_amount")); got != "true false" {
			t.Errorf("it is proposed %s", got)
		}
		if status, answer := seller.call("POST", path+"/actions/accept", map[string]any{"deal_amount": true}); status != 422 || refusal(answer) != "deal_amount:amount_of_items" {
			t.Errorf("an amount beside products is answered %d %s", status, refusal(answer))
		}
		if now := seller.must(200, "GET", path, nil); now["status"] != "draft" {
			t.Errorf("refused it is %v", now["status"])
		}
		seller.must(200, "PATCH", path, map[string]any{"items": []map[string]any{{"product": bolt, "quantity": "100", "price": "3"}}})
		seller.must(200, "POST", path+"/actions/accept", map[string]any{"deal_items": true, "deal_amount": true, "deal_won": true})
		now := seller.must(200, "GET", "opportunities/"+deal, nil)
		if got := fmt.Sprint(goods(now["items"]), " ", money(now["amount"]), " ", now["stage"]); got != "不鏽鋼六角螺栓|不鏽鋼六角螺栓 M8×30 SUS304|100×3; -|折讓合計|1×-30 270 TWD won" {
			t.Errorf("the deal is %s", got)
		}
	})
}

// What the maker of a quote may not see of its deal is not taken over.
func TestQuoteTakesNoItemsOverThatAreHidden(t *testing.T) {
	w := newWorld(t, "")
	admin, _, _ := w.company()
	bolt, _ := catalog(admin)
	customer := admin.add("customers", map[string]any{"name": "大成機械"})
	deal := admin.add("opportunities", map[string]any{"name": "產線", "customer": customer, "items": []map[string]any{{"product": bolt, "quantity": "7", "price": "99"}}})
	clerk := func(login string, rights, fields map[string]any) *person {
		all := map[string]any{"*": map[string]string{"view": "all", "create": "all", "edit": "all"}}
		for name, right := range rights {
			all[name] = right
		}
		role := admin.add("roles", map[string]any{"name": login, "rights": all, "field_access": fields})
		admin.add("users", map[string]any{"name": login, "login": login, "role": role, "password": "long-password"})
		return w.signIn(login)
	}
	blind := clerk("blind", nil, map[string]any{"opportunity": map[string]string{"items": "hidden"}})
	if made := blind.must(201, "POST", "quotes", map[string]any{"opportunity": deal}); goods(made["items"]) != "" {
		t.Errorf("hidden items are taken over: %v", made["items"])
	}
	if status, answer := blind.call("PATCH", "opportunities/"+deal, map[string]any{"amount": amount("1", "TWD")}); status != 422 || refusal(answer) != "amount:amount_of_items" {
		t.Errorf("an amount is typed over items one does not see: %d %v", status, answer)
	}
	// Without the price of a product a row has none of its own.
	poor := clerk("poor", nil, map[string]any{"product": map[string]string{"prices": "hidden", "description": "hidden"}})
	if status, answer := poor.call("POST", "opportunities", map[string]any{"name": "x", "customer": customer, "items": []map[string]any{{"product": bolt}}}); status != 422 || refusal(answer) != "items[0].price:no_price" {
		t.Errorf("a hidden price is filled in: %d %v", status, answer)
	}
	made := poor.must(201, "POST", "opportunities", map[string]any{"name": "x", "customer": customer, "items": []map[string]any{{"product": bolt, "price": "4"}}})
	if got := goods(made["items"]); got != "不鏽鋼六角螺栓|不鏽鋼六角螺栓|1×4" {
		t.Errorf("a hidden description is filled in: %s", got)
	}
}
