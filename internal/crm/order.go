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
// their own (Refund): they may come before it. Amounts are minor units of the
// currency of Total, which is what the customer paid.
type Order struct {
	Key      OrderKey   `json:"key"`
	Customer CustomerID `json:"customer"` // empty: nobody left a name
	PlacedAt time.Time  `json:"placed_at"`
	State    OrderState `json:"state"`
	Store    StoreID    `json:"store,omitempty"`
	Channel  Channel    `json:"channel"`
	Total    Money      `json:"total"`
	Rate     Rate       `json:"rate"`               // to the deployment's base currency, as of PlacedAt
	Discount int64      `json:"discount,omitempty"` // off the whole order, beside what is off its lines
	Tax      int64      `json:"tax,omitempty"`      // that comes on top of the lines; what their prices hold is not in it
	Shipping int64      `json:"shipping,omitempty"`
	Lines    []Line     `json:"lines,omitempty"`
	Version  Version    `json:"-"`
	Origin   Origin     `json:"-"`
}

// Line is one position of an order. All its amounts are for the whole line.
type Line struct {
	Product  string `json:"product"`
	Title    string `json:"title,omitempty"`
	Category string `json:"category,omitempty"`
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount"`             // what it came to, after its discount
	Discount int64  `json:"discount,omitempty"` // was taken off
	Tax      int64  `json:"tax,omitempty"`      // on this line, be it in Amount or in the order's Tax
	Cost     *int64 `json:"cost,omitempty"`     // what it cost the retailer; nil: not known
}

// Sum is what the parts of an order add up to: lines − discount + tax +
// shipping. Of an order that states them all it is the total, to the unit.
func (o Order) Sum() (sum int64) {
	for _, l := range o.Lines {
		sum += l.Amount
	}
	return sum - o.Discount + o.Tax + o.Shipping
}

// Cost is what the order cost the retailer; known where every line tells its own.
func (o Order) Cost() (cost int64, known bool) {
	for _, l := range o.Lines {
		if l.Cost == nil {
			return 0, false
		}
		cost += *l.Cost
	}
	return cost, len(o.Lines) > 0
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
