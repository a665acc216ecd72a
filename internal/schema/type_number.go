package schema

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// integerType is a whole number of at most 15 digits, exact in every client.
type integerType struct{}

// decimalType is a number of Field.Scale decimals held as a whole number.
type decimalType struct{ scale int }

func init() {
	register("integer", integerType{})
	register("decimal", decimalType{})
	register("percent", decimalType{scale: 2})
}

const maxInteger = 999_999_999_999_999

func (integerType) Columns(f *Field) []Column { return one(f, "", KindInt) }

func (t integerType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case json.Number:
		return t.ParseText(f, v.String())
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("not_a_number")
}

func (t integerType) ParseText(_ *Field, s string) ([]any, error) {
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	n, ok := Scaled(s, 0)
	if !ok || n > maxInteger || n < -maxInteger {
		return nil, Bad("not_an_integer")
	}
	return []any{n}, nil
}

func (integerType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if n, ok := c[0].(int64); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return append(dst, "null"...)
}

func (integerType) FormatText(_ *Field, c []any) string {
	if n, ok := c[0].(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

func (t decimalType) places(f *Field) int {
	if f.Scale > 0 {
		return f.Scale
	}
	return t.scale
}

func (decimalType) Columns(f *Field) []Column { return one(f, "", KindInt) }

func (t decimalType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case json.Number:
		return t.ParseText(f, v.String())
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("not_a_number")
}

func (t decimalType) ParseText(f *Field, s string) ([]any, error) {
	if s = strings.TrimSuffix(strings.TrimSpace(s), "%"); s == "" {
		return nil, nil
	}
	n, ok := Scaled(s, t.places(f))
	if !ok {
		return nil, Bad("not_a_number")
	}
	return []any{n}, nil
}

func (t decimalType) AppendJSON(dst []byte, f *Field, c []any) []byte {
	if n, ok := c[0].(int64); ok {
		return appendString(dst, Unscaled(n, t.places(f)))
	}
	return append(dst, "null"...)
}

func (t decimalType) FormatText(f *Field, c []any) string {
	if n, ok := c[0].(int64); ok {
		return Unscaled(n, t.places(f))
	}
	return ""
}

// Scaled reads a decimal number (digits, one point, thousands commas, a sign)
// as a whole number of 10^-scale; false when it is none, has more decimals
// than fit, or more than 18 digits.
func Scaled(s string, scale int) (int64, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	if s == "" || len(s) > 40 || strings.ContainsAny(s, "eE/_xXpPnN") {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	n := r.Num().Int64()
	const limit = 999_999_999_999_999_999
	return n, n <= limit && n >= -limit
}

// Unscaled writes what Scaled read, without needless zeros.
func Unscaled(n int64, scale int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if scale == 0 {
		return sign + s
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	whole, frac := s[:len(s)-scale], strings.TrimRight(s[len(s)-scale:], "0")
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

// Places is how many decimals a field of numbers keeps.
func Places(f *Field) int {
	switch t := f.Kind().(type) {
	case decimalType:
		return t.places(f)
	case moneyType:
		return MoneyScale
	}
	return 0
}
