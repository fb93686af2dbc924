package main

import (
	"fmt"
	"math"
	"slices"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
)

// line is a row of a table: what was foreseen beside what was seen.
type line struct {
	Name     string
	Foreseen float64
	Seen     figure
}

func (l line) verdict() string {
	switch {
	case l.Foreseen < l.Seen.Low:
		return "too low"
	case l.Foreseen > l.Seen.High:
		return "too high"
	}
	return ""
}

// byFrequency is the purchases per customer in the days held out, by how often
// they had bought again: the conditional expectations of Fader, Hardie, Lee (2005).
func (t *trial) byFrequency(m clv.BGNBD) (lines []line) {
	const most = 7
	var foreseen, seen [most + 1][]float64
	for _, p := range t.people {
		x := min(p.Frequency, most)
		foreseen[x] = append(foreseen[x], m.Purchases(p.Row, float64(t.held())))
		seen[x] = append(seen[x], float64(t.buys(p, t.held())))
	}
	for x := range seen {
		if len(seen[x]) == 0 {
			continue
		}
		name := fmt.Sprint(x)
		if x == most {
			name += "+"
		}
		lines = append(lines, perCustomer(name, foreseen[x], seen[x]))
	}
	return append(lines, perCustomer("all", slices.Concat(foreseen[:]...), slices.Concat(seen[:]...)))
}

func perCustomer(name string, foreseen, seen []float64) line {
	all := sequence(len(seen))
	return line{name, mean(foreseen)(all), estimate(len(all), mean(seen))}
}

// byWeek is the purchases of all customers, week by week after the split, and
// soFar those from the split on; the last week may be short.
func (t *trial) byWeek(m clv.BGNBD) (weeks, soFar []line) {
	before := 0.0
	for start := 0; start < t.held(); start += 7 {
		end := min(start+7, t.held())
		foreseen := 0.0
		week, all := make([]float64, len(t.people)), make([]float64, len(t.people))
		for i, p := range t.people {
			foreseen += m.Purchases(p.Row, float64(end))
			all[i] = float64(t.buys(p, end))
			week[i] = all[i] - float64(t.buys(p, start))
		}
		name := (t.split + crm.Date(end)).String()
		weeks = append(weeks, line{name, foreseen - before, estimate(len(week), sum(week))})
		soFar = append(soFar, line{name, foreseen, estimate(len(all), sum(all))})
		before = foreseen
	}
	return weeks, soFar
}

// countErrors compares each customer's purchases in the days held out with
// what was foreseen: by the model, by their rate so far, and by saying 0.
func (t *trial) countErrors(m clv.BGNBD) (absolute, squared []standing) {
	days := float64(t.held())
	var model, rate, zero []float64
	for _, p := range t.people {
		seen := float64(t.buys(p, t.held()))
		model = append(model, math.Abs(m.Purchases(p.Row, days)-seen))
		rate = append(rate, math.Abs(lastRate(p)*days-seen))
		zero = append(zero, seen)
	}
	of := func(s func([]float64) statistic) []standing {
		return compare(len(t.people), true,
			method{"BG/NBD", s(model)}, method{"last rate", s(rate)}, method{"always zero", s(zero)})
	}
	return of(mean), of(rootMeanSquare)
}

// lastRate is the repeats a day so far.
func lastRate(p person) float64 { return float64(p.Frequency) / float64(max(1, p.Age)) }

// spendErrors compares the mean amount that customers with a repeat paid in the
// days held out with what was expected of them.
func (t *trial) spendErrors(m clv.GammaGamma) []standing {
	var model, own, all, paid []float64
	total, n := 0.0, 0.0
	for _, p := range t.people {
		total += p.Mean * float64(p.Frequency)
		n += float64(p.Frequency)
	}
	for _, p := range t.repeaters() {
		later := p.bought[p.Frequency+1:]
		if len(later) == 0 {
			continue
		}
		sum := 0.0
		for _, b := range later {
			sum += float64(b.Net) / 100
		}
		sum /= float64(len(later))
		paid = append(paid, sum)
		model = append(model, math.Abs(m.Expected(p.Customer)-sum))
		own = append(own, math.Abs(p.Mean-sum))
		all = append(all, math.Abs(total/n-sum))
	}
	return compare(len(paid), true,
		method{"Gamma-Gamma", mean(model)}, method{"own mean", mean(own)}, method{"everybody's mean", mean(all)})
}
