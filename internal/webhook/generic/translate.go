package generic

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/intake"
)

// types are what a body may state.
var types = map[string]func(data []byte) (webhook.Delivery, error){
	"order.stated":    order,
	"refund.stated":   refund,
	"customer.stated": person,
}

// Translate reads the body strictly: a member that we don't know is a mistake
// of somebody who wrote against our documentation, and they find it in review.
func (Platform) Translate(_ crm.Connection, h http.Header, body []byte) (webhook.Delivery, error) {
	d := webhook.Delivery{ID: h.Get(standardwebhooks.HeaderWebhookID)}
	var e envelope
	if err := strict(body, &e); err != nil {
		return d, err
	}
	d.Topic = e.Type
	read, ok := types[e.Type]
	if !ok {
		d.Ignored = "no use for this type"
		return d, nil
	}
	said, err := read(e.Data)
	said.ID, said.Topic = d.ID, d.Topic
	return said, err
}

var channels = []crm.Channel{"", crm.ChannelOnline, crm.ChannelPOS, crm.ChannelPhone, crm.ChannelSocial, crm.ChannelChat}

func order(data []byte) (d webhook.Delivery, err error) {
	var s orderData
	if err := strict(data, &s); err != nil {
		return d, err
	}
	if s.State == crm.OrderDeleted {
		return webhook.Delivery{Deleted: []string{s.ID}}, nil
	}
	if !slices.Contains(channels, s.Channel) {
		return d, webhook.Refuse(intake.Unreadable, "channel")
	}
	total, err := s.Total.read()
	if err != nil {
		return d, err
	}
	o := crm.Order{Key: crm.OrderKey{ID: s.ID}, PlacedAt: s.PlacedAt, State: s.State, Store: s.Store, Channel: s.Channel, Total: total, Discount: s.Discount, Tax: s.Tax, Shipping: s.Shipping, Lines: s.Lines}
	return webhook.Delivery{Orders: []webhook.OrderStated{{Order: o, UpdatedAt: s.UpdatedAt, By: s.Customer.mention()}}}, nil
}

func refund(data []byte) (d webhook.Delivery, err error) {
	var s refundData
	if err := strict(data, &s); err != nil {
		return d, err
	}
	amount, err := s.Amount.read()
	if err != nil {
		return d, err
	}
	return webhook.Delivery{Refunds: []webhook.RefundStated{{
		Order: s.Order, ID: s.ID, At: s.RefundedAt, UpdatedAt: s.UpdatedAt, Settled: true, Amount: amount,
	}}}, nil
}

func person(data []byte) (d webhook.Delivery, err error) {
	var s customerData
	if err := strict(data, &s); err != nil {
		return d, err
	}
	return webhook.Delivery{People: []webhook.PersonStated{{Person: s.mention(), UpdatedAt: s.UpdatedAt}}}, nil
}

func (m money) read() (crm.Money, error) {
	if m.Minor == nil {
		return crm.Money{}, webhook.Refuse(intake.BadAmount, "minor units are missing")
	}
	return crm.Money{Minor: *m.Minor, Currency: m.Currency}, nil
}

// strict reads exactly one JSON value whose members we all know.
func strict(b []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return webhook.Refuse(intake.Unreadable, "not in the documented shape")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return webhook.Refuse(intake.Unreadable, "more than one JSON value")
	}
	return nil
}
