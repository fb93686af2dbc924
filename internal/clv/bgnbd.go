package clv

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// BGNBD are the parameters of the purchase model. While a customer is active
// they buy as a Poisson process; rates differ between customers as
// Gamma(R, Alpha). After each purchase a customer leaves for good with a
// probability that differs as Beta(A, B).
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"` // days
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// Alive is P(the customer has not left), equation in Fader, Hardie, Lee (2008),
// Computing P(alive) using the BG/NBD model. Somebody without a repeat has had
// no occasion to leave, so it is 1 for them, however long ago they bought.
func (m BGNBD) Alive(r Row) float64 {
	if r.Frequency == 0 {
		return 1
	}
	x := float64(r.Frequency)
	odds := math.Log(m.A) - math.Log(m.B+x-1) +
		(m.R+x)*math.Log((m.Alpha+float64(r.Age))/(m.Alpha+float64(r.Recency)))
	return 1 / (1 + math.Exp(odds))
}

// Buys is P(at least one purchase in the next days).
//
// Given that the customer is active, leaving can only follow the next purchase,
// so that purchase comes at their rate λ, whose posterior is
// Gamma(R+x, Alpha+T): P(none in h) = E[exp(-λh)] = ((α+T)/(α+T+h))^(r+x).
func (m BGNBD) Buys(r Row, days float64) float64 {
	shape, scale := m.waiting(r)
	return m.Alive(r) * -math.Expm1(-shape*math.Log1p(days/scale))
}

// waiting are the parameters of the days until an active customer's next
// purchase: Lomax (Pareto II), P(later than h) = (1 + h/scale)^-shape.
func (m BGNBD) waiting(r Row) (shape, scale float64) {
	return m.R + float64(r.Frequency), m.Alpha + float64(r.Age)
}

// Purchases is the expected number in the next days, equation (10) of Fader,
// Hardie, Lee (2005):
//
//	alive · (a+b+x-1)/(a-1) · [1 - ((α+T)/(α+T+t))^(r+x) · ₂F₁(r+x, b+x; a+b+x-1; t/(α+T+t))]
//
// with Euler's transformation of ₂F₁, (1-z)^(a-1-r-x) · ₂F₁(a+b-1-r, a-1; …; z):
// its first factor cancels what goes to nothing before it.
func (m BGNBD) Purchases(r Row, days float64) float64 { return m.Expected(r)(days) }

// Expected is Purchases of one customer, for many numbers of days.
func (m BGNBD) Expected(r Row) func(days float64) float64 {
	x := float64(r.Frequency)
	a, c := m.A, m.A+m.B+x-1
	if poles := 1e-6; math.Abs(a-1) < poles || math.Abs(c) < poles {
		// The formula divides 0 by 0, its value is smooth.
		a, c = a+2*poles, c+2*poles
	}
	most := m.Alive(r) * c / (a - 1)
	return func(days float64) float64 {
		z := days / (m.Alpha + float64(r.Age) + days)
		none := math.Pow(1-z, a-1) * mathext.Hypergeo(a+m.B-1-m.R, a-1, c, z)
		return most * (1 - none)
	}
}
