package history_test

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func order(id string, at string, minor int64) crm.Order {
	placed, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return crm.Order{Key: key(id), PlacedAt: placed, State: crm.OrderPaid, Total: crm.Money{Minor: minor, Currency: "CNY"}, Rate: crm.Par}
}

func key(id string) crm.OrderKey { return crm.OrderKey{Connection: "shop", ID: id} }

func refund(of, id string, minor int64) crm.Refund {
	return crm.Refund{Key: crm.RefundKey{Order: key(of), ID: id}, Amount: crm.Money{Minor: minor, Currency: "CNY"}}
}

func talk(at string, twoWay bool) crm.Interaction {
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return crm.Interaction{At: when, TwoWay: twoWay}
}

func day(s string) crm.Date {
	d, err := crm.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestFold(t *testing.T) {
	dollars := order("usd", "2026-03-01T10:00:00+08:00", 2933)
	dollars.Rate = 7_200_000_000
	cancelled := order("c", "2026-03-01T10:00:00+08:00", 100)
	cancelled.State = crm.OrderCancelled
	for name, c := range map[string]struct {
		facts history.Facts
		want  history.History
	}{
		"nothing": {},
		"one date has one purchase, however many orders": {
			history.Facts{Orders: []crm.Order{order("b", "2026-03-01T23:59:59+08:00", 200), order("a", "2026-03-01T00:00:00+08:00", 100)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 300, Orders: 2}}},
		},
		"dates are local": {
			history.Facts{Orders: []crm.Order{order("a", "2026-03-01T15:59:59Z", 100), order("b", "2026-03-01T16:00:00Z", 200)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 100, Orders: 1}, {Date: day("2026-03-02"), Net: 200, Orders: 1}}},
		},
		"another currency at the order's own rate": {
			history.Facts{Orders: []crm.Order{dollars}, Refunds: []crm.Refund{refund("usd", "r", 1933)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 7200, Orders: 1}}, Returns: []crm.Date{day("2026-03-01")}},
		},
		"a cancelled order is none": {facts: history.Facts{Orders: []crm.Order{cancelled}}},
		"a refund reduces its order at the order's date": {
			history.Facts{Orders: []crm.Order{order("a", "2026-03-01T10:00:00+08:00", 100)}, Refunds: []crm.Refund{refund("a", "r1", 30), refund("a", "r2", 20)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 50, Orders: 1}}, Returns: []crm.Date{day("2026-03-01")}},
		},
		"a full refund leaves no purchase": {
			facts: history.Facts{Orders: []crm.Order{order("a", "2026-03-01T10:00:00+08:00", 100)}, Refunds: []crm.Refund{refund("a", "r1", 100)}},
			want:  history.History{Returns: []crm.Date{day("2026-03-01")}},
		},
		"what an order cost counts where all its lines tell, and not for what was given back": {
			history.Facts{Orders: []crm.Order{costing(order("a", "2026-03-01T10:00:00+08:00", 100), 40, 20), costing(order("b", "2026-03-01T11:00:00+08:00", 50), 10, -1)},
				Refunds: []crm.Refund{refund("a", "r1", 50)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 100, Costed: 50, Cost: 30, Orders: 2}}, Returns: []crm.Date{day("2026-03-01")}},
		},
		"more than all is capped, and said": {
			history.Facts{
				Orders:  []crm.Order{order("b", "2026-03-02T10:00:00+08:00", 70), order("a", "2026-03-01T10:00:00+08:00", 100)},
				Refunds: []crm.Refund{refund("a", "r1", 101)},
			},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-02"), Net: 70, Orders: 1}}, Returns: []crm.Date{day("2026-03-01")}, Capped: []crm.OrderKey{key("a")}},
		},
		"a negative refund gives nothing back, and takes nothing": {
			history.Facts{Orders: []crm.Order{order("a", "2026-03-01T10:00:00+08:00", 100)}, Refunds: []crm.Refund{refund("a", "r1", -30)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: 100, Orders: 1}}},
		},
		"a free order is a purchase": {
			history.Facts{Orders: []crm.Order{order("a", "2026-03-01T10:00:00+08:00", 0)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Orders: 1}}},
		},
		"a refund without its order waits": {facts: history.Facts{Refunds: []crm.Refund{refund("a", "r", 1)}}},
		"huge amounts stay huge": {
			history.Facts{Orders: []crm.Order{order("a", "2026-03-01T10:00:00+08:00", math.MaxInt64), order("b", "2026-03-01T10:00:00+08:00", math.MaxInt64)}},
			history.History{Purchases: []history.Purchase{{Date: day("2026-03-01"), Net: math.MaxInt64, Orders: 2}}},
		},
		"only two-way contact is contact, once a date": {
			history.Facts{Interactions: []crm.Interaction{
				talk("2026-03-02T10:00:00+08:00", true), talk("2026-03-01T10:00:00+08:00", true), talk("2026-03-01T11:00:00+08:00", true), talk("2026-03-03T10:00:00+08:00", false),
			}},
			history.History{Contacts: []crm.Date{day("2026-03-01"), day("2026-03-02")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, history.Fold(c.facts, shanghai), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// facts draws a few orders on few dates, with refunds and contacts.
func facts(t *rapid.T) (f history.Facts) {
	at := func(label string) time.Time {
		return time.Unix(20000*86400+int64(rapid.IntRange(0, 40*24).Draw(t, label))*3600, 0)
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "orders") {
		o := crm.Order{Key: key(fmt.Sprint(i)), PlacedAt: at("placed"), Rate: crm.Par,
			State: rapid.SampledFrom([]crm.OrderState{crm.OrderOpen, crm.OrderPaid, crm.OrderFulfilled, crm.OrderCancelled, crm.OrderDeleted}).Draw(t, "state"),
			Total: crm.Money{Minor: rapid.Int64Range(0, 500).Draw(t, "total"), Currency: "CNY"}}
		f.Orders = append(f.Orders, o)
		for j := range rapid.IntRange(0, 2).Draw(t, "refunds") {
			f.Refunds = append(f.Refunds, refund(o.Key.ID, fmt.Sprint(j), rapid.Int64Range(1, 400).Draw(t, "refund")))
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "contacts") {
		f.Interactions = append(f.Interactions, crm.Interaction{At: at("talked"), TwoWay: rapid.Bool().Draw(t, "two-way")})
	}
	return f
}

// spend is the oracle: for each date, ask every order.
func spend(f history.Facts, on crm.Date) (net int64, orders int) {
	for _, o := range f.Orders {
		left, given := o.Total.Minor, int64(0)
		for _, r := range f.Refunds {
			if r.Key.Order == o.Key {
				given += r.Amount.Minor
			}
		}
		left -= min(given, left)
		if crm.DateIn(o.PlacedAt, shanghai) == on && o.State.Counts() && (left > 0 || given == 0) {
			net, orders = net+left, orders+1
		}
	}
	return net, orders
}

func TestFoldAgreesWithAskingEveryOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := facts(t)
		h := history.Fold(f, shanghai)
		days := map[crm.Date]history.Purchase{}
		for _, p := range h.Purchases {
			days[p.Date] = p
		}
		from, to := crm.Date(rapid.IntRange(19998, 20045).Draw(t, "from")), crm.Date(rapid.IntRange(19998, 20045).Draw(t, "to"))
		var inRange int64
		for on := crm.Date(19990); on < 20050; on++ {
			net, orders := spend(f, on)
			if days[on].Net != net || days[on].Orders != orders {
				t.Fatalf("on %s: %+v, want %d in %d orders", on, days[on], net, orders)
			}
			if on >= from && on <= to {
				inRange += net
			}
			if until := h.Until(on); until.LastPurchase() > on || until.LastContact() > on ||
				until.Spend(0, 99999) != h.Spend(0, on) {
				t.Fatalf("until %s: %+v of %+v", on, until, h)
			}
		}
		if got := h.Spend(from, to); got != inRange {
			t.Fatalf("spend %s … %s = %d, want %d", from, to, got, inRange)
		}
	})
}

// Facts have no order: whoever reads them, however they arrived, folds alike.
func TestFoldKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := facts(t)
		want := history.Fold(f, shanghai)
		shuffle := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		g := history.Facts{Orders: slices.Clone(f.Orders), Refunds: slices.Clone(f.Refunds), Interactions: slices.Clone(f.Interactions)}
		shuffle.Shuffle(len(g.Orders), func(i, j int) { g.Orders[i], g.Orders[j] = g.Orders[j], g.Orders[i] })
		shuffle.Shuffle(len(g.Refunds), func(i, j int) { g.Refunds[i], g.Refunds[j] = g.Refunds[j], g.Refunds[i] })
		slices.Reverse(g.Interactions)
		if diff := cmp.Diff(want, history.Fold(g, shanghai)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestStores(t *testing.T) {
	f := history.Facts{
		Orders:       []crm.Order{{Store: "sh-2"}, {Store: "sh-1"}, {Store: ""}, {Store: "sh-2"}},
		Interactions: []crm.Interaction{{Store: "bj-1"}, {Store: "sh-1"}},
	}
	if got := f.Stores(); !slices.Equal(got, []crm.StoreID{"bj-1", "sh-1", "sh-2"}) {
		t.Errorf("stores are %q", got)
	}
}

// costing gives an order lines with these costs; a negative one is not known.
func costing(o crm.Order, costs ...int64) crm.Order {
	for _, cost := range costs {
		l := crm.Line{Product: "p"}
		if cost >= 0 {
			l.Cost = &cost
		}
		o.Lines = append(o.Lines, l)
	}
	return o
}
