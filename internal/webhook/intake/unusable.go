package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"guanxi/internal/crm"
)

// Reason says why a delivery with a good signature was kept for a person to
// look at. The codes are public: docs/webhooks.md explains each.
type Reason string

const (
	Unreadable      Reason = "unreadable"           // not JSON, or not in the documented shape
	TopicMismatch   Reason = "topic_mismatch"       // the topic header does not fit the body
	WrongShop       Reason = "wrong_shop"           // the header names another shop than the connection
	NoID            Reason = "no_id"                // an order, refund or person without an id
	BadAmount       Reason = "bad_amount"           // an amount that is none, or below zero
	UnknownCurrency Reason = "unknown_currency"     // not an ISO 4217 code
	NoRate          Reason = "no_rate"              // the connection has no rate for the currency at that date
	BadDate         Reason = "bad_date"             // no date, or one before 1970
	FutureDate      Reason = "future_date"          // more than 24 hours ahead
	TooManyLines    Reason = "too_many_lines"       // more positions than an order can have here
	NamesNobody     Reason = "names_nobody"         // no account, e-mail or phone that could be used
	RefundExceeds   Reason = "refund_exceeds_order" // written and capped; a person looks why
	PrivacyRequest  Reason = "privacy_request"      // a compliance topic: a person has to act
)

// Unusable is a delivery as it came. Its body is personal data: the store
// keeps it sealed.
type Unusable struct {
	ID         string // the same for the same content, however often it is delivered
	Connection crm.ConnectionID
	Topic      string
	Delivery   string // the platform's name of the delivery
	Reason     Reason
	Body       []byte
}

// UnusableID names a delivery by its content, because a header like the
// delivery's id is not signed.
func UnusableID(c crm.ConnectionID, topic string, body []byte) string {
	h := sha256.New()
	for _, part := range []string{string(c), topic} { // length-tagged, so that joins can't collide
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
