package webhook_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/generic"
	"guanxi/internal/webhook/intake"
	"guanxi/internal/webhook/shopify"
)

// TestWhoIsRefusedLearnsNothing: a wrong secret, an unknown, closed or
// malformed connection and another platform's all get the same answer.
func TestWhoIsRefusedLearnsNothing(t *testing.T) {
	s := open(t)
	body := payload(t, "orders/create", "orders_create", nil).body
	signed := func(secret string) http.Header {
		h := http.Header{}
		h.Set(shopify.HeaderTopic, "orders/create")
		h.Set(shopify.HeaderShop, "guanxi-demo.myshopify.com")
		h.Set(shopify.HeaderSignature, shopify.Sign(body, secret))
		return h
	}
	var first string
	for name, w := range map[string]*httptest.ResponseRecorder{
		"wrong secret":       s.post("/v1/webhooks/shopify/shopify-cn", signed("some-other-secret"), body),
		"no signature":       s.post("/v1/webhooks/shopify/shopify-cn", http.Header{}, body),
		"unknown connection": s.post("/v1/webhooks/shopify/nowhere", signed(shopSecret), body),
		"closed connection":  s.post("/v1/webhooks/shopify/closed", signed(shopSecret), body),
		"malformed id":       s.post("/v1/webhooks/shopify/A%20B", signed(shopSecret), body),
		"other platform":     s.post("/v1/webhooks/shopify/till", signed(tillSecret), body),
		"changed body":       s.post("/v1/webhooks/shopify/shopify-cn", signed(shopSecret), append(body, ' ')),
	} {
		if w.Code != http.StatusUnauthorized || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if first == "" {
			first = w.Body.String()
		}
		if w.Body.String() != first {
			t.Errorf("%s: its answer differs: %s", name, w.Body)
		}
	}
	if s.memory.writes+s.people.Writes > 0 || len(s.memory.inbox) > 0 {
		t.Error("something was written")
	}
}

