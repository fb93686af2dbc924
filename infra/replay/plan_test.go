package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"guanxi/infra/purchases"
)

// thousand is a purchase a day of each of ten customers.
func thousand() (all []purchase) {
	for i := range 1000 {
		all = append(all, purchase{Line: i + 2, Customer: string(rune('a' + i%10)), Date: day(10000 + i/10), Quantity: 3, Amount: 1000})
	}
	return all
}

func TestThePlanDeliversEveryOrderAsOftenAsItSays(t *testing.T) {
	all := thousand()
	days, tally := plan(all, shares{Repeated: 0.05, Late: 0.02, Outdated: 0.03})
	times, deliveries, late := map[int]int{}, 0, 0
	for on, errands := range days {
		for _, e := range errands {
			times[e.Line]++
			deliveries += len(e.statements())
			switch delay := on - e.Date; {
			case delay < 0 || delay > 2:
				t.Errorf("line %d is delivered %d days late", e.Line, delay)
			case delay > 0 && times[e.Line] == 1:
				late++
			}
			if on > tally.Last {
				t.Errorf("line %d is delivered after the last day", e.Line)
			}
			if e.Placed < 0 || e.Placed >= closing {
				t.Errorf("line %d was placed at %v", e.Line, e.Placed)
			}
		}
	}
	repeated := 0
	for _, n := range times {
		repeated += n - 1
	}
	if len(times) != len(all) || tally.Orders != len(all) || tally.People != 10 {
		t.Errorf("%d of %d orders are delivered; the tally says %+v", len(times), len(all), tally)
	}
	if deliveries != tally.Deliveries || repeated != tally.Repeated || late != tally.Late {
		t.Errorf("%d deliveries, %d repeated, %d late; the tally says %+v", deliveries, repeated, late, tally)
	}
	for what, share := range map[string][2]float64{"repeated": {float64(tally.Repeated), 50}, "late": {float64(tally.Late), 20}, "outdated": {float64(tally.Outdated), 30}} {
		if math.Abs(share[0]-share[1]) > 4*math.Sqrt(share[1]) {
			t.Errorf("%v orders are %s, not about %v", share[0], what, share[1])
		}
	}
}

func TestThePlanIsTheSameEveryTime(t *testing.T) {
	s := shares{Repeated: 0.3, Late: 0.3, Outdated: 0.3}
	a, _ := plan(thousand(), s)
	b, _ := plan(thousand(), s)
	if text(t, a) != text(t, b) {
		t.Fatal("two plans of one file differ")
	}
}

func TestAnEditedOrderIsDeliveredNewerFirst(t *testing.T) {
	e := errand{purchase: purchase{Line: 2, Customer: "a", Date: 10000, Quantity: 3, Amount: 1000}, Edited: true}
	s := shop{Currency: "USD", Zone: time.UTC, Accounts: openAccounts([]purchase{e.purchase})}
	var said []orderPayload
	for _, says := range e.statements() {
		var p orderPayload
		if err := json.Unmarshal(s.body(e, says), &p); err != nil {
			t.Fatal(err)
		}
		said = append(said, p)
	}
	newer, older := said[0], said[1]
	if !newer.UpdatedAt.After(older.UpdatedAt) || newer.ID != older.ID {
		t.Errorf("%v of %d comes before %v of %d", newer.UpdatedAt, newer.ID, older.UpdatedAt, older.ID)
	}
	if newer.TotalPrice != "10.00" || older.TotalPrice == newer.TotalPrice {
		t.Errorf("the newer one says %s, the older %s", newer.TotalPrice, older.TotalPrice)
	}
}

func TestALineAddsUpToTheAmount(t *testing.T) {
	for _, amount := range []int64{0, 1, 2, 3, 999, 1000, 1001} {
		for quantity := int64(1); quantity < 8; quantity++ {
			l := shop{}.line(amount, quantity)
			each, err := purchases.ParseCents(l.Price)
			if err != nil {
				t.Fatal(err)
			}
			sum := each * quantity
			for _, d := range l.Discounts {
				off, err := purchases.ParseCents(d.Amount)
				if err != nil {
					t.Fatal(err)
				}
				sum -= off
			}
			if sum != amount {
				t.Errorf("%d pieces for %d cents add up to %d: %+v", quantity, amount, sum, l)
			}
		}
	}
}

// The example of Shopify's documentation on verifying webhooks has no secret;
// this one was made with openssl dgst -sha256 -hmac.
func TestHeadersSignTheBody(t *testing.T) {
	h := shop{Secret: "hush", Domain: "d.myshopify.com"}.headers("orders/create", "1", []byte(`{"id":1}`))
	if got, want := h.Get("X-Shopify-Hmac-Sha256"), "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestEveryCustomerHasAnAccountOfTheirOwn(t *testing.T) {
	accounts := openAccounts(thousand())
	seen := map[string]bool{}
	for customer, a := range accounts {
		if seen[a.Email] || !strings.HasSuffix(a.Email, "@example.com") || a.First == "" || a.Last == "" || a.ID <= firstAccount {
			t.Errorf("customer %s has the account %+v", customer, a)
		}
		seen[a.Email] = true
	}
	if len(accounts) != 10 {
		t.Errorf("there are %d accounts", len(accounts))
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
