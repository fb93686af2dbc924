package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// Orders are found by store and local date, the newest first, page by page; what
// moved to another day, store or customer, or is gone, is not found where it was.
func TestOrdersOfAStoreOnADay(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	shop, late := crm.StoreID("st-"+string(id)), time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC) // 00:30 of the 2nd in Shanghai
	first, second := crm.DateIn(noon, env.Zone), crm.DateIn(late, env.Zone)
	at := func(name string, placed, updated time.Time) crm.Order {
		o := order(id, string(id)+name, updated, crm.OrderPaid)
		o.Store, o.PlacedAt = shop, placed
		return o
	}
	for i := range 5 {
		put(t, facts, at(fmt.Sprint("#", i), noon.Add(time.Duration(i)*time.Minute), noon))
	}
	put(t, facts, at("late", late, noon))
	got := ordersOn(t, facts, shop, first)
	if diff := cmp.Diff([]string{"#4", "#3", "#2", "#1", "#0"}, names(id, got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(at("#4", noon.Add(4*time.Minute), noon), got[0]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"late"}, names(id, ordersOn(t, facts, shop, second))); diff != "" {
		t.Error(diff)
	}

	put(t, facts, at("#4", late, noon.Add(time.Hour))) // stated again, a day later
	elsewhere := at("#3", noon, noon.Add(time.Hour))
	elsewhere.Store = "st-other-" + shop
	put(t, facts, elsewhere)
	gone := at("#2", noon, noon)
	gone.State = crm.OrderDeleted
	put(t, facts, gone)
	taken := at("#1", noon, noon.Add(time.Hour))
	if _, err := facts.Claim(ctx, taken.Key, id); err != nil {
		t.Fatal(err)
	}
	taken.Customer = newCustomer()
	if ok, err := facts.Move(ctx, id, taken); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if got := ordersOn(t, facts, shop, first); len(got) != 2 || got[0].Customer != taken.Customer && got[1].Customer != taken.Customer {
		t.Errorf("%+v", got)
	}
	if got := names(id, ordersOn(t, facts, shop, second)); len(got) != 2 {
		t.Errorf("the day after: %v", got)
	}
	if got := names(id, ordersOn(t, facts, elsewhere.Store, first)); len(got) != 1 {
		t.Errorf("the other store: %v", got)
	}
}

// What was sold to nobody is found by its day, wakes nobody, and is given back
// like any other order.
func TestSoldToNobody(t *testing.T) {
	env := storetest.Open(t)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	ctx := crm.WithEvent(t.Context(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	want := ours(newCustomer())
	want.Store, want.Customer = "st-"+crm.StoreID(want.Customer), ""
	if err := facts.RecordOrder(ctx, want); err != nil {
		t.Fatal(err)
	}
	address, err := facts.Address(ctx, want.Key)
	if err != nil || !address.Customer.IsNobody() {
		t.Fatalf("%+v %v", address, err)
	}
	r := refundOf(want, "R-1", 5000)
	if err := facts.RefundOrder(ctx, address.Customer, r, 0); err != nil {
		t.Fatal(err)
	}
	want.State = crm.OrderCancelled
	if err := facts.AmendOrder(ctx, want, 1); err != nil {
		t.Fatal(err)
	}
	got, err := facts.Order(ctx, address.Customer, want.Key)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if diff := cmp.Diff([]crm.Order{want}, ordersOn(t, facts, want.Store, crm.DateIn(noon, env.Zone))); diff != "" {
		t.Error(diff)
	}
	refunds, err := facts.RefundsOf(ctx, want.Key)
	if diff := cmp.Diff([]crm.Refund{r}, refunds); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func put(t *testing.T, facts store.Facts, o crm.Order) {
	t.Helper()
	if ok, err := facts.PutOrder(storetest.Context(noon), o); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

// ordersOn reads a day in pages of two, and once as a whole.
func ordersOn(t *testing.T, facts store.Facts, shop crm.StoreID, on crm.Date) (all []crm.Order) {
	t.Helper()
	ctx := storetest.Context(noon)
	whole, _, err := facts.OrdersOn(ctx, shop, on, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	for after := ""; ; {
		page, next, err := facts.OrdersOn(ctx, shop, on, 2, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if after = next; after == "" {
			break
		}
	}
	if diff := cmp.Diff(whole, all); diff != "" {
		t.Error(diff)
	}
	return all
}

func names(id crm.CustomerID, orders []crm.Order) (all []string) {
	for _, o := range orders {
		all = append(all, o.Key.ID[len(id):])
	}
	return all
}
