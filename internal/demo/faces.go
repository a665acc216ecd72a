package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"

	"ecrm/internal/local"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// What is made up here has a source of chance of its own, so that the rest of the
// company stays the same without it.

// birthday makes up a birthday, "" for somebody whose is not known: by the moon for
// many where people keep it so, and often without the year.
func (m *maker) birthday() string {
	r := m.faces
	if r.IntN(100) >= 60 {
		return ""
	}
	b := local.Birthday{Year: m.now.Year() - 24 - r.IntN(40), Month: 1 + r.IntN(12), Day: 1 + r.IntN(28)}
	b.Lunar = m.locale.space == "" && r.IntN(100) < 30
	if r.IntN(100) < 35 {
		b.Year = 0
	}
	return b.String()
}

const (
	// logosMost is how many logos are made: each is a file of its own.
	logosMost = 60
	// logoSide is the length of a logo's sides, in points.
	logoSide = 96
)

// logo makes up the logo of one in four customers, while there are few.
func (m *maker) logo() []byte {
	r := m.faces
	if m.Files == nil || m.logos >= logosMost || r.IntN(4) > 0 {
		return nil
	}
	m.logos++
	return drawn(r)
}

// drawn is a picture of some plain forms in two colours.
func drawn(r *rand.Rand) []byte {
	back := color.RGBA{uint8(20 + r.IntN(110)), uint8(40 + r.IntN(110)), uint8(60 + r.IntN(120)), 255}
	front := color.RGBA{255, uint8(200 + r.IntN(56)), uint8(150 + r.IntN(106)), 255}
	img := image.NewPaletted(image.Rect(0, 0, logoSide, logoSide), color.Palette{back, front})
	unit := logoSide / 8
	for range 3 + r.IntN(3) {
		x, y, w, h := (1+r.IntN(3))*unit, (1+r.IntN(5))*unit, (1+r.IntN(2))*unit, (1+r.IntN(2))*unit
		// On both sides alike, as logos are.
		for _, left := range []int{x, logoSide - x - w} {
			draw.Draw(img, image.Rect(left, y, left+w, min(y+h, logoSide-unit)), image.NewUniform(front), image.Point{}, draw.Src)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil // into memory: it cannot be
	}
	return b.Bytes()
}

// keep puts a picture where files lie and answers the value of a field that shows
// it.
func (m *maker) keep(ctx context.Context, u *record.Unit, a *policy.Actor, f *schema.Field, picture []byte) ([]any, error) {
	up, err := m.Files.Take(bytes.NewReader(picture), "")
	if err != nil {
		return nil, fmt.Errorf("make up a picture: %w", err)
	}
	defer up.Close()
	file, err := u.AddFile(ctx, a, record.File{Sum: up.Sum, FileRef: schema.FileRef{Name: f.Name + ".png", Size: up.Size, Type: up.Type, Width: up.Width, Height: up.Height}})
	if err != nil {
		return nil, fmt.Errorf("make up a picture: %w", err)
	}
	return f.Kind().Parse(f, []schema.FileRef{file.FileRef})
}
