// Package clv models what customers will buy: BG/NBD for how often (Fader,
// Hardie, Lee: "Counting your customers" the easy way, Marketing Science 24,
// 2005) and Gamma-Gamma for how much (Fader, Hardie: The Gamma-Gamma model of
// monetary value, note 025, 2013), both fitted by maximum likelihood, and the
// customer lifetime value that follows from the two (R13).
//
// Time is in days, amounts are in units of the currency (yuan, not fen: the
// likelihood of amounts depends on the unit). Everything here is a function of
// values. A base that a model can't be fitted to ends in a Refusal, never in a
// number that is none.
package clv

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Row is what BG/NBD needs to know of a customer on a date.
type Row struct {
	Frequency int `json:"frequency"` // repeat purchases: dates with a purchase after the first one; x in the papers
	Recency   int `json:"recency"`   // days from the first purchase to the last, 0 without a repeat; t_x
	Age       int `json:"age"`       // days from the first purchase to the date of looking; T
}

func (r Row) compare(other Row) int {
	return cmp.Or(cmp.Compare(r.Frequency, other.Frequency), cmp.Compare(r.Recency, other.Recency), cmp.Compare(r.Age, other.Age))
}

// Customer is a Row with the mean net amount of the repeat purchases, in
// currency units; 0 without a repeat. The first purchase is left out, because
// it made the customer one and is often unlike the others.
type Customer struct {
	Row
	Mean float64 `json:"mean"`
}

// Look sums up a history as it stood at the end of the date; ok is false for
// somebody who had not bought yet.
func Look(purchases []history.Purchase, on crm.Date, currency string) (c Customer, ok bool) {
	seen := purchases[:until(purchases, on)]
	if len(seen) == 0 {
		return Customer{}, false
	}
	first, last := seen[0].Date, seen[len(seen)-1].Date
	c.Row = Row{Frequency: len(seen) - 1, Recency: int(last - first), Age: int(on - first)}
	for _, p := range seen[1:] {
		c.Mean += float64(p.Net)
	}
	if c.Frequency > 0 {
		c.Mean /= float64(c.Frequency) * math.Pow10(crm.Exponent(currency))
	}
	return c, true
}

// Bought counts the purchases dated after one date, through another.
func Bought(purchases []history.Purchase, after, through crm.Date) int {
	return max(0, until(purchases, through)-until(purchases, after))
}

// until counts the purchases dated on or before on.
func until(purchases []history.Purchase, on crm.Date) int {
	return sort.Search(len(purchases), func(i int) bool { return purchases[i].Date > on })
}

// Group is the customers who share a Row: they share their likelihood, too.
type Group struct {
	Row
	Customers int `json:"customers"`
}

// Unique groups rows. It sorts them in place: sums over floats depend on the
// order, and the same base shall give the same model.
func Unique(rows []Row) (groups []Group) {
	slices.SortFunc(rows, Row.compare)
	for _, r := range rows {
		if n := len(groups); n > 0 && groups[n-1].Row == r {
			groups[n-1].Customers++
		} else {
			groups = append(groups, Group{Row: r, Customers: 1})
		}
	}
	return groups
}

// Spend is the customers who share a number of repeat purchases and their mean
// amount, in currency units.
type Spend struct {
	Frequency int     `json:"frequency"`
	Mean      float64 `json:"mean"`
	Customers int     `json:"customers"`
}

// UniqueSpend groups the customers that Gamma-Gamma learns from: those with a
// repeat. The order of its input makes no difference.
func UniqueSpend(customers []Customer) (groups []Spend) {
	var repeat []Spend
	for _, c := range customers {
		if c.Frequency > 0 {
			repeat = append(repeat, Spend{Frequency: c.Frequency, Mean: c.Mean, Customers: 1})
		}
	}
	slices.SortFunc(repeat, func(a, b Spend) int {
		return cmp.Or(cmp.Compare(a.Frequency, b.Frequency), cmp.Compare(a.Mean, b.Mean))
	})
	for _, s := range repeat {
		if n := len(groups); n > 0 && groups[n-1].Frequency == s.Frequency && groups[n-1].Mean == s.Mean {
			groups[n-1].Customers++
		} else {
			groups = append(groups, s)
		}
	}
	return groups
}
