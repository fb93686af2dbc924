package journeys_test

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
)

// shop is a connected shop as it knows itself: one of Shopify's, or any that speaks the generic format.
type shop struct{ platform, connection, domain, secret, currency string }

// delivery is a webhook: what is signed, and under which topic it is sent.
type delivery struct {
	shop  shop
	topic string
	order string // as the API names it; "" for a delivery about something else
	body  []byte
}

func (d delivery) send(j *journey) error {
	return j.hand(d.shop, d.shop.signed(d.topic, d.body, time.Now()), d.body)
}

// object is a JSON object.
type object = map[string]any

// connect makes a shop known to the system. A rate is of one unit of its currency.
func connect(j *journey, a args) error {
	s := shop{platform: "shopify", connection: a["shop"], domain: a["shop"] + ".myshopify.com", secret: "the-client-secret-of-" + a["shop"], currency: orElse(a["currency"], "CNY")}
	if a["generic"] != "" {
		s.platform, s.domain, s.secret = "generic", "", "whsec_"+base64.StdEncoding.EncodeToString([]byte(s.secret))
	}
	setting := object{"platform": s.platform, "secrets": []string{s.secret}, "store": a["store"], "channel": "online", "region": "CN", "active": true}
	if s.domain != "" {
		setting["shop"] = s.domain
	}
	if a["rate"] != "" {
		currency, dated, _ := strings.Cut(a["rate"], ":")
		rate, from, ok := strings.Cut(dated, "@")
		if !ok {
			return fmt.Errorf("a rate is like USD:7.2@2025-01-01, not %s", a["rate"])
		}
		setting["rates"] = []object{{"currency": currency, "from": from, "rate": rate}}
	}
	j.shops[s.connection] = s
	return j.set("/v1/connections/"+s.connection, setting)
}

func (j *journey) shop(name string) (shop, error) {
	s, ok := j.shops[name]
	if !ok {
		return s, fmt.Errorf("no shop %s is connected", name)
	}
	return s, nil
}

// order delivers an order; without an account the buyer is a guest.
func order(j *journey, a args) error {
	s, err := j.shop(a["shop"])
	if err != nil {
		return err
	}
	placed, err := j.date(a["on"])
	if err != nil {
		return err
	}
	updated := placed
	if a["updated"] != "" {
		if updated, err = j.date(a["updated"]); err != nil {
			return err
		}
	}
	says := s.order(a["number"], a["by"], a["account"], a["amount"], placed, updated)
	if a["cancelled"] != "" {
		says["cancelled_at"] = updated
	}
	return j.state(s, "orders/updated", says)
}

// order is an order as Shopify states it (Admin REST API, "Order").
func (s shop) order(number, email, account, amount string, placed, updated time.Time) object {
	id := json.Number(number)
	says := object{
		"id": id, "admin_graphql_api_id": "gid://shopify/Order/" + number, "name": "#" + number,
		"email": email, "phone": nil, "currency": s.currency, "presentment_currency": s.currency,
		"created_at": placed, "processed_at": placed, "updated_at": updated, "cancelled_at": nil,
		"financial_status": "paid", "fulfillment_status": nil, "source_name": "web", "test": false,
		"total_price": amount, "current_total_price": amount, "refunds": []object{}, "customer": nil,
		"line_items": []object{{"id": id, "product_id": 8810294313251, "sku": "SC-SILK-90", "title": "Silk scarf 90 cm", "quantity": 1,
			"price": amount, "discount_allocations": []object{}}},
	}
	if account != "" {
		name, _, _ := strings.Cut(email, "@")
		says["customer"] = object{"id": json.Number(account), "email": email, "phone": nil, "first_name": name, "last_name": "", "updated_at": placed}
	}
	return says
}

// refund delivers a refund as Shopify states it ("Refund").
func refund(j *journey, a args) error {
	s, err := j.shop(a["shop"])
	if err != nil {
		return err
	}
	at, err := j.date(a["on"])
	if err != nil {
		return err
	}
	id, of := json.Number(a["number"]), json.Number(a["of"])
	return j.state(s, "refunds/create", object{
		"id": id, "order_id": of, "admin_graphql_api_id": "gid://shopify/Refund/" + a["number"], "created_at": at, "processed_at": at,
		"note": nil, "restock": true, "refund_line_items": []object{}, "order_adjustments": []object{},
		"transactions": []object{{"id": id, "order_id": of, "kind": "refund", "status": "success", "amount": a["amount"], "currency": s.currency}},
	})
}

