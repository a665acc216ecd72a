package local

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Address is an address in parts. What could not be told apart is in Street.
type Address struct {
	Country  string // TW, CN, or "" if the text does not tell
	Zip      string
	Region   string // 縣市 of Taiwan, 省 自治区 直辖市 of the mainland
	City     string // 市 州 of the mainland
	District string // 鄉鎮市區, 区县
	Street   string // the rest: 路段巷弄號樓之
}

type place struct{ region, city, district, zip string }

var (
	formOf     = map[rune]rune{}     // Traditional character → Simplified
	regionsTW  = map[string]string{} // folded name → name
	districtTW = map[string]place{}  // folded region + district → place
	aloneTW    = map[string]place{}  // folded district, if only one region has it
	zipsTW     = map[string][]place{}
	listTW     []Region
	regionsCN  = map[string]string{} // folded full or short name → name
	citiesCN   = map[string]place{}  // folded name → place
	inCN       = map[string]place{}  // folded region + short city → place
)

// Region is a county or city of Taiwan with its districts.
type Region struct {
	Name      string
	Districts []District
}

// District is a district of Taiwan with its postal code of three digits.
type District struct{ Name, Zip string }

// mergedTW maps the counties that became cities in 2010 and 2014; their
// districts of whatever kind became 區.
var mergedTW = map[string]string{"台北縣": "新北市", "桃園縣": "桃園市", "台中縣": "台中市", "台南縣": "台南市", "高雄縣": "高雄市"}

// renamedTW maps districts that changed their name or rank otherwise.
var renamedTW = [][3]string{
	{"高雄市", "三民鄉", "那瑪夏區"}, {"高雄市", "那瑪夏鄉", "那瑪夏區"}, {"台南市", "中區", "中西區"}, {"台南市", "西區", "中西區"},
	{"苗栗縣", "頭份鎮", "頭份市"}, {"彰化縣", "員林鎮", "員林市"}, {"嘉義縣", "太保鄉", "太保市"}, {"嘉義縣", "朴子鎮", "朴子市"},
	{"新北市", "深坑鄉", "深坑區"},
}

func init() {
	runes := []rune(placeForms)
	for i := 0; i+1 < len(runes); i += 2 {
		formOf[runes[i]] = runes[i+1]
	}
	count := map[string]int{}
	for _, line := range strings.Split(placesTW, "\n") {
		fields := strings.Fields(line)
		region := Region{Name: fields[0]}
		regionsTW[placeKey(region.Name)] = region.Name
		for _, f := range fields[1:] {
			p := place{region: region.Name, zip: f[:3], district: f[3:]}
			region.Districts = append(region.Districts, District{p.district, p.zip})
			districtTW[placeKey(p.region+p.district)] = p
			zipsTW[p.zip] = append(zipsTW[p.zip], p)
			count[placeKey(p.district)]++
			aloneTW[placeKey(p.district)] = p
		}
		listTW = append(listTW, region)
	}
	// The ranks the districts of a merged county had.
	for old, merged := range mergedTW {
		regionsTW[placeKey(old)] = merged
		for _, p := range zipsOf(merged) {
			stem := strings.TrimSuffix(p.district, "區")
			for _, rank := range []string{"市", "鎮", "鄉"} {
				key := placeKey(merged + stem + rank)
				if _, ok := districtTW[key]; !ok {
					districtTW[key] = p
				}
			}
		}
	}
	for _, r := range renamedTW {
		districtTW[placeKey(r[0]+r[1])] = districtTW[placeKey(r[0]+r[2])]
	}
	for name, n := range count {
		if n > 1 {
			delete(aloneTW, name)
		}
	}
	for _, line := range strings.Split(placesCN, "\n") {
		fields := strings.Fields(line)
		region := fields[0]
		regionsCN[region] = region
		short := region
		for _, ending := range []string{"壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"} {
			if rest, ok := strings.CutSuffix(short, ending); ok {
				short = rest
				break
			}
		}
		regionsCN[short] = region
		for _, city := range fields[1:] {
			name := city
			if !strings.HasSuffix(city, "州") || utf8.RuneCountInString(city) <= 3 {
				if !strings.HasSuffix(city, "盟") && !strings.HasSuffix(city, "地区") && !strings.HasSuffix(city, "林区") {
					name = city + "市"
				}
			}
			p := place{region: region, city: name}
			citiesCN[name] = p
			inCN[region+name] = p
			inCN[region+city] = p
		}
	}
}

