package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/sync/errgroup"

	"guanxi/infra/client"
	"guanxi/infra/purchases"
)

// The connections of the demonstration: an online shop, and a till in each store.
const (
	demoShop = "shopify-cn"
	demoTill = "till-sh"
	demoMall = "mall"
)

var demoStores = []struct{ id, name string }{
	{"sh-001", "上海淮海路店 Shanghai, Huaihai Road"},
	{"sh-002", "上海新天地店 Shanghai, Xintiandi"},
	{"hz-001", "杭州西湖店 Hangzhou, West Lake"},
	{demoMall, "网上商城 Online mall"},
}

// demoStaff are one for each role; their subjects are the roles' names.
var demoStaff = map[string]staffSetting{
	"admin":     {"Admin", "admin", nil, true},
	"manager":   {"李经理 Manager Li", "manager", []string{"sh-001", "sh-002", demoMall}, true},
	"sales":     {"陈美 Sales Chen", "sales", []string{"sh-001", demoMall}, true},
	"service":   {"王芳 Service Wang", "service", nil, true},
	"marketing": {"赵敏 Marketing Zhao", "marketing", nil, true},
	"store":     {"Till of sh-001", "store", []string{"sh-001"}, true},
	"read-only": {"Auditor", "read-only", nil, true},
	"customer":  {"A customer", "customer", nil, true},
}

// seeder fills a running system with the demonstration.
type seeder struct {
	system *system
	shop   shop
	secret string // of the till
	say    io.Writer
}

// demo fills the system that the file at dev describes. What it does goes to
// say; the secrets of the connections go to out, as "webhook_secret ID SECRET".
func demo(ctx context.Context, dev string, out, say io.Writer) error {
	running, err := client.ReadDev(dev)
	if err != nil {
		return fmt.Errorf("GUANXI_DEV must name the dev.json of a running `make dev`: %w", err)
	}
	local, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	s := seeder{
		system: newSystem(running.API, running.Control, running.Tokens["admin"]),
		shop:   shop{Connection: demoShop, Domain: "guanxi-demo.myshopify.com", Secret: shopifySecret(), Currency: "CNY", Product: "真丝围巾 Silk scarf", Zone: local, Accounts: map[string]account{}},
		secret: standardSecret(),
		say:    say,
	}
	now, err := s.system.Now(ctx)
	if err != nil {
		return err
	}
	if err := s.settings(ctx); err != nil {
		return err
	}
	people := generate(purchases.DayOf(now, local), []string{"sh-001", "sh-002", "hz-001"})
	if err := s.people(ctx, people, now); err != nil {
		return err
	}
	if err := s.system.settle(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "webhook_secret %s %s\nwebhook_secret %s %s\n", demoShop, s.shop.Secret, demoTill, s.secret)
	return nil
}

func (s seeder) settings(ctx context.Context) error {
	for _, store := range demoStores {
		if err := s.system.put(ctx, "/v1/stores/"+store.id, storeSetting{store.name, "manager"}); err != nil {
			return err
		}
	}
	for subject, staff := range demoStaff {
		if err := s.system.put(ctx, "/v1/staff/"+subject, staff); err != nil {
			return err
		}
	}
	shopify := connectionSetting{Platform: "shopify", Shop: s.shop.Domain, Secrets: []string{s.shop.Secret}, Store: demoMall, Channel: "online", Region: "CN",
		Rates: []datedRate{{"USD", "2020-01-01", "7.2"}}, Active: true}
	till := connectionSetting{Platform: "generic", Secrets: []string{s.secret}, Store: "sh-001", Channel: "pos", Region: "CN", Active: true}
	fmt.Fprintf(s.say, "%d stores, %d members of staff, 2 connections\n", len(demoStores), len(demoStaff))
	return errors.Join(
		s.system.put(ctx, "/v1/connections/"+demoShop, shopify),
		s.system.put(ctx, "/v1/connections/"+demoTill, till))
}

// people delivers what the people did: the person first, then their orders.
func (s seeder) people(ctx context.Context, people []person, now time.Time) error {
	for _, p := range people {
		s.shop.Accounts[p.Card] = p.Account
	}
	orders, calls := 0, 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, p := range people {
		orders += len(p.Orders)
		calls += len(p.Calls)
		group.Go(func() error { return s.person(ctx, p, now) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(s.say, "%d customers with %d orders and %d calls\n", len(people), orders, calls)
	return nil
}

func (s seeder) person(ctx context.Context, p person, now time.Time) error {
	stated := map[string]any{"account": p.Card, "card": p.Card, "email": p.Account.Email, "phone": p.Phone, "name": p.Name}
	known := map[string]any{"updated_at": now}
	maps.Copy(known, stated)
	if err := s.till(ctx, "customer.stated", p.Card, known); err != nil {
		return err
	}
	for _, o := range p.Orders {
		if err := s.order(ctx, o, stated); err != nil {
			return err
		}
	}
	if len(p.Calls) == 0 {
		return nil
	}
	id, err := s.system.find(ctx, p.Account.Email)
	if err != nil {
		return err
	}
	for _, on := range p.Calls {
		call := map[string]any{"at": on.At(15*time.Hour, s.shop.Zone), "channel": "phone", "two_way": true, "content": "Asked how the scarf wears; wants to hear of the autumn colours"}
		if err := s.system.post(ctx, "/v1/customers/"+id+"/interactions", call); err != nil {
			return err
		}
	}
	return nil
}

func (s seeder) order(ctx context.Context, o demoOrder, customer any) error {
	placed := o.Date.At(o.Placed, s.shop.Zone)
	if o.Store == "" {
		e := errand{purchase: o.purchase, Placed: o.Placed}
		says := e.statements()[0]
		body := s.shop.body(e, says)
		return s.system.deliver(ctx, "shopify", demoShop, s.shop.headers(says.Topic, strconv.Itoa(o.Line), body), body)
	}
	return s.till(ctx, "order.stated", strconv.Itoa(o.Line), map[string]any{
		"id": fmt.Sprintf("%s-%05d", o.Store, o.Line), "placed_at": placed, "updated_at": placed, "state": "fulfilled", "store": o.Store, "channel": "pos",
		"total":    map[string]any{"minor": o.Amount, "currency": s.shop.Currency},
		"customer": customer,
		"lines":    []any{map[string]any{"product": "A-1", "title": s.shop.Product, "category": "accessories", "quantity": o.Quantity, "amount": o.Amount}},
	})
}

// till posts a statement in our own format, signed by Standard Webhooks 1.0.
// Its timestamp is real time: it guards against replays from outside.
func (s seeder) till(ctx context.Context, kind, id string, data any) error {
	body, err := json.Marshal(map[string]any{"type": kind, "data": data})
	if err != nil {
		return err
	}
	signer, err := standardwebhooks.NewWebhook(s.secret)
	if err != nil {
		return err
	}
	at := time.Now()
	id = "msg_" + kind + "_" + id
	signature, err := signer.Sign(id, at, body)
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	header.Set(standardwebhooks.HeaderWebhookID, id)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return s.system.deliver(ctx, "generic", demoTill, header, bytes.Clone(body))
}
