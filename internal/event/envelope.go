// Package event is the wire format of our messages. A message says whom to
// look at and why, never what happened: whoever is woken reads. So messages
// hold ids only, equal ones merge, and a dead-letter queue leaks nothing.
//
// Queues outlive deployments: a new field is added, none is renamed, and the
// golden files in testdata are read for ever.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guanxi/internal/crm"
)

// Kind is what the message asks for.
type Kind string

const (
	Wake    Kind = "wake"    // look at the customer: facts were written, or the review is due
	Changed Kind = "changed" // the customer's decision changed
	Due     Kind = "due"     // a timer of the customer's has come
	Segment Kind = "segment" // review one segment of the base
)

const version = 1

// Envelope is one message.
type Envelope struct {
	Version  int            `json:"v"`
	Kind     Kind           `json:"kind"`
	Customer crm.CustomerID `json:"customer,omitempty"`
	Cause    string         `json:"cause,omitempty"` // the key of the fact, or "review"
	Trace    string         `json:"trace,omitempty"`
	Timer    string         `json:"timer,omitempty"`    // for Due: the id to claim
	Ref      string         `json:"ref,omitempty"`      // for Due: what it is about, where that is no customer
	Segment  int            `json:"segment,omitempty"`  // for Segment: this one …
	Segments int            `json:"segments,omitempty"` // … of so many
	AsOf     time.Time      `json:"as_of,omitzero"`     // for Segment: the review's date
}

// Marshal writes an envelope with the present version.
func Marshal(e Envelope) ([]byte, error) {
	e.Version = version
	return json.Marshal(e)
}

// Unmarshal reads an envelope of any version there has been.
func Unmarshal(b []byte) (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return Envelope{}, fmt.Errorf("envelope: %w", err)
	}
	if e.Version != version {
		return Envelope{}, fmt.Errorf("envelope: unknown version %d", e.Version)
	}
	switch e.Kind {
	case Due:
		if e.Timer == "" {
			return Envelope{}, errors.New("envelope: no timer")
		}
		if e.Customer == "" && e.Ref != "" {
			break
		}
		fallthrough
	case Wake, Changed:
		if err := crm.ParseID("cus", string(e.Customer)); err != nil {
			return Envelope{}, fmt.Errorf("envelope: customer: %w", err)
		}
	case Segment:
		if e.Segments < 1 || e.Segment < 0 || e.Segment >= e.Segments {
			return Envelope{}, fmt.Errorf("envelope: segment %d of %d", e.Segment, e.Segments)
		}
		if e.AsOf.IsZero() {
			return Envelope{}, errors.New("envelope: no as_of")
		}
	default:
		return Envelope{}, fmt.Errorf("envelope: unknown kind %q", e.Kind)
	}
	return e, nil
}
