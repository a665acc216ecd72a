package tabular

import (
	"bytes"
	"io"
	"math"
	"sort"
	"unicode/utf8"
)

func indexNUL(b []byte) int { return bytes.IndexByte(b, 0) }

// encodingGuess is the outcome of looking at a whole file's bytes.
type encodingGuess struct {
	name         string
	bom          bool
	confidence   float64
	alternatives []string
	ascii        bool
	invalid      int // bytes that are not valid UTF-8, where UTF-8 won
}

// byteSurvey reads a file once and keeps what is needed to judge its encoding:
// whether it is UTF-8 throughout, and lines with bytes beyond ASCII.
type byteSurvey struct {
	head    []byte // the first 64 kB
	total   int64
	multi   int64 // valid UTF-8 sequences of several bytes
	invalid int64
	sample  []byte
	carry   []byte
}

const (
	surveyHead   = 64 << 10
	surveySample = 128 << 10
)

func (s *byteSurvey) read(r io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			s.add(buf[:n])
		}
		if ended(err) {
			s.flush()
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *byteSurvey) add(b []byte) {
	s.total += int64(len(b))
	if room := surveyHead - len(s.head); room > 0 {
		s.head = append(s.head, b[:min(room, len(b))]...)
	}
	if len(s.carry) > 0 {
		b = append(s.carry, b...)
		s.carry = nil
	}
	// Cut after the last line end, so that no character is split.
	cut := bytes.LastIndexByte(b, '\n') + 1
	if cut == 0 && len(b) > 1<<20 {
		cut = len(b)
	}
	s.lines(b[:cut])
	s.carry = append([]byte(nil), b[cut:]...)
}

func (s *byteSurvey) flush() {
	s.lines(s.carry)
	s.carry = nil
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (uint64(b[0])|uint64(b[1])|uint64(b[2])|uint64(b[3])|uint64(b[4])|uint64(b[5])|uint64(b[6])|uint64(b[7]))&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func (s *byteSurvey) lines(b []byte) {
	if isASCII(b) {
		return
	}
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line = b[:i+1]
		}
		b = b[len(line):]
		if isASCII(line) {
			continue
		}
		if room := surveySample - len(s.sample); room > 0 {
			s.sample = append(s.sample, line[:min(len(line), room, 4096)]...)
			if len(line) > 4096 {
				s.sample = append(s.sample, '\n')
			}
		}
		s.countUTF8(line)
	}
}

func (s *byteSurvey) countUTF8(line []byte) {
	if utf8.Valid(line) {
		for _, c := range line {
			if c >= 0xC0 {
				s.multi++
			}
		}
		return
	}
	for i := 0; i < len(line); {
		if line[i] < 0x80 {
			i++
			continue
		}
		_, size := utf8.DecodeRune(line[i:])
		if size == 1 {
			s.invalid++
		} else {
			s.multi++
		}
		i += size
	}
}

// guess judges the encoding of what was surveyed.
func (s *byteSurvey) guess() encodingGuess {
	if g, ok := guessWide(s.head); ok {
		return g
	}
	if bytes.HasPrefix(s.head, []byte("\xEF\xBB\xBF")) {
		return encodingGuess{name: EncUTF8, bom: true, confidence: 1, invalid: int(s.invalid)}
	}
	if s.multi == 0 && s.invalid == 0 {
		return encodingGuess{name: EncUTF8, ascii: true, confidence: 1}
	}
	ranked := rankEncodings(s.sample)
	if s.invalid == 0 && (s.multi > 8 || ranked[0].name == EncUTF8 || ranked[0].score < 3*scoreOf(ranked, EncUTF8)+1) {
		conf := 0.99
		if s.multi < 4 {
			conf = 0.9
		}
		return encodingGuess{name: EncUTF8, confidence: conf, alternatives: otherNames(ranked, EncUTF8)}
	}
	if s.invalid > 0 && s.multi >= 20*s.invalid {
		return encodingGuess{name: EncUTF8, confidence: 0.9, invalid: int(s.invalid), alternatives: otherNames(ranked, EncUTF8)}
	}
	best := ranked[0]
	if best.name == EncUTF8 && s.invalid > 0 && len(ranked) > 1 {
		best = ranked[1]
	}
	second := math.Inf(-1)
	for _, c := range ranked {
		if c.name != best.name && c.name != EncUTF8 {
			second = c.score
			break
		}
	}
	return encodingGuess{name: best.name, confidence: confidence(best.score, second, len(s.sample)),
		alternatives: otherNames(ranked, best.name)}
}

