package store_test

import (
	"fmt"
	"testing"
	"time"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/overview"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/task"
)

// regular is a customer who bought fifty times and talked to us twenty times,
// with an open warning and its follow-up, and one that is over.
func regular(t testing.TB, env *storetest.Env) crm.CustomerID {
	t.Helper()
	d, ctx, p := newDesk(env), storetest.Context(noon), mei()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.customers.Create(ctx, p, nil))
	for i := range 50 {
		o := order(p.ID, fmt.Sprintf("%s-%d", p.ID, i), noon, crm.OrderPaid)
		o.PlacedAt = noon.AddDate(0, 0, -7*i-150)
		_, err := d.facts.PutOrder(ctx, o)
		must(err)
	}
	for i := range 20 {
		at := noon.AddDate(0, 0, -10*i-1)
		_, err := d.facts.PutInteraction(ctx, crm.Interaction{ID: crm.InteractionID(fmt.Sprint("int_", i)), Customer: p.ID, At: at, Channel: crm.ChannelPhone,
			TwoWay: i > 14, Content: "asked for the catalogue of the spring", Version: crm.NewVersion(at, 0, nil), Origin: crm.Origin{RecordedAt: at}})
		must(err)
	}
	warnings := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone)
	for i, since := range []crm.Date{crm.DateIn(noon, env.Zone) - 400, crm.DateIn(noon, env.Zone)} {
		w := churn.Warning{Customer: p.ID, Since: since, OpenedAt: noon, Severity: churn.Normal, Store: "sh-001", Owner: "u-li"}
		if i == 0 {
			w = w.Closed(churn.Purchased, "", noon)
		}
		must(warnings.Open(ctx, w, task.Task{ID: fmt.Sprint("warning-", since), Kind: task.FollowUp, Customer: p.ID, Store: "sh-001", Owner: "u-li", Reason: task.Silence, OpenedAt: noon, Due: since + 7, ClosedAt: w.ClosedAt}))
	}
	must(func() error {
		_, _, err := d.keeper.Keep(ctx, p.ID, "", "", noon)
		return err
	}())
	return p.ID
}

func TestOneLookTakesTwoQueries(t *testing.T) {
	env := storetest.Open(t)
	id := regular(t, env)
	overviews := store.NewOverviews(env.DB, env.Customers, env.Facts, env.Keys, env.Zone)
	look := func() overview.Overview {
		t.Helper()
		o, err := overviews.Overview(storetest.Context(noon), id)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	look() // the keys are unwrapped
	var o overview.Overview
	used := env.Meter.Of(func() { o = look() })
	t.Logf("one look at a customer of 50 orders and 20 contacts: %d requests, %.1f RRU", used.Requests, used.Read)
	if used.Requests != 2 || used.Read > 7 || used.Write > 0 {
		t.Errorf("%+v", used)
	}
	if o.Profile.ID != id || o.Profile.Birthday == "" || o.Decision.Classes.Level == "" || len(o.Decision.Stores) == 0 || len(o.Warnings) != 1 || len(o.Tasks) != 1 {
		t.Errorf("%+v", o)
	}
	if o.Facts.Interactions[0].Content == "" || len(o.Facts.Orders) != 50 || len(o.Facts.Interactions) != 20 {
		t.Errorf("%d orders, %d contacts, the last %+v", len(o.Facts.Orders), len(o.Facts.Interactions), o.Facts.Interactions[0])
	}
	for _, missing := range []crm.CustomerID{newCustomer(), "nobody", ""} {
		if _, err := overviews.Overview(storetest.Context(noon), missing); crm.KindOf(err) != crm.NotFound {
			t.Errorf("%q: %v", missing, err)
		}
	}
	if err := customers(env).Delete(storetest.Context(noon), o.Profile); err != nil {
		t.Fatal(err)
	}
	if _, err := overviews.Overview(storetest.Context(noon), id); crm.KindOf(err) != crm.NotFound {
		t.Errorf("deleted: %v", err)
	}
}

// Whoever has very many contacts still shows their orders.
func TestManyContactsHideNoOrder(t *testing.T) {
	env := storetest.Open(t)
	d, ctx, p := newDesk(env), storetest.Context(noon), mei()
	if err := d.customers.Create(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := d.facts.PutOrder(ctx, order(p.ID, string(p.ID), noon, crm.OrderPaid)); err != nil {
		t.Fatal(err)
	}
	for i := range 230 {
		at := noon.Add(time.Duration(i) * time.Minute)
		if _, err := d.facts.PutInteraction(ctx, crm.Interaction{ID: crm.InteractionID(fmt.Sprint("int_", i)), Customer: p.ID, At: at, Channel: crm.ChannelLogin,
			Version: crm.NewVersion(at, 0, nil), Origin: crm.Origin{RecordedAt: at}}); err != nil {
			t.Fatal(err)
		}
	}
	o, err := store.NewOverviews(env.DB, env.Customers, env.Facts, env.Keys, env.Zone).Overview(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Facts.Orders) != 1 || len(o.Facts.Interactions) != 200 || !o.Facts.Interactions[0].At.Equal(noon.Add(229*time.Minute)) {
		t.Errorf("%d orders, %d contacts, the first at %s", len(o.Facts.Orders), len(o.Facts.Interactions), o.Facts.Interactions[0].At)
	}
}
