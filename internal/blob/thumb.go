package blob

import (
	"bytes"
	"errors"
	"image"
	_ "image/gif" // a picture that browsers show
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a picture that browsers show

	"ecrm/internal/durable"
)

// thumbs is the folder of small pictures; they can be made again.
const thumbs = "thumbs"

// Sizes are the longest sides in which pictures are made small.
var Sizes = []int{96, 320, 1600}

// maxPixels is the largest picture that is decoded: a few kilobytes may claim a
// billion.
const maxPixels = 50_000_000

// ErrNoPicture is answered for what cannot be made small.
var ErrNoPicture = errors.New("this is no picture that can be made small")

// Shown tells whether content of a type is a picture that a browser may show in
// place: it holds no script.
func Shown(kind string) bool {
	return slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind)
}

// measure reads the size of a picture as it is seen, 0 for what is none or is
// too large to be made small.
func measure(path string) (int, int) {
	file, err := os.Open(path) //nolint:gosec // a name this package made
	if err != nil {
		return 0, 0
	}
	defer func() { _ = file.Close() }()
	c, err := config(file)
	if err != nil {
		return 0, 0
	}
	if turned(orientation(file)) {
		return c.Height, c.Width
	}
	return c.Width, c.Height
}

func config(file io.ReadSeeker) (image.Config, error) {
	c, _, err := image.DecodeConfig(file)
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > math.MaxInt32 || c.Height > maxPixels/c.Width {
		return c, ErrNoPicture
	}
	_, err = file.Seek(0, io.SeekStart)
	return c, err
}

// Thumb opens a picture made small: no side is longer than one of Sizes.
func (f *Folder) Thumb(sum string, size int) (*os.File, error) {
	if !sumForm.MatchString(sum) || !slices.Contains(Sizes, size) {
		return nil, ErrNoPicture
	}
	path := f.thumb(sum, size)
	if file, err := os.Open(path); err == nil { //nolint:gosec // neither part has a path in it
		return file, nil
	}
	f.drawing <- struct{}{}
	defer func() { <-f.drawing }()
	if file, err := os.Open(path); err == nil { //nolint:gosec // as above
		return file, nil
	}
	if err := f.draw(sum, path, size); err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // as above
}

func (f *Folder) thumb(sum string, size int) string {
	return filepath.Join(f.dir, thumbs, sum+"-"+strconv.Itoa(size))
}

func (f *Folder) forgetThumbs(sum string) {
	for _, size := range Sizes {
		_ = os.Remove(f.thumb(sum, size))
	}
}

func (f *Folder) draw(sum, path string, size int) error {
	file, err := f.Open(sum)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if _, err := config(file); err != nil {
		return err
	}
	turn := orientation(file)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	whole, _, err := image.Decode(file)
	if err != nil {
		return ErrNoPicture
	}
	out, err := os.CreateTemp(filepath.Join(f.dir, thumbs), "draw-*"+partial)
	if err != nil {
		return err
	}
	small := turnBy(shrink(whole, size), turn)
	if small.Opaque() {
		err = jpeg.Encode(out, small, &jpeg.Options{Quality: 82})
	} else {
		err = png.Encode(out, small)
	}
	if err == nil {
		err = durable.Commit(out, path) // synced, else a power cut leaves an empty picture for good
	} else {
		err = errors.Join(err, out.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return err
}

func shrink(whole image.Image, size int) *image.RGBA {
	b := whole.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > size {
		w, h = max(1, w*size/longest), max(1, h*size/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler := draw.Scaler(draw.CatmullRom)
	if b.Dx()*b.Dy() > 4_000_000 {
		scaler = draw.ApproxBiLinear // a phone's photo in tenths of a second
	}
	scaler.Scale(small, small.Bounds(), whole, b, draw.Src, nil)
	return small
}

// IsPicture tells whether content is a picture that can be shown, and small.
func IsPicture(content []byte) bool {
	if !Shown(kind(content[:min(len(content), 512)], "")) {
		return false
	}
	_, err := config(bytes.NewReader(content))
	return err == nil
}
