package shopify

import (
	"encoding/json"
	"math"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/intake"
)

// readOrder takes the order's amount from total_price: what was sold, in the
// shop's currency, before anything was given back. current_total_price has
// refunds taken off already; with refunds as facts of their own they would
// count twice. PlacedAt is processed_at, which Shopify defines as the date that
// orders and analytics show (for an imported order it lies before created_at).
//
// Every discount lies on a line: Shopify allocates those on the whole order,
// too. So the order has none of its own.
func readOrder(body []byte) (d webhook.Delivery, err error) {
	var p orderPayload
	if err := json.Unmarshal(body, &p); err != nil {
		return d, webhook.Refuse(intake.Unreadable, "order")
	}
	if p.Test {
		return webhook.Delivery{Ignored: "a test order"}, nil
	}
	o := crm.Order{Key: crm.OrderKey{ID: digits(p.ID)}, PlacedAt: first(p.ProcessedAt, p.CreatedAt), State: p.state(), Channel: p.channel()}
	if o.Total, err = amount(p.TotalPrice, p.Currency); err != nil {
		return d, err
	}
	if !p.TaxesIncluded {
		if o.Tax, err = part(p.TotalTax, p.Currency); err != nil {
			return d, err
		}
	}
	for _, charge := range p.ShippingLines {
		price := charge.DiscountedPrice
		if price == "" {
			price = charge.Price
		}
		shipping, err := part(price, p.Currency)
		if err != nil {
			return d, err
		}
		o.Shipping += shipping
	}
	for _, l := range p.LineItems {
		line, err := l.line(p.Currency)
		if err != nil {
			return d, err
		}
		o.Lines = append(o.Lines, line)
	}
	s := webhook.OrderStated{Order: o, UpdatedAt: first(p.UpdatedAt), Location: digits(p.LocationID)}
	if p.Customer != nil {
		s.By = p.Customer.mention()
	}
	if s.By.Email == "" {
		s.By.Email = p.Email
	}
	if s.By.Phone == "" {
		s.By.Phone = p.Phone
	}
	for _, r := range p.Refunds {
		r.OrderID = p.ID
		stated, money, err := r.stated(p.Currency)
		if err != nil {
			return d, err
		}
		if money {
			s.Refunds = append(s.Refunds, stated)
		}
	}
	return webhook.Delivery{Orders: []webhook.OrderStated{s}}, nil
}

func (l linePayload) line(currency string) (crm.Line, error) {
	price, err := amount(l.Price, currency)
	if err != nil {
		return crm.Line{}, err
	}
	if l.Quantity < 0 || l.Quantity > 0 && price.Minor > math.MaxInt64/l.Quantity {
		return crm.Line{}, webhook.Refuse(intake.BadAmount, "line")
	}
	line := crm.Line{Product: digits(l.ProductID), Title: l.Title, Quantity: l.Quantity}
	for _, discount := range l.DiscountAllocations {
		off, err := part(discount.Amount, currency)
		if err != nil {
			return crm.Line{}, err
		}
		line.Discount += off
	}
	for _, t := range l.TaxLines {
		tax, err := part(t.Price, currency)
		if err != nil {
			return crm.Line{}, err
		}
		line.Tax += tax
	}
	line.Amount = price.Minor*l.Quantity - line.Discount
	if line.Product == "" { // a custom item
		line.Product = l.SKU
	}
	return line, nil
}

func readRefund(body []byte) (d webhook.Delivery, err error) {
	var p refundPayload
	if err := json.Unmarshal(body, &p); err != nil {
		return d, webhook.Refuse(intake.Unreadable, "refund")
	}
	stated, money, err := p.stated("")
	if err != nil {
		return d, err
	}
	if !money {
		return webhook.Delivery{Ignored: "no money was given back"}, nil
	}
	return webhook.Delivery{Refunds: []webhook.RefundStated{stated}}, nil
}

