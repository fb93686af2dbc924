package clv

import (
	"math"
	"sort"
)

// Next is the expected date of the next purchase, in days from the date of
// looking: the median wait of a customer who buys within the horizon. Without a
// horizon the waits of those who never return would drag it into decades.
//
// Given that the customer is active the wait is Lomax, F(t) = 1 - (1+t/scale)^-shape
// (see Buys), so the median solves F(t) = F(horizon)/2. That they are active need
// not be weighed: they buy.
func (m BGNBD) Next(r Row, horizon float64) (days float64) {
	shape, scale := m.waiting(r)
	within := -math.Expm1(-shape * math.Log1p(horizon/scale))
	return scale * math.Expm1(-math.Log1p(-within/2)/shape)
}

// FallsBelow is how many days from the date of looking Buys(…, days) falls
// below share for the first time if no purchase comes in between; 0 when it is
// below already, ok = false when that takes more than most days. Buys only falls
// while a customer is silent, so it is found by bisection.
func (m BGNBD) FallsBelow(r Row, days, share float64, most int) (after int, ok bool) {
	below := func(silent int) bool {
		later := r
		later.Age += silent
		return m.Buys(later, days) < share
	}
	if !below(most) {
		return most + 1, false
	}
	return sort.Search(most, below), true
}
