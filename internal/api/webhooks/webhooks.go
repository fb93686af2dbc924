// Package webhooks describes the operation that connected shops call. What it
// does with a delivery is the business of package webhook: the signature covers
// the raw bytes, so the handler gets the request as it is.
package webhooks

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
)

// Register adds the operation; receive does the work.
func Register(a *api.API, receive http.Handler) {
	text := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	api.Mount(a, huma.Operation{
		OperationID: "receive-webhook",
		Method:      http.MethodPost,
		Path:        "/v1/webhooks/{platform}/{connection}",
		Summary:     "Receive a signed delivery of a connected shop",
		Description: "Not for people: the platform calls it, and its signature is the proof. A delivery that can't be used is kept for review and answered 200, so that the shop does not repeat it for ever. At most 1 MiB.",
		Tags:        []string{"webhooks"},
		Parameters: []*huma.Param{text("platform", "shopify or generic"),
			text("connection", "The connection's id, as it was put under /v1/connections.")},
		RequestBody: &huma.RequestBody{Required: true, Description: "The delivery as the platform signs it.",
			Content: map[string]*huma.MediaType{"application/json": {
				Schema:  &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true},
				Example: map[string]any{"type": "order.stated", "data": map[string]string{"id": "T-17", "state": "paid"}}}}},
		Responses: map[string]*huma.Response{"200": {Description: "Received; status says what became of it", Content: map[string]*huma.MediaType{"application/json": {
			Schema:  &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"status": {Type: huma.TypeString}, "reason": {Type: huma.TypeString}}},
			Example: map[string]string{"status": "kept_for_review", "reason": "unknown_currency"}}}}},
		Errors: []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable},
	}, receive)
}
