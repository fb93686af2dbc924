package qr_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/qr"
)

func TestALinkBecomesASquareImage(t *testing.T) {
	drawn, err := qr.PNG("https://abc123.execute-api.cn-north-1.amazonaws.com.cn/v1/responses/" + strings.Repeat("x", 65))
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	const quiet, modules, scale = 4, 49, 8 // version 8 holds 152 bytes at M
	if size := image.Bounds().Size(); size.X != size.Y || size.X != (modules+2*quiet)*scale {
		t.Errorf("the image is %v", size)
	}
	dark := func(x, y int) bool { r, _, _, _ := image.At(x, y).RGBA(); return r == 0 }
	if dark(0, 0) || !dark(quiet*scale, quiet*scale) {
		t.Error("no finder pattern after the quiet zone")
	}
}

func TestATextThatFitsNoCode(t *testing.T) {
	if _, err := qr.PNG(strings.Repeat("x", 4000)); crm.KindOf(err) != crm.Invalid {
		t.Errorf("4,000 bytes: %v", err)
	}
}
