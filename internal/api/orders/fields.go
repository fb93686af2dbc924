package orders

import (
	"fmt"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// Order is an order as callers see it.
type Order struct {
	ID       string         `json:"id" readOnly:"true" doc:"connection~id where a platform delivered it." example:"ord_0190163d8694739b9c5f1e2d3a4b5c6d"`
	State    crm.OrderState `json:"state" readOnly:"true" enum:"open,paid,fulfilled,cancelled,deleted" example:"paid"`
	Refunded int64          `json:"refunded" readOnly:"true" doc:"Minor units given back so far." example:"0"`
	Fields
}

// Fields are what callers state about a new order. Exported: the schema knows no unexported struct that is embedded.
type Fields struct {
	Customer crm.CustomerID `json:"customer,omitempty" maxLength:"64" doc:"Absent: nobody left a name. The order counts in the revenue of its store and day." example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	PlacedAt time.Time      `json:"placed_at,omitzero" doc:"When it was placed; absent: now. Not in the future." example:"2026-11-20T15:04:05+08:00"`
	Store    crm.StoreID    `json:"store,omitempty" maxLength:"128" example:"sh-001"`
	Terms
}

// Terms are what an amendment may change.
type Terms struct {
	Channel  crm.Channel `json:"channel" enum:"online,pos,phone,chat,visit" example:"pos"`
	Total    money       `json:"total" doc:"What the customer paid: lines − discount + tax + shipping."`
	Rate     string      `json:"rate,omitempty" maxLength:"20" doc:"What one unit of the total's currency is worth in the deployment's, as a decimal; for other currencies only."`
	Discount int64       `json:"discount,omitempty" minimum:"0" maximum:"1000000000000" doc:"Minor units off the whole order, beside what is off its lines." example:"0"`
	Tax      int64       `json:"tax,omitempty" minimum:"0" maximum:"1000000000000" doc:"Minor units of tax on top of the lines; what their amounts hold already is not in it." example:"0"`
	Shipping int64       `json:"shipping,omitempty" minimum:"0" maximum:"1000000000000" doc:"Minor units." example:"0"`
	Lines    []line      `json:"lines" nullable:"false" minItems:"1" maxItems:"200"`
}

type money struct {
	Minor    int64  `json:"minor" minimum:"0" maximum:"1000000000000" doc:"Minor units." example:"129900"`
	Currency string `json:"currency" pattern:"^[A-Z]{3}$" example:"CNY"`
}

// line has the fields of crm.Line, in its order. All its amounts are for the whole line.
type line struct {
	Product  string `json:"product" minLength:"1" maxLength:"100" example:"SKU-7"`
	Title    string `json:"title,omitempty" maxLength:"200" example:"Silk scarf"`
	Category string `json:"category,omitempty" maxLength:"100" example:"accessories"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000000" example:"1"`
	Amount   int64  `json:"amount" minimum:"0" maximum:"1000000000000" doc:"For the whole line, after its discount, minor units." example:"129900"`
	Discount int64  `json:"discount,omitempty" minimum:"0" maximum:"1000000000000" doc:"What was taken off the line; its amount is without it." example:"10000"`
	Tax      int64  `json:"tax,omitempty" minimum:"0" maximum:"1000000000000" doc:"The tax on the line, be it in its amount or in the order's tax." example:"14944"`
	Cost     *int64 `json:"cost,omitempty" nullable:"false" minimum:"0" maximum:"1000000000000" doc:"What the line cost the retailer, where known." example:"52000"`
}

// order is a stated order with the parts that callers state. The rate of a
// currency that lacks one is for wrong to tell.
func (l leaf) order(t Terms, o crm.Order) crm.Order {
	o.Channel, o.Total, o.Discount, o.Tax, o.Shipping, o.Lines = t.Channel, crm.Money(t.Total), t.Discount, t.Tax, t.Shipping, nil
	for _, p := range t.Lines {
		o.Lines = append(o.Lines, crm.Line(p))
	}
	o.Rate = crm.Par
	if o.Total.Currency != l.currency {
		o.Rate, _ = crm.ParseRate(t.Rate, o.Total.Currency, l.currency)
	}
	return o
}

// wrong names what the schema of an order can't say, by its place.
func (l leaf) wrong(t Terms, o crm.Order) (wrong []crm.Field) {
	switch {
	case t.Rate == "" && o.Total.Currency != l.currency:
		wrong = append(wrong, crm.Field{Path: "total.currency", Message: "is not " + l.currency + ": say its rate"})
	case t.Rate != "" && o.Total.Currency == l.currency:
		wrong = append(wrong, crm.Field{Path: "rate", Message: "must be left out: the total is in " + l.currency})
	case o.Rate <= 0:
		wrong = append(wrong, crm.Field{Path: "rate", Message: "must be a decimal greater than zero with at most nine places"})
	}
	if sum := o.Sum(); sum != o.Total.Minor {
		wrong = append(wrong, crm.Field{Path: "total.minor", Message: fmt.Sprintf("must be lines − discount + tax + shipping, %d", sum)})
	}
	return wrong
}

func refused(op string, wrong []crm.Field) error {
	if len(wrong) == 0 {
		return nil
	}
	return &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the order breaks a rule", Fields: wrong}
}

func (l leaf) answer(o found) *answer {
	return &answer{ETag: api.ETag(revision(o)), Body: l.shown(o.Order, refunded(o.refunds))}
}

func (l leaf) shown(o crm.Order, refunded int64) Order {
	return Order{ID: publicID(o.Key), State: o.State, Refunded: refunded,
		Fields: Fields{Customer: o.Customer, PlacedAt: o.PlacedAt, Store: o.Store, Terms: l.terms(o)}}
}

func (l leaf) terms(o crm.Order) Terms {
	t := Terms{Channel: o.Channel, Total: money(o.Total), Discount: o.Discount, Tax: o.Tax, Shipping: o.Shipping, Lines: []line{}}
	if o.Total.Currency != l.currency {
		t.Rate = o.Rate.Quote(o.Total.Currency, l.currency)
	}
	for _, p := range o.Lines {
		t.Lines = append(t.Lines, line(p))
	}
	return t
}

func refunded(refunds []crm.Refund) (sum int64) {
	for _, r := range refunds {
		sum += r.Amount.Minor
	}
	return sum
}