func TestManners(t *testing.T) {
	s := open(t)
	if w := s.post("/v1/webhooks/shopify/shopify-cn", http.Header{}, bytes.Repeat([]byte("x"), webhook.MaxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", w.Code)
	}
	if w := s.post("/v1/webhooks/woocommerce/shopify-cn", http.Header{}, nil); w.Code != http.StatusNotFound {
		t.Errorf("unknown platform: %d", w.Code)
	}
	if w := s.post("/v1/webhooks", http.Header{}, nil); w.Code != http.StatusNotFound {
		t.Errorf("unknown path: %d", w.Code)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/webhooks/shopify/shopify-cn", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("GET: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// TestKeptForReview: what can't be used is answered 200, lies in the inbox with
// its reason, once however often it comes, and writes nothing else.
func TestKeptForReview(t *testing.T) {
	for name, c := range map[string]struct {
		topic, body string
		replace     map[string]any
		file        string
		want        intake.Reason
	}{
		"no JSON":             {topic: "orders/create", body: `{"id":`, want: intake.Unreadable},
		"an array":            {topic: "orders/create", body: `[]`, want: intake.Unreadable},
		"wrong type":          {topic: "orders/create", file: "orders_create", replace: map[string]any{"line_items": "none"}, want: intake.Unreadable},
		"another shape":       {topic: "orders/delete", file: "orders_create", want: intake.TopicMismatch},
		"without id":          {topic: "orders/create", file: "orders_create", replace: map[string]any{"id": nil}, want: intake.NoID},
		"id is no number":     {topic: "orders/create", file: "orders_create", replace: map[string]any{"id": 1.5}, want: intake.NoID},
		"below zero":          {topic: "orders/create", file: "orders_create.negative", want: intake.BadAmount},
		"currency is none":    {topic: "orders/create", file: "orders_create.bad_currency", want: intake.UnknownCurrency},
		"currency no rate":    {topic: "orders/create", file: "orders_create", replace: map[string]any{"currency": "EUR"}, want: intake.NoRate},
		"before the rates":    {topic: "orders/create", file: "orders_create", replace: map[string]any{"processed_at": "1969-12-31T23:00:00Z"}, want: intake.BadDate},
		"no dates":            {topic: "orders/create", file: "orders_create", replace: map[string]any{"processed_at": nil, "created_at": nil}, want: intake.BadDate},
		"never updated":       {topic: "orders/create", file: "orders_create", replace: map[string]any{"updated_at": nil}, want: intake.BadDate},
		"from the future":     {topic: "orders/create", file: "orders_create", replace: map[string]any{"processed_at": now.Add(25 * time.Hour)}, want: intake.FutureDate},
		"updated in future":   {topic: "orders/create", file: "orders_create", replace: map[string]any{"updated_at": now.Add(25 * time.Hour)}, want: intake.FutureDate},
		"a phone that's none": {topic: "orders/create", file: "orders_create", replace: map[string]any{"customer": nil, "email": "", "phone": "12"}, want: intake.NamesNobody},
		"person without id":   {topic: "customers/update", file: "customers_update", replace: map[string]any{"id": nil}, want: intake.NoID},
		"refund, no order":    {topic: "refunds/create", file: "refunds_create", replace: map[string]any{"order_id": nil}, want: intake.NoID},
		"asks for data":       {topic: "customers/data_request", file: "customers_data_request", want: intake.PrivacyRequest},
		"asks for erasure":    {topic: "customers/redact", file: "customers_redact", want: intake.PrivacyRequest},
		"shop erasure":        {topic: "shop/redact", file: "shop_redact", want: intake.PrivacyRequest},
		"redact as request":   {topic: "customers/data_request", file: "customers_redact", want: intake.TopicMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			d := delivery{c.topic, []byte(c.body)}
			if c.file != "" {
				d = payload(t, c.topic, c.file, c.replace)
			}
			for range 2 {
				w := s.shopify(d.topic, d.body)
				var answer struct{ Status, Reason string }
				if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
					t.Fatal(err)
				}
				if w.Code != http.StatusOK || answer.Status != "kept_for_review" || answer.Reason != string(c.want) {
					t.Fatalf("%d %s; want %s", w.Code, w.Body, c.want)
				}
			}
			if len(s.memory.inbox) != 1 {
				t.Fatalf("%d in the inbox", len(s.memory.inbox))
			}
			for _, u := range s.memory.inbox {
				if !bytes.Equal(u.Body, d.body) || u.Reason != c.want || u.Topic != d.topic {
					t.Errorf("kept %+v", u)
				}
			}
			if s.memory.writes+s.people.Writes > 0 {
				t.Error("something else was written")
			}
		})
	}
}

func TestIgnored(t *testing.T) {
	s := open(t)
	for topic, file := range map[string]string{"products/update": "products_update", "app/uninstalled": "app_uninstalled", "orders/edited": "orders_edited",
		"refunds/create": "refunds_create.no_money", "orders/create": "orders_create.test"} {
		d := payload(t, topic, file, nil)
		if w := s.shopify(d.topic, d.body); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"ignored"`) {
			t.Errorf("%s: %d %s", topic, w.Code, w.Body)
		}
	}
	if s.memory.writes+s.people.Writes+len(s.memory.inbox) > 0 {
		t.Error("something was written")
	}
}

// TestLateIsNotWrong: 72 hours late is late; only the future is wrong.
func TestLateIsNotWrong(t *testing.T) {
	s := open(t)
	s.at = now.AddDate(2, 0, 0)
	s.deliver(payload(t, "orders/create", "orders_create", nil))
	if _, orders := s.spend(); orders != 1 {
		t.Error("the order does not count")
	}
}

// TestRateOfTheDay: an amount is converted at the rate of the day on which the
// order was placed, not of the day on which it came.
func TestRateOfTheDay(t *testing.T) {
	s := open(t)
	s.deliver(payload(t, "orders/create", "orders_create", map[string]any{"processed_at": "2026-01-01T00:00:00Z"}))
	if sum, _ := s.spend(); sum != 182_50*7 {
		t.Errorf("spent %d", sum)
	}
	s.deliver(payload(t, "orders/updated", "orders_create", map[string]any{"updated_at": now}))
	if sum, _ := s.spend(); sum != 182_50*72/10 {
		t.Errorf("spent %d", sum)
	}
}

// TestATillsLocationIsItsStore: what is sold at a location that the connection
// knows is booked in its store, all else in the connection's.
func TestATillsLocationIsItsStore(t *testing.T) {
	for location, want := range map[any]crm.StoreID{72140980387: "sh-001", 1: "mall", nil: "mall"} {
		s := open(t)
		s.deliver(payload(t, "orders/create", "orders_create.pos", map[string]any{"location_id": location}))
		if got := s.memory.history(s.people.All()[0].ID).Orders[0].Store; got != want {
			t.Errorf("location %v is booked in %s, not in %s", location, got, want)
		}
	}
}

// TestASaleToNobody: an order that names nobody belongs to its store and day,
// with its refunds, until a newer statement names somebody.
func TestASaleToNobody(t *testing.T) {
	s := open(t)
	nameless := map[string]any{"customer": nil, "email": "", "phone": nil}
	for range 2 {
		s.deliver(payload(t, "orders/create", "orders_create.pos", nameless))
	}
	if people := s.people.All(); len(people) != 0 {
		t.Fatalf("nobody became %d customers", len(people))
	}
	nobody := crm.Nobody("sh-001", crm.DateIn(time.Date(2026, 3, 14, 20, 41, 8, 0, shanghai), shanghai))
	if f := s.memory.history(nobody); len(f.Orders) != 1 || f.Orders[0].Total.Minor != 880_00 {
		t.Fatalf("nobody bought %+v", f.Orders)
	}
	s.deliver(payload(t, "orders/updated", "orders_create.pos", map[string]any{"updated_at": now}))
	if sum, orders := s.spend(); sum != 880_00 || orders != 1 {
		t.Errorf("%d spent in %d orders", sum, orders)
	}
	s.deliver(payload(t, "orders/updated", "orders_create.pos", map[string]any{"customer": nil, "email": "", "phone": nil, "updated_at": now.Add(time.Minute)}))
	if _, orders := s.spend(); orders != 1 {
		t.Error("an order was taken away from who bought it")
	}
}

// till delivers a body in our own format, signed by the machine's clock, which
// is what the library holds it against.
func (s *shop) till(body string) *httptest.ResponseRecorder {
	h := http.Header{}
	if err := generic.Sign(h, "msg_1", time.Now(), []byte(body), tillSecret); err != nil {
		s.t.Fatal(err)
	}
	return s.post("/v1/webhooks/generic/till", h, []byte(body))
}

func TestTheTill(t *testing.T) {
	s := open(t)
	for _, body := range []string{
		`{"type":"refund.stated","data":{"id":"r1","order":"T-1","updated_at":"2026-03-02T10:00:00+08:00","refunded_at":"2026-03-02T10:00:00+08:00","amount":{"minor":8000,"currency":"CNY"}}}`,
		`{"type":"order.stated","data":{"id":"T-1","updated_at":"2026-03-01T10:00:00+08:00","placed_at":"2026-03-01T10:00:00+08:00","state":"paid","total":{"minor":88000,"currency":"CNY"},"customer":{"card":"VIP-7","phone":"13812345678"},"lines":[{"product":"silk","quantity":1,"amount":88000}]}}`,
		`{"type":"customer.stated","data":{"account":"A-7","updated_at":"2026-03-03T10:00:00+08:00","name":"李梅","phone":"13812345678"}}`,
	} {
		for range 2 {
			if w := s.till(body); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"accepted"`) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	}
	if sum, orders := s.spend(); sum != 80000 || orders != 1 {
		t.Errorf("spent %d in %d orders", sum, orders)
	}
	all := s.people.All()
	if len(all) != 1 || all[0].Name != "李梅" || len(all[0].Keys()) != 3 || all[0].HomeStore != "sh-001" || all[0].Source != crm.ChannelPOS {
		t.Errorf("people: %+v", all)
	}
}