// stated tells what a refund gave back: the sum of its transactions of the kind
// refund that succeeded or are on their way. One without such a transaction
// (items put back on the shelf, or taken from an unpaid order by an edit) moved
// no money and is none to us; money false says so. One whose transactions all
// failed is a refund of zero, which replaces the pending one stated before.
func (p refundPayload) stated(currency string) (s webhook.RefundStated, money bool, err error) {
	at := first(p.ProcessedAt, p.CreatedAt)
	s = webhook.RefundStated{Order: digits(p.OrderID), ID: digits(p.ID), At: at, UpdatedAt: at, Settled: true}
	if currency == "" {
		currency = p.shopCurrency()
	}
	s.Amount.Currency = currency
	moved, foreign := false, false
	for _, t := range p.Transactions {
		if t.Kind != "refund" {
			continue
		}
		money = true
		if t.Status == "pending" {
			s.Settled = false
		}
		if t.Status != "success" && t.Status != "pending" {
			continue
		}
		moved = true
		given, err := amount(t.Amount, t.Currency)
		if err != nil {
			return s, money, err
		}
		if t.Currency != currency {
			foreign = true
			continue
		}
		if s.Amount, err = s.Amount.Add(given); err != nil {
			return s, money, webhook.Refuse(intake.BadAmount, "refund")
		}
	}
	if moved && foreign { // paid back in the buyer's currency
		s.Amount, err = p.inShopMoney(currency)
	}
	return s, money, err
}

// shopCurrency is the currency of the order, which a refund on its own names
// only beside its amounts.
func (p refundPayload) shopCurrency() string {
	if p.TotalDuties != nil && p.TotalDuties.Shop.Currency != "" {
		return p.TotalDuties.Shop.Currency
	}
	for _, l := range p.RefundLineItems {
		if l.Subtotal != nil && l.Subtotal.Shop.Currency != "" {
			return l.Subtotal.Shop.Currency
		}
	}
	for _, t := range p.Transactions {
		if t.Kind == "refund" {
			return t.Currency
		}
	}
	return ""
}

// inShopMoney is the same refund in the shop's currency: the items with their
// tax, less the adjustments (a refunded shipping fee is one below zero, a
// refund smaller than the items are worth is one above).
func (p refundPayload) inShopMoney(currency string) (crm.Money, error) {
	sum := crm.Money{Currency: currency}
	add := func(m *bothMoneys, sign int64) error {
		if m == nil {
			return nil
		}
		part, err := crm.ParseMoney(m.Shop.Amount.String(), currency)
		if err != nil {
			return webhook.Refuse(intake.BadAmount, "refund in the shop's currency")
		}
		part.Minor *= sign
		sum, err = sum.Add(part)
		return err
	}
	for _, l := range p.RefundLineItems {
		if err := add(l.Subtotal, 1); err != nil {
			return sum, err
		}
		if err := add(l.TotalTax, 1); err != nil {
			return sum, err
		}
	}
	for _, a := range p.OrderAdjustments {
		if err := add(a.Amount, -1); err != nil {
			return sum, err
		}
		if err := add(a.TaxAmount, -1); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func readDeletion(body []byte) (d webhook.Delivery, err error) {
	var p struct {
		ID json.Number `json:"id"`
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return d, webhook.Refuse(intake.Unreadable, "deletion")
	}
	return webhook.Delivery{Deleted: []string{digits(p.ID)}}, nil
}

func readPerson(body []byte) (d webhook.Delivery, err error) {
	var p personPayload
	if err := json.Unmarshal(body, &p); err != nil {
		return d, webhook.Refuse(intake.Unreadable, "customer")
	}
	return webhook.Delivery{People: []webhook.PersonStated{{Person: p.mention(), UpdatedAt: first(p.UpdatedAt)}}}, nil
}

// part is an amount beside others, in minor units; one that is not stated is 0.
func part(decimal json.Number, currency string) (int64, error) {
	if decimal == "" {
		return 0, nil
	}
	m, err := amount(decimal, currency)
	return m.Minor, err
}

func amount(decimal json.Number, currency string) (crm.Money, error) {
	if !crm.ValidCurrency(currency) {
		return crm.Money{}, webhook.Refuse(intake.UnknownCurrency, "currency")
	}
	m, err := crm.ParseMoney(decimal.String(), currency)
	if err != nil || m.Minor < 0 {
		return crm.Money{}, webhook.Refuse(intake.BadAmount, "amount")
	}
	return m, nil
}
