package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/decision"
	"guanxi/internal/identity"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/webhook"
	"guanxi/internal/webhook/intake"
	"guanxi/internal/webhook/shopify"
)

// What each operation may cost, in capacity units. The dollars are on-demand
// prices: 0.625 per million WRU, 0.125 per million RRU. Each figure is measured
// on the requests themselves; docs/architecture.md quotes them.
func TestBudgets(t *testing.T) {
	env := storetest.Open(t)
	var (
		c, d, ctx = customers(env), decisions(env), storetest.Context(noon)
		facts     = store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
		people    = identity.Resolver{Locks: c, Profiles: c}
		book      = standing.Book{Documents: store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys), Currency: "CNY", Zone: env.Zone}
		keeper    = decision.Keeper[standing.Measures, standing.Classes]{Facts: facts, Book: book, Store: d}
		mention   = customer.Mention{Account: customer.Platform{Connection: "shopify-cn", ID: fmt.Sprint(noon.UnixNano())}, Email: string(newCustomer()) + "@example.com", Name: "Mei Zhang", Source: crm.ChannelOnline, Store: "sh-001"}
	)
	within := func(what string, most storetest.Units, f func() error) storetest.Units {
		t.Helper()
		used := env.Meter.Of(func() {
			if err := f(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		})
		t.Logf("%-58s %5.1f WRU %5.1f RRU   budget %4.1f %5.1f", what, used.Write, used.Read, most.Write, most.Read)
		if used.Write > most.Write || used.Read > most.Read {
			t.Errorf("%s costs %+v, more than %+v", what, used, most)
		}
		return used
	}

	if _, err := env.Keys.Index(ctx, "warm", "up"); err != nil { // keys are unwrapped once per cold start
		t.Fatal(err)
	}
	var id crm.CustomerID
	within("an unknown person: profile, two locks, birth decision", storetest.Units{Write: 8, Read: 1}, func() (err error) {
		id, err = people.Resolve(ctx, mention)
		return err
	})
	for i := range 50 { // the usual customer has a past
		o := order(id, fmt.Sprintf("%s-%d", id, i), noon, crm.OrderPaid)
		o.PlacedAt, o.Total.Minor = noon.AddDate(0, 0, -7*i-30), 9900
		if _, err := facts.PutOrder(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := keeper.Keep(ctx, id, "F#ORDER#1", "1-67891233-abcdef012345678912345678", noon); err != nil {
		t.Fatal(err)
	}

	shop := crm.Connection{ID: "shopify-cn", Platform: intake.Shopify, Shop: "a.myshopify.com", Secrets: []string{"hush-0123456789abcdef"}, Channel: crm.ChannelOnline, Active: true}
	receiver := webhook.Receiver{Platforms: map[string]webhook.Platform{intake.Shopify: shopify.Platform{}}, Connections: connected{shop}, People: people,
		Addresses: facts, Facts: facts, Inbox: store.NewInbox(env.DB, env.Operations, env.Keys, env.Zone), Base: "CNY", Zone: env.Zone, Log: slog.New(slog.DiscardHandler)}
	body := fmt.Appendf(nil, `{"id":%d,"email":%q,"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z","financial_status":"paid","currency":"CNY","total_price":"60000.00",
		"customer":{"id":%s,"email":%q,"first_name":"Mei","last_name":"Zhang"},"line_items":[
		{"product_id":7001,"sku":"7001-RED-M","title":"Silk scarf, red","quantity":1,"price":"20000.00"},{"product_id":3210,"sku":"3210-BLK-38","title":"Leather shoes","quantity":1,"price":"20000.00"},{"product_id":9000,"title":"Gift box","quantity":2,"price":"10000.00"}]}`,
		noon.UnixNano(), mention.Email, mention.Account.ID, mention.Email) // makes the customer diamond
	deliver := func() error {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/webhooks/shopify/shopify-cn", bytes.NewReader(body))
		r.Header.Set("X-Shopify-Topic", "orders/create")
		r.Header.Set("X-Shopify-Shop-Domain", shop.Shop)
		r.Header.Set("X-Shopify-Hmac-Sha256", shopify.Sign(body, shop.Secrets[0]))
		w := httptest.NewRecorder()
		receiver.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "accepted") {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		return nil
	}
	wake := func(at time.Time) func() error {
		return func() error {
			_, _, err := keeper.Keep(ctx, id, "F#ORDER#shopify-cn#next", "1-67891233-abcdef012345678912345678", at)
			return err
		}
	}
	written := within("an order of a known person: address, fact, its day", storetest.Units{Write: 3, Read: 3.5}, deliver)
	decided := within("and the decision, which changes", storetest.Units{Write: 4, Read: 11.5}, wake(noon.Add(time.Minute)))
	settled := within("a decision that does not change", storetest.Units{Write: 1, Read: 11.5}, wake(noon.Add(2*time.Minute)))
	within("the same order delivered again: two keys (+ 0.5 RRU for a third)", storetest.Units{Write: 1, Read: 2}, deliver)

	first := dollars(storetest.Units{Write: written.Write + settled.Write, Read: written.Read + settled.Read})
	t.Logf("first delivery of an order → everything decided: $%.2f per million; where the decision changes + $%.2f", first, dollars(decided)-dollars(settled))
	if first > 4.40 || dollars(decided)-dollars(settled) > 2.25 {
		t.Error("over the budget of $4.40 + $2.25 per million")
	}

	within("a customer verified: what stands, derived again, one look", storetest.Units{Read: 21}, func() error {
		var errs []error
		reach := store.NewPeople(env.DB, env.Customers)
		for range 2 { // who may see them is asked with the first two
			_, _, err := reach.Reach(ctx, id)
			errs = append(errs, err)
		}
		_, err := d.Latest(ctx, id, true)
		recorded, failed := d.ChangeBefore(ctx, id, noon.AddDate(0, 0, 1))
		then, again := book.Then(ctx, id, facts, crm.DateIn(noon, env.Zone), recorded)
		if then.Derived.Measures.Purchases == 0 {
			t.Error("derived from nothing")
		}
		_, hidden := store.NewOverviews(env.DB, env.Customers, env.Facts, env.Keys, env.Zone).Overview(ctx, id)
		return errors.Join(append(errs, err, failed, again, hidden)...)
	})

	within("an interaction", storetest.Units{Write: 1}, func() error {
		_, err := facts.PutInteraction(ctx, crm.Interaction{ID: "int_1", Customer: id, At: noon, Channel: crm.ChannelPhone, TwoWay: true, Content: "asked for the catalogue", Version: crm.NewVersion(noon, 0, nil), Origin: crm.Origin{RecordedAt: noon}})
		return err
	})
	traces := make([]crm.Interaction, 100)
	for i := range traces {
		traces[i] = talk(id, noon.Add(time.Duration(i)*time.Second), crm.ChannelPageView, "/spring/scarves")
	}
	within("a hundred traces, told by a machine", storetest.Units{Write: 100}, func() error {
		_, errs := facts.PutInteractions(ctx, traces)
		return errors.Join(errs...)
	})
	within("who may see each customer whom they name", storetest.Units{Read: 1}, func() error {
		_, err := store.NewPeople(env.DB, env.Customers).ReachAll(ctx, []crm.CustomerID{id})
		return err
	})
	person := crm.WithEvent(ctx, crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	p := mei()
	within("a customer created by a person, one lock, audited", storetest.Units{Write: 10}, func() error { return c.Create(person, p, p.Keys()) })
	within("a customer amended by a person, audited", storetest.Units{Write: 6, Read: 2}, func() error {
		before, err := c.Profile(person, p.ID)
		if err != nil {
			return err
		}
		after := before
		after.Occupation, after.Revision = "architect", customer.NewRevision(noon.Add(time.Minute))
		return c.Replace(person, before, after, nil)
	})
}

// connected is a deployment of one shop; reading it costs nothing, once it is known.
type connected struct{ shop crm.Connection }

func (c connected) Connection(context.Context, crm.ConnectionID) (crm.Connection, error) {
	return c.shop, nil
}

func dollars(u storetest.Units) float64 { return u.Write*0.625 + u.Read*0.125 }