// A refund larger than its order is written, capped, and kept for a person, in
// whichever order the two come.
func TestARefundLargerThanItsOrderIsReviewed(t *testing.T) {
	deliveries := stories(t)["a refund larger than its order"].deliveries
	for _, order := range [][]delivery{{deliveries[0], deliveries[1]}, {deliveries[1], deliveries[0]}} {
		s := open(t)
		s.deliver(order...)
		if len(s.memory.inbox) != 1 {
			t.Errorf("%d kept for review, want 1", len(s.memory.inbox))
		}
		for _, u := range s.memory.inbox {
			if u.Reason != intake.RefundExceeds {
				t.Errorf("kept because of %s", u.Reason)
			}
		}
	}
}

// Delivering an order again does not bring back who was deleted since, not even
// in a newer state; a new order of theirs makes them known anew.
func TestADeletedCustomerIsNotBroughtBack(t *testing.T) {
	s := open(t)
	story := stories(t)["a whole life"].deliveries
	s.deliver(story[0])
	for _, p := range s.people.All() {
		s.people.Delete(p.ID)
	}
	s.deliver(story[0], story[1])
	if back := s.people.All(); len(back) != 0 {
		t.Errorf("brought back: %v", back)
	}
	s.deliver(payload(t, "orders/create", "orders_create", map[string]any{"id": 6114209734820}))
	if known := s.people.All(); len(known) != 1 {
		t.Errorf("%d people after a new order, want 1", len(known))
	}
}
