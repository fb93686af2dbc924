// Package shopify knows how Shopify signs its webhooks and what they mean, as
// its documentation of webhooks and of the REST Admin resources Order, Refund
// and Customer states them.
//
// Shopify signs the body only. Its headers are hints: the topic has to fit the
// body's shape, or a captured body could be replayed as something else.
package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// The headers of a delivery.
const (
	HeaderSignature = "X-Shopify-Hmac-Sha256"
	HeaderTopic     = "X-Shopify-Topic"
	HeaderShop      = "X-Shopify-Shop-Domain"
	HeaderEvent     = "X-Shopify-Event-Id"
	HeaderWebhook   = "X-Shopify-Webhook-Id"
)

// Platform is Shopify.
type Platform struct{}

// Sign gives the signature of a body: base64 of HMAC-SHA256 under the app's
// client secret.
func Sign(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify compares in constant time, and with every secret, so that the time
// tells neither how much nor which one fitted.
func (Platform) Verify(h http.Header, body []byte, secrets []string) bool {
	given := []byte(h.Get(HeaderSignature))
	fits := false
	for _, secret := range secrets {
		if hmac.Equal(given, []byte(Sign(body, secret))) {
			fits = true
		}
	}
	return fits
}
