// Package tally says what the lines of a document come to: amounts, discounts, taxes
// and the total, exact to the last unit of the currency. The interface computes the
// same while somebody types (web/src/modules/tally.ts); testdata/cases.json
// holds both to it.
package tally

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Scale is the number of decimals that quantities, prices and amounts are held with.
const Scale = 4

// Mode says how prices stand to the tax.
type Mode string

// The modes: taxes are added to the prices, are within them, or there are none.
const (
	Exclusive Mode = "exclusive"
	Inclusive Mode = "inclusive"
	NoTax     Mode = "none"
)

// Terms are what holds for a whole document.
type Terms struct {
	// Currency decides how many decimals amounts have.
	Currency string
	Mode     Mode
	// ByLine has the tax of each line rounded, as 增值税 invoices do; else each rate
	// is applied once, to the sum of its lines.
	ByLine bool
	// Discount is off the whole, in hundredths of a percent.
	Discount int64
	// Off is taken off the whole after that, as an amount.
	Off int64
}

// Line is one position.
type Line struct {
	Quantity, Price int64
	// Discount and Rate, the tax, are in hundredths of a percent.
	Discount, Rate int64
}

// Tax is what one rate of tax comes to: the amount before it and itself.
type Tax struct{ Rate, Net, Tax int64 }

// Total is what a document comes to.
type Total struct {
	// Lines are the amounts of the lines, each rounded to the currency's last unit.
	Lines []int64
	// Subtotal is their sum, Discount what is taken off the whole of it.
	Subtotal, Discount int64
	// Net is the amount without tax, Total that with it.
	Net, Tax, Total int64
	// Taxes are by rate, the lowest first.
	Taxes []Tax
}

// The ways in which a document cannot be computed.
var (
	ErrTooLarge = errors.New("an amount has more than 18 digits")
	ErrNegative = errors.New("the sum is below zero")
	ErrDiscount = errors.New("the discount is more than the sum")
)

// LineError tells at which line it was.
type LineError struct {
	Line int
	Err  error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap is what was wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

const (
	hundred = 10_000 // percent, in hundredths
	most    = 999_999_999_999_999_999
)

// Digits is how many decimals amounts of a currency have where it is in use. There
// are no coins below a New Taiwan dollar, whatever ISO 4217 says.
func Digits(currency string) int {
	switch currency {
	case "TWD", "JPY", "KRW", "VND", "IDR", "CLP", "PYG", "UGX", "ISK", "XAF", "XOF", "XPF":
		return 0
	case "KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD":
		return 3
	}
	return 2
}

// Sum computes a document.
func Sum(terms Terms, lines []Line) (Total, error) {
	digits := Digits(terms.Currency)
	unit := power(Scale - digits) // what an amount is held with for one last unit
	amounts := make([]*big.Int, len(lines))
	sum := new(big.Int)
	for i, l := range lines {
		// quantity × price × (100 − discount) %, in last units
		a := new(big.Int).Mul(big.NewInt(l.Quantity), big.NewInt(l.Price))
		a.Mul(a, big.NewInt(hundred-l.Discount))
		amounts[i] = divided(a, new(big.Int).Mul(power(2*Scale-digits), big.NewInt(hundred)))
		if !fits(amounts[i], unit) {
			return Total{}, &LineError{i, ErrTooLarge}
		}
		sum.Add(sum, amounts[i])
	}
	if sum.Sign() < 0 {
		return Total{}, ErrNegative
	}
	off := divided(new(big.Int).Mul(sum, big.NewInt(terms.Discount)), big.NewInt(hundred))
	off.Add(off, divided(big.NewInt(terms.Off), unit))
	if off.Cmp(sum) > 0 {
		return Total{}, ErrDiscount
	}
	taxes := taxed(terms, lines, amounts, sum, off)
	total := new(big.Int).Sub(sum, off)
	tax := new(big.Int)
	for _, t := range taxes {
		tax.Add(tax, t.tax)
	}
	if terms.Mode == Exclusive {
		total.Add(total, tax)
	}
	if !fits(sum, unit) || !fits(total, unit) {
		return Total{}, ErrTooLarge
	}
	held := func(n *big.Int) int64 { return new(big.Int).Mul(n, unit).Int64() }
	result := Total{Lines: make([]int64, len(lines)), Subtotal: held(sum), Discount: held(off), Tax: held(tax), Total: held(total), Net: held(new(big.Int).Sub(total, tax))}
	for i, a := range amounts {
		result.Lines[i] = held(a)
	}
	for _, t := range taxes {
		result.Taxes = append(result.Taxes, Tax{t.rate, held(t.net), held(t.tax)})
	}
	return result, nil
}

// part is what is taxed together.
type part struct {
	rate     int64
	gross    *big.Int
	net, tax *big.Int
}

// taxed computes the taxes by rate. What is off the whole is shared among the parts
// in proportion, so that the shares come to it exactly: each part takes what the
// parts so far are due together less what those before it took.
func taxed(terms Terms, lines []Line, amounts []*big.Int, sum, off *big.Int) []part {
	if terms.Mode == NoTax {
		return nil
	}
	var parts []part
	for i, l := range lines {
		at := slices.IndexFunc(parts, func(p part) bool { return p.rate == l.Rate })
		if at < 0 || terms.ByLine {
			parts = append(parts, part{rate: l.Rate, gross: new(big.Int)})
			at = len(parts) - 1
		}
		parts[at].gross.Add(parts[at].gross, amounts[i])
	}
	if !terms.ByLine {
		slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.rate, b.rate) })
	}
	so, taken := new(big.Int), new(big.Int)
	var rates []part
	for _, p := range parts {
		so.Add(so, p.gross)
		due := new(big.Int)
		if sum.Sign() != 0 {
			due = divided(new(big.Int).Mul(off, so), sum)
		}
		base := new(big.Int).Sub(p.gross, new(big.Int).Sub(due, taken))
		taken = due
		if terms.Mode == Inclusive {
			p.net = divided(new(big.Int).Mul(base, big.NewInt(hundred)), big.NewInt(hundred+p.rate))
			p.tax = new(big.Int).Sub(base, p.net)
		} else {
			p.net = base
			p.tax = divided(new(big.Int).Mul(base, big.NewInt(p.rate)), big.NewInt(hundred))
		}
		at := slices.IndexFunc(rates, func(r part) bool { return r.rate == p.rate })
		if at < 0 {
			rates = append(rates, part{rate: p.rate, net: new(big.Int), tax: new(big.Int)})
			at = len(rates) - 1
		}
		rates[at].net.Add(rates[at].net, p.net)
		rates[at].tax.Add(rates[at].tax, p.tax)
	}
	slices.SortFunc(rates, func(a, b part) int { return cmp.Compare(a.rate, b.rate) })
	return rates
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func fits(n, unit *big.Int) bool {
	held := new(big.Int).Mul(n, unit)
	return held.CmpAbs(big.NewInt(most)) <= 0
}

// divided rounds to the nearest whole number, halves away from zero.
func divided(n, by *big.Int) *big.Int {
	half := new(big.Int).Rsh(by, 1)
	odd := by.Bit(0) == 1
	q, r := new(big.Int).QuoRem(n, by, new(big.Int))
	switch c := r.CmpAbs(half); {
	case c > 0, c == 0 && !odd:
		q.Add(q, big.NewInt(int64(n.Sign())))
	}
	return q
}
