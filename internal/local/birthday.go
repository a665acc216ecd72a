package local

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	errBirthday  = errors.New("no birthday")
	errAmbiguous = errors.New("more than one birthday")
)

// Birthday is a day that comes back every year.
type Birthday struct {
	Year       int // of birth, in the birthday's own calendar; 0: not known
	Month, Day int
	Lunar      bool // a day of the lunar calendar
	Leap       bool // in its leap month; celebrated in the plain month of years without it
}

// Valid tells whether there is such a day, in the year where it is known.
func (b Birthday) Valid() bool {
	switch {
	case !b.Lunar:
		return !b.Leap && (b.Year == 0 || b.Year >= 1800) && Date{b.Year, b.Month, b.Day}.Valid()
	case b.Year != 0:
		return b.Day >= 1 && b.Day <= lunarDays(b.Year, b.Month, b.Leap)
	}
	return b.Month >= 1 && b.Month <= 12 && b.Day >= 1 && b.Day <= 30
}

// String is the one spelling under which a birthday is kept: 1990-05-01, --05-01,
// lunar:1990-08-15, lunar:--04-03:leap.
func (b Birthday) String() string {
	s := Date{b.Year, b.Month, b.Day}.String()
	if b.Lunar {
		s = "lunar:" + s
	}
	if b.Leap {
		s += ":leap"
	}
	return s
}

var keptForm = regexp.MustCompile(`^(lunar:)?(?:(\d{4})|-)-(\d{2})-(\d{2})(:leap)?$`)

// KeptBirthday reads what String wrote.
func KeptBirthday(s string) (Birthday, bool) {
	m := keptForm.FindStringSubmatch(s)
	if m == nil {
		return Birthday{}, false
	}
	b := Birthday{Year: atoi(m[2]), Month: atoi(m[3]), Day: atoi(m[4]), Lunar: m[1] != "", Leap: m[5] != ""}
	return b, b.Valid()
}

// Key is the same for birthdays that are celebrated on the same days: 0501,
// L0815, in a leap month M0403.
func (b Birthday) Key() string {
	mark := ""
	switch {
	case b.Leap:
		mark = "M"
	case b.Lunar:
		mark = "L"
	}
	return fmt.Sprintf("%s%02d%02d", mark, b.Month, b.Day)
}

// Born is the day of birth in the solar calendar; false where the year is not
// known.
func (b Birthday) Born() (Date, bool) {
	if b.Year == 0 {
		return Date{}, false
	}
	if !b.Lunar {
		return Date{b.Year, b.Month, b.Day}, true
	}
	d, err := LunarToSolar(b.Year, b.Month, b.Day, b.Leap)
	return d, err == nil
}

// Other is the birthday in the other calendar: of a day of birth that day there,
// else that of the next celebration from a day on.
func (b Birthday) Other(from Date) (Birthday, bool) {
	day, known := b.Born()
	if !known {
		var err error
		if day, err = NextBirthday(b, from); err != nil {
			return Birthday{}, false
		}
	}
	o := Birthday{Year: day.Year, Month: day.Month, Day: day.Day}
	if !b.Lunar {
		var err error
		if o.Year, o.Month, o.Day, o.Leap, err = SolarToLunar(day); err != nil {
			return Birthday{}, false
		}
		o.Lunar = true
	}
	if !known {
		o.Year = 0
	}
	return o, true
}

// NextBirthday gives the first celebration on or after a day. 29 February falls
// on the 28th in common years, and a lunar 30th on the 29th of a short month.
func NextBirthday(b Birthday, from Date) (Date, error) {
	if !from.Valid() || from.Year == 0 || b.Month < 1 || b.Month > 12 || b.Day < 1 || b.Day > 31 {
		return Date{}, errLunar
	}
	if !b.Lunar {
		if !(Date{Month: b.Month, Day: b.Day}).Valid() {
			return Date{}, errLunar
		}
		for year := from.Year; year <= from.Year+1; year++ {
			d := Date{year, b.Month, min(b.Day, daysIn(year, b.Month))}
			if !before(d, from) {
				return d, nil
			}
		}
	}
	// A lunar year begins in January or February: the one before may still hold the day.
	for year := from.Year - 1; year <= from.Year+1; year++ {
		leap := b.Leap && lunarDays(year, b.Month, true) > 0
		days := lunarDays(year, b.Month, leap)
		d, err := LunarToSolar(year, b.Month, min(b.Day, days), leap)
		if err == nil && !before(d, from) {
			return d, nil
		}
	}
	return Date{}, errLunar
}

