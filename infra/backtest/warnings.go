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

// outcome is what a rule's warnings came to, by customer.
type outcome struct {
	rule
	warned, judged, right []float64 // warnings; those whose horizon the file covers; of them, those that no purchase followed
	due, foreseen         []float64 // long silences; of them, those warned of in time
	leads                 [][]float64
}

func newOutcome(of rule, customers int) outcome {
	none := func() []float64 { return make([]float64, customers) }
	return outcome{of, none(), none(), none(), none(), none(), make([][]float64, customers)}
}

// alarm is how good a rule's warnings are; the first of several is the model's.
type alarm struct {
	Warned            int
	Precision, Recall standing
	Lead              figure // days before day 365 of the silence; only of the walk
}

func alarms(all []outcome) (judged []alarm) {
	customers := len(all[0].warned)
	var precision, recall []method
	for _, o := range all {
		precision = append(precision, method{o.Name, ratio(o.right, o.judged)})
		recall = append(recall, method{o.Name, ratio(o.foreseen, o.due)})
	}
	precisions, recalls := compare(customers, false, precision...), compare(customers, false, recall...)
	for i, o := range all {
		a := alarm{Warned: total(o.warned), Precision: precisions[i], Recall: recalls[i], Lead: estimate(customers, median(o.leads))}
		a.Precision.Cases, a.Recall.Cases, a.Lead.Cases = total(o.judged), total(o.due), 0
		for _, l := range o.leads {
			a.Lead.Cases += len(l)
		}
		judged = append(judged, a)
	}
	return judged
}

// onTheDay asks the rules once, at the split: precision is the share of those
// warned of who bought nothing within the horizon, recall the share of those
// who bought nothing who were warned of. The last rule warns of as many people
// as the model.
func (t *trial) onTheDay(m clv.BGNBD) []alarm {
	people := t.repeaters()
	var all []outcome
	for _, r := range append(rules(m), asMany(byModel(m), people)) {
		o := newOutcome(r, len(people))
		for i, p := range people {
			if r.warns(p.Row) {
				o.warned[i] = 1
			}
			if t.buys(p, t.soon()) == 0 {
				o.due[i] = 1
			}
			o.right[i] = o.warned[i] * o.due[i]
		}
		o.judged, o.foreseen = o.warned, o.right
		all = append(all, o)
	}
	return alarms(all)
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
func (t *trial) overTheDays(m clv.BGNBD) []alarm {
	var all []outcome
	for _, r := range rules(m) {
		o := newOutcome(r, len(t.people))
		for i, p := range t.people {
			for _, s := range silences(p) {
				warned := s.opened(r, t.last)
				if warned > t.split && warned <= t.last {
					o.warned[i]++
					o.leads[i] = append(o.leads[i], float64(s.from+lost-warned))
					if warned+horizon <= t.last {
						o.judged[i]++
						if s.end > warned+horizon {
							o.right[i]++
						}
					}
				}
				if day := s.from + longSilence; day > t.split && day <= t.last && s.end > day {
					o.due[i]++
					if warned < day {
						o.foreseen[i]++
					}
				}
			}
		}
		all = append(all, o)
	}
	return alarms(all)
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
