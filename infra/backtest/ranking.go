package main

import (
	"math"

	"guanxi/internal/clv"
)

// ranking tells how well a score sorts the buyers of the horizon before the
// others.
func (t *trial) ranking(m clv.BGNBD, people []person) []standing {
	var bought []bool
	var buys, recent, rate, cycle, alive []float64
	for _, p := range people {
		silence := float64(p.Age - p.Recency)
		bought = append(bought, t.buys(p, t.soon()) > 0)
		buys = append(buys, m.Buys(p.Row, float64(t.soon())))
		recent = append(recent, -silence)
		rate = append(rate, lastRate(p))
		cycle = append(cycle, -silence/ownCycle(p))
		alive = append(alive, m.Alive(p.Row))
	}
	return compare(len(people), false,
		method{"P(buy)", auc(buys, bought)},
		method{"recency", auc(recent, bought)},
		method{"last rate", auc(rate, bought)},
		method{"always zero", auc(make([]float64, len(people)), bought)},
		method{"silence by own cycle", auc(cycle, bought)},
		method{"P(alive)", auc(alive, bought)})
}

// ownCycle is the mean gap between a repeat buyer's purchases, in days; before
// the first repeat all there is, their age.
func ownCycle(p person) float64 {
	if p.Frequency == 0 {
		return float64(max(1, p.Age))
	}
	return float64(p.Recency) / float64(p.Frequency)
}

// nextDates compares the date of the next purchase with what was expected, for
// the repeat buyers who came back in the days held out. An expected date that
// is past already is read as tomorrow. The constant is the best there is,
// chosen with hindsight.
func (t *trial) nextDates(m clv.BGNBD) []standing {
	var waits, expected, own []float64
	for _, p := range t.repeaters() {
		if len(p.bought) == p.Frequency+1 {
			continue
		}
		waits = append(waits, float64(p.bought[p.Frequency+1].Date-t.split))
		expected = append(expected, m.Next(p.Row, float64(t.held())))
		own = append(own, max(1, ownCycle(p)-float64(p.Age-p.Recency)))
	}
	off := func(by func(i int) float64) statistic {
		errors := make([][]float64, len(waits))
		for i, wait := range waits {
			errors[i] = []float64{math.Abs(by(i) - wait)}
		}
		return median(errors)
	}
	constant := middle(append([]float64(nil), waits...))
	return compare(len(waits), true,
		method{"expected date", off(func(i int) float64 { return expected[i] })},
		method{"own cycle", off(func(i int) float64 { return own[i] })},
		method{"best constant", off(func(int) float64 { return constant })})
}
