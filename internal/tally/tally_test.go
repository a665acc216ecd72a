package tally

import (
	"encoding/json"
	"errors"
	"flag"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

var write = flag.Bool("write-cases", false, "write testdata/cases.json anew")

var currencies = []string{"TWD", "CNY", "USD", "JPY", "EUR", "KWD"}

// someDocument makes one up: mostly what offices write, now and then what they do not.
func someDocument(rng *rand.Rand) (Terms, []Line) {
	pick := func(of ...int64) int64 { return of[rng.IntN(len(of))] }
	terms := Terms{
		Currency: currencies[rng.IntN(len(currencies))], Mode: []Mode{Exclusive, Inclusive, NoTax}[rng.IntN(3)], ByLine: rng.IntN(2) == 0,
		Discount: pick(0, 0, 0, 500, 1000, 333, rng.Int64N(10_001)), Off: pick(0, 0, 0, 10_000, 1_000_000, rng.Int64N(100_000_000)),
	}
	lines := make([]Line, 1+rng.IntN(12))
	for i := range lines {
		lines[i] = Line{
			Quantity: pick(10_000, 20_000, 120_000, 5_000, 12_345, 10_000*rng.Int64N(1000), rng.Int64N(1_000_000_000_000)),
			Price:    pick(9_990_000, 3_500, 125_000, 10_000*rng.Int64N(100_000), rng.Int64N(1_000_000_000), -rng.Int64N(10_000_000)),
			Discount: pick(0, 0, 0, 1000, 1250, 10_000, rng.Int64N(10_001)), Rate: pick(0, 500, 500, 1300, 900, 600, 300, 1900),
		}
	}
	return terms, lines
}

// rounded is the number with so many decimals that is nearest, of two as near the
// one farther from zero, found by writing the number out.
func rounded(r *big.Rat, digits int) *big.Rat {
	out, _ := new(big.Rat).SetString(r.FloatString(digits))
	return out
}

func decimal(n int64, scale int) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
}

// byHand computes a document as the rule is told to people, in fractions: nothing of
// it is shared with Sum.
func byHand(terms Terms, lines []Line) (amounts []*big.Rat, subtotal, discount, net, tax, total *big.Rat) {
	digits := Digits(terms.Currency)
	one := big.NewRat(1, 1)
	subtotal, tax = new(big.Rat), new(big.Rat)
	for _, l := range lines {
		rest := new(big.Rat).Sub(one, decimal(l.Discount, 4))
		a := new(big.Rat).Mul(decimal(l.Quantity, Scale), decimal(l.Price, Scale))
		amounts = append(amounts, rounded(a.Mul(a, rest), digits))
		subtotal.Add(subtotal, amounts[len(amounts)-1])
	}
	discount = rounded(new(big.Rat).Mul(subtotal, decimal(terms.Discount, 4)), digits)
	discount.Add(discount, rounded(decimal(terms.Off, Scale), digits))
	type bucket struct {
		rate  int64
		gross *big.Rat
	}
	var buckets []bucket
	if terms.ByLine {
		for i, l := range lines {
			buckets = append(buckets, bucket{l.Rate, amounts[i]})
		}
	} else {
		var rates []int64
		for _, l := range lines {
			rates = append(rates, l.Rate)
		}
		slices.Sort(rates)
		for _, rate := range slices.Compact(rates) {
			b := bucket{rate, new(big.Rat)}
			for i, l := range lines {
				if l.Rate == rate {
					b.gross.Add(b.gross, amounts[i])
				}
			}
			buckets = append(buckets, b)
		}
	}
	so, taken := new(big.Rat), new(big.Rat)
	if terms.Mode != NoTax {
		for _, b := range buckets {
			so.Add(so, b.gross)
			due := new(big.Rat)
			if subtotal.Sign() != 0 {
				due = rounded(due.Quo(new(big.Rat).Mul(discount, so), subtotal), digits)
			}
			base := new(big.Rat).Add(new(big.Rat).Sub(b.gross, due), taken)
			taken = due
			rate := decimal(b.rate, 4)
			if terms.Mode == Exclusive {
				tax.Add(tax, rounded(new(big.Rat).Mul(base, rate), digits))
			} else {
				without := rounded(new(big.Rat).Quo(base, new(big.Rat).Add(one, rate)), digits)
				tax.Add(tax, new(big.Rat).Sub(base, without))
			}
		}
	}
	total = new(big.Rat).Sub(subtotal, discount)
	if terms.Mode == Exclusive {
		total.Add(total, tax)
	}
	return amounts, subtotal, discount, new(big.Rat).Sub(total, tax), tax, total
}

