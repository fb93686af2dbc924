package crm

import "time"

// OrderState is how far an order has come. A source may deliver its states in
// any order; Rank decides between two with the same time.
type OrderState string

const (
	OrderOpen      OrderState = "open"
	OrderPaid      OrderState = "paid"
	OrderFulfilled OrderState = "fulfilled"
	OrderCancelled OrderState = "cancelled"
	OrderDeleted   OrderState = "deleted" // absorbing: nothing comes after it
)

// Rank orders the states; 0 for a state that there is not.
func (s OrderState) Rank() int {
	switch s {
	case OrderOpen:
		return 1
	case OrderPaid:
		return 2
	case OrderFulfilled:
		return 3
	case OrderCancelled:
		return 4
	case OrderDeleted:
		return 5
	}
	return 0
}

// Counts tells whether an order in this state is a purchase.
func (s OrderState) Counts() bool { return s != OrderCancelled && s != OrderDeleted }

// Order is one purchase as its source states it. Its refunds are facts of
// their own (Refund): they may come before it.
type Order struct {
	Key      OrderKey   `json:"key"`
	Customer CustomerID `json:"customer"`
	PlacedAt time.Time  `json:"placed_at"`
	State    OrderState `json:"state"`
	Store    StoreID    `json:"store,omitempty"`
	Channel  Channel    `json:"channel"`
	Total    Money      `json:"total"`
	Rate     Rate       `json:"rate"` // to the deployment's base currency, as of PlacedAt
	Lines    []Line     `json:"lines,omitempty"`
	Version  Version    `json:"-"`
	Origin   Origin     `json:"-"`
}

// Line is one position of an order; Amount is for the whole line.
type Line struct {
	Product  string `json:"product"`
	Title    string `json:"title,omitempty"`
	Category string `json:"category,omitempty"`
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount"` // minor units, in the order's currency
}

// Refund gives back a part of an order, in the order's currency. It counts at
// the order's own date and rate.
type Refund struct {
	Key     RefundKey `json:"key"`
	At      time.Time `json:"at"`
	Amount  Money     `json:"amount"`
	Version Version   `json:"-"`
	Origin  Origin    `json:"-"`
}
