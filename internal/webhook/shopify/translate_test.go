package shopify_test

import (
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/intake"
	"guanxi/internal/webhook/shopify"
)

var update = flag.Bool("update", false, "write the golden files anew")

const shop = "guanxi-demo.myshopify.com"

func connection() crm.Connection {
	return crm.Connection{ID: "shopify-cn", Platform: intake.Shopify, Shop: shop}
}

func headers(topic string) http.Header {
	h := http.Header{}
	h.Set(shopify.HeaderTopic, topic)
	h.Set(shopify.HeaderShop, shop)
	h.Set(shopify.HeaderEvent, "98880550-7158-44d4-b7cd-2c97c8a091b5")
	return h
}

// topicOf reads the topic out of a file's name: orders_create.guest.json.
func topicOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	return strings.Replace(name, "_", "/", 1)
}

// TestPayloads holds what each payload means against its golden file.
func TestPayloads(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.json")
	if len(files) < 20 {
		t.Fatalf("only %d payloads found", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			said, err := shopify.Platform{}.Translate(connection(), headers(topicOf(file)), body)
			result := struct {
				Said    webhook.Delivery
				Refused *webhook.Refusal `json:",omitempty"`
			}{Said: said}
			if err != nil && !errors.As(err, &result.Refused) {
				t.Fatalf("not a refusal: %v", err)
			}
			got, _ := json.MarshalIndent(result, "", "  ")
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTheAmountsOfAnOrderAddUp: what we read of the parts is what Shopify made
// the total of, with tax on top of the prices and within.
func TestTheAmountsOfAnOrderAddUp(t *testing.T) {
	text, err := os.ReadFile("testdata/orders_create.json")
	if err != nil {
		t.Fatal(err)
	}
	added := strings.NewReplacer(`"total_tax": "0.00"`, `"total_tax": "17.50"`, `"total_price": "182.50"`, `"total_price": "200.00"`)
	within := strings.NewReplacer(`"total_tax": "0.00"`, `"total_tax": "17.50"`, `"taxes_included": false`, `"taxes_included": true`)
	cheaper := strings.NewReplacer(`"code": "Standard",`, `"code": "Standard", "discounted_price": "2.50",`, `"total_price": "182.50"`, `"total_price": "172.50"`)
	for name, body := range map[string]string{"as it is": string(text), "taxed": added.Replace(string(text)), "tax in the prices": within.Replace(string(text)), "cheaper shipping": cheaper.Replace(string(text))} {
		said, err := shopify.Platform{}.Translate(connection(), headers("orders/create"), []byte(body))
		if err != nil {
			t.Fatal(name, err)
		}
		if o := said.Orders[0].Order; o.Sum() != o.Total.Minor {
			t.Errorf("%s: %d, not %d", name, o.Sum(), o.Total.Minor)
		}
	}
}

// TestTopicMustFitTheBody replays every payload under every other topic: the
// header is not signed, so none may be taken for something else.
func TestTopicMustFitTheBody(t *testing.T) {
	bodies := map[string]string{
		"orders/create": "orders_create", "orders/delete": "orders_delete", "orders/edited": "orders_edited",
		"refunds/create": "refunds_create", "customers/update": "customers_update",
		"customers/redact": "customers_redact", "customers/data_request": "customers_data_request", "shop/redact": "shop_redact",
	}
	for topic := range bodies {
		for of, name := range bodies {
			if of == topic {
				continue
			}
			body, err := os.ReadFile("testdata/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			_, err = shopify.Platform{}.Translate(connection(), headers(topic), body)
			refusal, ok := errors.AsType[*webhook.Refusal](err)
			if !ok || refusal.Reason != intake.TopicMismatch {
				t.Errorf("a body of %s passes as %s: %v", of, topic, err)
			}
		}
	}
}

func TestAnotherShopsDelivery(t *testing.T) {
	h := headers("orders/create")
	h.Set(shopify.HeaderShop, "somebody-else.myshopify.com")
	_, err := shopify.Platform{}.Translate(connection(), h, []byte(`{}`))
	if refusal, ok := errors.AsType[*webhook.Refusal](err); !ok || refusal.Reason != intake.WrongShop {
		t.Errorf("got %v", err)
	}
}

// FuzzTranslate feeds any bytes under any topic: it never panics, refuses only
// with a Refusal, and never makes two meanings of one body.
func FuzzTranslate(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(topicOf(file), body)
	}
	f.Add("orders/create", []byte(`{"line_items":[{"quantity":9223372036854775807,"price":"92233720368547758.07"}],"total_price":"1","currency":"CNY"}`))
	f.Add("orders/create", []byte(`{"id":1e3,"line_items":null,"total_price":0.5,"currency":"CNY"}`))
	f.Add("refunds/create", []byte(`{"order_id":1,"transactions":[{"kind":"refund","status":"success"}]}`))
	f.Fuzz(func(t *testing.T, topic string, body []byte) {
		d, err := shopify.Platform{}.Translate(connection(), headers(topic), body)
		if _, ok := errors.AsType[*webhook.Refusal](err); err != nil && !ok {
			t.Fatalf("not a refusal: %v", err)
		}
		if n := len(d.Orders) + len(d.Refunds) + len(d.People) + len(d.Deleted); n > 1 {
			t.Fatalf("%d meanings", n)
		}
	})
}