// Totals are exact to the last unit of the currency: documents made up, 100,000 in the
// longer form, against a calculation in fractions.
func TestTotalsAreThoseOfAnIndependentCalculation(t *testing.T) {
	cases := 20_000
	if os.Getenv("ECRM_LONG") != "" {
		cases = 100_000
	}
	rng := rand.New(rand.NewPCG(20261127, 5))
	refused := 0
	for range cases {
		terms, lines := someDocument(rng)
		amounts, subtotal, discount, net, tax, total := byHand(terms, lines)
		got, err := Sum(terms, lines)
		if subtotal.Sign() < 0 || discount.Cmp(subtotal) > 0 {
			if refused++; err == nil {
				t.Fatalf("%+v %+v: a sum of %v less %v is not refused", terms, lines, subtotal, discount)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%+v %+v: %v", terms, lines, err)
		}
		for i, a := range amounts {
			if decimal(got.Lines[i], Scale).Cmp(a) != 0 {
				t.Fatalf("%+v %+v: line %d is %d, by hand %s", terms, lines, i, got.Lines[i], a.FloatString(4))
			}
		}
		for name, pair := range map[string][2]*big.Rat{
			"subtotal": {decimal(got.Subtotal, Scale), subtotal}, "discount": {decimal(got.Discount, Scale), discount}, "net": {decimal(got.Net, Scale), net},
			"tax": {decimal(got.Tax, Scale), tax}, "total": {decimal(got.Total, Scale), total},
		} {
			if pair[0].Cmp(pair[1]) != 0 {
				t.Fatalf("%+v %+v: %s is %s, by hand %s", terms, lines, name, pair[0].FloatString(4), pair[1].FloatString(4))
			}
		}
		var of Tax
		for _, one := range got.Taxes {
			of.Net += one.Net
			of.Tax += one.Tax
		}
		if terms.Mode != NoTax && (of.Tax != got.Tax || of.Net != got.Net) {
			t.Fatalf("%+v %+v: by rate %+v, together %+v", terms, lines, got.Taxes, got)
		}
	}
	if refused > cases/2 {
		t.Errorf("%d of %d documents were refused", refused, cases)
	}
	t.Logf("%d documents, %d of them refused", cases, refused)
}

func TestAbsurdDocumentsAreRefusedAndNeverWrong(t *testing.T) {
	const large = 999_999_999_999_999_999
	for name, c := range map[string]struct {
		terms Terms
		lines []Line
		want  error
	}{
		"a line of more than 18 digits":     {Terms{Currency: "TWD"}, []Line{{Quantity: 10_000, Price: 10_000}, {Quantity: large, Price: large}}, ErrTooLarge},
		"a sum of more than 18 digits":      {Terms{Currency: "CNY"}, []Line{{Quantity: 10_000, Price: large - 99}, {Quantity: 10_000, Price: large - 99}}, ErrTooLarge},
		"tax that makes it more":            {Terms{Currency: "CNY", Mode: Exclusive}, []Line{{Quantity: 10_000, Price: large - 99, Rate: 1300}}, ErrTooLarge},
		"a sum below zero":                  {Terms{Currency: "CNY"}, []Line{{Quantity: 10_000, Price: -1_000_000}}, ErrNegative},
		"more taken off than there is":      {Terms{Currency: "CNY", Off: 2_000_000}, []Line{{Quantity: 10_000, Price: 1_000_000}}, ErrDiscount},
		"all taken off, and something more": {Terms{Currency: "TWD", Discount: 10_000, Off: 10_000}, []Line{{Quantity: 10_000, Price: 1_000_000}}, ErrDiscount},
	} {
		if _, err := Sum(c.terms, c.lines); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var line *LineError
	if _, err := Sum(Terms{}, []Line{{Quantity: 1}, {Quantity: large, Price: large}}); !errors.As(err, &line) || line.Line != 1 {
		t.Errorf("the line too large is told as %v", err)
	}
	if got, err := Sum(Terms{Currency: "TWD", Discount: 10_000, Mode: Exclusive}, []Line{{Quantity: 10_000, Price: 1_000_000, Rate: 500}}); err != nil || got.Total != 0 || got.Discount != 1_000_000 {
		t.Errorf("all of it taken off: %+v, %v", got, err)
	}
	if got, err := Sum(Terms{Currency: "TWD", Mode: Exclusive}, nil); err != nil || got.Total != 0 {
		t.Errorf("no lines: %+v, %v", got, err)
	}
}

// What is shared among rates in proportion comes to the whole, to the last unit.
func TestSharesOfADiscountComeToTheDiscount(t *testing.T) {
	lines := []Line{{Quantity: 10_000, Price: 330_000, Rate: 0}, {Quantity: 10_000, Price: 330_000, Rate: 500}, {Quantity: 10_000, Price: 340_000, Rate: 1300}}
	got, err := Sum(Terms{Currency: "TWD", Mode: Exclusive, Off: 100_000}, lines)
	if err != nil || got.Net != 900_000 || len(got.Taxes) != 3 || got.Taxes[0].Net+got.Taxes[1].Net+got.Taxes[2].Net != 900_000 {
		t.Errorf("%+v, %v", got, err)
	}
}

// shared is a case as the web's test reads it: whole numbers as texts, since some are
// larger than its numbers.
type shared struct {
	Currency string      `json:"currency"`
	Mode     Mode        `json:"mode"`
	ByLine   bool        `json:"by_line"`
	Discount int64       `json:"discount,string"`
	Off      int64       `json:"off,string"`
	Lines    [][4]string `json:"lines"`
	Error    string      `json:"error,omitempty"`
	Amounts  []string    `json:"amounts,omitempty"`
	// Sums are subtotal, discount, net, tax and total.
	Sums []string `json:"sums,omitempty"`
}

func texts(of ...int64) (list []string) {
	for _, n := range of {
		list = append(list, strconv.FormatInt(n, 10))
	}
	return list
}

// The cases by which the interface's calculation is tested are what this one answers.
func TestCasesOfTheInterfaceAreAnsweredAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var cases []shared
	for range 600 {
		terms, lines := someDocument(rng)
		c := shared{Currency: terms.Currency, Mode: terms.Mode, ByLine: terms.ByLine, Discount: terms.Discount, Off: terms.Off}
		for _, l := range lines {
			c.Lines = append(c.Lines, [4]string(texts(l.Quantity, l.Price, l.Discount, l.Rate)))
		}
		got, err := Sum(terms, lines)
		switch {
		case errors.Is(err, ErrNegative):
			c.Error = "negative"
		case errors.Is(err, ErrDiscount):
			c.Error = "discount"
		case err != nil:
			c.Error = "large"
		default:
			c.Amounts, c.Sums = texts(got.Lines...), texts(got.Subtotal, got.Discount, got.Net, got.Tax, got.Total)
		}
		cases = append(cases, c)
	}
	b, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/cases.json"
	if *write {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	there, err := os.ReadFile(file)
	if err != nil || string(there) != string(b)+"\n" {
		t.Errorf("%s differs from what is answered now: go test ./internal/tally -write-cases (%v)", file, err)
	}
}

func TestAmountsAreWrittenOut(t *testing.T) {
	for _, c := range []struct{ amount, currency, tw, cn string }{
		{"12300", "TWD", "新臺幣壹萬貳仟參佰元整", "新台币壹万贰仟叁佰元整"},
		{"12300", "CNY", "人民幣壹萬貳仟參佰元整", "人民币壹万贰仟叁佰元整"},
		{"0", "TWD", "新臺幣零元整", "新台币零元整"},
		{"10", "TWD", "新臺幣壹拾元整", "新台币壹拾元整"},
		{"100000", "TWD", "新臺幣壹拾萬元整", "新台币壹拾万元整"},
		{"100005", "TWD", "新臺幣壹拾萬零伍元整", "新台币壹拾万零伍元整"},
		{"1005000", "TWD", "新臺幣壹佰萬伍仟元整", "新台币壹佰万伍仟元整"},
		{"100000000", "TWD", "新臺幣壹億元整", "新台币壹亿元整"},
		{"100000100", "TWD", "新臺幣壹億零壹佰元整", "新台币壹亿零壹佰元整"},
		{"1000020000000", "TWD", "新臺幣壹兆零貳仟萬元整", "新台币壹万亿零贰仟万元整"},
		{"1234500000000", "TWD", "新臺幣壹兆貳仟參佰肆拾伍億元整", "新台币壹万贰仟叁佰肆拾伍亿元整"},
		{"1680.32", "CNY", "人民幣壹仟陸佰捌拾元參角貳分", "人民币壹仟陆佰捌拾元叁角贰分"},
		{"325.04", "CNY", "人民幣參佰貳拾伍元零肆分", "人民币叁佰贰拾伍元零肆分"},
		{"16409.02", "CNY", "人民幣壹萬陸仟肆佰零玖元零貳分", "人民币壹万陆仟肆佰零玖元零贰分"},
		{"0.5", "CNY", "人民幣伍角整", "人民币伍角整"},
		{"0.05", "CNY", "人民幣伍分", "人民币伍分"},
		{"-8", "TWD", "新臺幣負捌元整", "新台币负捌元整"},
		{"99999999999999", "TWD", "新臺幣玖拾玖兆玖仟玖佰玖拾玖億玖仟玖佰玖拾玖萬玖仟玖佰玖拾玖元整", "新台币玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元整"},
		{"3", "XYZ", "XYZ 參元整", "XYZ 叁元整"},
	} {
		r, _ := new(big.Rat).SetString(c.amount)
		n := r.Mul(r, big.NewRat(10_000, 1)).Num().Int64()
		if got := InWords(n, c.currency, "zh-TW"); got != c.tw {
			t.Errorf("%s %s is %s, not %s", c.amount, c.currency, got, c.tw)
		}
		if got := InWords(n, c.currency, "zh-CN"); got != c.cn {
			t.Errorf("%s %s is %s, not %s", c.amount, c.currency, got, c.cn)
		}
	}
	if got := InWords(10_000, "USD", "en"); got != "" {
		t.Errorf("in English it is %q", got)
	}
}
