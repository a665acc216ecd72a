package tabular

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// scoreUTF8 gives points for every sequence of several bytes and takes many
// for what is not UTF-8.
func scoreUTF8(b []byte) float64 {
	score := 0.0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case size == 1 && b[0] >= 0x80:
			score -= 4
		case size > 1:
			score += 2 + runePoints(r, EncUTF8)
		}
		b = b[size:]
	}
	return score
}

// scoreCJK decodes with a candidate and judges each character by how common it
// is in text of that encoding, and by its neighbours: an ideograph between
// Latin letters is more likely an accented letter read wrongly.
func scoreCJK(b []byte, name string) float64 {
	e, _ := lookupEncoding(name)
	dec := e.enc.NewDecoder()
	dst := make([]byte, 16)
	score := 0.0
	var prevLower, prevWide bool
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			prevLower = b[i] >= 'a' && b[i] <= 'z'
			prevWide = false
			i++
			continue
		}
		n := charLen(b[i:], name)
		r := utf8.RuneError
		if n > 0 {
			dec.Reset()
			nd, ns, err := dec.Transform(dst, b[i:i+n], true)
			if err == nil && ns == n {
				r, _ = utf8.DecodeRune(dst[:nd])
			}
		}
		if r == utf8.RuneError {
			score -= 5
			i++
			prevLower, prevWide = false, false
			continue
		}
		p := runePoints(r, name) + levelPoints(b[i:i+n], r, name)
		nextLower := i+n < len(b) && b[i+n] >= 'a' && b[i+n] <= 'z'
		if !prevWide && prevLower && (nextLower || n == 2 && b[i+1] < 0x80) {
			p -= 2.5
		}
		if n == 2 && b[i+1] < 0x80 && !prevWide && nextLower {
			p--
		}
		score += p
		prevLower, prevWide = false, true
		i += n
	}
	return score
}

// charLen is the length in bytes of the character at b, 0 when it cannot be
// one.
func charLen(b []byte, name string) int {
	c := b[0]
	two := func() int {
		if len(b) < 2 || b[1] < 0x30 || b[1] == 0x7F || b[1] == 0xFF {
			return 0
		}
		return 2
	}
	switch name {
	case EncShiftJIS:
		if c >= 0xA1 && c <= 0xDF {
			return 1
		}
		if c == 0x80 || c == 0xA0 || c > 0xFC {
			return 0
		}
		return two()
	case EncEUCJP:
		if c == 0x8F {
			if len(b) < 3 {
				return 0
			}
			return 3
		}
		return two()
	case EncGB18030:
		if c == 0x80 || c == 0xFF {
			return 0
		}
		if len(b) >= 4 && b[1] >= 0x30 && b[1] <= 0x39 && b[2] >= 0x81 && b[3] >= 0x30 && b[3] <= 0x39 {
			return 4
		}
		if len(b) >= 2 && b[1] < 0x40 {
			return 0
		}
		return two()
	default:
		if c == 0x80 || c == 0xFF {
			return 0
		}
		return two()
	}
}

// runePoints judges a character by what it is.
func runePoints(r rune, name string) float64 {
	switch {
	case r >= 0xE000 && r < 0xF900, r == utf8.RuneError:
		return -3
	case r >= 0x3001 && r <= 0x3011, r == 0x3000, r >= 0xFF01 && r <= 0xFF5E, r == '…', r == '—', r == '“', r == '”', r == '‧', r == '·':
		return 0.8
	case r >= 0x3041 && r <= 0x30FF:
		if name == EncShiftJIS || name == EncEUCJP {
			return 1.4
		}
		return 0.1
	case r >= 0xFF61 && r <= 0xFF9F:
		return 0.05
	case r >= 0xAC00 && r <= 0xD7A3:
		if commonHangul[r] {
			return 2
		}
		return 0.8
	case unicode.Is(unicode.Han, r):
		switch name {
		case EncBig5:
			if commonTC[r] {
				return 1
			}
		case EncGB18030:
			if commonSC[r] {
				return 1
			}
			if commonTC[r] {
				return 1.1 // traditional text in GBK: its level says rare
			}
		case EncUTF8:
			if commonTC[r] || commonSC[r] {
				return 1
			}
		case EncShiftJIS, EncEUCJP:
			if commonTC[r] || commonSC[r] {
				return 0.4
			}
		}
		return 0
	case r < 0x250, r >= 0x2500 && r < 0x2600:
		return -0.4
	case r >= 0x370 && r < 0x530:
		return -0.6
	}
	return -0.3
}

