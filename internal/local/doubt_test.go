package local

import "testing"

func TestWrongTaxNumbersAreDoubtedAndForeignOnesAreNot(t *testing.T) {
	for _, c := range []struct{ in, id, doubt string }{
		{"04595257", "04595257", ""}, {"０４５９-５２５７", "04595257", ""}, {"04595258", "04595258", "tax_id"}, {"4595257", "04595257", ""},
		{"10458575", "10458575", ""}, // the seventh digit is 7: the sum counts one more or one less
		{"10458573", "10458573", "tax_id"},
		{"91350100m000100y43", "91350100M000100Y43", ""}, {"91350100M000100Y44", "91350100M000100Y44", "credit_code"},
		{"110000000000000", "110000000000000", "credit_code"}, {"110108000000016", "110108000000016", ""}, // GS 15
		{"4595258", "4595258", "tax_length"}, {"045952578", "045952578", "tax_length"}, {"91350100M000100Y4", "91350100M000100Y4", "tax_length"},
		{"DE811907980", "DE811907980", ""}, {"GB 123 4567 89", "GB 123 4567 89", ""}, {"13-1234567890", "13-1234567890", ""}, {"", "", ""},
	} {
		if id, doubt := TaxDoubt(c.in); id != c.id || doubt != c.doubt {
			t.Errorf("TaxDoubt(%q) = %q, %q, want %q, %q", c.in, id, doubt, c.id, c.doubt)
		}
	}
}

func TestMailThatLooksWrongIsToldWithWhatWasMeant(t *testing.T) {
	for in, want := range map[string]string{
		"a@gmial.com": "a@gmail.com", "Wang.Da@Yahoo.com.wt": "Wang.Da@yahoo.com.tw", "a@firm.con": "a@firm.com", "a@firm.com.t": "a@firm.com.tw",
		"a@firm": "?", "a..b@firm.com": "?", ".a@firm.com": "?", "a@-firm.com": "?", "a@firm.c": "?", "a@b@firm.com": "?",
		"a@firm.com": "", "王@公司.台灣": "", "a+b@mail.firm.co.uk": "", "a@xn--fiq.xn--kpry57d": "", "a@msa.hinet.net": "",
	} {
		meant, odd := MailDoubt(in)
		if got := map[bool]string{true: "?"}[odd]; odd && meant != "" && meant != want || odd && meant == "" && got != want || !odd && want != "" {
			t.Errorf("MailDoubt(%q) = %q, %t, want %q", in, meant, odd, want)
		}
	}
}

func TestPhoneThatLooksWrongIsDoubted(t *testing.T) {
	for in, want := range map[string]bool{
		"0912-345-67": true, "0912-345-6789": true, "123": false, "12345": false, "23456": true, "02-2345": true, "1": true, "+886 912 345 67": true,
		"1234567890123456": true, "0912345678": false, "02-2345-6789#123": false, "02-2345-6789~92": false, "+86 138 1234 5678": false, "+86 138 1234 567": true,
		"+1 415 555 0100": false, "2345-6789": false, "0800-000-123": false, "1999": false, "95588": false, "13812345678": false, "010-6888-8888": false,
		"+49 30 901820": false, "+852 2345 6789": false, "(04)2345-6789 分機 12": false, "0755-8888 8888": false,
	} {
		if got := PhoneDoubt(in); got != want {
			t.Errorf("PhoneDoubt(%q) = %t", in, got)
		}
	}
}
