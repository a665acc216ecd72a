package normal

import (
	"hash/fnv"
	"unicode"
)

const (
	// similarMin is how many characters a key has at least to be called similar to
	// another: of two or three each one counts.
	similarMin = 4
	// similarLong is from how many characters on two may differ.
	similarLong = 8
	// similarMost is beyond how many characters keys are not compared.
	similarMost = 60
)

// Similar tells whether two keys (see CompanyKey, PersonKey) may be one name with a slip:
// a character missing, added, exchanged for another or for its neighbour (the optimal
// string alignment distance); in names of eight characters and more two such slips.
// Names that differ in a digit or a numeral (第一分店, 第二分店) are two names.
func Similar(a, b string) bool {
	if a == b {
		return a != ""
	}
	x, y := []rune(a), []rune(b)
	short := min(len(x), len(y))
	if short < similarMin || max(len(x), len(y)) > similarMost || numerals(x) != numerals(y) {
		return false
	}
	most := 1
	if short >= similarLong {
		most = 2
	}
	return alignment(x, y, most) <= most
}

// numerals are the digits and numerals of a name, in their order.
func numerals(s []rune) string {
	var kept []rune
	for _, r := range s {
		if unicode.IsDigit(r) || numeral[r] {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

var numeral = func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range "零〇一二三四五六七八九十百千甲乙丙丁东西南北上下" {
		set[r] = true
	}
	return set
}()

// alignment is the optimal string alignment distance of two texts (Damerau 1964, each
// part edited once), or more than most where it is more.
func alignment(a, b []rune, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// SimilarBlocks are numbers of which two keys that Similar holds for share one: all
// that differ in one character, and of longer ones that differ in two those whose
// either half is the same. Keys that share one need not be similar.
func SimilarBlocks(key string) []uint64 {
	s := []rune(key)
	n := len(s)
	if n < similarMin || n > similarMost {
		return nil
	}
	blocks := make([]uint64, 0, n+5)
	// What is left when a character is left out: of two that differ in one, one such
	// is the same.
	blocks = append(blocks, block(0, s, nil))
	for i := range s {
		if i == 0 || s[i] != s[i-1] { // leaving out either of two alike leaves the same
			blocks = append(blocks, block(0, s[:i], s[i+1:]))
		}
	}
	if n >= similarLong {
		for half := n / 2; half <= (n+1)/2; half++ {
			blocks = append(blocks, block(1, s[:half], nil), block(2, s[n-half:], nil))
		}
	}
	return blocks
}

func block(kind byte, a, b []rune) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte{kind})
	_, _ = h.Write([]byte(string(a)))
	_, _ = h.Write([]byte(string(b)))
	return h.Sum64()
}

// Halves are the first and the second half of a key: of a similar one with one slip,
// one of them is the same. Empty where a key is too short for slips.
func Halves(key string) (first, second string) {
	s := []rune(key)
	if len(s) < similarMin || len(s) > similarMost {
		return "", ""
	}
	return string(s[:len(s)/2]), string(s[(len(s)+1)/2:])
}

// freeMail are hosts at which anybody has his mail: to share one says nothing.
var freeMail = words(`gmail.com googlemail.com yahoo.com yahoo.com.tw yahoo.com.hk yahoo.co.jp ymail.com hotmail.com hotmail.com.tw
	outlook.com outlook.com.tw live.com msn.com icloud.com me.com mac.com qq.com foxmail.com vip.qq.com 163.com 126.com yeah.net
	sina.com sina.cn sohu.com 139.com 189.cn aliyun.com hinet.net ms1.hinet.net seed.net.tw pchome.com.tw so-net.net.tw
	kimo.com protonmail.com proton.me gmx.de gmx.net web.de aol.com mail.ru yandex.ru naver.com daum.net hanmail.net`)

// OwnDomain is the domain of a mail address where it is a company's own; "" for those of
// providers at which anybody may have an address.
func OwnDomain(mail string) string {
	domain := MailDomain(mail)
	if freeMail[domain] {
		return ""
	}
	return domain
}
