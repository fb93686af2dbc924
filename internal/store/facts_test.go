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

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// order makes a stated order of three lines, about as large as real ones are.
func order(id crm.CustomerID, name string, updated time.Time, state crm.OrderState) crm.Order {
	return crm.Order{Key: crm.OrderKey{Connection: "shopify-cn", ID: name}, Customer: id, PlacedAt: noon, State: state, Store: "sh-001", Channel: crm.ChannelOnline,
		Total: crm.Money{Minor: 129900, Currency: "CNY"}, Rate: crm.Par,
		Lines: []crm.Line{{Product: "7001-RED-M", Title: "Silk scarf, red", Category: "accessories", Quantity: 1, Amount: 49900},
			{Product: "3210-BLK-38", Title: "Leather shoes", Category: "shoes", Quantity: 1, Amount: 60000}, {Product: "9000", Title: "Gift box", Category: "other", Quantity: 2, Amount: 20000}},
		Version: crm.NewVersion(updated, state.Rank(), []byte(name)), Origin: crm.Origin{Source: "shopify/shopify-cn", Delivery: "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", Trace: "1-67891233-abcdef012345678912345678", RecordedAt: updated}}
}

func newCustomer() crm.CustomerID { return crm.NewCustomerID(noon) }

func TestAnOrderComesBackAsItWasStated(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	want := order(id, "1001", noon, crm.OrderPaid)
	if ok, err := facts.PutOrder(ctx, want); !ok || err != nil {
		t.Fatal(ok, err)
	}
	got, err := facts.Order(ctx, id, want.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the order and however often they come, the newest statement stands,
// and rev counts the accepted ones.
func TestOnlyANewerStatementIsAccepted(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	paid := order(id, "1", noon, crm.OrderPaid)
	fulfilled := order(id, "1", noon, crm.OrderFulfilled) // the same second: the state's rank decides
	later := order(id, "1", noon.Add(time.Hour), crm.OrderPaid)
	for i, step := range []struct {
		order    crm.Order
		accepted bool
	}{{fulfilled, true}, {paid, false}, {fulfilled, false}, {later, true}, {paid, false}, {later, false}} {
		if ok, err := facts.PutOrder(ctx, step.order); ok != step.accepted || err != nil {
			t.Fatalf("step %d: %v %v", i, ok, err)
		}
	}
	h, err := facts.History(ctx, id)
	if err != nil || len(h.Orders) != 1 || h.Orders[0].Version != later.Version || h.Seen != 2 {
		t.Fatalf("%+v %v", h, err)
	}
}

func TestADeletionAbsorbsEverything(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	gone := crm.Order{Key: crm.OrderKey{Connection: "shopify-cn", ID: "1"}, Customer: id, State: crm.OrderDeleted, Version: crm.NewVersion(noon.Add(-time.Hour), crm.OrderDeleted.Rank(), nil), Origin: crm.Origin{RecordedAt: noon}}
	if ok, err := facts.PutOrder(ctx, order(id, "1", noon, crm.OrderPaid)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for i, want := range []bool{true, false} {
		if ok, err := facts.PutOrder(ctx, gone); ok != want || err != nil {
			t.Fatalf("deletion %d: %v %v", i, ok, err)
		}
	}
	if ok, err := facts.PutOrder(ctx, order(id, "1", noon.Add(time.Hour), crm.OrderPaid)); ok || err != nil {
		t.Fatal("a statement came after the deletion", err)
	}
	if h, err := facts.History(ctx, id); err != nil || h.Orders[0].State.Counts() || h.Seen != 2 {
		t.Fatalf("%+v %v", h, err)
	}
}

func TestTheFirstToClaimAnOrderKeepsIt(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	first, second := newCustomer(), newCustomer()
	k := crm.OrderKey{Connection: "shopify-cn", ID: string(first)}
	for _, claimer := range []crm.CustomerID{first, second, first} {
		if winner, err := facts.Claim(ctx, k, claimer); winner != first || err != nil {
			t.Fatalf("%s claims, %s wins: %v", claimer, winner, err)
		}
	}
}

func TestAMovedOrderCountsWhereItWentAndWakesWhereItWas(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	guest, account := newCustomer(), newCustomer()
	old := order(guest, string(guest), noon, crm.OrderPaid)
	if _, err := facts.Claim(ctx, old.Key, guest); err != nil {
		t.Fatal(err)
	}
	if ok, err := facts.PutOrder(ctx, old); !ok || err != nil {
		t.Fatal(ok, err)
	}
	moved := order(account, string(guest), noon.Add(time.Hour), crm.OrderPaid)
	for i, want := range []bool{true, false} { // the second time the address is no longer the guest's
		if ok, err := facts.Move(ctx, guest, moved); ok != want || err != nil {
			t.Fatalf("move %d: %v %v", i, ok, err)
		}
	}
	left, err := facts.History(ctx, guest)
	if err != nil || left.Orders[0].State.Counts() || left.Seen != 2 {
		t.Fatalf("left behind: %+v %v", left, err)
	}
	there, err := facts.History(ctx, account)
	if err != nil || len(there.Orders) != 1 || !there.Orders[0].State.Counts() || there.Orders[0].Total != moved.Total {
		t.Fatalf("arrived: %+v %v", there, err)
	}
	if _, err := facts.PutOrder(ctx, order(guest, string(guest), noon.Add(2*time.Hour), crm.OrderPaid)); crm.KindOf(err) != crm.Conflict {
		t.Fatalf("a put to where it was: %v, want a conflict that sends to the address", err)
	}
	back := order(guest, string(guest), noon.Add(3*time.Hour), crm.OrderPaid)
	if ok, err := facts.Move(ctx, account, back); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if h, err := facts.History(ctx, guest); err != nil || !h.Orders[0].State.Counts() {
		t.Fatalf("back again: %+v %v", h, err)
	}
}

func TestParkedRefundsAreFoundUnderTheirOrder(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	o := crm.OrderKey{Connection: "shopify-cn", ID: string(id)}
	var want []crm.Refund
	for i := range 3 {
		r := crm.Refund{Key: crm.RefundKey{Order: o, ID: fmt.Sprint(i)}, At: noon, Amount: crm.Money{Minor: int64(100 * (i + 1)), Currency: "CNY"},
			Version: crm.NewVersion(noon, 0, nil), Origin: crm.Origin{Source: "shopify/shopify-cn", RecordedAt: noon}}
		for j, accepted := range []bool{true, false} {
			if ok, err := facts.ParkRefund(ctx, r); ok != accepted || err != nil {
				t.Fatalf("refund %d, time %d: %v %v", i, j, ok, err)
			}
		}
		want = append(want, r)
	}
	if err := facts.ParkDeletion(ctx, o, crm.Origin{Source: "x", RecordedAt: noon}); err != nil {
		t.Fatal(err)
	}
	a, err := facts.Address(ctx, o)
	if err != nil || a.Customer != "" || !a.Gone {
		t.Fatalf("%+v %v", a, err)
	}
	if diff := cmp.Diff(want, a.Refunds); diff != "" {
		t.Error(diff)
	}
}

func TestOrdersAndRefundsOfACustomer(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon), newCustomer()
	for _, name := range []string{"1", "2", "3"} {
		if _, err := facts.PutOrder(ctx, order(id, name, noon, crm.OrderPaid)); err != nil {
			t.Fatal(err)
		}
	}
	gone := order(id, "2", noon, crm.OrderDeleted)
	if ok, err := facts.PutOrder(ctx, gone); !ok || err != nil {
		t.Fatal(ok, err)
	}
	want := crm.Refund{Key: crm.RefundKey{Order: order(id, "3", noon, crm.OrderPaid).Key, ID: "r"}, At: noon, Amount: crm.Money{Minor: 100, Currency: "CNY"}, Version: crm.NewVersion(noon, 0, nil), Origin: crm.Origin{RecordedAt: noon}}
	if _, err := facts.PutRefund(ctx, id, want); err != nil {
		t.Fatal(err)
	}
	orders, _, err := facts.Orders(ctx, id, 10, "")
	if err != nil || len(orders) != 2 || orders[0].Key.ID != "1" || orders[1].Key.ID != "3" {
		t.Fatalf("%+v %v", orders, err)
	}
	refunds, err := facts.Refunds(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]crm.Refund{want}, refunds); diff != "" {
		t.Error(diff)
	}
}
