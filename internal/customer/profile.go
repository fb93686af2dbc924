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
	Industry   string         `json:"industry,omitempty"`   // of an organisation, ≤ 100 characters
	Size       Size           `json:"size,omitempty"`       // of an organisation

	Interests   []string `json:"interests,omitempty"`   // what they like; ≤ 50, each ≤ 40 characters and once
	Preferences []string `json:"preferences,omitempty"` // how they like to be served; likewise
	Tags        []string `json:"tags,omitempty"`        // what we call them; likewise

	Owner     crm.Subject   `json:"owner,omitempty"` // the member of staff who looks after them
	Team      []crm.Subject `json:"team,omitempty"`  // who else serves a strategic customer; ≤ 20
	HomeStore crm.StoreID   `json:"home_store,omitempty"`
	Source    crm.Channel   `json:"source,omitempty"` // where we met first

	Consents []Consent      `json:"consents,omitempty"` // one word for each channel and purpose
	Custom   map[string]any `json:"custom,omitempty"`   // values of the retailer's own fields that are not sensitive

	Private

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	// Revision names this state of the profile: the ETag. Every write replaces it.
	Revision Revision `json:"-"`
	// Stated is the version of the newest statement about each field that
	// several sources state; a field that is not in it yields to any statement.
	Stated map[Field]crm.Version `json:"-"`
}

// UndoFor is how long after it a deletion can be undone.
const UndoFor = 30 * 24 * time.Hour

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

	IncomeBand string         `json:"income_band,omitempty"` // a code of the retailer's: "200k-500k"
	Comment    string         `json:"comment,omitempty"`     // ≤ 2,000 characters, lines allowed
	Colleagues []Colleague    `json:"colleagues,omitempty"`  // whom we know at an organisation; ≤ 30
	Sensitive  map[string]any `json:"custom,omitempty"`      // values of the retailer's own fields that are sensitive
}

// Size is how many people work for an organisation.
type Size string

const (
	Micro  Size = "1-9"
	Small  Size = "10-49"
	Medium Size = "50-249"
	Large  Size = "250+"
)

// Colleague is somebody at an organisation. Their phone and e-mail recognise
// nobody: one accountant may answer for several firms.
type Colleague struct {
	Name  string `json:"name"`
	Role  string `json:"role,omitempty"`
	Phone string `json:"phone,omitempty"` // E.164
	Email string `json:"email,omitempty"` // lower case
}

// Contact is a further contact point: a phone, an e-mail address, an account at
// a social network. Those of the kinds "phone" and "email" are normalised like
// the first ones and recognise the customer as well.
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

// NewRevision names the state that a write at that time makes.
func NewRevision(at time.Time) Revision { return Revision(crm.NewID("rev", at)) }