func zipsOf(region string) []place {
	for _, r := range listTW {
		if r.Name == region {
			out := make([]place, 0, len(r.Districts))
			for _, d := range r.Districts {
				out = append(out, place{region: region, district: d.Name, zip: d.Zip})
			}
			return out
		}
	}
	return nil
}

// placeKey folds the characters of place names; it keeps the number of bytes.
func placeKey(s string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := formOf[r]; ok {
			return to
		}
		return r
	}, s)
}

// RegionsTW lists Taiwan's counties and cities with their districts, from north
// to south as their postal codes go, for pick-lists. The caller must not change it.
func RegionsTW() []Region { return listTW }

// ZipTW gives the postal code of three digits of a district of Taiwan, old names
// included; "" if there is no such district.
func ZipTW(region, district string) string {
	key := placeKey(narrow(region))
	if name, ok := regionsTW[key]; ok {
		return districtTW[placeKey(name+narrow(district))].zip
	}
	return ""
}

var (
	zipAhead   = regexp.MustCompile(`^[\[(〒]?\s*(\d{3}\s?-\s?\d{2,3}|\d{6}|\d{5}|\d{3})\s*[\])]?\s*`)
	zipBehind  = regexp.MustCompile(`[\s,(]+(\d{3}\s?-\s?\d{2,3}|\d{5,6}|\d{3})\)?$`)
	countryTW  = regexp.MustCompile(`^(?:中華民國|中华民国|台灣省|台湾省|臺灣省|台灣|台湾|臺灣|福建省(?:金門|連江)|R\.?O\.?C\.?|Taiwan)[\s,]*`)
	countryCN  = regexp.MustCompile(`^(?:中華人民共和國|中华人民共和国|中國|中国|P\.?R\.?C\.?|China)[\s,]*`)
	districtCN = regexp.MustCompile(`^[\p{Han}]{1,12}?(?:自治县|自治旗|林区|矿区|新区|开发区|高新区|工业园区|经开区|区|县|市|旗)`)
)

// ParseAddress takes an address of Taiwan or of the mainland apart, in either
// script. Taiwan: postal codes of 3, 5 and 6 digits, 臺 written 台, counties that
// became cities under their new name, districts under theirs; a district that
// only one county has tells the county, and so does a postal code. The
// mainland: 省 市 区县, with or without 省 and 市 written. Anything else is Street,
// whole. A postal code that the text lacks is not made up (see ZipTW).
func ParseAddress(s string) Address {
	if len(s) > 2000 {
		return Address{Street: s}
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(narrow(s), "巿", "市")), " ")
	if text == "" {
		return Address{}
	}
	a := Address{Street: text}
	rest := text
	if m := zipAhead.FindStringSubmatch(rest); m != nil && startsHan(rest[len(m[0]):]) {
		a.Zip = strings.ReplaceAll(m[1], " ", "")
		rest = rest[len(m[0]):]
	} else if m := zipBehind.FindStringSubmatch(rest); m != nil && startsHan(rest) {
		a.Zip = strings.ReplaceAll(m[1], " ", "")
		rest = rest[:len(rest)-len(m[0])]
	}
	if got, ok := parseTW(rest, a.Zip); ok {
		return got
	}
	if got, ok := parseCN(rest, a.Zip); ok {
		return got
	}
	return Address{Street: text}
}

func startsHan(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isHan(r)
}

