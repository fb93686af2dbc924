package generic

import (
	"encoding/json"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// envelope is the body: what is stated, and the statement.
type envelope struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// money is an amount in minor units, as in our own API.
type money struct {
	Minor    *int64 `json:"minor"`
	Currency string `json:"currency"`
}

type orderData struct {
	ID        string         `json:"id"`
	UpdatedAt time.Time      `json:"updated_at"`
	PlacedAt  time.Time      `json:"placed_at"`
	State     crm.OrderState `json:"state"`
	Store     crm.StoreID    `json:"store"`
	Channel   crm.Channel    `json:"channel"`
	Total     money          `json:"total"`
	Discount  int64          `json:"discount"`
	Tax       int64          `json:"tax"`
	Shipping  int64          `json:"shipping"`
	Customer  personData     `json:"customer"`
	Lines     []crm.Line     `json:"lines"`
}

type refundData struct {
	ID         string    `json:"id"`
	Order      string    `json:"order"`
	UpdatedAt  time.Time `json:"updated_at"`
	RefundedAt time.Time `json:"refunded_at"`
	Amount     money     `json:"amount"`
}

type customerData struct {
	UpdatedAt time.Time `json:"updated_at"`
	personData
}

type personData struct {
	Account string            `json:"account"`
	Card    string            `json:"card"`
	Email   string            `json:"email"`
	Phone   string            `json:"phone"`
	Name    string            `json:"name"`
	Address *customer.Address `json:"address"`
}

func (p personData) mention() customer.Mention {
	return customer.Mention{Account: customer.Platform{ID: p.Account}, Card: p.Card, Email: p.Email, Phone: p.Phone, Name: p.Name, Address: p.Address}
}
