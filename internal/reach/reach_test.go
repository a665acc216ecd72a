package reach

import (
	"fmt"
	"image"
	"image/color"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// paint draws the dark runs of a code, as a browser would, eight pixels a module.
func paint(t *testing.T, svg []byte) image.Image {
	t.Helper()
	var side int
	if _, err := fmt.Sscanf(regexp.MustCompile(`viewBox="0 0 (\d+)`).FindStringSubmatch(string(svg))[1], "%d", &side); err != nil {
		t.Fatal(err)
	}
	const scale = 8
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllStringSubmatch(string(svg), -1) {
		var x, y, wide int
		if _, err := fmt.Sscan(strings.Join(run[1:], " "), &x, &y, &wide); err != nil {
			t.Fatal(err)
		}
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+wide)*scale; px++ {
				picture.Set(px, py, color.Black)
			}
		}
	}
	return picture
}

func TestCodeIsReadAsWhatItSays(t *testing.T) {
	for _, text := range []string{"http://192.168.1.20:8080", "https://192.168.100.200:8443/ca.crt", "https://crm.example.com.tw", "https://[2001:db8::1]:8443"} {
		svg, err := Code(text)
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(paint(t, svg))
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || read.GetText() != text {
			t.Errorf("%s is read as %v, %v", text, read, err)
		}
	}
	if _, err := Code(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text too long for a code was drawn")
	}
}

func TestAddressesArePeoplesWayIn(t *testing.T) {
	p := Point{Secure: true}
	var found []netip.Addr
	for _, text := range []string{"fe80::1", "203.0.113.7", "127.0.0.1", "192.168.1.20", "2001:db8::1", "169.254.3.4", "10.0.0.5"} {
		found = append(found, netip.MustParseAddr(text))
	}
	if list := p.written(found, 8443); !slices.Equal(list, []string{"https://192.168.1.20:8443", "https://10.0.0.5:8443", "https://203.0.113.7:8443"}) {
		t.Error(list)
	}
	if list := p.written(found[4:5], 8443); !slices.Equal(list, []string{"https://[2001:db8::1]:8443"}) {
		t.Error(list)
	}
	alone := Point{Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}}
	if !alone.Alone() || alone.Addresses() != nil {
		t.Errorf("loopback: %v", alone.Addresses())
	}
	one := Point{Addr: &net.TCPAddr{IP: net.IPv4(192, 168, 1, 20), Port: 80}}
	if one.Alone() || !slices.Equal(one.Addresses(), []string{"http://192.168.1.20:80"}) {
		t.Errorf("one address: %v", one.Addresses())
	}
}
