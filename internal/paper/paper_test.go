package paper

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestDocumentsAreMadeOfWhateverIsTyped(t *testing.T) {
	var together sync.WaitGroup
	for n := range 4 {
		together.Go(func() {
			p, err := New(About{Language: []string{"zh-TW", "zh-CN", "en", ""}[n], Title: "測試 ()\\"})
			if err != nil {
				t.Error(err)
				return
			}
			for _, s := range []string{"", "報價單 报价单 Quotation", "堃喆犇𠮷龘", "한국어 ไทย عربى", "🙂\u200d👍🏽", "a\x00b\u202ec", "\xff\xfe", strings.Repeat("長", 4000), "(括號) \\ 反斜線"} {
				for _, line := range p.Break(s, 9, 100) {
					p.Need(14)
					p.Put(p.Left, p.Y, line, 9, Black)
					p.Y += 14
				}
			}
			if p.Picture([]byte("no picture"), 0, 0, 10, 10) != 0 {
				t.Error("what is no picture was put")
			}
			b, err := p.Finish(func(page, pages int) { p.Put(p.Left, p.Bottom, fmt.Sprint(page, "/", pages), 8, Grey) })
			if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) || len(b) < 5000 || len(b) > 400_000 {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
	together.Wait()
}
