package normal

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// SortVersion names the rules of SortKey. Stored keys of another version are
// computed anew.
const SortVersion = 1

// sortKeyMax caps a key: twenty characters decide an order that a person can
// see; behind them the record's id does.
const sortKeyMax = 64

type sorter struct {
	collator *collate.Collator
	buffer   collate.Buffer
}

func sorterPool(tag string) *sync.Pool {
	return &sync.Pool{New: func() any {
		return &sorter{collator: collate.New(language.MustParse(tag), collate.Loose)}
	}}
}

// Collators keep state, hence one to a caller at a time.
var sorters = struct{ stroke, pinyin, root *sync.Pool }{
	sorterPool("zh-u-co-stroke"), sorterPool("zh-u-co-pinyin"), sorterPool("und"),
}

// SortKey gives the bytes by which texts stand in the order of a locale: by
// stroke for zh-TW, zh-HK, zh-MO and zh-Hant, by pinyin for other Chinese, the
// order of Unicode's root for all else. Only the primary differences count
// (letters, not case, accents or width); equal keys are left to the record's
// id, the same in both databases. At most 64 bytes.
func SortKey(s, locale string) []byte {
	if len(s) > 4*sortKeyMax {
		s = strings.ToValidUTF8(s[:4*sortKeyMax], "")
	}
	pool := sorters.root
	switch l := strings.ToLower(strings.ReplaceAll(locale, "_", "-")); {
	case !strings.HasPrefix(l, "zh"):
	case strings.Contains(l, "tw"), strings.Contains(l, "hk"), strings.Contains(l, "mo"), strings.Contains(l, "hant"):
		pool = sorters.stroke
	default:
		pool = sorters.pinyin
	}
	it, ok := pool.Get().(*sorter)
	if !ok { // the pools hold nothing else
		return []byte(s)
	}
	it.buffer.Reset()
	key := it.collator.KeyFromString(&it.buffer, strings.TrimSpace(s))
	if len(key) > sortKeyMax {
		key = key[:sortKeyMax]
	}
	out := make([]byte, len(key))
	copy(out, key)
	pool.Put(it)
	return out
}
