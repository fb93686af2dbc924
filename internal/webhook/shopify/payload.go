package shopify

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// The parts of Shopify's payloads that we use. Ids are numbers beyond what a
// float holds, so they stay digits.

type orderPayload struct {
	ID                json.Number     `json:"id"`
	Email             string          `json:"email"`
	Phone             string          `json:"phone"`
	CreatedAt         *time.Time      `json:"created_at"`
	ProcessedAt       *time.Time      `json:"processed_at"`
	UpdatedAt         *time.Time      `json:"updated_at"`
	CancelledAt       *time.Time      `json:"cancelled_at"`
	FinancialStatus   string          `json:"financial_status"`
	FulfillmentStatus string          `json:"fulfillment_status"`
	Currency          string          `json:"currency"` // the shop's
	TotalPrice        json.Number     `json:"total_price"`
	TotalTax          json.Number     `json:"total_tax"`
	TaxesIncluded     bool            `json:"taxes_included"` // in the prices
	ShippingLines     []chargePayload `json:"shipping_lines"`
	LocationID        json.Number     `json:"location_id"` // of a till
	SourceName        string          `json:"source_name"`
	Test              bool            `json:"test"`
	Customer          *personPayload  `json:"customer"`
	LineItems         []linePayload   `json:"line_items"`
	Refunds           []refundPayload `json:"refunds"`
}

type linePayload struct {
	ProductID           json.Number `json:"product_id"`
	SKU                 string      `json:"sku"`
	Title               string      `json:"title"`
	Quantity            int64       `json:"quantity"`
	Price               json.Number `json:"price"` // of one, in the shop's currency
	DiscountAllocations []struct {
		Amount json.Number `json:"amount"`
	} `json:"discount_allocations"`
	TaxLines []struct {
		Price json.Number `json:"price"`
	} `json:"tax_lines"`
}

type chargePayload struct {
	Price           json.Number `json:"price"`
	DiscountedPrice json.Number `json:"discounted_price"` // with what a code took off
}

type refundPayload struct {
	ID              json.Number `json:"id"`
	OrderID         json.Number `json:"order_id"`
	CreatedAt       *time.Time  `json:"created_at"`
	ProcessedAt     *time.Time  `json:"processed_at"`
	TotalDuties     *bothMoneys `json:"total_duties_set"`
	RefundLineItems []struct {
		Subtotal *bothMoneys `json:"subtotal_set"`
		TotalTax *bothMoneys `json:"total_tax_set"`
	} `json:"refund_line_items"`
	OrderAdjustments []struct {
		Amount    *bothMoneys `json:"amount_set"`
		TaxAmount *bothMoneys `json:"tax_amount_set"`
	} `json:"order_adjustments"`
	Transactions []struct {
		Kind     string      `json:"kind"`
		Status   string      `json:"status"`
		Amount   json.Number `json:"amount"`
		Currency string      `json:"currency"`
	} `json:"transactions"`
}

// bothMoneys is an amount in the shop's currency and in the buyer's.
type bothMoneys struct {
	Shop struct {
		Amount   json.Number `json:"amount"`
		Currency string      `json:"currency_code"`
	} `json:"shop_money"`
}

type personPayload struct {
	ID             json.Number     `json:"id"`
	Email          string          `json:"email"`
	Phone          string          `json:"phone"`
	FirstName      string          `json:"first_name"`
	LastName       string          `json:"last_name"`
	UpdatedAt      *time.Time      `json:"updated_at"`
	DefaultAddress *addressPayload `json:"default_address"`
}

type addressPayload struct {
	Address1    string `json:"address1"`
	Address2    string `json:"address2"`
	City        string `json:"city"`
	Province    string `json:"province"`
	Zip         string `json:"zip"`
	CountryCode string `json:"country_code"`
}

func (p personPayload) mention() customer.Mention {
	return customer.Mention{
		Account: customer.Platform{ID: digits(p.ID)},
		Email:   p.Email, Phone: p.Phone,
		Name:    fullName(p.FirstName, p.LastName),
		Address: p.DefaultAddress.address(),
	}
}

func (a *addressPayload) address() *customer.Address {
	if a == nil {
		return nil
	}
	to := customer.Address{Country: a.CountryCode, Province: a.Province, City: a.City, Postcode: a.Zip}
	for _, line := range []string{a.Address1, a.Address2} {
		if line != "" {
			to.Lines = append(to.Lines, line)
		}
	}
	return &to
}

// fullName joins the names as their owner writes them: 李梅, but Mei Li.
func fullName(first, last string) string {
	if strings.ContainsFunc(last+first, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return last + first
	}
	return strings.TrimSpace(first + " " + last)
}

// digits is a numeric id as it was written; "" for anything else.
func digits(n json.Number) string {
	if strings.ContainsFunc(n.String(), func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return n.String()
}

// first is the first time that is there; zero without one.
func first(times ...*time.Time) time.Time {
	for _, t := range times {
		if t != nil {
			return *t
		}
	}
	return time.Time{}
}

// channel is where the order was placed, where Shopify says it; else the
// connection knows.
func (p orderPayload) channel() crm.Channel {
	switch p.SourceName {
	case "pos":
		return crm.ChannelPOS
	case "web":
		return crm.ChannelOnline
	}
	return ""
}

// state tells how far the order has come. A voided payment is no purchase.
func (p orderPayload) state() crm.OrderState {
	switch {
	case p.CancelledAt != nil, p.FinancialStatus == "voided":
		return crm.OrderCancelled
	case p.FulfillmentStatus == "fulfilled":
		return crm.OrderFulfilled
	case p.FinancialStatus == "paid", p.FinancialStatus == "partially_refunded", p.FinancialStatus == "refunded":
		return crm.OrderPaid
	}
	return crm.OrderOpen
}
