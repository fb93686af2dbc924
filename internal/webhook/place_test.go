package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// stories are deliveries in the order in which they happened, and what they
// come to.
func stories(t testing.TB) map[string]story {
	// the account that the guest's order turns out to be of, by another e-mail
	account := map[string]any{"id": 8291047799999, "email": "somebody.else@example.com", "first_name": "Lan", "last_name": "Wu", "updated_at": "2026-03-14T20:41:10+08:00"}
	bigRefund := map[string]any{"transactions": []any{map[string]any{"kind": "refund", "status": "success", "amount": "500.00", "currency": "USD"}}}
	return map[string]story{
		"a whole life": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "orders/paid", "orders_paid", nil),
			payload(t, "orders/fulfilled", "orders_fulfilled", nil), payload(t, "refunds/create", "refunds_create", nil),
			payload(t, "orders/updated", "orders_updated.refunded", nil),
		}, spent: 122_50 * 72 / 10, orders: 1},
		"a guest's and an account's": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create.guest", nil), payload(t, "orders/updated", "orders_paid", nil),
		}, spent: 182_50 * 72 / 10, orders: 1},
		"a refund on its own": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "refunds/create", "refunds_create", nil),
		}, spent: 122_50 * 72 / 10, orders: 1},
		"a refund that failed": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "refunds/create", "refunds_create.pending", nil),
			payload(t, "refunds/create", "refunds_create.failed", nil),
		}, spent: 182_50 * 72 / 10, orders: 1},
		"a refund larger than its order": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "refunds/create", "refunds_create", bigRefund),
		}, spent: 0, orders: 0},
		"another owner": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create.guest", nil), payload(t, "refunds/create", "refunds_create", nil),
			payload(t, "orders/updated", "orders_paid", map[string]any{"customer": account}),
		}, spent: 122_50 * 72 / 10, orders: 1},
		"cancelled": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "orders/cancelled", "orders_cancelled", nil),
		}, spent: 0, orders: 0},
		"deleted": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", nil), payload(t, "refunds/create", "refunds_create", nil), payload(t, "orders/delete", "orders_delete", nil),
		}, spent: 0, orders: 0},
		"deleted after it moved": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create.guest", nil), payload(t, "orders/updated", "orders_paid", map[string]any{"customer": account}),
			payload(t, "orders/delete", "orders_delete", nil),
		}, spent: 0, orders: 0},
		"two in the same second": {deliveries: []delivery{
			payload(t, "orders/create", "orders_create", map[string]any{"updated_at": "2026-03-14T20:41:09+08:00"}),
			payload(t, "orders/paid", "orders_paid", map[string]any{"updated_at": "2026-03-14T20:41:09+08:00"}),
		}, spent: 182_50 * 72 / 10, orders: 1},
	}
}

type story struct {
	deliveries []delivery
	spent      int64
	orders     int
}

func (st story) check(t testing.TB, s *shop, how string) {
	t.Helper()
	if spent, orders := s.spend(); spent != st.spent || orders != st.orders {
		t.Errorf("%s: spent %d in %d orders; want %d in %d\n%s", how, spent, orders, st.spent, st.orders, s.state())
	}
}

// TestInAnyOrder delivers each story as it happened, then everything twice,
// then backwards: the facts come to the same.
func TestInAnyOrder(t *testing.T) {
	for name, st := range stories(t) {
		t.Run(name, func(t *testing.T) {
			once := open(t)
			once.deliver(st.deliveries...)
			st.check(t, once, "once")

			twice := open(t)
			for _, d := range st.deliveries {
				twice.deliver(d, d)
			}
			twice.deliver(st.deliveries...)
			st.check(t, twice, "twice")

			backwards := open(t)
			reversed := slices.Clone(st.deliveries)
			slices.Reverse(reversed)
			backwards.deliver(reversed...)
			backwards.deliver(reversed...)
			st.check(t, backwards, "backwards")

			if once.state() != twice.state() || once.state() != backwards.state() {
				t.Errorf("once:\n%s\ntwice:\n%s\nbackwards:\n%s", once.state(), twice.state(), backwards.state())
			}
		})
	}
}

// TestARepeatedDeliveryWritesNothing, and wakes nobody.
func TestARepeatedDeliveryWritesNothing(t *testing.T) {
	for name, st := range stories(t) {
		s := open(t)
		s.deliver(st.deliveries...)
		writes := s.memory.writes + s.people.Writes
		s.deliver(st.deliveries...)
		if again := s.memory.writes + s.people.Writes; again != writes {
			t.Errorf("%s: %d writes more", name, again-writes)
		}
	}
}

