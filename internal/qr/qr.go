// Package qr draws links as QR codes, for screens and for print.
package qr

import (
	"rsc.io/qr"

	"guanxi/internal/crm"
)

// PNG is a text, at most about 2,000 bytes, as a black and white image with its
// quiet zone, eight pixels a module. Error correction M: it bears 15 % of dirt.
func PNG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, &crm.Error{Op: "qr.PNG", Kind: crm.Invalid, Detail: "too long for a QR code", Err: err}
	}
	return code.PNG(), nil
}
