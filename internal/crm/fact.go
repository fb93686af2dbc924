package crm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// A fact is something that happened to a customer. It is written once, guarded
// by its version, and only its own source amends it.

// Version orders the statements that a source makes about one fact: by the
// source's own time of change, then by the rank of the state (timestamps tie
// within a second), then by the payload's hash, so that any two different
// statements have an order that everybody finds alike. Versions compare as
// strings; the zero Version is older than all.
type Version string

// NewVersion is the version of a statement: its source's time of change, the
// rank of the state, and the payload that stated it.
func NewVersion(updatedAt time.Time, rank int, payload []byte) Version {
	sum := sha256.Sum256(payload)
	return Version(fmt.Sprintf("%s|%02d|%s", updatedAt.UTC().Format("2006-01-02T15:04:05.000000Z"), rank, hex.EncodeToString(sum[:8])))
}

// Origin is how a fact came to us. Machines are audited by it.
type Origin struct {
	Source     string    `json:"source"`             // "shopify/shopify-cn", "api/<subject>"
	Delivery   string    `json:"delivery,omitempty"` // the source's name of the delivery
	Trace      string    `json:"trace,omitempty"`    // carried over every hop
	RecordedAt time.Time `json:"recorded_at"`        // the time of the event that brought it
}

// Channel is where something happened.
type Channel string

const (
	ChannelOnline   Channel = "online"
	ChannelPOS      Channel = "pos"
	ChannelPhone    Channel = "phone"
	ChannelEmail    Channel = "email"
	ChannelSocial   Channel = "social"
	ChannelChat     Channel = "chat"
	ChannelVisit    Channel = "visit"
	ChannelPageView Channel = "page_view"
	ChannelLogin    Channel = "login"
	ChannelCart     Channel = "cart"
	ChannelDevice   Channel = "device"
)
