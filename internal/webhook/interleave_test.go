package webhook_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
)

// A lane is one delivery among several that are handled at the same time. It
// stops before each call to the store until it is its turn, so that a test can
// try every interleaving there is.
type lane struct {
	stops chan bool     // true: waiting before a call; false: at its end
	turn  chan struct{} // go on to the next stop
}

type laneKey struct{}

func awaitTurn(ctx context.Context) {
	if l, ok := ctx.Value(laneKey{}).(lane); ok {
		l.stops <- true
		<-l.turn
	}
}

// interleave handles the deliveries at the same time. At each step the lane to
// go on is the choices' next, then the first; it returns all choices made and
// how many there were at each step.
func interleave(s *shop, ds []delivery, choices []int) (made, of []int, refused []delivery) {
	codes := make([]int, len(ds))
	lanes := make([]lane, len(ds))
	var waiting []int
	for i, d := range ds {
		lanes[i] = lane{make(chan bool), make(chan struct{})}
		go func() {
			codes[i] = s.shopifyIn(context.WithValue(context.Background(), laneKey{}, lanes[i]), d.topic, d.body).Code
			lanes[i].stops <- false
		}()
		if <-lanes[i].stops {
			waiting = append(waiting, i)
		}
	}
	for step := 0; len(waiting) > 0; step++ {
		choice := 0
		if step < len(choices) {
			choice = choices[step]
		}
		made, of = append(made, choice), append(of, len(waiting))
		l := lanes[waiting[choice]]
		l.turn <- struct{}{}
		if !<-l.stops {
			waiting = append(waiting[:choice:choice], waiting[choice+1:]...)
		}
	}
	for i, code := range codes {
		if code != http.StatusOK {
			refused = append(refused, ds[i])
		}
	}
	return made, of, refused
}

// TestEveryInterleaving handles two deliveries at the same time, in every order
// in which their calls can reach the store. Whatever is put off is delivered
// once more. All of it comes to what one after the other comes to.
func TestEveryInterleaving(t *testing.T) {
	account := map[string]any{"customer": map[string]any{"id": 8291047799999, "email": "somebody.else@example.com"}}
	guest := payload(t, "orders/create", "orders_create.guest", nil)
	owned := payload(t, "orders/updated", "orders_paid", account)
	later := payload(t, "orders/updated", "orders_fulfilled", account)
	nameless := payload(t, "orders/updated", "orders_fulfilled", map[string]any{"customer": nil, "email": ""})
	refund := payload(t, "refunds/create", "refunds_create", nil)
	deletion := payload(t, "orders/delete", "orders_delete", nil)
	for name, c := range map[string]struct{ before, atOnce []delivery }{
		"an order and its refund":            {atOnce: []delivery{guest, refund}},
		"an order and its deletion":          {atOnce: []delivery{guest, deletion}},
		"a guest's and an account's":         {atOnce: []delivery{guest, owned}},
		"the same order twice":               {atOnce: []delivery{owned, owned}},
		"two states of one order":            {atOnce: []delivery{owned, later}},
		"a move and a refund":                {before: []delivery{guest}, atOnce: []delivery{owned, refund}},
		"a move and a deletion":              {before: []delivery{guest}, atOnce: []delivery{owned, deletion}},
		"a move and a later state":           {before: []delivery{guest}, atOnce: []delivery{owned, later}},
		"a claim and a state without a name": {before: []delivery{guest}, atOnce: []delivery{nameless, refund}},
	} {
		t.Run(name, func(t *testing.T) {
			inOrder := open(t)
			inOrder.deliver(c.before...)
			inOrder.deliver(c.atOnce...)
			tried := 0
			for choices := []int{}; choices != nil; tried++ {
				s := open(t)
				s.deliver(c.before...)
				made, of, refused := interleave(s, c.atOnce, choices)
				s.deliver(refused...)
				if s.state() != inOrder.state() {
					t.Fatalf("interleaved by %v:\n%s\none after the other:\n%s", made, s.state(), inOrder.state())
				}
				choices = following(made, of)
			}
			t.Logf("%d interleavings", tried)
			if tried < 20 {
				t.Errorf("only %d interleavings", tried)
			}
		})
	}
}

// following is the next list of choices, counting up from the last; nil after
// the last list.
func following(made, of []int) []int {
	for i, m := range slices.Backward(made) {
		if m+1 < of[i] {
			return append(made[:i:i], m+1)
		}
	}
	return nil
}
