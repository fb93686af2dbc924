// Package customer says what we know about a person or an organisation, which
// of it is private, by which keys they are recognised, and how statements
// about them from several sources join into one profile.
package customer

import (
	"time"

	"guanxi/internal/crm"
)

// Kind tells people from organisations.
type Kind string

const (
	Person       Kind = "person"
	Organisation Kind = "organisation"
)

// Sex as the customer told us; empty while unknown. It is asked, never guessed.
type Sex string

const (
	Female Sex = "female"
	Male   Sex = "male"
	Other  Sex = "other"
)

// Profile is what we know about one customer. What stands in Private lies
// sealed in the store and is masked for roles that don't need it; the rest is
// clear.
type Profile struct {
	ID         crm.CustomerID `json:"id"`
	Kind       Kind           `json:"kind"`
	Name       string         `json:"name,omitempty"`       // without salutation, ≤ 200 characters
	Salutation string         `json:"salutation,omitempty"` // "先生", "Dr", ≤ 40 characters
	Sex        Sex            `json:"sex,omitempty"`
	Occupation string         `json:"occupation,omitempty"` // ≤ 100 characters
	Tags       []string       `json:"tags,omitempty"`       // ≤ 50, each ≤ 40 characters and once
	Owner      crm.Subject    `json:"owner,omitempty"`      // the member of staff who looks after them
	HomeStore  crm.StoreID    `json:"home_store,omitempty"`
	Source     crm.Channel    `json:"source,omitempty"` // where we met first

	Private

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	// Revision names this state of the profile: the ETag. Every write replaces it.
	Revision Revision `json:"-"`
	// Stated is the version of the newest statement about each field that
	// several sources state; a field that is not in it yields to any statement.
	Stated map[Field]crm.Version `json:"-"`
}

// Private is the sealed part of a profile: contact data and what identifies.
// Its JSON is also the form in which it is sealed.
type Private struct {
	Phone     string     `json:"phone,omitempty"` // E.164
	Email     string     `json:"email,omitempty"` // lower case
	Contacts  []Contact  `json:"contacts,omitempty"`
	Address   *Address   `json:"address,omitempty"`
	Birthday  string     `json:"birthday,omitempty"` // "1988-05-17", or "--05-17" where the year is unknown
	Platforms []Platform `json:"platforms,omitempty"`
	Cards     []string   `json:"cards,omitempty"` // membership cards
}

// Contact is a further contact point. Those of the kinds "phone" and "email"
// are normalised like the first ones and recognise the customer as well.
type Contact struct {
	Kind  string `json:"kind"` // "phone", "email", "wechat", …: lower-case letters
	Value string `json:"value"`
}

// Address is a postal address as people write it.
type Address struct {
	Country  string   `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Province string   `json:"province,omitempty"`
	City     string   `json:"city,omitempty"`
	Postcode string   `json:"postcode,omitempty"`
	Lines    []string `json:"lines,omitempty"` // street and number, most general first
}

// Platform is the customer's account at a connected shop.
type Platform struct {
	Connection crm.ConnectionID `json:"connection"`
	ID         string           `json:"id"`
}

// Revision is opaque: it is compared for equality and says nothing else. It is
// no hash of the content, which would tell who knows the ETag what changed back.
type Revision string

func NewRevision(at time.Time) Revision { return Revision(crm.NewID("rev", at)) }
