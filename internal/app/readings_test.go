package app

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestTextsAreReadWhileTheyAreTyped(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	for in, want := range map[string]string{
		"birthday?text=" + url.QueryEscape("農曆1990年八月十五"): `"other":{"text":"1990年10月3日","value":{"calendar":"solar","day":3,"month":10,"year":1990}},"reading":{"text":"農曆1990年八月十五","value":{"calendar":"lunar","day":15,"month":8,"year":1990}}`,
		"birthday?text=1990-10-03":                        `"other":{"text":"農曆1990年八月十五"`,
		"birthday?text=5%2F6%2F79":                        `{"several":[{"text":"1979年5月6日"`,
		"address?text=" + url.QueryEscape("106409 臺北市大安區忠孝東路四段1號5樓之2"): `{"value":{"country":"TW","district":"大安區","region":"台北市","street":"忠孝東路四段1號5樓之2","zip":"106409"}}`,
		"address?text=": `{"value":{}}`,
	} {
		b, err := json.Marshal(admin.must(200, "GET", "readings/"+in, nil))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s is read as %s, want %s", in, b, want)
		}
	}
	for path, status := range map[string]int{"birthday?text=abc": 422, "birthday": 422, "planet?text=x": 404, "address?text=" + strings.Repeat("x", 2001): 422} {
		admin.must(status, "GET", "readings/"+path, nil)
	}
	if got := at(admin.must(200, "GET", "places", nil), "regions", 0, "name"); got != "台北市" {
		t.Errorf("the first region is %v", got)
	}
}
