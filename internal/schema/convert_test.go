package schema

import "testing"

func TestAmountsAreConvertedExactlyAndRoundedAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		amount, rate string
		want         string
	}{
		{"100", "31.525", "3152.5"}, {"0.0001", "0.5", "0.0001"}, {"-0.0001", "0.5", "-0.0001"}, {"0.0001", "0.49999999", "0"}, {"1", "0.21505", "0.2151"}, {"1", "0.21504999", "0.215"}, {"-1", "0.21505", "-0.2151"},
		{"12345678901.2345", "31.12345678", "384240203702.3298"}, {"0", "31", "0"}, {"99999999999999", "31", ""},
	} {
		amount, ok := Scaled(c.amount, MoneyScale)
		rate, fits := Scaled(c.rate, RateScale)
		if !ok || !fits {
			t.Fatal(c)
		}
		got, ok := Convert(amount, rate)
		if text := Unscaled(got, MoneyScale); ok && text != c.want || ok == (c.want == "") {
			t.Errorf("%s at %s is %s, %t, want %s", c.amount, c.rate, text, ok, c.want)
		}
	}
}
