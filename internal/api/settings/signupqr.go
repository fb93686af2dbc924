package settings

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/qr"
)

// drawn is a picture.
type drawn struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// registerSignUpQR adds the picture that hangs in a store: scanned, it opens the
// page on which people sign up there.
func (l leaf) registerSignUpQR(a *api.API) {
	picture := operation("read-sign-up-qr", http.MethodGet, "/v1/stores/{id}/sign-up-qr", "The QR code that leads to a store's sign-up page")
	picture.Responses = map[string]*huma.Response{"200": {Description: "A PNG, for print", Content: map[string]*huma.MediaType{
		"image/png": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	api.Register(a, picture, func(ctx context.Context, in *struct {
		StorePath
		api.Reached
	}) (*drawn, error) {
		if _, err := l.settings.ReadStore(ctx, in.ID); err != nil {
			return nil, err
		}
		png, err := qr.PNG(in.Link("/v1/sign-up/" + string(in.ID)))
		return &drawn{"image/png", png}, err
	})
}
