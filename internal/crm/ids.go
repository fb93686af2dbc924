package crm

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Ids that we make are a prefix, an underscore and a UUIDv7 without dashes, so
// that they sort by the time they were made; others are chosen by the retailer.
type (
	// CustomerID names a customer: "cus_0190163d8694739b9c5f1e2d3a4b5c6d".
	CustomerID string
	// InteractionID names a contact.
	InteractionID string
	// StoreID names a store, as the retailer does: "sh-001".
	StoreID string
	// ConnectionID names a connected shop, as the retailer does: "shopify-cn".
	ConnectionID string
	// SegmentID names a segment, as who defined it does: "lapsing-gold".
	SegmentID string
	// Subject is the `sub` of a token: a person or a program.
	Subject string
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

// Nobody stands for whoever buys in a store on a date and leaves no name: they
// hold their orders' addresses like customers, but are none. In an Order they
// are the empty CustomerID.
func Nobody(store StoreID, on Date) CustomerID {
	return CustomerID(nobody + on.String() + "_" + string(store))
}

// IsNobody tells whether the id was made by Nobody.
func (id CustomerID) IsNobody() bool { return strings.HasPrefix(string(id), nobody) }

const nobody = "nobody_"

// NewCustomerID makes the id of somebody who is new at that time.
func NewCustomerID(at time.Time) CustomerID { return CustomerID(NewID("cus", at)) }

// NewID makes an id from the event's time: a library's UUIDv7 would read the
// machine's clock, and a retried event would then not repeat itself.
func NewID(prefix string, at time.Time) string {
	var id [16]byte
	rand.Read(id[:]) // never fails since Go 1.24
	return idOf(prefix, at, id, 7)
}

// NamedID makes the id of something that its source has named: the same names
// at the same time give the same id (a UUIDv8, RFC 9562).
func NamedID(prefix string, at time.Time, names ...string) string {
	h := sha256.New()
	for _, name := range names { // length-tagged, so that joins can't collide
		fmt.Fprintf(h, "%d:%s", len(name), name)
	}
	return idOf(prefix, at, [16]byte(h.Sum(nil)), 8)
}

func idOf(prefix string, at time.Time, id [16]byte, version byte) string {
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | version<<4
	id[8] = id[8]&0x3f | 0x80
	return prefix + "_" + hex.EncodeToString(id[:])
}

// TimeOf is the time that an id was made for, in whole milliseconds; the zero
// time of what is no id.
func TimeOf(id string) time.Time {
	_, digits, _ := strings.Cut(id, "_")
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != 16 {
		return time.Time{}
	}
	var ms int64
	for _, b := range raw[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
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
