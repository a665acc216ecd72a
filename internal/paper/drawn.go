package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Line is one line of a picture: where its baseline begins and how high its letters
// are, in pixels.
type Line struct {
	X, Y int
	Size float64
	Text string
}

// Drawn writes lines on white, as a PNG; a character that the font of the language has
// not is left out.
func Drawn(language string, width, height int, lines []Line) ([]byte, error) {
	all, err := faces()
	if err != nil {
		return nil, err
	}
	script := all[traditional]
	if language == "zh-CN" {
		script = all[simplified]
	}
	img := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for _, line := range lines {
		face, err := opentype.NewFace(script.font, &opentype.FaceOptions{Size: line.Size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, err
		}
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{Y: 40}), Face: face, Dot: fixed.P(line.X, line.Y)}
		d.DrawString(line.Text)
		if err := face.Close(); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}