// levelPoints judges a Chinese or Japanese character by the level of its code:
// every national standard puts the common ones first.
func levelPoints(b []byte, r rune, name string) float64 {
	if name == EncEUCKR && r >= 0xAC00 && r <= 0xD7A3 && (b[0] < 0xA1 || b[len(b)-1] < 0xA1) {
		return -2 // a syllable of Microsoft's extension
	}
	if !unicode.Is(unicode.Han, r) {
		return 0
	}
	if len(b) > 2 {
		return -1
	}
	lead, trail := b[0], b[len(b)-1]
	switch name {
	case EncBig5:
		switch {
		case lead >= 0xA4 && lead <= 0xC6:
			return 1
		case lead >= 0xC9 && lead <= 0xF9:
			return -0.4
		}
		return -1.2
	case EncGB18030:
		switch {
		case trail < 0xA1 || lead < 0xA1:
			return -1
		case lead >= 0xB0 && lead <= 0xD7:
			return 1
		case lead >= 0xD8 && lead <= 0xF7:
			return -0.4
		}
		return -1
	case EncShiftJIS:
		switch {
		case lead >= 0x88 && lead <= 0x97:
			return 0.9
		case lead >= 0x98 && lead <= 0xEA:
			return -0.5
		}
		return -1
	case EncEUCJP:
		switch {
		case lead >= 0xB0 && lead <= 0xCF:
			return 0.5
		case lead >= 0xD0 && lead <= 0xF4:
			return -0.5
		}
		return -1
	case EncEUCKR:
		return -0.6
	}
	return 0
}

// commonHangul are the syllables most words of Korean are made of.
var commonHangul = runeSet("이다에는의을가한고서지로사기자어리시스하나인도일대들정그라아제수부전장국관보해구성상연동조공원주비소유우미무선생여고화마신요자문계방산중세오회모물적경만된과와를은어있것명안발업개니트식할행용역학민당영단분품남권현진재강위청합교김최박임송황손배백류홍노심차북울광천충삼데면노력월년출입금통설치체지터판매담직책호건물층번길로")

const westernCommon = "éèêëàâäáãåæçíìîïñóòôöõøúùûüßýÿœÉÈÀÁÂÄÅÆÇÍÑÓÖØÚÜŒŠšŽž"
const westernSigns = "©®™€£¥§°±²³´·¿¡«»–—‘’“”…•\u00a0¼½¾ºª"

// scoreWestern reads the bytes as Windows-1252: accented letters stand alone
// within words.
func scoreWestern(b []byte) float64 {
	score := 0.0
	isLetter := func(i int) bool {
		return i >= 0 && i < len(b) && (b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z')
	}
	isHigh := func(i int) bool { return i >= 0 && i < len(b) && b[i] >= 0x80 }
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		r := charmap.Windows1252.DecodeByte(c)
		if r == utf8.RuneError || r < 0xA0 {
			score -= 4
			continue
		}
		switch {
		case isHigh(i-1) && isHigh(i+1):
			score -= 1.2
		case isHigh(i-1) || isHigh(i+1):
			score -= 0.4
		case strings.ContainsRune(westernCommon, r):
			if isLetter(i-1) || isLetter(i+1) {
				score += 1.3
			} else {
				score += 0.2
			}
		case strings.ContainsRune(westernSigns, r):
			score += 0.5
		case isLetter(i-1) && isLetter(i+1):
			score += 0.4
		default:
			score -= 0.3
		}
	}
	return score
}
