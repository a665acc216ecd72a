package local

import "strings"

var (
	taxMarks  = strings.NewReplacer(" ", "", "-", "", ".", "")
	codeMarks = strings.NewReplacer(" ", "", "-", "")
)

// TaxIDTW reads a Taiwanese 統一編號: eight digits, and whether its check digit
// is right. The digits times 1 2 1 2 1 2 4 1, the digits of the products added
// up, are divisible by five (by ten until 2023: every old number passes too); if
// the seventh digit is 7, its product 28 gives 10, which counts as 1 or 0.
// Registered firms are known to fail it, so a false is for a warning, never for
// a refusal. What is no number of eight digits comes back trimmed.
func TaxIDTW(s string) (id string, valid bool) {
	id = taxMarks.Replace(narrow(s))
	if len(id) < 8 && len(id) >= 6 && allDigits(id) {
		id = strings.Repeat("0", 8-len(id)) + id // a spreadsheet ate the zeros
	}
	if len(id) != 8 || !allDigits(id) || id == "00000000" {
		return id, false
	}
	sum := 0
	for i, weight := range [8]int{1, 2, 1, 2, 1, 2, 4, 1} {
		product := int(id[i]-'0') * weight
		sum += product/10 + product%10
	}
	return id, sum%5 == 0 || id[6] == '7' && (sum+1)%5 == 0
}

// creditAlphabet is GB 32100's: digits and letters without I, O, S, V, Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCodeCN reads a mainland 统一社会信用代码 (GB 32100: 18 characters, the
// last one a check modulo 31). The registration numbers of 15 digits and the
// tax numbers of 15 to 20 characters from before 2015 still stand on old papers: 15
// digits are valid if their check digit (GS 15, modulo 10) is right.
func CreditCodeCN(s string) (code string, valid bool) {
	code = strings.ToUpper(codeMarks.Replace(narrow(s)))
	switch len(code) {
	case 15:
		return code, allDigits(code) && registrationCheck(code)
	case 18:
	default:
		return code, false
	}
	sum, weight := 0, 1
	for i := 0; i < 17; i++ {
		value := strings.IndexByte(creditAlphabet, code[i])
		if value < 0 {
			return code, false
		}
		sum += value * weight
		weight = weight * 3 % 31
	}
	return code, creditAlphabet[(31-sum%31)%31] == code[17]
}

// registrationCheck is ISO 7064 MOD 11,10, as GS 15-2006 prescribes for the 15 digits.
func registrationCheck(digits string) bool {
	p := 10
	for i := 0; i < 14; i++ {
		s := (p + int(digits[i]-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (p+int(digits[14]-'0'))%10 == 1
}

// TaxDoubt says what is wrong with a tax number, "" when nothing is: "tax_id"
// for a 統一編號 and "credit_code" for a 统一社会信用代码 whose check is wrong,
// "tax_length" for digits too few or too many by one. It knows the numbers of
// Taiwan and of the mainland; others, 20-character ones from before 2015 among
// them, are left alone. id is the number in its normal form.
func TaxDoubt(s string) (id, doubt string) {
	code := strings.ToUpper(codeMarks.Replace(narrow(s)))
	switch digits := allDigits(code); {
	case len(code) == 15 && digits, len(code) == 18:
		id, valid := CreditCodeCN(s)
		if !valid {
			return id, "credit_code"
		}
		return id, ""
	case digits && len(code) >= 6 && len(code) <= 8:
		id, valid := TaxIDTW(s)
		switch {
		case valid:
			return id, ""
		case len(code) == 8:
			return id, "tax_id"
		}
		return code, "tax_length"
	case digits && len(code) == 9, len(code) == 17, len(code) == 19:
		return strings.TrimSpace(s), "tax_length"
	}
	return strings.TrimSpace(s), ""
}
