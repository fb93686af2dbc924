package main

import (
	"fmt"
	"math"
	"slices"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
)

// rule warns of a repeat buyer; it is asked on a day of their silence.
type rule struct {
	Name  string
	warns func(r clv.Row) bool
}

const unlikely = 0.15

func rules(m clv.BGNBD) []rule {
	return []rule{byModel(m), bySilence(90), bySilence(120), bySilence(180)}
}

func byModel(m clv.BGNBD) rule {
	return rule{
		fmt.Sprintf("P(buy in %d d) < %.0f %%", horizon, 100*unlikely),
		func(r clv.Row) bool { return m.Buys(r, horizon) < unlikely },
	}
}

func bySilence(days int) rule {
	return rule{
		fmt.Sprintf("no purchase in %d d", days),
		func(r clv.Row) bool { return r.Age-r.Recency >= days },
	}
}

// asMany is the rule by silence that warns of no fewer people than the other:
// only rules that warn of as many have comparable precision.
func asMany(as rule, people []person) rule {
	var silences []int
	warned := 0
	for _, p := range people {
		silences = append(silences, p.Age-p.Recency)
		if as.warns(p.Row) {
			warned++
		}
	}
	slices.Sort(silences)
	days := 0
	if warned > 0 {
		days = silences[len(silences)-warned]
	}
	r := bySilence(days)
	r.Name += " (as many)"
	return r
}

// alarm is how good a rule's warnings are.
type alarm struct {
	Rule              string
	Warned            int
	Precision, Recall figure
	Lead              figure // days before day 365 of the silence; only of the walk
}

// onTheDay asks the rules once, at the split: precision is the share of those
// warned of who bought nothing within the horizon, recall the share of those
// who bought nothing who were warned of.
func (t *trial) onTheDay(m clv.BGNBD) (alarms []alarm) {
	people := t.repeaters()
	for _, r := range append(rules(m), asMany(byModel(m), people)) {
		warned, quiet, both := make([]float64, len(people)), make([]float64, len(people)), make([]float64, len(people))
		a := alarm{Rule: r.Name}
		for i, p := range people {
			if r.warns(p.Row) {
				warned[i] = 1
				a.Warned++
			}
			if t.buys(p, t.soon()) == 0 {
				quiet[i] = 1
			}
			both[i] = warned[i] * quiet[i]
		}
		a.Precision = estimate(len(people), ratio(both, warned))
		a.Precision.Cases = a.Warned
		a.Recall = estimate(len(people), ratio(both, quiet))
		a.Recall.Cases = total(quiet)
		alarms = append(alarms, a)
	}
	return alarms
}

// besideSilence compares the precision of the model's warnings at the split
// with that of as many by silence alone.
func (t *trial) besideSilence(m clv.BGNBD) []standing {
	people := t.repeaters()
	precision := func(r rule) method {
		warned, both := make([]float64, len(people)), make([]float64, len(people))
		for i, p := range people {
			if r.warns(p.Row) {
				warned[i] = 1
				if t.buys(p, t.soon()) == 0 {
					both[i] = 1
				}
			}
		}
		return method{r.Name, ratio(both, warned)}
	}
	return compare(len(people), false, precision(byModel(m)), precision(asMany(byModel(m), people)))
}

const (
	longSilence = 180 // days; what recall of the walk is about
	lost        = 365 // days; by then everybody knows
)

// overTheDays asks the rules every day of the days held out, as the nightly
// review does, and opens one warning a silence: on the first day that it holds.
//
//   - precision: of the warnings with a whole horizon of the file behind them,
//     the share that no purchase followed within it
//   - recall: of the silences whose day 180 was held out, the share warned of
//     before that day
//   - lead: from the warning to day 365 of the silence
func (t *trial) overTheDays(m clv.BGNBD) (alarms []alarm) {
	for _, r := range rules(m) {
		n := len(t.people)
		followed, right, long, foreseen, leads := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([][]float64, n)
		a := alarm{Rule: r.Name}
		for i, p := range t.people {
			for _, s := range silences(p) {
				warned := s.opened(r, t.last)
				if warned > t.split && warned <= t.last {
					a.Warned++
					leads[i] = append(leads[i], float64(s.from+lost-warned))
					if warned+horizon <= t.last {
						followed[i]++
						if s.end > warned+horizon {
							right[i]++
						}
					}
				}
				if day := s.from + longSilence; day > t.split && day <= t.last && s.end > day {
					long[i]++
					if warned < day {
						foreseen[i]++
					}
				}
			}
		}
		a.Precision = estimate(n, ratio(right, followed))
		a.Precision.Cases = total(followed)
		a.Recall = estimate(n, ratio(foreseen, long))
		a.Recall.Cases = total(long)
		a.Lead = estimate(n, median(leads))
		a.Lead.Cases = a.Warned
		alarms = append(alarms, a)
	}
	return alarms
}

// silence is the days after a repeat buyer's purchase.
type silence struct {
	row  clv.Row  // on the day of the purchase
	from crm.Date // that day
	end  crm.Date // the day of the next purchase, or none in the file
}

const none = crm.Date(math.MaxInt32)

func silences(p person) (all []silence) {
	for k := 1; k < len(p.bought); k++ {
		age := int(p.bought[k].Date - p.bought[0].Date)
		s := silence{row: clv.Row{Frequency: k, Recency: age, Age: age}, from: p.bought[k].Date, end: none}
		if k+1 < len(p.bought) {
			s.end = p.bought[k+1].Date
		}
		all = append(all, s)
	}
	return all
}

// opened is the first day of the silence on which the rule holds.
func (s silence) opened(r rule, last crm.Date) crm.Date {
	for day := s.from; day < s.end && day <= last; day++ {
		row := s.row
		row.Age += int(day - s.from)
		if r.warns(row) {
			return day
		}
	}
	return none
}

func total(of []float64) int {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	return int(sum)
}
