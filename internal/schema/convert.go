package schema

import "math/big"

// RateScale is the number of decimals an exchange rate is held with.
const RateScale = 8

// Convert gives what an amount, as money is held, is worth at a rate, half a unit
// away from zero; false when that is more than 18 digits.
func Convert(amount, rate int64) (int64, bool) {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(RateScale), nil)
	product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(rate))
	half := new(big.Int).Rsh(unit, 1)
	if product.Sign() < 0 {
		half.Neg(half)
	}
	worth := product.Add(product, half).Quo(product, unit)
	const limit = 999_999_999_999_999_999
	if !worth.IsInt64() || worth.Int64() > limit || worth.Int64() < -limit {
		return 0, false
	}
	return worth.Int64(), true
}
