package main

import (
	"fmt"
	"maps"
	"slices"

	"guanxi/infra/purchases"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// trial is the base as it stood at the end of the split, with what followed.
type trial struct {
	first, split, last crm.Date
	people             []person // who had bought by the split
	newcomers          int      // who first bought after it: nobody could foresee them
}

type person struct {
	clv.Customer                    // as seen at the split
	bought       []history.Purchase // all of the file, one a date
}

// horizon is the days of the decisions: a repeat buyer is warned about when
// they are unlikely to buy within it.
const horizon = 90

// divide sums up the customers; it refuses a split that leaves nothing to learn
// from or nothing to test.
func divide(all []purchases.Purchase, split crm.Date) (*trial, error) {
	first, last := purchases.Span(all)
	t := &trial{first: crm.Date(first), split: split, last: crm.Date(last)}
	if split < t.first || split >= t.last {
		return nil, fmt.Errorf("the split %s lies outside of the purchases: it must be from %s to the day before %s", split, t.first, t.last)
	}
	of := purchases.ByCustomer(all)
	for _, name := range slices.Sorted(maps.Keys(of)) {
		p := person{bought: dates(of[name])}
		var known bool
		if p.Customer, known = clv.Look(p.bought, split, currency); !known {
			t.newcomers++
			continue
		}
		t.people = append(t.people, p)
	}
	return t, nil
}

// currency stands for any with two decimals, as the file's amounts have.
const currency = "USD"

// dates makes the purchases of one day one.
func dates(all []purchases.Purchase) (days []history.Purchase) {
	slices.SortFunc(all, func(a, b purchases.Purchase) int { return int(a.Date - b.Date) })
	for _, p := range all {
		if n := len(days); n > 0 && days[n-1].Date == crm.Date(p.Date) {
			days[n-1].Net += p.Amount
			days[n-1].Orders++
			continue
		}
		days = append(days, history.Purchase{Date: crm.Date(p.Date), Net: p.Amount, Orders: 1})
	}
	return days
}

// held is the number of days held out.
func (t *trial) held() int { return int(t.last - t.split) }

// soon is the horizon, or what the file has of it.
func (t *trial) soon() int { return min(horizon, t.held()) }

// buys counts a person's purchases in the days after the split.
func (t *trial) buys(p person, days int) int {
	return clv.Bought(p.bought, t.split, t.split+crm.Date(days))
}

func (t *trial) repeaters() (of []person) {
	for _, p := range t.people {
		if p.Frequency > 0 {
			of = append(of, p)
		}
	}
	return of
}

func (t *trial) fit() (clv.Fit[clv.BGNBD], error) {
	rows := make([]clv.Row, len(t.people))
	for i, p := range t.people {
		rows[i] = p.Row
	}
	return clv.FitPurchases(clv.Unique(rows))
}

func (t *trial) spend() []clv.Spend {
	customers := make([]clv.Customer, len(t.people))
	for i, p := range t.people {
		customers[i] = p.Customer
	}
	return clv.UniqueSpend(customers)
}

// figures are what the gates ask of a model that was fitted at the split.
func (t *trial) figures(fit clv.Fit[clv.BGNBD]) clv.Figures {
	f := clv.Figures{
		Buyers: len(t.people), HistoryDays: int(t.split - t.first), DaysSinceOrder: int(t.split - t.first),
		StartsApart: fit.StartsApart, SpendCorrelation: clv.SpendCorrelation(t.spend()),
	}
	cases := make([]clv.Case, len(t.people))
	for i, p := range t.people {
		f.DaysSinceOrder = min(f.DaysSinceOrder, p.Age-p.Recency)
		f.MostOrders = max(f.MostOrders, p.Frequency+1)
		cases[i] = clv.Case{Row: p.Row, Bought: t.buys(p, t.soon())}
	}
	f.HoldOut = clv.Hold(fit.Model, cases, t.soon())
	return f
}
