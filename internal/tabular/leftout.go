package tabular

import (
	"regexp"
	"slices"
	"strings"
)

// leftOut decides which rows below the header are none of the data: the header
// said again, totals, and what is written below the table.
type leftOut struct {
	names   []string
	rows    []int    // numbers of rows left out
	waiting []rawRow // perhaps the foot of the table: known when it ends
	counts  map[string]int
	first   map[string]int
}

const (
	leftOutMax = 10_000
	footMax    = 20
)

func newLeftOut(names []string) *leftOut {
	l := &leftOut{counts: map[string]int{}, first: map[string]int{}}
	for _, n := range names {
		l.names = append(l.names, strings.TrimSpace(n))
	}
	return l
}

// take gives the rows that are data for certain now that row has come.
func (l *leftOut) take(row *rawRow) []rawRow {
	if l.ranked(row) {
		return nil
	}
	if l.foot(row) && len(l.waiting) < footMax {
		c := *row
		c.cells = slices.Clone(row.cells)
		l.waiting = append(l.waiting, c)
		return nil
	}
	out := append(l.waiting, *row)
	l.waiting = nil
	return out
}

// ranked leaves a row out that is no data wherever it stands.
func (l *leftOut) ranked(row *rawRow) bool {
	if len(l.rows) >= leftOutMax || row.problem != nil {
		return false
	}
	switch {
	case l.repeated(row):
		l.leave(row, WarnRepeatedHeader)
	case l.total(row, reTotal):
		l.leave(row, WarnTotals)
	default:
		return false
	}
	return true
}

func (l *leftOut) leave(row *rawRow, code string) {
	l.rows = append(l.rows, row.number)
	if l.counts[code]++; l.first[code] == 0 {
		l.first[code] = row.number
	}
}

// finish leaves out what waits at the foot of the table.
func (l *leftOut) finish(d *Detected) {
	for i := range l.waiting {
		code := WarnFootRows
		if l.total(&l.waiting[i], reTotalLatin) {
			code = WarnTotals
		}
		l.leave(&l.waiting[i], code)
	}
	slices.Sort(l.rows)
	d.LeftOut = l.rows
}

// repeated says whether a row says the names of the columns again, as where
// lists were put below one another.
func (l *leftOut) repeated(row *rawRow) bool {
	n := 0
	for i := range row.cells {
		t := strings.TrimSpace(row.cells[i].Text)
		if t == "" {
			continue
		}
		if i >= len(l.names) || l.names[i] != t {
			return false
		}
		n++
	}
	return n > 1 && n*2 > len(l.names)
}

var (
	// Nobody is called so. A firm may be called Total: that one counts as a sum
	// at the foot only.
	reTotal      = regexp.MustCompile(`^[【\[(（]?(合\s*計|合\s*计|總\s*計|总\s*计|小\s*計|小\s*计|共\s*計|共\s*计|本頁小計|本页小计|本頁合計|本页合计|總合計|总合计)[】\])）]?\s*[:：]?$`)
	reTotalLatin = regexp.MustCompile(`(?i)^(grand total|total|totals|sub-?total|sum|總數|总数|總和|总和|加總|平均|average)\s*[:：]?$`)
	reFoot       = regexp.MustCompile(`(?i)^[(（【\[]?(製表|制表|列印|打印|匯出|导出|產出|資料來源|资料来源|數據來源|数据来源|[註注][:：0-9一二三]|備\s*註\s*[:：]|备\s*注\s*[:：]|說明[:：]|说明[:：]|※|核准|審核|审核|覆核|复核|承辦|經辦|经办|主管[:：]|共\s*[\d,]+\s*[筆条條頁页]|第\s*\d+\s*[頁页]|以下空白|page\s+\d+|printed|generated|exported|source[:：]|confidential|copyright|©|--+|==+)`)
	rePlain      = regexp.MustCompile(`^[-+(]?\s*(NT\$|US\$|RMB|[$¥￥€])?\s*[\d,]*\.?\d+\s*[%元)]?$`)
)

// total says whether a row is one sum: the word, and beside it numbers only.
func (l *leftOut) total(row *rawRow, word *regexp.Regexp) bool {
	if len(l.names) < 2 {
		return false
	}
	words := 0
	for i := range row.cells {
		t := strings.TrimSpace(row.cells[i].Text)
		switch {
		case t == "", row.cells[i].Kind == KindNumber, row.cells[i].Kind == KindError:
		case word.MatchString(t):
			words++
		case !rePlain.MatchString(t):
			return false
		}
	}
	return words == 1
}

// foot says whether a row may be what people write below a table.
func (l *leftOut) foot(row *rawRow) bool {
	if row.problem != nil || len(l.names) < 3 {
		return false
	}
	if l.total(row, reTotalLatin) {
		return true
	}
	filled, first := 0, ""
	for i := range row.cells {
		if t := strings.TrimSpace(row.cells[i].Text); t != "" {
			if filled++; first == "" {
				first = t
			}
		}
	}
	return filled > 0 && filled <= max(1, len(l.names)/3) && reFoot.MatchString(first)
}
