package paper

import (
	"embed"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/*.zst
var packed embed.FS

// The fonts, by the script whose shapes they have.
const (
	traditional = "noto-sans-tc"
	simplified  = "noto-sans-sc"
)

// face is one font: what it holds and how wide that is.
type face struct {
	name string
	font *sfnt.Font
	// of are the widths of characters seen so far, in ems; below zero for those that
	// the font has not.
	of sync.Map
}

var (
	container gopdf.FontContainer
	// faces are read when the first document is made: most servers start without.
	faces = sync.OnceValues(func() (map[string]*face, error) {
		reader, err := zstd.NewReader(nil)
		if err != nil {
			return nil, err
		}
		defer reader.Close()
		all := map[string]*face{}
		for _, name := range []string{traditional, simplified} {
			small, err := packed.ReadFile("fonts/" + name + ".ttf.zst")
			if err != nil {
				return nil, err
			}
			content, err := reader.DecodeAll(small, nil)
			if err != nil {
				return nil, fmt.Errorf("unpack %s: %w", name, err)
			}
			f, err := sfnt.Parse(content)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if err := container.AddTTFFontData(name, content); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			all[name] = &face{name: name, font: f}
		}
		return all, nil
	})
)

// perEm is the size at which widths are read.
const perEm = 1000

// width is how wide a character is in ems; false where the font has none.
func (f *face) width(r rune) (float64, bool) {
	if w, ok := f.of.Load(r); ok {
		known, _ := w.(float64)
		return known, known >= 0
	}
	w := -1.0
	var b sfnt.Buffer
	if glyph, err := f.font.GlyphIndex(&b, r); err == nil && glyph != 0 {
		if advance, err := f.font.GlyphAdvance(&b, glyph, fixed.I(perEm), font.HintingNone); err == nil {
			w = float64(advance) / 64 / perEm
		}
	}
	f.of.Store(r, w)
	return w, w >= 0
}
