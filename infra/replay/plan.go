package main

import (
	"math/rand/v2"
	"time"

	"guanxi/infra/purchases"
)

// Orders are placed on their date between midnight and closing, and delivered
// at closing: nothing is delivered before it was placed, and two hours are left
// before the date ends.
const closing = 22 * time.Hour

// shares say how much of what a shop does badly the plan contains, as shares of
// all orders.
type shares struct {
	Repeated float64 // delivered once more
	Late     float64 // delivered one or two days late
	Outdated float64 // the newer version is delivered first, then the older one
}

// errand is what one worker delivers for one order, one after the other.
type errand struct {
	purchase
	Placed time.Duration // time of day
	Edited bool          // the order was edited after it was placed: its newer version comes first
}

// tally counts what a plan contains.
type tally struct {
	Orders, People, Deliveries int
	Repeated, Late, Outdated   int // orders
	First, Last                day
}

// plan says on which date each order is delivered, and how. It is the same for
// the same file and shares, whatever the machine.
func plan(all []purchase, s shares) (map[day][]errand, tally) {
	first, last := purchases.Span(all)
	t := tally{Orders: len(all), People: len(purchases.ByCustomer(all)), First: first, Last: last}
	days := map[day][]errand{}
	for _, p := range all {
		dice := rand.New(rand.NewPCG(uint64(p.Line), 0))
		e := errand{purchase: p, Placed: time.Duration(dice.Int64N(int64(closing/time.Second))) * time.Second}
		e.Edited = dice.Float64() < s.Outdated
		late, delay := dice.Float64() < s.Late, 1+day(dice.IntN(2))
		repeated := dice.Float64() < s.Repeated

		on := p.Date
		if late && on < last {
			on = min(on+delay, last)
			t.Late++
		}
		days[on] = append(days[on], e)
		if repeated {
			days[on] = append(days[on], e)
			t.Repeated++
		}
		if e.Edited {
			t.Outdated++
		}
	}
	for d, errands := range days {
		for _, e := range errands {
			t.Deliveries += len(e.statements())
		}
		// In no order, and a repeated one may be on the way twice at once.
		rand.New(rand.NewPCG(uint64(d), 1)).Shuffle(len(errands), func(i, j int) { errands[i], errands[j] = errands[j], errands[i] })
	}
	return days, t
}