// deliver sends any body under any topic; the signature may be wrong or missing.
func deliver(j *journey, a args) error {
	s, err := j.shop(a["shop"])
	if err != nil {
		return err
	}
	body, err := j.body(a)
	if err != nil {
		return err
	}
	when := time.Now() // the signature's time is the real one
	switch a["signature"] {
	case "", "none":
	case "wrong":
		s.secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the secret of somebody else"))
	case "old":
		when = when.Add(-time.Hour)
	default:
		return fmt.Errorf("a signature is wrong, old or none, not %s", a["signature"])
	}
	header := s.signed(a["topic"], body, when)
	if a["signature"] == "none" {
		header.Del(shopifySignature)
		header.Del(standardSignature)
	}
	return j.hand(s, header, body)
}

// state delivers what a shop says, and remembers it.
func (j *journey) state(s shop, topic string, says object) error {
	d, err := s.states(topic, says)
	if err != nil {
		return err
	}
	j.sent = append(j.sent, d)
	return d.send(j)
}

func (s shop) states(topic string, says object) (delivery, error) {
	body, err := json.Marshal(says)
	d := delivery{shop: s, topic: topic, body: body}
	if says["line_items"] != nil {
		d.order = fmt.Sprintf("%s~%s", s.connection, says["id"])
	}
	return d, err
}

// redeliver sends everything once more, as a shop does that had no answer. Each must be taken, for use or for review.
func redeliver(j *journey, a args) error {
	all := slices.Clone(j.sent)
	if a["backwards"] != "" {
		slices.Reverse(all)
	}
	times := 1
	if a["twice"] != "" {
		times = 2
	}
	for _, d := range all {
		for range times {
			if err := d.send(j); err != nil && j.answer.status != http.StatusOK {
				return err
			}
		}
	}
	return nil
}

// hand posts a delivery. One that is answered with anything but "accepted" is refused in the journeys' sense.
func (j *journey) hand(s shop, header http.Header, body []byte) error {
	j.traced(header)
	if err := j.call(http.MethodPost, s.path(), "nobody", header, body); err != nil {
		return err
	}
	var told struct{ Status string }
	if err := json.Unmarshal(j.answer.body, &told); err != nil {
		return err
	}
	if told.Status != "accepted" {
		return refusal{j.answer}
	}
	return nil
}

func (s shop) path() string { return "/v1/webhooks/" + s.platform + "/" + s.connection }

const (
	shopifySignature  = "X-Shopify-Hmac-Sha256"
	standardSignature = "Webhook-Signature"
)

// signed are the headers of a delivery: Shopify signs the body with HMAC-SHA256 under the app's secret; the generic
// format is that of Standard Webhooks 1.0, where id and time are signed, too, and the body says the topic.
func (s shop) signed(topic string, body []byte, when time.Time) http.Header {
	key := []byte(s.secret)
	id := fmt.Sprintf("%x", sha256.Sum256(append([]byte(topic), body...)))[:24]
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	if s.platform == "generic" {
		key, _ = base64.StdEncoding.DecodeString(strings.TrimPrefix(s.secret, "whsec_")) // of our own making
		seconds := strconv.FormatInt(when.Unix(), 10)
		h.Set("Webhook-Id", id)
		h.Set("Webhook-Timestamp", seconds)
		h.Set(standardSignature, "v1,"+hash(key, []byte(id+"."+seconds+"."), body))
		return h
	}
	h.Set("X-Shopify-Topic", topic)
	h.Set("X-Shopify-Shop-Domain", s.domain)
	h.Set("X-Shopify-Event-Id", id)
	h.Set(shopifySignature, hash(key, body))
	return h
}

func hash(key []byte, parts ...[]byte) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// date reads a DATE; "" is now.
func (j *journey) date(text string) (time.Time, error) {
	if text == "" {
		return j.now()
	}
	if !strings.Contains(text, "T") {
		text += "T" + strconv.Itoa(begin().Hour()) + ":00"
	}
	return time.ParseInLocation("2006-01-02T15:04", text, shanghai())
}
