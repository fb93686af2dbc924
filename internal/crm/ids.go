package crm

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Ids are a prefix, an underscore and a UUIDv7 without dashes, so that they
// sort by the time they were made: "cus_0190163d8694739b9c5f1e2d3a4b5c6d".
type (
	CustomerID    string
	InteractionID string
	StoreID       string // chosen by the retailer, e.g. "sh-001"
	ConnectionID  string // chosen by the retailer, e.g. "shopify-cn"
	Subject       string // the `sub` of a token: a person or a program
)

// OrderKey names an order across all shops: platforms number their orders
// each for itself. Orders written through our own API have the connection
// APIConnection.
type OrderKey struct {
	Connection ConnectionID `json:"connection"`
	ID         string       `json:"id"`
}

// RefundKey names a refund; refunds are united by it, however often and in
// whatever payload they are delivered.
type RefundKey struct {
	Order OrderKey `json:"order"`
	ID    string   `json:"id"`
}

// APIConnection is the connection of what is written through the API.
const APIConnection ConnectionID = "api"

func NewCustomerID(at time.Time) CustomerID { return CustomerID(NewID("cus", at)) }

// NewID makes an id from the event's time: a library's UUIDv7 would read the
// machine's clock, and a retried event would then not repeat itself.
func NewID(prefix string, at time.Time) string {
	var id [16]byte
	rand.Read(id[:]) // never fails since Go 1.24
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return prefix + "_" + hex.EncodeToString(id[:])
}

// ParseID accepts exactly what NewID makes with the prefix.
func ParseID(prefix, s string) error {
	digits, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(digits) != 32 || strings.ToLower(digits) != digits {
		return fmt.Errorf("not a %s_… id", prefix)
	}
	if _, err := hex.DecodeString(digits); err != nil {
		return fmt.Errorf("not a %s_… id", prefix)
	}
	return nil
}
