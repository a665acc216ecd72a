package app

import (
	"fmt"
	"net/url"
	"testing"

	"ecrm/internal/dbtest"
)

func TestAddressesAreFoundInEverySpellingOfTheirPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for name, address := range map[string]map[string]string{
			"parts": {"region": "臺北市", "district": "大安區", "street": "忠孝東路四段1號", "zip": "106409"}, "city": {"city": "台北市", "street": "臺灣大道二段3號"},
			"old": {"region": "臺北縣", "district": "板橋市", "street": "文化路1號"}, "mainland": {"country": "CN", "region": "广东省", "city": "深圳市", "district": "南山区"},
			"beijing": {"country": "CN", "region": "北京市", "district": "朝阳区"}, "abroad": {"country": "US", "city": "Berkeley", "street": "1 臺 Street"},
		} {
			admin.add("customers", map[string]any{"name": name, "address": address})
		}
		admin.add("customers", map[string]any{"name": "none"})
		for filter, want := range map[string]string{
			`address.city = "臺北市"`: "city parts", `address.city = "台北市"`: "city parts", `address.region = "臺北市"`: "city parts", `address.city IN ("臺北市", "新北市")`: "city old parts",
			`address.city = "臺北縣"`: "old", `address.district = "板橋區"`: "old", `address.district = "板橋市"`: "", `address.city = "深圳市"`: "mainland", `address.region = "广东省"`: "mainland",
			`address.city = "北京市"`: "beijing", `address.city ~ "北"`: "beijing city old parts", `address ~ "臺北"`: "city parts", `address ~ "大安"`: "parts", `address ~ "台灣大道"`: "city", `address ~ "106409"`: "parts",
			`address.street ~ "臺灣大道"`: "city", `address IS EMPTY`: "none", `NOT address IS EMPTY AND address.city = "Berkeley"`: "abroad", `address.zip = "106409"`: "parts", `address.city != "臺北市"`: "abroad beijing mainland none old",
		} {
			if got := admin.names("customers?sort=name&filter=" + url.QueryEscape(filter)); got != want {
				t.Errorf("%s finds %q, want %q", filter, got, want)
			}
		}
		for _, filter := range []string{`address.planet = "x"`, `address.city > 5`} {
			if status, answer := admin.call("GET", "customers?filter="+url.QueryEscape(filter), nil); filter[8] == 'p' && status != 422 {
				t.Errorf("%s answered %d %v", filter, status, answer)
			}
		}
		shown := admin.must(200, "GET", "customers?filter="+url.QueryEscape(`name = "old"`), nil)
		if got := fmt.Sprint(at(shown, "records", 0, "address")); got != "map[district:板橋區 region:新北市 street:文化路1號]" {
			t.Errorf("the old county reads %s", got)
		}
		abroad := admin.must(200, "GET", "customers?filter="+url.QueryEscape(`name = "abroad"`), nil)
		if got := at(abroad, "records", 0, "address", "street"); got != "1 臺 Street" {
			t.Errorf("a street abroad reads %v", got)
		}
	})
}
