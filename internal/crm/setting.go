package crm

import "slices"

// Staff is a person or program that may call us. The token proves the subject;
// role and stores come from this item alone.
type Staff struct {
	Subject Subject   `json:"subject"`
	Name    string    `json:"name"`
	Role    string    `json:"role"`             // exactly one; api's table knows them
	Stores  []StoreID `json:"stores,omitempty"` // the scope of roles that are bound to stores
	Active  bool      `json:"active"`
}

// Store is a shop, or a mall on the web.
type Store struct {
	ID      StoreID `json:"id"`
	Name    string  `json:"name"`
	Manager Subject `json:"manager,omitempty"` // owner of warnings nobody else owns
}

// Connection is a platform or till that sends us webhooks.
type Connection struct {
	ID       ConnectionID `json:"id"`
	Platform string       `json:"platform"`        // "shopify", "generic"
	Shop     string       `json:"shop,omitempty"`  // the platform's name of the shop, e.g. its domain
	Secrets  []string     `json:"secrets"`         // several while rotating; kept sealed
	Store    StoreID      `json:"store,omitempty"` // where its orders are booked …
	Channel  Channel      `json:"channel"`
	Region   string       `json:"region,omitempty"` // ISO 3166 country of phones without a prefix
	Rates    []DatedRate  `json:"rates,omitempty"`
	Active   bool         `json:"active"`
	// … but those that the platform books at one of these locations
	Locations map[string]StoreID `json:"locations,omitempty"`
}

// DatedRate is what one unit of a currency is worth in the base currency from
// a date on, as people quote it ("7.2").
type DatedRate struct {
	Currency string `json:"currency" example:"USD"`
	From     Date   `json:"from"`
	Rate     string `json:"rate" example:"7.2"`
}

// RateOn is the rate in force on the date: the one with the latest start. The
// base currency itself is at par. False: there is none.
func (c Connection) RateOn(currency, base string, on Date) (Rate, bool) {
	if currency == base {
		return Par, true
	}
	inForce := slices.DeleteFunc(slices.Clone(c.Rates), func(r DatedRate) bool { return r.Currency != currency || r.From > on })
	if len(inForce) == 0 {
		return 0, false
	}
	latest := slices.MaxFunc(inForce, func(a, b DatedRate) int { return int(a.From - b.From) })
	rate, err := ParseRate(latest.Rate, currency, base)
	return rate, err == nil
}

// Reach says who may see a customer: the staff of the stores where they are at
// home, bought or checked in, and their owner.
type Reach struct {
	Stores []StoreID
	Owner  Subject
}
