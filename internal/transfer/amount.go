package transfer

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"ecrm/internal/local"
	"ecrm/internal/schema"
)

// ofOne tells whether a column counts in parts of one: 0.2, 0.75, 1.
func ofOne(samples []string) bool {
	parts := false
	for _, text := range samples {
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || n < 0 || n > 1 {
			return false
		}
		parts = parts || n > 0 && n < 1
	}
	return parts
}

func hundredfold(text string) string {
	n, ok := new(big.Rat).SetString(strings.TrimSpace(text))
	if !ok {
		return text
	}
	return strings.TrimRight(strings.TrimRight(n.Mul(n, big.NewRat(100, 1)).FloatString(6), "0"), ".")
}

// amount reads a number as people write it; one with more places than the field
// keeps is rounded, and that is told.
func amount(f *schema.Field, text string) (any, *schema.Problem, error) {
	decimal, currency, err := local.ParseNumber(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	if err != nil {
		return nil, schema.Bad("not_a_number"), nil
	}
	var problem *schema.Problem
	exact, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return nil, schema.Bad("not_a_number"), nil
	}
	rounded := exact.FloatString(schema.Places(f))
	if kept, _ := new(big.Rat).SetString(rounded); kept.Cmp(exact) != 0 {
		problem = schema.Bad("rounded", "value", rounded)
	}
	if f.Type == "money" {
		return map[string]any{"amount": rounded, "currency": currency}, problem, nil
	}
	return json.Number(rounded), problem, nil
}
