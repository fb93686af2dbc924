package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// shop is the Shopify shop that the purchases are told to have happened in. It
// states orders as Shopify's REST Admin documentation shows them, as far as a
// file with a date, a quantity and an amount can tell.
type shop struct {
	Connection string
	Domain     string
	Secret     string
	Currency   string
	Product    string // what all orders are for
	Zone       *time.Location
	Accounts   map[string]account // by the file's customer
}

// account is a customer as the shop knows them.
type account struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
	First string `json:"first_name"`
	Last  string `json:"last_name"`
}

// Shopify's ids are larger than 32 bits; so are these.
const (
	firstOrder   = 5_000_000_000_000
	firstAccount = 7_000_000_000_000
)

// openAccounts gives each customer of the file an account: the same name and
// e-mail for the same file.
func openAccounts(all []purchase) map[string]account {
	faker := gofakeit.New(1)
	accounts := map[string]account{}
	for _, p := range all {
		if _, ok := accounts[p.Customer]; ok {
			continue
		}
		n := len(accounts) + 1
		a := account{ID: firstAccount + int64(n), First: faker.FirstName(), Last: faker.LastName()}
		a.Email = fmt.Sprintf("%s.%s.%d@example.com", mailbox(a.First), mailbox(a.Last), n)
		accounts[p.Customer] = a
	}
	return accounts
}

// mailbox leaves the letters that a mailbox is made of.
func mailbox(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// statement is one version of an order, under its topic.
type statement struct {
	Topic     string
	Amount    int64
	UpdatedAt time.Duration // after it was placed
	Financial string
}

// statements are what is delivered for the order, in this order. The older
// version of an edited one has another amount, so that whoever believes it is
// caught.
func (e errand) statements() []statement {
	if !e.Edited {
		return []statement{{"orders/create", e.Amount, 0, "paid"}}
	}
	return []statement{
		{"orders/updated", e.Amount, 30 * time.Minute, "paid"},
		{"orders/create", 2*e.Amount + 1, 0, "pending"},
	}
}

type orderPayload struct {
	ID                int64         `json:"id"`
	GraphQLID         string        `json:"admin_graphql_api_id"`
	Name              string        `json:"name"`
	Email             string        `json:"email"`
	CreatedAt         time.Time     `json:"created_at"`
	ProcessedAt       time.Time     `json:"processed_at"`
	UpdatedAt         time.Time     `json:"updated_at"`
	CancelledAt       *time.Time    `json:"cancelled_at"`
	Currency          string        `json:"currency"`
	TotalPrice        string        `json:"total_price"`
	CurrentTotalPrice string        `json:"current_total_price"`
	FinancialStatus   string        `json:"financial_status"`
	FulfillmentStatus *string       `json:"fulfillment_status"`
	SourceName        string        `json:"source_name"`
	Test              bool          `json:"test"`
	Customer          account       `json:"customer"`
	LineItems         []linePayload `json:"line_items"`
	Refunds           []struct{}    `json:"refunds"`
}

type linePayload struct {
	ID        int64      `json:"id"`
	ProductID int64      `json:"product_id"`
	SKU       string     `json:"sku"`
	Title     string     `json:"title"`
	Quantity  int64      `json:"quantity"`
	Price     string     `json:"price"` // of one
	Discounts []discount `json:"discount_allocations"`
}

type discount struct {
	Amount string `json:"amount"`
}

// body states the order.
func (s shop) body(e errand, says statement) []byte {
	placed := e.Date.At(e.Placed, s.Zone)
	number := strconv.Itoa(e.Line)
	buyer := s.Accounts[e.Customer]
	payload := orderPayload{
		ID:                firstOrder + int64(e.Line),
		GraphQLID:         "gid://shopify/Order/" + strconv.FormatInt(firstOrder+int64(e.Line), 10),
		Name:              "#" + number,
		Email:             buyer.Email,
		CreatedAt:         placed,
		ProcessedAt:       placed,
		UpdatedAt:         placed.Add(says.UpdatedAt),
		Currency:          s.Currency,
		TotalPrice:        decimal(says.Amount),
		CurrentTotalPrice: decimal(says.Amount),
		FinancialStatus:   says.Financial,
		SourceName:        "web",
		Customer:          buyer,
		LineItems:         []linePayload{s.line(says.Amount, e.Quantity)},
		Refunds:           []struct{}{},
	}
	payload.LineItems[0].ID = payload.ID
	body, err := json.Marshal(payload)
	if err != nil {
		panic("replay: an order that is no JSON: " + err.Error()) // strings, numbers and times of four-digit years
	}
	return body
}

// line is the one position of an order: so many at a price, less the discount
// that makes up for cents that don't divide.
func (s shop) line(amount, quantity int64) linePayload {
	each := (amount + quantity - 1) / quantity
	l := linePayload{ProductID: 8_000_000_000_001, SKU: "A-1", Title: s.Product, Quantity: quantity, Price: decimal(each), Discounts: []discount{}}
	if off := each*quantity - amount; off > 0 {
		l.Discounts = append(l.Discounts, discount{decimal(off)})
	}
	return l
}

// headers sign the body as Shopify does: base64 of HMAC-SHA256 under the app's
// client secret.
func (s shop) headers(topic, event string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(s.Secret))
	mac.Write(body)
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("X-Shopify-Topic", topic)
	h.Set("X-Shopify-Shop-Domain", s.Domain)
	h.Set("X-Shopify-Event-Id", event)
	h.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return h
}

// decimal writes cents as Shopify writes amounts: "29.33".
func decimal(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// customers are those of the file in the order of their first row.
func (s shop) customers() []string {
	names := make([]string, 0, len(s.Accounts))
	for name := range s.Accounts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(s.Accounts[a].ID - s.Accounts[b].ID) })
	return names
}
