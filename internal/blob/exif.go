package blob

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// orientation reads from a JPEG how its camera was held: 1 to 8, 1 when nothing
// says so.
func orientation(r io.ReadSeeker) int {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 1
	}
	head := make([]byte, 128<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 {
		return 1
	}
	head = head[:n]
	if !bytes.HasPrefix(head, []byte{0xFF, 0xD8}) {
		return 1
	}
	for at := 2; at+4 <= len(head) && head[at] == 0xFF; {
		marker, size := head[at+1], int(binary.BigEndian.Uint16(head[at+2:]))
		if marker == 0xDA || size < 2 || at+2+size > len(head) {
			return 1
		}
		if block := head[at+4 : at+2+size]; marker == 0xE1 && bytes.HasPrefix(block, []byte("Exif\x00\x00")) {
			return inTIFF(block[6:])
		}
		at += 2 + size
	}
	return 1
}

func inTIFF(b []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(b, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(b) < 8 {
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	entries := int64(order.Uint16(b[at:]))
	for i := range entries {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(b)) {
			return 1
		}
		if order.Uint16(b[entry:]) == 0x0112 {
			if v := int(order.Uint16(b[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

func turned(orientation int) bool { return orientation >= 5 }

// turnBy shows a picture the way its camera was held.
func turnBy(in *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	ow, oh := w, h
	if turned(orientation) {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			out.SetRGBA(x, y, in.RGBAAt(sx, sy))
		}
	}
	return out
}
