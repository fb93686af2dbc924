package shopify

import (
	"encoding/json"
	"net/http"
	"strings"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/intake"
)

// shape is what a body is, told by the members that only it has.
type shape string

const (
	anyShape    shape = ""
	order       shape = "order"
	orderEdit   shape = "order edit"
	bareID      shape = "bare id"
	refund      shape = "refund"
	person      shape = "customer"
	dataRequest shape = "data request"
	redact      shape = "customer redaction"
	shopRedact  shape = "shop redaction"
)

func shapeOf(members map[string]json.RawMessage) shape {
	has := func(names ...string) bool {
		for _, name := range names {
			if _, ok := members[name]; !ok {
				return false
			}
		}
		return true
	}
	switch {
	case has("data_request"):
		return dataRequest
	case has("orders_to_redact"):
		return redact
	case has("shop_id", "shop_domain"):
		return shopRedact
	case has("order_edit"):
		return orderEdit
	case has("line_items", "total_price"):
		return order
	case has("order_id", "transactions"):
		return refund
	case has("id", "updated_at", "first_name"):
		return person
	case has("id") && len(members) == 1:
		return bareID
	}
	return "unknown"
}

// topic is what we make of one: the shape its body must have, and what it says.
type topic struct {
	shape  shape
	read   func(body []byte) (webhook.Delivery, error)
	ignore string
	review intake.Reason
}

// Whatever happens to an order, Shopify sends the whole order, so all these
// topics are one statement. The one about an edit holds the difference only;
// orders/updated follows it with the whole.
var topics = map[string]topic{
	"orders/create":              {shape: order, read: readOrder},
	"orders/updated":             {shape: order, read: readOrder},
	"orders/paid":                {shape: order, read: readOrder},
	"orders/cancelled":           {shape: order, read: readOrder},
	"orders/fulfilled":           {shape: order, read: readOrder},
	"orders/partially_fulfilled": {shape: order, read: readOrder},
	"orders/delete":              {shape: bareID, read: readDeletion},
	"orders/edited":              {shape: orderEdit, ignore: "orders/updated states the whole order"},
	"refunds/create":             {shape: refund, read: readRefund},
	"customers/create":           {shape: person, read: readPerson},
	"customers/update":           {shape: person, read: readPerson},
	"customers/data_request":     {shape: dataRequest, review: intake.PrivacyRequest},
	"customers/redact":           {shape: redact, review: intake.PrivacyRequest},
	"shop/redact":                {shape: shopRedact, review: intake.PrivacyRequest},
	"app/uninstalled":            {shape: anyShape, ignore: "the connection stays until an admin closes it"},
}

// Translate tells what a verified body means under its topic.
func (Platform) Translate(c crm.Connection, h http.Header, body []byte) (webhook.Delivery, error) {
	name := h.Get(HeaderTopic)
	d := webhook.Delivery{Topic: name, ID: h.Get(HeaderEvent)}
	if d.ID == "" {
		d.ID = h.Get(HeaderWebhook)
	}
	if shop := h.Get(HeaderShop); !strings.EqualFold(shop, c.Shop) {
		return d, webhook.Refuse(intake.WrongShop, HeaderShop)
	}
	t, ok := topics[name]
	if !ok {
		d.Ignored = "no use for this topic"
		return d, nil
	}
	if t.shape != anyShape {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(body, &members); err != nil {
			return d, webhook.Refuse(intake.Unreadable, "not a JSON object")
		}
		if shapeOf(members) != t.shape {
			return d, webhook.Refuse(intake.TopicMismatch, "the body is not of the shape of an %s", t.shape)
		}
	}
	if t.read == nil {
		d.Ignored, d.Reviewed = t.ignore, t.review
		return d, nil
	}
	said, err := t.read(body)
	said.Topic, said.ID = d.Topic, d.ID
	return said, err
}