// head cuts n characters off a text, and blanks after them.
func head(s string, n int) (first, rest string, ok bool) {
	at := 0
	for ; n > 0; n-- {
		if at >= len(s) {
			return "", s, false
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return s[:at], strings.TrimLeft(s[at:], " ,"), true
}

func parseTW(rest, zip string) (Address, bool) {
	a := Address{Country: "TW", Zip: zip}
	named := false
	if at := countryTW.FindStringIndex(rest); at != nil && !strings.HasPrefix(rest, "福建省") {
		rest, named = rest[at[1]:], true
		// 台灣省 comes after 中華民國 on old papers, and a second code between them.
		if at := countryTW.FindStringIndex(rest); at != nil && !strings.HasPrefix(rest, "福建省") {
			rest = rest[at[1]:]
		}
		if m := zipAhead.FindStringSubmatch(rest); m != nil && a.Zip == "" && startsHan(rest[len(m[0]):]) {
			a.Zip, rest = strings.ReplaceAll(m[1], " ", ""), rest[len(m[0]):]
		}
	} else if after, ok := strings.CutPrefix(rest, "福建省"); ok && (strings.HasPrefix(placeKey(after), "金门县") || strings.HasPrefix(placeKey(after), "连江县")) {
		rest = after
	}
	if first, after, ok := head(rest, 3); ok {
		if region, ok := regionsTW[placeKey(first)]; ok {
			a.Region, rest = region, after
		}
	}
	if a.Region != "" {
		if m := zipAhead.FindStringSubmatch(rest); m != nil && a.Zip == "" && startsHan(rest[len(m[0]):]) { // 台北市106大安區
			a.Zip, rest = strings.ReplaceAll(m[1], " ", ""), rest[len(m[0]):]
		}
		// 連江縣 is in Fujian too, and 東區 in many places: here the region decides.
		for n := 4; n >= 2; n-- {
			first, after, ok := head(rest, n)
			if p, known := districtTW[placeKey(a.Region+first)]; ok && known {
				a.District, rest = p.district, after
				break
			}
		}
		if places := zipsTW[a.Zip[:min(3, len(a.Zip))]]; a.District == "" && len(places) == 1 && places[0].region == a.Region {
			a.District = places[0].district
		}
	} else {
		for n := 4; n >= 3; n-- {
			first, after, ok := head(rest, n)
			p, known := aloneTW[placeKey(first)]
			if !ok || !known || len(a.Zip) == 6 && !named && a.Zip[:3] != p.zip {
				continue
			}
			a.Region, a.District, rest = p.region, p.district, after
			break
		}
	}
	if a.Region == "" && len(a.Zip) >= 3 && (len(a.Zip) != 6 || named || strings.Contains(a.Zip, "-")) {
		places := zipsTW[a.Zip[:3]]
		if len(places) > 0 && startsHan(rest) && !looksCN(rest) {
			a.Region = places[0].region
			if len(places) == 1 {
				a.District = places[0].district
			}
			for _, p := range places {
				if after, ok := strings.CutPrefix(rest, p.district); ok {
					a.District, rest = p.district, after
				}
			}
		}
	}
	if a.Region == "" && !named {
		return Address{}, false
	}
	a.Street = strings.ReplaceAll(strings.TrimSpace(rest), "臺", "台")
	return a, true
}

func looksCN(s string) bool {
	_, ok := parseCN(s, "")
	return ok
}

func parseCN(rest, zip string) (Address, bool) {
	a := Address{Country: "CN", Zip: zip}
	if at := countryCN.FindStringIndex(rest); at != nil {
		rest = rest[at[1]:]
		if m := zipAhead.FindStringSubmatch(rest); m != nil && a.Zip == "" && startsHan(rest[len(m[0]):]) {
			a.Zip, rest = m[1], rest[len(m[0]):]
		}
	}
	for n := 8; n >= 2; n-- {
		first, after, ok := head(rest, n)
		if region, known := regionsCN[placeKey(first)]; ok && known {
			// 吉林市 is not 吉林省's short name with a 市, and 海南 is a prefecture of Qinghai too.
			if n == 2 && strings.HasPrefix(placeKey(after), "市") {
				continue
			}
			a.Region, rest = region, after
			break
		}
	}
	for n := 11; n >= 2; n-- {
		first, after, ok := head(rest, n)
		if !ok {
			continue
		}
		key := placeKey(first)
		p, known := inCN[a.Region+key]
		if a.Region == "" {
			p, known = citiesCN[key]
		}
		if known && !(n == 2 && (strings.HasPrefix(placeKey(after), "县") || strings.HasPrefix(placeKey(after), "区"))) {
			a.Region, a.City, rest = p.region, p.city, after
			break
		}
	}
	if a.Region == "" {
		return Address{}, false
	}
	// 北京市市辖区 and 重庆市县 are entries of lists, not of addresses; 北京北京市 is.
	for _, filler := range []string{a.Region, "市辖区", "市轄區"} {
		if after, ok := strings.CutPrefix(rest, filler); ok && (a.City == "" || filler != a.Region) {
			rest = strings.TrimLeft(after, " ,")
		}
	}
	key := placeKey(rest)
	if found := districtCN.FindString(key); found != "" && !strings.ContainsAny(found, "路街巷弄号楼幢栋") &&
		!strings.HasSuffix(found, "小区") && !strings.HasSuffix(found, "社区") && !strings.HasSuffix(found, "街区") &&
		utf8.RuneCountInString(found) >= 2 {
		a.District, rest = rest[:len(found)], strings.TrimLeft(rest[len(found):], " ,")
	}
	a.Street = strings.TrimSpace(rest)
	return a, true
}

// PlaceSpellings lists how the name of a place may stand in an address: as
// written, with 台 and with 臺, and a county of Taiwan that became a city under
// its new name.
func PlaceSpellings(s string) []string {
	spellings := []string{s}
	add := func(other string) {
		if !slices.Contains(spellings, other) {
			spellings = append(spellings, other)
		}
	}
	plain := strings.ReplaceAll(s, "臺", "台")
	for old, now := range mergedTW {
		if strings.HasPrefix(plain, old) {
			plain = now + strings.TrimPrefix(plain, old)
			break
		}
	}
	add(plain)
	add(strings.ReplaceAll(plain, "台", "臺"))
	return spellings
}

// Tidy writes the places of Taiwan in an address whose parts somebody filled in
// the way ParseAddress does: 台 for 臺, counties and districts under their names
// of today.
func (a Address) Tidy() Address {
	region, inRegion := regionsTW[placeKey(narrow(a.Region))]
	city, inCity := regionsTW[placeKey(narrow(a.City))]
	if a.Country != "" && a.Country != "TW" && a.Country != "台灣" && a.Country != "臺灣" || !inRegion && (!inCity || a.Region != "") {
		return a
	}
	if inRegion {
		a.Region = region
	} else {
		a.City, region = city, city
	}
	if p, ok := districtTW[placeKey(region+narrow(a.District))]; ok {
		a.District = p.district
	}
	a.Street = strings.ReplaceAll(a.Street, "臺", "台")
	return a
}

// Format writes the address in one line, the way its country does: from the large
// to the small with the postal code first. A Latin locale gets it the other way
// round, with commas and the country last.
func (a Address) Format(locale string) string {
	if a.Region == "" && a.City == "" && a.District == "" {
		return strings.TrimSpace(strings.Join(filled(a.Zip, a.Street), " "))
	}
	if locale == "" || strings.HasPrefix(strings.ToLower(locale), "zh") {
		return strings.Join(filled(a.Zip, a.Region+a.City+a.District+a.Street), " ")
	}
	country := map[string]string{"TW": "Taiwan", "CN": "China"}[a.Country]
	last := strings.Join(filled(a.Region, a.Zip), " ")
	return strings.Join(filled(a.Street, a.District, a.City, last, country), ", ")
}

func filled(parts ...string) []string {
	out := parts[:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
