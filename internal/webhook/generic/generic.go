// Package generic takes deliveries of any shop or till that signs by Standard
// Webhooks 1.0 and writes our own documented body (docs/webhooks.md).
//
// Its signature covers a timestamp, which is held against the machine's clock
// (five minutes to either side): it is a guard against the outside and thus the
// one place where the event's time is not asked.
package generic

import (
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Platform is any sender of our own format.
type Platform struct{}

// Sign sets the three headers of Standard Webhooks.
func Sign(h http.Header, id string, at time.Time, body []byte, secret string) error {
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	signature, err := signer.Sign(id, at, body)
	if err != nil {
		return err
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// Verify tries every secret that passes at present.
func (Platform) Verify(h http.Header, body []byte, secrets []string) bool {
	fits := false
	for _, secret := range secrets {
		if verifier, err := standardwebhooks.NewWebhook(secret); err == nil && verifier.Verify(body, h) == nil {
			fits = true
		}
	}
	return fits
}