// Celebrated lists the keys of the birthdays that are celebrated on a day.
func Celebrated(on Date) []string {
	keys := []string{Birthday{Month: on.Month, Day: on.Day}.Key()}
	if on.Month == 2 && on.Day == 28 && daysIn(on.Year, 2) == 28 {
		keys = append(keys, "0229")
	}
	year, month, day, leap, err := SolarToLunar(on)
	if err != nil {
		return keys
	}
	days := []int{day}
	if day == 29 && lunarDays(year, month, leap) == 29 {
		days = append(days, 30)
	}
	for _, d := range days {
		if !leap {
			keys = append(keys, Birthday{Month: month, Day: d, Lunar: true}.Key())
		}
		if leap || lunarDays(year, month, true) == 0 {
			keys = append(keys, Birthday{Month: month, Day: d, Lunar: true, Leap: true}.Key())
		}
	}
	return keys
}

var (
	lunarWord = regexp.MustCompile(`(?i)[(（]?(?:農民曆|農曆|农历|陰曆|阴历|舊曆|旧历|lunar|農|农)\s*[:：]?\s*[)）]?`)
	solarWord = regexp.MustCompile(`(?i)[(（]?(?:國曆|国历|公曆|公历|陽曆|阳历|新曆|新历|solar)\s*[:：]?\s*[)）]?`)
	// lunarForm is a day as only the lunar calendar has it: 閏四月初三, 臘月廿三.
	lunarForm = regexp.MustCompile(`^(?:(?:西元|公元|民國|民国)?.{1,8}年)?\s*(?:閏|闰|[正冬臘腊]月|.{1,3}月(?:初|廿|卅|十[一二三四五六七八九]?$|二十[一二三四五六七八九]?$|三十$))`)
	leapMark  = strings.NewReplacer("閏", "", "闰", "")
	monthWord = strings.NewReplacer("正月", "1月", "冬月", "11月", "臘月", "12月", "腊月", "12月", "初", "", "(", "", ")", "")
)