func scoreOf(ranked []encodingScore, name string) float64 {
	for _, c := range ranked {
		if c.name == name {
			return c.score
		}
	}
	return 0
}

func otherNames(ranked []encodingScore, not string) []string {
	var out []string
	for _, c := range ranked {
		if c.name != not && len(out) < 5 {
			out = append(out, c.name)
		}
	}
	return out
}

// confidence grows with the distance to the second best and with the amount of
// text.
func confidence(best, second float64, size int) float64 {
	if best <= 0 {
		return 0.2
	}
	gap := 1.0
	if second > 0 {
		gap = (best - second) / best
	}
	amount := 1 - 1/(1+float64(size)/8)
	return math.Round(100*min(0.99, 0.35+0.65*min(1, gap*1.6)*amount)) / 100
}

// guessWide recognises UTF-16 and UTF-32, with a mark or by where the zero
// bytes are.
func guessWide(b []byte) (encodingGuess, bool) {
	sure := func(name string, bom bool) (encodingGuess, bool) {
		conf := 1.0
		if !bom {
			conf = 0.95
		}
		return encodingGuess{name: name, bom: bom, confidence: conf}, true
	}
	body := b
	if len(b) >= 2 && (b[0] == 0xFE && b[1] == 0xFF || b[0] == 0xFF && b[1] == 0xFE) {
		body = b[2:]
	}
	zero := [4]int{}
	units := len(body) / 4
	for i := 0; i+3 < len(body); i += 4 {
		for j := range 4 {
			if body[i+j] == 0 {
				zero[j]++
			}
		}
	}
	bom32 := len(b) >= 4 && (b[0] == 0xFF && b[1] == 0xFE && b[2] == 0 && b[3] == 0 || b[0] == 0 && b[1] == 0 && b[2] == 0xFE && b[3] == 0xFF)
	if bom32 {
		if b[0] == 0xFF {
			return sure(EncUTF32LE, true)
		}
		return sure(EncUTF32BE, true)
	}
	if units >= 2 {
		most := units * 9 / 10
		switch {
		case zero[0] >= most && zero[1] >= most && zero[3] < units/2:
			return sure(EncUTF32BE, len(body) != len(b))
		case zero[2] >= most && zero[3] >= most && zero[0] < units/2:
			return sure(EncUTF32LE, len(body) != len(b))
		}
	}
	if len(body) != len(b) {
		if b[0] == 0xFE {
			return sure(EncUTF16BE, true)
		}
		return sure(EncUTF16LE, true)
	}
	even, odd := zero[0]+zero[2], zero[1]+zero[3]
	n := units * 2
	if (even+odd)*3 < n*2 && printable(b) {
		return encodingGuess{}, false // plain text with stray zero bytes
	}
	switch {
	case n >= 4 && odd*20 > n && odd > 4*even && plausibleWide(b, EncUTF16LE):
		return sure(EncUTF16LE, false)
	case n >= 4 && even*20 > n && even > 4*odd && plausibleWide(b, EncUTF16BE):
		return sure(EncUTF16BE, false)
	}
	return encodingGuess{}, false
}

// printable says whether all bytes but zeros are ASCII text.
func printable(b []byte) bool {
	for _, c := range b {
		if c >= 0x7F || c < 0x20 && c != 0 && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

// plausibleWide says whether a UTF-16 reading gives text.
func plausibleWide(b []byte, name string) bool {
	good, bad := 0, 0
	for _, r := range decodeBytes(b[:len(b)&^1], name) {
		switch {
		case r == utf8.RuneError || r == 0 || r >= 0xE000 && r < 0xF900 || r < 0x20 && r != '\n' && r != '\r' && r != '\t':
			bad++
		default:
			good++
		}
	}
	return good > 20*bad
}

type encodingScore struct {
	name  string
	score float64
}

// rankEncodings scores every candidate on text with bytes beyond ASCII.
func rankEncodings(sample []byte) []encodingScore {
	sample = bytes.TrimRight(sample, "\x00")
	out := []encodingScore{
		{EncUTF8, scoreUTF8(sample)},
		{EncBig5, scoreCJK(sample, EncBig5)},
		{EncGB18030, scoreCJK(sample, EncGB18030)},
		{EncShiftJIS, scoreCJK(sample, EncShiftJIS)},
		{EncEUCJP, scoreCJK(sample, EncEUCJP)},
		{EncEUCKR, scoreCJK(sample, EncEUCKR)},
		{EncWindows1252, scoreWestern(sample)},
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].score > out[j].score })
	return out
}
