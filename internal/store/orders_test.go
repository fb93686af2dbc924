package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// ours is an order of our own, of 1,299.00, by a person.
func ours(id crm.CustomerID) crm.Order {
	o := order(id, string(id), noon, crm.OrderPaid)
	o.Key.Connection = crm.APIConnection
	cost := int64(30000)
	o.Discount, o.Tax, o.Shipping, o.Lines[0].Tax, o.Lines[0].Discount, o.Lines[0].Cost = 1000, 500, 500, 100, 200, &cost
	return o
}

func refundOf(o crm.Order, name string, minor int64) crm.Refund {
	return crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: name}, At: noon, Amount: crm.Money{Minor: minor, Currency: "CNY"}, Version: crm.NewVersion(noon, 0, nil), Origin: crm.Origin{Source: "api/u-li", RecordedAt: noon}}
}

func TestAnOrderOfOurOwn(t *testing.T) {
	env := storetest.Open(t)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	ctx := crm.WithEvent(t.Context(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	want := ours(newCustomer())
	if err := facts.RecordOrder(ctx, want); err != nil {
		t.Fatal(err)
	}
	if err := facts.RecordOrder(ctx, want); crm.KindOf(err) != crm.Conflict {
		t.Errorf("recorded twice: %v", err)
	}
	got, err := facts.Order(ctx, want.Customer, want.Key)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}

	want.Total.Minor, want.Lines, want.Discount = 10000, want.Lines[:1], 39900
	for turn, expected := range []crm.Kind{crm.Internal, crm.Conflict} { // the second time its turn is over
		if err := facts.AmendOrder(ctx, want, 0); err != nil && crm.KindOf(err) != expected || (err == nil) != (turn == 0) {
			t.Errorf("amendment %d: %v", turn, err)
		}
	}
	r := refundOf(want, "R-1", 5000)
	if err := facts.RefundOrder(ctx, want.Customer, r, 1); err != nil {
		t.Fatal(err)
	}
	address, err := facts.Address(ctx, want.Key)
	if err != nil || address.Turn != 2 || address.Customer != want.Customer || cmp.Diff([]crm.Refund{r}, address.Refunds) != "" {
		t.Errorf("%+v %v", address, err)
	}
	h, err := facts.History(ctx, want.Customer)
	if err != nil || h.Seen != 3 || cmp.Diff([]crm.Order{want}, h.Orders) != "" || cmp.Diff([]crm.Refund{r}, h.Refunds) != "" {
		t.Errorf("%+v %v", h, err)
	}
	other := ours(newCustomer())
	refunds, err := facts.RefundsOfAll(ctx, []crm.OrderKey{other.Key, want.Key})
	if diff := cmp.Diff(map[crm.OrderKey][]crm.Refund{want.Key: {r}}, refunds); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// Twenty give back 100 of 1,299 at once, whoever loses looks again: at no moment
// was more given back than paid.
func TestManyRefundsAtOnceNeverExceedTheOrder(t *testing.T) {
	env := storetest.Open(t)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	ctx := crm.WithEvent(t.Context(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	o := ours(newCustomer())
	if err := facts.RecordOrder(ctx, o); err != nil {
		t.Fatal(err)
	}
	var given atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			for {
				address, err := facts.Address(ctx, o.Key)
				if err != nil {
					t.Error(err)
					return
				}
				var before int64
				for _, r := range address.Refunds {
					before += r.Amount.Minor
				}
				if before+10000 > o.Total.Minor {
					return
				}
				if err := facts.RefundOrder(ctx, o.Customer, refundOf(o, fmt.Sprint(i), 10000), address.Turn); err == nil {
					given.Add(10000)
					return
				} else if crm.KindOf(err) != crm.Conflict {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if given.Load() != 120000 {
		t.Errorf("%d given back of %d, not all of what twelve can get", given.Load(), o.Total.Minor)
	}
}
