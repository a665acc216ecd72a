// Package paper lays documents out on A4 pages as PDF: text in Chinese and English
// with the fonts in it, tables whose heads are repeated, pictures, page numbers. It
// knows nothing of records.
package paper

import (
	"bytes"
	"image"
	_ "image/gif"  // a logo may be one
	_ "image/jpeg" // as above
	"image/png"
	"strings"
	"unicode"

	"github.com/signintech/gopdf"
	_ "golang.org/x/image/webp" // as above
)

// Colour is a shade of grey, 0 black.
type Colour uint8

// The colours of documents: what is said, what says what it is, rules, grounds.
const (
	Black Colour = 25
	Grey  Colour = 105
	Rule  Colour = 190
	Pale  Colour = 240
)

// About is what a document is.
type About struct {
	// Language decides whose shapes characters have: zh-TW, zh-CN or en.
	Language, Title, Author string
}

// Paper is a document being laid out, in points from the top left; the first thing
// that goes wrong is answered by Finish.
type Paper struct {
	// Left, Right, Top and Bottom are the edges of what is printed on.
	Left, Right, Top, Bottom float64
	// Y is how far the page is filled.
	Y     float64
	pdf   gopdf.GoPdf
	fonts []*face // in the order in which a character is looked for
	used  map[string]bool
	now   struct {
		font string
		size float64
		ink  Colour
	}
	err error
}

// unknown stands for a character that no font has.
const unknown = '□'

// leading is the height of a line by its size.
const leading = 1.45

// New begins a document.
func New(about About) (*Paper, error) {
	all, err := faces()
	if err != nil {
		return nil, err
	}
	p := &Paper{Left: 42, Top: 40, used: map[string]bool{}}
	p.Right, p.Bottom = gopdf.PageSizeA4.W-p.Left, gopdf.PageSizeA4.H-58
	p.fonts = []*face{all[traditional], all[simplified]}
	if about.Language == "zh-CN" {
		p.fonts = []*face{all[simplified], all[traditional]}
	}
	p.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4, Unit: gopdf.UnitPT})
	p.pdf.SetInfo(gopdf.PdfInfo{Title: about.Title, Author: about.Author, Creator: "ECRM", Producer: "ECRM"})
	p.Page()
	return p, nil
}

// Page begins a page.
func (p *Paper) Page() {
	p.pdf.AddPage()
	p.Y = p.Top
}

// Need begins a page where there is less room than that.
func (p *Paper) Need(height float64) {
	if p.Y+height > p.Bottom && p.Y > p.Top {
		p.Page()
	}
}

// glyph tells which font has a character and how wide it is.
func (p *Paper) glyph(r rune) (rune, *face, float64) {
	for _, f := range p.fonts {
		if w, ok := f.width(r); ok {
			return r, f, w
		}
	}
	if unicode.IsSpace(r) {
		r = ' '
	} else {
		r = unknown
	}
	w, _ := p.fonts[0].width(r)
	return r, p.fonts[0], w
}

// silent tells characters that leave no mark: joiners, marks of direction, controls.
func silent(r rune) bool {
	return r != '\n' && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef)
}

func printable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\t", " ")
	return strings.Map(func(r rune) rune {
		if silent(r) {
			return -1
		}
		return r
	}, s)
}

// Measure is how wide a text is at a size.
func (p *Paper) Measure(s string, size float64) float64 {
	at := 0.0
	for _, r := range printable(s) {
		_, _, w := p.glyph(r)
		at += w
	}
	return at * size
}

// Break breaks a text into lines no wider than a width.
func (p *Paper) Break(s string, size, width float64) []string {
	return broken(printable(s), width, func(r rune) float64 {
		_, _, w := p.glyph(r)
		return w * size
	})
}

// keep remembers the first thing that goes wrong.
func (p *Paper) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// Put writes one line with its top at y.
func (p *Paper) Put(x, y float64, s string, size float64, ink Colour) {
	var run []rune
	var with *face
	end := x
	flush := func() {
		if len(run) == 0 {
			return
		}
		if !p.used[with.name] {
			p.keep(p.pdf.AddTTFFontFromFontContainer(with.name, &container))
			p.used[with.name] = true
		}
		if p.now.font != with.name || p.now.size != size {
			p.keep(p.pdf.SetFont(with.name, "", size))
			p.now.font, p.now.size = with.name, size
		}
		p.pdf.SetTextColor(uint8(ink), uint8(ink), uint8(ink))
		p.pdf.SetXY(x, y+size*0.95) // the baseline
		if p.err == nil {
			p.keep(p.pdf.Text(string(run)))
		}
		run, x = run[:0], end
	}
	for _, r := range printable(s) {
		r, f, w := p.glyph(r)
		if f != with {
			flush()
			with = f
		}
		run = append(run, r)
		end += w * size
	}
	flush()
}

// PutRight writes one line that ends at x.
func (p *Paper) PutRight(x, y float64, s string, size float64, ink Colour) {
	p.Put(x-p.Measure(s, size), y, s, size, ink)
}

// Line draws a rule.
func (p *Paper) Line(x1, y1, x2, y2 float64, ink Colour) {
	p.pdf.SetLineWidth(0.6)
	p.pdf.SetStrokeColor(uint8(ink), uint8(ink), uint8(ink))
	p.pdf.Line(x1, y1, x2, y2)
}

// Fill paints a ground.
func (p *Paper) Fill(x, y, width, height float64, ink Colour) {
	p.pdf.SetFillColor(uint8(ink), uint8(ink), uint8(ink))
	p.pdf.RectFromUpperLeftWithStyle(x, y, width, height, "F")
}

// Picture puts a PNG, JPEG, GIF or WebP into a box, as large as it fits, and answers
// how wide it became: 0 for what is no picture.
func (p *Paper) Picture(content []byte, x, y, width, height float64) float64 {
	decoded, _, err := image.Decode(bytes.NewReader(content))
	if err != nil || decoded.Bounds().Empty() {
		return 0
	}
	b := decoded.Bounds()
	scale := min(width/float64(b.Dx()), height/float64(b.Dy()))
	size := gopdf.Rect{W: float64(b.Dx()) * scale, H: float64(b.Dy()) * scale}
	var plain bytes.Buffer
	if err := png.Encode(&plain, decoded); err != nil {
		return 0
	}
	holder, err := gopdf.ImageHolderByBytes(plain.Bytes())
	if err != nil {
		return 0
	}
	p.keep(p.pdf.ImageByHolder(holder, x, y, &size))
	return size.W
}

// Finish puts a foot on every page, which is told its number and how many there are,
// and answers the PDF.
func (p *Paper) Finish(foot func(page, pages int)) ([]byte, error) {
	pages := p.pdf.GetNumberOfPages()
	for page := 1; page <= pages; page++ {
		p.keep(p.pdf.SetPage(page))
		p.now.font = "" // each page has a font of its own in force
		foot(page, pages)
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.pdf.GetBytesPdfReturnErr()
}