// TestCrashes lets every single call to the store fail once, before and after
// it had its effect: the shop is told to try later, and its next delivery mends
// whatever was left half done.
func TestCrashes(t *testing.T) {
	for name, st := range stories(t) {
		whole := open(t)
		whole.deliver(st.deliveries...)
		for _, after := range []bool{false, true} {
			for call := 1; call <= whole.memory.calls; call++ {
				s := open(t)
				if after {
					s.memory.lostAt = call
				} else {
					s.memory.failAt = call
				}
				for _, d := range st.deliveries {
					w := s.shopify(d.topic, d.body)
					if w.Code == http.StatusOK {
						continue
					}
					if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "database") {
						t.Fatalf("%s, call %d: %d %s", name, call, w.Code, w.Body)
					}
					s.deliver(d)
				}
				if s.state() != whole.state() {
					t.Errorf("%s, call %d, after its effect %v:\n%s\nwant:\n%s", name, call, after, s.state(), whole.state())
				}
			}
		}
	}
}

// TestAtOnce delivers each story many times over, all at the same time.
func TestAtOnce(t *testing.T) {
	const times = 16
	for name, st := range stories(t) {
		once := open(t)
		once.deliver(st.deliveries...)
		s := open(t)
		start := make(chan struct{})
		var all sync.WaitGroup
		for range times {
			for _, d := range st.deliveries {
				all.Go(func() {
					<-start
					for range 20 { // a shop delivers again what was put off
						if s.shopify(d.topic, d.body).Code == http.StatusOK {
							return
						}
					}
					t.Error("put off for ever")
				})
			}
		}
		close(start)
		all.Wait()
		if s.state() != once.state() {
			t.Errorf("%s:\n%s\nwant:\n%s", name, s.state(), once.state())
		}
		st.check(t, s, name)
	}
}

// TestManyOrdersOfOneUnknownPerson: one customer comes of them.
func TestManyOrdersOfOneUnknownPerson(t *testing.T) {
	const many = 64
	s := open(t)
	s.people.Old = true
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range many {
		d := payload(t, "orders/create", "orders_create", map[string]any{"id": 1000 + i})
		all.Go(func() {
			<-start
			if w := s.shopify(d.topic, d.body); w.Code != http.StatusOK {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	close(start)
	all.Wait()
	if _, orders := s.spend(); orders != many || len(s.people.All()) != 1 {
		t.Errorf("%d orders of %d customers", orders, len(s.people.All()))
	}
}

// TestTheOwnerMoves: the facts lie with the account's holder, and a tombstone
// keeps the rev where they were, so that the old owner's decision is made anew.
func TestTheOwnerMoves(t *testing.T) {
	s := open(t)
	st := stories(t)["another owner"]
	s.deliver(st.deliveries...)
	guest := s.people.Holder(customer.Key{Kind: customer.EmailKey, Value: "mei.li@example.com"})
	owner := s.people.Holder(customer.Key{Kind: customer.EmailKey, Value: "somebody.else@example.com"})
	key := crm.OrderKey{Connection: "shopify-cn", ID: "6114209734819"}
	if s.memory.addresses[key].Customer != owner {
		t.Error("the address did not move")
	}
	if left := s.memory.orders[factKey{guest, key}]; left == nil || !left.moved || left.rev != 2 {
		t.Errorf("left behind: %+v", left)
	}
}

// TestAnyStory: any deliveries about two orders, in any order, some of them
// broken off at any call, all delivered once more in the end, come to what the
// same deliveries come to in good order.
func TestAnyStory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var told []delivery
		for range rapid.IntRange(1, 6).Draw(rt, "deliveries") {
			order := rapid.SampledFrom([]int{6114209734819, 6114209734820}).Draw(rt, "order")
			updated := now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(rt, "hours ago")) * time.Hour)
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0, 1:
				file := rapid.SampledFrom([]string{"orders_create", "orders_paid", "orders_updated.refunded", "orders_cancelled"}).Draw(rt, "file")
				price := rapid.SampledFrom([]string{"182.50", "190.00"}).Draw(rt, "price")
				told = append(told, payload(t, "orders/updated", file, map[string]any{"id": order, "updated_at": updated, "total_price": price}))
			case 2:
				refund := 918273645091 + rapid.IntRange(0, 1).Draw(rt, "refund")
				told = append(told, payload(t, "refunds/create", "refunds_create", map[string]any{"id": refund, "order_id": order}))
			case 3:
				told = append(told, payload(t, "orders/delete", "orders_delete", map[string]any{"id": order}))
			}
		}
		good, bad := open(t), open(t)
		good.deliver(told...)
		for _, d := range rapid.Permutation(told).Draw(rt, "delivered") {
			if rapid.Bool().Draw(rt, "breaks") {
				bad.memory.lostAt = bad.memory.calls + rapid.IntRange(1, 8).Draw(rt, "at call")
			}
			bad.shopify(d.topic, d.body)
		}
		bad.memory.lostAt = 0
		bad.deliver(told...)
		if good.state() != bad.state() {
			rt.Fatalf("in good order:\n%s\notherwise:\n%s", good.state(), bad.state())
		}
	})
}