// ParseBirthday reads a birthday as people and files have it: a date in any of
// the ways of ParseDate, with or without a year; in the lunar calendar where it
// says so (農曆, lunar) or is written as only that is (八月十五, 閏四月初三). today
// settles what would lie ahead. Two numbers are month and day where that is
// possible. What may be two days is an error that names both.
func ParseBirthday(s string, today Date) (Birthday, []Birthday, error) {
	if len(s) > 200 {
		return Birthday{}, nil, errBirthday
	}
	text := strings.TrimSpace(narrow(s))
	if b, ok := KeptBirthday(text); ok {
		if born, known := b.Born(); known && before(today, born) {
			return Birthday{}, nil, errBirthday
		}
		return b, nil, nil
	}
	if !strings.HasPrefix(text, "--") {
		if lunar := lunarWord.ReplaceAllString(text, ""); lunar != text || lunarForm.MatchString(text) {
			return parseLunar(strings.TrimSpace(lunar))
		}
	}
	text = strings.TrimSpace(solarWord.ReplaceAllString(text, ""))
	var found []Birthday
	for _, r := range ParseDate(text, DateOptions{Prefer: ROC}) {
		if r.Convention == Serial || r.Convention == Unix || r.Convention == UnixMilli || r.Convention == DMY && r.Date.Year == 0 && len(found) > 0 {
			continue
		}
		b := Birthday{Year: r.Date.Year, Month: r.Date.Month, Day: r.Date.Day}
		if b.Year == 1604 || b.Year == 1 && strings.HasPrefix(text, "0001") {
			b.Year = 0 // what address books write where there is no year
		}
		if ahead := b.Year != 0 && before(today, r.Date); !ahead && b.Valid() && !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	return only(found)
}

// parseLunar reads a day of the lunar calendar, without the word that says so.
func parseLunar(text string) (Birthday, []Birthday, error) {
	plain := leapMark.Replace(text)
	leap := plain != text || strings.Contains(strings.ToLower(text), "leap")
	plain = strings.TrimSpace(strings.ReplaceAll(strings.ToLower(monthWord.Replace(plain)), "leap", ""))
	if strings.Contains(plain, "月") && !strings.HasSuffix(plain, "日") {
		plain = strings.TrimRight(plain, "號号") + "日"
	}
	var found []Birthday
	if m := lunarNumbers.FindStringSubmatch(arabic(plain)); m != nil {
		year := atoi(m[2])
		if m[1] != "" && m[1] != "西元" && m[1] != "公元" || year > 0 && year < 200 {
			year += 1911
		}
		b := Birthday{Year: year, Month: atoi(m[3]), Day: atoi(m[4]), Lunar: true, Leap: leap}
		if b.Valid() {
			found = append(found, b)
		}
	}
	return only(found)
}

var lunarNumbers = regexp.MustCompile(`^(西元|公元|民國|民国)?\s*(?:(\d{1,4})\s*(?:年|[-/.])\s*)?(?:--?)?(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?$`)

func only(found []Birthday) (Birthday, []Birthday, error) {
	switch len(found) {
	case 0:
		return Birthday{}, nil, errBirthday
	case 1:
		return found[0], nil, nil
	}
	return Birthday{}, found, errAmbiguous
}

const (
	lunarTens  = "初十廿卅"
	lunarUnits = "十一二三四五六七八九"
)

// Format writes the birthday as people write it: 1990年5月1日, 5月1日,
// 農曆八月十五, 農曆1990年閏四月初三; in English May 1, 1990 and lunar 8/15.
func (b Birthday) Format(locale string) string {
	if !b.Lunar {
		switch at := time.Date(max(b.Year, 2000), time.Month(b.Month), b.Day, 0, 0, 0, 0, time.UTC); {
		case strings.HasPrefix(locale, "en") && b.Year == 0:
			return at.Format("January 2")
		case strings.HasPrefix(locale, "en"):
			return fmt.Sprintf("%s, %d", at.Format("January 2"), b.Year)
		case b.Year == 0:
			return fmt.Sprintf("%d月%d日", b.Month, b.Day)
		}
		return fmt.Sprintf("%d年%d月%d日", b.Year, b.Month, b.Day)
	}
	if strings.HasPrefix(locale, "en") {
		s := "lunar "
		if b.Year != 0 {
			s += fmt.Sprintf("%d/", b.Year)
		}
		if s += fmt.Sprintf("%d/%d", b.Month, b.Day); b.Leap {
			s += " leap"
		}
		return s
	}
	s, leap := "農曆", "閏"
	if locale == "zh-CN" {
		s, leap = "农历", "闰"
	}
	if b.Year != 0 {
		s += fmt.Sprintf("%d年", b.Year)
	}
	if b.Leap {
		s += leap
	}
	months := []string{"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
	day := ""
	switch tens := []rune(lunarTens); {
	case b.Day%10 == 0:
		day = map[int]string{10: "初十", 20: "二十", 30: "三十"}[b.Day]
	default:
		day = string(tens[b.Day/10]) + string([]rune(lunarUnits)[b.Day%10])
	}
	return s + months[b.Month-1] + "月" + day
}

func before(a, b Date) bool {
	if a.Year != b.Year {
		return a.Year < b.Year
	}
	if a.Month != b.Month {
		return a.Month < b.Month
	}
	return a.Day < b.Day
}
