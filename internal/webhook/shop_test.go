package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/identity"
	"guanxi/internal/identity/identitytest"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/generic"
	"guanxi/internal/webhook/intake"
	"guanxi/internal/webhook/shopify"
)

const (
	shopSecret = "hush-hush-hush-hush"
	tillSecret = "whsec_dGlsbHRpbGx0aWxsdGlsbHRpbGx0aWxsdGlsbA=="
)

var (
	shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
	now      = time.Date(2026, 4, 2, 12, 0, 0, 0, shanghai)
)

// shop is one deployment: the receiver over memory, with the real platforms
// and the real resolver.
type shop struct {
	t       testing.TB
	memory  *memory
	people  *identitytest.Memory
	handler http.Handler
	at      time.Time
}

func open(t testing.TB) *shop {
	m := newMemory(
		crm.Connection{ID: "shopify-cn", Platform: intake.Shopify, Shop: "guanxi-demo.myshopify.com", Secrets: []string{"the-next-secret-word", shopSecret},
			Store: "mall", Locations: map[string]crm.StoreID{"72140980387": "sh-001"}, Channel: crm.ChannelOnline, Region: "CN", Active: true,
			Rates: []crm.DatedRate{{Currency: "USD", From: 0, Rate: "7"}, {Currency: "USD", From: crm.DateIn(now, shanghai) - 30, Rate: "7.2"}}},
		crm.Connection{ID: "till", Platform: intake.Generic, Secrets: []string{tillSecret}, Store: "sh-001", Channel: crm.ChannelPOS, Region: "CN", Active: true},
		crm.Connection{ID: "closed", Platform: intake.Shopify, Shop: "guanxi-demo.myshopify.com", Secrets: []string{shopSecret}, Active: false},
	)
	people := &identitytest.Memory{}
	r := &webhook.Receiver{
		Platforms:   map[string]webhook.Platform{intake.Shopify: shopify.Platform{}, intake.Generic: generic.Platform{}},
		Connections: m, People: identity.Resolver{Locks: people, Profiles: people}, Addresses: m, Facts: m, Inbox: m,
		Base: "CNY", Zone: shanghai, Log: slog.New(slog.DiscardHandler),
	}
	return &shop{t: t, memory: m, people: people, handler: r.Handler(), at: now}
}

// post delivers bytes as they are.
func (s *shop) post(path string, h http.Header, body []byte) *httptest.ResponseRecorder {
	return s.postIn(context.Background(), path, h, body)
}

func (s *shop) postIn(ctx context.Context, path string, h http.Header, body []byte) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	req.Header = h
	req = req.WithContext(crm.WithEvent(ctx, crm.Event{At: s.at, Trace: "trace-1"}))
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	return w
}

// shopify delivers a body as Shopify does.
func (s *shop) shopify(topic string, body []byte) *httptest.ResponseRecorder {
	return s.shopifyIn(context.Background(), topic, body)
}

func (s *shop) shopifyIn(ctx context.Context, topic string, body []byte) *httptest.ResponseRecorder {
	h := http.Header{}
	h.Set(shopify.HeaderTopic, topic)
	h.Set(shopify.HeaderShop, "guanxi-demo.myshopify.com")
	h.Set(shopify.HeaderEvent, "event-"+topic)
	h.Set(shopify.HeaderSignature, shopify.Sign(body, shopSecret))
	return s.postIn(ctx, "/v1/webhooks/shopify/shopify-cn", h, body)
}

// delivery is one webhook of a story: a payload of shopify/testdata, with
// members replaced.
type delivery struct {
	topic string
	body  []byte
}

func payload(t testing.TB, topic, file string, replace map[string]any) delivery {
	t.Helper()
	body, err := os.ReadFile("shopify/testdata/" + file + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if replace == nil {
		return delivery{topic, body}
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		t.Fatal(err)
	}
	maps.Copy(members, replace)
	if body, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return delivery{topic, body}
}

func (s *shop) deliver(ds ...delivery) {
	s.t.Helper()
	for _, d := range ds {
		if w := s.shopify(d.topic, d.body); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"accepted"`) && !strings.Contains(w.Body.String(), string(intake.RefundExceeds)) {
			s.t.Fatalf("%s: %d %s", d.topic, w.Code, w.Body)
		}
	}
}

// name tells customers apart by what does not depend on the run.
func (s *shop) name(id crm.CustomerID) string {
	for _, p := range s.people.All() {
		if p.ID == id {
			return fmt.Sprint(p.Keys())
		}
	}
	return "nobody"
}

func (s *shop) state() string { return s.memory.state(s.name) }

// spend is what all the customers spent, by the real fold.
func (s *shop) spend() (sum int64, orders int) {
	for _, p := range s.people.All() {
		for _, day := range history.Fold(s.memory.history(p.ID), shanghai).Purchases {
			sum, orders = sum+day.Net, orders+day.Orders
		}
	}
	return sum, orders
}
